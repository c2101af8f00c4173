"""Everything that people and bots have said on a pull request, read to the last page. Only reads, so they may be repeated."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from reviewer.core.problem import OutageError, ReviewError
from reviewer.github.graphql import whole_answer
from reviewer.github.session import Session, refused_status

_THREADS = """query($owner: String!, $name: String!, $number: Int!, $after: String) {
  repository(owner: $owner, name: $name) { pullRequest(number: $number) {
    reviewThreads(first: 100, after: $after) { pageInfo { hasNextPage endCursor } nodes {
      id isResolved isOutdated viewerCanResolve viewerCanUnresolve resolvedBy { login }
      comments(first: 1) { nodes { databaseId } } } } } } }"""
_VIEWER = "query { viewer { login databaseId } }"


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


def read_conversation(session: Session, number: int) -> Conversation:
    """All reviews and inline comments with their threads. Raises ReviewError or OutageError: half a list is no list."""
    what = f"the comments of pull request {number}"
    me = whoami(session)
    _, pull = session.get(f"/pulls/{number}", what, fits=lambda data: isinstance(data, dict) and "head" in data)
    reviews = tuple(_review(item) for item in session.pages(f"/pulls/{number}/reviews", what, key="id"))
    listed = list(session.pages(f"/pulls/{number}/comments", what, key="id"))
    threads = _threads(session, number) if listed else {}
    return Conversation(
        me=me, head=str(pull["head"]["sha"]), is_open=pull["state"] == "open", is_merged=bool(pull.get("merged")),
        is_locked=bool(pull.get("locked")), comments=tuple(_comment(item, threads) for item in listed), reviews=reviews,
    )  # fmt: skip


def whoami(session: Session) -> Account:
    """The token's own account. A workflow's token may not ask REST for it, GraphQL tells everybody."""
    viewer = whole_answer(session, _VIEWER, {}, "the token's own account").get("viewer") or {}
    if not isinstance(viewer.get("databaseId"), int) or not viewer.get("login"):
        raise OutageError("GitHub does not say whose token this is, so our own comments can't be told from others'.")
    return Account(id=viewer["databaseId"], login=str(viewer["login"]))


def issue_comments(session: Session, number: int) -> tuple[tuple[str, Account | None, str], ...]:
    """(body, author, url) of the comments below the pull request."""
    found = session.pages(f"/issues/{number}/comments", f"the comments of pull request {number}", key="id")
    return tuple((str(i.get("body") or ""), _account(i.get("user")), str(i.get("html_url") or "")) for i in found)


def writers_who_dislike(session: Session, comment: int) -> tuple[str, ...]:
    """Logins with write access that put a thumbs-down on an inline comment: on a public repository anyone can react."""
    found = session.pages(f"/pulls/comments/{comment}/reactions", f"the reactions to comment {comment}", key="content")
    logins = [str(i["user"]["login"]) for i in found if i.get("content") == "-1" and i.get("user")]
    return tuple(login for login in dict.fromkeys(logins) if _may_write(session, login))


def _may_write(session: Session, login: str) -> bool:
    path, what = f"/collaborators/{quote(login, safe='')}/permission", f"the permission of {login}"
    try:
        _, told = session.get(path, what, fits=lambda data: isinstance(data, dict) and "permission" in data)
    except ReviewError as error:
        if refused_status(error) in (403, 404):
            return False
        raise
    return told["permission"] in ("admin", "write")


def _threads(session: Session, number: int) -> dict[int, Thread]:
    """By the id of the comment that opened it."""
    owner, _, name = session.repository.partition("/")
    found: dict[int, Thread] = {}
    after: str | None = None
    while True:
        asked = {"owner": owner, "name": name, "number": number, "after": after}
        found_there = whole_answer(session, _THREADS, asked, f"the threads of pull request {number}")
        pull = (found_there.get("repository") or {}).get("pullRequest")
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
