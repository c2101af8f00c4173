"""Files of which GitHub shows no lines: a finding there is told in a place that GitHub takes, in the first try, on every way of posting.

The fixture asserts that no write was refused.
"""

from __future__ import annotations

import json
from typing import Any, Literal

import pytest
from action_kit import AFTER, BEFORE, RULE, Stage, Stager
from fakes.github import FakeGitHub, Scene, reads
from fakes.github.checkout import Checkout

Why = Literal["too large", "binary"]
TITLE = "The producer is told"


def happen(stage: Stage, mode: str) -> list[str]:
    """The run, or both jobs of two; the lines that a user sees about failures."""
    if mode == "review":
        seen = stage.run(engine="rules")
    else:
        assert stage.run(mode="analyze", engine="rules").code == 0
        seen = stage.run(mode="post", key="")
    assert seen.code == 0 and seen.outputs["findings-count"] == "1" and TITLE in seen.summary
    return [line for line in seen.annotations if "could not post" in line]


@pytest.mark.parametrize("mode", ["review", "post"])
def test_a_difference_that_is_too_large_for_github_is_told_in_the_summary(make: Stager, mode: str) -> None:
    stage = make()
    stage.scene.pull.hide_patch("Orders.java")
    assert happen(stage, mode) == []
    assert stage.inline == [] and len(stage.reviews) == 1
    assert TITLE in stage.reviews[0] and "Orders.java" in stage.reviews[0] and RULE in stage.reviews[0]
    assert happen(stage, mode) == [] and len(stage.reviews) == 1


@pytest.mark.parametrize("mode", ["review", "post"])
def test_what_is_binary_for_github_is_told_on_the_file(make: Stager, mode: str) -> None:
    stage = make()
    stage.scene.pull.hide_patch("Orders.java", why="binary")
    assert happen(stage, mode) == []
    (comment,) = stage.scene.pull.comments
    assert comment.on_file and TITLE in comment.body and "Orders.java:4" in comment.body
    assert happen(stage, mode) == [] and len(stage.inline) == 1


@pytest.mark.parametrize("mode", ["review", "post"])
def test_what_github_does_not_list_is_told_in_the_summary(
    make: Stager, mode: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reads, "DIFF_FILES", 1)
    monkeypatch.setattr(reads, "FILES_LISTED", 1)
    stage = make(after={"A.txt": "x\n", "Orders.java": AFTER})
    assert happen(stage, mode) == []
    assert stage.inline == [] and TITLE in stage.reviews[0]


@pytest.mark.parametrize("mode", ["review", "post"])
def test_source_that_attributes_hide_is_told_on_the_file(make: Stager, fake_github: FakeGitHub, mode: str) -> None:
    stage = make()
    served(stage, fake_github, {"Orders.java": BEFORE}, {"Orders.java": AFTER, ".gitattributes": "*.java -diff\n"})
    assert happen(stage, mode) == []
    (comment,) = stage.scene.pull.comments
    assert comment.on_file and TITLE in comment.body


def test_hunks_that_github_cuts_otherwise_get_no_comment_on_their_lines(
    make: Stager, fake_github: FakeGitHub, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Bytes that are no UTF-8: the difference is ours. Where it is GitHub's too, comments stand on lines; else on the file."""
    stage = make()
    latin = BEFORE.encode() + b"// caf\xe9\n"
    served(stage, fake_github, {"Orders.java": latin}, {"Orders.java": latin.replace(b'"all"', b'"1"')})
    happen(stage, "review")
    assert [(c.on_file, c.line) for c in stage.scene.pull.comments] == [(False, 4)]
    stage.scene.pull.comments.clear()
    stage.scene.pull.threads.clear()
    stage.scene.pull.reviews.clear()
    monkeypatch.setattr("reviewer.diff.texts._CONTEXT", 2)
    happen(stage, "review")
    assert [(c.on_file, c.line) for c in stage.scene.pull.comments] == [(True, None)]


def test_a_forged_report_can_not_lead_a_comment_to_another_file(make: Stager) -> None:
    stage = make()
    stage.run(mode="analyze", engine="rules")
    path = stage.workspace / "stream-review-report.json"
    report = json.loads(path.read_text(encoding="utf-8"))
    lie: dict[str, Any] = {**report["coverage"][0], "path": "Nowhere.java", "old_path": "Orders.java"}
    report["coverage"].append(lie)
    report["findings"].append({**report["findings"][0], "id": "1" * 16, "start_line": 90, "line": 90, "evidence": []})
    path.write_text(json.dumps(report), encoding="utf-8")
    stage.run(mode="post", key="")
    assert sorted((c.path, c.on_file) for c in stage.scene.pull.comments) == [
        ("Orders.java", False), ("Orders.java", True),
    ]  # fmt: skip


def served(stage: Stage, server: FakeGitHub, before: dict[str, Any], after: dict[str, Any]) -> None:
    """Another pull request 1, with the differences that git itself makes."""
    checkout = Checkout(stage.workspace.parent / "repo", before)
    checkout.commit(after)
    pull = checkout.serve(server)
    stage.scene = Scene(server=server, repo=pull.repo, pull=pull, token=stage.scene.token)
