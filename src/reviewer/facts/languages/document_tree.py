"""JSON and TOML by tree-sitter."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice
from typing import TYPE_CHECKING

from reviewer.facts.json_text import fault
from reviewer.facts.languages.broken import broken_lines
from reviewer.facts.languages.document_leaf import MAX_DEPTH, MAX_LEAVES, Leaf, unescape
from reviewer.facts.languages.parsers import parser_of

if TYPE_CHECKING:
    from tree_sitter import Node

TreeComment = tuple[str, int, int]


def read_json(text: str) -> tuple[list[Leaf], list[TreeComment], tuple[int, ...]]:
    """Leaves (null is the text `null`), comments (JSON with comments is read too), and the lines that are no JSON."""
    root = parser_of("tree_sitter_json").parse(text.encode("utf-8", "replace")).root_node
    leaves: list[Leaf] = []
    for child in root.named_children:
        leaves.extend(islice(_json(child, (), child, 0), MAX_LEAVES - len(leaves)))
    return leaves, list(_comments(root)) if "//" in text or "/*" in text else [], _no_json(text, root)


def _no_json(text: str, root: Node) -> tuple[int, ...]:
    """The grammar mends what it can: a real reader says where the text stops being JSON. An empty text says nothing, and is fine."""
    line = fault(text) if text.strip() else 0
    return (line, *(other for other in broken_lines(root) if other > line)) if line else ()


def read_toml(text: str) -> tuple[list[Leaf], list[TreeComment], tuple[int, ...]]:
    """Leaves (a table of an array contributes its index as `[0]`), comments, and the lines that are no TOML."""
    root = parser_of("tree_sitter_toml").parse(text.encode("utf-8", "replace")).root_node
    leaves = list(islice(_toml_document(root), MAX_LEAVES))
    return leaves, list(_comments(root)) if "#" in text else [], broken_lines(root)


def _json(node: Node, keys: tuple[str, ...], start: Node, depth: int) -> Iterator[Leaf]:
    if depth > MAX_DEPTH:
        return
    inside = [child for child in node.named_children if child.type != "comment"]
    if node.type == "object" or (node.type == "ERROR" and inside):
        if not inside and keys:
            yield _leaf(keys, "{}", start, node)
        for child in inside:
            yield from _json(child, keys, child, depth + 1)
    elif node.type == "pair":
        key, value = node.child_by_field_name("key"), node.child_by_field_name("value")
        if key is not None and value is not None:
            yield from _json(value, (*keys, _string(_text(key))), node, depth + 1)
    elif node.type == "array":
        if not inside and keys:
            yield _leaf(keys, "[]", start, node)
        for position, child in enumerate(inside):
            yield from _json(child, (*keys, f"[{position}]"), child, depth + 1)
    elif keys and node.type in ("string", "number", "true", "false", "null"):
        yield _leaf(keys, _string(_text(node)), start, node)


def _toml_document(root: Node) -> Iterator[Leaf]:
    counts: dict[tuple[str, ...], int] = {}
    for child in root.named_children:
        if child.type == "pair":
            yield from _toml_pair(child, (), 0)
        elif child.type in ("table", "table_array_element") and child.named_children:
            keys = _toml_key(child.named_children[0])
            if child.type == "table_array_element":
                position = counts[keys] = counts.get(keys, -1) + 1
                keys = (*keys, f"[{position}]")
            for pair in child.named_children[1:]:
                if pair.type == "pair":
                    yield from _toml_pair(pair, keys, 0)


def _toml_pair(pair: Node, keys: tuple[str, ...], depth: int) -> Iterator[Leaf]:
    inside = [child for child in pair.named_children if child.type != "comment"]
    if len(inside) > 1:
        yield from _toml_value(inside[-1], keys + _toml_key(inside[0]), pair, depth)


def _toml_value(node: Node, keys: tuple[str, ...], start: Node, depth: int) -> Iterator[Leaf]:
    if depth > MAX_DEPTH:
        return
    inside = [child for child in node.named_children if child.type != "comment"]
    if node.type == "array":
        if not inside:
            yield _leaf(keys, "[]", start, node)
        for position, child in enumerate(inside):
            yield from _toml_value(child, (*keys, f"[{position}]"), child, depth + 1)
    elif node.type == "inline_table":
        if not inside:
            yield _leaf(keys, "{}", start, node)
        for child in inside:
            yield from _toml_pair(child, keys, depth + 1)
    else:
        yield _leaf(keys, _string(_text(node)), start, node)


def _toml_key(node: Node) -> tuple[str, ...]:
    if node.type != "dotted_key":
        return (_string(_text(node)),)
    # A dotted key nests to the left, one level for each dot.
    parts: list[str] = []
    pending = [node]
    while pending:
        part = pending.pop()
        if part.type == "dotted_key":
            pending.extend(reversed(part.named_children))
        else:
            parts.append(_string(_text(part)))
    return tuple(parts)


def _comments(root: Node) -> Iterator[TreeComment]:
    pending = [root]
    while pending:
        node = pending.pop()
        if node.type == "comment":
            yield _text(node), node.start_point.row + 1, node.end_point.row + 1
        pending.extend(reversed(node.named_children))


def _leaf(keys: tuple[str, ...], value: str, start: Node, end: Node) -> Leaf:
    first, last = start.start_point.row + 1, end.end_point.row + 1
    return Leaf(keys=keys, value=value, first_line=first, last_line=max(first, last))


def _text(node: Node) -> str:
    return node.text.decode("utf-8", "replace") if node.text is not None else ""


def _string(text: str) -> str:
    """The text without its quotes and escapes; what is not quoted stays."""
    for quotes in ('"""', "'''"):
        if len(text) >= 6 and text.startswith(quotes) and text.endswith(quotes):
            inner = re.sub(r"^\n", "", text[3:-3])
            return inner if quotes == "'''" else unescape(inner)
    if len(text) >= 2 and text[0] == text[-1] == '"':
        return unescape(text[1:-1])
    if len(text) >= 2 and text[0] == text[-1] == "'":
        return text[1:-1]
    return text
