"""What is there already and what is new: a pure decision."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from reviewer.core.finding import Finding
from reviewer.core.report import Report
from reviewer.github.client import Existing
from reviewer.publish.github_review.payload import ids_in, is_inline, is_summary


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """New findings for lines and for the body; `already` are those that stand on the pull request."""

    inline: tuple[Finding, ...]
    in_body: tuple[Finding, ...]
    already: tuple[Finding, ...]
    has_summary: bool

    @property
    def is_empty(self) -> bool:
        """Whether a review would say nothing new."""
        return not self.inline and not self.in_body and (bool(self.already) or self.has_summary)


def plan(report: Report, existing: Iterable[Existing]) -> Plan:
    """Fingerprints count only in comments of bots: a person who quotes our mark does not silence a finding."""
    ours = [comment for comment in existing if comment.login is None or comment.login.endswith("[bot]")]
    known = frozenset().union(*(ids_in(comment.body) for comment in ours)) if ours else frozenset()
    new = [finding for finding in report.findings if finding.id not in known]
    return Plan(
        inline=tuple(finding for finding in new if is_inline(finding)),
        in_body=tuple(finding for finding in new if not is_inline(finding)),
        already=tuple(finding for finding in report.findings if finding.id in known),
        has_summary=any(is_summary(comment.body, report.head) for comment in ours),
    )
