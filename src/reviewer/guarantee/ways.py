"""The ways that records take through the clients of a map: over at least two of them, from end to end."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import islice

from reviewer.core.stream_map import EdgeKind, NodeKind, StreamMap

_LONGEST = 8  # clients of a way
_MOST = 2_000  # ways of a map


@dataclass(frozen=True, slots=True)
class Way:
    """Clients by their ids in the order of the records, and the topics between them by name.

    `source` is the topic that the first one reads, `sink` the topic that the last one writes; each "" where it has none.
    """

    clients: tuple[str, ...]
    between: tuple[str, ...]
    source: str
    sink: str

    def topic_behind(self, place: int) -> str:
        """The topic that a client on the way writes for the next one; "" for one that only reads."""
        return self.between[place] if place < len(self.between) else self.sink


@dataclass(slots=True)
class _Ends:
    """Who reads and who writes what, by the ids of clients and names of topics."""

    readers: dict[str, set[str]] = field(default_factory=dict)
    written: dict[str, set[str]] = field(default_factory=dict)
    read: dict[str, set[str]] = field(default_factory=dict)
    writers: dict[str, set[str]] = field(default_factory=dict)


def ways(drawn: StreamMap) -> tuple[Way, ...]:
    """From topics that nobody of the map writes, and from clients that read nothing; to where nothing leads on."""
    ends = _ends(drawn)
    starts = [(topic, client) for topic in sorted(ends.readers) if topic not in ends.writers for client in sorted(ends.readers[topic])]  # fmt: skip
    starts += [("", client) for client in sorted(ends.written) if client not in ends.read]
    return tuple(islice((way for topic, client in starts for way in _on(ends, topic, (client,), ())), _MOST))


def _ends(drawn: StreamMap) -> _Ends:
    nodes = {node.id: node for node in drawn.nodes}
    ends = _Ends()
    for edge in drawn.edges:
        if edge.kind not in (EdgeKind.READS, EdgeKind.WRITES):
            continue
        is_read = edge.kind is EdgeKind.READS
        topic, other = (edge.source, edge.target) if is_read else (edge.target, edge.source)
        if nodes[topic].kind is not NodeKind.TOPIC or not nodes[topic].is_known:
            continue
        name, client = nodes[topic].label, nodes[other].inside or other
        at_topic, at_client = (ends.readers, ends.read) if is_read else (ends.writers, ends.written)
        at_topic.setdefault(name, set()).add(client)
        at_client.setdefault(client, set()).add(name)
    return ends


def _on(ends: _Ends, source: str, clients: tuple[str, ...], between: tuple[str, ...]) -> Iterator[Way]:
    """The ways that begin like this one."""
    written: Mapping[str, None] = dict.fromkeys(sorted(ends.written.get(clients[-1], ())))
    for topic in written:
        following = sorted(ends.readers.get(topic, set()) - set(clients)) if len(clients) < _LONGEST else []
        if topic in between or topic == source:
            continue
        for client in following:
            yield from _on(ends, source, (*clients, client), (*between, topic))
        if not following and len(clients) > 1:
            yield Way(clients, between, source, topic)
    if not written and len(clients) > 1:
        yield Way(clients, between, source, "")
