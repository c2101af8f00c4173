"""Reading other files of the repository, at the version of either side."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol, runtime_checkable

from reviewer.core.span import Side


class SourceReader(Protocol):
    """Read-only view of the repository on both sides of the change. Implemented by the inputs; bounded in size."""

    def read(self, path: str, side: Side) -> str | None:
        """The text of a file on a side, or None when it does not exist, is binary or exceeds the size limit."""
        ...

    def paths(self, side: Side) -> tuple[str, ...]:
        """Every tracked path on a side, sorted; may be empty when the input knows no tree."""
        ...


@runtime_checkable
class FetchingReader(Protocol):
    """A reader for which many files at once are cheaper than one by one."""

    def fetch(self, paths: Iterable[str], side: Side) -> None:
        """Make some files quick to read; the order and what is not there do not matter."""
        ...
