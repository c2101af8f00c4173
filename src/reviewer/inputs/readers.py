"""Readers for the rest of the repository. Each reads one kind of version; `SidedReader` joins two of them."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Protocol, runtime_checkable

from reviewer.core.change import FileChange
from reviewer.core.span import Side
from reviewer.inputs.git_objects import index_files, read_blobs, tree_files
from reviewer.inputs.git_process import Git
from reviewer.inputs.port import FILE_LIMIT
from reviewer.inputs.work_tree import read_content, text_of

#: Paths listed at most when a directory without git is walked.
_WALK_LIMIT = 100_000


class Version(Protocol):
    """One version of the repository."""

    def read(self, path: str) -> str | None:
        """The text, or None when it is not there, binary or too large."""
        ...

    def paths(self) -> tuple[str, ...]:
        """Every path, sorted."""
        ...


@runtime_checkable
class FetchingVersion(Protocol):
    """A version of which many files at once are cheaper than one by one."""

    def texts(self, paths: Iterable[str]) -> Mapping[str, str | None]:
        """Path -> text, or None, of every path asked for."""
        ...


class ObjectVersion:
    """A commit, a tree (`tree` given) or the index (`tree` None). Listed once, on the first question."""

    def __init__(self, git: Git, tree: str | None) -> None:
        self._git = git
        self._tree = tree
        self._files: Mapping[str, str] | None = None

    def read(self, path: str) -> str | None:
        """The text at that path; a symlink's text is its target."""
        return self.texts([path])[path]

    def texts(self, paths: Iterable[str]) -> Mapping[str, str | None]:
        """The texts at some paths, read by one process."""
        oids = {path: self._listed().get(path, "") for path in paths}
        contents = read_blobs(self._git, [oid for oid in oids.values() if oid])
        found = {path: contents.get(oid) for path, oid in oids.items()}
        return {path: text_of(one.data) if one and one.data is not None else None for path, one in found.items()}

    def paths(self) -> tuple[str, ...]:
        """Every path of the version, sorted."""
        return tuple(sorted(self._listed()))

    def _listed(self) -> Mapping[str, str]:
        if self._files is None:
            self._files = index_files(self._git) if self._tree is None else tree_files(self._git, self._tree)
        return self._files


class TreeVersion:
    """The work tree: tracked files and those that git does not ignore, or, without git, every file of a directory."""

    def __init__(self, root: Path, git: Git | None) -> None:
        self._root = root
        self._git = git
        self._paths: frozenset[str] | None = None

    def read(self, path: str) -> str | None:
        """The text on disk. With git, ignored files are not read: they often hold secrets."""
        if self._git is not None and path not in self._known():
            return None
        content = read_content(self._root, path, FILE_LIMIT)
        return text_of(content.data) if content and content.data is not None else None

    def paths(self) -> tuple[str, ...]:
        """Every path, sorted."""
        return tuple(sorted(self._known()))

    def _known(self) -> frozenset[str]:
        if self._paths is None:
            self._paths = _walk(self._root) if self._git is None else _listed(self._git)
        return self._paths


class SidedReader:
    """The repository on both sides: the texts of the change first, then the versions they come from."""

    def __init__(self, *, before: Version, after: Version, files: tuple[FileChange, ...]) -> None:
        self._versions = {Side.BEFORE: before, Side.AFTER: after}
        self._known: dict[tuple[Side, str], str] = {}
        self._gone: set[tuple[Side, str]] = set()
        self._cache: dict[tuple[Side, str], str | None] = {}
        for file in files:
            self._learn(Side.BEFORE, file.old_path, file.before, file.new_path)
            self._learn(Side.AFTER, file.new_path, file.after, file.old_path)
        self._gone -= {(Side.BEFORE, file.old_path or "") for file in files}
        self._gone -= {(Side.AFTER, file.new_path or "") for file in files}
        copied = {file.old_path for file in files if file.status == "copied"}
        self._gone -= {(Side.AFTER, path) for path in copied if path}

    def read(self, path: str, side: Side) -> str | None:
        """The text of a file on a side, or None when it does not exist, is binary or exceeds the size limit."""
        key = (side, path)
        if key in self._gone:
            return None
        if key in self._known:
            return self._known[key]
        if key not in self._cache:
            self._cache[key] = self._versions[side].read(path)
        return self._cache[key]

    def fetch(self, paths: Iterable[str], side: Side) -> None:
        """Read some files at once where that is cheaper."""
        version = self._versions[side]
        if isinstance(version, FetchingVersion):
            keys = ((side, path) for path in paths)
            wanted = [k[1] for k in keys if k not in self._gone and k not in self._known and k not in self._cache]
            self._cache.update({(side, path): text for path, text in version.texts(wanted).items()})

    def paths(self, side: Side) -> tuple[str, ...]:
        """Every path on a side, sorted."""
        listed = set(self._versions[side].paths())
        listed -= {path for gone_side, path in self._gone if gone_side is side}
        return tuple(sorted(listed | {path for known_side, path in self._known if known_side is side}))

    def _learn(self, side: Side, path: str | None, text: str | None, other: str | None) -> None:
        if path is not None and text is not None:
            self._known[side, path] = text
        if other is not None and other != path:
            self._gone.add((side, other))


def _listed(git: Git) -> frozenset[str]:
    """What is there: a deleted file is listed twice, once as known and once, with the tag R, as gone."""
    tagged = git.names("ls-files", "-t", "--cached", "--others", "--deleted", "--exclude-standard", "-z")
    gone = {name[2:] for name in tagged if name.startswith("R ")}
    return frozenset(name[2:] for name in tagged) - gone


def _walk(root: Path) -> frozenset[str]:
    found: list[str] = []
    for folder, folders, files in os.walk(root, followlinks=False):
        folders[:] = sorted(name for name in folders if name != ".git")
        prefix = Path(folder).relative_to(root)
        names = (os.fsencode(name).decode("utf-8", "replace") for name in files)
        found += [(prefix / name).as_posix() for name in names]
        if len(found) >= _WALK_LIMIT:
            break
    return frozenset(found[:_WALK_LIMIT])
