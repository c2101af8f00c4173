"""What of ours stands on the pull request: our comments with what people did to them, and our summary."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from reviewer.github.comments import Account, Comment, Conversation, Review
from reviewer.publish.github_review.markers import FindingMark, State, SummaryMark, marks_in


@dataclass(frozen=True, slots=True, kw_only=True)
class Ours:
    """A finding in a comment of its own. `state` is the marker's, or DISMISSED where people said no."""

    mark: FindingMark
    comment: Comment
    state: State
    has_answers: bool

    @property
    def is_outdated(self) -> bool:
        """Whether the commented lines were changed since. A comment on a file never is."""
        thread = self.comment.thread
        return thread.is_outdated if thread is not None else self.comment.line is None and not self.comment.on_file

    @property
    def is_resolved(self) -> bool:
        """Whether its thread is resolved, by whomever."""
        return self.comment.thread is not None and self.comment.thread.is_resolved


@dataclass(frozen=True, slots=True, kw_only=True)
class StandingSummary:
    """Our summary: the review whose body it is, its state, and the findings that are told in it."""

    review: Review
    mark: SummaryMark
    told: tuple[FindingMark, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """Everything of ours. `deleted` are findings whose comment somebody took away: a no like any other."""

    comments: tuple[Ours, ...] = ()
    summary: StandingSummary | None = None

    @property
    def deleted(self) -> frozenset[str]:
        """Ids of findings that had a comment when the summary was written and have none now."""
        if self.summary is None:
            return frozenset()
        return self.summary.mark.posted - {ours.mark.id for ours in self.comments}


def standing(conversation: Conversation, disliked: Mapping[int, bool]) -> Standing:
    """Pick what is ours: our account and our marker. `disliked` says of comments whether a writer gave a thumbs-down."""
    answered = {
        comment.reply_to
        for comment in conversation.comments
        if comment.reply_to is not None and not _is_our_reply(comment, conversation.me)
    }
    comments = tuple(
        _ours(comment, mark, comment.id in answered, disliked.get(comment.id, False))
        for comment, mark in candidates(conversation)
    )
    summaries = [found for review in conversation.reviews if (found := _summary(review, conversation.me)) is not None]
    return Standing(comments=comments, summary=min(summaries, key=lambda s: s.review.id, default=None))


def candidates(conversation: Conversation) -> tuple[tuple[Comment, FindingMark], ...]:
    """Inline comments of our account that end in the marker of one finding."""
    found = []
    for comment in conversation.comments:
        marks = marks_in(comment.body).findings
        if comment.reply_to is None and is_me(comment.author, conversation.me) and len(marks) == 1:
            found.append((comment, marks[0]))
    return tuple(found)


def is_me(author: Account | None, me: Account) -> bool:
    """By number: logins are written in two ways."""
    return author is not None and author.id == me.id


def _ours(comment: Comment, mark: FindingMark, has_answers: bool, disliked: bool) -> Ours:
    state = mark.state
    resolved = comment.thread is not None and comment.thread.is_resolved
    # We resolve only what we have marked before; a resolved open finding was resolved by a person.
    if disliked or (resolved and state is State.OPEN):
        state = State.DISMISSED
    return Ours(mark=mark, comment=comment, state=state, has_answers=has_answers)


def _is_our_reply(comment: Comment, me: Account) -> bool:
    return is_me(comment.author, me) and marks_in(comment.body).reply is not None


def _summary(review: Review, me: Account) -> StandingSummary | None:
    if review.is_pending or not is_me(review.author, me):
        return None
    marks = marks_in(review.body)
    if marks.summary is None:
        return None
    return StandingSummary(review=review, mark=marks.summary, told=marks.findings)
