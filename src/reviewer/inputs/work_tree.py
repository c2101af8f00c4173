"""Reading files below a directory that may be hostile: no symlink is followed, nothing outside is reachable."""

from __future__ import annotations

import os
import stat
from pathlib import Path

from reviewer.core.value import value

_FOLDER = os.O_RDONLY | getattr(os, "O_DIRECTORY", 0) | getattr(os, "O_NOFOLLOW", 0)
#: O_NONBLOCK: opening a named pipe must not wait for a writer.
_FILE = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)
_SNIFFED = 8000


@value()
class Content:
    """A file's bytes, or None with `too_large`; a symlink's content is its target."""

    data: bytes | None
    too_large: bool = False


def is_inside(path: str) -> bool:
    """Whether a path of the repository is relative, without `..`, and not part of git's own directory."""
    parts = path.split("/")
    bad = any(part in ("", ".", "..") or part.lower() == ".git" for part in parts)
    return not bad and "\0" not in path


def looks_binary(data: bytes) -> bool:
    """Git's own test: a NUL among the first 8000 bytes."""
    return b"\0" in data[:_SNIFFED]


def read_content(root: Path, path: str, limit: int) -> Content | None:
    """The content of `path` below `root`; None when there is no such file, or it cannot be opened."""
    if not is_inside(path):
        return None
    *folders, name = path.split("/")
    try:
        folder = os.open(root, os.O_RDONLY | getattr(os, "O_DIRECTORY", 0))
        try:
            for part in folders:
                inner = os.open(part, _FOLDER, dir_fd=folder)
                os.close(folder)
                folder = inner
            return _read(folder, name, limit)
        finally:
            os.close(folder)
    except (OSError, ValueError):
        return None


def _read(folder: int, name: str, limit: int) -> Content | None:
    status = os.stat(name, dir_fd=folder, follow_symlinks=False)
    if stat.S_ISLNK(status.st_mode):
        return Content(data=os.fsencode(os.readlink(name, dir_fd=folder)))
    if not stat.S_ISREG(status.st_mode):
        return None
    if status.st_size > limit:
        return Content(data=None, too_large=True)
    with os.fdopen(os.open(name, _FILE, dir_fd=folder), "rb") as file:
        data = file.read(limit + 1)
    return Content(data=None, too_large=True) if len(data) > limit else Content(data=data)


def text_of(data: bytes) -> str | None:
    """The bytes as text, undecodable ones replaced; None for binary content."""
    return None if looks_binary(data) else data.decode("utf-8", errors="replace")
