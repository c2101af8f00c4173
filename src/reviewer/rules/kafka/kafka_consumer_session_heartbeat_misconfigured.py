"""A healthy consumer is thrown out of its group.

Heartbeats come too seldom, or the session is too short for an ordinary pause.

## What it catches

`heartbeat.interval.ms` that is not below `session.timeout.ms` of the same consumer, or above a third of it; `session.timeout.ms` that is lowered
below 10 seconds.

## Why it hurts in production

The coordinator takes a consumer for dead that is silent for the session's time. One lost heartbeat, or one pause of the garbage
collector, then moves its partitions: what it was doing is done again by another, and the group stands still while it is rebalanced.

## What to do

Leave both at their defaults (45 s and 3 s in Kafka's own client), or keep the heartbeat at a third of the session or less.

## Trade-off

With a longer session a dead consumer's partitions stand still for that much longer. A short one is legitimate where takeover must
be fast and pauses (GC, throttled CPU) are known to be shorter.

## What it cannot see

The pauses of the machine; limits of the broker (`group.min.session.timeout.ms`).

## Examples

### bad: the heartbeat is as long as the session
--- Loop.java
 import org.apache.kafka.clients.consumer.*;
 class Loop {
   void open(Properties props) {
     props.put(ConsumerConfig.SESSION_TIMEOUT_MS_CONFIG, 10000);
-    props.put(ConsumerConfig.HEARTBEAT_INTERVAL_MS_CONFIG, 3000);
+    props.put(ConsumerConfig.HEARTBEAT_INTERVAL_MS_CONFIG, 10000); // ! here
   }
 }

### bad: six seconds
--- consumer.properties
 bootstrap.servers=kafka:9092
 group.id=billing
-session.timeout.ms=30000
+session.timeout.ms=6000 # ! here

### good: a third
--- consumer.properties
 bootstrap.servers=kafka:9092
 group.id=billing
-session.timeout.ms=45000
+session.timeout.ms=30000
+heartbeat.interval.ms=10000

### good: a connector's heartbeat is no consumer's
--- source.json
 {
   "name": "orders",
   "config": {
     "connector.class": "io.debezium.connector.postgresql.PostgresConnector",
     "session.timeout.ms": "10000",
+    "heartbeat.interval.ms": "60000",
     "topic.prefix": "shop"
   }
 }

## References

- https://kafka.apache.org/documentation/#consumerconfigs_session.timeout.ms
- https://cwiki.apache.org/confluence/display/KAFKA/KIP-735
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from reviewer.core.finding import Category, Confidence, Severity
from reviewer.facts.delta import Delta
from reviewer.facts.streaming.model import FactSet
from reviewer.rules.checks.owners import Owned, owned
from reviewer.rules.checks.settings import changed
from reviewer.rules.checks.strength import number
from reviewer.rules.checks.topics import shown
from reviewer.rules.checks.words import Words
from reviewer.rules.rule import Hit, Rule
from reviewer.rules.support import line

_SESSION, _HEARTBEAT = "session.timeout.ms", "heartbeat.interval.ms"
_SHORT = 10_000
_OUT = (
    "The coordinator hears nothing for {session} ms, takes the consumer for dead and gives its partitions to others.",
    "The consumer is alive and goes on; its next commit is refused.",
    "Its records are processed again by the new owner, and the group stands still during each rebalance.",
)
_NEVER = Words(
    "heartbeat.interval.ms={heartbeat} is not below session.timeout.ms={session}.",
    (
        "The consumer joins the group; its client refuses these values at start, or sends its first heartbeat when the session is over.",
        *_OUT,
    ),
    "Set heartbeat.interval.ms to a third of session.timeout.ms or less.",
    ("{heartbeat}", "{third}"),
)
_SELDOM = Words(
    "heartbeat.interval.ms={heartbeat} is more than a third of session.timeout.ms={session}.",
    ("One heartbeat is lost or late.", *_OUT),
    "Set heartbeat.interval.ms to a third of session.timeout.ms or less.",
    ("{heartbeat}", "{third}"),
)
_LOWERED = Words(
    "session.timeout.ms was {old} and is now {new}.",
    ("The garbage collector, the host or the network stops the consumer for longer than that.", *_OUT),
    "Keep session.timeout.ms={value}; to notice dead consumers sooner costs a rebalance for each pause.",
    ("{session}", "{value}"),
)


def inspect(facts: FactSet) -> Iterator[Hit]:
    """Both values of one consumer."""
    for group in owned(facts, _SESSION, _HEARTBEAT, of="consumer"):
        session, heartbeat = group.number(_SESSION), group.number(_HEARTBEAT)
        if session is not None and heartbeat is not None and heartbeat * 3 > session > 0:
            words, severity = (_NEVER, Severity.HIGH) if heartbeat >= session else (_SELDOM, Severity.LOW)
            yield _hit(words, group, severity, session, heartbeat)


def _hit(words: Words, group: Owned, severity: Severity, session: int, heartbeat: int) -> Hit:
    spans = [group.settings[key].span for key in (_HEARTBEAT, _SESSION)]
    subject = f"{_HEARTBEAT}@{group.name}"
    return words.hit(
        subject,
        spans[0],
        severity=severity,
        evidence=(spans[1],),
        session=session,
        heartbeat=heartbeat,
        third=session // 3,
    )


def compare(delta: Delta) -> Iterator[Hit]:
    """A session that is shorter than an ordinary pause; one that its heartbeats do not fit into any more is told where it changes."""
    unfit = {hit.evidence[0]: hit for hit in inspect(delta.after)}
    for found in changed(delta, _SESSION, of="consumer"):
        if found.after is not None and (hit := unfit.get(found.after.span)) is not None:
            message = f"{found.before.key} was {found.old.text} and is now {found.new.text}: {hit.message}"
            yield replace(hit, span=line(found.span), message=message, evidence=(hit.span,))
            continue
        old, new = number(found.old), number(found.new)
        if old is not None and new is not None and found.after is not None and 0 < new < min(old, _SHORT):
            yield _LOWERED.hit(
                found.subject, found.span, old=shown(found.before), new=shown(found.after), value=old, session=new
            )


RULE = Rule(
    __name__,
    __doc__,
    category=Category.OPERATIONS,
    severity=Severity.MEDIUM,
    confidence=Confidence.HIGH,
    put_back=True,
    only=("kafka-consumer", "spring-kafka"),
    inspect=inspect,
    compare=compare,
)
