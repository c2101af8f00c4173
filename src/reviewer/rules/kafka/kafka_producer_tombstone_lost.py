r"""A delete is published as an empty record.

What turns a value into bytes no longer leaves null alone.

## What it catches

A serializer that gave null for null and gives an empty array now. The test for a missing value in front of a serializer, in code that publishes, that the change removes while the value is still
serialized.

## Why it hurts in production

Only a record whose value is really null deletes its key: from a compacted topic, from every table and cache that is built from it. No bytes, or `null` written as
text, are a value like any other: the key is never deleted, and readers get something that they cannot parse.

## What to do

Hand a missing value on as null, past the serializer.

## What it cannot see

A serializer of another file that gives null for null; a topic that knows no deletes.

## Examples

### bad: the serializer makes an empty array of null
--- RoomSerializer.java
 import org.apache.kafka.common.serialization.Serializer;
 class RoomSerializer implements Serializer<Room> {
   @Override
   public byte[] serialize(String topic, Room room) {
     if (room == null) {
-      return null;
+      return new byte[0]; // ! here
     }
     return mapper.writeValueAsBytes(room);
   }
 }

### bad: a missing body goes through the codec
--- room_publisher.py
 from aiokafka import AIOKafkaProducer

 class RoomPublisher:
     def __init__(self, producer: AIOKafkaProducer, codec):
         self.producer = producer
         self.codec = codec

     async def publish(self, command):
-        if command.body is None:
-            value = None
-        else:
-            value = self.codec.encode(command.body)
+        value = self.codec.encode(command.body)  # ! here
         await self.producer.send_and_wait("rooms", key=command.key, value=value)

### good: the serializer is asked for null elsewhere
--- RoomSerializer.java
 import org.apache.kafka.common.serialization.Serializer;
 class RoomSerializer implements Serializer<Room> {
   @Override
   public byte[] serialize(String topic, Room room) {
-    if (room == null) {
-      return null;
-    }
-    return mapper.writeValueAsBytes(room);
+    return room == null ? null : mapper.writeValueAsBytes(room);
   }
 }

### good: an empty list of events is answered with nothing to send
--- room_publisher.py
 from aiokafka import AIOKafkaProducer

 class RoomPublisher:
     async def publish(self, command):
-        if command.body is None:
-            raise ValueError("a room needs a body")
+        check(command)
         value = self.codec.encode(command.body)
         await self.producer.send_and_wait("rooms", key=command.key, value=value)

## References

- https://kafka.apache.org/documentation/#compaction
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from reviewer.core.finding import Category, Confidence, Severity
from reviewer.facts.delta import Delta, FilePair
from reviewer.facts.streaming.model import FileFacts
from reviewer.facts.streaming.protections import NOTHING, folded, qualified, written
from reviewer.facts.syntax import Block, BlockKind, Call, Function, Jump, JumpKind
from reviewer.rules.checks.words import Words
from reviewer.rules.rule import Hit, Rule

_SERIALIZES = re.compile(r"(try)?(serialize|encode|marshal|tobytes|tojson|dumps|writevalueasbytes)")
_WRITER = re.compile(r"produce|publish|(?<!de)serializ|sender|outbox|emit|writer", re.IGNORECASE)
_NULL = re.compile(r"null!?|None|nil|undefined")
_EMPTY = re.compile(
    r"new byte\[0\]|new byte\[\]\s*\{\s*\}|\w*\.?EMPTY\w*|Array\.Empty<byte>\(\)|\[\]|b?(\"\"|'')|\[\]byte\{\}|\[\]byte\(\"\"\)"
    r"|ByteArray\(0\)|byteArrayOf\(\)|Buffer\.(alloc\(0\)|from\((\"\"|'')\))|Array(\.empty)?\[Byte\](\(\))?|vec!\[\]|Vec::new\(\)"
)
_VALUE = re.compile(r"value|body|payload|message|data|content", re.IGNORECASE)
_SAFE = re.compile(r"\?(?!>)|ofNullable|Option\(|\bif\b| and | or |&&|\|\|")
_WORDS = Words(
    "{now}: a record without a value gets one, and deletes nothing.",
    (
        "Somebody deletes a thing: {function}() is given a key and no value.",
        "{how}",
        "Compaction keeps that record, and readers take it for a value -> the key is never deleted, and its readers fail on it or go on with an empty thing.",
    ),
    "Hand null on as null, past the serializer: only that is a delete.",
)


def compare(delta: Delta) -> Iterator[Hit]:
    """Serializers that no longer give null for null, and tests for a missing value that are gone in front of one."""
    for files, before, after in delta.modified():
        for function, same in _pairs(before, after):
            if files.touches(same.span):
                hit = _emptied(files, function, same) or _untested(files, function, same)
                if hit is not None:
                    yield hit


def _pairs(before: FileFacts, after: FileFacts) -> Iterator[tuple[Function, Function]]:
    """The functions of one name before and after, overloads and those of generic types in their order."""
    left: dict[str, list[Function]] = {}
    for function in after.syntax.functions:
        if not function.is_lambda:
            left.setdefault(function.qualified, []).append(function)
    for function in before.syntax.functions:
        if not function.is_lambda and left.get(function.qualified):
            yield function, left[function.qualified].pop(0)


def _emptied(files: FilePair, was: Function, now: Function) -> Hit | None:
    """The line of a serializer that returns an empty thing where null was returned."""
    before, after = files.before, files.after
    assert before is not None and after is not None
    if not _SERIALIZES.match(folded(was.name)):
        return None
    old, new = _returned(before, was), _returned(after, now)
    if not any(_NULL.fullmatch(j.text) for j in old) or any(_NULL.search(j.text) for j in new):
        return None
    if any(_EMPTY.fullmatch(j.text) for j in old):
        return None
    empty = next((j for j in new if _EMPTY.fullmatch(j.text) and files.touches(j.span)), None)
    if empty is None:
        return None
    return _WORDS.hit(
        f"{was.qualified}/null becomes empty", empty.span, now=f"{was.name}() gives `{empty.text}` for null", function=was.name,
        how=f"`{empty.text}` is sent as the value, not null.",
    )  # fmt: skip


def _returned(file: FileFacts, function: Function) -> list[Jump]:
    return [j for j in file.syntax.jumps if j.kind is JumpKind.RETURN and j.function == function.index]


def _untested(files: FilePair, was: Function, now: Function) -> Hit | None:
    """The serialization of a value that was only reached with one."""
    before, after = files.before, files.after
    assert before is not None and after is not None
    if not _WRITER.search(f"{was.qualified} {before.path}") or not (before.libraries or _WRITER.search(was.qualified)):
        return None
    for call in _serializations(before, was):
        text = _tested(before, call)
        if text is None or any(_asks(b, text) for b in _tests(after, now)):
            continue
        for same in _serializations(after, now):
            if (
                same.name == call.name
                and _takes(same, text)
                and files.touches(same.name_span)
                and not _answers(files, same)
            ):
                return _WORDS.hit(
                    f"{was.qualified}/{call.name} of nothing", same.name_span, now=f"{written(same)} takes `{text}` also when it is null", function=was.name,
                    how=f"{written(same)} makes bytes of it, or fails.",
                )  # fmt: skip
    return None


def _serializations(file: FileFacts, function: Function) -> Iterator[Call]:
    for call in file.syntax.calls:
        if qualified(file, call.function) == function.qualified and _SERIALIZES.match(folded(call.name)):
            yield call


def _tests(file: FileFacts, function: Function) -> list[Block]:
    blocks = (b for b in file.syntax.blocks if b.kind is BlockKind.CONDITIONAL and NOTHING.search(b.detail))
    return [b for b in blocks if qualified(file, b.function) == function.qualified]


def _tested(file: FileFacts, call: Call) -> str | None:
    """The value that a serialization takes, if a test for null around it, or one whose other branch it is, asks for it."""
    for argument in call.arguments:
        text = argument.value.text
        if re.fullmatch(r"[\w.]+(\(\))?", text) and _VALUE.search(text):
            around = (file.syntax.blocks[index] for index in call.blocks)
            if any(_asks(b, text) and NOTHING.search(b.detail) for b in around if b.kind is BlockKind.CONDITIONAL):
                return text
    return None


def _asks(block: Block, text: str) -> bool:
    return re.search(rf"(?<![\w.]){re.escape(text)}(?!\w)", block.detail) is not None


def _takes(call: Call, text: str) -> bool:
    return any(argument.value.text == text for argument in call.arguments)


def _answers(files: FilePair, call: Call) -> bool:
    """Whether a conditional expression is around the call: it may ask for null."""
    lines = (files.change.after or "").split("\n")[max(call.span.first_line - 2, 0) : call.span.last_line]
    if lines[0].rstrip().endswith(("{", ";", ":", "}", ")")):  # a statement of its own
        del lines[0]
    return _SAFE.search(" ".join(lines)) is not None


RULE = Rule(
    __name__,
    __doc__,
    category=Category.DATA_LOSS,
    severity=Severity.MEDIUM,
    confidence=Confidence.MEDIUM,
    only=("kafka-producer",),
    compare=compare,
)
