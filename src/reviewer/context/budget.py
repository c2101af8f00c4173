"""How much a request may hold. Optional pieces are cut and recorded; hunks are never cut."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from reviewer.context.unit import ContextSlice, ReviewUnit
from reviewer.core.change import Hunk

CHARS_PER_TOKEN = 3  # what code costs with the newer tokenizers, rounded to the safe side
UNIT_TOKENS = 24_000
GROUP_TOKENS = 8_000
_LINE_OVERHEAD = 16  # the columns with line numbers in front of every rendered line
_FACTS_SHARE = 4  # facts may take a quarter of a unit


def tokens(text: str) -> int:
    """The estimated number of tokens of a text."""
    return -(-len(text) // CHARS_PER_TOKEN)


def hunk_cost(hunk: Hunk) -> int:
    """Characters of a rendered hunk."""
    return 40 + sum(len(line.text) + _LINE_OVERHEAD for line in hunk.lines)


def slice_cost(piece: ContextSlice) -> int:
    """Characters of a rendered slice."""
    return 80 + len(piece.text) + len(piece.why) + _LINE_OVERHEAD * (piece.text.count("\n") + 1)


def unit_cost(unit: ReviewUnit) -> int:
    """Characters of a rendered unit, hypotheses left out."""
    facts = sum(len(line) + 1 for line in unit.fact_lines)
    return facts + sum(hunk_cost(h.hunk) for h in unit.hunks) + sum(slice_cost(s) for s in unit.slices)


def fit(unit: ReviewUnit, limit_tokens: int = UNIT_TOKENS) -> ReviewUnit:
    """The unit with as many fact lines and slices, in their order, as the limit leaves room for."""
    room = limit_tokens * CHARS_PER_TOKEN - sum(hunk_cost(h.hunk) for h in unit.hunks)
    facts, lost = _fit_facts(unit.fact_lines, min(room, limit_tokens * CHARS_PER_TOKEN // _FACTS_SHARE))
    room -= sum(len(line) + 1 for line in facts)
    slices, cut = _fit_slices(unit.slices, room)
    if lost:
        cut = [f"{lost} of {len(unit.fact_lines)} facts", *cut]
    return replace(unit, fact_lines=tuple(facts), slices=tuple(slices), cut=(*unit.cut, *cut))


def _fit_facts(lines: Iterable[str], room: int) -> tuple[list[str], int]:
    kept: list[str] = []
    lost = 0
    for line in lines:
        room -= len(line) + 1
        if room >= 0 and not lost:
            kept.append(line)
        else:
            lost += 1
    return kept, lost


def _fit_slices(slices: Iterable[ContextSlice], room: int) -> tuple[list[ContextSlice], list[str]]:
    kept: list[ContextSlice] = []
    cut: list[str] = []
    for piece in slices:
        cost = slice_cost(piece)
        if cost <= room:
            room -= cost
            kept.append(piece)
        else:
            span = piece.span
            cut.append(f"{span.path} lines {span.first_line}-{span.last_line} ({piece.why})")
    return kept, cut
