"""Windows of two shapes lie in one store.

The size, advance, gap or kind of the windows of an aggregation changes while its store stays; a join's window gets narrower.

## What it catches

`TimeWindows`, `SlidingWindows`, `SessionWindows` and `JoinWindows` whose literal amounts differ before and after on the same operator, and the
retention and window size of a store that keeps its name.

## Why it hurts in production

A windowed store keeps key and start, not the end. Windows of the old size are read as windows of the new one: their ends are wrong, and five-
and ten-minute totals stand under one key. A narrower join drops pairs that were joined yesterday.

## What to do

Give the store another name with the new windows, and replay where the history matters.

## What it cannot see

That all old windows are closed when the new version starts; amounts from the configuration.

## Examples

### bad: ten minutes instead of five
--- Rates.java
 import org.apache.kafka.streams.*;
 import org.apache.kafka.streams.kstream.*;
 class Rates {
   void build(StreamsBuilder builder) {
     builder.stream("orders").groupByKey()
-        .windowedBy(TimeWindows.ofSizeAndGrace(Duration.ofMinutes(5), Duration.ofMinutes(1)))
+        .windowedBy(TimeWindows.ofSizeAndGrace(Duration.ofMinutes(10), Duration.ofMinutes(1))) // ! here
         .count(Materialized.as("rates"));
   }
 }

### bad: the constant for the size changes
--- Rates.java
 import org.apache.kafka.streams.*;
 import org.apache.kafka.streams.kstream.*;
 class Rates {
-  private static final Duration SIZE = Duration.ofMinutes(5);
+  private static final Duration SIZE = Duration.ofMinutes(1); // ! here
   void build(StreamsBuilder builder) {
     builder.stream("orders").groupByKey()
         .windowedBy(TimeWindows.ofSizeWithNoGrace(SIZE))
         .count(Materialized.as("rates"));
   }
 }

### good: the same size in another unit
--- Rates.java
 import org.apache.kafka.streams.*;
 import org.apache.kafka.streams.kstream.*;
 class Rates {
   void build(StreamsBuilder builder) {
     builder.stream("orders").groupByKey()
-        .windowedBy(TimeWindows.ofSizeWithNoGrace(Duration.ofMinutes(5)))
+        .windowedBy(TimeWindows.ofSizeWithNoGrace(Duration.ofSeconds(300)))
         .count(Materialized.as("rates"));
   }
 }

### good: new windows in a new store
--- Rates.java
 import org.apache.kafka.streams.*;
 import org.apache.kafka.streams.kstream.*;
 class Rates {
   void build(StreamsBuilder builder) {
     builder.stream("orders").groupByKey()
-        .windowedBy(TimeWindows.ofSizeWithNoGrace(Duration.ofMinutes(5)))
-        .count(Materialized.as("rates-5m"));
+        .windowedBy(TimeWindows.ofSizeWithNoGrace(Duration.ofMinutes(10)))
+        .count(Materialized.as("rates-10m"));
   }
 }

## References

- https://kafka.apache.org/documentation/streams/developer-guide/dsl-api.html#windowing
"""

from __future__ import annotations

from collections.abc import Iterator

from reviewer.core.finding import Category, Confidence, Severity
from reviewer.facts.delta import Delta
from reviewer.facts.pairs import STORES
from reviewer.facts.streaming.dataflow import Window
from reviewer.rules.checks.dataflow import (
    Same,
    amount,
    behind,
    cause,
    changed,
    is_new_application,
    of_framework,
    shown,
    stores_of,
    windows,
)
from reviewer.rules.checks.words import Words, of_change
from reviewer.rules.rule import Hit, Rule

_WORDS = Words(
    "The {part} of the {kind} windows was {old} and is now {new}; the store keeps the windows of the old shape.",
    (
        "The store holds windows of {old}: each entry is a key and a start, the end is not stored.",
        "The new version reads them with a {part} of {new} and adds its own windows beside them.",
        "Windows of both shapes count the same records, ends are computed wrong, and open windows are closed at another time -> wrong results around the deploy.",
    ),
    "Give the store of these windows another name, so that old and new ones do not mix, and replay if the history matters.",
)
_JOIN = Words(
    "The join window ({part}) was {old} and is now {new}: pairs further apart are no longer joined.",
    (
        "Two records that belong together arrive up to {old} apart, as they did until now.",
        "The new version looks only {new} {part}.",
        "The partner is not found: an inner join drops both, an outer join emits them alone -> results that existed yesterday are missing.",
    ),
    "Keep {old}, or measure how far apart partners really are before the window gets narrower.",
)
_KEPT = Words(
    'The {part} of the store "{name}" was {old} and is now {new}.',
    (
        'Windows up to {old} old are in the store "{name}" and its changelog, and are updated or looked up.',
        "The new version keeps them for {new}: older segments are dropped, and late records for them are ignored.",
        "A late record or a look-up finds nothing -> its window counts from zero or its duplicate passes.",
    ),
    "Keep {old}: at least the window size plus the grace, and as far back as records are looked up.",
)
_SHAPE = ("size", "advance", "gap")


def compare(delta: Delta) -> Iterator[Hit]:
    """The windows of the same operator, then the amounts of stores that keep their name."""
    if is_new_application(delta):
        return
    for same, was, now in windows(delta, "streams"):
        if was.kind == now.kind == "join":
            yield from _narrower(same, was, now)
        elif not _has_new_store(same):
            yield from _reshaped(same, was, now)
    for pair in delta.pairs_of(STORES):
        if pair.before is None or pair.after is None or not pair.is_sure:
            continue
        for change in changed(pair.before.parts, pair.after.parts, "retention", "window-size"):
            old, new = amount(change.old), amount(change.new)
            if old is not None and new is not None and (new < old or change.name == "window-size"):
                name = pair.after.name.text
                yield _KEPT.hit(
                    of_change(f"{name} {change.name}", change.was, change.now), cause(pair.files, change.span),
                    part=change.name.replace("-", " "), name=name, old=change.was, new=change.now,
                )  # fmt: skip


def _reshaped(same: Same, was: Window, now: Window) -> Iterator[Hit]:
    for change in changed(was.parts, now.parts, *_SHAPE):
        if amount(change.old) is not None and amount(change.new) is not None:
            yield _WORDS.hit(
                of_change(f"{same.now.root}/{change.name}", change.was, change.now), cause(same.files, change.span),
                part=change.name, kind=now.kind, old=change.was, new=change.now,
                confidence=Confidence.MEDIUM if now.kind == "session" else None,
            )  # fmt: skip
            return


def _narrower(same: Same, was: Window, now: Window) -> Iterator[Hit]:
    for part in ("before", "after"):
        old, new = amount(was.part(part)), amount(now.part(part))
        if old is not None and new is not None and new < old:
            change = next(changed(was.parts, now.parts, part))
            yield _JOIN.hit(
                of_change(f"{same.place} {part}", change.was, change.now), cause(same.files, change.span),
                part=part, old=shown(was.part(part)), new=shown(now.part(part)),
                severity=Severity.MEDIUM, confidence=Confidence.MEDIUM,
            )  # fmt: skip
            return


def _has_new_store(same: Same) -> bool:
    """Whether what aggregates behind the windows keeps its state under another name now."""
    old, new = (
        {store.name.text for op in behind(of_framework(file, "streams"), operator) for store in stores_of(file, op)}
        for file, operator in ((same.before, same.was), (same.after, same.now))
    )
    return bool(new) and not old & new


RULE = Rule(
    __name__,
    __doc__,
    category=Category.STATE_CONSISTENCY,
    severity=Severity.HIGH,
    confidence=Confidence.HIGH,
    compare=compare,
)
