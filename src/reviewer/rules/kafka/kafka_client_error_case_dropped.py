"""A condition that clients report and that must be answered is not answered any more.

The branch for a full local queue, or for an offset that is out of range, is gone while the call that reports it stays.

## What it catches

A catch, or a test, of a full queue (`BufferError`, `QUEUE_FULL`, `ErrQueueFull`, `Local_QueueFull`) in a function that goes on producing, and of an offset out of
range (`ErrOffsetOutOfRange`, `OffsetOutOfRangeException`, `OFFSET_OUT_OF_RANGE`) in one that goes on reading: removed, and nothing of its kind stays in the file.
On the JVM also the catch of a timeout around `send`, of a wake-up or interrupt around `poll` and `commitSync`, and of a commit that a rebalance refuses, where the call stands outside of it now.

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
from reviewer.facts.streaming.model import FileFacts, Role
from reviewer.facts.streaming.protections import calls_of, qualified, written
from reviewer.facts.syntax import Block, BlockKind, Call, JumpKind
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
#: What the Java client throws in normal operation: these catches are looked at call by call.
_THROWN = (
    _Case(
        what="a send that finds no room in time",
        names=re.compile(r"(?<!\w)TimeoutException"),
        calls=re.compile(r"^send$"),
        scenario=(
            "A slow broker, or one without a leader: `send()` waits for `max.block.ms` and throws TimeoutException, without having taken the record.",
            "Nothing catches it, and {home}() ends in the middle of its work.",
            "The record that was about to be sent is in no buffer -> it is lost, or the whole task fails where it only had to wait.",
        ),
        fix="Catch it as before, and send the same record again.",
    ),
    _Case(
        what="the request to stop",
        names=re.compile(r"\b(Wakeup|Interrupt)Exception"),
        calls=re.compile(r"^(poll|commitSync|position|committed)$"),
        scenario=(
            "The process is asked to stop: the thread is interrupted, or `wakeup()` is called, while the client waits.",
            "The call throws, nothing catches it, and {home}() ends by an exception.",
            "What should follow (the last commit, the close, the answer to the framework) is not reached -> the stop looks like a failure, and records since the last commit are read again.",
        ),
        fix="Catch it as before, and leave by the ordinary way.",
    ),
    _Case(
        what="a commit that a rebalance refuses",
        names=re.compile(r"\b(CommitFailed|RebalanceInProgress|RetriableCommitFailed)Exception"),
        calls=re.compile(r"^commit(Sync)?$"),
        scenario=(
            "A rebalance comes while records are in work: the commit behind them is refused.",
            "The exception leaves {home}(), where it was answered before.",
            "The thread that polls ends -> its partitions wait for another member, and nobody here takes the next ones.",
        ),
        fix="Catch it as before: stop work on what is not owned any more, and poll again.",
    ),
)
_ANY = re.compile(r"^$|\b(Exception|BaseException|Throwable|KafkaException|KafkaError)\b(?!\s*,)")
_BRANCHES = (BlockKind.CATCH, BlockKind.CONDITIONAL)
_MANY_HUNKS = 12  # a file that is rewritten
_WORDS = Words(
    "`{test}` is removed: {what} has no answer any more in {home}().", ("{one}", "{two}", "{three}"), "{fix}"
)


_OUTSIDE = Words(
    "`{call}` stands outside of `{test}` now: {what} has no answer any more in {home}().",
    ("{one}", "{two}", "{three}"),
    "{fix}",
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
        for case, block, home, call in _uncaught(files, before, after):
            name = home.rpartition(".")[2]
            one, two, three = (step.format(home=name) for step in case.scenario)
            span = _line(files, block, case) if files.touches(block.span) else call.name_span
            yield _OUTSIDE.hit(
                f"{home}/{case.what}", span, test=f"catch ({block.detail.strip('()')})", what=case.what, home=name, one=one,
                two=two, three=three, fix=case.fix, call=written(call),
            )  # fmt: skip


def _uncaught(files: FilePair, before: FileFacts, after: FileFacts) -> Iterator[tuple[_Case, Block, str, Call]]:
    """The first catch of each case around a call that stands outside of any catch of it now."""
    if before.syntax.language not in ("java", "kotlin", "scala") or len(files.change.hunks) > _MANY_HUNKS:
        return
    for case in _THROWN:
        for block in before.syntax.blocks:
            if block.kind is not BlockKind.CATCH or block.owner is None or not case.names.search(block.detail):
                continue
            home = qualified(before, block.function)
            if not home or any(j.kind is JumpKind.THROW and block.index in j.blocks for j in before.syntax.jumps):
                continue
            tried = {
                (o.role, o.call.name)
                for o in before.operations
                if block.owner in o.call.blocks and case.calls.match(o.call.name)
            }
            loose = _loose(after, home, tried, case)
            touched = loose and (files.touches(block.span) or files.touches(loose[0].name_span))
            if touched and len(loose) > len(_loose(before, home, tried, case)):
                yield case, block, home, loose[0]
                break


def _loose(file: FileFacts, home: str, tried: set[tuple[Role, str]], case: _Case) -> list[Call]:
    """The calls of some kinds in a function that stand in no `try` with a catch of the case."""
    mine = (o for o in file.operations if (o.role, o.call.name) in tried and qualified(file, o.call.function) == home)
    return [o.call for o in mine if not _is_caught(file, o.call, case)]


def _is_caught(file: FileFacts, call: Call, case: _Case) -> bool:
    """Whether a catch of the case, or of all errors, belongs to a `try` around a call."""
    return any(
        b.kind is BlockKind.CATCH and b.owner in call.blocks and (case.names.search(b.detail) or _ANY.search(b.detail))
        for b in file.syntax.blocks
    )


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
