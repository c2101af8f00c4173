"""The watermark runs ahead of records that still come.

A watermark strategy allows less disorder than before, takes its timestamps from elsewhere, or is no longer made per partition.

## What it catches

`forBoundedOutOfOrderness` with a smaller bound, or replaced by `forMonotonousTimestamps`; `withTimestampAssigner` removed or reading another field;
`withIdleness` that gets shorter.

## Why it hurts in production

What comes behind the watermark is late: windows are closed, records are thrown away without an error. Another timestamp puts every record in
another window than those in the restored state.

## What to do

A bound above the disorder that is observed, timestamps of the event, the strategy in `fromSource`.

## Trade-off

A larger bound delays every result by it. A small one is legitimate where an early result matters more than records that come later.

## What it cannot see

That a topic has one partition in order; a strategy made in a file that was not read.

## Examples

### bad: a smaller bound
--- Job.java
 import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
 class Job {
   void build(StreamExecutionEnvironment env) {
     env.fromSource(source,
-        WatermarkStrategy.<Order>forBoundedOutOfOrderness(Duration.ofMinutes(5)).withIdleness(Duration.ofMinutes(1)),
+        WatermarkStrategy.<Order>forBoundedOutOfOrderness(Duration.ofSeconds(1)).withIdleness(Duration.ofMinutes(1)), // ! here
         "orders").uid("orders");
   }
 }

### bad: the timestamps of the event are no longer used
--- Job.java
 import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
 class Job {
   WatermarkStrategy<Order> marks() {
     return WatermarkStrategy.<Order>forBoundedOutOfOrderness(Duration.ofMinutes(5))
-        .withTimestampAssigner((order, at) -> order.createdAt()) // ! here
         .withIdleness(Duration.ofMinutes(1));
   }
 }

### good: a larger bound in a constant
--- Job.java
 import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
 class Job {
+  private static final Duration BOUND = Duration.ofMinutes(6);
   WatermarkStrategy<Order> marks() {
-    return WatermarkStrategy.<Order>forBoundedOutOfOrderness(Duration.ofMinutes(5)).withIdleness(Duration.ofMinutes(1));
+    return WatermarkStrategy.<Order>forBoundedOutOfOrderness(BOUND).withIdleness(Duration.ofMinutes(1));
   }
 }

### good: renamed parameters of the assigner
--- Job.java
 import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
 class Job {
   WatermarkStrategy<Order> marks() {
     return WatermarkStrategy.<Order>forBoundedOutOfOrderness(Duration.ofMinutes(5))
-        .withTimestampAssigner((order, at) -> order.createdAt());
+        .withTimestampAssigner((event, previous) -> event.getCreatedAt());
   }
 }

## References

- https://nightlies.apache.org/flink/flink-docs-stable/docs/dev/datastream/event-time/generating_watermarks/
"""

from __future__ import annotations

from collections.abc import Iterator

from reviewer.core.finding import Category, Confidence, Severity
from reviewer.facts.delta import Delta, FilePair
from reviewer.facts.pairs import BUILDERS
from reviewer.facts.streaming.dataflow import part_of
from reviewer.facts.streaming.model import Builder
from reviewer.rules.checks.dataflow import amount, cause, changed
from reviewer.rules.checks.keys import reads
from reviewer.rules.checks.words import Words, of_change
from reviewer.rules.rule import Hit, Rule
from reviewer.rules.support import short

_BOUND = Words(
    "The watermark waited {old} for records out of order and now waits {new}.",
    (
        "Records of one partition, or of a slow producer, come some minutes behind the newest.",
        "The watermark follows the newest after {new}, and the windows of these records are closed.",
        "They are late and thrown away without an error, most of all while a backlog is read -> totals are silently too low.",
    ),
    "Keep {old}, or measure the disorder (numLateRecordsDropped) before the bound gets smaller.",
)
_TIMES = Words(
    "The event time of records was {old} and is now {new}.",
    (
        "Windows, timers and state of the running job go by {old}.",
        "The new version stamps the same records with {new}: other times, perhaps far from the restored watermark.",
        "Records fall into other windows, or are late as a whole and thrown away -> results that do not fit those until now.",
    ),
    "Keep {old} as the event time; for another one start the windows under new uids.",
)
_IDLE = Words(
    "A partition counted as idle after {old} and now does after {new}.",
    (
        "A partition is quiet for longer than {new}, which was no reason to pass it by until now.",
        "The watermark goes on without it; then its next records come.",
        "They are behind the watermark, late, and thrown away -> loss at every pause of that partition.",
    ),
    "Keep the idleness above the longest normal gap of a partition: {old}.",
)
_RECORD = "the timestamp of the Kafka record"


def compare(delta: Delta) -> Iterator[Hit]:
    """The parts of the same strategy."""
    for pair in delta.pairs_of(BUILDERS):
        if pair.before is not None and pair.after is not None and pair.after.kind == "watermark":
            place = pair.files.after.function_name(pair.after.call.function) if pair.files.after else ""
            yield from _of(pair.files, place, pair.before, pair.after)


def _of(files: FilePair, place: str, was: Builder, now: Builder) -> Iterator[Hit]:
    kinds = [value.text if (value := part_of(side.parts, "watermark")) is not None else "" for side in (was, now)]
    if any(kind not in ("bounded", "monotonous") for kind in kinds):
        return
    old, new = (amount(part_of(side.parts, "watermark.bound")) for side in (was, now))
    for change in changed(was.parts, now.parts, "watermark.bound"):
        lower = old and ((new is not None and new < old) or (change.new is None and kinds[1] == "monotonous"))
        if lower:
            after = change.now if change.new is not None else "not at all"
            span = change.span if change.new is not None else now.call.name_span
            yield _BOUND.hit(
                of_change(f"{place} bound", change.was, after),
                cause(files, span, "onotonous"),
                old=change.was,
                new=after,
            )
    for change in changed(was.parts, now.parts, "watermark.idleness"):
        before, after_ms = amount(change.old), amount(change.new)
        if before is not None and after_ms is not None and after_ms * 2 <= before:
            yield _IDLE.hit(
                of_change(f"{place} idleness", change.was, change.now), cause(files, change.span), old=change.was, new=change.now,
                severity=Severity.MEDIUM, confidence=Confidence.MEDIUM,
            )  # fmt: skip
    for change in changed(was.parts, now.parts, "watermark.timestamps"):
        first, second = _time(change.old and change.old.text), _time(change.new and change.new.text)
        if first is not None and second is not None and first != second and change.old is not None:
            shown = (f"`{short(change.was)}`", f"`{short(change.now)}`" if change.new is not None else _RECORD)
            yield _TIMES.hit(
                of_change(f"{place} timestamps", first, second), cause(files, change.span), old=shown[0], new=shown[1],
                confidence=None if change.new is None else Confidence.MEDIUM,
            )  # fmt: skip


def _time(text: object) -> str | None:
    """What an assigner reads; None where it is no lambda and can't be compared."""
    if not text:
        return _RECORD
    return reads(str(text)) or str(text)


RULE = Rule(
    __name__,
    __doc__,
    category=Category.DATA_LOSS,
    severity=Severity.HIGH,
    confidence=Confidence.HIGH,
    put_back=True,
    compare=compare,
)
