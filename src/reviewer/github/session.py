"""One repository of GitHub, over PyGithub: how requests are sent, repeated and bounded, and what errors mean in plain words.

Only reads are repeated, and here, not by urllib3: PyGithub's own policy sleeps as long as `retry-after` says, takes a page of
HTML for an answer, and would send a write twice. A PyGithub connection serves one thread, so every thread gets its own.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from types import TracebackType
from typing import Any

import requests
from github import Auth, Github, GithubException
from github.Repository import Repository
from github.Requester import Requester

from reviewer.core.problem import OutageError, ReviewError
from reviewer.github.limits import rate_limit_wait, until_words

API_VERSION = "2022-11-28"
#: Pages of a list that are read at most: GitHub's longest list has 3,000 entries.
_PAGES = 100
_LIMIT_WAITS = 3


#: Sends one request and gives its (headers, JSON).
Send = Callable[[], tuple[Mapping[str, Any], Any]]


class Refused(ReviewError):
    """GitHub did not accept the content of a write (422)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Patience:
    """How often and how long a read is tried. Times are in seconds; `deadline` is a reading of `clock`."""

    tries: int = 4
    first_pause: float = 1.0
    longest_wait: float = 60.0
    deadline: float | None = None
    clock: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep
    now: Callable[[], float] = time.time

    def allows(self, seconds: float) -> bool:
        """Whether a wait of so many seconds ends in time."""
        return seconds <= self.longest_wait and (self.deadline is None or self.clock() + seconds < self.deadline)


class Session:
    """How one repository is spoken to. `repository` is `owner/name`. Safe to read with from several threads."""

    def __init__(
        self,
        *,
        token: str,
        repository: str,
        base_url: str = "https://api.github.com",
        pause: float = 1.0,
        patience: Patience | None = None,
    ) -> None:
        self.repository = repository
        self.patience = patience or Patience()
        self._token, self._pause, self._base_url = token, pause, base_url.rstrip("/")
        self._lock, self._own, self._opened = threading.Lock(), threading.local(), list[Github]()

    @property
    def base_url(self) -> str:
        """The address of the API, without a slash at its end."""
        return self._base_url

    @property
    def github(self) -> Github:
        """This thread's PyGithub. It repeats nothing by itself."""
        return self._connected("github", self._pause)

    @property
    def requester(self) -> Requester:
        """What sends requests, for what PyGithub has no words for."""
        return self.github.requester

    @property
    def asking(self) -> Requester:
        """What sends reads. To PyGithub a POST is a write and waits for the one before, but GraphQL reads by POST."""
        return self._connected("asking", 0).requester

    def _connected(self, name: str, pause: float) -> Github:
        found: Github | None = getattr(self._own, name, None)
        if found is None:
            found = Github(
                auth=Auth.Token(self._token), base_url=self._base_url, per_page=100, lazy=True, retry=None,
                seconds_between_writes=pause, seconds_between_requests=0, api_version=API_VERSION,
            )  # fmt: skip
            setattr(self._own, name, found)
            with self._lock:
                self._opened.append(found)
        return found

    @property
    def repo(self) -> Repository:
        """PyGithub's repository; asks nothing by itself."""
        return self.github.get_repo(self.repository)

    def get(
        self, path: str, what: str, *, fits: Callable[[Any], bool], parameters: Mapping[str, Any] | None = None
    ) -> tuple[Mapping[str, Any], Any]:
        """(headers, JSON) of a read, as `repeated` has it. `path` begins behind the repository, or is whole."""
        is_whole = path.startswith((self._base_url, "/repos/"))
        address = path if is_whole else f"/repos/{self.repository}{path}"

        def send() -> tuple[Mapping[str, Any], Any]:
            return self.asking.requestJsonAndCheck("GET", address, parameters=dict(parameters or {}))

        return self.repeated(send, what, fits=fits)

    def repeated(
        self, send: Send, what: str, *, fits: Callable[[Any], bool], tries: int | None = None
    ) -> tuple[Mapping[str, Any], Any]:
        """(headers, JSON) of a read, tried again while that may help; a limit that is soon over is waited for.

        `fits` tells an answer from something else that came with 200. Raises OutageError when GitHub stayed out of reach or
        wants a longer wait than we have, ReviewError when the token or the question is wrong.
        """
        failures = waits = 0
        while True:
            self._refuse_late(what)
            try:
                with explained(what, now=self.patience.now):
                    headers, data = send()
                if fits(data):
                    return headers, data
                problem = OutageError(f"GitHub's answer to {what} is not an answer of its API (a proxy's page?).")
            except OutageError as error:
                problem = error
                wait = rate_limit_wait(error.__cause__, self.patience.now())
                if wait is not None:
                    waits += 1
                    if waits > _LIMIT_WAITS or not self.patience.allows(wait):
                        raise
                    self.patience.sleep(wait)
                    continue
            failures += 1
            pause = self.patience.first_pause * 2 ** (failures - 1)
            if failures >= (tries or self.patience.tries) or not self.patience.allows(pause):
                raise problem
            self.patience.sleep(pause)

    def pages(self, path: str, what: str, *, key: str) -> Iterator[Mapping[str, Any]]:
        """Every entry of a list, to its last page. An entry without `key` makes the page no answer."""

        def fits(data: Any) -> bool:
            return isinstance(data, list) and all(isinstance(item, dict) and key in item for item in data)

        parameters: Mapping[str, Any] | None = {"per_page": 100}
        for _ in range(_PAGES):
            headers, data = self.get(path, what, fits=fits, parameters=parameters)
            yield from data
            following = _next(str(headers.get("link", "")))
            if following is None:
                return
            if not following.startswith(f"{self._base_url}/"):
                raise ReviewError(f"GitHub sends the next page of {what} to another host: the token is not sent there.")
            path, parameters = following, None
        raise OutageError(f"GitHub's list for {what} has no end.")

    def _refuse_late(self, what: str) -> None:
        if self.patience.deadline is not None and self.patience.clock() >= self.patience.deadline:
            raise OutageError(f"The time for this run was over before {what} was read.")

    def close(self) -> None:
        """Close the connections of all threads."""
        with self._lock:
            opened, self._opened = self._opened, []
        for github in opened:
            github.close()

    def __enter__(self) -> Session:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def _next(link: str) -> str | None:
    for part in link.split(","):
        address, _, rest = part.partition(";")
        if 'rel="next"' in rest:
            return address.strip().removeprefix("<").removesuffix(">")
    return None


def refused_status(error: ReviewError) -> int | None:
    """The HTTP status with which GitHub refused a question; None for an outage and for anything else."""
    cause = error.__cause__
    return cause.status if isinstance(cause, GithubException) and not isinstance(error, OutageError) else None


@contextmanager
def explained(what: str, *, write: bool = False, now: Callable[[], float] = time.time) -> Iterator[None]:
    """GitHub's errors in words that say what to do."""
    try:
        yield
    except GithubException as error:
        raise _meaning(error, what, write=write, now=now()) from error
    except requests.RequestException as error:
        raise OutageError(f"GitHub could not be reached at {what} ({type(error).__name__}).") from error
    except ValueError as error:
        raise OutageError(f"GitHub's answer to {what} was cut off.") from error
    except (RuntimeError, AssertionError) as error:
        # PyGithub refuses to follow a redirect to another host, with these.
        raise ReviewError(
            f"GitHub redirects {what} to somewhere else; the token is not sent there. Check the host and the name of the repository."
        ) from error


def _meaning(error: GithubException, what: str, *, write: bool, now: float) -> ReviewError:
    message = str(error.data.get("message", ""))[:300] if isinstance(error.data, dict) else ""
    wait = rate_limit_wait(error, now)
    if wait is not None:
        return OutageError(f"GitHub limits our requests at {what} ({message}). Try again {until_words(wait, now)}.")
    if error.status == 422 and write:
        return Refused(f"GitHub refused {what}: {message}")
    if error.status == 401:
        return ReviewError(
            "GitHub does not accept the token (401): give a valid one in the input github-token, or in GITHUB_TOKEN on the command line."
        )
    if error.status == 403:
        need = "pull-requests: write" if write else "contents: read and pull-requests: read"
        return ReviewError(f"The token may not do this: {what} ({message}). It needs the permission {need}.")
    if error.status == 404:
        return ReviewError(
            f"GitHub does not show {what} ({message}): check the number, the repository, and that the token may read it."
        )
    if error.status < 500:
        return ReviewError(f"GitHub does not answer {what} ({error.status} {message}).")
    return OutageError(f"GitHub failed at {what} ({error.status} {message}).")
