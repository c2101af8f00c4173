"""Questions, older and declared findings over runs: asked once, in the summary only, and gone when they are settled."""

from __future__ import annotations

from dataclasses import replace

import pytest
from fakes.github import FakeGitHub
from posting.kit import PATH, Desk, asked, code, desk

from reviewer.core.finding import Stage, Withheld
from reviewer.core.report import IGNORED_PATH, Outcome, Report, ReviewedBy, Status
from reviewer.place.questions import as_finding
from reviewer.publish.github_review import commands
from reviewer.publish.github_review.markers import State, marks_in

TEAM = "to the team"
CARRIED = "Open from earlier commits"


def as_question(report: Report, index: int = 0) -> Report:
    """The same run, less sure of one of its findings."""
    would_be = report.findings[index]
    rest = tuple(one for one in report.findings if one is not would_be)
    return replace(report, findings=rest, questions=(*report.questions, asked(would_be)))


def silent(there: Desk) -> bool:
    """Whether another run of the same has nothing to write."""
    done = len(there.server.performed)
    there.post()
    return there.server.performed[done:] == []


def test_questions_alone_are_one_summary_without_comments(fake_github: FakeGitHub) -> None:
    there = desk(fake_github, "ask:a", "ask:b!")
    result = there.post()
    fake_github.assert_writes("POST */pulls/1/reviews")
    assert (result.posted, result.unasked, result.problems) == (0, (), ())
    assert there.comments() == [] and len(there.pull.reviews) == 1
    page = there.summary()
    assert "No danger found, 2 questions." in page and "<summary>2 questions to the team</summary>" in page
    assert "**Is a so?**" in page and f"`{PATH}:4`" in page and "2. records are lost" in page
    assert "What would settle it: the setting of a" in page and "`/stream-review ignore ID reason`" in page
    assert silent(there)


def test_a_question_in_other_words_is_no_news(fake_github: FakeGitHub) -> None:
    there = desk(fake_github, "ask:a", "rule:b")
    there.post()
    done, report = len(fake_github.performed), there.report()
    words = replace(report.questions[0], question="Put differently?", settle="else", title="t", if_so=("x",))
    there.post(replace(report, questions=(words,)))
    assert fake_github.performed[done:] == [] and "Is a so?" in there.summary()


def test_a_question_that_is_gone_leaves_the_summary_and_is_counted(fake_github: FakeGitHub) -> None:
    there = desk(fake_github, "ask:a", "rule:b")
    there.post()
    there.push(code("rule:b"))
    there.post()
    page = there.summary()
    assert TEAM not in page and "Is a so?" not in page and CARRIED not in page
    assert "Earlier questions: 1 no longer asked." in page
    assert silent(there)
    there.push(code("rule:b", "ask:a"))
    there.post()
    assert "1 question to the team" in there.summary() and "no longer asked" not in there.summary()


@pytest.mark.parametrize("case", ["rules only", "settled", "partial", "failed", "ignored path"])
def test_a_question_of_code_that_was_not_read_again_stays_open(fake_github: FakeGitHub, case: str) -> None:
    there = desk(fake_github, "ask:a", "rule:b")
    there.post()
    there.push(code("ask:a", "rule:b", lead=9))
    report = replace(there.report(), questions=())
    (item,) = report.coverage
    if case == "rules only":
        report = there.report(by=ReviewedBy.RULES)
    elif case == "settled":
        report = replace(report, coverage=(replace(item, reviewed_by=ReviewedBy.RULES),))
    elif case == "partial":
        left = replace(item, start_line=90, line=99, outcome=Outcome.NOT_REVIEWED, reviewed_by=None, reason="too large")
        report = replace(report, status=Status.PARTIAL, coverage=(item, left))
    elif case == "failed":
        report = replace(report, status=Status.FAILED, findings=())
    else:
        left = replace(item, outcome=Outcome.NOT_STREAMING, reason=f"{IGNORED_PATH} (ignore-paths)")
        report = replace(report, coverage=(left,))
    there.post(report)
    page = there.summary()
    assert CARRIED in page and f"- question, high: Is a so? `{PATH}:4`" in page and TEAM not in page
    if case != "failed":
        assert "1 question of earlier commits is still open." in page or "1 finding and 1 question of earlier" in page
    there.post()
    assert TEAM in there.summary() and CARRIED not in there.summary()


def test_a_question_that_turns_out_to_be_a_danger_is_a_comment(fake_github: FakeGitHub) -> None:
    there = desk(fake_github, "model:a")
    there.post(as_question(there.report()))
    assert there.comments() == []
    result = there.post()
    assert (result.posted, result.already) == (1, 0) and there.seen() == {"Danger a": ["open"]}
    assert "question" not in there.summary() and "1 danger (1 high)" in there.summary()


@pytest.mark.parametrize("kind", ["rule", "model"])
def test_a_danger_that_becomes_a_question_is_neither_fixed_nor_told_as_open_twice(
    fake_github: FakeGitHub, kind: str
) -> None:
    there = desk(fake_github, f"{kind}:a")
    there.post()
    there.push(code(f"{kind}:a", lead=9))
    there.post(as_question(there.report()))
    assert there.seen() == {"Danger a": ["open"]}
    page = there.summary()
    assert "No danger found, 1 question." in page and "Is a so?" in page and CARRIED not in page


def test_a_writer_silences_a_question_by_its_id(fake_github: FakeGitHub) -> None:
    there = desk(fake_github, "ask:a", "ask:b")
    there.post()
    a, _ = there.report().questions
    with there.session() as session:
        assert commands.explain(session, 1, a.id, asked=77)
        assert commands.ignore(session, 1, a.id[:10], by="bob", reason="compacted") is not None
    assert there.pull.issue_comments[0].body.startswith(f"Question [{a.id}](")
    result = there.post()
    assert result.ignored == {a.id} and result.unasked == ()
    assert "1 question to the team" in there.summary() and "Is a so?" not in there.summary()
    assert "Earlier questions: 1 ignored." in there.summary()
    there.push(code("ask:a", "ask:b", lead=9))
    there.post()
    assert "Is a so?" not in there.summary() and silent(there)


@pytest.mark.parametrize("how", ["resolve", "delete"])
def test_people_who_said_no_to_a_danger_are_not_asked_about_it(fake_github: FakeGitHub, how: str) -> None:
    there = desk(fake_github, "model:a")
    there.post()
    getattr(there, how)(there.comments()[0])
    there.post(as_question(there.report()))
    assert TEAM not in there.summary() and "Earlier questions: 1 dismissed by people." in there.summary()


def test_without_a_summary_the_questions_are_handed_back(fake_github: FakeGitHub) -> None:
    there = desk(fake_github, "ask:a")
    result = there.post(summary="never")
    assert result.writes == 0 and [question.question for question in result.unasked] == ["Is a so?"]
    there.push(code("ask:a", "rule:b"))
    result = there.post(summary="never")
    assert len(result.unasked) == 1 and "Is a so?" not in there.summary()


def test_questions_that_could_not_be_written_are_handed_back(fake_github: FakeGitHub) -> None:
    there = desk(fake_github, "ask:a")
    fake_github.fail_next(lambda call: call.method == "POST", status=403, times=9)
    result = there.post()
    assert result.problems and len(result.unasked) == 1


def test_many_questions_push_no_danger_out_of_memory_and_are_no_news_twice(fake_github: FakeGitHub) -> None:
    there = desk(fake_github, "ask:a", "summary:b")
    report = there.report()
    (one,) = report.questions
    many = tuple(replace(one, id=f"{n:016x}", question=f"Is it number {n}? {'x' * 200}") for n in range(200))
    many = (*many, replace(one, id="f" * 16))
    there.post(replace(report, questions=many))
    assert "201 questions to the team" in there.summary()
    assert "Danger b" in [mark.title for mark in marks_in(there.summaries()[0]).findings]
    done = len(fake_github.performed)
    there.post(replace(report, questions=many))
    assert fake_github.performed[done:] == []


@pytest.mark.parametrize("stage", [Stage.REFUTED, Stage.THRESHOLD, Stage.DUPLICATE, Stage.IGNORED])
def test_a_question_that_is_withheld_now_is_no_longer_asked(fake_github: FakeGitHub, stage: Stage) -> None:
    there = desk(fake_github, "ask:a")
    there.post()
    report = there.report()
    aside = Withheld(finding=as_finding(report.questions[0]), stage=stage, reason="so it is")
    there.post(replace(report, questions=(), withheld=(aside,)))
    assert "Earlier questions: 1 no longer asked." in there.summary() and CARRIED not in there.summary()


def test_the_next_run_reads_the_file_of_an_open_question_again(fake_github: FakeGitHub) -> None:
    there = desk(fake_github, "ask:a")
    there.post(told="abcdef0123")
    with there.session() as session:
        first = commands.last_run(session, 1)
        there.push(code())
        there.post()
        second = commands.last_run(session, 1)
    assert first is not None and second is not None
    assert first.paths == {PATH} and not first.open_ids
    assert not second.paths


def test_what_is_older_or_declared_is_a_line_of_the_summary_and_never_a_danger(fake_github: FakeGitHub) -> None:
    there = desk(fake_github, "older:a!", "declared:b", "rule:c")
    result = there.post()
    assert there.seen() == {"Danger c": ["open"]} and result.unposted == ()
    page = there.summary()
    assert "1 danger (1 high): data loss. Also 1 older danger, 1 declared trade-off." in page
    assert "- critical: Danger a" in page and "- high: Danger b" in page and "a happens" not in page
    assert silent(there)


def test_what_is_older_is_not_carried_along_once_its_code_was_read_again(fake_github: FakeGitHub) -> None:
    there = desk(fake_github, "older:a", "rule:b")
    there.post()
    there.push(code("older:a", "rule:b", lead=9))
    there.post(there.report(by=ReviewedBy.RULES))
    assert "- older, high: Danger a" in there.summary() and "still open" not in there.summary()
    there.push(code("rule:b"))
    there.post()
    assert "Danger a" not in there.summary() and "fixed" not in there.summary()
    assert [mark.title for mark in marks_in(there.summaries()[0]).findings] == []


def test_what_is_only_older_is_told_and_missed_by_nobody_without_a_summary(fake_github: FakeGitHub) -> None:
    there = desk(fake_github, "older:a")
    assert there.post(summary="never").unposted == ()
    assert there.post().writes == 1 and "No new danger found, 1 older danger." in there.summary()


def test_an_older_finding_can_be_silenced_like_any_other(fake_github: FakeGitHub) -> None:
    there = desk(fake_github, "older:a", "rule:b")
    there.post()
    name = there.report().findings[0].id
    with there.session() as session:
        found = commands.ignore(session, 1, name, by="bob", reason="known")
    assert found is not None and found.state is State.IGNORED
    there.post()
    assert "Danger a" not in there.summary() and "Earlier findings: 1 ignored." in there.summary()
