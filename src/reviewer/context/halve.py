"""A request that was too long is asked again in two halves."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from reviewer.context.assign import with_hypotheses
from reviewer.context.budget import CHARS_PER_TOKEN, fit, hunk_cost, unit_cost
from reviewer.context.split import split_in_two
from reviewer.context.unit import ReviewUnit, UnitHunk


def halves(unit: ReviewUnit) -> tuple[ReviewUnit, ...]:
    """Two units that together hold every hunk of `unit` and have half its room each; nothing when it can't be divided.

    What is shown beside the hunks is cut to fit and named in `cut`. A hypothesis goes to the half that shows its lines.
    """
    groups = _divided(unit.hunks)
    if len(groups) < 2:
        return ()
    room = max(unit_cost(unit) // 2 // CHARS_PER_TOKEN, 1)
    parts = [_part(unit, hunks, room, letter) for hunks, letter in zip(groups, "ab")]
    assigned, unasked = with_hypotheses(parts, unit.hypotheses)
    first, *rest = assigned
    return (replace(first, hypotheses=(*first.hypotheses, *unasked)), *rest)


def _part(unit: ReviewUnit, hunks: tuple[UnitHunk, ...], room: int, letter: str) -> ReviewUnit:
    paths = tuple(dict.fromkeys(hunk.path for hunk in hunks))
    slices = tuple(s for s in unit.slices if s.span.path not in unit.paths or s.span.path in paths)
    part = replace(unit, id=f"{unit.id}{letter}", paths=paths, hunks=hunks, slices=slices, hypotheses=())
    return fit(part, room)


def _divided(hunks: Sequence[UnitHunk]) -> list[tuple[UnitHunk, ...]]:
    if len(hunks) == 1:
        return [(replace(hunks[0], hunk=part),) for part in split_in_two(hunks[0].hunk)]
    whole = sum(hunk_cost(piece.hunk) for piece in hunks)
    size, at = 0, 0
    while at < len(hunks) - 1 and (at == 0 or size + hunk_cost(hunks[at].hunk) <= whole / 2):
        size += hunk_cost(hunks[at].hunk)
        at += 1
    return [tuple(hunks[:at]), tuple(hunks[at:])]
