"""What the commands of a comment and an incremental run ask of what stands on the pull request."""

from __future__ import annotations

from dataclasses import dataclass, replace

from reviewer.core.problem import ReviewError
from reviewer.core.report import Status
from reviewer.github import writer
from reviewer.github.comments import Conversation, issue_comments, read_conversation, whoami
from reviewer.github.session import Session
from reviewer.github.writer import LostAnswer
from reviewer.publish.github_review.markers import (
    FindingMark,
    Kind,
    LastRun,
    State,
    finding_line,
    marks_in,
    reply_line,
    summary_line,
    without_marks,
)
from reviewer.publish.github_review.payload import closed_body, unclickable
from reviewer.publish.github_review.reconcile import open_ids
from reviewer.publish.github_review.standing import Ours, Standing, StandingSummary, is_me, standing
from reviewer.publish.markup import code_span


@dataclass(frozen=True, slots=True, kw_only=True)
class PostedFinding:
    """A finding of ours that stands on the pull request. `text` is Markdown of ours, without markers."""

    mark: FindingMark
    state: State
    url: str
    text: str


def last_run(session: Session, number: int) -> LastRun | None:
    """What the last run looked at, as our own summary says; None when there is none."""
    there = _standing(read_conversation(session, number))
    if there.summary is None:
        return None
    mark = there.summary.mark
    marks = [(one.mark, one.state) for one in there.comments] + [(told, told.state) for told in there.summary.told]
    return LastRun(
        head=mark.head, base=mark.base, engine=mark.engine, status=mark.status, told=mark.told,
        is_complete=mark.status in (Status.REVIEWED, Status.NO_STREAMING_CODE), open_ids=open_ids(there),
        paths=frozenset(one.path for one, state in marks if state is not State.FIXED),
    )  # fmt: skip


def find(session: Session, number: int, finding_id: str) -> PostedFinding | None:
    """The finding with that id (or the only one whose id begins so) for `explain ID`; None when we have none."""
    there = _standing(read_conversation(session, number))
    found = _lookup(there, finding_id)
    if isinstance(found, Ours):
        text = unclickable(without_marks(found.comment.body))
        return PostedFinding(mark=found.mark, state=found.state, url=found.comment.url, text=text)
    if found is None or there.summary is None:
        return None
    return PostedFinding(mark=found, state=found.state, url=there.summary.review.url, text="")


def explain(session: Session, number: int, finding_id: str, *, asked: int) -> bool:
    """Answer the comment `asked` with the whole finding; False when we have none with that id."""
    found = find(session, number, finding_id)
    if found is None:
        return False
    mark = found.mark
    where = f" at {code_span(f'{mark.path}:{mark.line}')}" if mark.path else ""
    silence = f"`/stream-review ignore {mark.id} reason` silences it." if found.state is State.OPEN else ""
    what = "Question" if mark.kind is Kind.QUESTION else "Finding"
    head = f"{what} [{mark.id}]({found.url}){where} ({found.state.value}). {silence}".rstrip()
    quoted = "\n".join(f"> {line}".rstrip() for line in found.text.split("\n")) if found.text else ""
    answer(session, number, "\n\n".join(part for part in (head, quoted) if part), to=asked)
    return True


def ignore(session: Session, number: int, finding_id: str, *, by: str, reason: str) -> PostedFinding | None:
    """Mark a finding as ignored by a person, so that no run repeats it; None when we have none with that id.

    Whether `by` may say so is for the caller to check. Doing it twice changes nothing more. Raises ReviewError without
    a reason, LostAnswer when GitHub does not tell whether it was done.
    """
    if not reason.strip():
        raise ReviewError("ignore needs a reason: `/stream-review ignore ID reason`.")
    conversation = read_conversation(session, number)
    there = _standing(conversation)
    found = _lookup(there, finding_id)
    if isinstance(found, Ours):
        done = replace(found.mark, state=State.IGNORED, by=by, reason=reason.strip())
        if found.state is not State.IGNORED:
            head = conversation.head
            body = closed_body(found.comment.body, found.mark, State.IGNORED, head=head, by=by, reason=reason.strip())
            writer.edit_comment(session, found.comment.id, body)
        return PostedFinding(mark=done, state=State.IGNORED, url=found.comment.url, text="")
    if found is None or there.summary is None:
        return None
    done = replace(found, state=State.IGNORED, by=by, reason=reason.strip())
    if found.state is not State.IGNORED:
        writer.edit_review(session, number, there.summary.review.id, _with(there.summary, done))
    return PostedFinding(mark=done, state=State.IGNORED, url=there.summary.review.url, text="")


def answer(session: Session, number: int, text: str, *, to: int) -> str:
    """Answer the comment `to` below the pull request, once, however often it is tried; returns the answer's address."""
    line = reply_line(str(to))
    me = whoami(session)
    for _ in range(2):
        for body, author, url in issue_comments(session, number):
            if is_me(author, me) and marks_in(body).reply == str(to):
                return url
        try:
            return writer.answer(session, number, f"{text.rstrip()}\n\n{line}")
        except LostAnswer as error:
            lost = error
    raise lost


def _standing(conversation: Conversation) -> Standing:
    return standing(conversation, {})


def _lookup(there: Standing, finding_id: str) -> Ours | FindingMark | None:
    """By the whole id, or by its beginning (six digits or more) when that is one finding's only."""
    wanted = finding_id.strip().lower()
    if len(wanted) < 6:
        return None
    told = there.summary.told if there.summary else ()
    ours = {one.mark.id: one for one in sorted(there.comments, key=_preferred) if one.mark.id.startswith(wanted)}
    marks = {mark.id: mark for mark in told if mark.id.startswith(wanted)}
    found: dict[str, Ours | FindingMark] = {**marks, **ours}
    return next(iter(found.values())) if len(found) == 1 else None


def _preferred(one: Ours) -> tuple[bool, int]:
    """The last of a sorted list wins: an open comment, else the newest."""
    return (one.state is State.OPEN, one.comment.id)


def _with(summary: StandingSummary, done: FindingMark) -> str:
    """The summary with one marker changed; its page is brought up to date by the next run."""
    told = [done if mark.id == done.id else mark for mark in summary.told]
    lines = [finding_line(mark) for mark in told]
    return "\n".join([without_marks(summary.review.body), "", *lines, summary_line(summary.mark)])
