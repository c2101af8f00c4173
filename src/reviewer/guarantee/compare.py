"""The promises that a change alters: link by link, then along the ways through topics on which they lie."""

from __future__ import annotations

from collections.abc import Callable, Collection, Hashable, Iterable, Iterator
from dataclasses import replace

from reviewer.core.guarantee import Because, Guarantee, Promise
from reviewer.facts.delta import Delta
from reviewer.facts.streaming.model import FileFacts
from reviewer.files import FileKind
from reviewer.guarantee.chains import Maps, chains
from reviewer.guarantee.consumers import consumers
from reviewer.guarantee.jobs import INTERVAL, jobs
from reviewer.guarantee.link import ONCE, Factor, Link, known_label, labels
from reviewer.guarantee.names import Called
from reviewer.guarantee.producers import producers
from reviewer.guarantee.settings import applications

_NOBODYS = (FileKind.TEST, FileKind.DEVELOPMENT)
_MOST = 100  # links that change, of one change


def guarantees(delta: Delta, maps: Maps, widened: Callable[[Maps, Collection[str]], Maps]) -> tuple[Guarantee, ...]:
    """What is promised otherwise than before. Silent about what is new, gone, as it was, or not known on a side, unless the change itself hides it.

    `widened` gives the maps with the clients on the ways through some clients of the map (their ids); it is asked only when a promise is altered.
    """
    moved = {f.old_path: f.new_path for f in delta.change_set.files if f.old_path and f.new_path}
    old, new = Called(maps.before, moved), Called(maps.after, {})
    before, after = links_of(delta.before.files, old), links_of(delta.after.files, new)
    found: list[Guarantee] = []
    altered: set[Hashable] = set()
    for identity, link in after.items():
        was = before.get(identity)
        if was is None or not (was.decides or link.decides) or len(found) >= _MOST:
            continue
        told = _told(*_same_unknowns(was, link), delta)
        if told is not None:
            found.append(told)
            altered.add(identity)
        elif was.isolation is not None and link.isolation is not None and was.isolation.high != link.isolation.high:
            altered.add(identity)
    if altered:
        maps = widened(maps, {after[identity].node for identity in altered})
        beside = links_of(maps.files, Called(maps.before, moved)), links_of(maps.files, Called(maps.after, {}))
        found += chains(maps.before, maps.after, {**beside[0], **before}, {**beside[1], **after}, altered)
    return tuple(found)


def links_of(files: Iterable[FileFacts], called: Called) -> dict[Hashable, Link]:
    """The links of files by identity; what can't be told apart is left out. Nobody's records hang on a test or a developer's machine."""
    found: dict[Hashable, Link] = {}
    twice: set[Hashable] = set()
    for file in files:
        for link in _links(file, called) if file.kind not in _NOBODYS else ():
            if found.setdefault(link.identity, link) is not link:
                twice.add(link.identity)
    return {identity: link for identity, link in found.items() if identity not in twice}


def _links(file: FileFacts, called: Called) -> Iterator[Link]:
    yield from producers(file, called)
    yield from consumers(file, called)
    yield from applications(file, called)
    yield from jobs(file, called)


def _same_unknowns(was: Link, link: Link) -> tuple[Link, Link]:
    """What is as unknown as before (a checkpoint interval of the cluster, a consumer made elsewhere) decides nothing of the change."""
    if was.unknown and was.unknown == link.unknown:
        return _at_best(was), _at_best(link)
    one, other = was.factor(INTERVAL), link.factor(INTERVAL)
    if one is None or other is None or one.low == one.high or other.low == other.high or one.what != other.what:
        return was, link
    return _without(was, one), _without(link, other)


def _at_best(link: Link) -> Link:
    return replace(link, factors=tuple(replace(factor, low=factor.high) for factor in link.factors))


def _without(link: Link, factor: Factor) -> Link:
    known = replace(factor, low=ONCE, high=ONCE)
    return replace(link, factors=tuple(known if f is factor else f for f in link.factors))


def _told(was: Link, link: Link, delta: Delta) -> Guarantee | None:
    found = labels((was.low, was.high), (link.low, link.high))
    if found is not None:
        return _made(was, link, found, _deciding(was, link))
    hidden = _hidden(was, link, delta)
    return _made(was, link, (known_label(was.low, was.high), Promise.UNKNOWN), hidden) if hidden else None


def _deciding(was: Link, link: Link) -> tuple[Factor | None, Factor | None]:
    """The factor that makes the difference, before and after."""
    if link.high < was.low:
        now = link.weakest
        return was.factor(now.name), now
    then = was.weakest
    return then, link.factor(then.name) or link.weakest


def _hidden(was: Link, link: Link, delta: Delta) -> tuple[Factor | None, Factor | None] | None:
    """What was known and is written in a way now that nobody can see through; a checkpoint interval that is gone from the code."""
    if was.low != was.high or link.low >= was.low:
        return None
    for now in link.factors:
        then = was.factor(now.name)
        if (
            now.low >= was.low
            or then is None
            or then.low != then.high
            or then.span is None
            or not delta.touches(then.span)
        ):
            continue
        if now.is_unseen or (now.name == INTERVAL and now.span is None and not _is_elsewhere(delta)):
            return then, now
    return None


def _is_elsewhere(delta: Delta) -> bool:
    """Another file that was read sets an interval."""
    return any(s.key == INTERVAL for file in delta.after.everything() for s in file.settings)


def _made(was: Link, link: Link, found: tuple[Promise, Promise], factors: tuple[Factor | None, Factor | None]) -> Guarantee:  # fmt: skip
    then, now = factors
    because = [Because(span=f.span, what=f.what) for f in (now, then) if f is not None and f.span is not None]
    if now is not None and now.span is None and then is not None and then.span is not None:
        because = [Because(span=then.span, what=f"{now.what} (was: {then.what})")]
    return Guarantee(
        kind=link.kind,
        subject=link.subject,
        before=found[0],
        after=found[1],
        because=tuple(because),
        weak_link=link.subject,
    )
