"""Report to review: pure. Each comment carries a hidden fingerprint, by which the next run knows it."""

from __future__ import annotations

import re

from reviewer.core.finding import Finding, PlacementKind
from reviewer.core.report import Report
from reviewer.github.client import ReviewComment
from reviewer.publish.body import finding_body
from reviewer.publish.overview import summary

_MARK = "<!-- stream-review:finding id={} -->"
_MARKED = re.compile(r"<!-- stream-review:finding id=([0-9a-f]{16}) -->")
_SUMMARY = "<!-- stream-review:summary head={} -->"


def comment_of(finding: Finding) -> ReviewComment:
    """The inline comment of a finding that was placed on the diff."""
    return ReviewComment(
        path=finding.span.path, body=f"{finding_body(finding)}\n\n{_MARK.format(finding.id)}", side=finding.span.side.value,
        line=finding.span.last_line, start_line=finding.span.first_line,
    )  # fmt: skip


def body_of(report: Report, in_body: tuple[Finding, ...]) -> str:
    """The review's body: the summary, whole findings that have no line, and the marks of both."""
    parts = [summary(report), *(finding_body(finding) for finding in in_body)]
    marks = [_SUMMARY.format(report.head), *(_MARK.format(finding.id) for finding in in_body)]
    return "\n\n".join((*parts, "\n".join(marks)))


def ids_in(body: str) -> frozenset[str]:
    """The fingerprints in the text of a comment."""
    return frozenset(_MARKED.findall(body))


def is_summary(body: str, head: str) -> bool:
    """Whether a body is our summary of that head."""
    return _SUMMARY.format(head) in body


def is_inline(finding: Finding) -> bool:
    """Whether it goes to a line; findings on a file stand in the review's body, which the API always accepts."""
    return finding.placement is PlacementKind.INLINE
