"""Late records are dropped that were counted or kept before.

An event-time window tolerates less lateness than before, or its late records are no longer kept aside.

## What it catches

`allowedLateness` removed or smaller; `sideOutputLateData` removed from a window that stays; its side output no longer read.

## Why it hurts in production

A record behind the watermark is thrown away without an error; only `numLateRecordsDropped` counts it. After an outage one slow partition is late as
a whole.

## What to do

Keep the lateness, and the side output with a sink behind it.

## Trade-off

Lateness keeps window state longer and fires windows again: readers see updates. Dropping is legitimate where late records are few
and counted.

## What it cannot see

That the watermark's bound was raised by as much in another file.

## Examples

### bad: the side output goes
--- Job.java
 import org.apache.flink.streaming.api.datastream.DataStream;
 class Job {
   void build(DataStream<Order> orders) {
     orders.keyBy(o -> o.customer())
         .window(TumblingEventTimeWindows.of(Duration.ofMinutes(5)))
-        .sideOutputLateData(LATE) // ! here
         .aggregate(new Sum()).uid("sum");
   }
 }

### bad: less lateness
--- Job.java
 import org.apache.flink.streaming.api.datastream.DataStream;
 class Job {
   void build(DataStream<Order> orders) {
     orders.keyBy(o -> o.customer())
         .window(TumblingEventTimeWindows.of(Duration.ofMinutes(5)))
-        .allowedLateness(Duration.ofHours(2))
+        .allowedLateness(Duration.ofMinutes(1)) // ! here
         .aggregate(new Sum()).uid("sum");
   }
 }

### good: more lateness
--- Job.java
 import org.apache.flink.streaming.api.datastream.DataStream;
 class Job {
   void build(DataStream<Order> orders) {
     orders.keyBy(o -> o.customer())
         .window(TumblingEventTimeWindows.of(Duration.ofMinutes(5)))
-        .allowedLateness(Duration.ofMinutes(1))
+        .allowedLateness(Duration.ofMinutes(10))
         .aggregate(new Sum()).uid("sum");
   }
 }

### good: the window goes with what it tolerated
--- Job.java
 import org.apache.flink.streaming.api.datastream.DataStream;
 class Job {
   void build(DataStream<Order> orders) {
     orders.keyBy(o -> o.customer())
-        .window(TumblingEventTimeWindows.of(Duration.ofMinutes(5)))
-        .allowedLateness(Duration.ofMinutes(1))
-        .aggregate(new Sum()).uid("sum");
+        .process(new Last()).uid("last");
   }
 }

## References

- https://nightlies.apache.org/flink/flink-docs-stable/docs/dev/datastream/operators/windows/#allowed-lateness
"""

from __future__ import annotations

from collections.abc import Iterator

from reviewer.core.finding import Category, Confidence, Severity
from reviewer.facts.delta import Delta
from reviewer.facts.streaming.dataflow import Window
from reviewer.rules.checks.dataflow import Same, amount, cause, changed, last_span, windows
from reviewer.rules.checks.words import Words, of_change
from reviewer.rules.rule import Hit, Rule

_LESS = Words(
    "The windows tolerated records {old} late and now tolerate {new}.",
    (
        "After an outage one partition lags: its records come behind the watermark that the others have moved.",
        "Until now their windows were kept {old} longer and fired again; now they are closed after {new}.",
        "The records are thrown away, only numLateRecordsDropped counts them -> totals are silently too low.",
    ),
    "Keep allowedLateness of {old}, or measure how late records are.",
)
_ASIDE = Words(
    "{what}: late records of these windows are kept nowhere now.",
    (
        "A record comes behind the watermark, after its window has closed.",
        "Until now it went to the side output {tag}; now nothing takes it.",
        "It is thrown away, only numLateRecordsDropped counts it -> silent loss.",
    ),
    "Keep sideOutputLateData({tag}) and the sink behind its side output.",
)


def compare(delta: Delta) -> Iterator[Hit]:
    """The windows of the same operator."""
    for same, was, now in windows(delta, "flink"):
        if now.time == "processing":
            continue  # nothing is late there; the change of the clock is another rule's
        yield from _lateness(same, was, now)
        yield from _aside(same, was, now)


def _lateness(same: Same, was: Window, now: Window) -> Iterator[Hit]:
    for change in changed(was.parts, now.parts, "lateness"):
        old = amount(change.old)
        new = amount(change.new) if change.new is not None else 0
        if old is not None and new is not None and new < old:
            shown = change.now if change.new is not None else "nothing"
            yield _LESS.hit(
                of_change(f"{same.place} lateness", change.was, shown), cause(same.files, change.span), old=change.was,
                new=shown if shown != "nothing" else "none at all",
                severity=Severity.HIGH if now.part("late-output") is None else Severity.MEDIUM,
            )  # fmt: skip


def _aside(same: Same, was: Window, now: Window) -> Iterator[Hit]:
    tag, span = was.part("late-output"), last_span(was.parts, "late-output")
    if tag is None or span is None:
        return
    if now.part("late-output") is None:
        what = "sideOutputLateData is removed"
        yield _ASIDE.hit(f"{same.place} late output", span, what=what, tag=tag.text)
        return
    read = was.part("late-read"), now.part("late-read")
    here = last_span(now.parts, "late-output")
    if (
        read[0] is not None
        and read[1] is not None
        and (read[0].text, read[1].text) == ("true", "false")
        and here is not None
    ):
        lost = next((c for c in same.before.syntax.calls if c.name in ("getSideOutput", "get_side_output")), None)
        at = lost.name_span if lost is not None and same.files.touches(lost.name_span) else here
        yield _ASIDE.hit(
            f"{same.place} late read", at, what="The side output of late records is no longer read", tag=tag.text, confidence=Confidence.MEDIUM
        )  # fmt: skip


RULE = Rule(
    __name__,
    __doc__,
    category=Category.DATA_LOSS,
    severity=Severity.HIGH,
    confidence=Confidence.HIGH,
    put_back=True,
    compare=compare,
)
