"""Unified diffs, as git, GitHub, diff and patch tools write them, to file changes.

The section reader finds files and hunks and refuses what belongs nowhere; unidiff parses the hunks under names of our
own, so that no path of the diff ever reaches it; what it returns is counted against what it was given.
"""

from __future__ import annotations

import codecs
from collections.abc import Iterable, Iterator, Sequence
from io import StringIO

from unidiff.errors import UnidiffParseError
from unidiff.patch import Hunk as ParsedHunk
from unidiff.patch import Line as ParsedLine
from unidiff.patch import PatchSet

from reviewer.core.change import DiffLine, FileChange, FileStatus, Hunk, LineKind
from reviewer.core.problem import ReviewError
from reviewer.diff.lines import UnendedLine, header_of
from reviewer.diff.sections import Section, read_hunks, read_sections, refuse_stray

BINARY = "binary"
SUBMODULE = "submodule"
_BOMS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))


def parse_diff(text: str | bytes) -> tuple[FileChange, ...]:
    """The files of a diff, with hunks and without texts. An empty diff has no files.

    Raises ReviewError for combined diffs, for hunks that do not fit their `@@` line, for lines that belong nowhere,
    for paths that leave the repository and for text that is not a diff.
    """
    decoded = _decoded(text)
    if not decoded.strip():
        return ()
    sections = tuple(read_sections(_lines(decoded)))
    if not sections:
        raise ReviewError("This is not a unified diff: it names no file. Make one with: git diff BASE...HEAD.")
    hunks = _parse_hunks([section.body for section in sections])
    files = tuple(_file(section, found) for section, found in zip(sections, hunks, strict=True))
    _refuse_series(files)
    return files


def parse_patch_field(patch: str, old_path: str | None, new_path: str | None, status: FileStatus) -> FileChange:
    """A file from GitHub's `patch` field, which begins at its first `@@` and has no header; it may be empty.

    Raises ReviewError when the field is cut off or is not a patch.
    """
    lines = _lines(patch)
    body, end = read_hunks(lines, 0)
    for at in range(end, len(lines)):
        refuse_stray(lines, at, free_text=False)
        if lines[at].strip():
            raise ReviewError(f"The patch of {new_path or old_path} has a line that belongs to no hunk: {at + 1}.")
    (hunks,) = _parse_hunks([body])
    return FileChange(old_path=old_path, new_path=new_path, status=status, hunks=hunks)


def _decoded(text: str | bytes) -> str:
    if isinstance(text, str):
        return text.removeprefix("\ufeff")
    for mark, encoding in _BOMS:
        # PowerShell's `git diff > file` writes UTF-16.
        if text.startswith(mark):
            return text[len(mark) :].decode(encoding, errors="replace")
    return text.decode("utf-8", errors="replace")


def _lines(text: str) -> list[str]:
    lines = text.split("\n")
    if not lines[-1]:
        lines.pop()
    return lines


def _file(section: Section, hunks: tuple[Hunk, ...]) -> FileChange:
    header = section.header
    reason = BINARY if header.is_binary else SUBMODULE if header.is_submodule else None
    return FileChange(
        old_path=header.old_path,
        new_path=header.new_path,
        status=header.status,
        hunks=hunks,
        unread=reason,
        is_binary=header.is_binary,
    )


def _refuse_series(files: Iterable[FileChange]) -> None:
    """Refuse several changes of one file: the line numbers of the second hold only after the first is applied."""
    seen: set[tuple[str, str]] = set()
    for file in files:
        keys = [("new", file.new_path)] if file.new_path else []
        if file.old_path and file.status is not FileStatus.COPIED:
            keys.append(("old", file.old_path))
        for key in keys:
            if key in seen:
                raise ReviewError(
                    f"The diff changes {key[1]} more than once; it looks like a series of commits. "
                    "Make one diff of them: git diff BASE...HEAD."
                )
            seen.add(key)


def _parse_hunks(bodies: Sequence[Sequence[str]]) -> list[tuple[Hunk, ...]]:
    """The hunks of each body; one run of unidiff over all of them."""
    filled = [number for number, body in enumerate(bodies) if body]
    text = "".join(f"--- a/{number}\n+++ b/{number}\n" + "\n".join(bodies[number]) + "\n" for number in filled)
    try:
        parsed = list(PatchSet(StringIO(text, newline="\n")))
    except UnidiffParseError as error:
        raise ReviewError(f"The diff cannot be read: {str(error)[:200]}.") from error
    result: list[tuple[Hunk, ...]] = [()] * len(bodies)
    if len(parsed) != len(filled):
        raise ReviewError(f"The diff holds {len(filled)} files with hunks, but only {len(parsed)} could be read.")
    for number, file in zip(filled, parsed, strict=True):
        _refuse_loss(bodies[number], file)
        result[number] = tuple(_hunk(found) for found in file)
        _refuse_disorder(result[number])
    return result


def _refuse_loss(body: Sequence[str], parsed: Iterable[ParsedHunk]) -> None:
    given = sum(1 for line in body if not line.startswith("@@ "))
    taken = sum(len(hunk) for hunk in parsed)
    if given != taken:
        raise ReviewError(f"A file of the diff has {given} lines in its hunks, but {taken} could be read.")


def _refuse_disorder(hunks: Sequence[Hunk]) -> None:
    old_end = new_end = 0
    for hunk in hunks:
        # With a count of 0 the start names the line before the gap.
        old_start = hunk.old_start + (hunk.old_count == 0)
        new_start = hunk.new_start + (hunk.new_count == 0)
        if old_start <= old_end or new_start <= new_end:
            raise ReviewError(f"The hunk {header_of(hunk)} stands out of order or overlaps the one before it.")
        old_end, new_end = old_start + hunk.old_count - 1, new_start + hunk.new_count - 1


def _hunk(parsed: ParsedHunk) -> Hunk:
    return Hunk(
        old_start=parsed.source_start,
        old_count=parsed.source_length,
        new_start=parsed.target_start,
        new_count=parsed.target_length,
        section=parsed.section_header.strip(),
        lines=tuple(_hunk_lines(parsed)),
    )


def _hunk_lines(parsed: Sequence[ParsedLine]) -> Iterator[DiffLine]:
    for at, line in enumerate(parsed):
        if line.line_type == "\\":
            continue
        unended = at + 1 < len(parsed) and parsed[at + 1].line_type == "\\"
        yield (UnendedLine if unended else DiffLine)(
            kind=LineKind(line.line_type),
            text=line.value.removesuffix("\n"),
            old_number=line.source_line_no,
            new_number=line.target_line_no,
        )
