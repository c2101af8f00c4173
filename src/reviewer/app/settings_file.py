"""The configuration file: validated at this door, frozen behind it. Unknown keys are errors that name the nearest right one."""

from __future__ import annotations

from dataclasses import fields, replace
from typing import Annotated, Any

import yaml
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints, ValidationError

from reviewer.app.refused import nearest, value_fault, yaml_fault
from reviewer.app.settings import (
    ConfidenceName,
    Conventions,
    EngineName,
    FailOn,
    OnOff,
    Questions,
    RuleSetting,
    Settings,
    SeverityName,
    SummaryWhen,
)
from reviewer.core.problem import ReviewError
from reviewer.model.models import Provider

_BUILT_IN = Settings()


def _as_word(value: object) -> object:
    """PyYAML reads a bare `on` or `off` as a truth value, as YAML 1.1 has it."""
    return ("off", "on")[value] if isinstance(value, bool) else value


_Words = BeforeValidator(_as_word)


# A folder, or `owner/name` in GitHub's characters: it becomes part of an address. (`.` and `..` are no names.)
Related = Annotated[
    str,
    StringConstraints(
        pattern=r"^(\.{0,2}/[^\x00-\x1f]{1,300}|[A-Za-z0-9][A-Za-z0-9_-]{0,38}/\.{0,2}[A-Za-z0-9_-][A-Za-z0-9._-]{0,96})$"
    ),
]


class Strict(BaseModel):
    """Refuses what it does not know; keys are written with hyphens."""

    model_config = ConfigDict(
        extra="forbid", frozen=True, alias_generator=lambda name: name.replace("_", "-"), populate_by_name=False
    )


class RuleEntry(Strict):
    """What a team may say of a rule."""

    enabled: bool = True
    severity: SeverityName | None = None


class SettingsFile(Strict):
    """`.github/stream-review.yml`. Every key is optional."""

    engine: EngineName = Field(
        default=_BUILT_IN.engine, description="auto is claude when the provider's credentials are there, else rules."
    )
    provider: Provider = Field(
        default=_BUILT_IN.provider, description="Who answers as Claude: Anthropic, Amazon Bedrock or Google Vertex AI."
    )
    model: str | None = Field(
        default=_BUILT_IN.model,
        description="An alias (sonnet, opus, haiku) or an id of the provider; default: the agent prompt's.",
    )
    min_severity: SeverityName = Field(
        default=_BUILT_IN.min_severity, description="Findings below are withheld and counted."
    )
    min_confidence: ConfidenceName = Field(
        default=_BUILT_IN.min_confidence, description="Findings below are withheld and counted."
    )
    inline_min_severity: SeverityName = Field(
        default=_BUILT_IN.inline_min_severity,
        description="Findings below are told in full in the summary and on no line.",
    )
    questions: Annotated[Questions, _Words] = Field(
        default=_BUILT_IN.questions,
        description="summary: a danger that hinges on what nobody could see is asked there and counts for nothing; off: withheld.",
    )
    sweep: Annotated[OnOff, _Words] = Field(
        default=_BUILT_IN.sweep,
        description="on: one cheap request asks which hunks without a streaming signal matter, in modules with a streaming library.",
    )
    fail_on_severity: FailOn = Field(
        default=_BUILT_IN.fail_on_severity,
        description="Exit code 1 when a danger that the change brings is at or above it.",
    )
    paths: tuple[str, ...] = Field(default=_BUILT_IN.paths, description="Review only these (gitignore syntax).")
    ignore_paths: tuple[str, ...] = Field(
        default=_BUILT_IN.ignore_paths, description="Never review these (gitignore syntax)."
    )
    rules: dict[str, bool | RuleEntry] = Field(
        default_factory=dict, description="Rule id: false, or enabled / severity."
    )
    instructions: str = Field(
        default=_BUILT_IN.instructions, max_length=20_000, description="The team's own, added to the prompt."
    )
    conventions: Conventions = Field(
        default=_BUILT_IN.conventions, description="none: CLAUDE.md is not given to the model."
    )
    agent_prompt: str | None = Field(
        default=_BUILT_IN.agent_prompt,
        description="Path of the team's own agent prompt in the repository, read from the base commit.",
    )
    max_cost_usd: Annotated[float, Field(gt=0)] | None = Field(
        default=_BUILT_IN.max_cost_usd,
        description="Ceiling in dollars per run; default: 5 (none for a model whose price is not known).",
    )
    max_comments: Annotated[int, Field(ge=0, le=200)] = Field(
        default=_BUILT_IN.max_comments, description="Open inline comments; the rest is in the summary."
    )
    comment_summary_in_pr: SummaryWhen = Field(
        default=_BUILT_IN.comment_summary_in_pr, description="When a review of the pull request gets a summary."
    )
    review_drafts: bool = Field(default=_BUILT_IN.review_drafts, description="Review drafts without being asked.")
    timeout_minutes: Annotated[float, Field(gt=0, le=360)] = Field(
        default=_BUILT_IN.timeout_minutes, description="Bounds the whole run."
    )

    related_repositories: Annotated[tuple[Related, ...], Field(max_length=10)] = Field(
        default=_BUILT_IN.related_repositories,
        description="Other repositories whose users of a touched topic are named; nothing in them is run. A folder (./x, ../x, /x, seen from this one), or owner/name on GitHub, read with the run's token.",
    )

    def settings(self) -> Settings:
        """The same, as the rest of the program knows it."""
        rules = {name: _rule(entry) for name, entry in self.rules.items()}
        return Settings(**{item.name: getattr(self, item.name) for item in fields(Settings)} | {"rules": rules})


def _rule(entry: bool | RuleEntry) -> RuleSetting:
    if isinstance(entry, bool):
        return RuleSetting(enabled=entry)
    return RuleSetting(enabled=entry.enabled, severity=entry.severity)


def parse_settings(text: str, where: str, known_rules: frozenset[str]) -> Settings:
    """Read a configuration; ReviewError names the key, the place, and the nearest right key."""
    try:
        raw = yaml.safe_load(text)
    except (yaml.YAMLError, RecursionError) as error:
        raise ReviewError(f"{where} is not valid YAML: {yaml_fault(error)}") from error
    if raw is None:
        return Settings()
    if not isinstance(raw, dict):
        raise ReviewError(f"{where} must be a mapping of keys to values, not a {type(raw).__name__}.")
    try:
        settings = SettingsFile.model_validate(raw).settings()
    except ValidationError as error:
        raise ReviewError(f"{where}: {_explained(error)}") from error
    unknown = sorted(set(settings.rules) - known_rules)
    if unknown:
        raise ReviewError(
            f"{where}: there is no rule {unknown[0]!r}{_nearest(unknown[0], known_rules)} `stream-review rules` lists them."
        )
    return settings


def with_text(settings: Settings, key: str, text: str) -> Settings:
    """The settings with one key, as the file names it, set from a text. ValueError says what is wrong with it."""
    try:
        given = SettingsFile.model_validate({key: text})
    except ValidationError as error:
        raise ValueError(error.errors()[0]["msg"].lower()) from error
    name = key.replace("-", "_")
    return replace(settings, **{name: getattr(given, name)})


def _explained(error: ValidationError) -> str:
    lines = []
    for item in error.errors():
        place = ".".join(str(part) for part in item["loc"])
        if item["type"] == "extra_forbidden":
            last = str(item["loc"][-1])
            fields: dict[str, Any] = RuleEntry.model_fields if len(item["loc"]) > 1 else SettingsFile.model_fields
            lines.append(f"unknown key {place!r}{_nearest(last, {name.replace('_', '-') for name in fields})}")
        else:
            lines.append(value_fault(item))
    return "; ".join(lines)


def _nearest(word: str, known: set[str] | frozenset[str]) -> str:
    close = nearest(word, known)
    return f"; did you mean {close[0]!r}?" if close else "."
