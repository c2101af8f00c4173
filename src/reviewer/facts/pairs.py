"""The same thing before and after the change, answered once: by identity within a file (renames followed), then across files.

Where several things of one file have one identity, equal ones are set apart first; what is then left in equal numbers is paired
by rank and is not sure. What can't be told apart in unequal numbers is left out: nobody knows which became which.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Generic, TypeVar

from reviewer.core.value import value
from reviewer.facts.streaming.dataflow import Deployment, Query, Store, Table
from reviewer.facts.streaming.model import (
    Builder,
    Client,
    FileFacts,
    Handling,
    Known,
    Schema,
    Setting,
    StateDeclaration,
    Topic,
)

if TYPE_CHECKING:
    from reviewer.facts.delta import Delta, FilePair

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Kind(Generic[T]):
    """A kind of fact that outlives a change. `everywhere`: its identity holds in the whole change, so that a move is followed."""

    read: Callable[[FileFacts], Iterable[T]]
    identity: Callable[[FileFacts, T], Hashable]
    value: Callable[[T], Hashable]
    everywhere: bool = False


@value()
class Pair(Generic[T]):
    """One thing on both sides; a side is None where it is not there. `files` is the file that holds it after the change, or held it."""

    files: FilePair
    before: T | None
    after: T | None
    is_sure: bool = True


TOPICS: Kind[Topic] = Kind(
    lambda f: f.topics, lambda _f, t: t.name, lambda t: (t.partitions, t.replication), everywhere=True
)
SCHEMAS: Kind[Schema] = Kind(lambda f: f.schemas, lambda _f, s: s.fullname, lambda s: s.fields, everywhere=True)
STATES: Kind[StateDeclaration] = Kind(
    lambda f: f.states, lambda _f, s: (s.owner, s.name.text), lambda s: s.types, everywhere=True
)
CLIENTS: Kind[Client] = Kind(
    lambda f: f.clients, lambda f, c: (c.kind, f.function_name(c.call.function), c.holder), lambda c: c.settings
)
BUILDERS: Kind[Builder] = Kind(
    lambda f: f.builders, lambda f, b: (b.kind, f.function_name(b.call.function), b.holder), lambda b: b.steps
)
HANDLINGS: Kind[Handling] = Kind(
    lambda f: f.handlings, lambda _f, h: (h.kind, h.name), lambda h: h.group, everywhere=True
)
STORES: Kind[Store] = Kind(
    lambda f: (s for s in f.stores if s.name.known is Known.EXPLICIT and s.name.text),
    lambda _f, s: s.name.text,
    lambda s: s.parts,
    everywhere=True,
)
TABLES: Kind[Table] = Kind(
    lambda f: (t for t in f.tables if t.is_literal),
    lambda _f, t: (t.dialect, t.name.lower()),
    lambda t: t.options,
    everywhere=True,
)
QUERIES: Kind[Query] = Kind(
    lambda f: f.queries, lambda _f, q: (q.dialect, q.kind, q.target.lower()), lambda q: (q.sources, q.parts)
)
DEPLOYMENTS: Kind[Deployment] = Kind(lambda f: f.deployments, lambda _f, d: d.name, lambda d: d.parts, everywhere=True)


def settings_kind(keys: frozenset[str]) -> Kind[Setting]:
    """The settings of some canonical keys, each by its key and whose it is: the variable, function or prefix."""
    return Kind(
        lambda f: (s for s in f.settings if s.key in keys), lambda _f, s: (s.scope, s.key, s.client), lambda s: s.value
    )  # fmt: skip


def pairs_of(delta: Delta, kind: Kind[T]) -> Iterator[Pair[T]]:
    """Every thing of a kind in the changed files that were read on each side on which they exist."""
    gone: list[tuple[Hashable, Pair[T]]] = []
    come: list[tuple[Hashable, Pair[T]]] = []
    for files in delta.pairs():
        if (files.change.old_path and files.before is None) or (files.change.new_path and files.after is None):
            continue
        old, new = _by_identity(kind, files.before), _by_identity(kind, files.after)
        for identity in dict.fromkeys((*old, *new)):
            for pair in _paired(kind, files, old.get(identity, []), new.get(identity, [])):
                if pair.before is None:
                    come.append((identity, pair))
                elif pair.after is None:
                    gone.append((identity, pair))
                else:
                    yield pair
    yield from _left(kind, gone, come)


def _by_identity(kind: Kind[T], file: FileFacts | None) -> dict[Hashable, list[T]]:
    found: dict[Hashable, list[T]] = {}
    if file is not None:
        for item in kind.read(file):
            found.setdefault(kind.identity(file, item), []).append(item)
    return found


def _paired(kind: Kind[T], files: FilePair, old: list[T], new: list[T]) -> Iterator[Pair[T]]:
    is_sure = len(old) <= 1 and len(new) <= 1
    for item in list(new) if not is_sure else ():
        twin = next((o for o in old if kind.value(o) == kind.value(item)), None)
        if twin is not None:
            old = [o for o in old if o is not twin]
            new = [n for n in new if n is not item]
            yield Pair(files=files, before=twin, after=item)
    if len(old) == len(new):
        for was, now in zip(old, new, strict=True):
            yield Pair(files=files, before=was, after=now, is_sure=is_sure)
    elif not old:
        yield from (Pair(files=files, before=None, after=item) for item in new)
    elif not new:
        yield from (Pair(files=files, before=item, after=None) for item in old)


def _left(
    kind: Kind[T], gone: list[tuple[Hashable, Pair[T]]], come: list[tuple[Hashable, Pair[T]]]
) -> Iterator[Pair[T]]:
    """Things of one side only; of a kind whose identity holds everywhere, what went here and came there is one thing."""
    moved: set[int] = set()
    for identity, pair in gone:
        there = [other for name, other in come if name == identity] if kind.everywhere else []
        if len(there) == 1 and sum(1 for name, _ in gone if name == identity) == 1:
            moved.add(id(there[0]))
            yield Pair(files=there[0].files, before=pair.before, after=there[0].after)
        else:
            yield pair
    yield from (pair for _, pair in come if id(pair) not in moved)
