"""Who else is on the ways through a client whose promise is altered: read from the repository, joined to the maps."""

from __future__ import annotations

from collections.abc import Collection

from reviewer.context.radius import Streams, files_at
from reviewer.core.guarantee import Guarantee
from reviewer.core.problem import Problem, ReviewError
from reviewer.core.source import SourceReader
from reviewer.core.stream_map import EdgeKind, NodeKind, StreamMap
from reviewer.facts.delta import Delta
from reviewer.facts.gather import Parse
from reviewer.facts.stream_map.build import stream_map
from reviewer.facts.streaming.model import FileFacts
from reviewer.guarantee.chains import Maps
from reviewer.guarantee.compare import guarantees

_ROUNDS = 2  # a client's topics lead to their other clients, these to theirs


def promises_of(
    delta: Delta, streams: Streams, reader: SourceReader, parse: Parse
) -> tuple[tuple[Guarantee, ...], tuple[Problem, ...]]:
    """What the change promises otherwise, and what could not be searched on the way."""
    problems: list[Problem] = []
    moved = {f.old_path: f.new_path for f in delta.change_set.files if f.old_path and f.new_path}

    def widened(maps: Maps, clients: Collection[str]) -> Maps:
        for _ in range(_ROUNDS):
            topics, clients = _beside(maps.after, clients)
            try:
                found = files_at(delta, reader, parse, topics)
            except (ReviewError, OSError) as error:
                problems.append(Problem(step="guarantees", subject="topics", message=f"could not be searched: {error}"))
                return maps
            known = {file.path for file in maps.files}
            new = tuple(file for file in found if file.path not in known)
            if not new:
                break
            maps = _with(delta, (*maps.files, *new), moved)
        return maps

    promised = guarantees(delta, Maps(before=streams.before, after=streams.after, files=streams.files), widened)
    return promised, tuple(problems)


def _with(delta: Delta, files: tuple[FileFacts, ...], moved: dict[str, str]) -> Maps:
    before = stream_map([*delta.before.files, *files], beside=delta.before.related, renamed=moved)
    return Maps(
        before=before, after=stream_map([*delta.after.files, *files], beside=delta.after.related), files=files
    )  # fmt: skip


def _beside(drawn: StreamMap, clients: Collection[str]) -> tuple[list[str], set[str]]:
    """The names of the topics that some clients read or write, and the clients at these topics."""
    nodes = {node.id: node for node in drawn.nodes}
    ends: dict[str, set[str]] = {}
    for edge in drawn.edges:
        topic, other = (edge.source, edge.target) if edge.kind is EdgeKind.READS else (edge.target, edge.source)
        if (
            edge.kind in (EdgeKind.READS, EdgeKind.WRITES)
            and nodes[topic].kind is NodeKind.TOPIC
            and nodes[topic].is_known
        ):
            ends.setdefault(topic, set()).add(nodes[other].inside or other)
    near = [topic for topic, others in ends.items() if not others.isdisjoint(clients)]
    return sorted(nodes[topic].label for topic in near), {client for topic in near for client in ends[topic]}
