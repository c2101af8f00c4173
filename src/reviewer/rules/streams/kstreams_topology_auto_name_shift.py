"""Generated store names shift: the application starts with empty or foreign state.

A node is added, removed or moved in front of stateful nodes whose names Kafka Streams counts.

## What it catches

A change of the operators in one function such that a store or an internal topic without an explicit name gets another number. The
numbering is simulated: every DSL call takes one or more numbers in the order of the calls, repartition topics of re-keyed
streams included. Naming an earlier store shifts the later ones too: a named store takes no number.

## Why it hurts in production

`KSTREAM-AGGREGATE-STATE-STORE-0000000003` becomes `…0000000004`: the application creates a new, empty store and changelog, or finds
the changelog of another operator with other types. Counts restart from zero; what is left in the old repartition topic is lost.

## What to do

First name the stateful operators with the names that are generated today (`Materialized.as`, `Grouped.as`, `StreamJoined…`),
deploy, then change the topology; or plan a reset and a full reprocessing.

## What it cannot see

A topology that is put together over several functions or files: then the numbers are counted from the start of the function. An
application that is not in production yet. When `application.id` changes too, everything starts anew and that rule speaks.

## Examples

### bad: a filter is put in front of an unnamed count
--- Top.java
 import org.apache.kafka.streams.*;
 import org.apache.kafka.streams.kstream.*;
 class Top {
   Topology build() {
     StreamsBuilder builder = new StreamsBuilder();
     KStream<String, Order> orders = builder.stream("orders");
-    orders.groupByKey()
+    orders.filter((k, v) -> v.isPaid()) // ! here
+        .groupByKey()
         .count()
         .toStream()
         .to("counts");
     return builder.build();
   }
 }

### bad: a peek is removed
--- Top.java
 import org.apache.kafka.streams.*;
 import org.apache.kafka.streams.kstream.*;
 class Top {
   Topology build() {
     StreamsBuilder builder = new StreamsBuilder();
     KStream<String, Order> orders = builder.stream("orders");
     orders
-        .peek((k, v) -> log.info(k)) // ! here
         .groupByKey()
         .reduce((a, b) -> b);
     return builder.build();
   }
 }

### good: the store has a name: numbers do not matter
--- Top.java
 import org.apache.kafka.streams.*;
 import org.apache.kafka.streams.kstream.*;
 class Top {
   Topology build() {
     StreamsBuilder builder = new StreamsBuilder();
     KStream<String, Order> orders = builder.stream("orders");
-    orders.groupByKey().count(Materialized.as("order-counts"));
+    orders.filter((k, v) -> v.isPaid()).groupByKey().count(Materialized.as("order-counts"));
     return builder.build();
   }
 }

### good: java.util.stream is no topology
--- Top.java
 import org.apache.kafka.streams.*;
 class Top {
   long paid(List<Order> orders) {
-    return orders.stream().filter(Order::isPaid).count();
+    return orders.stream().filter(Order::isPaid).map(Order::id).distinct().count();
   }
 }

## References

- https://kafka.apache.org/documentation/streams/developer-guide/dsl-topology-naming.html
- https://cwiki.apache.org/confluence/display/KAFKA/KIP-1111
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator

from reviewer.core.finding import Category, Confidence, Severity
from reviewer.core.span import Span
from reviewer.facts.delta import Delta, FilePair
from reviewer.facts.streaming.model import FileFacts, Operator
from reviewer.rules.checks.dataflow import is_new_application
from reviewer.rules.rule import Hit, Rule
from reviewer.rules.support import line

_NAMED_BY = {
    "table": 'Materialized.as("{name}")',
    "join": 'StreamJoined.as("…")',
    "leftJoin": 'StreamJoined.as("…")',
    "outerJoin": 'StreamJoined.as("…")',
    "repartition": 'Repartitioned.as("…")',
    "suppress": 'Suppressed…withName("…")',
}
_SHOWN = 3  # names that a message lists before it counts


def compare(delta: Delta) -> Iterator[Hit]:
    """Compare the generated names function by function."""
    if is_new_application(delta):
        return
    for pair, before, after in delta.modified():
        for root in sorted({op.root for op in _streams(before)} & {op.root for op in _streams(after)}):
            old = [op for op in _streams(before) if op.root == root]
            new = [op for op in _streams(after) if op.root == root]
            yield from _shifted(pair, root, old, new, _is_whole(before, root) and _is_whole(after, root))


def _streams(file: FileFacts) -> list[Operator]:
    return [op for op in file.operators if op.framework == "streams"]


def _is_whole(file: FileFacts, root: str) -> bool:
    """The function makes the builder itself and hands it to nobody: its numbers are the real ones."""
    functions = {f.index for f in file.syntax.functions if f.qualified == root}
    mine = [call for call in file.syntax.calls if call.function in functions]
    builders = {c.result_name for c in mine if c.is_construction and c.name in ("StreamsBuilder", "KStreamBuilder")} - {
        None
    }
    given = any(a.value.text in builders for call in mine for a in call.arguments)
    return len(builders) == 1 and not given


def _shifted(pair: FilePair, root: str, old: list[Operator], new: list[Operator], whole: bool) -> Iterator[Hit]:
    pairs, changed = _aligned(pair, old, new)
    moved = [(was, *names) for was, now in pairs for names in _renamed(was, now)]
    if not moved or changed is None:
        return
    operator, was, now = next((entry for entry in moved if not entry[1].endswith("-repartition")), moved[0])
    yield Hit(
        subject=f"{root}: {len(moved)} shifted from {operator.op}",
        span=line(changed),
        message=_message(operator, moved, whole),
        scenario=_scenario(operator, was, now, whole),
        fix=_fix(operator, was, whole),
    )


def _renamed(was: Operator, now: Operator) -> Iterator[tuple[str, str]]:
    """The generated names of an operator that are the same but for the number."""
    left = list(now.generated)
    for name in was.generated:
        twin = next((other for other in left if _family(other) == _family(name)), None)
        if twin is not None:
            left.remove(twin)
            if twin != name:
                yield name, twin


def _aligned(
    pair: FilePair, old: list[Operator], new: list[Operator]
) -> tuple[list[tuple[Operator, Operator]], Span | None]:
    """The operators that stand for each other, and the changed line from which on the counting parts."""
    matcher = difflib.SequenceMatcher(a=[op.op for op in old], b=[op.op for op in new], autojunk=False)
    pairs: list[tuple[Operator, Operator]] = []
    parts: Span | None = None
    replaced: Span | None = None  # the last operator that another one took the place of
    for tag, i1, i2, j1, j2 in matcher.get_opcodes():
        if tag != "equal":
            where = (new[j1] if j2 - j1 >= i2 - i1 else old[i1]).call.name_span
            if sum(op.indices for op in old[i1:i2]) != sum(op.indices for op in new[j1:j2]):
                parts = parts or where
            replaced = where
            continue
        for was, now in zip(old[i1:i2], new[j1:j2], strict=True):
            pairs.append((was, now))
            if was.indices != now.indices:
                own = now.call.name_span
                parts = parts or (own if pair.touches(own) or replaced is None else replaced)
    return pairs, parts


def _message(operator: Operator, moved: list[tuple[Operator, str, str]], whole: bool) -> str:
    if not whole:
        return (
            f"From this line on every generated name gets another number; {len(moved)} of them "
            f"{'belongs' if len(moved) == 1 else 'belong'} to a store or an internal topic (first: {_family(moved[0][1])} of {operator.op}())."
        )
    shown = "; ".join(f"{was} becomes {now}" for _, was, now in moved[:_SHOWN])
    more = f"; and {len(moved) - _SHOWN} more" if len(moved) > _SHOWN else ""
    return f"From this line on every generated name gets another number: {shown}{more}."


def _family(name: str) -> str:
    return re.sub(r"\d{10}", "…", name)


def _scenario(operator: Operator, was: str, now: str, whole: bool) -> tuple[str, ...]:
    old, new = (was, now) if whole else (f"{_family(was)} with today's number", "the same name with another number")
    if was.endswith("-repartition"):
        return (
            f"Records in flight lie in the repartition topic {old}.",
            f"The new version writes and reads {new} instead.",
            "What the old version had written and not yet read is never processed -> lost.",
        )
    return (
        f"Today the unnamed {operator.op}() owns the store {old} and its changelog topic.",
        f"With this change it asks for {new}: the application creates a new, empty store and changelog, "
        "or finds another operator's changelog under that name.",
        "State restarts from zero (or can't be read), although the input goes on from the committed offsets.",
    )


def _fix(operator: Operator, was: str, whole: bool) -> str:
    if was.endswith("-repartition") and operator.op != "repartition":
        was, way = was.removesuffix("-repartition"), 'Joined.as("{name}")'
    else:
        way = _NAMED_BY.get(operator.op, 'Materialized.as("{name}")')
    name = was if whole else "its present name, as Topology.describe() shows it"
    return (
        f"First give {operator.op}() its present name explicitly, {way.replace('{name}', name)}, and every other unnamed store and "
        "repartition topic likewise; deploy that; then change the topology. Or reset the application and reprocess."
    )


RULE = Rule(
    __name__,
    __doc__,
    category=Category.STATE_CONSISTENCY,
    severity=Severity.CRITICAL,
    confidence=Confidence.MEDIUM,
    covers=("kstreams-unnamed-stateful-operator",),
    compare=compare,
)
