"""Labels and a report in, recall and precision out, and for each missed danger the step at which it was lost. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from reviewer.core.finding import Finding, Standing
from reviewer.core.report import Outcome, Report, ReviewedBy
from reviewer.core.span import Side, Span

NEAR = 5  # lines: a comment a few lines off is still read as being about the place
_WIDE = 60  # lines: a wider range says nothing about a place, so it counts by its last line


class Lost(StrEnum):
    """Where a labelled danger was lost; the stages of withheld findings have their own names (`quote`, `refuted`, …)."""

    NOT_SENT = "not sent"
    NOT_SAID = "not said"
    OTHER_CATEGORY = "other category"
    OTHER_LINE = "other line"


@dataclass(frozen=True, slots=True, kw_only=True)
class Label:
    """A danger that a careful reader finds. `categories` has the one asked for first, then what is fair as well.

    `side` is RIGHT or LEFT; lines are 1-based, both ends included. `severity` is empty where nobody weighed the danger.
    """

    categories: tuple[str, ...]
    path: str
    side: str
    first_line: int
    last_line: int
    severity: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Missed:
    """A label without a finding, and where it was lost. `asked`: a question stands at its place."""

    label: Label
    lost: str
    asked: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseScore:
    """One change: its labels and findings, paired. `again` are further findings at a label that has its partner."""

    name: str
    technology: str
    kind: str
    found: tuple[tuple[Label, Finding], ...]
    missed: tuple[Missed, ...]
    again: tuple[Finding, ...]
    false: tuple[Finding, ...]
    exact: int = 0
    language: str = ""
    family: int | None = None
    needs: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """Counts of one row. What can't be divided is None. `own_side` are found ones on the label's own side, `exact` those of them
    within its lines."""

    found: int
    asked: int
    missed: int
    again: int
    false: int
    own_side: int
    exact: int
    quiet_cases: int
    quiet_comments: int

    @property
    def recall(self) -> float | None:
        """The part of the labelled dangers that was found."""
        return _part(self.found, self.found + self.missed)

    @property
    def recall_or_asked(self) -> float | None:
        """The part that was found or asked about."""
        return _part(self.found + self.asked, self.found + self.missed)

    @property
    def precision(self) -> float | None:
        """The part of the findings that is at a labelled danger."""
        hits = self.found + self.again
        return _part(hits, hits + self.false)

    @property
    def per_quiet(self) -> float | None:
        """Comments per harmless or unrelated change."""
        return _part(self.quiet_comments, self.quiet_cases)


def _part(some: int, of: int) -> float | None:
    return some / of if of else None


#: Lines of a span after the change: a removed line stands where it was.
Project = Callable[[Span], tuple[int, int]]


def in_place(span: Span) -> tuple[int, int]:
    """For a change whose sides need no map."""
    return span.first_line, span.last_line


def score(
    name: str, technology: str, kind: str, labels: Sequence[Label], report: Report, project: Project = in_place
) -> CaseScore:
    """Pair each label with a finding of its category at its place, with one that no other label has where there are several.

    What a review calls older than the change, or declared by it, stands in the summary: it may find a label and is never false.
    """
    found: list[tuple[Label, Finding]] = []
    without: list[Label] = []
    for label in labels:
        fitting = [finding for finding in report.findings if _fits(label, finding, project)]
        if not fitting:
            without.append(label)
            continue
        taken = [partner for _, partner in found]
        found.append((label, min(fitting, key=lambda f: (f in taken, _distance(label, f.span, project)))))
    taken = [partner for _, partner in found]
    left = [f for f in report.findings if f not in taken and f.standing is Standing.NEW]
    again = tuple(finding for finding in left if any(_fits(label, finding, project) for label in labels))
    return CaseScore(
        name=name, technology=technology, kind=kind, found=tuple(found),
        missed=tuple(_missed(label, report, project) for label in without), again=again,
        false=tuple(finding for finding in left if finding not in again),
        exact=sum(_is_exact(label, finding) for label, finding in found),
    )  # fmt: skip


def _missed(label: Label, report: Report, project: Project) -> Missed:
    near = [item for item in report.withheld if _is_near(label, item.finding.span, project)]
    lost: str = near[0].stage.value if near else Lost.NOT_SAID
    if any(_is_near(label, finding.span, project) for finding in report.findings):
        lost = Lost.OTHER_CATEGORY
    elif not near and any(f.span.path == label.path and f.category in label.categories for f in report.findings):
        lost = Lost.OTHER_LINE
    elif not near and report.model is not None and not _was_sent(label, report, project):
        lost = Lost.NOT_SENT
    return Missed(label=label, lost=lost, asked=any(_is_near(label, q.span, project) for q in report.questions))


def _was_sent(label: Label, report: Report, project: Project) -> bool:
    """Whether the model read a hunk at the label."""
    read = [item for item in report.coverage if item.reviewed_by in (ReviewedBy.MODEL, ReviewedBy.BOTH)]
    return any(
        item.outcome is Outcome.REVIEWED
        and _is_near(label, Span(path=item.path, side=item.side, first_line=max(1, item.start_line), last_line=max(1, item.line)), project)
        for item in read
    )  # fmt: skip


def _fits(label: Label, finding: Finding, project: Project) -> bool:
    return finding.category.value in label.categories and _is_near(label, finding.span, project)


def _is_near(label: Label, span: Span, project: Project) -> bool:
    return span.path == label.path and _distance(label, span, project) <= NEAR


def _distance(label: Label, span: Span, project: Project) -> int:
    first, last = project(span)
    first = last if last - first > _WIDE else first
    wanted = project(
        Span(path=label.path, side=Side(label.side), first_line=label.first_line, last_line=label.last_line)
    )
    return max(0, first - wanted[1], wanted[0] - last)


def _is_exact(label: Label, finding: Finding) -> bool:
    span = finding.span
    return _is_on_side(label, finding) and span.first_line <= label.last_line and label.first_line <= span.last_line


def _is_on_side(label: Label, finding: Finding) -> bool:
    return finding.span.side.value == label.side


def tally(scores: Iterable[CaseScore]) -> Tally:
    """All cases together."""
    rows = list(scores)
    quiet = [row for row in rows if row.kind != "risky"]
    return Tally(
        found=sum(len(row.found) for row in rows), asked=sum(m.asked for row in rows for m in row.missed),
        missed=sum(len(row.missed) for row in rows), again=sum(len(row.again) for row in rows),
        false=sum(len(row.false) for row in rows), own_side=sum(_is_on_side(*pair) for row in rows for pair in row.found),
        exact=sum(row.exact for row in rows), quiet_cases=len(quiet),
        quiet_comments=sum(len(row.false) for row in quiet),
    )  # fmt: skip


def by_technology(scores: Sequence[CaseScore]) -> dict[str, Tally]:
    """A row for each technology that the cases name."""
    names = sorted({row.technology for row in scores})
    return {name: tally(row for row in scores if row.technology == name) for name in names}


def by_language(scores: Sequence[CaseScore]) -> dict[str, Tally]:
    """A row for each language that the cases name."""
    names = sorted({row.language for row in scores if row.language})
    return {f"in {name}": tally(row for row in scores if row.language == name) for name in names}


def by_family(scores: Sequence[CaseScore]) -> dict[str, Tally]:
    """A row for each family of dangers: risky cases, and harmless ones that look like it."""
    numbers = sorted({row.family for row in scores if row.family is not None})
    return {f"family {number}": tally(row for row in scores if row.family == number) for number in numbers}


def by_needs(scores: Sequence[CaseScore]) -> dict[str, Tally]:
    """What facts alone can tell, and what takes judgement. Harmless cases are in neither row."""
    names = sorted({row.needs for row in scores if row.needs is not None}, reverse=True)
    return {f"needs {name}": tally(row for row in scores if row.needs == name) for name in names}


def by_category(scores: Sequence[CaseScore]) -> dict[str, Tally]:
    """A row for each category of damage, of labels (their first) or of findings."""
    names = {label.categories[0] for row in scores for label in _labels(row)}
    names |= {finding.category.value for row in scores for finding in row.false}
    return {name: tally(_only(row, name) for row in scores) for name in sorted(names)}


def _labels(row: CaseScore) -> list[Label]:
    return [*(label for label, _ in row.found), *(missed.label for missed in row.missed)]


def _only(row: CaseScore, name: str) -> CaseScore:
    """The part of a case that is about one category; a change's own comments count in their own categories."""
    found = tuple(pair for pair in row.found if pair[0].categories[0] == name)
    return CaseScore(
        name=row.name, technology=row.technology, kind=row.kind, found=found,
        missed=tuple(item for item in row.missed if item.label.categories[0] == name),
        again=tuple(item for item in row.again if item.category.value == name),
        false=tuple(item for item in row.false if item.category.value == name),
        exact=sum(_is_exact(*pair) for pair in found),
    )  # fmt: skip
