"""What a comparison makes of several findings: one danger, one comment, at its cause."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace

import pytest

from reviewer.asking.comparing import Compared, compare
from reviewer.asking.session import ModelSession
from reviewer.core.finding import Category, Confidence, Evidence, Finding, Origin, Severity, Stage
from reviewer.core.report import Usage
from reviewer.core.span import Side, Span
from reviewer.model.fan_out import FanOut
from reviewer.model.port import ModelRequest


def finding(number: int, category: Category, severity: Severity = Severity.HIGH, rule_id: str | None = None) -> Finding:
    span = Span(path="A.java", side=Side.AFTER, first_line=number, last_line=number)
    return Finding(
        id=f"{number:016x}", rule_id=rule_id, category=category, severity=severity, confidence=Confidence.HIGH, title="t",
        span=span, scenario=("s",), why="w", fix="f", subject="s", origin=Origin.MODEL,
        evidence=(Evidence(span=span, quote=f"line {number}"),),
    )  # fmt: skip


class Session:
    """Answers the one question of a comparison."""

    second_opinion = True

    def __init__(self, reply: object) -> None:
        self._text = json.dumps(reply)

    def fan(self, _what: str, requests: dict[str, ModelRequest], parse: Callable[[str], object]) -> FanOut[object]:
        return FanOut(outcomes={name: parse(self._text) for name in requests}, oversize=frozenset(), usage=Usage(), unmetered=0, unmetered_usd=0.0)  # fmt: skip


def compared(reply: object, *findings: Finding, disputed: frozenset[str] = frozenset()) -> Compared:
    session: ModelSession = Session(reply)  # type: ignore[assignment]  # all that is asked of it
    return compare(session, findings, disputed)


SAME = {"same": [{"ids": ["f1", "f2"], "cause": "f1", "reason": "one removed wait"}], "exclusive": []}


@pytest.mark.parametrize(
    ("rule_id", "expected"), [(None, Category.DATA_LOSS), ("kafka-producer-send-result-ignored", Category.DUPLICATES)]
)
def test_the_one_at_the_cause_stays_with_the_gravest_of_all_and_the_lines_of_the_others(
    rule_id: str | None, expected: Category
) -> None:
    cause = finding(1, Category.DUPLICATES, Severity.MEDIUM, rule_id)
    result = compared(SAME, cause, finding(9, Category.DATA_LOSS, Severity.CRITICAL))
    (kept,) = result.findings
    assert (kept.id, kept.span, kept.severity, kept.category) == (cause.id, cause.span, Severity.CRITICAL, expected)
    assert [item.quote for item in kept.evidence] == ["line 1", "line 9"]
    (gone,) = result.withheld
    assert gone.stage is Stage.DUPLICATE and "one removed wait" in gone.reason


@pytest.mark.parametrize("is_cause", [True, False])
def test_a_telling_that_the_second_reader_refuted_makes_the_other_no_graver_and_does_not_speak_for_it(
    is_cause: bool,
) -> None:
    milder, grave = finding(1, Category.OPERATIONS, Severity.MEDIUM), finding(1, Category.DATA_LOSS, Severity.CRITICAL)
    grave = replace(grave, id="f" * 16, title="all is lost")
    same = {"same": [{**SAME["same"][0], "cause": "f2" if is_cause else "f1"}], "exclusive": []}
    (kept,) = compared(same, milder, grave, disputed=frozenset({grave.id})).findings
    assert (kept.title, kept.category, kept.severity) == ("t", Category.OPERATIONS, Severity.MEDIUM)
    (asked,) = compared(same, milder, replace(grave, confidence=Confidence.LOW)).findings
    assert (asked.confidence, asked.severity) == (Confidence.HIGH, Severity.MEDIUM)
    (both,) = compared(same, milder, grave, disputed=frozenset({grave.id, milder.id})).findings
    assert (
        both.severity is Severity.CRITICAL
    )  # refuted without a proof, as the other: nothing speaks for the milder one


def test_of_two_that_exclude_each_other_at_most_one_stands() -> None:
    two = finding(1, Category.DATA_LOSS), finding(2, Category.DUPLICATES)
    pair = {"ids": ["f1", "f2"], "stands": "f2", "reason": "the commit is awaited"}
    decided = compared({"same": [], "exclusive": [pair]}, *two)
    assert [f.id for f in decided.findings] == [two[1].id]
    open_ = compared({"same": [], "exclusive": [{**pair, "stands": None}]}, *two)
    assert [f.confidence for f in open_.findings] == [Confidence.LOW, Confidence.LOW]
    assert all(f.doubt is not None and f.doubt.settle == "the commit is awaited" for f in open_.findings)


def test_a_rule_s_own_finding_that_is_no_part_of_it_is_left_alone() -> None:
    third = replace(finding(30, Category.ORDERING), rule_id="kafka-producer-retry-reordering", origin=Origin.RULE)
    result = compared(SAME, finding(1, Category.DATA_LOSS), finding(9, Category.DATA_LOSS), third)
    assert third in result.findings and len(result.findings) == 2
