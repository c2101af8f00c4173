"""One pull request: read, decide what the model must see, review, publish."""

from __future__ import annotations

from dataclasses import replace

from reviewer.app import wiring
from reviewer.app.action import incremental
from reviewer.app.action.analysis import analyse, chosen_engine, has_credentials
from reviewer.app.action.events import ReviewPull
from reviewer.app.action.job import Job
from reviewer.app.action.post_run import post_report
from reviewer.app.action.publishing import Post, publish
from reviewer.app.action.settings import Told, read_settings, read_told
from reviewer.app.exit_codes import REVIEWED
from reviewer.inputs.pull_request import PullRequestChange
from reviewer.version import VERSION


def review_pull(job: Job, task: ReviewPull) -> int:
    """Review, or post what was reviewed in another job. The exit code of the step."""
    base = wiring.base_tip(job.client, task.number)
    settings = read_settings(job.given, lambda path: job.client.text(path, base))
    job.time.change(settings.timeout_minutes * 60)
    if task.is_draft and not task.on_request and not settings.review_drafts:
        job.runner.say(
            f"Pull request {task.number} is a draft: it is reviewed when it is marked ready, or now with a comment "
            "/stream-review. `review-drafts: true` in the configuration reviews drafts too."
        )
        return REVIEWED
    if task.head and job.client.head_sha(task.number) != task.head:
        job.runner.annotate(
            "notice", f"Pull request {task.number} has other commits than the run that this one follows: skipped."
        )
        return REVIEWED
    if job.given.mode == "post":
        return post_report(job, task.number, settings)
    return _reviewed(job, task, base)


def _reviewed(job: Job, task: ReviewPull, base: str) -> int:
    told = read_told(job.given, lambda path: job.client.text(path, base))
    change = wiring.pull_request(job.client, task.number)
    decision = _decision(job, task, told, change)
    report = analyse(job, told, change.change, settled=decision.settled)
    if decision.reason:
        report = replace(report, notices=(*report.notices, decision.reason)) if decision.settled.paths else report
        job.runner.say(decision.reason)
    return publish(job, told.settings, report, change.change.change_set, _post(job, task, told, change, decision))


def _decision(job: Job, task: ReviewPull, told: Told, change: PullRequestChange) -> incremental.Decision:
    """Incremental only after a push, and only for what costs: the rules always read everything."""
    found = job.given.provider(told.settings.provider)
    engine = chosen_engine(told.settings, found, lenient=job.facts.has_read_only_token)
    if not task.after_push or engine != "claude":
        return incremental.full("")
    earlier = wiring.earlier_run(job.client, task.number)
    doubt = incremental.doubts(earlier, base=change.base_sha, told=fingerprint(told))
    if doubt or earlier is None:
        return incremental.full(doubt)
    compared = wiring.compared(job.client, earlier.head, change.head_sha)
    return incremental.decide(earlier, compared, (file.path for file in change.change.change_set.files))


def fingerprint(told: Told) -> str:
    """Of everything that could change what the model says, besides the change itself."""
    return told.fingerprint(VERSION, wiring.prompt_texts(told.agent_text))


def _post(
    job: Job, task: ReviewPull, told: Told, change: PullRequestChange, decision: incremental.Decision
) -> Post | None:
    """How this run posts; None when it may not."""
    if job.is_dry or (job.facts.has_read_only_token and not has_credentials(job, told.settings)):
        return None
    return wiring.poster(
        job.client, task.number, told.settings, resolve=job.given.flag("resolve-fixed-threads"), told=fingerprint(told),
        run_url=job.given.run_url, deadline=job.time.deadline,
    )  # fmt: skip
