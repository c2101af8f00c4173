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
from reviewer.core.finding import Evidence, Stage, Withheld
from reviewer.core.report import Coverage, Outcome, Report, Status
from reviewer.core.span import Side
from reviewer.pipeline import status_of
from reviewer.place.limits import limit
from reviewer.place.on_diff import place
from reviewer.publish import json_report

_BYTES = 50_000_000
_FORGED = "what it quotes is not in the code of the pull request"
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
    checked = checked_report(report, change.change.change_set, settings.max_comments)
    post = None
    if not job.given.flag("dry-run") and not job.facts.has_read_only_token:
        post = wiring.poster(
            job.client, number, settings, resolve=job.given.flag("resolve-fixed-threads"), told="", run_url=job.given.run_url, deadline=job.time.deadline,
        )  # fmt: skip
    return publish(job, settings, checked, change.change.change_set, post)


def checked_report(report: Report, change_set: ChangeSet, max_comments: int) -> Report:
    """The report with every finding placed anew, and with every file of the change in its account."""
    sound = [finding for finding in report.findings if all(_is_there(item, change_set) for item in finding.evidence)]
    forged = tuple(Withheld(finding=f, stage=Stage.QUOTE, reason=_FORGED) for f in report.findings if f not in sound)
    placed = limit([place(finding, change_set) for finding in sound], max_comments)
    untold = tuple(
        _missing(file) for file in change_set.files if file.path not in {item.path for item in report.coverage}
    )
    coverage = (*(_truly_renamed(item, change_set) for item in report.coverage), *untold)
    status = report.status
    if untold:
        status = Status.PARTIAL if status_of(report.coverage) is not Status.FAILED else Status.FAILED
    return replace(
        report, base=change_set.base, findings=placed, withheld=(*report.withheld, *forged), coverage=coverage, status=status,
        diagram=None,
    )  # fmt: skip


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
