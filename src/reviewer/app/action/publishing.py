"""Where a report goes: files, the pull request if we may, else the job summary, else annotations; then outputs and the exit code.

What takes time and may fail (posting) comes before the summary page, so that the page tells how it went.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from reviewer.app import exit_codes
from reviewer.app.action.job import Job
from reviewer.app.action.time_limit import OutOfTime
from reviewer.app.action.workspace_files import write_text
from reviewer.app.review_command import rendered
from reviewer.app.settings import Settings
from reviewer.core.change import ChangeSet
from reviewer.core.finding import Finding, Severity, Stage, Withheld
from reviewer.core.problem import Problem
from reviewer.core.question import Question
from reviewer.core.report import Report, Status
from reviewer.place.questions import as_finding
from reviewer.publish import job_summary
from reviewer.publish.words import verdict


@dataclass(frozen=True, slots=True, kw_only=True)
class Posted:
    """What became of the pull request. `unposted` dangers and `unasked` questions stand nowhere on it.

    `ignored` are ids that a writer silenced there.
    """

    url: str | None = None
    problems: tuple[Problem, ...] = ()
    unposted: tuple[Finding, ...] = ()
    unasked: tuple[Question, ...] = ()
    ignored: frozenset[str] = frozenset()
    is_outage: bool = False


Post = Callable[[Report], Posted]


def publish(job: Job, settings: Settings, report: Report, change_set: ChangeSet, post: Post | None) -> int:
    """Tell everybody and choose the exit code. `post` is None when nothing may be written to the pull request."""
    _files(job, report, change_set)
    posted = _posted(job, report, post)
    report = _without_ignored(report, posted.ignored)
    whole = replace(report, problems=(*report.problems, *posted.problems))
    if not _summary(job, whole):
        job.runner.say("The job summary could not be written; everything stands in the log and the annotations.")
    # Next to comments on the same lines, annotations would say everything twice.
    told = whole if post is None else replace(whole, findings=posted.unposted, questions=posted.unasked)
    for line in job_summary.annotations(told):
        job.runner.command(line)
    job.runner.outputs(_outputs(job, report, posted.url))
    job.runner.say(f"{report.status.value}: {verdict(report)} Engine {report.engine}.")
    return exit_code(job, report, settings, is_outage=posted.is_outage)


def _files(job: Job, report: Report, change_set: ChangeSet) -> None:
    if job.given.report_file and job.given.mode != "post":
        write_text(job.given.workspace, "report-file", job.given.report_file, rendered(report, "json", change_set))
    sarif = job.given.text("sarif-file")
    if sarif:
        write_text(job.given.workspace, "sarif-file", sarif, rendered(report, "sarif", change_set))


def _posted(job: Job, report: Report, post: Post | None) -> Posted:
    """Post, or say loudly why it did not work: the findings then stand in the summary page and the annotations."""
    if post is None:
        job.runner.say("Nothing is written to the pull request in this run; see the annotations and the job summary.")
        return Posted()
    try:
        posted = post(report)
    except OutOfTime:
        job.time.stop()
        message = "the time of the run (timeout-minutes) was used up while posting; the next run posts the rest."
        problem = Problem(step="publish", subject="pull request", message=message)
        posted = Posted(problems=(problem,), unposted=report.dangers, unasked=report.questions, is_outage=True)
    level = "error" if posted.unposted or posted.is_outage else "warning"
    where = " What could not be posted is in the job summary and the annotations." if posted.unposted else ""
    for problem in posted.problems:
        message = f"{problem.subject}: {problem.message}{where}"
        job.runner.annotate(level, message, title="stream-review could not post")
    return posted


def _without_ignored(report: Report, ignored: frozenset[str]) -> Report:
    """What a writer silenced on the pull request fails no step any more, and is not asked again."""
    aside = tuple(
        Withheld(finding=f, stage=Stage.IGNORED, reason="ignored on the pull request by a person with write access")
        for f in (*report.findings, *map(as_finding, report.questions))
        if f.id in ignored
    )
    kept = tuple(f for f in report.findings if f.id not in ignored)
    asked = tuple(question for question in report.questions if question.id not in ignored)
    return replace(report, findings=kept, questions=asked, withheld=(*report.withheld, *aside))


def _summary(job: Job, report: Report) -> bool:
    pages: list[str] = []
    job_summary.write(report, pages.append)
    return job.runner.summary("".join(pages))


def _outputs(job: Job, report: Report, url: str | None) -> dict[str, str]:
    worst = max((f.severity for f in report.dangers), key=lambda s: s.rank, default=None)
    cost = report.usage.cost_usd
    return {
        "status": report.status.value, "findings-count": str(len(report.dangers)),
        "highest-severity": worst.value if worst is not None else "", "review-url": url or "",
        "report-file": job.given.report_file, "sarif-file": job.given.text("sarif-file"),
        "cost-usd": "" if cost is None else f"{cost:.4f}",
    }  # fmt: skip


def exit_code(job: Job, report: Report, settings: Settings, *, is_outage: bool) -> int:
    """1 for dangers of the change at the threshold, 2 for an outage with `require-review`, else 0.

    A contributor without secrets is never failed. In mode `analyze` the verdict is the posting job's: a red step here would keep
    that job from running; only an input of this very step makes it red.
    """
    run = job.given
    keyless = job.facts.has_read_only_token and not run.provider(settings.provider).has_credentials
    decides = not keyless and not run.flag("warn-only") and (run.mode != "analyze" or run.text("fail-on-severity"))
    threshold = settings.fail_on_severity
    fail_on = None if threshold == "none" or not decides else Severity(threshold)
    if fail_on is not None and any(finding.severity.rank >= fail_on.rank for finding in report.dangers):
        return exit_codes.FINDINGS
    if run.flag("require-review") and not keyless and (is_outage or failed_on_the_way(report)):
        return exit_codes.COULD_NOT_REVIEW
    return exit_codes.REVIEWED


def failed_on_the_way(report: Report) -> bool:
    """Whether hunks were not reviewed because a service failed: a file that is too large is no outage."""
    if report.status is Status.FAILED:
        return True
    return report.status is Status.PARTIAL and any(problem.step == "model" for problem in report.problems)
