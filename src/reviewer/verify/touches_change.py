"""Only what the change brings or worsens is reported. What stands away from its lines is weakened, not withheld."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from reviewer.core.change import ChangeSet
from reviewer.core.finding import Confidence, Finding
from reviewer.core.span import Span

Enclosing = Callable[[Span], Span | None]
_NEAR = 3  # a quoted guard beside a changed line belongs to it


def check(finding: Finding, change_set: ChangeSet, enclosing: Enclosing) -> Finding:
    """The finding, at most of medium confidence when neither its lines, its quotes nor their functions were changed.

    A change can make an old line dangerous from afar (it removes a flush elsewhere), so distance refutes nothing; but an old
    danger that the change does not touch is a likelier reading. `enclosing` gives the function around a span.
    """
    spans = (finding.span, *(evidence.span for evidence in finding.evidence))
    if any(_touches(span, change_set, enclosing) for span in spans):
        return finding
    return replace(finding, confidence=min(finding.confidence, Confidence.MEDIUM, key=lambda c: c.rank))


def _touches(span: Span, change_set: ChangeSet, enclosing: Enclosing) -> bool:
    change = change_set.file(span.path)
    if change is None:
        return False
    if change.touches(span.side, max(1, span.first_line - _NEAR), span.last_line + _NEAR):
        return True
    around = enclosing(span)
    return around is not None and change.touches(around.side, around.first_line, around.last_line)
