"""The change under review: files, hunks, lines, and the text on both sides."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Mapping
from dataclasses import field
from enum import StrEnum

from reviewer.core.span import Side, Span
from reviewer.core.value import value


class LineKind(StrEnum):
    """What a line of a hunk is."""

    ADDED = "+"
    REMOVED = "-"
    CONTEXT = " "


class FileStatus(StrEnum):
    """What happened to a file."""

    ADDED = "added"
    DELETED = "deleted"
    MODIFIED = "modified"
    RENAMED = "renamed"
    COPIED = "copied"


class Commentable(StrEnum):
    """Where the host of a change takes a comment on a file of it."""

    LINES = "lines"  # on every line of its hunks, and on the file
    FILE = "file"  # on the file as a whole only: the host shows no lines of it
    NOWHERE = "nowhere"  # not even there, as far as is known


@value()
class DiffLine:
    """One line of a hunk. `text` is without the marker and without the line ending.

    `old_number` is None on an added line, `new_number` on a removed one; both are 1-based.
    """

    kind: LineKind
    text: str
    old_number: int | None
    new_number: int | None


@value()
class Hunk:
    """A run of changed lines with its context, as the diff gives it. Counts may be 0 (pure insertion or deletion)."""

    old_start: int
    old_count: int
    new_start: int
    new_count: int
    section: str
    lines: tuple[DiffLine, ...]

    def numbers(self, side: Side) -> frozenset[int]:
        """Every line number of the hunk on a side, context included: where GitHub accepts a comment."""
        chosen = (_number(line, side) for line in self.lines)
        return frozenset(number for number in chosen if number is not None)

    def changed_numbers(self, side: Side) -> frozenset[int]:
        """Removed lines (BEFORE) or added lines (AFTER) only."""
        return frozenset(
            number
            for line in self.lines
            if line.kind is not LineKind.CONTEXT and (number := _number(line, side)) is not None
        )


def _number(line: DiffLine, side: Side) -> int | None:
    return line.old_number if side is Side.BEFORE else line.new_number


@value()
class FileChange:
    """One file of a change.

    `old_path` is None for an added file and `new_path` for a deleted one. `before` and `after` are the whole texts
    where they are known: None when the side does not exist or could not be read; then `unread` says why
    (binary, too large, patch missing, not in the repository). A mode change or a pure rename has no hunks.
    `commentable` is the host's word where the change comes from one, and not to be derived from the hunks: we may know lines
    that the host does not show.
    """

    old_path: str | None
    new_path: str | None
    status: FileStatus
    hunks: tuple[Hunk, ...]
    before: str | None = field(default=None, repr=False)
    after: str | None = field(default=None, repr=False)
    unread: str | None = None
    is_binary: bool = False
    commentable: Commentable = Commentable.LINES
    _marks: dict[Side, tuple[list[int], list[int]]] = field(default_factory=dict, init=False, repr=False, compare=False)

    @property
    def path(self) -> str:
        """The path a reader knows it by: the new one, or the old one of a deleted file."""
        path = self.new_path if self.new_path is not None else self.old_path
        assert path is not None
        return path

    def path_on(self, side: Side) -> str:
        """The path on a side; for a side that does not exist, the other side's."""
        path = self.old_path if side is Side.BEFORE else self.new_path
        return path if path is not None else self.path

    def text(self, side: Side) -> str | None:
        """The whole text on a side, or None."""
        return self.before if side is Side.BEFORE else self.after

    def touches(self, side: Side, first_line: int, last_line: int) -> bool:
        """Whether a changed line lies in the range, or, on a side where nothing changed, a gap inside it.

        Lines removed between after-lines 10 and 11 touch the after-range 5-20: something inside it changed.
        """
        if side not in self._marks:  # rules ask this of every call and block of a file
            changed = sorted(number for hunk in self.hunks for number in hunk.changed_numbers(side))
            self._marks[side] = (changed, sorted(gap for hunk in self.hunks for gap in _gaps(hunk, side)))
        changed, gaps = self._marks[side]
        return bisect_left(changed, first_line) < bisect_right(changed, last_line) or bisect_left(
            gaps, first_line
        ) < bisect_left(gaps, last_line)

    def hunk_at(self, side: Side, first_line: int, last_line: int) -> Hunk | None:
        """The one hunk that holds the whole range on that side, or None."""
        for hunk in self.hunks:
            numbers = hunk.numbers(side)
            if all(line in numbers for line in range(first_line, last_line + 1)):
                return hunk
        return None


def _gaps(hunk: Hunk, side: Side) -> Iterator[int]:
    """Lines of `side` directly after which lines of the other side only were removed or inserted."""
    last = (hunk.old_start if side is Side.BEFORE else hunk.new_start) - 1
    for line in hunk.lines:
        number = _number(line, side)
        if number is None:
            yield last
        else:
            last = number


@value()
class ChangeSet:
    """What is under review. `base` and `head` name the two versions (commit ids, or `worktree`, `index`, `patch`)."""

    base: str
    head: str
    files: tuple[FileChange, ...]
    title: str = ""
    description: str = ""
    _by_path: Mapping[str, FileChange] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        before = {change.old_path: change for change in reversed(self.files) if change.old_path is not None}
        object.__setattr__(self, "_by_path", {**before, **{change.path: change for change in reversed(self.files)}})

    def file(self, path: str) -> FileChange | None:
        """The file whose path is `path`, else the one that had it before (two files may have swapped their names)."""
        return self._by_path.get(path)

    def file_at(self, span: Span) -> FileChange | None:
        """The file that has the span's path on its side, else the one that has it on the other."""
        before = span.side is Side.BEFORE
        own = (change for change in self.files if (change.old_path if before else change.new_path) == span.path)
        return next(own, None) or self.file(span.path)


def line_span(path: str, side: Side, line: int) -> Span:
    """A span of one line."""
    return Span(path=path, side=side, first_line=line, last_line=line)
