"""What is set up, what is missing, what a review would cost."""

from __future__ import annotations

import json
import re
import subprocess
from pathlib import Path

import pytest
from fakes.claude import FakeClaude

from reviewer.app.cli import main
from reviewer.rules.registry import rule_ids


def told(repo: Path, capsys: pytest.CaptureFixture[str], code: int = 0) -> str:
    assert main(["doctor", "--repo", str(repo)]) == code
    return capsys.readouterr().out


def configured(repo: Path, text: str) -> None:
    (repo / ".github").mkdir(exist_ok=True)
    (repo / ".github" / "stream-review.yml").write_text(text)


def test_without_anything_set_the_rules_are_ready(repo: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = told(repo, capsys)
    assert "rules only, offline (ANTHROPIC_API_KEY is not set)" in out and "none (.github/stream-review.yml)" in out
    assert "5.00 USD per run, the default" in out and "not set: needed for --pr" in out


def test_what_is_set_is_said_but_no_secret(
    repo: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ANTHROPIC_API_KEY", "sk-ant-hush")
    monkeypatch.setenv("GITHUB_TOKEN", "ghs_hush")
    (repo / ".github").mkdir()
    config = "max-cost-usd: 0.5\nrules:\n  kafka-producer-acks-not-all: false\n"
    (repo / ".github" / "stream-review.yml").write_text(config)
    out = told(repo, capsys)
    assert "claude (a key is set)" in out and "0.50 USD per run (max-cost-usd)" in out and "hush" not in out
    on, of = re.findall(r"(\d+) of (\d+) are on", out)[0]
    assert int(on) == int(of) - 1
    (repo / ".github" / "stream-review.yml").write_text("engin: rules\n")
    assert main(["doctor", "--repo", str(repo)]) == 2
    assert "did you mean 'engine'" in capsys.readouterr().err


def test_the_cost_of_the_change_here_is_measured_and_nothing_is_sent(
    repo: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, fake_claude: FakeClaude
) -> None:
    monkeypatch.setenv("ANTHROPIC_BASE_URL", fake_claude.url)
    monkeypatch.setenv("ANTHROPIC_API_KEY", "sk-ant-hush")
    found = re.search(r"about (\d+\.\d\d) USD with claude \((\d+) requests of ([\d,]+) tokens", told(repo, capsys))
    assert found and float(found[1]) > 0 and int(found[2]) == 2 and int(found[3].replace(",", "")) > 1000
    assert fake_claude.requests == []
    subprocess.run(["git", "-C", str(repo), "checkout", "-q", "."], check=True)
    assert re.search(r"cost +(nothing|unknown): ", told(repo, capsys))


def test_every_language_is_named_once(repo: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (line,) = re.findall(r"^languages +(.*)$", told(repo, capsys), re.M)
    names = line.split(", ")
    assert len(set(names)) == len(names) and {"java", "python", "typescript", "javascript"} <= set(names)


def test_the_agent_prompt_and_its_model_are_named(
    repo: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    out = told(repo, capsys)
    assert re.search(r"^agent prompt +built in$", out, re.M)
    assert re.search(r"^model +claude-sonnet-5-5$", out, re.M)
    (repo / "team.md").write_text("---\nmodel: opus\n---\nYou are strict.\n")
    configured(repo, "agent-prompt: team.md\n")
    out = told(repo, capsys)
    assert re.search(r"^agent prompt +team\.md$", out, re.M) and re.search(r"^model +claude-opus-5-5$", out, re.M)
    (repo / "team.md").write_text("---\nmodel: opus\n---\n")
    out = told(repo, capsys)  # the rules can still review
    assert re.search(r"^agent prompt +cannot be used: team\.md: the agent prompt is empty\. Write", out, re.M)
    assert re.search(r"^cost +unknown without an agent prompt$", out, re.M)
    monkeypatch.setenv("ANTHROPIC_API_KEY", "sk-ant-hush")
    assert "cannot be used" in told(repo, capsys, code=2)
    configured(repo, "agent-prompt: absent.md\n")
    assert "cannot be used: agent-prompt: 'absent.md' can't be read (No such file" in told(repo, capsys, code=2)


def test_a_model_without_a_known_price_has_no_ceiling_and_with_one_it_is_never_asked(
    repo: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    configured(repo, "model: claude-new-9\n")
    assert re.search(r"^cost ceiling +none: the price of claude-new-9 is not known$", told(repo, capsys), re.M)
    configured(repo, "model: claude-new-9\nmax-cost-usd: 2\n")
    monkeypatch.setenv("ANTHROPIC_API_KEY", "sk-ant-hush")
    assert "the price of claude-new-9 is not known, so nothing would be sent" in told(repo, capsys, code=2)


def test_a_configuration_that_wants_claude_needs_a_key(repo: Path, capsys: pytest.CaptureFixture[str]) -> None:
    configured(repo, "engine: claude\n")
    assert "none: the configuration wants claude (ANTHROPIC_API_KEY is not set)" in told(repo, capsys, code=2)


def test_a_directory_that_is_not_there_is_an_error(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["doctor", "--repo", str(tmp_path / "absent")]) == 2
    assert "--repo: there is no directory" in capsys.readouterr().err


def test_below_the_top_of_a_repository_its_configuration_counts(repo: Path, capsys: pytest.CaptureFixture[str]) -> None:
    configured(repo, "engine: rules\nrules:\n  kafka-producer-acks-not-all: false\n")
    (repo / "src").mkdir()
    out = told(repo / "src", capsys)
    assert re.search(rf"^repository +{re.escape(str(repo))}$", out, re.M)
    assert (
        re.search(r"^configuration +\.github/stream-review\.yml$", out, re.M)
        and f"{len(rule_ids()) - 1} of {len(rule_ids())} are on" in out
    )
    assert main(["review", "--repo", str(repo / "src"), "--format", "json"]) == 0
    assert json.loads(capsys.readouterr().out)["findings"] == []


def test_outside_of_a_repository_it_says_so(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = told(tmp_path, capsys)
    assert re.search(rf"^repository +none: {re.escape(str(tmp_path))} is in no git repository \(--diff ", out, re.M)
    assert re.search(r"^cost +unknown without a git repository$", out, re.M)


def test_without_git_it_cannot_review(
    repo: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    assert "missing: install git" in told(repo, capsys, code=2)
