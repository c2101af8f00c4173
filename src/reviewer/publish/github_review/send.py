"""Carries the plan out: look, decide, write one thing at a time, and after any doubt look again.

The order is what makes it safe to be killed: comments first, the summary with the state of the run last (in the first
review both are one request). Nothing is ever sent twice blindly: after a lost answer the pull request is read again and
the next plan holds only what is not there.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from reviewer.core.finding import Finding
from reviewer.core.problem import OutageError, Problem, ReviewError
from reviewer.core.question import Question
from reviewer.core.report import Report, Status
from reviewer.github import writer
from reviewer.github.comments import Conversation, read_conversation, writers_who_dislike
from reviewer.github.session import Refused, Session
from reviewer.github.writer import Denied, Gone, InlineComment, Limited, LostAnswer
from reviewer.publish.github_review.examined import Scope
from reviewer.publish.github_review.markers import Kind, State
from reviewer.publish.github_review.payload import later_review
from reviewer.publish.github_review.posting import PostOptions, PostResult, Waiting
from reviewer.publish.github_review.reconcile import Edit, Limits, Plan, plan, said_no
from reviewer.publish.github_review.standing import Standing, candidates, standing
from reviewer.publish.github_review.sticky import PageOptions, Sticky, sticky

_DOUBTS = 8  # lost answers and vanished comments in one run, after which GitHub is taken to be down


@dataclass(slots=True)
class _Run:
    """One call of `post`: what is known so far."""

    report: Report
    session: Session
    number: int
    options: PostOptions
    waiting: Waiting
    no_line: set[str] = field(default_factory=set)
    no_file: set[str] = field(default_factory=set)
    no_edit: set[int] = field(default_factory=set)
    refusals: int = 0
    one_by_one: bool = False
    writes: int = 0
    closed: set[int] = field(default_factory=set)
    before: frozenset[str] | None = None
    asked_before: frozenset[str] = frozenset()
    written: set[str] = field(default_factory=set)
    url: str | None = None
    may_resolve: bool = True
    is_denied: bool = False
    may_unresolve: bool = True
    problems: list[Problem] = field(default_factory=list)


class _Again(Exception):
    """The pull request must be looked at again before anything else is written."""


class _Stop(Exception):
    """Nothing more can be written in this run; the reason is in the problems."""


def post(
    report: Report, session: Session, number: int, *, options: PostOptions, waiting: Waiting | None = None
) -> PostResult:
    """Bring the pull request in line with the report. Never raises for what GitHub does: it comes back as problems.

    Nothing is posted when the head has moved since the review (its lines would be wrong; the run of the new head has the
    word) or the pull request was closed without a merge. Both are said.
    """
    run = _Run(report=report, session=session, number=number, options=options, waiting=waiting or Waiting())
    planned: Plan | None = None
    there = Standing()
    for _ in range(_DOUBTS):
        try:
            there = _look(run)
            planned = _decide(run, there)
            _carry_out(run, planned, there)
            return _result(run, planned, done=True)
        except _Again:
            continue
        except _Stop:
            return _result(run, planned, done=False)
        except ReviewError as error:
            run.is_denied = not isinstance(error, OutageError)
            run.problems.append(_problem(run, str(error)))
            return _result(run, planned, done=False)
    run.problems.append(_problem(run, f"GitHub lost {_DOUBTS} answers in a row; the next run goes on from here."))
    return _result(run, planned, done=False)


def _look(run: _Run) -> Standing:
    conversation = read_conversation(run.session, run.number)
    _check_still_ours(run, conversation)
    disliked = {
        comment.id: bool(writers_who_dislike(run.session, comment.id))
        for comment, _ in candidates(conversation)
        if comment.thumbs_down
    }
    return standing(conversation, disliked)


def _check_still_ours(run: _Run, conversation: Conversation) -> None:
    run.is_denied = True
    if conversation.head != run.report.head:
        words = f"it was at {run.report.head[:10]} when it was reviewed and is at {conversation.head[:10]} now"
        run.problems.append(_problem(run, f"{words}: nothing more is posted, the review of the new head has the word."))
        raise _Stop
    if not conversation.is_open and not conversation.is_merged:
        run.problems.append(_problem(run, "it was closed: nothing is posted."))
        raise _Stop
    run.is_denied = False


def _decide(run: _Run, there: Standing) -> Plan:
    limits = Limits(
        max_comments=run.options.max_comments,
        no_line=frozenset(run.no_line),
        no_file=frozenset(run.no_file),
        may_unresolve=run.may_unresolve,
    )
    scope = Scope(full=run.options.full, not_run=run.options.not_run)
    resolve = run.options.resolve_fixed_threads and run.may_resolve
    planned = plan(run.report, there, scope=scope, limits=limits, resolve_fixed=resolve)
    if run.before is None:
        told = there.summary.told if there.summary else ()
        known = {finding.id for finding in planned.standing} - planned.returned
        run.before = frozenset([*known, *(mark.id for mark in told if mark.kind is not Kind.QUESTION)])
        run.asked_before = frozenset(mark.id for mark in told if mark.kind is Kind.QUESTION)
    return planned


def _carry_out(run: _Run, planned: Plan, there: Standing) -> None:
    if there.summary is not None:
        run.url = run.url or there.summary.review.url
        _later_review(run, planned, there.summary.review.url)
    elif run.one_by_one:
        _one_by_one(run, planned)
    for finding, comment in planned.on_file:
        _alone(run, finding, comment, run.no_file)
    # A thread is opened before its comment is: the other way round, a killed run would leave an open finding in a
    # resolved thread, which reads as a person's no. For the same reason it is resolved after its comment is closed.
    _unresolve(run, planned)
    for edit in planned.edits:
        if edit.comment not in run.no_edit:
            _edit(run, edit, closes=edit.finding_id not in {finding.id for finding in planned.standing})
    _resolve(run, planned)
    # The summary says what stands: after single comments it must be looked up which of them stand.
    if planned.on_file or (run.one_by_one and planned.inline):
        there = _look(run)
        planned = _decide(run, there)
    _summary(run, planned, there)


def _later_review(run: _Run, planned: Plan, summary_url: str) -> None:
    """New findings after the first review: one review with a short body."""
    if not planned.inline:
        return
    if run.one_by_one:
        _one_by_one(run, planned)
        return
    body = later_review(run.report, tuple(finding for finding, _ in planned.inline), summary_url)
    run.url = _review(run, body, planned)


def _review(run: _Run, body: str, planned: Plan) -> str:
    """One review. A refusal is unexpected, as lines are checked before: try once more, then each comment by itself."""
    comments = [comment for _, comment in planned.inline]
    try:
        url = _write(run, lambda: writer.create_review(run.session, run.number, run.report.head, body, comments))
    except Refused as refusal:
        run.refusals += 1
        if not comments:
            raise
        if run.refusals > 1:
            run.one_by_one = True
            run.problems.append(_problem(run, f"{refusal} The comments were then sent one by one."))
        raise _Again from refusal
    run.written.update(finding.id for finding, _ in planned.inline)
    return url


def _one_by_one(run: _Run, planned: Plan) -> None:
    for finding, comment in planned.inline:
        _alone(run, finding, comment, run.no_line)


def _alone(run: _Run, finding: Finding, comment: InlineComment, refused: set[str]) -> None:
    """One comment; what GitHub refuses goes one step down the ladder: line, file, summary."""
    try:
        _write(run, lambda: writer.create_comment(run.session, run.number, run.report.head, comment))
    except Refused as refusal:
        refused.add(finding.id)
        place = "in the summary" if comment.line is None else "on the file or in the summary"
        run.problems.append(_problem(run, f"{refusal} It is told {place}."))
        raise _Again from refusal
    run.written.add(finding.id)


def _edit(run: _Run, edit: Edit, *, closes: bool) -> None:
    """A refused edit costs one comment its news and nothing else."""
    try:
        _write(run, lambda: writer.edit_comment(run.session, edit.comment, edit.body))
    except Refused as refusal:
        run.no_edit.add(edit.comment)
        run.problems.append(_problem(run, str(refusal)))
        return
    if closes:
        run.closed.add(edit.comment)
    else:
        run.written.add(edit.finding_id)


def _unresolve(run: _Run, planned: Plan) -> None:
    for thread in planned.unresolve:
        try:
            _set_resolved(run, thread, resolved=False)
        except (Denied, Refused) as error:
            run.may_unresolve = False
            run.problems.append(_problem(run, f"{error} What came back in a resolved thread is told anew."))
            raise _Again from error


def _set_resolved(run: _Run, thread: str, *, resolved: bool) -> None:
    def send() -> str:
        writer.set_resolved(run.session, thread, resolved=resolved)
        return ""

    _write(run, send)


def _resolve(run: _Run, planned: Plan) -> None:
    """Only with the user's wish and a token that may; if it may not after all, that is said once."""
    for thread in planned.resolve:
        try:
            _set_resolved(run, thread, resolved=True)
        except (Denied, Refused) as error:
            run.may_resolve = False
            run.problems.append(_problem(run, str(error)))
            return
    if planned.unresolvable and run.may_resolve:
        run.may_resolve = False
        words = "resolve-fixed-threads: the token may not resolve threads; the job needs contents: write."
        run.problems.append(_problem(run, words))


def _summary(run: _Run, planned: Plan, there: Standing) -> None:
    """Last: the summary, and with the first one the new comments."""
    with_it = () if there.summary is not None or run.one_by_one else tuple(f.id for f, _ in planned.inline)
    page = PageOptions(run_url=run.options.run_url, told=run.options.told, brief=run.options.summary == "never")
    new = sticky(run.report, planned, there, new_ids={*with_it, *run.written}, page=page)
    if there.summary is not None:
        if not new.says_the_same_as(there) and not _is_worse(run.report, there):
            review = there.summary.review.id
            _write(run, lambda: writer.edit_review(run.session, run.number, review, new.body))
    elif with_it or _is_wanted(run, planned, new):
        run.url = _review(run, new.body, planned)


def _is_worse(report: Report, there: Standing) -> bool:
    """A failed second run must not take away what the first one found out about the same head."""
    old = there.summary.mark if there.summary else None
    return (
        old is not None and report.status is Status.FAILED and old.head == report.head and old.status != report.status
    )


def _is_wanted(run: _Run, planned: Plan, new: Sticky) -> bool:
    if run.options.summary == "never":
        return False
    return run.options.summary == "always" or bool(run.report.findings or new.told or planned.settled)


def _write(run: _Run, send: Callable[[], str | None]) -> str:
    """One write. Lost, limited and vanished lead to another look, the first two after a pause."""
    try:
        url = send()
    except LostAnswer as error:
        _pause(run, run.waiting.settle, error)
        raise _Again from error
    except Limited as error:
        _pause(run, error.seconds, error)
        raise _Again from error
    except Gone as error:
        _pause(run, run.waiting.settle, error)
        raise _Again from error
    run.writes += 1
    return url or ""


def _pause(run: _Run, seconds: float, error: ReviewError) -> None:
    left = run.options.deadline - run.waiting.clock()
    if seconds >= left:
        words = f"{error} Waiting {seconds:.0f} s would take longer than the run may; the next run goes on from here."
        run.problems.append(_problem(run, words))
        raise _Stop from error
    run.waiting.sleep(seconds)


def _result(run: _Run, planned: Plan | None, *, done: bool) -> PostResult:
    """What stands where, counted by what was seen or written and not by what was meant."""
    before, findings = run.before or frozenset(), run.report.findings
    stands = set(run.written)
    if planned:
        stands |= {finding.id for finding in planned.standing} - planned.returned
    aside = {finding.id for finding, _ in planned.set_aside} if planned else set()
    if planned and done and run.options.summary != "never":
        stands |= {finding.id for finding in planned.in_summary}
    there = stands | before
    return PostResult(
        review_url=run.url, posted=sum(f.id in stands and f.id not in before for f in findings),
        already=sum(f.id in before for f in findings), closed=len(run.closed), writes=run.writes,
        unposted=tuple(f for f in run.report.dangers if f.id not in there | aside), problems=tuple(run.problems),
        unasked=_unasked(run, planned, done=done), ignored=_ignored(planned), is_denied=run.is_denied,
    )  # fmt: skip


def _unasked(run: _Run, planned: Plan | None, *, done: bool) -> tuple[Question, ...]:
    """Questions that the summary does not ask: without one, or where it could not be written."""
    asked = planned.aside.asked if planned else run.report.questions
    if run.options.summary == "never":
        return asked
    return () if done else tuple(question for question in asked if question.id not in run.asked_before)


def _ignored(planned: Plan | None) -> frozenset[str]:
    return frozenset(name for name, state in (said_no(planned) if planned else ()) if state is State.IGNORED)


def _problem(run: _Run, message: str) -> Problem:
    return Problem(step="publish", subject=f"pull request {run.number}", message=message)
