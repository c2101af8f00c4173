"""What is shown first when there is too much: overflow goes to the summary, never away."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from reviewer.core.finding import Finding, PlacementKind


def rank(finding: Finding) -> tuple[int, int, str, int]:
    """The order in which findings matter: severity, then confidence, then place."""
    return (-finding.severity.rank, -finding.confidence.rank, finding.span.path, finding.span.first_line)


def limit(findings: Sequence[Finding], max_comments: int) -> tuple[Finding, ...]:
    """Findings in order of weight; those beyond the limit of comments are moved to the summary."""
    shown = 0
    placed: list[Finding] = []
    for finding in sorted(findings, key=rank):
        if finding.placement is not PlacementKind.SUMMARY:
            shown += 1
            if shown > max_comments:
                finding = replace(finding, placement=PlacementKind.SUMMARY)
        placed.append(finding)
    return tuple(placed)
