"""One commit on GitHub as a version of the repository, read file by file."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from reviewer.facts.dependencies import is_manifest
from reviewer.github.reader import TEXT_LIMIT, PullRequestReader

#: Build files that are fetched together: whoever asks for one asks for all of them, one by one.
_TOGETHER = 40


class ApiVersion:
    """A commit by its sha. What was read is remembered by its content: both sides mostly hold the same."""

    def __init__(self, reader: PullRequestReader, sha: str) -> None:
        self._reader, self._sha = reader, sha
        self._has_manifests = False

    def read(self, path: str) -> str | None:
        """The text at the commit; a symlink's text is its target."""
        if is_manifest(path) and not self._has_manifests:
            self._has_manifests = True
            self._fetch_manifests()
        return self._reader.text(path, self._sha)

    def texts(self, paths: Iterable[str]) -> Mapping[str, str | None]:
        """The texts of some files, fetched side by side."""
        wanted = list(paths)
        self._fetch(wanted)
        return {path: self._reader.text(path, self._sha) for path in wanted}

    def paths(self) -> tuple[str, ...]:
        """Every path of the commit, sorted."""
        return self._reader.paths(self._sha)

    def _fetch_manifests(self) -> None:
        near = sorted((path for path in self.paths() if is_manifest(path)), key=lambda path: (path.count("/"), path))
        self._fetch(near[:_TOGETHER])

    def _fetch(self, paths: Iterable[str]) -> None:
        tree = self._reader.tree(self._sha)
        entries = [tree[path] for path in paths if path in tree]
        shas = dict.fromkeys(entry.sha for entry in entries if entry.size <= TEXT_LIMIT and not entry.is_submodule)
        self._reader.side_by_side(self._reader.blob, shas)
