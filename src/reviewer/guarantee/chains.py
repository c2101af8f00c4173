"""Along a way: from a topic over clients that read and write to the topic at its end, the promise is that of the weakest link."""

from __future__ import annotations

from collections.abc import Collection, Hashable, Iterator, Mapping
from dataclasses import dataclass

from reviewer.core.guarantee import Because, Guarantee, Subject
from reviewer.core.stream_map import EdgeKind, NodeKind, StreamMap
from reviewer.facts.streaming.model import FileFacts
from reviewer.guarantee.link import Link, labels

_LONGEST = 8  # clients of a way
_MOST = 20  # ways that are told

Links = Mapping[Hashable, Link]


@dataclass(frozen=True, slots=True, kw_only=True)
class Maps:
    """Both versions of the map around a change, and the unchanged files that were read for it."""

    before: StreamMap
    after: StreamMap
    files: tuple[FileFacts, ...] = ()


@dataclass(frozen=True, slots=True)
class Way:
    """Topics and the clients between them: one more topic than clients."""

    topics: tuple[str, ...]
    clients: tuple[str, ...]

    @property
    def name(self) -> str:
        """Its ends."""
        return f"{self.topics[0]} -> {self.topics[-1]}"


def chains(before: StreamMap, after: StreamMap, old: Links, new: Links, altered: Collection[Hashable]) -> Iterator[Guarantee]:  # fmt: skip
    """The ways of two clients and more that lead over an altered link, exist on both sides and promise something else now.

    Silent where a client on the way promises nothing that is known.
    """
    touched = {new[identity].node for identity in altered if identity in new}
    was, now = _by_node(old, before), _by_node(new, after)
    known = {(way.topics, way.clients) for way in ways(before)}
    told = 0
    for way in ways(after):
        if touched.isdisjoint(way.clients) or (way.topics, way.clients) not in known or told >= _MOST:
            continue
        found = _compared(way, was, now)
        if found is not None:
            told += 1
            yield found


def _compared(way: Way, was: Mapping[str, list[Link]], now: Mapping[str, list[Link]]) -> Guarantee | None:
    old, new = _links(way, was), _links(way, now)
    if old is None or new is None:
        return None
    one, other = _range(old), _range(new)
    if one[0] != one[1] or other[0] != other[1]:
        return None
    found = labels(one, other)
    if found is None:
        return None
    weak = next(link for link in (new if other < one else old) if link.high == min(one, other)[0])
    mended = next((link for link in new if link.identity == weak.identity), weak)
    factor = mended.weakest
    because = (Because(span=factor.span, what=f"{mended.subject}: {factor.what}"),) if factor.span is not None else ()
    return Guarantee(
        kind=Subject.CHAIN, subject=way.name, before=found[0], after=found[1], because=because, weak_link=weak.subject
    )


def _range(links: list[Link]) -> tuple[int, int]:
    return min(link.low for link in links), min(link.high for link in links)


def _links(way: Way, by_node: Mapping[str, list[Link]]) -> list[Link] | None:
    """All links on a way in its order; None where a client has none."""
    found: list[Link] = []
    for client in way.clients:
        own = by_node.get(client, [])
        if not own:
            return None
        found += own
    return found


def _by_node(links: Links, drawn: StreamMap) -> dict[str, list[Link]]:
    """The links of each client of the map, readers first. The one application of a map has the steps of all its classes."""
    found: dict[str, list[Link]] = {}
    for link in links.values():
        if link.decides:
            found.setdefault(link.node, []).append(link)
    for own in found.values():
        own.sort(key=lambda link: list(Subject).index(link.kind) if link.kind is not Subject.CONSUMER else -1)
    apps = [link for link in links.values() if link.kind is Subject.STREAMS and link.decides]
    frames = {node.inside for node in drawn.nodes if node.kind is NodeKind.OPERATOR and node.name.startswith("KSTREAM")}
    for frame in frames if len(apps) == 1 else ():
        found.setdefault(frame, [apps[0]])
    return found


def ways(drawn: StreamMap) -> Iterator[Way]:
    """The ways of two clients and more, from topics that nobody of the map writes, or that are only read in a circle."""
    labels_of = {node.id: node for node in drawn.nodes}
    reads: dict[str, set[str]] = {}
    writes: dict[str, set[str]] = {}
    for edge in drawn.edges:
        topic = edge.source if edge.kind is EdgeKind.READS else edge.target
        if edge.kind not in (EdgeKind.READS, EdgeKind.WRITES) or labels_of[topic].kind is not NodeKind.TOPIC:
            continue
        other = labels_of[edge.target if edge.kind is EdgeKind.READS else edge.source]
        if labels_of[topic].is_known:
            (reads if edge.kind is EdgeKind.READS else writes).setdefault(
                topic if edge.kind is EdgeKind.READS else other.inside or other.id, set()
            ).add((other.inside or other.id) if edge.kind is EdgeKind.READS else topic)
    written = {topic for topics in writes.values() for topic in topics}
    for topic in sorted(reads):
        if topic not in written:
            yield from _from((topic,), (), reads, writes, labels_of)


def _from(topics: tuple[str, ...], clients: tuple[str, ...], reads: Mapping[str, set[str]], writes: Mapping[str, set[str]], nodes: Mapping[str, object]) -> Iterator[Way]:  # fmt: skip
    went_on = False
    for client in sorted(reads.get(topics[-1], ())) if len(clients) < _LONGEST else ():
        if client in clients:
            continue
        for topic in sorted(writes.get(client, ())):
            if topic not in topics:
                went_on = True
                yield from _from((*topics, topic), (*clients, client), reads, writes, nodes)
    if not went_on and len(clients) > 1:
        yield Way(tuple(topic.removeprefix("topic:") for topic in topics), clients)
