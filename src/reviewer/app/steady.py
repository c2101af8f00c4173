"""Standard error that may break, be full or be closed without harm: messages are lost then, never the result."""

from __future__ import annotations

import os
import select
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, TextIO, cast


class _Steady:
    """Writes to a stream until that fails for the first time."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def write(self, text: str) -> int:
        """As if all were written."""
        try:
            self._stream.write(text)
        except (OSError, ValueError):
            self._give_up()
        return len(text)

    def flush(self) -> None:
        """As far as there is somebody to read it."""
        try:
            self._stream.flush()
        except (OSError, ValueError):
            self._give_up()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)

    def _give_up(self) -> None:
        if not discard(self._stream):
            self._stream = _nowhere()


def discard(stream: TextIO) -> bool:
    """Let what is left in a stream's buffer go nowhere: at the end Python would try again, and end with its own exit code.

    False for a stream without a file behind it.
    """
    try:
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, stream.fileno())
        os.close(nowhere)
    except (OSError, ValueError):
        return False
    return True


def is_read(stream: TextIO) -> bool:
    """Whether the other end of a stream is there; only a pipe whose reader has gone is not read."""
    poll = select.poll()
    try:
        poll.register(stream.fileno(), 0)
    except (OSError, ValueError):
        return True
    return not any(event & (select.POLLERR | select.POLLHUP) for _, event in poll.poll(0))


def _nowhere() -> TextIO:
    return open(os.devnull, "w", encoding="utf-8")


@contextmanager
def steady_stderr() -> Iterator[None]:
    """`sys.stderr` in a form that never raises. Where it is closed, `print` would write to standard output instead."""
    kept = sys.stderr
    sys.stderr = cast(TextIO, _Steady(kept if kept is not None else _nowhere()))
    try:
        yield
    finally:
        sys.stderr = kept
