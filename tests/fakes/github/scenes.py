"""A small pull request to start a test from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from fakes.github.server import DEFAULT_PERMISSIONS, FakeGitHub
from fakes.github.state import Permission, PullRequest, Repo

REPO = "acme/shop"
TOKEN = "ghs_token-for-tests"


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """The server, its repository `acme/shop`, pull request 1 and a token of the Actions bot, which is for that repository."""

    server: FakeGitHub
    repo: Repo
    pull: PullRequest
    token: str


def pull_request(
    server: FakeGitHub,
    before: Mapping[str, str | bytes | None],
    after: Mapping[str, str | bytes | None],
    *,
    private: bool = False,
    permissions: Mapping[str, Permission] = DEFAULT_PERMISSIONS,
    fork: str | None = None,
) -> Scene:
    """Pull request 1 of `acme/shop`, from the files `before` to the same with `after` laid over (None deletes)."""
    repo = server.add_repo(REPO, private=private)
    base = repo.commit(before, branch="main", message="Base")
    head = repo.commit(after, parent=base, branch="feature", message="Change")
    pull = server.open_pull(repo, base=base, head=head, fork=fork)
    server.add_token(TOKEN, permissions=permissions, repositories=(REPO,))
    return Scene(server=server, repo=repo, pull=pull, token=TOKEN)
