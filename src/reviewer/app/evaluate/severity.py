"""How heavy dangers are: labels by the weight that they were given, findings by the weight that they claim. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from reviewer.app.evaluate.scoring import CaseScore
from reviewer.core.finding import Severity


@dataclass(frozen=True, slots=True, kw_only=True)
class Weighed:
    """One level. Of the labels that give it: how many were found, how many with this very level or the next one. Of the findings that
    claim it: how many stand at a label, and how many at none."""

    labels: int
    found: int
    same: int
    near: int
    at_a_label: int
    false: int


def by_severity(scores: Sequence[CaseScore]) -> Mapping[str, Weighed]:
    """Every level, the worst first."""
    return {level.value: _weighed(level, scores) for level in sorted(Severity, key=lambda level: -level.rank)}


def _weighed(level: Severity, scores: Sequence[CaseScore]) -> Weighed:
    found = [finding for row in scores for label, finding in row.found if label.severity == level.value]
    missed = sum(item.label.severity == level.value for row in scores for item in row.missed)
    said = [f for row in scores for f in (*dict.fromkeys(f for _, f in row.found), *row.again) if f.severity is level]
    return Weighed(
        labels=len(found) + missed, found=len(found), same=sum(f.severity is level for f in found),
        near=sum(abs(f.severity.rank - level.rank) <= 1 for f in found), at_a_label=len(said),
        false=sum(f.severity is level for row in scores for f in row.false),
    )  # fmt: skip
