"""The members of a group have no rebalance protocol in common while the change is rolled out.

The partition assignment of a consumer goes from eager to cooperative, or back, in one step.

## What it catches

`partition.assignment.strategy` names only assignors of the one kind before (range, round robin, sticky) and only of the other kind after (cooperative
sticky), in code or documents. With librdkafka and what is built on it, each such change, because it can't list both kinds.

## Why it hurts in production

In a rolling restart old and new members meet in one group. No assignor is supported by all of them: those that come are refused with an inconsistent
protocol, or eager members give up what cooperative ones keep, and the lag grows until the last old member has gone.

## What to do

Two rolling restarts: the first lists both assignors, the second only the new one. With librdkafka: stop all members, then start the new version.

## What it cannot see

That all members are stopped before the deploy; that the group is new.

## Examples

### bad: the range assignor becomes the cooperative one at once
--- Planner.java
 import java.util.Properties;
 import org.apache.kafka.clients.consumer.*;
 class Planner {
   KafkaConsumer<String, String> consumer() {
     Properties props = new Properties();
     props.put(ConsumerConfig.GROUP_ID_CONFIG, "planner");
-    props.put(ConsumerConfig.PARTITION_ASSIGNMENT_STRATEGY_CONFIG, RangeAssignor.class.getName());
+    props.put(ConsumerConfig.PARTITION_ASSIGNMENT_STRATEGY_CONFIG, CooperativeStickyAssignor.class.getName()); // ! here
     return new KafkaConsumer<>(props);
   }
 }

### bad: back to eager with librdkafka
--- seats.py
 from confluent_kafka import Consumer

 made = Consumer(
     {
         "bootstrap.servers": "kafka:9092",
         "group.id": "seats",
-        "partition.assignment.strategy": "cooperative-sticky",
+        "partition.assignment.strategy": "roundrobin",  # ! here
     }
 )

### good: the first of two restarts lists both
--- consumer.properties
 group.id=planner
 key.deserializer=org.apache.kafka.common.serialization.StringDeserializer
-partition.assignment.strategy=org.apache.kafka.clients.consumer.RangeAssignor
+partition.assignment.strategy=org.apache.kafka.clients.consumer.CooperativeStickyAssignor,org.apache.kafka.clients.consumer.RangeAssignor

### good: one eager assignor for another
--- seats.py
 from confluent_kafka import Consumer

 made = Consumer(
     {
         "bootstrap.servers": "kafka:9092",
         "group.id": "seats",
-        "partition.assignment.strategy": "range",
+        "partition.assignment.strategy": "range,roundrobin",
     }
 )

## References

- https://kafka.apache.org/documentation/#consumerconfigs_partition.assignment.strategy
- https://cwiki.apache.org/confluence/display/KAFKA/KIP-429%3A+Kafka+Consumer+Incremental+Rebalance+Protocol
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from reviewer.core.finding import Category, Confidence, Severity
from reviewer.facts.delta import Delta
from reviewer.rules.checks.settings import changed
from reviewer.rules.checks.words import Words, of_change
from reviewer.rules.rule import Hit, Rule

_WORDS = Words(
    "partition.assignment.strategy was {old} and is {new}: old and new members of the group have no assignor in common.",
    (
        "A rolling restart replaces the first instance; the others still offer {old} only.",
        "It joins the group with {new} only: the group has no common protocol, and it is refused with INCONSISTENT_GROUP_PROTOCOL.",
        "The group works with fewer and fewer members until the last old one is gone -> lag grows, and no instance that restarts can come back.",
    ),
    "{cure}",
)
_TWO_STEPS = "Take two rolling restarts: the first with both assignors listed, the second with {new} only."
_STOP_ALL = "librdkafka can't list both kinds: stop all members of the group, then start the new version."
_ON_LIBRDKAFKA = frozenset({
    "confluent-kafka-python", "confluent-kafka-go", "confluent-kafka-dotnet", "confluent-kafka-javascript", "node-rdkafka", "rdkafka",
})  # fmt: skip
_NAME = re.compile(r"(?i)^(?:range|round_?robin|sticky|cooperative[-_]?sticky)(?:assignor)?$")


def compare(delta: Delta) -> Iterator[Hit]:
    """Lists of assignors of one kind that become lists of the other."""
    for differs in changed(delta, "partition.assignment.strategy"):
        old, new = _assignors(differs.old.text), _assignors(differs.new.text)
        if not old or not new or old & new or _is_cooperative(old) is _is_cooperative(new):
            continue
        file = differs.files.after
        is_librdkafka = file is not None and bool(file.libraries & _ON_LIBRDKAFKA)
        was, now = ", ".join(sorted(old)), ", ".join(sorted(new))
        cure = _STOP_ALL if is_librdkafka else _TWO_STEPS.format(new=now)
        yield _WORDS.hit(of_change(differs.subject, was, now), differs.span, old=was, new=now, cure=cure)


def _assignors(text: str) -> frozenset[str]:
    """The assignors of a list, by their short names; none where one is not known."""
    names = [re.sub(r"[\"'\[\]()]", "", one).strip().rsplit(".", 1)[-1] for one in text.split(",")]
    return frozenset(names) if all(_NAME.match(name) for name in names) else frozenset()


def _is_cooperative(names: frozenset[str]) -> bool | None:
    """None where both kinds are listed."""
    found = {"cooperative" in name.lower() for name in names}
    return next(iter(found)) if len(found) == 1 else None


RULE = Rule(
    __name__,
    __doc__,
    category=Category.OPERATIONS,
    severity=Severity.HIGH,
    confidence=Confidence.HIGH,
    put_back=True,
    only=("kafka-consumer", "spring-kafka"),
    compare=compare,
)
