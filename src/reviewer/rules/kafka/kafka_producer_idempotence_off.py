"""A retry whose answer was lost writes the record twice.

A producer that keeps the order with one request in flight loses idempotence.

## What it catches

`enable.idempotence` that goes from `true` to `false` where one request in flight (or no retry) keeps the order; with more in flight
the order is in danger too, which `kafka-producer-retry-reordering` says.

## Why it hurts in production

The broker stores a batch and its answer is lost. The client retries, and without idempotence the broker takes it for a new batch.

## What to do

Leave idempotence on; it costs nothing with up to five requests in flight.

## Trade-off

Idempotence needs acks=all and at most five requests in flight; throughput stays nearly the same. Off is legitimate where records
may go or readers drop duplicates, and order does not matter.

## What it cannot see

Readers that recognise a record they have seen.

## Examples

### bad: in code
--- Orders.java
 import org.apache.kafka.clients.producer.*;
 class Orders {
   void open(Properties props) {
     props.put(ProducerConfig.MAX_IN_FLIGHT_REQUESTS_PER_CONNECTION, 1);
-    props.put(ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG, true);
+    props.put(ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG, false); // ! here
   }
 }

### bad: in a document
--- producer.properties
 bootstrap.servers=kafka:9092
 max.in.flight.requests.per.connection=1
-enable.idempotence=true
+enable.idempotence=false # ! here

### good: switched on
--- producer.properties
 bootstrap.servers=kafka:9092
 max.in.flight.requests.per.connection=1
-enable.idempotence=false
+enable.idempotence=true

### good: nothing is retried
--- producer.properties
 bootstrap.servers=kafka:9092
 retries=0
-enable.idempotence=true
+enable.idempotence=false

## References

- https://kafka.apache.org/documentation/#producerconfigs_enable.idempotence
"""

from __future__ import annotations

from collections.abc import Iterator

from reviewer.core.finding import Category, Confidence, Severity
from reviewer.facts.delta import Delta
from reviewer.facts.streaming.model import Known
from reviewer.rules.checks.settings import beside, changed, default_of, removed
from reviewer.rules.checks.strength import is_weaker, number
from reviewer.rules.checks.words import Words
from reviewer.rules.rule import Hit, Rule

_KEY = "enable.idempotence"
_WORDS = Words(
    "enable.idempotence was {old} and is now {new}.",
    (
        "The producer sends a batch; the broker stores it.",
        "The answer is lost (a broken connection, a new leader), and the client sends the batch again.",
        "Without idempotence it is stored again -> every record of the batch stands twice in the topic.",
    ),
    "Keep {old}.",
    ("{new}", "{old}"),
)


_REMOVED = Words(
    "enable.idempotence={old} is removed; this client's default is off.",
    _WORDS.scenario,
    "Keep it on.",
)


def compare(delta: Delta) -> Iterator[Hit]:
    """Only where the order is kept: else another rule says more."""
    for found in removed(delta, _KEY, of="producer"):
        if found.before.in_code and found.new.known is Known.DEFAULT and is_weaker(_KEY, found.old, found.new):
            yield _REMOVED.hit(found.subject, found.span, old=found.old.text)
    for found in changed(delta, _KEY):
        if found.after is None or found.files.after is None or not is_weaker(_KEY, found.old, found.new):
            continue
        near = beside(
            found.files.after, found.after, "max.in.flight.requests.per.connection", "max.in.flight", "retries", "acks"
        )
        numbers = {setting.key: number(setting.value) for setting in near}
        in_flight = (numbers.get("max.in.flight.requests.per.connection"), numbers.get("max.in.flight"))
        one_by_one = default_of(found.files.after, "producer", "max.in.flight.requests.per.connection") == "1"
        if (1 in in_flight or one_by_one) and numbers.get("retries") != 0 and numbers.get("acks") != 0:
            yield _WORDS.hit(found.subject, found.span, old=found.old.text, new=found.new.text)


RULE = Rule(
    __name__,
    __doc__,
    category=Category.DUPLICATES,
    severity=Severity.MEDIUM,
    confidence=Confidence.HIGH,
    put_back=True,
    only=("kafka-producer", "spring-kafka"),
    compare=compare,
)
