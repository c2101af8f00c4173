"""Labels and findings in, recall and precision out. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from reviewer.core.finding import Finding

NEAR = 3  # lines: a comment three lines off is still read as being about the place


@dataclass(frozen=True, slots=True, kw_only=True)
class Label:
    """A danger that a careful reader finds. `side` is RIGHT or LEFT; lines are 1-based, both ends included."""

    category: str
    path: str
    side: str
    first_line: int
    last_line: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseScore:
    """One change: its labels and findings, paired. `missed` and `false` are what has no partner."""

    name: str
    technology: str
    found: tuple[tuple[Label, Finding], ...]
    missed: tuple[Label, ...]
    false: tuple[Finding, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """Counts of one row. Recall and precision are None when there is nothing to divide by."""

    found: int
    missed: int
    false: int

    @property
    def recall(self) -> float | None:
        """The part of the labelled dangers that was found."""
        labelled = self.found + self.missed
        return self.found / labelled if labelled else None

    @property
    def precision(self) -> float | None:
        """The part of the findings that is labelled."""
        reported = self.found + self.false
        return self.found / reported if reported else None


def score(name: str, technology: str, labels: Sequence[Label], findings: Sequence[Finding]) -> CaseScore:
    """Pair each label with one finding of its category at its place; a finding serves one label."""
    left = list(findings)
    found: list[tuple[Label, Finding]] = []
    missed: list[Label] = []
    for label in labels:
        partner = next((finding for finding in left if _fits(label, finding)), None)
        if partner is None:
            missed.append(label)
        else:
            left.remove(partner)
            found.append((label, partner))
    return CaseScore(name=name, technology=technology, found=tuple(found), missed=tuple(missed), false=tuple(left))


def _fits(label: Label, finding: Finding) -> bool:
    span = finding.span
    return (
        finding.category.value == label.category
        and span.path == label.path
        and span.side.value == label.side
        and span.first_line - NEAR <= label.last_line
        and label.first_line <= span.last_line + NEAR
    )


def tally(scores: Iterable[CaseScore]) -> Tally:
    """All cases together."""
    rows = list(scores)
    return Tally(
        found=sum(len(row.found) for row in rows), missed=sum(len(row.missed) for row in rows),
        false=sum(len(row.false) for row in rows),
    )  # fmt: skip


def by_technology(scores: Sequence[CaseScore]) -> dict[str, Tally]:
    """A row for each technology that the cases name."""
    names = sorted({row.technology for row in scores})
    return {name: tally(row for row in scores if row.technology == name) for name in names}


def by_category(scores: Sequence[CaseScore]) -> dict[str, Tally]:
    """A row for each category of damage, of labels or of findings."""
    found = [label.category for row in scores for label, _ in row.found]
    missed = [label.category for row in scores for label in row.missed]
    false = [finding.category.value for row in scores for finding in row.false]
    return {
        name: Tally(found=found.count(name), missed=missed.count(name), false=false.count(name))
        for name in sorted({*found, *missed, *false})
    }
