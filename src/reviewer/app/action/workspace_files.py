"""Files in the runner's workspace. It belongs to the change under review, so no symbolic link in it is ever followed."""

from __future__ import annotations

import errno
import os
import secrets
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path, PurePosixPath

from reviewer.core.problem import ReviewError

_DIRECTORY = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC


def relative_path(workspace: Path, name: str, value: str) -> str:
    """`value` of the input `name`, relative to the workspace; ReviewError when it leads out of it."""
    path = PurePosixPath(value)
    if path.is_absolute():
        try:
            path = path.relative_to(PurePosixPath(workspace.absolute()))
        except ValueError as error:
            raise ReviewError(f"The input {name} is {value[:200]!r}; it must lie inside the workspace.") from error
    if not path.parts or ".." in path.parts or any(ord(c) < 32 or ord(c) == 127 for c in value):
        raise ReviewError(f"The input {name} is {value[:200]!r}; it must be a file inside the workspace.")
    return path.as_posix()


def write_text(workspace: Path, name: str, relative: str, text: str) -> None:
    """Write a file whole or not at all; missing directories are made. ReviewError names the input."""
    parts = PurePosixPath(relative).parts
    with _explained(name, relative, "written"), _folder(workspace, parts[:-1], make=True) as folder:
        if _is_link(folder, parts[-1]):
            raise ReviewError(f"The input {name}: {relative!r} is a symbolic link; it is not followed.")
        draft = f".stream-review-{secrets.token_hex(8)}"
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
        descriptor = os.open(draft, flags, 0o666, dir_fd=folder)
        whole = False
        try:
            with os.fdopen(descriptor, "w", encoding="utf-8", errors="replace") as file:
                os.fchmod(file.fileno(), 0o666)  # the container is root, the steps behind it are not
                file.write(text)
            os.replace(draft, parts[-1], src_dir_fd=folder, dst_dir_fd=folder)
            whole = True
        finally:
            if not whole:
                os.unlink(draft, dir_fd=folder)


def read_text(workspace: Path, name: str, relative: str, limit: int) -> str:
    """The text of a regular file of at most `limit` bytes. ReviewError names the input and what is wrong."""
    parts = PurePosixPath(relative).parts
    with _explained(name, relative, "read"), _folder(workspace, parts[:-1], make=False) as folder:
        flags = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
        with os.fdopen(os.open(parts[-1], flags, dir_fd=folder), "rb") as file:
            if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
                raise ReviewError(f"The input {name}: {relative!r} is no regular file.")
            data = file.read(limit + 1)
    if len(data) > limit:
        raise ReviewError(f"The input {name}: {relative!r} is larger than {limit:,} bytes.")
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise ReviewError(f"The input {name}: {relative!r} is no UTF-8 text.") from error


@contextmanager
def _folder(workspace: Path, parts: tuple[str, ...], *, make: bool) -> Iterator[int]:
    """The directory of a file, reached step by step without following a link."""
    descriptor = os.open(workspace.resolve(), os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        for part in parts:
            if make:
                with suppress(FileExistsError):
                    os.mkdir(part, 0o777, dir_fd=descriptor)
            inner = os.open(part, _DIRECTORY, dir_fd=descriptor)
            os.close(descriptor)
            descriptor = inner
        yield descriptor
    finally:
        os.close(descriptor)


def _is_link(folder: int, name: str) -> bool:
    try:
        return stat.S_ISLNK(os.stat(name, dir_fd=folder, follow_symlinks=False).st_mode)
    except FileNotFoundError:
        return False


@contextmanager
def _explained(name: str, relative: str, done: str) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        why = "a symbolic link is not followed" if error.errno in (errno.ELOOP, errno.ENOTDIR) else error.strerror
        raise ReviewError(f"The input {name}: {relative!r} can't be {done} ({why}).") from error
