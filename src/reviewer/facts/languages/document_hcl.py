"""HCL (Terraform) by tree-sitter: attributes of blocks as leaves."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import TYPE_CHECKING

from reviewer.facts.languages.broken import broken_lines
from reviewer.facts.languages.document_leaf import MAX_DEPTH, MAX_LEAVES, Leaf
from reviewer.facts.languages.parsers import parser_of

if TYPE_CHECKING:
    from tree_sitter import Node

HclComment = tuple[str, int, int]


def read_hcl(text: str) -> tuple[list[Leaf], list[HclComment], tuple[int, ...]]:
    """Leaves with keys such as ("resource", "kafka_topic", "orders", "config", "cleanup.policy"), comments, and the lines that are no HCL.

    A reference (`var.brokers`) is written as `${var.brokers}` in the value, so that it counts as unknown.
    """
    root = parser_of("tree_sitter_hcl").parse(text.encode("utf-8", "replace")).root_node
    return list(islice(_leaves(root, (), 0), MAX_LEAVES)), list(_comments(root)), broken_lines(root)


def _leaves(node: Node, keys: tuple[str, ...], depth: int) -> Iterator[Leaf]:
    if depth > MAX_DEPTH:
        return
    for child in node.named_children:
        if child.type == "block":
            labels = tuple(_plain(c) for c in child.named_children if c.type in ("identifier", "string_lit"))
            yield from _leaves(child, keys + labels, depth + 1)
        elif child.type in ("body", "ERROR"):
            yield from _leaves(child, keys, depth + 1)
        elif child.type == "attribute" and len(child.named_children) > 1:
            name, value = child.named_children[0], child.named_children[-1]
            yield from _value(value, (*keys, _plain(name)), child, depth + 1)


def _value(node: Node, keys: tuple[str, ...], start: Node, depth: int) -> Iterator[Leaf]:
    if depth > MAX_DEPTH:
        return
    inside = [child for child in node.named_children if child.type != "comment"]
    if node.type in ("expression", "collection_value") and len(inside) == 1:
        yield from _value(inside[0], keys, start, depth + 1)
    elif node.type == "object":
        for element in inside:
            key, value = element.child_by_field_name("key"), element.child_by_field_name("val")
            if element.type == "object_elem" and key is not None and value is not None:
                yield from _value(value, (*keys, _plain(key)), element, depth + 1)
    elif node.type == "tuple":
        items = [child for child in inside if child.type == "expression"]
        for position, item in enumerate(items):
            yield from _value(item, (*keys, f"[{position}]"), item, depth + 1)
    else:
        plain = _plain(node)
        value_text = plain if node.type == "literal_value" or "${" in plain else f"${{{plain}}}"
        first = start.start_point.row + 1
        last = max(first, node.end_point.row + 1)
        yield Leaf(keys=keys, value=value_text, first_line=first, last_line=last)


def _comments(root: Node) -> Iterator[HclComment]:
    pending = [root]
    while pending:
        node = pending.pop()
        if node.type == "comment":
            yield (
                _text(node).rstrip("\n"),
                node.start_point.row + 1,
                node.start_point.row + 1 + _text(node).rstrip().count("\n"),
            )
        pending.extend(reversed(node.named_children))


def _plain(node: Node) -> str:
    text = _text(node).strip()
    return text[1:-1] if len(text) > 1 and text[0] == text[-1] == '"' else text


def _text(node: Node) -> str:
    return node.text.decode("utf-8", "replace") if node.text is not None else ""
