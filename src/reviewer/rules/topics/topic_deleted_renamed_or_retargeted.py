"""A topic goes on under another name, and whoever is at the old one waits there.

One side of a topic, its writer or its reader, gets another name; the other side, which the change leaves alone, keeps the old one.

## What it catches

The topic of a producer, template, sink, table, channel or topology becomes another one, and an unchanged consumer, listener, job or
connector of the repository reads the old name, which nothing writes any more. The reverse: a reader that gets another name, while
all its writers keep the old one. The name may stand in the code, in a constant, a configuration key or a variable of a manifest.

## Why it hurts in production

Nothing fails. The new topic is created with the broker's defaults, the reader of the old one has no lag and no error, and its records
never come. It is found when somebody misses the data.

## What to do

Move the other side too: readers first, so that they read both names, then the writers; forget the old topic when its lag is 0.

## What it cannot see

Readers and writers of other repositories; a mirror or a broker's rule that copies one topic to the other.

## Examples

### bad: the sender moves, the worker beside it does not
--- src/Sender.java
 import org.apache.kafka.clients.producer.*;
 class Sender {
   private final KafkaProducer<String, String> producer;
   Sender(KafkaProducer<String, String> producer) { this.producer = producer; }
   void send(String id, String body) throws Exception {
-    producer.send(new ProducerRecord<>("orders", id, body)).get();
+    producer.send(new ProducerRecord<>("orders.v2", id, body)).get(); // ! here
   }
 }
--- worker/orders.py
 from confluent_kafka import Consumer

 consumer = Consumer({"bootstrap.servers": "kafka:9092", "group.id": "worker", "enable.auto.commit": False})
 consumer.subscribe(["orders"])

### bad: the reader moves, the sender does not
--- worker/main.go
 package main
 import "github.com/segmentio/kafka-go"
 func reader() *kafka.Reader {
        return kafka.NewReader(kafka.ReaderConfig{
                Brokers: []string{"kafka:9092"},
-		Topic:   "jobs",
+		Topic:   "jobs.v2", // ! here
                GroupID: "worker",
        })
 }
--- src/JobSender.java
 import org.springframework.kafka.core.KafkaTemplate;
 class JobSender {
   private final KafkaTemplate<String, String> template;
   JobSender(KafkaTemplate<String, String> template) { this.template = template; }
   void send(String id, String job) throws Exception {
     template.send("jobs", id, job).get();
   }
 }

### good: both sides move
--- src/Sender.java
 import org.apache.kafka.clients.producer.*;
 class Sender {
   private final KafkaProducer<String, String> producer;
   Sender(KafkaProducer<String, String> producer) { this.producer = producer; }
   void send(String id, String body) throws Exception {
-    producer.send(new ProducerRecord<>("orders", id, body)).get();
+    producer.send(new ProducerRecord<>("orders.v2", id, body)).get();
   }
 }
--- worker/orders.py
 from confluent_kafka import Consumer

 consumer = Consumer({"bootstrap.servers": "kafka:9092", "group.id": "worker", "enable.auto.commit": False})
-consumer.subscribe(["orders"])
+consumer.subscribe(["orders.v2"])

### good: another writer still feeds the old topic
--- src/Sender.java
 import org.apache.kafka.clients.producer.*;
 class Sender {
   private final KafkaProducer<String, String> producer;
   Sender(KafkaProducer<String, String> producer) { this.producer = producer; }
   void send(String id, String body) throws Exception {
-    producer.send(new ProducerRecord<>("orders", id, body)).get();
+    producer.send(new ProducerRecord<>("orders.v2", id, body)).get();
   }
 }
--- old/send.py
 from confluent_kafka import Producer

 producer = Producer({"bootstrap.servers": "kafka:9092", "acks": "all"})
 producer.produce("orders", value=b"1")
 producer.flush()
--- worker/orders.py
 from confluent_kafka import Consumer

 consumer = Consumer({"bootstrap.servers": "kafka:9092", "group.id": "worker", "enable.auto.commit": False})
 consumer.subscribe(["orders"])

## References

- https://kafka.apache.org/documentation/#brokerconfigs_auto.create.topics.enable
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from reviewer.core.blast_radius import Blast, BlastKind, User
from reviewer.core.finding import Category, Confidence, Severity
from reviewer.core.span import Side, Span
from reviewer.facts.delta import Delta
from reviewer.files import FileKind, kind_of
from reviewer.rules.checks.words import Words, of_change
from reviewer.rules.rule import Hit, Rule

_READERS_LEFT = Words(
    "What was written to {old} goes to {new} now, but {users} still read{s} {old}, and nothing else of the repository writes to it.",
    (
        "The new version is deployed: every record goes to {new}, which is created with the broker's defaults where nobody made it.",
        "{users} wait{s} at {old}: no record comes, no error, no lag.",
        "What {new} holds is read by nobody who should -> the records are missing there, and nobody is told.",
    ),
    "Let {users} read {new} as well before the writer moves; else keep {old}.",
)
_WRITERS_LEFT = Words(
    "The topic read here was {old} and is now {new}, but {users} still write{s} to {old}, and nothing of the repository writes to {new}.",
    (
        "The new version subscribes to {new}; with auto.create.topics.enable it is made, empty.",
        "{users} go{es} on writing to {old}.",
        "The reader has no error and no lag, and no record ever comes; what lies in {old} is deleted by its retention -> it is lost for this reader.",
    ),
    "Move {users} to {new}, or read both topics until that is done.",
)


def compare(delta: Delta) -> Iterator[Hit]:
    """Renames whose other side stays where it was."""
    for blast in delta.radius:
        span = _changed_line(delta, blast)
        if blast.kind is not BlastKind.TOPIC or not blast.was or span is None or blast.note:
            continue
        if _is_of_connector(delta, span):  # its identity is another danger, with another cure
            continue
        readers, writers = _staying(blast.old_readers), _staying(blast.old_writers)
        if readers and not blast.old_writers and blast.writers:
            yield _hit(_READERS_LEFT, blast, readers, span)
        elif writers and not blast.old_readers and not blast.writers and blast.readers:
            yield _hit(_WRITERS_LEFT, blast, writers, span)


def _staying(users: Sequence[User]) -> list[User]:
    """Those of production that the change leaves alone."""
    return [u for u in users if not u.changed and kind_of(u.path) is FileKind.PRODUCTION]


def _changed_line(delta: Delta, blast: Blast) -> Span | None:
    places = [span for span in blast.touched if span.side is Side.AFTER and delta.touches(span)]
    return places[0] if places else None


def _is_of_connector(delta: Delta, span: Span) -> bool:
    file = delta.after.file(span.path)
    return file is not None and bool(file.connectors)


def _hit(words: Words, blast: Blast, users: list[User], span: Span) -> Hit:
    more = f" and {len(users) - 1} more" if len(users) > 1 else ""
    one = not more
    return words.hit(
        of_change("topic", blast.was, blast.name), span, old=blast.was, new=blast.name,
        users=f"{users[0].path}{more}", s="s" if one else "", es="es" if one else "",
    )  # fmt: skip


RULE = Rule(
    __name__,
    __doc__,
    category=Category.DATA_LOSS,
    severity=Severity.HIGH,
    confidence=Confidence.HIGH,
    put_back=True,
    compare=compare,
)
