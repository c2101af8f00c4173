"""The producer gives up before a broker is back.

A producer stops retrying sooner than a broker takes to restart.

## What it catches

`retries` of 0, or `delivery.timeout.ms` (librdkafka: `message.timeout.ms`) of less than 30 seconds, that a change writes; and a lower value of
either, down to that.

## Why it hurts in production

A restart of a broker or a new leader takes seconds to a minute. A record that is given up in that time comes back as an error of the
send; where nobody stores it and tries again, it is lost.

## What to do

Leave `retries` alone, bound the time with `delivery.timeout.ms` (two minutes unless set), and handle the last error of a send.

## Trade-off

A failure is reported later, and meanwhile the buffer fills until send() blocks. A short time is legitimate where the caller has
another way for the record, as in a request with its own retry.

## What it cannot see

Callers that keep the record and send it again themselves; records that are worthless after a second.

## Examples

### bad: no retries
--- application.yml
 spring:
   kafka:
     producer:
       acks: all
-      retries: 10
+      retries: 0 # ! here

### bad: five seconds to be delivered
--- Orders.java
 import org.apache.kafka.clients.producer.*;
 class Orders {
   void open(Properties props) {
     props.put(ProducerConfig.REQUEST_TIMEOUT_MS_CONFIG, 2000);
-    props.put(ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG, 120000);
+    props.put(ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG, 5000); // ! here
   }
 }

### good: still long enough
--- Orders.java
 import org.apache.kafka.clients.producer.*;
 class Orders {
   void open(Properties props) {
-    props.put(ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG, 300000);
+    props.put(ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG, 120000);
   }
 }

### good: what is sent without an answer is not retried anyway
--- application.yml
 spring:
   kafka:
     producer:
+      acks: 0
+      retries: 0

## References

- https://kafka.apache.org/documentation/#producerconfigs_delivery.timeout.ms
- https://cwiki.apache.org/confluence/display/KAFKA/KIP-91
"""

from __future__ import annotations

from collections.abc import Iterator

from reviewer.core.finding import Category, Confidence, Severity
from reviewer.facts.streaming.model import FactSet, FileFacts, Setting
from reviewer.rules.checks.settings import beside, written
from reviewer.rules.checks.strength import number
from reviewer.rules.checks.topics import shown
from reviewer.rules.checks.words import Words
from reviewer.rules.rule import Hit, Rule

_SHORT = 30_000
_RETRIES = ("retries", "message.send.max.retries")
_TIMEOUTS = ("delivery.timeout.ms", "message.timeout.ms")
_EVENTS = (
    "A broker is restarted, or a partition gets a new leader: for some seconds sends to it fail.",
    "The producer gives the record up {when}, and completes the send with an error.",
    "The broker is back, but the client does not send the record again: unless whoever gets that error kept it and does -> it is lost.",
)
_NONE = Words("{key}=0: a send that fails once is given up.", _EVENTS, "Leave {key} out, and bound the time with delivery.timeout.ms.")  # fmt: skip
_SOON = Words("{key}={value}: a record that is not delivered by then is given up.", _EVENTS, "Set {key} above the time that a restart of a broker takes (120000 is the default of Kafka's own client).")  # fmt: skip


def inspect(facts: FactSet) -> Iterator[Hit]:
    """What is written; a client's default is nobody's decision."""
    for found in written(facts, *_RETRIES, of="producer"):
        if number(found.setting.value) == 0 and _matters(found.file, found.setting):
            yield _NONE.hit(found.subject, found.setting.span, key=found.setting.key, when="at the first error")
    for found in written(facts, *_TIMEOUTS, of="producer"):
        amount = number(found.setting.value)
        if (
            amount is not None
            and 0 < amount < _SHORT
            and _matters(found.file, found.setting)
            and not _is_refused(found.file, found.setting)
        ):
            value = shown(found.setting)
            yield _SOON.hit(
                found.subject, found.setting.span, key=found.setting.key, value=value, when=f"after {amount} ms"
            )


def _matters(file: FileFacts, setting: Setting) -> bool:
    """Without an answer nothing is retried at all."""
    return not any(number(other.value) == 0 for other in beside(file, setting, "acks"))


def _is_refused(file: FileFacts, setting: Setting) -> bool:
    """Less than one request may take: Kafka's own client does not even start, which another rule says."""
    requests = [number(other.value) for other in beside(file, setting, "request.timeout.ms")]
    amount = number(setting.value) or 0
    return setting.key == "delivery.timeout.ms" and any(
        request is not None and request > amount for request in requests
    )


RULE = Rule(
    __name__,
    __doc__,
    category=Category.DATA_LOSS,
    severity=Severity.MEDIUM,
    confidence=Confidence.MEDIUM,
    put_back=True,
    only=("kafka-producer", "spring-kafka"),
    inspect=inspect,
)
