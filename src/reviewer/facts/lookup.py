"""What a look-up beside a change is given, and what it gives: the files that it kept, and what could not be searched."""

from __future__ import annotations

from collections.abc import Callable, Container, Iterator
from dataclasses import dataclass

from reviewer.core.change import ChangeSet
from reviewer.core.problem import Problem
from reviewer.core.source import SourceReader
from reviewer.core.span import Side
from reviewer.facts.syntax import SyntaxFacts
from reviewer.facts.workers import Job, Key

SIZE = 100_000  # characters of a file that is still looked at


@dataclass(frozen=True, slots=True, kw_only=True)
class Looking:
    """A change as the look-ups see it. `before` and `after` is what was read of its files, `words` what code calls the values that differ."""

    change_set: ChangeSet
    reader: SourceReader
    before: tuple[SyntaxFacts, ...]
    after: tuple[SyntaxFacts, ...]
    words: tuple[str, ...]

    @property
    def changed(self) -> frozenset[str | None]:
        """The paths of the change on both sides: they are read already."""
        return frozenset(change.path_on(side) for change in self.change_set.files for side in Side)

    def both(self, path: str, known: Container[Key]) -> Iterator[Job]:
        """A file on both sides, but for what is known."""
        for side in Side:
            text = self.reader.read(path, side) if (path, side) not in known else None
            if text is not None and len(text) <= SIZE:
                yield Job(path=path, text=text, side=side)


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
