"""Faults on demand, and GraphQL, through the real PyGithub."""

from __future__ import annotations

import time
from typing import Any

import pytest
import requests
from github import Github, GithubException, GithubRetry, RateLimitExceededException

from fakes.clients import pygithub
from fakes.github import REPO, FakeGitHub, Scene, pull_request

THREADS = """
query($owner: String!, $name: String!, $number: Int!, $after: String) {
  repository(owner: $owner, name: $name) { pullRequest(number: $number) { reviewThreads(first: 1, after: $after) {
    pageInfo { hasNextPage endCursor }
    nodes { id isResolved isOutdated path line viewerCanResolve
      comments(first: 20) { totalCount nodes { id databaseId body author { login __typename } } } }
  } } }
}
"""


@pytest.fixture
def scene(fake_github: FakeGitHub) -> Scene:
    return pull_request(fake_github, {"a.py": "x\n"}, {"a.py": "y\nz\n"})


def post_review(client: Github, scene: Scene) -> int:
    repo = client.get_repo(REPO)
    comments: list[Any] = [{"path": "a.py", "line": line, "side": "RIGHT", "body": f"at {line}"} for line in (1, 2)]
    commit = repo.get_commit(scene.pull.head_sha)
    return repo.get_pull(1).create_review(commit=commit, body="Summary", event="COMMENT", comments=comments).id


def test_a_bad_gateway_hits_once_and_leaves_no_trace(scene: Scene) -> None:
    scene.server.fail_next("POST */reviews", status=502)
    with pygithub(scene.server, scene.token) as client:
        with pytest.raises(GithubException) as error:
            post_review(client, scene)
        assert (error.value.status, scene.pull.reviews) == (502, [])
        assert post_review(client, scene) == scene.pull.reviews[0].id
    assert scene.server.pending_faults == 0


def test_a_bad_gateway_can_hide_a_write_that_was_done(scene: Scene) -> None:
    scene.server.fail_next("POST */reviews", status=502, performed=True)
    with pygithub(scene.server, scene.token) as client, pytest.raises(GithubException):
        post_review(client, scene)
    assert len(scene.pull.reviews) == 1


def test_the_default_retry_of_pygithub_doubles_a_review(scene: Scene) -> None:
    """The reason for the fault: this is what a client must protect itself from."""
    scene.server.fail_next("POST */reviews", status=502, performed=True)
    with pygithub(scene.server, scene.token, retry=GithubRetry(total=1, backoff_factor=0)) as client:
        post_review(client, scene)
    assert len(scene.pull.reviews) == 2


def test_a_lost_response_is_a_connection_error_with_the_write_done(scene: Scene) -> None:
    scene.server.fail_next("POST */reviews", drop_response=True)
    with pygithub(scene.server, scene.token) as client, pytest.raises(requests.ConnectionError):
        post_review(client, scene)
    assert len(scene.pull.reviews) == 1
    scene.server.assert_writes("POST */reviews")


@pytest.mark.parametrize("limit", ["primary", "secondary"])
def test_rate_limits_look_like_rate_limits(scene: Scene, limit: Any) -> None:
    scene.server.fail_next("*", limit=limit, retry_after=30)
    with pygithub(scene.server, scene.token) as client, pytest.raises(RateLimitExceededException) as error:
        post_review(client, scene)
    headers = error.value.headers or {}
    if limit == "primary":
        assert headers["x-ratelimit-remaining"] == "0"
    else:
        assert headers["retry-after"] == "30"


@pytest.mark.parametrize(("limit", "kind"), [("primary", "RATE_LIMITED"), ("secondary", None)])
def test_graphql_tells_its_limits_in_a_200(scene: Scene, limit: Any, kind: str | None) -> None:
    scene.server.fail_next("POST /graphql", limit=limit, status=200, retry_after=30)
    with pygithub(scene.server, scene.token) as client:
        headers, told = client.requester.requestJsonAndCheck(
            "POST", "/graphql", input={"query": "{ viewer { login } }"}
        )
    assert told["data"] is None and "rate limit" in told["errors"][0]["message"]
    assert told["errors"][0].get("type") == kind
    assert (headers.get("x-ratelimit-remaining") == "0") == (limit == "primary")


def test_an_answer_can_be_twisted(scene: Scene) -> None:
    def other(told: Any) -> Any:
        return {**told, "title": "Another"}

    scene.server.fail_next("GET */pulls/1", twisted=other)
    with pygithub(scene.server, scene.token) as client:
        repo = client.get_repo(REPO)
        assert [repo.get_pull(1).title, repo.get_pull(1).title] == ["Another", "A change"]


def test_graphql_errors_can_be_ordered(scene: Scene) -> None:
    scene.server.fail_next("POST /graphql", errors=[{"type": "RESOURCE_LIMITS_EXCEEDED", "message": "Too much."}])
    with pygithub(scene.server, scene.token) as client:
        with pytest.raises(GithubException, match="Too much"):
            threads(client)
        assert threads(client) == []


def test_endpoints_are_counted(scene: Scene) -> None:
    with pygithub(scene.server, scene.token) as client:
        pull = client.get_repo(REPO).get_pull(1)
        assert client.get_repo(REPO).compare("main", pull.head.sha).ahead_by == 1
        client.get_repo(REPO).get_git_tree(pull.head.sha)
        list(pull.get_files())
        threads(client)
    assert scene.server.endpoints() == {
        "GET /pulls": 1, "GET /compare": 1, "GET /git/trees": 1, "GET /pulls/files": 1, "POST /graphql": 1,
    }  # fmt: skip


def test_retry_after_is_obeyed_by_the_real_client(scene: Scene) -> None:
    scene.server.fail_next("POST */reviews", status=429, retry_after=1)
    begun = time.monotonic()
    with pygithub(scene.server, scene.token, retry=GithubRetry(total=2)) as client:
        post_review(client, scene)
    assert time.monotonic() - begun >= 1


def test_a_page_instead_of_json_counts_as_success_to_pygithub(scene: Scene) -> None:
    scene.server.fail_next("POST */reviews", html=True)
    with pygithub(scene.server, scene.token) as client:
        repo = client.get_repo(REPO)
        made = repo.get_pull(1).create_review(body="x", event="COMMENT")
        assert "id" not in made.raw_data
    assert scene.pull.reviews == []


def test_a_slow_answer_arrives_late(scene: Scene) -> None:
    scene.server.fail_next("GET */pulls/1", delay=0.2)
    begun = time.monotonic()
    with pygithub(scene.server, scene.token) as client:
        assert client.get_repo(REPO).get_pull(1).title == "A change"
    assert time.monotonic() - begun >= 0.2


@pytest.mark.parametrize(("count", "done"), [(0, 0), (1, 1), (2, 2)])
def test_the_server_is_gone_after_the_given_number_of_writes(scene: Scene, count: int, done: int) -> None:
    scene.server.kill_after_writes(count)
    with pygithub(scene.server, scene.token) as client:
        pull = client.get_repo(REPO).get_pull(1)
        with pytest.raises(requests.ConnectionError):
            for number in range(5):
                pull.create_issue_comment(f"comment {number}")
        with pytest.raises(requests.ConnectionError):
            list(pull.get_issue_comments())
        scene.server.revive()
        assert len(list(pull.get_issue_comments())) == done


def test_the_last_answer_can_be_lost_as_well(scene: Scene) -> None:
    scene.server.kill_after_writes(1, answered=False)
    with pygithub(scene.server, scene.token) as client, pytest.raises(requests.ConnectionError):
        client.get_repo(REPO).get_pull(1).create_issue_comment("done but unheard")
    assert [one.body for one in scene.pull.issue_comments] == ["done but unheard"]


def test_reading_is_no_write(scene: Scene) -> None:
    with pygithub(scene.server, scene.token) as client:
        client.get_repo(REPO).get_pull(1).complete()
        threads(client)
        scene.server.assert_no_writes()
        client.get_repo(REPO).get_pull(1).create_issue_comment("x")
    with pytest.raises(AssertionError, match="unexpected writes"):
        scene.server.assert_no_writes()
    with pytest.raises(AssertionError, match="expected"):
        scene.server.assert_writes()


def threads(client: Github) -> list[dict[str, Any]]:
    """All review threads, page by page."""
    found: list[dict[str, Any]] = []
    variables: dict[str, Any] = {"owner": "acme", "name": "shop", "number": 1, "after": None}
    while True:
        _, answer = client.requester.graphql_query(THREADS, variables)
        page = answer["data"]["repository"]["pullRequest"]["reviewThreads"]
        found += page["nodes"]
        if not page["pageInfo"]["hasNextPage"]:
            return found
        variables["after"] = page["pageInfo"]["endCursor"]


def test_threads_are_listed_in_pages(scene: Scene) -> None:
    with pygithub(scene.server, scene.token) as client:
        post_review(client, scene)
        client.get_repo(REPO).get_pull(1).create_review_comment_reply(scene.pull.comments[0].id, "done")
        found = threads(client)
    assert [(one["path"], one["line"], one["isResolved"], one["viewerCanResolve"]) for one in found] == [
        ("a.py", 1, False, False),
        ("a.py", 2, False, False),
    ]
    assert [one["comments"]["totalCount"] for one in found] == [2, 1]
    assert found[0]["comments"]["nodes"][0]["author"] == {"login": "github-actions", "__typename": "Bot"}


def resolve(client: Github, thread: str) -> Any:
    mutation = client.requester.graphql_named_mutation
    return mutation("resolveReviewThread", {"threadId": thread}, "thread { isResolved }")[1]


def test_resolving_needs_contents_write(scene: Scene) -> None:
    with pygithub(scene.server, scene.token) as client:
        post_review(client, scene)
        thread = threads(client)[0]["id"]
        with pytest.raises(GithubException, match="not accessible"):
            resolve(client, thread)
        scene.server.add_token(scene.token, permissions={"contents": "write", "pull_requests": "write"})
        assert resolve(client, thread) == {"thread": {"isResolved": True}}
        assert [one["isResolved"] for one in threads(client)] == [True, False]


def test_comments_are_minimised_by_node_id(scene: Scene) -> None:
    scene.server.add_token(scene.token, permissions={"pull_requests": "write", "issues": "write"})
    with pygithub(scene.server, scene.token) as client:
        made = client.get_repo(REPO).get_pull(1).create_issue_comment("old summary")
        assert made.minimize("OUTDATED")
        with pytest.raises(GithubException, match="WRONG"):
            made.minimize("WRONG")
    assert scene.pull.issue_comments[0].minimized == "OUTDATED"


@pytest.mark.parametrize(
    ("query", "message"),
    [
        ('query { repository(owner: "acme", name: "shop") { secrets } }', "doesn't exist"),
        ('query { repository(owner: "acme", name: "nope") { nameWithOwner } }', "Could not resolve"),
        ("query { viewer }", "must have selections"),
        ("query { viewer { login }", "Parse error"),
        (THREADS.replace("first: 1, ", ""), "`first` or `last`"),
        (THREADS.replace("first: 1", "first: 101"), "`first` or `last`"),
    ],
)
def test_graphql_mistakes_are_errors_in_a_200(scene: Scene, query: str, message: str) -> None:
    variables = {"owner": "acme", "name": "shop", "number": 1}
    with pygithub(scene.server, scene.token) as client, pytest.raises(GithubException, match=message):
        client.requester.graphql_query(query, variables)
