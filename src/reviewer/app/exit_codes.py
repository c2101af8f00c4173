"""What the process says when it ends."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from reviewer.core.finding import Severity
    from reviewer.core.report import Report

REVIEWED = 0
FINDINGS = 1
COULD_NOT_REVIEW = 2
BUG = 3


def of_report(report: Report, fail_on: Severity | None) -> int:
    """2 when nothing could be reviewed, 1 when a danger of the change is at or above the threshold, else 0."""
    from reviewer.core.report import Status

    if report.status is Status.FAILED:
        return COULD_NOT_REVIEW
    if fail_on is not None and any(finding.severity.rank >= fail_on.rank for finding in report.dangers):
        return FINDINGS
    return REVIEWED
