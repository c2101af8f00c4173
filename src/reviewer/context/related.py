"""Code of files beside the change that its streaming code refers to: the factory that builds its consumer, the module's configuration."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from pathlib import PurePosixPath

from reviewer.context.beside import Parse, definition_slices
from reviewer.context.budget import slice_cost
from reviewer.context.unit import ContextSlice
from reviewer.core.change import ChangeSet
from reviewer.core.source import SourceReader
from reviewer.core.span import Side, Span
from reviewer.facts.delta import Delta
from reviewer.facts.streaming.model import FileFacts

_CHARS = 12_000  # of all pieces: the change itself is what a request is about
_WHOLE = 4_000  # a file up to this length is shown whole
_AROUND = 3  # lines before and after a setting of a longer file


def related_slices(delta: Delta, reader: SourceReader, parse: Parse) -> tuple[ContextSlice, ...]:
    """Pieces of the files that configure something, then of the classes that the changed lines refer to, each within its limit.

    What does not fit is left out: the model can still ask for it.
    """
    configuring = _configuring(delta, reader)
    known: dict[str, tuple[int, ...]] = {}
    for piece in configuring:
        numbers = range(piece.span.first_line, piece.span.last_line + 1)
        known[piece.span.path] = (*known.get(piece.span.path, ()), *numbers)
    return (*definition_slices(delta, reader, parse, known), *configuring)


def _configuring(delta: Delta, reader: SourceReader) -> list[ContextSlice]:
    room = _CHARS
    pieces: list[ContextSlice] = []
    for facts in sorted((item for item in delta.after.related if item.settings), key=lambda item: item.path):
        text = reader.read(facts.path, Side.AFTER)
        if text is None:
            continue
        users = _users(delta.change_set, facts.path)
        for first, last in _ranges(facts, text.removesuffix("\n").split("\n"), len(text)):
            piece = _piece(facts, text, first, last, users)
            if slice_cost(piece) <= room:
                room -= slice_cost(piece)
                pieces.append(piece)
    return pieces


def _users(change_set: ChangeSet, path: str) -> tuple[str, ...]:
    """The changed files that name it; none when it is found by its place, as a module's configuration is."""
    word = re.compile(rf"(?<!\w){re.escape(PurePosixPath(path).stem)}(?!\w)")
    return tuple(change.path for change in change_set.files if change.after is not None and word.search(change.after))


def _ranges(facts: FileFacts, lines: Sequence[str], size: int) -> Iterator[tuple[int, int]]:
    """The whole of a short file; of a long one the lines around its settings, joined where they meet."""
    if size <= _WHOLE:
        yield _after_licence(facts, lines), len(lines)
        return
    first = last = 0
    for span in sorted(setting.span for setting in facts.settings):
        if first and span.first_line - _AROUND > last + 1:
            yield first, last
            first = 0
        first = first or max(1, span.first_line - _AROUND)
        last = min(len(lines), max(last, span.last_line + _AROUND))
    if first:
        yield first, last


def _after_licence(facts: FileFacts, lines: Sequence[str]) -> int:
    """The first line of code that is no comment; a document's comments may explain its settings."""
    first = 1
    for comment in facts.syntax.comments if facts.syntax.types else ():
        if comment.span.first_line <= first:
            first = comment.span.last_line + 1
        while first < len(lines) and not lines[first - 1].strip():
            first += 1
    return first


def _piece(facts: FileFacts, text: str, first: int, last: int, users: tuple[str, ...]) -> ContextSlice:
    why = f"named by {', '.join(PurePosixPath(user).name for user in users[:3])}" if users else "of the same module"
    return ContextSlice(
        text="\n".join(text.split("\n")[first - 1 : last]), why=why, for_paths=users,
        span=Span(path=facts.path, side=Side.AFTER, first_line=first, last_line=last),
    )  # fmt: skip
