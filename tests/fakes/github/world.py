"""All repositories, users and tokens of one fake GitHub, and what a request handler gets to see of them."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Literal
from urllib.parse import urlencode

from fakes.github import refusals
from fakes.github.render import Json, Renderer
from fakes.github.state import Comment, Commit, Ids, Permission, PullRequest, Repo, Thread, Token, User
from fakes.loopback import Call, Reply, json_reply

EPOCH = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)
Handler = Callable[["Visit"], Reply]


@dataclass(slots=True, kw_only=True)
class GraphQLLimits:
    """What one query may take, and what is left of the hour's points.

    GitHub publishes `nodes` and `points`. What "too many resources" means it does not say: `objects` and `text_bytes` are assumed
    (public clients ask for 250 texts at once), and tests set them lower.
    """

    nodes: int = 500_000
    objects: int = 250
    text_bytes: int = 10_000_000
    points: int = 1_000
    spent: int = 0


@dataclass(slots=True)
class World:
    """The state; `token` and `repo` are the ways in for tests, through `FakeGitHub`."""

    ids: Ids = field(default_factory=Ids)
    repos: dict[str, Repo] = field(default_factory=dict)
    users: dict[str, User] = field(default_factory=dict)
    tokens: dict[str, Token] = field(default_factory=dict)
    graphql: GraphQLLimits = field(default_factory=GraphQLLimits)
    ticks: int = 0

    def user(self, login: str) -> User:
        """The account `login`, made on first use; a login that ends in `[bot]` is a bot."""
        if login not in self.users:
            kind: Literal["User", "Bot"] = "Bot" if login.endswith("[bot]") else "User"
            self.users[login] = User(login=login, id=self.ids.next(), kind=kind)
        return self.users[login]

    def now(self) -> str:
        """A time that is one second later at each call, so that orders of events are visible and repeatable."""
        self.ticks += 1
        return (EPOCH + timedelta(seconds=self.ticks)).strftime("%Y-%m-%dT%H:%M:%SZ")

    def comments(self) -> list[tuple[PullRequest, Comment]]:
        """Every comment of both kinds, with its pull request."""
        pulls = [pull for repo in self.repos.values() for pull in repo.pulls.values()]
        return [(pull, comment) for pull in pulls for comment in [*pull.comments, *pull.issue_comments]]

    def threads(self) -> list[tuple[PullRequest, Thread]]:
        """Every review thread, with its pull request."""
        pulls = [pull for repo in self.repos.values() for pull in repo.pulls.values()]
        return [(pull, thread) for pull in pulls for thread in pull.threads]


@dataclass(frozen=True, slots=True)
class Visit:
    """One authenticated request on its way through a handler; `args` are the parts of the path, `archive` gives a commit's address."""

    world: World
    render: Renderer
    call: Call
    token: Token
    args: Mapping[str, Any]
    archive: Callable[[Repo, Commit], str] = lambda _repo, _commit: ""

    @property
    def repo(self) -> Repo:
        found = self.world.repos.get(f"{self.args['owner']}/{self.args['repo']}".lower())
        if found is None or (found.private and not self.token.covers(found)):
            raise refusals.not_found()
        return found

    @property
    def pull(self) -> PullRequest:
        found = self.repo.pulls.get(self.args["number"])
        if found is None:
            raise refusals.not_found()
        return found

    def comment(self, kind: Literal["review", "issue"]) -> tuple[PullRequest, Comment]:
        """The comment that the path names, of this repository and kind."""
        for pull, comment in self.world.comments():
            if comment.id == self.args["comment"] and comment.kind == kind and pull.repo is self.repo:
                return pull, comment
        raise refusals.not_found()

    @property
    def json(self) -> dict[str, Any]:
        """The body, which must be a JSON object; 400 like GitHub when it doesn't parse."""
        try:
            body = json.loads(self.call.body or b"{}")
        except ValueError:
            raise refusals.Refusal(400, "Problems parsing JSON") from None
        if not isinstance(body, dict):
            raise refusals.Refusal(400, "Body should be a JSON object")
        return body

    def may_read(self, scope: str, repo: Repo) -> bool:
        """Whether the token sees what `scope` stands for in `repo`."""
        return not repo.private or (self.token.covers(repo) and self.token.may(scope, "read"))

    def demand(self, level: Permission, *scopes: str) -> None:
        """Refuse unless the token has `level` on one of `scopes`. Anyone may read a public repository."""
        public_read = level == "read" and not self.repo.private
        granted = self.token.covers(self.repo) and any(self.token.may(scope, level) for scope in scopes)
        if not public_read and not granted:
            raise refusals.not_accessible()

    def page(self, items: Sequence[Json], limit: int | None = None) -> Reply:
        """One page of `items` with GitHub's Link header; `limit` is where the endpoint silently stops."""
        items = items[:limit]
        size = min(max(_number(self.call.query.get("per_page"), 30), 1), 100)
        number = max(_number(self.call.query.get("page"), 1), 1)
        last = max(-(-len(items) // size), 1)
        shown = list(items[(number - 1) * size : number * size])
        wanted = {"prev": number - 1, "next": number + 1, "first": 1, "last": last}
        if number == 1:
            del wanted["prev"], wanted["first"]
        if number >= last:
            del wanted["next"], wanted["last"]
        address = f"{self.render.api}{self.call.raw_path}"
        links = [
            f'<{address}?{urlencode({**self.call.query, "page": to})}>; rel="{name}"' for name, to in wanted.items()
        ]
        return json_reply(shown, headers={"link": ", ".join(links)} if links else None)


def _number(text: str | None, default: int) -> int:
    return int(text) if text and text.isdigit() else default


@dataclass(frozen=True, slots=True)
class Route:
    """An operation: Werkzeug rule, method, handler, and any one of `scopes` that it needs at `level`."""

    method: str
    rule: str
    handler: Handler
    level: Permission
    scopes: tuple[str, ...]


class Routes:
    """A table that handlers enter themselves into."""

    def __init__(self) -> None:
        self.table: list[Route] = []

    def add(
        self, method: str, rule: str, *scopes: str, level: Permission | None = None
    ) -> Callable[[Handler], Handler]:
        """Serve `method` on `/repos/OWNER/REPO` + `rule`; no scopes means that any token will do."""
        wanted: Permission = level or ("read" if method == "GET" else "write")
        path = rule if rule.startswith("//") else f"/repos/<owner>/<repo>{rule}"

        def enter(handler: Handler) -> Handler:
            self.table.append(Route(method, path.replace("//", "/"), handler, wanted, scopes))
            return handler

        return enter
