"""A map of some source texts, as lines that a person can check."""

from __future__ import annotations

from collections.abc import Mapping

from reviewer.clients.registry import Libraries
from reviewer.core.span import Side
from reviewer.core.stream_map import StreamMap, StreamNode
from reviewer.facts.beside import read_beside
from reviewer.facts.extract import extract
from reviewer.facts.stream_map.build import stream_map


def mapped(files: Mapping[str, str]) -> StreamMap:
    """The map of a repository that consists of these files."""
    parsed = {path: extract(path, text, Side.AFTER) for path, text in files.items()}
    return stream_map(read_beside(parsed, files, (), Libraries()))


def lines(files: Mapping[str, str]) -> list[str]:
    """`source -kind group-> target` of every arrow, sorted; `?` for what is not known, `~x` for a name that `x` may replace."""
    return drawn(mapped(files))


def drawn(found: StreamMap) -> list[str]:
    """The same of a map."""
    nodes = {node.id: node for node in found.nodes}
    return sorted(
        f"{_shown(nodes[e.source])} -{' '.join((e.kind.value, e.group)).strip()}-> {_shown(nodes[e.target])}"
        for e in found.edges
    )


def _shown(node: StreamNode) -> str:
    plain = (
        node.label.partition(" (")[0] if node.kind.value in ("client", "connector", "table", "schema") else node.label
    )
    return f"{plain}{'' if node.is_known else '?'}{f'~{node.from_default}' if node.from_default else ''}"
