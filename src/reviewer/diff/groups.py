"""Runs of changed lines: what was removed and added at one place, and how far a line is from it on either side."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from reviewer.core.change import DiffLine, Hunk, LineKind
from reviewer.core.span import Side, Span

_BESIDE = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangedGroup:
    """Removed and added lines without an unchanged line between them.

    `above` and `below` are the numbers, by side, of the lines directly before and after it (0 and last + 1 where the file ends
    there). `beside` are the texts of unchanged lines close to it, as far as the hunk shows them.
    """

    removed: tuple[DiffLine, ...]
    added: tuple[DiffLine, ...]
    above: Mapping[Side, int]
    below: Mapping[Side, int]
    beside: tuple[str, ...]

    def distance(self, span: Span) -> int:
        """Lines from the span to the group, on the span's own side: 0 when it covers part of it or closes over it, 1 beside it."""
        first, last = self.above[span.side] + 1, self.below[span.side] - 1
        return max(0, first - span.last_line, span.first_line - last)


def changed_groups(hunks: Iterable[Hunk]) -> tuple[ChangedGroup, ...]:
    """The groups of a file, top to bottom."""
    return tuple(group for hunk in hunks for group in _groups(hunk))


def _groups(hunk: Hunk) -> Iterable[ChangedGroup]:
    # A count of 0 makes the start the line before the change.
    above = {
        Side.BEFORE: hunk.old_start - (hunk.old_count > 0),
        Side.AFTER: hunk.new_start - (hunk.new_count > 0),
    }
    run: list[DiffLine] = []
    for place, line in enumerate((*hunk.lines, None)):
        if line is not None and line.kind is not LineKind.CONTEXT:
            run.append(line)
            continue
        if run:
            group = _group(run, above, hunk.lines, place)
            yield group
            above = {side: group.below[side] - 1 for side in Side}
            run = []
        above = {side: number + 1 for side, number in above.items()}


def _group(run: list[DiffLine], above: Mapping[Side, int], lines: tuple[DiffLine, ...], end: int) -> ChangedGroup:
    removed = tuple(line for line in run if line.kind is LineKind.REMOVED)
    added = tuple(line for line in run if line.kind is LineKind.ADDED)
    around = (*lines[max(0, end - len(run) - _BESIDE) : end - len(run)], *lines[end : end + _BESIDE])
    return ChangedGroup(
        removed=removed, added=added, above=dict(above),
        below={Side.BEFORE: above[Side.BEFORE] + len(removed) + 1, Side.AFTER: above[Side.AFTER] + len(added) + 1},
        beside=tuple(line.text for line in around if line.kind is LineKind.CONTEXT),
    )  # fmt: skip
