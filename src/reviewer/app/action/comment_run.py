"""Answering a command in a comment. Who may ask is asked of GitHub's permission endpoint: no name, no association is trusted.

The writer of the comment is told how it went by a reaction, and the text of the comment is never repeated.
"""

from __future__ import annotations

from reviewer.app import wiring
from reviewer.app.action import pull_run
from reviewer.app.action.commands import UNKNOWN, USAGE, Explain, Ignore, Review, Usage
from reviewer.app.action.events import ReviewPull, RunCommand
from reviewer.app.action.job import Job
from reviewer.app.exit_codes import REVIEWED
from reviewer.core.problem import OutageError, ReviewError
from reviewer.core.report import Status

_WRITERS = ("admin", "write")  # `maintain` is reported as write, `triage` as read


def answer(job: Job, task: RunCommand) -> int:
    """Do what a writer asks; nobody else can spend the key or silence a finding."""
    if wiring.permission(job.client, task.login) not in _WRITERS:
        job.runner.say("The command was written by somebody without write access to the repository: nothing is done.")
        _react(job, task, "confused")
        return REVIEWED
    if isinstance(task.command, Review):
        return _review(job, task)
    if job.given.mode == "analyze":
        job.runner.say("This command needs no analysis: it is answered by the job with mode: post.")
        return REVIEWED
    return _talk(job, task)


def _review(job: Job, task: RunCommand) -> int:
    _react(job, task, "eyes")
    done = False
    try:
        code = pull_run.review_pull(job, ReviewPull(number=task.number, on_request=True))
        done = True
    finally:
        if not done:
            _react(job, task, "confused")
    _react(job, task, "+1")
    return code


def _talk(job: Job, task: RunCommand) -> int:
    """`explain`, `ignore`, or how to write a command."""
    if job.is_dry:
        job.runner.say("A dry run: the command is understood, nothing is written.")
        return REVIEWED
    command, done = task.command, False
    if isinstance(command, Explain):
        done = wiring.explain(job.client, task.number, command.id, asked=task.comment_id)
    elif isinstance(command, Ignore):
        done = wiring.ignore(job.client, task.number, command.id, command.reason, by=task.login)
    if not done:
        text = USAGE if isinstance(command, Usage) else UNKNOWN
        wiring.reply(job.client, task.number, text, asked=task.comment_id)
    _react(job, task, "+1" if done else "confused")
    job.runner.outputs({"status": Status.REVIEWED.value if done else ""})
    return REVIEWED


def _react(job: Job, task: RunCommand, content: str) -> None:
    """A courtesy: a token that may not, or a GitHub that fails, must not end the run."""
    if job.is_dry:
        return
    try:
        wiring.react(job.client, task.comment_id, content)
    except (OutageError, ReviewError) as error:
        job.runner.say(f"The reaction {content} could not be set: {error}")
