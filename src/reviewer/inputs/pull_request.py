"""A pull request of GitHub as a change, without a checkout. The head is fixed when the reading begins."""

from __future__ import annotations

from dataclasses import dataclass

from reviewer.core.change import ChangeSet
from reviewer.core.progress import SILENT, Progress
from reviewer.github.reader import PullRequestInfo, PullRequestReader
from reviewer.inputs.api_change import read_change
from reviewer.inputs.port import LocalChange


@dataclass(frozen=True, slots=True, kw_only=True)
class PullRequestChange:
    """The change and what publishing needs to know of the pull request. `base_sha` is the merge base."""

    change: LocalChange
    number: int
    head_sha: str
    base_sha: str
    is_fork: bool
    info: PullRequestInfo


def read_pull_request(reader: PullRequestReader, number: int, progress: Progress = SILENT) -> PullRequestChange:
    """Diff, both texts of each file, and a reader for the rest."""
    progress("Reading the pull request")
    info = reader.pull_request(number)
    compared = reader.compare(info.base_tip, info.head_sha)
    read = read_change(
        reader, info.base_sha, info.head_sha, compared.files, more=lambda: reader.files(number), progress=progress
    )
    change_set = ChangeSet(
        base=info.base_sha, head=info.head_sha, files=read.files, title=info.title, description=info.description
    )
    notices = (*_state(info), *read.notices, *(() if read.files else (f"Pull request {number} changes nothing.",)))
    return PullRequestChange(
        change=LocalChange(change_set=change_set, reader=read.reader, notices=notices), number=number,
        head_sha=info.head_sha, base_sha=info.base_sha, is_fork=info.is_fork, info=info,
    )  # fmt: skip


def _state(info: PullRequestInfo) -> tuple[str, ...]:
    if info.is_merged:
        return (f"Pull request {info.number} is merged.",)
    return () if info.is_open else (f"Pull request {info.number} is closed.",)


def head_moved(reader: PullRequestReader, change: PullRequestChange) -> str | None:
    """The pull request's head now, asked afresh, when it is no longer the one that was read; else None."""
    head = reader.head_sha(change.number)
    return head if head != change.head_sha else None
