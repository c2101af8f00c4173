"""Avro schemas: the structure from the JSON text, the lines from the document's entries."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from reviewer.core.span import Side, Span
from reviewer.facts.streaming.model import Schema, SchemaField
from reviewer.facts.syntax import SyntaxFacts


def avro_schemas(text: str, syntax: SyntaxFacts, side: Side) -> tuple[Schema, ...]:
    """Every named type of an .avsc file; none when the text is not JSON (the document reader has then reported errors)."""
    try:
        document = json.loads(text)
        spans = {entry.keys: entry.span for entry in syntax.entries}
        return tuple(_named_types(document, (), "", spans, syntax.path, side))
    except (ValueError, RecursionError):
        return ()


Spans = dict[tuple[str, ...], Span]


def _named_types(node: Any, keys: tuple[str, ...], space: str, spans: Spans, path: str, side: Side) -> Iterator[Schema]:
    if isinstance(node, list):
        for position, item in enumerate(node):
            yield from _named_types(item, (*keys, f"[{position}]"), space, spans, path, side)
        return
    if not isinstance(node, dict):
        return
    namespace = str(node.get("namespace", space))
    kind = node.get("type")
    if kind in ("record", "error", "enum", "fixed") and isinstance(node.get("name"), str):
        yield _schema(node, str(kind), keys, namespace, spans, path, side)
    for key in ("type", "items", "values"):
        if isinstance(node.get(key), (dict, list)):
            yield from _named_types(node[key], (*keys, key), namespace, spans, path, side)
    fields = node.get("fields")
    for position, item in enumerate(fields if isinstance(fields, list) else []):
        if isinstance(item, dict) and isinstance(item.get("type"), (dict, list)):
            yield from _named_types(
                item["type"], (*keys, "fields", f"[{position}]", "type"), namespace, spans, path, side
            )


def _schema(
    node: dict[str, Any],
    kind: str,
    keys: tuple[str, ...],
    namespace: str,
    spans: Spans,
    path: str,
    side: Side,
) -> Schema:
    name = str(node["name"])
    fields = node.get("fields") if kind in ("record", "error") else []
    rows = [
        _field(item, (*keys, "fields", f"[{position}]"), spans, path, side)
        for position, item in enumerate(fields if isinstance(fields, list) else [])
        if isinstance(item, dict) and isinstance(item.get("name"), str)
    ]
    return Schema(
        format="avro", fullname=name if "." in name or not namespace else f"{namespace}.{name}", kind=kind,
        aliases=_strings(node.get("aliases")), fields=tuple(rows), symbols=_strings(node.get("symbols")),
        detail=str(node.get("size", node.get("default", ""))), span=spans.get((*keys, "name")) or _anywhere(path, side),
    )  # fmt: skip


def _field(item: dict[str, Any], keys: tuple[str, ...], spans: Spans, path: str, side: Side) -> SchemaField:
    mine = [span for key, span in spans.items() if key[: len(keys)] == keys]
    span = _anywhere(path, side)
    if mine:
        lines = [s.first_line for s in mine] + [s.last_line for s in mine]
        span = Span(path=path, side=side, first_line=min(lines), last_line=max(lines))
    default = json.dumps(item["default"], sort_keys=True) if "default" in item else None
    return SchemaField(
        name=item["name"], type=_canonical(item.get("type")), default=default,
        aliases=_strings(item.get("aliases")), span=span,
    )  # fmt: skip


def _canonical(node: Any) -> str:
    """The type as JSON without documentation, so that a changed comment is no changed type."""
    return json.dumps(_undocumented(node), sort_keys=True)


def _undocumented(node: Any) -> Any:
    if isinstance(node, dict):
        return {key: _undocumented(value) for key, value in node.items() if key != "doc"}
    if isinstance(node, list):
        return [_undocumented(item) for item in node]
    return node


def _strings(node: Any) -> tuple[str, ...]:
    return tuple(item for item in node if isinstance(item, str)) if isinstance(node, list) else ()


def _anywhere(path: str, side: Side) -> Span:
    return Span(path=path, side=side, first_line=1, last_line=1)
