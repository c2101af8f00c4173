"""Long work seen on a terminal: one line on stderr that goes away again. Short work shows and imports nothing."""

from __future__ import annotations

import os
import sys
import threading
import time
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, TextIO, cast

if TYPE_CHECKING:
    from reviewer.app.progress_line import ProgressLine

_DELAY_SECONDS = 1.0  # a review of one change is over by then
_PERIOD_SECONDS = 0.1


def is_for_people(stream: TextIO | None, environ: Mapping[str, str]) -> bool:
    """Whether somebody watches: a terminal that can take a line back, and no build server's. NO_COLOR drops colours only."""
    if environ.get("CI", "").lower() not in ("", "0", "false") or environ.get("TERM") in ("dumb", "unknown"):
        return False
    try:
        return stream is not None and stream.isatty()
    except ValueError:  # it is closed
        return False


class TerminalProgress:
    """Implements the port. The line is shown from `delay` seconds on; what others write to `sys.stderr` meanwhile goes above it."""

    def __init__(
        self, stream: TextIO, *, no_color: bool, clock: Callable[[], float] = time.monotonic, delay: float = _DELAY_SECONDS,
    ) -> None:  # fmt: skip
        self._stream, self._no_color, self._clock = stream, no_color, clock
        self._began = clock()
        self._due, self._what = self._began + delay, ""
        self._line: ProgressLine | None = None
        self._above = _Above(stream, self._hide)

    def __call__(self, what: str, done: int = 0, total: int | None = None, note: str = "") -> None:
        """Show the step, at most ten times a second."""
        now = self._clock()
        if now < self._due and (self._line is None or what == self._what):
            return
        self._due, self._what = now + _PERIOD_SECONDS, what
        with self._above.lock:
            if self._above.is_in_a_line or not _has_terminal(self._stream):
                return
            if self._line is None:
                self._line = self._shown()
            self._line.show(what, done, total, note, now - self._began)

    def _shown(self) -> ProgressLine:
        from reviewer.app.progress_line import ProgressLine

        if sys.stderr is not cast(Any, self._above):
            self._above.instead_of = sys.stderr
            sys.stderr = cast(TextIO, self._above)
        return ProgressLine(self._stream, no_color=self._no_color)

    def _hide(self) -> None:
        if self._line is not None:
            self._line.close()
            self._line = None

    def close(self) -> None:
        """Take the line away, and out of the way of what is printed next."""
        with self._above.lock:
            self._hide()
            if sys.stderr is cast(Any, self._above) and self._above.instead_of is not None:
                sys.stderr = self._above.instead_of


class _Above:
    """`sys.stderr` while the line is shown: takes it away before a message, whichever thread has one."""

    def __init__(self, stream: TextIO, hide: Callable[[], None]) -> None:
        self._stream, self._hide = stream, hide
        self.lock = threading.RLock()
        self.is_in_a_line = False
        self.instead_of: TextIO | None = None

    def write(self, text: str) -> int:
        """Unchanged, behind what stands there already."""
        with self.lock:
            self._hide()
            self.is_in_a_line = not text.endswith("\n") if text else self.is_in_a_line
            return self._stream.write(text)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)


def _has_terminal(stream: TextIO) -> bool:
    """Not while the terminal belongs to another job of the shell."""
    try:
        return os.tcgetpgrp(stream.fileno()) == os.getpgrp()
    except (OSError, ValueError, AttributeError):  # a terminal that is not ours to ask about
        return True
