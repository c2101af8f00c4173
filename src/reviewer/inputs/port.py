"""What every local input hands over."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from reviewer.core.change import ChangeSet, FileChange
from reviewer.core.source import SourceReader
from reviewer.core.value import value

#: Largest text that is read, in bytes. Longer files keep their hunks and say so in `unread`.
FILE_LIMIT = 1024 * 1024
#: All texts of a change together, in bytes.
TOTAL_LIMIT = 64 * 1024 * 1024

TOO_LARGE = "too large: files over 1 MiB are not read whole"
NOT_CLONED = "not in this partial clone: clone without --filter, or run git fetch --refetch --no-filter"
OVER_TOTAL = "too large: the files of this change exceed 64 MiB together"


@value()
class LocalChange:
    """A change, a reader for the rest of the repository, and what the user should know about how it was read."""

    change_set: ChangeSet
    reader: SourceReader
    notices: tuple[str, ...] = ()


def limited(files: Iterable[FileChange]) -> Iterator[FileChange]:
    """The files, their texts dropped once the total limit is reached; hunks stay."""
    total = 0
    for file in files:
        total += len(file.before or "") + len(file.after or "")
        over = total > TOTAL_LIMIT and file.unread is None
        yield replace(file, before=None, after=None, unread=OVER_TOTAL) if over else file
