"""Connect commits offsets of records that the task still holds.

A sink task no longer writes its buffer in `flush` or `preCommit`.

## What it catches

The call that wrote what is buffered is gone from `flush()` or `preCommit()` of a sink task, or the method itself, while `put()` goes on to collect; a `preCommit()` that held offsets back is removed, and `flush()` writes nothing.

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
from reviewer.facts.streaming.flow import is_noise
from reviewer.facts.streaming.model import FileFacts
from reviewer.facts.streaming.names import simple_type
from reviewer.facts.syntax import Function, JumpKind
from reviewer.rules.checks.flushing import emptied
from reviewer.rules.checks.words import Words
from reviewer.rules.rule import Hit, Rule
from reviewer.rules.support import line

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

_UNHELD = Words(
    "preCommit() of {owner} is removed: Connect commits the offsets of all that put() was given.",
    (
        "put() hands records to {writer}, which keeps them for a while.",
        "Until now preCommit() held the offsets back; the default gives Connect those of everything that put() was given.",
        "The worker dies or the task moves -> what was not written yet is lost, and the next owner begins behind it.",
    ),
    "Keep preCommit(), with the offsets of what is written; or write everything in flush().",
)


def compare(delta: Delta) -> Iterator[Hit]:
    """Methods that wrote what is buffered, or held offsets back, and do so no more."""
    told: set[str] = set()
    for found in emptied(delta, _BASE, _METHODS):
        told.add(found.owner.qualified)
        yield found.hit(_WORDS)
    for files, before, after in delta.modified():
        for owner in after.syntax.types:
            if owner.qualified in told or not any(_BASE.search(simple_type(b.split("(")[0])) for b in owner.bases):
                continue
            held = next((f for f in before.syntax.functions if f.qualified == f"{owner.qualified}.preCommit"), None)
            mine = {f.name: f for f in after.syntax.functions if f.qualified == f"{owner.qualified}.{f.name}"}
            if held is None or "preCommit" in mine or "put" not in mine or not files.touches(line(held.span)):
                continue
            flush = mine.get("flush")
            writer = next(
                (c for c in after.syntax.calls_in(mine["put"].index, nested=True) if not is_noise(c) and c.receiver),
                None,
            )
            writes = flush is not None and any(not is_noise(c) for c in after.syntax.calls_in(flush.index, nested=True))
            if writer is not None and not writes and _holds_back(before, held):
                yield _UNHELD.hit(
                    f"{owner.qualified}.preCommit/removed", line(held.span), owner=owner.name, writer=f"{writer.receiver}.{writer.name}()",
                )  # fmt: skip


def _holds_back(file: FileFacts, function: Function) -> bool:
    """Whether it gives other offsets than those that it was given."""
    given = {p.name for p in function.parameters}
    texts = [j.text.strip() for j in file.syntax.jumps if j.function == function.index and j.kind is JumpKind.RETURN]
    return bool(texts) and not all(t in given or "super" in t for t in texts)


RULE = Rule(
    __name__,
    __doc__,
    category=Category.DATA_LOSS,
    severity=Severity.HIGH,
    confidence=Confidence.MEDIUM,
    compare=compare,
)
