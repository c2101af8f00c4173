"""A failed write looks like success to who commits.

The failure of a write, a send or of the handling itself went up to the caller, and ends here now.

## What it catches

A catch, or the branch of an error, around a call that stores, sends or handles records, which threw or returned the error before the change, and only tells it now while the function goes on.

## Why it hurts in production

Whoever calls the function takes its return for success and commits. While a database or a broker is away each record fails, is told to the log, and is counted as done: a hole in the data
that nobody notices until someone counts.

## What to do

Return or throw the error, or give the record to something that keeps it, and wait for that.

## What it cannot see

A record that may be lost; a caller that asks for the outcome in another way.

## Examples

### bad: the insert
--- sink.go
 package sink
 import "github.com/confluentinc/confluent-kafka-go/v2/kafka"
 func (s *Sink) flush(batch []*kafka.Message) error {
     if err := s.store.Insert(batch); err != nil {
         s.logger.Error("not stored", "err", err)
-        return fmt.Errorf("insert: %w", err) // ! here
     }
     s.buffer.Reset()
     return nil
 }

### bad: Python, the handler
--- worker.py
 from confluent_kafka import Consumer

 class Worker:
     def process_one(self, msg):
         try:
             self.sink.write(msg.value())
         except SinkError as error:
             log.error("not written: %s", error)
-            raise # ! here
         self.count += 1

### good: parked and waited for
--- worker.py
 from confluent_kafka import Consumer

 class Worker:
     def process_one(self, msg):
         try:
             self.sink.write(msg.value())
         except SinkError as error:
             log.error("not written: %s", error)
-            raise
+            self.dead_letters.put(msg)
         self.count += 1

### good: a cache
--- worker.py
 from confluent_kafka import Consumer

 class Worker:
     def process_one(self, msg):
         try:
             self.cache.put(msg.value())
         except CacheError as error:
             log.error("not cached: %s", error)
-            raise
         self.count += 1

## References

- https://kafka.apache.org/documentation/#semantics
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from reviewer.core.finding import Category, Confidence, Severity
from reviewer.core.span import Span
from reviewer.facts.delta import Delta
from reviewer.facts.same_functions import Body, SameFunction
from reviewer.facts.streaming.flow import is_noise
from reviewer.facts.streaming.protections import written
from reviewer.facts.syntax import Block, BlockKind, Call, Jump, JumpKind
from reviewer.rules.checks.stream_work import ENDING
from reviewer.rules.checks.words import Words
from reviewer.rules.rule import Hit, Rule

_WORK = re.compile(
    r"(?i)_*(do_?|try_?|bulk_?|batch_?)?(write|insert|upsert|save|store|persist|send|produce|publish|put|process|handle|apply|exec(ute)?|index|upload|deliver|dispatch|forward|append|ingest|emit)(?!r\b|rs\b|or\b|ing\b|able|d\b)"
)
_OTHERS = re.compile(
    r"(?i)cache|metric|trac|span|log|stat|telemetry|audit|notif|heartbeat|health|progress|session|lock|header|response|context|ctx"
)
_WORDS = Words(
    "A failure of {call} is only told in {name}(): its caller takes it for success.",
    (
        "{call} fails: the database or the broker is away for a moment.",
        "{name}() tells it and goes on; its caller hears of no failure.",
        "The offset is committed as if the records were written -> they are lost, and nothing reads them again.",
    ),
    "Give the error of {call} to the caller, or keep the records somewhere and wait for that.",
)


def compare(delta: Delta) -> Iterator[Hit]:
    """Branches of failures out of which the error does not go up any more."""
    for same in delta.same_functions():
        handled = any(
            h.span.contains(same.now.function.span) or same.now.function.span.contains(h.span)
            for h in same.now.file.handlings
        )
        if handled or ENDING.fullmatch(same.name):
            continue  # a handling's own catches are read without a change
        for block in same.was.blocks:
            gone = _gone(same, block) if block.kind is BlockKind.CATCH else None
            if gone is not None:
                call, line = gone
                yield _WORDS.hit(f"{same.qualified}/{call.name} told", line, call=f"`{written(call)}`", name=same.name)
                break


def _gone(same: SameFunction, block: Block) -> tuple[Call, Span] | None:
    """The call whose error went up out of a branch, and the removed line that gave it on."""
    up = _goes_up(same.was, block)
    now = _same_branch(same, block) if up is not None else None
    if up is None or now is None or _goes_up(same.now, now) is not None or _does_something(same.now, now):
        return None
    call, line = _tried(same.now, now), same.removed(up.span)
    return (call, line) if call is not None and line is not None and not _is_kept(same, now) else None


def _same_branch(same: SameFunction, block: Block) -> Block | None:
    old, new = ([b for b in body.blocks if b.kind is BlockKind.CATCH] for body in (same.was, same.now))
    return new[old.index(block)] if len(old) == len(new) and new[old.index(block)].detail == block.detail else None


def _goes_up(body: Body, block: Block) -> Jump | None:
    for jump in body.jumps:
        error = jump.kind is JumpKind.THROW or (
            jump.kind is JumpKind.RETURN and re.search(r"(?i)err|fail|exception", jump.text)
        )
        if error and block.index in jump.blocks:
            return jump
    return None


def _does_something(body: Body, block: Block) -> bool:
    """Whether the branch leaves at all, or does more than to tell."""
    leaves = any(block.index in j.blocks for j in body.jumps)
    return leaves or any(block.index in c.blocks and not is_noise(c) and not c.name[:1].isupper() for c in body.calls)


def _tried(body: Body, block: Block) -> Call | None:
    found = [
        c
        for c in body.calls
        if block.owner in c.blocks
        and _WORK.match(c.name)
        and c.receiver
        and not _OTHERS.search(f"{c.receiver} {c.name}")
    ]
    return found[-1] if found else None


def _is_kept(same: SameFunction, block: Block) -> bool:
    """Whether the branch keeps the failure in a variable that the function returns or asks."""
    kept = {a.target for a in same.now.assignments if block.index in a.blocks}
    texts = [j.text for j in same.now.jumps] + [b.detail for b in same.now.blocks]
    return bool(kept) and any(
        re.search(rf"\b{re.escape(name.rpartition('.')[2])}\b", text) for name in kept for text in texts
    )


RULE = Rule(
    __name__,
    __doc__,
    category=Category.DATA_LOSS,
    severity=Severity.MEDIUM,
    confidence=Confidence.MEDIUM,
    only=("kafka-consumer", "kafka-producer"),
    compare=compare,
)
