"""The container's entry point: one pull request, reviewed and published as the runner expects."""

from __future__ import annotations

import os
import secrets
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from reviewer.app import exit_codes, wiring
from reviewer.app.action_inputs import ActionRun, pull_request_number, read_run
from reviewer.app.review_command import chosen_engine, options_of, rendered
from reviewer.app.settings import DEFAULT_PATH, Settings, parse_settings
from reviewer.core.finding import Severity
from reviewer.core.problem import OutageError, Problem, ReviewError
from reviewer.core.report import Report, Status
from reviewer.pipeline import review
from reviewer.publish import job_summary, json_report
from reviewer.publish.github_review.send import PostOptions
from reviewer.publish.text import log_lines
from reviewer.rules.registry import all_rules
from reviewer.version import VERSION

if TYPE_CHECKING:
    from reviewer.github.client import GitHubClient
    from reviewer.inputs.pull_request import PullRequestChange

_FORK = (
    "No API key is available in this run (a fork or Dependabot gets no secrets), so only the offline rules looked at it. "
    "A maintainer gets the full review with a workflow_dispatch run and pr-number."
)


def run(environ: Mapping[str, str] | None = None) -> int:
    """Review or post. An outage is green with a loud notice, or 2 with require-review."""
    environ = os.environ if environ is None else environ
    given = read_run(environ)
    if given.event_name == "merge_group":
        _log("A merge group is not reviewed: its pull requests have been.")
        return exit_codes.REVIEWED
    try:
        return _run(given)
    except OutageError as error:
        print(f"::error title=stream-review could not review::{log_lines(str(error))}")
        _outputs(given, {"status": Status.FAILED.value, "findings-count": "0"})
        return exit_codes.COULD_NOT_REVIEW if given.flag("require-review") else exit_codes.REVIEWED


def _run(given: ActionRun) -> int:
    number = pull_request_number(given)
    client = wiring.github_client(given.text("github-token"), given.repository, given.api_url)
    if given.text("mode") == "post":
        return _post_only(given, client, number)
    change = wiring.pull_request(client, number)
    settings = _settings(given, client, change)
    report = _review(given, client, change, settings)
    url = _publish(given, client, change, settings, report)
    return _finish(given, settings, report, url)


def _settings(given: ActionRun, client: GitHubClient, change: PullRequestChange) -> Settings:
    """The file of the base commit, then the inputs: the pull request has no say."""
    name = given.text("config-file") or DEFAULT_PATH
    text = client.text(name, change.base_sha)
    if text is None and given.text("config-file"):
        raise ReviewError(f"The input config-file names {name!r}, which the base commit does not have.")
    settings = parse_settings(text or "", name, frozenset(rule.id for rule in all_rules()))
    update: dict[str, object] = {}
    for key in ("engine", "model", "fail-on-severity", "min-severity", "min-confidence", "comment-summary-in-pr"):
        if given.text(key):
            update[key.replace("-", "_")] = given.text(key)
    for key, convert in (("max-comments", int), ("max-cost-usd", float), ("timeout-minutes", float)):
        if given.text(key):
            update[key.replace("-", "_")] = _converted(key, given.text(key), convert)
    return settings.model_copy(update=update)


def _converted(key: str, text: str, convert: Callable[[str], float]) -> float:
    try:
        return convert(text)
    except ValueError as error:
        raise ReviewError(f"The input {key} is {text!r}; it must be a whole number.") from error


def _review(given: ActionRun, client: GitHubClient, change: PullRequestChange, settings: Settings) -> Report:
    started = time.monotonic()
    key = given.text("anthropic-api-key")
    engine = chosen_engine(settings, key)
    model = None
    if engine == "claude":
        prompt_path = given.text("agent-prompt") or settings.agent_prompt
        prompt = client.text(prompt_path, change.base_sha) if prompt_path else None
        if prompt_path and prompt is None:
            raise ReviewError(f"agent-prompt names {prompt_path!r}, which the base commit does not have.")
        conventions = client.text("CLAUDE.md", change.base_sha) if settings.conventions == "auto" else None
        model = wiring.model_review(
            settings, key=key, agent_text=prompt, agent_name=prompt_path or "", conventions=conventions or "",
            base_url=given.text("anthropic-base-url"), reader=change.change.reader,
        )  # fmt: skip
    with wiring.parser_pool() as pool:
        report = review(
            change.change.change_set, change.change.reader, options=options_of(settings, engine, (), audit=False),
            rules=all_rules(), parse=pool.extract_all, model=model, tool_version=VERSION,
        )  # fmt: skip
    notices = (*report.notices, *change.change.notices, *((_FORK,) if _is_keyless_fork(given, change, key) else ()))
    usage = replace(report.usage, seconds=time.monotonic() - started)
    return replace(report, notices=notices, usage=usage)


def _is_keyless_fork(given: ActionRun, change: PullRequestChange, key: str) -> bool:
    return not key and (change.is_fork or given.event.get("sender", {}).get("login") == "dependabot[bot]")


def _publish(
    given: ActionRun, client: GitHubClient, change: PullRequestChange, settings: Settings, report: Report
) -> str | None:
    """Files, job summary and annotations always; the pull request when we may write to it."""
    for line in job_summary.annotations(report):
        print(line)
    if given.step_summary is not None:
        job_summary.write(report, _appender(given.step_summary))
    if given.text("report-file"):
        _write(given.workspace, "report-file", given.text("report-file"), json_report.render(report))
    if given.text("sarif-file"):
        _write(
            given.workspace, "sarif-file", given.text("sarif-file"), rendered(report, "sarif", change.change.change_set)
        )
    if (
        given.flag("dry-run")
        or given.text("mode") == "analyze"
        or _is_keyless_fork(given, change, given.text("anthropic-api-key"))
    ):
        _log("Nothing is written to the pull request in this run; see the annotations and the job summary.")
        return None
    return _post(given, client, change.number, settings, report)


def _post(given: ActionRun, client: GitHubClient, number: int, settings: Settings, report: Report) -> str | None:
    options = PostOptions(
        max_comments=settings.max_comments, summary=settings.comment_summary_in_pr,
        resolve_fixed_threads=given.flag("resolve-fixed-threads"),
        deadline=time.monotonic() + settings.timeout_minutes * 60, not_run=settings.disabled(),
    )  # fmt: skip
    result = wiring.post_review(report, client, number, options)
    for problem in result.problems:
        _warn(problem)
    return result.review_url


def _post_only(given: ActionRun, client: GitHubClient, number: int) -> int:
    """`mode: post`: a report of another job; its head must still be the pull request's."""
    name = given.text("report-file")
    if not name:
        raise ReviewError("mode: post needs the input report-file: the report of the analyze job.")
    try:
        text = (given.workspace / name).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ReviewError(f"The input report-file names {name!r}, which can't be read: {error}") from error
    report = json_report.parse(text)
    head = client.head_sha(number)
    if report.head != head:
        _log(f"The report is about {report.head[:12]}, the pull request is at {head[:12]} now: nothing is posted.")
        return exit_codes.REVIEWED
    settings = Settings.model_validate({"comment_summary_in_pr": given.text("comment-summary-in-pr") or "on-findings"})
    url = _post(given, client, number, settings, report)
    return _finish(given, settings, report, url)


def _finish(given: ActionRun, settings: Settings, report: Report, url: str | None) -> int:
    worst = max((f.severity for f in report.findings), key=lambda s: s.rank, default=None)
    cost = report.usage.cost_usd
    values = {
        "status": report.status.value, "findings-count": str(len(report.findings)),
        "highest-severity": worst.value if worst is not None else "", "review-url": url or "",
        "report-file": given.text("report-file"), "sarif-file": given.text("sarif-file"),
        "cost-usd": "" if cost is None else f"{cost:.4f}",
    }  # fmt: skip
    _outputs(given, values)
    _log(f"{report.status.value}: {len(report.findings)} findings, engine {report.engine}")
    if report.status is Status.FAILED and given.flag("require-review"):
        return exit_codes.COULD_NOT_REVIEW
    threshold = settings.fail_on_severity
    fail_on = None if threshold == "none" or given.flag("warn-only") else Severity(threshold)
    code = exit_codes.of_report(report, fail_on)
    return exit_codes.REVIEWED if code == exit_codes.COULD_NOT_REVIEW else code


def _outputs(given: ActionRun, values: Mapping[str, str]) -> None:
    """With a random delimiter: no value can end itself and set another output."""
    if given.output is None:
        return
    with given.output.open("a", encoding="utf-8") as file:
        for name, value in values.items():
            mark = f"end-{secrets.token_hex(16)}"
            file.write(f"{name}<<{mark}\n{value}\n{mark}\n")


@dataclass(frozen=True, slots=True)
class _Appender:
    path: Path

    def __call__(self, text: str) -> None:
        with self.path.open("a", encoding="utf-8") as file:
            file.write(text)


def _appender(path: Path) -> Callable[[str], None]:
    return _Appender(path)


def _write(workspace: Path, name: str, value: str, text: str) -> None:
    target = (workspace / value).resolve()
    if not target.is_relative_to(workspace.resolve()):
        raise ReviewError(f"The input {name} is {value!r}; it must lie inside the workspace.")
    try:
        target.write_text(text, encoding="utf-8")
    except OSError as error:
        raise ReviewError(f"The input {name}: {value!r} can't be written ({error.strerror}).") from error


def _warn(problem: Problem) -> None:
    print(f"::warning title=stream-review::{log_lines(f'{problem.step}: {problem.subject}: {problem.message}')}")


def _log(text: str) -> None:
    print(f"stream-review: {log_lines(text)}", file=sys.stderr)
