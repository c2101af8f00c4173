"""The client refuses its settings when it starts.

Two settings of one client can't stand together.

## What it catches

`enable.idempotence=true` beside weaker `acks`, no retries or more than five requests in flight (with sarama more than one, also when its `MaxOpenRequests = 1` goes); `transactional.id` beside
`enable.idempotence=false`; `delivery.timeout.ms` below `request.timeout.ms` plus `linger.ms`; `group.protocol=consumer` beside
settings that only the broker may make; a `group.instance.id` that is the `group.id`, by which all members are one; in Spring auto commit beside a manual ack mode.

## Why it hurts in production

The client checks its settings when it is built and throws. The application does not start, or restarts for ever, while records pile up; once
retention is over they are gone.

## What to do

Remove one of the two.

## What it cannot see

Which of two configurations a client is really built with, where both are written for one place; settings of another file.

## Examples

### bad: idempotence beside acks=1
--- Orders.java
 import org.apache.kafka.clients.producer.*;
 class Orders {
   void open(Properties props) {
     props.put(ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG, true);
-    props.put(ProducerConfig.ACKS_CONFIG, "all");
+    props.put(ProducerConfig.ACKS_CONFIG, "1"); // ! here
   }
 }

### bad: less time to deliver than for one request
--- application.yml
 spring:
   kafka:
     producer:
       acks: all
       properties:
         request.timeout.ms: 30000
         linger.ms: 100
-        delivery.timeout.ms: 120000
+        delivery.timeout.ms: 30000 # ! here

### good: another client's acks
--- application.yml
+kafka:
+  payments:
+    producer:
+      enable.idempotence: true
+      acks: all
+  clicks:
+    producer:
+      acks: 1

### good: room for one request
--- application.yml
+spring:
+  kafka:
+    producer:
+      properties:
+        request.timeout.ms: 10000
+        linger.ms: 100
+        delivery.timeout.ms: 30000

## References

- https://kafka.apache.org/documentation/#producerconfigs_enable.idempotence
- https://kafka.apache.org/documentation/#producerconfigs_delivery.timeout.ms
- https://cwiki.apache.org/confluence/display/KAFKA/KIP-848
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from reviewer.core.finding import Category, Confidence, Severity
from reviewer.facts.delta import Delta
from reviewer.facts.streaming.model import FactSet, FileFacts, Setting
from reviewer.rules.checks.owners import Owned, may_be_idempotent, owned
from reviewer.rules.checks.settings import removed, written
from reviewer.rules.checks.strength import number
from reviewer.rules.checks.words import Words, of_change, swap
from reviewer.rules.rule import Hit, Rule

_IDEMPOTENCE, _ACKS, _ID = "enable.idempotence", "acks", "transactional.id"
_FLIGHT = ("max.in.flight.requests.per.connection", "max.in.flight")
_DELIVERY, _REQUEST, _LINGER = "delivery.timeout.ms", "request.timeout.ms", "linger.ms"
_PRODUCER = (_IDEMPOTENCE, _ACKS, _ID, *_FLIGHT, "retries", "message.send.max.retries", _DELIVERY, _REQUEST, _LINGER)
_PROTOCOL = "group.protocol"
_BROKERS = ("session.timeout.ms", "heartbeat.interval.ms", "partition.assignment.strategy")
_ON = ("true", "on", "1")
_WORDS = Words(
    "{one} and {other} can't stand together: {why}.",
    (
        "The application is deployed and builds its client with both.",
        "The client checks its configuration and throws: {why}.",
        "Nothing is sent or read until somebody notices; what outlives retention, or waits in memory, is lost.",
    ),
    "{fix}",
)


_MEMBER = ("group.id", "group.instance.id")
_FENCED = Words(
    "group.instance.id is `{text}`, as group.id is: all members of the group call themselves the same.",
    (
        "Two instances of the service join the group, both as the static member `{text}`.",
        "The coordinator takes the second for the first come back, and fences the one that was there: FENCED_INSTANCE_ID.",
        "Its consumer ends with a fatal error, is started again and fences the other -> only one instance reads at a time, and records are processed twice.",
    ),
    "Give each instance an id of its own: its host name, or the ordinal of its pod.",
)
_SARAMA = Words(
    "Net.MaxOpenRequests = 1 is removed; sarama takes no idempotent producer with more than one open request.",
    (
        "Somebody switches Producer.Idempotent on; MaxOpenRequests has its default, 5.",
        "sarama refuses the configuration when the producer is made: idempotent producer requires Net.MaxOpenRequests to be 1.",
        "Nothing is sent, and what waits to be written is lost or piles up.",
    ),
    "Put Net.MaxOpenRequests = 1 back where idempotence is on.",
)


def compare(delta: Delta) -> Iterator[Hit]:
    """The one open request that sarama's idempotence needs is gone; which has no value of its own to contradict."""
    for found in removed(delta, *_FLIGHT, of="producer"):
        file = found.files.after
        if file is not None and "sarama" in file.libraries and number(found.old) == 1 and may_be_idempotent(file):
            yield _SARAMA.hit(
                of_change(found.subject, "1", ""), found.span, severity=Severity.MEDIUM, confidence=Confidence.MEDIUM
            )


def inspect(facts: FactSet) -> Iterator[Hit]:
    """Producers, consumers, then Spring's two prefixes."""
    for group in owned(facts, *_PRODUCER, of="producer"):
        yield from _idempotence(group)
        yield from _delivery(group)
    for group in owned(facts, _PROTOCOL, *_BROKERS, of="consumer"):
        yield from _protocol(group)
    for group in owned(facts, *_MEMBER, of="consumer"):
        yield from _member(group)
    yield from _spring(facts)


def _member(group: Owned) -> Iterator[Hit]:
    """A member that is known by the name of its group: so is every other one."""
    name, member = (group.settings.get(key) for key in _MEMBER)
    if name is not None and member is not None and name.value.text and name.value.text == member.value.text:
        yield _FENCED.hit(
            f"group.instance.id@{member.scope}", member.span, text=member.value.text, severity=Severity.HIGH,
            confidence=Confidence.MEDIUM, category=Category.OPERATIONS,
        )  # fmt: skip


def _idempotence(group: Owned) -> Iterator[Hit]:
    is_on, named = group.settings.get(_IDEMPOTENCE), group.settings.get(_ID)
    if (
        is_on is not None
        and named is not None
        and group.text(_IDEMPOTENCE) in ("false", "off", "0")
        and group.text(_ID)
    ):
        yield _hit(
            group, is_on, named, "a transactional producer must be idempotent", "Remove enable.idempotence=false."
        )
    if is_on is None or group.text(_IDEMPOTENCE) not in _ON:
        return
    if group.text(_ACKS) in ("0", "1", "leader", "none"):
        yield _hit(group, group.settings[_ACKS], is_on, "an idempotent producer needs acks=all", "Set acks=all.", "all")
    for key in ("retries", "message.send.max.retries"):
        if group.number(key) == 0:
            yield _hit(group, group.settings[key], is_on, "an idempotent producer must retry", f"Remove {key}=0.")
    limit = 1 if "sarama" in group.file.libraries else 5
    for key in _FLIGHT:
        amount = group.number(key)
        if amount is not None and amount > limit:
            yield _hit(
                group,
                group.settings[key],
                is_on,
                f"an idempotent producer has at most {limit} in flight",
                f"Set {key} to {limit} or less.",
                str(limit),
            )


def _delivery(group: Owned) -> Iterator[Hit]:
    """librdkafka has the key for something else and does not compare it."""
    whole, request, linger = group.number(_DELIVERY), group.number(_REQUEST), group.number(_LINGER) or 0
    if whole is None or request is None or whole >= request + linger or _is_native(group.file):
        return
    why = f"{_DELIVERY} must be at least {_REQUEST} plus {_LINGER}, {request + linger}"
    fix = f"Set {_DELIVERY} to {request + linger} or more, or lower {_REQUEST}."
    yield _hit(group, group.settings[_DELIVERY], group.settings[_REQUEST], why, fix, str(request + linger))


def _is_native(file: FileFacts) -> bool:
    return any(name.startswith(("confluent-kafka", "rdkafka", "node-rdkafka", "librdkafka")) for name in file.libraries)


def _protocol(group: Owned) -> Iterator[Hit]:
    protocol = group.settings.get(_PROTOCOL)
    if protocol is None or group.text(_PROTOCOL) != "consumer":
        return
    for key in _BROKERS:
        if key in group.settings:
            why = f"with group.protocol=consumer {key} is the broker's to say"
            yield _hit(group, group.settings[key], protocol, why, f"Remove {key}; set it for the group on the broker.")


def _spring(facts: FactSet) -> Iterator[Hit]:
    """Spring's container refuses a manual ack mode for a consumer that commits by itself."""
    for found in written(facts, "enable.auto.commit", among=("true",)):
        if not found.setting.scope.startswith("spring.kafka"):
            continue
        label = found.setting.scope.partition("@")[2]
        for other in found.file.settings:
            if (
                other.key.endswith("ack.mode")
                and other.scope.startswith("spring.kafka")
                and other.scope.partition("@")[2] == label
            ):
                if other.value.text.lower().replace("-", "_").startswith("manual"):
                    group = Owned(file=found.file, name=found.setting.scope, settings={})
                    why = "Spring's container takes no manual acknowledgement for a consumer that commits by itself"
                    yield _hit(
                        group, found.setting, other, why, "Set enable-auto-commit to false, or leave it out.", "false"
                    )


def _hit(group: Owned, one: Setting, other: Setting, why: str, fix: str, value: str = "") -> Hit:
    """`value` is the one that the first setting should have, where there is one."""
    texts = [f"{setting.key}={setting.value.text}" for setting in (one, other)]
    hit = _WORDS.hit(
        f"{one.key}/{other.key}@{group.name}", one.span, evidence=(other.span,), one=texts[0], other=texts[1], why=why, fix=fix
    )  # fmt: skip
    return replace(hit, replace=swap(one, value)) if value else hit


RULE = Rule(
    __name__,
    __doc__,
    category=Category.OPERATIONS,
    severity=Severity.HIGH,
    confidence=Confidence.HIGH,
    put_back=True,
    inspect=inspect,
    compare=compare,
)
