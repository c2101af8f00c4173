"""Where the nodes that a query found stand: what encloses each, and the numbers by which facts name one another."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from tree_sitter import Node

from reviewer.core.span import Side, Span
from reviewer.facts.languages.base import AssignmentParts, CallParts, LanguageAdapter
from reviewer.facts.syntax import BlockKind

_TEXT_LIMIT = 600  # characters of an expression that are kept: enough to compare, bounded for nested lambdas
_LINE_FEED = re.compile(rb"\n")
_BLOCKS = tuple(f"block.{kind.value}" for kind in BlockKind)


@dataclass(slots=True)
class Place:
    """Where a node stands: the enclosing function, type and blocks (indices)."""

    function: int | None
    type: int | None
    blocks: tuple[int, ...]


@dataclass(slots=True)
class Work:
    """What is being put together for one file. A range is (start, end) in bytes of `source`."""

    adapter: LanguageAdapter
    path: str
    side: Side
    source: bytes
    found: dict[str, list[Node]]
    ranges: dict[int, tuple[int, int]] = field(default_factory=dict)
    ordered: dict[tuple[str, ...], list[Node]] = field(default_factory=dict)
    functions: dict[int, int] = field(default_factory=dict)
    types: dict[int, int] = field(default_factory=dict)
    blocks: dict[int, int] = field(default_factory=dict)
    calls: dict[int, int] = field(default_factory=dict)
    places: dict[int, Place] = field(default_factory=dict)
    comment_starts: list[int] = field(default_factory=list)
    comments: list[Node] = field(default_factory=list)
    parts: dict[int, CallParts] = field(default_factory=dict)
    assignments: list[tuple[Node, AssignmentParts]] = field(default_factory=list)
    spans: dict[tuple[int, int], Span] = field(default_factory=dict)
    line_ends: list[int] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.line_ends = [match.start() for match in _LINE_FEED.finditer(self.source)]

    def span(self, node: Node) -> Span:
        return self.span_of(node.start_byte, node.end_byte)

    def span_of(self, start: int, end: int) -> Span:
        """The lines of a range; a line feed at its end makes no line more."""
        before = bisect_left(self.line_ends, start)
        lines = (before + 1, bisect_left(self.line_ends, end - 1, before) + 1)
        span = self.spans.get(lines)
        if span is None:
            span = Span(path=self.path, side=self.side, first_line=lines[0], last_line=lines[1])
            self.spans[lines] = span
        return span

    def assigned(self) -> Sequence[tuple[Node, AssignmentParts]]:
        """The assignments and declarations, each name on its own."""
        if not self.assignments:
            nodes = nodes_of(self, "assignment", "field")
            self.assignments = [(node, part) for node in nodes for part in self.adapter.assignments(node)]
        return self.assignments

    def within(self, node: Node) -> tuple[int, ...]:
        """The blocks around a statement; one that is a whole branch (`if (x) stop()`) is in the block that it makes."""
        around = self.places[node.id].blocks
        return (*around, self.blocks[node.id]) if node.id in self.blocks else around

    def text(self, node: Node) -> str:
        """The node's text without comments, blanks folded, cut at the limit."""
        return self.text_of(node.start_byte, node.end_byte)

    def text_of(self, start: int, end: int) -> str:
        """The same of a range."""
        raw = self.source[start : min(end, start + _TEXT_LIMIT * 4)]
        end = start + len(raw)
        first = bisect_left(self.comment_starts, start)
        last = bisect_left(self.comment_starts, end, first)
        if first < last:
            raw = _without(raw, start, self.comments[first:last])
        return " ".join(raw.decode("utf-8", "replace").split())[:_TEXT_LIMIT]


def _without(raw: bytes, start: int, comments: Sequence[Node]) -> bytes:
    """The bytes from `start` with the comments that lie wholly in them as blanks."""
    end = start + len(raw)
    for comment in reversed(comments):
        if comment.end_byte <= end:
            raw = raw[: comment.start_byte - start] + b" " + raw[comment.end_byte - start :]
    return raw


def nodes_of(work: Work, *captures: str) -> list[Node]:
    """The distinct nodes of some captures in order of the source."""
    if captures not in work.ordered:
        work.ordered[captures] = _outermost_first(
            work, {node.id: node for capture in captures for node in work.found.get(capture, ())}
        )
    return work.ordered[captures]


def block_nodes(work: Work) -> list[Node]:
    """The distinct nodes of every kind of block."""
    return nodes_of(work, *_BLOCKS)


def locate(work: Work) -> None:
    """Number the found nodes, then note for each what encloses it: one pass over them in the order of their starts.

    A tree's ranges nest, so what is open when a node starts is what is around it; the tree itself, most of it names and
    brackets, need not be walked.
    """
    _number(work)
    bodies = _anonymous_bodies(work)
    found = {node.id: node for capture, nodes in work.found.items() if capture != "comment" for node in nodes}
    found.update((number, body) for number, (body, _) in bodies.items())
    around = [(len(work.source) + 1, Place(None, None, ()))]
    for node in _outermost_first(work, found):
        number = node.id
        start, end = work.ranges[number]
        while around[-1][0] <= start and len(around) > 1:
            around.pop()
        place = around[-1][1]
        if number in bodies:
            around.append((end, Place(place.function, bodies[number][1], place.blocks)))
            continue
        work.places[number] = place
        if (inside := _inside(work, number, place)) is not None:
            around.append((end, inside))


def _number(work: Work) -> None:
    work.functions = {node.id: i for i, node in enumerate(nodes_of(work, "function", "lambda"))}
    work.types = {node.id: i for i, node in enumerate(nodes_of(work, "type"))}
    work.blocks = {node.id: i for i, node in enumerate(block_nodes(work))}
    for node in nodes_of(work, "call"):
        parts = work.adapter.call(node)
        if parts is not None:
            work.parts[node.id] = parts
    # Arguments end before the call that takes them, and a chain grows to the right: the end is the order of evaluation.
    ordered = sorted(work.parts, key=lambda number: (work.ranges[number][1], -work.ranges[number][0]))
    work.calls = {number: i for i, number in enumerate(ordered)}
    work.comments = nodes_of(work, "comment")
    work.comment_starts = [work.ranges[node.id][0] for node in work.comments]


def _anonymous_bodies(work: Work) -> dict[int, tuple[Node, int]]:
    """The bodies of anonymous classes, with the class: its arguments belong outside, only its body inside."""
    return {
        child.id: (child, work.types[node.id])
        for node in nodes_of(work, "type")
        if node.id in work.calls
        for child in node.named_children
        if child.type.endswith("body")
    }


def _outermost_first(work: Work, nodes: Mapping[int, Node]) -> list[Node]:
    """Nodes by start, the longer first; of two with one range (a block of a single statement) the outer first."""
    ranges = work.ranges
    for number, node in nodes.items():
        if number not in ranges:
            ranges[number] = (node.start_byte, node.end_byte)
    shared = Counter(ranges[number] for number in nodes)

    def order(number: int) -> tuple[int, int, int]:
        start, end = ranges[number]
        return start, -end, _depth(nodes[number]) if shared[start, end] > 1 else 0

    return [nodes[number] for number in sorted(nodes, key=order)]


def _depth(node: Node) -> int:
    """How many ancestors have the same range."""
    depth, parent = 0, node.parent
    while parent is not None and parent.byte_range == node.byte_range:
        depth, parent = depth + 1, parent.parent
    return depth


def _inside(work: Work, number: int, place: Place) -> Place | None:
    """What holds inside a node; None when it is nothing that encloses."""
    is_function, type_index, block = number in work.functions, work.types.get(number), work.blocks.get(number)
    if type_index is not None and number in work.calls:
        return None  # an anonymous class: its body is looked at on its own
    if not is_function and type_index is None and block is None:
        return None
    blocks = () if is_function else place.blocks
    function = work.functions[number] if is_function else place.function if type_index is None else None
    return Place(
        function,
        place.type if type_index is None else type_index,
        blocks if block is None else (*blocks, block),
    )
