"""Schemas count by what changes: what written records, or readers of the other version, do not survive.

Nothing shows that such a schema is streamed; it may be an API's. So only these changes count, and the reason says so. What breaks is
decided in the facts (`evolution_protobuf.py`, `schemas_json.py`), for the rules and for this.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import islice
from typing import NamedTuple

from reviewer.core.change import FileChange
from reviewer.core.span import Side, Span
from reviewer.facts.streaming.evolution_protobuf import Change, Damage, protobuf_changes
from reviewer.facts.streaming.model import Schema, SchemaField
from reviewer.facts.streaming.schemas_json import is_json_schema, json_schemas, narrowings
from reviewer.facts.streaming.schemas_protobuf import protobuf_schemas
from reviewer.facts.syntax import SyntaxFacts

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
        old = protobuf_schemas(change.before, before.path, Side.BEFORE)
        return tuple(islice(_protobuf(old, protobuf_schemas(change.after, after.path, Side.AFTER)), _FEW))
    if change.path.endswith(".json"):
        if (unread := _unread(change, before, after)) is not None:
            return (unread,)
        schemas = json_schemas(change.before, before, Side.BEFORE), json_schemas(change.after, after, Side.AFTER)
        return tuple(islice(_json_schema(*schemas), _FEW))
    return ()


def _unread(change: FileChange, before: SyntaxFacts, after: SyntaxFacts) -> Break | None:
    """A JSON Schema that is no JSON on one side: nobody can tell what it refuses."""
    if not any(is_json_schema(change.path, text) for text in (change.before or "", change.after or "")):
        return None
    lines = {side: syntax.broken[0] for side, syntax in ((Side.BEFORE, before), (Side.AFTER, after)) if syntax.broken}
    if not lines:
        return None
    said = " and ".join(
        f"line {n} {'before' if side is Side.BEFORE else 'after'} the change" for side, n in lines.items()
    )
    whole = {side: frozenset(range(1, len((change.text(side) or "").split("\n")) + 1)) for side in Side}
    return Break(f"it is no valid JSON at {said}", whole)


def _protobuf(before: tuple[Schema, ...], after: tuple[Schema, ...]) -> Iterator[Break]:
    for change in protobuf_changes(before, after):
        if change.damage is Damage.RENAMED:
            continue  # of any Protobuf, a name alone breaks nothing
        yield Break(_said(change), _lines(f.span for f in (change.old, change.new) if f is not None))


def _said(change: Change) -> str:
    old, new = change.old, change.new
    if new is None:
        return f"{_at(old, change.schema)} goes without its number being reserved"
    if change.damage is Damage.REUSED and old is not None:
        return f"the number of {_at(old, change.schema)} is used for {new.name}"
    if change.damage is Damage.MOVED or (change.damage is Damage.ZERO and old is not None and old.name == new.name):
        return f"{_at(old, change.schema)} gets the number {new.number}"
    if change.damage in (Damage.RETYPED, Damage.REPEATED, Damage.NARROWED):
        return f"{_at(old, change.schema)} becomes {' '.join(filter(None, (new.label, new.type)))}"
    return f"{_at(old or new, change.schema)}: {change.damage.value}"


def _at(field: SchemaField | None, schema: Schema) -> str:
    return f"{field.name} = {field.number} of {schema.local}" if field is not None else schema.local


def _json_schema(before: tuple[Schema, ...], after: tuple[Schema, ...]) -> Iterator[Break]:
    """Records that were valid and no longer are."""
    for was, now in zip(before, after, strict=False):
        for found in narrowings(was, now):
            what = f"{found.what}{f' in {found.where}' if found.where else ''}"
            yield Break(what, _lines((*found.old, *found.new)))


def _lines(spans: Iterable[Span]) -> Lines:
    found: dict[Side, frozenset[int]] = {}
    for span in spans:
        found[span.side] = found.get(span.side, frozenset()) | frozenset(range(span.first_line, span.last_line + 1))
    return found
