"""Finding a quoted line in the code: tolerant of blanks and of the columns of a diff, never of invention."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from reviewer.core.finding import Evidence
from reviewer.core.span import Side, Span
from reviewer.verify.sources import Code, Sources, squeezed

_DISTINCT = 12  # letters without blanks from which a part of a line is telling
_COLUMNS = re.compile(r"^\s*(?:[LR]\d+\s*)+\|[+\- ]?")
_MARK = re.compile(r"^[+-]")
_ELSEWHERE = 16


def locate(evidence: Evidence, sources: Sources) -> Evidence | None:
    """The evidence where it truly stands, nearest to the claimed line, or None when it is nowhere, or is said to be in a file
    that nobody showed.

    Models mix up the sides of a change and, more rarely, its files: a quote that is not where it is said to be is looked for
    on the other side and, if it is distinctive and stands in one changed file only, there.
    """
    if not sources.holds(evidence.span.path):
        return None
    return _in_file(evidence, sources) or _in_other_file(evidence, sources)


def _in_file(evidence: Evidence, sources: Sources) -> Evidence | None:
    span = evidence.span
    other = Side.BEFORE if span.side is Side.AFTER else Side.AFTER
    for quote in _readings(evidence.quote):
        places = [place for side in (span.side, other) if (place := _on_side(quote, span, side, sources)) is not None]
        if places:
            return replace(evidence, span=_as_claimed(places, span.first_line))
    return _scattered(evidence, sources)


def _on_side(quote: str, span: Span, side: Side, sources: Sources) -> Span | None:
    for code in sources.versions(span.path, side):
        found = _nearest(quote, code, span.first_line)
        if found is not None:
            return Span(path=span.path, side=side, first_line=found[0], last_line=found[1])
    return None


def _as_claimed(places: Sequence[Span], line: int) -> Span:
    """The place of the claimed side, unless the other side has the quote on exactly the claimed line: an unchanged line that is quoted in
    a finding about a removal carries its number after the change."""
    first, *others = places
    return next((other for other in others if other.first_line == line and first.first_line != line), first)


def _in_other_file(evidence: Evidence, sources: Sources) -> Evidence | None:
    if len(squeezed(evidence.quote)) < _ELSEWHERE:
        return None
    found = []
    for path in sources.paths:
        if path != evidence.span.path:
            moved = _in_file(replace(evidence, span=replace(evidence.span, path=path)), sources)
            found += [moved] if moved is not None else []
    return found[0] if len(found) == 1 else None


def _readings(quote: str) -> Iterator[str]:
    """The quote as given, without the columns of the rendered diff, without the marks of a diff."""
    lines = quote.strip("\n").split("\n")
    bare = [_COLUMNS.sub("", line) for line in lines]
    unmarked = [_MARK.sub("", line) for line in bare]
    yield from dict.fromkeys("\n".join(reading) for reading in (lines, bare, unmarked))


def _nearest(quote: str, code: Code, claimed: int) -> tuple[int, int] | None:
    """(first line, last line) of the nearest place where the quote stands."""
    wanted = squeezed(quote)
    if re.search(r"\w", wanted) is None:
        return None  # `}` stands in every file and proves nothing
    places = [start for start in _occurrences(wanted, code.text) if _is_telling(start, wanted, code)]
    if not places:
        return None
    start = min(places, key=lambda place: abs(code.numbers[place] - claimed))
    return code.numbers[start], code.numbers[start + len(wanted) - 1]


def _is_telling(start: int, wanted: str, code: Code) -> bool:
    """Whole lines, or a long enough part of them."""
    return len(wanted) >= _DISTINCT or (start in code.starts and start + len(wanted) in code.ends)


def _scattered(evidence: Evidence, sources: Sources) -> Evidence | None:
    """A quote of several lines that do not stand together, as when a diff is copied: each of them must be there."""
    for reading in _readings(evidence.quote):
        parts = [part for part in reading.split("\n") if re.search(r"\w", part)]
        if len(parts) < 2:
            continue
        found = [_one_line(part, evidence, sources) for part in parts]
        if all(span is not None for span in found):
            return replace(evidence, span=next(span for span in found if span is not None))
    return None


def _one_line(part: str, evidence: Evidence, sources: Sources) -> Span | None:
    span = evidence.span
    for side in (span.side, Side.BEFORE if span.side is Side.AFTER else Side.AFTER):
        for code in sources.versions(span.path, side):
            found = _nearest(part, code, span.first_line)
            if found is not None:
                return Span(path=span.path, side=side, first_line=found[0], last_line=found[1])
    return None


def _occurrences(wanted: str, text: str) -> Iterator[int]:
    start = text.find(wanted)
    while start >= 0:
        yield start
        start = text.find(wanted, start + 1)
