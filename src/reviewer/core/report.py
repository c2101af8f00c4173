"""The result of a run: what was found, what was withheld, what was looked at, what it cost."""

from __future__ import annotations

from dataclasses import field
from enum import StrEnum

from reviewer.core.blast_radius import Blast
from reviewer.core.finding import Finding, Standing, Withheld
from reviewer.core.guarantee import Guarantee
from reviewer.core.problem import Problem
from reviewer.core.question import Question
from reviewer.core.roll_out import RollOut
from reviewer.core.span import Side, Span
from reviewer.core.value import value

IGNORED_PATH = "ignored by the configuration"
#: How the reason begins where code is streaming code and no rule reads its language or library.
NOT_JUDGED = "recognised, not judged offline"


class Status(StrEnum):
    """How the run went as a whole."""

    REVIEWED = "reviewed"
    NO_STREAMING_CODE = "no-streaming-code"
    PARTIAL = "partial"
    FAILED = "failed"


class Outcome(StrEnum):
    """What became of a changed hunk."""

    REVIEWED = "reviewed"
    NOT_STREAMING = "not-streaming"
    NOT_REVIEWED = "not-reviewed"


class ReviewedBy(StrEnum):
    """Who looked at a hunk."""

    RULES = "rules"
    MODEL = "model"
    BOTH = "both"


@value()
class Coverage:
    """The account of one changed hunk (or of a file without hunks: then the lines are 0)."""

    path: str
    old_path: str | None
    side: Side
    start_line: int
    line: int
    outcome: Outcome
    reviewed_by: ReviewedBy | None
    reason: str


@value()
class Usage:
    """What the model was asked and what it cost. `cost_usd` is None when a price is unknown, 0.0 without requests."""

    requests: int = 0
    input_tokens: int = 0
    cache_write_tokens: int = 0
    cache_read_tokens: int = 0
    output_tokens: int = 0
    cost_usd: float | None = 0.0
    seconds: float = 0.0


@value()
class Served:
    """What the model asked to see beside the change, and what it was shown of it.

    `paths` are those of the unit; `what` is definition | callers | subclasses | setting | version; `note` says what was not found.
    """

    paths: tuple[str, ...]
    what: str
    asked: str
    question: str
    found: tuple[Span, ...] = ()
    note: str = ""


@value()
class Judgements:
    """What became of the findings when they were read again.

    Each is counted once by the word on it: `upheld`, `weakened` (by a refutation without its proof too), `refuted` (by the second reader,
    or by another finding that excludes it), or `unjudged` where nobody said one. Of those that stand, `told_twice` were the same
    danger as another one, and `asked` became questions.
    """

    upheld: int = 0
    weakened: int = 0
    refuted: int = 0
    unjudged: int = 0
    told_twice: int = 0
    asked: int = 0


@value()
class Report:
    """Everything a publisher needs; nothing else is handed to it. `judged` is None when no model was asked."""

    tool_version: str
    engine: str
    base: str
    head: str
    status: Status
    model: str | None = None
    findings: tuple[Finding, ...] = ()
    withheld: tuple[Withheld, ...] = ()
    questions: tuple[Question, ...] = ()
    coverage: tuple[Coverage, ...] = ()
    problems: tuple[Problem, ...] = ()
    notices: tuple[str, ...] = ()
    served: tuple[Served, ...] = ()
    usage: Usage = field(default_factory=Usage)
    judged: Judgements | None = None
    diagram: str | None = None
    radius: tuple[Blast, ...] = ()
    roll_out: tuple[RollOut, ...] = ()
    guarantees: tuple[Guarantee, ...] = ()

    @property
    def dangers(self) -> tuple[Finding, ...]:
        """The findings that the change brings: they alone count for thresholds, outputs and the verdict."""
        return tuple(finding for finding in self.findings if finding.standing is Standing.NEW)
