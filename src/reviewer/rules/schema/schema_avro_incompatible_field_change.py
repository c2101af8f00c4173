"""Records in the topic can't be read with the changed schema.

An Avro record changes so that old data or old readers can't be read.

## What it catches

In an `.avsc` or `.avdl` file: a field added without a default, a field that loses its default, a field without a default removed, a field renamed without an alias, a type
changed beyond Avro's promotions, a union branch removed, a logical type, scale, precision or fixed size changed, a record renamed or
moved to another namespace, a field that stands twice. One finding per record.

## Why it hurts in production

A topic holds old and new records at the same time, for as long as its retention. A reader with the new schema meets an old record
and fails: a poison pill in every partition. Or the producers are deployed first, and every old reader fails.

## What to do

Add fields with a default; remove in two steps (first a default, later the field); rename through an alias; for another type, add a
new field and write both for a time.

## What it cannot see

The compatibility mode of the subject; schemas that never reach a topic (the text says so when no code that streams them was read); schemas inside
code. Order of fields, documentation, properties for code generators, and whether a named type is written in place or referred to make no
difference. Enum symbols and defaults have a rule of their own.

## Examples

### bad: fields without a default: one finding, on the first
--- order.avsc
 {
   "type": "record",
   "name": "Order",
   "namespace": "shop",
   "fields": [
     {"name": "id", "type": "string"},
-    {"name": "amount", "type": "long"}
+    {"name": "amount", "type": "long"},
+    {"name": "currency", "type": "string"},
^ here
+    {"name": "country", "type": "string"}
   ]
 }

### bad: another type
--- order.avsc
 {
   "type": "record",
   "name": "Order",
   "namespace": "shop",
   "fields": [
     {"name": "id", "type": "string"},
-    {"name": "amount", "type": "long"}
+    {"name": "amount", "type": "int"}
^ here
   ]
 }

### good: a field with a default
--- order.avsc
 {
   "type": "record",
   "name": "Order",
   "namespace": "shop",
   "fields": [
     {"name": "id", "type": "string"},
-    {"name": "amount", "type": "long"}
+    {"name": "amount", "type": "long"},
+    {"name": "currency", "type": "string", "default": "EUR"}
   ]
 }

### good: a promotion and a comment
--- order.avsc
 {
   "type": "record",
   "name": "Order",
   "namespace": "shop",
   "fields": [
     {"name": "id", "type": "string"},
-    {"name": "amount", "type": "int"}
+    {"name": "amount", "type": "long", "doc": "in cents"}
   ]
 }

## References

- https://avro.apache.org/docs/1.12.0/specification/#schema-resolution
- https://docs.confluent.io/platform/current/schema-registry/fundamentals/schema-evolution.html
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace

from reviewer.core.finding import Category, Confidence, Severity
from reviewer.facts.delta import Delta
from reviewer.facts.streaming.evolution import Evolution, evolution
from reviewer.facts.streaming.model import Schema, SchemaField
from reviewer.rules.rule import Hit, Rule
from reviewer.rules.streamed import weight
from reviewer.rules.support import line, short

_LISTED = 4  # names that a message lists before it counts


def compare(delta: Delta) -> Iterator[Hit]:
    """Records matched by full name or alias, then field by field; names that changed, together."""
    renamed: list[tuple[Schema, Schema]] = []
    for _, before, after in delta.modified():
        if after.is_test:
            continue
        old = {schema.fullname: schema for schema in before.schemas if schema.format == "avro"}
        for schema in after.schemas:
            was = old.get(schema.fullname) or next((old[a] for a in schema.aliases if a in old), None)
            if was is not None and schema.format == "avro":
                yield from (_noted(hit, delta, schema) for hit in (*_record(was, schema), *_fixed(was, schema)))
                yield from _doubled(was, schema)
        renamed += _renamed(before.schemas, after.schemas)
    yield from _names(renamed)


def _noted(hit: Hit, delta: Delta, schema: Schema) -> Hit:
    return replace(hit, message=hit.message + weight(delta, schema).note)


def _record(was: Schema, now: Schema) -> Iterator[Hit]:
    changes = evolution(was, now)
    said = [*_added(changes), *_removed(changes), *_retyped(changes), *_bared(changes)]
    if not said:
        return
    right = [*changes.added, *(mine for _, mine in (*changes.retyped, *changes.reread, *changes.bared))]
    only_removed = not right or right == [mine for _, mine in changes.bared]
    yield Hit(
        subject=f"{now.fullname}: {' '.join(_marks(changes))}",
        span=line(min(right or changes.removed, key=lambda f: f.span.first_line).span),
        message=f"{now.fullname}: {'; '.join(text for text, _ in said)}.",
        scenario=_scenario(changes),
        fix=" ".join(dict.fromkeys(fix for _, fix in said)),
        severity=Severity.HIGH if only_removed else None,
        confidence=Confidence.MEDIUM if only_removed and right and not changes.removed else None,
        evidence=tuple(
            line(f.span) for f in sorted(right or changes.removed, key=lambda f: f.span.first_line)[1:_LISTED]
        ),
    )


def _marks(changes: Evolution) -> Iterator[str]:
    yield from (f"+{f.name}" for f in changes.added)
    yield from (f"-{f.name}" for f in changes.removed)
    yield from (f"{mine.name}:{old.type}->{mine.type}" for old, mine in (*changes.retyped, *changes.reread))
    yield from (f"{mine.name}:no default" for _, mine in changes.bared)


def _listed(fields: list[SchemaField]) -> str:
    names = [f"`{f.name}`" for f in fields[:_LISTED]]
    more = f" and {len(fields) - _LISTED} more" if len(fields) > _LISTED else ""
    return ", ".join(names) + more


def _added(changes: Evolution) -> Iterator[tuple[str, str]]:
    if changes.added:
        verb = "is" if len(changes.added) == 1 else "are"
        yield (
            f"{_listed(changes.added)} {verb} added without a default",
            f'Give {_listed(changes.added)} a default (for instance "type": ["null", …], "default": null).',
        )


def _removed(changes: Evolution) -> Iterator[tuple[str, str]]:
    if not changes.removed:
        return
    verb = "is" if len(changes.removed) == 1 else "are"
    names = _listed(changes.removed)
    twins = [f for f in changes.candidates if f.type == changes.removed[0].type] if len(changes.removed) == 1 else []
    if len(twins) == 1:
        fix = f'If `{twins[0].name}` is the new name, add "aliases": ["{changes.removed[0].name}"] to it and upgrade every reader before the first producer.'
    else:
        fix = f"Give {names} a default first and deploy all readers, then remove {'it' if verb == 'is' else 'them'}."
    yield f"{names}, without a default until now, {verb} removed", fix


def _retyped(changes: Evolution) -> Iterator[tuple[str, str]]:
    for old, mine in (*changes.retyped, *changes.reread):
        yield (
            f"`{mine.name}` was {short(old.type, 60)} and is now {short(mine.type, 60)}",
            f"Leave `{mine.name}` as it is, add a field of the new type with a default, and write both for a time.",
        )


def _bared(changes: Evolution) -> Iterator[tuple[str, str]]:
    for old, mine in changes.bared:
        yield (
            f"`{mine.name}` loses its default {short(old.default or '', 40)}",
            f"Put the default of `{mine.name}` back.",
        )


def _scenario(changes: Evolution) -> tuple[str, ...]:
    if changes.added:
        return _new_reader(f"an old record without `{changes.added[0].name}`")
    if changes.retyped:
        old, mine = changes.retyped[0]
        return _new_reader(f"an old record whose `{mine.name}` is {short(old.type, 40)}")
    if changes.reread:
        return (
            "The topic holds records of the old schema, and producers and readers are not replaced in the same second.",
            f"A reader takes the old number in `{changes.reread[0][1].name}` for one of the new unit: the bytes fit, so nothing fails.",
            "Times or amounts are off by powers of ten, silently, in everything that is computed from them.",
        )
    if not changes.removed and changes.bared:
        return _new_reader(
            f"a record of before it had `{changes.bared[0][1].name}`, for which nothing is filled in any more,"
        )
    return (
        "The producers are deployed first and write records without the field.",
        f"Readers that still have the old schema need `{changes.removed[0].name}` and have no default for it: AvroTypeException.",
        "Every reader that is not yet deployed stops at the first new record, or skips it and loses it.",
    )


def _new_reader(what: str) -> tuple[str, ...]:
    return (
        "The readers are deployed with the new schema while the topic still holds old records.",
        f"A reader meets {what} and schema resolution fails (AvroTypeException).",
        "It fails again after every restart: a poison pill stops the partition, or the record is skipped and lost.",
    )


def _fixed(was: Schema, now: Schema) -> Iterator[Hit]:
    if was.kind == now.kind == "fixed" and was.detail != now.detail:
        what = f"had {was.detail} bytes and has {now.detail}"
        yield Hit(
            subject=f"{now.fullname}: {what}",
            span=line(now.span),
            message=f"The fixed {now.fullname} {what}.",
            scenario=_new_reader(f"{was.detail} bytes"),
            fix="Keep the size; put the longer value into a new field.",
        )


def _doubled(was: Schema, now: Schema) -> Iterator[Hit]:
    """Two fields of one name: no parser takes the schema."""
    counts = Counter(f.name for f in now.fields)
    if len(counts) == len(now.fields) or len({f.name for f in was.fields}) != len(was.fields):
        return
    second = [f for position, f in enumerate(now.fields) if f.name in {g.name for g in now.fields[:position]}]
    yield Hit(
        subject=f"{now.fullname}: {second[0].name} twice",
        span=line(second[0].span),
        message=f"{now.fullname} has two fields of the name `{second[0].name}`.",
        scenario=(
            "The schema is built into producers and readers, or sent to the registry.",
            "Parsing it fails: a record has each name once (AvroRuntimeException: Duplicate field).",
            "Producers and readers that parse it don't start; the topic stands still.",
        ),
        fix="Remove one of the two, or rename it and give it a default.",
        severity=Severity.HIGH,
    )


def _renamed(before: tuple[Schema, ...], after: tuple[Schema, ...]) -> Iterator[tuple[Schema, Schema]]:
    """The first type of the file has another full name and no alias to the old one."""
    if (
        not before
        or not after
        or before[0].format != "avro"
        or before[0].fullname == after[0].fullname
        or before[0].kind != after[0].kind
    ):
        return
    was, now = before[0], after[0]
    if was.fullname in now.aliases or any(schema.fullname == was.fullname for schema in after):
        return
    if {f.name for f in was.fields} & {f.name for f in now.fields} or set(was.symbols) & set(now.symbols):
        yield was, now


def _names(pairs: list[tuple[Schema, Schema]]) -> Iterator[Hit]:
    """Renames one by one; types that move to another namespace together are one decision and one finding."""
    groups: dict[tuple[str, ...], list[tuple[Schema, Schema]]] = {}
    for was, now in pairs:
        old, new = was.fullname.rpartition("."), now.fullname.rpartition(".")
        key = (old[0], new[0]) if old[2] == new[2] else (was.fullname, now.fullname)
        groups.setdefault(key, []).append((was, now))
    for group in groups.values():
        was, now = group[0]
        others = f" (and {len(group) - 1} more types with it)" if len(group) > 1 else ""
        yield Hit(
            subject=f"{was.fullname} -> {now.fullname}",
            span=line(now.span),
            message=f"{was.fullname} is now {now.fullname}{others}, without an alias.",
            scenario=(
                f"The topic still holds records that were written as {was.fullname}; old producers go on writing them.",
                "A reader of generated classes looks for a class of the writer's name and finds none "
                f'("Could not find class {was.fullname}"); in a union the branch is not found either.',
                "It fails again after every restart: a poison pill stops the partition, or the record is skipped and lost.",
            ),
            fix=f'Keep the full name {was.fullname}. If it must change, add "aliases": ["{was.fullname}"], read with an explicit reader schema, '
            "and upgrade every reader before the first producer; or write to a new topic.",
            severity=Severity.HIGH,
            evidence=tuple(line(other.span) for _, other in group[1:3]),
        )


RULE = Rule(
    __name__,
    __doc__,
    category=Category.SCHEMA,
    severity=Severity.CRITICAL,
    confidence=Confidence.HIGH,
    compare=compare,
)
