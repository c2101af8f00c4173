"""The only place where real things are built: processes, the model, GitHub."""

from __future__ import annotations

import os
import sys
import time
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from reviewer.core.problem import ReviewError
from reviewer.core.progress import SILENT, Progress
from reviewer.facts.workers import ParserPool

if TYPE_CHECKING:
    from reviewer.app.action.incremental import Compared, EarlierRun
    from reviewer.app.action.publishing import Post
    from reviewer.app.settings import Settings
    from reviewer.asking.session import ModelSession
    from reviewer.core.report import Report
    from reviewer.core.source import SourceReader
    from reviewer.github.client import GitHubClient
    from reviewer.inputs.commit_range import RangeChange
    from reviewer.inputs.pull_request import PullRequestChange
    from reviewer.model.access import Access

_MAX_OUTPUT_TOKENS = 32_000
_SECONDS_BETWEEN_WRITES = 1.0  # what GitHub asks for
_SECONDS_BETWEEN_TRIES = 1.0  # of a read that failed; doubled each time


def progress(*, shown: bool = True) -> Progress:
    """What a person at a terminal sees of long work, on stderr; `shown` False, or no terminal: nothing."""
    from reviewer.app.terminal_progress import TerminalProgress, is_for_people

    return (
        TerminalProgress(sys.stderr, no_color="NO_COLOR" in os.environ)
        if shown and is_for_people(sys.stderr, os.environ)
        else SILENT
    )


def parser_pool(progress: Progress = SILENT) -> ParserPool:
    """Two worker processes: the machines of CI have two cores.

    A new Python looks for modules in the working directory first, which is the code under review: `random.py` in there would
    run. The variable forbids that to every process that we start.
    """
    os.environ["PYTHONSAFEPATH"] = "1"
    return ParserPool(size=2, meanwhile=_needed_next, progress=progress)


def _needed_next() -> None:
    """What is asked for when the facts are there, and takes as long to load as a small file to parse."""
    from reviewer.rules.registry import preload

    preload()


def model_review(
    settings: Settings, *, access: Access | None, agent_text: str | None, agent_name: str, conventions: str,
    reader: SourceReader | None = None, show_only: bool = False, deadline: float | None = None, progress: Progress = SILENT,
) -> ModelSession:  # fmt: skip
    """Claude, as the pipeline's steps ask it. The SDK itself is imported with the first request.

    `access` may be None with `show_only`, which sends nothing; `agent_text` None means the built-in prompt; `reader` is where
    code that the model asks for is looked up; `deadline` is a reading of the monotonic clock, by default `timeout-minutes` from now.
    """
    from reviewer.asking.session import ModelSession
    from reviewer.context.redact import shown
    from reviewer.model import models
    from reviewer.model.access import nobody
    from reviewer.model.agent_prompt import built_in_agent, parse_agent_prompt
    from reviewer.model.anthropic import ClaudeReviewer
    from reviewer.model.ceiling import Ceiling
    from reviewer.model.fan_out import Limits
    from reviewer.model.prompt import Team

    text = agent_text if agent_text is not None else built_in_agent()
    agent = parse_agent_prompt(text, agent_name or "agent.md")
    if deadline is None:
        deadline = time.monotonic() + settings.timeout_minutes * 60
    if access is None and not show_only:
        raise ReviewError(f"There are no credentials for the provider {settings.provider}.")
    reviewer = ClaudeReviewer(
        access=access or nobody(settings.provider), model=settings.model or agent.model, deadline=deadline, clock=time.monotonic,
        max_output_tokens=_MAX_OUTPUT_TOKENS,
    )  # fmt: skip
    model, limit = reviewer.model, settings.max_cost_usd
    if limit is None and reviewer.has_list_price:  # without a price there is nothing to keep to
        limit = models.DEFAULT_CEILING_USD
    limits = Limits(
        deadline=deadline, clock=time.monotonic, model=model, max_output_tokens=_MAX_OUTPUT_TOKENS,
        has_list_price=reviewer.has_list_price, ceiling=Ceiling(limit) if limit is not None else None,
    )  # fmt: skip
    # The team's own words go to the model as instructions, but a secret in them leaves the machine no more than one in the code.
    team = Team(instructions=shown(settings.instructions), conventions=shown(conventions))
    return ModelSession(
        name=model, reviewer=reviewer, agent=replace(agent, body=shown(agent.body)), team=team, limits=limits,
        body=reviewer.body, reader=reader, show=sys.stdout.write if show_only else None, close=reviewer.close,
        progress=progress,
    )  # fmt: skip


def agent_text(named: str | None, repo: Path | None = None) -> str | None:
    """A replacement for agent.md: of the command line, or, with `repo`, the one that the configuration there names."""
    if named is None:
        return None
    path, what = Path(named), f"--agent-prompt: {named!r}"
    if repo is not None:
        path, what = repo / named, f"agent-prompt: {named!r}"
        if not named.isprintable() or not Path(os.path.realpath(path)).is_relative_to(os.path.realpath(repo)):
            raise ReviewError(f"{what} must be a file inside the repository; the option --agent-prompt takes any file.")
    try:
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise ReviewError(f"{what} is not UTF-8 text: save it as UTF-8.") from error
    except OSError as error:
        raise ReviewError(f"{what} can't be read ({error.strerror}).") from error


def github_client(
    token: str, repository: str, api_url: str, deadline: float | None = None, *, folders: int | None = None
) -> GitHubClient:
    """The client of one repository. `deadline` is a reading of the monotonic clock: no wait for GitHub goes beyond it. `folders` is how
    many may be asked for one by one where GitHub cuts a tree off, None the usual."""
    from reviewer.github.client import GitHubClient
    from reviewer.github.session import Patience, Session

    if not token:
        raise ReviewError("A GitHub token is needed: set the input github-token (or GITHUB_TOKEN on the command line).")
    patience = Patience(deadline=deadline, first_pause=_SECONDS_BETWEEN_TRIES)
    pause = _SECONDS_BETWEEN_WRITES
    session = Session(token=token, repository=repository, base_url=api_url, pause=pause, patience=patience)
    return GitHubClient(session, folders=folders)


def head_moved(client: GitHubClient, change: PullRequestChange) -> str | None:
    """The pull request's head now, when it is another than the one that was reviewed."""
    from reviewer.inputs.pull_request import head_moved

    return head_moved(client, change)


def pull_request(client: GitHubClient, number: int, progress: Progress = SILENT) -> PullRequestChange:
    """The pull request as a change."""
    from reviewer.inputs.pull_request import read_pull_request

    return read_pull_request(client, number, progress)


def commit_range(client: GitHubClient, base: str, head: str) -> RangeChange:
    """A range of commits as a change."""
    from reviewer.inputs.commit_range import read_commit_range

    return read_commit_range(client, base, head)


def base_tip(client: GitHubClient, number: int) -> str:
    """Where the configuration of a pull request is read."""
    from reviewer.github import asks

    return asks.base_tip(client.session, number)


def compared(client: GitHubClient, base: str, head: str) -> Compared:
    """What changed between two heads; unknown or unrelated commits are not ahead of anything."""
    from reviewer.app.action.incremental import Compared
    from reviewer.github import asks

    found = asks.compare(client.session, base, head)
    return Compared(is_ahead=found is not None and found.is_ahead, paths=found.paths if found is not None else None)


def permission(client: GitHubClient, login: str) -> str:
    """What GitHub lets an account do: admin, write, read, none."""
    from reviewer.github import asks

    return asks.permission(client.session, login)


def react(client: GitHubClient, comment: int, content: str) -> None:
    """A reaction on a comment below the pull request."""
    from reviewer.github import asks

    asks.react(client.session, comment, content)


def prompt_texts(agent: str | None) -> str:
    """Every text of ours that steers the model, as one."""
    from reviewer.model.agent_prompt import built_in_agent
    from reviewer.model.prompt import built_in_texts

    return "\0".join((agent if agent is not None else built_in_agent(), *built_in_texts()))


def poster(
    client: GitHubClient, number: int, settings: Settings, *, resolve: bool, told: str, run_url: str | None, deadline: float,
    full: bool = True,
) -> Post:  # fmt: skip
    """Posting to one pull request. `full` False: only a part was looked at, silence does not mean that a finding is fixed."""
    from reviewer.app.action.publishing import Posted
    from reviewer.publish.github_review.posting import PostOptions
    from reviewer.publish.github_review.send import post

    options = PostOptions(
        max_comments=settings.max_comments, summary=settings.comment_summary_in_pr, resolve_fixed_threads=resolve,
        run_url=run_url, deadline=deadline, told=told, not_run=settings.disabled(), full=full,
    )  # fmt: skip

    def post_report(report: Report) -> Posted:
        result = post(report, client.session, number, options=options)
        is_outage = bool(result.problems and result.unposted) and not result.is_denied
        return Posted(
            url=result.review_url, problems=result.problems, unposted=result.unposted, unasked=result.unasked,
            ignored=result.ignored, is_outage=is_outage,
        )  # fmt: skip

    return post_report


def earlier_run(client: GitHubClient, number: int) -> EarlierRun | None:
    """What our own summary says of the last run."""
    from reviewer.app.action.incremental import EarlierRun
    from reviewer.publish.github_review.commands import last_run

    last = last_run(client.session, number)
    if last is None:
        return None
    return EarlierRun(head=last.head, base=last.base, told=last.told, is_complete=last.is_complete, paths=last.paths)


def explain(client: GitHubClient, number: int, name: str, *, asked: int) -> bool:
    """Tell more about a finding or a rule; whether it was known."""
    from reviewer.app.catalogue import documentation
    from reviewer.publish.github_review import commands
    from reviewer.rules.registry import rule_ids

    if name in rule_ids():
        commands.answer(client.session, number, documentation(name), to=asked)
        return True
    return commands.explain(client.session, number, name, asked=asked)


def ignore(client: GitHubClient, number: int, name: str, reason: str, *, by: str) -> bool:
    """Silence a finding; whether it was known."""
    from reviewer.publish.github_review import commands

    return commands.ignore(client.session, number, name, by=by, reason=reason) is not None


def reply(client: GitHubClient, number: int, text: str, *, asked: int) -> None:
    """An answer below the pull request, once."""
    from reviewer.publish.github_review import commands

    commands.answer(client.session, number, text, to=asked)
