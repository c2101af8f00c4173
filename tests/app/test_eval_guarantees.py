"""Labels of what is promised: read from their own files, scored by subject, before and after; a slip is no silent case."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from reviewer.app.cli import main
from reviewer.app.evaluate.guarantee_cases import read_guarantee_cases
from reviewer.core.problem import ReviewError

CASE = """### lowered
guarantee: wallet exactly-once -> at-least-once
why: Its own outputs may be written twice.
--- streams.properties
 application.id=wallet
-processing.guarantee=exactly_once_v2
+processing.guarantee=at_least_once
"""


def test_what_is_found_missed_and_false_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "some.guarantees").write_text(
        f"language: properties\n{CASE}\n{CASE.replace('lowered', 'denied').replace('wallet exactly-once -> at-least-once', 'none')}"
        f"\n{CASE.replace('lowered', 'other').replace('wallet exactly', 'purse exactly')}",
        encoding="utf-8",
    )
    assert main(["eval", str(tmp_path), "--engine", "rules"]) == 0
    assert capsys.readouterr().out.splitlines() == [
        "guarantees: 1 of 2 found, 2 false, in 3 changes",
        "false in denied: wallet exactly-once -> at-least-once",
        "missed in other: purse exactly-once -> at-least-once",
        "false in other: wallet exactly-once -> at-least-once",
    ]
    assert main(["eval", str(tmp_path / "some.guarantees"), "--engine", "rules", "--format", "json"]) == 0
    scored = json.loads(capsys.readouterr().out)["guarantees"]
    assert (scored["cases"], scored["found"]) == (3, 1)
    assert scored["missed"] == {"other": [["purse", "exactly-once", "at-least-once"]]}


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        ("guarantee: wallet exactly-once -> at-least-once\n", "", "a case has a `guarantee:`"),
        ("why: Its own outputs may be written twice.\n", "", "a `why:`"),
        ("exactly-once -> at-least-once", "lower", "SUBJECT BEFORE -> AFTER"),
        ("why:", "because:", "the head is lines of guarantee, language, why"),
        ("--- streams.properties\n", "", "no file"),
    ],
)
def test_a_slip_names_file_and_fault(tmp_path: Path, old: str, new: str, fault: str) -> None:
    assert old in CASE
    (tmp_path / "some.guarantees").write_text(CASE.replace(old, new), encoding="utf-8")
    with pytest.raises(ReviewError, match=fault) as told:
        read_guarantee_cases(tmp_path)
    assert "some.guarantees" in str(told.value)
