"""After a push only what changed goes to the model again; in doubt everything does."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import pytest
from action_kit import AFTER, BEFORE, CONFIG, Seen, Stage, Stager

QUIET = BEFORE.replace("Orders", "Quiet")
CHANGED = QUIET.replace("return new", 'props.put(ProducerConfig.LINGER_MS_CONFIG, "5");\n    return new')
TWO: Mapping[str, str] = {"Orders.java": AFTER, "Quiet.java": CHANGED}


def asked_about(stage: Stage, since: int) -> set[str]:
    """The files that the model was shown hunks of since prompt number `since`."""
    text = json.dumps([prompt["messages"] for prompt in stage.claude.prompts[since:]])
    return {name for name in ("Orders.java", "Quiet.java", "Third.java") if name in text}


def synchronize(stage: Stage, **inputs: str) -> tuple[Seen, set[str]]:
    since = len(stage.claude.prompts)
    seen = stage.run("pull_request", stage.pull_payload("synchronize"), **inputs)
    return seen, asked_about(stage, since)


@pytest.fixture
def reviewed(make: Stager) -> Stage:
    """Two files, one with a finding and one without, reviewed when the pull request was opened."""
    stage = make(before={"Quiet.java": QUIET}, after=TWO)
    seen = stage.run(report_file="report.json")
    assert (seen.code, seen.outputs["status"], seen.outputs["findings-count"]) == (0, "reviewed", "1")
    assert asked_about(stage, 0) == {"Orders.java", "Quiet.java"}
    return stage


def test_only_what_changed_is_sent_and_the_rest_is_accounted_for(reviewed: Stage) -> None:
    head = reviewed.scene.pull.head_sha
    reviewed.push({"Third.java": CHANGED.replace("Quiet", "Third")})
    seen, asked = synchronize(reviewed, report_file="report.json")
    assert "Third.java" in asked and "Quiet.java" not in asked
    report = json.loads((reviewed.workspace / "report.json").read_text(encoding="utf-8"))
    (quiet,) = {c["path"]: c for c in report["coverage"] if c["path"] == "Quiet.java"}.values()
    assert (quiet["outcome"], quiet["reviewed_by"]) == ("reviewed", "rules")
    assert f"unchanged since the review of {head[:12]}" in quiet["reason"]
    assert "Not sent to the model again: 1 file, unchanged since the review of" in seen.summary
    assert seen.outputs["status"] == "reviewed" and seen.outputs["findings-count"] == "1"
    assert len(reviewed.inline) == 1 and "fixed" not in reviewed.inline[0].lower()


def test_a_rule_is_heard_although_the_model_is_not_asked(reviewed: Stage) -> None:
    reviewed.push({"README.md": "more\n"})
    seen, asked = synchronize(reviewed, fail_on_severity="high")
    assert seen.code == 1 and seen.outputs["findings-count"] == "1"
    assert asked == {"Orders.java"}  # the file with a finding is never settled


def test_a_fix_is_seen(reviewed: Stage) -> None:
    reviewed.push({"Orders.java": BEFORE})
    seen, _ = synchronize(reviewed)
    assert seen.outputs["findings-count"] == "0" and "fixed" in reviewed.inline[0].lower()


def test_the_next_push_goes_on_from_the_incremental_review(reviewed: Stage) -> None:
    reviewed.push({"Third.java": CHANGED.replace("Quiet", "Third")})
    synchronize(reviewed)
    reviewed.push({"README.md": "more\n"})
    _, asked = synchronize(reviewed)
    assert asked == {"Orders.java"}


def _force_push(stage: Stage) -> dict[str, str]:
    sha = stage.scene.repo.commit(TWO, parent=stage.scene.pull.base_sha, message="Again", branch="feature")
    stage.scene.pull.push(sha)
    return {}


def _other_model(stage: Stage) -> dict[str, str]:
    stage.push({"README.md": "more\n"})
    return {"model": "opus"}


def _other_config(stage: Stage) -> dict[str, str]:
    tip = stage.scene.repo.commit(
        {CONFIG: "instructions: look twice\n"}, parent=stage.scene.pull.base_sha, branch="main"
    )
    stage.push({"README.md": "more\n"})
    stage.scene.pull.base_sha = tip
    return {}


def _other_conventions(stage: Stage) -> dict[str, str]:
    tip = stage.scene.repo.commit({"CLAUDE.md": "be strict\n"}, parent=stage.scene.pull.base_sha, branch="main")
    stage.push({"README.md": "more\n"})
    stage.scene.pull.base_sha = tip
    return {}


def _other_base(stage: Stage) -> dict[str, str]:
    """The branch takes in the base, so that its changes are counted from another commit."""
    tip = stage.scene.repo.commit({"README.md": "base moved\n"}, parent=stage.scene.pull.base_sha, branch="main")
    merged = stage.scene.repo.commit({"README.md": "base moved\n"}, parent=stage.scene.pull.head_sha, branch="feature")
    commit = stage.scene.repo.commits[merged]
    stage.scene.repo.commits[merged] = type(commit)(
        sha=commit.sha, message="Merge", files=commit.files, parents=(*commit.parents, tip), tree_sha=commit.tree_sha
    )
    stage.scene.pull.base_sha = tip
    stage.scene.pull.push(merged)
    return {}


def _summary_gone(stage: Stage) -> dict[str, str]:
    stage.scene.pull.reviews.clear()
    stage.push({"README.md": "more\n"})
    return {}


def _forged_summary(stage: Stage) -> dict[str, str]:
    """Somebody else writes our marker: it is not ours."""
    for review in stage.scene.pull.reviews:
        review.user = stage.github.world.user("mallory")
    stage.push({"README.md": "more\n"})
    return {}


@pytest.mark.parametrize(
    "happens",
    [_force_push, _other_model, _other_config, _other_conventions, _other_base, _summary_gone, _forged_summary],
)
def test_in_doubt_the_review_is_a_full_one(reviewed: Stage, happens: Any) -> None:
    inputs = happens(reviewed)
    seen, asked = synchronize(reviewed, **inputs)
    assert asked == {"Orders.java", "Quiet.java"} and "full review" in seen.log and seen.code == 0


def test_after_an_incomplete_review_everything_is_read_again(make: Stager) -> None:
    stage = make(before={"Quiet.java": QUIET}, after=TWO)
    stage.claude.fail_next(status=400, times=9)
    assert stage.run().outputs["status"] == "failed"
    stage.claude._faults._orders.clear()
    stage.push({"README.md": "more\n"})
    _, asked = synchronize(stage)
    assert asked == {"Orders.java", "Quiet.java"}


@pytest.mark.parametrize("action", ["opened", "reopened", "ready_for_review"])
def test_only_a_push_makes_it_incremental(reviewed: Stage, action: str) -> None:
    since = len(reviewed.claude.prompts)
    reviewed.run("pull_request", reviewed.pull_payload(action))
    assert asked_about(reviewed, since) == {"Orders.java", "Quiet.java"}
