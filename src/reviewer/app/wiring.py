"""The only place where real things are built: processes, the model, GitHub."""

from __future__ import annotations

import sys
import time
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from reviewer.app.settings import Settings
from reviewer.core.problem import ReviewError
from reviewer.facts.workers import ParserPool

if TYPE_CHECKING:
    from reviewer.app.model_review import ClaudeReview
    from reviewer.core.report import Report
    from reviewer.core.source import SourceReader
    from reviewer.github.client import GitHubClient
    from reviewer.inputs.pull_request import PullRequestChange
    from reviewer.publish.github_review.markers import LastRun
    from reviewer.publish.github_review.send import PostOptions, PostResult

_MAX_OUTPUT_TOKENS = 32_000


def parser_pool() -> ParserPool:
    """Two worker processes: the machines of CI have two cores."""
    return ParserPool(size=2)


def model_review(
    settings: Settings, *, key: str, agent_text: str | None, agent_name: str, conventions: str, base_url: str = "",
    reader: SourceReader | None = None, show_only: bool = False,
) -> ClaudeReview:  # fmt: skip
    """Claude behind the pipeline's port. The SDK itself is imported with the first request.

    `agent_text` None means the built-in prompt; `reader` is where code that the model asks for is looked up.
    """
    from reviewer.app.model_review import ClaudeReview
    from reviewer.context.redact import shown
    from reviewer.model import models
    from reviewer.model.agent_prompt import built_in_agent, parse_agent_prompt
    from reviewer.model.anthropic import ClaudeReviewer
    from reviewer.model.ceiling import Ceiling
    from reviewer.model.fan_out import Limits
    from reviewer.model.prompt import Team

    text = agent_text if agent_text is not None else built_in_agent()
    agent = parse_agent_prompt(text, agent_name or "agent.md")
    model = models.resolve(settings.model or agent.model or "sonnet")
    deadline = time.monotonic() + settings.timeout_minutes * 60
    limit = settings.max_cost_usd
    if limit is None and models.known(model) is not None:  # without a price there is nothing to keep to
        limit = models.DEFAULT_CEILING_USD
    reviewer = ClaudeReviewer(
        api_key=key or ("not-needed-to-show" if show_only else ""), model=model, deadline=deadline, clock=time.monotonic,
        base_url=base_url, max_output_tokens=_MAX_OUTPUT_TOKENS,
    )  # fmt: skip
    limits = Limits(
        deadline=deadline, clock=time.monotonic, model=model, max_output_tokens=_MAX_OUTPUT_TOKENS,
        ceiling=Ceiling(limit) if limit is not None else None,
    )  # fmt: skip
    # The team's own words go to the model as instructions, but a secret in them leaves the machine no more than one in the code.
    team = Team(instructions=shown(settings.instructions), conventions=shown(conventions))
    return ClaudeReview(
        name=model, reviewer=reviewer, agent=replace(agent, body=shown(agent.body)), team=team, limits=limits,
        body=reviewer.body, reader=reader, show=sys.stdout.write if show_only else None, close=reviewer.close,
    )  # fmt: skip


def agent_text(named: str | None) -> str | None:
    """A replacement for agent.md that was named on the command line."""
    if named is None:
        return None
    try:
        return Path(named).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ReviewError(f"--agent-prompt: {named!r} can't be read: {error}") from error


def github_client(token: str, repository: str, api_url: str) -> GitHubClient:
    """The client of one repository."""
    from reviewer.github.client import GitHubClient
    from reviewer.github.session import Session

    if not token:
        raise ReviewError("A GitHub token is needed: set the input github-token (or GITHUB_TOKEN on the command line).")
    return GitHubClient(Session(token=token, repository=repository, base_url=api_url))


def pull_request(client: GitHubClient, number: int) -> PullRequestChange:
    """The pull request as a change."""
    from reviewer.inputs.pull_request import read_pull_request

    return read_pull_request(client, number)


def post_review(report: Report, client: GitHubClient, number: int, options: PostOptions) -> PostResult:
    """Bring the pull request in line with the report; what GitHub refuses comes back as problems."""
    from reviewer.publish.github_review.send import post

    return post(report, client.session, number, options=options)


def last_run(client: GitHubClient, number: int) -> LastRun | None:
    """What the last run looked at, for an incremental review."""
    from reviewer.publish.github_review.commands import last_run as read

    return read(client.session, number)
