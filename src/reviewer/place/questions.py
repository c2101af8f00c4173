"""What is grave if it is so, and hinges on one thing that nobody could see, becomes a question: not posted on a line, not dropped."""

from __future__ import annotations

from collections.abc import Iterable

from reviewer.core.finding import Confidence, Doubt, Finding, Origin, Severity, Standing
from reviewer.core.question import Question
from reviewer.files import is_test


def split(
    findings: Iterable[Finding], min_severity: Severity, min_confidence: Confidence, *, on: bool
) -> tuple[tuple[Finding, ...], tuple[Question, ...]]:
    """Findings to go on with, and questions, the gravest first.

    Asked is what hinges on something that nobody saw, is too unsure to be shown (low confidence, where the team wants more) and grave
    enough to matter: medium at least, and not below the team's own threshold; nothing when it is not `on`. What is older than the change,
    or declared by it, is nobody's question; nor is what stands in a test, or weighs little for where it stands as a rule knows.
    """
    kept: list[Finding] = []
    asked: list[Question] = []
    least = max(Severity.MEDIUM, min_severity, key=lambda severity: severity.rank)
    for finding in findings:
        unsure = (
            on and _hinges(finding) and finding.confidence is Confidence.LOW and min_confidence is not Confidence.LOW
        )
        if unsure and finding.severity.rank >= least.rank and finding.standing is Standing.NEW:
            asked.append(question(finding))
        else:
            kept.append(finding)
    return tuple(kept), gravest_first(asked)


def gravest_first(questions: Iterable[Question]) -> tuple[Question, ...]:
    """By severity, then by place: the same questions always stand in the same order."""
    return tuple(sorted(questions, key=lambda q: (-q.severity.rank, q.span.path, q.span.first_line, q.id)))


def question(finding: Finding) -> Question:
    """The finding as a question; without a doubt of its own it asks for the danger as a whole."""
    doubt = finding.doubt or Doubt()
    return Question(
        id=finding.id, rule_id=finding.rule_id, category=finding.category, severity=finding.severity, span=finding.span,
        title=finding.title, question=doubt.question or f"Can this happen: {finding.title}?", if_so=finding.scenario,
        settle=doubt.settle or doubt.reason or finding.why,
    )  # fmt: skip


def as_finding(question: Question) -> Finding:
    """The finding that it would be, for the account of what is withheld."""
    return Finding(
        id=question.id, rule_id=question.rule_id, category=question.category, severity=question.severity,
        confidence=Confidence.LOW, title=question.title, span=question.span, scenario=question.if_so, why=question.settle, fix="",
        subject="", origin=Origin.MODEL, doubt=Doubt(question=question.question, settle=question.settle),
    )  # fmt: skip


def _hinges(finding: Finding) -> bool:
    return not is_test(finding.span.path) and (finding.doubt is not None or finding.origin is Origin.MODEL)
