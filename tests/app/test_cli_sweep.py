"""Hunks that no signal recognises: in a module that streams they are swept in one cheap request, elsewhere they cost nothing."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from app.conftest import git
from app.test_cli_claude_faults import review
from app.test_cli_claude_hostile import NOTHING, claude, is_second, upheld
from fakes.claude import Answer, FakeClaude, asks_for

__all__ = ["claude"]
BUFFER = """class Buffer {
  private final Queue<Item> waiting = new ArrayDeque<>();
  void stop() {
    drain();
    thread.interrupt();
  }
}
"""
POM = "<project><dependencies><dependency><groupId>org.apache.kafka</groupId><artifactId>kafka-clients</artifactId></dependency></dependencies></project>\n"
PLAIN = "<project><dependencies><dependency><groupId>com.google.guava</groupId><artifactId>guava</artifactId></dependency></dependencies></project>\n"
FINDING: dict[str, Any] = {
    "category": "data-loss", "severity": "high", "confidence": "high", "title": "What waits is lost at every stop",
    "path": "sink/src/Buffer.java", "side": "LEFT", "start_line": 4, "line": 4, "scenario": ["a", "b", "c"], "why": "w", "fix": "f",
    "suggestion": None, "evidence": [{"path": "sink/src/Buffer.java", "line": 4, "quote": "    drain();"}], "rule_id": None,
}  # fmt: skip


@pytest.fixture
def sink(repo: Path) -> Path:
    """A module that uses Kafka elsewhere, and a change to a file of it that does not show that."""
    git(repo, "checkout", "-q", "--", ".")
    (repo / "sink/src").mkdir(parents=True)
    (repo / "sink/pom.xml").write_text(POM, encoding="utf-8")
    (repo / "sink/src/Buffer.java").write_text(BUFFER, encoding="utf-8")
    git(repo, "add", ".")
    git(repo, "commit", "-qm", "sink")
    (repo / "sink/src/Buffer.java").write_text(BUFFER.replace("    drain();\n", ""), encoding="utf-8")
    return repo


def test_what_the_sweep_names_is_reviewed_with_all_that_a_review_sees(
    claude: FakeClaude, sink: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    claude.reply(
        {"review": [{"id": "s1", "reason": "a queue is no longer drained"}]}, when=asks_for("review"), first=True
    )
    claude.reply(upheld, when=is_second)
    claude.reply({**NOTHING, "findings": [FINDING]})
    report = review(sink, capsys)
    assert [f["title"] for f in report["findings"]] == [FINDING["title"]]
    (hunk,) = report["coverage"]
    assert (hunk["outcome"], hunk["reviewed_by"]) == ("reviewed", "model")
    assert hunk["reason"] == "named by the sweep: a queue is no longer drained"
    swept, reviewed = claude.prompt_text(0), claude.prompt_text(1)
    assert "-    drain();" in swept and "streaming systems engineer" not in swept.lower()
    assert "drain();" in reviewed and "streaming systems engineer" in reviewed.lower()


def test_what_it_does_not_name_is_accounted_for_and_costs_one_request(
    claude: FakeClaude, sink: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    report = review(sink, capsys)
    (hunk,) = report["coverage"]
    assert (hunk["outcome"], hunk["reviewed_by"]) == ("not-streaming", "model")
    assert hunk["reason"].endswith("; swept")
    assert report["status"] == "no-streaming-code" and report["usage"]["requests"] == 1


@pytest.mark.parametrize("case", ["plain module", "off", "prose", "blank lines", "tests", "rules only"])
def test_where_there_is_nothing_to_sweep_nothing_is_sent(
    claude: FakeClaude, sink: Path, capsys: pytest.CaptureFixture[str], case: str
) -> None:
    more: list[str] = []
    if case == "plain module":
        (sink / "sink/pom.xml").write_text(PLAIN, encoding="utf-8")
        git(sink, "stash", "-q")
        (sink / "sink/pom.xml").write_text(PLAIN, encoding="utf-8")
        git(sink, "commit", "-qam", "no kafka")
        (sink / "sink/src/Buffer.java").write_text(BUFFER.replace("    drain();\n", ""), encoding="utf-8")
    elif case == "off":
        (sink / ".github").mkdir()
        (sink / ".github/stream-review.yml").write_text("sweep: off\n", encoding="utf-8")
    elif case == "prose":
        git(sink, "checkout", "-q", "--", ".")
        (sink / "sink/README.md").write_text("# Buffer\n\nWaits for items.\n", encoding="utf-8")
    elif case == "blank lines":
        (sink / "sink/src/Buffer.java").write_text(
            BUFFER.replace("    drain();\n", "    drain();\n\n"), encoding="utf-8"
        )
    elif case == "tests":
        git(sink, "checkout", "-q", "--", ".")
        (sink / "sink/src/test").mkdir()
        (sink / "sink/src/test/BufferTest.java").write_text(
            "class BufferTest {\n  void stops() {}\n}\n", encoding="utf-8"
        )
        git(sink, "add", ".")
    else:
        more = ["--engine", "rules"]
    report = review(sink, capsys, *more)
    assert claude.requests == [] and report["usage"]["requests"] == 0
    assert {hunk["outcome"] for hunk in report["coverage"]} == {"not-streaming"}


def test_a_sweep_that_fails_is_said_and_nothing_is_called_looked_at(
    claude: FakeClaude, sink: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    claude.reply(Answer(stop_reason="refusal"), when=asks_for("review"), first=True)
    report = review(sink, capsys)
    (hunk,) = report["coverage"]
    assert (hunk["outcome"], hunk["reviewed_by"]) == ("not-streaming", None)
    (problem,) = report["problems"]
    assert problem["step"] == "sweep" and "were not looked at" in problem["message"]
    assert problem["subject"] == "sink/src/Buffer.java"


def test_ids_that_the_sweep_makes_up_name_nothing(
    claude: FakeClaude, sink: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    claude.reply(
        {"review": [{"id": "s7", "reason": "?"}, {"id": "f1", "reason": "?"}]}, when=asks_for("review"), first=True
    )
    report = review(sink, capsys)
    assert report["usage"]["requests"] == 1 and report["coverage"][0]["reason"].endswith("; swept")


def test_the_prompt_of_a_sweep_is_shown_and_redacted(
    claude: FakeClaude, sink: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text = BUFFER.replace("    drain();\n", '    String password = "hunter2hunter2";\n')
    (sink / "sink/src/Buffer.java").write_text(text, encoding="utf-8")
    from reviewer.app.cli import main

    capsys.readouterr()
    assert main(["review", "--repo", str(sink), "--show-prompt"]) == 0
    shown = capsys.readouterr().out
    assert "Which hunks matter" in shown and "-    drain();" in shown and "hunter2" not in shown
    assert claude.requests == []
