"""Only what the change brings or worsens is reported: the finding or its evidence must touch changed lines."""

from __future__ import annotations

from reviewer.core.change import ChangeSet
from reviewer.core.finding import Finding
from reviewer.core.span import Span


def check(finding: Finding, change_set: ChangeSet) -> str | None:
    """None when it touches the change, else the reason to withhold it."""
    if any(_touches(span, change_set) for span in (finding.span, *(e.span for e in finding.evidence))):
        return None
    return "neither its lines nor its quotes are touched by the change"


def _touches(span: Span, change_set: ChangeSet) -> bool:
    """Within three lines of a change: a quoted guard beside a changed line belongs to it."""
    change = change_set.file(span.path)
    return change is not None and change.touches(span.side, max(1, span.first_line - 3), span.last_line + 3)
