"""`stream-review review --pr N|URL`: a pull request of GitHub, read through its API; nothing is written without `--post`."""

from __future__ import annotations

import argparse
import os
import time
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from reviewer.app import exit_codes, wiring
from reviewer.app.neighbours import OnGitHub
from reviewer.app.pull_request_option import target_of, token_of
from reviewer.app.review_command import (
    exit_code,
    load_settings,
    overridden,
    publish,
    reviewed,
    say_what_was_shown,
    told,
)
from reviewer.app.settings import DEFAULT_PATH, Settings
from reviewer.app.settings_file import parse_settings
from reviewer.core.problem import ReviewError
from reviewer.core.progress import SILENT, Progress
from reviewer.core.report import Report
from reviewer.rules.registry import rule_ids

if TYPE_CHECKING:
    from reviewer.github.client import GitHubClient
    from reviewer.inputs.pull_request import PullRequestChange

_MINUTES = 10  # for reading the pull request; the model has its own limit


def run(given: argparse.Namespace, progress: Progress = SILENT) -> int:
    """Review, publish where asked, and post with `--post`. Raises ReviewError for whatever keeps us from reading it."""
    started = time.monotonic()
    _refuse_mixture(given)
    target = target_of(given.pr, Path(given.repo), os.environ)
    token = token_of(os.environ)
    deadline = started + _MINUTES * 60
    with wiring.github_client(token, target.repository, target.api_url, deadline) as client:
        change = wiring.pull_request(client, target.number, progress)
        settings = overridden(_settings(given, client, change.info.base_tip), given)
        told(change.change.notices)
        own = client.session.repository  # as it is called now
        hub = OnGitHub(token=token, api_url=target.api_url, repository=own, deadline=deadline)
        report = _report(given, settings, client, change, hub, progress)
        progress.close()
        report = replace(report, usage=replace(report.usage, seconds=time.monotonic() - started))
        if given.show_prompt:
            say_what_was_shown(report)
            return exit_codes.REVIEWED
        publish(report, given.format, given.output, change.change.change_set)
        _after(given, client, change, settings, report)
    return exit_code(report, settings)


def _refuse_mixture(given: argparse.Namespace) -> None:
    if given.base or given.head or given.staged or given.diff is not None:
        raise ReviewError("--pr names the whole change: it can't be combined with --base, --head, --staged or --diff.")
    if given.post and given.show_prompt:
        raise ReviewError("--show-prompt sends nothing, so there is nothing to --post.")


def _settings(given: argparse.Namespace, client: GitHubClient, base: str) -> Settings:
    """A named file is the user's own; otherwise the base branch's counts, as it is now: the pull request has no say."""
    if given.config:
        return load_settings(given.config, Path(given.repo))
    text = client.text(DEFAULT_PATH, base)
    return parse_settings(text or "", f"{DEFAULT_PATH} of the base", rule_ids())


def _report(
    given: argparse.Namespace, settings: Settings, client: GitHubClient, change: PullRequestChange, hub: OnGitHub,
    progress: Progress,
) -> Report:  # fmt: skip
    named = given.agent_prompt or settings.agent_prompt or ""

    def agent() -> str | None:
        if given.agent_prompt or not named:
            return wiring.agent_text(given.agent_prompt)
        text = client.text(named, change.info.base_tip)
        if text is None:
            raise ReviewError(f"agent-prompt names {named!r}, which the base commit does not have.")
        return text

    with wiring.parser_pool(progress) as pool:
        return reviewed(given, settings, change.change, named, agent, pool.extract_all, progress, hub=hub)


def _after(
    given: argparse.Namespace, client: GitHubClient, change: PullRequestChange, settings: Settings, report: Report
) -> None:
    """What happened meanwhile, and the posting."""
    try:
        moved = wiring.head_moved(client, change)
    except ReviewError as error:
        if given.post:
            raise
        told((f"Whether the pull request went on meanwhile is not known: {error}",))
        return
    if moved is not None:
        words = f"The pull request went on from {change.head_sha[:12]} to {moved[:12]} while it was reviewed"
        if given.post:
            raise ReviewError(f"{words}: nothing is posted, because the lines may be others now. Run it again.")
        told((f"{words}; this review is of {change.head_sha[:12]}.",))
    if given.post:
        _post(client, change.number, settings, report, whole=not given.path)


def _post(client: GitHubClient, number: int, settings: Settings, report: Report, *, whole: bool) -> None:
    """`whole` False: only some paths were looked at, so that silence about a finding does not mean that it is fixed."""
    deadline = time.monotonic() + settings.timeout_minutes * 60
    post = wiring.poster(client, number, settings, resolve=False, told="", run_url=None, deadline=deadline, full=whole)
    posted = post(report)
    told(f"{problem.step}: {problem.subject}: {problem.message}" for problem in posted.problems)
    if posted.unposted:
        raise ReviewError(
            f"{len(posted.unposted)} findings could not be written to pull request {number}; they stand above."
        )
    told((f"Posted: {posted.url}" if posted.url else "Nothing new to post.",))
