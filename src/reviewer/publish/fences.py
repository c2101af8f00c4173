"""Code blocks. Ours have no language, except a suggestion and a picture that we made; strangers' are read wherever they stand.

What follows an opening fence on its line is an order to GitHub: `suggestion` makes a button, `mermaid` runs a renderer. So no line that we write
from strangers' text has a fence with anything behind it: not in a list, not in a quote, not inside another block, where a reader of lines
would see it though a parser would not.
"""

from __future__ import annotations

import re

from reviewer.publish.text import visible

# Markers of quotes and lists before a fence. Info strings of backtick fences hold no backtick: that would be inline code.
_OPENING = re.compile(r"^((?:[ \t]*(?:>|(?:[-+*]|\d{1,9}[.)])(?=[ \t])))*[ \t]*)(`{3,}+(?=[^`]*$)|~{3,}+)")
_NUMBER = re.compile(r"\d{1,9}[.)]")
_LIVE = re.compile(r"^((?:[^\S\n]|[>+*|-]|\d{1,9}[.)])*)(?=(?:`{3,}+|~{3,}+)[^\S\n]*\S)", re.MULTILINE)


def fence(code: str) -> str:
    """A code block of strangers' code that its content cannot close; a fence inside that has a language gets a backslash."""
    return raw_fence(defused(visible(code)), "")


def raw_fence(code: str, language: str) -> str:
    """A code block with any language, content verbatim; for what we made ourselves or checked before."""
    ticks = "`" * max(3, longest_run(code, "`") + 1)
    body = code if not code or code.endswith("\n") else f"{code}\n"
    return f"{ticks}{language}\n{body}{ticks}"


def defused(text: str) -> str:
    """The text with a backslash before each fence that begins a line, after any markers, and has something behind it."""
    return _LIVE.sub(r"\1\\", text)


def has_live(text: str) -> bool:
    """Whether `defused` would change it: such text cannot be offered word for word."""
    return _LIVE.search(text) is not None


def opening(line: str) -> re.Match[str] | None:
    """The opening fence of a line: group 1 is the markers and blanks before it, group 2 the fence."""
    return _OPENING.match(line)


def item_number(opened: re.Match[str]) -> str:
    """The number of the list item that holds nothing but this block, or an empty text."""
    numbers: list[str] = _NUMBER.findall(opened.group(1))
    return numbers[-1] if numbers else ""


def block(lines: list[str], first: int, opened: re.Match[str]) -> tuple[str, int] | None:
    """The content up to the closing fence and the line after it. One that a stranger left open holds all the rest; inside
    a list or a quote, which end without a mark, it is no block: None."""
    markers, mark = opened.group(1), opened.group(2)
    before = r"[ \t>]*" if markers else " {0,3}"
    closing = re.compile(rf"^{before}{re.escape(mark[0])}{{{len(mark)},}}[ \t]*$")
    end = next((position for position in range(first, len(lines)) if closing.match(lines[position])), None)
    if end is None and markers.strip():
        return None
    return "\n".join(_bare(line, markers) for line in lines[first:end]), len(lines) if end is None else end + 1


def _bare(line: str, markers: str) -> str:
    """A line of the block without the quote marks and the indentation of what encloses the block."""
    quotes = markers.count(">")
    inside = re.sub(rf"^(?:[ \t]*>){{1,{quotes}}} ?", "", line) if quotes else line
    width = len(markers.rsplit(">", 1)[-1].expandtabs(4)) - (1 if quotes else 0)
    return re.sub(rf"^[ \t]{{0,{width}}}", "", inside) if width > 0 else inside


def longest_run(text: str, character: str) -> int:
    """The length of the longest run of a character."""
    return max((len(run) for run in re.findall(f"{re.escape(character)}+", text)), default=0)
