"""The broker refuses, or cuts off, the producer's transactions.

A transaction timeout that the broker does not allow.

## What it catches

`transaction.timeout.ms` of a producer above `transaction.max.timeout.ms` of the brokers in the same change (15 minutes where nothing
says more), and brokers that allow less than before.

## Why it hurts in production

The producer asks for its timeout when it registers its id; a longer one than the broker allows is refused, and no transaction ever begins.

## What to do

Keep transactions short; where a long one is needed raise `transaction.max.timeout.ms` of the brokers first.

## Trade-off

A long transaction that is abandoned holds up all read_committed readers until its timeout. A short one is legitimate where a batch
is surely done within it.

## What it cannot see

Brokers that are configured elsewhere.

## Examples

### bad: an hour
--- Out.java
 import org.apache.kafka.clients.producer.*;
 class Out {
   void configure(Properties props) {
     props.put(ProducerConfig.TRANSACTIONAL_ID_CONFIG, id);
-    props.put(ProducerConfig.TRANSACTION_TIMEOUT_CONFIG, 60000);
+    props.put(ProducerConfig.TRANSACTION_TIMEOUT_CONFIG, 3600000); // ! here
   }
 }

### bad: brokers that allow less than before
--- server.properties
 broker.id=1
 log.dirs=/var/lib/kafka
-transaction.max.timeout.ms=3600000
+transaction.max.timeout.ms=900000 # ! here

### good: brokers that allow it
--- server.properties
 broker.id=1
 log.dirs=/var/lib/kafka
+transaction.max.timeout.ms=7200000
--- Out.java
 import org.apache.kafka.clients.producer.*;
 class Out {
   void configure(Properties props) {
     props.put(ProducerConfig.TRANSACTIONAL_ID_CONFIG, id);
-    props.put(ProducerConfig.TRANSACTION_TIMEOUT_CONFIG, 60000);
+    props.put(ProducerConfig.TRANSACTION_TIMEOUT_CONFIG, 3600000);
   }
 }

### good: below the default
--- Out.java
+import org.apache.kafka.clients.producer.*;
+class Out {
+  void configure(Properties props) {
+    props.put(ProducerConfig.TRANSACTIONAL_ID_CONFIG, id);
+    props.put(ProducerConfig.TRANSACTION_TIMEOUT_CONFIG, 300000);
+  }
+}

## References

- https://kafka.apache.org/documentation/#producerconfigs_transaction.timeout.ms
- https://kafka.apache.org/documentation/#brokerconfigs_transaction.max.timeout.ms
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from reviewer.core.finding import Category, Confidence, Severity
from reviewer.facts.delta import Delta
from reviewer.facts.streaming.model import FactSet, FileFacts
from reviewer.rules.checks.settings import written
from reviewer.rules.checks.strength import is_weaker, number
from reviewer.rules.checks.topics import promises, shown, with_swap
from reviewer.rules.checks.words import Words
from reviewer.rules.rule import Hit, Rule

_KEYS, _CAP = ("transaction.timeout.ms", "transactional.timeout.ms"), "transaction.max.timeout.ms"
_DEFAULT = 900_000
_IDS = frozenset(
    {"transactional.id", "transaction.id.prefix", "transactional.id.prefix", "sink.transactional.id.prefix"}
)
_GUARANTEE = re.compile(r"^(?:\w+\.)*(?:Semantic|DeliveryGuarantee)\.(AT_LEAST_ONCE|EXACTLY_ONCE)$")
_TOO_LONG = Words(
    "{key}={value} is above what brokers allow, {cap} ms.",
    (
        "The producer starts and registers its transactional id with a timeout of {value}.",
        "The broker refuses it with INVALID_TRANSACTION_TIMEOUT.",
        "No transaction begins: nothing is written until the setting is corrected, and the input piles up.",
    ),
    "Stay below transaction.max.timeout.ms, or raise it on the brokers first.",
)
_LESS = Words(
    "{key} of the brokers was {old} and is now {new}.",
    (
        "The brokers are restarted with the lower cap.",
        "A producer or a Flink sink with a longer transaction.timeout.ms starts again and is refused with INVALID_TRANSACTION_TIMEOUT.",
        "It can't begin a transaction: nothing is written until its own timeout is lowered as well.",
    ),
    "Lower the timeouts of all transactional clients first.",
)


def inspect(facts: FactSet) -> Iterator[Hit]:
    """Producers; a Flink sink has a rule of its own."""
    caps = [number(s.value) for file in facts.everything() for s in file.settings if s.key == _CAP]
    known = [cap for cap in caps if cap is not None]
    cap = max(known, default=_DEFAULT)
    for found in written(facts, *_KEYS):
        if _nobody_begins_one(facts):
            continue
        amount = number(found.setting.value)
        if amount is not None and amount > cap and not {"flink-datastream"} & found.file.libraries:
            sure = Confidence.HIGH if known else Confidence.MEDIUM
            yield _TOO_LONG.hit(
                found.subject,
                found.setting.span,
                confidence=sure,
                key=found.setting.key,
                value=shown(found.setting),
                cap=cap,
            )


def _nobody_begins_one(facts: FactSet) -> bool:
    """The sinks are at-least-once and there is no transactional id: the timeout stands in properties that no transaction uses."""
    promised = {word for file in facts.everything() for word in _promises(file)}
    named = any(s.key in _IDS for file in facts.everything() for s in file.settings)
    return promised == {"AT_LEAST_ONCE"} and not named and not any(file.transactions for file in facts.everything())


def _promises(file: FileFacts) -> Iterator[str]:
    given = (argument.value.text for call in file.syntax.calls for argument in call.arguments)
    assigned = (a.value.text for a in file.syntax.assignments if a.value is not None)
    for text in (*given, *assigned):
        if (found := _GUARANTEE.search(text)) is not None:
            yield found[1]


def compare(delta: Delta) -> Iterator[Hit]:
    """Brokers."""
    for found in promises(delta, _CAP):
        if found.before and found.after and is_weaker(_CAP, found.before.value, found.after.value):
            old, new = shown(found.before), shown(found.after)
            yield with_swap(
                _LESS.hit(
                    found.subject,
                    found.span,
                    severity=Severity.MEDIUM,
                    confidence=Confidence.MEDIUM,
                    key=_CAP,
                    old=old,
                    new=new,
                ),
                found,
            )


RULE = Rule(
    __name__,
    __doc__,
    category=Category.OPERATIONS,
    severity=Severity.HIGH,
    confidence=Confidence.MEDIUM,
    put_back=True,
    only=("kafka-producer", "topic"),
    inspect=inspect,
    compare=compare,
)
