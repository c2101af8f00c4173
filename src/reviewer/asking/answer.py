"""What the model's part gives back to the pipeline."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from reviewer.core.finding import Finding, Withheld
from reviewer.core.problem import Problem
from reviewer.core.report import Judgements, Served, Usage

#: A hunk of the change: path of the file, position among its hunks.
Hunk = tuple[str, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelAnswer:
    """Merged and judged findings, what was withheld, which hunks the model read, what failed, what it cost.

    `unreviewed` says of a hunk that the model did not see, or not whole, why. `named` are hunks without a streaming signal that the
    sweep sent to a review, with the reason; `swept` those that it looked at and let pass. `served` is what it asked to see. `judged`
    is None when nothing was sent; who is asked is known later.
    """

    findings: tuple[Finding, ...]
    withheld: tuple[Withheld, ...]
    reviewed: frozenset[Hunk]
    problems: tuple[Problem, ...]
    unreviewed: Mapping[Hunk, str] = field(default_factory=dict)
    usage: Usage = field(default_factory=Usage)
    notices: tuple[str, ...] = ()
    named: Mapping[Hunk, str] = field(default_factory=dict)
    swept: frozenset[Hunk] = frozenset()
    served: tuple[Served, ...] = ()
    judged: Judgements | None = None
