"""A replica that lacks acknowledged records may become leader.

Unclean leader election is switched on.

## What it catches

`unclean.leader.election.enable=true` for a topic or a broker, in manifests, `.properties`, environment variables, Terraform and code.

## Why it hurts in production

When all in-sync replicas of a partition are down, a replica that had fallen behind becomes leader. What it lacks is cut from the log for good,
though it was acknowledged with `acks=all`. Consumers that were further find their offset out of range.

## What to do

Leave it at `false`; keep three replicas and `min.insync.replicas=2` for availability.

## Trade-off

Without it a partition stays offline until an in-sync replica is back. On is legitimate where being available matters more than
records that are lost.

## What it cannot see

Topics whose records may be lost (metrics, clicks) where being writable comes first.

## Examples

### bad: for a topic
--- orders.yaml
 apiVersion: kafka.strimzi.io/v1beta2
 kind: KafkaTopic
 metadata:
   name: orders
 spec:
   partitions: 12
   replicas: 3
   config:
-    unclean.leader.election.enable: false
+    unclean.leader.election.enable: true # ! here

### bad: for a broker
--- server.properties
 broker.id=1
 log.dirs=/var/lib/kafka
+unclean.leader.election.enable=true # ! here

### good: switched off
--- server.properties
 broker.id=1
-unclean.leader.election.enable=true
+unclean.leader.election.enable=false

### good: a key of another system
--- election.yaml
 cluster:
+  unclean: true
+  leader.election.enable: true

## References

- https://kafka.apache.org/documentation/#topicconfigs_unclean.leader.election.enable
- https://cwiki.apache.org/confluence/display/KAFKA/KIP-106
"""

from __future__ import annotations

from collections.abc import Iterator

from reviewer.core.finding import Category, Confidence, Severity
from reviewer.facts.streaming.model import FactSet, Setting, Topic
from reviewer.rules.checks.topics import every
from reviewer.rules.checks.words import Words, of_setting
from reviewer.rules.rule import Hit, Rule

_KEY = "unclean.leader.election.enable"
_WORDS = Words(
    "{key}={value} for {of}: a replica that is not in sync may become leader.",
    (
        "The followers of a partition of {of} fall behind; the leader alone has the last records, which it has acknowledged.",
        "The leader's broker fails; a follower that lacks these records is elected.",
        "The log is cut to what the new leader has -> acknowledged records are lost, and the old leader drops them when it is back.",
    ),
    "Set {key}=false.",
    ("true", "false"),
)


def inspect(facts: FactSet) -> Iterator[Hit]:
    """Wherever it is written."""
    for file in facts.files:
        for setting in every(file, _KEY):
            if setting.value.is_explicit("true", "1"):
                of = _of(file.topics, setting)
                yield _WORDS.hit(of_setting(setting), setting.span, key=_KEY, value=setting.value.text, of=of)


def _of(topics: tuple[Topic, ...], setting: Setting) -> str:
    topic = next((topic for topic in topics if setting in topic.settings), None)
    return f"the topic {topic.name}" if topic is not None and topic.is_literal else "the topics here"


RULE = Rule(
    __name__,
    __doc__,
    category=Category.DATA_LOSS,
    severity=Severity.CRITICAL,
    confidence=Confidence.HIGH,
    inspect=inspect,
)
