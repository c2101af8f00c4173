"""An Avro record changes so that old data or old readers can't be read.

## What it catches

In an `.avsc` file: a field added without a default, a field without a default removed, a field renamed without an alias, a type
changed beyond Avro's promotions, a union branch removed, a record renamed without an alias, an enum symbol removed.

## Why it hurts in production

A topic holds old and new records at the same time, for as long as its retention. A reader with the new schema meets an old record
and fails: a poison pill in every partition. Or the producers are deployed first, and every old reader fails.

## What to do

Add fields with a default; remove in two steps (first a default, later the field); rename through an alias; for another type, add a
new field and write both for a time.

## What it cannot see

The compatibility mode of the subject; schemas that never reach a topic; `.avdl` and schemas inside code.

## References

- https://avro.apache.org/docs/1.12.0/specification/#schema-resolution
- https://docs.confluent.io/platform/current/schema-registry/fundamentals/schema-evolution.html
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from reviewer.core.finding import Category, Confidence, Severity
from reviewer.core.rule import Bad, Good, Hit, Rule
from reviewer.core.span import Span
from reviewer.facts.delta import Delta
from reviewer.facts.streaming.model import Schema, SchemaField
from reviewer.rules.support import line, short

# Writer's type -> reader's types that Avro promotes to (specification, "Schema Resolution").
_PROMOTIONS = {
    "int": {"long", "float", "double"},
    "long": {"float", "double"},
    "float": {"double"},
    "string": {"bytes"},
    "bytes": {"string"},
}


def compare(delta: Delta) -> Iterator[Hit]:
    """Records matched by full name (or as the only record of the file), then field by field."""
    for _, before, after in delta.modified():
        old = {schema.fullname: schema for schema in before.schemas}
        for schema in after.schemas:
            was = old.get(schema.fullname) or next((old[a] for a in schema.aliases if a in old), None)
            if was is not None:
                yield from _fields(was, schema)
                yield from _symbols(was, schema)
        yield from _renamed(before.schemas, after.schemas)


def _fields(was: Schema, now: Schema) -> Iterator[Hit]:
    old = {field.name: field for field in was.fields}
    new = {field.name: field for field in now.fields}
    added = [field for name, field in new.items() if name not in old]
    removed = [field for name, field in old.items() if name not in new]
    for field in added:
        source = next((old[a] for a in field.aliases if a in old), None)
        if source is not None:
            removed = [other for other in removed if other.name != source.name]
        elif field.default is None:
            yield _added(now, field)
    for field in removed:
        if field.default is None:
            yield _removed(was, field, [other for other in added if other.type == field.type])
    for name in old.keys() & new.keys():
        if not _reads(json.loads(new[name].type), json.loads(old[name].type)):
            yield _retyped(now, old[name], new[name])


def _reads(reader: Any, writer: Any) -> bool:
    """Whether a reader's type can read what the writer's type wrote. Named types inside are compared on their own."""
    reader, writer = _plain(reader), _plain(writer)
    if reader == writer:
        return True
    if isinstance(writer, list):
        return all(_reads(reader, branch) for branch in writer)
    if isinstance(reader, list):
        return any(_reads(branch, writer) for branch in reader)
    if isinstance(reader, dict) and isinstance(writer, dict):
        return _reads_complex(reader, writer)
    return isinstance(writer, str) and isinstance(reader, str) and reader in _PROMOTIONS.get(writer, set())


def _plain(node: Any) -> Any:
    """`{"type": "string"}` is `"string"`; a logical type or a named type is kept."""
    if isinstance(node, dict) and set(node) <= {"type", "avro.java.string"}:
        return node.get("type")
    return node


def _reads_complex(reader: dict[str, Any], writer: dict[str, Any]) -> bool:
    if reader.get("type") != writer.get("type") or reader.get("logicalType") != writer.get("logicalType"):
        return False
    kind = reader.get("type")
    if kind in ("record", "enum", "error"):
        return True  # matched by name and compared as schemas of their own
    if kind == "fixed":
        return bool(reader.get("size") == writer.get("size"))
    if kind in ("array", "map"):
        key = "items" if kind == "array" else "values"
        return _reads(reader.get(key), writer.get(key))
    return (reader.get("scale"), reader.get("precision")) == (writer.get("scale"), writer.get("precision"))


def _symbols(was: Schema, now: Schema) -> Iterator[Hit]:
    gone = [symbol for symbol in was.symbols if symbol not in now.symbols]
    if was.kind == now.kind == "enum" and gone and not now.detail:
        yield Hit(
            subject=f"{now.fullname}: symbols {','.join(gone)}",
            span=line(now.span),
            message=f"The enum {now.fullname} loses {', '.join(gone)} and has no default symbol.",
            scenario=_new_reader(f"a record with the symbol {gone[0]}"),
            fix="Keep the symbols, or give the enum a default symbol first.",
        )


def _renamed(before: tuple[Schema, ...], after: tuple[Schema, ...]) -> Iterator[Hit]:
    """The top-level record of the file has another full name and no alias to the old one."""
    if not before or not after or before[0].fullname == after[0].fullname or before[0].kind != after[0].kind:
        return
    was, now = before[0], after[0]
    names = {was.fullname, was.fullname.rsplit(".", 1)[-1]}
    if names & set(now.aliases) or not {f.name for f in was.fields} & {f.name for f in now.fields}:
        return
    yield Hit(
        subject=f"{was.fullname} -> {now.fullname}",
        span=line(now.span),
        message=f"The record {was.fullname} is now {now.fullname}, without an alias.",
        scenario=_new_reader(f"a record written as {was.fullname}"),
        fix=f'Keep the name, or add "aliases": ["{was.fullname}"] (readers of other schemas than yours still fail on a union).',
    )


def _new_reader(what: str) -> tuple[str, ...]:
    return (
        "The readers are deployed with the new schema while the topic still holds old records.",
        f"A reader meets {what} and schema resolution fails (AvroTypeException).",
        "It fails again after every restart: a poison pill stops the partition, or the record is skipped and lost.",
    )


def _added(schema: Schema, field: SchemaField) -> Hit:
    return Hit(
        subject=f"{schema.fullname}.{field.name} added",
        span=_where(field),
        message=f"`{field.name}` is added to {schema.fullname} without a default.",
        scenario=_new_reader(f"an old record without `{field.name}`"),
        fix=f'Give `{field.name}` a default ("type": ["null", …], "default": null).',
    )


def _removed(schema: Schema, field: SchemaField, twins: list[SchemaField]) -> Hit:
    renamed = f" (is it now `{twins[0].name}`? then it needs the alias)" if len(twins) == 1 else ""
    return Hit(
        subject=f"{schema.fullname}.{field.name} removed",
        span=_where(field),
        message=f"`{field.name}` of {schema.fullname} had no default and is removed{renamed}.",
        scenario=(
            "The producers are deployed first and write records without the field.",
            f"Readers that still have the old schema need `{field.name}` and have no default for it: AvroTypeException.",
            "Every reader that is not yet deployed stops at the first new record, or skips it and loses it.",
        ),
        fix=f'First give `{field.name}` a default and deploy all readers, then remove it; for a rename use "aliases".',
    )


def _retyped(schema: Schema, was: SchemaField, now: SchemaField) -> Hit:
    return Hit(
        subject=f"{schema.fullname}.{now.name}: {was.type} -> {now.type}",
        span=_where(now),
        message=f"`{now.name}` of {schema.fullname} was {short(was.type, 40)} and is now {short(now.type, 40)}: Avro does not promote that.",
        scenario=_new_reader(f"an old record whose `{now.name}` is {short(was.type, 40)}"),
        fix=f"Add a new field with the new type and a default, write both for a time, and leave `{now.name}` as it is.",
    )


def _where(field: SchemaField) -> Span:
    return line(field.span)


def _record(fields: str) -> dict[str, str]:
    return {
        "order.avsc": f"""{{
  "type": "record",
  "name": "Order",
  "namespace": "shop",
  "fields": [
    {{"name": "id", "type": "string"}},
{fields}
  ]
}}
"""
    }


_AMOUNT = '    {"name": "amount", "type": "long"}'

RULE = Rule(
    id="schema-avro-incompatible-field-change",
    title="Records in the topic can't be read with the changed schema",
    category=Category.SCHEMA,
    severity=Severity.CRITICAL,
    confidence=Confidence.HIGH,
    technologies=("schema",),
    references=("https://avro.apache.org/docs/1.12.0/specification/#schema-resolution",),
    compare=compare,
    bad=(
        Bad(
            title="a field without a default",
            before=_record(_AMOUNT),
            after=_record(f'{_AMOUNT},\n    {{"name": "currency", "type": "string"}}'),
            marks=(("order.avsc", "RIGHT", 8),),
        ),
        Bad(
            title="another type",
            before=_record(_AMOUNT),
            after=_record('    {"name": "amount", "type": "int"}'),
            marks=(("order.avsc", "RIGHT", 7),),
        ),
        Bad(
            title="a field without a default is removed",
            before=_record(f'{_AMOUNT},\n    {{"name": "currency", "type": "string"}}'),
            after=_record(_AMOUNT),
            marks=(("order.avsc", "LEFT", 8),),
        ),
    ),
    good=(
        Good(
            title="a field with a default",
            before=_record(_AMOUNT),
            after=_record(f'{_AMOUNT},\n    {{"name": "currency", "type": "string", "default": "EUR"}}'),
        ),
        Good(
            title="a promotion and a comment",
            before=_record('    {"name": "amount", "type": "int"}'),
            after=_record('    {"name": "amount", "type": "long", "doc": "in cents"}'),
        ),
        Good(
            title="a rename with an alias",
            before=_record(_AMOUNT),
            after=_record('    {"name": "cents", "aliases": ["amount"], "type": "long"}'),
        ),
    ),
)
