"""The record exactly at the bound is on the other side now.

A comparison of offsets, positions or times includes what it left out, or a step of one is gone.

## What it catches

`>` that becomes `>=` (or the other way round), and `+ 1` or `- 1` that comes or goes, in a condition of one function whose sides are otherwise as they were, where one side is an offset, a position, a
sequence number, a watermark or a high-water mark.

## Why it hurts in production

An offset that is committed names the next record, one that is stored with a record names the record itself, an end offset names a record that does not exist yet. One off, and the
record at the bound is handled twice after every restart, or never, or a reader waits for a record that never comes.

## What to do

Say in a comment which of the two it is, and test with a topic of exactly one record.

## What it cannot see

That the old comparison was the wrong one.

## Examples

### bad: the last known record again
--- handler.go
 package handler
 import "github.com/IBM/sarama"
 func (h *Handler) handle(session sarama.ConsumerGroupSession, msg *sarama.ConsumerMessage) {
-    if msg.Offset <= h.lastOffset {
+    if msg.Offset < h.lastOffset { // ! here
         return
     }
     h.apply(msg)
     session.MarkMessage(msg, "")
 }

### bad: ready one record too early
--- reader.py
 from confluent_kafka import Consumer

 class Reader:
     def is_ready(self, end_offset: int) -> bool:
-        if self.offset >= end_offset - 1:
+        if self.offset >= end_offset: # ! here
             return True
         return self.consumer.position(self.partitions) is None

### good: the sides change their places
--- handler.go
 package handler
 import "github.com/IBM/sarama"
 func (h *Handler) handle(session sarama.ConsumerGroupSession, msg *sarama.ConsumerMessage) {
-    if msg.Offset <= h.lastOffset {
+    if h.lastOffset >= msg.Offset {
         return
     }
     h.apply(msg)
     session.MarkMessage(msg, "")
 }

### good: a size, and what is compared is another thing
--- handler.go
 package handler
 import "github.com/IBM/sarama"
 func (h *Handler) handle(session sarama.ConsumerGroupSession, msg *sarama.ConsumerMessage) {
-    if len(h.batch) > h.limit {
+    if len(h.batch) >= h.limit {
         h.flush()
     }
-    if msg.Offset <= h.lastOffset {
+    if msg.Offset < h.nextOffset {
         return
     }
     session.MarkMessage(msg, "")
 }

## References

- https://kafka.apache.org/40/javadoc/org/apache/kafka/clients/consumer/KafkaConsumer.html
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from reviewer.core.finding import Category, Confidence, Severity
from reviewer.core.span import Side, Span
from reviewer.facts.delta import Delta
from reviewer.facts.same_functions import SameFunction
from reviewer.facts.syntax import Block, BlockKind
from reviewer.rules.checks.words import Words
from reviewer.rules.rule import Hit, Rule
from reviewer.rules.support import short, squash

_OFFSET = re.compile(r"(?i)offset|watermark|position|sequence|\bseq(no|num)?\b|high_?water|epoch(?!_?(ms|sec|milli))")
_SIZE = re.compile(
    r"(?i)len\(|size|count|length|limit|capacity|max_|buffer|pos\b|\bi\b|index|\.time\b|0(?![\w.])|-1(?!\w)"
)
_COMPARES = re.compile(r"(?<![-=<>])(<=|>=|<|>)(?![-<>=])")
_TURNED = {"<": "<=", "<=": "<", ">": ">=", ">=": ">"}
_STEP = re.compile(r"(?:\+|-)1(?![\w.])")
_WORDS = Words(
    "`{old}` is now `{new}`: the record exactly at the bound is on the other side.",
    (
        "{name}() comes to the record exactly at the bound.",
        "`{old}` decided it one way, `{new}` decides it the other way.",
        "It is handled a second time after every restart, or never, or who waits for it waits for ever.",
    ),
    "Compare as before, `{old}`, unless every place that stores this position changes with it.",
)


def compare(delta: Delta) -> Iterator[Hit]:
    """Comparisons of offsets of which only the bound changed."""
    for same in delta.same_functions():
        old, new = _comparisons(same.was.blocks), _comparisons(same.now.blocks)
        lost, come = ([c for c in one if c not in other] for one, other in ((old, new), (new, old)))
        if len(old) != len(new) or len(lost) != 1 or len(come) != 1:
            continue  # several at once are a change of what is stored
        was, now = lost[0], come[0]
        if _is_off_by_one(was, now) and _OFFSET.search(now) and not _SIZE.search(was) and not _SIZE.search(now):
            span = _line(same, new[now])
            if span is not None:
                yield _WORDS.hit(
                    f"{same.qualified}/{squash(was)}", span, old=short(was), new=short(now), name=same.name
                )


def _comparisons(blocks: Sequence[Block]) -> dict[str, Block]:
    """The comparisons of the conditions of a function, as written."""
    found: dict[str, Block] = {}
    for block in blocks:
        if block.kind in (BlockKind.CONDITIONAL, BlockKind.LOOP):
            for part in re.split(r"&&|\|\||\band\b|\bor\b|;", block.detail):
                text = part.strip()
                if len(_COMPARES.findall(text)) == 1:
                    found.setdefault(text, block)
    return found


def _is_off_by_one(old: str, new: str) -> bool:
    first, last = squash(old), squash(new)
    signs = _COMPARES.findall(first), _COMPARES.findall(last)
    if len(signs[0]) != 1 or len(signs[1]) != 1:
        return False  # `a < -b` without its blanks
    turned = _TURNED[signs[0][0]] == signs[1][0] and _COMPARES.sub("@", first) == _COMPARES.sub("@", last)
    stepped = signs[0] == signs[1] and first != last and _STEP.sub("", first) == _STEP.sub("", last)
    return turned or stepped


def _line(same: SameFunction, block: Block) -> Span | None:
    """The line that the comparison begins on, where the change brings it."""
    change = same.files.change
    for number in range(block.span.first_line, max(block.span.first_line - 6, 0), -1):
        if change.touches(Side.AFTER, number, number):
            return Span(path=block.span.path, side=Side.AFTER, first_line=number, last_line=number)
    return None


RULE = Rule(
    __name__,
    __doc__,
    category=Category.DUPLICATES,
    severity=Severity.MEDIUM,
    confidence=Confidence.MEDIUM,
    only=("kafka-consumer",),
    compare=compare,
)
