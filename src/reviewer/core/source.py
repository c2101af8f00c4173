"""Reading other files of the repository, at the version of either side."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol, runtime_checkable

from reviewer.core.problem import Problem
from reviewer.core.span import Side
from reviewer.core.value import value


class SourceReader(Protocol):
    """Read-only view of the repository on both sides of the change. Implemented by the inputs; bounded in size."""

    def read(self, path: str, side: Side) -> str | None:
        """The text of a file on a side, or None when it does not exist, is binary or exceeds the size limit."""
        ...

    def paths(self, side: Side) -> tuple[str, ...]:
        """Every tracked path on a side, sorted; may be empty when the input knows no tree."""
        ...


@runtime_checkable
class FarReader(Protocol):
    """A reader for which many files at once cost less than one after the other."""

    def expect(self, paths: Sequence[str], side: Side) -> None:
        """These will be read."""
        ...


def expect(reader: SourceReader, paths: Sequence[str], side: Side) -> None:
    """Tell a reader what will be read of a side, where that is known and makes a difference to it."""
    if paths and isinstance(reader, FarReader):
        reader.expect(paths, side)


@value()
class Found:
    """The files that hold a word, and how many were searched."""

    paths: frozenset[str]
    searched: int


@runtime_checkable
class SearchingReader(Protocol):
    """A reader that can find words without reading file by file."""

    def search(self, words: Sequence[str], side: Side, *, loose: bool = False) -> Found | None:
        """Files with one of the words as they stand, bounded in time. `loose`: also inside a word, in upper or lower case.

        None when this version can't be searched. Raises ReviewError when the search failed or took too long.
        """
        ...


def search(reader: SourceReader, words: Sequence[str], side: Side, *, loose: bool = False) -> Found | None:
    """What the reader finds; None for one that can only be read."""
    return reader.search(words, side, loose=loose) if isinstance(reader, SearchingReader) else None


@runtime_checkable
class TellingReader(Protocol):
    """A reader that says at the end what it was asked for and could not look at."""

    def problems(self) -> tuple[Problem, ...]:
        """What a reader of the report must know, and what to do; nothing when nothing was asked in vain."""
        ...


def problems_of(reader: SourceReader) -> tuple[Problem, ...]:
    """What could not be looked at; asked when all the work is done."""
    return reader.problems() if isinstance(reader, TellingReader) else ()
