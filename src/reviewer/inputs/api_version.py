"""One commit on GitHub as a version of the repository, read file by file; searched when it is brought whole."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from reviewer.core.problem import Problem
from reviewer.core.source import Found
from reviewer.github.reader import PullRequestReader
from reviewer.inputs.api_whole import Whole


class ApiVersion:
    """A commit by its sha. What was read is remembered by its content: both sides mostly hold the same.

    `whole` brings what is to be searched; without it nothing is.
    """

    def __init__(self, reader: PullRequestReader, sha: str, whole: Whole | None = None) -> None:
        self._reader, self._sha, self._whole = reader, sha, whole

    def read(self, path: str) -> str | None:
        """The text at the commit; a symlink's text is its target."""
        return self._reader.text(path, self._sha)

    def expect(self, paths: Iterable[str]) -> None:
        """Fetch these together: one by one each of them is a request."""
        tree = self._reader.tree(self._sha)
        self._reader.fetch(tree[path] for path in paths if path in tree)

    def paths(self) -> tuple[str, ...]:
        """Every path of the commit, sorted."""
        return self._reader.paths(self._sha)

    def search(self, words: Sequence[str], *, loose: bool) -> Found | None:
        """In all texts of the commit up to 1 MiB. None when they could not be brought."""
        return self._whole.search(self._sha, words, loose=loose) if self._whole is not None else None

    def problems(self) -> tuple[Problem, ...]:
        """What could not be searched."""
        return self._whole.problems() if self._whole is not None else ()
