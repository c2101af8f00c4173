"""One danger, one comment: the findings of a review are compared with each other before any is shown."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from app.test_cli_claude_faults import RULE, review
from app.test_cli_claude_hostile import FINDING as ONE
from app.test_cli_claude_hostile import NOTHING, claude, is_second, upheld
from fakes.claude import Answer, FakeClaude, asks_for, user_text

__all__ = ["claude"]
FINDING: dict[str, Any] = {**ONE}
OTHER: dict[str, Any] = {**ONE, "category": "performance", "severity": "critical", "title": "Told once more"}


@pytest.fixture
def three(claude: FakeClaude) -> FakeClaude:
    """A rule's finding and two of the model, all upheld: f1, f2, f3 in some order."""
    claude.reply(upheld, when=is_second)
    claude.reply({**NOTHING, "findings": [FINDING, OTHER]})
    return claude


def compared(answer: Any) -> Any:
    """A reply made from the ids of the findings that the request shows, by their titles."""

    def script(body: dict[str, Any]) -> dict[str, Any]:
        text = user_text(body)
        rows = [line.partition(": ") for line in text.splitlines() if line[:1] == "f" and line[1:2].isdigit()]
        made: dict[str, Any] = answer({title: name for name, _, title in rows})
        return made

    return script


def test_what_is_the_same_danger_is_told_at_its_cause_and_weighs_as_much_as_the_gravest(
    three: FakeClaude, repo: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def same(names: dict[str, str]) -> dict[str, Any]:
        pair = [names[FINDING["title"]], names[OTHER["title"]]]
        return {"same": [{"ids": pair, "cause": pair[0], "reason": "one statement"}], "exclusive": []}

    three.reply(compared(same), when=asks_for("same"), first=True)
    report = review(repo, capsys)
    assert {(f["title"], f["severity"]) for f in report["findings"] if f["rule_id"] is None} == {
        (FINDING["title"], "critical")
    }
    assert len(report["findings"]) == 2
    (held,) = report["withheld"]
    assert (held["title"], held["stage"]) == (OTHER["title"], "duplicate") and "one statement" in held["reason"]


def test_what_the_second_reader_refuted_without_a_proof_does_not_set_the_severity_of_the_one_comment(
    claude: FakeClaude, repo: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def words(body: Any) -> dict[str, Any]:
        named = next(line for line in user_text(body).splitlines() if line.endswith(f": {OTHER['title']}")).split(":")[
            0
        ]
        said = {"verdict": "refuted", "reason": "the job did not stop before either"}
        return {"opinions": [{**row, **(said if row["id"] == named else {})} for row in upheld(body)["opinions"]]}

    def same(names: dict[str, str]) -> dict[str, Any]:
        pair = [names[OTHER["title"]], names[FINDING["title"]]]
        return {"same": [{"ids": pair, "cause": pair[0], "reason": "one statement"}], "exclusive": []}

    claude.reply(words, when=is_second)
    claude.reply(compared(same), when=asks_for("same"), first=True)
    claude.reply({**NOTHING, "findings": [FINDING, OTHER]})
    report = review(repo, capsys)
    (told,) = [f for f in report["findings"] if f["rule_id"] is None]
    assert (told["title"], told["category"], told["severity"]) == (FINDING["title"], "operations", "medium")


@pytest.mark.parametrize("decided", [True, False])
def test_of_two_that_exclude_each_other_at_most_one_stands(
    three: FakeClaude, repo: Path, capsys: pytest.CaptureFixture[str], decided: bool
) -> None:
    def exclusive(names: dict[str, str]) -> dict[str, Any]:
        pair = [names[FINDING["title"]], names[OTHER["title"]]]
        stands = pair[1] if decided else None
        return {"same": [], "exclusive": [{"ids": pair, "stands": stands, "reason": "which runs first?"}]}

    three.reply(compared(exclusive), when=asks_for("same"), first=True)
    report = review(repo, capsys)
    shown = {f["title"] for f in report["findings"] if f["rule_id"] is None}
    if decided:
        assert shown == {OTHER["title"]} and report["questions"] == []
        (held,) = report["withheld"]
        assert held["stage"] == "refuted" and "which runs first?" in held["reason"]
    else:
        assert shown == set() and report["withheld"] == []
        assert {(q["title"], q["settle"]) for q in report["questions"]} == {
            (FINDING["title"], "which runs first?"),
            (OTHER["title"], "which runs first?"),
        }


@pytest.mark.parametrize(
    "answer",
    [
        {"same": [{"ids": ["f1", "f9"], "cause": "f1", "reason": "r"}], "exclusive": []},
        {"same": [{"ids": ["f1", "f2"], "cause": "f3", "reason": "r"}], "exclusive": []},
        {"same": [{"ids": ["f1"], "cause": "f1", "reason": "r"}], "exclusive": []},
        {"same": [], "exclusive": [{"ids": ["f8", "f9"], "stands": "f9", "reason": "r"}]},
    ],
)
def test_a_comparison_that_makes_no_sense_loses_nothing(
    three: FakeClaude, repo: Path, capsys: pytest.CaptureFixture[str], answer: dict[str, Any]
) -> None:
    three.reply(answer, when=asks_for("same"), first=True)
    report = review(repo, capsys)
    assert len(report["findings"]) == 3 and report["withheld"] == [] and report["questions"] == []


def test_a_comparison_that_fails_is_said_and_every_finding_stands(
    three: FakeClaude, repo: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    three.reply(Answer(stop_reason="refusal"), when=asks_for("same"), first=True)
    report = review(repo, capsys)
    assert len(report["findings"]) == 3
    assert [(p["step"], "told twice" in p["message"]) for p in report["problems"]] == [("comparison", True)]


def test_one_finding_needs_no_comparison(claude: FakeClaude, repo: Path, capsys: pytest.CaptureFixture[str]) -> None:
    claude.reply(upheld, when=is_second)
    claude.reply(NOTHING)
    report = review(repo, capsys)
    assert [f["rule_id"] for f in report["findings"]] == [RULE] and report["usage"]["requests"] == 2
