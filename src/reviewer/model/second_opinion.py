"""The structured answer of the second reader."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict

from reviewer.core.finding import Confidence, Doubt, Severity, Standing
from reviewer.core.problem import Problem
from reviewer.model.reply import cut, doubt_of, each, parse_object
from reviewer.model.schema import closed_schema


@dataclass(frozen=True, slots=True, kw_only=True)
class Opinion:
    """The verdict on a finding: upheld | weakened | refuted.

    `severity` and `confidence` are what the second reader finds fit, where it says so. A refutation rests on `quote` or on
    `documented`, the behaviour that a library states for a version. `standing` older or declared needs the quote that shows it.
    """

    id: str
    verdict: str
    reason: str
    quote: str
    path: str | None
    line: int | None
    severity: Severity | None
    confidence: Confidence | None
    documented: str = ""
    standing: Standing = Standing.NEW
    doubt: Doubt | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SecondOpinion:
    """A parsed answer. `rejected` says of every item that was unusable why."""

    opinions: tuple[Opinion, ...]
    rejected: tuple[str, ...] = ()


class _Closed(BaseModel):
    model_config = ConfigDict(extra="ignore")  # as in `reply`: the schema is closed, the reading of it is not


class _Opinion(_Closed):
    id: str
    verdict: Literal["upheld", "weakened", "refuted"]
    reason: str
    quote: str
    path: str | None
    line: int | None
    severity: Literal["critical", "high", "medium", "low"] | None
    confidence: Literal["high", "medium", "low"] | None
    documented: str = ""
    standing: Literal["new", "older", "declared"] = "new"
    settle: str = ""


class _SecondOpinion(_Closed):
    verdicts: list[_Opinion]


def schema() -> dict[str, Any]:
    """The closed JSON schema of the answer."""
    return closed_schema(_SecondOpinion)


def parse_second_opinion(text: str) -> SecondOpinion | Problem:
    """The verdicts, item by item; a Problem when it is no answer at all."""
    body = parse_object(text, "verdicts")
    if isinstance(body, Problem):
        return body
    rejected: list[str] = []
    opinions = each(body["verdicts"], _Opinion, _opinion, "verdict", 200, rejected)
    return SecondOpinion(opinions=opinions, rejected=tuple(rejected))


def _opinion(item: _Opinion) -> Opinion:
    return Opinion(
        id=item.id,
        verdict=item.verdict,
        reason=cut(item.reason, 4_000),
        quote=item.quote,
        path=item.path or None,
        line=item.line if item.line is not None and item.line >= 1 else None,
        severity=Severity(item.severity) if item.severity is not None else None,
        confidence=Confidence(item.confidence) if item.confidence is not None else None,
        documented=cut(item.documented, 400),
        standing=Standing(item.standing),
        doubt=doubt_of("", item.settle),
    )
