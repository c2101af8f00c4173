"""`mode: post`: the report of another job, taken for what it is: a file of a stranger that has the right shape.

Shape and sizes are checked by the schema. Then nothing of it is believed that can be looked up: its head must be the pull request's,
each finding is placed anew on the pull request's own diff, and files that it does not account for are said to be not reviewed.
"""

from __future__ import annotations

from dataclasses import replace

from reviewer.app import wiring
from reviewer.app.action.job import Job
from reviewer.app.action.publishing import publish
from reviewer.app.action.workspace_files import read_text
from reviewer.app.exit_codes import REVIEWED
from reviewer.app.settings import Settings
from reviewer.core.change import ChangeSet, FileChange
from reviewer.core.finding import Evidence, Severity, Stage, Withheld
from reviewer.core.question import Question
from reviewer.core.report import Coverage, Outcome, Report, Status
from reviewer.core.span import Side, Span
from reviewer.pipeline import status_of
from reviewer.place.limits import limit
from reviewer.place.on_diff import place
from reviewer.place.questions import as_finding, gravest_first
from reviewer.publish import json_report

_BYTES = 50_000_000
_QUESTIONS = 50
_FORGED = "what it quotes is not in the code of the pull request"
_ELSEWHERE = "it is about no line of the pull request's files"
_UNTOLD = "the report of the analysis does not account for this file"


def post_report(job: Job, number: int, settings: Settings) -> int:
    """Post the report when it is about what the pull request is now."""
    text = read_text(job.given.workspace, "report-file", job.given.report_file, _BYTES)
    report = json_report.parse(text)
    head = job.client.head_sha(number)
    if report.head != head:
        job.runner.annotate(
            "notice",
            f"The report is about {report.head[:12]}, the pull request is at {head[:12]} now: nothing is posted.",
        )
        job.runner.outputs({"status": report.status.value, "report-file": job.given.report_file})
        return REVIEWED
    change = wiring.pull_request(job.client, number)
    checked = checked_report(report, change.change.change_set, settings)
    post = None
    if not job.given.flag("dry-run") and not job.facts.has_read_only_token:
        post = wiring.poster(
            job.client, number, settings, resolve=job.given.flag("resolve-fixed-threads"), told="", run_url=job.given.run_url, deadline=job.time.deadline,
        )  # fmt: skip
    return publish(job, settings, checked, change.change.change_set, post)


def checked_report(report: Report, change_set: ChangeSet, settings: Settings) -> Report:
    """The report with every finding placed anew, no question but about the change, and with every file of it in its account."""
    questions, unasked = _checked_questions(report, change_set, settings)
    sound = [finding for finding in report.findings if all(_is_there(item, change_set) for item in finding.evidence)]
    forged = tuple(Withheld(finding=f, stage=Stage.QUOTE, reason=_FORGED) for f in report.findings if f not in sound)
    least = Severity(settings.inline_min_severity)
    placed = limit([place(finding, change_set, least) for finding in sound], settings.max_comments)
    untold = tuple(
        _missing(file) for file in change_set.files if file.path not in {item.path for item in report.coverage}
    )
    coverage = (*(_truly_renamed(item, change_set) for item in report.coverage), *untold)
    status = report.status
    if untold:
        status = Status.PARTIAL if status_of(report.coverage) is not Status.FAILED else Status.FAILED
    return replace(
        report, base=change_set.base, findings=placed, questions=questions, withheld=(*report.withheld, *forged, *unasked),
        judged=replace(report.judged, asked=len(questions)) if report.judged is not None else None,
        coverage=coverage, status=status, diagram=None,
    )  # fmt: skip


def _checked_questions(
    report: Report, change_set: ChangeSet, settings: Settings
) -> tuple[tuple[Question, ...], tuple[Withheld, ...]]:
    """Each once, the gravest first and not too many, about lines of files that the change touches; the others with the reason."""
    kept: list[Question] = []
    aside: list[Withheld] = []
    taken = {finding.id for finding in report.findings}
    for question in gravest_first(report.questions):
        if settings.questions == "off":
            stage, reason = Stage.THRESHOLD, "questions are off"
        elif not _is_about_the_change(question.span, change_set):
            stage, reason = Stage.QUOTE, _ELSEWHERE
        elif question.id in taken:
            stage, reason = Stage.DUPLICATE, "the report holds its id twice"
        elif len(kept) == _QUESTIONS:
            stage, reason = Stage.LIMIT, f"more than {_QUESTIONS} questions"
        else:
            taken.add(question.id)
            kept.append(question)
            continue
        aside.append(Withheld(finding=as_finding(question), stage=stage, reason=reason))
    return tuple(kept), tuple(aside)


def _is_about_the_change(span: Span, change_set: ChangeSet) -> bool:
    """Whether the change has that file on that side; where its text was not read, the lines are not known."""
    change = change_set.file_at(span)
    if change is None:
        return False
    text = change.text(span.side)
    return text is None or span.last_line <= text.count("\n") + 1


def _is_there(item: Evidence, change_set: ChangeSet) -> bool:
    """Whether each quoted line stands in the file it is said to be from; of a file that was not read nothing is known."""
    change = change_set.file(item.span.path)
    texts = [text for text in (change.before, change.after) if text is not None] if change is not None else []
    quoted = [line.strip() for line in item.quote.split("\n")]
    return not texts or any(all(line in text for line in quoted) for text in texts)


def _truly_renamed(item: Coverage, change_set: ChangeSet) -> Coverage:
    """Old names lead comments to the new ones, so they are the change's own."""
    change = change_set.file(item.path)
    moved = change is not None and change.path == item.path and change.old_path not in (None, item.path)
    return replace(item, old_path=change.old_path if change is not None and moved else None)


def _missing(change: FileChange) -> Coverage:
    return Coverage(
        path=change.path, old_path=None, side=Side.AFTER, start_line=0, line=0, outcome=Outcome.NOT_REVIEWED,
        reviewed_by=None, reason=_UNTOLD,
    )  # fmt: skip
