"""A hunk that is too long for one request becomes several, cut where functions begin."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from reviewer.context.budget import hunk_cost
from reviewer.core.change import DiffLine, Hunk


def split_hunk(hunk: Hunk, starts_after: frozenset[int], starts_before: frozenset[int], limit: int) -> tuple[Hunk, ...]:
    """Parts of at most `limit` rendered characters, in order, together exactly the lines of `hunk`.

    `starts_after` and `starts_before` are the first lines of functions on either side. A single line that is longer
    than the limit makes a part of its own, which is then too long.
    """
    if hunk_cost(hunk) <= limit:
        return (hunk,)
    runs: list[list[DiffLine]] = []
    rest = list(hunk.lines)
    while rest:
        size = _fitting(hunk, rest, limit)
        if size < len(rest):
            size = _last_start(rest, size, starts_after, starts_before)
        runs.append(rest[:size])
        rest = rest[size:]
    return tuple(_part(hunk, runs, index) for index in range(len(runs)))


def split_in_two(hunk: Hunk) -> tuple[Hunk, ...]:
    """Two parts of about the same length; the hunk itself when it is a single line."""
    if len(hunk.lines) < 2:
        return (hunk,)
    empty = hunk_cost(replace(hunk, lines=()))
    costs = [hunk_cost(replace(hunk, lines=(line,))) - empty for line in hunk.lines]
    half = next(n for n in range(1, len(costs) + 1) if sum(costs[:n]) * 2 >= sum(costs))
    at = min(half, len(costs) - 1)
    runs = [hunk.lines[:at], hunk.lines[at:]]
    return tuple(_part(hunk, runs, index) for index in range(2))


def _fitting(hunk: Hunk, lines: Sequence[DiffLine], limit: int) -> int:
    """How many of the lines fit, at least one."""
    empty = hunk_cost(replace(hunk, lines=()))
    room = limit - empty
    for index, line in enumerate(lines):
        room -= hunk_cost(replace(hunk, lines=(line,))) - empty
        if room < 0:
            return max(index, 1)
    return len(lines)


def _last_start(
    lines: Sequence[DiffLine], size: int, starts_after: frozenset[int], starts_before: frozenset[int]
) -> int:
    """The last place up to `size` where a function begins, else `size`; not in the first third, parts would be tiny."""
    for index in range(size, max(size // 3, 1), -1):
        line = lines[index]
        starts, number = (
            (starts_after, line.new_number) if line.new_number is not None else (starts_before, line.old_number)
        )
        if number in starts:
            return index
    return size


def _part(hunk: Hunk, runs: Sequence[Sequence[DiffLine]], index: int) -> Hunk:
    earlier = [line for run in runs[:index] for line in run]
    lines = tuple(runs[index])
    old = [line.old_number for line in lines if line.old_number is not None]
    new = [line.new_number for line in lines if line.new_number is not None]
    old_done = sum(line.old_number is not None for line in earlier)
    new_done = sum(line.new_number is not None for line in earlier)
    return replace(
        hunk,
        # With a count of 0 the start names the line before the gap, as everywhere in a diff.
        old_start=old[0] if old else hunk.old_start + old_done - bool(hunk.old_count),
        old_count=len(old),
        new_start=new[0] if new else hunk.new_start + new_done - bool(hunk.new_count),
        new_count=len(new),
        lines=lines,
    )
