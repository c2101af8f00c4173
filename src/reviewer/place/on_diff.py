"""Finding and diff in, placement out. Pure; valid by construction: GitHub takes a comment only inside one hunk that it shows.

Of a file without a patch (too large, binary, marked `-diff`) it shows none, although we may know its lines; see `Commentable`.
"""

from __future__ import annotations

from dataclasses import replace

from reviewer.core.change import ChangeSet, Commentable, FileChange, FileStatus
from reviewer.core.finding import Finding, PlacementKind, Severity, Standing
from reviewer.core.span import Side, Span

#: Where a finding on lines of a hunk goes.
_ON_LINES = {
    Commentable.LINES: PlacementKind.INLINE, Commentable.FILE: PlacementKind.FILE, Commentable.NOWHERE: PlacementKind.SUMMARY,
}  # fmt: skip


def place(finding: Finding, change_set: ChangeSet, inline_min_severity: Severity = Severity.LOW) -> Finding:
    """Inline when the lines lie in one hunk of their side (cut to the part that does), else on the file, else in the summary.

    What the change does not bring, or what the team wants no comment for, stands in the summary.
    """
    placed = _on_the_diff(finding, change_set)
    if finding.standing is not Standing.NEW or finding.severity.rank < inline_min_severity.rank:
        return replace(placed, placement=PlacementKind.SUMMARY)
    return placed


def _on_the_diff(finding: Finding, change_set: ChangeSet) -> Finding:
    change = change_set.file_at(finding.span)
    if change is None:
        return replace(finding, placement=PlacementKind.SUMMARY, suggestion=None)
    finding = replace(finding, span=_addressed(finding.span, change))
    span = _inside(finding.span, change)
    if span is None:
        kind = PlacementKind.SUMMARY if change.commentable is Commentable.NOWHERE else PlacementKind.FILE
        return replace(finding, placement=kind, suggestion=None)
    suggestion = finding.suggestion if span == finding.span else None
    return replace(finding, placement=_ON_LINES[change.commentable], span=span, suggestion=suggestion)


def _addressed(span: Span, change: FileChange) -> Span:
    """Lines after a rename stand under the new name only; those before it are known by both."""
    if span.side is Side.AFTER and change.status is FileStatus.RENAMED and change.new_path is not None:
        return replace(span, path=change.new_path)
    return span


def _inside(span: Span, change: FileChange) -> Span | None:
    """The part of the span that lies in the hunk of its first commentable line."""
    for hunk in change.hunks:
        numbers = hunk.numbers(span.side)
        first = next((line for line in range(span.first_line, span.last_line + 1) if line in numbers), None)
        if first is None:
            continue
        last = first
        while last + 1 <= span.last_line and last + 1 in numbers:
            last += 1
        return Span(path=span.path, side=span.side, first_line=first, last_line=last)
    return None
