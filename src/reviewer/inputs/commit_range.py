"""A range of commits on GitHub as a change, without a checkout and without a pull request."""

from __future__ import annotations

from dataclasses import dataclass

from reviewer.core.change import ChangeSet
from reviewer.core.problem import ReviewError
from reviewer.github.asks import commit_sha, compare
from reviewer.github.reader import PullRequestReader
from reviewer.inputs.api_change import read_change
from reviewer.inputs.port import LocalChange


@dataclass(frozen=True, slots=True, kw_only=True)
class RangeChange:
    """The change, and the commit that the base names: configuration is read there."""

    change: LocalChange
    tip_sha: str


def read_commit_range(client: PullRequestReader, base: str, head: str) -> RangeChange:
    """What `head` adds since it left `base` (three dots). ReviewError for a ref that is not there."""
    tip, last = commit_sha(client.session, base), commit_sha(client.session, head)
    compared = compare(client.session, tip, last)
    if compared is None:
        raise ReviewError(
            f"base-ref {base!r} and head-ref {head!r} have no common history, so there is nothing to compare."
        )
    read = read_change(client, compared.merge_base, last, compared.files)
    change_set = ChangeSet(base=compared.merge_base, head=last, files=read.files)
    change = LocalChange(change_set=change_set, reader=read.reader, notices=read.notices)
    return RangeChange(change=change, tip_sha=tip)
