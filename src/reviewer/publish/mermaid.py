"""The map as Mermaid. Labels are strangers' text: only harmless characters pass, so that none can become an arrow, a link or a directive."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from reviewer.core.stream_map import EdgeKind, Fate, MapDifference, NodeKind, StreamEdge, StreamMap, StreamNode

_HARMLESS = re.compile(r"[^\w .,:/()+*=-]", re.UNICODE)
_LABEL_LIMIT = 60
_STYLES = {
    Fate.ADDED: "classDef added stroke:#1a7f37,stroke-width:3px",
    Fate.REMOVED: "classDef removed stroke:#cf222e,stroke-width:2px,stroke-dasharray:5 5",
}
_ARROWS = {Fate.KEPT: "-->", Fate.ADDED: "==>", Fate.REMOVED: "-.->"}


def flowchart(found: StreamMap) -> str:
    """One version, left to right."""
    return _flowchart([(node, Fate.KEPT) for node in found.nodes], [(edge, Fate.KEPT) for edge in found.edges])


def difference_flowchart(found: MapDifference, *, max_nodes: int = 40) -> str | None:
    """Both versions: what is added has a thick line, what is removed a dashed one. None when there is nothing to see,
    or too much to see anything."""
    if found.is_empty:
        return None
    nodes, edges = _touched(found)
    return None if len(nodes) > max_nodes else _flowchart(nodes, edges)


def _touched(found: MapDifference) -> tuple[list[tuple[StreamNode, Fate]], list[tuple[StreamEdge, Fate]]]:
    """What changes and its neighbours; the rest of a large job would hide it."""
    changed = {node.id for node, fate in found.nodes if fate is not Fate.KEPT}
    changed |= {end for edge, fate in found.edges if fate is not Fate.KEPT for end in (edge.source, edge.target)}
    near = changed | {
        e for edge, _ in found.edges if {edge.source, edge.target} & changed for e in (edge.source, edge.target)
    }
    shown = near | {node.inside for node, _ in found.nodes if node.id in near}
    nodes = [(node, fate) for node, fate in found.nodes if node.id in shown]
    return nodes, [(edge, fate) for edge, fate in found.edges if edge.source in shown and edge.target in shown]


def _flowchart(nodes: Sequence[tuple[StreamNode, Fate]], edges: Sequence[tuple[StreamEdge, Fate]]) -> str:
    numbers = {node.id: f"n{index}" for index, (node, _) in enumerate(nodes, start=1)}
    lines = ["flowchart LR", *_boxes(nodes, numbers)]
    for edge, fate in edges:
        lines.append(f"  {numbers[edge.source]} {_ARROWS[fate]}{_word(edge)} {numbers[edge.target]}")
    for fate, style in _STYLES.items():
        marked = [numbers[node.id] for node, own in nodes if own is fate]
        if marked:
            lines += [f"  {style}", f"  class {','.join(marked)} {fate.value}"]
    return "\n".join(lines) + "\n"


def _boxes(nodes: Sequence[tuple[StreamNode, Fate]], numbers: dict[str, str]) -> Iterable[str]:
    """Topics and clients; a client with steps is a frame around them."""
    inner: dict[str, list[StreamNode]] = {}
    for node, _ in nodes:
        if node.kind is NodeKind.OPERATOR:
            inner.setdefault(node.inside, []).append(node)
    for node, _ in nodes:
        if node.kind is NodeKind.TOPIC:
            yield f'  {numbers[node.id]}[("{label(node.label)}{"" if node.is_known else " ?"}")]'
        elif node.kind is NodeKind.CLIENT and node.id in inner:
            yield f'  subgraph {numbers[node.id]}["{label(node.label)}"]'
            yield from (f'    {numbers[step.id]}["{label(step.label)}"]' for step in inner[node.id])
            yield "  end"
        elif node.kind is NodeKind.CLIENT:
            yield f'  {numbers[node.id]}["{label(node.label)}"]'


def label(text: str) -> str:
    """At most 60 harmless characters."""
    plain = _HARMLESS.sub("_", text).strip() or "unnamed"
    return plain if len(plain) <= _LABEL_LIMIT else f"{plain[: _LABEL_LIMIT - 3]}..."


def _word(edge: StreamEdge) -> str:
    return "" if edge.kind is EdgeKind.THEN else f"|{edge.kind.value}|"
