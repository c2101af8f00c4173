"""What a user is told when the model's part goes wrong, or right in an unusual way: through the command line, over loopback."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from app.conftest import ORDERS, git
from app.test_cli_claude_hostile import FINDING, LINE, NOTHING, claude, is_second, upheld
from fakes.claude import Answer, FakeClaude, asks_for, user_text

from reviewer.app.cli import main

__all__ = ["claude"]
RULE = "kafka-producer-acks-not-all"
CONFIG = ["review", "--format", "json"]


def review(repo: Path, capsys: pytest.CaptureFixture[str], *more: str, code: int = 0) -> dict[str, Any]:
    capsys.readouterr()
    assert main([*CONFIG, "--repo", str(repo), *more]) == code
    report: dict[str, Any] = json.loads(capsys.readouterr().out)
    return report


def answer(*findings: dict[str, Any], needs: list[dict[str, Any]] | None = None) -> dict[str, Any]:
    return {"findings": list(findings), "verdicts": [], "needs": needs or []}


def limited(repo: Path, minutes: float) -> None:
    (repo / ".github").mkdir(exist_ok=True)
    (repo / ".github/stream-review.yml").write_text(f"timeout-minutes: {minutes}\n", encoding="utf-8")


FAULTS: dict[str, tuple[dict[str, Any] | Answer, str]] = {
    "429 for days": ({"status": 429, "retry_after": 4_000_000, "times": 9}, "rate limit"),
    "529": ({"status": 529, "retry_after": 0.01, "times": 9}, "overloaded"),
    "401": ({"status": 401}, "not accepted"),
    "403": ({"status": 403}, "may not do this"),
    "400": ({"status": 400}, "refused the request"),
    "dropped": ({"drop": True, "times": 9}, "connection"),
    "silence": ({"hang": 60, "times": 9}, "time for the review was used up"),
    "cut": (Answer(text=json.dumps(NOTHING), cut_after=9), "connection"),
    "reset": (Answer(text=json.dumps(NOTHING), reset_after=9), "connection"),
    "error inside": (Answer(text=json.dumps(NOTHING), error_after=9), "in the middle of the answer"),
    "refusal": (Answer(stop_reason="refusal"), "declined"),
    "max_tokens": (Answer(text='{"find', stop_reason="max_tokens"), "output limit"),
    "context": (Answer(stop_reason="model_context_window_exceeded"), "context window"),
    "malformed": (Answer(text="I see no danger.", unchecked=True), "not JSON"),
    "empty": (Answer(text="", unchecked=True), "without an answer"),
}


@pytest.mark.parametrize(("fault", "words"), FAULTS.values(), ids=FAULTS.keys())
def test_a_failed_review_says_so_and_why_and_the_rules_still_speak(
    claude: FakeClaude, repo: Path, capsys: pytest.CaptureFixture[str], fault: dict[str, Any] | Answer, words: str
) -> None:
    limited(repo, 0.06 if "hang" in str(fault) and isinstance(fault, dict) else 5)
    if isinstance(fault, Answer):
        claude.reply(fault, when=lambda body: not is_second(body), times=None)
        claude.reply(upheld, when=is_second, times=None)
    else:
        claude.reply(upheld, times=None)
        claude.fail_next(**fault)
    report = review(repo, capsys, code=2)
    assert report["status"] == "failed"
    assert [f["rule_id"] for f in report["findings"]] == [RULE]
    (hunk,) = [c for c in report["coverage"] if c["path"] == "Orders.java"]
    assert hunk["outcome"] == "not-reviewed" and words in hunk["reason"]
    assert any(words in p["message"] and p["subject"] == "Orders.java" for p in report["problems"])


def test_one_failed_unit_of_two_is_a_partial_review(
    claude: FakeClaude, repo: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    more = "".join(f"  void method{n}() {{ producer.send(record{n}, callback{n}); }}\n" for n in range(400))
    (repo / "lib").mkdir()
    (repo / "lib/Big.java").write_text(
        ORDERS.replace("}\n}", f"}}\n{more}}}").replace("Orders", "Big"), encoding="utf-8"
    )
    git(repo, "add", "-N", ".")
    claude.reply(upheld, when=is_second, times=None)
    claude.reply(Answer(stop_reason="refusal"), when="=== lib/Big.java")
    claude.reply(NOTHING, times=None)
    report = review(repo, capsys)
    assert report["status"] == "partial"
    assert {(c["path"], c["outcome"]) for c in report["coverage"]} == {
        ("Orders.java", "reviewed"), ("lib/Big.java", "not-reviewed"),
    }  # fmt: skip


def test_a_unit_that_is_too_long_is_asked_about_in_halves(
    claude: FakeClaude, repo: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (repo / "Second.java").write_text(ORDERS.replace("Orders", "Second").replace('"all"', '"0"'), encoding="utf-8")
    git(repo, "add", "-N", ".")
    claude.reply(upheld, when=is_second, times=None)

    def both(body: Any) -> bool:
        return all(f"=== {name}.java\n" in user_text(body) for name in ("Orders", "Second"))

    claude.fail_next(
        status=400, message="prompt is too long: 9 tokens > 8 maximum", matcher=lambda call: both(call.json)
    )
    claude.reply(answer(FINDING), when="=== Orders.java\n")
    claude.reply(NOTHING, when="=== Second.java\n")
    report = review(repo, capsys)
    assert report["status"] == "reviewed" and claude.pending_faults == 0
    assert {c["reviewed_by"] for c in report["coverage"]} == {"both"}
    assert FINDING["title"] in {f["title"] for f in report["findings"]}


def test_a_second_opinion_that_fails_leaves_the_findings_and_is_said(
    claude: FakeClaude, repo: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    claude.reply(Answer(stop_reason="refusal"), when=is_second)
    claude.reply(answer(FINDING))
    report = review(repo, capsys)
    assert report["status"] == "reviewed" and len(report["findings"]) == 2
    assert [p["step"] for p in report["problems"]] == ["second opinion"]


def test_the_ceiling_covers_the_second_opinion(
    claude: FakeClaude, repo: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    claude.reply(Answer(text=json.dumps(answer(FINDING)), output_tokens=20_000), times=None)
    report = review(repo, capsys, "--max-cost-usd", "0.45")
    assert len(claude.requests) == 1 and report["usage"]["cost_usd"] <= 0.45
    assert len(report["findings"]) == 2
    assert [(p["step"], "max-cost-usd" in p["message"]) for p in report["problems"]] == [
        ("second opinion", True),
        ("comparison", True),
    ]


def test_a_refutation_with_a_true_quote_withholds_and_one_without_only_weakens(
    claude: FakeClaude, repo: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def opinion(body: Any) -> dict[str, Any]:
        verdicts = upheld(body)["opinions"]
        mine = [v | {"verdict": "refuted", "reason": "a counter stands there", "quote": LINE} for v in verdicts]
        mine[0] |= {"quote": "counter.increment();"}
        return {"opinions": mine}

    claude.reply(opinion, when=is_second)
    claude.reply(answer(FINDING))
    report = review(repo, capsys)
    assert [(f["rule_id"], f["confidence"]) for f in report["findings"]] == [(RULE, "medium")]
    assert [(w["stage"], w["reason"]) for w in report["withheld"]] == [("refuted", "a counter stands there")]


# -- what the model asks to see ----------------------------------------------------------------------------------------


def need(path: str | None, symbol: str | None = None) -> dict[str, Any]:
    return {"path": path, "symbol": symbol, "question": "who calls it?"}


@pytest.fixture
def caller(repo: Path) -> Path:
    git(repo, "stash", "-q")
    (repo / "src").mkdir()
    (repo / "src/Caller.java").write_text("class Caller {\n  int retries = 7;\n}\n", encoding="utf-8")
    (repo / ".env").write_text("ORDERS=1\n", encoding="utf-8")
    git(repo, "add", ".")
    git(repo, "commit", "-qm", "caller")
    git(repo, "stash", "pop", "-q")
    return repo


@pytest.mark.parametrize(
    "asked", [need("src/Caller.java"), need("./Caller.java"), need(None, "Caller"), need(None, "Caller.retries")]
)
def test_what_the_model_asks_for_is_served_once_and_paid_for(
    claude: FakeClaude, caller: Path, capsys: pytest.CaptureFixture[str], asked: dict[str, Any]
) -> None:
    outside = {
        **FINDING, "title": "Retries end too early", "category": "data-loss",
        "evidence": [{"path": "src/Caller.java", "line": 2, "quote": "int retries = 7;"}, *FINDING["evidence"]],  # type: ignore[misc]
    }  # fmt: skip
    claude.reply(upheld, when=is_second)
    claude.reply(answer(outside, needs=[asked]), when="int retries = 7;")
    claude.reply(answer(needs=[asked]))
    report = review(caller, capsys)
    assert "Retries end too early" in {f["title"] for f in report["findings"]}
    assert len(claude.prompts) == 3 == report["usage"]["requests"]
    assert "you asked: who calls it?" in claude.prompt_text(1) and "int retries = 7;" not in claude.prompt_text(0)
    assert "int retries = 7;" in claude.prompt_text(2)


def test_second_look_and_second_opinion_begin_with_the_first_request_and_read_it_from_the_cache(
    claude: FakeClaude, caller: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    asked = need("src/Caller.java")
    claude.reply(upheld, when=is_second)
    steps = ["An order comes.", "It is retried seven times, then lost."]
    seen = [{"path": "src/Caller.java", "line": 2, "quote": quote} for quote in (TRUE_LINE, NO_LINE)]
    claude.reply(
        {**NOTHING, "earlier": [{**word("stands"), "scenario": steps, "evidence": seen}]}, when="Judge each by its id"
    )
    claude.reply(answer(FINDING, needs=[asked]))
    report = review(caller, capsys)
    first, again, opinion = (body["messages"][0]["content"] for body in claude.prompts[:3])
    assert again[0] == opinion[0] == first[0] and "you asked: who calls it?" in again[1]["text"]
    assert (
        again[1] == opinion[1] and "Judge each by its id" in again[2]["text"] and FINDING["title"] in again[2]["text"]
    )
    assert FINDING["title"] in opinion[2]["text"] and "e1: " not in str(opinion)
    # What a rule suspects is the reviewer's to judge: the second reader has the code, the facts and the findings.
    assert [("h1: " in str(content), "cache_control" in content[-1]) for content in (first, again, opinion)] == [
        (True, False), (True, False), (False, False),
    ]  # fmt: skip
    # The second reader's task is read from the cache with the rest of the instructions; behind the unit only a pointer to it is paid.
    assert "Try honestly to prove each finding wrong" in claude.prompts[0]["system"][0]["text"]
    assert len(opinion[2]["text"]) < 500 + len(again[2]["text"])
    system = [[block["text"] for block in body["system"]] for body in claude.prompts[:3]]
    assert system[0] == system[1] == system[2]
    assert claude.prompts[0]["output_config"] == claude.prompts[2]["output_config"]
    shared = sum(len(text) for text in system[0]) + len(first[0]["text"])
    # The fake counts three characters a token.
    assert report["usage"]["tokens"]["cache_read"] >= (2 * shared + len(again[1]["text"])) // 3
    # What the second look changes of a finding that stands is what the second reader judges, and what is told.
    assert steps[1] in opinion[2]["text"] and steps[1] not in again[2]["text"]
    (told,) = (f for f in report["findings"] if f["title"] == FINDING["title"])
    assert told["scenario"] == steps
    quotes = {e["quote"].strip() for e in told["evidence"]}
    assert TRUE_LINE in quotes and NO_LINE not in quotes and len(quotes) > 1


@pytest.mark.parametrize(
    "asked", [need("../outside.txt"), need("/etc/passwd"), need(".env"), need(None, "Nowhere"), need(".git/config")]
)  # fmt: skip
def test_what_is_not_in_the_tree_is_not_opened_and_said_to_be_not_there(
    claude: FakeClaude, caller: Path, capsys: pytest.CaptureFixture[str], asked: dict[str, Any]
) -> None:
    (caller.parent / "outside.txt").write_text("what lies outside", encoding="utf-8")
    claude.reply(upheld, when=is_second)
    claude.reply({**answer(FINDING), "earlier": [word("stands")]}, when="Judge each by its id")
    claude.reply(answer(FINDING, needs=[asked]))
    report = review(caller, capsys)
    assert len(report["findings"]) == 2
    wanted = asked["path"] or f"a declaration of {asked['symbol']}"
    assert f"not found: {wanted}; " in claude.prompt_text(1)
    told = "".join(claude.prompt_text(n) for n in range(len(claude.prompts)))
    assert not any(secret in told for secret in ("what lies outside", "root:", "ORDERS=1", "repositoryformatversion"))
    (served,) = report["served"]
    assert (served["found"], served["note"].partition(";")[0]) == ([], f"not found: {wanted}")


def test_what_is_shown_already_is_not_asked_about_again(
    claude: FakeClaude, caller: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    claude.reply(upheld, when=is_second)
    claude.reply(answer(FINDING, needs=[need("Orders.java")]))
    assert len(review(caller, capsys)["findings"]) == 2
    assert [is_second(body) for body in claude.prompts if not asks_for("same")(body)] == [False, True]


TRUE_LINE, NO_LINE = "int retries = 7;", "int retries = 8;"


def word(verdict: str, quote: str = "", documented: str = "") -> dict[str, Any]:
    return {"id": "e1", "verdict": verdict, "reason": "because", "quote": quote, "documented": documented}


@pytest.mark.parametrize(
    ("words", "became"),
    [
        ([word("stands")], "found"),
        ([word("falls", TRUE_LINE)], "refuted"),
        ([word("falls", documented="kafka-clients 3.6: close() flushes")], "refuted"),
        ([word("falls", NO_LINE)], "asked"),
        ([word("falls", documented="it is usually fine")], "asked"),
        ([word("open")], "asked"),
        ([], "asked"),
    ],
)
def test_an_earlier_finding_falls_only_with_a_proof_and_what_is_dropped_without_a_word_is_asked(
    claude: FakeClaude, caller: Path, capsys: pytest.CaptureFixture[str], words: list[dict[str, Any]], became: str
) -> None:
    claude.reply(upheld, when=is_second)
    claude.reply({**NOTHING, "earlier": words}, when="Judge each by its id")
    claude.reply(answer(FINDING, needs=[need("src/Caller.java")]))
    report = review(caller, capsys)
    assert "e1: No metric tells of lost records" in claude.prompt_text(1)
    seen = {
        "found": [f["title"] for f in report["findings"] if f["origin"] == "model"],
        "refuted": [w["title"] for w in report["withheld"] if (w["stage"], w["reason"]) == ("refuted", "because")],
        "asked": [q["title"] for q in report["questions"]],
    }
    assert seen == {name: [FINDING["title"]] if name == became else [] for name in seen}
    assert all(q["if_so"] == FINDING["scenario"] and q["question"] for q in report["questions"])


def test_of_two_findings_on_the_same_lines_one_that_is_told_anew_does_not_take_the_other_with_it(
    claude: FakeClaude, caller: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    other = {**FINDING, "title": "A failed send ends the thread for good"}
    claude.reply(upheld, when=is_second, times=None)
    again = {**answer(other), "earlier": [word("stands"), {**word("stands"), "id": "e2"}]}
    claude.reply(again, when="Judge each by its id")
    claude.reply(answer(FINDING, other, needs=[need("src/Caller.java")]))
    report = review(caller, capsys)
    told = [f["title"] for f in (*report["findings"], *report["withheld"])]
    assert told.count(FINDING["title"]) == told.count(other["title"]) == 1


def test_when_the_second_round_fails_the_first_answer_stands(
    claude: FakeClaude, caller: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    claude.reply(upheld, when=is_second)
    claude.reply(Answer(stop_reason="refusal"), when="you asked: ")
    claude.reply(answer(FINDING, needs=[need("src/Caller.java")]))
    report = review(caller, capsys)
    assert report["status"] == "reviewed" and len(report["findings"]) == 2


# -- where findings stand ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("change", "placed"),
    [
        ({"start_line": 90, "line": 95}, ("Orders.java", "RIGHT", 4, "inline")),
        ({"side": "LEFT"}, ("Orders.java", "RIGHT", 4, "inline")),
        ({"path": "b/Orders.java"}, ("Orders.java", "RIGHT", 4, "inline")),
        (
            {"side": "LEFT", "evidence": [{"path": "Orders.java", "line": 4, "quote": LINE.replace('"1"', '"all"')}]},
            ("Orders.java", "LEFT", 4, "inline"),
        ),
    ],
)  # fmt: skip
def test_a_finding_stands_where_its_quote_stands(
    claude: FakeClaude, repo: Path, capsys: pytest.CaptureFixture[str], change: dict[str, Any], placed: tuple[Any, ...]
) -> None:
    claude.reply(answer({**FINDING, **change}))
    claude.reply(upheld)
    (found,) = [f for f in review(repo, capsys)["findings"] if f["origin"] == "model"]
    assert (found["path"], found["side"], found["line"], found["placement"]) == placed


def test_another_run_gives_the_same_finding_the_same_id_in_other_words(
    claude: FakeClaude, repo: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    claude.reply(upheld, when=is_second, times=None)
    claude.reply(answer(FINDING))
    claude.reply(answer({**FINDING, "title": "Losses stay unseen", "why": "otherwise"}))
    first, second = ({f["id"] for f in review(repo, capsys)["findings"]} for _ in range(2))
    assert first == second and len(first) == 2


def test_a_model_without_a_price_costs_an_unknown_amount(
    claude: FakeClaude, repo: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    report = review(repo, capsys, "--model", "claude-tomorrow", code=2)
    assert report["usage"]["cost_usd"] is None
    assert any("does not exist" in p["message"] for p in report["problems"])
