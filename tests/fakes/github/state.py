"""What the fake GitHub remembers: users, repositories, commits, pull requests, reviews and comments."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Literal

from fakes.github import diffs, objects
from fakes.github.diffs import FileDiff, Side
from fakes.github.objects import SUBMODULE

CommentKind = Literal["review", "issue"]
Permission = Literal["read", "write"]


class Ids:
    """Increasing numbers for everything that GitHub numbers globally."""

    def __init__(self) -> None:
        self._last = 1000

    def next(self) -> int:
        self._last += 1
        return self._last


@dataclass(frozen=True, slots=True, kw_only=True)
class User:
    """An account; `kind` is GitHub's `type` field."""

    login: str
    id: int
    kind: Literal["User", "Bot"] = "User"


@dataclass(frozen=True, slots=True, kw_only=True)
class Token:
    """A credential: whose it is and what it may do. A permission that is not listed is none at all.

    `repositories` are those that it was made for, by their full names in lower case; None stands for all. A workflow's token is for its
    own: other private ones do not exist for it, other public ones it reads as anybody may.
    """

    user: User
    permissions: Mapping[str, Permission]
    repositories: frozenset[str] | None = None

    def covers(self, repo: Repo) -> bool:
        """Whether the permissions hold there."""
        return self.repositories is None or repo.full_name.lower() in self.repositories

    def may(self, scope: str, level: Permission) -> bool:
        """Whether the token grants `level` on `scope`; write includes read."""
        return self.permissions.get(scope) in (level, "write")


@dataclass(frozen=True, slots=True, kw_only=True)
class Commit:
    """A whole tree, its message and its parents (commit shas). `modes` holds what is no ordinary file (executable, link,
    submodule; a submodule's content is the commit it names)."""

    sha: str
    message: str
    files: Mapping[str, bytes]
    parents: tuple[str, ...]
    tree_sha: str
    modes: Mapping[str, str] = field(default_factory=dict)


@dataclass(slots=True, kw_only=True)
class Comment:
    """An issue comment or a review comment; the fields from `path` on belong to review comments only.

    `line` is None once the commented line is no longer in the pull request's diff (outdated), and for file comments.
    """

    id: int
    node_id: str
    kind: CommentKind
    user: User
    body: str
    pull: int
    created: str
    updated: str
    reactions: list[tuple[int, User, str]] = field(default_factory=list)
    minimized: str | None = None
    path: str = ""
    side: Side = "RIGHT"
    line: int | None = None
    start_line: int | None = None
    start_side: Side | None = None
    original_line: int | None = None
    original_start_line: int | None = None
    commit_id: str = ""
    original_commit_id: str = ""
    position: int | None = None
    diff_hunk: str = ""
    review_id: int | None = None
    in_reply_to: int | None = None
    on_file: bool = False
    outdated: bool = False


@dataclass(slots=True, kw_only=True)
class Review:
    """A review; `state` is PENDING until it is submitted."""

    id: int
    node_id: str
    user: User
    body: str
    state: Literal["PENDING", "COMMENTED", "APPROVED", "CHANGES_REQUESTED"]
    commit_id: str
    submitted: str


@dataclass(slots=True, kw_only=True)
class Thread:
    """A review thread: the comment that opened it, and whether it is resolved and by whom."""

    node_id: str
    root: int
    resolved_by: User | None = None


@dataclass(slots=True, kw_only=True)
class PullRequest:
    """A pull request of `repo`. `fork` is the head's repository, or None when that repository was deleted."""

    repo: Repo
    number: int
    id: int
    title: str
    body: str
    author: User
    base_ref: str
    base_sha: str
    head_ref: str
    head_sha: str
    fork: Repo | None
    draft: bool = False
    state: Literal["open", "closed"] = "open"
    merged: bool = False
    locked: bool = False
    pushed: list[str] = field(default_factory=list)
    reviews: list[Review] = field(default_factory=list)
    comments: list[Comment] = field(default_factory=list)
    issue_comments: list[Comment] = field(default_factory=list)
    threads: list[Thread] = field(default_factory=list)

    def files(self, head: str | None = None) -> list[FileDiff]:
        """The three-dot difference up to `head` (default: the current one)."""
        tip = head or self.head_sha
        merge_base = self.repo.merge_base(self.base_sha, tip)
        return self.repo.diff(self.repo.commits[merge_base], self.repo.commits[tip])

    def commits(self) -> list[Commit]:
        """The commits of the pull request, oldest first."""
        return self.repo.between(self.base_sha, self.head_sha)

    def hide_patch(self, path: str, *, why: Literal["too large", "binary"] = "too large") -> None:
        """Answer as GitHub does for a file whose difference is too large, or that is binary to it: no `patch`, no line to
        comment on; in a binary file no line is counted either."""
        self.repo.hidden_patches[path] = why

    def push(self, sha: str) -> None:
        """Move the head to `sha`, and every comment with its line, or mark the comment outdated."""
        old, self.head_sha = self.head_sha, sha
        self.pushed.append(sha)
        patches = {entry.path: entry.patch for entry in self.files()}
        for comment in self.comments:
            if not comment.on_file and comment.line is not None:
                self._move(comment, self.repo.commits[old], patches)

    def _move(self, comment: Comment, old: Commit, patches: Mapping[str, str | None]) -> None:
        line = comment.line
        if line is not None and comment.side == "RIGHT":
            after = self.repo.commits[self.head_sha].files.get(comment.path, b"")
            line = diffs.moved_line(old.files.get(comment.path, b""), after, line)
        anchor = diffs.anchors(patches.get(comment.path)).get((comment.side, line or 0))
        if line is None or anchor is None:
            comment.line = comment.start_line = comment.position = None
            comment.outdated = True
            return
        shift = line - (comment.line or line)
        comment.start_line = comment.start_line + shift if comment.start_line else None
        comment.line, comment.position, comment.commit_id = line, anchor.position, self.head_sha

    def submitted_comments(self) -> list[Comment]:
        """Review comments that the list endpoint shows: those of a pending review it shows to nobody."""
        pending = {review.id for review in self.reviews if review.state == "PENDING"}
        return [comment for comment in self.comments if comment.review_id not in pending]


def _hidden(entry: FileDiff, why: str) -> FileDiff:
    return replace(entry, patch=None) if why == "too large" else replace(entry, patch=None, additions=0, deletions=0)


@dataclass(slots=True, kw_only=True)
class Repo:
    """A repository with its commits; `roles` maps logins to GitHub's role names."""

    owner: User
    name: str
    id: int
    private: bool = False
    default_branch: str = "main"
    commits: dict[str, Commit] = field(default_factory=dict)
    branches: dict[str, str] = field(default_factory=dict)
    pulls: dict[int, PullRequest] = field(default_factory=dict)
    roles: dict[str, str] = field(default_factory=dict)
    #: How the difference of two commits is found; git itself for a repository that was loaded from one.
    differ: Callable[[Commit, Commit], list[FileDiff]] | None = None
    #: Entries after which a recursive tree is cut off.
    tree_entries: int = 100_000
    trees: dict[str, objects.Objects] = field(default_factory=dict)
    #: Files of which no patch is shown, and why; see `PullRequest.hide_patch`.
    hidden_patches: dict[str, str] = field(default_factory=dict)
    blobs: dict[str, bytes] = field(default_factory=dict)
    indexed: set[str] = field(default_factory=set)
    compared: dict[tuple[str, str], list[FileDiff]] = field(default_factory=dict)

    def diff(self, old: Commit, new: Commit) -> list[FileDiff]:
        """The changed files between two commits, patches hidden where the test asked for it.

        Commits don't change, so their difference is worked out once.
        """
        if (old.sha, new.sha) not in self.compared:
            found = self.differ(old, new) if self.differ else diffs.diff_trees(old.files, new.files)
            self.compared[old.sha, new.sha] = found
        hidden = self.hidden_patches
        entries = self.compared[old.sha, new.sha]
        return [_hidden(entry, hidden[entry.path]) if entry.path in hidden else entry for entry in entries]

    def blob(self, sha: str) -> bytes | None:
        """The content of a blob of any commit; None when there is none of that name."""
        for commit in self.commits.values():
            if commit.sha not in self.indexed:
                self.indexed.add(commit.sha)
                files = ((path, data) for path, data in commit.files.items() if commit.modes.get(path) != SUBMODULE)
                self.blobs.update({diffs.blob_sha(data): data for _, data in files})
        return self.blobs.get(sha)

    def tree(self, name: str) -> tuple[str, objects.Objects] | None:
        """The sha of the tree that a tree's or commit's sha or a ref names, with all trees of its commit; None for none."""
        for commit in self.commits.values():
            if commit.sha not in self.trees:
                self.trees[commit.sha] = objects.tree_objects(commit.files, commit.modes)[1]
        found = self.resolve(name)
        if found is not None:
            return found.tree_sha, self.trees[found.sha]
        return next(((name, known) for known in self.trees.values() if name in known), None)

    @property
    def full_name(self) -> str:
        return f"{self.owner.login}/{self.name}"

    def commit(
        self,
        files: Mapping[str, str | bytes | None],
        *,
        parent: str | None = None,
        message: str = "Change",
        branch: str | None = None,
    ) -> str:
        """Commit `files` on top of `parent`'s tree (None as content deletes) and return the sha; `branch` then points at it."""
        tree = dict(self.commits[parent].files) if parent else {}
        for path, content in files.items():
            if content is None:
                del tree[path]
            else:
                tree[path] = content.encode() if isinstance(content, str) else content
        tree_sha, _ = objects.tree_objects(tree, {})
        sha = _sha("commit", tree_sha, parent or "", message, str(len(self.commits)))
        parents = (parent,) if parent else ()
        self.commits[sha] = Commit(sha=sha, message=message, files=tree, parents=parents, tree_sha=tree_sha)
        if branch:
            self.branches[branch] = sha
        return sha

    def resolve(self, ref: str) -> Commit | None:
        """The commit that a sha, its unique beginning (7 digits or more), a branch or a full ref names."""
        name = ref.removeprefix("refs/").removeprefix("heads/")
        if name in self.branches:
            return self.commits[self.branches[name]]
        if len(name) < 7:
            return None
        found = [commit for sha, commit in self.commits.items() if sha.startswith(name)]
        return found[0] if len(found) == 1 else None

    def ancestors(self, sha: str) -> Iterator[str]:
        """`sha` and everything before it, nearest first."""
        waiting = [sha]
        seen = set()
        while waiting:
            current = waiting.pop(0)
            if current not in seen:
                seen.add(current)
                yield current
                waiting += self.commits[current].parents

    def merge_base(self, base: str, head: str) -> str:
        """The nearest common ancestor; ValueError for unrelated histories."""
        behind = set(self.ancestors(base))
        for sha in self.ancestors(head):
            if sha in behind:
                return sha
        raise ValueError(f"no common history of {base} and {head}")

    def between(self, base: str, head: str) -> list[Commit]:
        """The commits that `head` has and `base` has not, oldest first."""
        known = set(self.ancestors(base))
        return [self.commits[sha] for sha in self.ancestors(head) if sha not in known][::-1]


def _sha(*parts: str) -> str:
    return hashlib.sha1("\0".join(parts).encode(), usedforsecurity=False).hexdigest()
