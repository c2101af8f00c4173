"""A commit inside the loop over a batch covers records that are still to come.

A commit without offsets stands inside the loop over the records of one poll.

## What it catches

`commitSync()`, `commitAsync()` or `commit()` without offsets, made for each record (or each so many) of a batch that one `poll`, `consume` or `getmany` returned.

## Why it hurts in production

Without offsets the client commits its position: the one behind everything that the poll returned. After the first record the rest of the batch
counts as done, and a crash in the middle loses it.

## What to do

Commit once behind the loop, or give the call the offset of the record that is done, plus one.

## What it cannot see

`max.poll.records=1` in another place.

## Examples

### bad: commitSync() after each record
--- Loop.java
 import org.apache.kafka.clients.consumer.*;
 class Loop {
   void run(KafkaConsumer<String, Invoice> consumer) {
     while (true) {
       ConsumerRecords<String, Invoice> records = consumer.poll(Duration.ofSeconds(1));
       for (ConsumerRecord<String, Invoice> record : records) {
         ledger.add(record.value());
+        consumer.commitSync(); // ! here
       }
-      consumer.commitSync();
     }
   }
 }

### bad: every hundred records of a batch
--- loop.py
+from confluent_kafka import Consumer
+
+def run(consumer: Consumer):
+    while True:
+        batch = consumer.consume(500, timeout=1.0)
+        for count, message in enumerate(batch):
+            book(message.value())
+            if count % 100 == 0:
+                consumer.commit(asynchronous=False) # ! here

### good: the offsets are given
--- Loop.java
+import org.apache.kafka.clients.consumer.*;
+class Loop {
+  void run(KafkaConsumer<String, Invoice> consumer) {
+    while (true) {
+      for (ConsumerRecord<String, Invoice> record : consumer.poll(Duration.ofSeconds(1))) {
+        ledger.add(record.value());
+        consumer.commitSync(Map.of(partitionOf(record), new OffsetAndMetadata(record.offset() + 1)));
+      }
+    }
+  }
+}

### good: a consumer that is read one record at a time
--- loop.py
+from kafka import KafkaConsumer
+
+def run():
+    consumer = KafkaConsumer("invoices", group_id="ledger", enable_auto_commit=False)
+    for record in consumer:
+        book(record.value)
+        consumer.commit()

## References

- https://kafka.apache.org/40/javadoc/org/apache/kafka/clients/consumer/KafkaConsumer.html
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from reviewer.core.finding import Category, Confidence, Severity
from reviewer.facts.streaming.flow import work
from reviewer.facts.streaming.model import FactSet, FileFacts, Handling, Operation, Role
from reviewer.facts.streaming.records import mentions
from reviewer.facts.syntax import Block, BlockKind
from reviewer.rules.checks.words import Words, of_call
from reviewer.rules.rule import Hit, Rule

_ONE = re.compile(r"max\.?poll\.?records", re.IGNORECASE)
_COMMITS = frozenset({"commitSync", "commitAsync", "commit", "Commit"})
_WORDS = Words(
    "{commit} without offsets stands in the loop over {records}: it commits the position behind the whole batch.",
    (
        "One poll returns 500 records; the first is processed.",
        "{commit} commits the position of the consumer, which is behind all 500.",
        "The process is killed -> the group goes on behind the batch, and 499 records are never processed.",
    ),
    "Commit once, behind the loop; or give {commit} the offset of the record that is done, plus one.",
)


def inspect(facts: FactSet) -> Iterator[Hit]:
    """Commits of the position inside a loop over the records of a poll."""
    for file in facts.files:
        for handling in file.handlings:
            if handling.kind == "poll-loop":
                yield from _inside(file, handling)


def _inside(file: FileFacts, handling: Handling) -> Iterator[Hit]:
    for operation in file.operations_of(Role.COMMIT):
        call = operation.call
        if call.index not in {c.index for c in handling.calls} or not _is_of_position(operation):
            continue
        loop = _record_loop(file, handling, operation)
        if (
            loop is not None
            and any(loop.index in done.blocks for done in work(file, handling))
            and not _is_single(file)
        ):
            yield _WORDS.hit(
                of_call(file, call, "position"),
                call.name_span,
                commit=f"{call.name}()",
                records=loop.detail.strip(" ():"),
            )


def _is_of_position(operation: Operation) -> bool:
    """No offsets and no record among the arguments: a time limit, a callback or `asynchronous` at most."""
    if (
        operation.call.name not in _COMMITS
        or operation.client != "consumer"
        or operation.library in ("sarama", "kafkajs")
    ):
        return False
    return all(
        (argument.name or "") in ("asynchronous", "timeout")
        or re.search(r"Duration|^\w*[tT]imeout\w*$|->|^\w*[cC]allback$", argument.value.text)
        for argument in operation.call.arguments
    )


def _record_loop(file: FileFacts, handling: Handling, operation: Operation) -> Block | None:
    """The loop over what a poll returned, around the commit; the loop that polls, or that the client itself feeds, is none."""
    polls = {op.call.index for op in file.operations_of(Role.POLL)}
    for index in operation.call.blocks:
        block = file.syntax.blocks[index]
        if block.kind is not BlockKind.LOOP or not block.variable:
            continue
        feeds = any(c.index in polls and block.span.contains(c.span) and c.name in block.detail for c in handling.calls)
        own = feeds or (handling.span.contains(block.span) and handling.span != block.span)
        if own and (feeds or mentions(block.detail, handling.records)) and not _polls_inside(file, block, polls):
            return block
    return None


def _polls_inside(file: FileFacts, block: Block, polls: set[int]) -> bool:
    return any(index in polls and block.index in file.syntax.calls[index].blocks for index in polls)


def _is_single(file: FileFacts) -> bool:
    """One record a poll: the position is behind that record."""
    return any(_ONE.search(setting.key) and setting.value.is_explicit("1") for setting in file.settings)


RULE = Rule(
    __name__,
    __doc__,
    category=Category.DATA_LOSS,
    severity=Severity.CRITICAL,
    confidence=Confidence.HIGH,
    only=("kafka-consumer",),
    inspect=inspect,
)
