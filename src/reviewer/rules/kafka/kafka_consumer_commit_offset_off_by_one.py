"""The committed offset is that of the last record, not of the next one.

An explicit commit names the offset of the record that was just processed.

## What it catches

`new OffsetAndMetadata(record.offset())`, `commit({tp: message.offset})`, `MarkOffset(topic, partition, message.Offset, "")`, `commitOffsets([{ offset: message.offset }])`,
`TopicPartition(topic, partition, message.offset())` in a commit or store: a record's own offset where the next one is wanted. Also a seek, an assignment or a commit whose offset
loses the `+ 1` that it had; a variable that was stepped to the next offset (`next = last + 1`, `offset++`) and is given on without it.

## Why it hurts in production

A committed offset is the position at which the group goes on. Without the one that is added, the last record of each partition is processed again
after every restart and every rebalance, and the lag never becomes zero.

## What to do

Add one, or use the form of the call that takes the record and adds it by itself.

## What it cannot see

An offset that was taken from the record into a variable first.

## Examples

### bad: the map of offsets to commit
--- Loop.java
 import org.apache.kafka.clients.consumer.*;
 class Loop {
   void settle(KafkaConsumer<String, String> consumer, ConsumerRecord<String, String> record) {
     TopicPartition partition = new TopicPartition(record.topic(), record.partition());
-    consumer.commitSync(Map.of(partition, new OffsetAndMetadata(record.offset() + 1)));
+    consumer.commitSync(Map.of(partition, new OffsetAndMetadata(record.offset()))); // ! here
   }
 }

### bad: aiokafka
--- loop.py
 from aiokafka import AIOKafkaConsumer, TopicPartition

 async def run(consumer: AIOKafkaConsumer):
     async for message in consumer:
         await book(message.value)
-        await consumer.commit()
+        await consumer.commit({TopicPartition(message.topic, message.partition): message.offset}) # ! here

### good: a call that takes the record adds one by itself
--- loop.py
+from confluent_kafka import Consumer
+
+def run(consumer: Consumer):
+    while True:
+        message = consumer.poll(1.0)
+        book(message.value())
+        consumer.commit(message=message)

### good: what was committed is copied with new metadata
--- Copy.java
+import org.apache.kafka.clients.consumer.*;
+class Copy {
+  OffsetAndMetadata tagged(OffsetAndMetadata committed, String tag) {
+    return new OffsetAndMetadata(committed.offset(), tag);
+  }
+}

## References

- https://kafka.apache.org/40/javadoc/org/apache/kafka/clients/consumer/KafkaConsumer.html
- https://aiokafka.readthedocs.io/en/stable/consumer.html
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from reviewer.core.finding import Category, Confidence, Severity
from reviewer.facts.delta import Delta
from reviewer.facts.streaming.model import FactSet, FileFacts, Role
from reviewer.facts.streaming.names import simple_type
from reviewer.facts.streaming.protections import folded
from reviewer.facts.syntax import Call
from reviewer.rules.checks.next_offset import dropped, unstepped
from reviewer.rules.checks.words import Words, of_call
from reviewer.rules.rule import Hit, Rule

_OWN = re.compile(
    r"(?<![\w.])([A-Za-z_]\w*)!?(?:\.TopicPartition)?\.(offset|Offset|kafkaOffset)\b(\(\))?(?!\s*(\+|\.\w*[aA]dd\w*\())"
)
_STRINGS = frozenset({"javascript", "typescript", "tsx"})
_MORE = re.compile(r"\+\s*(1|BigInt|1n)|[aA]dd\w*\(\s*1")
#: A helper that adds one by its name: `next(message.offset)`.
_HELPER = re.compile(r"(?:next|incr|plus|succ|advance|bump|after)\w*\(\s*$", re.IGNORECASE)
_RECORD = re.compile(r"record|message|msg|(^|_)rec$|^cr$", re.IGNORECASE)
#: Takes the offset of a record that is done: one is added by the client.
_OWN_IS_RIGHT = frozenset({"resolveoffset", "markmessage", "storemessage"})
#: What holds a position for a commit, and how many arguments it has then.
_POSITIONS = {"add_partition_offset": 3, "TopicPartition": 3, "TopicPartitionOffset": 2}
_WORDS = Words(
    "{text} is the offset of the record itself; what is committed is the next one to read.",
    (
        "{record} is processed and its own offset is committed.",
        "The process restarts, or the partition moves to another member.",
        "The group goes on at the committed offset -> {record} is processed a second time, each time.",
    ),
    "Commit {text} + 1, or give the record to the form of the call that adds one.",
)


_LOST = Words(
    "{call}() got {was} and gets {own} now: the step to the next record is gone.",
    (
        "The record at offset 41 is the last one that is done.",
        "{call}() is given 41, not 42.",
        "The consumer begins at 41 -> that record is processed a second time, each time.",
    ),
    "Add one to {own} again, or give the offset of the next record.",
)


_DROPPED = Words(
    "`{step}` is removed: {name} is given on as the offset of the record itself, not of the next one.",
    (
        "The record at offset 41 is the last one that is done.",
        "{name} stays 41, where 42 was meant.",
        "Reading goes on at 41 -> that record is processed a second time, after each start.",
    ),
    "Keep `{step}`.",
)


def inspect(facts: FactSet) -> Iterator[Hit]:
    """A record's own offset inside what is committed."""
    for file in facts.files:
        seen: set[int] = set()
        for call in _committed(file):
            found = _own_offset(file, call)
            line = call.name_span.first_line
            if found is not None and line not in seen:
                seen.add(line)
                text, record = found
                hit = _WORDS.hit(of_call(file, call, f"{call.name} {text}"), call.name_span, text=text, record=record)
                # The offsets of JavaScript's clients are strings: `+ 1` would append a digit.
                yield hit if file.syntax.language in _STRINGS else replace(hit, replace=(text, f"{text} + 1"))


def _committed(file: FileFacts) -> Iterator[Call]:
    """Commits with arguments, and what is made to be committed."""
    for operation in file.operations_of(Role.COMMIT):
        if operation.call.arguments and folded(operation.call.name) not in _OWN_IS_RIGHT:
            yield operation.call
    if file.libraries:
        yield from (call for call in file.syntax.calls if simple_type(call.name) == "OffsetAndMetadata")
        done = {operation.call.function for operation in file.operations_of(Role.COMMIT) if operation.call.arguments}
        moved = {operation.call.function for operation in file.operations_of(Role.SEEK)}
        for call in file.syntax.calls:  # a list of positions that is made beside its commit
            is_position = len(call.arguments) >= _POSITIONS.get(call.name, 99)
            if is_position and call.function in done - moved and call.function is not None:
                yield call


def _own_offset(file: FileFacts, call: Call) -> tuple[str, str] | None:
    for argument in call.arguments:
        text = argument.value.text
        if argument.value.function is not None or _MORE.search(text):
            continue
        for match in _OWN.finditer(text):
            name = match.group(1)
            if _HELPER.search(text[: match.start()]):
                continue
            beside = any(re.search(rf"\b{re.escape(name)}\.(topic|Topic)", a.value.text) for a in call.arguments)
            if beside or _is_record(file, call, name):
                return match.group(0), match.group(1)
    return None


def _is_record(file: FileFacts, call: Call, name: str) -> bool:
    declared = file.names.type_of(name, call.function)
    if declared:
        return re.search(r"Record|Message|ConsumeResult", declared) is not None
    return _RECORD.search(name) is not None


def compare(delta: Delta) -> Iterator[Hit]:
    """Offsets that lost the one that was added to them, in calls that `inspect` says nothing of."""
    seen: set[tuple[str, int]] = set()
    homes: set[tuple[str, str]] = set()
    for found in unstepped(delta):
        after, line = found.files.after, found.span.first_line
        assert after is not None
        told = any(c.name_span.first_line == line and _own_offset(after, c) is not None for c in _committed(after))
        if not told and (after.path, line) not in seen:
            seen.add((after.path, line))
            yield _LOST.hit(
                f"{found.function}/{found.call.name} one less", found.span, call=found.call.name, own=found.own,
                was=f"{found.own} + 1" if not found.name else f"the next offset as `{found.name}`",
            )  # fmt: skip
            homes.add((after.path, found.function))
    for step in dropped(delta):
        if (home := (step.span.path, step.function)) not in homes:
            homes.add(home)
            yield _DROPPED.hit(
                f"{step.function}/{step.name} not stepped", step.span, step=step.step, name=step.name,
                confidence=Confidence.MEDIUM,
            )  # fmt: skip


RULE = Rule(
    __name__,
    __doc__,
    category=Category.DUPLICATES,
    severity=Severity.MEDIUM,
    confidence=Confidence.HIGH,
    put_back=True,
    only=("kafka-consumer", "kafka-connect"),
    inspect=inspect,
    compare=compare,
)
