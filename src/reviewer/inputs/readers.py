"""Readers for the rest of the repository. Each reads one kind of version; `SidedReader` joins two of them."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Protocol, runtime_checkable

from reviewer.core.change import FileChange
from reviewer.core.problem import Problem
from reviewer.core.source import Found
from reviewer.core.span import Side
from reviewer.inputs.git_objects import index_files, read_blobs, tree_files
from reviewer.inputs.git_process import Git
from reviewer.inputs.port import FILE_LIMIT
from reviewer.inputs.search import grep, matcher, walk
from reviewer.inputs.work_tree import Content, read_content, text_of

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


class NoVersion(Version):
    """A version without files."""

    def read(self, path: str) -> str | None:
        """Nothing is there."""
        return None

    def paths(self) -> tuple[str, ...]:
        """Nothing is there."""
        return ()


@runtime_checkable
class FarVersion(Protocol):
    """A version of which many files at once cost less than one after the other."""

    def expect(self, paths: Sequence[str]) -> None:
        """These will be read."""
        ...


@runtime_checkable
class SearchedVersion(Protocol):
    """A version in which words can be found without reading file by file."""

    def search(self, words: Sequence[str], *, loose: bool) -> Found | None:
        """As `SearchingReader.search`."""
        ...


@runtime_checkable
class TellingVersion(Protocol):
    """A version that says what of it could not be looked at."""

    def problems(self) -> tuple[Problem, ...]:
        """As `TellingReader.problems`."""
        ...


class ObjectVersion:
    """A commit, a tree (`tree` given) or the index (`tree` None). Listed once, on the first question.

    `missing` are objects that a partial clone lacks: their files are not there.
    """

    def __init__(self, git: Git, tree: str | None, missing: frozenset[str] = frozenset()) -> None:
        self._git = git
        self._tree = tree
        self._missing = missing
        self._files: Mapping[str, str] | None = None
        self._fetched: dict[str, Content] = {}

    def read(self, path: str) -> str | None:
        """The text at that path; a symlink's text is its target."""
        if path in self._fetched:
            fetched = self._fetched.pop(path)
            return text_of(fetched.data) if fetched.data is not None else None
        oid = self._listed().get(path)
        content = read_blobs(self._git, [oid]).get(oid) if oid and oid not in self._missing else None
        return text_of(content.data) if content and content.data is not None else None

    def paths(self) -> tuple[str, ...]:
        """Every path of the version, sorted."""
        return tuple(sorted(self._listed()))

    def expect(self, paths: Sequence[str]) -> None:
        """Read these in one process: one by one each of them takes two."""
        oids = {path: self._listed().get(path) for path in paths}
        blobs = read_blobs(self._git, [oid for oid in oids.values() if oid and oid not in self._missing])
        self._fetched = {path: blobs[oid] for path, oid in oids.items() if oid in blobs}

    def search(self, words: Sequence[str], *, loose: bool) -> Found | None:
        """By git. A partial clone lacks what would have to be searched."""
        if self._missing:
            return None
        where = ("--cached",) if self._tree is None else (self._tree,)
        return Found(paths=grep(self._git, words, where, loose=loose), searched=len(self._listed()))

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

    def search(self, words: Sequence[str], *, loose: bool) -> Found | None:
        """Tracked files and those that git does not ignore; without git, a bounded number of files."""
        if self._git is None:
            return walk(self.paths(), self.read, words, loose=loose)
        found = grep(self._git, words, ("--untracked",), loose=loose)
        return Found(paths=found & self._known(), searched=len(self._known()))

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

    def expect(self, paths: Sequence[str], side: Side) -> None:
        """These will be read: a version that is far away fetches them together."""
        version = self._versions[side]
        if isinstance(version, FarVersion):
            keys = ((side, path) for path in paths)
            version.expect(
                [key[1] for key in keys if not (key in self._gone or key in self._known or key in self._cache)]
            )

    def search(self, words: Sequence[str], side: Side, *, loose: bool = False) -> Found | None:
        """Files with one of the words: the texts of the change as they are known, the others as their version has them."""
        version = self._versions[side]
        found = version.search(words, loose=loose) if isinstance(version, SearchedVersion) else None
        if found is None:
            return None
        gone = {path for gone_side, path in self._gone if gone_side is side}
        own = {path: text for (known_side, path), text in self._known.items() if known_side is side}
        matches = matcher(words, loose=loose)
        changed = {path for path, text in own.items() if path not in gone and matches(text)}
        return Found(paths=(found.paths - gone - own.keys()) | changed, searched=found.searched)

    def problems(self) -> tuple[Problem, ...]:
        """What the versions say, each once."""
        telling = (version for version in self._versions.values() if isinstance(version, TellingVersion))
        return tuple(dict.fromkeys(problem for version in telling for problem in version.problems()))

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
