"""The commit for one record no longer says which offset.

A function that is given one record committed that record's offset, and commits whatever the client has reached now.

## What it catches

In Java, Kotlin and Scala: `commit(offsets)`, `commitSync(offsets)` or `commitAsync(offsets, …)` in a function that takes a record, which is a commit without offsets after the change.

## Why it hurts in production

Without offsets the client commits its position: the one behind everything that was polled. Where records are handed on one by one, most of those are still in work. The
process is killed, and all of them count as done.

## What to do

Commit the offset of the record that is done, plus one.

## What it cannot see

That `max.poll.records` is 1, or that all records of the poll are done by then.

## Examples

### bad: the handler of an acknowledged record
--- LatestCommit.java
 import java.util.*;
 import org.apache.kafka.clients.consumer.*;
 import org.apache.kafka.common.TopicPartition;
 class LatestCommit {
   private KafkaConsumer<String, String> consumer;
   void handle(ConsumerRecord<String, String> record) {
-    Map<TopicPartition, OffsetAndMetadata> offsets = new HashMap<>();
-    offsets.put(new TopicPartition(record.topic(), record.partition()), new OffsetAndMetadata(record.offset() + 1));
-    consumer.commitAsync(offsets, null);
+    consumer.commitAsync(); // ! here
   }
 }

### bad: kotlin
--- Acks.kt
 import org.apache.kafka.clients.consumer.*
 class Acks(private val consumer: KafkaConsumer<String, String>) {
     fun done(record: ConsumerRecord<String, String>) {
-        consumer.commitSync(next(record))
+        consumer.commitSync() // ! here
     }
     private fun next(record: ConsumerRecord<String, String>) = mapOf(partition(record) to OffsetAndMetadata(record.offset() + 1))
 }

### good: a whole batch is done
--- Batch.java
 import java.util.*;
 import org.apache.kafka.clients.consumer.*;
 class Batch {
   private KafkaConsumer<String, String> consumer;
   void handle(ConsumerRecords<String, String> records) {
     records.forEach(this::process);
-    consumer.commitSync(offsetsOf(records));
+    consumer.commitSync();
   }
 }

### good: with a time limit
--- LatestCommit.java
 import java.time.Duration;
 import org.apache.kafka.clients.consumer.*;
 class LatestCommit {
   private KafkaConsumer<String, String> consumer;
   void handle(ConsumerRecord<String, String> record) {
-    consumer.commitSync(next(record));
+    consumer.commitSync(next(record), Duration.ofSeconds(5));
   }
 }

## References

- https://kafka.apache.org/40/javadoc/org/apache/kafka/clients/consumer/KafkaConsumer.html
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from reviewer.core.finding import Category, Confidence, Severity
from reviewer.facts.delta import Delta
from reviewer.facts.streaming.model import FileFacts
from reviewer.facts.streaming.protections import calls_of, qualified, written
from reviewer.facts.syntax import Call, ExpressionKind
from reviewer.rules.checks.left_out import is_readable
from reviewer.rules.checks.words import Words
from reviewer.rules.rule import Hit, Rule
from reviewer.rules.support import short

_COMMIT = re.compile(r"commit(Sync|Async)?")
_RECORD = re.compile(r"^[\w.]*(Record|Message)\b(?!.*\b(List|Collection|Iterable)\b)")
_NO_OFFSETS = re.compile(r"(?i)duration|timeout|callback|\bnull\b|handler")
_WORDS = Words(
    "{call} has no offsets any more: it commits all that was polled, not the offset of `{record}`.",
    (
        "Several records were polled and are in work; `{record}` is the first that is done.",
        "{function}() is called with it, and {call} commits the position behind all of them.",
        "The process is killed, or the partition moves -> the others are never processed.",
    ),
    "Give {call} the partition of `{record}` and its offset plus one.",
)


def compare(delta: Delta) -> Iterator[Hit]:
    """Commits in functions for one record that lost their offsets."""
    for files, before, after in delta.modified():
        if files.is_user or not is_readable(files, before, after):
            continue
        for function in after.syntax.functions:
            record = next((p.name for p in function.parameters if _RECORD.match(p.type)), "")
            if function.is_lambda or not record or not files.touches(function.span):
                continue
            home = function.qualified
            now, was = _commits(after, home), _commits(before, home)
            if not was or not all(map(_says, was)) or any(map(_says, now)):
                continue
            call = next((c for c in now if files.touches(c.name_span)), None)
            if call is not None:
                yield _WORDS.hit(
                    f"{home}/{call.name} without offsets", call.name_span, call=f"`{short(written(call))}`", record=record, function=function.name
                )  # fmt: skip


def _commits(file: FileFacts, home: str) -> list[Call]:
    """The commits of a client in a function."""
    done = {o.call.index for o in file.operations}
    mine = (c for c in calls_of(file, home) if _COMMIT.fullmatch(c.name) and qualified(file, c.function) == home)
    return [c for c in mine if c.index in done or "consumer" in c.receiver.lower()]


def _says(call: Call) -> bool:
    """Whether a commit is given offsets: more than a callback or a time limit."""
    given = (a.value for a in call.arguments if a.value.kind is not ExpressionKind.LAMBDA)
    return any(not _NO_OFFSETS.search(value.text) for value in given)


RULE = Rule(
    __name__,
    __doc__,
    category=Category.DATA_LOSS,
    severity=Severity.HIGH,
    confidence=Confidence.MEDIUM,
    only=("kafka-consumer",),
    compare=compare,
)
