"""The key of a record has other bytes: the same entity is two keys.

The schema of a key changes, even in a way that readers can follow.

## What it catches

A record of Avro, or a message of Protobuf, that is a key by its name or its file's (`OrderKey`, `order-key.avsc`), to which a field is added (with a default too), from which
one is removed, or in which the order or a type differs. What readers can't read at all, the rules about schemas say.

## Why it hurts in production

Partitions, compaction and joins compare the bytes of a key, not its meaning. Compatibility is a promise about values; a key with one more field is another key:
the next record of the same entity goes to another partition, compaction keeps the old record for ever, a table has two rows, and joins find nothing.

## What to do

Leave the key as it is and put the new field into the value. To change a key, write to a new topic and migrate its readers.

## What it cannot see

Whether the type is a record's key; that the topic is new. Keys of JSON, whose bytes are made by code.

## Examples

### bad: a field with a default is added
--- order-key.avsc
 {
   "type": "record",
   "name": "OrderKey",
   "namespace": "shop",
   "fields": [
-    {"name": "id", "type": "string"}
+    {"name": "id", "type": "string"},
+    {"name": "region", "type": "string", "default": "eu"}
^ here
   ]
 }

### bad: Protobuf: a field that is set from now on
--- keys.proto
 syntax = "proto3";
 message SeatKey {
   string flight = 1;
+  string cabin = 2; // ! here
 }

### good: the value has the new field
--- order.avsc
 {
   "type": "record",
   "name": "Order",
   "namespace": "shop",
   "fields": [
-    {"name": "key", "type": "string"}
+    {"name": "key", "type": "string"},
+    {"name": "region", "type": "string", "default": "eu"}
   ]
 }

### good: a key that opens something
--- api_key.proto
 syntax = "proto3";
 message ApiKey {
   string id = 1;
+  string owner = 2;
 }

## References

- https://docs.confluent.io/platform/current/schema-registry/fundamentals/schema-evolution.html
- https://kafka.apache.org/documentation/#compaction
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import PurePosixPath

from reviewer.core.finding import Category, Confidence, Severity
from reviewer.facts.delta import Delta
from reviewer.facts.streaming.evolution import evolution
from reviewer.facts.streaming.evolution_protobuf import protobuf_changes
from reviewer.facts.streaming.model import Schema, SchemaField
from reviewer.rules.checks.words import Words, of_change
from reviewer.rules.rule import Hit, Rule
from reviewer.rules.streamed import weight
from reviewer.rules.support import short

_KEY = re.compile(r"(?<=[a-z0-9])Key$|(?:^|[-_.])key$")
#: What is called a key and is no record's: it opens, signs, points or counts.
_OTHER = re.compile(
    r"(?:api|public|private|secret|access|encrypt\w*|decrypt\w*|signing|license|foreign|primary|ssh|hot|idempotency|cache|sort|auth\w*|"
    r"crypto\w*|activation|translation|i18n|config\w*|feature|master|session)[-_.]?key$",
    re.IGNORECASE,
)
_WORDS = Words(
    "The key {name} had {old} and has {new}: its bytes are other ones, whatever readers can do with them.{note}",
    (
        "Records of one entity were written under the old bytes of {name} and wait in, or are compacted in, one partition.",
        "The next record of that entity has a key of other bytes: it hashes to another partition, and no table or compaction takes it for the same.",
        "It is handled beside the older ones, in any order; the old record stays for ever, and joins by the old form find nothing.",
    ),
    "Leave {name} as it is and put the change into the value; else write to a new topic and migrate its readers.",
)


def compare(delta: Delta) -> Iterator[Hit]:
    """Types that are keys by their name, in both versions of a file."""
    for _, before, after in delta.modified():
        old = {schema.fullname: schema for schema in before.schemas}
        for schema in after.schemas if not after.is_test else ():
            was = old.get(schema.fullname)
            if was is not None and _is_key(schema, len(after.schemas)) and _bytes(was) != _bytes(schema):
                if not _is_said(was, schema):
                    yield _hit(delta, was, schema)


def _is_key(schema: Schema, types: int) -> bool:
    if schema.kind not in ("record", "message"):
        return False
    file = PurePosixPath(schema.span.path).name.split(".")[0]
    names = [schema.local.rsplit(".", 1)[-1], *([file] if types == 1 else [])]
    return any(_KEY.search(name) for name in names) and not any(_OTHER.search(name) for name in names)


def _bytes(schema: Schema) -> tuple[tuple[str, str], ...]:
    """What decides on the wire: for Avro types in their order, for Protobuf numbers and types."""
    if schema.format == "avro":
        return tuple(("", field.type) for field in schema.fields)
    return tuple(sorted((str(field.number), f"{field.label} {field.type}") for field in schema.fields))


def _is_said(was: Schema, now: Schema) -> bool:
    """Whether readers can't follow the change: then other rules have told it."""
    if now.format == "avro":
        changes = evolution(was, now)
        return bool(changes.added or changes.removed or changes.retyped or changes.reread)
    return any(True for _ in protobuf_changes([was], [now]))


def _hit(delta: Delta, was: Schema, now: Schema) -> Hit:
    names = {field.name for field in was.fields}
    new = [field for field in now.fields if field.name not in names]
    changed = [field for field in now.fields if delta.touches(field.span)]
    gone = [field for field in was.fields if delta.touches(field.span)]
    place = next(iter((*new, *changed, *gone)), None)
    weighed = weight(delta, now)
    before, after = _listed(was.fields), _listed(now.fields)
    shown = (before, after) if before != after else (_typed(was.fields), _typed(now.fields))
    return _WORDS.hit(
        of_change(now.fullname, before, after), (place or now).span, confidence=Confidence.MEDIUM,
        severity=weighed.of(Severity.CRITICAL), name=now.local.rsplit(".", 1)[-1], old=shown[0], new=shown[1],
        note=weighed.note if weighed.stream is not None else "",
    )  # fmt: skip


def _listed(fields: tuple[SchemaField, ...]) -> str:
    return ", ".join(f"`{field.name}`" for field in fields[:6]) or "no field"


def _typed(fields: tuple[SchemaField, ...]) -> str:
    """With types: where only they differ the names alone say nothing."""
    types = [short(field.type, 40).strip('"') for field in fields[:6]]
    return ", ".join(f"`{field.name}` ({kind})" for field, kind in zip(fields, types, strict=False))


RULE = Rule(
    __name__,
    __doc__,
    category=Category.ORDERING,
    severity=Severity.CRITICAL,
    confidence=Confidence.MEDIUM,
    put_back=True,
    compare=compare,
)
