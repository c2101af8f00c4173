"""Files that a person names, as a change that adds them: what `stream-review facts` reads."""

from __future__ import annotations

import os
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path

from reviewer.core.change import ChangeSet, FileChange
from reviewer.core.problem import ReviewError
from reviewer.inputs.audit import added
from reviewer.inputs.git_process import Runner, find_root, open_repository
from reviewer.inputs.port import FILE_LIMIT, LocalChange
from reviewer.inputs.readers import NoVersion, SidedReader, TreeVersion
from reviewer.inputs.work_tree import looks_binary, read_content


def located(name: str, repo: Path, here: Path) -> str:
    """The path below the repository around `repo` that a name means: seen from `here`, else from `repo`.

    ReviewError when it leads out of the repository or is a folder. Whether there is such a file is not asked.
    """
    root = find_root(repo) or repo.resolve()
    candidates = [Path(os.path.normpath(folder / name)) for folder in (here.resolve(), repo.resolve(), root)]
    inside = [path for path in candidates if path.is_relative_to(root)]
    found = next((path for path in inside if os.path.lexists(path)), inside[0] if inside else None)
    if found is None:
        raise ReviewError(f"{name} is outside the repository at {root}: name the one it is in with --repo.")
    if found.is_dir() and not found.is_symlink():
        raise ReviewError(f"{name} is a folder: name files in it, or use `stream-review audit {name}`.")
    return found.relative_to(root).as_posix()


def read_files(
    repo: Path, paths: Sequence[str], *, runner: Runner, surroundings: Mapping[str, str], gone: Collection[str] = ()
) -> LocalChange:
    """The files at some paths (relative to the repository around `repo`), and a reader for the rest.

    `gone` are paths that need not be there. ReviewError that says what to do for a path that is missing, a folder, a link,
    ignored by git, binary or too large.
    """
    git = open_repository(repo, runner, surroundings) if find_root(repo) is not None else None
    root = git.root if git is not None else repo.resolve()
    version = TreeVersion(root, git)
    files = tuple(
        _read(root, path, version) for path in paths if not (path in gone and not os.path.lexists(root / path))
    )
    reader = SidedReader(before=NoVersion(), after=version, files=files)
    return LocalChange(change_set=ChangeSet(base="nothing", head="worktree", files=files), reader=reader)


def _read(root: Path, path: str, version: TreeVersion) -> FileChange:
    full = root / path
    if not os.path.lexists(full):
        raise ReviewError(f"There is no file {path} in {root}.")
    if full.is_symlink():
        raise ReviewError(f"{path} is a symbolic link, and links are not followed: name the file that it leads to.")
    if path not in version.paths():
        raise ReviewError(f"{path} is ignored by git; such files often hold secrets and are not read.")
    content = read_content(root, path, FILE_LIMIT)
    if content is None:
        raise ReviewError(f"{path} can't be read: it is no regular file, or there is no permission.")
    if content.data is None:
        raise ReviewError(f"{path} is larger than 1 MiB and is not read: name a smaller file.")
    if looks_binary(content.data):
        raise ReviewError(f"{path} is binary: only text is read. A file in UTF-16 must be saved as UTF-8.")
    return added(path, content.data.decode("utf-8", errors="replace"))
