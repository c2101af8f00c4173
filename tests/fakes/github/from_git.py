"""A local git repository as one of the fake GitHub's: real commits, real trees, and patches as GitHub's git makes them."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Literal

from fakes.github.diffs import PATCH_BYTES, PATCH_LINES, FileDiff
from fakes.github.objects import SUBMODULE
from fakes.github.state import Commit, Repo

_STATUS: dict[str, Literal["added", "removed", "modified", "renamed", "changed"]] = {
    "A": "added", "D": "removed", "M": "modified", "R": "renamed", "T": "changed",
}  # fmt: skip


def load(repo: Repo, source: Path, *branches: str) -> None:
    """Every commit of the branches of `source` goes into `repo`, whose differences then come from `source`'s git."""
    for sha in _git(source, "rev-list", "--reverse", *branches).decode().split():
        files: dict[str, bytes] = {}
        modes: dict[str, str] = {}
        for line in _git(source, "ls-tree", "-r", "-z", "--full-tree", sha).split(b"\0")[:-1]:
            meta, _, name = line.partition(b"\t")
            mode, _, oid = meta.decode().split(" ")
            path = name.decode("utf-8", "replace")
            modes[path] = mode
            files[path] = oid.encode() if mode == SUBMODULE else _git(source, "cat-file", "blob", oid)
        tree, parents = _git(source, "show", "-s", "--format=%T %P", sha).decode().strip().partition(" ")[::2]
        repo.commits[sha] = Commit(
            sha=sha, message="Change", files=files, parents=tuple(parents.split()), tree_sha=tree, modes=modes
        )
    for branch in branches:
        repo.branches[branch] = _git(source, "rev-parse", branch).decode().strip()
    repo.differ = lambda old, new: list(differences(source, old.sha, new.sha))


def differences(source: Path, old: str, new: str) -> Iterator[FileDiff]:
    """GitHub's list: attributes are honoured, renames detected, large patches left out."""
    raw = _git(source, "diff", "--raw", "-z", "--no-abbrev", "-M", "-l1000", old, new).split(b"\0")[:-1]
    at = 0
    while at < len(raw):
        _, _, before, after, letters = raw[at].decode()[1:].split(" ")
        names = [name.decode("utf-8", "replace") for name in raw[at + 1 : at + (3 if letters[0] in "RC" else 2)]]
        at += 1 + len(names)
        patch = _patch(source, old, new, names) if before != after else ""
        lines = patch.split("\n") if patch else []
        added, deleted = (sum(line.startswith(mark) for line in lines) for mark in "+-")
        fits = len(lines) <= PATCH_LINES and len(patch) <= PATCH_BYTES
        yield FileDiff(
            path=names[-1], old_path=names[0] if len(names) == 2 else None, status=_STATUS[letters[0]],
            sha=before if letters[0] == "D" else after, additions=added, deletions=deleted,
            patch=patch if patch and fits else None,
        )  # fmt: skip


def _patch(source: Path, old: str, new: str, names: list[str]) -> str:
    """From the first `@@` on, without the last newline; bytes that are no UTF-8 as GitHub's JSON shows them."""
    specs = [f":(top,literal){name}" for name in names]
    out = _git(source, "diff", "--no-color", "-M", "--unified=3", old, new, "--", *specs).decode("utf-8", "replace")
    start = out.find("\n@@ ")
    return out[start + 1 :].removesuffix("\n") if start >= 0 else ""


def _git(source: Path, *arguments: str) -> bytes:
    return subprocess.run(["git", "-C", str(source), *arguments], check=True, capture_output=True).stdout
