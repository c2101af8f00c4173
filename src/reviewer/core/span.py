"""Where something stands: a file, a side of the change, a range of lines."""

from __future__ import annotations

from enum import StrEnum

from reviewer.core.value import value


class Side(StrEnum):
    """Which version of the code a line belongs to. GitHub calls them LEFT and RIGHT."""

    BEFORE = "LEFT"
    AFTER = "RIGHT"


@value(order=True)
class Span:
    """Lines of one file on one side; 1-based, both ends included."""

    path: str
    side: Side
    first_line: int
    last_line: int

    def __post_init__(self) -> None:
        if self.first_line < 1 or self.last_line < self.first_line:
            raise ValueError(f"not a range of lines: {self.first_line}-{self.last_line} in {self.path}")

    def contains(self, other: Span) -> bool:
        """Whether `other` lies wholly inside, in the same file and on the same side."""
        return (
            self.path == other.path
            and self.side == other.side
            and self.first_line <= other.first_line
            and other.last_line <= self.last_line
        )

    def overlaps(self, other: Span) -> bool:
        """Whether the two share at least one line of the same file and side."""
        return (
            self.path == other.path
            and self.side == other.side
            and self.first_line <= other.last_line
            and other.first_line <= self.last_line
        )
