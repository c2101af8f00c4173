"""What is asked: grave, too unsure to be posted, and hinging on something that nobody saw. The rest goes on to the thresholds."""

from __future__ import annotations

from dataclasses import replace

import pytest
from verify.code import at, finding

from reviewer.core.finding import Confidence, Doubt, Finding, Origin, Severity, Standing
from reviewer.place.questions import as_finding, question, split

UNSURE = finding(
    id="0123456789abcdef", confidence=Confidence.LOW, severity=Severity.HIGH, origin=Origin.MODEL, title="Orders are lost",
    scenario=("a pod dies", "its records are gone"), why="nothing else keeps them",
    doubt=Doubt(question="Is the topic compacted?", settle="cleanup.policy of orders"),
)  # fmt: skip


def asked(
    made: Finding, *, severity: Severity = Severity.LOW, confidence: Confidence = Confidence.MEDIUM, on: bool = True
) -> bool:
    kept, questions = split([made], severity, confidence, on=on)
    assert (kept, [q.id for q in questions]) in [((made,), []), ((), [made.id])]
    return bool(questions)


@pytest.mark.parametrize(
    ("severity", "team", "expected"),
    [
        (Severity.CRITICAL, Severity.LOW, True),
        (Severity.MEDIUM, Severity.LOW, True),
        (Severity.LOW, Severity.LOW, False),
        (Severity.MEDIUM, Severity.HIGH, False),
        (Severity.HIGH, Severity.HIGH, True),
        (Severity.HIGH, Severity.CRITICAL, False),
    ],
)
def test_only_what_is_grave_is_asked(severity: Severity, team: Severity, expected: bool) -> None:
    assert asked(replace(UNSURE, severity=severity), severity=team) is expected


@pytest.mark.parametrize(
    ("confidence", "team", "expected"),
    [
        (Confidence.LOW, Confidence.MEDIUM, True),
        (Confidence.LOW, Confidence.HIGH, True),
        (Confidence.LOW, Confidence.LOW, False),
        (Confidence.MEDIUM, Confidence.MEDIUM, False),
        (Confidence.MEDIUM, Confidence.HIGH, False),
        (Confidence.HIGH, Confidence.LOW, False),
    ],
)
def test_a_team_that_wants_unsure_findings_gets_them_as_findings(
    confidence: Confidence, team: Confidence, expected: bool
) -> None:
    assert asked(replace(UNSURE, confidence=confidence), confidence=team) is expected


@pytest.mark.parametrize("standing", list(Standing))
def test_what_is_older_or_declared_is_nobodys_question(standing: Standing) -> None:
    assert asked(replace(UNSURE, standing=standing)) is (standing is Standing.NEW)


def test_a_team_can_turn_it_off() -> None:
    assert not asked(UNSURE, on=False)


@pytest.mark.parametrize(
    ("origin", "doubt", "expected"),
    [
        (Origin.MODEL, None, True),
        (Origin.BOTH, Doubt(settle="the setting"), True),
        (Origin.RULE, Doubt(reason="the topic may be a sample"), True),
        (Origin.RULE, None, False),
        (Origin.BOTH, None, False),
    ],
)
def test_a_rule_that_weighs_its_finding_low_asks_nothing(origin: Origin, doubt: Doubt | None, expected: bool) -> None:
    assert asked(replace(UNSURE, origin=origin, doubt=doubt)) is expected


def test_nobody_is_asked_about_a_test() -> None:
    assert not asked(replace(UNSURE, span=at(5, path="src/test/java/OrdersTest.java")))


def test_a_question_has_the_doubts_words_and_the_events() -> None:
    made = question(UNSURE)
    assert (made.question, made.settle) == ("Is the topic compacted?", "cleanup.policy of orders")
    assert (made.id, made.title, made.if_so, made.span) == (UNSURE.id, UNSURE.title, UNSURE.scenario, UNSURE.span)


@pytest.mark.parametrize(
    ("doubt", "settle"),
    [(None, "nothing else keeps them"), (Doubt(reason="it may be a sample"), "it may be a sample"), (Doubt(), "nothing else keeps them")],
)  # fmt: skip
def test_without_words_of_its_own_the_danger_is_asked(doubt: Doubt | None, settle: str) -> None:
    made = question(replace(UNSURE, doubt=doubt))
    assert (made.question, made.settle) == ("Can this happen: Orders are lost?", settle)


def test_the_gravest_comes_first_and_then_the_place() -> None:
    rows = [(Severity.MEDIUM, "A.java", 1), (Severity.CRITICAL, "B.java", 9), (Severity.CRITICAL, "B.java", 2)]
    made = [replace(UNSURE, severity=severity, span=at(line, path=path)) for severity, path, line in rows]
    _, questions = split(made, Severity.LOW, Confidence.MEDIUM, on=True)
    assert [(q.span.path, q.span.first_line) for q in questions] == [("B.java", 2), ("B.java", 9), ("A.java", 1)]


def test_a_question_that_is_set_aside_is_the_finding_that_it_would_be() -> None:
    back = as_finding(question(UNSURE))
    assert (back.id, back.title, back.scenario, back.confidence) == (
        UNSURE.id, UNSURE.title, UNSURE.scenario, Confidence.LOW,
    )  # fmt: skip
    assert back.doubt == UNSURE.doubt
