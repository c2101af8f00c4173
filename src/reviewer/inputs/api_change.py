"""Two commits on GitHub as a change. The trees say what changed; GitHub's list says how, and is believed where the bytes agree.

The list may be of another head (a push came between), may stop at 3,000 files, and leaves patches out; the trees of two fixed
commits do none of that. So a change is never smaller than the trees' difference.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from reviewer.core.change import FileChange, FileStatus
from reviewer.core.progress import SILENT, Progress
from reviewer.github.reader import ChangedFile, PullRequestReader
from reviewer.github.trees import Entry, Tree
from reviewer.inputs.api_file import Item
from reviewer.inputs.api_texts import is_left_out, read_files
from reviewer.inputs.api_version import ApiVersion
from reviewer.inputs.api_whole import Whole
from reviewer.inputs.readers import SidedReader

_STATUS = {
    "added": FileStatus.ADDED, "removed": FileStatus.DELETED, "renamed": FileStatus.RENAMED, "copied": FileStatus.COPIED,
}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiChange:
    """The files with their texts, and a reader for the rest of the repository."""

    files: tuple[FileChange, ...]
    reader: SidedReader
    notices: tuple[str, ...]


def read_change(
    reader: PullRequestReader,
    base: str,
    head: str,
    listed: Sequence[ChangedFile],
    more: Callable[[], Sequence[ChangedFile]] = tuple,
    progress: Progress = SILENT,
) -> ApiChange:
    """What `head` changes against `base` (two shas, `base` the merge base). `more` is asked when `listed` is not the whole list."""
    old, new = reader.tree(base), reader.tree(head)
    changed = {path for path in old.keys() | new.keys() if _differs(old.get(path), new.get(path))}
    items, left = _items(listed, old, new, changed)
    if left:
        items, left = _items((*listed, *more()), old, new, changed)
    unlisted = tuple(_unlisted(left, old, new))
    whole = [part for item in (*items, *unlisted) for part in _parts(item)]
    files = read_files(reader, sorted(whole, key=lambda item: item.path), progress)
    notices = _notices(len(unlisted), files)
    held = {
        base: frozenset(file.old_path for file in files if file.old_path and file.before is not None),
        head: frozenset(file.new_path for file in files if file.new_path and file.after is not None),
    }
    searched = Whole(reader, held, progress)
    sided = SidedReader(
        before=ApiVersion(reader, base, searched), after=ApiVersion(reader, head, searched), files=files
    )
    return ApiChange(files=files, reader=sided, notices=notices)


def _differs(old: Entry | None, new: Entry | None) -> bool:
    return old is None or new is None or (old.mode, old.sha) != (new.mode, new.sha)


def _items(listed: Iterable[ChangedFile], old: Tree, new: Tree, changed: set[str]) -> tuple[list[Item], set[str]]:
    """The listed files that agree with the trees, and the changed paths that none of them covers."""
    items: list[Item] = []
    left = set(changed)
    for file in listed:
        item = _item(file, old, new)
        paths = {entry.path for entry in (item.before, item.after) if entry is not None} if item else set()
        if item is not None and paths and paths - {file.previous} <= left:
            items.append(item)
            left -= paths
    return items, left


def _item(file: ChangedFile, old: Tree, new: Tree) -> Item | None:
    """None for a file that does not stand like this in the trees."""
    status = _STATUS.get(file.status, FileStatus.MODIFIED)
    before = None if status is FileStatus.ADDED else old.get(file.previous or file.path)
    after = None if status is FileStatus.DELETED else new.get(file.path)
    missing = (before is None and status is not FileStatus.ADDED) or (
        after is None and status is not FileStatus.DELETED
    )
    appeared = status is FileStatus.ADDED and file.path in old
    remains = status is FileStatus.DELETED and file.path in new
    if missing or appeared or remains:
        return None
    is_current = after is None or file.sha in ("", after.sha)
    return Item(
        before=before, after=after, status=status, patch=file.patch if is_current else None,
        is_counted=file.changes > 0 if is_current else None,
    )  # fmt: skip


def _parts(item: Item) -> tuple[Item, ...]:
    """A file that becomes a symlink or a submodule, or the other way round, is one that goes and one that comes, as in git."""
    kinds = {entry.mode if entry.is_link or entry.is_submodule else "file" for entry in item.entries}
    if len(kinds) < 2:
        return (item,)
    gone = replace(item, after=None, status=FileStatus.DELETED, patch=None, is_counted=None)
    return gone, replace(item, before=None, status=FileStatus.ADDED, patch=None, is_counted=None)


def _unlisted(left: Iterable[str], old: Tree, new: Tree) -> Iterator[Item]:
    """What the list does not hold. A file that only moved is a rename; anything else is compared text by text."""
    paths = sorted(left)
    gone = {old[path].sha: old[path] for path in paths if path in old and path not in new}
    moved: set[str] = set()
    for path in paths:
        after = new.get(path)
        if after is not None and path not in old and after.sha in gone and gone[after.sha].path not in moved:
            moved |= {path, gone[after.sha].path}
            yield Item(before=gone[after.sha], after=after, status=FileStatus.RENAMED, patch=None, is_counted=None)
    for path in paths:
        if path in moved:
            continue
        status = FileStatus.ADDED if path not in old else FileStatus.DELETED if path not in new else FileStatus.MODIFIED
        yield Item(before=old.get(path), after=new.get(path), status=status, patch=None, is_counted=None)


def _notices(unlisted: int, files: Sequence[FileChange]) -> tuple[str, ...]:
    found = []
    if unlisted:
        found.append(
            f"GitHub's list leaves out {unlisted} of {len(files)} changed files; they were taken from the trees."
        )
    skipped = sum(is_left_out(file) for file in files)
    if skipped:
        found.append(f"{skipped} files were not fetched: the change is too large to be read whole through the API.")
    return tuple(found)
