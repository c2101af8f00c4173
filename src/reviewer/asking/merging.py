"""One danger, one finding: what rules and answers say about the same cause becomes one."""

from __future__ import annotations

from dataclasses import dataclass

from reviewer.asking.checks import Checks
from reviewer.asking.plan import Plan
from reviewer.core.finding import Finding, Withheld
from reviewer.verify import duplicates


@dataclass(frozen=True, slots=True, kw_only=True)
class Merged:
    """Each matter once, and the twins that were withheld. `unasked` are ids of rules' findings that no unit shows."""

    findings: tuple[Finding, ...]
    withheld: tuple[Withheld, ...]
    unasked: frozenset[str]


def merge(plan: Plan, checks: Checks) -> Merged:
    """The rules' findings that stand, and those of all answers."""
    rules = (*checks.hypotheses, *plan.units.unasked)
    findings, doubles = duplicates.merge(rules, [found for _, found in checks.answers], checks.causes)
    return Merged(findings=findings, withheld=doubles, unasked=frozenset(f.id for f in plan.units.unasked))
