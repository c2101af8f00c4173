"""What a token may see of repositories that it was not made for, and what GitHub says of one without a commit."""

from __future__ import annotations

import pytest
from github import GithubException

from fakes.clients import pygithub
from fakes.github import REPO, TOKEN, FakeGitHub, pull_request


@pytest.fixture
def server(fake_github: FakeGitHub) -> FakeGitHub:
    """The token of a workflow in `acme/shop`, beside a public and a private repository of the same owner."""
    pull_request(fake_github, {"a": "1\n"}, {"a": "2\n"}, private=True)
    fake_github.add_repo("acme/open").commit({"a": "1\n"}, branch="main")
    fake_github.add_repo("acme/secret", private=True).commit({"a": "1\n"}, branch="main")
    return fake_github


def refusal(server: FakeGitHub, verb: str, path: str, body: object = None) -> tuple[int, str]:
    with pygithub(server, TOKEN) as client, pytest.raises(GithubException) as refused:
        client.requester.requestJsonAndCheck(verb, path, input=body)
    return refused.value.status, refused.value.data["message"]


@pytest.mark.parametrize(
    "path", ["", "/commits/main", "/git/trees/main", "/contents/a", "/collaborators/alice/permission"]
)
def test_another_private_repository_does_not_exist(server: FakeGitHub, path: str) -> None:
    assert refusal(server, "GET", f"/repos/acme/secret{path}") == (404, "Not Found")


def test_another_public_repository_is_read_and_not_written(server: FakeGitHub) -> None:
    with pygithub(server, TOKEN) as client:
        repo = client.get_repo("acme/open")
        assert repo.default_branch == "main" and repo.get_git_tree("main").tree[0].path == "a"
    body = {"body": "hello"}
    words = "Resource not accessible by integration"
    assert refusal(server, "POST", "/repos/acme/open/issues/1/comments", body) == (403, words)


@pytest.mark.parametrize(("name", "kinds"), [(REPO, []), ("acme/open", []), ("acme/secret", ["NOT_FOUND"])])
def test_graphql_keeps_to_the_same(server: FakeGitHub, name: str, kinds: list[str]) -> None:
    blob = next(iter(server.world.repos[name].commits.values()))
    with pygithub(server, TOKEN) as client:
        owner, _, short = name.partition("/")
        query = "query($owner: String!, $name: String!, $oid: GitObjectID!) { repository(owner: $owner, name: $name) { object(oid: $oid) { oid } } }"
        variables = {"owner": owner, "name": short, "oid": blob.sha}
        _, told = client.requester.requestJsonAndCheck(
            "POST", f"{server.url}/graphql", input={"query": query, "variables": variables}
        )
    assert [error["type"] for error in told.get("errors", [])] == kinds


@pytest.mark.parametrize("path", ["/commits/main", "/git/trees/main"])
def test_a_repository_without_a_commit_says_so(server: FakeGitHub, path: str) -> None:
    server.add_repo("acme/new")
    assert refusal(server, "GET", f"/repos/acme/new{path}") == (409, "Git Repository is empty.")
