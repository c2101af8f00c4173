"""Turns an example into what the engine sees of it: through the pipeline's own way from two versions of the files to their facts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache

from reviewer.clients.registry import Libraries
from reviewer.context.radius import streams_around
from reviewer.core.change import ChangeSet, FileChange, FileStatus
from reviewer.core.problem import Problem
from reviewer.core.source import Found
from reviewer.core.span import Side
from reviewer.diff.texts import hunks_between
from reviewer.facts.delta import Delta
from reviewer.facts.extract import extract
from reviewer.facts.gather import gather
from reviewer.facts.syntax import SyntaxFacts
from reviewer.facts.workers import Job, Key
from reviewer.rules.examples import Example, ExampleFile, example_of

_LIBRARIES = Libraries()


@dataclass(frozen=True, slots=True)
class TextReader:
    """The repository of an example: its files, also those that the change leaves alone."""

    files: tuple[ExampleFile, ...]

    def read(self, path: str, side: Side) -> str | None:
        return self._texts(side).get(path)

    def paths(self, side: Side) -> tuple[str, ...]:
        return tuple(sorted(self._texts(side)))

    def search(self, words: Sequence[str], side: Side, *, loose: bool = False) -> Found:
        """As the product's readers find words, without their index."""
        texts = self._texts(side)
        return Found(paths=frozenset(p for p, t in texts.items() if any(w in t for w in words)), searched=len(texts))

    def _texts(self, side: Side) -> dict[str, str]:
        sides = ((f.old_path, f.before) if side is Side.BEFORE else (f.new_path, f.after) for f in self.files)
        return {path: text for path, text in sides if path is not None and text is not None}


def delta_between(before: Mapping[str, str], after: Mapping[str, str]) -> Delta:
    """The change between two sets of files, path -> text."""
    return delta_of(example_of(before, after))


@cache  # several tests ask of every example, and nothing that they ask changes the answer
def delta_of(example: Example) -> Delta:
    """The change as the engine sees it."""
    changes = tuple(_change(file) for file in sorted(example.files, key=_path) if file.is_changed)
    change_set = ChangeSet(base="before", head="after", files=changes)
    reader = TextReader(example.files)
    gathered = gather(change_set, reader, libraries=_LIBRARIES, parse=_parse, skip=lambda _path: False)
    assert gathered.problems == ()
    if len(example.files) == 1:  # nobody else is there
        return gathered.delta
    return replace(gathered.delta, radius=streams_around(gathered.delta, reader, _parse).radius)


def _path(file: ExampleFile) -> str:
    return file.new_path or file.old_path or ""


def _parse(jobs: Sequence[Job]) -> tuple[dict[Key, SyntaxFacts], tuple[Problem, ...]]:
    """In this process: the texts are ours."""
    return {(job.path, job.side): extract(job.path, job.text, job.side) for job in jobs}, ()


def _change(file: ExampleFile) -> FileChange:
    made = file_change(_path(file), file.before, file.after)
    if file.old_path is None or file.old_path == file.new_path or file.new_path is None:
        return made
    return FileChange(
        old_path=file.old_path, new_path=file.new_path, status=FileStatus.RENAMED, hunks=made.hunks,
        before=file.before, after=file.after,
    )  # fmt: skip


def file_change(path: str, before: str | None, after: str | None) -> FileChange:
    """A file change with the hunks that the product itself would cut; a side is None where the file does not exist."""
    status = FileStatus.ADDED if before is None else FileStatus.DELETED if after is None else FileStatus.MODIFIED
    return FileChange(
        old_path=path if before is not None else None, new_path=path if after is not None else None, status=status,
        hunks=hunks_between(before or "", after or ""), before=before, after=after,
    )  # fmt: skip
