"""One changed file of the API with both texts. A patch is believed when it leads from the one blob to the other, byte by byte."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

from reviewer.core.change import Commentable, FileChange, FileStatus, Hunk
from reviewer.core.problem import OutageError, ReviewError
from reviewer.diff.texts import hunks_between
from reviewer.diff.undo import apply_hunks, undo_hunks
from reviewer.diff.unified import BINARY, SUBMODULE, parse_patch_field
from reviewer.github.blobs import blob_sha
from reviewer.github.trees import Entry
from reviewer.inputs.port import FILE_LIMIT, TOO_LARGE
from reviewer.inputs.work_tree import looks_binary
from reviewer.relevance.signals import BUILD_FILES, PROSE, is_generated

_NO_PATCH = "GitHub shows no difference for it (too large, or marked as binary), and it was not fetched"

#: sha -> bytes.
Fetch = Callable[[str], bytes]


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """A changed file before it is read. `is_counted` says whether GitHub counts changed lines in it (it does not in binary
    files); None when GitHub does not list the file."""

    before: Entry | None
    after: Entry | None
    status: FileStatus
    patch: str | None
    is_counted: bool | None

    @property
    def path(self) -> str:
        """The path a reader knows it by."""
        entry = self.after or self.before
        assert entry is not None
        return entry.path

    @property
    def entries(self) -> tuple[Entry, ...]:
        """The sides that exist."""
        return tuple(entry for entry in (self.before, self.after) if entry is not None)

    @property
    def commentable(self) -> Commentable:
        """Where GitHub takes a comment: on lines only of a patch that it shows.

        Comments on files were made for what has no lines to GitHub: binary (so it counts none), marked `-diff`, only moved. A
        file whose difference is too large it refuses ("path diff too large"); whether it does so for a comment on the file as a
        whole, or on a file that it does not list, is not documented, and a review must not depend on it.
        """
        if self.patch is not None:
            return Commentable.LINES
        return Commentable.FILE if self.is_counted is False else Commentable.NOWHERE

    @property
    def is_only_moved(self) -> bool:
        """Whether the content is the same on both sides."""
        return self.before is not None and self.after is not None and self.before.sha == self.after.sha


class _Doubt(Exception):
    """The patch does not lead from the one blob to the other."""


def is_wanted(item: Item) -> bool:
    """Whether its texts may matter: prose and generated files are never streaming code."""
    is_prose = PROSE.search(item.path) is not None and BUILD_FILES.search(item.path) is None
    if is_generated(item.path) or is_prose or any(entry.is_submodule for entry in item.entries):
        return False
    return all(entry.size <= FILE_LIMIT for entry in item.entries)


def needed_first(item: Item) -> tuple[Entry, ...]:
    """What `read_believed` fetches: with a patch at most one side, without one that which tells whether it is text at all."""
    if item.patch is not None and not item.is_only_moved and len(item.entries) == 1:
        return ()
    return item.entries[-1:]


def read_believed(item: Item, fetch: Fetch) -> FileChange | None:
    """The file with both texts from the patch and at most one blob. None when they do not agree: compare both blobs then.

    Raises OutageError when GitHub fails.
    """
    bare = _bare(item)
    try:
        if item.patch is None and not item.is_only_moved:
            return _binary(bare) if looks_binary(_bytes(item.entries[-1], fetch)) else None
        return _believed(item, bare, fetch)
    except OutageError:
        raise
    except (_Doubt, ReviewError):
        return None


def read_compared(item: Item, fetch: Fetch) -> FileChange:
    """The file from its blobs alone. Raises OutageError when GitHub fails, ReviewError when it refuses."""
    return _compared(item, _bare(item), fetch)


def read_unfetched(item: Item) -> FileChange:
    """Only what the patch shows; `unread` says why there is no more."""
    bare = _bare(item)
    if any(entry.is_submodule for entry in item.entries):
        return _as_shown(item, replace(bare, hunks=_submodule_hunks(item), unread=SUBMODULE))
    return _unfetched(item, bare)


def _bare(item: Item) -> FileChange:
    return FileChange(
        old_path=item.before.path if item.before else None, new_path=item.after.path if item.after else None,
        status=item.status, hunks=(), commentable=item.commentable,
    )  # fmt: skip


def _binary(bare: FileChange) -> FileChange:
    return replace(bare, unread=BINARY, is_binary=True)


def _unfetched(item: Item, bare: FileChange) -> FileChange:
    large = TOO_LARGE if any(entry.size > FILE_LIMIT for entry in item.entries) else None
    if item.patch is None:
        if item.is_only_moved or all(entry.size == 0 for entry in item.entries):
            return replace(bare, unread=large)
        if item.is_counted is False:
            return _binary(bare)
        return replace(bare, unread=large or _NO_PATCH)
    try:
        return replace(_parsed(item, bare), unread=large)
    except (_Doubt, ReviewError):
        return replace(bare, unread=large or _NO_PATCH)


def _parsed(item: Item, bare: FileChange) -> FileChange:
    if item.patch is None:
        raise _Doubt
    made = parse_patch_field(item.patch, bare.old_path, bare.new_path, bare.status)
    if _has_nul(made.hunks):
        raise _Doubt
    return replace(bare, hunks=made.hunks)


def _believed(item: Item, bare: FileChange, fetch: Fetch) -> FileChange:
    """Both texts from the patch and at most one blob. _Doubt or ReviewError when they do not agree with the trees."""
    if item.is_only_moved:
        return _compared(item, bare, fetch)
    hunks = _parsed(item, bare).hunks
    if item.before is None:
        after = apply_hunks("", hunks)
        _agree(after, item.after)
        return replace(bare, hunks=hunks, after=after)
    if item.after is None:
        before = undo_hunks("", hunks)
        _agree(before, item.before)
        return replace(bare, hunks=hunks, before=before)
    data = _bytes(item.after, fetch)
    if looks_binary(data):
        raise _Doubt
    after = data.decode("utf-8", "replace")
    before = undo_hunks(after, hunks)
    _agree(before, item.before)
    return replace(bare, hunks=hunks, before=before, after=after)


def _agree(text: str, entry: Entry | None) -> None:
    if entry is None or blob_sha(text.encode("utf-8", "surrogatepass"), len(entry.sha)) != entry.sha:
        raise _Doubt


def _compared(item: Item, bare: FileChange, fetch: Fetch) -> FileChange:
    """From the two blobs alone."""
    sides = [_bytes(entry, fetch) for entry in (item.before, item.after)]
    if any(looks_binary(data) for data in sides):
        return _binary(bare)
    # Bytes that are no UTF-8 stay apart while the sides are compared: as text they would all look the same.
    exact = [data.decode("utf-8", "surrogateescape") for data in sides]
    before, after = (_shown(text) for text in exact)
    hunks = tuple(_shown_hunk(hunk) for hunk in hunks_between(exact[0], exact[1]))
    if _has_nul(hunks):
        return _binary(bare)
    return _as_shown(item, replace(
        bare, hunks=hunks,
        before=None if item.before is None else before, after=None if item.after is None else after,
    ))  # fmt: skip


def _as_shown(item: Item, file: FileChange) -> FileChange:
    """A file with hunks of our own: comments on lines only where GitHub's hunks are cut the same way."""
    if item.patch is None:
        return file
    try:
        shown = parse_patch_field(item.patch, file.old_path, file.new_path, file.status).hunks
    except ReviewError:
        return replace(file, commentable=Commentable.FILE)
    same = [_cut(hunk) for hunk in shown] == [_cut(hunk) for hunk in file.hunks]
    return file if same else replace(file, commentable=Commentable.FILE)


def _cut(hunk: Hunk) -> tuple[int, int, int, int]:
    return hunk.old_start, hunk.old_count, hunk.new_start, hunk.new_count


def _bytes(entry: Entry | None, fetch: Fetch) -> bytes:
    return b"" if entry is None or entry.size == 0 else fetch(entry.sha)


def _shown(exact: str) -> str:
    return exact if exact.isascii() else exact.encode("utf-8", "surrogateescape").decode("utf-8", "replace")


def _has_nul(hunks: Iterable[Hunk]) -> bool:
    return any("\0" in line.text for hunk in hunks for line in hunk.lines)


def _shown_hunk(hunk: Hunk) -> Hunk:
    return replace(hunk, lines=tuple(replace(line, text=_shown(line.text)) for line in hunk.lines))


def _submodule_hunks(item: Item) -> tuple[Hunk, ...]:
    """As git shows it: one line that names the commit."""
    before, after = (f"Subproject commit {entry.sha}\n" if entry else "" for entry in (item.before, item.after))
    return hunks_between(before, after)
