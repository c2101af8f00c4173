"""Turns a rule's example into a delta, and its marks into expected places."""

from __future__ import annotations

import difflib
import re

from reviewer.clients.registry import Libraries
from reviewer.core.change import ChangeSet, DiffLine, FileChange, FileStatus, Hunk, LineKind
from reviewer.core.rule import Example
from reviewer.core.span import Side
from reviewer.facts.delta import Delta
from reviewer.facts.dependencies import dependencies
from reviewer.facts.extract import extract
from reviewer.facts.streaming.extract import external_constants, file_facts, placeholders, types_elsewhere
from reviewer.facts.streaming.model import FactSet

MARK = re.compile(r"[ \t]*(//|#|--)[ \t]*! here$", re.MULTILINE)
_LIBRARIES = Libraries()
Place = tuple[str, str, int]


def clean(text: str) -> str:
    """The text without its marks."""
    return MARK.sub("", text)


def marks(example: Example) -> set[Place]:
    """(path, side, line) of every mark."""
    found = set(example.marks)
    for side, files in ((Side.BEFORE, example.before), (Side.AFTER, example.after)):
        for path, text in files.items():
            for number, line in enumerate(text.split("\n"), start=1):
                if MARK.search(line):
                    found.add((path, side.value, number))
    return found


def delta_of(example: Example) -> Delta:
    """The change as the engine sees it."""
    before = {path: clean(text) for path, text in example.before.items()}
    after = {path: clean(text) for path, text in example.after.items()}
    files = tuple(file_change(path, before.get(path), after.get(path)) for path in sorted(before.keys() | after.keys()))
    change_set = ChangeSet(base="before", head="after", files=files)
    return Delta(change_set=change_set, before=_facts(before, Side.BEFORE), after=_facts(after, Side.AFTER))


def _facts(files: dict[str, str], side: Side) -> FactSet:
    syntax = {path: extract(path, text, side) for path, text in files.items()}
    everything = list(syntax.values())
    constants = {**external_constants(everything), **placeholders(everything)}
    elsewhere = types_elsewhere(everything)
    versions = {d.coordinate: d.version for p, text in files.items() for d in dependencies(p, text) if d.version}
    made = (
        file_facts(s, files[p], side, libraries=_LIBRARIES, external=constants, versions=versions, elsewhere=elsewhere)
        for p, s in syntax.items()
    )
    return FactSet(side=side, files=tuple(made))


def file_change(path: str, before: str | None, after: str | None) -> FileChange:
    """A file change with one hunk per group of changed lines and three lines of context."""
    old, new = (before or "").split("\n"), (after or "").split("\n")
    old, new = (old if before is not None else []), (new if after is not None else [])
    hunks = []
    for group in difflib.SequenceMatcher(a=old, b=new, autojunk=False).get_grouped_opcodes(3):
        lines: list[DiffLine] = []
        for tag, i1, i2, j1, j2 in group:
            if tag == "equal":
                lines += [
                    DiffLine(kind=LineKind.CONTEXT, text=old[i1 + k], old_number=i1 + k + 1, new_number=j1 + k + 1)
                    for k in range(i2 - i1)
                ]
                continue
            lines += [
                DiffLine(kind=LineKind.REMOVED, text=old[i], old_number=i + 1, new_number=None) for i in range(i1, i2)
            ]
            lines += [
                DiffLine(kind=LineKind.ADDED, text=new[j], old_number=None, new_number=j + 1) for j in range(j1, j2)
            ]
        first, last = group[0], group[-1]
        hunks.append(
            Hunk(
                old_start=first[1] + 1 if last[2] > first[1] else first[1], old_count=last[2] - first[1],
                new_start=first[3] + 1 if last[4] > first[3] else first[3], new_count=last[4] - first[3],
                section="", lines=tuple(lines),
            )
        )  # fmt: skip
    status = FileStatus.ADDED if before is None else FileStatus.DELETED if after is None else FileStatus.MODIFIED
    return FileChange(
        old_path=path if before is not None else None, new_path=path if after is not None else None, status=status,
        hunks=tuple(hunks), before=before, after=after,
    )  # fmt: skip
