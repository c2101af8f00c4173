"""The client of one repository: what reads it, closed at the end. Comments and writes take its session."""

from __future__ import annotations

from types import TracebackType

from reviewer.github.reader import PullRequestReader


class GitHubClient(PullRequestReader):
    """Raises ReviewError that says what to do, OutageError when GitHub itself failed."""

    def __enter__(self) -> GitHubClient:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.session.close()
