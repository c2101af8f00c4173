"""Small questions of the action: who may command, where the base stands, what changed between two heads; and reactions."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from reviewer.core.problem import OutageError, ReviewError
from reviewer.github.reader import ChangedFile
from reviewer.github.session import Session, explained, refused_status

_LISTED = 300  # GitHub lists at most so many files of a comparison, in silence
_LOGIN = re.compile(r"[A-Za-z0-9_-]{1,100}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """How `head` stands to `base`. `paths` are old and new names of what changed, None when GitHub's list may be cut."""

    is_ahead: bool
    merge_base: str
    paths: frozenset[str] | None
    files: tuple[ChangedFile, ...]


def permission(session: Session, login: str) -> str:
    """`admin`, `write`, `read` or `none`: what GitHub lets an account do here. A stranger is `none`."""
    if not _LOGIN.fullmatch(login):
        return "none"
    try:
        told = _get(session, f"/collaborators/{login}/permission", f"the permission of {login}")
    except ReviewError as error:
        if refused_status(error) == 404:
            return "none"
        raise
    level = told.get("permission")
    return level if isinstance(level, str) else "none"


def base_tip(session: Session, number: int) -> str:
    """The commit at the tip of the base branch, as GitHub knows it of the pull request: configuration is read there."""
    base = _get(session, f"/pulls/{number}", f"pull request {number} of {session.repository}").get("base")
    sha = base.get("sha") if isinstance(base, dict) else None
    if not isinstance(sha, str):
        raise OutageError(f"GitHub does not say where the base of pull request {number} stands.")
    return sha


def compare(session: Session, base: str, head: str) -> Comparison | None:
    """What `head` adds to `base`; None when one of them is unknown or they have no common history."""
    address = f"/compare/{quote(base, safe='')}...{quote(head, safe='')}?per_page=1"
    try:
        told = _get(session, address, f"the difference of {base[:60]} and {head[:60]}")
    except ReviewError as error:
        if refused_status(error) == 404:
            return None
        raise
    listed = [item for item in told.get("files") or [] if isinstance(item, dict)]
    files = tuple(_file(item) for item in listed)
    names = frozenset(name for file in files for name in (file.path, file.previous) if name)
    return Comparison(
        is_ahead=told.get("status") in ("ahead", "identical"), merge_base=_sha(told, "merge_base_commit"),
        paths=names if len(listed) < _LISTED else None, files=files,
    )  # fmt: skip


def commit_sha(session: Session, ref: str) -> str:
    """The commit that a branch, tag or sha names. ReviewError when there is none."""
    try:
        told = _get(session, f"/commits/{quote(ref, safe='')}", f"the commit {ref[:60]}")
    except ReviewError as error:
        if refused_status(error) in (404, 422):
            raise ReviewError(f"There is no commit, branch or tag {ref[:100]!r} in {session.repository}.") from error
        raise
    sha = told.get("sha")
    if not isinstance(sha, str):
        raise OutageError(f"GitHub does not say which commit {ref[:100]!r} is.")
    return sha


def default_head(session: Session) -> str:
    """The commit at the head of the default branch. A repository that was renamed is called by its new name from here on."""
    told = _get(session, "", f"the repository {session.repository}")
    name, branch = told.get("full_name"), told.get("default_branch")
    if not isinstance(name, str) or not isinstance(branch, str):
        raise OutageError(f"GitHub does not say what the default branch of {session.repository} is.")
    session.repository = name  # behind a redirect PyGithub loses what stands behind the question mark
    return commit_sha(session, branch)


def react(session: Session, comment: int, content: str) -> None:
    """A reaction on a comment below a pull request; setting it twice is as good as once."""
    with explained("a reaction", write=True):
        session.requester.requestJsonAndCheck(
            "POST", f"/repos/{session.repository}/issues/comments/{comment}/reactions", input={"content": content}
        )


def _file(item: Mapping[str, Any]) -> ChangedFile:
    return ChangedFile(
        path=str(item.get("filename", "")), previous=item.get("previous_filename") or None, status=str(item.get("status", "")),
        patch=item.get("patch") or None, sha=str(item.get("sha") or ""), changes=int(item.get("changes") or 0),
    )  # fmt: skip


def _sha(told: Mapping[str, Any], name: str) -> str:
    commit = told.get(name)
    sha = commit.get("sha") if isinstance(commit, dict) else None
    if not isinstance(sha, str):
        raise OutageError("GitHub's answer to a comparison is no comparison.")
    return sha


def _get(session: Session, path: str, what: str) -> Mapping[str, Any]:
    return dict(session.get(path, what, fits=lambda data: isinstance(data, dict) and len(data) > 2)[1])
