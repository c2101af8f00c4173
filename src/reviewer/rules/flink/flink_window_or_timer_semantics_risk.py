"""Windows go by another clock or have another shape than the state that is restored.

The windows of an operator change from event to processing time, or change their size, slide, gap or kind under the same uid.

## What it catches

Assigners of the same operator before and after: another time, another kind, other literal amounts; timers that were registered in event time and are
now in processing time; `setStreamTimeCharacteristic` that becomes processing time.

## Why it hurts in production

By processing time a backlog of an hour falls into one window, and a replay gives other results. With another size the restored windows of the old
shape fire beside the new ones: the same records count twice or in part.

## What to do

Keep the clock. For another shape give the operator a new uid and let the old windows run out.

## What it cannot see

That the operator starts without state, or that nobody needs repeatable results.

## Examples

### bad: processing time
--- Job.java
 import org.apache.flink.streaming.api.datastream.DataStream;
 class Job {
   void build(DataStream<Order> orders) {
     orders.keyBy(o -> o.customer())
-        .window(TumblingEventTimeWindows.of(Duration.ofMinutes(5)))
+        .window(TumblingProcessingTimeWindows.of(Duration.ofMinutes(5))) // ! here
         .aggregate(new Sum()).uid("sum");
   }
 }

### bad: another size under the same uid
--- Job.java
 import org.apache.flink.streaming.api.datastream.DataStream;
 class Job {
   void build(DataStream<Order> orders) {
     orders.keyBy(o -> o.customer())
-        .window(TumblingEventTimeWindows.of(Duration.ofMinutes(5)))
+        .window(TumblingEventTimeWindows.of(Duration.ofMinutes(15))) // ! here
         .aggregate(new Sum()).uid("sum");
   }
 }

### good: another size under another uid
--- Job.java
 import org.apache.flink.streaming.api.datastream.DataStream;
 class Job {
   void build(DataStream<Order> orders) {
     orders.keyBy(o -> o.customer())
-        .window(TumblingEventTimeWindows.of(Duration.ofMinutes(5)))
-        .aggregate(new Sum()).uid("sum-5m");
+        .window(TumblingEventTimeWindows.of(Duration.ofMinutes(15)))
+        .aggregate(new Sum()).uid("sum-15m");
   }
 }

### good: the same size in the new API
--- Job.java
 import org.apache.flink.streaming.api.datastream.DataStream;
 class Job {
   void build(DataStream<Order> orders) {
     orders.keyBy(o -> o.customer())
-        .window(TumblingEventTimeWindows.of(Time.minutes(5)))
+        .window(TumblingEventTimeWindows.of(Duration.ofSeconds(300)))
         .aggregate(new Sum()).uid("sum");
   }
 }

## References

- https://nightlies.apache.org/flink/flink-docs-stable/docs/dev/datastream/operators/windows/
- https://nightlies.apache.org/flink/flink-docs-stable/docs/concepts/time/
"""

from __future__ import annotations

from collections.abc import Iterator

from reviewer.core.finding import Category, Confidence, Severity
from reviewer.facts.delta import Delta
from reviewer.facts.streaming.dataflow import Window
from reviewer.facts.streaming.model import FileFacts
from reviewer.facts.syntax import Call
from reviewer.rules.checks import settings
from reviewer.rules.checks.dataflow import Same, amount, behind, cause, changed, of_framework, windows
from reviewer.rules.checks.words import Words, of_change
from reviewer.rules.rule import Hit, Rule
from reviewer.rules.support import folded

_CLOCK = Words(
    "{what} went by event time and now {goes} by processing time.",
    (
        "The job is down for an hour, or history is replayed; afterwards it reads the backlog in minutes.",
        "By processing time all of these records count as of now: they fall together, whatever their own timestamps say.",
        "Results differ from those of the same records without the outage, and nobody can compute them again -> wrong totals.",
    ),
    "Keep event time. If the clock is really meant, say so, and give the operator a new uid.",
)
_SHAPE = Words(
    "The {part} of the windows of {op}() was {old} and is now {new}; the operator keeps its uid and so its state.",
    (
        "The savepoint holds open windows with a {part} of {old}.",
        "The new version restores them and makes windows with {new} beside them.",
        "Old ones fire in their old bounds, new ones in the new: the same records count in both, or in neither -> wrong results around the deploy.",
    ),
    "Give {op}() a new uid, and let the old windows run out or replay.",
)
_PARTS = ("size", "slide", "gap", "step", "offset")
_EVENT, _WALL = "registereventtimetimer", "registerprocessingtimetimer"


def compare(delta: Delta) -> Iterator[Hit]:
    """The windows of the same operator, then timers, then the job's characteristic."""
    for same, was, now in windows(delta, "flink"):
        if was.time == "event" and now.time == "processing":
            yield _CLOCK.hit(
                f"{same.place} clock", cause(same.files, now.span, "Processing"), what="These windows", goes="go"
            )
        elif was.kind == now.kind and was.time == now.time and not _is_new_state(same):
            yield from _reshaped(same, was, now)
    yield from _timers(delta)
    for differs in settings.changed(delta, "pipeline.time.characteristic"):
        if differs.old.is_explicit("eventtime") and differs.new.is_explicit("processingtime"):
            yield _CLOCK.hit(differs.subject, differs.span, what="The job", goes="goes")


def _reshaped(same: Same, was: Window, now: Window) -> Iterator[Hit]:
    after = behind(of_framework(same.after, "flink"), same.now)
    for change in changed(was.parts, now.parts, *_PARTS):
        if amount(change.old) is not None and amount(change.new) is not None and after:
            yield _SHAPE.hit(
                of_change(f"{same.place} {change.name}", change.was, change.now), cause(same.files, change.span, change.now),
                part=change.name, op=after[0].op, old=change.was, new=change.now,
                confidence=None if after[0].uid is not None else Confidence.MEDIUM,
            )  # fmt: skip
            return


def _is_new_state(same: Same) -> bool:
    """Whether what works on the windows has another uid now."""
    old, new = (
        {op.uid for op in behind(of_framework(file, "flink"), operator) if op.uid}
        for file, operator in ((same.before, same.was), (same.after, same.now))
    )
    return bool(old) and not old & new


def _timers(delta: Delta) -> Iterator[Hit]:
    """A function that registered only event-time timers and now registers only others."""
    for pair, before, after in delta.modified():
        old, new = _registered(before), _registered(after)
        for name, calls in new.items():
            was = {folded(call.name) for call in old.get(name, [])}
            if (
                was == {_EVENT}
                and {folded(call.name) for call in calls} == {_WALL}
                and pair.touches(calls[0].name_span)
            ):
                yield _CLOCK.hit(f"{name} timer", calls[0].name_span, what=f"The timer of {name}()", goes="goes")


def _registered(file: FileFacts) -> dict[str, list[Call]]:
    found: dict[str, list[Call]] = {}
    for call in file.syntax.calls:
        if folded(call.name) in (_EVENT, _WALL):
            found.setdefault(file.function_name(call.function), []).append(call)
    return found


RULE = Rule(
    __name__,
    __doc__,
    category=Category.STATE_CONSISTENCY,
    severity=Severity.HIGH,
    confidence=Confidence.HIGH,
    put_back=True,
    compare=compare,
)
