"""Steps that the model numbered itself are numbered once, by us; numbers that mean something stay."""

from __future__ import annotations

import json
from typing import Any

import pytest

from reviewer.model.reply import Reply, parse_reply
from reviewer.model.steps import unnumbered

POLL, COMMIT, LOST = "poll() returns 100-149", "commitSync() marks them as done", "117-149 are never processed"


@pytest.mark.parametrize(
    "marks",
    [
        ("1. ", "2. ", "3. "),
        ("1) ", "2) ", "3) "),
        ("1)", "2)", "3)"),
        ("1: ", "2: ", "3: "),
        ("(1) ", "(2) ", "(3) "),
        ("0. ", "1. ", "2. "),
        ("Step 1: ", "Step 2: ", "Step 3: "),
        ("step 1 - ", "step 2 - ", "step 3 - "),
        ("Step 1. ", "Step 2. ", "Step 3. "),
        ("**1.** ", "**2.** ", "**3.** "),
        ("**Step 1:** ", "**Step 2:** ", "**Step 3:** "),
        ("a) ", "b) ", "c) "),
        ("(a) ", "(b) ", "(c) "),
        ("A. ", "B. ", "C. "),
        ("- ", "- ", "- "),
        ("* ", "* ", "* "),
        ("• ", "• ", "• "),
        ("- 1. ", "- 2. ", "- 3. "),
        ("1. ", "", "3. "),
        ("1. ", "2. ", ""),
        ("", "- ", "- "),
    ],
)
def test_the_marks_of_a_list_go(marks: tuple[str, str, str]) -> None:
    steps = [f"{mark}{step}" for mark, step in zip(marks, (POLL, COMMIT, LOST), strict=True)]
    assert unnumbered(steps) == (POLL, COMMIT, LOST)


@pytest.mark.parametrize(
    "steps",
    [
        ("3 records are polled", "4 records are sent", "5 records are lost"),
        ("0.5 s later the lease ends", "1.5 s later it is taken", "2.5 s later both write"),
        ("1.5 million records wait", "2.7 million wait", "the disk is full"),
        ("3.x brokers answer", "4.x clients ask", "nothing fits"),
        ("-1 is returned", "-2 is returned", "the loop ends"),
        ("->  poll()", "-> commit", "-> lost"),
        ("2024. was a leap year", "poll()", "lost"),
        ("1. poll()", "commit", "crash"),  # one of three is no list
        ("2. poll()", "3. commit", "7. crash"),  # nobody begins to count there
        ("3. poll()", "2. commit", "1. crash"),
        ("1. poll()", "1. commit", "1. crash"),
        ("Step 1-2 of the saga run", "Step 3-4 of it fail", "nothing compensates"),
        ("Step 1.5 runs", "Step 2.5 runs", "lost"),
        ("1:30 h later", "2:30 h later", "lost"),
        ("Step 1 of the saga commits", "Step 2 of the saga fails", "nothing compensates"),
        ("t=0: poll()", "t=5: crash", "t=6: lost"),
        ("I. and only I commit", "You read", "both lose"),
        ("*important* poll()", "*important* commit", "*important* crash"),
        ("--force is given", "--allowNonRestoredState too", "lost"),
        ("1)", "2)", "3)"),  # nothing would be left
        ("a.commit() runs", "b.commit() runs", "c.commit() fails"),
    ],
)
def test_what_only_looks_like_a_mark_stays(steps: tuple[str, ...]) -> None:
    assert unnumbered(steps) == steps


def test_a_list_in_one_step_is_its_steps() -> None:
    assert unnumbered([f"1. {POLL}\n2. {COMMIT}\n3. {LOST}"]) == (POLL, COMMIT, LOST)
    assert unnumbered([f"- {POLL}\n\n- {COMMIT}\n- {LOST}\n"]) == (POLL, COMMIT, LOST)
    assert unnumbered([f"1. {POLL}\n   of p0\n2. {COMMIT}"]) == (f"{POLL} of p0", COMMIT)
    assert unnumbered(["first line\nsecond line"]) == ("first line\nsecond line",)
    assert unnumbered([f"1. {POLL}"]) == (POLL,)
    assert unnumbered([f"2. {POLL}"]) == (f"2. {POLL}",)
    assert unnumbered([]) == ()


def answer(**fields: Any) -> str:
    finding = {
        "category": "data-loss", "severity": "high", "confidence": "high", "title": "t", "path": "A.java", "side": "RIGHT",
        "start_line": 1, "line": 1, "scenario": [POLL, COMMIT, LOST], "why": "w", "fix": "f", "suggestion": None,
        "evidence": [], "rule_id": None,
    }  # fmt: skip
    return json.dumps({"findings": [{**finding, **fields}], "verdicts": [], "needs": []})


def test_the_answer_holds_bare_steps_and_prose_as_it_came() -> None:
    fix = "Roll out in this order:\n1. stop with a savepoint\n2. deploy\n3. start from it"
    reply = parse_reply(answer(scenario=[f"1. {POLL}", " ", f"2. {COMMIT}", f"3. {LOST}"], fix=fix, why="1. a\n2. b"))
    assert isinstance(reply, Reply)
    (finding,) = reply.findings
    assert finding.scenario == (POLL, COMMIT, LOST)
    assert (finding.fix, finding.why) == (fix, "1. a\n2. b")


def test_steps_of_marks_only_are_no_scenario() -> None:
    reply = parse_reply(answer(scenario=[" ", "\n"]))
    assert isinstance(reply, Reply) and reply.findings == () and "scenario" in reply.rejected[0]
