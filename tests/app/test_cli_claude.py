"""The model's part through the command line: the real SDK against a Claude that refuses what the real one refuses."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest
from fakes.claude import KEY, Answer, FakeClaude

from reviewer.app.cli import main

LINE = 'props.put(ProducerConfig.ACKS_CONFIG, "1");'
FINDING = {
    "category": "operations", "severity": "medium", "confidence": "high", "title": "No metric tells of lost records",
    "path": "Orders.java", "side": "RIGHT", "start_line": 4, "line": 4, "scenario": ["a", "b", "c"], "why": "why", "fix": "fix",
    "suggestion": None, "evidence": [{"path": "Orders.java", "line": 4, "quote": LINE}], "rule_id": None,
}  # fmt: skip
CONFIRMED = {"id": "h1", "verdict": "confirmed", "reason": "so it is", "quote": LINE}


@pytest.fixture
def claude(fake_claude: FakeClaude, monkeypatch: pytest.MonkeyPatch, repo: Path) -> FakeClaude:
    """The environment that a user with a key has."""
    monkeypatch.setenv("ANTHROPIC_API_KEY", KEY)
    monkeypatch.setenv("ANTHROPIC_BASE_URL", fake_claude.url)
    return fake_claude


def answer(*findings: dict[str, Any], verdicts: tuple[dict[str, Any], ...] = (CONFIRMED,)) -> dict[str, Any]:
    return {"findings": list(findings), "verdicts": list(verdicts), "needs": []}


def opinions(*verdicts: tuple[str, str, str]) -> dict[str, Any]:
    rows = [
        {
            "id": i,
            "verdict": v,
            "reason": "r",
            "quote": q,
            "severity": None,
            "confidence": None,
        }
        for i, v, q in verdicts
    ]
    return {"opinions": rows}


def review(repo: Path, capsys: pytest.CaptureFixture[str], *more: str) -> dict[str, Any]:
    assert main(["review", "--repo", str(repo), "--format", "json", *more]) in (0, 1)
    report: dict[str, Any] = json.loads(capsys.readouterr().out)
    return report


def test_model_and_rules_are_merged_and_paid_for(
    claude: FakeClaude, repo: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    claude.reply(answer(FINDING))
    claude.reply(opinions(("f1", "upheld", ""), ("f2", "upheld", "")))
    report = review(repo, capsys)
    assert report["engine"] == "claude"
    assert {(f["origin"], f["rule_id"]) for f in report["findings"]} == {
        ("both", "kafka-producer-acks-not-all"),
        ("model", None),
    }
    assert report["coverage"][0]["reviewed_by"] == "both"
    assert report["usage"]["requests"] == 3 and report["usage"]["cost_usd"] > 0
    assert "streaming systems engineer" in json.dumps(claude.prompts[0]["system"]).lower()


def test_a_finding_without_a_true_quote_is_withheld(
    claude: FakeClaude, repo: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    made_up = {**FINDING, "evidence": [{"path": "Orders.java", "line": 4, "quote": "consumer.commitSync();"}]}
    claude.reply(answer(made_up))
    claude.reply(opinions(("f1", "upheld", "")))
    report = review(repo, capsys)
    assert [f["origin"] for f in report["findings"]] == ["both"]
    assert [(w["stage"], w["title"]) for w in report["withheld"]] == [("quote", FINDING["title"])]


@pytest.mark.parametrize(
    ("path", "evidence", "kept"),
    [
        ("Orders.java", "Orders.java", True),
        ("b/Orders.java", "a/Orders.java", True),
        ("./Orders.java", "src/main/java/Orders.java", True),
        ("src/Nowhere.java", "Orders.java", False),
        ("src/Nowhere.java", "src/Nowhere.java", False),
        ("Orders.java", "src/Nowhere.java", False),
    ],
)
def test_a_finding_about_a_file_that_is_not_there_is_withheld_though_its_quote_is(
    claude: FakeClaude, repo: Path, capsys: pytest.CaptureFixture[str], path: str, evidence: str, kept: bool
) -> None:
    quotes = [{"path": evidence, "line": 4, "quote": LINE}]
    claude.reply(answer({**FINDING, "path": path, "evidence": quotes}))
    claude.reply(opinions(*((f"f{n}", "upheld", "") for n in (1, 2)[: 1 + kept])))
    report = review(repo, capsys)
    found = [(f["path"], f["line"], f["evidence"][0]["path"]) for f in report["findings"] if f["origin"] == "model"]
    assert found == ([("Orders.java", 4, "Orders.java")] if kept else [])
    assert [(w["stage"], w["path"]) for w in report["withheld"]] == ([] if kept else [("quote", path)])


def test_a_hypothesis_refuted_with_a_true_quote_is_withheld_and_counted(
    claude: FakeClaude, repo: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    claude.reply(answer(verdicts=({**CONFIRMED, "verdict": "refuted", "reason": "a click topic"},)))
    report = review(repo, capsys)
    assert report["findings"] == []
    assert [(w["stage"], w["reason"]) for w in report["withheld"]] == [("refuted", "a click topic")]


def test_a_refutation_without_a_true_quote_changes_nothing(
    claude: FakeClaude, repo: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    claude.reply(answer(verdicts=({**CONFIRMED, "verdict": "refuted", "quote": "not in the code at all"},)))
    claude.reply(opinions(("f1", "refuted", "nor is this line")))
    report = review(repo, capsys)
    assert [f["rule_id"] for f in report["findings"]] == ["kafka-producer-acks-not-all"]


def test_a_failed_request_is_not_reviewed_and_the_rules_still_speak(
    claude: FakeClaude, repo: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    claude.reply(Answer(text="{}", stop_reason="refusal"))
    claude.reply(opinions(("f1", "upheld", "")))
    code = main(["review", "--repo", str(repo), "--format", "json"])
    report = json.loads(capsys.readouterr().out)
    assert code == 2 and report["status"] == "failed"
    assert [f["rule_id"] for f in report["findings"]] == ["kafka-producer-acks-not-all"]
    assert report["coverage"][0]["outcome"] == "not-reviewed"
    assert any("declined" in p["message"].lower() for p in report["problems"])


def test_a_ceiling_that_is_too_low_sends_nothing(
    claude: FakeClaude, repo: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    main(["review", "--repo", str(repo), "--format", "json", "--max-cost-usd", "0.0001"])
    report = json.loads(capsys.readouterr().out)
    assert claude.prompts == []
    assert any("max-cost-usd" in p["message"] for p in report["problems"])


def test_a_wrong_key_is_said_and_nothing_is_lost(
    claude: FakeClaude, repo: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ANTHROPIC_API_KEY", "sk-ant-wrong")
    assert main(["review", "--repo", str(repo), "--format", "json"]) == 2
    report = json.loads(capsys.readouterr().out)
    assert report["status"] == "failed" and len(report["findings"]) == 1
    assert any("key" in p["message"].lower() for p in report["problems"])


def test_show_prompt_prints_what_would_be_sent_and_sends_nothing(
    claude: FakeClaude, repo: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["review", "--repo", str(repo), "--show-prompt"]) == 0
    shown = capsys.readouterr().out
    assert LINE in shown and "system" in shown
    assert claude.prompts == []


def test_the_class_that_the_change_names_is_shown_and_may_be_quoted(
    claude: FakeClaude, repo: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    line = "/* telemetry only: a lost record is fine here */"
    orders = repo / "Orders.java"
    orders.write_text(orders.read_text(encoding="utf-8").replace("props.put", "Defaults.apply(props);\n    props.put"))
    (repo / "Defaults.java").write_text(f"class Defaults {{\n  {line}\n  static void apply(Properties p) {{ }}\n}}\n")
    for arguments in (["add", "Defaults.java"], ["commit", "-q", "-m", "defaults", "Defaults.java"]):
        subprocess.run(
            ["git", "-C", repo, "-c", "user.name=n", "-c", "user.email=n@example.org", *arguments], check=True
        )
    refuted = {"id": "h1", "verdict": "refuted", "reason": "the producer carries telemetry", "quote": line}
    claude.reply(answer(verdicts=(refuted,)))
    report = review(repo, capsys)
    sent = json.dumps(claude.prompts[0]["messages"])
    assert "Code of other files" in sent and "telemetry only" in sent and "called in line 4 of Orders.java" in sent
    assert report["findings"] == []
    assert [(w["stage"], w["reason"]) for w in report["withheld"]] == [("refuted", "the producer carries telemetry")]


@pytest.mark.parametrize("form", ["terminal", "markdown", "sarif"])
def test_steps_that_the_model_numbered_itself_are_numbered_once(
    claude: FakeClaude, repo: Path, capsys: pytest.CaptureFixture[str], form: str
) -> None:
    steps = ["1. poll() returns 100-149", "2. 0.5 s later the leader dies", "3. 3 records are lost"]
    claude.reply(answer({**FINDING, "scenario": steps, "fix": "In this order:\n1. stop\n2. deploy"}))
    claude.reply(opinions(("f1", "upheld", ""), ("f2", "upheld", "")), times=None)
    main(["review", "--repo", str(repo), "--format", form])
    shown = " ".join(capsys.readouterr().out.split())
    mark = ")" if form == "sarif" else "."
    assert f"1{mark} poll() returns 100-149 2{mark} 0.5 s later the leader dies 3{mark} 3 records are lost" in shown
    assert "In this order: 1. stop 2. deploy" in shown or "In this order:\\n1. stop\\n2. deploy" in shown


JOB = """import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
class Job {
  void build(StreamExecutionEnvironment env) {
    env.fromSource(source, watermarks, "scans").uid("scans")
        .keyBy(scan -> scan.parcelId())
        .process(new Standstill())
        .uid("standstill")
        .sinkTo(delays).uid("delays");
  }
}
"""


def test_a_danger_that_rule_and_model_see_on_two_sides_is_one_comment(
    claude: FakeClaude, repo: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    subprocess.run(["git", "-C", repo, "checkout", "-q", "--", "."], check=True)
    (repo / "Job.java").write_text(JOB, encoding="utf-8")
    for arguments in (["add", "."], ["commit", "-q", "-m", "job"]):
        subprocess.run(
            ["git", "-C", repo, "-c", "user.name=n", "-c", "user.email=n@example.org", *arguments], check=True
        )
    (repo / "Job.java").write_text(JOB.replace('        .uid("standstill")\n', ""), encoding="utf-8")
    seen = {
        **FINDING, "category": "state-consistency", "path": "Job.java", "start_line": 6, "line": 6, "severity": "high",
        "title": "Restore drops the standstill timers", "why": "Without its uid the id is a hash of the graph.",
        "fix": 'Put `.uid("standstill")` back.',
        "evidence": [{"path": "Job.java", "line": 6, "quote": ".process(new Standstill())"}],
    }  # fmt: skip
    claude.reply(answer(seen, verdicts=({**CONFIRMED, "quote": ".process(new Standstill())"},)))
    claude.reply(opinions(("f1", "upheld", "")))
    report = review(repo, capsys)
    (found,) = report["findings"]
    assert (found["origin"], found["side"], found["line"]) == ("both", "LEFT", 7)
    assert (found["title"], found["severity"]) == ("Restore drops the standstill timers", "critical")
    assert [e["quote"].strip() for e in found["evidence"]] == ['.uid("standstill")', ".process(new Standstill())"]
    assert [(w["stage"], w["side"], w["line"]) for w in report["withheld"]] == [("duplicate", "RIGHT", 6)]
