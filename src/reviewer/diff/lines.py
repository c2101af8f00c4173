"""Lines the way git counts them, and the one thing about a line that the core's nouns do not say."""

from __future__ import annotations

from reviewer.core.change import DiffLine, Hunk
from reviewer.core.value import value


@value()
class UnendedLine(DiffLine):
    r"""The last line of a file that does not end in a newline (`\ No newline at end of file` in the diff)."""


def split_lines(text: str) -> list[str]:
    r"""The lines with their `\n`. Only `\n` ends a line: form feeds, U+2028 and lone `\r` do not, as in git.

    `str.splitlines` would count more lines than git and GitHub do, and every number behind them would be wrong.
    """
    lines = text.split("\n")
    last = lines.pop()
    ended = [f"{line}\n" for line in lines]
    return [*ended, last] if last else ended


def raw(line: DiffLine) -> str:
    """The line as it stands in the file, ending included."""
    return line.text if isinstance(line, UnendedLine) else f"{line.text}\n"


def header_of(hunk: Hunk) -> str:
    """The hunk's `@@` line, for messages."""
    return f"@@ -{hunk.old_start},{hunk.old_count} +{hunk.new_start},{hunk.new_count} @@"


def sides(hunk: Hunk) -> tuple[list[str], list[str]]:
    """The raw lines of the hunk before and after the change."""
    before = [raw(line) for line in hunk.lines if line.old_number is not None]
    return before, [raw(line) for line in hunk.lines if line.new_number is not None]
