"""What a run of the action is told: the input, then the configuration of the base commit, then the built-in value.

Everything is read at the tip of the base branch that the event named: the change under review has no say, nor may it choose an
older configuration by branching off an old commit.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from dataclasses import asdict, dataclass, field

from reviewer.app.action.inputs import ActionRun
from reviewer.app.settings import DEFAULT_PATH, Settings
from reviewer.app.settings_file import parse_settings, with_text
from reviewer.core.problem import ReviewError
from reviewer.rules.registry import rule_ids

Read = Callable[[str], str | None]
_OVERRIDES = (
    "engine", "provider", "model", "fail-on-severity", "min-severity", "min-confidence", "comment-summary-in-pr", "max-comments",
    "max-cost-usd", "timeout-minutes",
)  # fmt: skip
#: What decides about the run and not about what is found.
_NOT_STEERING = {
    "fail_on_severity", "max_comments", "max_cost_usd", "comment_summary_in_pr", "review_drafts", "timeout_minutes",
}  # fmt: skip
_CONVENTIONS = "CLAUDE.md"
_CONVENTIONS_LIMIT = 20_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """The settings, and the texts that the model is given. `agent_text` None is the built-in `agent.md`."""

    settings: Settings
    agent_name: str = ""
    agent_text: str | None = field(default=None, repr=False)
    conventions: str = field(default="", repr=False)

    def fingerprint(self, *parts: str) -> str:
        """16 hex digits that differ when anything differs that could change what the model says."""
        steering = {name: value for name, value in asdict(self.settings).items() if name not in _NOT_STEERING}
        texts = (json.dumps(steering, sort_keys=True), self.agent_name, self.agent_text or "", self.conventions, *parts)
        return hashlib.sha256("\0".join(texts).encode("utf-8", "surrogatepass")).hexdigest()[:16]


def read_told(given: ActionRun, read: Read) -> Told:
    """Everything that the base commit and the inputs say; `read` gives a file's text at the base commit, or None."""
    settings = read_settings(given, read)
    name = given.text("agent-prompt") or settings.agent_prompt or ""
    agent = read(name) if name else None
    if name and agent is None:
        raise ReviewError(
            f"The input agent-prompt (or the key of the configuration) names {name!r}, which {_NOT_THERE}"
        )
    conventions = (read(_CONVENTIONS) or "") if settings.conventions == "auto" else ""
    if len(conventions) > _CONVENTIONS_LIMIT:
        conventions = f"{conventions[:_CONVENTIONS_LIMIT]}\n(cut: {_CONVENTIONS} is longer)"
    return Told(settings=settings, agent_name=name, agent_text=agent, conventions=conventions)


_NOT_THERE = (
    "the base commit does not have as a text of at most 1 MiB. It is read there, so that a change can't bring its own."
)


def read_settings(given: ActionRun, read: Read) -> Settings:
    """The configuration of the base commit under the inputs. ReviewError names the key or the input."""
    name = given.text("config-file") or DEFAULT_PATH
    text = read(name)
    if text is None and given.text("config-file"):
        raise ReviewError(f"The input config-file names {name!r}, which {_NOT_THERE}")
    settings = parse_settings(text or "", name, rule_ids())
    for key in _OVERRIDES:
        if given.text(key):
            settings = _overridden(settings, key, given.text(key))
    if settings.provider != "anthropic" and given.text("anthropic-base-url"):
        raise ReviewError(
            f"The input anthropic-base-url has no meaning for the provider {settings.provider}: unset it."
        )
    return settings


def _overridden(settings: Settings, key: str, value: str) -> Settings:
    try:
        return with_text(settings, key, value)
    except ValueError as error:
        raise ReviewError(f"The input {key} is {value[:80]!r}: {error}.") from error


def time_limit(given: ActionRun) -> float:
    """Minutes that the run may take, before the configuration is known."""
    return _overridden(Settings(), "timeout-minutes", given.text("timeout-minutes") or "10").timeout_minutes
