"""The line itself. It is imported when it is shown for the first time."""

from __future__ import annotations

from typing import Any, TextIO

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskID, TextColumn


class _Console(Console):
    """Leaves the cursor alone: who kills the process gets it back as it was."""

    def show_cursor(self, show: bool = True) -> bool:
        """Neither shown nor hidden."""
        return False


class ProgressLine:
    """One line at the bottom of a terminal. It draws only when it is told something: it has no thread of its own."""

    def __init__(self, stream: TextIO, *, no_color: bool) -> None:
        console = _Console(
            file=stream, force_terminal=True, no_color=no_color, color_system=None if no_color else "auto", markup=False,
            emoji=False, highlight=False, legacy_windows=False,
        )  # fmt: skip
        words = [TextColumn(f"{{task.fields[{name}]}}", markup=False) for name in ("count", "note", "time")]
        self._progress = Progress(
            TextColumn("{task.description}", markup=False), BarColumn(bar_width=24), *words, console=console, transient=True,
            auto_refresh=False, redirect_stdout=False, redirect_stderr=False,
        )  # fmt: skip
        self._task: TaskID | None = None

    def show(self, what: str, done: int, total: int | None, note: str, seconds: float) -> None:
        """Draw the line anew. `total` None: nobody knows how much there is."""
        count = "" if total is None else f"{done:,} of {total:,}"
        fields: dict[str, Any] = {"count": count, "note": note, "time": f"{seconds:.0f} s"}
        if self._task is None:
            self._task = self._progress.add_task(what, completed=done, total=total, **fields)
            self._progress.start()
        else:
            self._progress.update(self._task, description=what, completed=done, total=total, refresh=True, **fields)

    def close(self) -> None:
        """Take it away."""
        self._progress.stop()
