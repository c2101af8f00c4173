"""Where the nodes that a query found stand: what encloses each, and the numbers by which facts name one another."""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass, field

from tree_sitter import Node

from reviewer.core.span import Side, Span
from reviewer.facts.languages.base import CallParts, LanguageAdapter
from reviewer.facts.syntax import BlockKind

_TEXT_LIMIT = 600  # characters of an expression that are kept: enough to compare, bounded for nested lambdas


@dataclass(slots=True)
class Place:
    """Where a node stands: the parent and the enclosing function, type and blocks (indices)."""

    parent: Node | None
    function: int | None
    type: int | None
    blocks: tuple[int, ...]


@dataclass(slots=True)
class Work:
    """What is being put together for one file."""

    adapter: LanguageAdapter
    path: str
    side: Side
    found: dict[str, list[Node]]
    functions: dict[int, int] = field(default_factory=dict)
    types: dict[int, int] = field(default_factory=dict)
    blocks: dict[int, int] = field(default_factory=dict)
    calls: dict[int, int] = field(default_factory=dict)
    places: dict[int, Place] = field(default_factory=dict)
    comment_starts: list[int] = field(default_factory=list)
    comments: list[Node] = field(default_factory=list)
    parts: dict[int, CallParts] = field(default_factory=dict)
    spans: dict[tuple[int, int], Span] = field(default_factory=dict)

    def span(self, node: Node) -> Span:
        start, end = node.start_point, node.end_point
        lines = (start.row + 1, max(start.row, end.row if end.column else end.row - 1) + 1)
        if lines not in self.spans:
            self.spans[lines] = Span(path=self.path, side=self.side, first_line=lines[0], last_line=lines[1])
        return self.spans[lines]

    def within(self, node: Node) -> tuple[int, ...]:
        """The blocks around a statement; one that is a whole branch (`if (x) stop()`) is in the block that it makes."""
        around = self.places[node.id].blocks
        return (*around, self.blocks[node.id]) if node.id in self.blocks else around

    def text(self, node: Node) -> str:
        """The node's text without comments, blanks folded, cut at the limit."""
        raw = (node.text or b"")[: _TEXT_LIMIT * 4]
        first = bisect_left(self.comment_starts, node.start_byte)
        for comment in reversed(self.comments[first:]):
            if comment.start_byte >= node.start_byte and comment.end_byte <= node.start_byte + len(raw):
                raw = raw[: comment.start_byte - node.start_byte] + b" " + raw[comment.end_byte - node.start_byte :]
        return " ".join(raw.decode("utf-8", "replace").split())[:_TEXT_LIMIT]


def nodes_of(work: Work, *captures: str) -> list[Node]:
    """The distinct nodes of some captures in order of the source."""
    unique = {node.id: node for capture in captures for node in work.found.get(capture, ())}
    return sorted(unique.values(), key=lambda node: (node.start_byte, -node.end_byte))


def _number(work: Work) -> None:
    work.functions = {node.id: i for i, node in enumerate(nodes_of(work, "function", "lambda"))}
    work.types = {node.id: i for i, node in enumerate(nodes_of(work, "type"))}
    work.blocks = {node.id: i for i, node in enumerate(block_nodes(work))}
    for node in nodes_of(work, "call"):
        parts = work.adapter.call(node)
        if parts is not None:
            work.parts[node.id] = parts
    # Arguments end before the call that takes them, and a chain grows to the right: the end is the order of evaluation.
    ordered = sorted(
        (n for n in nodes_of(work, "call") if n.id in work.parts), key=lambda n: (n.end_byte, -n.start_byte)
    )
    work.calls = {node.id: i for i, node in enumerate(ordered)}
    work.comments = nodes_of(work, "comment")
    work.comment_starts = [node.start_byte for node in work.comments]


def block_nodes(work: Work) -> list[Node]:
    """The distinct nodes of every kind of block."""
    return nodes_of(work, *(f"block.{kind.value}" for kind in BlockKind))


def locate(work: Work, root: Node) -> None:
    """Number the found nodes, then one walk without recursion that notes for every found node what encloses it."""
    _number(work)
    wanted = {node.id for nodes in work.found.values() for node in nodes}
    starts = sorted({node.start_byte for nodes in work.found.values() for node in nodes})
    stack: list[tuple[Node, Place]] = [(root, Place(None, None, None, ()))]
    while stack:
        node, place = stack.pop()
        if node.id in wanted:
            work.places[node.id] = place
        function = work.functions.get(node.id, place.function)
        type_index = work.types.get(node.id, place.type)
        blocks = place.blocks
        if node.id in work.functions:
            blocks = ()
        if node.id in work.blocks:
            blocks = (*blocks, work.blocks[node.id])
        if node.id in work.types and node.id in work.calls:
            # An anonymous class: its arguments belong outside, only its body inside.
            _push_anonymous(stack, node, place, type_index)
            continue
        if not _holds_any(node, starts):
            continue
        inner_function = None if node.id in work.types and node.id not in work.functions else function
        inside = Place(node, inner_function if node.id in work.types else function, type_index, blocks)
        stack.extend((child, inside) for child in reversed(node.named_children))


def _holds_any(node: Node, starts: list[int]) -> bool:
    """Whether a found node may begin in it: most of a tree is names and brackets, which need no walk."""
    after = bisect_left(starts, node.start_byte)
    return after < len(starts) and starts[after] <= node.end_byte


def _push_anonymous(stack: list[tuple[Node, Place]], node: Node, place: Place, type_index: int | None) -> None:
    for child in reversed(node.named_children):
        is_body = child.type.endswith("body")
        owner = type_index if is_body else place.type
        stack.append((child, Place(node, place.function, owner, place.blocks)))
