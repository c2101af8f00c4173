"""A change of the repository at hand: the work tree, the index, or a range of commits."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from reviewer.core.change import ChangeSet, FileChange
from reviewer.core.problem import ReviewError
from reviewer.diff.undo import apply_hunks
from reviewer.diff.unified import BINARY
from reviewer.inputs.git_base import INDEX, WORK_TREE, Versions, choose_versions
from reviewer.inputs.git_diff import Listed, run_diff
from reviewer.inputs.git_objects import missing_objects, read_blobs
from reviewer.inputs.git_process import Git, Runner, open_repository, run_git
from reviewer.inputs.port import FILE_LIMIT, NOT_CLONED, TOO_LARGE, LocalChange, limited
from reviewer.inputs.readers import ObjectVersion, SidedReader, TreeVersion, Version
from reviewer.inputs.untracked import new_file
from reviewer.inputs.work_tree import Content, looks_binary, read_content


def read_local_change(
    repo: Path,
    *,
    base: str | None = None,
    head: str | None = None,
    staged: bool = False,
    paths: Sequence[str] = (),
    runner: Runner = run_git,
    surroundings: Mapping[str, str] | None = None,
) -> LocalChange:
    """The change that the options name; without any, the work tree against its merge base with the default branch.

    `staged` is the index against HEAD; `base` with `head` are compared from their merge base (`base...head`); without
    `head` the work tree is, untracked files included. `paths` are relative to `repo`. `surroundings` is the process
    environment. A file of which a partial clone lacks a side has no hunks and says so. Raises ReviewError when there is no
    repository, no such commit, nothing in common, or no changed file whose content is here.
    """
    git = open_repository(repo, runner, os.environ if surroundings is None else surroundings)
    versions = choose_versions(git, base=base, head=head, staged=staged)
    wanted = [_pathspec(git, repo, path) for path in paths]
    missing = missing_objects(git, _trees(versions))
    listed = run_diff(git, versions, wanted, missing=missing)
    files = _changed(git, versions, listed)
    skipped: tuple[str, ...] = ()
    if versions.head == WORK_TREE:
        added, skipped = _untracked(git, wanted)
        files += [file for file in added if not any(file.path == known.new_path for known in files)]
    kept = tuple(limited(sorted(files, key=lambda file: file.path)))
    lacking = _lacking(kept, missing - {oid for item in listed for oid in (item.before, item.after)})
    before = ObjectVersion(git, versions.base, missing)
    reader = SidedReader(before=before, after=_after(git, versions, missing), files=kept)
    change_set = ChangeSet(base=versions.base, head=versions.head, files=kept)
    notices = (*versions.notices, *skipped, *lacking, *_nothing(kept, versions, paths))
    return LocalChange(change_set=change_set, reader=reader, notices=notices)


def _trees(versions: Versions) -> tuple[str, ...]:
    """Those of which a partial clone may lack files: what is staged or on disk is here."""
    return (versions.base,) if versions.head in (WORK_TREE, INDEX) else (versions.base, versions.head)


def _after(git: Git, versions: Versions, missing: frozenset[str]) -> Version:
    if versions.head == WORK_TREE:
        return TreeVersion(git.root, git)
    return ObjectVersion(git, None if versions.head == INDEX else versions.head, missing)


def _lacking(files: Sequence[FileChange], others: frozenset[str]) -> tuple[str, ...]:
    """What a partial clone cannot show. ReviewError when that is the whole change."""
    gone = [file for file in files if file.unread == NOT_CLONED]
    if gone and len(gone) == len(files):
        raise ReviewError(f"No changed file can be read: {gone[0].path} is {NOT_CLONED}.")
    count = "1 other file" if len(others) == 1 else f"{len(others)} other files"
    beside = f"{count} of the compared versions: {NOT_CLONED}; until then nothing is known of what is in there."
    return (*(f"{file.path}: {file.unread}." for file in gone), *((beside,) if others else ()))


def _pathspec(git: Git, repo: Path, path: str) -> str:
    full = Path(os.path.normpath(repo.resolve() / path))
    if not full.is_relative_to(git.root):
        raise ReviewError(f"{path} is outside the repository at {git.root}.")
    relative = full.relative_to(git.root).as_posix()
    # A name that exists is meant as it is, also with brackets in it; anything else may be a pattern.
    magic = "top,literal" if os.path.lexists(full) else "top,glob"
    return f":({magic}){'' if relative == '.' else relative}"


def _changed(git: Git, versions: Versions, listed: Sequence[Listed]) -> list[FileChange]:
    blobs = read_blobs(git, _needed(listed))
    hidden = [item for item in listed if item.file.is_binary and _is_text(git, item, blobs)]
    shown: dict[str, Listed] = {}
    if hidden:
        names = {path for item in hidden for path in (item.file.old_path, item.file.new_path) if path}
        again = run_diff(git, versions, [f":(top,literal){name}" for name in sorted(names)], as_text=True)
        shown = {item.file.path: item for item in again}
    return [_filled(shown.get(item.file.path, item) if item in hidden else item, blobs) for item in listed]


def _needed(listed: Iterable[Listed]) -> Iterator[str]:
    for item in listed:
        if item.before and item.file.unread in (None, BINARY):
            yield item.before
        if item.after and item.file.is_binary:
            yield item.after


def _is_text(git: Git, item: Listed, blobs: Mapping[str, Content]) -> bool:
    """Whether only an attribute calls the file binary. A hostile `.gitattributes` could hide any source that way."""
    sides: list[Content | None] = []
    if item.file.old_path is not None:
        sides.append(blobs.get(item.before or ""))
    if item.file.new_path is not None:
        in_tree = item.after is None
        sides.append(read_content(git.root, item.file.new_path, FILE_LIMIT) if in_tree else blobs.get(item.after or ""))
    return all(side is not None and side.data is not None and not looks_binary(side.data) for side in sides)


def _filled(item: Listed, blobs: Mapping[str, Content]) -> FileChange:
    """The file with both texts: the one before from its blob, the one after by applying the hunks to it.

    So both sides are what git compared (line ends normalised), and no file is read twice while it may change.
    """
    file = item.file
    if file.unread is not None:
        return file
    before = Content(data=b"") if file.old_path is None else blobs.get(item.before or "")
    if before is None:
        return replace(file, unread="its text before the change is not in the repository")
    if before.data is None:
        return replace(file, unread=TOO_LARGE)
    if looks_binary(before.data) or any("\0" in line.text for hunk in file.hunks for line in hunk.lines):
        return replace(file, hunks=(), unread=BINARY, is_binary=True)
    old = before.data.decode("utf-8", errors="replace")
    new = apply_hunks(old, file.hunks)
    if len(new.encode("utf-8", "surrogatepass")) > FILE_LIMIT:
        return replace(file, unread=TOO_LARGE)
    return replace(file, before=None if file.old_path is None else old, after=None if file.new_path is None else new)


def _untracked(git: Git, paths: Sequence[str]) -> tuple[list[FileChange], tuple[str, ...]]:
    names = git.names("ls-files", "--others", "--exclude-standard", "-z", "--", *paths)
    nested = tuple(f"{name} is a repository of its own and was not read." for name in names if name.endswith("/"))
    return [new_file(git.root, name) for name in names if not name.endswith("/")], nested


def _nothing(files: Sequence[FileChange], versions: Versions, paths: Sequence[str]) -> tuple[str, ...]:
    if files:
        return ()
    where = f" under {', '.join(paths)}" if paths else ""
    return (f"Nothing differs{where} between {versions.base[:12]} and {versions.head[:12]}.",)
