"""A record or message that may be missing is used without asking.

A test for null is removed in front of a call on what it asked for.

## What it catches

In Java, Kotlin and Scala: `if (row == null) return …`, or an `if (row != null)` around the work, that the change removes while the code still calls something on `row`: a parameter, or what
another call gave.

## Why it hurts in production

Null comes with tombstones, with records that a deserializer could not read, and with events whose other half is gone. The exception ends the reader; it starts again at the same record, and
fails again: everything behind it in the partition waits.

## What to do

Keep the test: skip what is empty, delete it, or send it to a dead letter topic, on purpose.

## What it cannot see

That null cannot come any more, because whoever gives the value changed.

## Examples

### bad: the handler of a store's topic
--- StoreHandler.java
 import org.apache.kafka.clients.consumer.ConsumerRecord;
 class StoreHandler {
   void handle(SchemaKey key) {
     SchemaValue schema = store.get(key);
-    if (schema != null) { // ! here
-      schema.markDeleted();
-      store.put(key, schema);
-    }
+    schema.markDeleted();
+    store.put(key, schema);
   }
 }

### bad: kotlin, what the parser gave
--- Orders.kt
 import org.apache.kafka.clients.consumer.ConsumerRecord
 class Orders(private val parser: Parser, private val ledger: Ledger) {
     fun on(record: ConsumerRecord<String, ByteArray>) {
         val order = parser.read(record.topic(), record.value())
-        if (order == null) return // ! here
         ledger.book(order.total())
         order.close()
     }
 }

### good: it is asked in another way
--- StoreHandler.java
 import org.apache.kafka.clients.consumer.ConsumerRecord;
 class StoreHandler {
   void handle(SchemaKey key) {
     SchemaValue schema = store.get(key);
-    if (schema != null) {
-      schema.markDeleted();
+    if (schema == null) {
+      return;
     }
+    schema.markDeleted();
   }
 }

### good: a client that is closed
--- Reader.java
 import org.apache.kafka.clients.consumer.KafkaConsumer;
 class Reader {
   void close(KafkaConsumer<String, String> consumer) {
-    if (consumer != null) {
-      consumer.close();
-    }
+    consumer.close();
   }
 }

## References

- https://kafka.apache.org/documentation/#compaction
"""

from __future__ import annotations

from collections.abc import Iterator

from reviewer.core.finding import Category, Confidence, Severity
from reviewer.facts.delta import Delta
from reviewer.facts.streaming.protections import written
from reviewer.rules.checks.null_gone import null_gone
from reviewer.rules.checks.words import Words
from reviewer.rules.rule import Hit, Rule
from reviewer.rules.support import short

_WORDS = Words(
    "`{test}` is removed: `{name}` may be null here, and `{use}` is called on it at once.",
    (
        "A record comes for which `{name}` is null, which the test was there for.",
        "`{use}` throws a NullPointerException in {function}().",
        "The reader ends, begins again at the same record and fails again -> the partition stands still.",
    ),
    "Keep the test, and skip or delete on purpose what has no `{name}`.",
)


def compare(delta: Delta) -> Iterator[Hit]:
    """Variables in code that has to do with Kafka that are used unasked."""
    for found in null_gone(delta):
        before = found.files.before
        is_flink = before is not None and any("flink" in item.path for item in before.syntax.imports)
        if not is_flink:
            yield _WORDS.hit(
                f"{found.function}/{found.name} unasked", found.span, test=short(found.test), name=found.name, use=written(found.use),
                function=found.function.rpartition(".")[2],
            )  # fmt: skip


RULE = Rule(
    __name__,
    __doc__,
    category=Category.OPERATIONS,
    severity=Severity.HIGH,
    confidence=Confidence.MEDIUM,
    only=("kafka-consumer", "kafka-connect"),
    compare=compare,
)
