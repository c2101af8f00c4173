"""Another repository on this machine, as it lies there: read and searched, never run."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from reviewer.core.source import SourceReader
from reviewer.inputs.git_process import Runner, find_root, open_repository
from reviewer.inputs.readers import NoVersion, SidedReader, TreeVersion


def read_neighbour(folder: Path, runner: Runner | None, surroundings: Mapping[str, str]) -> SourceReader:
    """Its work tree: tracked files and those that git does not ignore; without a `runner` or a repository, every file. Raises ReviewError."""
    git = None
    if runner is not None and find_root(folder) is not None:
        git = open_repository(folder, runner, surroundings)
    return SidedReader(before=NoVersion(), after=TreeVersion(git.root if git is not None else folder, git), files=())
