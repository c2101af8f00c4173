"""Late records are dropped that were counted before.

The grace period of windows gets shorter, or ends at zero.

## What it catches

`grace`, `ofSizeAndGrace`, `ofTimeDifferenceAndGrace` and their like with a smaller amount than before; `…WithNoGrace` where there was a grace, or
where `TimeWindows.of(…)` implied one of up to 24 hours.

## Why it hurts in production

Stream time is the largest timestamp that a task has seen, of all keys together. One fast partition closes the windows of the slow ones: their
records are dropped, and only the metric `dropped-records-total` tells.

## What to do

A grace above the lateness that is observed, and an alert on the metric.

## Trade-off

A longer grace keeps windows in the store longer, and suppressed results come later by it. None is legitimate where records can't be
late, or an early result is worth more than a whole one.

## What it cannot see

Input whose timestamps are those of the broker, and that is read in order.

## Examples

### bad: the grace goes
--- Rates.java
 import org.apache.kafka.streams.*;
 import org.apache.kafka.streams.kstream.*;
 class Rates {
   void build(StreamsBuilder builder) {
     builder.stream("orders").groupByKey()
-        .windowedBy(TimeWindows.ofSizeAndGrace(Duration.ofMinutes(5), Duration.ofMinutes(10)))
+        .windowedBy(TimeWindows.ofSizeWithNoGrace(Duration.ofMinutes(5))) // ! here
         .count(Materialized.as("rates"));
   }
 }

### bad: the successor of a deprecated method knows no implied grace
--- Rates.java
 import org.apache.kafka.streams.*;
 import org.apache.kafka.streams.kstream.*;
 class Rates {
   void build(StreamsBuilder builder) {
     builder.stream("orders").groupByKey()
-        .windowedBy(TimeWindows.of(Duration.ofMinutes(5)))
+        .windowedBy(TimeWindows.ofSizeWithNoGrace(Duration.ofMinutes(5))) // ! here
         .count(Materialized.as("rates"));
   }
 }

### good: more grace
--- Rates.java
 import org.apache.kafka.streams.*;
 import org.apache.kafka.streams.kstream.*;
 class Rates {
   void build(StreamsBuilder builder) {
     builder.stream("orders").groupByKey()
-        .windowedBy(TimeWindows.ofSizeWithNoGrace(Duration.ofMinutes(5)))
+        .windowedBy(TimeWindows.ofSizeAndGrace(Duration.ofMinutes(5), Duration.ofMinutes(1)))
         .count(Materialized.as("rates"));
   }
 }

### good: the same grace, in the new way
--- Rates.java
 import org.apache.kafka.streams.*;
 import org.apache.kafka.streams.kstream.*;
 class Rates {
   void build(StreamsBuilder builder) {
     builder.stream("orders").groupByKey()
-        .windowedBy(TimeWindows.of(Duration.ofMinutes(5)).grace(Duration.ofMinutes(1)))
+        .windowedBy(TimeWindows.ofSizeAndGrace(Duration.ofMinutes(5), Duration.ofSeconds(60)))
         .count(Materialized.as("rates"));
   }
 }

## References

- https://cwiki.apache.org/confluence/display/KAFKA/KIP-633
"""

from __future__ import annotations

from collections.abc import Iterator

from reviewer.core.finding import Category, Confidence, Severity
from reviewer.facts.delta import Delta
from reviewer.facts.streaming.dataflow import Window
from reviewer.facts.streaming.model import Known
from reviewer.rules.checks.dataflow import amount, cause, last_span, shown, windows
from reviewer.rules.checks.words import Words, of_change
from reviewer.rules.rule import Hit, Rule

_WORDS = Words(
    "The grace of the {kind} windows was {old} and is now {new}.",
    (
        "A record comes late: another partition or key of the same task has moved stream time past the end of its window.",
        "Until now it was still counted for {old}; now its window is closed {after}.",
        "The record is dropped; only dropped-records-total counts it -> totals and joins are silently too low.",
    ),
    "Keep a grace of {old}, or measure how late records are and set it above that.",
)
_IMPLIED = "up to 24 h (implied)"


def compare(delta: Delta) -> Iterator[Hit]:
    """The grace of the windows of the same operator."""
    for same, was, now in windows(delta, "streams"):
        old, new = _grace(was), amount(now.part("grace"))
        if was.kind == "" or old is None or new is None or new >= old[0]:
            continue
        span = last_span(now.parts, "grace") or now.span
        yield _WORDS.hit(
            of_change(f"{same.now.root}/grace {now.kind}", str(old[0]), str(new)), cause(same.files, span),
            kind=now.kind, old=old[1], new=shown(now.part("grace")),
            after="at once" if new == 0 else f"after {shown(now.part('grace'))}",
            severity=Severity.HIGH if new == 0 else None,
        )  # fmt: skip


def _grace(window: Window) -> tuple[int, str] | None:
    """(ms, as shown) of the grace; without one the old factories imply 24 hours less the size."""
    value = window.part("grace")
    if value is None and window.kind in ("tumbling", "hopping", "session", "join"):
        return (86_400_000, _IMPLIED)
    if value is None or value.known is Known.UNKNOWN or (found := amount(value)) is None:
        return None
    return found, shown(value)


RULE = Rule(
    __name__,
    __doc__,
    category=Category.DATA_LOSS,
    severity=Severity.MEDIUM,
    confidence=Confidence.HIGH,
    put_back=True,
    compare=compare,
)
