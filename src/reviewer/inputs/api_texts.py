"""The texts of a change's files, in as few requests as they can be had with. GitHub grants a workflow 1,000 an hour, to a whole
repository. What is beyond a limit keeps its hunks and says which limit it was.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from functools import partial
from typing import Protocol

from reviewer.core.change import FileChange
from reviewer.core.progress import SILENT, Progress
from reviewer.github.reader import PullRequestReader
from reviewer.github.side_by_side import side_by_side
from reviewer.github.trees import Entry
from reviewer.inputs.api_file import Fetch, Item, is_wanted, needed_first, read_believed, read_compared, read_unfetched
from reviewer.inputs.port import OVER_TOTAL, TOTAL_LIMIT, limited

#: Files whose texts are fetched: as many as GitHub lists of a pull request.
_READ = 3_000
#: Blobs that are fetched one by one because they did not come with others: other encodings, files that no patch shows and that are
#: binary, everything where GraphQL is refused. Two for a file, as either side may be needed.
_SINGLE = 800
_TOO_MANY = (
    f"not fetched: more than {_READ:,} files of this change may be streaming code; review a checkout for all of them"
)
_ONE_BY_ONE = (
    "not fetched: GitHub gives too many files of this change one by one only; review a checkout for all of them"
)
_FETCHING = "Fetching files from GitHub"

Needs = Callable[[Item], tuple[Entry, ...]]


class Read(Protocol):
    """Reads an item; None leaves it to the next round."""

    def __call__(self, item: Item, fetch: Fetch) -> FileChange | None: ...


def read_files(reader: PullRequestReader, items: Sequence[Item], progress: Progress = SILENT) -> tuple[FileChange, ...]:
    """A file for each item, in order. Raises OutageError when GitHub fails, ReviewError when it refuses a blob."""
    waiting, beyond = _within_limits(items)
    files: dict[int, FileChange] = {}
    budget = _Budget(reader)
    rounds: tuple[tuple[Needs, Read], ...] = ((needed_first, read_believed), (_both_sides, read_compared))
    for needs, read in rounds:
        wanted = [entry for number in waiting for entry in needs(items[number])]
        reader.fetch(wanted, _counted(progress, 0, len(items)))
        payable = [number for number in waiting if budget.pays(needs(items[number]), items[number])]
        beyond |= dict.fromkeys(set(waiting) - set(payable), _ONE_BY_ONE)
        made = side_by_side(
            partial(read, fetch=reader.blob), [items[number] for number in payable],
            _counted(progress, len(files), len(items)),
        )  # fmt: skip
        files |= {number: file for number, file in zip(payable, made, strict=True) if file is not None}
        waiting = [number for number in payable if number not in files]
    whole = (files[n] if n in files else _unread(item, beyond.get(n)) for n, item in enumerate(items))
    return tuple(limited(whole))


def _counted(progress: Progress, ready: int, total: int) -> Callable[[int], None]:
    return lambda done: progress(_FETCHING, ready + done, total)


def _both_sides(item: Item) -> tuple[Entry, ...]:
    return item.entries


def is_left_out(file: FileChange) -> bool:
    """Whether a limit of ours, and nothing about the file itself, kept its text from being read."""
    return file.unread in (_TOO_MANY, _ONE_BY_ONE, OVER_TOTAL)


def _within_limits(items: Sequence[Item]) -> tuple[list[int], dict[int, str]]:
    """The numbers of the items whose texts are fetched; number -> reason for those beyond a limit."""
    wanted = [number for number, item in enumerate(items) if is_wanted(item)]
    beyond = dict.fromkeys(wanted[_READ:], _TOO_MANY)
    total = 0
    for number in wanted[:_READ]:
        total += sum(entry.size for entry in items[number].entries)
        if total > TOTAL_LIMIT:
            beyond[number] = OVER_TOTAL
    return [number for number in wanted if number not in beyond], beyond


def _unread(item: Item, reason: str | None) -> FileChange:
    file = read_unfetched(item)
    return replace(file, unread=reason) if reason and file.unread is None else file


class _Budget:
    """Blobs that may still be fetched one by one."""

    def __init__(self, reader: PullRequestReader) -> None:
        self._reader = reader
        self._paid: set[str] = set()

    def pays(self, needed: Iterable[Entry], item: Item) -> bool:
        """Whether what did not come with others is within the budget; then it is taken from it, with the item's other side."""
        if all(self._reader.has(entry) for entry in needed):
            return True
        missing = {entry.sha for entry in item.entries if not self._reader.has(entry)} - self._paid
        if len(self._paid) + len(missing) > _SINGLE:
            return False
        self._paid |= missing
        return True
