"""Acknowledged records exist in one copy only.

A topic, or the broker's default, keeps too few copies.

## What it catches

A replication factor of 1 in code (`NewTopic`, `TopicBuilder`), in manifests, Terraform, commands or in broker settings, `min.insync.replicas`
of 1 that is written, and either of them lowered or, for `min.insync.replicas` of a topic, removed.

## Why it hurts in production

With one copy the disk of one broker is the only place where an acknowledged record exists. With `min.insync.replicas=1`,
`acks=all` is satisfied by the leader alone as soon as the others fall behind.

## What to do

Three replicas and `min.insync.replicas=2`.

## Trade-off

Three replicas cost three times the disk and the traffic between brokers; min.insync.replicas=2 refuses writes while two are down.
Less is legitimate for data that is rebuilt from elsewhere, and for development.

## What it cannot see

Single-broker clusters of developers whose files do not show it (a path, a compose file, brokers and tools that know only `localhost` do, unless a
path says production, clients are told a name of the network, or the logs have a disk of their own); clusters that enforce a minimum.

## Examples

### bad: a Strimzi topic is lowered to one replica
--- orders.yaml
 apiVersion: kafka.strimzi.io/v1beta2
 kind: KafkaTopic
 metadata:
   name: orders
 spec:
   partitions: 12
-  replicas: 3
+  replicas: 1 # ! here

### bad: NewTopic with one replica
--- Topics.java
+import org.apache.kafka.clients.admin.*;
+class Topics {
+  NewTopic orders() {
+    return new NewTopic("orders", 12, (short) 1); // ! here
+  }
+}

### good: three replicas
--- orders.yaml
+apiVersion: kafka.strimzi.io/v1beta2
+kind: KafkaTopic
+metadata:
+  name: orders
+spec:
+  partitions: 12
+  replicas: 3

### good: replicas of a Deployment are not copies of data
--- app.yaml
 kind: Deployment
 spec:
-  replicas: 3
+  replicas: 1

## References

- https://kafka.apache.org/documentation/#topicconfigs_min.insync.replicas
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from reviewer.core.finding import Category, Confidence, Severity
from reviewer.core.span import Span
from reviewer.facts.delta import Delta
from reviewer.facts.languages.names import MODULES
from reviewer.facts.owners import belongs
from reviewer.facts.pairs import TOPICS
from reviewer.facts.streaming.model import FactSet, FileFacts, Setting, Topic
from reviewer.files import FileKind
from reviewer.rules.checks.own_topics import MADE, is_made, made_by
from reviewer.rules.checks.settings import changed
from reviewer.rules.checks.strength import number
from reviewer.rules.checks.topics import Promise, every, named, promises, with_swap
from reviewer.rules.checks.words import Words, swap
from reviewer.rules.rule import Hit, Rule
from reviewer.rules.support import line

_BROKER = frozenset(
    {"default.replication.factor", "offsets.topic.replication.factor", "transaction.state.log.replication.factor"}
)
_MIN_ISR = frozenset({"min.insync.replicas", "transaction.state.log.min.isr"})


def inspect(facts: FactSet) -> Iterator[Hit]:
    """What is 1. A compose file or a development profile runs one broker: one copy is all that it can have."""
    for file in facts.files:
        if file.kind is FileKind.DEVELOPMENT:
            continue
        is_code = file.syntax.language in MODULES  # there a 1 of the line may be another argument
        for together in _together(topic for topic in file.topics if topic.replication == 1):
            hit = _single(together)
            yield hit if is_code or len(together) > 1 else replace(hit, replace=("1", "3"))
        for topic in file.topics:
            for setting in topic.settings:
                if setting.key in _MIN_ISR and setting.value.is_explicit("1") and topic.replication != 1:
                    yield _min_isr(file, setting, topic.name, named(topic))
        for setting in file.settings:
            if belongs(file, setting, "broker") and setting.value.is_explicit("1"):
                if setting.key in _BROKER:
                    yield _broker(file, setting)
                elif setting.key in _MIN_ISR:
                    yield _min_isr(file, setting, "every topic of the broker")
        if file.kind is FileKind.PRODUCTION:
            yield from (made_by(found) for found in every(file, *MADE) if is_made(found) and number(found.value) == 1)


def compare(delta: Delta) -> Iterator[Hit]:
    """What is lowered, but not to 1."""
    for pair in delta.pairs_of(TOPICS):
        if pair.before is not None and pair.after is not None:
            was, now = pair.before.replication, pair.after.replication
            if was is not None and now is not None and 1 < now < was:
                yield _lowered(pair.after, was)
            elif was is not None and now == 1 < was and _is_compose(pair.after):
                yield _single([pair.after])  # it had brokers enough
    yield from _lowered_to_one(delta)
    for found in promises(delta, *_BROKER, *_MIN_ISR):
        old = number(found.before.value) if found.before is not None else None
        new = number(found.after.value) if found.after is not None else None
        if found.before is None or old is None or (found.topic is not None and found.topic.replication == 1):
            continue
        if new is not None and 1 < new < old:
            yield with_swap(
                _FEWER.hit(
                    found.subject, found.span, severity=Severity.MEDIUM, key=found.key, of=found.of, old=old, new=new
                ),
                found,
            )
        elif found.after is None and old > 1 and found.key == "min.insync.replicas" and found.topic is not None:
            yield _GONE.hit(
                found.subject, found.span, confidence=Confidence.MEDIUM, key=found.key, of=found.of, old=old
            )
        elif found.after is None and old > 1 and found.before.client == "broker" and _has_more(found):
            words = _GONE if found.key == "min.insync.replicas" else _ONE_COPY
            if found.key in ("min.insync.replicas", "default.replication.factor"):  # the others' default is not 1
                yield words.hit(found.subject, found.span, key=found.key, of=found.of, old=old)


def _is_compose(topic: Topic) -> bool:
    """A compose file may run anywhere, with as many brokers as it had copies; the overlay of a development cluster does not."""
    return "compose" in topic.span.path.rsplit("/", 1)[-1]


def _lowered_to_one(delta: Delta) -> Iterator[Hit]:
    """In an example that others copy one copy is a matter of taste; lowering to it is not."""
    for found in changed(delta, *MADE):
        setting, file = found.after, found.files.after
        copied = file is not None and file.kind in (FileKind.EXAMPLE, FileKind.DOCUMENTATION, FileKind.PACKAGING)
        if copied and setting is not None and number(found.new) == 1 and is_made(setting):
            yield made_by(setting, found.old.text)


_FEWER = Words(
    "{key} of {of} was {old} and is now {new}.",
    (
        "Brokers fail or are restarted; {new} in-sync copies of a partition are enough, where {old} were asked for.",
        "A producer with acks=all writes, and is told that the record is stored.",
        "The brokers with these copies fail before others have caught up -> acknowledged records are lost.",
    ),
    "Keep {key}={old}.",
)
_GONE = Words(
    "{key}={old} of {of} is removed: the broker's default holds, which is 1 where it is not set.",
    (
        "The followers fall behind and leave the in-sync set; only the leader is left in it.",
        "A producer with acks=all writes: one copy is enough, and it is told that the record is stored.",
        "The leader's disk fails -> acknowledged records are lost.",
    ),
    "Put {key}={old} back.",
)

_ONE_COPY = Words(
    "{key}={old} is removed: the broker's default is 1, and a topic that is created without a replication factor of its own has one copy.",
    (
        "A topic is created without a replication factor, by a client, by Streams or because it is written to.",
        "It has one copy. The disk of the broker that holds a partition of it fails, or the broker is replaced.",
        "Every record of that partition is gone, acknowledged or not.",
    ),
    "Put {key}={old} back.",
)


def _has_more(found: Promise) -> bool:
    """Whether the same document still configures that broker."""
    was = found.before
    return was is not None and any(s.scope == was.scope and s.client == "broker" for s in found.file.settings)


def _together(topics: Iterable[Topic]) -> Iterable[list[Topic]]:
    """Topics that one line makes are told once: `KAFKA_CREATE_TOPICS=orders:3:1,bills:3:1`."""
    found: dict[Span, list[Topic]] = {}
    for topic in topics:
        found.setdefault(_at(topic), []).append(topic)
    return found.values()


def _single(topics: list[Topic]) -> Hit:
    topic, *others = topics
    name = named(topic)
    shown = ", ".join(named(one, begins=True) for one in topics)
    return Hit(
        subject=f"{topic.name}: replicas 1",
        span=_at(topic),
        message=f"{shown} {'are' if others else 'is'} kept in one copy only.",
        scenario=(
            "A record is acknowledged, with acks=all too: the leader is the only replica there is.",
            "The disk of that broker fails, or the broker is replaced.",
            f"Every record of its partitions of {name} is gone, acknowledged or not.",
        ),
        fix="Use three replicas with min.insync.replicas=2.",
    )


def _lowered(topic: Topic, was: int) -> Hit:
    return Hit(
        subject=f"{topic.name}: replicas lowered",
        span=_at(topic),
        message=f"{named(topic, begins=True)} is lowered from {was} to {topic.replication} replicas.",
        scenario=(
            "One broker is down for maintenance.",
            "A second one fails: for its partitions no in-sync copy is left.",
            "Producers stop, or acknowledged records that only the failed broker had are lost.",
        ),
        fix=f"Keep {was} replicas.",
        severity=Severity.MEDIUM,
    )


def _broker(file: FileFacts, setting: Setting) -> Hit:
    return Hit(
        subject=f"{setting.scope}/{setting.key}",
        span=line(setting.span),
        message=f"{setting.key}=1: what is created without a replication factor of its own has one copy.",
        scenario=(
            "A topic (or the offsets or transaction topic) is created with this default.",
            "The disk of the one broker that holds a partition fails.",
            "Its records are gone; with the offsets topic all groups fall back to auto.offset.reset.",
        ),
        fix="Set it to 3.",
        confidence=_confidence(file),
        replace=swap(setting, "3"),
    )


def _min_isr(file: FileFacts, setting: Setting, name: str, of: str = "") -> Hit:
    return Hit(
        subject=f"{name}/{setting.key}",
        span=line(setting.span),
        message=f"{setting.key}=1 for {of or name}: acks=all is satisfied by the leader alone.",
        scenario=(
            "The followers fall behind and leave the in-sync set; only the leader is left in it.",
            "A producer with acks=all writes: one copy is enough, and it is told that the record is stored.",
            "The leader's disk fails -> acknowledged records are lost.",
        ),
        fix="Set min.insync.replicas=2 with three replicas.",
        confidence=_confidence(file),
        replace=swap(setting, "2"),
    )


def _confidence(file: FileFacts) -> Confidence:
    return Confidence.HIGH if file.kind in (FileKind.PRODUCTION, FileKind.PACKAGING) else Confidence.LOW


def _at(topic: Topic) -> Span:
    return line(topic.replication_span or topic.span)


RULE = Rule(
    __name__,
    __doc__,
    category=Category.DATA_LOSS,
    severity=Severity.HIGH,
    confidence=Confidence.HIGH,
    put_back=True,
    inspect=inspect,
    compare=compare,
)
