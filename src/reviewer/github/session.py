"""One repository of GitHub, over PyGithub: how requests are sent, and what errors mean in words that say what to do."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from types import TracebackType

import requests
from github import Auth, Github, GithubException, GithubRetry
from github.Repository import Repository
from github.Requester import Requester

from reviewer.core.problem import OutageError, ReviewError

API_VERSION = "2022-11-28"
#: GitHub lists so many changed files of a pull request, and silently stops.
FILES_CAP = 3_000
#: The contents API gives texts up to this many bytes.
CONTENTS_CAP = 1024 * 1024


class Refused(ReviewError):
    """GitHub did not accept the content of a write (422)."""


class Session:
    """How one repository is spoken to. Only reads are repeated: a write whose answer was lost may have been done."""

    def __init__(
        self,
        *,
        token: str,
        repository: str,
        base_url: str = "https://api.github.com",
        pause: float = 1.0,
        tries: int = 3,
    ) -> None:
        retry = GithubRetry(total=tries, allowed_methods=frozenset({"GET", "HEAD"}), max_rate_limit_wait=60)
        self.github = Github(
            auth=Auth.Token(token), base_url=base_url.rstrip("/"), per_page=100, lazy=True, retry=retry,
            seconds_between_writes=pause, seconds_between_requests=0, api_version=API_VERSION,
        )  # fmt: skip
        self.repository = repository
        self.repo: Repository = self.github.get_repo(repository)

    @property
    def requester(self) -> Requester:
        """What sends requests, for what PyGithub has no words for."""
        return self.github.requester

    def close(self) -> None:
        """Close the connections."""
        self.github.close()

    def __enter__(self) -> Session:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


@contextmanager
def explained(what: str, *, write: bool = False) -> Iterator[None]:
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
