"""One commit on GitHub as a version of the repository, read file by file."""

from __future__ import annotations

from collections.abc import Iterable

from reviewer.github.reader import PullRequestReader


class ApiVersion:
    """A commit by its sha. What was read is remembered by its content: both sides mostly hold the same."""

    def __init__(self, reader: PullRequestReader, sha: str) -> None:
        self._reader, self._sha = reader, sha

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
