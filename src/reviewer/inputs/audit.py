"""The whole tree as a change that adds every file: what `stream-review audit` reads."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from reviewer.core.change import ChangeSet, DiffLine, FileChange, FileStatus, Hunk, LineKind
from reviewer.core.progress import SILENT, Progress
from reviewer.inputs.git_process import Runner, find_root, open_repository
from reviewer.inputs.port import LocalChange
from reviewer.inputs.readers import NoVersion, SidedReader, TreeVersion
from reviewer.relevance.decide import may_be_streaming


def read_tree(
    repo: Path, *, runner: Runner, surroundings: Mapping[str, str], progress: Progress = SILENT
) -> LocalChange:
    """Every tracked or unignored file below `repo` that may be streaming code; the notice counts the others."""
    git = open_repository(repo, runner, surroundings) if find_root(repo) is not None else None
    version = TreeVersion(git.root if git is not None else repo, git)
    files: list[FileChange] = []
    others = 0
    paths = version.paths()
    for number, path in enumerate(paths):
        progress("Looking for streaming code", number, len(paths))
        text = version.read(path)
        if text is None or not may_be_streaming(path, text):
            others += 1
        else:
            files.append(added(path, text))
    change_set = ChangeSet(base="nothing", head="worktree", files=tuple(files))
    reader = SidedReader(before=NoVersion(), after=version, files=change_set.files)
    notice = f"audit: {len(files)} files may be streaming code, {others} others were not looked at."
    return LocalChange(change_set=change_set, reader=reader, notices=(notice,))


def added(path: str, text: str) -> FileChange:
    """A file as one that the change adds."""
    rows = text.split("\n")
    rows = rows[:-1] if rows and rows[-1] == "" else rows
    lines = tuple(
        DiffLine(kind=LineKind.ADDED, text=row, old_number=None, new_number=n) for n, row in enumerate(rows, start=1)
    )
    hunk = Hunk(old_start=0, old_count=0, new_start=1, new_count=len(rows), section="", lines=lines)
    return FileChange(old_path=None, new_path=path, status=FileStatus.ADDED, hunks=(hunk,) if rows else (), after=text)
