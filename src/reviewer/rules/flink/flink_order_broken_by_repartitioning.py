"""Records of one key overtake each other on the way to the sink.

A step that spreads records over subtasks comes between work that is ordered by key and what needs that order; or the key goes.

## What it catches

`rebalance`, `shuffle`, `rescale` or `partitionCustom` added between a keyed operator and a sink or another operator; a `keyBy` removed in front
of a sink, or replaced by one of them.

## Why it hurts in production

Behind such a step two updates of one key go through different subtasks. The faster one wins: the sink writes the newer value first and the older
over it.

## What to do

Keep the forward edge, or `keyBy` the same key directly in front of the sink.

## What it cannot see

That the sink compares versions, or that the records are independent of each other.

## Examples

### bad: a rebalance in front of the sink
--- Job.java
 import org.apache.flink.streaming.api.datastream.DataStream;
 class Job {
   void build(DataStream<Order> orders) {
     orders
         .keyBy(o -> o.customer())
         .process(new Totals()).uid("totals")
+        .rebalance() // ! here
         .sinkTo(sink).uid("sink");
   }
 }

### bad: the key in front of the sink goes
--- Job.java
 import org.apache.flink.streaming.api.datastream.DataStream;
 class Job {
   void build(DataStream<Order> orders) {
     orders
         .keyBy(o -> o.customer())
         .process(new Totals()).uid("totals")
-        .keyBy(t -> t.customer()) // ! here
         .sinkTo(sink).uid("sink").setParallelism(8);
   }
 }

### good: a rebalance behind the source, in front of the key
--- Job.java
 import org.apache.flink.streaming.api.datastream.DataStream;
 class Job {
   void build(DataStream<Order> orders) {
     orders
+        .rebalance()
         .keyBy(o -> o.customer())
         .process(new Totals()).uid("totals")
         .sinkTo(sink).uid("sink");
   }
 }

### good: no key anywhere
--- Job.java
 import org.apache.flink.streaming.api.datastream.DataStream;
 class Job {
   void build(DataStream<Order> orders) {
     orders
         .map(o -> o.masked()).uid("mask")
+        .rebalance()
         .sinkTo(sink).uid("sink");
   }
 }

## References

- https://nightlies.apache.org/flink/flink-docs-stable/docs/dev/datastream/operators/overview/#physical-partitioning
"""

from __future__ import annotations

from collections.abc import Iterator

from reviewer.core.finding import Category, Confidence, Severity
from reviewer.facts.delta import Delta
from reviewer.facts.streaming.model import FileFacts, Operator
from reviewer.rules.checks.dataflow import Same, label, of_framework, operators
from reviewer.rules.checks.words import Words
from reviewer.rules.rule import Hit, Rule

_SPREAD = Words(
    "{op}() stands between {keyed}, which is ordered by key, and {next}.",
    (
        "{keyed} gives out two updates of one key, the older one first.",
        "{op}() sends them to two subtasks of {next}.",
        "The subtask with the newer one is faster: it is written first, the older one over it -> the last value is stale.",
    ),
    "Remove {op}(), or key the stream again by the same key directly in front of {next}.",
    (".{op}()", ""),
)
_KEY_GONE = Words(
    "The keyBy in front of {next} is removed: records of one key no longer come to one subtask.",
    (
        "Two updates of one key come from different subtasks, or {next} runs with another parallelism than what is in front of it.",
        "Without the keyBy they go to different subtasks of {next}.",
        "The newer one is written first, the older one over it -> the last value is stale.",
    ),
    "Put the keyBy back in front of {next}, or show that it compares versions.",
)
_SPREADS = frozenset({"rebalance", "shuffle", "rescale", "partitionCustom", "partition_custom"})
_KEYS = frozenset({"keyBy", "key_by"})


def compare(delta: Delta) -> Iterator[Hit]:
    """The edges in front of each operator that is there before and after."""
    for same in operators(delta, "flink"):
        if same.now.kind not in ("node", "sink"):
            continue
        old, new = _edges(same.before, same.was), _edges(same.after, same.now)
        came = next((op for op in new if op.op in _SPREADS and not any(o.op in _SPREADS for o in old)), None)
        source = _source(same.after, new[-1] if new else same.now)
        if (
            came is not None
            and not any(op.op in _KEYS for op in new)
            and source is not None
            and _is_keyed(same.after, source)
        ):
            yield _SPREAD.hit(
                f"{same.place}/{came.op}", came.call.name_span, op=came.op, keyed=label(source), next=label(same.now),
                confidence=None if same.now.kind == "sink" else Confidence.MEDIUM,
            )  # fmt: skip
        else:
            yield from _key_gone(same, old, new)


def _key_gone(same: Same, old: list[Operator], new: list[Operator]) -> Iterator[Hit]:
    keyed = next((op for op in old if op.op in _KEYS), None)
    if keyed is None or any(op.op in _KEYS for op in new) or same.now.kind != "sink":
        return
    if _source(same.after, new[-1] if new else same.now) is not None:
        yield _KEY_GONE.hit(
            f"{same.place}/key", keyed.call.name_span, next=label(same.now), confidence=Confidence.MEDIUM
        )


def _edges(file: FileFacts, operator: Operator) -> list[Operator]:
    """The edges directly in front of an operator, nearest first."""
    by_position = {op.position: op for op in of_framework(file, "flink")}
    found: list[Operator] = []
    current = operator
    while len(current.inputs) == 1:
        before = by_position.get(current.inputs[0])
        if before is None or before.kind != "edge" or before in found:
            break
        found.append(before)
        current = before
    return found


def _source(file: FileFacts, operator: Operator) -> Operator | None:
    """The operator that feeds the first edge; None where there is none, or several."""
    if len(operator.inputs) != 1:
        return None
    return next((op for op in of_framework(file, "flink") if op.position == operator.inputs[0]), None)


def _is_keyed(file: FileFacts, operator: Operator) -> bool:
    """Whether an operator, or one whose order it keeps, works on a keyed stream."""
    current: Operator | None = operator
    while current is not None and current.kind == "node":
        edges = _edges(file, current)
        if any(op.op in _KEYS for op in edges):
            return True
        if any(op.op in _SPREADS for op in edges):
            return False
        current = _source(file, edges[-1] if edges else current)
    return False


RULE = Rule(
    __name__,
    __doc__,
    category=Category.ORDERING,
    severity=Severity.HIGH,
    confidence=Confidence.HIGH,
    compare=compare,
)
