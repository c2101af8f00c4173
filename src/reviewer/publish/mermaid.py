"""The map as Mermaid. Labels are strangers' text: only harmless characters pass, so that none can become an arrow, a link or a directive."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence

from reviewer.core.stream_map import EdgeKind, Fate, MapDifference, NodeKind, StreamEdge, StreamMap, StreamNode

_HARMLESS = re.compile(r"[^\w .,:/()+*=-]", re.UNICODE)
_LABEL_LIMIT = 60
_STYLES = {
    Fate.ADDED: "classDef added stroke:#1a7f37,stroke-width:3px",
    Fate.REMOVED: "classDef removed stroke:#cf222e,stroke-width:2px,stroke-dasharray:5 5",
}
_HIT = "classDef hit stroke:#9a6700,stroke-width:3px"
_ARROWS = {Fate.KEPT: "-->", Fate.ADDED: "==>", Fate.REMOVED: "-.->"}
_SHAPES = {
    NodeKind.TOPIC: ('[("', '")]'),
    NodeKind.STORE: ('[/"', '"/]'),
    NodeKind.TABLE: ('[["', '"]]'),
    NodeKind.CONNECTOR: ('{{"', '"}}'),
    NodeKind.SCHEMA: ('(["', '"])'),
}
_MARKS = {Fate.KEPT: "", Fate.ADDED: "+ ", Fate.REMOVED: "- "}  # more than colour
_LONG = 5  # steps in a row: what is longer is drawn downwards, or it shrinks until nobody can read it
_CHAR, _FOLDED, _GAP = 8, 200, 60  # pixels as Mermaid draws them
_NARROW = 520  # pixels that a phone still shows in letters that can be read
#: What Mermaid draws without being configured, in edges and in characters; GitHub keeps to it.
MAX_EDGES, MAX_CHARS = 500, 50_000


def flowchart(found: StreamMap) -> str:
    """One version."""
    return _flowchart([(node, Fate.KEPT) for node in found.nodes], [(edge, Fate.KEPT) for edge in found.edges])


def is_too_large(text: str) -> bool:
    """Whether Mermaid refuses to draw a flow chart of ours."""
    return len(text) > MAX_CHARS or sum(1 for line in text.splitlines() if _ARROW.match(line)) > MAX_EDGES


_ARROW = re.compile(r"^  n\d+ (?:-->|==>|-\.->)")


def difference_flowchart(found: MapDifference, *, hit: Collection[str] = (), max_nodes: int = 40) -> str | None:
    """Both versions: what is added has a plus and a thick line, what is removed a minus and a dashed one, a topic of `hit` (names) a `~`: the
    change does something to what others read or write there. None when there is nothing to see, or too much to see anything."""
    at = frozenset(node.id for node, _ in found.nodes if node.kind is NodeKind.TOPIC and node.is_known and node.label in hit)  # fmt: skip
    if found.is_empty and not at:
        return None
    nodes, edges = _touched(found, at)
    if len(nodes) > max_nodes and at and not found.is_empty:
        nodes, edges = _touched(found, frozenset())
    return None if len(nodes) > max_nodes else _flowchart(nodes, edges, at)


def _touched(
    found: MapDifference, hit: frozenset[str]
) -> tuple[list[tuple[StreamNode, Fate]], list[tuple[StreamEdge, Fate]]]:
    """What changes, its neighbours, and everyone at the topics among them and at those that are hit; the rest of a large job would hide it."""
    changed = {node.id for node, fate in found.nodes if fate is not Fate.KEPT}
    changed |= {end for edge, fate in found.edges if fate is not Fate.KEPT for end in (edge.source, edge.target)}
    topics = {node.id for node, _ in found.nodes if node.kind is NodeKind.TOPIC}
    near = _beside(found, changed)
    near |= _beside(found, (near & topics) | hit)
    shown = near | {node.inside for node, _ in found.nodes if node.id in near}
    nodes = [(node, fate) for node, fate in found.nodes if node.id in shown]
    return nodes, [(edge, fate) for edge, fate in found.edges if edge.source in shown and edge.target in shown]


def _beside(found: MapDifference, some: set[str]) -> set[str]:
    return some | {
        e for edge, _ in found.edges if {edge.source, edge.target} & some for e in (edge.source, edge.target)
    }


def _flowchart(
    nodes: Sequence[tuple[StreamNode, Fate]],
    edges: Sequence[tuple[StreamEdge, Fate]],
    hit: frozenset[str] = frozenset(),
) -> str:
    numbers = {node.id: f"n{index}" for index, (node, _) in enumerate(nodes, start=1)}
    lines = [f"flowchart {_direction(nodes, edges)}", *_boxes(nodes, numbers, hit)]
    for edge, fate in edges:
        lines.append(f"  {numbers[edge.source]} {_ARROWS[fate]}{_word(edge)} {numbers[edge.target]}")
    for fate, style in _STYLES.items():
        marked = [numbers[node.id] for node, own in nodes if own is fate]
        if marked:
            lines += [f"  {style}", f"  class {','.join(marked)} {fate.value}"]
    if marked := [numbers[node.id] for node, own in nodes if node.id in hit and own is Fate.KEPT]:
        lines += [f"  {_HIT}", f"  class {','.join(marked)} hit"]
    return "\n".join(lines) + "\n"


def _direction(nodes: Sequence[tuple[StreamNode, Fate]], edges: Sequence[tuple[StreamEdge, Fate]]) -> str:
    """Downwards where many steps follow each other or that is the narrower way, else left to right: a page is narrow, a phone's is narrower,
    and what is wider shrinks until nobody can read it."""
    depth: dict[str, int] = {}
    for _ in range(_LONG + 1):  # a circle ends here too
        for edge, _fate in edges:
            depth[edge.target] = max(depth.get(edge.target, 0), min(depth.get(edge.source, 0) + 1, _LONG + 1))
    if max(depth.values(), default=0) > _LONG:
        return "TB"
    rows: dict[int, list[int]] = {}
    for node, _fate in nodes:
        rows.setdefault(depth.get(node.id, 0), []).append(_width(label(node.label)))
    words: dict[int, int] = {}
    for edge, _fate in edges:
        at = depth[edge.target]
        words[at] = max(words.get(at, 0), _width(_word(edge)) if _word(edge) else 0)
    across = sum(map(max, rows.values())) + sum(words.values())
    return "TB" if across > _NARROW and max(map(sum, rows.values())) < across else "LR"


def _width(text: str) -> int:
    """About how many pixels a box, or the words of an arrow, take with the gap behind it; long texts are folded."""
    return min(_CHAR * len(text), _FOLDED) + _GAP


def _boxes(
    nodes: Sequence[tuple[StreamNode, Fate]], numbers: dict[str, str], hit: frozenset[str] = frozenset()
) -> Iterable[str]:
    """A client with steps is a frame around them and their stores; everything else stands for itself."""
    frames = {node.id for node, _ in nodes if node.kind is NodeKind.CLIENT}
    inner: dict[str, list[tuple[StreamNode, Fate]]] = {}
    for node, fate in nodes:
        if node.inside in frames:
            inner.setdefault(node.inside, []).append((node, fate))
    for node, fate in nodes:
        if node.id in inner:
            yield f'  subgraph {numbers[node.id]}["{_shown(node, fate)}"]'
            yield from (f"    {_box(numbers[step.id], step, own)}" for step, own in inner[node.id])
            yield "  end"
        elif node.inside not in frames:
            yield f"  {_box(numbers[node.id], node, fate, node.id in hit)}"


def _box(number: str, node: StreamNode, fate: Fate, is_hit: bool = False) -> str:
    begin, end = _SHAPES.get(node.kind, ('["', '"]'))
    return f"{number}{begin}{_shown(node, fate, is_hit)}{end}"


def _shown(node: StreamNode, fate: Fate, is_hit: bool = False) -> str:
    mark = "~ " if is_hit and fate is Fate.KEPT else _MARKS[fate]
    return f"{mark}{label(node.label)}{'' if node.is_known else ' ?'}"


def label(text: str) -> str:
    """At most 60 harmless characters."""
    plain = _HARMLESS.sub("_", text).strip() or "unnamed"
    return plain if len(plain) <= _LABEL_LIMIT else f"{plain[: _LABEL_LIMIT - 3]}..."


def _word(edge: StreamEdge) -> str:
    if edge.kind is EdgeKind.THEN:
        return ""
    if edge.group:
        return f'|"{edge.kind.value} as {label(edge.group)}"|'
    return f"|{edge.kind.value}|"
