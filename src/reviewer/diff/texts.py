"""The hunks between two texts, for a change that comes without a patch. Bounded: hostile texts cost time in proportion to their length."""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator, Sequence

from reviewer.core.change import DiffLine, Hunk, LineKind
from reviewer.diff.lines import UnendedLine, split_lines

_CONTEXT = 3
#: Differing lines up to which the shortest way is looked for; beyond, lines that occur once on both sides divide the texts.
_STEPS = 300
_DEPTH = 6

#: Half-open ranges of 0-based lines: (old start, old end, new start, new end) of a change.
_Edit = tuple[int, int, int, int]
_Lines = Sequence[str]


def hunks_between(before: str, after: str) -> tuple[Hunk, ...]:
    """Hunks with three lines of context, as git cuts them. Where the texts differ too much, whole blocks are replaced."""
    old, new = split_lines(before), split_lines(after)
    edits = list(_joined(_edits(old, new, (0, len(old), 0, len(new)), _DEPTH)))
    return tuple(_hunk(old, new, group) for group in _groups(edits))


def _edits(old: _Lines, new: _Lines, area: _Edit, depth: int) -> Iterator[_Edit]:
    a, a_end, b, b_end = _trimmed(old, new, area)
    if a == a_end or b == b_end:
        if a != a_end or b != b_end:
            yield a, a_end, b, b_end
        return
    pairs = _shortest(old[a:a_end], new[b:b_end])
    if pairs is not None:
        yield from _between([(a + i, b + j) for i, j in pairs], (a, a_end, b, b_end))
        return
    anchors = _anchors(old, new, (a, a_end, b, b_end)) if depth else []
    if not anchors:
        yield a, a_end, b, b_end
        return
    at = (a, b)
    for i, j in [*anchors, (a_end, b_end)]:
        yield from _edits(old, new, (at[0], i, at[1], j), depth - 1)
        at = (i + 1, j + 1)


def _trimmed(old: _Lines, new: _Lines, area: _Edit) -> _Edit:
    a, a_end, b, b_end = area
    while a < a_end and b < b_end and old[a] == new[b]:
        a, b = a + 1, b + 1
    while a < a_end and b < b_end and old[a_end - 1] == new[b_end - 1]:
        a_end, b_end = a_end - 1, b_end - 1
    return a, a_end, b, b_end


def _shortest(old: _Lines, new: _Lines) -> list[tuple[int, int]] | None:
    """Pairs of equal lines on the shortest edit path (Myers 1986), or None when it has more than `_STEPS` edits."""
    furthest = {1: 0}
    trail: list[dict[int, int]] = []
    for steps in range(min(_STEPS, len(old) + len(new)) + 1):
        trail.append(dict(furthest))
        for k in range(-steps, steps + 1, 2):
            down = k == -steps or (k != steps and furthest[k - 1] < furthest[k + 1])
            x = furthest[k + 1] if down else furthest[k - 1] + 1
            while x < len(old) and x - k < len(new) and old[x] == new[x - k]:
                x += 1
            furthest[k] = x
            if x >= len(old) and x - k >= len(new):
                return _walked_back(trail, len(old), len(new))
    return None


def _walked_back(trail: Sequence[dict[int, int]], x: int, y: int) -> list[tuple[int, int]]:
    pairs: list[tuple[int, int]] = []
    for steps in range(len(trail) - 1, -1, -1):
        reached, k = trail[steps], x - y
        down = k == -steps or (k != steps and reached[k - 1] < reached[k + 1])
        before_x = reached[k + 1] if down else reached[k - 1]
        before_y = before_x - (k + 1 if down else k - 1)
        while x > max(before_x, 0) and y > max(before_y, 0):
            x, y = x - 1, y - 1
            pairs.append((x, y))
        x, y = before_x, before_y
    return pairs[::-1]


def _anchors(old: _Lines, new: _Lines, area: _Edit) -> list[tuple[int, int]]:
    """Lines that occur once on both sides, as many as stand in the same order (the longest increasing run)."""
    a, a_end, b, b_end = area
    in_old, in_new = Counter(old[a:a_end]), Counter(new[b:b_end])
    where = {new[j]: j for j in range(b, b_end) if in_new[new[j]] == 1}
    pairs = [(i, where[old[i]]) for i in range(a, a_end) if in_old[old[i]] == 1 and old[i] in where]
    ends: list[int] = []
    last: list[int] = []
    previous: list[int] = []
    for number, (_, j) in enumerate(pairs):
        place = bisect_left(ends, j)
        previous.append(last[place - 1] if place else -1)
        ends[place : place + 1], last[place : place + 1] = [j], [number]
    found: list[tuple[int, int]] = []
    number = last[-1] if last else -1
    while number >= 0:
        found.append(pairs[number])
        number = previous[number]
    return found[::-1]


def _between(pairs: Sequence[tuple[int, int]], area: _Edit) -> Iterator[_Edit]:
    a, a_end, b, b_end = area
    for i, j in [*pairs, (a_end, b_end)]:
        if i > a or j > b:
            yield a, i, b, j
        a, b = i + 1, j + 1


def _joined(edits: Iterator[_Edit]) -> Iterator[_Edit]:
    """Edits that touch each other as one."""
    held: _Edit | None = None
    for edit in edits:
        if held is not None and held[1] == edit[0] and held[3] == edit[2]:
            held = (held[0], edit[1], held[2], edit[3])
            continue
        if held is not None:
            yield held
        held = edit
    if held is not None:
        yield held


def _groups(edits: Sequence[_Edit]) -> Iterator[list[_Edit]]:
    """Edits whose context would meet belong to one hunk."""
    group: list[_Edit] = []
    for edit in edits:
        if group and edit[0] - group[-1][1] > 2 * _CONTEXT:
            yield group
            group = []
        group.append(edit)
    if group:
        yield group


def _hunk(old: _Lines, new: _Lines, group: Sequence[_Edit]) -> Hunk:
    first, last = max(group[0][0] - _CONTEXT, 0), min(group[-1][1] + _CONTEXT, len(old))
    lead, trail = group[0][0] - first, last - group[-1][1]
    new_first, new_last = group[0][2] - lead, group[-1][3] + trail
    lines: list[DiffLine] = []
    at, new_at = first, new_first
    for a, a_end, b, b_end in [*group, (last, last, new_last, new_last)]:
        lines += [_line(LineKind.CONTEXT, old[at + n], at + n, new_at + n) for n in range(a - at)]
        lines += [_line(LineKind.REMOVED, old[i], i, None) for i in range(a, a_end)]
        lines += [_line(LineKind.ADDED, new[j], None, j) for j in range(b, b_end)]
        at, new_at = a_end, b_end
    old_count, new_count = last - first, new_last - new_first
    # With a count of 0 the start names the line before the gap.
    return Hunk(
        old_start=first + bool(old_count), old_count=old_count, new_start=new_first + bool(new_count),
        new_count=new_count, section="", lines=tuple(lines),
    )  # fmt: skip


def _line(kind: LineKind, line: str, old: int | None, new: int | None) -> DiffLine:
    made = DiffLine if line.endswith("\n") else UnendedLine
    return made(
        kind=kind, text=line.removesuffix("\n"), old_number=None if old is None else old + 1,
        new_number=None if new is None else new + 1,
    )  # fmt: skip
