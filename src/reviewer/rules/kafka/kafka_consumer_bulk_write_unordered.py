"""Writes of one batch are no longer applied in the order of the records.

A bulk write of records into MongoDB was ordered, and is unordered now.

## What it catches

`ordered(false)`, `ordered=False`, `ordered: false` or `SetOrdered(false)` that the change brings into the options of a bulk write that was there before, in code that reads records.

## Why it hurts in production

Kafka keeps the records of one key in order, and a batch often holds several of them. An unordered bulk write is applied in any order, in parallel on a sharded cluster: an older value
lands on a newer one, or a delete in front of the write that it deletes.

## What to do

Keep the write ordered, or send only the last record of each key in a batch.

## Trade-off

An ordered write stops at its first error and is slower; unordered is legitimate for records that are only inserted, each under its own id.

## What it cannot see

That the batch holds each key once, or that every write is an insert.

## Examples

### bad: the options of a sink task
--- DocumentSink.java
 import com.mongodb.client.model.BulkWriteOptions;
 import org.apache.kafka.connect.sink.SinkTask;
 import org.apache.kafka.connect.sink.SinkRecord;
 class DocumentSink extends SinkTask {
-  private static final BulkWriteOptions OPTIONS = new BulkWriteOptions();
+  private static final BulkWriteOptions OPTIONS = new BulkWriteOptions().ordered(false); // ! here
   public void put(Collection<SinkRecord> records) {
     collection.bulkWrite(models(records), OPTIONS);
   }
 }

### bad: python
--- sink.py
 from confluent_kafka import Consumer

 def run(consumer: Consumer, users):
     while True:
         batch = consumer.consume(500, 1.0)
-        users.bulk_write([update(m) for m in batch])
+        users.bulk_write([update(m) for m in batch], ordered=False)  # ! here
         consumer.commit(asynchronous=False)

### good: it was so before
--- DocumentSink.java
 import com.mongodb.client.model.BulkWriteOptions;
 import org.apache.kafka.connect.sink.SinkTask;
 import org.apache.kafka.connect.sink.SinkRecord;
 class DocumentSink extends SinkTask {
-  private static final BulkWriteOptions OPTIONS = new BulkWriteOptions().ordered(false);
+  private static final BulkWriteOptions WRITE_OPTIONS = new BulkWriteOptions().ordered(false).bypassDocumentValidation(true);
   public void put(Collection<SinkRecord> records) {
-    collection.bulkWrite(models(records), OPTIONS);
+    collection.bulkWrite(models(records), WRITE_OPTIONS);
   }
 }

### good: only the last record of a key is written
--- DocumentSink.java
 import com.mongodb.client.model.BulkWriteOptions;
 import org.apache.kafka.connect.sink.SinkTask;
 import org.apache.kafka.connect.sink.SinkRecord;
 class DocumentSink extends SinkTask {
-  private static final BulkWriteOptions OPTIONS = new BulkWriteOptions();
+  private static final BulkWriteOptions OPTIONS = new BulkWriteOptions().ordered(false);
   public void put(Collection<SinkRecord> records) {
-    collection.bulkWrite(models(records), OPTIONS);
+    collection.bulkWrite(models(lastOfEachKey(records)), OPTIONS);
   }
 }

## References

- https://www.mongodb.com/docs/manual/core/bulk-write-operations/
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from reviewer.core.finding import Category, Confidence, Severity
from reviewer.facts.delta import Delta
from reviewer.facts.streaming.bookkeeping import is_streaming
from reviewer.facts.streaming.model import FileFacts
from reviewer.facts.syntax import Call
from reviewer.rules.checks.words import Words
from reviewer.rules.rule import Hit, Rule
from reviewer.rules.support import folded

_FALSE = re.compile(r"false|False")
_OPTION = re.compile(r"\bordered\b\W{1,3}(?:false|False)\b")
_LAST = re.compile(r"lastof|latest|dedup|distinct|compact|collapse|bykey|perkey|uniqueby|groupby")
_WORDS = Words(
    "{call} is unordered now: writes of records with one key are applied in any order.",
    (
        "A batch holds two records of one key: an older one and a newer one.",
        "The bulk write applies them in any order, and the older one comes last.",
        "The older value stays in the collection while the offset goes on -> nothing puts it right until the key changes again.",
    ),
    "Keep the write ordered, or send only the last record of each key in a batch.",
)


def compare(delta: Delta) -> Iterator[Hit]:
    """Bulk writes that were ordered."""
    for files, before, after in delta.modified():
        if after.is_test or not is_streaming(after) or any(_unordered(before)) or not _writes_in_bulk(before):
            continue
        if any(_LAST.search(folded(call.name)) for call in after.syntax.calls):
            continue
        call = next((c for c in _unordered(after) if files.touches(c.span)), None)
        if call is not None:
            span = call.name_span if call.name.lower().endswith("ordered") else call.span
            name = "the bulk write" if call.name.lower().endswith("ordered") else f"{call.name}()"
            yield _WORDS.hit("bulk write/unordered", span, call=name[:1].upper() + name[1:] if " " in name else name)


def _unordered(file: FileFacts) -> Iterator[Call]:
    """The calls that say it: the step of the options, or the write itself."""
    for call in file.syntax.calls:
        texts = [f"{a.name or ''}={a.value.text}" for a in call.arguments]
        if call.name in ("ordered", "SetOrdered") and "BulkWrite" in call.receiver:
            if any(_FALSE.search(t) for t in texts):
                yield call
        elif folded(call.name) in ("bulkwrite", "bulkwriteasync") and any(_OPTION.search(t) for t in texts):
            yield call


def _writes_in_bulk(file: FileFacts) -> bool:
    return any("bulkwrite" in folded(call.name) for call in file.syntax.calls)


RULE = Rule(
    __name__,
    __doc__,
    category=Category.ORDERING,
    severity=Severity.HIGH,
    confidence=Confidence.MEDIUM,
    only=("kafka-consumer", "kafka-connect"),
    compare=compare,
)
