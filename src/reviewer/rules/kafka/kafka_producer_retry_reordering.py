"""A retried batch is stored behind the one sent after it.

A retried batch overtakes the one that was sent after it.

## What it catches

`enable.idempotence=false` that is written for a producer which retries and keeps more than one request in flight; the one request in flight that
is raised or removed where the client's idempotence is off by default.

## Why it hurts in production

Without idempotence the broker takes batches as they come. A batch that failed and is retried is appended behind the next one, which had
been sent later: two records of one key change places. A batch whose acknowledgement was lost is stored twice.

## What to do

Leave idempotence on (it keeps order with up to five requests in flight), or set `max.in.flight.requests.per.connection=1`.

## Trade-off

One request in flight costs throughput, most of it on slow links; idempotence keeps the order with five. More is legitimate where
nobody reads a key's records in order.

## What it cannot see

Whether the topic's order matters; settings that flow in from elsewhere.

## Examples

### bad: idempotence is switched off
--- Orders.java
 import org.apache.kafka.clients.producer.*;
 class Orders {
   void open(Properties props) {
-    props.put(ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG, true);
+    props.put(ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG, false); // ! here
     props.put(ProducerConfig.RETRIES_CONFIG, 10);
   }
 }

### bad: the one request in flight that kept the order becomes five
--- pay.py
 from confluent_kafka import Producer

 producer = Producer({
     "bootstrap.servers": "kafka:9092",
     "enable.idempotence": False, # ! here
-    "max.in.flight.requests.per.connection": 1,
+    "max.in.flight.requests.per.connection": 5,
 })

### good: one request in flight keeps the order
--- Orders.java
+import org.apache.kafka.clients.producer.*;
+class Orders {
+  void open(Properties props) {
+    props.put(ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG, false);
+    props.put(ProducerConfig.MAX_IN_FLIGHT_REQUESTS_PER_CONNECTION, 1);
+  }
+}

### good: nothing is retried
--- pay.py
+from confluent_kafka import Producer
+
+producer = Producer({"bootstrap.servers": "kafka:9092", "enable.idempotence": False, "retries": 0})

## References

- https://kafka.apache.org/documentation/#producerconfigs_max.in.flight.requests.per.connection
- https://cwiki.apache.org/confluence/display/KAFKA/KIP-679
"""

from __future__ import annotations

from collections.abc import Iterator

from reviewer.core.finding import Category, Confidence, Severity
from reviewer.facts.delta import Delta
from reviewer.facts.streaming.model import FactSet, FileFacts, Setting
from reviewer.rules.checks.owners import may_be_idempotent
from reviewer.rules.checks.settings import beside, changed, default_of, removed, written
from reviewer.rules.checks.strength import number
from reviewer.rules.checks.words import Words, of_change
from reviewer.rules.rule import Hit, Rule

_MANY = tuple(str(number) for number in range(2, 1000))
_IN_FLIGHT = "max.in.flight.requests.per.connection"
_WORDS = Words(
    "enable.idempotence=false, with retries and more than one request in flight.",
    (
        "The producer sends batch 1 and batch 2 of a partition; both are in flight.",
        "Batch 1 fails with a passing error (a leader election, a timeout), batch 2 is stored.",
        "Batch 1 is retried and stored behind batch 2 -> two records of one key stand in the wrong order; one whose answer was lost stands twice.",
    ),
    "Remove the setting (idempotence keeps order with up to 5 requests in flight), or set max.in.flight.requests.per.connection=1.",
    ("false", "true"),
)

_FLIGHT = ("max.in.flight.requests.per.connection", "max.in.flight")
# Clients that retry without idempotence unless they are told otherwise.
_OFF_BY_DEFAULT = frozenset(
    {"confluent-kafka-python", "confluent-kafka-go", "confluent-kafka-dotnet", "rdkafka", "node-rdkafka", "sarama"}
)
_RAISED = Words(
    "{key} was 1 and is now {new}, and idempotence is off by default: nothing keeps retried batches in order.",
    (
        "The producer sends batch 1 and batch 2 of a partition; both are in flight.",
        "Batch 1 fails with a passing error, batch 2 is stored.",
        "Batch 1 is retried and stored behind batch 2 -> two records of one key stand in the wrong order.",
    ),
    "Keep 1, or switch idempotence on.",
)


def inspect(facts: FactSet) -> Iterator[Hit]:
    """Idempotence that is switched off by hand; the client's own default is nobody's decision and stays silent."""
    for found in written(facts, "enable.idempotence", among=("false", "0")):
        if not _in_order(found.file, found.setting):
            yield _WORDS.hit(found.subject, found.setting.span)


def compare(delta: Delta) -> Iterator[Hit]:
    """The one request in flight that kept the order of a producer without idempotence is raised or gone."""
    for found in (*changed(delta, *_FLIGHT, of="producer"), *removed(delta, *_FLIGHT, of="producer")):
        file = found.files.after
        if number(found.old) != 1 or file is None or (found.after is not None and (number(found.new) or 1) <= 1):
            continue
        subject = of_change(found.subject, "1", found.new.text if found.after is not None else "")
        idempotence = [s for s in file.settings if s.key == "enable.idempotence"]
        if (
            not idempotence
            and not _asks_for_it(file)
            and _OFF_BY_DEFAULT & file.libraries
            and not _is_retried_by_nobody(file)
        ):
            yield _RAISED.hit(
                subject,
                found.span,
                key=found.before.key,
                new=found.new.text if found.after is not None else "its default",
            )


def _asks_for_it(file: FileFacts) -> bool:
    """Where sarama's idempotence may be on, one request in flight is what it needs: that they contradict is another rule's."""
    return "sarama" in file.libraries and may_be_idempotent(file)


def _is_retried_by_nobody(file: FileFacts) -> bool:
    return any(s.key in ("retries", "message.send.max.retries", "acks") and number(s.value) == 0 for s in file.settings)


def _in_order(file: FileFacts, setting: Setting) -> bool:
    """One request in flight keeps order, no retry can't break it, and acks=0 never retries."""
    in_flight = beside(file, setting, _IN_FLIGHT, "max.in.flight")
    if any(setting in c.settings and c.value(_IN_FLIGHT).is_known("1") for c in file.clients):
        return True  # without idempotence franz-go has one request in flight
    if not any(setting in c.settings for c in file.clients) and default_of(file, "producer", _IN_FLIGHT) == "1":
        return True  # a settings class for a client that has one batch of a partition in flight
    retried = beside(file, setting, "retries", "message.send.max.retries", "acks")
    return any(not s.value.is_explicit(*_MANY) for s in in_flight) or any(s.value.is_explicit("0") for s in retried)


RULE = Rule(
    __name__,
    __doc__,
    category=Category.ORDERING,
    severity=Severity.HIGH,
    confidence=Confidence.MEDIUM,
    put_back=True,
    only=("kafka-producer",),
    inspect=inspect,
    compare=compare,
)
