"""A setting in milliseconds gets another unit.

Seconds or nanoseconds reach a key that counts milliseconds.

## What it catches

A `….ms` key whose value is made by `toSeconds()`, `total_seconds()`, `Nanoseconds()` and their like without a factor, or whose value
loses the `toMillis()`, `Milliseconds()` that it had.

## Why it hurts in production

A retention of a week in seconds is ten minutes: the broker deletes nearly everything within the hour. In nanoseconds it is 19,000 years: the disk
fills. A session of 45 seconds becomes one of 45 milliseconds.

## What to do

Convert to milliseconds where the value is handed over.

## What it cannot see

Amounts whose unit no name and no call tells.

## Examples

### bad: seconds for milliseconds
--- Topics.java
 import org.apache.kafka.clients.admin.*;
 import org.apache.kafka.common.config.TopicConfig;
 class Topics {
   void configure(Map<String, String> configs, Duration kept) {
-    configs.put(TopicConfig.RETENTION_MS_CONFIG, String.valueOf(kept.toMillis()));
+    configs.put(TopicConfig.RETENTION_MS_CONFIG, String.valueOf(kept.toSeconds())); // ! here
   }
 }

### bad: a conversion is lost
--- topics.go
 package topics

 import "github.com/IBM/sarama"

 func (m *manager) ensure(topic string, kept time.Duration) error {
        return m.create(topic, 12, map[string]string{
-		"retention.ms": fmt.Sprintf("%d", kept.Milliseconds()),
+		"retention.ms": fmt.Sprintf("%d", kept), // ! here
        })
 }

### good: a factor makes milliseconds of seconds
--- out.py
+from confluent_kafka import Producer
+
+producer = Producer({"delivery.timeout.ms": int(patience.total_seconds() * 1000)})

### good: another way to the same unit
--- Topics.java
 import org.apache.kafka.clients.admin.*;
 import org.apache.kafka.common.config.TopicConfig;
 class Topics {
   void configure(Map<String, String> configs, Duration kept) {
-    configs.put(TopicConfig.RETENTION_MS_CONFIG, String.valueOf(kept.toMillis()));
+    configs.put(TopicConfig.RETENTION_MS_CONFIG, Long.toString(kept.toMillis()));
   }
 }

## References

- https://kafka.apache.org/documentation/#topicconfigs_retention.ms
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from reviewer.core.finding import Category, Confidence, Severity
from reviewer.facts.delta import Delta
from reviewer.facts.keys.lookup import all_keys
from reviewer.facts.keys.model import Kind
from reviewer.facts.streaming.model import FactSet, Known, Setting
from reviewer.rules.checks.topics import every
from reviewer.rules.checks.words import Words, of_setting
from reviewer.rules.rule import Hit, Rule
from reviewer.rules.support import short, squash

_CONVERSION = re.compile(
    r"\.(?:Milliseconds|toMillis|TotalMilliseconds|inWholeMilliseconds|as_millis|toMilliseconds)(?:\(\))?"
)
_SECONDS = re.compile(r"\.(?:to|get|total_?|as_?|inWhole)seconds(?:_f64)?\b|[a-z_)]\.seconds\b(?!\.)", re.IGNORECASE)
_NANOS = re.compile(r"\.(?:to|as_?|inWhole|total_?)?(?:nano(?:second)?s)\b", re.IGNORECASE)
_FACTOR = re.compile(r"1_?000|1e3|millis|[*/]\s*\w*(?:Milli|MS|PER)\w*", re.IGNORECASE)
_EVENTS = (
    "{key} is read in milliseconds; it is given {unit}.",
    "{key} holds {wrong} than meant.",
    "What it guards acts at the wrong time: {damage}.",
)
_WORDS = Words(
    "{key} counts milliseconds, and `{value}` gives {unit}.", _EVENTS, "Convert to milliseconds where {key} is set."
)


def inspect(facts: FactSet) -> Iterator[Hit]:
    """What its own expression tells."""
    for file in facts.files:
        for setting in every(file, *_keys()):
            text = setting.value.text
            if setting.in_code and setting.value.known is Known.UNKNOWN and not _FACTOR.search(text):
                if _NANOS.search(text):
                    yield _hit(setting, "nanoseconds")
                elif _SECONDS.search(text):
                    yield _hit(setting, "seconds")


def compare(delta: Delta) -> Iterator[Hit]:
    """The same amount without the conversion that it had."""
    for pair in delta.settings(*_keys()):
        if pair.before is None or pair.after is None or not pair.is_sure or not pair.after.in_code:
            continue
        old, new = squash(pair.before.value.text), squash(pair.after.value.text)
        if old != new and _CONVERSION.search(old) and _CONVERSION.sub("", old) == new:
            yield _hit(pair.after, "an amount in another unit")


def _keys() -> tuple[str, ...]:
    return tuple(name for name, key in all_keys().items() if key.kind is Kind.MS and name.endswith(".ms"))


def _hit(setting: Setting, unit: str) -> Hit:
    keeps = "retention" in setting.key
    wrong = "a thousandth of the time" if unit == "seconds" else "another length of time"
    damage = (
        "records are deleted long before, or long after, they should be"
        if keeps
        else "sessions end, or requests are given up, too soon or never"
    )
    return _WORDS.hit(
        of_setting(setting), setting.span, key=setting.key, value=short(setting.value.text), unit=unit, wrong=wrong, damage=damage,
        severity=Severity.HIGH if keeps else None,
    )  # fmt: skip


RULE = Rule(
    __name__,
    __doc__,
    category=Category.DATA_LOSS,
    severity=Severity.MEDIUM,
    confidence=Confidence.HIGH,
    inspect=inspect,
    compare=compare,
)
