"""The shape of the JSON report, version 1.3: the one source of its schema and of what `parse` accepts.

In mode `post` the report comes from another workflow run, which may have run on a fork. So the shape is strict: unknown
fields, wrong types, ranges upside down and paths out of the repository are refused.
"""

from __future__ import annotations

import json
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from reviewer.core.blast_radius import BlastKind
from reviewer.core.finding import Category, Confidence, Origin, PlacementKind, Severity, Stage, Standing
from reviewer.core.guarantee import Promise, Subject
from reviewer.core.report import Outcome, ReviewedBy, Status
from reviewer.core.roll_out import RollOutKind
from reviewer.core.span import Side

SCHEMA_ID = "https://json-schema.org/draft/2020-12/schema"

Line = Annotated[int, Field(ge=1, le=100_000_000)]
LineOrNone = Annotated[int, Field(ge=0, le=100_000_000)]
Count = Annotated[int, Field(ge=0, le=10**12)]
Word = Annotated[str, StringConstraints(min_length=1, max_length=300)]
Path = Annotated[
    str,
    StringConstraints(min_length=1, max_length=4096),
    Field(description="Relative to the repository, with `/`."),
]
Words = Annotated[str, StringConstraints(max_length=20_000)]
Quote = Annotated[str, StringConstraints(max_length=200_000)]


class Shape(BaseModel):
    """Strict, closed and frozen."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True, hide_input_in_errors=True)


class ToolShape(Shape):
    """Who wrote the report."""

    name: Literal["stream-review"]
    version: Word


class EvidenceShape(Shape):
    """Lines quoted from the code; `line` is the first of them."""

    path: Path
    line: Line
    quote: Quote


class DoubtShape(Shape):
    """The one thing that nobody could see; each text may be empty."""

    question: Words
    settle: Annotated[Words, Field(description="What would decide it.")]
    reason: Annotated[Words, Field(description="Why the second reader gave the finding less weight.")]


class FindingShape(Shape):
    """One danger. `side` LEFT means the version before the change."""

    id: Annotated[
        str,
        StringConstraints(pattern=r"^[0-9a-f]{16}$"),
        Field(description="Fingerprint, stable under moved lines."),
    ]
    rule_id: Annotated[str, StringConstraints(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=120)] | None
    category: Category
    severity: Severity
    confidence: Confidence
    title: Words
    path: Path
    side: Side
    start_line: Line
    line: Line
    scenario: Annotated[list[Words], Field(max_length=100)]
    why: Words
    fix: Words
    suggestion: Annotated[Quote | None, Field(description="Exact replacement of the lines, or null.")]
    evidence: Annotated[list[EvidenceShape], Field(max_length=200)]
    references: Annotated[list[Words], Field(max_length=100)]
    origin: Origin
    placement: PlacementKind
    standing: Annotated[
        Standing, Field(description="older: was as dangerous before; declared: a trade-off that the change names.")
    ]
    trade_off: Annotated[
        Words | None,
        Field(default=None, description="What the fix costs and when the cheaper choice is legitimate, or null."),
    ]
    doubt: DoubtShape | None

    @model_validator(mode="after")
    def _place(self) -> Self:
        _check_place(self.path, self.start_line, self.line)
        for item in self.evidence:
            _check_place(item.path, item.line, item.line)
        return self


class WithheldShape(FindingShape):
    """A finding that was set aside, with the step and the reason."""

    stage: Stage
    reason: Words


class QuestionShape(Shape):
    """What is grave if it is so, and hinges on one thing that nobody could see. `id` is that of the finding it would be."""

    id: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{16}$")]
    rule_id: Annotated[str, StringConstraints(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=120)] | None
    path: Path
    side: Side
    start_line: Line
    line: Line
    category: Category
    severity: Severity
    title: Words
    question: Words
    if_so: Annotated[list[Words], Field(max_length=100, description="The events that follow if the answer is yes.")]
    settle: Annotated[Words, Field(description="What would decide it.")]

    @model_validator(mode="after")
    def _place(self) -> Self:
        _check_place(self.path, self.start_line, self.line)
        return self


class CoverageShape(Shape):
    """The account of one changed hunk; the lines are 0 for a file without hunks."""

    path: Path
    old_path: Path | None
    side: Side
    start_line: LineOrNone
    line: LineOrNone
    outcome: Outcome
    reviewed_by: ReviewedBy | None
    reason: Words

    @model_validator(mode="after")
    def _place(self) -> Self:
        _check_place(self.path, self.start_line, self.line)
        if self.old_path is not None:
            _check_place(self.old_path, 0, 0)
        return self


class ProblemShape(Shape):
    """A failure: which step, on what, what happened."""

    step: Word
    subject: Words
    message: Words


class ShownShape(Shape):
    """Lines after the change that the model was shown because it asked."""

    path: Path
    start_line: Line
    line: Line

    @model_validator(mode="after")
    def _place(self) -> Self:
        _check_place(self.path, self.start_line, self.line)
        return self


class ServedShape(Shape):
    """What the model asked to see beside the change. `paths` are the changed files that it was asked about."""

    paths: Annotated[list[Path], Field(max_length=10_000)]
    what: Literal["definition", "callers", "subclasses", "setting", "version"]
    asked: Annotated[Words, Field(description="The path, name, key or library.")]
    question: Words
    found: Annotated[list[ShownShape], Field(max_length=1_000)]
    note: Annotated[Words, Field(description="What was not found, and what was searched; else empty.")]


class UserShape(Shape):
    """One place that reads or writes. `changed`: in a file of the change. `repository` is null for the reviewed one."""

    repository: Annotated[str, StringConstraints(max_length=300)] | None
    path: Path
    line: Line
    what: Words
    changed: bool

    @model_validator(mode="after")
    def _place(self) -> Self:
        _check_place(self.path, self.line, self.line)
        return self


Users = Annotated[list[UserShape], Field(max_length=1_000)]


class BlastShape(Shape):
    """Something that the change touches, with everyone in the repository (and its related ones) who reads or writes it.

    `topic` is the name again where it is a topic, else null; `was` its name before a rename, and the old users those that still use that.
    """

    kind: BlastKind
    name: Words
    topic: Words | None
    was: Words | None
    readers: Users
    writers: Users
    old_readers: Users
    old_writers: Users
    note: Annotated[Words, Field(description="What was not searched or read; else empty.")]


class RollOutShape(Shape):
    """What has to be done in which order on a running system. `finding` is the id of the finding that it belongs to, or null."""

    kind: RollOutKind
    subject: Annotated[Words, Field(description="The job, application, group, topic, connector or schema.")]
    steps: Annotated[
        list[Words], Field(max_length=100, description="In order; the way back last. Nothing of it is run.")
    ]
    finding: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{16}$")] | None


class BecauseShape(Shape):
    """A fact that decides, and its line; `side` LEFT means the version before the change."""

    path: Path
    side: Side
    line: Line
    what: Words

    @model_validator(mode="after")
    def _place(self) -> Self:
        _check_place(self.path, self.line, self.line)
        return self


class GuaranteeShape(Shape):
    """A promise that the change alters: of a client, a job, a sink, or of a chain from a topic over several of them to a topic.

    `because` has what decides in front: the first weak link, or what mends it; `weak_link` is the subject that it belongs to.
    """

    kind: Subject
    subject: Words
    before: Promise
    after: Promise
    because: Annotated[list[BecauseShape], Field(max_length=20)]
    weak_link: Words


class JudgementsShape(Shape):
    """How many findings were upheld, weakened or refuted when they were read again, or not read again (unjudged).

    Of those that stand, told_twice were the same danger as another one, and asked became questions.
    """

    upheld: Count
    weakened: Count
    refuted: Count
    unjudged: Count
    told_twice: Count
    asked: Count


class TokensShape(Shape):
    """Tokens by kind."""

    input: Count
    cache_write: Count
    cache_read: Count
    output: Count


class UsageShape(Shape):
    """What the model was asked. `cost_usd` is null when a price is unknown."""

    requests: Count
    tokens: TokensShape
    cost_usd: Annotated[float, Field(ge=0, le=1e9, allow_inf_nan=False)] | None
    seconds: Annotated[float, Field(ge=0, le=1e9, allow_inf_nan=False)]


class ReportShape(Shape):
    """The result of a run of stream-review."""

    schema_version: Literal["1.1", "1.2", "1.3"]
    tool: ToolShape
    engine: Word
    base: Word
    head: Word
    status: Status
    findings: Annotated[list[FindingShape], Field(max_length=10_000)]
    withheld: Annotated[list[WithheldShape], Field(max_length=10_000)]
    questions: Annotated[list[QuestionShape], Field(max_length=10_000)]
    coverage: Annotated[list[CoverageShape], Field(max_length=200_000)]
    guarantees: Annotated[list[GuaranteeShape], Field(default_factory=list, max_length=10_000)]
    blast_radius: Annotated[list[BlastShape], Field(default_factory=list, max_length=10_000)]
    rollout: Annotated[list[RollOutShape], Field(default_factory=list, max_length=1_000)]
    judged: Annotated[JudgementsShape | None, Field(description="null when no model was asked.")]
    problems: Annotated[list[ProblemShape], Field(max_length=10_000)]
    served: Annotated[list[ServedShape], Field(max_length=10_000)]
    usage: UsageShape


def _check_place(path: str, start_line: int, line: int) -> None:
    if path.startswith("/") or ".." in path.split("/"):
        raise ValueError("a path must stay inside the repository")
    if line < start_line:
        raise ValueError("line is before start_line")


def schema_text() -> str:
    """The JSON Schema (2020-12) of the report, as it is published."""
    schema: dict[str, Any] = ReportShape.model_json_schema(mode="validation")
    named = {"$schema": SCHEMA_ID, **schema, "title": "stream-review report"}
    return json.dumps(named, indent=2) + "\n"
