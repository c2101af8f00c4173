"""A failure that was caught ends the loop, or the process.

The catch around a step of a consumer or producer is gone, and the step is still there.

## What it catches

Python, JavaScript, TypeScript, C#: a catch that told a failure and went on, around a commit, pause, resume, seek, send or flush in a loop or a callback, that the change removes while nothing around the call catches it.

## Why it hurts in production

These calls fail in normal operation: in a rebalance a commit is refused and a pause finds no partition, a broker that restarts refuses a send. Without the catch the first of these
ends the poll loop or, in a callback, the process; after the restart it meets the next one.

## What to do

Catch what is expected where it happens, tell it, and go on or rewind.

## What it cannot see

A caller that catches it, in another file.

## Examples

### bad: resume in a callback of a queue
--- consumer.js
 const Kafka = require('node-rdkafka')
 class Consumer {
   listen() {
     this.queue.drain(() => {
-      try {
-        this.consumer.resume(this.topics)
-      } catch (err) { // ! here
-        logger.error('not resumed', err)
-      }
+      this.consumer.resume(this.topics)
     })
   }
 }

### bad: a commit in the loop
--- loop.py
 from confluent_kafka import Consumer, KafkaException

 def run(consumer: Consumer, sink):
     while True:
         batch = consumer.consume(500, 1.0)
         sink.write(batch)
-        try:
-            consumer.commit(asynchronous=False)
-        except KafkaException as error: # ! here
-            log.warning("not committed: %s", error)
+        consumer.commit(asynchronous=False)

### good: caught around the loop's body
--- loop.py
 from confluent_kafka import Consumer, KafkaException

 def run(consumer: Consumer, sink):
     while True:
-        batch = consumer.consume(500, 1.0)
-        sink.write(batch)
         try:
-            consumer.commit(asynchronous=False)
+            batch = consumer.consume(500, 1.0)
+            sink.write(batch)
+            consumer.commit(asynchronous=False)
         except KafkaException as error:
             log.warning("not committed: %s", error)

### good: the catch only threw again
--- loop.py
 from confluent_kafka import Consumer, KafkaException

 def run(consumer: Consumer, sink):
     while True:
         batch = consumer.consume(500, 1.0)
         sink.write(batch)
-        try:
-            consumer.commit(asynchronous=False)
-        except KafkaException as error:
-            log.warning("not committed: %s", error)
-            raise
+        consumer.commit(asynchronous=False)

## References

- https://kafka.apache.org/40/javadoc/org/apache/kafka/clients/consumer/KafkaConsumer.html
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from reviewer.core.finding import Category, Confidence, Severity
from reviewer.core.span import Side, Span
from reviewer.facts.delta import Delta
from reviewer.facts.gone import header
from reviewer.facts.same_functions import Body, SameFunction
from reviewer.facts.streaming.protections import written
from reviewer.facts.syntax import Block, BlockKind, Call, JumpKind
from reviewer.rules.checks.stream_work import work_of
from reviewer.rules.checks.words import Words
from reviewer.rules.rule import Hit, Rule

_MOVES = re.compile(r"(?i)_*(pause|resume|seek)(_?(partitions?|to_?\w+))?$")
_CATCHES = re.compile(r"(?i)catch|on_?error|recover|rescue|suppress|handle_?(error|exception)")
#: In Go and Rust a failure comes back as a value, and what the JVM's clients throw is read by `kafka-client-error-case-dropped`.
_LANGUAGES = frozenset({"python", "javascript", "typescript", "tsx", "csharp"})
_WORDS = Words(
    "A failure of `{call}` is no longer caught in {name}(): it ends {what}.",
    (
        "A rebalance or a broker that restarts makes `{call}` fail, as happens on every deploy.",
        "Nothing around it catches that any more, and it goes up.",
        "It ends {what} -> no record is read or sent until a restart, and what was in work is done a second time.",
    ),
    "Catch the failure around `{call}`, tell it, and go on or rewind.",
)


def compare(delta: Delta) -> Iterator[Hit]:
    """Steps in loops and callbacks whose catch is gone."""
    for same in delta.same_functions():
        if same.was.file.syntax.language not in _LANGUAGES or same.has_fresh(_CATCHES):
            continue
        for catch in same.was.blocks:
            if catch.kind is not BlockKind.CATCH or not _goes_on(same.was, catch):
                continue
            call = next((c for c in _steps(same.was) if catch.owner in c.blocks), None)
            now = _uncaught(same, call) if call is not None else None
            line = _line(delta, same, catch)
            if call is None or now is None or not same.files.touches(line):
                continue
            what = _ends(same.now, now)
            if what:
                yield _WORDS.hit(f"{same.qualified}/{call.name} uncaught", line, call=written(call), name=same.name, what=what)  # fmt: skip
                break


def _steps(body: Body) -> Iterator[Call]:
    yield from (call for what, call in work_of(body) if what != "close")
    yield from (call for call in body.calls if _MOVES.match(call.name) and call.receiver)


def _goes_on(body: Body, catch: Block) -> bool:
    return not any(
        catch.index in j.blocks and j.kind in (JumpKind.THROW, JumpKind.RETURN, JumpKind.BREAK) for j in body.jumps
    )


def _uncaught(same: SameFunction, call: Call) -> Call | None:
    """The same call with nothing around it that catches, if each one of its name is so."""
    found = [c for c in _steps(same.now) if (c.receiver, c.name) == (call.receiver, call.name)]
    blocks = same.now.file.syntax.blocks
    caught = {b.owner for b in blocks if b.kind is BlockKind.CATCH}
    bare = [c for c in found if caught.isdisjoint(c.blocks)]
    return found[0] if found and len(bare) == len(found) else None


def _ends(body: Body, call: Call) -> str:
    """What a failure of a call ends: the loop around it, or the callback's process."""
    functions = body.file.syntax.functions
    own = functions[call.function] if call.function is not None else None
    if body.inside(BlockKind.LOOP, call.blocks):
        return "the loop"
    if own is not None and own.is_lambda and own.argument_of is not None:
        caller = body.file.syntax.calls[own.argument_of]
        return f"the callback of {caller.name}(), and with it the process"
    return ""


def _line(delta: Delta, same: SameFunction, catch: Block) -> Span:
    """The removed line that began the catch."""
    lines = (same.files.change.before or "").split("\n")
    for number in range(catch.span.first_line, max(catch.span.first_line - 3, 0), -1):
        if re.search(r"\b(catch|except)\b", lines[number - 1]):
            return Span(path=catch.span.path, side=Side.BEFORE, first_line=number, last_line=number)
    return header(delta, catch.span, catch.detail)


RULE = Rule(
    __name__,
    __doc__,
    category=Category.OPERATIONS,
    severity=Severity.MEDIUM,
    confidence=Confidence.MEDIUM,
    only=("kafka-consumer", "kafka-producer"),
    compare=compare,
)
