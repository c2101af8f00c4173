"""The container's entry point: one event, answered as the runner expects. A thin door; `events` decides, the other parts do."""

from __future__ import annotations

import os
import traceback
from collections.abc import Mapping

from reviewer.app import exit_codes, wiring
from reviewer.app.action.events import EventFacts, Nothing, ReviewPull, ReviewRange, Task, decide, read_event
from reviewer.app.action.inputs import ActionRun, read_run, runner_files, without_secrets
from reviewer.app.action.job import Job
from reviewer.app.action.runner_output import Runner, runner
from reviewer.app.action.settings import time_limit
from reviewer.app.action.time_limit import Cancelled, OutOfTime, TimeLimit
from reviewer.core.problem import OutageError, ReviewError
from reviewer.core.report import Status


def run(environ: Mapping[str, str] | None = None) -> int:
    """Answer the event. 0 done (an outage too, loudly), 1 findings at the threshold, 2 wrong input or a required review failed, 3 a bug.

    With no `environ` the process's own is used, and emptied of everything but what libraries need: no secret stays in it.
    """
    given = dict(os.environ) if environ is None else environ
    if environ is None:
        kept = without_secrets(given)
        os.environ.clear()
        os.environ.update(kept)
    output, step_summary = runner_files(given)
    with runner(output=output, step_summary=step_summary) as channel:
        return _answered(given, channel)


def _answered(environ: Mapping[str, str], channel: Runner) -> int:
    try:
        given = read_run(environ)
        facts = read_event(given.event_name, given.event)
        task = decide(facts, given.asked)
        if isinstance(task, Nothing):
            channel.say(task.reason)
            return exit_codes.REVIEWED
        return _in_time(given, facts, task, channel)
    except ReviewError as error:
        return _told(channel, str(error), "stream-review could not review", exit_codes.COULD_NOT_REVIEW)
    except Cancelled:
        channel.say("Cancelled: what was not written yet is not written; the next run goes on from there.")
        return exit_codes.COULD_NOT_REVIEW
    except Exception:  # the boundary: a bug gets its exit code, and its traceback only harmless lines
        channel.say(traceback.format_exc())
        message = "This is a bug in stream-review; please report it with the lines of the log. Nothing is known about the change."
        return _told(channel, message, "stream-review crashed", exit_codes.BUG)


def _in_time(given: ActionRun, facts: EventFacts, task: Task, channel: Runner) -> int:
    """An outage, or a service that hangs, does not block a merge unless the user wants it to."""
    time = TimeLimit(seconds=time_limit(given) * 60)
    try:
        client = wiring.github_client(given.token, given.repository, given.api_url, time.deadline)
        with time.enforced(), client:
            return _carried_out(Job(given=given, facts=facts, runner=channel, client=client, time=time), task)
    except OutageError as error:
        message = str(error)
    except OutOfTime:
        message = "The time of the run was used up before anything was known; raise timeout-minutes, or see which service hangs."
    code = exit_codes.COULD_NOT_REVIEW if given.flag("require-review") else exit_codes.REVIEWED
    return _told(channel, f"{message} This says nothing about the change.", "stream-review could not review", code)


def _carried_out(job: Job, task: Task) -> int:
    from reviewer.app.action import comment_run as comment_command
    from reviewer.app.action import pull_run, range_run

    if isinstance(task, ReviewPull):
        return pull_run.review_pull(job, task)
    if isinstance(task, ReviewRange):
        return range_run.review_range(job, task)
    assert not isinstance(task, Nothing)
    return comment_command.answer(job, task)


def _told(channel: Runner, message: str, title: str, code: int) -> int:
    """A failure on every channel that there is."""
    channel.annotate("error", message, title=title)
    channel.summary(f"**{title}**\n\n{_quoted(message)}\n")
    channel.outputs({"status": Status.FAILED.value, "findings-count": "0"})
    return code


def _quoted(message: str) -> str:
    from reviewer.publish.markup import inline

    return inline(message)
