"""Where the added lines of a unit stood before, in a file of the change that another unit is about.

Without it code that was only moved looks new, and its old faults like those of the change.
"""

from __future__ import annotations

import re
from collections.abc import Container, Iterator, Sequence
from dataclasses import replace
from pathlib import PurePosixPath

from reviewer.context.budget import slice_cost
from reviewer.context.unit import ContextSlice, UnitHunk
from reviewer.core.change import ChangeSet, FileChange, LineKind
from reviewer.core.span import Side, Span

_LEAST = 6  # lines that tell, of which so many must be the same
_GAP = 8  # lines between two of them that belong to one piece
_LONGEST = 80  # lines of a piece
# Not `\s*`: giving blanks back, an indented import or comment would tell.
_TELLING = re.compile(r"\s*+(?!(?:import|using|package|from|use|#include)\b|//|\*|/\*|#|@)(?=.*[A-Za-z]{3}).{12,}")


def moved_slices(change_set: ChangeSet, hunks: Sequence[UnitHunk], read: Container[str]) -> Iterator[ContextSlice]:
    """The pieces of other files that lost what these hunks add, as they were before. Only of files that were `read`: an ignored one stays unseen."""
    paths = {piece.path for piece in hunks}
    for path in dict.fromkeys(piece.path for piece in hunks):
        added = {
            _folded(line.text)
            for piece in hunks
            if piece.path == path
            for line in piece.hunk.lines
            if line.kind is LineKind.ADDED and _TELLING.match(line.text)
        }
        for other in change_set.files if len(added) >= _LEAST else ():
            if other.path not in paths and other.before is not None and other.path_on(Side.BEFORE) in read:
                yield from _pieces(path, other, added)


def _pieces(path: str, other: FileChange, added: set[str]) -> Iterator[ContextSlice]:
    found = {
        line.old_number: _folded(line.text)
        for hunk in other.hunks
        for line in hunk.lines
        if line.kind is LineKind.REMOVED and line.old_number is not None and _folded(line.text) in added
    }
    lines = (other.before or "").split("\n")
    for run in _runs(sorted(found)):
        if len({found[number] for number in run}) >= _LEAST:
            first, last = run[0], min(run[-1], run[0] + _LONGEST - 1)
            yield ContextSlice(
                text="\n".join(lines[first - 1 : last]), for_paths=(path,),
                why=f"stood here before the change, which has the same lines in {PurePosixPath(path).name} now",
                span=Span(path=other.path_on(Side.BEFORE) or other.path, side=Side.BEFORE, first_line=first, last_line=last),
            )  # fmt: skip


def fitted(piece: ContextSlice, room: int) -> ContextSlice | None:
    """The beginning of a piece, as much as there is room for; None where that would not tell."""
    lines = piece.text.split("\n")
    while len(lines) >= _LEAST:
        text = "\n".join(lines)
        span = replace(piece.span, last_line=piece.span.first_line + len(lines) - 1)
        cut = replace(piece, text=text, span=span)
        if slice_cost(cut) <= room:
            return cut
        lines.pop()
    return None


def _folded(line: str) -> str:
    """Without blanks: moved code is often formatted anew."""
    return "".join(line.split())


def _runs(numbers: Sequence[int]) -> Iterator[list[int]]:
    run: list[int] = []
    for number in numbers:
        if run and number - run[-1] > _GAP:
            yield run
            run = []
        run.append(number)
    if run:
        yield run
