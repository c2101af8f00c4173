"""Output and offsets are committed apart.

A transaction holds the output, and the offsets of the input are committed beside it.

## What it catches

A function that commits a producer's transaction and the consumer's offsets, and never sends the offsets to the transaction; a poll loop with
a transaction whose consumer commits by itself.

## Why it hurts in production

Only what is in the transaction happens together. Between the two commits the process can die: then the input is read again and
the output written twice, or, the other way round, the input is passed and its output aborted.

## What to do

Send the offsets to the transaction (`sendOffsetsToTransaction(offsets, consumer.groupMetadata())`) before it is committed, and switch auto commit off.

## Trade-off

Readers see results when the transaction commits, and each commit is a few round trips: one a batch, not one a record. Committing
beside it is legitimate where the result is written under a key that makes a repeat harmless.

## What it cannot see

Offsets that a helper of another file sends to the transaction.

## Examples

### bad: commitSync behind the transaction
--- Loop.java
 import org.apache.kafka.clients.consumer.*;
 import org.apache.kafka.clients.producer.*;
 class Loop {
   void run(KafkaConsumer<String, String> consumer, KafkaProducer<String, String> producer) {
     while (true) {
       ConsumerRecords<String, String> records = consumer.poll(Duration.ofMillis(100));
       producer.beginTransaction();
       records.forEach(r -> producer.send(new ProducerRecord<>("out", r.key(), r.value())));
-      producer.sendOffsetsToTransaction(offsets(records), consumer.groupMetadata());
       producer.commitTransaction();
+      consumer.commitSync(); // ! here
     }
   }
 }

### bad: in Python
--- loop.py
+from confluent_kafka import Consumer, Producer
+
+def run(consumer: Consumer, producer: Producer):
+    while True:
+        message = consumer.poll(1.0)
+        producer.begin_transaction()
+        producer.produce("out", message.value())
+        producer.commit_transaction()
+        consumer.commit(asynchronous=False) # ! here

### good: the offsets are in the transaction
--- loop.py
+from confluent_kafka import Consumer, Producer
+
+def run(consumer: Consumer, producer: Producer):
+    while True:
+        message = consumer.poll(1.0)
+        producer.begin_transaction()
+        producer.produce("out", message.value())
+        producer.send_offsets_to_transaction(consumer.position(consumer.assignment()), consumer.consumer_group_metadata())
+        producer.commit_transaction()

### good: the offsets of something else
--- loop.py
+from confluent_kafka import Consumer, Producer
+
+def publish(producer: Producer, rows):
+    producer.begin_transaction()
+    for row in rows:
+        producer.produce("out", row)
+    producer.commit_transaction()
+
+def acknowledge(consumer: Consumer):
+    consumer.commit(asynchronous=False)

## References

- https://kafka.apache.org/documentation/#semantics
- https://cwiki.apache.org/confluence/display/KAFKA/KIP-447
"""

from __future__ import annotations

from collections.abc import Iterator

from reviewer.core.finding import Category, Confidence, Severity
from reviewer.facts.streaming.handoffs import outermost
from reviewer.facts.streaming.model import FactSet, FileFacts, Handling, Operation, Role
from reviewer.rules.checks.words import Words, of_call
from reviewer.rules.rule import Hit, Rule

_COMMITS = frozenset({"committransaction", "committxn", "endtransaction"})
_OFFSETS = frozenset({"sendoffsetstotransaction", "sendoffsets", "addoffsetstotxn", "addmessagetotxn"})
_EVENTS = (
    "The output of a batch is written in a transaction, which {transaction}() commits.",
    "The process is killed before {commit} has committed the offsets of the input.",
    "The next owner of the partition reads the same input -> its output is written a second time, and read_committed readers get both.",
)
_BESIDE = Words(
    "{commit} commits the input's offsets beside the transaction that {transaction}() commits.",
    _EVENTS,
    "Send the offsets to the transaction before {transaction}(), and drop {commit}.",
)
_AUTO = Words(
    "The consumer of this loop commits by itself, beside the transaction that {transaction}() commits.",
    (
        "poll() commits the offsets of the last batch, on the client's own clock.",
        "The transaction with the output of that batch fails and is aborted, or the process is killed before {transaction}().",
        "The input counts as processed and its output was never committed -> it is lost.",
    ),
    "Set enable.auto.commit=false, and send the offsets to the transaction before {transaction}().",
)


def inspect(facts: FactSet) -> Iterator[Hit]:
    """Functions with both, then loops whose consumer commits by itself."""
    for file in facts.files:
        done = [op for op in file.operations_of(Role.TRANSACTION) if _plain(op) in _COMMITS or _is_of_kafkajs(op)]
        if not done or any(_plain(op) in _OFFSETS for op in file.operations) or _mentions(file):
            continue
        for operation in file.operations_of(Role.COMMIT):
            beside = next((op for op in done if _home(file, op) == _home(file, operation)), None)
            if beside is not None and _plain(operation) not in _COMMITS and operation.client != "producer":
                commit = f"{operation.call.receiver}.{operation.call.name}()"
                yield _BESIDE.hit(
                    of_call(file, operation.call), operation.call.name_span, evidence=(beside.call.name_span,), commit=commit, transaction=beside.call.name
                )  # fmt: skip
        for handling in file.handlings:
            yield from _by_itself(file, handling, done)


def _by_itself(file: FileFacts, handling: Handling, done: list[Operation]) -> Iterator[Hit]:
    inside = next((op for op in done if op.call in handling.calls), None)
    if inside is not None and handling.kind == "poll-loop" and handling.auto_commit.is_explicit("true"):
        call = inside.call
        yield _AUTO.hit(of_call(file, call, "auto commit"), call.name_span, transaction=call.name)


def _is_of_kafkajs(operation: Operation) -> bool:
    """`const tx = await producer.transaction(); … tx.commit()`."""
    return operation.call.name == "commit" and operation.library in ("kafkajs", "confluent-kafka-javascript")


def _mentions(file: FileFacts) -> bool:
    """A helper by any library's name for it."""
    return any(call.name.lower().replace("_", "") in _OFFSETS for call in file.syntax.calls)


def _home(file: FileFacts, operation: Operation) -> int | None:
    return outermost(file.names, operation.call.function)


def _plain(operation: Operation) -> str:
    return operation.call.name.lower().replace("_", "")


RULE = Rule(
    __name__,
    __doc__,
    category=Category.DUPLICATES,
    severity=Severity.CRITICAL,
    confidence=Confidence.HIGH,
    only=("kafka-producer", "kafka-consumer"),
    inspect=inspect,
)
