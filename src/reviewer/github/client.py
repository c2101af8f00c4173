"""What is written to a pull request, and the lists of what stands there already."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from types import TracebackType

from github.PullRequest import ReviewComment as Payload

from reviewer.core.problem import OutageError
from reviewer.github.reader import PullRequestReader
from reviewer.github.session import explained


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewComment:
    """An inline comment to post; lines as on GitHub's `side`."""

    path: str
    body: str
    side: str
    line: int
    start_line: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Existing:
    """A comment that is there. `login` is None for a deleted user."""

    body: str
    login: str | None


class GitHubClient(PullRequestReader):
    """Reads and writes of one repository. Raises ReviewError that says what to do, OutageError when GitHub itself failed."""

    def __enter__(self) -> GitHubClient:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.session.close()

    def existing(self, number: int) -> tuple[Existing, ...]:
        """Every comment and review body of the pull request, by anyone."""
        with explained(f"the comments of pull request {number}"):
            pull = self.pull(number)
            inline = [
                Existing(body=c.body or "", login=c.user.login if c.user else None) for c in pull.get_review_comments()
            ]
            reviews = [Existing(body=r.body or "", login=r.user.login if r.user else None) for r in pull.get_reviews()]
        return (*inline, *reviews)

    def create_review(self, number: int, head: str, body: str, comments: Sequence[ReviewComment]) -> str:
        """Post one review and return its URL. Raises Refused for a 422, OutageError when the answer was lost."""
        with explained(f"posting to pull request {number}", write=True):
            review = self.pull(number).create_review(
                commit=self.session.repo.get_commit(head), body=body, event="COMMENT",
                comments=[_comment(comment) for comment in comments],
            )  # fmt: skip
            if not review.id:
                raise OutageError(f"GitHub's answer to the review of pull request {number} is no review.")
            return review.html_url


def _comment(comment: ReviewComment) -> Payload:
    made = Payload(path=comment.path, body=comment.body, side=comment.side, line=comment.line)
    if comment.start_line is not None and comment.start_line < comment.line:
        made["start_line"], made["start_side"] = comment.start_line, comment.side
    return made
