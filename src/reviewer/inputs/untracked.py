"""New files that git does not know yet: a user who runs a review before `git add` expects them to be read."""

from __future__ import annotations

from pathlib import Path

from reviewer.core.change import DiffLine, FileChange, FileStatus, Hunk, LineKind
from reviewer.diff.lines import UnendedLine, split_lines
from reviewer.diff.unified import BINARY
from reviewer.inputs.port import FILE_LIMIT, TOO_LARGE
from reviewer.inputs.work_tree import Content, looks_binary, read_content

_NOT_READABLE = "cannot be read (not a regular file, or no permission)"


def new_file(root: Path, path: str) -> FileChange:
    """An untracked file as an added one; `unread` says why when its text could not be taken."""
    content = read_content(root, path, FILE_LIMIT)
    if content is None or content.data is None:
        return _unread(path, TOO_LARGE if content else _NOT_READABLE)
    return added_file(path, content)


def added_file(path: str, content: Content) -> FileChange:
    """A file whose every line is new."""
    assert content.data is not None
    if looks_binary(content.data):
        return _unread(path, BINARY, is_binary=True)
    text = content.data.decode("utf-8", errors="replace")
    hunks = whole_hunk(text)
    return FileChange(
        old_path=None, new_path=path, status=FileStatus.ADDED, hunks=hunks, before=None, after=text, unread=None
    )


def whole_hunk(text: str) -> tuple[Hunk, ...]:
    """The hunk that adds a whole text; none for an empty one."""
    lines = tuple(
        (DiffLine if line.endswith("\n") else UnendedLine)(
            kind=LineKind.ADDED, text=line.removesuffix("\n"), old_number=None, new_number=number
        )
        for number, line in enumerate(split_lines(text), start=1)
    )
    if not lines:
        return ()
    return (Hunk(old_start=0, old_count=0, new_start=1, new_count=len(lines), section="", lines=lines),)


def _unread(path: str, reason: str, *, is_binary: bool = False) -> FileChange:
    return FileChange(
        old_path=None, new_path=path, status=FileStatus.ADDED, hunks=(), unread=reason, is_binary=is_binary
    )
