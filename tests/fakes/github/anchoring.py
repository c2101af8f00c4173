"""Review comments as they are asked for, accepted or refused by where they stand in the diff."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from fakes.github import diffs, reads, refusals
from fakes.github.diffs import Anchor, FileDiff, Side
from fakes.github.refusals import Refusal
from fakes.github.state import Comment, PullRequest, Thread, User
from fakes.github.world import World

BODY_CHARACTERS = 65_536


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """How an endpoint phrases its refusals; the review endpoint and the comment endpoint differ."""

    path: Callable[[], Refusal]
    line: Callable[[], Refusal]
    no_lines: Callable[[], Refusal]
    too_large: Callable[[], Refusal]
    start: Callable[[], Refusal]
    order: Callable[[], Refusal]
    side: Callable[[], Refusal]
    body: Callable[[str], Refusal]
    commit: Callable[[], Refusal]


def _field(name: str, words: str) -> Callable[[], Refusal]:
    return lambda: refusals.invalid("PullRequestReviewComment", f"pull_request_review_thread.{name}", words)


def _without_hunk(name: str, words: str) -> Callable[[], Refusal]:
    return lambda: refusals.without_hunk("PullRequestReviewComment", f"pull_request_review_thread.{name}", words)


REVIEW_WORDS = Words(
    path=lambda: refusals.unprocessable("Path could not be resolved"),
    line=lambda: refusals.unprocessable("Line could not be resolved"),
    no_lines=lambda: refusals.unprocessable(
        "Pull request review thread line must be part of the diff and Pull request review thread diff hunk can't be blank"
    ),
    too_large=lambda: refusals.unprocessable(
        "Pull request review thread path diff too large and Pull request review thread diff hunk can't be blank"
    ),
    start=lambda: refusals.unprocessable("Start line could not be resolved"),
    order=lambda: refusals.unprocessable("Pull request review thread start line must precede the end line."),
    side=lambda: refusals.unprocessable("Pull request review thread side is invalid"),
    body=refusals.unprocessable,
    commit=lambda: refusals.unprocessable("Commit is not part of the pull request"),
)
COMMENT_WORDS = Words(
    path=_field("path", "pull_request_review_thread.path is invalid"),
    line=_field("line", "pull_request_review_thread.line must be part of the diff"),
    no_lines=_without_hunk("line", "pull_request_review_thread.line must be part of the diff"),
    too_large=_without_hunk("path", "pull_request_review_thread.path diff too large"),
    start=_field("start_line", "pull_request_review_thread.start_line must be part of the same hunk as the line."),
    order=_field("start_line", "pull_request_review_thread.start_line must precede the end line."),
    side=_field("side", "pull_request_review_thread.side is invalid"),
    body=lambda words: refusals.invalid("PullRequestReviewComment", "body", words),
    commit=lambda: refusals.invalid(
        "PullRequestReviewComment", "commit_id", "commit_id is not part of the pull request"
    ),
)


def check_body(body: object, words: Words = COMMENT_WORDS) -> str:
    """`body` if GitHub takes it as the text of a comment."""
    if not isinstance(body, str) or not body.strip():
        raise words.body("Body can't be blank")
    if len(body) > BODY_CHARACTERS:
        raise words.body(f"Body is too long (maximum is {BODY_CHARACTERS} characters)")
    return body


def check_commit(pull: PullRequest, sha: str, words: Words) -> str:
    """`sha` if it is a commit of the pull request, also one that a later push has taken away."""
    if sha not in {commit.sha for commit in pull.commits()} | set(pull.pushed):
        raise words.commit()
    return sha


def new_comment(
    world: World, pull: PullRequest, user: User, item: Mapping[str, Any], commit_id: str, words: Words
) -> Comment:
    """A comment ready to be stored, or the refusal the endpoint would give.

    Beyond what GitHub lists no path is known. What is refused for a line of a difference that is too large is refused for
    the file as well: whether the real one does is not documented, so nobody may depend on it.
    """
    body = check_body(item.get("body"), words)
    listed = pull.files(commit_id)[: reads.FILES_LISTED]
    file = {entry.path: entry for entry in listed}.get(item["path"])
    if file is None:
        raise words.path()
    if file.is_too_large:
        raise words.too_large()
    number, now = world.ids.next(), world.now()
    comment = Comment(
        id=number,
        node_id=f"PRRC_{number}",
        kind="review",
        user=user,
        body=body,
        pull=pull.number,
        created=now,
        updated=now,
        path=file.path,
        commit_id=commit_id,
        original_commit_id=commit_id,
    )
    if item.get("subject_type") == "file":
        comment.on_file = True
        comment.diff_hunk = file.patch or ""
    else:
        _place(comment, file, item, words)
    return comment


def _place(comment: Comment, file: FileDiff, item: Mapping[str, Any], words: Words) -> None:
    if file.patch is None:
        raise words.no_lines()
    known = diffs.anchors(file.patch)
    side: Side
    line: int | None
    if "position" in item and "line" not in item:
        side, line = _by_position(known, item["position"], words)
    else:
        side, line = item.get("side", "RIGHT"), item.get("line")
    if side not in ("LEFT", "RIGHT"):
        raise words.side()
    anchor = known.get((side, line or 0))
    if line is None or anchor is None:
        raise words.line()
    start = item.get("start_line")
    if start is not None:
        start_side = item.get("start_side", side)
        _check_start(known, anchor, (start_side, start), (side, line), words)
        comment.start_line = comment.original_start_line = start
        comment.start_side = start_side
    comment.side, comment.line, comment.original_line = side, line, line
    comment.position, comment.diff_hunk = anchor.position, anchor.diff_hunk


def _by_position(known: Mapping[tuple[Side, int], Anchor], position: int, words: Words) -> tuple[Side, int]:
    for (side, line), anchor in known.items():
        if anchor.position == position:
            return side, line
    raise words.line()


def _check_start(
    known: Mapping[tuple[Side, int], Anchor],
    end: Anchor,
    start_at: tuple[Side, int],
    end_at: tuple[Side, int],
    words: Words,
) -> None:
    start = known.get(start_at)
    if start is None or start.hunk != end.hunk:
        raise words.start()
    if start.position >= end.position or (start_at[0] == end_at[0] and start_at[1] >= end_at[1]):
        raise words.order()


def store(pull: PullRequest, comment: Comment) -> None:
    """Add an accepted comment; one that answers no other opens a thread."""
    pull.comments.append(comment)
    if comment.in_reply_to is None:
        pull.threads.append(Thread(node_id=f"PRRT_{comment.id}", root=comment.id))
