"""The writes. Each is sent once: what becomes of a failed one is for the caller to decide, who can look it up.

Four ways to fail are told apart, because each needs another answer: LostAnswer (it may have been done), Limited (it was
not done, and may be tried later), Refused (its content is wrong), Denied (this token may not).
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from github import GithubException
from requests import RequestException

from reviewer.core.problem import OutageError, ReviewError
from reviewer.github.session import Refused, Session

_SECONDARY_WAIT = 60.0


class LostAnswer(OutageError):
    """Nobody knows whether the write was done."""


class Limited(OutageError):
    """GitHub wants us to wait; the write was not done. `seconds` is how long."""

    def __init__(self, message: str, seconds: float) -> None:
        super().__init__(message)
        self.seconds = seconds


class Denied(ReviewError):
    """The token may not write here, or the conversation is locked."""


class Gone(ReviewError):
    """What was to be changed is no longer there (404)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class InlineComment:
    """A comment to post. `line` None stands for the whole file; `start_line` only where it lies before `line`."""

    path: str
    body: str
    side: str = "RIGHT"
    line: int | None = None
    start_line: int | None = None


def create_review(session: Session, number: int, head: str, body: str, comments: Sequence[InlineComment]) -> str:
    """One review with all its comments, taken whole or not at all; returns its address."""
    asked = {"commit_id": head, "body": body, "event": "COMMENT", "comments": [_placed(c) for c in comments]}
    return _write(session, "POST", f"{_pull(session, number)}/reviews", asked, "the review")


def create_comment(session: Session, number: int, head: str, comment: InlineComment) -> str:
    """One comment by itself, on a line or on a file; returns its address."""
    asked = {**_placed(comment), "commit_id": head}
    return _write(session, "POST", f"{_pull(session, number)}/comments", asked, f"a comment on {comment.path}")


def edit_comment(session: Session, comment: int, body: str) -> str:
    """Another text for an inline comment of ours."""
    path = f"/repos/{session.repository}/pulls/comments/{comment}"
    return _write(session, "PATCH", path, {"body": body}, "a changed comment")


def edit_review(session: Session, number: int, review: int, body: str) -> str:
    """Another text for a review of ours."""
    return _write(session, "PUT", f"{_pull(session, number)}/reviews/{review}", {"body": body}, "the summary")


def answer(session: Session, number: int, body: str) -> str:
    """A comment below the pull request; returns its address."""
    path = f"/repos/{session.repository}/issues/{number}/comments"
    return _write(session, "POST", path, {"body": body}, "an answer")


def set_resolved(session: Session, thread: str, *, resolved: bool) -> None:
    """Resolve a thread or open it again. GitHub asks for `contents: write` for this."""
    name = "resolveReviewThread" if resolved else "unresolveReviewThread"
    kind = f"{name[0].upper()}{name[1:]}Input!"
    query = f"mutation($input: {kind}) {{ {name}(input: $input) {{ thread {{ id isResolved }} }} }}"
    what = "resolving a thread"
    asked = {"query": query, "variables": {"input": {"threadId": thread}}}
    data = _send(session, "POST", session.requester.graphql_url, asked, what)
    errors = data.get("errors") if isinstance(data, dict) else None
    if errors:
        raise _graphql_failure(errors[0] if isinstance(errors[0], dict) else {}, what)
    told = data.get("data") if isinstance(data, dict) else None
    if not isinstance(told, dict) or not isinstance(told.get(name), dict):
        raise LostAnswer(f"GitHub's answer to {what} was no answer.")


def _graphql_failure(error: Mapping[str, Any], what: str) -> ReviewError:
    words = str(error.get("message", ""))[:300]
    if error.get("type") == "RATE_LIMITED" or "rate limit" in words.lower():
        return Limited(f"GitHub limits {what} ({words}).", _SECONDARY_WAIT)
    if error.get("type") == "NOT_FOUND":
        return Gone(f"{what}: {words}")
    return Denied(f"The token may not do this: {what} ({words}). It needs contents: write and pull-requests: write.")


def _pull(session: Session, number: int) -> str:
    return f"/repos/{session.repository}/pulls/{number}"


def _placed(comment: InlineComment) -> dict[str, Any]:
    made: dict[str, Any] = {"path": comment.path, "body": comment.body}
    if comment.line is None:
        return {**made, "subject_type": "file"}
    made |= {"side": comment.side, "line": comment.line}
    if comment.start_line is not None and comment.start_line < comment.line:
        made |= {"start_line": comment.start_line, "start_side": comment.side}
    return made


def _write(session: Session, verb: str, path: str, asked: Mapping[str, Any] | None, what: str) -> str:
    """The address of what was written. A success without an id (a page of a proxy, a redirect) is a lost answer."""
    data = _send(session, verb, path, asked, what)
    if not isinstance(data, dict) or not isinstance(data.get("id"), int):
        raise LostAnswer(f"GitHub's answer to {what} was no answer.")
    return str(data.get("html_url") or "")


def _send(session: Session, verb: str, path: str, asked: Mapping[str, Any] | None, what: str) -> Any:
    try:
        _, data = session.requester.requestJsonAndCheck(verb, path, input=dict(asked) if asked is not None else None)
    except GithubException as error:
        raise _failure(error, what) from error
    except (RequestException, ValueError, RuntimeError) as error:
        # ValueError: half a JSON document; RuntimeError: a redirect that PyGithub does not follow.
        raise LostAnswer(f"GitHub's answer to {what} was lost ({type(error).__name__}).") from error
    return data


def _failure(error: GithubException, what: str) -> ReviewError:
    words = _words(error)
    wait = _wait(error)
    if wait is not None:
        return Limited(f"GitHub limits {what}: {words}", wait)
    if error.status == 422 and "too quickly" in words.lower():
        return Limited(f"GitHub limits {what}: {words}", _SECONDARY_WAIT)
    if error.status == 422:
        return Refused(f"GitHub refused {what}: {words}")
    if error.status == 401:
        return Denied("GitHub does not accept the token (401): give a valid one in github-token.")
    if error.status == 403:
        hint = "" if "locked" in words.lower() else " The job needs the permission pull-requests: write."
        return Denied(f"The token may not write {what}: {words}.{hint}")
    if error.status in (404, 410):
        return Gone(f"GitHub does not find where to write {what}.")
    return LostAnswer(f"GitHub failed at {what} ({error.status}).")


def _wait(error: GithubException) -> float | None:
    """Seconds that GitHub asks us to wait, or None when this is no rate limit."""
    if error.status not in (403, 429):
        return None
    headers = {name.lower(): str(value) for name, value in (error.headers or {}).items()}
    words = _words(error).lower()
    if "retry-after" in headers:
        return _number(headers["retry-after"])
    if headers.get("x-ratelimit-remaining") == "0":
        return max(1.0, _number(headers.get("x-ratelimit-reset", "")) - time.time())
    return _SECONDARY_WAIT if error.status == 429 or "rate limit" in words or "too quickly" in words else None


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return _SECONDARY_WAIT


def _words(error: GithubException) -> str:
    if not isinstance(error.data, dict):
        return ""
    errors = error.data.get("errors")
    more = [str(e.get("message", e)) if isinstance(e, dict) else str(e) for e in errors] if errors else []
    return "; ".join([str(error.data.get("message", "")), *more])[:400]
