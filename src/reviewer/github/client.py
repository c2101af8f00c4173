"""The only HTTP to GitHub, over PyGithub. Lists are always read to their end; only reads are retried."""

from __future__ import annotations

import base64
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from types import TracebackType

import requests
from github import Auth, Github, GithubException, GithubRetry
from github.PullRequest import PullRequest
from github.PullRequest import ReviewComment as Payload

from reviewer.core.problem import OutageError, ReviewError

API_VERSION = "2022-11-28"
_TEXT_LIMIT = 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class PullRequestInfo:
    """What a review needs of a pull request. `base_sha` is the merge base: what GitHub's diff is made against."""

    number: int
    title: str
    description: str
    head_sha: str
    base_sha: str
    is_fork: bool
    is_open: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangedFile:
    """A file as the API lists it; `patch` is None for binary and large files."""

    path: str
    previous: str | None
    status: str
    patch: str | None


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


class Refused(ReviewError):
    """GitHub did not accept the content of a write (422)."""


class GitHubClient:
    """One repository. Raises ReviewError that says what to do, OutageError when GitHub itself failed."""

    def __init__(
        self,
        *,
        token: str,
        repository: str,
        base_url: str = "https://api.github.com",
        pause: float = 1.0,
        tries: int = 3,
    ) -> None:
        self._retry = GithubRetry(total=tries, allowed_methods=frozenset({"GET", "HEAD"}), max_rate_limit_wait=60)
        self._github = Github(
            auth=Auth.Token(token), base_url=base_url.rstrip("/"), per_page=100, lazy=True, retry=self._retry,
            seconds_between_writes=pause, seconds_between_requests=0, api_version=API_VERSION,
        )  # fmt: skip
        self._repository = repository
        self._repo = self._github.get_repo(repository)

    def __enter__(self) -> GitHubClient:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._github.close()

    def pull_request(self, number: int) -> PullRequestInfo:
        """The pull request with its merge base."""
        with _explained(f"pull request {number} of {self._repository}"):
            pull = self._pull(number)
            compared = self._repo.compare(pull.base.sha, pull.head.sha)
            head = pull.head.repo
            return PullRequestInfo(
                number=number, title=pull.title or "", description=pull.body or "", head_sha=pull.head.sha,
                base_sha=compared.merge_base_commit.sha,
                is_fork=head is None or head.full_name.lower() != self._repository.lower(), is_open=pull.state == "open",
            )  # fmt: skip

    def head_sha(self, number: int) -> str:
        """The pull request's head at this moment."""
        with _explained(f"pull request {number} of {self._repository}"):
            return self._pull(number).head.sha

    def files(self, number: int) -> tuple[ChangedFile, ...]:
        """Every changed file (GitHub lists at most 3,000)."""
        with _explained(f"the files of pull request {number}"):
            return tuple(
                ChangedFile(
                    path=f.filename, previous=f.previous_filename or None, status=f.status, patch=f.patch or None
                )
                for f in self._pull(number).get_files()
            )

    def text(self, path: str, ref: str) -> str | None:
        """The text of a file at a commit; None when it is not there, no text, or over 1 MiB."""
        with _explained(f"{path} at {ref[:12]}"):
            try:
                found = self._repo.get_contents(path, ref=ref)
            except GithubException as error:
                if error.status in (404, 403) and _is_absent(error):
                    return None
                raise
            if (
                isinstance(found, list)
                or found.type != "file"
                or found.encoding != "base64"
                or found.size > _TEXT_LIMIT
            ):
                return None
            data = base64.b64decode(found.content)
        return None if b"\0" in data[:8000] else data.decode("utf-8", "replace")

    def paths(self, ref: str) -> tuple[str, ...]:
        """Every file of a commit's tree, as far as GitHub lists it."""
        with _explained(f"the tree of {ref[:12]}"):
            return tuple(
                sorted(item.path for item in self._repo.get_git_tree(ref, recursive=True).tree if item.type == "blob")
            )

    def existing(self, number: int) -> tuple[Existing, ...]:
        """Every comment and review body of the pull request, by anyone."""
        with _explained(f"the comments of pull request {number}"):
            pull = self._pull(number)
            inline = [
                Existing(body=c.body or "", login=c.user.login if c.user else None) for c in pull.get_review_comments()
            ]
            reviews = [Existing(body=r.body or "", login=r.user.login if r.user else None) for r in pull.get_reviews()]
        return (*inline, *reviews)

    def create_review(self, number: int, head: str, body: str, comments: Sequence[ReviewComment]) -> str:
        """Post one review and return its URL. Raises Refused for a 422, OutageError when the answer was lost."""
        with _explained(f"posting to pull request {number}", write=True):
            review = self._pull(number).create_review(
                commit=self._repo.get_commit(head), body=body, event="COMMENT",
                comments=[_comment(comment) for comment in comments],
            )  # fmt: skip
            if not review.id:
                raise OutageError(f"GitHub's answer to the review of pull request {number} is no review.")
            return review.html_url

    def _pull(self, number: int) -> PullRequest:
        return self._repo.get_pull(number)


def _comment(comment: ReviewComment) -> Payload:
    made = Payload(path=comment.path, body=comment.body, side=comment.side, line=comment.line)
    if comment.start_line is not None and comment.start_line < comment.line:
        made["start_line"], made["start_side"] = comment.start_line, comment.side
    return made


def _is_absent(error: GithubException) -> bool:
    """404, or 403 `too_large`: the contents API has no text of more than 100 MB."""
    return error.status == 404 or "too_large" in str(error.data)


@contextmanager
def _explained(what: str, *, write: bool = False) -> Iterator[None]:
    """GitHub's errors in words that say what to do."""
    try:
        yield
    except GithubException as error:
        message = str(error.data.get("message", "")) if isinstance(error.data, dict) else ""
        if error.status == 422 and write:
            raise Refused(f"GitHub refused {what}: {message}") from error
        if error.status == 401:
            raise ReviewError("GitHub does not accept the token (401): give a valid one in github-token.") from error
        if error.status == 403 and "rate limit" not in message.lower():
            need = "pull-requests: write" if write else "contents: read and pull-requests: read"
            raise ReviewError(
                f"The token may not do this: {what} ({message}). The job needs the permission {need}."
            ) from error
        if error.status == 404:
            raise ReviewError(
                f"GitHub does not show {what}: check the number, the repository, and that the token may read it."
            ) from error
        raise OutageError(f"GitHub failed at {what} ({error.status} {message}).") from error
    except requests.RequestException as error:
        raise OutageError(f"GitHub could not be reached at {what} ({type(error).__name__}).") from error
