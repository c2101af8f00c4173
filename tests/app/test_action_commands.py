"""Commands in comments: only writers are heard, and nobody's words are repeated."""

from __future__ import annotations

import re

import pytest
from action_kit import CONFIG, READ_ONLY, Seen, Stage, Stager
from fakes.github.scenes import TOKEN


def say(stage: Stage, body: str, *, login: str = "carol", role: str | None = "write", **inputs: str) -> Seen:
    """A comment by `login`, and the run that it causes."""
    if role is not None:
        stage.github.set_role(stage.scene.repo, login, role)  # type: ignore[arg-type]
    return stage.run("issue_comment", stage.comment_payload(body, login=login), **inputs)


def posted_id(stage: Stage) -> str:
    """The id as a reader finds it in the finding's comment."""
    stage.run(engine="rules")
    found = re.search(r"\b[0-9a-f]{16}\b", stage.inline[0].split("<!--")[0])
    assert found, stage.inline[0]
    return found[0]


@pytest.mark.parametrize("role", ["admin", "maintain", "write"])
def test_a_writer_gets_a_whole_review_now(make: Stager, role: str) -> None:
    stage = make()
    seen = say(stage, "/stream-review\nplease", role=role)
    assert seen.code == 0 and seen.outputs["findings-count"] == "1"
    assert len(stage.inline) == 1 and stage.reactions == ["eyes", "+1"] and stage.replies == []


@pytest.mark.parametrize("role", ["triage", "read", None])
@pytest.mark.parametrize(
    "body", ["/stream-review", "/stream-review ignore abc123 no", "/stream-review explain abc123", "/stream-review x"]
)
def test_nobody_else_is_heard_whatever_the_payload_says_of_him(make: Stager, role: str | None, body: str) -> None:
    """The payload calls every writer of a comment OWNER; the permission endpoint knows better."""
    stage = make()
    seen = say(stage, body, login="mallory", role=role)
    assert seen.code == 0 and "without write access" in seen.log
    assert stage.reactions == ["confused"] and stage.replies == stage.inline == []
    assert stage.claude.requests == []


def test_a_stranger_on_a_private_repository_is_not_heard(make: Stager) -> None:
    stage = make(private=True)
    assert "without write access" in say(stage, "/stream-review", login="mallory", role=None).log
    odd = say(stage, "/stream-review", login="a/../../x", role=None)
    assert "without write access" in odd.log and not any(".." in call.raw_path for call in stage.github.requests)


def test_a_wrong_command_gets_a_short_answer_without_its_words(make: Stager) -> None:
    stage = make()
    say(stage, "/stream-review delete @acme/all ::error::x <b>")
    assert len(stage.replies) == 1 and "`/stream-review explain ID`" in stage.replies[0]
    assert "@acme" not in stage.replies[0] and "<b>" not in stage.replies[0] and len(stage.replies[0]) < 600
    assert stage.reactions == ["confused"]
    own = stage.comment_payload(stage.replies[0], login="carol")
    assert stage.run("issue_comment", own).code == 0 and len(stage.replies) == 1  # our own words are no command


def test_explain_tells_more_about_a_finding_or_a_rule(make: Stager) -> None:
    stage = make()
    name = posted_id(stage)
    say(stage, f"/stream-review explain {name}")
    assert "The producer is told" in stage.replies[0] and "1. The leader" in stage.replies[0]
    assert "> ```\n" in stage.replies[0] and "```suggestion" not in stage.replies[0]  # no button far from the lines
    say(stage, "/stream-review explain kafka-producer-acks-not-all")
    assert "What it catches" in stage.replies[1]
    say(stage, "/stream-review explain ffffffffffffffff")
    assert "no such finding" in stage.replies[2]
    assert stage.reactions == ["+1", "+1", "confused"] and stage.claude.requests == []


def test_an_ignored_finding_stays_silent_and_fails_nothing(make: Stager) -> None:
    stage = make(before={CONFIG: "fail-on-severity: high\nengine: rules\n"})
    name = posted_id(stage)
    assert stage.run().code == 1
    evil = "a test topic @acme/all <!-- x --> ![x](https://evil.example/x.png)"
    assert say(stage, f"/stream-review ignore {name} {evil}").code == 0
    assert stage.reactions == ["+1"]
    assert "ignored" in stage.inline[0].lower() and "a test topic" in stage.inline[0] and "carol" in stage.inline[0]
    assert not re.search(r"(?<!`)@acme", stage.inline[0]) and "![x]" not in stage.inline[0]
    seen = stage.run()
    assert seen.code == 0 and seen.outputs["findings-count"] == "0" and len(stage.inline) == 1
    assert "1 ignored" in seen.summary


def test_a_contributor_who_resolves_the_thread_does_not_open_the_gate(make: Stager) -> None:
    stage = make(before={CONFIG: "fail-on-severity: high\nengine: rules\n"})
    assert stage.run().code == 1
    stage.scene.pull.threads[0].resolved_by = stage.github.world.user("alice")
    assert stage.run().code == 1 and len(stage.inline) == 1


def test_an_unknown_id_changes_nothing(make: Stager) -> None:
    stage = make()
    posted_id(stage)
    before = list(stage.inline)
    say(stage, "/stream-review ignore 0123456789abcdef because")
    assert stage.inline == before and "no such finding" in stage.replies[0]


@pytest.mark.parametrize("body", ["/stream-review", "/stream-review nonsense", "/stream-review ignore abc123 reason"])
def test_a_dry_run_neither_answers_nor_reacts(make: Stager, body: str) -> None:
    stage = make()
    assert say(stage, body, dry_run="true").code == 0
    stage.github.assert_no_writes()


def test_the_split_jobs_share_a_command(make: Stager) -> None:
    stage = make()
    say(stage, "/stream-review", mode="analyze")
    stage.github.assert_no_writes()
    assert len(stage.claude.prompts) == 2
    say(stage, "/stream-review", mode="post", key="")
    assert len(stage.inline) == 1 and stage.reactions == ["eyes", "+1"]
    assert "mode: post" in say(stage, "/stream-review nonsense", mode="analyze").log
    assert stage.replies == []


def test_a_token_that_may_not_react_still_reviews(make: Stager) -> None:
    stage = make()
    stage.github.add_token(TOKEN, permissions=READ_ONLY)
    seen = say(stage, "/stream-review")
    assert seen.code == 0 and "reaction" in seen.log and "The producer is told" in seen.summary


def test_a_review_that_fails_is_told_by_the_reaction(make: Stager) -> None:
    stage = make(before={CONFIG: "engine: nonsense\n"})
    assert say(stage, "/stream-review").code == 2
    assert stage.reactions == ["eyes", "confused"]
