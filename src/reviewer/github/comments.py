"""Everything that people and bots have said on a pull request, read to the last page. Only reads, so they may be repeated."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from github import GithubException
from requests import RequestException

from reviewer.core.problem import OutageError, ReviewError
from reviewer.github.session import Session, explained, refused_status

_THREADS = """query($owner: String!, $name: String!, $number: Int!, $after: String) {
  repository(owner: $owner, name: $name) { pullRequest(number: $number) {
    reviewThreads(first: 100, after: $after) { pageInfo { hasNextPage endCursor } nodes {
      id isResolved isOutdated viewerCanResolve viewerCanUnresolve resolvedBy { login }
      comments(first: 1) { nodes { databaseId } } } } } } }"""
_VIEWER = "query { viewer { login databaseId } }"
_TRIES = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """Who is speaking. `id` is what identities are compared by: GraphQL and REST write a bot's login differently."""

    id: int
    login: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Thread:
    """A review thread as GraphQL shows it."""

    id: str
    is_resolved: bool
    is_outdated: bool
    resolved_by: str | None
    can_resolve: bool
    can_unresolve: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Comment:
    """An inline comment or an answer to one. `line` is None on a file and where the line has left the diff; `thread` is
    None on answers, and everywhere when GraphQL did not tell."""

    id: int
    body: str
    author: Account | None
    url: str
    path: str
    side: str
    line: int | None
    start_line: int | None
    on_file: bool
    reply_to: int | None
    thumbs_down: int
    thread: Thread | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Review:
    """A submitted review (or a pending one of our own); `body` may be empty."""

    id: int
    body: str
    author: Account | None
    url: str
    is_pending: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Conversation:
    """The pull request as it stands now. `me` is the account of the token."""

    me: Account
    head: str
    is_open: bool
    is_merged: bool
    is_locked: bool
    comments: tuple[Comment, ...]
    reviews: tuple[Review, ...]


def read_conversation(session: Session, number: int, *, sleep: Callable[[float], None] = time.sleep) -> Conversation:
    """All reviews and inline comments with their threads. Raises ReviewError or OutageError: half a list is no list."""
    with explained(f"the comments of pull request {number}"):
        me = whoami(session, sleep=sleep)
        pull = _object(session, f"/repos/{session.repository}/pulls/{number}")
        reviews = tuple(_review(item) for item in pages(session, f"/repos/{session.repository}/pulls/{number}/reviews"))
        listed = list(pages(session, f"/repos/{session.repository}/pulls/{number}/comments"))
        threads = _threads(session, number, sleep) if listed else {}
    return Conversation(
        me=me, head=str(pull["head"]["sha"]), is_open=pull["state"] == "open", is_merged=bool(pull.get("merged")),
        is_locked=bool(pull.get("locked")), comments=tuple(_comment(item, threads) for item in listed), reviews=reviews,
    )  # fmt: skip


def whoami(session: Session, *, sleep: Callable[[float], None] = time.sleep) -> Account:
    """The token's own account. A workflow's token may not ask REST for it, GraphQL tells everybody."""
    with explained("the token's own account"):
        viewer = graphql(session, _VIEWER, {}, sleep=sleep).get("viewer") or {}
    if not isinstance(viewer.get("databaseId"), int) or not viewer.get("login"):
        raise OutageError("GitHub does not say whose token this is, so our own comments can't be told from others'.")
    return Account(id=viewer["databaseId"], login=str(viewer["login"]))


def issue_comments(session: Session, number: int) -> tuple[tuple[str, Account | None, str], ...]:
    """(body, author, url) of the comments below the pull request."""
    with explained(f"the comments of pull request {number}"):
        found = pages(session, f"/repos/{session.repository}/issues/{number}/comments")
        return tuple((str(i.get("body") or ""), _account(i.get("user")), str(i.get("html_url") or "")) for i in found)


def writers_who_dislike(session: Session, comment: int) -> tuple[str, ...]:
    """Logins with write access that put a thumbs-down on an inline comment: on a public repository anyone can react."""
    with explained(f"the reactions to comment {comment}"):
        found = pages(session, f"/repos/{session.repository}/pulls/comments/{comment}/reactions")
        logins = [str(i["user"]["login"]) for i in found if i.get("content") == "-1" and i.get("user")]
    return tuple(login for login in dict.fromkeys(logins) if _may_write(session, login))


def _may_write(session: Session, login: str) -> bool:
    with explained(f"the permission of {login}"):
        try:
            told = _object(session, f"/repos/{session.repository}/collaborators/{login}/permission")
        except ReviewError as error:
            if refused_status(error) in (403, 404):
                return False
            raise
    return told.get("permission") in {"admin", "write"}


def pages(session: Session, path: str) -> Iterator[Mapping[str, Any]]:
    """Every item of a list, page by page as the Link header leads."""
    return session.pages(path, f"the list at {path}", key="id")


def graphql(
    session: Session, query: str, variables: Mapping[str, Any], *, sleep: Callable[[float], None] = time.sleep
) -> Mapping[str, Any]:
    """The `data` of a query. Queries go by POST, which nobody below repeats for us, so it is done here."""
    for attempt in range(1, _TRIES + 1):
        try:
            return _graphql_once(session, query, variables)
        except (OutageError, RequestException, GithubException) as error:
            passing = not isinstance(error, GithubException) or error.status >= 500
            if not passing or attempt == _TRIES:
                raise
            sleep(float(attempt))
    raise AssertionError("unreachable")


def _graphql_once(session: Session, query: str, variables: Mapping[str, Any]) -> Mapping[str, Any]:
    asked = {"query": query, "variables": dict(variables)}
    _, data = session.requester.requestJsonAndCheck("POST", session.requester.graphql_url, input=asked)
    if not isinstance(data, dict) or data.get("errors") or not isinstance(data.get("data"), dict):
        errors = data.get("errors") if isinstance(data, dict) else None
        words = "; ".join(str(e.get("message", "")) for e in errors if isinstance(e, dict)) if errors else "no answer"
        raise OutageError(f"GitHub's GraphQL failed ({words[:300]}).")
    return dict(data["data"])


def _threads(session: Session, number: int, sleep: Callable[[float], None]) -> dict[int, Thread]:
    """By the id of the comment that opened it."""
    owner, _, name = session.repository.partition("/")
    found: dict[int, Thread] = {}
    after: str | None = None
    while True:
        asked = {"owner": owner, "name": name, "number": number, "after": after}
        pull = (graphql(session, _THREADS, asked, sleep=sleep).get("repository") or {}).get("pullRequest")
        if not pull:
            raise OutageError(f"GitHub's GraphQL does not show pull request {number}.")
        told = pull["reviewThreads"]
        for node in told["nodes"]:
            if node and node["comments"]["nodes"]:
                found[node["comments"]["nodes"][0]["databaseId"]] = _thread(node)
        if not told["pageInfo"]["hasNextPage"]:
            return found
        after = told["pageInfo"]["endCursor"]


def _thread(node: Mapping[str, Any]) -> Thread:
    resolver = node.get("resolvedBy")
    return Thread(
        id=node["id"], is_resolved=bool(node["isResolved"]), is_outdated=bool(node["isOutdated"]),
        resolved_by=resolver["login"] if resolver else None, can_resolve=bool(node["viewerCanResolve"]),
        can_unresolve=bool(node["viewerCanUnresolve"]),
    )  # fmt: skip


def _comment(item: Mapping[str, Any], threads: Mapping[int, Thread]) -> Comment:
    return Comment(
        id=item["id"], body=item.get("body") or "", author=_account(item.get("user")), url=item.get("html_url") or "",
        path=item.get("path") or "", side=item.get("side") or "RIGHT", line=item.get("line"),
        start_line=item.get("start_line"), on_file=item.get("subject_type") == "file",
        reply_to=item.get("in_reply_to_id"), thumbs_down=(item.get("reactions") or {}).get("-1", 0),
        thread=threads.get(item["id"]),
    )  # fmt: skip


def _review(item: Mapping[str, Any]) -> Review:
    return Review(
        id=item["id"], body=item.get("body") or "", author=_account(item.get("user")), url=item.get("html_url") or "",
        is_pending=item.get("state") == "PENDING",
    )  # fmt: skip


def _account(user: Mapping[str, Any] | None) -> Account | None:
    return Account(id=user["id"], login=user["login"]) if user else None


def _object(session: Session, path: str) -> Mapping[str, Any]:
    def fits(data: Any) -> bool:
        return isinstance(data, dict) and bool({"head", "permission"} & data.keys())

    return dict(session.get(path, f"what stands at {path}", fits=fits)[1])
