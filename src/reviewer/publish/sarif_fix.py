"""An exact suggestion as a SARIF fix: which characters of the file go, and what stands there then.

Whole lines are replaced without their line ends, so those of the file stay as they are; what comes in gets the line ends of the lines
that it replaces. Lines that go altogether take one line end along.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from reviewer.core.finding import Finding
from reviewer.core.span import Side
from reviewer.publish.text import has_hidden


def artifact(path: str) -> dict[str, Any]:
    """A file of the repository."""
    return {"uri": quote(path, safe="/", errors="replace"), "uriBaseId": "%SRCROOT%"}


def fixes(finding: Finding, sources: Mapping[tuple[str, Side], str], description: str) -> list[dict[str, Any]]:
    """The fix of a finding with a suggestion, else nothing.

    `sources` holds the texts by path and side. There is no fix for removed lines, for a file whose text is not there, and for text with
    characters that nobody sees: a tool applies it at one click.
    """
    text = sources.get((finding.span.path, Side.AFTER))
    suggestion = finding.suggestion
    if suggestion is None or text is None or finding.span.side is not Side.AFTER or has_hidden(suggestion):
        return []
    replacement = _replacement(text.split("\n"), finding.span.first_line, finding.span.last_line, suggestion)
    if replacement is None:
        return []
    change = {"artifactLocation": artifact(finding.span.path), "replacements": [replacement]}
    return [{"description": {"text": description}, "artifactChanges": [change]}]


def _replacement(lines: list[str], first: int, last: int, suggestion: str) -> dict[str, Any] | None:
    """Lines are 1-based; those of a file that ends in a line end have an empty one behind them, which is none."""
    if last > len(lines) or (last == len(lines) and not lines[-1]):
        return None
    if not suggestion:
        return {"deletedRegion": _whole(lines, first, last)}
    end = "\r\n" if any(line.endswith("\r") for line in (lines[first - 1], lines[max(0, first - 2)])) else "\n"
    text = suggestion.replace("\r\n", "\n").removesuffix("\n").replace("\n", end)
    return {"deletedRegion": _region(first, 1, last, _after(lines[last - 1])), "insertedContent": {"text": text}}


def _whole(lines: list[str], first: int, last: int) -> dict[str, int]:
    """The lines with the line end behind them; at the end of a file without one, with that before them."""
    if last < len(lines):
        return _region(first, 1, last + 1, 1)
    if first > 1:
        return _region(first - 1, _after(lines[first - 2]), last, _after(lines[last - 1]))
    return _region(first, 1, last, _after(lines[last - 1]))


def _after(line: str) -> int:
    """The column behind the last character of a line, in UTF-16 code units, 1-based."""
    return len(line.removesuffix("\r").encode("utf-16-le", "surrogatepass")) // 2 + 1


def _region(first: int, column: int, last: int, end: int) -> dict[str, int]:
    return {"startLine": first, "startColumn": column, "endLine": last, "endColumn": end}
