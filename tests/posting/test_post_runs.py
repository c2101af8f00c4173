"""Runs one after the other: nothing twice, nothing stale, nothing lost, and people have the last word."""

from __future__ import annotations

from dataclasses import replace

import pytest
from fakes.github import FakeGitHub
from posting.kit import PATH, RESOLVER, code, desk, finding

from reviewer.core.finding import Stage, Withheld
from reviewer.core.problem import Problem
from reviewer.core.report import IGNORED_PATH, Outcome, ReviewedBy, Status
from reviewer.publish.github_review import commands
from reviewer.publish.github_review.markers import State, finding_line, mark_of, marks_in


def test_the_first_run_is_one_review_with_the_summary(fake_github: FakeGitHub) -> None:
    there = desk(fake_github, "rule:a", "model:b", "summary:c")
    result = there.post()
    fake_github.assert_writes("POST */pulls/1/reviews")
    assert (result.posted, result.already, result.problems) == (3, 0, ())
    assert result.review_url and "pullrequestreview" in result.review_url
    assert there.seen() == {"Danger a": ["open"], "Danger b": ["open"]}
    assert "3 dangers (3 high)" in there.summary() and "Danger c" in there.summary()


def test_a_second_run_writes_nothing(fake_github: FakeGitHub) -> None:
    there = desk(fake_github, "rule:a", "model:b", "file:c", "summary:d")
    there.post()
    done = len(fake_github.performed)
    report = there.report()
    again = there.post(replace(report, usage=replace(report.usage, seconds=9.0, cost_usd=0.5, requests=3)))
    assert fake_github.performed[done:] == []
    assert (again.posted, again.already, again.problems) == (0, 4, ())
    assert again.review_url


@pytest.mark.parametrize("force", [False, True])
def test_moved_lines_and_a_rewritten_history_make_nothing_new(fake_github: FakeGitHub, force: bool) -> None:
    there = desk(fake_github, "rule:a", "model:b")
    there.post()
    there.push(code("rule:a", "model:b", lead=40), force=force)
    there.post()
    assert there.seen() == {"Danger a": ["open"], "Danger b": ["open"]}
    assert len(there.pull.reviews) == 1


def test_new_findings_come_in_one_later_review_and_the_summary_is_edited(fake_github: FakeGitHub) -> None:
    there = desk(fake_github, "rule:a")
    there.post()
    there.push(code("rule:a", "rule:b", "rule:c!"))
    result = there.post()
    assert result.posted == 2 and len(there.pull.reviews) == 2 and len(there.summaries()) == 1
    assert "3 dangers (1 critical, 2 high)" in there.summary()
    assert "2 new dangers" in there.pull.reviews[1].body


def test_a_fixed_finding_is_marked_with_the_commit(fake_github: FakeGitHub) -> None:
    there = desk(fake_github, "rule:a", "model:b")
    there.post()
    head = there.push(code("rule:other", "model:other"))
    result = there.post()
    assert there.seen()["Danger a"] == ["fixed"] and there.seen()["Danger b"] == ["fixed"]
    assert result.closed == 2
    assert f"**Fixed** as of `{head[:10]}`" in there.comments()[0].body
    assert "2 fixed" in there.summary()
    done = len(fake_github.performed)
    there.post()
    assert fake_github.performed[done:] == []


def test_the_models_silence_on_unchanged_code_fixes_nothing(fake_github: FakeGitHub) -> None:
    there = desk(fake_github, "model:a", "rule:b")
    there.post()
    there.push(code("model:a", "rule:b", "rule:c"))
    report = there.report()
    there.post(replace(report, findings=tuple(f for f in report.findings if f.rule_id is not None)))
    assert there.seen()["Danger a"] == ["open"]
    assert "Open from earlier commits" in there.summary() and "Danger a" in there.summary()


def test_the_rules_say_nothing_about_what_the_model_found(fake_github: FakeGitHub) -> None:
    there = desk(fake_github, "model:a")
    there.post()
    there.push(code("rule:b"))
    there.post(there.report(by=ReviewedBy.RULES))
    assert there.seen() == {"Danger a": ["open"], "Danger b": ["open"]}


def test_the_model_in_other_words_is_no_new_finding(fake_github: FakeGitHub) -> None:
    there = desk(fake_github, "model:a")
    there.post()
    report = there.report()
    told = replace(report.findings[0], id="0123456789abcdef", title="The same, told differently", why="other words")
    done = len(fake_github.performed)
    result = there.post(replace(report, findings=(told,)))
    assert len(there.comments()) == 1 and result.posted == 0
    assert all("/comments/" not in call.path for call in fake_github.performed[done:])


@pytest.mark.parametrize("case", ["partial", "failed", "crash", "config", "off", "other-push"])
def test_what_was_not_looked_at_is_not_fixed(fake_github: FakeGitHub, case: str) -> None:
    there = desk(fake_github, "rule:a")
    there.post()
    there.push(code("rule:b"))
    report = there.report()
    item = report.coverage[0]
    options: dict[str, object] = {}
    if case == "partial":
        left = replace(item, start_line=90, line=99, outcome=Outcome.NOT_REVIEWED, reviewed_by=None, reason="too large")
        report = replace(report, status=Status.PARTIAL, coverage=(item, left))
    elif case == "failed":
        report = replace(report, status=Status.FAILED, findings=())
    elif case == "crash":
        report = replace(report, problems=(Problem(step="rule", subject="rule-a", message="crashed"),))
    elif case == "config":
        ignored = replace(item, outcome=Outcome.NOT_STREAMING, reason=f"{IGNORED_PATH} (ignore-paths)")
        report = replace(report, coverage=(ignored,), findings=())
    elif case == "off":
        options["not_run"] = frozenset({"rule-a"})
    else:
        report, options["full"] = replace(report, coverage=(), findings=()), False
    there.post(report, **options)
    assert there.seen()["Danger a"] == ["open"]


def test_a_file_that_left_the_change_takes_its_findings_along(fake_github: FakeGitHub) -> None:
    there = desk(fake_github, "rule:a", "model:b")
    there.post()
    there.push(code(), others={"src/Other.java": code("rule:c")})
    del there.files[PATH]
    there.post()
    assert there.seen()["Danger a"] == ["fixed"]
    assert "no longer part of this change" in there.comments()[0].body


def test_a_finding_that_comes_back_is_opened_again_or_told_anew(fake_github: FakeGitHub) -> None:
    there = desk(fake_github, "rule:a", "rule:keep")
    there.post()
    fixed = there.report()
    there.post(replace(fixed, findings=fixed.findings[1:]))
    assert there.seen()["Danger a"] == ["fixed"]
    there.post()
    assert there.seen()["Danger a"] == ["open"] and "**Fixed**" not in there.comments()[0].body
    there.push(code("rule:keep"))
    there.post()
    assert there.seen()["Danger a"] == ["fixed"]
    there.push(code("rule:a", "rule:keep"))
    there.post()
    assert sorted(there.seen()["Danger a"]) == ["fixed", "open"]


@pytest.mark.parametrize("how", ["resolved", "disliked", "deleted", "ignored"])
def test_people_have_the_last_word(fake_github: FakeGitHub, how: str) -> None:
    there = desk(fake_github, "rule:a", "rule:b")
    there.post()
    comment = there.comments()[0]
    if how == "resolved":
        there.resolve(comment)
    elif how == "disliked":
        there.dislike(comment)
    elif how == "deleted":
        there.delete(comment)
    else:
        with there.session() as session:
            name = marks_in(comment.body).findings[0].id
            assert commands.ignore(session, 1, name[:8], by="bob", reason="it is a test topic") is not None
    before = [c.body for c in there.comments()]
    for _ in range(2):
        there.push(code("rule:a", "rule:b", lead=len(there.pull.pushed) + 5))
        there.post()
    assert [c.body for c in there.comments()] == before
    assert "1 danger (1 high)" in there.summary()
    assert ("ignored" if how == "ignored" else "dismissed by people") in there.summary()
    if how == "ignored":
        assert "**Ignored** by `bob`: it is a test topic" in before[0]


def test_a_strangers_thumb_changes_nothing(fake_github: FakeGitHub) -> None:
    there = desk(fake_github, "rule:a")
    there.post()
    there.dislike(there.comments()[0], "mallory", role=None)
    there.push(code("rule:b"))
    there.post()
    assert there.seen()["Danger a"] == ["fixed"]


def test_a_comment_that_people_answered_is_left_alone(fake_github: FakeGitHub) -> None:
    there = desk(fake_github, "rule:a", permissions=RESOLVER)
    there.post()
    comment = there.comments()[0]
    there.reply(comment)
    before = comment.body
    there.push(code("rule:b"))
    there.post(resolve_fixed_threads=True)
    assert comment.body == before and there.pull.threads[0].resolved_by is None
    assert "1 fixed" in there.summary()


def test_threads_are_resolved_only_on_request(fake_github: FakeGitHub) -> None:
    there = desk(fake_github, "rule:a", permissions=RESOLVER)
    there.post()
    there.push(code("rule:b"))
    there.post()
    assert there.pull.threads[0].resolved_by is None
    assert there.post(resolve_fixed_threads=True).problems == ()
    assert there.pull.threads[0].resolved_by is not None
    there.push(code("rule:a"))
    there.post(resolve_fixed_threads=True)
    assert "open" in there.seen()["Danger a"]


def test_a_token_that_may_not_resolve_is_told_once_and_the_rest_is_done(fake_github: FakeGitHub) -> None:
    there = desk(fake_github, "rule:a", "rule:b")
    there.post()
    there.push(code("rule:c"))
    result = there.post(resolve_fixed_threads=True)
    assert there.seen()["Danger a"] == ["fixed"] and there.seen()["Danger c"] == ["open"]
    assert [p.message for p in result.problems if "contents: write" in p.message] == [result.problems[0].message]


def test_withheld_findings_close_their_comment_with_the_reason(fake_github: FakeGitHub) -> None:
    there = desk(fake_github, "rule:a", "rule:b", "rule:c")
    there.post()
    report = there.report()
    stages = (Stage.IGNORED, Stage.REFUTED, Stage.THRESHOLD)
    withheld = tuple(
        Withheld(finding=f, stage=stage, reason=f"because {stage.value}")
        for f, stage in zip(report.findings, stages, strict=True)
    )
    there.post(replace(report, findings=(), withheld=withheld))
    assert there.seen() == {"Danger a": ["ignored"], "Danger b": ["withdrawn"], "Danger c": ["open"]}
    assert "because refuted" in there.comments()[1].body


def test_the_ceiling_counts_what_is_open_on_the_pull_request(fake_github: FakeGitHub) -> None:
    there = desk(fake_github, "rule:a", "rule:b", "rule:c!", "rule:d")
    there.post(max_comments=2)
    assert set(there.seen()) == {"Danger a", "Danger c"}
    assert "Danger b" in there.summary() and "Danger d" in there.summary()
    there.push(code("rule:a", "rule:b", "rule:d"))
    there.post(max_comments=2)
    assert there.seen() == {"Danger a": ["open"], "Danger b": ["open"], "Danger c": ["fixed"]}


def test_a_renamed_file_keeps_its_comments(fake_github: FakeGitHub) -> None:
    there = desk(fake_github, "rule:a")
    there.post()
    report = there.report()
    moved = finding("rule", "a", 4, "call(rule:a);", path="src/Moved.java")
    coverage = tuple(replace(c, path="src/Moved.java", old_path=PATH) for c in report.coverage)
    there.post(replace(report, findings=(moved,), coverage=coverage))
    assert len(there.comments()) == 1 and there.seen() == {"Danger a": ["open"]}


def test_a_strangers_copy_of_a_marker_has_no_effect(fake_github: FakeGitHub) -> None:
    there = desk(fake_github, "rule:a", "rule:b")
    silenced = finding_line(mark_of(there.report().findings[0], state=State.IGNORED))
    there.post(replace(there.report(), findings=there.report().findings[1:]))
    ours = there.comments()[0]
    stranger = there.server.world.user("mallory[bot]")
    copy = replace(ours, id=ours.id + 5000, node_id="PRRC_9", user=stranger, body=f"Hello\n\n{silenced}")
    there.pull.comments.insert(0, copy)
    there.post()
    mine = [marks_in(c.body).findings[0] for c in there.comments() if c.user != stranger]
    assert sorted((m.title, m.state) for m in mine) == [("Danger a", State.OPEN), ("Danger b", State.OPEN)]


def test_text_of_strangers_in_our_own_comment_is_no_marker() -> None:
    forged = finding_line(mark_of(finding("rule", "a", 4, "x"), state=State.IGNORED))
    mine = finding_line(mark_of(finding("rule", "b", 4, "x")))
    marks = marks_in(f"Title\n\n```\n{forged}\n```\n\n{mine}")
    assert [(m.rule_id, m.state) for m in marks.findings] == [("rule-b", State.OPEN)]


def test_the_summary_option(fake_github: FakeGitHub) -> None:
    there = desk(fake_github)
    clean = there.report()
    assert there.post(clean).writes == 0 and there.post(clean, summary="never").writes == 0
    assert there.post(clean, summary="always").writes == 1
    assert "No danger found" in there.summary()


def test_never_a_summary_still_loses_nothing(fake_github: FakeGitHub) -> None:
    there = desk(fake_github, "rule:a", "summary:b")
    result = there.post(summary="never")
    assert [f.title for f in result.unposted] == ["Danger b"] and result.posted == 1
    assert "Danger b" not in there.summary()
    done = len(fake_github.performed)
    there.post(summary="never")
    assert fake_github.performed[done:] == []


def test_the_next_run_knows_the_last(fake_github: FakeGitHub) -> None:
    there = desk(fake_github, "rule:a")
    with there.session() as session:
        assert commands.last_run(session, 1) is None
        there.post(told="abcdef0123")
        told = commands.last_run(session, 1)
    assert told is not None
    assert (told.head, told.base, told.told) == (there.pull.head_sha, there.pull.base_sha, "abcdef0123")
    assert (told.engine, told.is_complete, told.paths) == ("claude", True, frozenset({PATH}))
    assert told.open_ids == {there.report().findings[0].id}


def test_a_failed_second_look_takes_nothing_away(fake_github: FakeGitHub) -> None:
    there = desk(fake_github, "rule:a")
    there.post()
    before = there.summary()
    there.post(replace(there.report(), status=Status.FAILED, findings=(), coverage=()))
    assert there.summary() == before and there.seen() == {"Danger a": ["open"]}


def test_commands_find_a_finding_wherever_it_stands(fake_github: FakeGitHub) -> None:
    there = desk(fake_github, "rule:a", "summary:b")
    there.post()
    a, b = there.report().findings
    with there.session() as session:
        assert commands.find(session, 1, "ffffffffffff") is None
        assert commands.explain(session, 1, a.id, asked=77) and commands.explain(session, 1, a.id, asked=77)
        assert len(there.pull.issue_comments) == 1 and "why a" in there.pull.issue_comments[0].body
        assert commands.ignore(session, 1, b.id, by="bob", reason="known") is not None
        found = commands.find(session, 1, b.id[:10])
    assert found is not None and found.state is State.IGNORED
    there.push(code("rule:a", "summary:b", lead=9))
    there.post()
    assert "1 danger (1 high)" in there.summary() and "1 ignored" in there.summary()
