"""What is reported: a danger, the events that lead to it, and where it stands."""

from __future__ import annotations

import hashlib
import re
from enum import StrEnum

from reviewer.core.span import Span
from reviewer.core.value import value


class Category(StrEnum):
    """What kind of damage."""

    DATA_LOSS = "data-loss"
    ORDERING = "ordering"
    STATE_CONSISTENCY = "state-consistency"
    DUPLICATES = "duplicates"
    SCHEMA = "schema"
    PERFORMANCE = "performance"
    OPERATIONS = "operations"

    @property
    def words(self) -> str:
        """As it is shown to people: the contract's word, written plainly."""
        return self.value.replace("-", " ")


class Severity(StrEnum):
    """How bad the damage is if it happens."""

    CRITICAL = "critical"
    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"

    @property
    def rank(self) -> int:
        """0 for low … 3 for critical."""
        return ("low", "medium", "high", "critical").index(self.value)

    def lowered(self) -> Severity:
        """One level down; low stays low."""
        return (Severity.LOW, Severity.LOW, Severity.MEDIUM, Severity.HIGH)[self.rank]


class Confidence(StrEnum):
    """How sure we are that it happens."""

    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"

    @property
    def rank(self) -> int:
        """0 for low … 2 for high."""
        return ("low", "medium", "high").index(self.value)


class Origin(StrEnum):
    """Who found it."""

    RULE = "rule"
    MODEL = "model"
    BOTH = "both"


class PlacementKind(StrEnum):
    """Where it is shown."""

    INLINE = "inline"
    FILE = "file"
    SUMMARY = "summary"


class Standing(StrEnum):
    """Whether the change brings it: only what is new is posted on a line."""

    NEW = "new"
    OLDER = "older"
    DECLARED = "declared"


class Stage(StrEnum):
    """The step at which a finding was withheld."""

    RULE = "rule"
    QUOTE = "quote"
    FACTS = "facts"
    DUPLICATE = "duplicate"
    REFUTED = "refuted"
    THRESHOLD = "threshold"
    IGNORED = "ignored"
    LIMIT = "limit"


@value()
class Evidence:
    """A line quoted from the code; `quote` is one or more whole lines, verbatim but for outer blanks."""

    span: Span
    quote: str


@value()
class Doubt:
    """The one thing nobody could see on which a danger hinges: the question to ask, and what would settle it.

    `reason` is why the second reader gave the finding less weight. Each may be empty.
    """

    question: str = ""
    settle: str = ""
    reason: str = ""


@value()
class Finding:
    """One danger. `id` is the fingerprint; `rule_id` is None for one that only the model saw.

    `standing` older: the code was only moved, or was as dangerous before; declared: a trade-off that the change itself names.
    `trade_off` is what the fix costs and when the cheaper choice is legitimate; None where it costs nothing worth a word.
    """

    id: str
    rule_id: str | None
    category: Category
    severity: Severity
    confidence: Confidence
    title: str
    span: Span
    scenario: tuple[str, ...]
    why: str
    fix: str
    subject: str
    suggestion: str | None = None
    evidence: tuple[Evidence, ...] = ()
    references: tuple[str, ...] = ()
    origin: Origin = Origin.RULE
    placement: PlacementKind = PlacementKind.SUMMARY
    standing: Standing = Standing.NEW
    doubt: Doubt | None = None
    trade_off: str | None = None


@value()
class Withheld:
    """A finding that is not shown, with the stage and the reason."""

    finding: Finding
    stage: Stage
    reason: str


def fingerprint(claim: str, subject: str, code: str, path: str) -> str:
    """A stable id of 16 hex digits: claim (rule id or category), subject, and the code with blanks folded.

    The line number is left out on purpose: moved lines, a rebase or a force-push must not make a finding new.
    """
    normalised = re.sub(r"\s+", " ", code).strip()
    material = "\x1f".join((claim, path, subject, normalised))
    return hashlib.sha256(material.encode("utf-8", "surrogatepass")).hexdigest()[:16]
