"""Labels of what a change does on deploy: the plans of its roll-out and who else is hit; and how a report compares with them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from reviewer.core.report import Report
from reviewer.core.roll_out import RollOutKind

_KINDS = {kind.value for kind in RollOutKind}
NOTHING = "none"


@dataclass(frozen=True, slots=True, kw_only=True)
class DeployLabels:
    """`roll_out` has (kind, subject), `hit` (name of what is touched, path of a file that the change leaves alone). None: not labelled."""

    roll_out: frozenset[tuple[str, str]] | None = None
    hit: frozenset[tuple[str, str]] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DeployScore:
    """What was told and labelled, labelled only, told only; of one case, or of all."""

    found: tuple[str, ...] = ()
    missed: tuple[str, ...] = ()
    false: tuple[str, ...] = ()


def read_labels(roll_out: str, hit: str) -> DeployLabels:
    """From the head of a case: `savepoint enricher; drain orders`, `orders: a/Reader.java, b.py; payments: c.go`, or `none`; "" is no label.

    Raises ValueError that says how a label looks.
    """
    return DeployLabels(roll_out=_plans(roll_out), hit=_hits(hit))


def _plans(text: str) -> frozenset[tuple[str, str]] | None:
    if not text:
        return None
    pairs = [part.strip().partition(" ") for part in text.split(";")] if text != NOTHING else []
    for kind, _, subject in pairs:
        if kind not in _KINDS or not subject:
            raise ValueError(f"rollout is `kind subject; …` or none, with a kind of {', '.join(sorted(_KINDS))}")
    return frozenset((kind, subject.strip()) for kind, _, subject in pairs)


def _hits(text: str) -> frozenset[tuple[str, str]] | None:
    if not text:
        return None
    parts = [part.strip().partition(":") for part in text.split(";")] if text != NOTHING else []
    if any(not paths.strip() for _, _, paths in parts):
        raise ValueError("hit is `name: path, path; …` or none")
    return frozenset((name.strip(), path.strip()) for name, _, paths in parts for path in paths.split(","))


def score_roll_out(labels: DeployLabels, report: Report) -> DeployScore | None:
    """The plans of a report against the labels; None where there are none."""
    told = {(plan.kind.value, plan.subject) for plan in report.roll_out}
    return None if labels.roll_out is None else _compared(labels.roll_out, told, " ")


def score_hit(labels: DeployLabels, report: Report) -> DeployScore | None:
    """Who else is hit, by file."""
    told = {(blast.name, user.path) for blast in report.radius for user in blast.others}
    return None if labels.hit is None else _compared(labels.hit, told, ": ")


def _compared(wanted: frozenset[tuple[str, str]], told: set[tuple[str, str]], sign: str) -> DeployScore:
    def rows(pairs: Iterable[tuple[str, str]]) -> tuple[str, ...]:
        return tuple(sorted(sign.join(pair) for pair in pairs))

    return DeployScore(found=rows(wanted & told), missed=rows(wanted - told), false=rows(told - wanted))


def total(scores: Iterable[DeployScore]) -> DeployScore:
    """All cases together."""
    rows = list(scores)
    return DeployScore(
        found=tuple(item for row in rows for item in row.found),
        missed=tuple(item for row in rows for item in row.missed),
        false=tuple(item for row in rows for item in row.false),
    )
