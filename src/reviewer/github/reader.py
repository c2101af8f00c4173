"""Reading a pull request: who it is, what it changes, and the files of a commit. Lists are always read to their end."""

from __future__ import annotations

import base64
from dataclasses import dataclass

from github import GithubException
from github.PullRequest import PullRequest

from reviewer.github.session import CONTENTS_CAP, Session, explained


@dataclass(frozen=True, slots=True, kw_only=True)
class PullRequestInfo:
    """What a review needs of a pull request. `base_sha` is the merge base: what GitHub's diff is made against."""

    number: int
    title: str
    description: str
    head_sha: str
    base_sha: str
    is_fork: bool
    is_open: bool
    is_draft: bool = False
    is_merged: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangedFile:
    """A file as the API lists it; `patch` is None for binary and large files."""

    path: str
    previous: str | None
    status: str
    patch: str | None


class PullRequestReader:
    """The reads of one repository. Raises ReviewError that says what to do, OutageError when GitHub itself failed."""

    def __init__(self, session: Session) -> None:
        self.session = session

    def pull_request(self, number: int) -> PullRequestInfo:
        """The pull request with its merge base."""
        with explained(f"pull request {number} of {self.session.repository}"):
            pull = self.pull(number)
            compared = self.session.repo.compare(pull.base.sha, pull.head.sha)
            return PullRequestInfo(
                number=number, title=pull.title or "", description=pull.body or "", head_sha=pull.head.sha,
                base_sha=compared.merge_base_commit.sha, is_fork=_is_fork(pull), is_open=pull.state == "open",
                is_draft=bool(pull.draft), is_merged=bool(pull.merged),
            )  # fmt: skip

    def head_sha(self, number: int) -> str:
        """The pull request's head at this moment."""
        with explained(f"pull request {number} of {self.session.repository}"):
            return self.pull(number).head.sha

    def files(self, number: int) -> tuple[ChangedFile, ...]:
        """Every changed file (GitHub lists at most 3,000)."""
        with explained(f"the files of pull request {number}"):
            return tuple(
                ChangedFile(
                    path=f.filename, previous=f.previous_filename or None, status=f.status, patch=f.patch or None
                )
                for f in self.pull(number).get_files()
            )

    def text(self, path: str, ref: str) -> str | None:
        """The text of a file at a commit; None when it is not there, no text, or over 1 MiB."""
        with explained(f"{path} at {ref[:12]}"):
            try:
                found = self.session.repo.get_contents(path, ref=ref)
            except GithubException as error:
                if error.status in (404, 403) and _is_absent(error):
                    return None
                raise
            if (
                isinstance(found, list)
                or found.type != "file"
                or found.encoding != "base64"
                or found.size > CONTENTS_CAP
            ):
                return None
            data = base64.b64decode(found.content)
        return None if b"\0" in data[:8000] else data.decode("utf-8", "replace")

    def paths(self, ref: str) -> tuple[str, ...]:
        """Every file of a commit's tree, as far as GitHub lists it."""
        with explained(f"the tree of {ref[:12]}"):
            tree = self.session.repo.get_git_tree(ref, recursive=True).tree
            return tuple(sorted(item.path for item in tree if item.type == "blob"))

    def pull(self, number: int) -> PullRequest:
        """PyGithub's own object, read afresh."""
        return self.session.repo.get_pull(number)


def _is_fork(pull: PullRequest) -> bool:
    """`head.repo` is null once a fork is deleted; its `fork` flag says nothing about this pull request."""
    head = pull.head.repo
    return head is None or head.id != pull.base.repo.id


def _is_absent(error: GithubException) -> bool:
    """404, or 403 `too_large`: the contents API has no text of more than 100 MB."""
    return error.status == 404 or "too_large" in str(error.data)
