"""Markdown of what is told and is no danger of this change: questions to the team, older dangers, declared trade-offs."""

from __future__ import annotations

from collections.abc import Sequence

from reviewer.core.finding import Finding, Standing
from reviewer.core.question import Question
from reviewer.core.span import Side
from reviewer.publish.markup import code_span, inline
from reviewer.publish.text import shortened
from reviewer.publish.words import QUESTIONS_SHOWN, STANDING, counted, ordered, place

_QUESTION, _STEP, _SETTLE, _TITLE, _REASON = 300, 300, 400, 160, 200


def questions(asked: Sequence[Question], steps: int, note: str = "") -> str:
    """One folded block with the first three, each with at most `steps` events, and the number of the others; "" without any.

    `note` is ours and ends the block as it is.
    """
    if not asked:
        return ""
    left = len(asked) - QUESTIONS_SHOWN
    more = [f"… and {left:,} more in the JSON report."] if left > 0 else []
    parts = [*(_question(one, steps) for one in asked[:QUESTIONS_SHOWN]), *more, *([note] if note else [])]
    title = f"{counted(len(asked), 'question')} to the team"
    return "\n\n".join([f"<details><summary>{title}</summary>", *parts, "</details>"])


def _question(one: Question, steps: int) -> str:
    removed = " (removed)" if one.span.side is Side.BEFORE else ""
    weight = f"{one.severity.value} · {one.category.words} · id {code_span(one.id)}"
    head = f"**{inline(shortened(one.question, _QUESTION))}**  \n{code_span(place(one.span))}{removed} · {weight}"
    settle = inline(shortened(one.settle, _SETTLE))
    events = [
        f"{number}. {inline(shortened(step, _STEP))}" for number, step in enumerate(_ends(one.if_so, steps), start=1)
    ]
    so = ["If so:", "\n".join(events)] if events else []
    return "\n\n".join([head, *so, *([f"What would settle it: {settle}"] if settle else [])])


def _ends(events: Sequence[str], most: int) -> Sequence[str]:
    """A sequence that is too long keeps its end: there stands the damage."""
    return events if len(events) <= most else (*events[: most - 2], "…", events[-1])


def standing(findings: tuple[Finding, ...], rows: int) -> list[str]:
    """A list for each standing that there is, one line a finding, worst first, at most `rows` lines each; the others are counted."""
    return [text for kind, title in STANDING.items() if (text := _listed(findings, kind, title, rows))]


def _listed(findings: tuple[Finding, ...], kind: Standing, title: str, rows: int) -> str:
    found = [finding for finding in ordered(findings) if finding.standing is kind]
    more = [f"- … and {len(found) - rows} more"] if len(found) > rows else []
    return "\n".join([f"**{title}**", "", *map(_line, found[:rows]), *more]) if found else ""


def _line(finding: Finding) -> str:
    removed = " (removed)" if finding.span.side is Side.BEFORE else ""
    head = f"- {finding.severity.value}: {inline(shortened(finding.title, _TITLE))} {code_span(place(finding.span))}{removed}"
    why, fix = (inline(shortened(text, _REASON)) for text in (finding.why, finding.fix))
    return f"{head}: {why}{f' Fix: {fix}' if fix else ''}" if why else head
