"""A rebalance that changes nothing makes everything start again.

The question that kept a consumer from subscribing, assigning or starting anew for nothing is gone.

## What it catches

A branch that left before a `subscribe`, because the topics are those that are subscribed already or there are none; one that left a callback for assigned or
revoked partitions because there are none in it.

## Why it hurts in production

Subscribing makes the member leave and join again, also with the same topics: done by a timer on each replica, the group never stops rebalancing, and commits are refused
meanwhile. A member without partitions is normal where there are more members than partitions: work that starts for it has nothing to do and fails, or stops what is running.

## What to do

Keep the question, and compare sorted topics.

## What it cannot see

A client that compares them itself.

## Examples

### bad: subscribed anew each interval
--- topics.go
 package sink
 import "github.com/confluentinc/confluent-kafka-go/v2/kafka"
 func (s *Sink) refresh(topics []string) error {
-    if slices.Equal(topics, s.subscribed) { // ! here
-        return nil
-    }
     return s.consumer.SubscribeTopics(topics, s.rebalance)
 }

### bad: no partitions, and the handlers start
--- src/context.rs
 use rdkafka::consumer::{BaseConsumer, ConsumerContext, Rebalance};
 impl ConsumerContext for Context {
     fn pre_rebalance(&self, _: &BaseConsumer<Self>, rebalance: &Rebalance) {
         if let Rebalance::Assign(tpl) = rebalance {
-            if tpl.count() == 0 { // ! here
-                return;
-            }
             self.events.send(Event::Assign(topics_of(tpl))).unwrap();
         }
     }
 }

### good: asked the other way round
--- topics.go
 package sink
 import "github.com/confluentinc/confluent-kafka-go/v2/kafka"
 func (s *Sink) refresh(topics []string) error {
-    if slices.Equal(topics, s.subscribed) {
-        return nil
-    }
-    return s.consumer.SubscribeTopics(topics, s.rebalance)
+    if !slices.Equal(topics, s.subscribed) {
+        return s.consumer.SubscribeTopics(topics, s.rebalance)
+    }
+    return nil
 }

### good: another question in front of it
--- topics.go
 package sink
 import "github.com/confluentinc/confluent-kafka-go/v2/kafka"
 func (s *Sink) refresh(topics []string) error {
-    if s.logger == nil {
-        return errors.New("no logger")
-    }
     return s.consumer.SubscribeTopics(topics, s.rebalance)
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
from reviewer.facts.gone import header
from reviewer.facts.same_functions import SameFunction
from reviewer.facts.streaming.protections import read_names, written
from reviewer.facts.syntax import Block, BlockKind, Call, JumpKind
from reviewer.rules.checks.words import Words
from reviewer.rules.rule import Hit, Rule
from reviewer.rules.support import short, squash

_SUBSCRIBES = re.compile(r"(?i)_*(re_?)?(subscribe(_?topics)?|consume_?topics)(_?async)?$")
_SAME = re.compile(r"(?i)equal|same|unchanged|subscri|diff|already|topics?\b.*==.*topics?\b")
_EMPTY = re.compile(r"(?i)(len|count|size|length|is_?empty|any|none)\b.*|not\s+\w+$|^!\w+$")
_CALLBACK = re.compile(r"(?i)rebalanc|assigned|revoked|on_?assign|on_?revoke|on_?lost|partitions_?lost")
_PARTITIONS = re.compile(r"(?i)partition|\btpl?s?\b|assigned|revoked|assignment")
_AGAIN = Words(
    "`{test}` is no longer asked: {call} is called although nothing changed.",
    (
        "{name}() runs again, by a timer or an event, with the topics that are subscribed already.",
        "{call} makes the member leave its group and join again.",
        "Every replica does so -> the group rebalances without end, commits are refused, and records are processed again.",
    ),
    "Keep the question in front of {call}.",
)
_NOTHING = Words(
    "`{test}` is no longer asked in {name}(): {call} also runs for a rebalance that gives or takes no partition.",
    (
        "There are more members than partitions, or a rebalance leaves this one as it was: the list is empty.",
        "{name}() goes on all the same, up to {call}.",
        "Work starts or stops without a partition -> it fails on the empty list, or what is running is interrupted and done again.",
    ),
    "Leave {name}() when there is no partition, as before.",
)


def compare(delta: Delta) -> Iterator[Hit]:
    """Branches that left in front of a subscription, or of a rebalance's work, and are gone."""
    for same in delta.same_functions():
        for block in same.was.blocks:
            if block.kind is not BlockKind.CONDITIONAL or not _leaves(same, block) or _is_asked(same, block):
                continue
            line = header(delta, block.span, block.detail)
            found = _behind(same, block) if same.files.touches(line) else None
            if found is not None:
                words, call = found
                yield words.hit(f"{same.qualified}/{call.name} unguarded", _first(same, block, line), test=short(block.detail), call=f"{written(call)}", name=same.name)  # fmt: skip
                break


def _first(same: SameFunction, block: Block, line: Span) -> Span:
    """The look-up that the branch read, where it goes with it; else the branch."""
    names = set(re.findall(r"\w+", block.detail))
    for call in same.was.calls:
        asked = call.result_name is not None and not names.isdisjoint(re.findall(r"\w+", call.result_name))
        removed = same.removed(call.name_span) if asked and call.span.first_line < line.first_line else None
        if removed is not None:
            return removed
    return line


def _leaves(same: SameFunction, block: Block) -> bool:
    return any(j.blocks[-1:] == (block.index,) and j.kind is JumpKind.RETURN for j in same.was.jumps)


def _is_asked(same: SameFunction, block: Block) -> bool:
    """Whether a condition of as many names stands there still, or a new one does."""
    names = set(read_names(block.detail).split())
    old = {squash(b.detail) for b in same.was.blocks}
    return any(
        squash(b.detail) == squash(block.detail) or names <= set(read_names(b.detail).split()) or (b.detail and squash(b.detail) not in old)
        for b in same.now.blocks
        if b.kind is BlockKind.CONDITIONAL
    )  # fmt: skip


def _behind(same: SameFunction, block: Block) -> tuple[Words, Call] | None:
    """What the branch kept from being done, where it still is."""
    before = {c.name for c in same.was.calls if c.span.first_line > block.span.last_line}
    rest = [c for c in same.now.calls if c.name in before]
    subscribes = next((c for c in rest if _SUBSCRIBES.match(c.name)), None)
    if subscribes is not None and _SAME.search(block.detail):
        return _AGAIN, subscribes
    if _CALLBACK.search(same.name) and _EMPTY.search(block.detail) and _PARTITIONS.search(block.detail):
        call = next((c for c in rest if c.receiver and re.search(r"(?i)send|start|notify|emit|handle|seek|restore|create|spawn|resume|run", c.name)), None)  # fmt: skip
        return (_NOTHING, call) if call is not None else None
    return None


RULE = Rule(
    __name__,
    __doc__,
    category=Category.OPERATIONS,
    severity=Severity.MEDIUM,
    confidence=Confidence.MEDIUM,
    only=("kafka-consumer",),
    compare=compare,
)
