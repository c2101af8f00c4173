"""Schemas count by what changes: what written records, or readers of the other version, do not survive.

Nothing shows that such a schema is streamed; it may be an API's. So only these changes count, and the reason says so.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from typing import Any, NamedTuple

from reviewer.core.change import FileChange
from reviewer.core.span import Side
from reviewer.facts.syntax import Assignment, SyntaxFacts, TypeDeclaration

_FEW = 50  # breaks of one file that are looked for
Lines = Mapping[Side, frozenset[int]]


class Break(NamedTuple):
    """An incompatible change: what, and the lines on which it is made."""

    what: str
    lines: Lines


def breaks(change: FileChange, before: SyntaxFacts | None, after: SyntaxFacts | None) -> tuple[Break, ...]:
    """The incompatible changes of a Protobuf file or a JSON Schema that exists on both sides."""
    if change.before is None or change.after is None or before is None or after is None:
        return ()
    if change.path.endswith(".proto"):
        return tuple(islice(_protobuf(before, after, change.after), _FEW))
    if change.path.endswith(".json") and _SCHEMA.search(change.after):
        return tuple(islice(_json_schema(change.before, change.after, before, after), _FEW))
    return ()


# ------------------------------------------------------------------ Protobuf

_SAME_ON_THE_WIRE = (
    frozenset(("int32", "uint32", "int64", "uint64", "bool")), frozenset(("sint32", "sint64")), frozenset(("string", "bytes")),
    frozenset(("fixed32", "sfixed32")), frozenset(("fixed64", "sfixed64")),
)  # fmt: skip
_RESERVED = re.compile(r"\breserved[ \t]+([^;{}]{1,2000});")
_RANGE = re.compile(r"(\d+)(?:\s+to\s+(\d+|max))?")


def _protobuf(before: SyntaxFacts, after: SyntaxFacts, text: str) -> Iterator[Break]:
    """Numbers that are used for something else or are given up without being reserved."""
    old, new = _fields(before), _fields(after)
    rows = text.split("\n")
    reserved = {declared.qualified: _reserved(declared, rows) for declared in after.types}
    for (owner, number), field in old.items():
        now = new.get((owner, number))
        at = f"{field.target} = {number} of {owner}"
        if owner not in reserved:
            continue
        if now is None:
            if not any(first <= int(number) <= last for first, last in reserved[owner]):
                yield Break(f"{at} goes without its number being reserved", _lines(field, None))
        elif now.target != field.target and not _same_type(field, now):
            yield Break(f"the number of {at} is used for {now.target}", _lines(field, now))
        elif not _same_type(field, now):
            yield Break(f"{at} becomes {' '.join((*now.modifiers, now.declared_type))}", _lines(field, now))


def _fields(facts: SyntaxFacts) -> dict[tuple[str, str], Assignment]:
    """(message or enum, number) -> field or value."""
    return {
        (facts.types[a.type].qualified, a.value.text): a
        for a in facts.assignments
        if a.type is not None and a.value is not None
    }


def _same_type(one: Assignment, other: Assignment) -> bool:
    if ("repeated" in one.modifiers) is not ("repeated" in other.modifiers):
        return False
    types = {one.declared_type.rsplit(".", 1)[-1], other.declared_type.rsplit(".", 1)[-1]}
    return len(types) == 1 or any(types <= group for group in _SAME_ON_THE_WIRE)


def _reserved(declared: TypeDeclaration, rows: Sequence[str]) -> list[tuple[int, int]]:
    """The ranges of numbers that a message or enum reserves."""
    inside = "\n".join(rows[declared.span.first_line - 1 : declared.span.last_line])
    ranges = (found for statement in _RESERVED.findall(inside) for found in _RANGE.findall(statement))
    return [(int(first), 1 << 30 if last == "max" else int(last or first)) for first, last in ranges]


def _lines(old: Assignment | None, new: Assignment | None) -> Lines:
    found = {}
    for side, field in ((Side.BEFORE, old), (Side.AFTER, new)):
        if field is not None:
            found[side] = frozenset(range(field.span.first_line, field.span.last_line + 1))
    return found


# --------------------------------------------------------------- JSON Schema

_SCHEMA = re.compile(r"\"\$schema\"\s*:\s*\"[^\"\n]*json-schema|\"\$schema\"\s*:\s*\"[^\"\n]*/schema#?\"")
_DEEP = 40
_LOWER = ("minimum", "exclusiveMinimum", "minLength", "minItems", "minProperties")
_UPPER = ("maximum", "exclusiveMaximum", "maxLength", "maxItems", "maxProperties")
_NAMED = ("properties", "definitions", "$defs", "patternProperties", "dependentSchemas")
_LISTED = ("allOf", "anyOf", "oneOf", "prefixItems")
_SINGLE = ("items", "additionalProperties", "not", "contains", "if", "then", "else")
Keys = tuple[str, ...]


def _json_schema(old_text: str, new_text: str, before: SyntaxFacts, after: SyntaxFacts) -> Iterator[Break]:
    """Records that were valid and no longer are."""
    try:
        old, new = json.loads(old_text), json.loads(new_text)
    except (ValueError, RecursionError):
        return
    for keys, what in _narrowed(old, new, (), 0):
        lines = {side: _at(keys, facts) for side, facts in ((Side.BEFORE, before), (Side.AFTER, after))}
        where = ".".join(key for key in keys[:-1] if key not in _NAMED)
        yield Break(f"{what}{f' in {where}' if where else ''}", lines)


def _at(keys: Keys, facts: SyntaxFacts) -> frozenset[int]:
    """The lines of what stands under some keys."""
    under = [entry.span for entry in facts.entries if entry.keys[: len(keys)] == keys]
    return frozenset(number for span in under for number in range(span.first_line, span.last_line + 1))


def _narrowed(old: Any, new: Any, keys: Keys, depth: int) -> Iterator[tuple[Keys, str]]:
    if not isinstance(old, dict) or not isinstance(new, dict) or depth > _DEEP:
        return
    yield from ((((*keys, key)), what) for key, what in _tighter(old, new))
    for key in _NAMED:
        there, here = old.get(key), new.get(key)
        if isinstance(there, dict) and isinstance(here, dict):
            for name in there.keys() & here.keys():
                yield from _narrowed(there[name], here[name], (*keys, key, name), depth + 1)
    for key in _SINGLE:
        yield from _narrowed(old.get(key), new.get(key), (*keys, key), depth + 1)
    for key in _LISTED:
        there, here = old.get(key), new.get(key)
        if isinstance(there, list) and isinstance(here, list) and len(there) == len(here):
            for number, (a, b) in enumerate(zip(there, here, strict=True)):
                yield from _narrowed(a, b, (*keys, key, f"[{number}]"), depth + 1)


def _tighter(old: dict[str, Any], new: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """(keyword, what is demanded now) of one schema."""
    types = _set(new.get("type"))
    if types and not (
        _set(old.get("type"))
        and all(t in types or (t == "integer" and "number" in types) for t in _set(old.get("type")))
    ):
        yield "type", f"type is {', '.join(sorted(types))}"
    for name in sorted(_set(new.get("required")) - _set(old.get("required"))):
        yield "required", f"{name} is required"
    if "enum" in new and "enum" not in old:
        yield "enum", "only some values are allowed"
    elif "enum" in new and (gone := _texts(old["enum"]) - _texts(new["enum"])):
        names = sorted(text.strip('"') for text in gone)
        yield "enum", f"enum lacks {', '.join(names)}"
    if "const" in new and new["const"] != old.get("const", object()):
        yield "const", "const is set"
    if new.get("additionalProperties") is False:
        if old.get("additionalProperties") is not False:
            yield "additionalProperties", "additionalProperties is false"
        for name in sorted(_set(old.get("properties")) - _set(new.get("properties"))):
            yield "properties", f"{name} is gone and no other property is allowed"
    for word in ("pattern", "format"):
        if word in new and new[word] != old.get(word):
            yield word, f"{word} is set"
    yield from (
        (word, f"{word} is {new[word]}")
        for word in _LOWER
        if _is_number(new.get(word)) and not _at_least(old.get(word), new[word])
    )
    yield from (
        (word, f"{word} is {new[word]}")
        for word in _UPPER
        if _is_number(new.get(word)) and not _at_most(old.get(word), new[word])
    )


def _set(found: Any) -> set[str]:
    """A word, a list of them or the keys of a mapping as a set."""
    if isinstance(found, str):
        return {found}
    return {item for item in found if isinstance(item, str)} if isinstance(found, list | dict) else set()


def _texts(found: Any) -> set[str]:
    return {json.dumps(item, sort_keys=True) for item in found} if isinstance(found, list) else set()


def _is_number(found: Any) -> bool:
    return isinstance(found, int | float) and not isinstance(found, bool)


def _at_least(old: Any, new: Any) -> bool:
    return _is_number(old) and bool(old >= new)


def _at_most(old: Any, new: Any) -> bool:
    return _is_number(old) and bool(old <= new)
