"""Git's tree objects for a commit's files, with their true names: unchanged folders keep theirs."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from fakes.github.diffs import blob_sha

FOLDER, SUBMODULE, FILE = "040000", "160000", "100644"


@dataclass(frozen=True, slots=True, kw_only=True)
class TreeEntry:
    """One line of a tree: `data` is None for folders and submodules."""

    name: str
    mode: str
    sha: str
    data: bytes | None = None

    @property
    def kind(self) -> str:
        return {FOLDER: "tree", SUBMODULE: "commit"}.get(self.mode, "blob")


Objects = dict[str, list[TreeEntry]]


def tree_objects(files: Mapping[str, bytes], modes: Mapping[str, str]) -> tuple[str, Objects]:
    """The root's sha, and every tree by its sha. A submodule's content is the commit that it names."""
    made: Objects = {}
    return _tree(files, modes, "", made), made


def _tree(files: Mapping[str, bytes], modes: Mapping[str, str], prefix: str, made: Objects) -> str:
    entries: list[TreeEntry] = []
    inner: dict[str, dict[str, bytes]] = {}
    for path, data in files.items():
        name, slash, rest = path.partition("/")
        if slash:
            inner.setdefault(name, {})[rest] = data
            continue
        mode = modes.get(prefix + path, FILE)
        if mode == SUBMODULE:
            entries.append(TreeEntry(name=name, mode=mode, sha=data.decode("ascii")))
        else:
            entries.append(TreeEntry(name=name, mode=mode, sha=blob_sha(data), data=data))
    for name, below in inner.items():
        entries.append(TreeEntry(name=name, mode=FOLDER, sha=_tree(below, modes, f"{prefix}{name}/", made)))
    entries.sort(key=lambda entry: entry.name.encode() + (b"/" if entry.mode == FOLDER else b""))
    body = b"".join(
        b"%s %s\0%s" % (entry.mode.lstrip("0").encode(), entry.name.encode(), bytes.fromhex(entry.sha))
        for entry in entries
    )
    sha = hashlib.sha1(b"tree %d\0" % len(body) + body, usedforsecurity=False).hexdigest()
    made[sha] = entries
    return sha


def below(objects: Objects, sha: str, *, recursive: bool, prefix: str = "") -> Iterator[tuple[str, TreeEntry]]:
    """(path, entry) of a tree in git's order, folders before what they hold."""
    for entry in objects[sha]:
        yield prefix + entry.name, entry
        if recursive and entry.mode == FOLDER:
            yield from below(objects, entry.sha, recursive=True, prefix=f"{prefix}{entry.name}/")
