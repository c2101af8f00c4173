"""The facts that decide a promise, and every false line that was met in real changes: small trees with what a reader says of them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from reviewer.app.cli import main
from reviewer.app.evaluate.guarantee_cases import read_guarantee_cases

FILE = Path(__file__).parent / "links.guarantees"


def test_what_is_told_is_what_a_reader_says(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["eval", str(FILE), "--engine", "rules", "--format", "json"]) == 0
    scored = json.loads(capsys.readouterr().out)["guarantees"]
    assert (scored["missed"], scored["false"]) == ({}, {})
    assert scored["cases"] == len(read_guarantee_cases(FILE))
