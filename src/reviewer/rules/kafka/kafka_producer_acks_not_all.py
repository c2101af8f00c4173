"""The producer is told “stored” before the replicas have the record.

A producer is satisfied before the replicas have the record.

## What it catches

`acks` set to `0` or `1`, in code (maps, `Properties`, keyword arguments), in Spring and `.properties` configuration, or left out
where that version of the client defaults to `1` (kafka-clients before 3.0, kafka-python before 3.0, aiokafka, sarama) or even `0` (a `Writer{}` of kafka-go).

## Why it hurts in production

With `acks=1` the leader answers as soon as the record is in its own log. If it dies before a follower has fetched the record,
the new leader does not have it, and the producer has already been told that it is stored.

## What to do

Set `acks=all`, with `min.insync.replicas=2` on a topic with three replicas.

## Trade-off

acks=all costs each batch the round trip to the slowest in-sync replica, and writes fail while too few replicas are up. acks=1 is
legitimate for records that may go: metrics, clicks, samples.

## What it cannot see

Whether the topic carries metrics or clicks that may be lost; a value that comes from the environment or another repository.

## Examples

### bad: a one-line change weakens acks
--- Orders.java
 import org.apache.kafka.clients.producer.*;
 class Orders {
   KafkaProducer<String, String> open(Properties props) {
-    props.put(ProducerConfig.ACKS_CONFIG, "all");
+    props.put(ProducerConfig.ACKS_CONFIG, "1"); // ! here
     return new KafkaProducer<>(props);
   }
 }

### bad: Spring configuration
--- application.yml
 spring:
   kafka:
     producer:
-      acks: all
+      acks: 1 # ! here

### good: a constant of another class says all
--- Keys.java
+class Keys {
+  static final String ACKS = "all";
+}
--- build.gradle
+dependencies {
+  implementation 'org.apache.kafka:kafka-clients:2.8.0'
+}
--- Config.java
+import org.apache.kafka.clients.producer.*;
+class Config {
+  KafkaProducer<String, String> producer() {
+    Properties props = new Properties();
+    props.put(ProducerConfig.ACKS_CONFIG, Keys.ACKS);
+    return new KafkaProducer<>(props);
+  }
+}

### good: what is copied or spread into the configuration may set acks
--- build.gradle
+dependencies {
+  implementation 'org.apache.kafka:kafka-clients:2.8.0'
+}
--- Config.java
+import org.apache.kafka.clients.producer.*;
+class Config {
+  Map<String, Object> props() {
+    Map<String, Object> props = new HashMap<>(common.all());
+    props.put(ProducerConfig.LINGER_MS_CONFIG, 5);
+    return props;
+  }
+  KafkaProducer<String, String> producer() {
+    return new KafkaProducer<>(props());
+  }
+}
--- send.py
+from aiokafka import AIOKafkaProducer
+
+producer = AIOKafkaProducer(**settings)

## References

- https://kafka.apache.org/documentation/#producerconfigs_acks
- https://cwiki.apache.org/confluence/display/KAFKA/KIP-679
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from reviewer.core.finding import Category, Confidence, Severity
from reviewer.facts.delta import Delta
from reviewer.facts.streaming.model import Client, FactSet, Known
from reviewer.rules.checks.settings import Written, default_of, defaulted, weaker, written
from reviewer.rules.checks.strength import plain
from reviewer.rules.checks.words import Words, of_call, of_change, swap
from reviewer.rules.rule import Hit, Rule

_WEAK = ("0", "1", "leader", "none")
_KEYS = ("acks", "producer.override.acks", "kafka.acks")

_UNANSWERED = (
    "send() counts the record as delivered when it is in the socket buffer.",
    "The broker is not reached, or refuses the record; no answer is awaited, nothing is retried.",
    "The caller goes on as if the record were stored -> it is lost without an error.",
)
_LEADER = (
    "The leader appends the record and acknowledges it.",
    "It dies before a follower has fetched the record; a follower becomes leader.",
    "The new leader does not have the record, and the producer believes it is stored -> it is lost without an error.",
)
_APPENDER = re.compile(r"\w*(Appender|LogHandler|LoggingHandler)(Skeleton|Base)?\b")
_MESSAGE = "acks={acks}: a record counts as stored before any follower has it."
_FIX = "Set acks=all (and min.insync.replicas=2 on a topic with three replicas)."
_NONE = Words(_MESSAGE, _UNANSWERED, _FIX)
_ONE = Words(_MESSAGE, _LEADER, _FIX)
_UNSET = "acks is not set, and {client} defaults to acks={acks}."
_DEFAULT = Words(_UNSET, _LEADER, "{fix}")
_DEFAULT_NONE = Words(_UNSET, _UNANSWERED, "{fix}")
_SET = "Set acks=all where this producer is configured."

_FALLBACK = Words(
    "Where nothing else sets acks it was {old} and is now {new}.",
    _LEADER,
    "Keep {old} as what holds without a setting.",
)


def inspect(facts: FactSet) -> Iterator[Hit]:
    """Weak values that are written, then weak defaults of constructed producers."""
    for found in written(facts, *_KEYS, of="producer", among=_WEAK):
        if _is_menu(found) or _repeats_the_default(found) or _ships_logs(found):
            continue
        words, severity = (_NONE, Severity.CRITICAL) if found.text == "0" else (_ONE, None)
        subject = f"acks@{found.setting.scope}"  # whatever prefix the key has
        hit = words.hit(subject, found.setting.span, severity=severity, acks=found.text)
        yield replace(hit, replace=swap(found.setting, "all"))
    for file, client in defaulted(facts, "acks", of="producer", among=_WEAK):
        if _is_idempotent(client):
            continue
        subject = f"acks-default@{of_call(file, client.call, client.holder)}"
        name = f"{client.library} {(client.version or '').lstrip('=')}".strip()
        acks, fix = client.value("acks").text, file.word(client.library, "acks") or _SET
        words, severity = (_DEFAULT_NONE, Severity.CRITICAL) if acks == "0" else (_DEFAULT, None)
        yield words.hit(
            subject, client.call.span, severity=severity, confidence=Confidence.MEDIUM, client=name, acks=acks, fix=fix
        )


def _is_idempotent(client: Client) -> bool:
    """Idempotence, and a transaction, ask for acks=all where nothing else is said; what is not known may be so."""
    idempotent = client.value("enable.idempotence")
    return client.setting("transactional.id") is not None or (
        client.setting("enable.idempotence") is not None and not idempotent.is_known("false")
    )


def _ships_logs(found: Written) -> bool:
    """An appender of a logging framework: an application must not wait, or fail, for its own log lines."""
    types = found.file.syntax.types
    return bool(types) and _APPENDER.search(" ".join((types[0].name, *types[0].bases))) is not None


def _is_menu(found: Written) -> bool:
    """All values are written to one place: whoever runs the program chooses."""
    setting = found.setting
    beside = {s.value.text for s in found.file.settings if (s.key, s.scope) == (setting.key, setting.scope)}
    return setting.in_code and {"0", "1", "all"} <= beside


def _repeats_the_default(found: Written) -> bool:
    """A settings class, which nothing is made of here, says what the client does without it: nobody's decision either."""
    setting = found.setting
    made = any(setting in client.settings for client in found.file.clients)
    declared = any(declared.name == setting.scope for declared in found.file.syntax.types)
    return declared and not made and default_of(found.file, "producer", "acks") == found.text


def compare(delta: Delta) -> Iterator[Hit]:
    """What holds where the environment says nothing is weaker than it was: `getenv("ACKS", "1")`."""
    for found in weaker(delta, "acks", of="producer"):
        if found.after is not None and found.new.known is Known.UNKNOWN:
            old, new = plain(found.old) or "", plain(found.new) or ""
            yield _FALLBACK.hit(
                of_change(found.subject, old, new), found.span, confidence=Confidence.MEDIUM, old=old, new=new
            )


RULE = Rule(
    __name__,
    __doc__,
    category=Category.DATA_LOSS,
    severity=Severity.HIGH,
    confidence=Confidence.HIGH,
    put_back=True,
    only=("kafka-producer",),
    inspect=inspect,
    compare=compare,
)
