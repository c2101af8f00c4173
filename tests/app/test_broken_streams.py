"""Messages that nobody can read cost neither the result nor the exit code; a result that cannot be written is an error."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from reviewer.app.cli import main
from reviewer.facts.workers import ParserPool

COMMAND = [sys.executable, "-m", "reviewer.app.cli", "review", "--engine", "rules", "--format", "json"]
WAYS = {"full": "2>/dev/full", "closed": "2>&-", "broken": "2>&1 1>report | true"}


@pytest.mark.parametrize("way", WAYS)
def test_a_review_ends_as_ever_when_stderr_is_gone(repo: Path, way: str) -> None:
    environ = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2] / "src")}
    # It has something to say: nobody reads the agent prompt without a key.
    line = f'{{ sleep 0.3; "$@" --agent-prompt x.md --fail-on-severity high; echo $? >code; }} {WAYS[way]}'
    ran = subprocess.run(
        ["bash", "-c", line, "bash", *COMMAND], cwd=repo, env=environ, check=False, capture_output=True
    )
    out = (repo / "report").read_bytes() if way == "broken" else ran.stdout
    assert [f["rule_id"] for f in json.loads(out)["findings"]] == ["kafka-producer-acks-not-all"]
    assert (repo / "code").read_text().strip() == "1"


def test_bad_arguments_end_with_2_when_stderr_is_gone(repo: Path) -> None:
    for way in ("2>/dev/full", "2>&-"):
        line = f'"$@" --format nonsense {way}'
        ran = subprocess.run(
            ["bash", "-c", line, "bash", *COMMAND],
            cwd=Path(__file__).parents[2] / "src",
            check=False,
            capture_output=True,
        )
        assert (ran.returncode, ran.stdout) == (2, b""), ran


def test_a_pipe_that_breaks_elsewhere_does_not_pass_for_a_reader_that_went_away(
    repo: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise BrokenPipeError(32, "Broken pipe")

    monkeypatch.setattr(ParserPool, "extract_all", broken)
    assert main([*COMMAND[3:], "--repo", str(repo)]) == 3
    assert "this is a bug" in capsys.readouterr().err


def test_a_reader_of_the_result_that_goes_away_is_no_error(repo: Path) -> None:
    environ = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2] / "src")}
    line = '{ sleep 0.3; "$@"; echo $? >code; } | true'
    ran = subprocess.run(
        ["bash", "-c", line, "bash", *COMMAND], cwd=repo, env=environ, check=False, capture_output=True
    )
    assert (ran.stderr, (repo / "code").read_text().strip()) == (b"", "0")


@pytest.mark.parametrize("form", ["json", "terminal"])
def test_a_result_that_there_is_no_room_for_is_no_bug_of_ours(repo: Path, form: str) -> None:
    environ = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2] / "src")}
    line = '"$@" >/dev/full'
    command = [*COMMAND[:-1], form]
    ran = subprocess.run(
        ["bash", "-c", line, "bash", *command], cwd=repo, env=environ, check=False, capture_output=True
    )
    assert (ran.returncode, ran.stderr) == (
        2,
        b"stream-review: the result could not be written (No space left on device).\n",
    )


def test_a_closed_stdout_is_nobodys_mistake(repo: Path) -> None:
    line = '"$@" >&-'
    command = [*COMMAND[:3], "rules"]
    environ = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2] / "src")}
    ran = subprocess.run(
        ["bash", "-c", line, "bash", *command], cwd=repo, env=environ, check=False, capture_output=True
    )
    assert (ran.returncode, ran.stderr) == (0, b"")
