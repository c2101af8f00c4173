"""One commit on GitHub as a version of the repository, read file by file."""

from __future__ import annotations

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

    def paths(self) -> tuple[str, ...]:
        """Every path of the commit, sorted."""
        return self._reader.paths(self._sha)

    def _fetch_manifests(self) -> None:
        tree = self._reader.tree(self._sha)
        near = sorted((path for path in self.paths() if is_manifest(path)), key=lambda path: (path.count("/"), path))
        shas = dict.fromkeys(tree[path].sha for path in near[:_TOGETHER] if tree[path].size <= TEXT_LIMIT)
        self._reader.side_by_side(self._reader.blob, shas)
