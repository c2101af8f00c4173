"""Two programs are members of one consumer group, and each sees a part of the topic.

A new reader of a topic takes a group in which another program of the repository already reads that topic.

## What it catches

A consumer, listener or reader that the change adds, whose topic and group are those of an unchanged one in another file.

## Why it hurts in production

The partitions of a topic are shared out among the members of a group. Two programs that do different things with the records each get
about half of them: what the one gets, the other never sees, and its offset is committed all the same.

## What to do

Give each program a group of its own. Members of one group are instances of one program.

## What it cannot see

That the old program is stopped in the same deploy: then the new one goes on where it stood, which is what the group is kept for.

## Examples

### bad: the report takes the group of the stock service
--- report/stock.py
+from confluent_kafka import Consumer
+
+consumer = Consumer({"bootstrap.servers": "kafka:9092", "group.id": "stock", "enable.auto.commit": False}) # ! here
+consumer.subscribe(["movements"])
--- stock/main.go
 package main
 import "github.com/segmentio/kafka-go"
 func reader() *kafka.Reader {
        return kafka.NewReader(kafka.ReaderConfig{Brokers: []string{"kafka:9092"}, Topic: "movements", GroupID: "stock"})
 }

### bad: a second listener is copied with its group
--- src/main/java/Audit.java
+import org.springframework.kafka.annotation.KafkaListener;
+class Audit {
+  @KafkaListener(topics = "payments", groupId = "booking") // ! here
+  void on(String body) {
+    Trail.write(body);
+  }
+}
--- src/main/java/Booking.java
 import org.springframework.kafka.annotation.KafkaListener;
 class Booking {
   @KafkaListener(topics = "payments", groupId = "booking")
   void on(String body) {
     Books.write(body);
   }
 }

### good: the new reader has a group of its own
--- report/stock.py
+from confluent_kafka import Consumer
+
+consumer = Consumer({"bootstrap.servers": "kafka:9092", "group.id": "stock-report", "enable.auto.commit": False})
+consumer.subscribe(["movements"])
--- stock/main.go
 package main
 import "github.com/segmentio/kafka-go"
 func reader() *kafka.Reader {
        return kafka.NewReader(kafka.ReaderConfig{Brokers: []string{"kafka:9092"}, Topic: "movements", GroupID: "stock"})
 }

### good: one group that reads two topics
--- src/main/java/Refunds.java
+import org.springframework.kafka.annotation.KafkaListener;
+class Refunds {
+  @KafkaListener(topics = "refunds", groupId = "booking")
+  void on(String body) {
+    Books.refund(body);
+  }
+}
--- src/main/java/Booking.java
 import org.springframework.kafka.annotation.KafkaListener;
 class Booking {
   @KafkaListener(topics = "payments", groupId = "booking")
   void on(String body) {
     Books.write(body);
   }
 }

## References

- https://kafka.apache.org/documentation/#intro_consumers
"""

from __future__ import annotations

from collections.abc import Iterator

from reviewer.core.blast_radius import BlastKind
from reviewer.core.finding import Category, Confidence, Severity
from reviewer.core.span import Side, Span
from reviewer.facts.delta import Delta
from reviewer.files import FileKind, kind_of
from reviewer.rules.checks.words import Words
from reviewer.rules.rule import Hit, Rule

_WORDS = Words(
    "The new reader is in the group {members}, in which {other} reads the same topic.",
    (
        "Both join the group {members}: each gets a part of the topic's partitions.",
        "A record of a partition of the new reader is delivered to it only, and its offset is committed for the group.",
        "{other} never sees that record, and the new reader sees none of the others -> each misses a part of the data.",
    ),
    "Give the new reader a group of its own. Where it replaces {other}, stop that one in the same deploy.",
)


def compare(delta: Delta) -> Iterator[Hit]:
    """New members of a group that others are in, who stay."""
    for blast in delta.radius:
        if blast.kind is not BlastKind.GROUP or blast.was:
            continue
        others = [u for u in blast.readers if not u.changed and kind_of(u.path) is FileKind.PRODUCTION]
        span = next((s for s in blast.touched if s.side is Side.AFTER and delta.touches(s)), None)
        if others and span is not None and kind_of(span.path) is FileKind.PRODUCTION:
            at = _group_line(delta, span, blast.name) or span
            yield _WORDS.hit(f"group {blast.name}", at, members=blast.name, other=others[0].path)


def _group_line(delta: Delta, span: Span, group: str) -> Span | None:
    """The line that says the group, where the file of the reader does and the change brings it."""
    file = delta.after.file(span.path)
    found = [s.span for s in file.settings if s.key == "group.id" and s.value.text == group] if file is not None else []
    return next((s for s in found if delta.touches(s)), None)


RULE = Rule(
    __name__,
    __doc__,
    category=Category.DATA_LOSS,
    severity=Severity.HIGH,
    confidence=Confidence.MEDIUM,
    put_back=True,
    only=("kafka-consumer", "spring-kafka"),
    compare=compare,
)
