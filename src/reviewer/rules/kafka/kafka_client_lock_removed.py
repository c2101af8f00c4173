"""A commit, a flush or a close no longer waits for the other one.

A lock that kept two steps of a consumer or producer apart is gone from one of them.

## What it catches

A mutex, a semaphore of one, a `lock` block or an asynchronous lock around a commit, a flush, a send or a close, that the change removes from a function
while another one takes the same lock, or took it before.

## Why it hurts in production

Two threads, goroutines or tasks meet in the middle: a close ends the client when records are stored and their offsets are not committed yet; a second commit starts from
offsets that the first one is about to write; a rebalance takes partitions away under a flush. It happens on deploys and rebalances, not in tests.

## What to do

Take the lock again around the whole step, or give the state to one thread that does both.

## What it cannot see

That only one thread is left to call the two functions.

## Examples

### bad: a close in the middle of a flush
--- sink.go
 package sink
 import "github.com/confluentinc/confluent-kafka-go/v2/kafka"
 type Sink struct {
     mu       sync.Mutex
     consumer *kafka.Consumer
 }
 func (s *Sink) flush(batch []*kafka.Message) error {
-    s.mu.Lock() // ! here
-    defer s.mu.Unlock()
     if err := s.store.Insert(batch); err != nil {
         return err
     }
     _, err := s.consumer.CommitMessage(batch[len(batch)-1])
     return err
 }
 func (s *Sink) Close() error {
     s.mu.Lock()
     defer s.mu.Unlock()
     return s.consumer.Close()
 }

### bad: Python, two commits at once
--- committer.py
 import asyncio
 from aiokafka import AIOKafkaConsumer

 class Committer:
     def __init__(self, consumer: AIOKafkaConsumer):
         self.consumer = consumer
         self.lock = asyncio.Lock()

     async def tick(self):
         async with self.lock:
             await self.consumer.commit(self.done)

     async def on_partitions_revoked(self, revoked):
-        async with self.lock: # ! here
-            await self.consumer.commit(self.done)
+        await self.consumer.commit(self.done)

### good: the lock has another name
--- committer.py
 import asyncio
 from aiokafka import AIOKafkaConsumer

 class Committer:
     async def tick(self):
-        async with self.lock:
+        async with self.commit_lock:
             await self.consumer.commit(self.done)

     async def on_partitions_revoked(self, revoked):
-        async with self.lock:
+        async with self.commit_lock:
             await self.consumer.commit(self.done)

### good: what is locked is a cache
--- names.go
 package names
 import "github.com/confluentinc/confluent-kafka-go/v2/kafka"
 func (n *Names) put(topic string, name string) {
-    n.mu.Lock()
-    defer n.mu.Unlock()
     n.byTopic.Store(topic, name)
 }
 func (n *Names) Close() {
     n.mu.Lock()
     defer n.mu.Unlock()
     n.consumer.Close()
 }

## References

- https://docs.confluent.io/platform/current/clients/librdkafka/html/md_INTRODUCTION.html
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from reviewer.core.finding import Category, Confidence, Severity
from reviewer.core.span import Span
from reviewer.facts.delta import Delta
from reviewer.facts.same_functions import Body, SameFunction
from reviewer.facts.streaming.model import FileFacts
from reviewer.facts.streaming.names import bare
from reviewer.facts.syntax import BlockKind, Call
from reviewer.rules.checks.stream_work import ENDING, work_of
from reviewer.rules.checks.words import Words
from reviewer.rules.rule import Hit, Rule

_LOCK = re.compile(r"(?i)mu$|mutex|lock$|sem$|semaphore$|token$|gate$|monitor$")
_TAKES = re.compile(
    r"(?i)_*(r?lock|lock_?async|acquire|acquire_?async|wait|wait_?async|wait_?one|enter|run_?exclusive|with_?lock)$"
)
#: What keeps threads apart in another way.
_INSTEAD = re.compile(
    r"(?i)lock|mutex|semaphore|atomic|interlocked|concurrent|synchroni|queue|channel|actor|mailbox|once|serial|exclusive|compareand"
)
_STEPS = {"commit": "commits", "flush": "flushes", "send": "sends", "close": "closes"}
_ENDED = (
    "{name}() has done its work, and is about to call {effect}().",
    "{other}(), which took `{lock}` too, runs on another thread at the same time, and ends what {name}() works with.",
    "{effect}() fails or is cut off: what was done is not committed -> after the restart the same records are processed a second time.",
)
_TWICE = (
    "{name}() is about to call {effect}(), with the offsets and records as it has read them.",
    "{other}(), which takes `{lock}` for that, runs on another thread at the same time, and {does} from the same state.",
    "The two write over each other: the later one counts with what the earlier one has changed -> records are {verb} twice, or an older position replaces a newer one.",
)
_MESSAGE = "`{lock}` is no longer taken in {name}(): {other}() can run while it {does_this}."
_FIX = "Take `{lock}` in {name}() as before, around everything up to {effect}()."


def compare(delta: Delta) -> Iterator[Hit]:
    """Functions that commit, flush, send or close, and took a lock for it that another one takes."""
    for same in delta.same_functions():
        held = dict(_locks(same.was))
        if not held or any(True for _ in _locks(same.now)) or same.has_fresh(_INSTEAD):
            continue
        for holder, span in held.items():
            line = same.removed(span)
            found = _effect(same, span) if line is not None else None
            other = _other(same, holder)
            if line is None or found is None or other is None or _is_taken_outside(same, holder):
                continue
            what, call = found
            ends = ENDING.fullmatch(other) is not None
            words = Words(_MESSAGE, _ENDED if ends and what != "close" else _TWICE, _FIX)
            yield words.hit(
                f"{same.qualified}/{holder} not taken", line, group=f"{line.path}/{holder}", lock=holder, name=same.name, effect=call.name, other=other,
                does_this=_STEPS[what], does=_does(same, other), verb="sent" if what == "send" else "committed or processed",
            )  # fmt: skip
            break


def _locks(body: Body) -> Iterator[tuple[str, Span]]:
    """What is taken in a body, and where."""
    for call in body.calls:
        if _TAKES.match(call.name) and call.receiver and _LOCK.search(bare(call.receiver)):
            yield bare(call.receiver), call.name_span
    for block in body.blocks:
        name = re.sub(r"\(.*", "", block.detail).strip()
        if block.kind is BlockKind.WITH and name and _LOCK.search(bare(name)):
            yield bare(name), block.span


def _effect(same: SameFunction, span: Span) -> tuple[str, Call] | None:
    """The last thing of a stream that was done under the lock and still is done."""
    now = {call.name for _, call in work_of(same.now)}
    found = [
        (what, call)
        for what, call in work_of(same.was)
        if call.span.first_line >= span.first_line and call.name in now and not _LOCK.search(bare(call.receiver))
    ]
    return next((f for f in reversed(found) if f[0] == "commit"), found[-1] if found else None)


def _other(same: SameFunction, holder: str) -> str | None:
    """Another function that takes the lock, now or before."""
    for file in (same.now.file, same.was.file):
        for name in _takers(file, holder):
            if name and name != same.qualified:
                return name.rpartition(".")[2]
    return None


def _takers(file: FileFacts, holder: str) -> Iterator[str]:
    for call in file.syntax.calls:
        if bare(call.receiver) == holder and _TAKES.match(call.name):
            yield _home(file, call.function)
    for block in file.syntax.blocks:
        if block.kind is BlockKind.WITH and bare(block.detail) == holder:
            yield _home(file, block.function)


def _home(file: FileFacts, function: int | None) -> str:
    while function is not None and file.syntax.functions[function].is_lambda:
        function = file.syntax.functions[function].parent
    return file.function_name(function)


def _does(same: SameFunction, other: str) -> str:
    """What the other function does, in a word."""
    for file in (same.now.file, same.was.file):
        for operation in file.operations:
            if _home(file, operation.call.function).rpartition(".")[2] == other and operation.role.value in _STEPS:
                return _STEPS[operation.role.value]
    return "goes on"


def _is_taken_outside(same: SameFunction, holder: str) -> bool:
    """Whether all who call the function hold the lock."""
    file = same.now.file
    takers = set(_takers(file, holder))
    callers = {
        _home(file, c.function)
        for c in file.syntax.calls
        if c.name == same.name and bare(c.receiver) in ("", "this", "self", "s", "c", "k", "h")
    }
    return bool(callers) and callers <= takers


RULE = Rule(
    __name__,
    __doc__,
    category=Category.DUPLICATES,
    severity=Severity.MEDIUM,
    confidence=Confidence.MEDIUM,
    only=("kafka-consumer", "kafka-producer"),
    compare=compare,
)
