"""After a failure the consumer goes on behind what failed.

What handles a failure no longer puts the consumer back.

## What it catches

A seek, a reset of offsets (`context.offset()` of a sink task, an assignment of the own assignment) that the change removes from a catch, an error branch, or a method that rejects; also where
a helper of the file does it.

## Why it hurts in production

The position of a consumer is behind all that `poll()` gave, whatever became of it. Without a step back the next poll goes on behind the failed record, and the next commit
covers it.

## What to do

Seek back to the first record that is not done, for each partition of the batch, before the next poll.

## What it cannot see

A process that ends there and begins again at the committed offset: a throw, an exit or anything new in that place keeps it silent.

## Examples

### bad: the catch of a loop no longer seeks
--- Loop.java
 import org.apache.kafka.clients.consumer.*;
 import org.apache.kafka.common.TopicPartition;
 class Loop {
   private final KafkaConsumer<String, Invoice> consumer;
   void run() {
     while (running) {
       for (ConsumerRecord<String, Invoice> record : consumer.poll(TIMEOUT)) {
         try {
           ledger.book(record.value());
         } catch (LedgerDown e) {
           log.warn("later", e);
-          consumer.seek(new TopicPartition(record.topic(), record.partition()), record.offset()); // ! here
           break;
         }
       }
       consumer.commitSync();
     }
   }
 }

### bad: a sink task's writer no longer resets its offset
--- PartitionWriter.java
 import org.apache.kafka.common.TopicPartition;
 import org.apache.kafka.connect.errors.ConnectException;
 import org.apache.kafka.connect.sink.SinkTaskContext;
 class PartitionWriter {
   void write() {
     try {
       drain();
     } catch (ConnectException e) {
       log.error("again in {} ms", backoff, e);
-      startOver(); // ! here
       retryAt(backoff);
     }
   }
-  private void startOver() {
-    buffer.clear();
-    context.offset(partition, first);
-  }
 }

### good: the failure ends the process
--- Loop.java
 import org.apache.kafka.clients.consumer.*;
 import org.apache.kafka.common.TopicPartition;
 class Loop {
   private final KafkaConsumer<String, Invoice> consumer;
   void run() {
     while (running) {
       for (ConsumerRecord<String, Invoice> record : consumer.poll(TIMEOUT)) {
         try {
           ledger.book(record.value());
         } catch (LedgerDown e) {
-          consumer.seek(new TopicPartition(record.topic(), record.partition()), record.offset());
-          break;
+          throw e;
         }
       }
       consumer.commitSync();
     }
   }
 }

### good: another method does it now
--- PartitionWriter.java
 import org.apache.kafka.common.TopicPartition;
 import org.apache.kafka.connect.errors.ConnectException;
 import org.apache.kafka.connect.sink.SinkTaskContext;
 class PartitionWriter {
   void write() {
     try {
       drain();
     } catch (ConnectException e) {
-      context.offset(partition, first);
+      startOver();
     }
   }
+  private void startOver() {
+    buffer.clear();
+    context.offset(partition, first);
+  }
 }

## References

- https://kafka.apache.org/40/javadoc/org/apache/kafka/clients/consumer/KafkaConsumer.html
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from reviewer.core.finding import Category, Confidence, Severity
from reviewer.facts.delta import Delta, FilePair
from reviewer.facts.streaming.flow import is_noise
from reviewer.facts.streaming.model import FileFacts, Role
from reviewer.facts.streaming.protections import folded, qualified, written
from reviewer.facts.syntax import BlockKind, Call, JumpKind
from reviewer.rules.checks.words import Words
from reviewer.rules.rule import Hit, Rule

_REJECTS = re.compile(r"(on|handle)?(reject|nack|rollback|failure|error)(ed|async|message)?$")
_REWINDS = re.compile(r"(seek(?!toend)\w*|rewind\w*|reset(consumer)?(offset|position)s?)$")
_AHEAD = re.compile(r"\+\s*1\b|\bnext_?offset", re.IGNORECASE)
_DEPTH = 2  # helpers that call helpers
_WORDS = Words(
    "{call} is gone from {where}: after a failure the consumer goes on behind what failed.",
    (
        "poll() gave records up to offset 57; the one at 41 fails.",
        "{function}() deals with it and leaves the position where it is: behind 57.",
        "The next poll goes on at 58, and the next commit covers all before -> what failed, and what was dropped with it, is never processed.",
    ),
    "Keep {call}: go back to the first record of each partition that is not done, before the next poll.",
)


def compare(delta: Delta) -> Iterator[Hit]:
    """Steps back that are gone from where failures are handled."""
    for files, before, _ in delta.modified():
        if not before.libraries:
            continue
        told: set[str] = set()
        for call, home, where in _steps_back(before):
            if home in told or not files.touches(call.name_span) or not _stays_failed(files, call, home, where):
                continue
            told.add(home)
            function = home.rpartition(".")[2]
            yield _WORDS.hit(f"{home}/{call.name} after a failure", call.name_span, call=written(call), where=where or f"{function}()", function=function)  # fmt: skip


def _steps_back(file: FileFacts) -> Iterator[tuple[Call, str, str]]:
    """The calls that put a consumer back after a failure, their function, and the catch that they stand in ("" in a method that rejects)."""
    seeks = {o.call.index for o in file.operations_of(Role.SEEK)}
    for call in file.syntax.calls:
        home = qualified(file, call.function)
        catch = file.syntax.enclosing(call.blocks, BlockKind.CATCH)
        rejects = _REJECTS.match(folded(home.rpartition(".")[2])) is not None
        if home and (catch is not None or rejects) and _goes_back(file, call, seeks, _DEPTH):
            yield call, home, f"the catch in {home.rpartition('.')[2]}()" if catch is not None else ""


def _goes_back(file: FileFacts, call: Call, seeks: set[int], depth: int) -> bool:
    name = folded(call.name)
    if any(_AHEAD.search(argument.value.text) for argument in call.arguments):
        return False  # past a record that can't be read
    if call.index in seeks and "toend" not in name:
        return True
    if call.receiver and _REWINDS.match(name):
        return any(True for _ in file.operations_of(Role.POLL, Role.COMMIT))
    if name == "offset" and folded(call.receiver).endswith("context") and call.arguments:
        return True  # Connect's own: SinkTaskContext.offset
    if name == "assign" and any(folded(a.value.text).endswith(".assignment") for a in call.arguments):
        return True
    if call.receiver not in ("", "this", "self") or depth == 0 or call.is_construction:
        return False
    helpers = [f for f in file.syntax.functions if f.name == call.name and not f.is_lambda]
    return len(helpers) == 1 and any(
        _goes_back(file, c, seeks, depth - 1) for c in file.syntax.calls_in(helpers[0].index, nested=True)
    )


def _stays_failed(files: FilePair, call: Call, home: str, where: str) -> bool:
    """Whether the failure is still handled there, and nothing new may do what the step back did."""
    before, after = files.before, files.after
    assert before is not None and after is not None
    mine = [c for c in after.syntax.calls if qualified(after, c.function) == home]
    if not any(f.qualified == home for f in after.syntax.functions) or any(c.name == call.name for c in mine):
        return False
    if where and not any(
        b.kind is BlockKind.CATCH and qualified(after, b.function) == home for b in after.syntax.blocks
    ):
        return False
    return not _is_new(before, after, home, mine) and _throws(after, home) <= _throws(before, home)


def _is_new(before: FileFacts, after: FileFacts, home: str, mine: Sequence[Call]) -> bool:
    """A call that the function did not make, or a step back somewhere else in the file."""
    known = {(c.receiver, c.name) for c in before.syntax.calls if qualified(before, c.function) == home}
    fresh = [c for c in mine if (c.receiver, c.name) not in known and not is_noise(c) and not c.is_construction]
    names = {c.name for c, _, _ in _steps_back(before)}
    elsewhere = any(c.name not in names for c, _, _ in _steps_back(after))
    return elsewhere or any(re.search(r"seek|offset|reset|rewind|recover|retry|requeue|fail|abort|stop|close|nack|reject|assign|dead|dl[qt]", folded(f"{c.receiver} {c.name}")) for c in fresh)  # fmt: skip


def _throws(file: FileFacts, home: str) -> int:
    return sum(j.kind is JumpKind.THROW and qualified(file, j.function) == home for j in file.syntax.jumps)


RULE = Rule(
    __name__,
    __doc__,
    category=Category.DATA_LOSS,
    severity=Severity.HIGH,
    confidence=Confidence.MEDIUM,
    only=("kafka-consumer", "kafka-connect"),
    compare=compare,
)
