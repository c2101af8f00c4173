"""After a failed write the records stay in the buffer and are written again.

What emptied a buffer, queue or batch also after a failure is reached only after a success now.

## What it catches

In Java, Kotlin and Scala code that consumes: `clear()`, `remove(…)` or `reset()` of a field that the work goes through, that stood in a `finally` around the work and now stands behind it, or is gone.

## Why it hurts in production

A failed write is retried: Connect calls the task again, a listener gets the records again, a loop seeks back. The records come a second time, and the old ones are still in the buffer:
both are written. With a buffer that is bounded the task ends up full and stands still.

## What to do

Empty the buffer in `finally` where the records come again after a failure.

## What it cannot see

That nothing delivers the records again, so that the buffer is the only place where they are.

## Examples

### bad: a sink task clears after a success only
--- GroupSink.java
 import java.util.*;
 import org.apache.kafka.clients.consumer.OffsetAndMetadata;
 import org.apache.kafka.common.TopicPartition;
 import org.apache.kafka.connect.sink.*;
 class GroupSink extends SinkTask {
   private final Grouper records = new Grouper();
   public void put(Collection<SinkRecord> given) {
     given.forEach(records::add);
   }
   public void flush(Map<TopicPartition, OffsetAndMetadata> offsets) {
-    try {
-      records.groups().forEach(this::upload);
-    } finally {
-      records.clear();
-    }
+    records.groups().forEach(this::upload);
+    records.clear(); // ! here
   }
 }

### bad: kotlin, it is gone
--- BatchLoop.kt
 import org.apache.kafka.clients.consumer.KafkaConsumer
 class BatchLoop(private val consumer: KafkaConsumer<String, String>, private val store: Store) {
     private val pending = ArrayList<String>()
     fun turn() {
         consumer.poll(timeout).forEach { pending.add(it.value()) }
         try {
             store.writeAll(pending)
-        } finally {
-            pending.clear() // ! here
+        } catch (e: StoreException) {
+            rewind()
         }
     }
 }

### good: it is cleared in the catch as well
--- GroupSink.java
 import java.util.*;
 import org.apache.kafka.clients.consumer.OffsetAndMetadata;
 import org.apache.kafka.common.TopicPartition;
 import org.apache.kafka.connect.sink.*;
 class GroupSink extends SinkTask {
   private final Grouper records = new Grouper();
   public void flush(Map<TopicPartition, OffsetAndMetadata> offsets) {
     try {
       records.groups().forEach(this::upload);
-    } finally {
+    } catch (UploadException e) {
       records.clear();
+      throw new ConnectException(e);
     }
+    records.clear();
   }
 }

### good: the work left the try with it
--- GroupSink.java
 import java.util.*;
 import org.apache.kafka.clients.consumer.OffsetAndMetadata;
 import org.apache.kafka.common.TopicPartition;
 import org.apache.kafka.connect.sink.*;
 class GroupSink extends SinkTask {
   private final Grouper records = new Grouper();
   public void flush(Map<TopicPartition, OffsetAndMetadata> offsets) {
-    try {
-      records.groups().forEach(this::upload);
-    } finally {
-      records.clear();
-    }
+    var groups = records.groups();
+    records.clear();
+    groups.forEach(this::upload);
   }
 }

## References

- https://kafka.apache.org/documentation/#connect_developing
"""

from __future__ import annotations

from collections.abc import Iterator

from reviewer.core.finding import Category, Confidence, Severity
from reviewer.core.span import Span
from reviewer.facts.delta import Delta, FilePair
from reviewer.facts.streaming.bookkeeping import Verb, holder, verb
from reviewer.facts.streaming.flow import is_noise
from reviewer.facts.streaming.model import FileFacts
from reviewer.facts.streaming.protections import calls_of, qualified, written
from reviewer.facts.streaming.records import mentions
from reviewer.facts.syntax import BlockKind, Call
from reviewer.rules.checks.left_out import is_readable
from reviewer.rules.checks.words import Words
from reviewer.rules.rule import Hit, Rule
from reviewer.rules.support import short

_WORDS = Words(
    "`{clear}` runs only when {work} succeeds now: after a failure `{holder}` keeps what it holds.",
    (
        "{work} throws half-way through what is in `{holder}`.",
        "`{clear}` is not reached; the same records are delivered again, behind the old ones.",
        "The next turn writes both -> records take effect twice.",
    ),
    "Call `{clear}` in a `finally` around {work}.",
)


def compare(delta: Delta) -> Iterator[Hit]:
    """Buffers that were emptied in a `finally`, and are not any more."""
    for files, before, after in delta.modified():
        if files.is_user or not is_readable(files, before, after):
            continue
        told: set[tuple[str, str]] = set()
        if not any(block.kind is BlockKind.FINALLY for block in before.syntax.blocks):
            continue
        for call in before.syntax.calls:
            home, name = qualified(before, call.function), holder(call)
            empties = verb(call) is Verb.FORGET and call.name != "delete" and not is_noise(call)
            if not home or (home, name) in told or not empties or not _is_field(before, name):
                continue
            owner = _guarded(before, call)
            if owner is None:
                continue
            span, work = _unsafe(files, before, after, call, home, owner)
            if span is not None and work is not None:
                told.add((home, name))
                yield _WORDS.hit(
                    f"{home}/{name} kept", span, clear=written(call), work=f"`{short(written(work))}`", holder=name
                )


def _is_field(file: FileFacts, name: str) -> bool:
    return any(a.is_field and a.target.rpartition(".")[2] == name for a in file.syntax.assignments)


def _guarded(file: FileFacts, call: Call) -> int | None:
    """The `try` that belongs to the `finally` in which a call stands."""
    for index in call.blocks:
        block = file.syntax.blocks[index]
        if block.kind is BlockKind.FINALLY and block.owner is not None:
            return block.owner
    return None


def _unsafe(
    files: FilePair, before: FileFacts, after: FileFacts, call: Call, home: str, owner: int
) -> tuple[Span | None, Call | None]:
    """The line behind the work, or the removed one, and the work of the `try` that can fail in front of it."""
    now = list(calls_of(after, home))
    same = [c for c in now if holder(c) == holder(call) and verb(c) is Verb.FORGET]
    if any(_in_handler(after, c) for c in same):
        return None, None
    tried = [c for c in calls_of(before, home) if owner in c.blocks and not is_noise(c) and not c.is_construction]
    if not any(
        holder(c) == holder(call) or any(mentions(a.value.text, {holder(call)}) for a in c.arguments) for c in tried
    ):
        return None, None  # the work is on something else
    work = [c for c in now if c.name == tried[-1].name and not is_noise(c)]
    touched = files.touches(call.name_span) or (bool(same) and files.touches(same[0].name_span))
    if not work or not touched or (same and work[-1].index > same[0].index):
        return None, None
    return (same[0] if same else call).name_span, work[-1]


def _in_handler(file: FileFacts, call: Call) -> bool:
    return any(file.syntax.blocks[i].kind in (BlockKind.FINALLY, BlockKind.CATCH) for i in call.blocks)


RULE = Rule(
    __name__,
    __doc__,
    category=Category.DUPLICATES,
    severity=Severity.MEDIUM,
    confidence=Confidence.MEDIUM,
    only=("kafka-consumer", "kafka-connect"),
    compare=compare,
)
