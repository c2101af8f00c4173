"""An Avro enum or default is not what old readers can take.

An enum loses or gains symbols without a default, or a field's default is of no branch, or not of the first, of its union.

## What it catches

In `.avsc` and `.avdl`: a symbol that is removed or added while the enum has no default; a default of another type than the field's; a union whose
default belongs to another branch than the first, also because the branches changed places.

## Why it hurts in production

A reader that meets a symbol it does not know, and has no default symbol, fails: `No match for symbol`. It fails again after every restart. A
default that does not fit is refused when the schema is parsed, or is filled in as another value than was meant: `"null"` is a text.

## What to do

Give the enum a default (`"default": "UNKNOWN"`), deploy every reader, then use new symbols. Put the default's branch first: `["null", "string"]` with
`null`, `["string", "null"]` with a text.

## What it cannot see

Whether every reader was deployed before the first producer uses a new symbol. Since Avro 1.12 the default may be of any branch.

## Examples

### bad: a symbol goes and the enum has no default
--- state.avsc
 {
   "type": "enum",
   "name": "State",
   "symbols": [
     "NEW",
-    "PAID",
-    "LOST"
^ here
+    "PAID"
   ]
 }

### bad: null as a text
--- order.avsc
 {
   "type": "record",
   "name": "Order",
   "fields": [
     {"name": "id", "type": "string"},
+    {"name": "note", "type": ["null", "string"], "default": "null"}
^ here
   ]
 }

### good: a symbol comes, and old readers have a default
--- state.avsc
 {
   "type": "enum",
   "name": "State",
   "default": "UNKNOWN",
-  "symbols": ["UNKNOWN", "NEW"]
+  "symbols": ["UNKNOWN", "NEW", "PAID"]
 }

### good: the default is of the first branch
--- order.avsc
 {
   "type": "record",
   "name": "Order",
   "fields": [
     {"name": "id", "type": "string"},
+    {"name": "note", "type": ["null", "string"], "default": null},
+    {"name": "tags", "type": {"type": "array", "items": "string"}, "default": []}
   ]
 }

## References

- https://avro.apache.org/docs/1.12.0/specification/#schema-resolution
- https://avro.apache.org/docs/1.11.1/specification/#unions
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from reviewer.core.finding import Category, Confidence, Severity
from reviewer.core.span import Span
from reviewer.facts.delta import Delta
from reviewer.facts.streaming.model import FactSet, Schema, SchemaField
from reviewer.rules.rule import Hit, Rule
from reviewer.rules.streamed import weight
from reviewer.rules.support import line

_LISTED = 4  # symbols that a message lists before it counts


def compare(delta: Delta) -> Iterator[Hit]:
    """Enums by their full name or an alias of it."""
    for _, before, after in delta.modified():
        if after.is_test:
            continue
        old = {
            schema.fullname: schema for schema in before.schemas if schema.format == "avro" and schema.kind == "enum"
        }
        for now in after.schemas:
            was = old.get(now.fullname) or next((old[alias] for alias in now.aliases if alias in old), None)
            if was is not None and now.kind == "enum":
                yield from _symbols(was, now, weight(delta, now).note)


def _symbols(was: Schema, now: Schema, note: str) -> Iterator[Hit]:
    gone = [symbol for symbol in was.symbols if symbol not in now.symbols]
    come = [symbol for symbol in now.symbols if symbol not in was.symbols]
    if gone and not now.detail:
        yield _gone(was, now, gone, note)
    elif come and not was.detail:
        yield _come(now, come, note)


def _listed(symbols: list[str]) -> str:
    more = f" and {len(symbols) - _LISTED} more" if len(symbols) > _LISTED else ""
    return ", ".join(f"`{symbol}`" for symbol in symbols[:_LISTED]) + more


def _line_of(schema: Schema, symbol: str) -> Span:
    return line(next((span for place, span in schema.places if place == (symbol,)), schema.span))


def _gone(was: Schema, now: Schema, gone: list[str], note: str) -> Hit:
    return Hit(
        subject=f"{now.fullname}: loses {', '.join(gone)}",
        span=_line_of(was, gone[0]),
        message=f"The enum {now.fullname} loses {_listed(gone)} and has no default symbol.{note}",
        scenario=(
            f"The readers are deployed with the new schema while the topic still holds records with `{gone[0]}`.",
            f"A reader meets one and schema resolution fails: No match for {gone[0]} (AvroTypeException).",
            "It fails again after every restart: a poison pill stops the partition, or the record is skipped and lost.",
        ),
        fix=f'Keep {_listed(gone)}, or give the enum a default ("default": …) and deploy every reader with it first.',
    )


def _come(now: Schema, come: list[str], note: str) -> Hit:
    return Hit(
        subject=f"{now.fullname}: gains {', '.join(come)}",
        span=_line_of(now, come[0]),
        message=f"The enum {now.fullname} gains {_listed(come)}, and readers of the old version have no default symbol.{note}",
        scenario=(
            f"A producer is deployed and writes `{come[0]}`.",
            f"A reader that is not yet deployed does not know it and has no default: No match for {come[0]} (AvroTypeException).",
            "It stops at the record until it is deployed, or skips the record and loses it.",
        ),
        fix=f"Deploy every reader before the first producer writes {_listed(come)}; give the enum a default so that the next symbol needs no order.",
        severity=Severity.MEDIUM,
        confidence=Confidence.MEDIUM,
    )


def inspect(facts: FactSet) -> Iterator[Hit]:
    """Defaults that don't fit the type of their field."""
    for file in facts.files:
        for schema in file.schemas if not file.is_test else ():
            for field in schema.fields if schema.format == "avro" else ():
                if field.default is not None and (what := _misfit(field)):
                    yield _default(schema, field, what)


def _misfit(field: SchemaField) -> str:
    """What is wrong with a default: "none" of the type, "later" branch of the union, or nothing."""
    written, default = json.loads(field.type), json.loads(field.default or "null")
    if not isinstance(written, list):
        return "" if _fits(written, default) else "none"
    fitting = [_fits(branch, default) for branch in written]
    if not written or fitting[0]:
        return ""
    return "later" if any(fitting) else "none"


_PYTHON: dict[str, tuple[type, ...]] = {
    "boolean": (bool,), "int": (int,), "long": (int,), "float": (int, float), "double": (int, float), "string": (str,),
    "bytes": (str,), "array": (list,), "map": (dict,), "null": (type(None),),
}  # fmt: skip


def _fits(written: Any, default: Any) -> bool:
    """Whether a default can be of a type; of a named one it is not known what it takes, but not null."""
    if isinstance(written, dict):
        return _fits(written.get("type"), default)
    if isinstance(written, list):
        return any(_fits(branch, default) for branch in written)
    if written not in _PYTHON:
        return isinstance(default, str | dict)
    if isinstance(default, float) and written in ("int", "long"):
        return default.is_integer()
    return isinstance(default, _PYTHON[written]) and (written == "boolean" or not isinstance(default, bool))


def _default(schema: Schema, field: SchemaField, what: str) -> Hit:
    none = what == "none"
    fits = "fits no type of the field" if none else "is not of the first branch"
    return Hit(
        subject=f"{schema.fullname}.{field.name}: default {fits}",
        span=line(field.span),
        message=f"The default {field.default} of `{field.name}` in {schema.fullname} {fits}: {field.type}.",
        scenario=(
            "The schema is registered, or built into a producer or reader.",
            "A parser that checks defaults refuses it (AvroTypeException: Invalid default)"
            + ("." if none else "; before Avro 1.12 only the first branch counts."),
            "What parses it fails to start; where defaults are not checked, a reader of old records fails or gets another value than was meant.",
        ),
        fix="Write null without quotation marks."
        if field.default == '"null"'
        else "Write a default of the field's type, with its branch first in the union.",
        severity=Severity.HIGH if none else Severity.MEDIUM,
        confidence=Confidence.HIGH if none else Confidence.MEDIUM,
    )


RULE = Rule(
    __name__,
    __doc__,
    category=Category.SCHEMA,
    severity=Severity.HIGH,
    confidence=Confidence.HIGH,
    inspect=inspect,
    compare=compare,
)
