"""The map of one version of the code: who reads and writes which topic, and the steps of jobs and topologies."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from reviewer.core.stream_map import NodeKind, StreamMap
from reviewer.facts.stream_map.clients import draw_clients
from reviewer.facts.stream_map.constants import constants_over
from reviewer.facts.stream_map.documents import draw_documents
from reviewer.facts.stream_map.parts import Drawing
from reviewer.facts.stream_map.schemas import draw_schemas
from reviewer.facts.stream_map.steps import draw_steps
from reviewer.facts.stream_map.tables import draw_tables
from reviewer.facts.stream_map.topic_names import TopicNames
from reviewer.facts.streaming.model import FileFacts


def stream_map(
    files: Iterable[FileFacts], *, beside: Iterable[FileFacts] = (), renamed: Mapping[str, str] | None = None
) -> StreamMap:
    """The map of one version. Test code is left out: its topics are nobody's.

    Files `beside` are not drawn; their constants and configuration name topics.
    """
    chosen = [facts for facts in files if not facts.is_test]
    drawn = {facts.path for facts in chosen}
    everything = (*chosen, *(facts for facts in beside if facts.path not in drawn))  # said twice, a name has two values
    topics = TopicNames(constants=constants_over(everything), files=everything)
    drawing = Drawing(topics=topics, renamed=dict(renamed or {}))
    for facts in chosen:
        if facts.libraries:
            draw_clients(drawing, facts)
            draw_steps(drawing, facts)
        draw_documents(drawing, facts)
    draw_tables(drawing, chosen)
    draw_schemas(drawing, chosen)
    return _finished(drawing)


def _finished(drawing: Drawing) -> StreamMap:
    """Without classes that have neither an arrow nor a step."""
    edges = [edge for edge in drawing.edges.values() if not drawing.is_handed(edge)]
    ends = {end for edge in edges for end in (edge.source, edge.target)}
    frames = {node.inside for node in drawing.nodes.values() if node.inside}
    kept = [n for n in drawing.nodes.values() if n.kind is not NodeKind.CLIENT or n.id in ends or n.id in frames]
    return StreamMap(nodes=tuple(sorted(kept)), edges=tuple(sorted(edges)))
