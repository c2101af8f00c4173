"""From one side of a file to the other with the hunks alone: no second checkout is needed."""

from __future__ import annotations

from collections.abc import Iterable

from reviewer.core.change import Hunk
from reviewer.core.problem import ReviewError
from reviewer.diff.lines import header_of, sides, split_lines

#: A hunk, its half-open range of 0-based lines, the lines expected there, and those that take their place.
_Edit = tuple[Hunk, int, int, list[str], list[str]]


def undo_hunks(after: str, hunks: Iterable[Hunk]) -> str:
    """The text before the change, given the text after it. Line ends stay as they are.

    Raises ReviewError, with the line, when the text is not the one that the hunks lead to.
    """
    edits: list[_Edit] = []
    for hunk in hunks:
        before_lines, after_lines = sides(hunk)
        edits.append((hunk, *_place(hunk.new_start, hunk.new_count), after_lines, before_lines))
    return _exchange(after, edits)


def apply_hunks(before: str, hunks: Iterable[Hunk]) -> str:
    """The text after the change, given the text before it. Raises ReviewError when it does not fit the hunks."""
    return _exchange(before, [(hunk, *_place(hunk.old_start, hunk.old_count), *sides(hunk)) for hunk in hunks])


def _place(start: int, count: int) -> tuple[int, int]:
    """The hunk's half-open range of 0-based lines; with a count of 0 the start names the line before the gap."""
    first = start - 1 if count else start
    return first, first + count


def _exchange(text: str, edits: Iterable[_Edit]) -> str:
    lines = split_lines(text)
    result: list[str] = []
    done = 0
    for hunk, first, end, expected, replacement in edits:
        if first < done or end > len(lines) or lines[first:end] != expected:
            raise ReviewError(f"The text does not fit the hunk {header_of(hunk)}: {_misfit(lines, first, expected)}.")
        result += lines[done:first]
        result += replacement
        done = end
    result += lines[done:]
    _refuse_joined(result)
    return "".join(result)


def _misfit(lines: list[str], first: int, expected: list[str]) -> str:
    for offset, line in enumerate(expected):
        number = first + offset
        if not 0 <= number < len(lines):
            return f"there is no line {number + 1}"
        if lines[number] != line:
            return f"line {number + 1} is {lines[number][:80]!r} and not {line[:80]!r}"
    return f"there is no place for it behind line {len(lines)}"


def _refuse_joined(lines: list[str]) -> None:
    for number, line in enumerate(lines[:-1], start=1):
        if not line.endswith("\n"):
            raise ReviewError(f"The text does not fit the hunks: line {number} has no line end but is not the last.")
