"""Whether a finding that this run does not report is gone, or was only not looked at. In doubt it stays."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from reviewer.core.finding import Stage
from reviewer.core.report import IGNORED_PATH, Coverage, Outcome, Report, ReviewedBy, Status
from reviewer.publish.github_review.markers import FindingMark, Kind, State

_WITHDRAWN = frozenset({Stage.REFUTED, Stage.QUOTE, Stage.FACTS})


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """What the run looked at: `full` is the whole pull request, `not_run` are rules that are switched off."""

    full: bool = True
    not_run: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Fate:
    """What became of it, with the words for the reader."""

    state: State
    reason: str = ""


def fate(mark: FindingMark, *, outdated: bool | None, report: Report, scope: Scope) -> Fate:
    """OPEN when nobody looked, else FIXED, IGNORED (in the code) or WITHDRAWN (refuted).

    `outdated` says whether the commented lines were changed since; None when that is not known. A rule that is silent on
    code it has read has been satisfied. The model's silence proves nothing as long as the code is the same. What has become a question
    is as open as one.
    """
    if any(question.id == mark.id for question in report.questions):
        return Fate(state=State.OPEN)
    for item in report.withheld:
        if item.finding.id == mark.id:
            return _set_aside(item.stage, item.reason)
    if report.status is Status.FAILED or not _was_read(mark, report, scope):
        return Fate(state=State.OPEN)
    items = _items(mark, report)
    if not items:
        whole = scope.full and report.status is not Status.PARTIAL
        return (
            Fate(state=State.FIXED, reason="the file is no longer part of this change")
            if whole
            else Fate(state=State.OPEN)
        )
    changed = outdated is True
    if mark.rule_id is None:
        return Fate(state=State.FIXED) if changed and _by_model(items) else Fate(state=State.OPEN)
    return Fate(state=State.FIXED) if scope.full or changed else Fate(state=State.OPEN)


def told_aside(mark: FindingMark, *, report: Report, scope: Scope) -> State | None:
    """What became of what was told beside the dangers and is not told in this run; None when nothing is left to say of it.

    It was on no line and claims less than a danger, so a model that has read the file again and is silent settles it: a question is
    then FIXED (no longer asked). OPEN when nobody looked.
    """
    if mark.state is not State.OPEN:
        return mark.state
    is_withheld = any(item.finding.id == mark.id for item in report.withheld)
    if not is_withheld and not _was_read_again(mark, report, scope):
        return State.OPEN
    return State.FIXED if mark.kind is Kind.QUESTION else None


def _was_read_again(mark: FindingMark, report: Report, scope: Scope) -> bool:
    if report.status is Status.FAILED or not _was_read(mark, report, scope):
        return False
    items = _items(mark, report)
    return _by_model(items) if items else scope.full and report.status is not Status.PARTIAL


def _set_aside(stage: Stage, reason: str) -> Fate:
    if stage is Stage.IGNORED:
        return Fate(state=State.IGNORED, reason=reason)
    if stage in _WITHDRAWN:
        return Fate(state=State.WITHDRAWN, reason=reason)
    return Fate(state=State.OPEN)


def _was_read(mark: FindingMark, report: Report, scope: Scope) -> bool:
    """No failure touched its file or its rule, and the file was not left out."""
    failed = {problem.subject for problem in report.problems}
    if {mark.path, mark.rule_id} & failed or mark.rule_id in scope.not_run:
        return False
    return not any(
        item.outcome is Outcome.NOT_REVIEWED or item.reason.startswith(IGNORED_PATH) for item in _items(mark, report)
    )


def _items(mark: FindingMark, report: Report) -> list[Coverage]:
    return [item for item in report.coverage if mark.path in (item.path, item.old_path)]


def _by_model(items: Sequence[Coverage]) -> bool:
    """Whether the model has read all of it that streams."""
    return all(
        item.reviewed_by in (ReviewedBy.MODEL, ReviewedBy.BOTH)
        for item in items
        if item.outcome is not Outcome.NOT_STREAMING
    )
