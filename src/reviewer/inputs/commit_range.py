"""A range of commits on GitHub as a change, without a checkout and without a pull request."""

from __future__ import annotations

from dataclasses import dataclass

from reviewer.core.change import ChangeSet
from reviewer.core.problem import ReviewError
from reviewer.github.asks import commit_sha, compare
from reviewer.github.reader import PullRequestReader
from reviewer.inputs.port import LocalChange
from reviewer.inputs.pull_request import Commit, file_change
from reviewer.inputs.readers import SidedReader


@dataclass(frozen=True, slots=True, kw_only=True)
class RangeChange:
    """The change, and the commit that the base names: configuration is read there."""

    change: LocalChange
    tip_sha: str


def read_commit_range(client: PullRequestReader, base: str, head: str) -> RangeChange:
    """What `head` adds since it left `base` (three dots). ReviewError for a ref that is not there, or a range that is too long."""
    tip, last = commit_sha(client.session, base), commit_sha(client.session, head)
    compared = compare(client.session, tip, last)
    if compared is None:
        raise ReviewError(
            f"base-ref {base!r} and head-ref {head!r} have no common history, so there is nothing to compare."
        )
    if compared.paths is None:
        raise ReviewError(
            f"From {base!r} to {head!r} 300 files or more changed, and GitHub does not list more: review a shorter range, or run "
            "`stream-review review --base --head` in a checkout."
        )
    before, after = Commit(client, compared.merge_base), Commit(client, last)
    files = tuple(file_change(item, before, after, read=True) for item in compared.files)
    change_set = ChangeSet(base=compared.merge_base, head=last, files=files)
    reader = SidedReader(before=before, after=after, files=files)
    return RangeChange(change=LocalChange(change_set=change_set, reader=reader), tip_sha=tip)
