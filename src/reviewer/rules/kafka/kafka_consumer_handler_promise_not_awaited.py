"""The handler returns before its asynchronous work is done.

A handler starts asynchronous work and returns before it is done.

## What it catches

In an `async` handler or loop: a call of an `async` function of the same file, handed a record, whose coroutine is not awaited; an `await` that the change takes away, wherever
the function stands; `forEach(async …)`; in listeners and callbacks work that is given to an executor, a thread or a task (`launch { }`, `CompletableFuture.runAsync(…)`) and that nobody waits for. A method
that becomes asynchronous (`@Async`) while a listener of a file that the change leaves alone calls it with its record.

## Why it hurts in production

The handler returns, the offset moves on, and the work may not even have begun. In Python an un-awaited coroutine never runs.

## What to do

Await or return what the asynchronous function gives; loop with `await` instead of starting everything at once.

## Trade-off

Records of a partition are worked on one after the other; more throughput takes more partitions. Not waiting is legitimate where
neither loss nor order matters.

## What it cannot see

Asynchronous functions of other files that were never awaited.

## Examples

### bad: the await is lost
--- loop.py
 from aiokafka import AIOKafkaConsumer

 async def store(msg):
     await db.write(msg.value)

 async def run(consumer: AIOKafkaConsumer):
     async for msg in consumer:
-        await store(msg)
+        store(msg) # ! here

### bad: a listener starts the work and returns
--- L.java
+import org.springframework.kafka.annotation.KafkaListener;
+class L {
+  @KafkaListener(topics = "orders")
+  void on(Order order) {
+    CompletableFuture.runAsync(() -> service.place(order)); // ! here
+  }
+}

### good: awaited
--- loop.py
+from aiokafka import AIOKafkaConsumer
+
+async def store(msg):
+    await db.write(msg.value)
+
+async def run(consumer: AIOKafkaConsumer):
+    async for msg in consumer:
+        await store(msg)

### good: joined before the listener returns
--- L.java
+import org.springframework.kafka.annotation.KafkaListener;
+class L {
+  @KafkaListener(topics = "orders")
+  void on(Order order) {
+    CompletableFuture.runAsync(() -> service.place(order)).join();
+  }
+}

## References

- https://kafka.js.org/docs/consuming
- https://docs.python.org/3/library/asyncio-task.html
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import PurePosixPath

from reviewer.core.finding import Category, Confidence, Severity
from reviewer.facts.delta import Delta
from reviewer.facts.pairs import HANDLINGS
from reviewer.facts.streaming.flow import is_noise
from reviewer.facts.streaming.model import FactSet, FileFacts, Handling
from reviewer.facts.streaming.names import bare
from reviewer.facts.streaming.protections import qualified
from reviewer.facts.streaming.records import mentions
from reviewer.facts.syntax import Call, ResultUse
from reviewer.rules.checks.consuming import commits, handed_over, with_helpers
from reviewer.rules.checks.letting_go import LetGo, callers, let_go, listener_of
from reviewer.rules.rule import Hit, Rule
from reviewer.rules.support import line

_STARTED = frozenset({"runAsync", "supplyAsync", "launch"})


def inspect(facts: FactSet) -> Iterator[Hit]:
    """Dropped coroutines and futures in handlings."""
    for file in facts.files:
        for handling in file.handlings:
            for call in handling.calls:
                if call.result is ResultUse.IGNORED and _is_dropped(file, handling, call):
                    yield _hit(handling, call)
            if handling.kind in ("listener", "callback"):
                yield from (_hit(handling, call) for call in _given_away(file, handling))


def compare(delta: Delta) -> Iterator[Hit]:
    """An await that is gone from a call with a record; what is called from a file that stays and no longer finishes first."""
    yield from _elsewhere(delta)
    for pair in delta.pairs_of(HANDLINGS):
        was, now, before, file = pair.before, pair.after, pair.files.before, pair.files.after
        if was is None or now is None or before is None or file is None:
            continue
        awaited = {(c.receiver, c.name) for c in _calls(before, was) if c.result is ResultUse.AWAITED}
        kept = {(c.receiver, c.name) for c in _calls(file, now) if c.result is ResultUse.AWAITED}
        for handling in with_helpers(file, now):
            for call in handling.calls:
                lost = (call.receiver, call.name) in awaited - kept and _is_let_go(pair.files.change.after, call)
                if (
                    lost
                    and not is_noise(call)
                    and any(mentions(a.value.text, handling.records) for a in call.arguments)
                ):
                    yield _hit(now, call)
    yield from _futures(delta)


def _futures(delta: Delta) -> Iterator[Hit]:
    """`handler.apply(message).get()` that is no longer waited for, in what a wrapper's loop calls with a message."""
    for files, before, after in delta.modified():
        for was in before.syntax.calls if before.libraries else ():
            home = qualified(before, was.function)
            if not _HANDLES.match(was.name) or not _is_waited(before, was) or not _takes_message(before, was, home):
                continue
            mine = [c for c in after.syntax.calls if qualified(after, c.function) == home]
            if any(c.name in _WAITS or c.result is ResultUse.AWAITED for c in mine):
                continue
            for now in mine:
                chain = (now, *after.syntax.continued(now))
                if (now.receiver, now.name) == (was.receiver, was.name) and chain[-1].result is ResultUse.IGNORED:
                    if files.touches(chain[-1].span):
                        yield (
                            _beside(home, now)
                            if chain[1:]
                            else replace(_let_go(home, now), confidence=Confidence.MEDIUM)
                        )


_HANDLES = re.compile(r"(?i)_?(apply|accept|handle|process|invoke|consume|execute|on_?(message|record|event))\w*$")
_WAITS = frozenset({"get", "join", "await", "result", "block", "runBlocking", "allOf", "gather"})
_MESSAGE = re.compile(r"(Record|Message|Event)s?\b")


def _is_waited(file: FileFacts, call: Call) -> bool:
    return any(c.name in _WAITS for c in file.syntax.continued(call))


def _takes_message(file: FileFacts, call: Call, home: str) -> bool:
    """Whether a call gets the record that its function is called with."""
    messages = {
        p.name for f in file.syntax.functions if f.qualified == home for p in f.parameters if _MESSAGE.search(p.type)
    }
    return bool(messages) and any(mentions(a.value.text, frozenset(messages)) for a in call.arguments)


def _elsewhere(delta: Delta) -> Iterator[Hit]:
    """A function that returns before its work is done now, and a listener of an unchanged file that calls it with a record."""
    changed = {file.path for file in delta.after.files}
    for gone in let_go(delta):
        for file, call in callers(delta, gone):
            handling = listener_of(file, call) if file.path not in changed else None
            if handling is not None:
                yield _by_listener(gone, handling, file)
                break


def _by_listener(gone: LetGo, handling: Handling, file: FileFacts) -> Hit:
    name, listener = gone.function.name, handling.name.rpartition(".")[2]
    return Hit(
        subject=f"{gone.function.qualified}/let go",
        span=line(gone.span),
        message=f"{name}() now returns while {gone.what} still works, and {listener}() in {PurePosixPath(file.path).name} calls it with a record.",
        scenario=(
            f"{listener}() calls {name}(), which returns at once.",
            "The record counts as handled and its offset is committed.",
            "The work fails later, or the process is killed before it ran -> the record is lost without an error.",
        ),
        fix=f"Let {name}() return when its work is done, or give its future back and wait for it in {listener}().",
    )


def _calls(file: FileFacts, handling: Handling) -> list[Call]:
    return [call for found in with_helpers(file, handling) for call in found.calls]


def _is_let_go(text: str | None, call: Call) -> bool:
    """A statement of its own, or one behind `void`."""
    line = (text or "").split("\n")[call.span.first_line - 1 : call.span.first_line]
    return call.result is ResultUse.IGNORED or (bool(line) and line[0].strip().startswith("void "))


def _given_away(file: FileFacts, handling: Handling) -> Iterator[Call]:
    """Work for another thread or task in a handler that commits nothing itself: its return is the commit."""
    if any(op.call.index in {c.index for c in handling.calls} for op in commits(file)) or _flush_waits(file, handling):
        return
    for handoff in handed_over(file, handling):
        kept = handoff.call.result in (
            ResultUse.ARGUMENT,
            ResultUse.OTHER,
        )  # `queue.append(executor.submit(…))`: somebody looks at it later
        if handoff.construct in ("executor", "thread", "task") and handoff.call.name not in _STARTED and not kept:
            yield handoff.call


def _flush_waits(file: FileFacts, handling: Handling) -> bool:
    """Kafka Connect commits when flush() or preCommit() has returned, not behind put()."""
    if handling.library != "kafka-connect":
        return False
    ends = [f for f in file.syntax.functions if f.name in ("flush", "preCommit")]
    calls = (call for f in ends for call in file.syntax.calls_in(f.index, nested=True))
    return any(call.name in file.names.idioms.waits for call in calls)


def _is_dropped(file: FileFacts, handling: Handling, call: Call) -> bool:
    if any(h.call.index == call.index and h.construct == "async method" for h in file.handoffs):
        carries = any(mentions(a.value.text, handling.records) for a in call.arguments)
        return handling.kind == "listener" and carries
    if call.name in _STARTED:
        return handling.kind == "listener" and not _acknowledges(file, call)
    if call.name in ("forEach", "map") and mentions(call.receiver, handling.records):
        given = (file.syntax.functions[a.value.function] for a in call.arguments if a.value.function is not None)
        return any(function.is_async for function in given)
    called = [f for f in file.syntax.functions if f.name == call.name and not f.is_lambda]
    if len(called) != 1 or not called[0].is_async or file.syntax.language == "kotlin":
        return False
    on_self = not call.receiver or bare(call.receiver) in ("self", "this", "cls")
    return on_self and any(mentions(a.value.text, handling.records) for a in call.arguments)


def _acknowledges(file: FileFacts, call: Call) -> bool:
    """The started work acknowledges by itself when it is done."""
    inside = {f.index for f in file.syntax.functions if f.argument_of == call.index}
    return any(op.role.value == "commit" and op.call.function in inside for op in file.operations)


def _hit(handling: Handling, call: Call) -> Hit:
    return _let_go(handling.name, call)


def _beside(name: str, call: Call) -> Hit:
    """A future that a callback ends: nothing is lost, and the next message does not wait."""
    return Hit(
        subject=f"{name}/{call.receiver}.{call.name} side by side",
        span=line(call.name_span),
        message=f"{call.name}() is no longer waited for: the next message is worked on beside it.",
        scenario=(
            "Two messages of one key come one after the other.",
            f"{call.name}() of the first one is still at work when the second one begins.",
            "The second one is done first -> the older state overwrites the newer one.",
        ),
        fix=f"Wait for {call.name}() before the next message of the same key or partition is taken.",
        severity=Severity.HIGH,
        confidence=Confidence.MEDIUM,
        category=Category.ORDERING,
    )


def _let_go(name: str, call: Call) -> Hit:
    return Hit(
        subject=f"{name}/{call.receiver}.{call.name}",
        span=line(call.name_span),
        message=f"{call.name}() is started and nobody waits for it.",
        scenario=(
            f"The handler calls {call.name}() and returns at once.",
            "The record counts as handled and its offset is committed.",
            "The work fails later, or the process is killed before it ran -> the record is lost without an error.",
        ),
        fix=f"Wait for {call.name}() (await, join or return it) before the handler returns.",
    )


RULE = Rule(
    __name__,
    __doc__,
    category=Category.DATA_LOSS,
    severity=Severity.CRITICAL,
    confidence=Confidence.HIGH,
    covers=("spring-kafka-async-listener-returns-early",),
    only=("kafka-consumer", "spring-kafka"),
    inspect=inspect,
    compare=compare,
)
