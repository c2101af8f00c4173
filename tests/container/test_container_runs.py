"""Every mode and event in the container, started as the runner starts it. What is asserted is what a user sees.

`Stage.run` also checks, each time, that no module of the hostile workspace ran and that no secret is in log, summary or outputs.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from container.runner import Seen
from container.stage import BEFORE, Stage, confirmed

Make = Callable[..., Stage]
TITLE = "The producer is told"


@pytest.fixture
def stage(make: Make) -> Stage:
    """A pull request of the same repository; Claude agrees with the rules."""
    made = make()
    made.claude.reply(confirmed, times=None)
    return made


def assert_reviewed(stage: Stage, seen: Seen, *, engine: str = "claude") -> None:
    """One comment on the line, one review, the outputs and the summary."""
    assert seen.code == 0, seen.log
    assert (seen.outputs["status"], seen.outputs["findings-count"], seen.outputs["highest-severity"]) == (
        "reviewed", "1", "high",
    ), seen.log  # fmt: skip
    assert [(c.path, c.line, c.side) for c in stage.scene.pull.comments] == [("Orders.java", 4, "RIGHT")]
    assert TITLE in stage.inline[0] and "```suggestion" in stage.inline[0]
    assert seen.outputs["review-url"].startswith("https://github.com/acme/shop/pull/1")
    assert TITLE in seen.summary and f"engine {engine}" in seen.summary


def test_a_pull_request_is_reviewed_and_paid_for(stage: Stage) -> None:
    seen = stage.opened()
    assert_reviewed(stage, seen)
    assert float(seen.outputs["cost-usd"]) > 0
    system = json.dumps(stage.claude.prompts[0]["system"])
    assert "streaming systems engineer" in system.lower() and "Approve." not in system


def test_a_second_run_and_a_push_write_nothing_twice_and_a_fix_is_marked(stage: Stage) -> None:
    stage.opened(engine="rules")
    writes = len(stage.github.writes)
    again = stage.opened("synchronize", engine="rules")
    assert again.code == 0 and len(stage.github.writes) == writes
    stage.push({"Other.java": "class Other {}\n"})
    stage.opened("synchronize", engine="rules")
    assert len(stage.inline) == 1
    stage.push({"Orders.java": BEFORE})
    fixed = stage.opened("synchronize", engine="rules")
    assert fixed.code == 0 and len(stage.inline) == 1
    assert stage.scene.pull.head_sha[:7] in stage.inline[0] and "ixed" in stage.inline[0]


def test_a_dispatch_names_its_pull_request(stage: Stage) -> None:
    seen = stage.run("workflow_dispatch", {"inputs": {"pr-number": "1"}}, pr_number="1")
    assert_reviewed(stage, seen)


def test_a_writer_may_ask_for_a_review_and_a_stranger_may_not(stage: Stage) -> None:
    refused = stage.commented("/stream-review", login="mallory")
    assert refused.code == 0 and stage.inline == [] and stage.claude.prompts == []
    stage.github.set_role(stage.scene.repo, "carol", "write")
    assert_reviewed(stage, stage.commented("/stream-review", login="carol"))


def test_a_comment_that_is_no_command_is_no_work(stage: Stage) -> None:
    seen = stage.commented("I like stream-review.", login="mallory")
    assert seen.code == 0 and stage.github.requests == [] and stage.claude.requests == []


def test_a_merge_group_succeeds_at_once(stage: Stage) -> None:
    seen = stage.run("merge_group", {"action": "checks_requested", "merge_group": {"head_sha": "a" * 40}})
    assert seen.code == 0 and stage.github.requests == [] and stage.claude.requests == []


def test_one_job_analyses_and_another_posts(stage: Stage) -> None:
    analysed = stage.opened(mode="analyze", report_file="report.json", sarif_file="review.sarif")
    assert analysed.code == 0, analysed.log
    assert (analysed.outputs["report-file"], analysed.outputs["sarif-file"]) == ("report.json", "review.sarif")
    stage.github.assert_no_writes()
    prompts = len(stage.claude.prompts)
    sarif = json.loads((stage.runner.workspace / "review.sarif").read_text(encoding="utf-8"))
    assert len(sarif["runs"][0]["results"]) == 1
    posted = stage.opened(mode="post", report_file="report.json", key="")
    assert len(stage.claude.prompts) == prompts > 0
    assert posted.code == 0 and posted.outputs["findings-count"] == "1"
    assert len(stage.inline) == 1 and TITLE in stage.inline[0]


def test_a_fork_without_a_key_gets_the_rules_and_no_write_is_tried(make: Make) -> None:
    stage = make(who="fork")
    seen = stage.opened(key="", fail_on_severity="low", require_review="true")
    assert seen.code == 0, seen.log
    assert seen.outputs["status"] == "reviewed" and seen.outputs["findings-count"] == "1"
    stage.github.assert_no_writes()
    assert stage.claude.requests == []
    assert TITLE in seen.summary and "pr-number" in seen.summary
    assert any(line.startswith("::error file=Orders.java,line=4") for line in seen.annotations)


def test_a_dry_run_writes_nothing(stage: Stage) -> None:
    seen = stage.opened(dry_run="true")
    assert seen.code == 0 and TITLE in seen.summary and seen.outputs["findings-count"] == "1"
    stage.github.assert_no_writes()


@pytest.mark.parametrize(("required", "code"), [("", 0), ("true", 2)])
def test_an_outage_of_the_model_is_loud_and_blocks_only_if_asked(make: Make, required: str, code: int) -> None:
    stage = make()
    stage.claude.fail_next(status=529, times=100)
    seen = stage.opened(require_review=required, timeout_minutes="0.2")
    assert seen.code == code, seen.log
    assert seen.outputs["status"] == "failed"
    assert any(line.startswith(("::error", "::warning")) for line in seen.annotations)
    assert "not reviewed" in seen.summary.lower()


def test_an_outage_of_github_is_loud_and_green(stage: Stage) -> None:
    stage.github.fail_next("*", status=503, times=100)
    seen = stage.opened(timeout_minutes="0.1")
    assert seen.code == 0 and seen.outputs["status"] == "failed"
    assert any(line.startswith("::error") for line in seen.annotations)


@pytest.mark.parametrize(
    ("inputs", "code", "words"),
    [
        ({"fail_on_severity": "high"}, 1, "1"),
        ({"fail_on_severity": "high", "warn_only": "true"}, 0, "1"),
        ({"fail_on_severity": "critical"}, 0, "1"),
        ({"fail_on_severity": "hihg"}, 2, "fail-on-severity"),
        ({"engine": "gpt"}, 2, "engine"),
    ],
)
def test_hyphenated_inputs_arrive(stage: Stage, inputs: dict[str, str], code: int, words: str) -> None:
    seen = stage.opened(**{"engine": "rules", "dry_run": "true", **inputs})
    assert seen.code == code, seen.log
    assert words in (seen.log if code == 2 else seen.outputs["findings-count"])


def test_links_in_the_workspace_lead_nowhere(stage: Stage, tmp_path: Path) -> None:
    (stage.runner.workspace / "report.json").symlink_to("/github/home/stolen.json")
    seen = stage.opened(engine="rules", dry_run="true", report_file="report.json")
    assert not (stage.runner.root / "home" / "stolen.json").exists()
    assert seen.code == 2 or not (stage.runner.workspace / "report.json").is_symlink()
