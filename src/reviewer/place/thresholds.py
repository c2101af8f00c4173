"""The team's thresholds. What falls below is withheld and counted."""

from __future__ import annotations

from collections.abc import Iterable

from reviewer.core.finding import Confidence, Finding, Severity, Stage, Withheld


def split(
    findings: Iterable[Finding], min_severity: Severity, min_confidence: Confidence
) -> tuple[tuple[Finding, ...], tuple[Withheld, ...]]:
    """Findings at or above both thresholds, and the rest with the reason."""
    kept: list[Finding] = []
    withheld: list[Withheld] = []
    for finding in findings:
        if finding.severity.rank < min_severity.rank:
            reason = f"severity {finding.severity.value} is below {min_severity.value}"
        elif finding.confidence.rank < min_confidence.rank:
            reason = f"confidence {finding.confidence.value} is below {min_confidence.value}"
        else:
            kept.append(finding)
            continue
        withheld.append(Withheld(finding=finding, stage=Stage.THRESHOLD, reason=reason))
    return tuple(kept), tuple(withheld)
