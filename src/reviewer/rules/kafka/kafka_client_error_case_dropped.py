"""A condition that clients report and that must be answered is not answered any more.

The branch for a full local queue, or for an offset that is out of range, is gone while the call that reports it stays.

## What it catches

A catch, or a test, of a full queue (`BufferError`, `QUEUE_FULL`, `ErrQueueFull`, `Local_QueueFull`) in a function that goes on producing, and of an offset out of
range (`ErrOffsetOutOfRange`, `OffsetOutOfRangeException`, `OFFSET_OUT_OF_RANGE`) in one that goes on reading: removed, and nothing of its kind stays in the file.

## Why it hurts in production

Neither is an error of the code: a queue fills up in a burst, and an offset falls out of the retention while a consumer is down. Both come on the worst day, and
without a branch of their own they end the process, skip the record or stop the partition.

## What to do

Keep the branch: poll and try again when the queue is full; begin at the earliest record (and say so) when the offset is gone.

## What it cannot see

An answer in another package; a client that is told to do it by itself (`auto.offset.reset`) in other code.

## Examples

### bad: a full queue ends the load
--- load.py
 from confluent_kafka import Producer

 class Loader:
     def __init__(self, producer: Producer):
         self.producer = producer

     def put(self, row):
-        while True:
-            try:
-                self.producer.produce("rows", value=row, on_delivery=self.seen)
-                return
-            except BufferError: # ! here
-                self.producer.poll(0.5)
+        self.producer.produce("rows", value=row, on_delivery=self.seen)

### bad: an offset that is gone
--- part.go
 package part

 import "github.com/IBM/sarama"

 func open(c sarama.Consumer, topic string, at int64) (sarama.PartitionConsumer, error) {
        pc, err := c.ConsumePartition(topic, 0, at)
-	if err == sarama.ErrOffsetOutOfRange { // ! here
-		pc, err = c.ConsumePartition(topic, 0, sarama.OffsetOldest)
-	}
        return pc, err
 }

### good: the loop moves into a helper
--- load.py
 from confluent_kafka import Producer

 class Loader:
     def __init__(self, producer: Producer):
         self.producer = producer

     def put(self, row):
-        try:
-            self.producer.produce("rows", value=row, on_delivery=self.seen)
-        except BufferError:
-            self.producer.poll(0.5)
-            self.producer.produce("rows", value=row, on_delivery=self.seen)
+        self.offer(row)
+
+    def offer(self, row):
+        while True:
+            try:
+                self.producer.produce("rows", value=row, on_delivery=self.seen)
+                return
+            except BufferError:
+                self.producer.poll(0.5)

### good: all errors are answered alike, by trying again
--- load.py
 from confluent_kafka import Producer

 class Loader:
     def __init__(self, producer: Producer):
         self.producer = producer

     def put(self, row):
         try:
             self.producer.produce("rows", value=row, on_delivery=self.seen)
-        except BufferError:
+        except Exception:
             self.producer.poll(0.5)
             self.put(row)

## References

- https://docs.confluent.io/platform/current/clients/confluent-kafka-python/html/index.html
- https://pkg.go.dev/github.com/IBM/sarama#KError
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from reviewer.core.finding import Category, Confidence, Severity
from reviewer.core.span import Side, Span
from reviewer.core.value import value
from reviewer.facts.delta import Delta, FilePair
from reviewer.facts.streaming.model import FileFacts
from reviewer.facts.streaming.protections import calls_of, qualified
from reviewer.facts.syntax import Block, BlockKind, JumpKind
from reviewer.rules.checks.words import Words
from reviewer.rules.rule import Hit, Rule


@value()
class _Case:
    """What a client reports: `names` in the conditions, `calls` that report it, and what happens without an answer."""

    what: str
    names: re.Pattern[str]
    calls: re.Pattern[str]
    scenario: tuple[str, str, str]
    fix: str


_CASES = (
    _Case(
        what="a full local queue",
        names=re.compile(r"\bBufferError\b|QUEUE_FULL|\bErrQueueFull\b|\bQueueFull\b|Local_QueueFull"),
        calls=re.compile(r"^(produce|Produce|send|try_?send|enqueue)(?![a-z])"),
        scenario=(
            "A burst, or a slow broker: records come faster than they are delivered, and the producer's local queue is full.",
            "The call fails at once, without sending; nothing polls and tries again.",
            "The error ends the work, or the record is dropped -> it is never sent.",
        ),
        fix="Keep the branch: poll the producer for a moment, then send the same record again.",
    ),
    _Case(
        what="an offset out of range",
        names=re.compile(r"OffsetOutOfRange|OFFSET_OUT_OF_RANGE"),
        calls=re.compile(r"(?i)^(consume|poll|fetch|read|recv|receive|seek|subscribe|assign)"),
        scenario=(
            "The consumer is down, or behind, for longer than the topic keeps its records.",
            "The stored offset is not in the log any more; the client reports it, and no branch takes another position.",
            "Each start fails at the same offset -> the partition is not read until somebody sets the offset by hand.",
        ),
        fix="Keep the branch: begin at the earliest record that is left, and say so.",
    ),
)
_ANY = re.compile(r"^$|\b(Exception|BaseException|Throwable|KafkaException|KafkaError)\b(?!\s*,)")
_BRANCHES = (BlockKind.CATCH, BlockKind.CONDITIONAL)
_WORDS = Words(
    "`{test}` is removed: {what} has no answer any more in {home}().", ("{one}", "{two}", "{three}"), "{fix}"
)


def compare(delta: Delta) -> Iterator[Hit]:
    """Branches for one of the cases, in functions that go on as before."""
    for files, before, after in delta.modified():
        if not before.libraries or after.is_test:
            continue
        for case in _CASES:
            block = _lost(files, before, after, case)
            if block is not None:
                one, two, three = case.scenario
                home = qualified(before, block.function)
                yield _WORDS.hit(
                    f"{home}/{case.what}", _line(files, block, case), test=block.detail, what=case.what,
                    home=home.rpartition(".")[2], one=one, two=two, three=three, fix=case.fix,
                )  # fmt: skip


def _lost(files: FilePair, before: FileFacts, after: FileFacts, case: _Case) -> Block | None:
    """The first branch of the case that is gone, where nothing in the file names the case any more."""
    branches = [b for b in before.syntax.blocks if b.kind in _BRANCHES and case.names.search(b.detail)]
    if not branches or case.names.search(files.change.after or ""):
        return None
    for block in branches:
        home = qualified(before, block.function)
        known = {c.name for c in calls_of(before, home)}
        reports = [c for c in calls_of(after, home) if c.name in known and case.calls.match(c.name)]
        caught = any(_answers(after, b) and any(b.owner in c.blocks for c in reports) for b in after.syntax.blocks)
        helped = any(c.receiver in ("", "self", "this") and c.name not in known for c in calls_of(after, home))
        if home and reports and not caught and not helped:
            return block
    return None


def _answers(file: FileFacts, block: Block) -> bool:
    """A catch of all errors that does not only pass them on."""
    passing = (JumpKind.THROW, JumpKind.RETURN) if file.syntax.language == "go" else (JumpKind.THROW,)
    thrown = any(j.kind in passing and block.index in j.blocks for j in file.syntax.jumps)
    return block.kind is BlockKind.CATCH and _ANY.search(block.detail) is not None and not thrown


def _line(files: FilePair, block: Block, case: _Case) -> Span:
    """The removed line with the case's name: a block may begin at its brace."""
    lines = (files.change.before or "").split("\n")
    rows = range(max(block.span.first_line - 3, 1), min(block.span.first_line + 3, len(lines) + 1))
    first = next((n for n in rows if case.names.search(lines[n - 1])), block.span.first_line)
    return Span(path=block.span.path, side=Side.BEFORE, first_line=first, last_line=first)


RULE = Rule(
    __name__,
    __doc__,
    category=Category.OPERATIONS,
    severity=Severity.MEDIUM,
    confidence=Confidence.MEDIUM,
    only=("kafka-consumer", "kafka-producer"),
    compare=compare,
)
