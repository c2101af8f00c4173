"""The one form of every answer about a unit: a review, a second look, a second opinion.

One and not three, because another form of the answer is another prefix: the unit would not be found in the cache. Each task says which parts
stay empty.
"""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict

from reviewer.model.schema import closed_schema

CategoryName = Literal[
    "data-loss", "ordering", "state-consistency", "duplicates", "schema", "performance", "operations"
]


class _Closed(BaseModel):
    # The schema that is sent is closed (`closed_schema`); a gateway that does not enforce it must not cost a finding.
    model_config = ConfigDict(extra="ignore")


class EvidenceForm(_Closed):
    """A quoted line; without a path it is in the finding's own file."""

    path: str
    line: int
    quote: str


class FindingForm(_Closed):
    """A danger of the change."""

    category: CategoryName
    severity: Literal["critical", "high", "medium", "low"]
    confidence: Literal["high", "medium", "low"]
    title: str
    path: str
    side: Literal["RIGHT", "LEFT"]
    start_line: int
    line: int
    scenario: list[str]
    why: str
    fix: str
    suggestion: str | None
    evidence: list[EvidenceForm]
    rule_id: str | None
    standing: Literal["new", "older", "declared"] = "new"
    question: str = ""
    settle: str = ""


class VerdictForm(_Closed):
    """The word on a hypothesis."""

    id: str
    verdict: Literal["confirmed", "refuted", "undecided"]
    reason: str
    quote: str
    documented: str = ""
    settle: str = ""


class EarlierForm(_Closed):
    """The word on a finding of the answer before, and what changes of one that stands."""

    id: str
    verdict: Literal["stands", "falls", "open"]
    reason: str
    quote: str
    documented: str
    severity: Literal["critical", "high", "medium", "low"] | None = None
    confidence: Literal["high", "medium"] | None = None
    title: str = ""
    scenario: list[str] = []
    why: str = ""
    fix: str = ""
    evidence: list[EvidenceForm] = []


class NeedForm(_Closed):
    """Code to look up."""

    path: str | None
    symbol: str | None
    what: Literal["definition", "callers", "subclasses", "setting", "version"] = "definition"
    question: str


class OpinionForm(_Closed):
    """The second reader's word on a finding."""

    id: str
    verdict: Literal["upheld", "weakened", "refuted"]
    reason: str
    quote: str
    severity: Literal["critical", "high", "medium", "low"] | None
    confidence: Literal["high", "medium", "low"] | None
    documented: str = ""
    standing: Literal["new", "older", "declared"] = "new"
    settle: str = ""
    category: CategoryName | None = None
    title: str = ""
    scenario: list[str] = []
    why: str = ""


class ReplyForm(_Closed):
    """The answer."""

    findings: list[FindingForm]
    verdicts: list[VerdictForm]
    needs: list[NeedForm]
    earlier: list[EarlierForm] = []
    opinions: list[OpinionForm] = []


def schema() -> dict[str, Any]:
    """The closed JSON schema of the answer."""
    return closed_schema(ReplyForm)
