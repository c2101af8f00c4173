"""The labelled changes of `evals/`, reviewed by the rules alone: no change of ours may find less of them, or say more that is false."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from reviewer.app.cli import main

EVALS = Path(__file__).parents[2] / "evals"


def test_the_rules_find_no_less_than_before(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["eval", str(EVALS), "--engine", "rules", "--format", "json"]) == 0
    scored = json.loads(capsys.readouterr().out)
    baseline = json.loads((EVALS / "baseline.json").read_text(encoding="utf-8"))
    row = scored["rows"]["all"]
    assert [case for case in scored["cases"] if case["problems"]] == []
    assert row["found"] + row["missed"] == baseline["labels"], (
        "labels came or went: write the new figures into evals/baseline.json"
    )
    commented = {case["name"] for case in scored["cases"] if case["kind"] != "risky" and case["false"]}
    assert commented <= set(baseline["harmless_with_a_comment"]), "a harmless change gets a comment now"
    assert row["found"] >= baseline["found"] and row["false"] <= baseline["false"]
    assert len(scored["cases"]) >= 250
    assert row["own_side"] >= baseline["own_side"] and row["exact"] >= baseline["exact"]
    fixes = scored["fixes"]
    assert fixes["broken"] <= baseline["fixes"]["broken"], "an exact suggestion does not parse, or leaves the danger"
    assert fixes["offered"] >= baseline["fixes"]["offered"]
    promised, known = scored["guarantees"], baseline["guarantees"]
    assert promised["cases"] >= known["cases"], "labelled guarantees are gone"
    assert promised["found"] >= known["found"], promised["missed"]
    assert sum(map(len, promised["false"].values())) <= known["false"], promised["false"]
    for what, known in baseline["deploy"].items():
        told = scored["deploy"][what]
        assert told["found"] + told["missed"] == known["labels"], (
            f"labels of the {what} came or went: write the new figures into evals/baseline.json"
        )
        assert told["found"] >= known["found"] and told["false"] <= known["false"], f"{what}: {told}"
