"""Records are deleted before a stopped reader has read them.

A topic keeps its records for a shorter time, or keeps fewer of them, than before.

## What it catches

`retention.ms`, `retention.bytes`, `delete.retention.ms` of a topic, and a broker's `log.retention.*`, that are lowered, that fall back to
the broker's default (7 days), or that an existing topic gets anew with less than a day. Topics are matched by name in manifests, Terraform, commands and code.

## Why it hurts in production

Retention is the longest outage that loses nothing. It acts on what is stored already: minutes after the change the older segments are
deleted. A group that lags behind them, or a Flink job restored from an older savepoint, finds its offset out of range and jumps.

## What to do

Keep retention above the longest outage plus the longest replay that anybody needs; use tiered storage where disks are small.

## Trade-off

Longer retention costs disk on every replica, and longer recoveries of a broker. A short one is legitimate where nobody replays and
readers are never down for long.

## What it cannot see

Legal limits; a topic that is read at once and never again; the broker's own default; topics that a provider manages elsewhere.

## Examples

### bad: a Strimzi topic keeps an hour instead of a week
--- orders.yaml
 apiVersion: kafka.strimzi.io/v1beta2
 kind: KafkaTopic
 metadata:
   name: orders
 spec:
   partitions: 12
   replicas: 3
   config:
-    retention.ms: 604800000
+    retention.ms: 3600000 # ! here

### bad: the retention that was without limit is gone from a Terraform topic
--- topics.tf
 resource "kafka_topic" "ledger" {
   name               = "ledger.entries"
   partitions         = 6
   replication_factor = 3
   config = {
-    "retention.ms"        = "-1" # ! here
     "min.insync.replicas" = "2"
   }
 }

### good: a compacted topic has no use for retention.ms
--- customers.yaml
 apiVersion: kafka.strimzi.io/v1beta2
 kind: KafkaTopic
 metadata:
   name: customers
 spec:
   partitions: 12
   replicas: 3
   config:
     cleanup.policy: compact
-    retention.ms: 604800000
+    retention.ms: 3600000

### good: more is kept, in another unit
--- server.properties
 broker.id=1
-log.retention.hours=72
+log.retention.ms=604800000

## References

- https://kafka.apache.org/documentation/#topicconfigs_retention.ms
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from reviewer.core.finding import Category, Confidence, Severity
from reviewer.facts.delta import Delta
from reviewer.facts.streaming.model import FileFacts, Setting
from reviewer.rules.checks.strength import is_weaker
from reviewer.rules.checks.topics import Promise, every, milliseconds, promises, shown, with_swap
from reviewer.rules.checks.words import Words
from reviewer.rules.rule import Hit, Rule

_DAY = 86_400_000
_WEEK = 7 * _DAY
_TOPIC = ("retention.ms", "retention.bytes", "delete.retention.ms")
_TIMES = ("log.retention.ms", "log.retention.minutes", "log.retention.hours")  # the first one that is set counts
_BROKER = (*_TIMES, "log.retention.bytes", "log.cleaner.delete.retention.ms")
_TOMBSTONES = ("delete.retention.ms", "log.cleaner.delete.retention.ms")
_PASSING = re.compile(r"(^|[._-])(tmp|temp|scratch|metrics?|traces?|logs?|debug|heartbeats?|healthchecks?)([._-]|$)", re.IGNORECASE)  # fmt: skip
_DISPOSABLE = re.compile(r"(^|[._-])(tmp|temp|scratch|load-?tests?|sandbox|playground)([._-]|$)", re.IGNORECASE)

_LESS = (
    "The change is applied; within minutes the broker deletes the segments of {of} that are now too old or too many.",
    "A consumer group is stopped or lags by more than that, or a job is restored from a savepoint older than that.",
    "Its offset is out of range: it goes on where auto.offset.reset says -> the deleted records are never processed.",
)
_RISEN = (
    "A key of {of} is deleted by a tombstone; the cleaner now removes the tombstone after {new}.",
    "A reader that builds a table from the topic was stopped for longer than that and never sees the tombstone.",
    "It keeps the deleted key as if it were alive: its state and the topic differ for good.",
)
_LOWERED = Words("{key} of {of} was {old} and is now {new}.", _LESS, "Keep {key}={value}, or say how a reader that is further behind gets its records.")  # fmt: skip
_SOONER = Words("{key} of {of} was {old} and is now {new}: tombstones go sooner.", _RISEN, "Keep {key}={value}.")
_REMOVED = Words("{key}={old} of {of} is removed: the broker's default holds, {new}.", _LESS, "Put {key}={value} back.")
_ADDED = Words("{of} now keeps its records for {new} only; before, the broker's default held (7 days where it is not set).", _LESS, "Set {key} above the longest outage that must lose nothing, or leave it out.")  # fmt: skip


def compare(delta: Delta) -> Iterator[Hit]:
    """Each topic, then what brokers hold for all."""
    for found in promises(delta, *_TOPIC, *_BROKER):
        if found.key in _TIMES and found.topic is None and _holds_as_long(delta, found):
            continue
        if found.key == "retention.ms" and _is_compacted(found):
            continue
        if found.topic is not None and _DISPOSABLE.search(found.topic.name):
            continue  # by its name nobody counts on what it holds
        yield from _judged(found)


def _judged(found: Promise) -> Iterator[Hit]:
    before, after = found.before, found.after
    if before is not None and after is not None:
        if is_weaker(found.key, before.value, after.value):
            words = _SOONER if found.key in _TOMBSTONES else _LOWERED
            yield _hit(words, found, shown(before), shown(after), _severity(found, after))
    elif before is not None and _is_above_default(before):
        new = "-1 (no limit)" if found.key.endswith("bytes") else "7 days where it is not set"
        yield _hit(_REMOVED, found, shown(before), new, Severity.MEDIUM)
    elif after is not None and found.key == "retention.ms" and 0 <= (milliseconds(after) or -1) < _DAY:
        yield _hit(_ADDED, found, "", shown(after), Severity.MEDIUM)


def _hit(words: Words, found: Promise, old: str, new: str, severity: Severity) -> Hit:
    if found.topic is not None and _PASSING.search(found.topic.name):
        severity = severity.lowered()
    value = found.before.value.text if found.before is not None else ""
    hit = words.hit(
        found.subject, found.span, severity=severity,
        confidence=Confidence.HIGH if words in (_LOWERED, _SOONER) else Confidence.MEDIUM, key=found.key, of=found.of, old=old, new=new, value=value,
    )  # fmt: skip
    return with_swap(hit, found)


def _severity(found: Promise, after: Setting) -> Severity:
    """A week and more is a choice about disks; less than it is what a long weekend takes."""
    if found.key in _TOMBSTONES:
        return Severity.MEDIUM
    length = milliseconds(after)
    return Severity.MEDIUM if length is not None and length >= _WEEK else Severity.HIGH


def _is_above_default(setting: Setting) -> bool:
    """Whether its removal leaves less: more than 7 days, or no limit; of sizes the default is no limit."""
    length = milliseconds(setting)
    default = _DAY if setting.key in _TOMBSTONES else _WEEK
    return not setting.key.endswith("bytes") and length is not None and (length < 0 or length > default)


def _is_compacted(found: Promise) -> bool:
    settings = found.topic.settings if found.topic is not None else ()
    return any(s.key == "cleanup.policy" and s.value.is_explicit("compact", "[compact]") for s in settings)


def _holds_as_long(delta: Delta, found: Promise) -> bool:
    """Whether the file's broker keeps as long as before, in whichever unit."""
    before = next((b for _, b, a in delta.modified() if a is found.file), None)
    old, new = _time(before) if before is not None else None, _time(found.file)
    return new is not None and (new < 0 or (old is not None and 0 <= old <= new))


def _time(file: FileFacts) -> int | None:
    lengths = {setting.key: milliseconds(setting) for setting in every(file, *_TIMES)}
    return next((length for key in _TIMES if (length := lengths.get(key)) is not None), None)


RULE = Rule(
    __name__,
    __doc__,
    category=Category.DATA_LOSS,
    severity=Severity.HIGH,
    confidence=Confidence.HIGH,
    put_back=True,
    compare=compare,
)
