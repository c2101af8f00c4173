"""Which unit a finding is asked about in: the one that shows most of it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from reviewer.context.unit import ReviewUnit
from reviewer.core.finding import Finding


def with_hypotheses(
    units: Sequence[ReviewUnit], hypotheses: Iterable[Finding]
) -> tuple[list[ReviewUnit], list[Finding]]:
    """The units with each hypothesis in exactly one of them, and the hypotheses that none of them shows."""
    assigned: dict[str, list[Finding]] = {unit.id: [] for unit in units}
    unasked: list[Finding] = []
    for finding in hypotheses:
        unit = best_unit(units, finding)
        if unit is None:
            unasked.append(finding)
        else:
            assigned[unit.id].append(finding)
    return [replace(unit, hypotheses=tuple(assigned[unit.id])) for unit in units], unasked


def best_unit(units: Sequence[ReviewUnit], finding: Finding) -> ReviewUnit | None:
    """The first unit that shows most of the finding; None when none shows anything of it."""
    best = max(units, key=lambda unit: _shows(unit, finding), default=None)
    return best if best is not None and _shows(best, finding) else None


def _shows(unit: ReviewUnit, finding: Finding) -> int:
    """3: its lines stand in a hunk; 2: its file is here; 1: one of its quotes is; 0: nothing."""
    here = [hunk for hunk in unit.hunks if finding.span.path in (hunk.path, hunk.old_path)]
    lines = range(finding.span.first_line, finding.span.last_line + 1)
    if any(not hunk.hunk.numbers(finding.span.side).isdisjoint(lines) for hunk in here):
        return 3
    if here:
        return 2
    return int(any(evidence.span.path in unit.paths for evidence in finding.evidence))
