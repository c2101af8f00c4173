"""Code of files beside the change that its streaming code refers to: the factory that builds its consumer, the module's configuration."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from pathlib import PurePosixPath

from reviewer.context.budget import slice_cost
from reviewer.context.unit import ContextSlice
from reviewer.core.change import ChangeSet
from reviewer.core.span import Side, Span
from reviewer.facts.delta import Delta
from reviewer.facts.streaming.model import FileFacts

_CHARS = 12_000  # of all pieces: the change itself is what a request is about
_WHOLE = 4_000  # a file up to this length is shown whole
_AROUND = 3  # lines before and after a setting of a longer file


def related_slices(delta: Delta, read: Callable[[str, Side], str | None]) -> tuple[ContextSlice, ...]:
    """Pieces of the files that the facts were read from, those that configure something first, within the limit.

    `read` gives a file's text on a side. What does not fit is left out: the model can still ask for it.
    """
    room = _CHARS
    pieces: list[ContextSlice] = []
    for facts in sorted(delta.after.related, key=lambda item: (not item.settings, item.path)):
        text = read(facts.path, Side.AFTER)
        if text is None:
            continue
        users = _users(delta.change_set, facts.path)
        for first, last in _ranges(facts, text.removesuffix("\n").split("\n"), len(text)):
            piece = _piece(facts, text, first, last, users)
            if slice_cost(piece) <= room:
                room -= slice_cost(piece)
                pieces.append(piece)
    return tuple(pieces)


def _users(change_set: ChangeSet, path: str) -> tuple[str, ...]:
    """The changed files that name it; none when it is found by its place, as a module's configuration is."""
    word = re.compile(rf"(?<!\w){re.escape(PurePosixPath(path).stem)}(?!\w)")
    return tuple(change.path for change in change_set.files if change.after is not None and word.search(change.after))


def _ranges(facts: FileFacts, lines: Sequence[str], size: int) -> Iterator[tuple[int, int]]:
    """The whole of a short file; of a long one the lines around its settings, joined where they meet."""
    if size <= _WHOLE:
        yield 1, len(lines)
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


def _piece(facts: FileFacts, text: str, first: int, last: int, users: tuple[str, ...]) -> ContextSlice:
    why = f"named by {', '.join(PurePosixPath(user).name for user in users[:3])}" if users else "of the same module"
    return ContextSlice(
        text="\n".join(text.split("\n")[first - 1 : last]), why=why, for_paths=users,
        span=Span(path=facts.path, side=Side.AFTER, first_line=first, last_line=last),
    )  # fmt: skip
