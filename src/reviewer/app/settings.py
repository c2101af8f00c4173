"""The configuration file: validated at this door, frozen behind it. Unknown keys are errors that name the nearest right one."""

from __future__ import annotations

import difflib
from typing import Annotated, Any, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from reviewer.core.problem import ReviewError

DEFAULT_PATH = ".github/stream-review.yml"
SeverityName = Literal["critical", "high", "medium", "low"]
ConfidenceName = Literal["high", "medium", "low"]
EngineName = Literal["auto", "rules", "claude"]


class Strict(BaseModel):
    """Refuses what it does not know; keys are written with hyphens."""

    model_config = ConfigDict(
        extra="forbid", frozen=True, alias_generator=lambda name: name.replace("_", "-"), populate_by_name=False
    )


class RuleSetting(Strict):
    """What a team may say of a rule."""

    enabled: bool = True
    severity: SeverityName | None = None


class Settings(Strict):
    """`.github/stream-review.yml`. Every key is optional."""

    engine: EngineName = Field(default="auto", description="auto is claude when a key is present, else rules.")
    model: str | None = Field(
        default=None, description="An alias (sonnet, opus, haiku) or a model id; default: agent.md's."
    )
    min_severity: SeverityName = Field(default="low", description="Findings below are withheld and counted.")
    min_confidence: ConfidenceName = Field(default="medium", description="Findings below are withheld and counted.")
    fail_on_severity: Literal["critical", "high", "medium", "low", "none"] = Field(
        default="none", description="Exit code 1 when a finding is at or above it."
    )
    paths: tuple[str, ...] = Field(default=(), description="Review only these (gitignore syntax).")
    ignore_paths: tuple[str, ...] = Field(default=(), description="Never review these (gitignore syntax).")
    rules: dict[str, bool | RuleSetting] = Field(
        default_factory=dict, description="Rule id: false, or enabled / severity."
    )
    instructions: str = Field(default="", max_length=20_000, description="The team's own, added to the prompt.")
    conventions: Literal["auto", "none"] = Field(
        default="auto", description="none: CLAUDE.md is not given to the model."
    )
    agent_prompt: str | None = Field(
        default=None, description="Path of the team's own agent.md, read from the base commit."
    )
    max_cost_usd: Annotated[float, Field(gt=0)] | None = Field(
        default=None, description="Ceiling in dollars per run; default: 5 (none for a model whose price is not known)."
    )
    max_comments: Annotated[int, Field(ge=0, le=200)] = Field(
        default=15, description="Open inline comments; the rest is in the summary."
    )
    comment_summary_in_pr: Literal["always", "on-findings", "never"] = Field(
        default="on-findings", description="When a review of the pull request gets a summary."
    )
    review_drafts: bool = Field(default=False, description="Review drafts without being asked.")
    timeout_minutes: Annotated[float, Field(gt=0, le=360)] = Field(default=10, description="Bounds the whole run.")

    def disabled(self) -> frozenset[str]:
        """Ids of rules that are off."""
        return frozenset(
            name
            for name, value in self.rules.items()
            if value is False or (isinstance(value, RuleSetting) and not value.enabled)
        )

    def severities(self) -> dict[str, str]:
        """Severity overrides by rule id."""
        return {n: v.severity for n, v in self.rules.items() if isinstance(v, RuleSetting) and v.severity is not None}


def parse_settings(text: str, where: str, known_rules: frozenset[str]) -> Settings:
    """Read a configuration; ReviewError names the key, the place, and the nearest right key."""
    try:
        raw = yaml.safe_load(text)
    except (yaml.YAMLError, RecursionError) as error:
        raise ReviewError(f"{where} is not valid YAML: {(str(error).splitlines() or ['no reason'])[0]}") from error
    if raw is None:
        return Settings()
    if not isinstance(raw, dict):
        raise ReviewError(f"{where} must be a mapping of keys to values, not a {type(raw).__name__}.")
    try:
        settings = Settings.model_validate(raw)
    except ValidationError as error:
        raise ReviewError(f"{where}: {_explained(error)}") from error
    unknown = sorted(set(settings.rules) - known_rules)
    if unknown:
        raise ReviewError(
            f"{where}: there is no rule {unknown[0]!r}{_nearest(unknown[0], known_rules)} `stream-review rules` lists them."
        )
    return settings


def _explained(error: ValidationError) -> str:
    lines = []
    for item in error.errors():
        place = ".".join(str(part) for part in item["loc"])
        if item["type"] == "extra_forbidden":
            last = str(item["loc"][-1])
            fields: dict[str, Any] = RuleSetting.model_fields if len(item["loc"]) > 1 else Settings.model_fields
            lines.append(f"unknown key {place!r}{_nearest(last, {name.replace('_', '-') for name in fields})}")
        else:
            lines.append(f"{place}: {item['msg'].lower()}")
    return "; ".join(lines)


def _nearest(word: str, known: set[str] | frozenset[str]) -> str:
    close = difflib.get_close_matches(word, sorted(known), n=1, cutoff=0.5)
    return f"; did you mean {close[0]!r}?" if close else "."
