"""Roll-out plans as Markdown and as plain rows: what has to be done in which order, the way back last."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from reviewer.core.roll_out import RollOut, RollOutKind
from reviewer.publish.markup import code_span, inline
from reviewer.publish.text import shortened
from reviewer.publish.words import counted

_STEP, _SUBJECT = 500, 120
_WORDS = {
    RollOutKind.SAVEPOINT: "savepoint",
    RollOutKind.RESET: "application reset",
    RollOutKind.NEW_NAME: "new name",
    RollOutKind.DEPLOY_ORDER: "order of the deploy",
    RollOutKind.DRAIN: "drain first",
    RollOutKind.SCHEMA_STEP: "schema in steps",
    RollOutKind.TOPIC_CHANGE: "change of the topic",
}


def folded(plans: Sequence[RollOut], most: int) -> str:
    """One folded block with at most `most` plans, the number of the others said; "" without any."""
    if not plans:
        return ""
    kinds = ", ".join(dict.fromkeys(_WORDS[plan.kind] for plan in plans))
    left = len(plans) - most
    more = [f"… and {counted(left, 'more checklist')} in the JSON report."] if left > 0 else []
    title = f"<details><summary>Roll-out: {counted(len(plans), 'checklist')} ({kinds})</summary>"
    return "\n\n".join([title, *(_plan(plan) for plan in plans[:most]), *more, "</details>"])


def _plan(plan: RollOut) -> str:
    belongs = f" · finding {code_span(plan.finding)}" if plan.finding else ""
    head = f"**{_WORDS[plan.kind]}: {code_span(shortened(plan.subject, _SUBJECT))}**{belongs}"
    steps = [f"{number}. {inline(shortened(step, _STEP))}" for number, step in enumerate(plan.steps, start=1)]
    return "\n\n".join([head, "\n".join(steps)])


def rows(plans: Sequence[RollOut]) -> Iterator[tuple[str, tuple[str, ...]]]:
    """For a terminal: a title and the steps of each plan, strangers' text to be made harmless there."""
    for plan in plans:
        yield f"{_WORDS[plan.kind]}: {shortened(plan.subject, _SUBJECT)}", plan.steps
