"""The first offset, or partition 0, is taken for nothing.

A test that asked whether there is an offset, a partition or a position asks now whether it is true, and zero is not.

## What it catches

Python, JavaScript, TypeScript: `offset is not None`, `partition !== undefined`, `position != null` that becomes `if offset`, and `offset ?? fallback` that becomes
`offset || fallback` (`or` in Python), for a name that ends in offset, partition or position.

## Why it hurts in production

Partition 0 and offset 0 exist on every topic. A record for partition 0 goes to some other partition, a position 0 is not stored, not sought and not
committed: what begins there is read twice or never.

## What to do

Ask for `None` or `undefined`, not for truth.

## What it cannot see

A value that is a text ("0" is true), or that never is zero.

## Examples

### bad: a position 0 is not stored
--- position.py
 from confluent_kafka import TopicPartition

 def stored(position):
     found = {}
-    if position.offset is not None:
+    if position.offset: # ! here
         found["offset"] = position.offset
     return found

### bad: partition 0 becomes any partition
--- send.ts
 import { Producer } from 'kafkajs'

 export async function send (producer: Producer, topic: string, value: string, partition?: number) {
-  if (partition !== undefined) {
+  if (partition) { // ! here
     await producer.send({ topic, messages: [{ value, partition }] })
   } else {
     await producer.send({ topic, messages: [{ value }] })
   }
 }

### good: the zero is asked for as well
--- position.py
 from confluent_kafka import TopicPartition

 def stored(position):
     found = {}
-    if position.offset is not None:
+    if position.offset or position.offset == 0:
         found["offset"] = position.offset
     return found

### good: a list of partitions may be empty
--- assigned.py
 from confluent_kafka import Consumer

 def start(consumer: Consumer, partitions):
-    if partitions is not None:
+    if partitions:
         consumer.assign(partitions)

## References

- https://docs.python.org/3/library/stdtypes.html#truth-value-testing
- https://developer.mozilla.org/en-US/docs/Glossary/Falsy
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from reviewer.core.finding import Category, Confidence, Severity
from reviewer.core.span import Span
from reviewer.facts.delta import Delta, FilePair
from reviewer.facts.streaming.model import FileFacts
from reviewer.facts.streaming.protections import qualified
from reviewer.facts.syntax import Block, BlockKind
from reviewer.rules.checks.words import Words
from reviewer.rules.rule import Hit, Rule

_LANGUAGES = frozenset({"python", "javascript", "typescript", "tsx"})
_NAME = r"(?P<name>[A-Za-z_$][\w$]*(?:\??\.[\w$]+)*)"
_ASKED = re.compile(_NAME + r"\s*(?:is\s+not\s+None|!==?\s*(?:undefined|null)|>\s*-1|>=\s*0)")
_ABSENT = re.compile(_NAME + r"\s*(?:is\s+None|===?\s*(?:undefined|null)|<\s*0)(?!\w)")
_ELSE = re.compile(_NAME + r"\s*\?\?")
_NUMBER = re.compile(r"(?i)(^|[._a-z])(offset|partition|position)$")
_WORDS = Words(
    "`{old}` is now `{new}`: 0 counts as if there were none.",
    (
        "The first record of a partition has offset 0, and the first partition is partition 0.",
        "{name} is 0; the test takes it for missing.",
        "It is left out, or replaced by something else -> records go elsewhere, or are read twice or never.",
    ),
    "Ask for the missing value as before: `{old}`.",
)


def compare(delta: Delta) -> Iterator[Hit]:
    """Conditions of the same function that lost the question whether there is a value."""
    for files, before, after in delta.modified():
        if before.syntax.language in _LANGUAGES and before.libraries and not after.is_test:
            yield from _conditions(files, before, after)
            yield from _fallbacks(files, before, after)


def _conditions(files: FilePair, before: FileFacts, after: FileFacts) -> Iterator[Hit]:
    asked: dict[tuple[str, str], str] = {}
    for block in before.syntax.blocks:
        for pattern in (_ASKED, _ABSENT) if block.kind is BlockKind.CONDITIONAL else ():
            for match in pattern.finditer(block.detail):
                if _NUMBER.search(match["name"]) and not _has_parts(files, match["name"]):
                    asked.setdefault((qualified(before, block.function), match["name"]), match.group(0))
    for block in after.syntax.blocks if asked else ():
        home = qualified(after, block.function)
        for (place, name), old in asked.items():
            if block.kind is BlockKind.CONDITIONAL and place == home and _is_truth(block.detail, name):
                span = _header(files, block, name)
                if files.touches(span):
                    yield _WORDS.hit(f"{home}/{name} as truth", span, old=old, new=block.detail.strip("()"), name=name)


def _has_parts(files: FilePair, name: str) -> bool:
    """Whether it is no number: `state.position.offset`."""
    return re.search(rf"(?<![\w.$]){re.escape(name)}!?\??\.(?!to[A-Z])[A-Za-z_]", files.change.after or "") is not None


def _header(files: FilePair, block: Block, name: str) -> Span:
    """The line of the condition: a block of Python begins below it."""
    first, lines = block.span.first_line, (files.change.after or "").split("\n")
    rows = range(first, max(first - 3, 0), -1)
    first = next(
        (n for n in rows if n <= len(lines) and re.search(rf"\b(if|while)\b.*{re.escape(name)}", lines[n - 1])), first
    )
    return Span(path=block.span.path, side=block.span.side, first_line=first, last_line=first)


def _is_truth(condition: str, name: str) -> bool:
    """Whether a condition asks only whether the name is true: each time it stands there, nothing compares it."""
    places = re.findall(rf"(?<![\w.$]){re.escape(name)}(?![\w$])\s*(\S{{0,2}})", condition)
    return bool(places) and all(following in ("", ")", "&&", "||", "an", "or") for following in places)


def _fallbacks(files: FilePair, before: FileFacts, after: FileFacts) -> Iterator[Hit]:
    """`offset ?? -1` that is `offset || -1` now."""
    had = {
        m["name"]: m.group(0) for text, _ in _values(before) for m in _ELSE.finditer(text) if _NUMBER.search(m["name"])
    }
    for text, span in _values(after) if had else ():
        for name, old in had.items():
            if re.search(rf"(?<![\w.$]){re.escape(name)}\s*\|\|", text) and files.touches(span):
                yield _WORDS.hit(f"{name} or else", span, old=f"{old} …", new=f"{name} || …", name=name)


def _values(file: FileFacts) -> Iterator[tuple[str, Span]]:
    for assignment in file.syntax.assignments:
        if assignment.value is not None and len(assignment.value.text) < 200:
            yield assignment.value.text, assignment.value.span


RULE = Rule(
    __name__,
    __doc__,
    category=Category.DATA_LOSS,
    severity=Severity.MEDIUM,
    confidence=Confidence.HIGH,
    put_back=True,
    only=("kafka-consumer", "kafka-producer"),
    compare=compare,
)
