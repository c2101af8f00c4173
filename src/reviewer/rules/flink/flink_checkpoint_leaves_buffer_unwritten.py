"""A checkpoint is taken while records wait in memory.

A sink no longer writes its buffer in `flush`, `prepareCommit` or `snapshotState`.

## What it catches

The call that wrote what is buffered is gone from `flush()`, `prepareCommit()`, `preCommit()` or `snapshotState()` of a sink or its writer, or happens only under a condition that is new.

## Why it hurts in production

The checkpoint saves the offsets behind these records, and the buffer is in no state. After a failure the job goes on behind them: they are never written.

## What to do

Write everything that is buffered in the method that the framework calls before it saves offsets, and return only when it is stored.

## What it cannot see

A buffer that is itself part of the saved state, under another name.

## Examples

### bad: flush writes at the end of the input only
--- StoreWriter.java
 import java.util.*;
 import org.apache.flink.api.connector.sink2.SinkWriter;
 public class StoreWriter implements SinkWriter<Row> {
   private final List<Row> rows = new ArrayList<>();
   @Override
   public void write(Row row, Context context) {
     rows.add(row);
   }
   @Override
   public void flush(boolean endOfInput) {
-    send(); // ! here
+    if (endOfInput) {
+      send();
+    }
   }
   private void send() {
     store.insertAll(rows);
     rows.clear();
   }
 }

### bad: snapshotState only logs
--- StoreSink.scala
 import org.apache.flink.runtime.state.{FunctionInitializationContext, FunctionSnapshotContext}
 import org.apache.flink.streaming.api.checkpoint.CheckpointedFunction
 import org.apache.flink.streaming.api.functions.sink.RichSinkFunction
 class StoreSink(store: Store) extends RichSinkFunction[Row] with CheckpointedFunction {
   private val rows = scala.collection.mutable.ArrayBuffer.empty[Row]
   override def invoke(row: Row): Unit = {
     rows += row
   }
   override def snapshotState(context: FunctionSnapshotContext): Unit = {
-    store.writeAll(rows) // ! here
+    log.info("snapshot")
   }
 }

### good: only when there is something
--- StoreWriter.java
 import java.util.*;
 import org.apache.flink.api.connector.sink2.SinkWriter;
 public class StoreWriter implements SinkWriter<Row> {
   private final List<Row> rows = new ArrayList<>();
   @Override
   public void write(Row row, Context context) {
     rows.add(row);
   }
   @Override
   public void flush(boolean endOfInput) {
-    store.insertAll(rows);
+    if (!rows.isEmpty()) {
+      store.insertAll(rows);
+    }
   }
 }

### good: in a helper
--- StoreWriter.java
 import java.util.*;
 import org.apache.flink.api.connector.sink2.SinkWriter;
 public class StoreWriter implements SinkWriter<Row> {
   private final List<Row> rows = new ArrayList<>();
   @Override
   public void write(Row row, Context context) {
     rows.add(row);
   }
   @Override
   public void flush(boolean endOfInput) {
-    store.insertAll(rows);
+    empty();
   }
+  private void empty() {
+    store.insertAll(rows);
+    rows.clear();
+  }
 }

## References

- https://nightlies.apache.org/flink/flink-docs-stable/docs/dev/datastream/sinks/
- https://nightlies.apache.org/flink/flink-docs-stable/docs/dev/datastream/fault-tolerance/checkpointing/
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from reviewer.core.finding import Category, Confidence, Severity
from reviewer.facts.delta import Delta
from reviewer.rules.checks.delegation import undelegated
from reviewer.rules.checks.flushing import emptied
from reviewer.rules.checks.words import Words
from reviewer.rules.rule import Hit, Rule

_BASE = re.compile(r"Sink|Writer|CheckpointedFunction")
_METHODS = ("flush", "preparecommit", "precommit", "snapshotstate")
_WORDS = Words(
    "{method}() of {owner} {how}: a checkpoint is completed while records are still in memory.",
    (
        "Records are collected in {owner}.",
        "A checkpoint comes: {method}() leaves them in memory, and the offsets behind them are saved.",
        "The job fails and is restored -> it goes on behind these records, and they are never written.",
    ),
    "Write the buffer in {method}() whatever the reason of the call (it was {text}).",
)


def compare(delta: Delta) -> Iterator[Hit]:
    """Methods that wrote what is buffered, and do so no more. A call of the same method of what is wrapped is told by the rule for that."""
    for found in emptied(delta, _BASE, _METHODS):
        if "SinkTask" in found.owner.bases or not any("flink" in i.path for i in found.file.syntax.imports):
            continue
        if not any(lost.span == found.span for lost in undelegated(delta, frozenset(_METHODS))):
            yield found.hit(_WORDS)


RULE = Rule(
    __name__,
    __doc__,
    category=Category.DATA_LOSS,
    severity=Severity.HIGH,
    confidence=Confidence.MEDIUM,
    covers=("flink-custom-sink-or-operator-side-effects",),
    compare=compare,
)
