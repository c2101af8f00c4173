"""What a team chose for its reviews, with the built-in values. How it is written in a file stands in `settings_file.py`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from typing import Literal

from reviewer.core.value import value
from reviewer.model.models import Provider

DEFAULT_PATH = ".github/stream-review.yml"
SeverityName = Literal["critical", "high", "medium", "low"]
ConfidenceName = Literal["high", "medium", "low"]
EngineName = Literal["auto", "rules", "claude"]
FailOn = Literal["critical", "high", "medium", "low", "none"]
Conventions = Literal["auto", "none"]
OnOff = Literal["on", "off"]
Questions = Literal["summary", "off"]
SummaryWhen = Literal["always", "on-findings", "never"]


@value()
class RuleSetting:
    """What a team says of a rule; `severity` None leaves the rule its own."""

    enabled: bool = True
    severity: SeverityName | None = None


@value()
class Settings:
    """Every key of `.github/stream-review.yml`, described there (and in docs/configuration.md)."""

    engine: EngineName = "auto"
    provider: Provider = "anthropic"
    model: str | None = None
    min_severity: SeverityName = "low"
    min_confidence: ConfidenceName = "medium"
    inline_min_severity: SeverityName = "low"
    questions: Questions = "summary"
    sweep: OnOff = "on"
    fail_on_severity: FailOn = "none"
    paths: tuple[str, ...] = ()
    ignore_paths: tuple[str, ...] = ()
    rules: Mapping[str, RuleSetting] = field(default_factory=dict)
    instructions: str = ""
    conventions: Conventions = "auto"
    agent_prompt: str | None = None
    max_cost_usd: float | None = None
    max_comments: int = 15
    comment_summary_in_pr: SummaryWhen = "on-findings"
    review_drafts: bool = False
    timeout_minutes: float = 10
    related_repositories: tuple[str, ...] = ()

    def disabled(self) -> frozenset[str]:
        """Ids of rules that are off."""
        return frozenset(name for name, rule in self.rules.items() if not rule.enabled)

    def severities(self) -> dict[str, str]:
        """Severity overrides by rule id."""
        return {name: rule.severity for name, rule in self.rules.items() if rule.severity is not None}
