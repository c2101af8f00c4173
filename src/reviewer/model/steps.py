"""Steps as the model gave them, without the marks of a list of its own: every reader of ours numbers them itself."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise

Marks = Sequence[re.Match[str] | None]  # one for each step or line, None where it has no mark

# The marks of lists, kind by kind. "0.5 s", "3 records" and "2.x" have none: behind a number and a dot stands a blank.
_BULLET = re.compile(r"[-*+•‣–—]\s+(?=\S)")
_NUMBER = re.compile(
    r"(?P<bold>\*\*)?(?:step\s+(?P<step>\d{1,2})(?:\s*[:)]|\.(?=\*\*|\s)|\s+[-–—](?=\s))|\((?P<both>\d{1,2})\)|(?P<number>\d{1,2})(?:\)|[.:](?=\*\*|\s)))"
    r"(?(bold)\*\*)\s*(?=\S)",
    re.IGNORECASE,
)
_LETTER = re.compile(r"(?:\((?P<both>[A-Za-z])\)|(?P<letter>[A-Za-z])[.)])\s+(?=\S)")
_KINDS = (_BULLET, _NUMBER, _LETTER)


def unnumbered(steps: Sequence[str]) -> tuple[str, ...]:
    """The steps without bullets, numbers or letters that count them.

    They go only where all or most of the steps have them, in order, from the beginning: what a number means elsewhere is the
    writer's. A whole list in one step becomes its steps.
    """
    bare = tuple(step.strip() for step in (_listed(steps[0]) if len(steps) == 1 else steps))
    for kind in _KINDS:
        marked = [kind.match(step) for step in bare]
        if _are_most(marked) and _is_list(kind, marked):
            bare = tuple(step[match.end() :] if match else step for step, match in zip(bare, marked, strict=True))
    return bare


def _listed(step: str) -> Sequence[str]:
    """The items of a list that fills one step, lines that go on with an item at their item; else the step."""
    lines = [line.strip() for line in step.splitlines() if line.strip()]
    for kind in _KINDS:
        marked = [kind.match(line) for line in lines]
        if len(lines) > 1 and marked[0] and sum(map(bool, marked)) > 1 and _is_list(kind, marked):
            items: list[str] = []
            for line, match in zip(lines, marked, strict=True):
                items = [*items, line] if match else [*items[:-1], f"{items[-1]} {line}"]
            return items
    return (step,)


def _are_most(marked: Marks) -> bool:
    """More than half of the steps, and not one among several."""
    number = sum(map(bool, marked))
    return number > len(marked) / 2 and (number > 1 or len(marked) == 1)


def _is_list(kind: re.Pattern[str], marked: Marks) -> bool:
    """Whether the marks count up from the first number or letter; bullets need not."""
    counts = [_count(match) for match in marked if match] if kind is not _BULLET else []
    return kind is _BULLET or (counts[0] in (0, 1) and all(a < b for a, b in pairwise(counts)))


def _count(match: re.Match[str]) -> int:
    """What a mark counts: its number, or the place of its letter in the alphabet."""
    text = next(value for name, value in match.groupdict().items() if value is not None and name != "bold")
    return int(text) if text.isdecimal() else ord(text.lower()) - ord("a") + 1
