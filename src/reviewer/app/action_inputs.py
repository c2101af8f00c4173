"""The action's door: INPUT_* and the event, checked and frozen. An empty input is an unset one."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from reviewer.core.problem import ReviewError

NAMES = (
    "anthropic-api-key", "github-token", "pr-number", "base-ref", "head-ref", "engine", "model", "agent-prompt", "config-file",
    "fail-on-severity", "min-severity", "min-confidence", "max-comments", "max-cost-usd", "comment-summary-in-pr", "dry-run",
    "warn-only", "require-review", "resolve-fixed-threads", "timeout-minutes", "mode", "report-file", "sarif-file",
    "anthropic-base-url",
)  # fmt: skip
_CHOICES = {
    "engine": ("auto", "rules", "claude"),
    "fail-on-severity": ("critical", "high", "medium", "low", "none"),
    "min-severity": ("critical", "high", "medium", "low"),
    "min-confidence": ("high", "medium", "low"),
    "comment-summary-in-pr": ("always", "on-findings", "never"),
    "mode": ("review", "analyze", "post"),
}
_FLAGS = ("dry-run", "warn-only", "require-review", "resolve-fixed-threads")
_NUMBERS = ("max-comments", "max-cost-usd", "timeout-minutes")


@dataclass(frozen=True, slots=True, kw_only=True)
class ActionRun:
    """What the runner told us. `values` holds the inputs that are set; secrets are not shown in its repr."""

    values: Mapping[str, str] = field(repr=False)
    repository: str
    api_url: str
    event_name: str
    event: Mapping[str, Any] = field(repr=False)
    workspace: Path
    output: Path | None
    step_summary: Path | None

    def text(self, name: str) -> str:
        """An input's value, "" when unset."""
        return self.values.get(name, "")

    def flag(self, name: str) -> bool:
        """A yes/no input; unset is no."""
        return self.text(name).lower() == "true"


def read_run(environ: Mapping[str, str]) -> ActionRun:
    """Read and check; ReviewError names the input that is wrong."""
    values = {name: text for name in NAMES if (text := environ.get(f"INPUT_{name.upper()}", "").strip())}
    for name, choices in _CHOICES.items():
        if name in values and values[name] not in choices:
            raise ReviewError(f"The input {name} is {values[name]!r}; it may be {', '.join(choices)}.")
    for name in _FLAGS:
        if name in values and values[name].lower() not in ("true", "false"):
            raise ReviewError(f"The input {name} is {values[name]!r}; it may be true or false.")
    for name in _NUMBERS:
        if name in values and not re.fullmatch(r"\d+(\.\d+)?", values[name]):
            raise ReviewError(f"The input {name} is {values[name]!r}; it must be a number.")
    repository = environ.get("GITHUB_REPOSITORY", "")
    if not re.fullmatch(r"[\w.-]+/[\w.-]+", repository):
        raise ReviewError("GITHUB_REPOSITORY is not set: `stream-review action` runs inside a GitHub workflow.")
    return ActionRun(
        values=values, repository=repository, api_url=environ.get("GITHUB_API_URL", "") or "https://api.github.com",
        event_name=environ.get("GITHUB_EVENT_NAME", ""), event=_event(environ.get("GITHUB_EVENT_PATH", "")),
        workspace=Path(environ.get("GITHUB_WORKSPACE", "") or "."), output=_path(environ, "GITHUB_OUTPUT"),
        step_summary=_path(environ, "GITHUB_STEP_SUMMARY"),
    )  # fmt: skip


def _path(environ: Mapping[str, str], name: str) -> Path | None:
    return Path(environ[name]) if environ.get(name) else None


def _event(path: str) -> Mapping[str, Any]:
    if not path:
        return {}
    try:
        event = json.loads(Path(path).read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise ReviewError(f"The event payload GITHUB_EVENT_PATH can't be read: {error}") from error
    return event if isinstance(event, dict) else {}


def pull_request_number(run: ActionRun) -> int:
    """The pull request to review: the input, else the event's."""
    given = run.text("pr-number")
    if given:
        if not re.fullmatch(r"[1-9]\d{0,9}", given):
            raise ReviewError(f"The input pr-number is {given!r}; it must be the number of a pull request.")
        return int(given)
    if run.event_name in ("pull_request", "pull_request_target"):
        number = run.event.get("number") or run.event.get("pull_request", {}).get("number")
        if isinstance(number, int):
            return number
    if run.event_name == "workflow_dispatch":
        raise ReviewError("A run by workflow_dispatch needs the input pr-number: the pull request to review.")
    raise ReviewError(
        f"The event {run.event_name or '(none)'} names no pull request; use pull_request, or give pr-number."
    )
