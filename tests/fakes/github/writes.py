"""The operations that change something."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

from fakes.github import refusals
from fakes.github.anchoring import (
    BODY_CHARACTERS,
    COMMENT_WORDS,
    REVIEW_WORDS,
    check_body,
    check_commit,
    new_comment,
    store,
)
from fakes.github.names import REACTIONS
from fakes.github.state import Comment, PullRequest, Review, User
from fakes.github.world import Routes, Visit
from fakes.loopback import Reply, json_reply

WRITES = Routes()
ReviewState = Literal["PENDING", "COMMENTED", "APPROVED", "CHANGES_REQUESTED"]
STATES: Mapping[str | None, ReviewState] = {
    None: "PENDING",
    "COMMENT": "COMMENTED",
    "APPROVE": "APPROVED",
    "REQUEST_CHANGES": "CHANGES_REQUESTED",
}


@WRITES.add("POST", "/pulls/<int:number>/reviews", "pull_requests")
def create_review(visit: Visit) -> Reply:
    pull, user, asked = visit.pull, visit.token.user, visit.json
    _check_unlocked(pull)
    commit_id = check_commit(pull, asked.get("commit_id") or pull.head_sha, REVIEW_WORDS)
    event = asked.get("event")
    _check_event(pull, user, event, asked.get("body"))
    if any(review.state == "PENDING" and review.user == user for review in pull.reviews):
        raise refusals.unprocessable("User can only have one pending review per pull request")
    # All comments are made before one is stored: a review is accepted whole or not at all.
    items = asked.get("comments", [])
    comments = [new_comment(visit.world, pull, user, item, commit_id, REVIEW_WORDS) for item in items]
    number = visit.world.ids.next()
    review = Review(
        id=number,
        node_id=f"PRR_{number}",
        user=user,
        body=asked.get("body") or "",
        state=STATES[event],
        commit_id=commit_id,
        submitted=visit.world.now(),
    )
    pull.reviews.append(review)
    for comment in comments:
        comment.review_id = review.id
        store(pull, comment)
    return json_reply(visit.render.review(pull, review))


def _check_unlocked(pull: PullRequest) -> None:
    if pull.locked:
        raise refusals.Refusal(403, "Unable to create comment because issue is locked.")


def _check_event(pull: PullRequest, user: User, event: str | None, body: str | None) -> None:
    if len(body or "") > BODY_CHARACTERS:
        raise refusals.unprocessable(f"Body is too long (maximum is {BODY_CHARACTERS} characters)")
    if event in ("COMMENT", "REQUEST_CHANGES") and not (body or "").strip():
        raise refusals.unprocessable("Review body can't be blank")
    if event in ("APPROVE", "REQUEST_CHANGES") and user == pull.author:
        done = "approve" if event == "APPROVE" else "request changes on"
        raise refusals.unprocessable(f"Can not {done} your own pull request")
    if event == "APPROVE" and user.login == "github-actions[bot]":
        raise refusals.unprocessable("GitHub Actions is not permitted to approve pull requests.")


def _review(visit: Visit) -> Review:
    for review in visit.pull.reviews:
        if review.id == visit.args["review"]:
            return review
    raise refusals.not_found()


@WRITES.add("GET", "/pulls/<int:number>/reviews/<int:review>", "pull_requests")
def get_review(visit: Visit) -> Reply:
    return json_reply(visit.render.review(visit.pull, _review(visit)))


@WRITES.add("GET", "/pulls/<int:number>/reviews/<int:review>/comments", "pull_requests")
def get_review_comments(visit: Visit) -> Reply:
    review = _review(visit)
    return visit.page([visit.render.comment(visit.pull, c) for c in visit.pull.comments if c.review_id == review.id])


@WRITES.add("PUT", "/pulls/<int:number>/reviews/<int:review>", "pull_requests")
def update_review(visit: Visit) -> Reply:
    review = _review(visit)
    _check_owner(review.user, visit)
    review.body = check_body(visit.json["body"], REVIEW_WORDS)
    return json_reply(visit.render.review(visit.pull, review))


@WRITES.add("DELETE", "/pulls/<int:number>/reviews/<int:review>", "pull_requests")
def delete_review(visit: Visit) -> Reply:
    pull, review = visit.pull, _review(visit)
    if review.state != "PENDING":
        raise refusals.unprocessable("Can not delete a non-pending pull request review")
    pull.reviews.remove(review)
    gone = {comment.id for comment in pull.comments if comment.review_id == review.id}
    pull.comments = [comment for comment in pull.comments if comment.id not in gone]
    pull.threads = [thread for thread in pull.threads if thread.root not in gone]
    return json_reply(visit.render.review(pull, review))


@WRITES.add("POST", "/pulls/<int:number>/reviews/<int:review>/events", "pull_requests")
def submit_review(visit: Visit) -> Reply:
    review, asked = _review(visit), visit.json
    if review.state != "PENDING":
        raise refusals.unprocessable("Can not submit a review that is not pending")
    body = asked.get("body") or review.body
    _check_event(visit.pull, review.user, asked["event"], body)
    review.state, review.body = STATES[asked["event"]], body
    return json_reply(visit.render.review(visit.pull, review))


def _check_owner(user: User, visit: Visit) -> None:
    """An integration edits what it wrote; people with write access could edit more, which no caller of ours does."""
    if user != visit.token.user:
        raise refusals.not_accessible()


@WRITES.add("POST", "/pulls/<int:number>/comments", "pull_requests")
def create_review_comment(visit: Visit) -> Reply:
    pull, asked = visit.pull, visit.json
    _check_unlocked(pull)
    if "in_reply_to" in asked:
        return _reply(visit, asked["in_reply_to"], asked)
    commit_id = check_commit(pull, asked["commit_id"], COMMENT_WORDS)
    comment = new_comment(visit.world, pull, visit.token.user, asked, commit_id, COMMENT_WORDS)
    return _as_own_review(visit, pull, comment)


@WRITES.add("POST", "/pulls/<int:number>/comments/<int:comment>/replies", "pull_requests")
def reply(visit: Visit) -> Reply:
    _check_unlocked(visit.pull)
    return _reply(visit, visit.args["comment"], visit.json)


def _reply(visit: Visit, root_id: int, asked: Mapping[str, Any]) -> Reply:
    pull = visit.pull
    root = next((comment for comment in pull.comments if comment.id == root_id), None)
    if root is None:
        raise refusals.not_found()
    if root.in_reply_to is not None:
        raise refusals.invalid("PullRequestReviewComment", "in_reply_to", "can't reply to a reply")
    number, now = visit.world.ids.next(), visit.world.now()
    comment = Comment(
        id=number,
        node_id=f"PRRC_{number}",
        kind="review",
        user=visit.token.user,
        body=check_body(asked.get("body")),
        pull=pull.number,
        created=now,
        updated=now,
        path=root.path,
        side=root.side,
        line=root.line,
        original_line=root.original_line,
        commit_id=root.commit_id,
        original_commit_id=root.original_commit_id,
        position=root.position,
        diff_hunk=root.diff_hunk,
        in_reply_to=root.id,
        on_file=root.on_file,
    )
    return _as_own_review(visit, pull, comment)


def _as_own_review(visit: Visit, pull: PullRequest, comment: Comment) -> Reply:
    """A single comment is a review of its own with an empty body, and listed as one."""
    number = visit.world.ids.next()
    review = Review(
        id=number,
        node_id=f"PRR_{number}",
        user=comment.user,
        body="",
        state="COMMENTED",
        commit_id=comment.commit_id,
        submitted=comment.created,
    )
    pull.reviews.append(review)
    comment.review_id = review.id
    store(pull, comment)
    return json_reply(visit.render.comment(pull, comment), 201)


@WRITES.add("POST", "/issues/<int:number>/comments", "issues", "pull_requests")
def create_issue_comment(visit: Visit) -> Reply:
    pull = visit.pull
    _check_unlocked(pull)
    number, now = visit.world.ids.next(), visit.world.now()
    comment = Comment(
        id=number,
        node_id=f"IC_{number}",
        kind="issue",
        user=visit.token.user,
        body=check_body(visit.json["body"]),
        pull=pull.number,
        created=now,
        updated=now,
    )
    pull.issue_comments.append(comment)
    return json_reply(visit.render.comment(pull, comment), 201)


def _edit(visit: Visit, kind: Literal["review", "issue"]) -> Reply:
    pull, comment = visit.comment(kind)
    _check_owner(comment.user, visit)
    comment.body, comment.updated = check_body(visit.json["body"]), visit.world.now()
    return json_reply(visit.render.comment(pull, comment))


@WRITES.add("PATCH", "/issues/comments/<int:comment>", "issues", "pull_requests")
def edit_issue_comment(visit: Visit) -> Reply:
    return _edit(visit, "issue")


@WRITES.add("PATCH", "/pulls/comments/<int:comment>", "pull_requests")
def edit_review_comment(visit: Visit) -> Reply:
    return _edit(visit, "review")


@WRITES.add("DELETE", "/issues/comments/<int:comment>", "issues", "pull_requests")
def delete_issue_comment(visit: Visit) -> Reply:
    pull, comment = visit.comment("issue")
    _check_owner(comment.user, visit)
    pull.issue_comments.remove(comment)
    return Reply(status=204)


@WRITES.add("DELETE", "/pulls/comments/<int:comment>", "pull_requests")
def delete_review_comment(visit: Visit) -> Reply:
    pull, comment = visit.comment("review")
    _check_owner(comment.user, visit)
    pull.comments.remove(comment)
    pull.threads = [thread for thread in pull.threads if thread.root != comment.id]
    return Reply(status=204)


def _react(visit: Visit, kind: Literal["review", "issue"]) -> Reply:
    _, comment = visit.comment(kind)
    content = visit.json.get("content")
    if content not in REACTIONS:
        raise refusals.invalid("Reaction", "content", "content is not a reaction", "invalid")
    for reaction in comment.reactions:
        if reaction[1:] == (visit.token.user, content):
            return json_reply(visit.render.reaction(reaction))
    made = (visit.world.ids.next(), visit.token.user, content)
    comment.reactions.append(made)
    return json_reply(visit.render.reaction(made), 201)


@WRITES.add("POST", "/issues/comments/<int:comment>/reactions", "issues", "pull_requests")
def react_to_issue_comment(visit: Visit) -> Reply:
    return _react(visit, "issue")


@WRITES.add("POST", "/pulls/comments/<int:comment>/reactions", "pull_requests")
def react_to_review_comment(visit: Visit) -> Reply:
    return _react(visit, "review")
