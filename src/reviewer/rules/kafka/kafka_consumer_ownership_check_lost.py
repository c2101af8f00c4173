"""Nobody asks any more whether the partitions are still this member's.

A commit, a seek, a pause or a write no longer looks at the assignment, or at whether a rebalance is under way.

## What it catches

A test, a filter or a look-up of what is assigned, owned, revoked or being rebalanced that the change removes in front of a commit, seek, pause, resume or send of the same function.

## Why it hurts in production

Between the poll and this call a rebalance may have given the partition to another member. Its offset is then committed over the new owner's, or the call fails for all partitions
because of one that is gone; a pause or a seek of a partition that is not assigned throws and ends the loop.

## What to do

Ask at the last moment, and leave out what is not assigned any more: its records come to the new owner.

## What it cannot see

A client that refuses such partitions one by one; a caller that has asked already.

## Examples

### bad: everything that was read is committed
--- sink.go
 package sink
 import "github.com/confluentinc/confluent-kafka-go/v2/kafka"
 func (s *Sink) commit(batch Batch) error {
-    assigned, err := s.consumer.Assignment() // ! here
-    if err != nil {
-        return err
-    }
-    _, err = s.consumer.CommitOffsets(batch.offsetsOf(assigned))
+    _, err := s.consumer.CommitOffsets(batch.offsets())
     return err
 }

### bad: a pause during a rebalance
--- queue.ts
 import * as Kafka from 'node-rdkafka'
 export class TaskQueue {
   defer(task: Task) {
     this.waiting.push(task)
-    this.consumers.filter((consumer) => !consumer.rebalancing).forEach((consumer) => consumer.pause()) // ! here
+    this.consumers.forEach((consumer) => consumer.pause())
   }
 }

### good: asked in another way
--- sink.go
 package sink
 import "github.com/confluentinc/confluent-kafka-go/v2/kafka"
 func (s *Sink) commit(batch Batch) error {
-    assigned, err := s.consumer.Assignment()
-    if err != nil {
-        return err
-    }
-    _, err = s.consumer.CommitOffsets(batch.offsetsOf(assigned))
+    _, err := s.consumer.CommitOffsets(batch.only(s.ownedPartitions()))
     return err
 }

### good: a log line about the assignment
--- sink.go
 package sink
 import "github.com/confluentinc/confluent-kafka-go/v2/kafka"
 func (s *Sink) commit(batch Batch) error {
-    if len(s.assigned) > 10 {
-        s.logger.Info("many partitions")
-    }
     _, err := s.consumer.CommitOffsets(batch.offsets())
     return err
 }

## References

- https://kafka.apache.org/40/javadoc/org/apache/kafka/clients/consumer/ConsumerRebalanceListener.html
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from reviewer.core.finding import Category, Confidence, Severity
from reviewer.core.span import Span
from reviewer.facts.delta import Delta
from reviewer.facts.gone import header
from reviewer.facts.same_functions import Body, SameFunction
from reviewer.facts.streaming.flow import is_noise
from reviewer.facts.streaming.protections import written
from reviewer.facts.syntax import Block, BlockKind, Call, JumpKind
from reviewer.rules.checks.stream_work import work_of
from reviewer.rules.checks.words import Words
from reviewer.rules.rule import Hit, Rule
from reviewer.rules.support import short

_OWNED = re.compile(
    r"(?i)assign(?!ee|or|able)|owned|\bowns?(?![a-z])|ownership|revok|rebalanc(?!er)|generation_?id|is_?lost|fenced"
)
_ASKS = re.compile(
    r"(?i)_*(get|current|list|fetch)?_*(assignments?|(assigned|owned)\w*|is_?(assigned|owned|owner|rebalancing|revoked)\w*)$"
)
_FILTERS = re.compile(r"(?i)_*(filter|where|retain|retain_?all|take_?while|partition|select|find_?all)$")
_MOVES = re.compile(r"(?i)_*(pause|resume|seek)(_?(partitions?|to_?\w+))?$")
_COMMITS = Words(
    "{asked} is gone from {name}(): {effect} no longer leaves out partitions that were taken away.",
    (
        "Records of a partition are done here, and a rebalance gives the partition to another member before {effect}.",
        "{effect} takes its offset along, as if the partition were still assigned.",
        "The commit fails for the others too, or sets the new owner's position back -> records are processed a second time.",
    ),
    "Keep {asked}, and leave out what is not assigned any more.",
)
_OTHERS = Words(
    "{asked} is gone from {name}(): {effect} is also called for partitions, or at a time, that it was kept from.",
    (
        "A rebalance takes partitions away while {name}() is on its way to {effect}.",
        "Nothing asks for it any more, and {effect} is called in the middle of it.",
        "It fails, or acts on partitions of another member -> the loop ends, or records are handled out of turn or twice.",
    ),
    "Keep {asked} in front of {effect}.",
)


def compare(delta: Delta) -> Iterator[Hit]:
    """Functions that asked for the assignment before they moved something, and do so no more."""
    for same in delta.same_functions():
        if _OWNED.search(same.name) or any(True for _ in _asked(same.now)) or any(map(_reads, same.now.calls)):
            continue
        found = next(_asked(same.was), None)
        if found is None or same.has_fresh(_OWNED):
            continue
        text, span, behind = found
        line = header(delta, span, text) if text.startswith("if ") else same.removed(span)
        effect = next(_moved(same, behind), None)
        if line is None or effect is None or not same.files.touches(line):
            continue
        what, call = effect
        commits = what == "commit"
        words = _COMMITS if commits else _OTHERS
        yield words.hit(
            f"{same.qualified}/{call.name} unasked", line, asked=f"`{short(text.removeprefix('if '))}`", name=same.name, effect=f"`{written(call)}`",
            group=f"{line.path}/unasked", category=None if commits else Category.OPERATIONS,
        )  # fmt: skip


def _reads(call: Call) -> bool:
    """Whether a call is given, or made on, what is assigned."""
    return any(_OWNED.search(text) for text in (call.receiver, call.name, *(a.value.text for a in call.arguments))) and not is_noise(call)  # fmt: skip


def _asked(body: Body) -> Iterator[tuple[str, Span, int]]:
    """What a body asks about the assignment: as written, where, and from which call on it holds."""
    for call in body.calls:
        given = next((a.value.text for a in call.arguments if _OWNED.search(a.value.text)), None)
        if _ASKS.match(call.name) and not is_noise(call) and not call.is_construction:
            yield written(call), call.name_span, call.index
        elif _FILTERS.match(call.name) and given is not None:
            yield short(given, 50), call.name_span, call.index
    for block in body.blocks:
        if block.kind is BlockKind.CONDITIONAL and _OWNED.search(block.detail) and _decides(body, block):
            yield f"if {block.detail}", block.span, -1


def _decides(body: Body, block: Block) -> bool:
    """Whether a branch leaves, or does something for a stream."""
    leaves = any(j.blocks[-1:] == (block.index,) and j.kind is not JumpKind.YIELD for j in body.jumps)
    return leaves or any(block.index in call.blocks for _, call in _done(body))


def _done(body: Body) -> Iterator[tuple[str, Call]]:
    yield from (found for found in work_of(body) if found[0] in ("commit", "send"))
    yield from (("move", call) for call in body.calls if _MOVES.match(call.name) and call.receiver)


def _moved(same: SameFunction, behind: int) -> Iterator[tuple[str, Call]]:
    """What was done behind the question, and still is."""
    before = {call.name for _, call in _done(same.was) if call.index > behind}
    yield from ((what, call) for what, call in _done(same.now) if call.name in before)


RULE = Rule(
    __name__,
    __doc__,
    category=Category.DUPLICATES,
    severity=Severity.MEDIUM,
    confidence=Confidence.MEDIUM,
    only=("kafka-consumer",),
    compare=compare,
)
