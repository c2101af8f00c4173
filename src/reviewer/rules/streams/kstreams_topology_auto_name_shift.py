"""A node is added, removed or moved in front of stateful nodes whose names Kafka Streams counts.

## What it catches

A change of the operators in one function such that a later stateful operator without an explicit name gets another number.
The numbering is simulated: every DSL call takes one or more numbers in the order of the calls.

## Why it hurts in production

`KSTREAM-AGGREGATE-STATE-STORE-0000000003` becomes `…0000000004`: the application creates a new, empty store and changelog, or finds
the changelog of another operator with other types. Counts restart from zero; what is left in the old repartition topic is lost.

## What to do

First name the stateful operators with the names that are generated today (`Materialized.as`, `Grouped.as`, `StreamJoined…`),
deploy, then change the topology; or plan a reset and a full reprocessing.

## What it cannot see

A topology that is put together over several files; an application that is not in production yet or whose id changes too.

## References

- https://kafka.apache.org/documentation/streams/developer-guide/dsl-topology-naming.html
- https://cwiki.apache.org/confluence/display/KAFKA/KIP-1111
"""

from __future__ import annotations

from collections.abc import Iterator

from reviewer.core.finding import Category, Confidence, Severity
from reviewer.core.rule import Bad, Good, Hit, Rule
from reviewer.core.span import Span
from reviewer.facts.delta import Delta, FilePair
from reviewer.facts.streaming.model import FileFacts, Operator
from reviewer.rules.support import line

# Operators that own a store or an internal topic whose name is counted when none is given.
_STATEFUL = frozenset(
    {"count", "reduce", "aggregate", "join", "leftJoin", "outerJoin", "toTable", "suppress", "repartition"}
)
_STORE_NAMES = ("Materialized:", "Grouped:", "StreamJoined:", "Repartitioned:", "Joined:", "Named:")


def compare(delta: Delta) -> Iterator[Hit]:
    """Compare the counted names function by function."""
    for pair, before, after in delta.modified():
        for root in sorted({op.root for op in _streams(before)} & {op.root for op in _streams(after)}):
            old = [op for op in _streams(before) if op.root == root]
            new = [op for op in _streams(after) if op.root == root]
            yield from _shifted(pair, root, old, new)


def _streams(file: FileFacts) -> list[Operator]:
    return [op for op in file.operators if op.framework == "streams"]


def _shifted(pair: FilePair, root: str, old: list[Operator], new: list[Operator]) -> Iterator[Hit]:
    first = _first_difference(old, new)
    if first is None:
        return
    before, after = _counted(old), _counted(new)
    moved = [
        (op, number, after[rank][1])
        for rank, (op, number) in enumerate(before)
        if rank < len(after) and op.op == after[rank][0].op and number != after[rank][1]
    ]
    moved = [entry for entry in moved if _comes_after(entry[0], first, old)]
    if not moved:
        return
    span = _culprit(first, old, new)
    op, was, now = moved[0]
    store = f"KSTREAM-{op.op.upper()}-STATE-STORE-{was:010d}"
    yield Hit(
        subject=f"{root}: {op.op} {was}->{now}",
        span=span,
        message=f"Every unnamed operator after this line gets another number; {len(moved)} of them keep state (first: {op.op}()).",
        scenario=(
            f"Today the unnamed {op.op}() owns the store {store} and its changelog.",
            f"With this change its number is {now:010d}: the application creates a new, empty store, "
            "or finds another operator's changelog under that name.",
            "State restarts from zero (or can't be read), and what is left in the old repartition topic is never read.",
        ),
        fix=f"First give {op.op}() its present name explicitly (Materialized.as / Grouped.as / StreamJoined.withName) and deploy; then change the topology.",
    )


def _first_difference(old: list[Operator], new: list[Operator]) -> int | None:
    """The position at which the two sequences of operators part; None when they are the same."""
    for position in range(max(len(old), len(new))):
        left = old[position].op if position < len(old) else None
        right = new[position].op if position < len(new) else None
        if left != right:
            return position
    return None


def _counted(operators: list[Operator]) -> list[tuple[Operator, int]]:
    """The stateful operators without a name, each with the number that it gets."""
    number, found = 0, []
    for operator in operators:
        if operator.op in _STATEFUL and not any(name.startswith(_STORE_NAMES) for name in _names(operator, operators)):
            found.append((operator, number))
        number += operator.indices
    return found


def _names(operator: Operator, operators: list[Operator]) -> tuple[str, ...]:
    """Its own names and those of the grouping that it stands on (`Grouped.as` names the repartition topic only)."""
    return tuple(name for name in operator.names if not name.startswith("Grouped:"))


def _comes_after(operator: Operator, first: int, old: list[Operator]) -> bool:
    return old.index(operator) >= first


def _culprit(first: int, old: list[Operator], new: list[Operator]) -> Span:
    """The added operator's line; for a removal the lost line."""
    if len(new) >= len(old) and first < len(new):
        return line(new[first].call.name_span)
    return line(old[first].call.name_span) if first < len(old) else line(new[-1].call.name_span)


RULE = Rule(
    id="kstreams-topology-auto-name-shift",
    title="Generated store names shift: the application starts with empty or foreign state",
    category=Category.STATE_CONSISTENCY,
    severity=Severity.CRITICAL,
    confidence=Confidence.MEDIUM,
    technologies=("kafka-streams",),
    references=("https://kafka.apache.org/documentation/streams/developer-guide/dsl-topology-naming.html",),
    compare=compare,
    bad=(
        Bad(
            title="a filter is put in front of an unnamed count",
            before={
                "Top.java": """import org.apache.kafka.streams.*;
import org.apache.kafka.streams.kstream.*;
class Top {
  void build(StreamsBuilder builder) {
    KStream<String, Order> orders = builder.stream("orders");
    orders.groupByKey()
        .count()
        .toStream()
        .to("counts");
  }
}
"""
            },
            after={
                "Top.java": """import org.apache.kafka.streams.*;
import org.apache.kafka.streams.kstream.*;
class Top {
  void build(StreamsBuilder builder) {
    KStream<String, Order> orders = builder.stream("orders");
    orders.filter((k, v) -> v.isPaid()) // ! here
        .groupByKey()
        .count()
        .toStream()
        .to("counts");
  }
}
"""
            },
        ),
        Bad(
            title="a peek is removed",
            before={
                "Top.java": """import org.apache.kafka.streams.*;
import org.apache.kafka.streams.kstream.*;
class Top {
  void build(StreamsBuilder builder) {
    KStream<String, Order> orders = builder.stream("orders");
    orders
        .peek((k, v) -> log.info(k)) // ! here
        .groupByKey()
        .reduce((a, b) -> b);
  }
}
"""
            },
            after={
                "Top.java": """import org.apache.kafka.streams.*;
import org.apache.kafka.streams.kstream.*;
class Top {
  void build(StreamsBuilder builder) {
    KStream<String, Order> orders = builder.stream("orders");
    orders
        .groupByKey()
        .reduce((a, b) -> b);
  }
}
"""
            },
        ),
    ),
    good=(
        Good(
            title="the store has a name: numbers do not matter",
            before={
                "Top.java": """import org.apache.kafka.streams.*;
import org.apache.kafka.streams.kstream.*;
class Top {
  void build(StreamsBuilder builder) {
    KStream<String, Order> orders = builder.stream("orders");
    orders.groupByKey().count(Materialized.as("order-counts"));
  }
}
"""
            },
            after={
                "Top.java": """import org.apache.kafka.streams.*;
import org.apache.kafka.streams.kstream.*;
class Top {
  void build(StreamsBuilder builder) {
    KStream<String, Order> orders = builder.stream("orders");
    orders.filter((k, v) -> v.isPaid()).groupByKey().count(Materialized.as("order-counts"));
  }
}
"""
            },
        ),
        Good(
            title="java.util.stream is no topology",
            before={
                "Top.java": """import org.apache.kafka.streams.*;
class Top {
  long paid(List<Order> orders) {
    return orders.stream().filter(Order::isPaid).count();
  }
}
"""
            },
            after={
                "Top.java": """import org.apache.kafka.streams.*;
class Top {
  long paid(List<Order> orders) {
    return orders.stream().filter(Order::isPaid).map(Order::id).distinct().count();
  }
}
"""
            },
        ),
        Good(
            title="a node at the end moves nothing",
            before={
                "Top.java": """import org.apache.kafka.streams.*;
import org.apache.kafka.streams.kstream.*;
class Top {
  void build(StreamsBuilder builder) {
    KStream<String, Order> orders = builder.stream("orders");
    orders.groupByKey().count().toStream().to("counts");
  }
}
"""
            },
            after={
                "Top.java": """import org.apache.kafka.streams.*;
import org.apache.kafka.streams.kstream.*;
class Top {
  void build(StreamsBuilder builder) {
    KStream<String, Order> orders = builder.stream("orders");
    orders.groupByKey().count().toStream().peek((k, v) -> log.info(k)).to("counts");
  }
}
"""
            },
        ),
    ),
)
