"""Time stamps, offsets or producer ids of a topic mean something else than before.

What brokers stamp on records, or how long they remember offsets and producers, changes.

## What it catches

`message.timestamp.type` that switches between `CreateTime` and `LogAppendTime`, for a topic or a broker; `offsets.retention.minutes`,
`transactional.id.expiration.ms` and `producer.id.expiration.ms` of a broker that are lowered.

## Why it hurts in production

Windows and joins on event time read the time stamp of the record: with `LogAppendTime` a backfill of a month falls into the windows of today.
Offsets that expire while a group is stopped send it to `auto.offset.reset`; a producer whose id has expired is no longer known, and its retries are
stored twice.

## What to do

Keep the type, and put the event's own time into the payload where readers need it; keep expirations above the longest stop.

## What it cannot see

Readers that take their time from the payload; the longest time for which a group is really stopped.

## Examples

### bad: the broker's clock instead of the event's time
--- orders.yaml
 apiVersion: kafka.strimzi.io/v1beta2
 kind: KafkaTopic
 metadata:
   name: orders
 spec:
   partitions: 12
   replicas: 3
   config:
-    message.timestamp.type: CreateTime
+    message.timestamp.type: LogAppendTime # ! here

### bad: offsets are forgotten after a day
--- server.properties
 broker.id=1
 log.dirs=/var/lib/kafka
-offsets.retention.minutes=10080
+offsets.retention.minutes=1440 # ! here

### good: a new topic decides for itself
--- clicks.yaml
+apiVersion: kafka.strimzi.io/v1beta2
+kind: KafkaTopic
+metadata:
+  name: clicks
+spec:
+  partitions: 12
+  replicas: 3
+  config:
+    message.timestamp.type: LogAppendTime

### good: offsets are kept for longer
--- server.properties
 broker.id=1
 log.dirs=/var/lib/kafka
-offsets.retention.minutes=1440
+offsets.retention.minutes=10080

## References

- https://kafka.apache.org/documentation/#topicconfigs_message.timestamp.type
- https://kafka.apache.org/documentation/#brokerconfigs_offsets.retention.minutes
"""

from __future__ import annotations

from collections.abc import Iterator

from reviewer.core.finding import Category, Confidence, Severity
from reviewer.facts.delta import Delta
from reviewer.rules.checks.strength import is_weaker, plain
from reviewer.rules.checks.topics import Promise, promises, shown, with_swap
from reviewer.rules.checks.words import Words
from reviewer.rules.rule import Hit, Rule

_TYPES = ("message.timestamp.type", "log.message.timestamp.type")
_FIX = "Keep {key}={old}."
_STAMPED = Words(
    "{key} of {of} was {old} and is now {new}: the time stamp of a record means something else.",
    (
        "From the change on records of {of} carry {meaning}.",
        "Producers lag or send a backfill; windows, joins and timers that read the record's time stamp put these records elsewhere than before.",
        "One stream holds both kinds: counts of windows are wrong, records count as late and are dropped.",
    ),
    "Keep {key}={old}; put the time that readers need into the payload.",
)
_EXPIRED = {
    "offsets.retention.minutes": Words(
        "{key} was {old} and is now {new}: the offsets of a stopped group are forgotten sooner.",
        (
            "A group is stopped (a weekend, a job that runs once a week) for longer than {new}.",
            "The broker deletes its committed offsets.",
            "The group starts again and finds none: auto.offset.reset decides -> the backlog is skipped, or everything is processed again.",
        ),
        _FIX,
    ),
    "transactional.id.expiration.ms": Words(
        "{key} was {old} and is now {new}: transactional ids are forgotten sooner.",
        (
            "A transactional producer is idle for longer than {new}.",
            "The coordinator forgets its transactional id and epoch.",
            "The next send fails with InvalidPidMapping, or an old instance with that id is no longer fenced -> its records are written twice.",
        ),
        _FIX,
    ),
    "producer.id.expiration.ms": Words(
        "{key} was {old} and is now {new}: the sequence numbers of an idempotent producer are forgotten sooner.",
        (
            "An idempotent producer waits longer than {new} between two records of a partition, and retries the last one.",
            "The broker no longer knows which sequence number it has stored.",
            "It takes the retry for a new record -> the record stands twice.",
        ),
        _FIX,
    ),
}  # fmt: skip


def compare(delta: Delta) -> Iterator[Hit]:
    """What differs in kind, then what is shorter than before."""
    for found in promises(delta, *_TYPES):
        old, new = found.before, found.after
        if old and new and None not in (plain(old.value), plain(new.value)) and plain(old.value) != plain(new.value):
            append = "append" in (plain(new.value) or "")
            meaning = "the broker's clock at arrival, no longer the producer's time" if append else "the producer's time, no longer the broker's clock"  # fmt: skip
            yield _hit(_STAMPED, found, meaning=meaning, old=old.value.text, new=new.value.text)
    for found in promises(delta, *_EXPIRED):
        if found.before and found.after and is_weaker(found.key, found.before.value, found.after.value):
            yield _hit(_EXPIRED[found.key], found, old=shown(found.before), new=shown(found.after))


def _hit(words: Words, found: Promise, *, old: str, new: str, meaning: str = "") -> Hit:
    hit = words.hit(found.subject, found.span, key=found.key, of=found.of, old=old, new=new, meaning=meaning)
    return with_swap(hit, found)


RULE = Rule(
    __name__,
    __doc__,
    category=Category.STATE_CONSISTENCY,
    severity=Severity.MEDIUM,
    confidence=Confidence.HIGH,
    put_back=True,
    compare=compare,
)
