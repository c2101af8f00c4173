"""Our one summary on the pull request: what stands, what became of the rest, and the state for the next run."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from reviewer.core.finding import Finding, PlacementKind
from reviewer.core.question import Question
from reviewer.core.report import Report, Status, Usage
from reviewer.publish.body import BODY_LIMIT
from reviewer.publish.github_review.markers import (
    FindingMark,
    Kind,
    State,
    SummaryMark,
    finding_line,
    short_key,
    summary_line,
    summary_mark_of,
)
from reviewer.publish.github_review.reconcile import Plan, Settled, told_marks
from reviewer.publish.github_review.standing import Standing
from reviewer.publish.markup import code_span, inline
from reviewer.publish.overview import summary
from reviewer.publish.text import shortened
from reviewer.publish.words import beside, counted, verdict

_MARKS_LIMIT = 15_000
_CARRIED = 10
_WORDS = {
    State.FIXED: "fixed",
    State.IGNORED: "ignored",
    State.DISMISSED: "dismissed by people",
    State.WITHDRAWN: "withdrawn",
}
_ASKED = {State.FIXED: "no longer asked", State.IGNORED: "ignored", State.DISMISSED: "dismissed by people"}
_NOTE = "<sub>Answered? Comment `/stream-review ignore ID reason` with the question's id; it is not asked again.</sub>"


@dataclass(frozen=True, slots=True, kw_only=True)
class PageOptions:
    """`brief` keeps the page to one line, for users who want no summary: the state must stand somewhere."""

    run_url: str | None = None
    told: str = ""
    brief: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Sticky:
    """The body with its markers, and the state in it: equal states mean that a reader would see nothing new."""

    body: str
    mark: SummaryMark
    told: tuple[FindingMark, ...]

    def says_the_same_as(self, there: Standing) -> bool:
        """Whether the summary that stands there needs no edit."""
        old = there.summary
        return (
            old is not None
            and old.mark == self.mark
            and {m.id: m.state for m in old.told} == {m.id: m.state for m in self.told}
        )


def sticky(report: Report, planned: Plan, there: Standing, *, new_ids: Iterable[str], page: PageOptions) -> Sticky:
    """The summary as it should read once the plan is carried out; `new_ids` are posted together with it."""
    told = _fitting(told_marks(planned, there))
    shown = _shown(report, planned)
    posted = frozenset([*new_ids, *(one.mark.id for one in there.comments), *there.deleted])
    account, still = _account(planned), _still_open(planned)
    lines = "\n".join(map(finding_line, told))
    text = _page(shown, account, still, page, BODY_LIMIT - len(lines))
    stable = _page(_stable(shown), account, still, replace(page, run_url=None), BODY_LIMIT)
    mark = summary_mark_of(report, told=page.told, text=short_key(stable), posted=posted)
    end = "\n".join(part for part in (lines, summary_line(mark)) if part)
    return Sticky(body=f"{text.rstrip()}\n\n{end}", mark=mark, told=told)


def _shown(report: Report, planned: Plan) -> Report:
    """The report as a reader of the page should see it: without what people said no to, the rest where it really stands."""
    no = {finding.id for finding, _ in planned.set_aside}
    here = {finding.id for finding in planned.in_summary}
    findings = tuple(_standing(finding, finding.id in here) for finding in report.findings if finding.id not in no)
    return replace(report, findings=findings, questions=planned.aside.asked)


def _stable(report: Report) -> Report:
    """What makes two pages different to a reader: not the cost, the second opinion's count, or a question in other words."""
    bare = tuple(_bare(question) for question in report.questions)
    return replace(report, usage=Usage(), judged=None, tool_version="", questions=bare)


def _bare(question: Question) -> Question:
    return replace(question, title="", question=question.id, if_so=(), settle="")


def _standing(finding: Finding, here: bool) -> Finding:
    if here:
        return replace(finding, placement=PlacementKind.SUMMARY)
    return (
        finding if finding.placement is not PlacementKind.SUMMARY else replace(finding, placement=PlacementKind.INLINE)
    )


def _page(report: Report, account: tuple[str, ...], still: str, page: PageOptions, limit: int) -> str:
    if page.brief:
        return f"stream-review: {counted(len(report.dangers), 'danger')} in the comments below."
    headline = _headline(report, still)
    return summary(report, run_url=page.run_url, headline=headline, account=account, note=_NOTE, limit=limit)


def _headline(report: Report, still: str) -> str | None:
    """None for the report's own verdict. "No danger found" would be untrue while earlier ones are open."""
    if not still or (report.status is Status.FAILED and not report.findings):
        return None
    also = beside(report)
    return f"{verdict(report)} {still}" if report.dangers else f"Nothing new{f' but {also}' if also else ''}; {still}"


def _still_open(planned: Plan) -> str:
    """`1 finding and 2 questions of earlier commits are still open.`; "" when there are none."""
    numbers = Counter(item.mark.kind for item in _carried_over(planned))
    nouns = {"finding": numbers[Kind.DANGER], "question": numbers[Kind.QUESTION]}
    parts = [counted(number, noun) for noun, number in nouns.items() if number]
    verb = "is" if sum(nouns.values()) == 1 else "are"
    return f"{' and '.join(parts)} of earlier commits {verb} still open." if parts else ""


def _carried_over(planned: Plan) -> list[Settled]:
    """What still stands although this run did not look at it. A finding that became a question is told as one."""
    found = [item for item in planned.settled if item.mark.id not in planned.aside.asked_ids]
    found += [Settled(mark=mark, state=mark.state) for mark in planned.aside.before]
    return sorted((item for item in found if item.state is State.OPEN), key=_weight)


def _account(planned: Plan) -> tuple[str, ...]:
    """What became of earlier findings and questions, and those that still stand although this run did not look at them."""
    states = Counter([item.state for item in planned.settled] + [state for _, state in planned.set_aside])
    asked = Counter(mark.state for mark in planned.aside.before if mark.kind is Kind.QUESTION)
    asked += Counter(state for _, state in planned.aside.silenced)
    lines = [*_done("findings", states, _WORDS), *_done("questions", asked, _ASKED)]
    carried = _carried_over(planned)
    if carried:
        more = [f"- … and {len(carried) - _CARRIED} more"] if len(carried) > _CARRIED else []
        listed = "\n".join([*map(_carried, carried[:_CARRIED]), *more])
        lines.append(f"**Open from earlier commits**, not looked at again in this run\n\n{listed}")
    return tuple(lines)


def _done(what: str, states: Counter[State], words: Mapping[State, str]) -> list[str]:
    done = [f"{states[state]} {word}" for state, word in words.items() if states[state]]
    return [f"Earlier {what}: {', '.join(done)}."] if done else []


def _weight(item: Settled) -> tuple[int, str, int]:
    return (-(item.mark.severity.rank if item.mark.severity else 0), item.mark.path, item.mark.line)


def _carried(item: Settled) -> str:
    mark = item.mark
    title = inline(shortened(mark.title, 120)) or f"finding {mark.id}"
    where = f" {code_span(f'{mark.path}:{mark.line}')}" if mark.path else ""
    link = f" ([comment]({item.url}))" if item.url else ""
    kind = "" if mark.kind is Kind.DANGER else f"{mark.kind.value}, " if mark.severity else f"{mark.kind.value}: "
    return f"- {kind}{mark.severity.value + ': ' if mark.severity else ''}{title}{where}{link}"


def _fitting(marks: Sequence[FindingMark]) -> tuple[FindingMark, ...]:
    """As many as there is room for, dangers first. One that is left out costs memory of what the summary tells, no finding."""
    kept: list[FindingMark] = []
    size = 0
    for mark in sorted(marks, key=lambda mark: mark.kind is not Kind.DANGER):
        size += len(finding_line(mark)) + 1
        if size > _MARKS_LIMIT:
            break
        kept.append(mark)
    return tuple(kept)
