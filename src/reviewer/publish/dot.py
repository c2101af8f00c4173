"""The map for Graphviz. Every name stands in quotes, with what could end them escaped."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from reviewer.core.stream_map import EdgeKind, Fate, NodeKind, StreamEdge, StreamNode
from reviewer.publish.mermaid import label

_SHAPES = {
    NodeKind.TOPIC: "cylinder", NodeKind.STORE: "folder", NodeKind.TABLE: "tab", NodeKind.CONNECTOR: "hexagon", NodeKind.SCHEMA: "note",
}  # fmt: skip
_STYLES = {
    Fate.KEPT: "",
    Fate.ADDED: ' color="#1a7f37" penwidth=3',
    Fate.REMOVED: ' color="#cf222e" style=dashed',
}


def digraph(nodes: Sequence[tuple[StreamNode, Fate]], edges: Sequence[tuple[StreamEdge, Fate]]) -> str:
    """A directed graph, left to right; steps lie in the cluster of their class."""
    numbers = {node.id: f"n{index}" for index, (node, _) in enumerate(nodes, start=1)}
    lines = ["digraph streams {", "  rankdir=LR;", "  node [shape=box];", *_boxes(nodes, numbers)]
    for edge, fate in edges:
        words = "" if edge.kind is EdgeKind.THEN else f"{edge.kind.value} {edge.group}".strip()
        lines.append(
            f'  {numbers[edge.source]} -> {numbers[edge.target]} [label="{label(words) if words else ""}"{_STYLES[fate]}];'
        )
    return "\n".join([*lines, "}"]) + "\n"


def _boxes(nodes: Sequence[tuple[StreamNode, Fate]], numbers: dict[str, str]) -> Iterator[str]:
    known = {node.id for node, _ in nodes}
    inner: dict[str, list[str]] = {}
    for node, fate in nodes:
        if node.inside in known:
            inner.setdefault(node.inside, []).append(_box(node, fate, numbers))
    for node, fate in nodes:
        if node.id in inner:
            # The frame itself is a point in it: edges may end at it.
            yield f'  subgraph cluster_{numbers[node.id]} {{\n    label="{label(node.label)}";'
            yield f"    {numbers[node.id]} [shape=point style=invis];"
            yield from (f"    {box}" for box in inner[node.id])
            yield "  }"
        elif node.inside not in known:
            yield f"  {_box(node, fate, numbers)}"


def _box(node: StreamNode, fate: Fate, numbers: dict[str, str]) -> str:
    text = f"{label(node.label)}{'' if node.is_known else ' ?'}"
    return f'{numbers[node.id]} [label="{text}" shape={_SHAPES.get(node.kind, "box")}{_STYLES[fate]}];'
