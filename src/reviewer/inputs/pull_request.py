"""A pull request of GitHub as a change, without a checkout."""

from __future__ import annotations

import difflib
from dataclasses import dataclass, replace

from reviewer.core.change import ChangeSet, FileChange, FileStatus
from reviewer.diff.unified import parse_patch_field
from reviewer.github.reader import ChangedFile, PullRequestReader
from reviewer.inputs.port import LocalChange
from reviewer.inputs.readers import SidedReader

_STATUS = {
    "added": FileStatus.ADDED, "removed": FileStatus.DELETED, "renamed": FileStatus.RENAMED, "copied": FileStatus.COPIED,
}  # fmt: skip
_FILES_READ = 300  # texts are fetched for the first so many files; the others keep their hunks
_NO_TEXT = "binary, over 1 MiB, or a submodule: GitHub gives no text"


@dataclass(frozen=True, slots=True, kw_only=True)
class PullRequestChange:
    """The change and what publishing needs to know of the pull request."""

    change: LocalChange
    number: int
    head_sha: str
    base_sha: str
    is_fork: bool


class Commit:
    """One commit, read through the API, each question once."""

    def __init__(self, client: PullRequestReader, ref: str) -> None:
        self._client, self._ref = client, ref
        self._paths: tuple[str, ...] | None = None

    def read(self, path: str) -> str | None:
        """The text at the commit."""
        return self._client.text(path, self._ref)

    def paths(self) -> tuple[str, ...]:
        """Every path of the commit."""
        if self._paths is None:
            self._paths = self._client.paths(self._ref)
        return self._paths


def read_pull_request(client: PullRequestReader, number: int) -> PullRequestChange:
    """Diff, both texts of each file, and a reader for the rest."""
    info = client.pull_request(number)
    listed = client.files(number)
    before, after = Commit(client, info.base_sha), Commit(client, info.head_sha)
    files = tuple(file_change(item, before, after, read=index < _FILES_READ) for index, item in enumerate(listed))
    change_set = ChangeSet(
        base=info.base_sha, head=info.head_sha, files=files, title=info.title, description=info.description
    )
    notices = () if info.is_open else (f"Pull request {number} is closed.",)
    reader = SidedReader(before=before, after=after, files=files)
    return PullRequestChange(
        change=LocalChange(change_set=change_set, reader=reader, notices=notices), number=number,
        head_sha=info.head_sha, base_sha=info.base_sha, is_fork=info.is_fork,
    )  # fmt: skip


def file_change(item: ChangedFile, before: Commit, after: Commit, *, read: bool) -> FileChange:
    """A listed file with both texts; `read` False leaves them unread."""
    status = _STATUS.get(item.status, FileStatus.MODIFIED)
    old = None if status is FileStatus.ADDED else item.previous or item.path
    new = None if status is FileStatus.DELETED else item.path
    old_text = before.read(old) if old is not None and read else None
    new_text = after.read(new) if new is not None and read else None
    patch = item.patch
    if patch is None:
        patch = _computed(old, new, old_text, new_text)
    bare = FileChange(old_path=old, new_path=new, status=status, hunks=())
    change = parse_patch_field(patch, old, new, status) if patch else bare
    missing = (old is not None and old_text is None) or (new is not None and new_text is None)
    return replace(change, before=old_text, after=new_text, unread=_NO_TEXT if missing else None)


def _computed(old: str | None, new: str | None, before: str | None, after: str | None) -> str:
    """The difference of the two texts, for files whose patch GitHub leaves out; "" when one is not known or nothing differs."""
    if (old is not None and before is None) or (new is not None and after is None):
        return ""
    lines = difflib.unified_diff((before or "").splitlines(), (after or "").splitlines(), lineterm="", n=3)
    return "\n".join(list(lines)[2:])
