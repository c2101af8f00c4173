"""Another repository on GitHub: the head of its default branch, read file by file, never run."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

from reviewer.core.problem import ReviewError
from reviewer.core.source import SourceReader
from reviewer.github.asks import default_head
from reviewer.github.reader import PullRequestReader
from reviewer.github.session import refused_status
from reviewer.github.trees import TooLarge
from reviewer.inputs.api_version import ApiVersion
from reviewer.inputs.readers import NoVersion, SidedReader

_NOT_SHOWN, _EMPTY = (403, 404), 409


def far_neighbour(name: str, connect: Callable[[], PullRequestReader]) -> SourceReader:
    """The repository `owner/name`. `connect` is called with the first question: where nothing is asked, GitHub isn't either.

    Every read raises ReviewError that says what to do, OutageError when GitHub itself failed.
    """
    return SidedReader(before=NoVersion(), after=DefaultBranch(name, connect), files=())


class DefaultBranch:
    """One commit for the whole run: the one that the default branch is at when it is first asked for."""

    def __init__(self, name: str, connect: Callable[[], PullRequestReader]) -> None:
        self._name, self._connect = name, connect
        self._found: ApiVersion | None = None

    def read(self, path: str) -> str | None:
        """The text at that path; a symlink's text is its target."""
        with _put(self._name):
            return self._version().read(path)

    def expect(self, paths: Sequence[str]) -> None:
        """Fetch these together."""
        with _put(self._name):
            self._version().expect(paths)

    def paths(self) -> tuple[str, ...]:
        """Every path, sorted."""
        with _put(self._name):
            return self._version().paths()

    def _version(self) -> ApiVersion:
        if self._found is None:
            reader = self._connect()
            self._found = ApiVersion(reader, default_head(reader.session))
        return self._found


@contextmanager
def _put(name: str) -> Iterator[None]:
    """GitHub's refusals in words for somebody who names another repository: the usual ones are about the reviewed one."""
    try:
        yield
    except TooLarge as error:
        raise ReviewError(
            "it has more files than GitHub's API lists at once. Check it out in a step before, and name its folder (./x) instead."
        ) from error
    except ReviewError as error:
        status = refused_status(error)
        if status in _NOT_SHOWN:
            raise ReviewError(
                f"GitHub does not show it to the token of this run ({status}). Give github-token (GITHUB_TOKEN on the command line) "
                f"a token with `contents: read` for {name}, or correct the name."
            ) from error
        if status == _EMPTY:
            raise ReviewError("it has no commit yet, so nothing in it reads or writes a stream.") from error
        raise
