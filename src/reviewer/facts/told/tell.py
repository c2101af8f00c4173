"""All facts of a file in their order, what a change takes away, and what was given up."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from reviewer.core.stated import FactKind, GivenUp, Stated
from reviewer.facts.delta import Delta
from reviewer.facts.streaming.model import FactSet, FileFacts
from reviewer.facts.streaming.moved_defaults import moved_defaults
from reviewer.facts.told import clients, delivery, documents, jobs
from reviewer.facts.told.teller import Definitions, Teller, definitions_of

_TELLERS: tuple[Callable[[Teller], Iterator[Stated]], ...] = (
    clients.clients, clients.settings, clients.sends, delivery.handlings, clients.operations, delivery.moves, documents.topics,
    jobs.tables, jobs.operators, jobs.state, jobs.builders, documents.schemas, documents.connectors, documents.dependencies,
)  # fmt: skip


def definitions(facts: FactSet) -> Definitions:
    """Where the names of a side are set, over all files that were read of it."""
    return definitions_of(facts.everything())


def told(file: FileFacts, known: Definitions) -> tuple[Stated, ...]:
    """The facts of a file, by kind and then by line; a fact that two readers found is told once."""
    teller = Teller(file, known)
    found = [fact for tell in _TELLERS for fact in tell(teller)]
    order = list(FactKind)
    return tuple(sorted(dict.fromkeys(found), key=lambda fact: (order.index(fact.kind), fact.first_line)))


def told_of_change(delta: Delta, path: str) -> tuple[Stated, ...]:
    """What only the difference shows of a file (its path after the change): defaults that move, protections that are gone."""
    pair = next((pair for pair in delta.pairs() if pair.change.path == path), None)
    if pair is None:
        return ()
    return (*_moved(pair.before, pair.after), *_gone(delta, path))


def _moved(before: FileFacts | None, after: FileFacts | None) -> Iterator[Stated]:
    if before is None or after is None:
        return
    teller = Teller(after, {})
    for moved in moved_defaults(before, after):
        said = (
            teller.text("before", moved.before, moved.span), teller.text("after", moved.after, moved.span),
            teller.text("by", f"{moved.coordinate} ({moved.product} {' -> '.join(moved.versions)}; {moved.source})", moved.span),
        )  # fmt: skip
        yield teller.fact(FactKind.MOVED_DEFAULT, f"default of {moved.key}", moved.span, values=said)


def _gone(delta: Delta, path: str) -> Iterator[Stated]:
    for gone in delta.gone():
        if gone.path == path:
            file = delta.before.file(gone.span.path)
            if file is None:
                continue
            protection = gone.protection
            said = (Teller(file, {}).text("as written", protection.text, gone.span),)
            on = f" on {protection.on}" if protection.on else ""
            yield Teller(file, {}).fact(
                FactKind.PROTECTION_GONE,
                f"{protection.kind.value} {protection.what}{on}",
                gone.span,
                inside=gone.function,
                values=said,
            )


def given_up(file: FileFacts) -> tuple[GivenUp, ...]:
    """What could not be read of a file."""
    syntax = file.syntax
    what = "not understood: what stands on this line and hangs on it may be missing"
    lines = [GivenUp(side=file.side, line=line, what=what) for line in syntax.broken]
    cut = (GivenUp(side=file.side, line=0, what="more values than are read of one document: the rest was left out"),)
    return (*lines, *(cut if syntax.is_cut else ()))
