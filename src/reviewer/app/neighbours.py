"""Other repositories that the configuration names: read for who uses a topic, never run. Their names alone are told."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import field
from pathlib import Path
from typing import TYPE_CHECKING

from reviewer.context.radius import Neighbour
from reviewer.core.problem import ReviewError
from reviewer.core.source import SourceReader
from reviewer.core.value import value

if TYPE_CHECKING:
    from reviewer.github.client import GitHubClient

_SECONDS = 60.0  # for all repositories on GitHub together: the model still has to answer


@value()
class OnGitHub:
    """How this run reads GitHub. `repository` is the reviewed one; `deadline` is a reading of the monotonic clock."""

    token: str = field(repr=False)
    api_url: str
    repository: str
    deadline: float


@contextmanager
def neighbours(
    names: Sequence[str], home: Path, hub: OnGitHub | None, *, with_git: bool = True
) -> Iterator[tuple[tuple[Neighbour, ...], tuple[str, ...]]]:
    """What `related-repositories` names, and a notice for each that can't be read here; connections are closed at the end.

    `hub` None: GitHub is not read in this run. `with_git` as in `local_neighbours`.
    """
    far = [name for name in names if _is_far(name)]
    near, notices = local_neighbours((name for name in names if not _is_far(name)), home, with_git=with_git)
    with ExitStack() as opened:
        if hub is None:
            yield near, (*notices, *map(_only_there, far))
        else:
            yield (*near, *_far_neighbours(far, hub, opened)), notices


def _is_far(name: str) -> bool:
    """`owner/name`: a folder begins with a dot or a slash."""
    return not name.startswith((".", "/"))


def _only_there(name: str) -> str:
    return f"related-repositories: {name} is read on GitHub only (by the action, or with --pr). Here, name a folder with a checkout of it."


def _far_neighbours(names: Iterable[str], hub: OnGitHub, opened: ExitStack) -> Iterator[Neighbour]:
    """Each once. The reviewed repository itself may be named: one configuration often serves several."""
    from reviewer.inputs.far_neighbour import far_neighbour

    until: list[float] = []

    def connection(name: str) -> Callable[[], GitHubClient]:
        from reviewer.app import wiring

        def connect() -> GitHubClient:
            until.append(min(hub.deadline, time.monotonic() + _SECONDS))
            return opened.enter_context(wiring.github_client(hub.token, name, hub.api_url, until[0], folders=0))

        return connect

    known = {hub.repository.lower()}
    for name in names:
        if name.lower() not in known:
            known.add(name.lower())
            yield Neighbour(name=name, reader=far_neighbour(name, connection(name)))


def local_neighbours(
    names: Iterable[str], home: Path, *, with_git: bool = True
) -> tuple[tuple[Neighbour, ...], tuple[str, ...]]:
    """The work trees at some paths, seen from the reviewed repository, and a notice for each that can't be read here.

    `with_git` False: files are read and searched one by one, and git is not called.
    """
    found: list[Neighbour] = []
    notices: list[str] = []
    for name in names:
        folder = (home / name).resolve()
        if not folder.is_dir():
            notices.append(f"related-repositories: there is no folder {name}.")
            continue
        try:
            found.append(Neighbour(name=folder.name, reader=_reader(folder, with_git)))
        except ReviewError as error:
            notices.append(f"related-repositories: {name}: {error}")
    return tuple(found), tuple(notices)


def _reader(folder: Path, with_git: bool) -> SourceReader:
    from reviewer.inputs.git_process import run_git
    from reviewer.inputs.neighbour import read_neighbour

    return read_neighbour(folder, run_git if with_git else None, os.environ)
