"""Other repositories that the configuration names: read for who uses a topic, never run. Their names alone are told."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path

from reviewer.context.radius import Neighbour
from reviewer.core.problem import ReviewError
from reviewer.core.source import SourceReader


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
