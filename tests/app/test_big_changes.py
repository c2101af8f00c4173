"""Big pull requests: of a hundred files the few with a danger are read, however little fits, and nobody is told of the others."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from app.big_changes.build import FILES, BigChange, big_changes
from app.conftest import git
from app.test_cli_claude_hostile import NOTHING, claude, is_second, upheld
from fakes.claude import Answer, FakeClaude

from reviewer.app import wiring
from reviewer.app.cli import main
from reviewer.model import fan_out

__all__ = ["claude"]
CHANGES = big_changes()
#: Two are cut by the time, the others by the money.
LATE = ("scala-streams", "go-clients")
_MINUTES = 1.5  # that an answer takes: six of them fit into the ten of a run


@dataclass(slots=True)
class Clock:
    """Time that passes only with answers."""

    now: float = 1_000.0

    def monotonic(self) -> float:
        return self.now

    def answer(self, _body: Any) -> dict[str, Any]:
        self.now += _MINUTES * 60
        return NOTHING


@pytest.mark.parametrize("name", CHANGES)
def test_all_dangers_of_a_big_change_are_read_and_the_rest_is_said_to_be_unread(
    claude: FakeClaude, repo: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    change = CHANGES[name]
    _commit(repo, change)
    claude.reply(upheld, when=is_second, times=None)
    if name in LATE:
        clock = Clock()
        monkeypatch.setattr(wiring, "time", clock)
        # One at a time: side by side, a slow reader's answer would run out of time by what the others make the clock jump.
        monkeypatch.setattr(fan_out, "Limits", partial(fan_out.Limits, workers=1))
        claude.reply(clock.answer, times=None)
        why, options = "timeout-minutes", ["--max-cost-usd", "90"]
    else:
        # Each answer costs what it may: the money is gone when an eighth of the forty units is read.
        claude.reply(Answer(text=json.dumps(NOTHING), output_tokens=32_000), times=None)
        why, options = "max-cost-usd", ["--max-cost-usd", "2.2"]
    assert main(["review", "--repo", str(repo), "--format", "json", *options]) == 0
    report = json.loads(capsys.readouterr().out)

    sent = [claude.prompt_text(n) for n, asked in enumerate(claude.prompts) if not is_second(asked)]
    assert len(sent) <= (7 if name in LATE else 6)  # of forty: what is under way when the time is up counts
    dangerous = _dangers(change)
    assert [at for at, line in dangerous.items() if not any(line.search(text) for text in sent)] == []
    read = {item["path"] for item in report["coverage"] if item["reviewed_by"] == "both"}
    paths = {path for path, _ in dangerous}
    assert len(paths) == 4 and paths <= read

    told = {item["path"] for kind in ("findings", "questions") for item in report[kind]}
    assert told and told <= paths, "a harmless file is commented"
    unread = {item["path"]: item["reason"] for item in report["coverage"] if item["outcome"] == "not-reviewed"}
    assert report["status"] == "partial" and len(unread) > FILES / 2 and not paths & unread.keys()
    assert all(why in reason for reason in unread.values())
    assert {item["path"] for item in report["coverage"]} == change.after.keys()


def _commit(repo: Path, change: BigChange) -> None:
    """What was before is committed, what comes stands in the work tree."""
    assert len(change.after) == FILES and change.before.keys() == change.after.keys()
    (repo / "Orders.java").unlink()
    _write(repo, change.before)
    git(repo, "add", "-A")
    git(repo, "commit", "-qm", "before")
    _write(repo, change.after)


def _write(repo: Path, files: Any) -> None:
    for path, text in files.items():
        (repo / path).parent.mkdir(parents=True, exist_ok=True)
        (repo / path).write_text(text, encoding="utf-8")


def _dangers(change: BigChange) -> dict[tuple[str, str], re.Pattern[str]]:
    """(path, category) -> the line of the label as a diff in a request shows it; of what is moved, git may call either line moved."""
    found = {}
    for label in change.case.labels:
        text = (change.before if label.side == "LEFT" else change.after)[label.path].split("\n")[label.first_line - 1]
        found[label.path, label.categories[0]] = re.compile(rf"^[LR]\d+\|[ +-]{re.escape(text)}$", re.MULTILINE)
    return found
