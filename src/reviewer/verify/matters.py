"""What a run of changed lines is made of: each line with the one that took its place."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from reviewer.core.change import DiffLine
from reviewer.core.span import Side, Span
from reviewer.diff.groups import ChangedGroup
from reviewer.verify.naming import Names, names_of

_ALIKE = 1 / 3  # of their names are shared by a line and the one that took its place
_REACH = 40  # lines of the other side that are compared with a line


@dataclass(frozen=True, slots=True, kw_only=True)
class Matter:
    """A removed line, an added one, or both where the second took the place of the first.

    `beside` are the names on unchanged lines close to it. Two matters are the same when their lines are.
    """

    removed: int | None
    added: int | None
    old: Names = field(compare=False)
    new: Names = field(compare=False)
    beside: frozenset[str] = field(compare=False)

    @property
    def names(self) -> Names:
        """The names on its lines."""
        return self.old | self.new

    def names_on(self, side: Side) -> Names:
        """The names on its line of a side."""
        return self.old if side is Side.BEFORE else self.new

    def line(self, side: Side) -> int | None:
        """The number of its line on a side."""
        return self.removed if side is Side.BEFORE else self.added

    def stands_on(self, span: Span) -> bool:
        """Whether one of its lines lies in the span. The file is the caller's business."""
        return self.is_within(span, 0)

    def is_within(self, span: Span, lines: int) -> bool:
        """Whether one of its lines is at most that many lines away from the span, on the span's side."""
        line = self.line(span.side)
        return line is not None and span.first_line - lines <= line <= span.last_line + lines


def matters_of(group: ChangedGroup) -> tuple[Matter, ...]:
    """The matters of a group. Lines without a letter are none."""
    beside = frozenset(name for text in group.beside for name in names_of(text).all)
    removed, added = _lettered(group.removed), _lettered(group.added)
    old, new = [names_of(line.text) for line in removed], [names_of(line.text) for line in added]
    heirs = _heirs(old, new)
    taken = set(heirs.values())
    found = [
        Matter(
            removed=line.old_number, old=old[i], beside=beside,
            added=added[heirs[i]].new_number if i in heirs else None, new=new[heirs[i]] if i in heirs else Names(),
        )
        for i, line in enumerate(removed)
    ]  # fmt: skip
    found += [
        Matter(removed=None, old=Names(), added=line.new_number, new=new[j], beside=beside)
        for j, line in enumerate(added)
        if j not in taken
    ]
    return tuple(found)


def _lettered(lines: Sequence[DiffLine]) -> list[DiffLine]:
    return [line for line in lines if re.search(r"[A-Za-z]", line.text)]


def _heirs(old: Sequence[Names], new: Sequence[Names]) -> dict[int, int]:
    """Old line -> the new line that took its place: the most alike first, of equals the one in the same order."""
    scored: list[tuple[float, int, int, int]] = []
    words = [names.all for names in new]
    for i, was in enumerate(names.all for names in old):
        middle = i * len(new) // len(old)
        for j in range(max(0, middle - _REACH), min(len(new), middle + _REACH + 1)):
            likeness = _likeness(was, words[j])
            if likeness >= _ALIKE:
                scored.append((-likeness, abs(i - j), i, j))
    heirs: dict[int, int] = {}
    taken: set[int] = set()
    for _, _, i, j in sorted(scored):
        if i not in heirs and j not in taken:
            heirs[i] = j
            taken.add(j)
    return heirs


def _likeness(one: frozenset[str], other: frozenset[str]) -> float:
    shared = len(one & other)
    return shared / (len(one) + len(other) - shared) if shared else 0.0
