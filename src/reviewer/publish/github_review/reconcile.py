"""What stands on the pull request and what this run says: a pure decision on what to write.

It converges: whatever part of a plan was carried out, the next plan holds only the rest. That is why a run may be killed
between any two writes, or lose any answer, and a new look at the pull request is all that is needed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from reviewer.core.finding import Finding, Origin, PlacementKind
from reviewer.core.report import Report
from reviewer.github.writer import InlineComment
from reviewer.place.limits import rank
from reviewer.publish.github_review.aside import Aside, aside
from reviewer.publish.github_review.examined import Fate, Scope, fate
from reviewer.publish.github_review.markers import (
    FindingMark,
    Kind,
    State,
    mark_of,
    question_mark_of,
    without_marks,
)
from reviewer.publish.github_review.match import match
from reviewer.publish.github_review.payload import body_for, closed_body, file_comment, inline_comment, renames
from reviewer.publish.github_review.standing import Ours, Standing

REVIEW_LIMIT = 30
FILE_LIMIT = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """How much may be said, and what GitHub has refused in this run: `no_line` goes to the file, `no_file` to the summary,
    and without `may_unresolve` what comes back in a resolved thread is told anew."""

    max_comments: int
    no_line: frozenset[str] = frozenset()
    no_file: frozenset[str] = frozenset()
    may_unresolve: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Edit:
    """Another text for one of our comments."""

    comment: int
    finding_id: str
    body: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Settled:
    """Where a finding of ours stands after this run: for the summary's account."""

    mark: FindingMark
    state: State
    url: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """The writes, and the account for the summary.

    `inline` go into one review, `on_file` one by one, `in_summary` are told there; `settled` are findings of earlier runs
    that this run does not report, with what became of them; `set_aside` are reported findings that people said no to;
    `returned` are those of `standing` whose comment still says that they are done with; `aside` is what is told beside the dangers.
    """

    inline: tuple[tuple[Finding, InlineComment], ...] = ()
    on_file: tuple[tuple[Finding, InlineComment], ...] = ()
    edits: tuple[Edit, ...] = ()
    resolve: tuple[str, ...] = ()
    unresolve: tuple[str, ...] = ()
    in_summary: tuple[Finding, ...] = ()
    standing: tuple[Finding, ...] = ()
    settled: tuple[Settled, ...] = ()
    set_aside: tuple[tuple[Finding, State], ...] = ()
    returned: frozenset[str] = frozenset()
    unresolvable: int = 0
    aside: Aside = field(default_factory=Aside)


@dataclass(slots=True)
class _Draft:
    edits: list[Edit] = field(default_factory=list)
    resolve: list[str] = field(default_factory=list)
    unresolve: list[str] = field(default_factory=list)
    settled: list[Settled] = field(default_factory=list)
    set_aside: list[tuple[Finding, State]] = field(default_factory=list)
    standing: list[Finding] = field(default_factory=list)
    new: list[Finding] = field(default_factory=list)
    returned: list[str] = field(default_factory=list)
    reopened: set[int] = field(default_factory=set)
    unresolvable: int = 0


def plan(report: Report, there: Standing, *, scope: Scope, limits: Limits, resolve_fixed: bool) -> Plan:
    """Every finding of the report ends in exactly one of the plan's places, and so do every comment of ours and every question."""
    draft = _Draft()
    beside = aside(report, there, scope)
    findings = tuple(sorted(report.findings, key=rank))
    matched = match(findings, there.comments, renames(report))
    told = {mark.id: mark for mark in there.summary.told} if there.summary else {}
    for finding in findings:
        one, mark = matched.get(finding.id), told.get(finding.id)
        if finding.id in there.deleted:
            draft.set_aside.append((finding, State.DISMISSED))
        elif mark is not None and mark.state is State.IGNORED:
            draft.set_aside.append((finding, State.IGNORED))
        elif one is None:
            draft.new.append(finding)
        else:
            _known(finding, one, draft, limits)
    taken = {one.comment.id for one in matched.values()}
    reported = {finding.id for finding in findings}
    for one in there.comments:
        if one.comment.id not in taken:
            _unreported(one, report, scope, draft, resolve_fixed)
        elif one.state is State.FIXED and one.comment.id not in draft.reopened:
            _resolved_too(one, one.state, draft, resolve_fixed)
    draft.settled = [item for item in draft.settled if item.state is not State.FIXED or item.mark.id not in reported]
    for mark in told.values():
        if mark.kind is Kind.DANGER and mark.id not in reported | beside.asked_ids:
            draft.settled.append(_told_before(mark, report, scope))
    return replace(_placed(draft, limits, renames(report)), aside=beside)


def _known(finding: Finding, one: Ours, draft: _Draft, limits: Limits) -> None:
    """A finding that has its comment. People's word comes first, then the text is brought up to date."""
    if one.state in (State.DISMISSED, State.IGNORED):
        draft.set_aside.append((finding, one.state))
        return
    if one.state in (State.FIXED, State.WITHDRAWN):
        _returned(finding, one, draft, limits)
        return
    draft.standing.append(finding)
    if not one.has_answers and _reads_differently(finding, one):
        draft.edits.append(Edit(comment=one.comment.id, finding_id=finding.id, body=body_for(finding, one.comment)))


def _returned(finding: Finding, one: Ours, draft: _Draft, limits: Limits) -> None:
    """Its comment is opened again where a reader would see it there; else it is told anew."""
    thread = one.comment.thread
    closed_for_good = one.is_resolved and not (thread is not None and thread.can_unresolve and limits.may_unresolve)
    if one.has_answers or one.is_outdated or closed_for_good:
        draft.new.append(finding)
        draft.settled.append(Settled(mark=one.mark, state=one.state, url=one.comment.url))
        return
    draft.standing.append(finding)
    draft.returned.append(finding.id)
    draft.reopened.add(one.comment.id)
    draft.edits.append(Edit(comment=one.comment.id, finding_id=finding.id, body=body_for(finding, one.comment)))
    if thread is not None and thread.is_resolved:
        draft.unresolve.append(thread.id)


def _reads_differently(finding: Finding, one: Ours) -> bool:
    """The model words the same matter differently each time: that is no news. Its severity is."""
    if finding.origin is Origin.MODEL or finding.rule_id is None or one.mark.rule_id is None:
        return one.mark.severity is not None and finding.severity is not one.mark.severity
    return _plain(body_for(finding, one.comment)) != _plain(one.comment.body) or one.mark.id != finding.id


def _plain(body: str) -> str:
    return without_marks(body).replace("\r\n", "\n").strip()


def _unreported(one: Ours, report: Report, scope: Scope, draft: _Draft, resolve_fixed: bool) -> None:
    """A comment whose finding this run does not report."""
    state = one.state
    if state is State.OPEN:
        found = fate(one.mark, outdated=one.is_outdated, report=report, scope=scope)
        state = found.state
        if state is not State.OPEN and not one.has_answers:
            draft.edits.append(_closing(one, found, report))
    draft.settled.append(Settled(mark=one.mark, state=state, url=one.comment.url))
    _resolved_too(one, state, draft, resolve_fixed)


def _resolved_too(one: Ours, state: State, draft: _Draft, resolve_fixed: bool) -> None:
    """The thread of a fixed comment, where the user wants it and nobody has answered."""
    thread = one.comment.thread
    if state is not State.FIXED or one.has_answers or not resolve_fixed or thread is None or thread.is_resolved:
        return
    if thread.can_resolve:
        draft.resolve.append(thread.id)
    else:
        draft.unresolvable += 1


def _closing(one: Ours, found: Fate, report: Report) -> Edit:
    body = closed_body(one.comment.body, one.mark, found.state, head=report.head, reason=found.reason)
    return Edit(comment=one.comment.id, finding_id=one.mark.id, body=body)


def _told_before(mark: FindingMark, report: Report, scope: Scope) -> Settled:
    """A finding that stands only in the summary: nothing tells whether its lines were changed."""
    state = mark.state
    if state is State.OPEN:
        state = fate(mark, outdated=None, report=report, scope=scope).state
    return Settled(mark=mark, state=state)


def _placed(draft: _Draft, limits: Limits, renamed: Mapping[str, str]) -> Plan:
    """New findings to lines, files and the summary, in order of weight, within what may be said."""
    carried = sum(1 for item in draft.settled if item.state is State.OPEN and item.url)
    open_now = carried + len(draft.standing)
    room = max(0, limits.max_comments - open_now)
    inline: list[tuple[Finding, InlineComment]] = []
    on_file: list[tuple[Finding, InlineComment]] = []
    in_summary: list[Finding] = []
    for finding in draft.new:
        has_room = len(inline) + len(on_file) < room
        wants_line = finding.placement is PlacementKind.INLINE and finding.id not in limits.no_line
        wants_file = finding.placement is not PlacementKind.SUMMARY and not wants_line
        if has_room and wants_line and len(inline) < REVIEW_LIMIT:
            inline.append((finding, inline_comment(finding, renamed)))
        elif has_room and wants_file and finding.id not in limits.no_file and len(on_file) < FILE_LIMIT:
            on_file.append((finding, file_comment(finding, renamed)))
        else:
            in_summary.append(finding)
    return Plan(
        inline=tuple(inline), on_file=tuple(on_file), edits=tuple(draft.edits), resolve=tuple(draft.resolve),
        unresolve=tuple(draft.unresolve), in_summary=tuple(in_summary), standing=tuple(draft.standing),
        settled=tuple(draft.settled), set_aside=tuple(draft.set_aside), unresolvable=draft.unresolvable,
        returned=frozenset(draft.returned),
    )  # fmt: skip


def told_marks(planned: Plan, there: Standing) -> tuple[FindingMark, ...]:
    """The markers at the end of the summary: what is told in it, and what was told in it and is done with."""
    old = {mark.id: mark for mark in there.summary.told} if there.summary else {}
    told = {finding.id: mark_of(finding) for finding in planned.in_summary}
    told |= {question.id: question_mark_of(question) for question in planned.aside.asked}
    told |= {name: old[name] for name, _ in said_no(planned) if name in old}
    told |= {mark.id: mark for mark in planned.aside.before}
    for item in planned.settled:
        if not item.url and item.mark.id not in told:
            told[item.mark.id] = _with_state(item.mark, item.state)
    return tuple(told[name] for name in sorted(told))


def said_no(planned: Plan) -> tuple[tuple[str, State], ...]:
    """Ids of findings and questions of this run that people said no to, with their word."""
    findings = tuple((finding.id, state) for finding, state in planned.set_aside)
    return (*findings, *((question.id, state) for question, state in planned.aside.silenced))


def _with_state(mark: FindingMark, state: State) -> FindingMark:
    return mark if mark.state is state else replace(mark, state=state)


def open_ids(there: Standing) -> frozenset[str]:
    """Findings of ours that nobody has fixed or set aside."""
    marks: Sequence[FindingMark] = there.summary.told if there.summary else ()
    return frozenset(
        [one.mark.id for one in there.comments if one.state is State.OPEN]
        + [mark.id for mark in marks if mark.state is State.OPEN and mark.kind is not Kind.QUESTION]
    )
