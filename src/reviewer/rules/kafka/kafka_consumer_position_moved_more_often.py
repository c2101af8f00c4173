"""The position of a consumer is moved or committed in cases in which it was left alone.

A part of the condition around a seek, a commit, a pause or a resume is gone.

## What it catches

In Java, Kotlin and Scala: `if (strategy == LATEST && firstDeployment)` around `seekToEnd` that asks for `strategy == LATEST` only; the same around commits, `pause` and `resume`; and `a == null || b == null`
in front of a seek that no longer asks for the unset offset which it uses.

## Why it hurts in production

Such a part was mostly added after an incident: it tells a first start from a restart, an idle partition from one with work under way. Without it each restart of a worker jumps to the end of the topic, or
a commit goes past records that are still in work, and nothing fails.

## What to do

Keep the part, or show in the code that the case cannot come up any more.

## What it cannot see

That the part always held.

## Examples

### bad: each restart seeks to the end
--- Starter.java
 import org.apache.kafka.clients.consumer.Consumer;
 import org.apache.kafka.common.TopicPartition;
 class Starter {
   void begin(Consumer<String, String> consumer, TopicPartition partition, Start start, boolean firstDeployment) {
-    if (start == Start.LATEST && firstDeployment) { // ! here
+    if (start == Start.LATEST) {
       consumer.seekToEnd(List.of(partition));
     }
   }
 }

### bad: a commit goes past work under way
--- Loop.kt
 import org.apache.kafka.clients.consumer.KafkaConsumer
 class Loop(private val consumer: KafkaConsumer<String, String>, private val work: Work) {
     fun turn(now: Long) {
         consumer.poll(timeout).forEach { work.start(it) }
-        if (now > nextCommit && work.isIdle()) { // ! here
+        if (now > nextCommit) {
             consumer.commitSync()
         }
     }
 }

### good: the part stands in an `if` of its own
--- Starter.java
 import org.apache.kafka.clients.consumer.Consumer;
 import org.apache.kafka.common.TopicPartition;
 class Starter {
   void begin(Consumer<String, String> consumer, TopicPartition partition, Start start, boolean firstDeployment) {
-    if (start == Start.LATEST && firstDeployment) {
-      consumer.seekToEnd(List.of(partition));
+    if (!firstDeployment) return;
+    if (start == Start.LATEST) {
+      consumer.seekToEnd(List.of(partition));
     }
   }
 }

### good: what is logged changes
--- Loop.kt
 import org.apache.kafka.clients.consumer.KafkaConsumer
 class Loop(private val consumer: KafkaConsumer<String, String>, private val work: Work) {
     fun turn(now: Long) {
         consumer.poll(timeout).forEach { work.start(it) }
-        if (verbose && work.isIdle()) {
+        if (verbose) {
             log.info("idle")
         }
         consumer.commitSync()
     }
 }

## References

- https://kafka.apache.org/40/javadoc/org/apache/kafka/clients/consumer/KafkaConsumer.html
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from reviewer.core.finding import Category, Confidence, Severity
from reviewer.facts.delta import Delta
from reviewer.facts.streaming.model import Operation, Role
from reviewer.facts.streaming.protections import NOTHING, qualified, written
from reviewer.rules.checks.narrowed import Narrowed, narrowed
from reviewer.rules.checks.words import Words
from reviewer.rules.rule import Hit, Rule
from reviewer.rules.support import short

_MESSAGE = "`{part}` is gone from the condition around `{call}`: {function}() does it in cases in which it did not."
_FIX = "Keep `{part}` in the condition."
_SEEK = Words(
    _MESSAGE,
    (
        "A partition comes back after a restart or a rebalance, with a position that the group had reached.",
        "`{part}` does not hold, which kept `{call}` from being called; now it is called.",
        "The position jumps -> the records between are never read, or read a second time.",
    ),
    _FIX,
)
_COMMIT = Words(
    _MESSAGE,
    (
        "Records are read, and some of them are not done.",
        "`{part}` does not hold, which held `{call}` back; now it is called.",
        "The process is killed behind the commit -> what was not done is never processed.",
    ),
    _FIX,
)
_FLOW = Words(
    _MESSAGE,
    (
        "Partitions are paused, or read, for a reason of their own.",
        "`{part}` does not hold, which kept `{call}` from being called; now it is called.",
        "Partitions run although they were held on purpose, or stand still with nobody to resume them -> work piles up, or records wait while everything looks healthy.",
    ),
    _FIX,
)
_UNSET = Words(
    "`{part}` is no longer asked in front of `{call}`: an offset that is not set reaches it.",
    (
        "There is an entry for the partition, but no offset in it: it was reset, or never stored.",
        "{function}() goes on to `{call}` with null.",
        "It throws at each start -> the partition is not read until somebody puts the entry right.",
    ),
    "Keep `{part}`, and leave the position alone when there is no offset.",
)
_WORDS = {
    Role.SEEK: (_SEEK, Category.DATA_LOSS), Role.COMMIT: (_COMMIT, Category.DATA_LOSS), Role.PAUSE: (_FLOW, Category.OPERATIONS),
    Role.RESUME: (_FLOW, Category.OPERATIONS),
}  # fmt: skip


def compare(delta: Delta) -> Iterator[Hit]:
    """Conditions around what moves, commits or holds a position that ask for less."""
    told: set[tuple[str, str, str]] = set()
    for found in narrowed(delta):
        effect = _effect(found)
        if effect is None or (found.function, found.part, effect.role) in told:
            continue
        told.add((found.function, found.part, effect.role))
        words, category = _WORDS[effect.role] if found.is_and else (_UNSET, Category.OPERATIONS)
        yield words.hit(
            f"{found.function}/{short(found.part)} around {effect.role.value}", found.span, part=short(found.part), call=written(effect.call),
            function=found.function.rpartition(".")[2], category=category,
        )  # fmt: skip


def _effect(found: Narrowed) -> Operation | None:
    """What the condition stands around, before and after; for an unset offset, what uses it behind."""
    after, before = found.files.after, found.files.before
    assert after is not None and before is not None
    if not found.is_and:
        return _use(found) if NOTHING.search(found.part) else None
    known = {(o.role, o.call.name) for o in before.operations if found.was.index in o.call.blocks}
    for operation in after.operations_of(*_WORDS):
        inside = found.now.index in operation.call.blocks
        if inside and operation.client != "producer" and (operation.role, operation.call.name) in known:
            return operation
    return None


def _use(found: Narrowed) -> Operation | None:
    """The seek that is given what the part asked for."""
    after = found.files.after
    assert after is not None
    asked = re.sub(r"\s|[!=]=|\bnull\b|[()]", "", found.part)
    for operation in after.operations_of(Role.SEEK):
        mine = qualified(after, operation.call.function) == found.function
        if mine and asked and any(asked in re.sub(r"[\s()]", "", a.value.text) for a in operation.call.arguments):
            return operation
    return None


RULE = Rule(
    __name__,
    __doc__,
    category=Category.DATA_LOSS,
    severity=Severity.HIGH,
    confidence=Confidence.MEDIUM,
    only=("kafka-consumer",),
    compare=compare,
)
