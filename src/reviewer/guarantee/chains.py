"""Along a way through several clients the promise is that of the weakest link, and of readers that see what is taken back."""

from __future__ import annotations

from collections.abc import Collection, Hashable, Iterator, Mapping
from dataclasses import replace

from reviewer.core.guarantee import Because, Guarantee, Subject
from reviewer.core.stream_map import NodeKind, StreamMap
from reviewer.core.value import value
from reviewer.facts.streaming.model import FileFacts
from reviewer.guarantee.link import ONCE, Link, labels
from reviewer.guarantee.ways import Way, ways

_MOST = 20  # ways that are told
_WRITERS = (Subject.PRODUCER, Subject.SINK)
_READERS = (Subject.CONSUMER, Subject.STREAMS, Subject.JOB)

Links = Mapping[Hashable, Link]
_ByNode = Mapping[str, list[Link]]


@value()
class Maps:
    """Both versions of the map around a change, and the unchanged files that were read for it."""

    before: StreamMap
    after: StreamMap
    files: tuple[FileFacts, ...] = ()


def chains(before: StreamMap, after: StreamMap, old: Links, new: Links, altered: Collection[Hashable]) -> Iterator[Guarantee]:  # fmt: skip
    """The ways over an altered link that exist on both sides and promise something else now.

    Silent where a client on the way promises nothing that is known.
    """
    touched = {new[identity].node for identity in altered if identity in new}
    was, now = _by_node(old, before), _by_node(new, after)
    known = set(ways(before))
    told = 0
    for way in ways(after):
        if way in known and not touched.isdisjoint(way.clients) and told < _MOST:
            found = _compared(way, was, now)
            if found is not None:
                told += 1
                yield found


def _compared(way: Way, was: _ByNode, now: _ByNode) -> Guarantee | None:
    old, new = _links(way, was), _links(way, now)
    if old is None or new is None:
        return None
    one, other = _range(old), _range(new)
    found = labels(one, other) if one[0] == one[1] and other[0] == other[1] else None
    if found is None:
        return None
    is_weaker = other < one
    weak = next(link for link in (new if is_weaker else old) if link.high == min(one, other)[0])
    shown = weak if is_weaker else next((link for link in new if link.identity == weak.identity), weak)
    factor = shown.weakest
    because = (Because(span=factor.span, what=f"{shown.subject}: {factor.what}"),) if factor.span is not None else ()
    return Guarantee(
        kind=Subject.CHAIN, subject=_name(way, new), before=found[0], after=found[1], because=because, weak_link=weak.subject
    )  # fmt: skip


def _name(way: Way, links: list[Link]) -> str:
    """Its ends: topics, or the last client by its own name."""
    return f"{way.source or way.between[0]} -> {way.sink or links[-1].subject}"


def _range(links: list[Link]) -> tuple[int, int]:
    return min(link.low for link in links), min(link.high for link in links)


def _links(way: Way, by_node: _ByNode) -> list[Link] | None:
    """All links on a way in its order; None where a client has none, or several of a kind."""
    found: list[Link] = []
    commits_as_one = False
    for place, client in enumerate(way.clients):
        own = [link for link in by_node.get(client, ()) if _is_on(link, way, place)]
        if not _is_whole([link.kind for link in own], way, place):
            return None
        found += [replace(link, factors=(*link.factors, link.isolation)) if link.isolation is not None and commits_as_one else link for link in own]  # fmt: skip
        commits_as_one = any(link.high == ONCE and link.kind is not Subject.CONSUMER for link in own)
    return found


def _is_whole(kinds: list[Subject], way: Way, place: int) -> bool:
    """Whether it is known what reads and what writes here. Which of several it is, and what a job's other sinks do, is not guessed."""
    if any(kinds.count(kind) > 1 for kind in (Subject.CONSUMER, *_WRITERS)):
        return False
    reads, writes = place > 0 or bool(way.source), bool(way.topic_behind(place))
    readers = _READERS if writes else (Subject.CONSUMER, Subject.STREAMS)
    return (not reads or not set(kinds).isdisjoint(readers)) and (
        not writes or not set(kinds).isdisjoint((*_WRITERS, Subject.STREAMS))
    )


def _is_on(link: Link, way: Way, place: int) -> bool:
    """What is written to another topic than the way's is beside it; so is the reading of one who writes at its beginning."""
    if link.kind is Subject.CONSUMER and place == 0 and not way.source:
        return False
    topic = way.topic_behind(place)
    if link.kind in _WRITERS:
        return bool(topic) and (link.topic in ("", topic))
    return True


def _by_node(links: Links, drawn: StreamMap) -> dict[str, list[Link]]:
    """The links of each client of the map, readers first. The one application that there is has the topologies of all classes."""
    found: dict[str, list[Link]] = {}
    for link in links.values():
        if link.decides:
            found.setdefault(link.node, []).append(link)
    for own in found.values():
        own.sort(key=lambda link: (link.kind is not Subject.CONSUMER, list(Subject).index(link.kind)))
    apps = [link for link in links.values() if link.kind is Subject.STREAMS and link.decides]
    frames = {node.inside for node in drawn.nodes if node.kind is NodeKind.OPERATOR and node.name.startswith("KSTREAM")}
    for frame in frames if len(apps) == 1 else ():
        found.setdefault(frame, [apps[0]])
    return found
