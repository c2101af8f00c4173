"""A change given as a patch, laid over the tree at hand, with or without a git repository."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path

from reviewer.core.change import ChangeSet, FileChange, FileStatus
from reviewer.core.problem import ReviewError
from reviewer.diff.undo import apply_hunks, undo_hunks
from reviewer.diff.unified import BINARY, parse_diff
from reviewer.inputs.git_process import Git, Runner, find_root, open_repository, run_git
from reviewer.inputs.port import FILE_LIMIT, OVER_TOTAL, TOO_LARGE, TOTAL_LIMIT, LocalChange
from reviewer.inputs.readers import SidedReader, TreeVersion
from reviewer.inputs.work_tree import is_inside, read_content, text_of

PATCH = "patch"
_TO_DO = "Check out the commit that the patch was made from, or the one it leads to, and name that tree with --repo."
_NO_FILE = "not in the repository: only the hunks are known"
_NO_FIT = "the file in the repository fits the patch neither before nor after it: only the hunks are known"


def read_patch(
    text: str | bytes,
    repo: Path,
    *,
    runner: Runner = run_git,
    surroundings: Mapping[str, str] | None = None,
) -> LocalChange:
    """The change of a unified diff. The tree at `repo` may stand before or after it; each file is tried both ways.

    A file that fits neither way keeps its hunks, says so in `unread`, and a notice names it. Raises ReviewError for
    what is not a diff and for a `repo` that is not a directory.
    """
    if not repo.is_dir():
        raise ReviewError(f"{repo} is not a directory. Name the tree that the patch belongs to with --repo.")
    changes = parse_diff(text)
    git = _repository(repo, runner, os.environ if surroundings is None else surroundings)
    if git is not None and _is_below(repo.resolve(), git.root, changes):
        git = None
    root = git.root if git else repo.resolve()
    total = 0
    files: list[FileChange] = []
    for parsed in changes:
        file = _filled(root, parsed)
        total += len(file.before or "") + len(file.after or "")
        over = total > TOTAL_LIMIT and file.unread is None
        files.append(replace(file, before=None, after=None, unread=OVER_TOTAL) if over else file)
    tree = TreeVersion(root, git)
    return LocalChange(
        change_set=ChangeSet(base=PATCH, head=PATCH, files=tuple(files)),
        reader=SidedReader(before=tree, after=tree, files=tuple(files)),
        notices=tuple(f"{file.path}: {file.unread}. {_TO_DO}" for file in files if file.unread in (_NO_FILE, _NO_FIT))
        or (("The patch is empty.",) if not files else ()),
    )


def _is_below(repo: Path, root: Path, changes: Iterable[FileChange]) -> bool:
    """Whether the patch's paths start at `repo`, a directory inside the repository, and not at the repository's root."""
    paths = [path for change in changes for path in (change.old_path, change.new_path) if path and is_inside(path)]
    here = sum((repo / path).is_file() for path in paths)
    return repo != root and here > sum((root / path).is_file() for path in paths)


def _repository(repo: Path, runner: Runner, surroundings: Mapping[str, str]) -> Git | None:
    return open_repository(repo, runner, surroundings) if find_root(repo) else None


def _filled(root: Path, file: FileChange) -> FileChange:
    if file.unread is not None:
        return file
    if any("\0" in line.text for hunk in file.hunks for line in hunk.lines):
        return replace(file, hunks=(), unread=BINARY, is_binary=True)
    if file.status is FileStatus.ADDED:
        return replace(file, after=apply_hunks("", file.hunks))
    if file.status is FileStatus.DELETED:
        return replace(file, before=undo_hunks("", file.hunks))
    reasons = [_NO_FILE]
    for path, is_after in ((file.new_path, True), (file.old_path, False)):
        content = read_content(root, path or "", FILE_LIMIT)
        text = text_of(content.data) if content and content.data is not None else None
        if text is None:
            reasons += [TOO_LARGE] if content and content.too_large else []
            continue
        fitted = _fitted(text, file, is_after=is_after)
        if fitted is not None:
            return fitted
        reasons.append(_NO_FIT)
    return replace(file, unread=reasons[-1])


def _fitted(text: str, file: FileChange, *, is_after: bool) -> FileChange | None:
    """The file with both texts if the hunks fit the one at hand, else None."""
    try:
        if is_after:
            return replace(file, before=undo_hunks(text, file.hunks), after=text)
        return replace(file, before=text, after=apply_hunks(text, file.hunks))
    except ReviewError:
        # Not the other version of this file: the caller tries the other direction, then says so.
        return None
