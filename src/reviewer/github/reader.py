"""Reading a pull request: who it is, what it changes, and the files of a commit. Lists are always read to their end."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from reviewer.github.archive import archived
from reviewer.github.blobs import Blobs
from reviewer.github.session import Session
from reviewer.github.trees import Entry, Tree, Trees, is_tree

#: Texts over this many bytes are not read.
TEXT_LIMIT = 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class PullRequestInfo:
    """What a review needs of a pull request. `base_sha` is the merge base: what GitHub's diff is made against; `base_tip` is
    the commit that the base branch is at."""

    number: int
    title: str
    description: str
    head_sha: str
    base_sha: str
    base_tip: str
    is_fork: bool
    is_open: bool
    is_draft: bool = False
    is_merged: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangedFile:
    """A file as the API lists it; `patch` is None for binary and large files, pure renames and empty files.

    `sha` is the blob's, after the change (before it, for a removed file); `changes` counts lines and is 0 for binary files.
    """

    path: str
    previous: str | None
    status: str
    patch: str | None
    sha: str = ""
    changes: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """Two commits by their merge base. `files` are the first 300 at most."""

    merge_base: str
    files: tuple[ChangedFile, ...]


class PullRequestReader:
    """The reads of one repository. Raises ReviewError that says what to do, OutageError when GitHub itself failed.

    `folders` is how many folders may be asked for one by one where GitHub cuts a tree off, None the usual.
    """

    def __init__(self, session: Session, *, folders: int | None = None) -> None:
        self.session = session
        self._trees = Trees(self._tree, folders)
        self._blobs = Blobs(session)
        self._compared: dict[tuple[str, str], Compared] = {}

    def pull_request(self, number: int) -> PullRequestInfo:
        """The pull request with its merge base."""
        pull = self._pull(number)
        base, head = pull["base"], pull["head"]
        # A renamed repository answers by redirects, on which PyGithub loses what stands behind the question mark.
        self.session.repository = base["repo"]["full_name"]
        return PullRequestInfo(
            number=number, title=pull.get("title") or "", description=pull.get("body") or "", head_sha=head["sha"],
            base_sha=self.compare(base["sha"], head["sha"]).merge_base, base_tip=base["sha"], is_fork=_is_fork(pull),
            is_open=pull.get("state") == "open", is_draft=bool(pull.get("draft")), is_merged=bool(pull.get("merged")),
        )  # fmt: skip

    def head_sha(self, number: int) -> str:
        """The pull request's head at this moment."""
        return str(self._pull(number)["head"]["sha"])

    def compare(self, base: str, head: str) -> Compared:
        """The merge base of two commits, by sha, and the first changed files."""
        if (base, head) not in self._compared:
            _, data = self.session.get(
                f"/compare/{base}...{head}", f"the comparison of {base[:12]} and {head[:12]}",
                fits=_is_comparison, parameters={"per_page": 1, "page": 1},
            )  # fmt: skip
            self._compared[base, head] = Compared(
                merge_base=data["merge_base_commit"]["sha"], files=tuple(_file(item) for item in data["files"])
            )
        return self._compared[base, head]

    def files(self, number: int) -> tuple[ChangedFile, ...]:
        """The changed files of the pull request as it is now (GitHub lists at most 3,000)."""
        pages = self.session.pages(f"/pulls/{number}/files", f"the files of pull request {number}", key="filename")
        return tuple(_file(item) for item in pages)

    def tree(self, sha: str) -> Tree:
        """Every file of a commit."""
        return self._trees.read(sha)

    def blob(self, sha: str) -> bytes:
        """The bytes of a blob, checked against its sha: what arrived is what was committed."""
        return self._blobs.read(sha)

    def has(self, entry: Entry) -> bool:
        """Whether reading its blob asks nothing."""
        return entry.size == 0 or self._blobs.knows(entry.sha)

    def fetch(self, entries: Iterable[Entry], watch: Callable[[int], object] = lambda _done: None) -> None:
        """Read these files together, in few requests; what did not come so is read one by one when it is asked for.

        `watch` is told how many are there.
        """
        texts = (entry for entry in entries if not entry.is_submodule and 0 < entry.size <= TEXT_LIMIT)
        self._blobs.fetch({entry.sha: entry.size for entry in texts}, watch)

    def is_no_text(self, entry: Entry) -> bool:
        """Whether GitHub has said, at a `fetch`, that the file is binary."""
        return self._blobs.is_no_text(entry.sha)

    def fetch_archive(self, sha: str, entries: Iterable[Entry]) -> None:
        """Read these files of a commit in one download; what does not come so is read otherwise when it is asked for.

        Raises ReviewError when there is no archive that can be used, OutageError when GitHub fails; what came until then is known.
        """
        self._blobs.learn(archived(self.session, sha, {entry.sha for entry in entries}))

    def text(self, path: str, ref: str) -> str | None:
        """The text of a file at a commit; None when it is not there, no text, or over 1 MiB. A symlink's text is its target."""
        entry = self.tree(ref).get(path)
        if entry is None or entry.is_submodule or entry.size > TEXT_LIMIT:
            return None
        data = self.blob(entry.sha)
        return None if b"\0" in data[:8000] else data.decode("utf-8", "replace")

    def paths(self, ref: str) -> tuple[str, ...]:
        """Every file of a commit's tree, sorted."""
        return tuple(sorted(path for path, entry in self.tree(ref).items() if not entry.is_submodule))

    def _pull(self, number: int) -> Mapping[str, Any]:
        what = f"pull request {number} of {self.session.repository}"
        return dict(self.session.get(f"/pulls/{number}", what, fits=_is_pull)[1])

    def _tree(self, sha: str, whole: bool) -> Mapping[str, Any]:
        parameters = {"recursive": "1"} if whole else None
        what = f"the tree of {sha[:12]}"
        return dict(self.session.get(f"/git/trees/{sha}", what, fits=is_tree, parameters=parameters)[1])


def _file(item: Mapping[str, Any]) -> ChangedFile:
    return ChangedFile(
        path=item["filename"], previous=item.get("previous_filename") or None, status=str(item.get("status", "")),
        patch=item.get("patch") or None, sha=str(item.get("sha") or ""), changes=int(item.get("changes") or 0),
    )  # fmt: skip


def _is_pull(data: Any) -> bool:
    ends = [data.get("base"), data.get("head")] if isinstance(data, dict) else []
    return len(ends) == 2 and all(isinstance(end, dict) and "sha" in end and "repo" in end for end in ends)


def _is_comparison(data: Any) -> bool:
    return (
        isinstance(data, dict)
        and isinstance(data.get("files"), list)
        and isinstance(data.get("merge_base_commit"), dict)
        and all(isinstance(item, dict) and "filename" in item for item in data["files"])
    )


def _is_fork(pull: Mapping[str, Any]) -> bool:
    """`head.repo` is null once a fork is deleted; its `fork` flag says nothing about this pull request."""
    head = pull["head"]["repo"]
    return head is None or head.get("id") != pull["base"]["repo"].get("id")
