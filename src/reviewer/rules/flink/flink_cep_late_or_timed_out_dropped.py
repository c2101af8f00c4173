"""Late or unfinished events of a pattern are dropped.

A pattern goes by another clock, or what came late or timed out is no longer given out.

## What it catches

`inProcessingTime()` added to a pattern; `sideOutputLateData` removed; the handler or the tag for matches that timed out removed.

## Why it hurts in production

CEP throws away what is behind the watermark: one lagging partition's second step is missing and the fraud is never seen. By processing time a backlog
after an outage matches everything within five minutes. Without a handler "paid but not shipped" is never told.

## What to do

Event time, a side output for late events, a handler for what timed out.

## What it cannot see

That somebody else watches for what is missing.

## Examples

### bad: processing time
--- Fraud.java
 import org.apache.flink.cep.CEP;
 import org.apache.flink.cep.pattern.Pattern;
 class Fraud {
   void build(DataStream<Payment> payments) {
     Pattern<Payment, ?> pattern = Pattern.<Payment>begin("small").where(new Small())
         .followedBy("large").where(new Large()).within(Duration.ofMinutes(10));
     CEP.pattern(payments.keyBy(p -> p.card()), pattern)
+        .inProcessingTime() // ! here
         .select(new Alarm()).uid("alarm");
   }
 }

### bad: late events are no longer kept
--- Fraud.java
 import org.apache.flink.cep.CEP;
 import org.apache.flink.cep.pattern.Pattern;
 class Fraud {
   void build(DataStream<Payment> payments) {
     Pattern<Payment, ?> pattern = Pattern.<Payment>begin("small").where(new Small())
         .followedBy("large").where(new Large()).within(Duration.ofMinutes(10));
     CEP.pattern(payments.keyBy(p -> p.card()), pattern)
-        .sideOutputLateData(LATE) // ! here
         .select(new Alarm()).uid("alarm");
   }
 }

### good: event time is said
--- Fraud.java
 import org.apache.flink.cep.CEP;
 import org.apache.flink.cep.pattern.Pattern;
 class Fraud {
   void build(DataStream<Payment> payments) {
     Pattern<Payment, ?> pattern = Pattern.<Payment>begin("small").where(new Small())
         .followedBy("large").where(new Large()).within(Duration.ofMinutes(10));
     CEP.pattern(payments.keyBy(p -> p.card()), pattern)
+        .inEventTime()
         .select(new Alarm()).uid("alarm");
   }
 }

### good: the tag is renamed
--- Fraud.java
 import org.apache.flink.cep.CEP;
 import org.apache.flink.cep.pattern.Pattern;
 class Fraud {
   void build(DataStream<Payment> payments) {
     Pattern<Payment, ?> pattern = Pattern.<Payment>begin("small").where(new Small())
         .followedBy("large").where(new Large()).within(Duration.ofMinutes(10));
     CEP.pattern(payments.keyBy(p -> p.card()), pattern)
-        .sideOutputLateData(LATE)
+        .sideOutputLateData(TOO_LATE)
         .select(new Alarm()).uid("alarm");
   }
 }

## References

- https://nightlies.apache.org/flink/flink-docs-stable/docs/libs/cep/
"""

from __future__ import annotations

from collections.abc import Iterator

from reviewer.core.finding import Category, Confidence, Severity
from reviewer.facts.delta import Delta
from reviewer.rules.checks.dataflow import last_span, patterns
from reviewer.rules.checks.words import Words
from reviewer.rules.rule import Hit, Rule

_CLOCK = Words(
    "The pattern {what} went by event time and now goes by processing time.",
    (
        "The job is down for an hour; afterwards the backlog is read in minutes.",
        "By processing time all of it lies within the pattern's limit, in the order of reading instead of that of the events.",
        "Events hours apart match, and real sequences are torn apart -> false alerts and missed ones after every outage.",
    ),
    "Keep event time with a watermark per partition.",
)
_LATE = Words(
    "Late events of the pattern {what} went to {tag} and are now dropped.",
    (
        "One partition lags: its events come behind the watermark.",
        "CEP sorts by time and takes nothing from behind it; until now such events went to the side output {tag}.",
        "They are dropped without a word -> the sequence that they belong to is never found.",
    ),
    "Keep sideOutputLateData({tag}) and a sink behind it.",
)
_TIMED = Words(
    "Matches of the pattern {what} that ran out of time were given out and are now dropped.",
    (
        "A match begins; the event that would complete it does not come within the limit.",
        "Until now this was told to a handler or a side output.",
        "Now the half match is dropped without a word -> what the absence meant (paid but not shipped) is never told.",
    ),
    "Keep the handler for matches that timed out, and the sink behind its side output.",
)


def compare(delta: Delta) -> Iterator[Hit]:
    """Patterns of the same function."""
    for pair, was, now in patterns(delta):
        what = f'"{now.stages[0].name.text}…"' if now.stages else ""
        place = pair.after.function_name(now.call.function) if pair.after is not None else ""
        times = [value.text if (value := side.part("time")) is not None else "event" for side in (was, now)]
        clock = last_span(now.parts, "time")
        if times == ["event", "processing"] and clock is not None:
            yield _CLOCK.hit(f"{place}/clock", clock, what=what)
        late, span = was.part("late-output"), last_span(was.parts, "late-output")
        if (
            late is not None
            and span is not None
            and now.part("late-output") is None
            and times[1] != "processing"
            and now.is_applied
        ):
            yield _LATE.hit(f"{place}/late", span, what=what, tag=late.text)
        timed, line = was.part("timed-out"), last_span(was.parts, "timed-out")
        after = now.part("timed-out")
        if timed is not None and timed.text != "dropped" and line is not None and now.is_applied:
            if after is None or after.text == "dropped":
                yield _TIMED.hit(f"{place}/timed out", line, what=what, confidence=Confidence.MEDIUM)


RULE = Rule(
    __name__,
    __doc__,
    category=Category.DATA_LOSS,
    severity=Severity.HIGH,
    confidence=Confidence.HIGH,
    compare=compare,
)
