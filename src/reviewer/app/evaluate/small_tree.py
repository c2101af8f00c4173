"""A change whose files are at hand on both sides: no disk, no git."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from reviewer.core.change import ChangeSet, FileChange, FileStatus
from reviewer.core.source import Found
from reviewer.diff.texts import hunks_between
from reviewer.inputs.port import LocalChange
from reviewer.inputs.readers import SidedReader
from reviewer.inputs.search import walk
from reviewer.rules.examples import ExampleFile


@dataclass(frozen=True, slots=True)
class _TextVersion:
    """One side of the tree, path -> text."""

    texts: Mapping[str, str]

    def read(self, path: str) -> str | None:
        return self.texts.get(path)

    def paths(self) -> tuple[str, ...]:
        return tuple(sorted(self.texts))

    def search(self, words: Sequence[str], *, loose: bool) -> Found | None:
        return walk(self.paths(), self.read, words, loose=loose)


def change_of(files: Iterable[ExampleFile]) -> LocalChange:
    """The change between the two sides, with the hunks that the product itself would cut, and a reader for the files beside it."""
    trees = tuple(files)
    changed = tuple(sorted((_change(file) for file in trees if file.is_changed), key=lambda change: change.path))
    before = {file.old_path: file.before for file in trees if file.old_path is not None and file.before is not None}
    after = {file.new_path: file.after for file in trees if file.new_path is not None and file.after is not None}
    return LocalChange(
        change_set=ChangeSet(base="before", head="after", files=changed),
        reader=SidedReader(before=_TextVersion(before), after=_TextVersion(after), files=changed),
    )


def _change(file: ExampleFile) -> FileChange:
    return FileChange(
        old_path=file.old_path, new_path=file.new_path, status=_status(file), before=file.before, after=file.after,
        hunks=hunks_between(file.before or "", file.after or ""),
    )  # fmt: skip


def _status(file: ExampleFile) -> FileStatus:
    if file.old_path is None:
        return FileStatus.ADDED
    if file.new_path is None:
        return FileStatus.DELETED
    return FileStatus.MODIFIED if file.old_path == file.new_path else FileStatus.RENAMED
