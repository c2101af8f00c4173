"""The code that quotes are checked against: whole files where they are known, else the lines of the hunks."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from reviewer.core.change import ChangeSet, FileChange, Hunk
from reviewer.core.span import Side

Lines = tuple[tuple[int, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Code:
    """Code without its blanks: `text` and, for each character of it, the line it stands on; where lines start and end in it.

    Lines that are not neighbours are kept apart by a character that no quote holds.
    """

    text: str
    numbers: tuple[int, ...]
    starts: frozenset[int]
    ends: frozenset[int]

    @classmethod
    def of(cls, lines: Lines) -> Code:
        """The code of numbered lines."""
        text: list[str] = []
        numbers: list[int] = []
        starts, ends = set(), set()
        before = None
        for number, line in lines:
            bare = squeezed(line)
            if before is not None and number != before + 1:
                text.append("\x00")
                numbers.append(before)
            starts.add(len(numbers))
            text.append(bare)
            numbers.extend([number] * len(bare))
            ends.add(len(numbers))
            before = number
        return cls(text="".join(text), numbers=tuple(numbers), starts=frozenset(starts), ends=frozenset(ends))


def squeezed(text: str) -> str:
    """The text without blanks."""
    return "".join(text.replace("\x00", "").split())


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
        self._known: dict[tuple[str, Side], tuple[Code, ...]] = {}

    def extended(self, also: Mapping[str, str]) -> Sources:
        """The same with texts of more files."""
        return Sources(self._change_set, self._shown, {**self._also, **also})

    @property
    def beside(self) -> frozenset[str]:
        """The paths of the other files."""
        return frozenset(self._also)

    def holds(self, path: str) -> bool:
        """Whether the path is one of the change, before or after it, or of the other files."""
        return self._change_set.file(path) is not None or path in self._also

    @property
    def paths(self) -> tuple[str, ...]:
        """Changed files first, then the others."""
        return (*(change.path for change in self._change_set.files), *self._also)

    def versions(self, path: str, side: Side) -> tuple[Code, ...]:
        """The code as it is, then as it was shown where that differs; nothing for a file that was not read."""
        key = (path, side)
        if key not in self._known:
            lines = self.lines(path, side)
            texts = self._shown("\n".join(text for _, text in lines)).split("\n")
            shown = tuple((number, text) for (number, _), text in zip(lines, texts))
            self._known[key] = tuple(Code.of(version) for version in dict.fromkeys((lines, shown)) if version)
        return self._known[key]

    def lines(self, path: str, side: Side) -> Lines:
        """The numbered lines as they are."""
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
