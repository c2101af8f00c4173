"""Results that were final now come with every update.

The step that holds a window's result back until the window closes goes, or gives up earlier.

## What it catches

`suppress(Suppressed.untilWindowCloses(…))` removed behind windows that stay, replaced by a time limit, or given a buffer that emits early when
full; `EmitStrategy.onWindowClose()` removed.

## Why it hurts in production

Downstream got one result per window and acts on each: adds it up, alerts, bills. Without the step it gets every intermediate one.

## What to do

Keep the step, or make every reader of the output overwrite by key and window.

## What it cannot see

That the readers already overwrite by key and window.

## Examples

### bad: suppress goes
--- Alerts.java
 import org.apache.kafka.streams.*;
 import org.apache.kafka.streams.kstream.*;
 class Alerts {
   void build(StreamsBuilder builder) {
     builder.stream("logins").groupByKey()
         .windowedBy(TimeWindows.ofSizeAndGrace(Duration.ofMinutes(5), Duration.ofMinutes(1)))
         .count(Materialized.as("logins"))
-        .suppress(Suppressed.untilWindowCloses(Suppressed.BufferConfig.unbounded())) // ! here
         .toStream()
         .to("alerts");
   }
 }

### bad: a time limit instead of the window's end
--- Alerts.java
 import org.apache.kafka.streams.*;
 import org.apache.kafka.streams.kstream.*;
 class Alerts {
   void build(StreamsBuilder builder) {
     builder.stream("logins").groupByKey()
         .windowedBy(TimeWindows.ofSizeAndGrace(Duration.ofMinutes(5), Duration.ofMinutes(1)))
         .count(Materialized.as("logins"))
-        .suppress(Suppressed.untilWindowCloses(Suppressed.BufferConfig.unbounded()))
+        .suppress(Suppressed.untilTimeLimit(Duration.ofMinutes(1), Suppressed.BufferConfig.unbounded())) // ! here
         .toStream()
         .to("alerts");
   }
 }

### good: the buffer gets a bound and a name
--- Alerts.java
 import org.apache.kafka.streams.*;
 import org.apache.kafka.streams.kstream.*;
 class Alerts {
   void build(StreamsBuilder builder) {
     builder.stream("logins").groupByKey()
         .windowedBy(TimeWindows.ofSizeAndGrace(Duration.ofMinutes(5), Duration.ofMinutes(1)))
         .count(Materialized.as("logins"))
-        .suppress(Suppressed.untilWindowCloses(Suppressed.BufferConfig.unbounded()))
+        .suppress(Suppressed.untilWindowCloses(Suppressed.BufferConfig.maxRecords(9000).shutDownWhenFull()).withName("final"))
         .toStream()
         .to("alerts");
   }
 }

### good: the whole branch goes
--- Alerts.java
 import org.apache.kafka.streams.*;
 import org.apache.kafka.streams.kstream.*;
 class Alerts {
   void build(StreamsBuilder builder) {
     KStream<String, Login> logins = builder.stream("logins");
     logins.to("all-logins");
-    logins.groupByKey()
-        .windowedBy(TimeWindows.ofSizeAndGrace(Duration.ofMinutes(5), Duration.ofMinutes(1)))
-        .count(Materialized.as("logins"))
-        .suppress(Suppressed.untilWindowCloses(Suppressed.BufferConfig.unbounded()))
-        .toStream()
-        .to("alerts");
   }
 }

## References

- https://cwiki.apache.org/confluence/display/KAFKA/KIP-328
"""

from __future__ import annotations

from collections.abc import Iterator

from reviewer.core.finding import Category, Confidence, Severity
from reviewer.core.span import Span
from reviewer.facts.delta import Delta
from reviewer.facts.streaming.dataflow import part_of
from reviewer.facts.streaming.model import FileFacts, Operator
from reviewer.rules.checks.dataflow import Same, behind, cause, changed, last_span, of_framework, operators, windows
from reviewer.rules.checks.words import Words
from reviewer.rules.rule import Hit, Rule

_WORDS = Words(
    "{what}: the windows of {op}() give on every intermediate result now.",
    (
        "A window gets a thousand records; until now one result left {op}() when it closed.",
        "The new version gives on a result with every update of the window{limit}.",
        "What reads the output adds up, alerts or bills for each of them -> the same window counts many times.",
    ),
    "{fix}",
)
_KEEP = "Keep suppress(Suppressed.untilWindowCloses(…)) behind {op}(), or let every reader of the output overwrite by key and window."


def compare(delta: Delta) -> Iterator[Hit]:
    """Aggregations that were followed by a final suppression and are not any more; weaker suppressions; emit strategies."""
    for same in operators(delta, "streams"):
        if same.was.op == "suppress":
            yield from _weaker(same)
        elif (old := _final(same.before, same.was)) is not None and not _suppressed(same.after, same.now):
            if not _emits_at_close(same.after):
                yield _hit(same.now, f"suppress() behind {same.now.op}() is removed", old.call.name_span, "")
    for same, was, now in windows(delta, "streams"):
        span = last_span(was.parts, "emit")
        if span is not None and now.part("emit") is None and not _has_suppress(same.after):
            after = behind(of_framework(same.after, "streams"), same.now)
            yield _hit(after[0] if after else same.now, "EmitStrategy.onWindowClose() is removed", span, "")


def _final(file: FileFacts, operator: Operator) -> Operator | None:
    """The suppression until windows close that stands directly behind an operator."""
    after = behind(of_framework(file, "streams"), operator)
    return next((op for op in after if op.op == "suppress" and _until(op) == "window-closes"), None)


def _suppressed(file: FileFacts, operator: Operator) -> bool:
    """Whether the operator is still followed by one, or hands its result to what is not seen."""
    after = behind(of_framework(file, "streams"), operator)
    return not after or any(op.op == "suppress" for op in after)


def _has_suppress(file: FileFacts) -> bool:
    return any(op.op == "suppress" for op in file.operators)


def _emits_at_close(file: FileFacts) -> bool:
    return any(window.part("emit") is not None for window in file.windows)


def _until(operator: Operator) -> str:
    value = part_of(operator.parts, "suppressed.until")
    return value.text if value is not None else ""


def _weaker(same: Same) -> Iterator[Hit]:
    source = next((op for op in same.after.operators if op.position in same.now.inputs), same.now)
    for change in changed(same.was.parts, same.now.parts, "suppressed.until", "suppressed.buffer.full"):
        span = cause(same.files, change.span)
        if change.name == "suppressed.until" and (change.was, change.now) == ("window-closes", "time-limit"):
            yield _hit(source, "untilWindowCloses is replaced by untilTimeLimit", span, " after the time limit")
        elif change.now == "emit-early" and _until(same.was) == "window-closes":
            yield _hit(source, "The buffer emits early when it is full", span, " once the buffer is full")


def _hit(operator: Operator, what: str, span: Span, limit: str) -> Hit:
    fix = _KEEP.format(op=operator.op)
    return _WORDS.hit(f"{operator.root}/{what}", span, what=what, op=operator.op, limit=limit, fix=fix)


RULE = Rule(
    __name__,
    __doc__,
    category=Category.DUPLICATES,
    severity=Severity.HIGH,
    confidence=Confidence.HIGH,
    compare=compare,
)
