"""Where each file and each hunk of a diff begins and ends; every line is accounted for or the diff is refused.

unidiff drops what a hunk holds beyond its announced length, and reads combined diffs as empty ones. A reviewer must
not: a dropped line is a change that nobody looked at.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from reviewer.core.lazily import lazily
from reviewer.core.problem import ReviewError
from reviewer.core.value import value
from reviewer.diff.headers import Header, read_git_header, read_plain_binary, read_plain_header

HUNK = lazily(r"@@ -([0-9]{1,9})(?:,([0-9]{1,9}))? \+([0-9]{1,9})(?:,([0-9]{1,9}))? @@(.*)", re.DOTALL)
NO_NEWLINE = "\\ No newline at end of file"
_COMBINED = lazily(r"diff --(cc|combined) |@@@+ -")
_COMMIT = lazily(r"(From|commit) [0-9a-f]{7,64}\b|Property changes on: ")
_SIGNATURE = lazily(r"\r?$|[0-9]+\.[0-9]")
_ONLY_IN = lazily(r"Only in .+: .+")


@value()
class Section:
    """One file of the diff: its header and the lines of its hunks, the `@@` lines included, without line ends."""

    header: Header
    body: tuple[str, ...]


def read_sections(lines: Sequence[str]) -> Iterator[Section]:
    """The files of a diff in order. Raises ReviewError, with the line of the diff, when a line belongs nowhere."""
    at, free_text = 0, True
    while at < len(lines):
        line = lines[at]
        header: Header | None
        if line.startswith("diff --git "):
            header, at = read_git_header(lines, at)
        elif _is_plain_header(lines, at):
            header, at = read_plain_header(lines, at)
        elif header := read_plain_binary(line):
            at += 1
        else:
            free_text = free_text or _COMMIT.match(line) is not None
            refuse_stray(lines, at, free_text=free_text)
            # The mail signature of format-patch looks like a removed line.
            at += 2 if _is_signature(lines, at) else 1
            continue
        body, at = read_hunks(lines, at, crlf=header.crlf)
        free_text = False
        yield Section(header=header, body=body)


def read_hunks(lines: Sequence[str], at: int, *, crlf: bool = False) -> tuple[tuple[str, ...], int]:
    """The lines of all hunks from `at` on, and the index behind the last."""
    body: list[str] = []
    while at < len(lines) and lines[at].startswith("@@ "):
        at = _read_hunk(lines, at, body, crlf=crlf)
    return tuple(body), at


def refuse_stray(lines: Sequence[str], at: int, *, free_text: bool) -> None:
    """Raise for a line outside every hunk that looks as if it belonged to one."""
    line = lines[at]
    if _COMBINED.match(line):
        raise ReviewError(
            f"Line {at + 1} of the diff begins a combined diff (of a merge), which cannot be reviewed line by line. "
            "Make a diff between two commits: git diff BASE...HEAD."
        )
    if line.startswith("@@ -"):
        raise ReviewError(f"Line {at + 1} of the diff begins a hunk that belongs to no file: {line[:80]!r}.")
    if _ONLY_IN.fullmatch(line.removesuffix("\r")):
        raise ReviewError(f"{line.strip()[:200]}: its content is not in the diff. Make the diff with: diff -ruN.")
    if not free_text and line[:1] in ("+", "-", " ", "\\") and line.strip() and not _is_signature(lines, at):
        raise ReviewError(
            f"Line {at + 1} of the diff stands behind the end of its hunk; the hunk is longer than its @@ line says. "
            "The diff is damaged or was edited by hand: make it again."
        )


def _read_hunk(lines: Sequence[str], start: int, body: list[str], *, crlf: bool) -> int:
    old_left, new_left = _counts(lines, start)
    body.append(lines[start].removesuffix("\r"))
    at = start + 1
    while old_left or new_left:
        if at >= len(lines):
            raise _misfit(start, "is shorter than its @@ line says")
        line = lines[at].removesuffix("\r") if crlf else lines[at]
        mark = line[:1]
        if mark in ("", "\r"):
            # Mailers and editors strip the blank of an empty context line.
            mark, line = " ", f" {line}"
        if mark == "\\":
            line = NO_NEWLINE
        elif mark not in ("+", "-", " "):
            raise _misfit(start, f"is shorter than its @@ line says, or damaged at line {at + 1}")
        old_left -= mark in ("-", " ")
        new_left -= mark in ("+", " ")
        if old_left < 0 or new_left < 0:
            raise _misfit(start, "has other numbers of lines than its @@ line says")
        body.append(line)
        at += 1
    if at < len(lines) and lines[at].startswith("\\"):
        body.append(NO_NEWLINE)
        at += 1
    if at - start > 2 and at < len(lines) and lines[at].startswith("@@ ") and _is_header_pair(lines, at - 2):
        raise _misfit(start, "is shorter than its @@ line says: it runs into the header of the next file")
    return at


def _counts(lines: Sequence[str], at: int) -> tuple[int, int]:
    found = HUNK.fullmatch(lines[at])
    if not found:
        raise ReviewError(f"Line {at + 1} of the diff is not a hunk header that can be read: {lines[at][:80]!r}.")
    old, new = found.group(2), found.group(4)
    return (1 if old is None else int(old)), (1 if new is None else int(new))


def _misfit(start: int, what: str) -> ReviewError:
    return ReviewError(
        f"The hunk at line {start + 1} of the diff {what}. The diff is damaged, cut off or edited by hand: make it again."
    )


def _is_header_pair(lines: Sequence[str], at: int) -> bool:
    return at + 1 < len(lines) and lines[at].startswith("--- ") and lines[at + 1].startswith("+++ ")


def _is_plain_header(lines: Sequence[str], at: int) -> bool:
    return _is_header_pair(lines, at) and at + 2 < len(lines) and lines[at + 2].startswith("@@ ")


def _is_signature(lines: Sequence[str], at: int) -> bool:
    return lines[at].rstrip() == "--" and (at + 1 == len(lines) or _SIGNATURE.match(lines[at + 1]) is not None)
