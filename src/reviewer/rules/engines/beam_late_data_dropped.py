"""Late records are dropped that a Beam pipeline counted before.

The allowed lateness of windows becomes shorter.

## What it catches

`allowed_lateness` of `WindowInto`, or `withAllowedLateness(…)`, with a smaller length of time than before. Where the file reads from Kafka itself, only with
event time: by default Beam's source gives each record the time at which it is read, and then nothing is late.

## Why it hurts in production

Behind the watermark plus the allowed lateness a window is closed, and what comes for it is dropped without an error. A client that was offline or a
partition that lags is enough to be late.

## What to do

Keep the lateness, or measure how late records are and stay above that.

## What it cannot see

That late records are corrected by a batch afterwards.

## Examples

### bad: nothing may be late any more
--- windows.py
 import apache_beam as beam
 from apache_beam.io.kafka import ReadFromKafka
 from apache_beam.transforms import window
 from apache_beam.utils.timestamp import Duration

 def per_hour(pipeline):
     return (
         pipeline
         | ReadFromKafka({"bootstrap.servers": "kafka:9092"}, ["steps"], timestamp_policy=ReadFromKafka.create_time_policy)
-        | beam.WindowInto(window.FixedWindows(3600), allowed_lateness=Duration(seconds=7200))
+        | beam.WindowInto(window.FixedWindows(3600), allowed_lateness=Duration(seconds=0)) # ! here
     )

### bad: hours become minutes
--- PerHour.java
 import org.apache.beam.sdk.io.kafka.KafkaIO;
 import org.apache.beam.sdk.transforms.windowing.FixedWindows;
 import org.apache.beam.sdk.transforms.windowing.Window;
 import org.joda.time.Duration;
 final class PerHour {
   static Window<Step> windows() {
     return Window.<Step>into(FixedWindows.of(Duration.standardHours(1)))
-        .withAllowedLateness(Duration.standardHours(2))
+        .withAllowedLateness(Duration.standardMinutes(5)) // ! here
         .discardingFiredPanes();
   }
 }

### good: the same length in another unit
--- PerHour.java
 import org.apache.beam.sdk.io.kafka.KafkaIO;
 import org.apache.beam.sdk.transforms.windowing.FixedWindows;
 import org.apache.beam.sdk.transforms.windowing.Window;
 import org.joda.time.Duration;
 final class PerHour {
   static Window<Step> windows() {
     return Window.<Step>into(FixedWindows.of(Duration.standardHours(1)))
-        .withAllowedLateness(Duration.standardHours(2))
+        .withAllowedLateness(Duration.standardMinutes(120))
         .discardingFiredPanes();
   }
 }

### good: more may be late
--- windows.py
 import apache_beam as beam
 from apache_beam.io.kafka import ReadFromKafka
 from apache_beam.transforms import window

 def per_hour(steps):
-    return steps | beam.WindowInto(window.FixedWindows(3600), allowed_lateness=600)
+    return steps | beam.WindowInto(window.FixedWindows(3600), allowed_lateness=7200)

## References

- https://beam.apache.org/documentation/programming-guide/#watermarks-and-late-data
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from reviewer.core.finding import Category, Confidence, Severity
from reviewer.facts.delta import Delta
from reviewer.facts.streaming.model import FileFacts
from reviewer.facts.syntax import Expression
from reviewer.rules.checks.words import Words, of_change
from reviewer.rules.rule import Hit, Rule
from reviewer.rules.support import short

_WORDS = Words(
    "The allowed lateness was {old} and is now {new}.",
    (
        "A record comes late: its client was offline, or its partition lags behind the others.",
        "With {old} its window still took it; with {new} the window is closed and forgotten.",
        "The record is dropped without an error -> sums and counts are too low.",
    ),
    "Keep {old}, or measure how late records are and stay above that.",
)
_UNITS = {"millis": 1, "milliseconds": 1, "seconds": 1000, "minutes": 60_000, "hours": 3_600_000, "days": 86_400_000}
_LENGTH = re.compile(
    r"(?:[\w.]*\.)?(?:Duration|timedelta)(?:\.standard|\.of|\.)?\(?\s*"
    r"(?P<unit>millis|milliseconds|Seconds|seconds|Minutes|minutes|Hours|hours|Days|days)\s*[=(]\s*(?P<number>\d{1,12})L?\s*\)"
)
_READS = re.compile(r"ReadFromKafka\b|KafkaIO\b[^;]{0,40}\bread")
_EVENT_TIME = re.compile(
    r"timestamp_policy\s*=|TimestampedValue|[wW]ith_?[tT]imestamp|withCreateTime|withLogAppendTime|outputWithTimestamp|add_timestamps",
    re.IGNORECASE,
)
_ZERO = re.compile(r"(?:[\w.]*\.)?Duration\.ZERO|0")


def compare(delta: Delta) -> Iterator[Hit]:
    """Windows of one function, by rank where they stay as many."""
    for pair, before, after in delta.modified():
        if not _is_beam(before) or not _is_beam(after) or _has_time_of_reading(pair.change.after or ""):
            continue
        olds, news = _lateness(before), _lateness(after)
        for name in olds.keys() & news.keys():
            if len(olds[name]) != len(news[name]):
                continue
            for was, now in zip(olds[name], news[name], strict=True):
                old, new = _milliseconds(was), _milliseconds(now)
                if old is not None and new is not None and new < old and pair.touches(now.span):
                    yield _WORDS.hit(
                        of_change(f"{name}/lateness", str(old), str(new)), now.span, old=short(was.text), new=short(now.text)
                    )  # fmt: skip


def _has_time_of_reading(text: str) -> bool:
    return _READS.search(text) is not None and _EVENT_TIME.search(text) is None


def _is_beam(file: FileFacts) -> bool:
    return any(i.path.startswith(("org.apache.beam.", "apache_beam")) for i in file.syntax.imports)


def _lateness(file: FileFacts) -> dict[str, list[Expression]]:
    found: dict[str, list[Expression]] = {}
    for call in file.syntax.calls:
        given = None
        if call.name == "WindowInto":
            given = next((a.value for a in call.arguments if a.name == "allowed_lateness"), None)
        elif call.name == "withAllowedLateness" and call.arguments:
            given = call.arguments[0].value
        if given is not None:
            found.setdefault(file.function_name(call.function), []).append(given)
    return found


def _milliseconds(given: Expression) -> int | None:
    """Seconds where a bare number is given, as in Python."""
    text = re.sub(r"\s+", " ", given.text)
    if _ZERO.fullmatch(text):
        return 0
    if re.fullmatch(r"\d{1,12}", text):
        return int(text) * 1000
    match = _LENGTH.fullmatch(text)
    return int(match["number"]) * _UNITS[match["unit"].lower()] if match is not None else None


RULE = Rule(
    __name__,
    __doc__,
    category=Category.DATA_LOSS,
    severity=Severity.MEDIUM,
    confidence=Confidence.HIGH,
    put_back=True,
    only=("beam",),
    compare=compare,
)
