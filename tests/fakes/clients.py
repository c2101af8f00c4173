"""The real client libraries, pointed at the fakes, without the pauses that only help against the real services."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import anthropic
from github import Auth, Github, GithubRetry

from fakes.claude import FakeClaude
from fakes.github import FakeGitHub


@contextmanager
def pygithub(
    server: FakeGitHub, token: str, *, retry: GithubRetry | None = None, per_page: int = 100
) -> Iterator[Github]:
    """A PyGithub that doesn't retry unless told to, closed at the end."""
    client = Github(
        auth=Auth.Token(token),
        base_url=server.url,
        lazy=True,
        per_page=per_page,
        retry=retry,
        seconds_between_requests=0,
        seconds_between_writes=0,
    )
    with client:
        yield client


@contextmanager
def claude_sdk(server: FakeClaude, **options: Any) -> Iterator[anthropic.Anthropic]:
    """An SDK client with the right key that doesn't retry unless told to, closed at the end."""
    settings: dict[str, Any] = {"api_key": server.key, "base_url": server.url, "max_retries": 0, "timeout": 10.0}
    with anthropic.Anthropic(**{**settings, **options}) as client:
        yield client
