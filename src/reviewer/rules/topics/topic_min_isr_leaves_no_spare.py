"""One broker that is down stops every write.

A topic asks for as many in-sync replicas as it has, or for more.

## What it catches

`min.insync.replicas` equal to or above the replication factor of the same topic, or of the same broker's defaults; the same of the
transaction log.

## Why it hurts in production

With `acks=all` (the default) a write needs that many replicas in sync. Where it needs all of them, each restart of a broker fails the writes
to its partitions with NOT_ENOUGH_REPLICAS; where it needs more than there are, no write ever succeeds.

## What to do

Three replicas with `min.insync.replicas=2`: one more replica than writes need.

## Trade-off

A third replica costs disk and traffic. Equal numbers are legitimate where no write is better than one that a single broker less
could lose.

## What it cannot see

A replication factor that the cluster decides (`-1`).

## Examples

### bad: three replicas, and all three must answer
--- orders.yaml
 apiVersion: kafka.strimzi.io/v1beta2
 kind: KafkaTopic
 metadata:
   name: orders
 spec:
   partitions: 12
   replicas: 3
   config:
-    min.insync.replicas: 2
+    min.insync.replicas: 3 # ! here

### bad: two replicas are left of three
--- topics.tf
 resource "kafka_topic" "payments" {
   name               = "payments.events"
   partitions         = 6
-  replication_factor = 3
+  replication_factor = 2
   config = {
     "min.insync.replicas" = "2" # ! here
   }
 }

### good: one to spare
--- orders.yaml
+apiVersion: kafka.strimzi.io/v1beta2
+kind: KafkaTopic
+metadata:
+  name: orders
+spec:
+  partitions: 12
+  replicas: 3
+  config:
+    min.insync.replicas: 2

### good: a single copy is another danger
--- orders.yaml
+apiVersion: kafka.strimzi.io/v1beta2
+kind: KafkaTopic
+metadata:
+  name: orders
+spec:
+  partitions: 12
+  replicas: 1
+  config:
+    min.insync.replicas: 1

## References

- https://kafka.apache.org/documentation/#topicconfigs_min.insync.replicas
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from reviewer.core.finding import Category, Confidence, Severity
from reviewer.facts.owners import belongs
from reviewer.facts.streaming.model import FactSet, FileFacts, Setting, Topic
from reviewer.rules.checks.strength import number
from reviewer.rules.checks.topics import named
from reviewer.rules.checks.words import Words, swap
from reviewer.rules.rule import Hit, Rule

_ISR = "min.insync.replicas"
# Of a broker: what writes need -> how many copies there are.
_PAIRS = {
    _ISR: "default.replication.factor",
    "transaction.state.log.min.isr": "transaction.state.log.replication.factor",
}
_FIX = "Set {key} to {spare}, or raise the replication factor above {isr}."
_ALL = Words(
    "{of} has {copies} replicas and {key}={isr}: a write with acks=all needs every one of them.",
    (
        "One broker is restarted or fails; its replica leaves the in-sync set of {of}.",
        "{left} in-sync replicas are left where {isr} are needed: producers with acks=all get NOT_ENOUGH_REPLICAS.",
        "Writes stop until the broker is back and has caught up; what producers can't retry for that long is lost.",
    ),
    _FIX,
)
_MORE = Words(
    "{of} has {copies} replicas and {key}={isr}: there are not as many as a write with acks=all needs.",
    (
        "A producer with acks=all (the default) writes to {of}.",
        "At most {copies} replicas can be in sync, {isr} are needed: NOT_ENOUGH_REPLICAS, and every retry fails the same way.",
        "After delivery.timeout.ms each record is given up -> nothing is stored, and what nobody handles is lost.",
    ),
    _FIX,
)


def inspect(facts: FactSet) -> Iterator[Hit]:
    """Topics with both numbers, then brokers with both defaults."""
    for file in facts.files:
        for topic in file.topics:
            for setting in topic.settings:
                if setting.key == _ISR and topic.replication is not None:
                    yield from _judged(setting, topic.replication, _name(topic))
        for key, copies in _PAIRS.items():
            yield from _of_broker(file, key, copies)
        yield from _of_application(file)


def _of_broker(file: FileFacts, key: str, copies: str) -> Iterator[Hit]:
    owned = [s for s in file.settings if s.key in (key, copies) and not s.in_code and belongs(file, s, "broker")]
    for setting in owned:
        beside = [s for s in owned if s.key == copies and s.scope == setting.scope]
        amount = number(beside[-1].value) if beside else None
        if setting.key == key and amount is not None:
            yield from _judged(
                setting, amount, "A topic with the broker's defaults" if key == _ISR else "The transaction log"
            )


def _of_application(file: FileFacts) -> Iterator[Hit]:
    """A Kafka Streams configuration: `topic.` stands before what its internal topics get."""
    copies = [s for s in file.settings if s.key == "replication.factor" and s.client == "streams" and not s.in_code]
    amount = number(copies[-1].value) if copies else None
    for setting in file.settings if amount is not None else ():
        if setting.key == _ISR and setting.written.endswith(f"topic.{_ISR}") and amount is not None:
            yield from _judged(setting, amount, "An internal topic of the application")


def _judged(setting: Setting, copies: int, of: str) -> Iterator[Hit]:
    isr = number(setting.value)
    if isr is None or copies < 2 or isr < copies:
        return
    words, severity = (_ALL, Severity.MEDIUM) if isr == copies else (_MORE, Severity.HIGH)
    hit = words.hit(
        f"{of}/{setting.key}", setting.span, severity=severity, of=of, copies=copies, isr=isr, key=setting.key, left=copies - 1, spare=copies - 1
    )  # fmt: skip
    yield replace(hit, replace=swap(setting, str(copies - 1)))


def _name(topic: Topic) -> str:
    return f"The topic {topic.name}" if topic.is_literal else named(topic, begins=True)


RULE = Rule(
    __name__,
    __doc__,
    category=Category.OPERATIONS,
    severity=Severity.MEDIUM,
    confidence=Confidence.HIGH,
    put_back=True,
    inspect=inspect,
)
