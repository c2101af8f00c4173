"""A range of commits without a pull request: the result stays in the run (job summary, annotations, files)."""

from __future__ import annotations

from reviewer.app import wiring
from reviewer.app.action.analysis import analyse
from reviewer.app.action.events import ReviewRange
from reviewer.app.action.job import Job
from reviewer.app.action.publishing import publish
from reviewer.app.action.settings import read_told
from reviewer.core.problem import ReviewError


def review_range(job: Job, task: ReviewRange) -> int:
    """Review what `head` adds to `base`; configuration and prompt come from `base`, which the workflow names."""
    if job.given.mode == "post":
        raise ReviewError("mode: post needs a pull request to post to: give the input pr-number instead of base-ref.")
    change = wiring.commit_range(job.client, task.base, task.head)
    told = read_told(job.given, lambda path: job.client.text(path, change.tip_sha))
    job.time.change(told.settings.timeout_minutes * 60)
    report = analyse(job, told, change.change)
    return publish(job, told.settings, report, change.change.change_set, post=None)
