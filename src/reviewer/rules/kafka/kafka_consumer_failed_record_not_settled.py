"""A record that failed is dealt with, and its offset stays where it was.

In the branch of a failure the commit, the acknowledgement or the position is no longer moved.

## What it catches

In a catch, or the branch of an error, that hands the record on (to a retry, a dead letter, a table of errors), skips it or only logs it: the commit, the mark, the acknowledgement, or the assignment of the
position, that the change removes while the branch goes on as before and the way of success still does it.

## Why it hurts in production

What was handed on is read again: after a restart, or at once, it goes to the retry topic a second time. Where a position is compared with the end of the
topic to know that all is read, one unreadable record at the end keeps it from ever getting there.

## What to do

Settle the record in the branch too, behind what takes it over.

## What it cannot see

That a later commit covers the record; a framework that acknowledges by itself.

## Examples

### bad: handed to the retry and not committed
--- OrderConsumer.cs
 using Confluent.Kafka;
 class OrderConsumer
 {
     private readonly IConsumer<string, string> _consumer;
     async Task Run()
     {
         while (true)
         {
             var result = _consumer.Consume();
             try
             {
                 await Handle(result);
                 _consumer.Commit(result);
             }
             catch (Exception)
             {
                 await SendToRetry(result);
-                _consumer.Commit(result); // ! here
             }
         }
     }
 }

### bad: an unreadable record stops the position
--- reader.py
 from confluent_kafka import Consumer

 class Reader:
     def handle(self, consumer: Consumer):
         for msg in consumer.consume(100):
             try:
                 key = json.loads(msg.key())
             except ValueError:
-                self.offset = msg.offset() # ! here
                 log.warning("no JSON at %s", msg.offset())
                 continue
             self.apply(key, msg.value())
             self.offset = msg.offset()

### good: a commit behind the try covers both ways
--- reader.py
 from confluent_kafka import Consumer

 class Reader:
     def handle(self, consumer: Consumer):
         for msg in consumer.consume(100):
             try:
                 self.apply(msg.value())
             except ValueError:
                 self.retry(msg)
-                consumer.commit(msg)
             consumer.commit(msg)

### good: the failure is thrown now
--- reader.py
 from confluent_kafka import Consumer

 class Reader:
     def handle(self, consumer: Consumer):
         for msg in consumer.consume(100):
             try:
                 self.apply(msg.value())
                 consumer.commit(msg)
             except ValueError:
                 self.retry(msg)
-                consumer.commit(msg)
+                raise

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
from reviewer.facts.streaming.names import bare
from reviewer.facts.streaming.protections import written
from reviewer.facts.syntax import Assignment, Block, BlockKind, Call, JumpKind
from reviewer.rules.checks.stream_work import work_of
from reviewer.rules.checks.words import Words
from reviewer.rules.rule import Hit, Rule
from reviewer.rules.support import short

_TAKEN_OVER = re.compile(
    r"(?i)retry|retries|dead|dlq|dlt|park|quarantine|reject|error|fail|poison|invalid|send|publish|produce|store|save|write"
)
_POSITION = re.compile(r"(?i)offset|position|sequence")
_FAILED = re.compile(r"(?i)\berr(or)?\b.*(!=|!==|is not)\s*(nil|null|None|undefined)|\berr(or)?\b\s*$|fail|invalid")
_SETTLES = re.compile(r"(?i)commit|ack(?!age|end|off|ground|up)|mark|offset|settle|done|finish|complete")
_HANDED = Words(
    "{settled} is gone from the branch of the failure: what {taker} took over is read again.",
    (
        "A record fails in {name}(), and {taker} takes it over.",
        "Its offset is not committed: {settled} is gone from this branch.",
        "After a restart or a rebalance it is read again, and {taker} takes it over a second time -> it is retried and stored twice, for as long as nothing behind it is committed.",
    ),
    "Call {settled} behind {taker}, as before.",
)
_SKIPPED = Words(
    "{settled} is gone from the branch of the failure: the position stays in front of a record that is skipped.",
    (
        "A record can't be handled in {name}(); the branch skips it.",
        "The position stays where it was: {settled} is gone from this branch.",
        "When no good record follows, it never reaches the end of the topic, or the record is read again after a restart -> whoever waits for it waits for ever, or the same failure comes again.",
    ),
    "Keep {settled} in this branch.",
)


def compare(delta: Delta) -> Iterator[Hit]:
    """Branches of failures that settled their record, and do not any more."""
    for same in delta.same_functions():
        for block in _failures(same.was) if not same.has_fresh(_SETTLES) else ():
            now = _same_branch(same, block)
            if now is None:
                continue
            settled = next(_settled(same.was, block), None)
            line = same.removed(settled[1]) if settled is not None else None
            if settled is None or line is None or any(True for _ in _settled(same.now, now)):
                continue
            if _leaves_by_error(same.now, now) or not _is_settled_else(same, now, settled[2]) or _behind(same, now):
                continue
            taker = _taker(same, block, now)
            words = _HANDED if taker and settled[2] == "commit" else _SKIPPED
            yield words.hit(
                f"{same.qualified}/{settled[0]} failed", line, settled=f"`{settled[0]}`", name=same.name, taker=f"{taker}()",
                category=Category.DUPLICATES if words is _HANDED else None,
            )  # fmt: skip
            break


def _failures(body: Body) -> Iterator[Block]:
    for block in body.blocks:
        if block.kind is BlockKind.CATCH or (block.kind is BlockKind.CONDITIONAL and _FAILED.search(block.detail)):
            yield block


def _same_branch(same: SameFunction, block: Block) -> Block | None:
    """The branch after the change; branches that are written alike are told by their place among these."""
    old = [b for b in same.was.blocks if (b.kind, b.detail) == (block.kind, block.detail)]
    new = [b for b in same.now.blocks if (b.kind, b.detail) == (block.kind, block.detail)]
    return new[old.index(block)] if len(old) == len(new) else None


def _settled(body: Body, block: Block) -> Iterator[tuple[str, Span, str]]:
    """What a branch settles its record with: as written, where, and how."""
    for what, call in work_of(body):
        if what == "commit" and block.index in call.blocks:
            yield written(call), call.name_span, "commit"
    for assignment in body.assignments:
        if block.index in assignment.blocks and _moves(assignment):
            yield (
                f"{assignment.target} = {short(assignment.value.text if assignment.value else '', 40)}",
                assignment.span,
                bare(assignment.target),
            )


def _moves(assignment: Assignment) -> bool:
    """Whether a position of the object is set to that of a record."""
    value = assignment.value.text if assignment.value is not None else ""
    return not assignment.is_declaration and "." in assignment.target and all(map(_POSITION.search, (assignment.target, value)))  # fmt: skip


def _leaves_by_error(body: Body, block: Block) -> bool:
    """Whether the record comes again by itself: the branch throws, or gives the error back."""
    for jump in body.jumps:
        if block.index in jump.blocks and (jump.kind is JumpKind.THROW or (jump.kind is JumpKind.RETURN and re.search(r"(?i)err|fail|nack|reject", jump.text))):  # fmt: skip
            return True
    return any(block.index in c.blocks and re.search(r"(?i)seek|n_?ack|abort|panic|fatal|exit|stop|close|throw|raise", c.name) for c in body.calls if not is_noise(c))  # fmt: skip


def _is_settled_else(same: SameFunction, block: Block, how: str) -> bool:
    """Whether the way of success still settles: else nothing does, which is told as that."""
    if how == "commit":
        return any(what == "commit" and block.index not in call.blocks for what, call in work_of(same.now))
    return any(block.index not in a.blocks and bare(a.target) == how for a in same.now.assignments)


def _behind(same: SameFunction, block: Block) -> bool:
    """Whether the commit stands where both ways come by: behind the branch, which does not leave."""
    leaves = any(
        block.index in j.blocks and j.kind in (JumpKind.CONTINUE, JumpKind.RETURN, JumpKind.BREAK)
        for j in same.now.jumps
    )
    around = block.owner if block.kind is BlockKind.CATCH else None
    later = [
        call for what, call in work_of(same.now)
        if what == "commit" and call.span.first_line > block.span.last_line and (around is None or around not in call.blocks)
    ]  # fmt: skip
    return bool(later) and not leaves


def _taker(same: SameFunction, was: Block, now: Block) -> str:
    """What takes the record over in the branch, before and after the change."""
    names = {c.name for c in same.was.calls if was.index in c.blocks and not is_noise(c)}
    found: list[Call] = [
        c for c in same.now.calls if now.index in c.blocks and c.name in names and _TAKEN_OVER.search(c.name)
    ]
    return found[0].name if found else ""


RULE = Rule(
    __name__,
    __doc__,
    category=Category.OPERATIONS,
    severity=Severity.MEDIUM,
    confidence=Confidence.MEDIUM,
    only=("kafka-consumer",),
    compare=compare,
)
