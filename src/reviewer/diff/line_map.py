"""Which line of one side is which line of the other."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass

from reviewer.core.change import Hunk


@dataclass(frozen=True, slots=True, kw_only=True)
class _Gap:
    """Unchanged lines between two hunks; `length` None means up to the end of the file."""

    before: int
    after: int
    length: int | None


class LineMap:
    """Maps 1-based line numbers between the two sides of a file's change.

    A removed line has no line after, an added one none before. Between two hunks whose distance differs on the two
    sides (a diff that ignores blank lines) nothing is certain, so the answer there is None too.
    """

    __slots__ = ("_after", "_after_starts", "_before", "_before_starts", "_gaps")

    def __init__(self, hunks: Iterable[Hunk]) -> None:
        self._before: dict[int, int | None] = {}
        self._after: dict[int, int | None] = {}
        self._gaps: list[_Gap] = []
        before = after = 1
        for hunk in hunks:
            old_start = hunk.old_start + (hunk.old_count == 0)
            new_start = hunk.new_start + (hunk.new_count == 0)
            self._add_gap(before, after, old_start - before, new_start - after)
            self._add_lines(hunk)
            before, after = old_start + hunk.old_count, new_start + hunk.new_count
        self._gaps.append(_Gap(before=before, after=after, length=None))
        self._before_starts = [gap.before for gap in self._gaps]
        self._after_starts = [gap.after for gap in self._gaps]

    def to_after(self, line: int) -> int | None:
        """The line's number after the change, or None when it was removed."""
        if line in self._after:
            return self._after[line]
        gap = self._gap(self._before_starts, line)
        if gap is None or (gap.length is not None and line >= gap.before + gap.length):
            return None
        return gap.after + line - gap.before

    def to_before(self, line: int) -> int | None:
        """The line's number before the change, or None when it was added."""
        if line in self._before:
            return self._before[line]
        gap = self._gap(self._after_starts, line)
        if gap is None or (gap.length is not None and line >= gap.after + gap.length):
            return None
        return gap.before + line - gap.after

    def _gap(self, starts: list[int], line: int) -> _Gap | None:
        found = bisect_right(starts, line) - 1
        return self._gaps[found] if line >= 1 and found >= 0 else None

    def _add_gap(self, before: int, after: int, old_length: int, new_length: int) -> None:
        length = old_length if old_length == new_length else 0
        self._gaps.append(_Gap(before=before, after=after, length=length))

    def _add_lines(self, hunk: Hunk) -> None:
        for line in hunk.lines:
            if line.old_number is not None:
                self._after[line.old_number] = line.new_number
            if line.new_number is not None:
                self._before[line.new_number] = line.old_number
