"""Avro schemas: the structure from the JSON text, the lines from the document's entries."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from reviewer.core.span import Side, Span
from reviewer.facts.json_text import loaded
from reviewer.facts.streaming.model import Schema, SchemaField
from reviewer.facts.syntax import SyntaxFacts


def avro_schemas(text: str, syntax: SyntaxFacts, side: Side) -> tuple[Schema, ...]:
    """Every named type of an .avsc file; none when the text is not JSON (the document reader has then reported errors)."""
    try:
        document = loaded(text)
        spans = {entry.keys: entry.span for entry in syntax.entries}
        return tuple(named_types(document, (), "", spans, syntax.path, side))
    except (ValueError, RecursionError):
        return ()


Spans = dict[tuple[str, ...], Span]


def named_types(node: Any, keys: tuple[str, ...], space: str, spans: Spans, path: str, side: Side) -> Iterator[Schema]:
    """The records, enums and fixed types in a schema as JSON. `spans` has the lines of what stands under a path of keys."""
    if isinstance(node, list):
        for position, item in enumerate(node):
            yield from named_types(item, (*keys, f"[{position}]"), space, spans, path, side)
        return
    if not isinstance(node, dict):
        return
    kind, namespace = node.get("type"), space
    if _is_named(node):
        namespace = _namespace(node, space)
        yield _schema(node, str(kind), keys, namespace, spans, path, side)
    for key in ("type", "items", "values"):
        if isinstance(node.get(key), (dict, list)):
            yield from named_types(node[key], (*keys, key), namespace, spans, path, side)
    fields = node.get("fields")
    for position, item in enumerate(fields if isinstance(fields, list) else []):
        if isinstance(item, dict) and isinstance(item.get("type"), (dict, list)):
            yield from named_types(
                item["type"], (*keys, "fields", f"[{position}]", "type"), namespace, spans, path, side
            )


def _is_named(node: dict[str, Any]) -> bool:
    return node.get("type") in ("record", "error", "enum", "fixed") and isinstance(node.get("name"), str)


def _namespace(node: dict[str, Any], space: str) -> str:
    """A named type's namespace: of a dotted name, else its own attribute, else that of what encloses it."""
    name = str(node["name"])
    return name.rpartition(".")[0] if "." in name else str(node.get("namespace", space))


def _qualified(name: str, space: str) -> str:
    return name if "." in name or not space else f"{space}.{name}"


def _schema(
    node: dict[str, Any],
    kind: str,
    keys: tuple[str, ...],
    namespace: str,
    spans: Spans,
    path: str,
    side: Side,
) -> Schema:
    fields = node.get("fields") if kind in ("record", "error") else []
    rows = [
        _field(item, (*keys, "fields", f"[{position}]"), namespace, spans, path, side)
        for position, item in enumerate(fields if isinstance(fields, list) else [])
        if isinstance(item, dict) and isinstance(item.get("name"), str)
    ]
    symbols = _strings(node.get("symbols"))
    lines = [((symbol,), spans.get((*keys, "symbols", f"[{index}]"))) for index, symbol in enumerate(symbols)]
    return Schema(
        format="avro", fullname=_qualified(str(node["name"]), namespace), kind=kind,
        aliases=tuple(_qualified(alias, namespace) for alias in _strings(node.get("aliases"))),
        fields=tuple(rows), symbols=symbols, local=str(node["name"]).rpartition(".")[2],
        places=tuple((place, span) for place, span in lines if span is not None),
        detail=str(node.get("size", node.get("default", ""))), span=spans.get((*keys, "name")) or _anywhere(path, side),
    )  # fmt: skip


def _field(item: dict[str, Any], keys: tuple[str, ...], space: str, spans: Spans, path: str, side: Side) -> SchemaField:
    mine = [span for key, span in spans.items() if key[: len(keys)] == keys]
    span = _anywhere(path, side)
    if mine:
        lines = [s.first_line for s in mine] + [s.last_line for s in mine]
        span = Span(path=path, side=side, first_line=min(lines), last_line=max(lines))
    default = json.dumps(item["default"], sort_keys=True) if "default" in item else None
    return SchemaField(
        name=item["name"], type=json.dumps(_canonical(item.get("type"), space), sort_keys=True), default=default,
        aliases=_strings(item.get("aliases")), span=span,
    )  # fmt: skip


_PRIMITIVE = frozenset({"null", "boolean", "int", "long", "float", "double", "bytes", "string"})
_MEANING = ("items", "values", "logicalType", "precision", "scale")


def _canonical(node: Any, space: str) -> Any:
    """The type as far as it decides what can be read: a named type is its full name, wherever it is defined; documentation
    and hints for code generators are dropped."""
    if isinstance(node, list):
        return [_canonical(item, space) for item in node]
    if isinstance(node, str):
        return node if node in _PRIMITIVE else _qualified(node, space)
    if not isinstance(node, dict):
        return node
    inner = node.get("type")
    if _is_named(node):
        inner = _qualified(str(node["name"]), _namespace(node, space))
    elif inner not in ("array", "map"):
        inner = _canonical(inner, space)
    kept = {key: node[key] for key in _MEANING if key in node}
    for key in ("items", "values"):
        if key in kept:
            kept[key] = _canonical(kept[key], space)
    return {"type": inner, **kept} if kept else inner


def _strings(node: Any) -> tuple[str, ...]:
    return tuple(item for item in node if isinstance(item, str)) if isinstance(node, list) else ()


def _anywhere(path: str, side: Side) -> Span:
    return Span(path=path, side=side, first_line=1, last_line=1)
