"""Windows and joins go by another clock.

The timestamp extractor of a topology changes: by event time before, by the wall clock now, or the other way, or bad timestamps are skipped.

## What it catches

`Consumed.withTimestampExtractor(…)` and `default.timestamp.extractor` (also from Spring) that change, go, or become `WallclockTimestampExtractor`
or `LogAndSkipOnInvalidTimestamp`.

## Why it hurts in production

Stream time only goes forward. With the wall clock a replay or a backlog after an outage falls into one window; back at event time the first
records are hours late and dropped. Skipping bad timestamps drops records with a log line.

## What to do

Keep the extractor, or give the windowed stores other names and replay.

## What it cannot see

What an extractor in another file returns.

## Examples

### bad: the wall clock
--- App.java
 import org.apache.kafka.streams.*;
 class App {
   void configure(Properties props) {
-    props.put(StreamsConfig.DEFAULT_TIMESTAMP_EXTRACTOR_CLASS_CONFIG, OrderTime.class);
+    props.put(StreamsConfig.DEFAULT_TIMESTAMP_EXTRACTOR_CLASS_CONFIG, WallclockTimestampExtractor.class); // ! here
   }
 }

### bad: the extractor of a source goes
--- Top.java
 import org.apache.kafka.streams.*;
 import org.apache.kafka.streams.kstream.*;
 class Top {
   void build(StreamsBuilder builder) {
-    builder.stream("orders", Consumed.with(Serdes.String(), orders).withTimestampExtractor(new OrderTime())) // ! here
+    builder.stream("orders", Consumed.with(Serdes.String(), orders))
         .groupByKey()
         .windowedBy(TimeWindows.ofSizeWithNoGrace(Duration.ofMinutes(5)))
         .count();
   }
 }

### good: the same extractor by a method reference to its constructor
--- Top.java
 import org.apache.kafka.streams.*;
 import org.apache.kafka.streams.kstream.*;
 class Top {
   void build(StreamsBuilder builder) {
-    builder.stream("orders", Consumed.with(Serdes.String(), orders).withTimestampExtractor(new OrderTime()));
+    OrderTime time = new OrderTime();
+    builder.stream("orders", Consumed.with(Serdes.String(), orders).withTimestampExtractor(time));
   }
 }

### good: another setting of the same application
--- App.java
 import org.apache.kafka.streams.*;
 class App {
   void configure(Properties props) {
     props.put(StreamsConfig.DEFAULT_TIMESTAMP_EXTRACTOR_CLASS_CONFIG, OrderTime.class);
-    props.put(StreamsConfig.NUM_STREAM_THREADS_CONFIG, 1);
+    props.put(StreamsConfig.NUM_STREAM_THREADS_CONFIG, 4);
   }
 }

## References

- https://kafka.apache.org/documentation/streams/developer-guide/config-streams.html#timestamp-extractor
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from reviewer.core.finding import Category, Confidence, Severity
from reviewer.core.span import Span
from reviewer.facts.delta import Delta
from reviewer.rules.checks.dataflow import cause, changed, is_new_application, operators
from reviewer.rules.checks.words import Words, of_setting
from reviewer.rules.rule import Hit, Rule
from reviewer.rules.support import short

_WORDS = Words(
    "The timestamps of records came from {old} and now come from {new}.",
    (
        "Windows, joins and grace periods go by the timestamps of {old}; stores hold windows with these times.",
        "{then}",
        "{end}",
    ),
    "Keep {old}; for another clock give the windowed stores other names and replay.",
)
_WALL = (
    "The new version stamps each record with the time at which it is read: a backlog or a replay of hours falls into one window.",
    "Totals per window are wrong after every outage, and cannot be computed again -> results that nobody can repeat.",
)
_OTHER = (
    "The new version reads other times from the same records, while stream time in the stores stays where it was.",
    "Records before it are late and dropped, those far ahead close windows of all keys -> records are missing from their windows.",
)
_SKIP = (
    "The new version drops every record whose timestamp is not valid, with a line in the log.",
    "A producer that sets no timestamp loses all its records here, while offsets are committed -> silent loss.",
)
_DEFAULT = "FailOnInvalidTimestamp"


def compare(delta: Delta) -> Iterator[Hit]:
    """The extractors of sources, then the configured ones."""
    if is_new_application(delta):
        return
    for same in operators(delta, "streams"):
        for change in changed(same.was.parts, same.now.parts, "consumed.timestamp-extractor"):
            yield from _hit(
                same.place, change.old and change.was, change.new and change.now, cause(same.files, change.span)
            )
    for pair in delta.settings("default.timestamp.extractor", "default.timestamp.extractor.class"):
        old, new = pair.before, pair.after
        if pair.is_sure and old is not None and pair.files.after is not None:
            span = new.span if new is not None else old.span
            now = new.value.text if new is not None else None
            yield from _hit(of_setting(old), old.value.text, now, span)


def _hit(subject: str, old: object, new: object, span: Span) -> Iterator[Hit]:
    was, now = _plain(old), _plain(new)
    if was == now or "lambda" in (was, now):
        return
    then = _WALL if "Wallclock" in now else _SKIP if now.startswith("LogAndSkip") else _OTHER
    sure = then is not _OTHER or _DEFAULT in (was, now) or "Wallclock" in was
    yield _WORDS.hit(
        f"{subject}/extractor", span, old=was, new=now, then=then[0], end=then[1], confidence=None if sure else Confidence.MEDIUM
    )  # fmt: skip


def _plain(text: object) -> str:
    """The class of an extractor; the default where none is given."""
    if not text:
        return _DEFAULT
    if "->" in str(text) or "=>" in str(text):
        return "lambda"
    found = re.findall(
        r"[A-Za-z_]\w*", re.sub(r"\bnew\b|\.class\b|::class|\.java\b|\.getName\b|::new", " ", str(text)).split("(")[0]
    )
    return short(found[-1]) if found else _DEFAULT


RULE = Rule(
    __name__,
    __doc__,
    category=Category.STATE_CONSISTENCY,
    severity=Severity.HIGH,
    confidence=Confidence.HIGH,
    put_back=True,
    compare=compare,
)
