"""More records are skipped than before.

A condition that skips records asks for less: a part that kept some of them is gone.

## What it catches

`if a and b: continue` (or `return`) that becomes `if a: continue` in code that is handed records, where nothing else asks for `b`.

## Why it hurts in production

The records for which `b` does not hold were handled. They are skipped now without an error, and the next commit covers them: nothing reads them again.

## What to do

Keep the part of the condition, or handle these records before.

## What it cannot see

That no such record comes any more.

## Examples

### bad: one of two topics is not handled any more
--- app.py
 from confluent_kafka import Consumer

 def run(consumer: Consumer, config):
     while True:
         msg = consumer.poll(1.0)
-        if not is_ours(msg) and msg.topic() != config.validation_topic:
+        if not is_ours(msg): # ! here
             continue
         handle(msg)

### bad: retries are skipped like all others
--- handler.go
 package handler
 import "github.com/IBM/sarama"
 func (h *Handler) ConsumeClaim(session sarama.ConsumerGroupSession, claim sarama.ConsumerGroupClaim) error {
     for msg := range claim.Messages() {
-        if msg.Timestamp.Before(h.start) && !isRetry(msg) {
+        if msg.Timestamp.Before(h.start) { // ! here
             continue
         }
         h.handle(msg)
         session.MarkMessage(msg, "")
     }
     return nil
 }

### good: the part moved in front
--- app.py
 from confluent_kafka import Consumer

 def run(consumer: Consumer, config):
     while True:
         msg = consumer.poll(1.0)
-        if not is_ours(msg) and msg.topic() != config.validation_topic:
+        if msg.topic() == config.validation_topic:
+            validate(msg)
+        if not is_ours(msg):
             continue
         handle(msg)

### good: less is skipped
--- app.py
 from confluent_kafka import Consumer

 def run(consumer: Consumer, config):
     while True:
         msg = consumer.poll(1.0)
-        if not is_ours(msg):
+        if not is_ours(msg) and msg.topic() != config.validation_topic:
             continue
         handle(msg)

## References

- https://kafka.apache.org/documentation/#semantics
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from reviewer.core.finding import Category, Confidence, Severity
from reviewer.core.span import Side, Span
from reviewer.facts.delta import Delta
from reviewer.facts.same_functions import Body, SameFunction
from reviewer.facts.streaming.flow import is_noise
from reviewer.facts.streaming.protections import NOTHING, read_names
from reviewer.facts.syntax import Block, BlockKind, JumpKind
from reviewer.rules.checks.words import Words
from reviewer.rules.rule import Hit, Rule
from reviewer.rules.support import short, squash

_SKIPS = (JumpKind.CONTINUE, JumpKind.RETURN)
_RECORD = re.compile(r"(?i)\b(record|msg|message|event|envelope|m|e|evt)\b|(record|msg|message|event)s?\b")
_FAILED = re.compile(r"(?i)err|nil$|fail|debug|verbose|log")
_WORDS = Words(
    "`{part}` is no longer asked: every record with `{rest}` is skipped in {name}().",
    (
        "A record comes for which `{rest}` holds, and `{part}` does not.",
        "It was handled before; now {name}() skips it, without an error.",
        "The next commit covers it -> it is never handled, and nothing reads it again.",
    ),
    "Ask for `{part}` too, or handle these records in front of the condition.",
)


def compare(delta: Delta) -> Iterator[Hit]:
    """Conditions in front of a skip, of which a part is gone."""
    for same in delta.same_functions():
        for old in same.was.blocks:
            parts = _parts(old.detail)
            if len(parts) < 2 or not _is_skip(same.was, old) or _is_there(same.now, old):
                continue
            for new in same.now.blocks:
                rest = _parts(new.detail)
                lost = [part for part in parts if squash(part) not in map(squash, rest)]
                kept = [part for part in parts if squash(part) in map(squash, rest)]
                if not lost or not rest or len(kept) != len(rest) or not _is_skip(same.now, new):
                    continue
                span = _line(same, new)
                if _is_of_records(same, old) and not _is_asked(same.now, new, lost) and span is not None:
                    yield _WORDS.hit(
                        f"{same.qualified}/skips more", span, part=short(" and ".join(lost)), rest=short(" and ".join(rest)), name=same.name,
                    )  # fmt: skip
                break


def _parts(condition: str) -> list[str]:
    """The parts that must all hold; none where it is not that plain."""
    if re.search(r"\|\||\bor\b|\?", condition):
        return []
    return [part.strip() for part in re.split(r"&&|\band\b", condition) if part.strip()]


def _is_skip(body: Body, block: Block) -> bool:
    """Whether a branch does nothing but tell and go on with the next record."""
    jumps = [j for j in body.jumps if j.blocks[-1:] == (block.index,)]
    inside = [c for c in body.calls if block.index in c.blocks and not is_noise(c)]
    return (
        block.kind is BlockKind.CONDITIONAL and len(jumps) == 1 and jumps[0].kind in _SKIPS and jumps[0].text in ("", "nil", "None", "null") and not inside
    )  # fmt: skip


def _is_there(body: Body, block: Block) -> bool:
    return any(squash(b.detail) == squash(block.detail) for b in body.blocks)


def _is_of_records(same: SameFunction, block: Block) -> bool:
    """Whether it is asked of records: in a handling, or of what a function is given as one."""
    handled = any(
        h.span.contains(block.span) and h.records & set(re.findall(r"\w+", block.detail))
        for h in same.was.file.handlings
    )
    given = {p.name for p in same.was.function.parameters if _RECORD.search(p.name) or _RECORD.search(p.type)}
    names = set(re.findall(r"\w+", block.detail))
    return (handled or bool(given & names) or bool({"msg", "message", "record"} & names)) and not NOTHING.search(
        block.detail
    )


def _is_asked(body: Body, block: Block, lost: list[str]) -> bool:
    """Whether it is asked in front of the skip; what asks for it behind is not reached by these records any more."""
    names = {name for part in lost for name in read_names(part).split()}
    distinct = {n for n in names if len(n) > 2}
    texts = [b.detail for b in body.blocks if b.span.first_line <= block.span.last_line]
    return any(distinct and distinct <= set(read_names(text).split()) for text in texts) or any(
        map(_FAILED.search, lost)
    )


def _line(same: SameFunction, block: Block) -> Span | None:
    change = same.files.change
    lines = (change.after or "").split("\n")
    wanted = squash(block.detail)[:20]
    for number in range(block.span.first_line, max(block.span.first_line - 4, 0), -1):
        if wanted in squash("".join(lines[number - 1 : number + 1])) and change.touches(Side.AFTER, number, number):
            return Span(path=block.span.path, side=Side.AFTER, first_line=number, last_line=number)
    return None


RULE = Rule(
    __name__,
    __doc__,
    category=Category.DATA_LOSS,
    severity=Severity.MEDIUM,
    confidence=Confidence.MEDIUM,
    only=("kafka-consumer",),
    compare=compare,
)
