"""A time reaches Kafka in another unit than milliseconds.

A value in seconds or nanoseconds is given to what counts in milliseconds.

## What it catches

Seconds, microseconds or nanoseconds (`getSeconds()`, `toNanos()`, `total_seconds()`, `Seconds()`, `as_secs()`, Go's `time.Duration` as a number) as the value of a key that ends with `.ms`, or as
the time of `offsetsForTimes` / `offsets_for_times`; a change that takes the conversion to milliseconds away.

## Why it hurts in production

Nobody refuses the number. Seconds make a retention or a timeout a thousand times shorter: records are deleted before they were read, members are thrown
out of the group. Nanoseconds make it a million times longer, or overflow. A look-up by time goes to the beginning or the end of the topic.

## What to do

Convert to milliseconds where the value is given.

## What it cannot see

The unit of a plain number, or of a variable whose name does not say it.

## Examples

### bad: the conversion goes
--- topics.go
 package topics

 import (
        "fmt"
        "github.com/IBM/sarama"
 )

 func (m *manager) create(admin sarama.ClusterAdmin, name string) error {
        return m.ensure(admin, name, map[string]string{
-		"retention.ms": fmt.Sprintf("%d", m.config.Retention.Milliseconds()),
+		"retention.ms": fmt.Sprintf("%d", m.config.Retention), // ! here
        })
 }

### bad: seconds look up offsets
--- replay.py
+import time
+from confluent_kafka import Consumer, TopicPartition
+
+def start(consumer: Consumer):
+    return consumer.offsets_for_times([TopicPartition("invoices", 0, int(time.time()))]) # ! here

### good: milliseconds
--- Loop.java
 import org.apache.kafka.clients.consumer.*;
 class Loop {
   void open(Properties settings, Duration limit) {
-    settings.put(ConsumerConfig.MAX_POLL_INTERVAL_MS_CONFIG, 300000);
+    settings.put(ConsumerConfig.MAX_POLL_INTERVAL_MS_CONFIG, (int) limit.toMillis());
   }
 }

### good: seconds that are multiplied
--- replay.py
+import time
+from confluent_kafka import Consumer, TopicPartition
+
+def start(consumer: Consumer):
+    return consumer.offsets_for_times([TopicPartition("invoices", 0, int(time.time() * 1000))])

## References

- https://kafka.apache.org/documentation/#configuration
- https://kafka.apache.org/40/javadoc/org/apache/kafka/clients/consumer/KafkaConsumer.html
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from reviewer.core.finding import Category, Confidence, Severity
from reviewer.core.span import Span
from reviewer.facts.delta import Delta
from reviewer.facts.keys.lookup import known_key
from reviewer.facts.streaming.model import FactSet, FileFacts
from reviewer.facts.streaming.protections import folded
from reviewer.facts.streaming.written import Written, code_written, named
from reviewer.facts.syntax import Expression
from reviewer.rules.checks.words import Words
from reviewer.rules.rule import Hit, Rule
from reviewer.rules.support import short, squash

_KEY = re.compile(r"[a-z][._](ms|MS)$|_MS_CONFIG$|[a-z]Ms$")
_TO_MS = re.compile(
    r"\.?(toMillis|Milliseconds|milliseconds|TotalMilliseconds|as_millis|toEpochMilli|inWholeMilliseconds|UnixMilli|getMillis)(\(\))?|\s*\*\s*1_?000L?\b"
)
_IS_MS = re.compile(r"[mM]illi|1_?000|1e3|10 ?\*\* ?3|MILLI")
_SECONDS = re.compile(
    r"\.(getSeconds|toSeconds|total_seconds|Seconds|as_secs|getEpochSecond|inWholeSeconds|toMinutes|Minutes|Unix|TotalSeconds|epochSecond)\b|(?<=[a-zA-Z)])\.seconds\b|\btime\.time\(\)|\.timestamp\(\)"
)
_NANOS = re.compile(
    r"\.(toNanos|Nanoseconds|as_nanos|UnixNano|nanoTime|time_ns|toMicros|Microseconds|as_micros|UnixMicro)\b"
)
_TIMES = frozenset({"offsetsfortimes", "getoffset"})
_WORDS = Words(
    "{key} counts in milliseconds; {text} gives {unit}.",
    (
        "{key} is given a number of {unit}; Kafka takes it for milliseconds.",
        "The time that is meant is {effect}.",
        "Nothing refuses it -> {damage}.",
    ),
    "Give milliseconds: {fix}.",
)
_LOST = Words(
    "{key} counts in milliseconds; {text} is no longer converted ({was} before).",
    (
        "{key} is given the number as it is; Kafka takes it for milliseconds.",
        "The time that is meant is off by a factor of a thousand or a million.",
        "Nothing refuses it -> what depends on it (retention, a timeout) ends far too early, or never.",
    ),
    "Keep the conversion: {was}.",
)


def inspect(facts: FactSet) -> Iterator[Hit]:
    """Values whose own text names another unit."""
    for file in facts.files:
        for key, given in _given(file):
            unit = _unit(file, given) if key.endswith("()") or not given.entries else ""
            if not unit and key.endswith("()"):
                unit = next((u for value in _assigned(file, given) if (u := _unit(file, value))), "")
            if unit:
                yield _hit(key, given, unit)


def _assigned(file: FileFacts, given: Expression) -> Iterator[Expression]:
    """The values of the variables that an argument names: `val from = since.epochSecond`."""
    words = set(re.findall(r"\w+", given.text))
    home = next(
        (f.index for f in reversed(file.syntax.functions) if not f.is_lambda and f.span.contains(given.span)), None
    )
    for assignment in file.syntax.assignments:
        if assignment.target in words and assignment.value is not None and assignment.function == home is not None:
            yield assignment.value


def compare(delta: Delta) -> Iterator[Hit]:
    """A conversion to milliseconds that is gone, the rest of the value being the same."""
    for files, before, after in delta.modified():
        text = files.change.before or ""
        if not any(part in text for part in ("illi", "000")):  # most files convert nothing
            continue
        old = {(key, squash(_TO_MS.sub("", v.text))): v.text for key, v in _given(before) if _TO_MS.search(v.text)}
        for key, given in _given(after) if old else ():
            was = old.get((key, squash(given.text)))
            if was is not None and not _unit(after, given) and not _is_redefined(delta, after, given):
                yield _LOST.hit(
                    f"{key}: conversion removed",
                    given.span,
                    category=_category(key),
                    key=key,
                    text=short(given.text),
                    was=short(was),
                )


def _is_redefined(delta: Delta, file: FileFacts, given: Expression) -> bool:
    """Whether what is named in the value is changed as well: it may count milliseconds now."""
    words = set(re.findall(r"\w+", given.text))
    changed = [
        a
        for a in file.syntax.assignments
        if a.target in words and delta.touches(a.span) and not a.span.contains(given.span)
    ]
    return bool(changed)


def _given(file: FileFacts) -> Iterator[tuple[str, Expression]]:
    """What is given to keys that end with `ms`, and to look-ups by time."""
    if not file.libraries:
        return
    written = [*code_written(file.names), *(item for call in file.syntax.calls for item in named(call))]
    seen: set[Span] = set()
    for item in written:
        key = _key(item)
        if key and item.value is not None and item.value.span not in seen:
            seen.add(item.value.span)
            yield key, item.value
    for call in file.syntax.calls:
        if call.receiver and folded(call.name) in _TIMES:
            yield from ((f"{call.name}()", a.value) for a in call.arguments)


def _key(item: Written) -> str:
    last = item.path[-1]
    text = last.literal or last.text
    known = _KEY.search(text) and (text.endswith("_MS_CONFIG") or known_key(text) is not None)
    return text if known else ""


def _unit(file: FileFacts, given: Expression) -> str:
    """The unit that a value names, when it is another one; "" in doubt."""
    if given.function is not None or _IS_MS.search(given.text):
        return ""
    if _NANOS.search(given.text):
        return "nanoseconds"
    if _SECONDS.search(given.text):
        return "minutes" if re.search(r"\.(toM|M)inutes", given.text) else "seconds"
    return "nanoseconds" if _is_duration(file, given) else ""


def _is_duration(file: FileFacts, given: Expression) -> bool:
    """Go: a `time.Duration` that becomes a number counts nanoseconds."""
    match = re.fullmatch(
        r"(?:fmt\.Sprint(?:f\(\"%d\", |\()|strconv\.(?:FormatInt|Itoa)\(int(?:64)?\(|int(?:64)?\()(\w+)[\w), ]*\)",
        given.text,
    )
    if match is None or file.syntax.language != "go":
        return False
    home = [f for f in file.syntax.functions if f.span.contains(given.span)]
    return any(p.name == match.group(1) and p.type == "time.Duration" for f in home for p in f.parameters)


def _category(key: str) -> Category | None:
    """What a topic keeps is lost; a client's time limit only makes it stop or wait."""
    return None if re.search(r"(?i)retention|segment|compaction|delete|timestamp", key) else Category.OPERATIONS


def _hit(key: str, given: Expression, unit: str) -> Hit:
    small = unit != "nanoseconds"
    by_time = key.endswith("()")
    damage = (
        "it ends far too early: records are deleted unread, members are thrown out"
        if small
        else "it never ends, or overflows"
    )
    if by_time:
        damage = "the look-up finds the beginning of the topic" if small else "the look-up finds nothing"
    effect = "a thousand times smaller" if small else "a million times larger"
    return _WORDS.hit(
        f"{key}: {unit}", given.span, category=_category(key), key=key, text=short(given.text), unit=unit, effect=effect, damage=damage, fix="convert where the value is given",
    )  # fmt: skip


RULE = Rule(
    __name__,
    __doc__,
    category=Category.DATA_LOSS,
    severity=Severity.HIGH,
    confidence=Confidence.HIGH,
    put_back=True,
    only=("kafka-consumer", "kafka-producer"),
    inspect=inspect,
    compare=compare,
)
