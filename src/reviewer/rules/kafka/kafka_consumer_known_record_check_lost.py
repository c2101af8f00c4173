"""A record that comes again, or too late, has its effect.

The test that recognised a record which was handled before, or one that is older than what is known, is gone.

## What it catches

In code that is handed records: an `if` that asks what is kept about handled records (`processed.contains(id)`, `existsByEventId(…)`, `isDuplicate(…)`)
and leaves, or one that compares a version, sequence number, offset or time of the record with that of what is known and leaves, that the
change removes while the effect behind it stays.

## Why it hurts in production

With at-least-once delivery each rebalance, restart and retry brings records again, and a retry of the producer or a second topic brings old ones behind new ones.
The test is what makes that harmless: without it a payment is booked twice, or an older state is written over a newer one.

## What to do

Keep the test, or let the store decide: a unique key, an upsert, an update with `where version < …`.

## What it cannot see

A unique constraint in the database; an effect that may be repeated.

## Examples

### bad: the look into the table of handled events is removed
--- Ledger.java
 import org.apache.kafka.clients.consumer.ConsumerRecord;
 import org.springframework.kafka.annotation.KafkaListener;
 class Ledger {
   @KafkaListener(topics = "payments")
   void on(ConsumerRecord<String, Payment> record) {
-    if (handled.existsById(record.value().id())) { // ! here
-      return;
-    }
     accounts.book(record.value());
   }
 }

### bad: an older version is written over a newer one
--- rooms.py
 from confluent_kafka import Consumer

 def follow(consumer: Consumer, rooms):
     while True:
         message = consumer.poll(1.0)
         if message is None or message.error():
             continue
         room = parse(message.value())
         known = rooms.get(room.id)
-        if known.version > room.version: # ! here
-            continue
         rooms.put(room)
         consumer.commit(message)

### good: the database recognises it now
--- Ledger.java
 import org.apache.kafka.clients.consumer.ConsumerRecord;
 import org.springframework.kafka.annotation.KafkaListener;
 class Ledger {
   @KafkaListener(topics = "payments")
   void on(ConsumerRecord<String, Payment> record) {
-    if (handled.existsById(record.value().id())) {
-      return;
-    }
-    accounts.book(record.value());
+    accounts.insertIfAbsent(record.value().id(), record.value());
   }
 }

### good: a filter for what is not known is removed
--- Ledger.java
 import org.apache.kafka.clients.consumer.ConsumerRecord;
 import org.springframework.kafka.annotation.KafkaListener;
 class Ledger {
   @KafkaListener(topics = "payments")
   void on(ConsumerRecord<String, Payment> record) {
-    if (!customers.existsById(record.value().customer())) {
-      return;
-    }
     accounts.book(record.value());
   }
 }

## References

- https://kafka.apache.org/documentation/#semantics
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from reviewer.core.finding import Category, Confidence, Severity
from reviewer.facts.delta import Delta, FilePair
from reviewer.facts.gone import header
from reviewer.facts.streaming.flow import is_noise
from reviewer.facts.streaming.model import FileFacts
from reviewer.facts.streaming.protections import calls_of, qualified
from reviewer.facts.syntax import Block, BlockKind, Call, JumpKind
from reviewer.rules.checks.null_tests import RECORD
from reviewer.rules.checks.overloads import is_inside, version_of
from reviewer.rules.checks.words import Words
from reviewer.rules.rule import Hit, Rule
from reviewer.rules.support import short

_AGAIN = Words(
    "`{test}` is removed: {function}() no longer recognises a record that it handled before.",
    (
        "{function}() handles a record; the process is killed, or a rebalance comes, before its offset is committed.",
        "The record is delivered again, as at-least-once delivery has it.",
        "Nothing recognises it, and {effect} runs a second time -> what it does is done twice.",
    ),
    "Keep the test, or let the store decide: a unique key, an upsert.",
)
_LATE = Words(
    "`{test}` is removed: {function}() no longer recognises a record that is older than what is known.",
    (
        "Two records of one thing come; a retry, a replay or a second partition brings the older one behind the newer one.",
        "Nothing compares them any more, and {effect} takes the older one.",
        "The newer state is overwritten, and stays so until the thing changes again.",
    ),
    "Keep the comparison, or write with a condition on the version in the store.",
)
_PASSED = Words(
    "`{test}` is removed: {function}() no longer sets aside a record that lies before the offset it compares with.",
    (
        "A partition is revoked and comes back, or is rewound: what is kept of it begins anew at a later offset.",
        "The answer for an earlier record arrives, and {effect} takes it for one of the new run.",
        "What is known as done no longer fits what was read: offsets of records that are not done are committed, or commits go back -> records are lost, or processed twice.",
    ),
    "Keep the comparison: what lies before the start belongs to an earlier run.",
)
_KNOWN = re.compile(
    r"(?i)(processed|dedup|duplicate|already|exist|handled|idempoten|inbox|applied|seen|consumed)\w*[\w.]*\(|(?:in|of)\s+(?:self\.)?_?(?:processed|seen|handled|applied)"
)
_ORDER = re.compile(
    r"(?i)(version|sequence|seq(?:no|num)?|offset|timestamp|updated_?at|modified_?at|revision|epoch|generation)\w*(?:\(\))?"
)
_COMPARES = re.compile(r"(?i)[^-=]>=?|<=?[^-]|\.(is_?after|is_?before|compare_?to)\(|indexOf")
_NEGATED = re.compile(r"^\(*\s*(?:!|not\b)")
_DECIDES = re.compile(
    r"(?i)upsert|merge|if_?(?:not_?)?(?:absent|exists|newer|older)|insert_?ignore|on_?conflict|replace|dedup|duplicate|idempot|version|putIfAbsent|distinct"
)


def compare(delta: Delta) -> Iterator[Hit]:
    """Tests that left for a record which is known or older, and that are gone while the effect stays."""
    for files, before, _ in delta.modified():
        for block in before.syntax.blocks if before.libraries else ():
            if block.kind is BlockKind.CONDITIONAL and block.detail and files.touches(block.span):
                words = _recognises(before, block)
                if words is not None:
                    yield from _lost(delta, files, block, words)


def _recognises(file: FileFacts, block: Block) -> Words | None:
    """What a test recognises that leaves: a record that comes again, or late; None for another test."""
    names = _records(file, block)
    if not names or not _leaves(file, block) or _NEGATED.match(block.detail):
        return None
    if not names & set(re.findall(r"\w+", block.detail)):
        return None
    if _COMPARES.search(block.detail):
        for part in re.split(r"&&|\|\||\band\b|\bor\b", block.detail):
            told = [m[1].lower() for m in _ORDER.finditer(part)]
            if _COMPARES.search(part) and len(told) != len(set(told)):
                return _LATE if {*told} != {"offset"} or _holds_state(file, block) else _PASSED
    throws = any(j.kind is JumpKind.THROW and block.index in j.blocks for j in file.syntax.jumps)
    return _AGAIN if _KNOWN.search(block.detail) and not throws else None


def _holds_state(file: FileFacts, block: Block) -> bool:
    """Whether what comes behind a test keeps the record's value: then an older record replaces a newer one."""
    mine = version_of(file, file, block.function)
    inside = [c for c in calls_of(file, qualified(file, block.function)) if is_inside(file, c.function, mine)]
    return any(
        re.search(r"\bvalue\b|\bgetValue\b|\bpayload\b", a.value.text)
        for c in inside
        for a in c.arguments
        if not is_noise(c)
    )


def _records(file: FileFacts, block: Block) -> set[str]:
    """The names that hold a record, or parts of one, where a block stands."""
    found: set[str] = set()
    for handling in file.handlings:
        if handling.span.contains(block.span):
            found |= handling.records
    function = block.function
    while function is not None:
        declared = file.syntax.functions[function]
        found |= {w for p in declared.parameters if RECORD.search(p.type) for w in re.findall(r"\w+", p.name)}
        function = declared.parent
    return found


def _leaves(file: FileFacts, block: Block) -> bool:
    """Whether it does nothing but tell and leave."""
    inside = [c for c in file.syntax.calls if block.index in c.blocks]
    leaving = [j for j in file.syntax.jumps if block.index in j.blocks and j.kind is not JumpKind.YIELD]
    made = [c for c in inside if not is_noise(c) and not c.is_construction and not _is_in_noise(file, c)]
    throws = any(j.kind is JumpKind.THROW for j in leaving)
    return bool(leaving) and (throws or not made)


def _is_in_noise(file: FileFacts, call: Call) -> bool:
    return any(is_noise(c) and c.span.contains(call.span) and c.index != call.index for c in file.syntax.calls)


def _lost(delta: Delta, files: FilePair, block: Block, words: Words) -> Iterator[Hit]:
    before, after = files.before, files.after
    assert before is not None and after is not None
    home = qualified(before, block.function)
    old, new = version_of(before, before, block.function), version_of(before, after, block.function)
    inner = (
        b for b in after.syntax.blocks if qualified(after, b.function) == home and is_inside(after, b.function, new)
    )
    tests = [b.detail for b in inner if b.detail]
    now = [c for c in calls_of(after, home) if is_inside(after, c.function, new)]
    names = _records(before, block)
    known = {(c.receiver, c.name) for c in calls_of(before, home) if is_inside(before, c.function, old)}
    if any(t == block.detail for t in tests) or any(_KNOWN.search(t) or _ORDER.search(t) for t in tests):
        return
    fresh = [c for c in now if (c.receiver, c.name) not in known and not is_noise(c)]
    if any(_DECIDES.search(c.name) for c in now) or any(names & _words(c) for c in fresh):
        return  # something new takes the record: it may do what the test did
    behind = [
        c
        for c in now
        if (c.receiver, c.name) in known and not is_noise(c) and not c.is_construction and names & _words(c)
    ]
    effect = next((c for c in reversed(behind) if c.receiver and not block.span.contains(c.span)), None)
    if effect is not None:
        yield words.hit(
            f"{home}/{short(block.detail)} removed", header(delta, block.span, block.detail), test=short(block.detail),
            function=home.rpartition(".")[2], effect=f"{effect.receiver}.{effect.name}()",
            category=Category.ORDERING if words is _LATE else None,
        )  # fmt: skip


def _words(call: Call) -> set[str]:
    return {w for a in call.arguments for w in re.findall(r"\w+", a.value.text)}


RULE = Rule(
    __name__,
    __doc__,
    category=Category.DUPLICATES,
    severity=Severity.HIGH,
    confidence=Confidence.MEDIUM,
    only=("kafka-consumer", "spring-kafka", "kafka-connect"),
    compare=compare,
)
