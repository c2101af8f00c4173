"""What GitHub refuses, and what happens around a run: no finding is lost, and nothing is posted where it would be wrong."""

from __future__ import annotations

from dataclasses import replace

import pytest
from fakes.github import FakeGitHub
from posting.kit import PATH, TOKEN, Desk, code, desk, finding

from reviewer.core.finding import Evidence, PlacementKind
from reviewer.core.report import Report
from reviewer.core.span import Side, Span
from reviewer.github.session import Patience, Session
from reviewer.publish.github_review.posting import PostOptions, Waiting
from reviewer.publish.github_review.send import post


def misplaced(there: Desk) -> Report:
    """A report whose second finding stands on a line that is not in the diff, against all checks."""
    report = there.report()
    bad = report.findings[1]
    span = replace(bad.span, first_line=900, last_line=900)
    return replace(report, findings=(report.findings[0], replace(bad, span=span), *report.findings[2:]))


def test_one_bad_line_costs_no_other_comment(fake_github: FakeGitHub) -> None:
    there = desk(fake_github, "rule:a", "rule:b", "rule:c")
    result = there.post(misplaced(there))
    assert there.seen() == {"Danger a": ["open"], "Danger b": ["open"], "Danger c": ["open"]}
    on_file = [c for c in there.comments() if c.on_file]
    assert len(on_file) == 1 and f"{PATH}:900" in on_file[0].body
    assert result.unposted == () and result.posted == 3 and result.problems
    assert fake_github.take_refused()
    assert there.post(misplaced(there)).writes == 0


def test_a_path_outside_the_change_ends_in_the_summary(fake_github: FakeGitHub) -> None:
    there = desk(fake_github, "rule:a")
    stray = finding("rule", "stray", 3, "call();", path="not/changed.java")
    report = replace(there.report(), findings=(*there.report().findings, stray))
    result = there.post(report)
    assert there.seen() == {"Danger a": ["open"]}
    assert "Danger stray" in there.summary() and "mend stray" in there.summary()
    assert result.posted == 2 and result.unposted == ()
    assert there.post(report).writes == 0
    assert fake_github.take_refused()


def test_a_passing_422_is_tried_once_more(fake_github: FakeGitHub) -> None:
    there = desk(fake_github, "rule:a", "rule:b")
    fake_github.fail_next("POST */reviews", status=422, message="Unprocessable Entity")
    assert there.post().problems == ()
    assert len(there.pull.reviews) == 1 and len(there.comments()) == 2


def test_nothing_is_posted_when_the_head_has_moved(fake_github: FakeGitHub) -> None:
    there = desk(fake_github, "rule:a")
    report = there.report()
    there.push(code("rule:b", lead=8))
    result = there.post(report)
    fake_github.assert_no_writes()
    assert [f.title for f in result.unposted] == ["Danger a"] and result.is_denied
    assert report.head[:10] in result.problems[0].message and there.pull.head_sha[:10] in result.problems[0].message


def test_a_push_in_the_middle_of_posting_stops_it(fake_github: FakeGitHub) -> None:
    there = desk(fake_github, "rule:a", "file:b")
    report = there.report()
    fake_github.fail_next("POST */pulls/1/comments", status=502)
    there.slept = _PushesWhenSlept(there)
    result = there.post(report)
    assert fake_github.performed == [] and len(result.unposted) == 2


class _PushesWhenSlept(list[float]):
    def __init__(self, there: Desk) -> None:
        super().__init__()
        self.there = there

    def append(self, seconds: float) -> None:
        super().append(seconds)
        self.there.push(code("rule:z"))


@pytest.mark.parametrize("merged", [False, True])
def test_a_closed_pull_request_gets_nothing_and_a_merged_one_its_review(fake_github: FakeGitHub, merged: bool) -> None:
    there = desk(fake_github, "rule:a")
    there.pull.state, there.pull.merged = "closed", merged
    result = there.post()
    assert bool(there.pull.reviews) is merged
    assert bool(result.unposted) is not merged


def test_a_locked_conversation_is_said(fake_github: FakeGitHub) -> None:
    there = desk(fake_github, "rule:a")
    there.pull.locked = True
    result = there.post()
    assert "locked" in result.problems[0].message and len(result.unposted) == 1 and result.is_denied


def test_a_token_without_permission_is_said_and_tried_once(fake_github: FakeGitHub) -> None:
    there = desk(fake_github, "rule:a", "rule:b", permissions={"contents": "read", "pull_requests": "read"})
    result = there.post()
    assert len(fake_github.writes) == 1 and len(result.unposted) == 2 and result.is_denied
    assert "pull-requests: write" in result.problems[0].message


def test_a_wait_beyond_the_deadline_is_not_waited(fake_github: FakeGitHub) -> None:
    there = desk(fake_github, "rule:a")
    fake_github.fail_next("POST */reviews", limit="secondary", retry_after=120)
    result = there.post(deadline=100.0)
    assert there.slept == [] and len(result.unposted) == 1
    assert "120 s" in result.problems[0].message and not result.is_denied
    assert there.post(deadline=100.0).posted == 1


def test_retry_after_is_waited_for(fake_github: FakeGitHub) -> None:
    there = desk(fake_github, "rule:a")
    fake_github.fail_next("POST */reviews", limit="secondary", retry_after=120)
    assert there.post(deadline=1000.0).problems == () and there.slept == [120.0]


def test_answers_that_are_always_lost_come_to_an_end(fake_github: FakeGitHub) -> None:
    there = desk(fake_github, "rule:a")
    fake_github.fail_next("POST */reviews", status=502, times=99)
    result = there.post()
    assert len(result.unposted) == 1 and "lost" in result.problems[-1].message


def test_more_than_a_page_of_others_comments_hides_nothing_of_ours(fake_github: FakeGitHub) -> None:
    there = desk(fake_github, "rule:a", "summary:b")
    first = there.report()
    stranger = fake_github.world.user("carol")
    there.post(replace(first, findings=first.findings[:1]))
    template, thread = there.comments()[0], there.pull.threads[0]
    for number in range(230):
        fake = replace(template, id=5000 + number, node_id=f"PRRC_{number}", user=stranger, body="me too")
        there.pull.comments.insert(0, fake)
        there.pull.threads.insert(0, replace(thread, node_id=f"PRRT_x{number}", root=fake.id))
    done = len(there.comments())
    result = there.post()
    assert (len(there.comments()), result.already, result.posted) == (done, 1, 1)
    assert len(there.summaries()) == 1


@pytest.mark.parametrize("status", [200, 403])
def test_a_limit_at_a_question_in_graphql_is_waited_for_as_long_as_github_says(
    fake_github: FakeGitHub, status: int
) -> None:
    there = desk(fake_github, "rule:a")
    fake_github.fail_next("POST /graphql", limit="secondary", retry_after=7, status=status)
    assert there.post().problems == ()
    assert there.seen() == {"Danger a": ["open"]} and 7.0 in there.slept


def test_reads_are_repeated_and_writes_are_not(fake_github: FakeGitHub) -> None:
    there = desk(fake_github, "rule:a")
    fake_github.fail_next("GET */pulls/1/reviews", status=502)
    fake_github.fail_next("POST /graphql", status=502)
    fake_github.fail_next("POST */reviews", status=502, performed=True)
    patience = Patience(tries=3, sleep=lambda _: None)
    with Session(
        token=TOKEN, repository="acme/shop", base_url=fake_github.url, pause=0.0, patience=patience
    ) as session:
        waiting = Waiting(clock=lambda: 0.0, sleep=lambda _: None, settle=0.0)
        result = post(there.report(), session, 1, options=PostOptions(), waiting=waiting)
    assert result.problems == () and fake_github.pending_faults == 0
    assert fake_github.writes == ["POST /repos/acme/shop/pulls/1/reviews"] and len(there.pull.reviews) == 1


def test_a_removed_line_of_a_renamed_file_is_commented_under_the_new_name(fake_github: FakeGitHub) -> None:
    repo = fake_github.add_repo("acme/shop")
    old = "".join(f"line {n}\n" for n in range(12)) + "call(uid);\n"
    base = repo.commit({"Old.java": old}, branch="main")
    head = repo.commit({"Old.java": None, "New.java": old.replace("call(uid);\n", "call();\n")}, parent=base)
    pull = fake_github.open_pull(repo, base=base, head=head)
    fake_github.add_token(TOKEN)
    there = Desk(server=fake_github, repo=repo, pull=pull, files={"New.java": ""})
    span = Span(path="Old.java", side=Side.BEFORE, first_line=13, last_line=13)
    removed = finding("rule", "uid", 1, "call(uid);")
    removed = replace(removed, span=span, evidence=(Evidence(span=span, quote="call(uid);"),))
    report = there.report()
    coverage = tuple(replace(item, old_path="Old.java") for item in report.coverage)
    assert there.post(replace(report, findings=(removed,), coverage=coverage)).problems == ()
    (comment,) = there.comments()
    assert (comment.path, comment.side, comment.line) == ("New.java", "LEFT", 13)


def test_a_suggestion_is_offered_only_for_the_lines_that_the_comment_stands_on(fake_github: FakeGitHub) -> None:
    there = desk(fake_github, "rule:a")

    def report(why: str) -> Report:
        made = there.report()
        return replace(made, findings=(replace(made.findings[0], suggestion="call(safe);", why=why),))

    there.post(report("first"))
    assert "```suggestion\ncall(safe);\n```" in there.comments()[0].body
    there.pull.comments[0].line = 2
    there.post(report("second"))
    body = there.comments()[0].body
    assert "second" in body and "```suggestion" not in body
    there.post(replace(report("second"), findings=()))
    assert "```suggestion" not in there.comments()[0].body


def test_findings_on_files_are_few_and_the_rest_is_in_the_summary(fake_github: FakeGitHub) -> None:
    names = ("a", "b", "c", "d", "e", "f", "g")
    there = desk(fake_github, *(f"file:{name}" for name in names))
    result = there.post()
    assert len([c for c in there.comments() if c.on_file]) == 5 and result.posted == 7
    assert sum(f"Danger {name}" in there.summary() for name in names) == 7
    assert all(f.placement is PlacementKind.FILE for f in there.report().findings)
