"""Deletes of a topic are skipped, or end the reader.

The branch for records without a value is gone, or does nothing any more.

## What it catches

A test of a record's value for null whose branch deleted something, and that is removed, or only skips the record now; a test that is removed while the value is used at once, also one inside an
expression (`value == null ? … : …`) or behind a function of the file (`if (isDelete(record))`).

## Why it hurts in production

In a compacted topic a record without a value means that its key was deleted. Skipped, the thing lives on in the table, the cache, the index for ever. Used without the
test, the first such record ends the handler, and does so again after each restart.

## What to do

Delete by key when the value is null.

## What it cannot see

A topic that has no deletes; a deserializer that makes an object of null.

## Examples

### bad: a delete becomes a skip
--- mirror.py
 from confluent_kafka import Consumer

 def follow(consumer: Consumer, rooms):
     while True:
         message = consumer.poll(1.0)
         if message is None or message.error():
             continue
         if message.value() is None:
-            rooms.delete(message.key())  # ! here
-        else:
-            rooms.put(message.key(), message.value())
+            continue
+        rooms.put(message.key(), message.value())
         consumer.commit(message)

### bad: the value is parsed without a look at it
--- apply.go
 package mirror

 import "github.com/segmentio/kafka-go"

 func (s *Store) apply(m kafka.Message) error {
-	if m.Value == nil { // ! here
-		return s.rooms.Delete(string(m.Key))
-	}
        var room Room
        if err := json.Unmarshal(m.Value, &room); err != nil {
                return err
        }
        return s.rooms.Put(string(m.Key), room)
 }

### good: the branch has moved into a helper
--- Mirror.java
 import org.apache.kafka.clients.consumer.ConsumerRecord;
 class Mirror {
   void apply(ConsumerRecord<String, Room> record) {
-    if (record.value() == null) {
-      rooms.remove(record.key());
-    } else {
-      rooms.put(record.key(), record.value());
-    }
+    store(record.key(), record.value());
   }
+  private void store(String key, Room room) {
+    if (room == null) {
+      rooms.remove(key);
+    } else {
+      rooms.put(key, room);
+    }
+  }
 }

### good: the test is turned round
--- mirror.ts
 import { EachMessagePayload } from "kafkajs";
 export async function apply({ message }: EachMessagePayload, rooms: Rooms) {
-  if (message.value === null) {
-    await rooms.delete(message.key);
-    return;
-  }
-  await rooms.put(message.key, message.value);
+  if (message.value) {
+    await rooms.put(message.key, message.value);
+  } else {
+    await rooms.delete(message.key);
+  }
 }

## References

- https://kafka.apache.org/documentation/#compaction
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from reviewer.core.finding import Category, Confidence, Severity
from reviewer.core.span import Side, Span
from reviewer.facts.delta import Delta, FilePair
from reviewer.facts.gone import header
from reviewer.facts.streaming.model import FileFacts
from reviewer.facts.streaming.protections import NOTHING, calls_of, qualified, written
from reviewer.facts.syntax import Block, BlockKind, Call, ExpressionKind
from reviewer.rules.checks.null_tests import asks_for_value, has_record, is_asked_elsewhere
from reviewer.rules.checks.words import Words
from reviewer.rules.rule import Hit, Rule
from reviewer.rules.support import folded, short

_VALUE = re.compile(r"(?:\.|\b)(?:get_?)?(?:value|payload)\b", re.IGNORECASE)
_DELETES = re.compile(r"delete|remove|evict|tombstone|erase|purge|unset|drop|clear|expire")
_ELVIS = re.compile(r"\?\?|\?:|\?\.|ofNullable|Option\(|unwrap_or|if let Some|\.map\(")
_SKIPPED = Words(
    "{call} for records without a value is gone: what was deleted is kept.",
    (
        "Somebody deletes a thing: a record with its key and no value comes.",
        "{function}() skips it, and its offset is committed.",
        "The thing stays in what is built from the topic -> it is served, joined and counted for ever.",
    ),
    "Call {call} when the value is null.",
)
_UNTESTED = Words(
    "`{test}` is removed: a record without a value is used as if it had one.",
    (
        "A tombstone comes: a record with a key and no value.",
        "{function}() uses the value at once, and it throws or makes an empty object of it.",
        "The reader ends here and again after each restart, or the delete is stored as an empty thing -> the partition stands still, or the state is wrong.",
    ),
    "Keep the branch for a null value: delete by key, or skip the record on purpose.",
)
#: A test of a value inside an expression: `r.value() == null ? a : b`, `x if m.value() is not None else y`.
_IN_EXPRESSION = re.compile(
    r"[\w.]*(?:\.|->)(?:get_?)?(?:value|payload)(?:\(\))?!?\s*(?:[!=]==?|is(?:\s+not)?)\s*(?:null|None|undefined|nil)\b(?=.*(?:\?|\belse\b|&&|\|\||\b(?:and|or)\b|\)))",
    re.IGNORECASE,
)
#: What makes records by its name: a value that it lacks is no delete that was read.
_WRITER = re.compile(r"producer|publisher|(?<!de)serializer", re.IGNORECASE)


def compare(delta: Delta) -> Iterator[Hit]:
    """Branches for records without a value that are gone, or no longer delete."""
    for files, before, after in delta.modified():
        if not before.libraries:
            continue
        seen: set[str] = set()
        for block in before.syntax.blocks:
            home = qualified(before, block.function)
            stays = any(f.qualified == home for f in after.syntax.functions)
            if home in seen or not stays or _WRITER.search(home) or not asks_for_value(before, block):
                continue
            hit = _of(delta, files, block, home)
            if hit is not None:
                seen.add(home)
                yield hit
        yield from _in_expressions(files, seen)


def _in_expressions(files: FilePair, seen: set[str]) -> Iterator[Hit]:
    """Tests of a value that stood inside an expression, in functions of which nothing is said yet."""
    before, after = files.before, files.after
    assert before is not None and after is not None
    if not re.search(r"value|payload", files.change.before or "", re.IGNORECASE):
        return
    lines = (files.change.before or "").split("\n")
    for function in before.syntax.functions:
        home = qualified(before, function.index)
        if home in seen or _WRITER.search(home) or not has_record(before, function.index):
            continue
        stays = any(f.qualified == home for f in after.syntax.functions)
        for at in range(function.span.first_line, function.span.last_line + 1) if stays else ():
            span = Span(path=before.path, side=Side.BEFORE, first_line=at, last_line=at)
            match = None
            if files.touches(span):
                match = _IN_EXPRESSION.search(
                    " ".join(lines[at - 1 : at + 1])
                )  # what follows may stand on the next line
            if match is None or match.start() >= len(lines[at - 1]):
                continue
            if _is_read(after, home) and not _is_asked_anew(files, before, after, home):
                if not _is_handed_on(files, before, after, home):
                    seen.add(home)
                    yield _UNTESTED.hit(
                        f"{home}/value unchecked", span, test=short(match[0]), function=home.rpartition(".")[2],
                        category=Category.OPERATIONS,
                    )  # fmt: skip
                break


def _is_asked_anew(files: FilePair, before: FileFacts, after: FileFacts, home: str) -> bool:
    """Whether a function asks for the value, or asks for anything that it did not ask for before."""
    text = _text(files, after, home)
    if _ELVIS.search(text) or _IN_EXPRESSION.search(text):
        return True
    known = {b.detail for b in before.syntax.blocks if qualified(before, b.function) == home}
    tests = [b for b in after.syntax.blocks if qualified(after, b.function) == home and _may_test(b)]
    return any(_VALUE.search(b.detail) or b.detail not in known for b in tests)


def _is_read(file: FileFacts, home: str) -> bool:
    """Whether something is called with a record's value, or on it, in a function."""
    return any(
        re.search(r"(\.|->)(get_?)?(value|payload)\b", text, re.IGNORECASE)
        for call in file.syntax.calls
        if qualified(file, call.function) == home
        for text in (call.receiver, *(a.value.text for a in call.arguments))
    )


def _of(delta: Delta, files: FilePair, block: Block, home: str) -> Hit | None:
    before, after = files.before, files.after
    assert before is not None and after is not None
    deletes = _deletes(before, block)
    function = home.rpartition(".")[2]
    text = _text(files, after, home)
    tests = [b for b in after.syntax.blocks if qualified(after, b.function) == home and _may_test(b)]
    deleting = [c for c in after.syntax.calls if _DELETES.search(folded(c.name))]
    deleting = deleting or _deleting_elsewhere(delta, after)
    if deletes is not None and files.touches(deletes.name_span) and not deleting and (tests or _ELVIS.search(text)):
        return _SKIPPED.hit(f"{home}/tombstones skipped", deletes.name_span, call=written(deletes), function=function)
    if (
        tests
        or _ELVIS.search(text)
        or not (_uses(after, home) or (is_asked_elsewhere(before, block) and _gives_on(files, block, home)))
        or not files.touches(block.span)
        or _is_handed_on(files, before, after, home)
    ):
        return None
    if deleting and deletes is None:
        return None
    test = block.detail if len(block.detail) > 5 else "the test for a value"
    return _UNTESTED.hit(
        f"{home}/value unchecked", header(delta, block.span, block.detail), test=short(test), function=function,
        category=Category.OPERATIONS,
    )  # fmt: skip


def _deleting_elsewhere(delta: Delta, after: FileFacts) -> list[Call]:
    """The calls that delete in files that had none before: the branch may have moved there."""
    found: list[Call] = []
    for file in delta.after.files:
        was = delta.before.file(file.path)
        if file.path != after.path and not any(
            _DELETES.search(folded(c.name)) for c in (was.syntax.calls if was else ())
        ):
            found += [c for c in file.syntax.calls if _DELETES.search(folded(c.name))]
    return found


def _gives_on(files: FilePair, block: Block, home: str) -> bool:
    """Whether what was asked about is still given to something that was given it before."""
    before, after = files.before, files.after
    assert before is not None and after is not None
    names = {word for match in re.finditer(r"\w+\(\s*(\w+)\s*\)", block.detail) for word in match.groups()}
    known = {c.name for c in calls_of(before, home) if any(a.value.text in names for a in c.arguments)}
    kept = (c for c in calls_of(after, home) if any(a.value.text in names for a in c.arguments))
    return any(c.name in known for c in kept)


def _deletes(file: FileFacts, block: Block) -> Call | None:
    inside = (
        c
        for c in file.syntax.calls
        if block.span.contains(c.span) and qualified(file, c.function) == qualified(file, block.function)
    )
    return next((c for c in inside if _DELETES.search(folded(c.name)) and c.name != "removeprefix"), None)


def _may_test(block: Block) -> bool:
    """Any test that may be about the value: of null, of its truth, or a pattern."""
    return block.kind is BlockKind.CONDITIONAL and (
        _VALUE.search(block.detail) is not None
        or block.detail.startswith(("Some", "None", "case "))
        or NOTHING.search(block.detail) is not None
    )


def _uses(file: FileFacts, home: str) -> bool:
    """Whether the function still takes a record's value, or maps values."""
    for call in file.syntax.calls:
        if qualified(file, call.function) == home:
            texts = (f"{call.receiver}.{call.name}", *(a.value.text for a in call.arguments))
            if (
                any(re.search(r"\.(get_?)?(value|payload)\b", t, re.IGNORECASE) for t in texts)
                or call.name == "mapValues"
            ):
                return True
    return False


def _is_handed_on(files: FilePair, before: FileFacts, after: FileFacts, home: str) -> bool:
    """Whether the record or its value is given to something new, which may do what the branch did."""
    known = {(c.receiver, c.name) for c in before.syntax.calls if qualified(before, c.function) == home}
    names = {name for receiver, name in known if not receiver}  # `fromJson(text)` is `Json.fromJson(text)` now
    for call in after.syntax.calls:
        if (
            qualified(after, call.function) == home
            and (call.receiver, call.name) not in known
            and call.name not in names
            and not call.is_construction
        ):
            if call.name not in ("unwrap", "expect") and any(
                a.value.kind in (ExpressionKind.NAME, ExpressionKind.CALL) and files.touches(call.span)
                for a in call.arguments
            ):
                return True
    return False


def _text(files: FilePair, after: FileFacts, home: str) -> str:
    lines = (files.change.after or "").split("\n")
    spans = [f.span for f in after.syntax.functions if f.qualified == home]
    return "\n".join("\n".join(lines[s.first_line - 1 : s.last_line]) for s in spans)


RULE = Rule(
    __name__,
    __doc__,
    category=Category.STATE_CONSISTENCY,
    severity=Severity.HIGH,
    confidence=Confidence.MEDIUM,
    only=("kafka-consumer", "kafka-streams", "kafka-connect"),
    compare=compare,
)
