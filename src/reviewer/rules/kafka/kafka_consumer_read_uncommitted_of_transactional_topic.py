"""Records of aborted transactions are processed.

A consumer reads what a transaction may still take back.

## What it catches

A consumer that reads uncommitted records of a topic which a transactional producer of the same change writes; `isolation.level` that goes from `read_committed` to `read_uncommitted`, by another value or, for clients that default to `read_uncommitted`, by
being removed; in code, documents and connector overrides.

## Why it hurts in production

A transactional producer (a Streams application or a Flink job with exactly-once among them) that fails aborts what it wrote and writes it again.
A reader without `read_committed` gets both copies, and records of work that was never finished.

## What to do

Keep `isolation.level=read_committed` for every topic that a transactional producer writes.

## Trade-off

With read_committed a record is seen when its transaction ends, and an open one holds up all behind it. read_uncommitted is
legitimate for views and monitoring that may show what is taken back.

## What it cannot see

Whether any producer of the topic is transactional.

## Examples

### bad: in code
--- Loop.java
 import org.apache.kafka.clients.consumer.*;
 class Loop {
   void open(Properties props) {
     props.put(ConsumerConfig.GROUP_ID_CONFIG, "billing");
-    props.put(ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_committed");
+    props.put(ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_uncommitted"); // ! here
   }
 }

### bad: removed from Spring's configuration
--- application.yml
 spring:
   kafka:
     consumer:
       group-id: billing
-      isolation-level: read_committed # ! here
       enable-auto-commit: false

### good: the guarantee gets stronger
--- application.yml
 spring:
   kafka:
     consumer:
       group-id: billing
-      isolation-level: read_uncommitted
+      isolation-level: read_committed

### good: the client of librdkafka reads committed records by default
--- loop.py
 from confluent_kafka import Consumer

 consumer = Consumer({
     "bootstrap.servers": "kafka:9092",
     "group.id": "billing",
-    "isolation.level": "read_committed",
 })

## References

- https://kafka.apache.org/documentation/#consumerconfigs_isolation.level
- https://cwiki.apache.org/confluence/display/KAFKA/KIP-98
"""

from __future__ import annotations

from collections.abc import Iterator

from reviewer.core.finding import Category, Confidence, Severity
from reviewer.core.span import Span
from reviewer.facts.delta import Delta
from reviewer.facts.streaming.model import Client, FactSet, FileFacts, Known, Role
from reviewer.rules.checks.settings import changed, removed
from reviewer.rules.checks.strength import is_weaker, plain
from reviewer.rules.checks.words import Words, of_change
from reviewer.rules.rule import Hit, Rule
from reviewer.rules.support import line

_KEY = "isolation.level"
_EVENTS = (
    "A transactional producer writes records and fails before it commits.",
    "Its transaction is aborted; the records stay in the log, marked as aborted, and the producer writes them again in a new one.",
    "This consumer reads the aborted copies and the committed ones -> what it adds, pays or notifies happens twice.",
)
_LESS = Words("isolation.level was {old} and is now {new}.", _EVENTS, "Keep {old}.", ("{new}", "{old}"))
_GONE = Words(
    "isolation.level={old} is removed: the default, read_uncommitted, holds.",
    _EVENTS,
    "Put isolation.level={old} back.",
)
# Clients whose default is read_committed.
_COMMITTED = ("confluent-kafka", "librdkafka", "rdkafka", "kafkajs")


_READS = Words(
    "This consumer reads {topic} uncommitted, and the producer at {place} writes it in transactions.",
    _EVENTS,
    "Set isolation.level=read_committed.",
)


def inspect(facts: FactSet) -> Iterator[Hit]:
    """Readers of what code of the change, or beside it, writes in transactions."""
    written = dict(_transactional(facts))
    for file in facts.files if written else ():
        for client in file.clients:
            topic = next((t for t in _read(file, client) if t in written), None)
            if client.kind == "consumer" and topic is not None and client.value(_KEY).is_known("read_uncommitted"):
                place = f"{written[topic].path.rsplit('/', 1)[-1]}:{written[topic].first_line}"
                yield _READS.hit(
                    f"{topic}: read uncommitted", client.call.span, confidence=Confidence.MEDIUM, evidence=(written[topic],), topic=topic, place=place
                )  # fmt: skip


def _read(file: FileFacts, consumer: Client) -> Iterator[str]:
    """The literal topics of a consumer: what it is made with, subscribes to, or what a listener of the file names."""
    calls = [consumer.call, *(operation.call for operation in file.operations_of(Role.SUBSCRIBE))]
    for expression in (argument.value for call in calls for argument in call.arguments if argument.name is None):
        inner = [entry.value for entry in expression.entries]
        for value in (file.names.resolve(each, consumer.call.function) for each in (expression, *inner)):
            if value.known is Known.EXPLICIT:
                yield value.text
    yield from (topic for handling in file.handlings for topic in handling.topics)


def _transactional(facts: FactSet) -> Iterator[tuple[str, Span]]:
    """Topic -> where a producer sends to it, of files whose only producer has a transactional id."""
    for file in facts.everything():
        producers = [client for client in file.clients if client.kind == "producer"]
        if len(producers) == 1 and producers[0].setting("transactional.id") is not None:
            for send in file.sends:
                topic = file.names.resolve(send.topic, send.operation.call.function)
                if topic.known is Known.EXPLICIT:
                    yield topic.text, line(send.operation.call.name_span)


def compare(delta: Delta) -> Iterator[Hit]:
    """Another value, then removals."""
    for found in changed(delta, _KEY):
        if is_weaker(_KEY, found.old, found.new):
            yield _LESS.hit(
                of_change(found.subject, found.old.text, found.new.text),
                found.span,
                old=found.old.text,
                new=found.new.text,
            )
    for found in removed(delta, _KEY):
        after = found.files.after
        if plain(found.old) == "read_committed" and after is not None and not _reads_committed(after):
            yield _GONE.hit(
                of_change(found.subject, found.old.text, ""),
                found.span,
                confidence=Confidence.MEDIUM,
                old=found.old.text,
            )


def _reads_committed(file: FileFacts) -> bool:
    """Whether the client does so without being told: librdkafka and what stands on it, KafkaJS, Streams with exactly-once."""
    if any(library.startswith(_COMMITTED) for library in file.libraries):
        return True
    return any(s.key == "processing.guarantee" and "exactly_once" in s.value.text.lower() for s in file.settings)


RULE = Rule(
    __name__,
    __doc__,
    category=Category.DUPLICATES,
    severity=Severity.HIGH,
    confidence=Confidence.HIGH,
    put_back=True,
    only=("kafka-consumer", "spring-kafka"),
    inspect=inspect,
    compare=compare,
)
