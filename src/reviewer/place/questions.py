"""What is grave if it is so, and hinges on one thing that nobody could see, becomes a question: not posted on a line, not dropped."""

from __future__ import annotations

from collections.abc import Iterable

from reviewer.core.finding import Confidence, Finding, Severity, Standing
from reviewer.core.question import Question


def split(
    findings: Iterable[Finding], min_severity: Severity, min_confidence: Confidence, *, on: bool
) -> tuple[tuple[Finding, ...], tuple[Question, ...]]:
    """Findings to go on with, and questions, the gravest first.

    Asked is what is too unsure to be shown (low confidence, where the team wants more) and grave enough to matter: medium at least,
    and not below the team's own threshold; nothing when it is not `on`. What is older than the change, or declared by it, is nobody's question.
    """
    kept: list[Finding] = []
    asked: list[Question] = []
    least = max(Severity.MEDIUM, min_severity, key=lambda severity: severity.rank)
    for finding in findings:
        unsure = on and finding.confidence is Confidence.LOW and min_confidence is not Confidence.LOW
        if unsure and finding.severity.rank >= least.rank and finding.standing is Standing.NEW:
            asked.append(question(finding))
        else:
            kept.append(finding)
    asked.sort(key=lambda q: (-q.severity.rank, q.span.path, q.span.first_line))
    return tuple(kept), tuple(asked)


def question(finding: Finding) -> Question:
    """The finding as a question; without a doubt of its own it asks for the first step that nobody saw."""
    doubt = finding.doubt
    return Question(
        id=finding.id, rule_id=finding.rule_id, category=finding.category, severity=finding.severity, span=finding.span,
        title=finding.title, question=doubt.question if doubt and doubt.question else f"Can this happen: {finding.title}?",
        if_so=finding.scenario, settle=doubt.settle if doubt and doubt.settle else finding.why,
    )  # fmt: skip
