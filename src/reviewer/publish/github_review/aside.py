"""What the summary tells beside the dangers: which questions are asked, and what became of those of earlier runs. Pure.

Nothing of it ever stands on a line, so the markers at the end of the summary are all that a later run knows of it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from reviewer.core.question import Question
from reviewer.core.report import Report
from reviewer.publish.github_review.examined import Scope, told_aside
from reviewer.publish.github_review.markers import FindingMark, Kind, State
from reviewer.publish.github_review.standing import Standing

_NO = (State.DISMISSED, State.IGNORED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Aside:
    """`asked` are this run's questions, `silenced` those that people said no to, with their word.

    `before` are questions, older and declared findings of earlier runs that this run does not tell: OPEN where nobody looked, else
    what is done with.
    """

    asked: tuple[Question, ...] = ()
    silenced: tuple[tuple[Question, State], ...] = ()
    before: tuple[FindingMark, ...] = ()

    @property
    def asked_ids(self) -> frozenset[str]:
        """Ids of the questions that are asked now; a finding that became one has the same."""
        return frozenset(question.id for question in self.asked)


def aside(report: Report, there: Standing, scope: Scope) -> Aside:
    """Every question of the report, and every marker of the summary that is no danger's, ends in one of the three places."""
    told = there.summary.told if there.summary else ()
    no = _said_no(there, told)
    asked = tuple(question for question in report.questions if question.id not in no)
    silenced = tuple((question, no[question.id]) for question in report.questions if question.id in no)
    now = {finding.id for finding in report.findings} | {question.id for question in report.questions}
    before = []
    for mark in told:
        if mark.kind is not Kind.DANGER and mark.id not in now:
            state = told_aside(mark, report=report, scope=scope)
            before += [replace(mark, state=state)] if state is not None else []
    return Aside(asked=asked, silenced=silenced, before=tuple(before))


def _said_no(there: Standing, told: tuple[FindingMark, ...]) -> Mapping[str, State]:
    """By a command, or in a comment from when it was a finding."""
    no = dict.fromkeys(there.deleted, State.DISMISSED)
    no |= {one.mark.id: one.state for one in there.comments if one.state in _NO}
    return no | {mark.id: mark.state for mark in told if mark.state is State.IGNORED}
