"""A batch that breaks off early counts as done.

`eachBatch` leaves its loop before the end while `eachBatchAutoResolve` is on, which it is unless it is switched off.

## What it catches

A `break` or `return` in the loop over `batch.messages` of KafkaJS's (and confluent-kafka-javascript's) `eachBatch`, whose `run` does not say `eachBatchAutoResolve: false`.

## Why it hurts in production

When `eachBatch` returns without an error, auto resolve takes the last offset of the batch as done, whatever was resolved by hand. At every shutdown or
rebalance that comes in the middle of a batch the rest of it is never read.

## What to do

Say `eachBatchAutoResolve: false` and resolve each message after its work; or throw instead of leaving the loop.

## What it cannot see

Options that are put together elsewhere.

## Examples

### bad: the loop ends when the consumer stops
--- mails.ts
 import { Kafka } from "kafkajs";
 const consumer = new Kafka({ brokers: ["k:9092"] }).consumer({ groupId: "mails" });
 export const start = (send: (m: Buffer | null) => Promise<void>) =>
   consumer.run({
     eachBatch: async ({ batch, isRunning, heartbeat }) => {
       for (const message of batch.messages) {
+        if (!isRunning()) break; // ! here
         await send(message.value);
         await heartbeat();
       }
     },
   });

### bad: the option that made it safe is removed
--- mails.js
 const { Kafka } = require("kafkajs");
 const consumer = new Kafka({ brokers: ["k:9092"] }).consumer({ groupId: "mails" });
 module.exports = (send) =>
   consumer.run({
-    eachBatchAutoResolve: false, // ! here
     eachBatch: async ({ batch, resolveOffset, isRunning, isStale }) => {
       for (const message of batch.messages) {
         if (!isRunning() || isStale()) {
           return;
         }
         await send(message.value);
         resolveOffset(message.offset);
       }
     },
   });

### good: auto resolve is off
--- mails.ts
 import { Kafka } from "kafkajs";
 const consumer = new Kafka({ brokers: ["k:9092"] }).consumer({ groupId: "mails" });
 export const start = (send: (m: Buffer | null) => Promise<void>) =>
   consumer.run({
+    eachBatchAutoResolve: false,
-    eachBatch: async ({ batch }) => {
+    eachBatch: async ({ batch, isRunning, resolveOffset }) => {
       for (const message of batch.messages) {
+        if (!isRunning()) break;
         await send(message.value);
+        resolveOffset(message.offset);
       }
     },
   });

### good: a message is skipped, not the rest
--- mails.ts
 import { Kafka } from "kafkajs";
 const consumer = new Kafka({ brokers: ["k:9092"] }).consumer({ groupId: "mails" });
 export const start = (send: (m: Buffer | null) => Promise<void>) =>
   consumer.run({
     eachBatch: async ({ batch }) => {
       for (const message of batch.messages) {
+        if (!message.value) continue;
         await send(message.value);
       }
     },
   });

## References

- https://kafka.js.org/docs/consuming
"""

from __future__ import annotations

from collections.abc import Iterator

from reviewer.core.finding import Category, Confidence, Severity
from reviewer.core.span import Span
from reviewer.facts.delta import Delta
from reviewer.facts.streaming.model import FileFacts, Handling
from reviewer.facts.streaming.records import mentions
from reviewer.facts.syntax import BlockKind, Entry, ExpressionKind, Jump, JumpKind
from reviewer.rules.checks.words import Words
from reviewer.rules.rule import Hit, Rule

_LIBRARIES = frozenset({"kafkajs", "confluent-kafka-javascript"})
_OPTION = "eachBatchAutoResolve"
_WORDS = Words(
    "eachBatch leaves its loop early (`{exit}`) while eachBatchAutoResolve is on: the rest of the batch counts as done.",
    (
        "A batch of messages is half way through when the consumer stops, or the partition is taken away.",
        "`{exit}` ends the loop, and eachBatch returns without an error.",
        "Auto resolve marks the last offset of the batch, and it is committed -> the messages behind the break are never processed.",
    ),
    "Set `eachBatchAutoResolve: false` and call resolveOffset(message.offset) after the work on each message.",
)


def compare(delta: Delta) -> Iterator[Hit]:
    """Loops of eachBatch that end early under auto resolve, and did not before."""
    for files, before, after in delta.modified():
        known = {handling.name: (early, option) for handling, early, option in _early(before)}
        for handling, early, option in _early(after):
            was = known.get(handling.name)
            if _is_off(option) or (was is not None and not _is_off(was[1])):
                continue
            span: Span = early.span
            if was is not None and was[1] is not None and not files.touches(span):
                span = option.value.span if option is not None else was[1].value.span
            yield _hit(handling, early, span)
    for pair in delta.pairs():
        if pair.before is None and pair.after is not None:
            for handling, early, option in _early(pair.after):
                if not _is_off(option):
                    yield _hit(handling, early, early.span)


def _hit(handling: Handling, early: Jump, span: Span) -> Hit:
    return _WORDS.hit(f"{handling.name}/eachBatch ends early", span, exit=early.kind.value)


def _early(file: FileFacts) -> Iterator[tuple[Handling, Jump, Entry | None]]:
    """The callbacks for batches, with what leaves their loop first and the option as written."""
    for handling in file.handlings:
        if handling.kind != "callback" or handling.library not in _LIBRARIES or "batch" not in handling.records:
            continue
        known, option = _option(file, handling)
        early = next((jump for jump in file.syntax.jumps if _leaves(file, handling, jump)), None)
        if known and early is not None:
            yield handling, early, option


def _option(file: FileFacts, handling: Handling) -> tuple[bool, Entry | None]:
    """Whether the options are all there to be read, and the one that matters."""
    for call in file.syntax.calls:
        if call.name == "run" and call.span.contains(handling.span):
            entries = [entry for argument in call.arguments for entry in argument.value.entries]
            spread = any(entry.key is None for entry in entries)
            mine = [e for e in entries if e.key is not None and (e.key.literal or e.key.text) == _OPTION]
            return not spread and all(e.value.kind is ExpressionKind.BOOLEAN for e in mine), mine[-1] if mine else None
    return False, None


def _is_off(option: Entry | None) -> bool:
    return option is not None and option.value.literal == "false"


def _leaves(file: FileFacts, handling: Handling, jump: Jump) -> bool:
    """Whether a jump ends the loop over the messages under a condition; after a seek the rest is read again."""
    if jump.kind not in (JumpKind.BREAK, JumpKind.RETURN) or jump.function != handling.function:
        return False
    blocks = [file.syntax.blocks[index] for index in jump.blocks]
    loops = [block for block in blocks if block.kind is BlockKind.LOOP]
    test = next((b for b in reversed(blocks) if b.kind is BlockKind.CONDITIONAL and b.detail), None)
    if len(loops) != 1 or not mentions(loops[0].detail, handling.records) or test is None:
        return False
    inside = {call.name for call in file.syntax.calls if test.span.contains(call.span)}
    return "seek" not in inside and ("isRunning" in test.detail or "isStale" not in test.detail)


RULE = Rule(
    __name__,
    __doc__,
    category=Category.DATA_LOSS,
    severity=Severity.HIGH,
    confidence=Confidence.HIGH,
    only=("kafka-consumer",),
    compare=compare,
)
