"""Which finding of this run is which comment of ours: first by fingerprint, then by what a reader would call the same."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from reviewer.core.finding import Finding
from reviewer.publish.github_review.markers import State, code_key
from reviewer.publish.github_review.standing import Ours

_PREFERENCE = (State.OPEN, State.DISMISSED, State.IGNORED, State.WITHDRAWN, State.FIXED)
Same = Callable[[Finding, Ours], bool]


def match(findings: Sequence[Finding], ours: Sequence[Ours], renamed: Mapping[str, str]) -> dict[str, Ours]:
    """By the finding's id. Each comment is given away once, so two findings never end in one comment.

    `renamed` maps old paths to new ones. The fingerprint holds the path and, for what the model saw, its words; a
    renamed file and a model that says the same in other words must not make a finding new.
    """
    by_path = {old: new for old, new in renamed.items() if old != new}
    tiers: tuple[Same, ...] = (
        lambda finding, one: finding.id == one.mark.id,
        lambda finding, one: _same_code(finding, one, by_path),
        _same_lines,
    )
    free = sorted(ours, key=lambda one: (_PREFERENCE.index(one.state), -one.comment.id))
    found: dict[str, Ours] = {}
    for same in tiers:
        for finding in findings:
            if finding.id in found:
                continue
            taken = next((one for one in free if same(finding, one)), None)
            if taken is not None:
                found[finding.id] = taken
                free.remove(taken)
    return found


def _same_code(finding: Finding, one: Ours, renamed: Mapping[str, str]) -> bool:
    """The same claim about the same lines, in the same file or the one it was renamed to."""
    mark = one.mark
    if not mark.code or mark.code != code_key(finding) or mark.rule_id != finding.rule_id:
        return False
    if finding.rule_id is None and mark.category != finding.category:
        return False
    moved = renamed.get(mark.path) == finding.span.path
    return moved or (finding.rule_id is None and mark.path == finding.span.path)


def _same_lines(finding: Finding, one: Ours) -> bool:
    """The same kind of damage at the same lines, where at least one of the two is the model's word: two sources meet there."""
    comment, mark = one.comment, one.mark
    if finding.rule_id is not None and mark.rule_id is not None:
        return False
    if one.state is State.FIXED or comment.line is None or mark.category != finding.category:
        return False
    first = comment.start_line or comment.line
    same_place = mark.path == finding.span.path and comment.side == finding.span.side.value
    return same_place and first <= finding.span.last_line and finding.span.first_line <= comment.line
