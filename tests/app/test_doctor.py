"""What is set up, what is missing, what a review would cost."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest
from fakes.claude import FakeClaude

from reviewer.app.cli import main


def told(repo: Path, capsys: pytest.CaptureFixture[str], code: int = 0) -> str:
    assert main(["doctor", "--repo", str(repo)]) == code
    return capsys.readouterr().out


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


def test_without_git_it_cannot_review(
    repo: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    assert "missing: install git" in told(repo, capsys, code=2)
