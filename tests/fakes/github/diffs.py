"""What GitHub says about the difference of two trees: file entries, patches, and the lines a comment may stand on."""

from __future__ import annotations

import difflib
import hashlib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

Side = Literal["LEFT", "RIGHT"]
Tree = Mapping[str, bytes]

#: GitHub leaves `patch` out above these sizes of one file's difference.
PATCH_LINES = 20_000
PATCH_BYTES = 500_000
#: Share of equal lines from which a removed and an added file count as one renamed file.
RENAME_SIMILARITY = 0.5
_HUNK = re.compile(r"@@ -(\d+)(?:,(\d+))? \+(\d+)(?:,(\d+))? @@")


@dataclass(frozen=True, slots=True, kw_only=True)
class FileDiff:
    """One changed file; `patch` begins at its first `@@` and is None for binary, too large and purely renamed files."""

    path: str
    old_path: str | None
    status: Literal["added", "removed", "modified", "renamed", "changed"]
    sha: str
    additions: int
    deletions: int
    patch: str | None

    @property
    def is_too_large(self) -> bool:
        """Lines were changed, and GitHub shows none of them."""
        return self.patch is None and self.additions + self.deletions > 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Anchor:
    """A place in a patch that can carry a comment: the hunk's number, the lines below the first `@@`, the hunk so far."""

    hunk: int
    position: int
    diff_hunk: str


def blob_sha(content: bytes) -> str:
    """Git's own name for `content`."""
    return hashlib.sha1(b"blob %d\0" % len(content) + content, usedforsecurity=False).hexdigest()


def diff_trees(old: Tree, new: Tree) -> list[FileDiff]:
    """The changed files, by path, with renames detected the way git does it (whole-file similarity)."""
    renames = dict(_renames(old, new))
    gone = set(renames.values())
    entries = []
    for path in sorted(old.keys() | new.keys()):
        if path in gone or old.get(path) == new.get(path):
            continue
        entries.append(_entry(path, renames.get(path, path), old, new))
    return entries


def _renames(old: Tree, new: Tree) -> Iterator[tuple[str, str]]:
    removed = sorted(old.keys() - new.keys())
    for path in sorted(new.keys() - old.keys()):
        scored = [(_similarity(old[candidate], new[path]), candidate) for candidate in removed]
        score, best = max(scored, default=(0.0, ""))
        if best and score >= RENAME_SIMILARITY:
            removed.remove(best)
            yield path, best


def _similarity(old: bytes, new: bytes) -> float:
    if old == new:
        return 1.0
    return difflib.SequenceMatcher(None, old.split(b"\n"), new.split(b"\n"), autojunk=False).ratio()


def _entry(path: str, source: str, old: Tree, new: Tree) -> FileDiff:
    before, after = old.get(source), new.get(path)
    added, deleted, patch = _patch(before or b"", after or b"")
    status: Literal["added", "removed", "modified", "renamed"] = "modified"
    if source != path:
        status = "renamed"
    elif before is None:
        status = "added"
    elif after is None:
        status = "removed"
    return FileDiff(
        path=path,
        old_path=source if source != path else None,
        status=status,
        sha=blob_sha(before or b"" if after is None else after),
        additions=added,
        deletions=deleted,
        patch=patch,
    )


def _patch(before: bytes, after: bytes) -> tuple[int, int, str | None]:
    if b"\0" in before or b"\0" in after:
        return 0, 0, None
    text = patch_text(before.decode("utf-8", "replace"), after.decode("utf-8", "replace"))
    lines = text.split("\n")
    added = sum(line.startswith("+") for line in lines)
    deleted = sum(line.startswith("-") for line in lines)
    fits = len(lines) <= PATCH_LINES and len(text) <= PATCH_BYTES
    return added, deleted, text if text and fits else None


def patch_text(before: str, after: str) -> str:
    """The hunks from `before` to `after`, three lines of context, in GitHub's form: no file header, no last newline."""
    hunks = difflib.unified_diff(_lines(before), _lines(after), n=3, lineterm="")
    out: list[str] = []
    for number, line in enumerate(hunks):
        if number < 2:  # the two file header lines
            continue
        if line.endswith(_NO_NEWLINE):
            out += [line.removesuffix(_NO_NEWLINE), "\\ No newline at end of file"]
        else:
            out.append(line)
    return "\n".join(out)


#: A last line without newline differs from the same line with one; the mark makes them differ for difflib as well.
_NO_NEWLINE = "\0no newline"


def _lines(text: str) -> list[str]:
    """Lines split at newlines only: form feeds and Unicode separators are content to git."""
    if not text:
        return []
    lines = text.split("\n")
    if lines[-1]:
        lines[-1] += _NO_NEWLINE
    else:
        lines.pop()
    return lines


def anchors(patch: str | None) -> dict[tuple[Side, int], Anchor]:
    """Every (side, line number) of `patch` that GitHub accepts in a comment: added, removed and context lines."""
    found: dict[tuple[Side, int], Anchor] = {}
    hunk, position, old, new = -1, -1, 0, 0
    seen: list[str] = []
    for line in (patch or "").split("\n"):
        position += 1
        if header := _HUNK.match(line):
            hunk, old, new, seen = hunk + 1, int(header[1]), int(header[3]), [line]
            continue
        seen.append(line)
        if hunk < 0 or line.startswith("\\"):
            continue
        anchor = Anchor(hunk=hunk, position=position, diff_hunk="\n".join(seen))
        if not line.startswith("+"):
            found["LEFT", old] = anchor
            old += 1
        if not line.startswith("-"):
            found["RIGHT", new] = anchor
            new += 1
    return found


def moved_line(before: bytes, after: bytes, line: int) -> int | None:
    """Where 1-based `line` of `before` stands in `after`; None when it was changed or removed."""
    matcher = difflib.SequenceMatcher(None, before.split(b"\n"), after.split(b"\n"), autojunk=False)
    for block in matcher.get_matching_blocks():
        if block.a < line <= block.a + block.size:
            return block.b + line - block.a
    return None
