"""Old transactions stay open, or two producers fence each other.

A transactional id that is another one at each start, changes, or is used twice.

## What it catches

A `transactional.id` (in Spring `transaction-id-prefix`) made of something random, one literal id of two producers, and a literal id that changes.

## Why it hurts in production

The id is how a restarted producer finds and aborts what it left open. A new one leaves the old transaction open: `read_committed` readers wait
at it until it times out, and a paused old instance may still commit. Two producers with one id fence each other again and again.

## What to do

One id for each instance that stays over restarts: the service's name and the ordinal of the replica.

## Trade-off

Stable ids need stable instances (ordinals, a StatefulSet). Random ids are legitimate only where the offsets are in the transaction
and the group fences old members (Kafka 2.5 and later).

## What it cannot see

How many replicas run with one literal id.

## Examples

### bad: random
--- Out.java
 import org.apache.kafka.clients.producer.*;
 class Out {
   void configure(Properties props) {
-    props.put(ProducerConfig.TRANSACTIONAL_ID_CONFIG, "ledger-" + ordinal);
+    props.put(ProducerConfig.TRANSACTIONAL_ID_CONFIG, "ledger-" + UUID.randomUUID()); // ! here
   }
 }

### bad: one id for two producers
--- out.py
 from confluent_kafka import Producer

 first = Producer({"bootstrap.servers": "kafka:9092", "transactional.id": "ledger"})
+second = Producer({"bootstrap.servers": "kafka:9092", "transactional.id": "ledger"}) # ! here

### good: an id for each
--- out.py
 from confluent_kafka import Producer

 first = Producer({"bootstrap.servers": "kafka:9092", "transactional.id": "ledger-0"})
+second = Producer({"bootstrap.servers": "kafka:9092", "transactional.id": "ledger-1"})

### good: the same producer for two environments
--- application-eu.yml
+spring:
+  kafka:
+    producer:
+      transaction-id-prefix: ledger-
--- application-us.yml
+spring:
+  kafka:
+    producer:
+      transaction-id-prefix: ledger-

## References

- https://kafka.apache.org/documentation/#producerconfigs_transactional.id
- https://cwiki.apache.org/confluence/display/KAFKA/KIP-447
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from reviewer.core.finding import Category, Confidence, Severity
from reviewer.facts.delta import Delta
from reviewer.facts.streaming.model import FactSet, FileFacts, Known, Setting
from reviewer.files import FileKind
from reviewer.rules.checks.settings import changed
from reviewer.rules.checks.words import Words, of_call, of_change, of_setting
from reviewer.rules.rule import Hit, Rule
from reviewer.rules.support import short

_KEYS = ("transactional.id", "transaction.id.prefix", "transactional.id.prefix")
_RANDOM = re.compile(
    r"\brandom|uuid|currentTimeMillis|nanoTime|Instant\.now|time\.time\(|Date\.now|nanoid", re.IGNORECASE
)
_OPEN = (
    "The process is killed inside a transaction and starts again.",
    "It registers another id; nobody aborts the transaction of the old one.",
    "Readers with read_committed wait at it until it times out, and an old instance that was only paused may still commit -> its records are written twice.",
)
_NEW = Words(
    "{key} is made of `{value}`, which is another one at each start.",
    _OPEN,
    "Use an id that the instance keeps: the service's name and the ordinal of the replica.",
)
_CHANGED = Words(
    "{key} was {old} and is now {new}.",
    _OPEN,
    "Keep {old}; or stop the producer without an open transaction before the new one starts.",
)
_TWICE = Words(
    "Two producers are made with {key}={value}.",
    (
        "The first producer registers {value} and begins a transaction.",
        "The second registers the same id: the broker raises its epoch and aborts what the first had open.",
        "The first is fenced and can't go on; where it is made anew it fences the second -> each loses what it had not committed.",
    ),
    "Give each producer an id of its own.",
)


def inspect(facts: FactSet) -> Iterator[Hit]:
    """Random ones, then literal ones of code that stand twice."""
    seen: dict[str, Setting] = {}
    for file in facts.files:
        yield from _spring(file)
        for setting in file.settings:
            if setting.key not in _KEYS or "flink-datastream" in file.libraries:
                continue
            if setting.value.known is Known.UNKNOWN and _RANDOM.search(setting.value.text):
                value = short(setting.value.text)
                yield _NEW.hit(
                    of_setting(setting), setting.span, confidence=Confidence.MEDIUM, key=setting.key, value=value
                )
            elif setting.in_code and setting.value.known is Known.EXPLICIT and file.kind is FileKind.PRODUCTION:
                other = seen.setdefault(setting.value.text, setting)
                if setting.key == "transactional.id" and (other.span.path, other.scope) != (
                    setting.span.path,
                    setting.scope,
                ):
                    yield _TWICE.hit(
                        of_setting(setting),
                        setting.span,
                        evidence=(other.span,),
                        key=setting.key,
                        value=setting.value.text,
                    )


def _spring(file: FileFacts) -> Iterator[Hit]:
    """The setter of Spring's producer factory."""
    for call in file.syntax.calls if "spring-kafka" in file.libraries else ():
        if call.name == "setTransactionIdPrefix" and call.arguments and _RANDOM.search(call.arguments[0].value.text):
            yield _NEW.hit(
                of_call(file, call), call.name_span, confidence=Confidence.MEDIUM, key="transaction.id.prefix",
                value=short(call.arguments[0].value.text),
            )  # fmt: skip


def compare(delta: Delta) -> Iterator[Hit]:
    """Another literal for the same producer."""
    for found in changed(delta, *_KEYS):
        file = found.files.after
        if (
            found.old.known is found.new.known is Known.EXPLICIT
            and file is not None
            and "flink-datastream" not in file.libraries
        ):
            old, new = found.old.text, found.new.text
            if found.is_sure and "${" not in old + new:
                yield _CHANGED.hit(
                    of_change(found.subject, old, new), found.span, severity=Severity.MEDIUM, confidence=Confidence.MEDIUM, key=found.before.key, old=old, new=new
                )  # fmt: skip


RULE = Rule(
    __name__,
    __doc__,
    category=Category.DUPLICATES,
    severity=Severity.HIGH,
    confidence=Confidence.HIGH,
    put_back=True,
    only=("kafka-producer", "spring-kafka"),
    inspect=inspect,
    compare=compare,
)
