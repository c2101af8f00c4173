"""Another repository on this machine, as it lies there: read and searched, never run."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from reviewer.core.source import SourceReader
from reviewer.inputs.git_process import Runner, find_root, open_repository
from reviewer.inputs.readers import NoVersion, SidedReader, TreeVersion


def read_neighbour(folder: Path, runner: Runner, surroundings: Mapping[str, str]) -> SourceReader:
    """Its work tree: tracked files and those that git does not ignore; without git, every file. Raises ReviewError."""
    git = open_repository(folder, runner, surroundings) if find_root(folder) is not None else None
    return SidedReader(before=NoVersion(), after=TreeVersion(git.root if git is not None else folder, git), files=())
