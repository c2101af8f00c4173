"""The source is told that a record is done before Kafka has it.

A source task confirms to its source when it reads, no longer when the record is stored.

## What it catches

A call of `commitRecord()` or `commit()` of a source task (an acknowledge, a delete, an offset that is given back) that is made in `poll()` after the change, and no longer there.

## Why it hurts in production

What `poll()` returns is only on its way: it is converted, buffered by the producer and sent. When the worker dies before Kafka has it, the source has forgotten it
already, and no restart reads it again.

## What to do

Confirm in `commitRecord()`, which Connect calls for each record when Kafka has stored it, or in `commit()`, when its offsets are.

## What it cannot see

A source that keeps what is acknowledged and can be asked for it again.

## Examples

### bad: the queue's message is acknowledged when it is read
--- QueueTask.java
 import org.apache.kafka.connect.source.*;
 class QueueTask extends SourceTask {
   public List<SourceRecord> poll() {
     Message message = session.receive();
+    session.acknowledge(message.id()); // ! here
     return List.of(record(message));
   }
-  public void commitRecord(SourceRecord record, RecordMetadata at) {
-    session.acknowledge((String) record.sourceOffset().get("id"));
-  }
 }

### bad: Kotlin: a file is deleted as soon as it is read
--- FileTask.kt
 import org.apache.kafka.connect.source.*
 class FileTask : SourceTask() {
   override fun poll(): List<SourceRecord> {
     val file = folder.next()
+    folder.delete(file) // ! here
     return records(file)
   }
   override fun commitRecord(record: SourceRecord, at: RecordMetadata) {
-    folder.delete(nameOf(record))
+    log.debug("stored {}", record)
   }
 }

### good: what is confirmed moves from one hook to the other
--- QueueTask.java
 import org.apache.kafka.connect.source.*;
 class QueueTask extends SourceTask {
   public List<SourceRecord> poll() {
     return List.of(record(session.receive()));
   }
-  public void commit() {
-    session.acknowledge(last);
-  }
+  public void commitRecord(SourceRecord record, RecordMetadata at) {
+    session.acknowledge((String) record.sourceOffset().get("id"));
+  }
 }

### good: what is logged
--- QueueTask.java
 import org.apache.kafka.connect.source.*;
 class QueueTask extends SourceTask {
   public List<SourceRecord> poll() {
+    log.info("read");
     return List.of(record(session.receive()));
   }
   public void commitRecord(SourceRecord record, RecordMetadata at) {
-    log.info("stored");
     session.acknowledge((String) record.sourceOffset().get("id"));
   }
 }

## References

- https://kafka.apache.org/40/javadoc/org/apache/kafka/connect/source/SourceTask.html
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from reviewer.core.finding import Category, Confidence, Severity
from reviewer.facts.delta import Delta
from reviewer.facts.streaming.flow import is_noise
from reviewer.facts.streaming.model import FileFacts
from reviewer.facts.streaming.protections import written
from reviewer.facts.syntax import Call
from reviewer.rules.checks.words import Words
from reviewer.rules.rule import Hit, Rule

_LATE = ("confirmed", "commit")
_ASKS = re.compile(r"(?:is|has|get|peek|contains|exists)(?![a-z])")  # that confirms nothing
_WORDS = Words(
    "{call} was made when Kafka had stored the record, and is made in {method}() now: the source takes it for done before Kafka has it.",
    (
        "{method}() reads a record, and {call} tells the source that it is done.",
        "The record is on its way: Connect converts it, and the producer buffers and sends it.",
        "The worker dies, or the send fails -> the record is not in Kafka, and the source gives it to nobody any more.",
    ),
    "Make {call} in commitRecord(), which Connect calls when Kafka has stored the record.",
)


def compare(delta: Delta) -> Iterator[Hit]:
    """A call that went from a hook behind the send to the one in front of it."""
    for _, before, after in delta.modified():
        late = _calls(before, *_LATE)
        early = _calls(after, "produce") if late else {}
        for name in early.keys() & late.keys() - _calls(before, "produce").keys() - _calls(after, *_LATE).keys():
            call = early[name]
            method = after.function_name(call.function).rpartition(".")[2]
            place = f"{after.function_name(call.function)}/{name} early"
            yield _WORDS.hit(place, call.name_span, call=written(call), method=method)


def _calls(file: FileFacts, *events: str) -> dict[str, Call]:
    """The calls of the hooks of a source that do something, by receiver and name."""
    ours = [hook for hook in file.hooks if hook.event in events] if _is_source(file) else []
    found = [call for hook in ours for call in file.syntax.calls_in(hook.function, nested=True)]
    return {f"{c.receiver}.{c.name}": c for c in found if c.receiver and not is_noise(c) and not c.is_construction and not _ASKS.match(c.name)}  # fmt: skip


def _is_source(file: FileFacts) -> bool:
    return any(hook.event == "produce" for hook in file.hooks)


RULE = Rule(
    __name__,
    __doc__,
    category=Category.DATA_LOSS,
    severity=Severity.HIGH,
    confidence=Confidence.MEDIUM,
    compare=compare,
)
