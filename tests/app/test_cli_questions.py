"""What is asked, what is older or declared, and what became of each finding: through the command line, with a Claude on loopback."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from app.conftest import ORDERS, git
from app.test_cli_claude_hostile import FINDING, LINE, NOTHING, claude, is_second, upheld
from fakes.claude import Answer, FakeClaude, asks_for

from reviewer.app.cli import main

__all__ = ["claude"]
RULE = "kafka-producer-acks-not-all"
TITLE = str(FINDING["title"])
REFUTED = {"id": "h1", "verdict": "refuted", "reason": "a click topic", "quote": LINE}
ASKED = {"question": "Does anybody watch the lag?", "settle": "the alerts of orders"}
UNSURE = {**FINDING, "confidence": "low", "severity": "critical", "category": "data-loss", **ASKED}


def output(repo: Path, capsys: pytest.CaptureFixture[str], *more: str, code: int = 0) -> str:
    capsys.readouterr()
    assert main(["review", "--repo", str(repo), *more]) == code
    return capsys.readouterr().out


def review(repo: Path, capsys: pytest.CaptureFixture[str], *more: str, code: int = 0) -> dict[str, Any]:
    report: dict[str, Any] = json.loads(output(repo, capsys, "--format", "json", *more, code=code))
    return report


def configured(repo: Path, text: str) -> None:
    (repo / ".github").mkdir(exist_ok=True)
    (repo / ".github/stream-review.yml").write_text(text, encoding="utf-8")


def answer(*findings: dict[str, Any], verdict: dict[str, Any] = REFUTED) -> dict[str, Any]:
    return {**NOTHING, "findings": list(findings), "verdicts": [verdict]}


def opinion(**word: Any) -> Any:
    """The same word of the second reader on every finding."""

    def said(body: Any) -> dict[str, Any]:
        return {"opinions": [row | word for row in upheld(body)["opinions"]]}

    return said


def titles(rows: list[dict[str, Any]]) -> list[str]:
    return sorted(row["title"] for row in rows)


# -- the ways in which a question arises ---------------------------------------------------------------------------------


def test_a_grave_finding_of_low_confidence_is_asked_and_fails_nothing(
    claude: FakeClaude, repo: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    claude.reply(upheld, when=is_second)
    claude.reply(answer(UNSURE))
    report = review(repo, capsys, "--fail-on-severity", "low")
    assert report["findings"] == [] and report["status"] == "reviewed"
    (asked,) = report["questions"]
    assert (asked["question"], asked["settle"]) == (ASKED["question"], ASKED["settle"])
    assert (asked["path"], asked["line"], asked["severity"], asked["if_so"]) == (
        "Orders.java",
        4,
        "critical",
        ["a", "b", "c"],
    )
    assert report["judged"] == {
        "upheld": 1, "weakened": 0, "refuted": 0, "unjudged": 0, "told_twice": 0, "asked": 1,
    }  # fmt: skip


def test_an_undecided_hypothesis_is_asked_with_what_would_decide_it(
    claude: FakeClaude, repo: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    undecided = {
        "id": "h1",
        "verdict": "undecided",
        "reason": "Is it a topic of clicks?",
        "quote": "",
        "settle": "who reads it",
    }
    claude.reply(upheld, when=is_second)
    claude.reply(answer(verdict=undecided))
    report = review(repo, capsys, "--fail-on-severity", "low")
    assert report["findings"] == []
    assert [(q["rule_id"], q["question"], q["settle"]) for q in report["questions"]] == [
        (RULE, "Is it a topic of clicks?", "who reads it")
    ]


@pytest.mark.parametrize(
    ("settle", "shown"), [("the alerts of orders", "the alerts of orders"), ("", "an alert may watch it")]
)
def test_what_the_second_reader_weakens_to_low_is_asked(
    claude: FakeClaude, repo: Path, capsys: pytest.CaptureFixture[str], settle: str, shown: str
) -> None:
    weaker = opinion(verdict="weakened", confidence="low", reason="an alert may watch it", settle=settle)
    claude.reply(weaker, when=is_second)
    claude.reply(answer(FINDING))
    report = review(repo, capsys)
    assert report["findings"] == []
    assert [(q["title"], q["settle"]) for q in report["questions"]] == [(TITLE, shown)]
    assert (report["judged"]["weakened"], report["judged"]["asked"]) == (1, 1)


def test_a_rules_finding_that_the_second_reader_weakens_to_low_is_asked(
    claude: FakeClaude, repo: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    claude.reply(opinion(verdict="weakened", confidence="low", reason="it may be a sample"), when=is_second)
    claude.reply(answer(verdict={**REFUTED, "verdict": "confirmed"}))
    report = review(repo, capsys)
    assert report["findings"] == [] and [(q["rule_id"], q["settle"]) for q in report["questions"]] == [
        (RULE, "it may be a sample")
    ]


def compared(*, stands: str | None = None, same: bool = False) -> dict[str, Any]:
    ids, reason = ["f1", "f2"], "the acknowledgement is either awaited or not"
    if same:
        return {"same": [{"ids": ids, "cause": "f1", "reason": reason}], "exclusive": []}
    return {"same": [], "exclusive": [{"ids": ids, "stands": stands, "reason": reason}]}


def two(claude: FakeClaude, comparison: dict[str, Any]) -> None:
    """The rule's finding and one of the model, upheld and then compared."""
    claude.reply(upheld, when=is_second)
    claude.reply(comparison, when=asks_for("same"), first=True)
    claude.reply(answer(FINDING, verdict={**REFUTED, "verdict": "confirmed"}))


def test_of_two_that_exclude_each_other_both_are_asked_when_nothing_decides(
    claude: FakeClaude, repo: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    two(claude, compared())
    report = review(repo, capsys, "--fail-on-severity", "low")
    assert report["findings"] == [] and {q["rule_id"] for q in report["questions"]} == {RULE, None}
    assert {q["settle"] for q in report["questions"]} == {"the acknowledgement is either awaited or not"}
    assert (report["judged"]["upheld"], report["judged"]["asked"]) == (2, 2)


# -- what became of each ---------------------------------------------------------------------------------------------------


def test_one_that_another_excludes_is_counted_as_refuted_and_one_told_twice_as_that(
    claude: FakeClaude, repo: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    two(claude, compared(stands="f1"))
    report = review(repo, capsys)
    assert {k: v for k, v in report["judged"].items() if v} == {"upheld": 1, "refuted": 1}
    assert len(report["findings"]) == 1 and [w["stage"] for w in report["withheld"]] == ["refuted"]
    two(claude, compared(same=True))
    report = review(repo, capsys)
    assert {k: v for k, v in report["judged"].items() if v} == {"upheld": 2, "told_twice": 1}
    assert len(report["findings"]) == 1 and [w["stage"] for w in report["withheld"]] == ["duplicate"]


def test_why_a_finding_weighs_less_stays_with_it(
    claude: FakeClaude, repo: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    claude.reply(opinion(verdict="weakened", severity="low", reason="a counter stands elsewhere"), when=is_second)
    claude.reply(answer(FINDING))
    report = review(repo, capsys)
    (found,) = report["findings"]
    assert (found["severity"], found["confidence"]) == ("low", "medium")
    assert found["doubt"] == {"question": "", "settle": "", "reason": "a counter stands elsewhere"}


@pytest.mark.parametrize(("quote", "word"), [(LINE, "refuted"), ("not in the code", "weakened")])
def test_a_refutation_counts_by_its_proof(
    claude: FakeClaude, repo: Path, capsys: pytest.CaptureFixture[str], quote: str, word: str
) -> None:
    claude.reply(opinion(verdict="refuted", quote=quote, reason="a counter"), when=is_second)
    claude.reply(answer(FINDING))
    report = review(repo, capsys)
    assert {k: v for k, v in report["judged"].items() if v} == {word: 1}
    reasons = [w["reason"] for w in report["withheld"] if w["title"] == TITLE]
    reasons += [f["doubt"]["reason"] for f in report["findings"]]
    assert reasons == ["a counter"]


def test_what_nobody_judged_is_said(claude: FakeClaude, repo: Path, capsys: pytest.CaptureFixture[str]) -> None:
    claude.reply(Answer(stop_reason="refusal"), when=is_second)
    claude.reply(answer(FINDING))
    assert "second opinion: 1 unjudged\n" in output(repo, capsys)


def test_without_a_model_nothing_is_judged_and_a_rule_asks_nothing(
    repo: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A rule weighs what stands in a test low: that is no doubt about what happens."""
    test = repo / "src/test/java/OrdersTest.java"
    test.parent.mkdir(parents=True)
    test.write_text(ORDERS.replace("Orders", "OrdersTest"), encoding="utf-8")
    git(repo, "add", "src")
    git(repo, "commit", "-qm", "test", "src")
    test.write_text(ORDERS.replace("Orders", "OrdersTest").replace('"all"', '"1"'), encoding="utf-8")
    report = review(repo, capsys)
    assert report["judged"] is None and report["questions"] == []
    assert [w["stage"] for w in report["withheld"] if "src/test" in w["path"]] == ["threshold"]


# -- how it reads ------------------------------------------------------------------------------------------------------------


@pytest.fixture
def asking(claude: FakeClaude) -> FakeClaude:
    """Nothing is found, one thing is asked."""
    claude.reply(upheld, when=is_second, times=None)
    claude.reply(answer(UNSURE), times=None)
    return claude


def test_a_question_is_read_in_every_format_and_is_no_danger(
    asking: FakeClaude, repo: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    terminal = output(repo, capsys)
    assert (
        "1 question to the team\n  Does anybody watch the lag?\n  Orders.java:4 · data loss · critical if so"
        in terminal
    )
    assert "No danger found, 1 question.\n" in terminal and "second opinion: 1 upheld; 1 asked\n" in terminal
    markdown = output(repo, capsys, "--format", "markdown")
    assert "<summary>1 question to the team</summary>" in markdown and "**Does anybody watch the lag?**" in markdown
    (result,) = json.loads(output(repo, capsys, "--format", "sarif"))["runs"][0]["results"]
    assert (result["ruleId"], result["level"]) == ("question-data-loss", "note")


OLDER = {**FINDING, "severity": "critical", "standing": "older"}


@pytest.mark.parametrize(
    ("standing", "title"), [("older", "Older than this change"), ("declared", "Trade-offs that the change declares")]
)
def test_what_is_older_or_declared_stands_apart_and_fails_nothing(
    claude: FakeClaude, repo: Path, capsys: pytest.CaptureFixture[str], standing: str, title: str
) -> None:
    claude.reply(upheld, when=is_second, times=None)
    claude.reply(answer({**OLDER, "standing": standing}), times=None)
    report = review(repo, capsys, "--fail-on-severity", "low")
    assert [(f["standing"], f["placement"]) for f in report["findings"]] == [(standing, "summary")]
    terminal = output(repo, capsys)
    assert f"{title}\n  critical: {TITLE} (Orders.java:4): why Fix: fix\n" in terminal and "CRITICAL" not in terminal
    assert "No new danger found, 1 " in terminal
    markdown = output(repo, capsys, "--format", "markdown")
    assert (
        f"**{title}**\n\n- critical: {TITLE} `Orders.java:4`: why Fix: fix\n" in markdown
        and "| critical |" not in markdown
    )
    (result,) = json.loads(output(repo, capsys, "--format", "sarif"))["runs"][0]["results"]
    assert (result["level"], result["properties"]["standing"]) == ("note", standing)


def test_a_new_danger_beside_an_older_one_fails_by_its_own_weight(
    claude: FakeClaude, repo: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    claude.reply(upheld, when=is_second, times=None)
    claude.reply(answer(OLDER, verdict={**REFUTED, "verdict": "confirmed"}), times=None)
    review(repo, capsys, "--fail-on-severity", "critical")
    review(repo, capsys, "--fail-on-severity", "high", code=1)


# -- the settings ------------------------------------------------------------------------------------------------------------


def test_questions_can_be_turned_off(asking: FakeClaude, repo: Path, capsys: pytest.CaptureFixture[str]) -> None:
    configured(repo, "questions: off\n")
    report = review(repo, capsys)
    assert report["questions"] == [] and report["judged"]["asked"] == 0
    assert [(w["stage"], w["reason"]) for w in report["withheld"] if w["title"] == TITLE] == [
        ("threshold", "confidence low is below medium")
    ]


def test_a_team_that_takes_low_confidence_gets_a_finding_and_no_question(
    asking: FakeClaude, repo: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    report = review(repo, capsys, "--min-confidence", "low")
    assert report["questions"] == [] and titles(report["findings"]) == [TITLE]
    report = review(repo, capsys, "--min-severity", "critical")
    assert len(report["questions"]) == 1


@pytest.mark.parametrize(("least", "placement"), [("medium", "inline"), ("high", "summary")])
def test_lighter_findings_can_be_kept_off_the_lines(
    claude: FakeClaude, repo: Path, capsys: pytest.CaptureFixture[str], least: str, placement: str
) -> None:
    configured(repo, f"inline-min-severity: {least}\n")
    claude.reply(upheld, when=is_second)
    claude.reply(answer({**FINDING, "suggestion": "x();"}, verdict={**REFUTED, "verdict": "confirmed"}))
    found = {f["origin"]: f for f in review(repo, capsys, "--fail-on-severity", "medium", code=1)["findings"]}
    assert found["both"]["placement"] == "inline"
    assert (found["model"]["placement"], found["model"]["suggestion"]) == (placement, "x();")


PRICES = "class Prices {\n  int of(Order order) {\n    return order.sum;\n  }\n}\n"


@pytest.fixture
def unseen(repo: Path) -> Path:
    """A module with a streaming library, in which only code without any signal of it changes."""
    git(repo, "checkout", "-q", "--", ".")
    (repo / "build.gradle").write_text('dependencies { implementation "org.apache.kafka:kafka-clients:3.7.0" }\n')
    (repo / "Prices.java").write_text(PRICES, encoding="utf-8")
    git(repo, "add", ".")
    git(repo, "commit", "-qm", "prices")
    (repo / "Prices.java").write_text(PRICES.replace("order.sum", "order.sum * 2"), encoding="utf-8")
    return repo


def sweeps(claude: FakeClaude) -> int:
    return sum(asks_for("review")(body) for body in claude.prompts)


def test_what_the_sweep_names_is_reviewed_and_the_rest_is_accounted_for(
    claude: FakeClaude, unseen: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    report = review(unseen, capsys)
    (hunk,) = [c for c in report["coverage"] if c["path"] == "Prices.java"]
    assert (hunk["outcome"], hunk["reviewed_by"]) == ("not-streaming", "model") and hunk["reason"].endswith("; swept")
    assert (len(claude.prompts), sweeps(claude)) == (1, 1) and report["usage"]["requests"] == 1

    claude.reply(
        {"review": [{"id": "s1", "reason": "the sum goes into the record"}]}, when=asks_for("review"), first=True
    )
    claude.reply(NOTHING)
    report = review(unseen, capsys)
    (hunk,) = [c for c in report["coverage"] if c["path"] == "Prices.java"]
    assert (hunk["outcome"], hunk["reviewed_by"]) == ("reviewed", "model")
    assert hunk["reason"] == "named by the sweep: the sum goes into the record"


def test_the_sweep_can_be_turned_off(claude: FakeClaude, unseen: Path, capsys: pytest.CaptureFixture[str]) -> None:
    configured(unseen, "sweep: off\n")
    report = review(unseen, capsys)
    assert claude.prompts == [] and report["status"] == "no-streaming-code" and report["judged"] is None
    (hunk,) = [c for c in report["coverage"] if c["path"] == "Prices.java"]
    assert (hunk["outcome"], hunk["reviewed_by"]) == ("not-streaming", None)


def test_the_sweep_is_on_in_a_file_too(claude: FakeClaude, unseen: Path, capsys: pytest.CaptureFixture[str]) -> None:
    configured(unseen, "sweep: on\nquestions: summary\n")
    assert review(unseen, capsys)["usage"]["requests"] == 1 == sweeps(claude)


@pytest.mark.parametrize(("verdict", "category"), [("upheld", "ordering"), ("weakened", "ordering")])
def test_the_second_reader_names_the_damage_that_the_sequence_ends_in(
    claude: FakeClaude, repo: Path, capsys: pytest.CaptureFixture[str], verdict: str, category: str
) -> None:
    claude.reply(opinion(verdict=verdict, category=category), when=is_second)
    claude.reply(answer(FINDING))
    report = review(repo, capsys)
    told = {f["title"]: f["category"] for f in (*report["findings"], *report["questions"])}
    assert told[FINDING["title"]] == category != FINDING["category"]
