"""What a record's change means for who reads and writes it: Avro's schema resolution, applied to two versions of a schema."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

from reviewer.facts.streaming.model import Schema, SchemaField

# Writer's type -> reader's types that Avro promotes to (specification, "Schema Resolution").
_PROMOTIONS = {
    "int": {"long", "float", "double"},
    "long": {"float", "double"},
    "float": {"double"},
    "string": {"bytes"},
    "bytes": {"string"},
}
_MEANING = ("logicalType", "precision", "scale")


@dataclass(slots=True, kw_only=True)
class Evolution:
    """The fields that a change makes unreadable, by kind of damage.

    `added` and `removed` have no default; `retyped` pairs (before, after) can't be resolved; `reread` pairs are resolved to another
    meaning; `bared` pairs have lost their default, which records of before the field had; `candidates` are all new fields, one of which may be a removed one's new name.
    """

    added: list[SchemaField] = field(default_factory=list)
    removed: list[SchemaField] = field(default_factory=list)
    retyped: list[tuple[SchemaField, SchemaField]] = field(default_factory=list)
    reread: list[tuple[SchemaField, SchemaField]] = field(default_factory=list)
    bared: list[tuple[SchemaField, SchemaField]] = field(default_factory=list)
    candidates: list[SchemaField] = field(default_factory=list)


def evolution(was: Schema, now: Schema) -> Evolution:
    """Compare two versions of a record field by field; aliases are followed as a reader would."""
    old, new = {f.name: f for f in was.fields}, {f.name: f for f in now.fields}
    found = Evolution()
    for name, mine in new.items():
        source = old.get(name) or next((old[a] for a in mine.aliases if a in old), None)
        if source is None:
            found.candidates.append(mine)
            if mine.default is None:
                found.added.append(mine)
            continue
        old = {key: other for key, other in old.items() if key != source.name}
        reader, writer = json.loads(mine.type), json.loads(source.type)
        if not _reads(reader, writer):
            found.retyped.append((source, mine))
        elif _other_meaning(reader, writer):
            found.reread.append((source, mine))
        elif source.default is not None and mine.default is None:
            found.bared.append((source, mine))
    found.removed = [gone for gone in old.values() if gone.default is None]
    return found


def _reads(reader: Any, writer: Any) -> bool:
    """Whether a reader's type can read what the writer's type wrote. Named types match by their last name, as the specification says."""
    reader, writer = _underlying(reader), _underlying(writer)
    if reader == writer:
        return True
    if isinstance(writer, list):
        return all(_reads(reader, branch) for branch in writer)
    if isinstance(reader, list):
        return any(_reads(branch, writer) for branch in reader)
    if isinstance(reader, dict) and isinstance(writer, dict):
        key = "items" if reader.get("type") == "array" else "values"
        return reader.get("type") == writer.get("type") and _reads(reader.get(key), writer.get(key))
    if not isinstance(reader, str) or not isinstance(writer, str):
        return False
    return reader in _PROMOTIONS.get(writer, set()) or (
        "." in reader + writer and reader.rsplit(".", 1)[-1] == writer.rsplit(".", 1)[-1]
    )


def _underlying(node: Any) -> Any:
    """The type on the wire: a logical type is only a view of it."""
    if isinstance(node, dict) and node.get("type") not in ("array", "map"):
        return _underlying(node.get("type"))
    return node


def _other_meaning(reader: Any, writer: Any) -> bool:
    """The same bytes with two logical types that differ (milliseconds and microseconds, another scale): read, and wrong."""
    mine, theirs = _views(reader), _views(writer)
    return bool(mine and theirs and mine != theirs)


def _views(node: Any) -> set[tuple[str, ...]]:
    """The logical types in a type, with precision and scale."""
    if isinstance(node, list):
        return set().union(*(_views(branch) for branch in node)) if node else set()
    if not isinstance(node, dict):
        return set()
    own = {tuple(str(node.get(key, "")) for key in _MEANING)} if "logicalType" in node else set()
    return own | _views(node.get("items")) | _views(node.get("values"))
