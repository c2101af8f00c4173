"""A few lines of code with their numbers, the lines in question marked."""

from __future__ import annotations

from rich.table import Table
from rich.text import Text

from reviewer.core.finding import Evidence
from reviewer.core.span import Side, Span
from reviewer.publish.text import shortened, shown

CONTEXT = 2
_LINES = 16
_COLUMNS = 400


def frame(text: str, span: Span) -> Table | None:
    """The lines of `span` with two lines around, or None when the text has no such lines.

    New lines are marked `>`, removed ones `-`. A long span shows its beginning and its end.
    """
    lines = text.split("\n")
    if text.endswith("\n"):
        lines.pop()
    if span.first_line > len(lines):
        return None
    first, last = max(1, span.first_line - CONTEXT), min(len(lines), span.last_line + CONTEXT)
    numbers = list(range(first, last + 1))
    grid = _grid()
    for number in _fitting(numbers):
        if number is None:
            grid.add_row(Text(""), Text("⋮", style="dim"), Text("│", style="dim"), Text(""))
        else:
            _add(grid, number, lines[number - 1], span)
    return grid


def quoted(evidence: Evidence) -> Table:
    """The quote as a frame without context, where the text itself is not at hand."""
    grid = _grid()
    for offset, line in enumerate(evidence.quote.rstrip("\n").split("\n")[:_LINES]):
        _add(grid, evidence.span.first_line + offset, line, evidence.span)
    return grid


def _grid() -> Table:
    grid = Table.grid(padding=(0, 1))
    grid.add_column(no_wrap=True, width=1)
    grid.add_column(no_wrap=True, justify="right")
    grid.add_column(no_wrap=True, width=1)
    grid.add_column(overflow="ellipsis")  # rich narrows only columns that may wrap; the text in it does not
    return grid


def _add(grid: Table, number: int, line: str, span: Span) -> None:
    is_marked = span.first_line <= number <= span.last_line
    is_removed = span.side is Side.BEFORE
    sign = ("-" if is_removed else ">") if is_marked else " "
    style = ("red" if is_removed else "bold") if is_marked else "dim"
    code = Text(shortened(shown(line), _COLUMNS), style=style, no_wrap=True, overflow="ellipsis")
    grid.add_row(
        Text(sign, style="bold red" if is_marked else ""),
        Text(str(number), style="dim"),
        Text("│", style="dim"),
        code,
    )


def _fitting(numbers: list[int]) -> list[int | None]:
    """At most `_LINES` numbers; None stands for those in the middle that are left out."""
    if len(numbers) <= _LINES:
        return list(numbers)
    half = _LINES // 2
    return [*numbers[:half], None, *numbers[-half:]]
