"""Carries the plan out. A lost answer is looked up before anything is sent again; what has no line goes to the body."""

from __future__ import annotations

from dataclasses import dataclass

from reviewer.core.problem import OutageError, Problem
from reviewer.core.report import Report
from reviewer.github.client import GitHubClient
from reviewer.github.session import Refused
from reviewer.publish.github_review.payload import body_of, comment_of
from reviewer.publish.github_review.reconcile import Plan, plan


@dataclass(frozen=True, slots=True, kw_only=True)
class PostResult:
    """What was posted. `review_url` is None when there was nothing new, or when the answer was lost."""

    review_url: str | None
    posted: int
    already: int
    problems: tuple[Problem, ...] = ()


def post(report: Report, client: GitHubClient, number: int) -> PostResult:
    """One review of what is new. Raises ReviewError when the token may not, OutageError when nothing could be written."""
    decided = plan(report, client.existing(number))
    if decided.is_empty:
        return PostResult(review_url=None, posted=0, already=len(decided.already))
    count = len(decided.inline) + len(decided.in_body)
    try:
        url = _send(report, client, number, decided)
    except Refused as refusal:
        # Lines are checked before; if GitHub still refuses one, the findings must not be lost: all of them go to the body.
        everything = Plan(
            inline=(), in_body=(*decided.inline, *decided.in_body), already=decided.already, has_summary=False
        )
        url = _send(report, client, number, everything)
        problem = Problem(step="publish", subject=f"pull request {number}", message=f"shown in the summary: {refusal}")
        return PostResult(review_url=url, posted=count, already=len(decided.already), problems=(problem,))
    return PostResult(review_url=url, posted=count, already=len(decided.already))


def _send(report: Report, client: GitHubClient, number: int, decided: Plan) -> str | None:
    body = body_of(report, decided.in_body)
    comments = [comment_of(finding) for finding in decided.inline]
    try:
        return client.create_review(number, report.head, body, comments)
    except OutageError:
        if _arrived(report, client, number):
            return None
        return client.create_review(number, report.head, body, comments)


def _arrived(report: Report, client: GitHubClient, number: int) -> bool:
    """Whether the review is there although its answer was lost."""
    decided = plan(report, client.existing(number))
    return not decided.inline and not decided.in_body and decided.has_summary
