"""How far long work is, told while it goes on."""

from __future__ import annotations

from typing import Protocol


class Progress(Protocol):
    """Told by the thread that does the work, as often as it likes. Never raises: nobody watching is no reason to stop."""

    def __call__(self, what: str, done: int = 0, total: int | None = None, note: str = "") -> None:
        """`done` of `total` things of the step `what` (None: how many is not known); `note` is what it cost so far, or the like."""
        ...

    def close(self) -> None:
        """Take away what is shown: something else is to be printed. With the next step it may come back."""
        ...


class _Silent:
    def __call__(self, what: str, done: int = 0, total: int | None = None, note: str = "") -> None:
        """Say nothing."""

    def close(self) -> None:
        """There is nothing to take away."""


SILENT: Progress = _Silent()
