"""What a look-up beside a change is given, and what it gives: the files that it kept, and what could not be searched."""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable, Iterator, Sequence
from dataclasses import dataclass

from reviewer.core.change import ChangeSet
from reviewer.core.problem import Problem, ReviewError
from reviewer.core.source import SourceReader, expect, search
from reviewer.core.span import Side
from reviewer.core.value import value
from reviewer.facts.syntax import SyntaxFacts
from reviewer.facts.workers import Job, Key

SIZE = 100_000  # characters of a file that is still looked at


def texts_of(reader: SourceReader, paths: Sequence[str], side: Side) -> Iterator[tuple[str, str]]:
    """Path and text of the files that exist and are not too large. One that nobody takes is not read."""
    expect(reader, paths, side)
    for path in paths:
        text = reader.read(path, side)
        if text is not None and len(text) <= SIZE:
            yield path, text


@value()
class Looking:
    """A change as the look-ups see it. `before` and `after` is what was read of its files, `words` what code calls the values that differ."""

    change_set: ChangeSet
    reader: SourceReader
    before: tuple[SyntaxFacts, ...]
    after: tuple[SyntaxFacts, ...]
    words: tuple[str, ...]

    @property
    def changed(self) -> frozenset[str | None]:
        """The paths that the change has afterwards: they are read already. What a file was copied from is none of them."""
        return frozenset(change.path_on(Side.AFTER) for change in self.change_set.files)

    def holding(self, words: Sequence[str], *, sought: str, subject: str) -> tuple[list[str], tuple[Problem, ...]]:
        """The files outside the change that hold one of some words after it, in order; none where the reader can't search.

        A search that failed is told as a problem: `sought` was looked for.
        """
        try:
            found = search(self.reader, words, Side.AFTER) if words else None
        except ReviewError as error:
            return [], (Problem(step="facts", subject=subject, message=f"could not look for {sought}: {error}"),)
        return sorted(found.paths - self.changed) if found is not None else [], ()

    def texts(self, paths: Sequence[str]) -> Iterator[tuple[str, str]]:
        """What files say after the change, see `texts_of`."""
        return texts_of(self.reader, paths, Side.AFTER)

    def both(self, paths: Iterable[str], known: Container[Key]) -> list[Job]:
        """Files on both sides, but for what is known."""
        listed = list(paths)
        wanted = {side: [path for path in listed if (path, side) not in known] for side in Side}
        texts = ((side, *read) for side in Side for read in texts_of(self.reader, wanted[side], side))
        return [Job(path=path, text=text, side=side) for side, path, text in texts]


Looked = tuple[list[Job], tuple[Problem, ...]]
#: It is given what is known already, and keeps few files; none where the reader can't search.
LookUp = Callable[[Looking, Container[Key]], Looked]


def all_of(look_ups: tuple[LookUp, ...], looking: Looking, known: Container[Key]) -> Looked:
    """Each in turn; a file that one of them kept is not read again for the next."""
    jobs: list[Job] = []
    problems: list[Problem] = []
    for look_up in look_ups:
        found, unsearched = look_up(looking, _Known(known, frozenset((job.path, job.side) for job in jobs)))
        jobs += found
        problems += unsearched
    return jobs, tuple(problems)


@dataclass(frozen=True, slots=True)
class _Known:
    """What was known, and what was found since."""

    first: Container[Key]
    since: frozenset[Key]

    def __contains__(self, key: object) -> bool:
        return key in self.first or key in self.since
