"""The action's door: INPUT_*, the event and the runner's variables, checked and frozen. An empty input is an unset one."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Any

from reviewer.app.action.events import Asked
from reviewer.app.action.workspace_files import relative_path
from reviewer.app.addresses import checked_address
from reviewer.app.providers import CLOUD_VARIABLES, Found, find
from reviewer.core.problem import ReviewError
from reviewer.model.models import PROVIDERS, Provider

NAMES = (
    "anthropic-api-key", "github-token", "pr-number", "base-ref", "head-ref", "engine", "provider", "model", "agent-prompt", "config-file",
    "fail-on-severity", "min-severity", "min-confidence", "max-comments", "max-cost-usd", "comment-summary-in-pr", "dry-run",
    "warn-only", "require-review", "resolve-fixed-threads", "timeout-minutes", "mode", "report-file", "sarif-file",
    "anthropic-base-url",
)  # fmt: skip
DEFAULT_REPORT = "stream-review-report.json"
_SECRETS = ("anthropic-api-key", "github-token")
_CHOICES = {
    "engine": ("auto", "rules", "claude"),
    "provider": PROVIDERS,
    "fail-on-severity": ("critical", "high", "medium", "low", "none"),
    "min-severity": ("critical", "high", "medium", "low"),
    "min-confidence": ("high", "medium", "low"),
    "comment-summary-in-pr": ("always", "on-findings", "never"),
    "mode": ("review", "analyze", "post"),
}
_FLAGS = ("dry-run", "warn-only", "require-review", "resolve-fixed-threads")
_REF = re.compile(r"(?!-)[A-Za-z0-9._/+@-]{1,250}")
_MODEL = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:/@-]{0,99}")
_EVENT_BYTES = 50_000_000

#: All that stays of the environment: the machinery of Python, temporary files, proxies and certificates. No secret is among it.
_KEPT = frozenset(
    {
        "PATH",
        "HOME",
        "LANG",
        "LANGUAGE",
        "TZ",
        "TMPDIR",
        "RUNNER_TEMP",
        "SSL_CERT_FILE",
        "SSL_CERT_DIR",
        "REQUESTS_CA_BUNDLE",
    }
    | {"CURL_CA_BUNDLE", "HTTPS_PROXY", "HTTP_PROXY", "NO_PROXY", "ALL_PROXY", "LD_LIBRARY_PATH", "VIRTUAL_ENV"}
)
_KEPT_BEGINNINGS = ("PYTHON", "LC_", "COVERAGE_", "COV_CORE_")


@dataclass(frozen=True, slots=True, kw_only=True)
class ActionRun:
    """What the runner told us. Secrets are not shown in its repr; `values` holds the other inputs that are set.

    `clouds` are the variables that a cloud is set up with; they exist nowhere else any more.
    """

    values: Mapping[str, str]
    clouds: Mapping[str, str] = field(repr=False)
    api_key: str = field(repr=False)
    token: str = field(repr=False)
    repository: str
    api_url: str
    event_name: str
    event: Mapping[str, Any] = field(repr=False)
    sha: str
    workspace: Path
    output: Path | None
    step_summary: Path | None
    run_url: str | None
    has_stray_key: bool = False

    def text(self, name: str) -> str:
        """An input's value, "" when unset."""
        return self.values.get(name, "")

    def flag(self, name: str) -> bool:
        """A yes/no input; unset is no."""
        return self.text(name).lower() == "true"

    @property
    def mode(self) -> str:
        """`review`, `analyze` or `post`."""
        return self.text("mode") or "review"

    @property
    def report_file(self) -> str:
        """Relative to the workspace; the split modes have a default, as the one hands it to the other."""
        return self.text("report-file") or ("" if self.mode == "review" else DEFAULT_REPORT)

    @property
    def asked(self) -> Asked:
        """The inputs that say what to review."""
        return Asked(
            pr_number=self.text("pr-number"),
            base_ref=self.text("base-ref"),
            head_ref=self.text("head-ref"),
            sha=self.sha,
        )

    def provider(self, name: Provider) -> Found:
        """What there is for a provider: the key that is an input, or variables of the workflow."""
        key = {"ANTHROPIC_API_KEY": self.api_key, "ANTHROPIC_BASE_URL": self.text("anthropic-base-url")}
        return find(name, {**self.clouds, **key}, local=False)


def runner_files(environ: Mapping[str, str]) -> tuple[Path | None, Path | None]:
    """The files for outputs and for the summary: known before anything can go wrong."""
    return _path(environ, "GITHUB_OUTPUT"), _path(environ, "GITHUB_STEP_SUMMARY")


def without_secrets(environ: Mapping[str, str]) -> dict[str, str]:
    """What libraries and child processes may see of the environment: a list of what is allowed, not of what is forbidden."""
    return {n: v for n, v in environ.items() if n.upper() in _KEPT or n.upper().startswith(_KEPT_BEGINNINGS)}


def read_run(environ: Mapping[str, str]) -> ActionRun:
    """Read and check; ReviewError names the input that is wrong."""
    values = {name: text for name in NAMES if (text := _input(environ, name))}
    key, token = (_secret(name, values.pop(name, "")) for name in _SECRETS)
    workspace = Path(environ.get("GITHUB_WORKSPACE", "") or ".")
    _check_words(values)
    for name in ("report-file", "sarif-file"):
        if name in values:
            values[name] = relative_path(workspace, name, values[name])
    if values.get("report-file") and values.get("report-file") == values.get("sarif-file"):
        raise ReviewError("The inputs report-file and sarif-file name the same file.")
    repository = environ.get("GITHUB_REPOSITORY", "")
    if not re.fullmatch(r"[\w.-]+/[\w.-]+", repository):
        raise ReviewError("GITHUB_REPOSITORY is not set: `stream-review action` runs inside a GitHub workflow.")
    output, step_summary = runner_files(environ)
    return ActionRun(
        values=values, clouds={name: environ[name] for name in CLOUD_VARIABLES if name in environ}, api_key=key, token=token, repository=repository,
        api_url=checked_address("GITHUB_API_URL", environ.get("GITHUB_API_URL", "") or "https://api.github.com"),
        event_name=environ.get("GITHUB_EVENT_NAME", ""), event=_event(environ.get("GITHUB_EVENT_PATH", "")),
        sha=environ.get("GITHUB_SHA", ""), workspace=workspace, output=output, step_summary=step_summary,
        run_url=_run_url(environ, repository), has_stray_key=bool(environ.get("ANTHROPIC_API_KEY", "").strip()),
    )  # fmt: skip


def _input(environ: Mapping[str, str], name: str) -> str:
    """The two secrets are also found under the names with underscores that other actions taught people."""
    names = [f"INPUT_{name.upper()}"]
    if name in _SECRETS:
        names.append(names[0].replace("-", "_"))
    return next((text for each in names if (text := environ.get(each, "").strip())), "")


def _secret(name: str, value: str) -> str:
    if not value.isascii() or not value.isprintable() or any(c.isspace() for c in value):
        raise ReviewError(f"The input {name} holds blanks or line ends in the middle: it is no key. Check the secret.")
    return value


def _check_words(values: dict[str, str]) -> None:
    for name, choices in _CHOICES.items():
        if name in values and values[name] not in choices:
            raise ReviewError(f"The input {name} is {_shown(values[name])}; it may be {', '.join(choices)}.")
    for name in _FLAGS:
        if name in values and values[name].lower() not in ("true", "false"):
            raise ReviewError(f"The input {name} is {_shown(values[name])}; it may be true or false.")
    patterns: tuple[tuple[str, Callable[[str], object], str], ...] = (
        ("max-comments", lambda text: re.fullmatch(r"\d{1,9}", text), "a whole number from 0 to 200"),
        ("max-cost-usd", lambda text: re.fullmatch(r"\d{1,9}(\.\d{1,9})?", text), "dollars, like 0.50"),
        ("timeout-minutes", lambda text: re.fullmatch(r"\d{1,9}(\.\d{1,9})?", text), "minutes, more than 0 and at most 360"),
        ("model", _MODEL.fullmatch, "an alias (sonnet, opus, haiku) or a model id"),
        ("base-ref", _is_ref, "a branch, a tag or a commit"), ("head-ref", _is_ref, "a branch, a tag or a commit"),
        ("config-file", _is_repository_path, "a path inside the repository"),
        ("agent-prompt", _is_repository_path, "a path inside the repository"),
    )  # fmt: skip
    for name, check, wanted in patterns:
        if name in values and not check(values[name]):
            raise ReviewError(f"The input {name} is {_shown(values[name])}; it must be {wanted}.")
    if "anthropic-base-url" in values:
        values["anthropic-base-url"] = checked_address("anthropic-base-url", values["anthropic-base-url"])


def _shown(value: str) -> str:
    return repr(value[:80])


def _is_ref(text: str) -> bool:
    return _REF.fullmatch(text) is not None and ".." not in text


def _is_repository_path(text: str) -> bool:
    path = PurePosixPath(text)
    return len(text) <= 1000 and text.isprintable() and not path.is_absolute() and ".." not in path.parts


def _run_url(environ: Mapping[str, str], repository: str) -> str | None:
    server, run = environ.get("GITHUB_SERVER_URL", ""), environ.get("GITHUB_RUN_ID", "")
    if not re.fullmatch(r"https://[A-Za-z0-9.:-]+", server) or not re.fullmatch(r"\d{1,20}", run):
        return None
    return f"{server}/{repository}/actions/runs/{run}"


def _path(environ: Mapping[str, str], name: str) -> Path | None:
    return Path(environ[name]) if environ.get(name) else None


def _event(path: str) -> Mapping[str, Any]:
    if not path:
        return {}
    try:
        with Path(path).open("rb") as file:
            data = file.read(_EVENT_BYTES + 1)
        event = json.loads(data) if len(data) <= _EVENT_BYTES else None
    except (OSError, ValueError, RecursionError) as error:
        raise ReviewError(f"The event payload GITHUB_EVENT_PATH can't be read: {type(error).__name__}.") from error
    if not isinstance(event, dict):
        raise ReviewError("The event payload GITHUB_EVENT_PATH is no JSON object.")
    return event
