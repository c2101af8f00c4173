"""The same matter from a rule and from the model is one finding."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from reviewer.core.finding import Finding, Origin, Stage, Withheld


def merge(
    from_rules: Sequence[Finding], from_model: Sequence[Finding]
) -> tuple[tuple[Finding, ...], tuple[Withheld, ...]]:
    """Rules' findings keep their identity and gain the origin `both`; the model's twin is withheld as a duplicate."""
    kept = list(from_rules)
    withheld: list[Withheld] = []
    for finding in from_model:
        twin = next((index for index, other in enumerate(kept) if _same(other, finding)), None)
        if twin is None:
            kept.append(finding)
            continue
        if kept[twin].origin is Origin.RULE:
            kept[twin] = replace(kept[twin], origin=Origin.BOTH)
        withheld.append(Withheld(finding=finding, stage=Stage.DUPLICATE, reason=f"the same as {kept[twin].id}"))
    return tuple(kept), tuple(withheld)


def _same(one: Finding, other: Finding) -> bool:
    if one.span.path != other.span.path:
        return False
    near = one.span.side == other.span.side and abs(one.span.first_line - other.span.first_line) <= 3
    if one.rule_id is not None and one.rule_id == other.rule_id:
        return near or one.span.overlaps(other.span)
    return one.category == other.category and one.span.overlaps(other.span)
