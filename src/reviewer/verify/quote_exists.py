"""A finding stands on lines quoted from the code: the quote must be there. Its lines are corrected to where the quote is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from reviewer.core.finding import Evidence, Finding
from reviewer.core.span import Side, Span

ReadText = Callable[[str, Side], str | None]


def check(finding: Finding, read: ReadText) -> Finding | str:
    """The finding with its evidence located, or the reason why it can't stand."""
    located = [found for evidence in finding.evidence if (found := locate(evidence, read)) is not None]
    if not located:
        return "no quoted line is in the code"
    text = read(finding.span.path, finding.span.side)
    if text is None:
        return f"{finding.span.path} is not a file that was read"
    own = [e for e in located if e.span.path == finding.span.path and e.span.side == finding.span.side]
    span = finding.span
    last = text.count("\n") + 1
    outside = span.last_line > last or not any(e.span.overlaps(span) for e in own)
    if own and outside:
        span = own[0].span
    if span.last_line > last:
        return f"line {span.last_line} is behind the end of {span.path}"
    moved = span != finding.span
    return replace(finding, span=span, evidence=tuple(located), suggestion=None if moved else finding.suggestion)


def locate(evidence: Evidence, read: ReadText) -> Evidence | None:
    """The evidence at its true place: whole lines equal but for outer blanks, nearest to the claimed line; else None.

    A quote that is only on the other side of the change is found there: models mix the two up.
    """
    wanted = [line.strip() for line in evidence.quote.strip("\n").split("\n")]
    if not any(wanted):
        return None
    other = Side.BEFORE if evidence.span.side is Side.AFTER else Side.AFTER
    for side in (evidence.span.side, other):
        text = read(evidence.span.path, side)
        lines = [line.strip() for line in text.split("\n")] if text is not None else []
        starts = [i for i in range(len(lines) - len(wanted) + 1) if _same(lines[i : i + len(wanted)], wanted)]
        if starts:
            first = min(starts, key=lambda start: abs(start + 1 - evidence.span.first_line)) + 1
            span = Span(path=evidence.span.path, side=side, first_line=first, last_line=first + len(wanted) - 1)
            return replace(evidence, span=span)
    return None


def _same(lines: list[str], wanted: list[str]) -> bool:
    """Equal lines; a quote of one line may be a distinctive part of it."""
    if lines == wanted:
        return True
    return len(wanted) == 1 and len(wanted[0]) >= 12 and wanted[0] in lines[0]
