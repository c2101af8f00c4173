"""What a diff says about a file before its first hunk."""

from __future__ import annotations

import re
from collections.abc import Sequence

from reviewer.core.change import FileStatus
from reviewer.core.problem import ReviewError
from reviewer.core.value import value
from reviewer.diff.paths import DEV_NULL, checked, header_name, split_pair, unquote, without_prefixes

_EXTENDED = re.compile(
    r"(old mode|new mode|deleted file mode|new file mode|copy from|copy to|rename from|rename to"
    r"|similarity index|dissimilarity index|index|---|\+\+\+) (.*)",
    re.DOTALL,
)
_BINARY = re.compile(r"Binary files (.+) differ", re.DOTALL)
_EPOCH = re.compile(r"\t(1970-01-01|1969-12-31) ")
_SUBMODULE = re.compile(r"160000\b")


@value()
class Header:
    """A file of the diff without its hunks. `crlf` tells that the diff itself was converted to CRLF line ends."""

    old_path: str | None
    new_path: str | None
    status: FileStatus
    is_binary: bool = False
    is_submodule: bool = False
    crlf: bool = False


def read_git_header(lines: Sequence[str], start: int) -> tuple[Header, int]:
    """The header that begins with `diff --git` at `start`, and the index of the line behind it."""
    fields: dict[str, str] = {}
    binary, at = False, start + 1
    while at < len(lines) and not binary:
        line = lines[at].removesuffix("\r")
        field = _EXTENDED.fullmatch(line)
        if field and field.group(1) not in fields:
            fields[field.group(1)] = field.group(2)
        elif _BINARY.fullmatch(line):
            binary = True
        elif line == "GIT binary patch":
            binary, at = True, _end_of_binary(lines, at + 1) - 1
        else:
            break
        at += 1
    crlf = lines[start].endswith("\r")
    return _git_header(lines[start].removesuffix("\r"), fields, binary=binary, crlf=crlf), at


def read_plain_header(lines: Sequence[str], start: int) -> tuple[Header, int]:
    """The header of a diff without git's lines: `---` at `start`, `+++` behind it."""
    old_line, new_line = lines[start].removesuffix("\r"), lines[start + 1].removesuffix("\r")
    old, new = without_prefixes(header_name(old_line[4:]), header_name(new_line[4:]))
    hunk = lines[start + 2] if start + 2 < len(lines) else ""
    # `diff -N` has no /dev/null: a file that is not there has the time 0 and an empty side.
    if _EPOCH.search(old_line) and hunk.startswith("@@ -0,0 "):
        old = DEV_NULL
    if _EPOCH.search(new_line) and " +0,0 @@" in hunk:
        new = DEV_NULL
    if old != DEV_NULL and new != DEV_NULL:
        # `diff -u Job.java.orig Job.java`: two names and no word of a rename are one file, known by its new name.
        old = new
    crlf = lines[start + 1].endswith("\r")
    return _header(old, new, FileStatus.MODIFIED, crlf=crlf), start + 2


def read_plain_binary(line: str) -> Header | None:
    """The file of a `Binary files old and new differ` line that stands alone, or None for another line."""
    found = _BINARY.fullmatch(line.removesuffix("\r"))
    if not found:
        return None
    left, _, right = found.group(1).partition(" and ")
    old, new = without_prefixes(unquote(left), unquote(right))
    if old != DEV_NULL and new != DEV_NULL:
        old = new
    return _header(old, new, FileStatus.MODIFIED, is_binary=True)


def _git_header(first: str, fields: dict[str, str], *, binary: bool, crlf: bool) -> Header:
    old, new = _git_paths(first, fields)
    status = FileStatus.MODIFIED
    if "copy from" in fields:
        status = FileStatus.COPIED
    elif "rename from" in fields or old != new:
        status = FileStatus.RENAMED
    if "new file mode" in fields or fields.get("---") == DEV_NULL:
        old = DEV_NULL
    if "deleted file mode" in fields or fields.get("+++") == DEV_NULL:
        new = DEV_NULL
    modes = [value for name, value in fields.items() if "mode" in name]
    modes.append(fields.get("index", "").partition(" ")[2])
    submodule = any(_SUBMODULE.match(mode) for mode in modes)
    return _header(old, new, status, is_binary=binary, is_submodule=submodule, crlf=crlf)


def _git_paths(first: str, fields: dict[str, str]) -> tuple[str, str]:
    for word in ("rename", "copy"):
        if f"{word} from" in fields and f"{word} to" in fields:
            return unquote(fields[f"{word} from"]), unquote(fields[f"{word} to"])
    pair = split_pair(first.removeprefix("diff --git "))
    if pair is None and "---" in fields and "+++" in fields:
        pair = header_name(fields["---"]), header_name(fields["+++"])
    if pair is None:
        raise ReviewError(f"The diff has a header whose file names cannot be told apart: {first[:200]!r}.")
    return without_prefixes(*pair)


def _header(
    old: str, new: str, status: FileStatus, *, is_binary: bool = False, is_submodule: bool = False, crlf: bool = False
) -> Header:
    if old == new == DEV_NULL:
        raise ReviewError("The diff has a file that exists on neither side (/dev/null twice).")
    if old == DEV_NULL:
        status = FileStatus.ADDED
    elif new == DEV_NULL:
        status = FileStatus.DELETED
    return Header(
        old_path=None if old == DEV_NULL else checked(old),
        new_path=None if new == DEV_NULL else checked(new),
        status=status,
        is_binary=is_binary,
        is_submodule=is_submodule,
        crlf=crlf,
    )


def _end_of_binary(lines: Sequence[str], at: int) -> int:
    """The index behind a `GIT binary patch`: blocks of `literal N` or `delta N`, each up to an empty line."""
    while at < len(lines) and re.match(r"(literal|delta) [0-9]+\r?$", lines[at]):
        while at < len(lines) and lines[at] not in ("", "\r"):
            at += 1
        at += 1
    return min(at, len(lines))
