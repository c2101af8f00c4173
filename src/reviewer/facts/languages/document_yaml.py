"""YAML by tree-sitter, with templates masked and a line reader for what does not parse."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

from reviewer.core.lazily import lazily
from reviewer.facts.languages.broken import broken_lines
from reviewer.facts.languages.document_leaf import MAX_DEPTH, MAX_LEAVES, Leaf, unescape
from reviewer.facts.languages.parsers import parser_of

if TYPE_CHECKING:
    from tree_sitter import Node

_TEMPLATE = lazily(r"\{\{.*?\}\}", re.DOTALL)
_ALONE = lazily(r"\s*(?:__tpl\d+__\s*)+")
_TOKEN = lazily(r"__tpl(\d+)__")
_DOCUMENT_MARK = lazily(r"---(?:\s.*)?|\.\.\.\s*")
_LINE_PAIR = lazily(r"(?P<indent>[ ]*)(?P<dash>(?:-[ ]+)*)(?P<key>[\w.\-/\"'$]+)\s*:(?:\s+(?P<value>.*))?$")

YamlComment = tuple[str, int, int]


def read_yaml(text: str) -> tuple[list[Leaf], list[YamlComment], tuple[int, ...]]:
    """Leaves and comments of every document, and the lines that are no YAML: their document is read line by line."""
    masked, templates = _mask(text)
    leaves: list[Leaf] = []
    comments: list[YamlComment] = []
    broken: list[int] = []
    for number, (offset, part) in enumerate(_documents(masked)):
        root = parser_of("tree_sitter_yaml").parse(part.encode("utf-8", "replace")).root_node
        comments.extend(_comments(root, offset))
        if root.has_error:
            broken.extend(offset + line for line in broken_lines(root))
            found = list(_read_lines(part, offset))
        else:
            found = list(_Walk(offset).leaves(root))
        leaves.extend(replace(leaf, document=number) for leaf in found[: MAX_LEAVES - len(leaves)])
    return [_unmask(leaf, templates) for leaf in leaves], comments, tuple(broken)


def _mask(text: str) -> tuple[str, list[str]]:
    """Go and Helm templates become words that are valid YAML; a line of nothing else becomes blank."""
    templates: list[str] = []

    def token(match: re.Match[str]) -> str:
        templates.append(match.group(0))
        return f"__tpl{len(templates) - 1}__" + "\n" * match.group(0).count("\n")

    normal = text.replace("\r\n", "\n").replace("\r", "\n").replace("\t", "  ")
    masked = _TEMPLATE.sub(token, normal)
    lines = ("" if _ALONE.fullmatch(line) else line for line in masked.split("\n"))
    return "\n".join(lines), templates


def _unmask(leaf: Leaf, templates: list[str]) -> Leaf:
    def original(match: re.Match[str]) -> str:
        position = int(match.group(1))
        return templates[position] if position < len(templates) else match.group(0)

    keys = tuple(_TOKEN.sub(original, key) for key in leaf.keys)
    return replace(leaf, keys=keys, value=_TOKEN.sub(original, leaf.value))


def _documents(text: str) -> Iterator[tuple[int, str]]:
    """Parts between `---` lines with the number of lines before each; a part without content is left out."""
    part: list[str] = []
    offset = 0
    for number, line in enumerate(text.split("\n")):
        if _DOCUMENT_MARK.fullmatch(line):
            if any(kept.strip() and not kept.lstrip().startswith(("#", "%")) for kept in part):
                yield offset, "\n".join(part)
                part, offset = [], number
            # The rest of the mark's line (`--- # orders`) is dropped; the line itself keeps the count right.
            part = part if part else []
            part.append("")
        else:
            part.append(line)
    if any(kept.strip() for kept in part):
        yield offset, "\n".join(part)


def _comments(root: Node, offset: int) -> Iterator[YamlComment]:
    cursor = [root]
    while cursor:
        node = cursor.pop()
        if node.type == "comment" and node.text is not None:
            line = node.start_point.row + 1 + offset
            yield node.text.decode("utf-8", "replace"), line, line
        cursor.extend(reversed(node.named_children))


class _Walk:
    """One walk over one document. Aliases are followed to the node of their anchor, never twice on one path."""

    def __init__(self, offset: int) -> None:
        self._offset = offset
        self._anchors: dict[str, Node] = {}
        self._left = MAX_LEAVES

    def leaves(self, root: Node) -> Iterator[Leaf]:
        """Leaves in the order of the text."""
        for child in root.named_children:
            if child.type == "document":
                for top in child.named_children:
                    yield from self._value(top, (), top, 0)

    def _value(self, node: Node, keys: tuple[str, ...], start: Node, depth: int) -> Iterator[Leaf]:
        content = self._content(node)
        if content is None:
            yield from self._leaf(keys, "", start, node)
        elif depth > MAX_DEPTH or self._left <= 0:
            return
        elif content.type in ("block_mapping", "flow_mapping"):
            yield from self._mapping(content, keys, depth)
        elif content.type in ("block_sequence", "flow_sequence"):
            yield from self._sequence(content, keys, depth)
        elif content.type == "alias":
            target = self._anchors.get(_text(content)[1:])
            if target is not None:
                yield from self._value(target, keys, start if _is_scalar(target) else target, depth + 10)
        elif content.type != "comment":
            yield from self._leaf(keys, _scalar(content), start, content)

    def _content(self, node: Node) -> Node | None:
        """The node inside the wrapping block_node or flow_node; its anchor is noted on the way."""
        if node.type not in ("block_node", "flow_node"):
            return node
        content: Node | None = None
        anchor = ""
        for child in node.named_children:
            if child.type == "anchor":
                anchor = _text(child)[1:]
            elif child.type not in ("tag", "comment"):
                content = child
        if anchor and content is not None:
            self._anchors[anchor] = content
        return content

    def _mapping(self, node: Node, keys: tuple[str, ...], depth: int) -> Iterator[Leaf]:
        pairs = [child for child in node.named_children if child.type in ("block_mapping_pair", "flow_pair")]
        if not pairs and node.type == "flow_mapping" and not node.named_children:
            yield from self._leaf(keys, "{}", node, node)
        own = {_key(pair) for pair in pairs}
        for pair in pairs:
            yield from self._pair(pair, keys, own, depth)

    def _pair(self, pair: Node, keys: tuple[str, ...], own: set[str], depth: int) -> Iterator[Leaf]:
        key, value = _key(pair), pair.child_by_field_name("value")
        if key == "<<" and value is not None:
            merged = self._value(value, keys, pair, depth + 1)
            level = len(keys)
            # A sequence of merges adds an index; what the mapping says itself wins over what it merges.
            for leaf in merged:
                rest = leaf.keys[level:]
                rest = rest[1:] if rest and rest[0].startswith("[") else rest
                if rest and rest[0] not in own:
                    yield replace(leaf, keys=keys + rest)
        elif value is None:
            yield from self._leaf((*keys, key), "", pair, pair)
        else:
            yield from self._value(value, (*keys, key), pair, depth + 1)

    def _sequence(self, node: Node, keys: tuple[str, ...], depth: int) -> Iterator[Leaf]:
        items = [child for child in node.named_children if child.type != "comment"]
        if not items:
            yield from self._leaf(keys, "[]", node, node)
        for position, item in enumerate(items):
            here = (*keys, f"[{position}]")
            if item.type == "flow_pair":
                yield from self._pair(item, here, set(), depth + 1)
                continue
            inner = item
            if item.type == "block_sequence_item":
                inside = [child for child in item.named_children if child.type != "comment"]
                inner = inside[0] if inside else item
            if inner is item and item.type == "block_sequence_item":
                yield from self._leaf(here, "", item, item)
            else:
                yield from self._value(inner, here, item, depth + 1)

    def _leaf(self, keys: tuple[str, ...], value: str, start: Node, end: Node) -> Iterator[Leaf]:
        self._left -= 1
        if not keys or self._left < 0:
            return
        first, last = start.start_point.row + 1, _last_row(end) + 1
        block = end.start_point.row + 2 + self._offset if end.type == "block_scalar" else None
        yield Leaf(
            keys=keys,
            value=value,
            first_line=first + self._offset,
            last_line=max(first, last) + self._offset,
            value_line=block,
        )


def _is_scalar(node: Node) -> bool:
    return node.type in ("plain_scalar", "single_quote_scalar", "double_quote_scalar", "block_scalar")


def _last_row(node: Node) -> int:
    """The last row with text: some nodes end at column 0 of the line after."""
    text = _text(node)
    return node.start_point.row + text.rstrip().count("\n")


def _text(node: Node) -> str:
    return node.text.decode("utf-8", "replace") if node.text is not None else ""


def _key(pair: Node) -> str:
    key = pair.child_by_field_name("key")
    if key is None:
        return ""
    inside = [child for child in key.named_children if child.type not in ("anchor", "tag", "comment")]
    return _scalar(inside[0]) if inside else _text(key)


def _scalar(node: Node) -> str:
    text = _text(node)
    if node.type == "double_quote_scalar":
        return unescape(_folded(text[1:-1]))
    if node.type == "single_quote_scalar":
        return _folded(text[1:-1]).replace("''", "'")
    if node.type == "block_scalar":
        return _block(text)
    return _folded(text)


def _folded(text: str) -> str:
    return re.sub(r"[ ]*\n\s*", " ", text) if "\n" in text else text


def _block(text: str) -> str:
    """A literal or folded block without its header, indentation and last line ends."""
    header, _, body = text.partition("\n")
    lines = body.split("\n")
    indents = [len(line) - len(line.lstrip()) for line in lines if line.strip()]
    common = min(indents, default=0)
    joined = "\n".join(line[common:] for line in lines).rstrip("\n ")
    return re.sub(r"(?<!\n)\n(?!\n)", " ", joined) if header.startswith(">") else joined


def _read_lines(text: str, offset: int) -> Iterator[Leaf]:
    """Indentation alone gives the path: for half-written files and templates that are not YAML until rendered."""
    path: list[tuple[int, str]] = []
    for number, line in enumerate(text.split("\n"), start=1 + offset):
        match = _LINE_PAIR.match(line)
        if match is None or line.lstrip().startswith("#"):
            continue
        indent = len(match["indent"]) + len(match["dash"])
        path = [level for level in path if level[0] < indent]
        key = match["key"].strip("\"'")
        value = re.sub(r"(^|\s)#.*", "", match["value"] or "").strip()
        if value and value[0] not in "|>&":
            keys = (*(name for _, name in path), key)
            if len(value) > 1 and value[0] == value[-1] and value[0] in "\"'":
                value = value[1:-1]
            yield Leaf(keys=keys[-MAX_DEPTH:], value=value, first_line=number, last_line=number)
        path.append((indent, key))
