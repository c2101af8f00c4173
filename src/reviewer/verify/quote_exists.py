"""A finding stands on lines quoted from the code: the quote must be there. Its lines are corrected to where the quote is."""

from __future__ import annotations

from dataclasses import replace

from reviewer.core.finding import Evidence, Finding
from reviewer.core.span import Side, Span
from reviewer.verify.quote import locate
from reviewer.verify.sources import Sources

_LONGEST = 60  # lines of a comment; a longer range says nothing, and the quote says more


def check(finding: Finding, sources: Sources) -> Finding | str:
    """The finding with its evidence located and its lines corrected, or the reason why it can't stand.

    A file that is neither in the change nor was shown is made up, whatever else of the finding is true.
    """
    if not sources.holds(finding.span.path):
        return "it is about a file that is neither in the change nor was shown"
    located = tuple(found for evidence in finding.evidence if (found := locate(evidence, sources)) is not None)
    if not located:
        return "no quoted line is in the code" if finding.evidence else "it quotes no line of the code"
    span = _true_span(finding.span, located, sources)
    suggestion = finding.suggestion if span == finding.span and span.side is Side.AFTER else None
    return replace(finding, span=span, evidence=located, suggestion=suggestion)


def _true_span(span: Span, located: tuple[Evidence, ...], sources: Sources) -> Span:
    """The finding's own lines when a quote lies within them, else those of its best quote."""
    fits = span.last_line - span.first_line < _LONGEST
    if fits and any(evidence.span.overlaps(span) for evidence in located):
        return span
    own = [evidence.span for evidence in located if evidence.span.path == span.path]
    if own:
        return min(own, key=lambda other: (other.side is not span.side, abs(other.first_line - span.first_line)))
    known = {number for number, _ in sources.lines(span.path, span.side)}
    # All quotes are of other files: the place is only claimed, so it must at least exist.
    return span if fits and span.first_line in known and span.last_line in known else located[0].span
