"""What the second reader's word makes of a finding: true dangers are told without the steps that cannot happen."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

from asking.test_comparing import finding

from reviewer.asking.judging import with_opinions
from reviewer.context.render import render_earlier
from reviewer.core.change import ChangeSet
from reviewer.core.finding import Category, Confidence, Doubt, Finding, Origin, Standing
from reviewer.model.second_opinion import SecondOpinion, parse_second_opinion
from reviewer.verify.sources import Sources

FOUND = replace(
    finding(3, Category.OPERATIONS), title="Streams poll for ever", why="It learns it only from a write.",
    scenario=("The client leaves.", "The loop goes on polling.", "Threads pile up until none is left."),
)  # fmt: skip
WORD: dict[str, Any] = {
    "id": "f1", "verdict": "upheld", "reason": "r", "quote": "", "severity": None, "confidence": None, "documented": "",
    "standing": "new", "settle": "", "category": None, "title": "", "scenario": [], "why": "",
}  # fmt: skip


def judged(one: Finding, **word: Any) -> Finding:
    opinions = parse_second_opinion(
        json.dumps({"findings": [], "verdicts": [], "needs": [], "earlier": [], "opinions": [{**WORD, **word}]})
    )
    assert isinstance(opinions, SecondOpinion)
    sources = Sources(ChangeSet(base="a", head="b", files=()), str, {})
    (kept,) = with_opinions([one], {one.id: (opinions.opinions[0], ())}, sources).findings
    return kept


def test_a_true_danger_is_told_without_the_step_that_cannot_happen() -> None:
    steps = ["1. The client leaves.", "2. The loop goes on polling and blocks the shared consumer."]
    for verdict in ("upheld", "weakened"):
        kept = judged(FOUND, verdict=verdict, scenario=steps, title="One stream polls on")
        assert kept.scenario == ("The client leaves.", "The loop goes on polling and blocks the shared consumer.")
        assert (kept.title, kept.why, kept.id, kept.span, kept.fix) == (
            "One stream polls on",
            FOUND.why,
            FOUND.id,
            FOUND.span,
            FOUND.fix,
        )


def test_what_is_no_scenario_or_no_correction_leaves_the_words_as_they_are() -> None:
    assert judged(FOUND).scenario == judged(FOUND, scenario=["Only this.", " "]).scenario == FOUND.scenario
    unproved = judged(FOUND, verdict="refuted", scenario=["Nothing happens.", "Nothing is lost."])
    assert (unproved.scenario, unproved.confidence) == (FOUND.scenario, Confidence.MEDIUM)
    rule = replace(FOUND, origin=Origin.RULE)
    assert judged(rule, scenario=["Another.", "Its end."], title="Another").title == FOUND.title


def test_an_earlier_finding_is_shown_with_its_question_and_standing() -> None:
    doubt = Doubt(question="Is a group set?", settle="the ConsumerConfig of the callers")
    text = render_earlier([replace(FOUND, standing=Standing.OLDER, doubt=doubt), FOUND])
    first, second = text.split("e2: ")
    assert "confidence: high; standing: older" in first
    assert "  question: Is a group set?\n  settle: the ConsumerConfig of the callers" in first
    assert "standing" not in second and "question" not in second
