"""Keys move to other partitions: order and keyed state break.

The number of partitions of an existing topic changes.

## What it catches

Another number of partitions for the same topic in code (`NewTopic`, `TopicBuilder`) or in a Strimzi `KafkaTopic`, and a new
`NewPartitions.increaseTo(…)`.

## Why it hurts in production

The partition of a key is its hash modulo the number of partitions. After the change new records of a key arrive in another
partition while older ones are still unread: they are handled out of order. Streams and Flink jobs look for a key's state in the wrong
task, compaction keeps two latest values. A lower number is refused, or the provider replaces the topic: it deletes it.

## What to do

Create a new topic and migrate, or stop the producers until the topic is drained.

## Trade-off

A new topic costs a migration: both written or producers stopped, and readers moved. Adding partitions in place is legitimate where
records have no key, or nobody relies on where a key lies.

## What it cannot see

That the topic carries records without keys, is new in production, or is drained first.

## Examples

### bad: a Strimzi topic is raised
--- orders.yaml
 apiVersion: kafka.strimzi.io/v1beta2
 kind: KafkaTopic
 metadata:
   name: orders
 spec:
-  partitions: 12
+  partitions: 24 # ! here
   replicas: 3

### bad: in code
--- Topics.java
 import org.apache.kafka.clients.admin.*;
 class Topics {
   NewTopic orders() {
-    return new NewTopic("orders", 12, (short) 3);
+    return new NewTopic("orders", 6, (short) 3); // ! here
   }
 }

### good: a new topic
--- orders.yaml
+apiVersion: kafka.strimzi.io/v1beta2
+kind: KafkaTopic
+metadata:
+  name: orders
+spec:
+  partitions: 24
+  replicas: 3

### good: another topic in the same place
--- orders.yaml
 apiVersion: kafka.strimzi.io/v1beta2
 kind: KafkaTopic
 metadata:
-  name: orders
+  name: orders-v2
 spec:
-  partitions: 12
+  partitions: 24
   replicas: 3

## References

- https://kafka.apache.org/documentation/#basic_ops_modify_topic
"""

from __future__ import annotations

from collections.abc import Iterator

from reviewer.core.finding import Category, Confidence, Severity
from reviewer.facts.delta import Delta
from reviewer.facts.pairs import TOPICS
from reviewer.facts.streaming.model import FileFacts, Topic
from reviewer.facts.streaming.names import simple_type
from reviewer.rules.checks.topics import named
from reviewer.rules.rule import Hit, Rule
from reviewer.rules.support import line, short


def compare(delta: Delta) -> Iterator[Hit]:
    """Topics matched by name."""
    for pair in delta.pairs_of(TOPICS):
        if pair.before is not None and pair.after is not None and _differs(pair.before, pair.after):
            yield _hit(pair.after, pair.before.partitions or 0, pair.after.partitions or 0)
    for _, before, after in delta.modified():
        yield from _increases(before, after)


def _differs(was: Topic, now: Topic) -> bool:
    known = was.partitions is not None and now.partitions is not None
    return known and was.partitions != now.partitions


def _increases(before: FileFacts, after: FileFacts) -> Iterator[Hit]:
    """`NewPartitions.increaseTo(n)` that was not there before."""
    arguments = (c.argument(0) for c in before.syntax.calls if _is_increase(c.receiver, c.name))
    known = {argument.text for argument in arguments if argument is not None}
    for call in after.syntax.calls:
        count = call.argument(0)
        if _is_increase(call.receiver, call.name) and count is not None and count.text not in known:
            yield Hit(
                subject=f"{after.function_name(call.function)}/increaseTo",
                span=line(call.name_span),
                message=f"The topic is raised to `{short(count.text)}` partitions.",
                scenario=_RAISED,
                fix=_FIX,
            )


def _is_increase(receiver: str, name: str) -> bool:
    return name == "increaseTo" and simple_type(receiver) == "NewPartitions"


_RAISED = (
    "Older records of key K wait unread in the partition that hash(K) modulo the old number gives.",
    "After the change the next record of K goes to another partition, and another consumer reads it first.",
    "Per-key order is gone; Streams and Flink state of K is in the wrong task; compaction keeps two latest values of K.",
)
_CODE = ("NewTopic", "TopicBuilder", "createTopics")
_FIX = (
    "Create a new topic with the new number and migrate, or stop the producers and drain the topic before the change."
)


def _hit(topic: Topic, was: int, now: int) -> Hit:
    name = named(topic, begins=True)
    if now < was and topic.declared_by in _CODE:
        return Hit(
            subject=f"{topic.name}: partitions {was} -> {now}",
            span=line(topic.partitions_span or topic.span),
            message=f"{name} had {_count(was)} and gets {now}; Kafka can't lower the number.",
            scenario=(
                f"The existing topic keeps its {was} partitions; only where it is created anew has it {now}.",
                "Someone deletes and re-creates it to match the code.",
                "All records in it, and the committed offsets on it, are lost.",
            ),
            fix=_FIX,
            severity=Severity.HIGH,
            confidence=Confidence.MEDIUM,
        )
    lowered = (
        f"Kafka can't lower a topic from {was} to {now} partitions.",
        "The operator refuses the change, or the provider replaces the topic: it deletes and re-creates it.",
        "All records in it, and the committed offsets on it, are lost.",
    )
    return Hit(
        subject=f"{topic.name}: partitions {was} -> {now}",
        span=line(topic.partitions_span or topic.span),
        message=f"{name} had {_count(was)} and gets {now}.",
        scenario=lowered if now < was else _RAISED,
        fix=_FIX,
    )


def _count(partitions: int) -> str:
    return "1 partition" if partitions == 1 else f"{partitions} partitions"


RULE = Rule(
    __name__,
    __doc__,
    category=Category.ORDERING,
    severity=Severity.CRITICAL,
    confidence=Confidence.HIGH,
    compare=compare,
)
