"""The same matter from a rule and from the model is one finding: the rule's identity, the model's words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from reviewer.core.finding import Finding, Origin, Stage, Withheld, fingerprint

_NEAR = 3


def merge(
    from_rules: Sequence[Finding], answers: Sequence[Sequence[Finding]]
) -> tuple[tuple[Finding, ...], tuple[Withheld, ...]]:
    """All findings, each matter once, each with an id of its own, and the twins that were withheld.

    `answers` holds the model's findings, one sequence for each of its answers. Within one answer the model was told to
    give one finding per cause, so there only what names the same rule at the same place is the same.
    """
    kept = list(from_rules)
    withheld: list[Withheld] = []
    for answer in answers:
        mine: set[int] = set()  # places in `kept` that this answer has already spoken about
        for finding in sorted(answer, key=lambda finding: finding.rule_id is None):
            twin = next((n for n, other in enumerate(kept) if _same(other, finding, again=n in mine)), None)
            if twin is None:
                mine.add(len(kept))
                kept.append(_unique(finding, kept))
                continue
            mine.add(twin)
            if kept[twin].origin is not Origin.MODEL:
                kept[twin] = _joined(kept[twin], finding)
            withheld.append(Withheld(finding=finding, stage=Stage.DUPLICATE, reason=f"the same as {kept[twin].id}"))
    return tuple(kept), tuple(withheld)


def _same(one: Finding, other: Finding, *, again: bool) -> bool:
    if one.span.path != other.span.path:
        return False
    if one.rule_id is not None and one.rule_id == other.rule_id:
        return _near(one, other)
    if again or (one.rule_id is not None and other.rule_id is not None):
        return False
    return one.category == other.category and one.span.overlaps(other.span)


def _near(one: Finding, other: Finding) -> bool:
    near = one.span.side == other.span.side and abs(one.span.first_line - other.span.first_line) <= _NEAR
    quotes = any(evidence.span.overlaps(one.span) for evidence in other.evidence)
    return near or quotes or one.span.overlaps(other.span)


def _joined(rule: Finding, model: Finding) -> Finding:
    """Id, rule, lines and references are the rule's: they are exact and stable. What happens is told by who read the code."""
    quotes = (*rule.evidence, *(e for e in model.evidence if not any(e.span.overlaps(r.span) for r in rule.evidence)))
    own = rule.suggestion
    return replace(
        rule, title=model.title, severity=model.severity, confidence=model.confidence, scenario=model.scenario,
        why=model.why, fix=model.fix, evidence=quotes, origin=Origin.BOTH, doubt=model.doubt,
        suggestion=own if own is not None or model.span != rule.span else model.suggestion,
    )  # fmt: skip


def _unique(finding: Finding, kept: Sequence[Finding]) -> Finding:
    """Ids leave out the wording, so that another run gives the same: two causes on one line are told apart by a number."""
    taken = {other.id for other in kept}
    number, given = 1, finding.id
    while given in taken:
        number += 1
        given = fingerprint(finding.id, str(number), "", finding.span.path)
    return finding if given == finding.id else replace(finding, id=given)


def repeats(finding: Finding, other: Finding) -> bool:
    """Whether a later answer says the same again."""
    return finding.id == other.id or _same(other, finding, again=False)
