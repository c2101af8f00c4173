"""The code that quotes are checked against: whole files where they are known, else the lines of the hunks."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from reviewer.core.change import ChangeSet, FileChange, Hunk
from reviewer.core.span import Side

Lines = tuple[tuple[int, str], ...]


class Sources:
    """Numbered lines by path and side.

    `shown` is what the model was shown of a text (secrets taken out, hidden characters written out; as many lines as
    before): a quote may be of the code as it is or as it was shown. `also` are texts of other files, after the change.
    """

    def __init__(
        self, change_set: ChangeSet, shown: Callable[[str], str], also: Mapping[str, str] | None = None
    ) -> None:
        self._change_set, self._shown = change_set, shown
        self._also = dict(also or {})
        self._known: dict[tuple[str, Side], tuple[Lines, ...]] = {}

    @property
    def paths(self) -> tuple[str, ...]:
        """Changed files first, then the others."""
        return (*(change.path for change in self._change_set.files), *self._also)

    def versions(self, path: str, side: Side) -> tuple[Lines, ...]:
        """The lines as they are, then as they were shown where that differs; nothing for a file that was not read."""
        key = (path, side)
        if key not in self._known:
            lines = self._lines(path, side)
            shown = tuple(zip((n for n, _ in lines), self._shown("\n".join(t for _, t in lines)).split("\n")))
            self._known[key] = () if not lines else (lines,) if shown == lines else (lines, shown)
        return self._known[key]

    def _lines(self, path: str, side: Side) -> Lines:
        change = self._change_set.file(path)
        if change is None:
            return _numbered(self._also[path]) if side is Side.AFTER and path in self._also else ()
        text = change.text(side)
        return _numbered(text) if text is not None else _of_hunks(change, side)


def _numbered(text: str) -> Lines:
    return tuple(enumerate(text.split("\n"), start=1))


def _of_hunks(change: FileChange, side: Side) -> Lines:
    found: dict[int, str] = {}
    for hunk in change.hunks:
        found.update(_of_hunk(hunk, side))
    return tuple(sorted(found.items()))


def _of_hunk(hunk: Hunk, side: Side) -> dict[int, str]:
    numbered = ((line.old_number if side is Side.BEFORE else line.new_number, line.text) for line in hunk.lines)
    return {number: text for number, text in numbered if number is not None}
