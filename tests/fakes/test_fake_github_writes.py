"""Reviews and comments: what the fake GitHub accepts, and what it refuses as the real one does."""

from __future__ import annotations

from typing import Any, Literal, cast

import pytest
from github import GithubException
from github.PullRequest import PullRequest
from github.Repository import Repository

from fakes.clients import pygithub
from fakes.github import ACTIONS_BOT, REPO, FakeGitHub, Scene, pull_request, reads

LINES = [f"line {number}" for number in range(1, 61)]
#: Two hunks: lines 7 to 13 around a change, and lines 37 to 43 around an insertion at 40.
CHANGED = [*LINES[:9], "changed ten", *LINES[10:39], "inserted", *LINES[39:]]


@pytest.fixture
def scene(fake_github: FakeGitHub) -> Scene:
    return pull_request(
        fake_github, {"A.java": "\n".join(LINES) + "\n"}, {"A.java": "\n".join(CHANGED) + "\n", "b.py": "print(1)\n"}
    )


def comment(line: int, **more: Any) -> dict[str, Any]:
    return {"path": "A.java", "line": line, "side": "RIGHT", "body": "Danger", **more}


def review(repo: Repository, scene: Scene, *comments: dict[str, Any], **more: Any) -> Any:
    asked: dict[str, Any] = {"body": "Summary", "event": "COMMENT", **more}
    return repo.get_pull(1).create_review(
        commit=repo.get_commit(scene.pull.head_sha), comments=cast(Any, list(comments)), **asked
    )


def refusal(scene: Scene, *comments: dict[str, Any], **more: Any) -> tuple[int, Any]:
    with pygithub(scene.server, scene.token) as client, pytest.raises(GithubException) as error:
        review(client.get_repo(REPO), scene, *comments, **more)
    return error.value.status, error.value.data.get("errors", error.value.data["message"])


def test_one_review_carries_many_comments_in_one_request(scene: Scene) -> None:
    wanted = [
        comment(10),
        comment(10, side="LEFT"),
        comment(12, start_line=9, start_side="RIGHT"),
        *[comment(40, body=f"number {number}") for number in range(60)],
    ]
    with pygithub(scene.server, scene.token) as client:
        repo = client.get_repo(REPO)
        made = review(repo, scene, *wanted)
        assert (made.state, made.user.login) == ("COMMENTED", ACTIONS_BOT)
        shown = list(repo.get_pull(1).get_review_comments())
        assert [(one.side, one.start_line, one.line) for one in shown[:3]] == [
            ("RIGHT", None, 10),
            ("LEFT", None, 10),
            ("RIGHT", 9, 12),
        ]
        assert len(shown) == len(wanted)
        assert repo.get_pull(1).get_review(made.id).body == "Summary"
    scene.server.assert_writes("POST */pulls/1/reviews")


@pytest.mark.parametrize(
    ("bad", "message"),
    [
        (comment(25), "Line could not be resolved"),
        (comment(6), "Line could not be resolved"),
        (comment(61, side="LEFT"), "Line could not be resolved"),
        (comment(10, path="other.java"), "Path could not be resolved"),
        (comment(10, side="UP"), "Pull request review thread side is invalid"),
        (comment(40, start_line=9, start_side="RIGHT"), "Start line could not be resolved"),
        (comment(10, start_line=10, start_side="RIGHT"), "start line must precede the end line"),
        (comment(10, body="x" * 65_537), "Body is too long (maximum is 65536 characters)"),
        (comment(10, body=" "), "Body can't be blank"),
    ],
)
def test_one_bad_comment_refuses_the_whole_review(scene: Scene, bad: dict[str, Any], message: str) -> None:
    status, errors = refusal(scene, comment(10), bad)
    assert status == 422
    assert message in errors[0]
    assert (scene.pull.reviews, scene.pull.comments) == ([], [])


Why = Literal["too large", "binary"]


@pytest.mark.parametrize(
    ("why", "words"), [("too large", "path diff too large"), ("binary", "must be part of the diff")]
)
def test_lines_of_a_file_without_patch_can_not_be_commented(scene: Scene, why: Why, words: str) -> None:
    scene.pull.hide_patch("A.java", why=why)
    status, (error,) = refusal(scene, comment(10))
    assert status == 422 and words in error and "diff hunk can't be blank" in error
    with pygithub(scene.server, scene.token) as client, pytest.raises(GithubException) as alone:
        repo = client.get_repo(REPO)
        repo.get_pull(1).create_review_comment("x", repo.get_commit(scene.pull.head_sha), "A.java", line=10)
    first, second = alone.value.data["errors"]
    assert words in first["message"]
    assert (second["code"], second["field"]) == ("missing_field", "pull_request_review_thread.diff_hunk")


def on_file(scene: Scene, path: str) -> Any:
    with pygithub(scene.server, scene.token) as client:
        repo = client.get_repo(REPO)
        commit = repo.get_commit(scene.pull.head_sha)
        return repo.get_pull(1).create_review_comment("whole file", commit, path, subject_type="file").raw_data


def test_a_binary_file_can_be_commented_as_a_whole_and_one_that_is_too_large_or_not_listed_can_not(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    scene.pull.hide_patch("A.java", why="binary")
    assert on_file(scene, "A.java")["line"] is None
    scene.pull.hide_patch("A.java", why="too large")
    with pytest.raises(GithubException, match="path diff too large"):
        on_file(scene, "A.java")
    monkeypatch.setattr(reads, "FILES_LISTED", 1)
    with pytest.raises(GithubException, match="path is invalid"):
        on_file(scene, "b.py")


def test_a_write_that_is_refused_for_what_it_says_is_remembered_and_an_ordered_failure_is_not(scene: Scene) -> None:
    scene.server.fail_next("POST */reviews", status=422)
    refusal(scene, comment(10))
    assert scene.server.refused == []
    refusal(scene, comment(25))
    assert "Line could not be resolved" in scene.server.take_refused()[0]
    assert scene.server.refused == []


@pytest.mark.parametrize("event", ["COMMENT", "REQUEST_CHANGES"])
def test_a_review_without_a_body_is_refused(scene: Scene, event: str) -> None:
    assert refusal(scene, comment(10), body="", event=event) == (422, ["Review body can't be blank"])


def test_a_summary_that_is_too_long_is_refused(scene: Scene) -> None:
    assert refusal(scene, body="x" * 65_537)[0] == 422


def test_a_commit_of_elsewhere_is_refused(scene: Scene) -> None:
    stranger = scene.repo.commit({"c.py": "1\n"}, parent=scene.pull.base_sha)
    scene.pull.head_sha, scene.pull.pushed[:] = stranger, [stranger]
    with pygithub(scene.server, scene.token) as client, pytest.raises(GithubException) as error:
        repo = client.get_repo(REPO)
        repo.get_pull(1).create_review(commit=repo.get_commit(scene.pull.base_sha), body="x", event="COMMENT")
    assert error.value.status == 422


def test_the_actions_bot_may_not_approve_and_nobody_their_own(scene: Scene) -> None:
    assert refusal(scene, event="APPROVE") == (422, ["GitHub Actions is not permitted to approve pull requests."])
    scene.server.add_token(scene.token, login="alice")
    assert refusal(scene, event="REQUEST_CHANGES") == (422, ["Can not request changes on your own pull request"])


def test_a_second_pending_review_is_refused_and_a_pending_one_is_not_shown(scene: Scene) -> None:
    with pygithub(scene.server, scene.token) as client:
        repo = client.get_repo(REPO)
        pull: PullRequest = repo.get_pull(1)
        pending = pull.create_review(commit=repo.get_commit(scene.pull.head_sha), comments=cast(Any, [comment(10)]))
        assert list(pull.get_review_comments()) == []
        with pytest.raises(GithubException) as second:
            review(repo, scene)
        assert "one pending review" in second.value.data["errors"][0]
        pending.delete()
        review(repo, scene)
        assert [one.state for one in pull.get_reviews()] == ["COMMENTED"]


@pytest.mark.parametrize("permissions", [{}, {"pull_requests": "read"}, {"contents": "write", "issues": "write"}])
def test_a_review_needs_pull_requests_write(fake_github: FakeGitHub, permissions: dict[str, Any]) -> None:
    scene = pull_request(fake_github, {"a": "x\n"}, {"a": "y\n"}, permissions=permissions)
    assert refusal(scene) == (403, "Resource not accessible by integration")


@pytest.mark.parametrize("scope", ["pull_requests", "issues"])
def test_issue_comments_need_either_permission_and_can_be_edited(fake_github: FakeGitHub, scope: str) -> None:
    scene = pull_request(fake_github, {"a": "x\n"}, {"a": "y\n"}, permissions={scope: "write"})
    with pygithub(fake_github, scene.token) as client:
        pull = client.get_repo(REPO).get_pull(1)
        made = pull.create_issue_comment("first")
        made.edit("second")
        assert [one.body for one in pull.get_issue_comments()] == ["second"]
        with pytest.raises(GithubException) as long:
            made.edit("x" * 65_537)
        assert long.value.status == 422
    fake_github.assert_writes("POST */issues/1/comments", "PATCH */issues/comments/*")


def test_the_comment_of_somebody_else_can_not_be_edited(scene: Scene) -> None:
    scene.server.add_token("maria", login="maria")
    with pygithub(scene.server, "maria") as client:
        client.get_repo(REPO).get_pull(1).create_issue_comment("mine")
    with pygithub(scene.server, scene.token) as client, pytest.raises(GithubException) as error:
        next(iter(client.get_repo(REPO).get_pull(1).get_issue_comments())).edit("taken over")
    assert error.value.status == 403


def test_a_single_comment_can_stand_on_a_file_and_be_replied_to_once(scene: Scene) -> None:
    with pygithub(scene.server, scene.token) as client:
        repo = client.get_repo(REPO)
        pull, commit = repo.get_pull(1), repo.get_commit(scene.pull.head_sha)
        made = pull.create_review_comment("whole file", commit, "b.py", subject_type="file")
        assert made.raw_data["line"] is None
        reply = pull.create_review_comment_reply(made.id, "answer")
        assert reply.in_reply_to_id == made.id
        with pytest.raises(GithubException) as nested:
            pull.create_review_comment_reply(reply.id, "too deep")
        with pytest.raises(GithubException) as outside:
            pull.create_review_comment("x", commit, "A.java", line=25, side="RIGHT")
    assert nested.value.status == outside.value.status == 422
    assert outside.value.data["errors"][0]["field"] == "pull_request_review_thread.line"


def test_a_push_moves_comments_and_outdates_those_whose_line_is_gone(scene: Scene) -> None:
    with pygithub(scene.server, scene.token) as client:
        repo = client.get_repo(REPO)
        review(repo, scene, comment(10), comment(40))
        text = "\n".join(["first", *CHANGED]).replace("inserted", "rewritten") + "\n"
        scene.pull.push(scene.repo.commit({"A.java": text}, parent=scene.pull.head_sha))
        lines = [one.raw_data["line"] for one in repo.get_pull(1).get_review_comments()]
    assert lines == [11, None]


def test_reactions_are_counted_and_not_doubled(scene: Scene) -> None:
    with pygithub(scene.server, scene.token) as client:
        made = client.get_repo(REPO).get_pull(1).create_issue_comment("x")
        made.create_reaction("eyes")
        made.create_reaction("eyes")
        (shown,) = client.get_repo(REPO).get_pull(1).get_issue_comments()
    assert (shown.reactions["eyes"], shown.reactions["total_count"]) == (1, 1)


def test_a_locked_conversation_refuses_comments(scene: Scene) -> None:
    scene.pull.locked = True
    assert refusal(scene)[0] == 403


def test_a_body_that_breaks_the_published_contract_is_refused_and_remembered(scene: Scene) -> None:
    status, message = refusal(scene, event="NOPE")
    assert status == 422
    assert "NOPE" in message
    assert "event" in scene.server.take_violations()[0]
    assert refusal(scene, {"path": "A.java", "line": 10})[0] == 422
    assert "body" in scene.server.take_violations()[0]
