"""Connect commits offsets of records that the task still holds.

A sink task no longer writes its buffer in `flush` or `preCommit`.

## What it catches

The call that wrote what is buffered is gone from `flush()` or `preCommit()` of a sink task, or the method itself, while `put()` goes on to collect.

## Why it hurts in production

Connect calls flush() and commits the offsets of everything that put() was given. What is still in memory is lost with the next crash or rebalance, and nothing reads it again.

## What to do

Write everything that is buffered in the method that the framework calls before it saves offsets, and return only when it is stored.

## What it cannot see

A buffer that is itself part of the saved state, under another name.

## Examples

### bad: flush is removed
--- SheetTask.java
 import java.util.*;
 import org.apache.kafka.clients.consumer.OffsetAndMetadata;
 import org.apache.kafka.common.TopicPartition;
 import org.apache.kafka.connect.sink.*;
 public abstract class SheetTask extends SinkTask {
   private final List<SinkRecord> rows = new ArrayList<>();
   @Override
   public void put(Collection<SinkRecord> records) {
     rows.addAll(records);
     if (rows.size() > 100) {
       upload();
     }
   }
-  @Override
-  public void flush(Map<TopicPartition, OffsetAndMetadata> offsets) {
-    upload(); // ! here
-  }
   private void upload() {
     Sheets.upload(rows);
     rows.clear();
   }
 }

### bad: flush only counts
--- SheetTask.kt
 import org.apache.kafka.clients.consumer.OffsetAndMetadata
 import org.apache.kafka.common.TopicPartition
 import org.apache.kafka.connect.sink.SinkRecord
 import org.apache.kafka.connect.sink.SinkTask
 abstract class SheetTask(private val sheet: Sheet) : SinkTask() {
     override fun put(records: Collection<SinkRecord>) {
         records.forEach { sheet.append(it) }
     }
     override fun flush(offsets: Map<TopicPartition, OffsetAndMetadata>) {
-        sheet.save() // ! here
+        log.info("flush of {}", offsets)
     }
 }

### good: it is preCommit now
--- SheetTask.java
 import java.util.*;
 import org.apache.kafka.clients.consumer.OffsetAndMetadata;
 import org.apache.kafka.common.TopicPartition;
 import org.apache.kafka.connect.sink.*;
 public abstract class SheetTask extends SinkTask {
   private final List<SinkRecord> rows = new ArrayList<>();
   @Override
   public void put(Collection<SinkRecord> records) {
     rows.addAll(records);
   }
-  @Override
-  public void flush(Map<TopicPartition, OffsetAndMetadata> offsets) {
-    upload();
-  }
+  @Override
+  public Map<TopicPartition, OffsetAndMetadata> preCommit(Map<TopicPartition, OffsetAndMetadata> offsets) {
+    upload();
+    return offsets;
+  }
   private void upload() {
     Sheets.upload(rows);
     rows.clear();
   }
 }

### good: every put writes at once
--- SheetTask.java
 import java.util.*;
 import org.apache.kafka.clients.consumer.OffsetAndMetadata;
 import org.apache.kafka.common.TopicPartition;
 import org.apache.kafka.connect.sink.*;
 public abstract class SheetTask extends SinkTask {
-  private final List<SinkRecord> rows = new ArrayList<>();
   @Override
   public void put(Collection<SinkRecord> records) {
-    rows.addAll(records);
+    Sheets.upload(records);
   }
-  @Override
-  public void flush(Map<TopicPartition, OffsetAndMetadata> offsets) {
-    Sheets.upload(rows);
-    rows.clear();
-  }
 }

## References

- https://kafka.apache.org/40/javadoc/org/apache/kafka/connect/sink/SinkTask.html
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from reviewer.core.finding import Category, Confidence, Severity
from reviewer.facts.delta import Delta
from reviewer.rules.checks.flushing import emptied
from reviewer.rules.checks.words import Words
from reviewer.rules.rule import Hit, Rule

_BASE = re.compile(r"^SinkTask$")
_METHODS = ("flush", "precommit")
_WORDS = Words(
    "{method}() of {owner} {how}: offsets are committed for records that are still in memory.",
    (
        "put() collects records.",
        "Connect calls {method}(), which writes nothing, and commits the offsets of all that put() was given.",
        "The worker dies or the task moves -> what was collected is lost, and the next owner begins behind it.",
    ),
    "Write the buffer in {method}() (it was {text}), or return from preCommit() only the offsets of what is written.",
)


def compare(delta: Delta) -> Iterator[Hit]:
    """Methods that wrote what is buffered, and do so no more."""
    for found in emptied(delta, _BASE, _METHODS):
        yield found.hit(_WORDS)


RULE = Rule(
    __name__,
    __doc__,
    category=Category.DATA_LOSS,
    severity=Severity.HIGH,
    confidence=Confidence.MEDIUM,
    compare=compare,
)
