"""From what happened on GitHub to what this run does about it. Pure: the payload is read once into `EventFacts`, then decided.

Nothing of the payload is trusted further than its shape: names and texts of strangers never decide who may do what.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from reviewer.app.action.commands import MARK, Command, parse_command
from reviewer.core.problem import ReviewError

DEPENDABOT = "dependabot[bot]"
_NUMBER = re.compile(r"[1-9]\d{0,9}")
_PULL_EVENTS = ("pull_request", "pull_request_target")
_RANGE_EVENTS = ("workflow_dispatch", "push", "schedule")


@dataclass(frozen=True, slots=True, kw_only=True)
class CommentFacts:
    """A comment on an issue or a pull request. `login` is "" for a deleted account."""

    id: int
    body: str
    login: str
    is_bot: bool
    on_pull_request: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class EventFacts:
    """What the payload says; a field that is absent or of a wrong type is None, False or ""."""

    name: str
    action: str = ""
    number: int | None = None
    is_draft: bool = False
    is_fork: bool = False
    author: str = ""
    sender: str = ""
    comment: CommentFacts | None = None
    run_head: str = ""

    @property
    def has_read_only_token(self) -> bool:
        """Whether GitHub gives this run a token that can't write, and no secrets: a fork's or Dependabot's `pull_request`."""
        return self.name == "pull_request" and (self.is_fork or DEPENDABOT in (self.author, self.sender))


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """The inputs that say what to review, "" when unset; `sha` is the commit that the workflow runs on."""

    pr_number: str = ""
    base_ref: str = ""
    head_ref: str = ""
    sha: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewPull:
    """Review a pull request.

    `on_request`: a person asked, so it is reviewed whole, drafts too. `after_push`: what was reviewed before need not be asked
    again. `head`: review only if this is still the head ("" for any).
    """

    number: int
    on_request: bool = False
    after_push: bool = False
    is_draft: bool = False
    head: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewRange:
    """Review what `head` adds to `base`; there is no pull request, so the result stays in the run."""

    base: str
    head: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RunCommand:
    """Somebody wrote a command; whether they may is asked of GitHub before anything is done."""

    number: int
    comment_id: int
    login: str
    command: Command


@dataclass(frozen=True, slots=True, kw_only=True)
class Nothing:
    """There is nothing to do, which is no failure."""

    reason: str


Task = ReviewPull | ReviewRange | RunCommand | Nothing


def read_event(name: str, payload: Mapping[str, Any]) -> EventFacts:
    """The facts of a payload, of whatever shape it is."""
    pull, issue = _mapping(payload, "pull_request"), _mapping(payload, "issue")
    head, base = _mapping(_mapping(pull, "head"), "repo"), _mapping(_mapping(pull, "base"), "repo")
    return EventFacts(
        name=name, action=_text(payload, "action"),
        number=_number(issue if name == "issue_comment" else pull) or _number(payload),
        is_draft=pull.get("draft") is True, is_fork=bool(pull) and (not head or head.get("id") != base.get("id")),
        author=_text(_mapping(pull, "user"), "login"), sender=_text(_mapping(payload, "sender"), "login"),
        comment=_comment(payload, issue), run_head=_text(_mapping(payload, "workflow_run"), "head_sha"),
    )  # fmt: skip


def _comment(payload: Mapping[str, Any], issue: Mapping[str, Any]) -> CommentFacts | None:
    comment = _mapping(payload, "comment")
    number = comment.get("id")
    if not isinstance(number, int):
        return None
    user = _mapping(comment, "user")
    login = _text(user, "login")
    return CommentFacts(
        id=number, body=_text(comment, "body"), login=login,
        is_bot=_text(user, "type") != "User" or login.endswith("[bot]"), on_pull_request=bool(_mapping(issue, "pull_request")),
    )  # fmt: skip


def decide(facts: EventFacts, asked: Asked) -> Task:
    """What to do. ReviewError when the workflow asks for something that can't be, naming the input."""
    if facts.name == "merge_group":
        return Nothing(reason="A merge group is not reviewed: its pull requests have been.")
    if facts.name == "issue_comment":  # first: an input must not lead around the check of who commented
        return _comment_task(facts)
    if facts.name in _PULL_EVENTS:
        return _pull_task(facts, asked)
    if asked.pr_number:
        if asked.base_ref or asked.head_ref:
            raise ReviewError("The inputs pr-number and base-ref/head-ref exclude each other: give one or the other.")
        return ReviewPull(number=_asked_number(asked.pr_number), on_request=True, head=facts.run_head)
    if facts.name in _RANGE_EVENTS and (asked.base_ref or asked.head_ref):
        return _range_task(asked)
    raise ReviewError(_no_subject(facts.name))


def _pull_task(facts: EventFacts, asked: Asked) -> Task:
    if asked.base_ref or asked.head_ref:
        raise ReviewError(
            f"The inputs base-ref and head-ref are for runs without a pull request; this is {facts.name}."
        )
    number = _asked_number(asked.pr_number) if asked.pr_number else facts.number
    if number is None:
        raise ReviewError(f"The payload of {facts.name} names no pull request; give the input pr-number.")
    if facts.action == "closed":
        return Nothing(reason=f"Pull request {number} is closed; there is nothing to review.")
    return ReviewPull(number=number, after_push=facts.action == "synchronize", is_draft=facts.is_draft)


def _comment_task(facts: EventFacts) -> Task:
    comment, number = facts.comment, facts.number
    if comment is None or number is None or facts.action != "created":
        return Nothing(reason="Only a new comment can be a command.")
    if not comment.on_pull_request:
        return Nothing(reason="The comment stands on an issue, not on a pull request.")
    if comment.is_bot or MARK in comment.body:
        return Nothing(reason="A comment by a bot is no command.")
    command = parse_command(comment.body)
    if command is None:
        return Nothing(reason="The comment does not begin with /stream-review.")
    return RunCommand(number=number, comment_id=comment.id, login=comment.login, command=command)


def _range_task(asked: Asked) -> ReviewRange:
    if not asked.base_ref:
        raise ReviewError("The input head-ref needs base-ref: the ref that head-ref is compared with.")
    head = asked.head_ref or asked.sha
    if not head:
        raise ReviewError("The input base-ref needs head-ref: this run has no commit of its own (GITHUB_SHA).")
    return ReviewRange(base=asked.base_ref, head=head)


def _asked_number(text: str) -> int:
    if not _NUMBER.fullmatch(text):
        raise ReviewError(f"The input pr-number is {text[:60]!r}; it must be the number of a pull request.")
    return int(text)


def _no_subject(name: str) -> str:
    if name == "workflow_dispatch":
        return "A run by workflow_dispatch needs the input pr-number, or base-ref (and head-ref) to review without a pull request."
    if name == "workflow_run":
        return "A run by workflow_run needs the input pr-number: its payload does not name a fork's pull request."
    if name in _RANGE_EVENTS:
        return f"The event {name} names no pull request: give the input pr-number, or base-ref to review a range of commits."
    shown = f"{name[:60]!r}" if name else "(none)"
    return f"The event {shown} names no pull request: use pull_request, or give the input pr-number."


def _mapping(payload: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    value = payload.get(name)
    return value if isinstance(value, dict) else {}


def _text(payload: Mapping[str, Any], name: str) -> str:
    value = payload.get(name)
    return value if isinstance(value, str) else ""


def _number(payload: Mapping[str, Any]) -> int | None:
    value = payload.get("number")
    return value if isinstance(value, int) and not isinstance(value, bool) and value > 0 else None
