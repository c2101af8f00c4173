"""Any history of pushes, people and accidents: after each run everything stands exactly once, and a second run is silent."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

from fakes.github import FakeGitHub
from fakes.github.threads import is_mutation
from fakes.loopback import Call
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from posting.kit import RESOLVER, Desk, code, desk

from reviewer.core.report import ReviewedBy
from reviewer.publish.github_review.markers import Kind, State, marks_in

DANGERS = ("rule:a", "rule:b", "model:c", "model:d", "file:e", "summary:f", "ask:g", "ask:h", "older:i")
STEP = st.one_of(
    st.tuples(st.just("push"), st.frozensets(st.sampled_from(DANGERS)), st.integers(0, 9), st.booleans()),
    st.tuples(st.sampled_from(("resolve", "dislike", "delete", "reply")), st.integers(0, 5)),
    st.tuples(st.just("kill"), st.integers(0, 4), st.booleans()),
    st.tuples(st.just("lose"), st.sampled_from(("reviews", "comments", "graphql")), st.booleans()),
    st.tuples(st.just("rules only")),
)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow], derandomize=True)
@given(
    start=st.frozensets(st.sampled_from(DANGERS), min_size=1),
    steps=st.lists(STEP, min_size=1, max_size=6),
    ceiling=st.sampled_from((1, 3, 15)),
    resolve=st.booleans(),
)
def test_every_history_ends_tidy(
    start: frozenset[str], steps: list[tuple[object, ...]], ceiling: int, resolve: bool
) -> None:
    with FakeGitHub() as server:
        there = desk(server, *sorted(start), permissions=RESOLVER)
        silenced: set[str] = set()
        _run(there, silenced, ceiling, resolve)
        for step in steps:
            by = _happen(there, step, silenced)
            _run(there, silenced, ceiling, resolve, by)
        assert (server.violations, server.refused) == ([], [])


def _happen(there: Desk, step: tuple[object, ...], silenced: set[str]) -> ReviewedBy:
    """One event; the titles of findings to which a person said no are added to `silenced`."""
    kind = step[0]
    if kind == "push":
        _, dangers, lead, force = step
        assert isinstance(dangers, frozenset) and isinstance(lead, int)
        there.push(code(*sorted(dangers), lead=lead), force=bool(force))
    elif kind == "kill":
        there.server.kill_after_writes(int(str(step[1])), answered=bool(step[2]))
        there.post()
        there.server.revive()
    elif kind == "lose":
        there.server.fail_next(_write_to(str(step[1])), status=502, performed=bool(step[2]))
    elif kind == "rules only":
        return ReviewedBy.RULES
    else:
        _person(there, str(kind), int(str(step[1])), silenced)
    return ReviewedBy.BOTH


def _write_to(where: str) -> Callable[[Call], bool]:
    def fits(call: Call) -> bool:
        writes = is_mutation(call) if call.path.endswith("graphql") else call.method != "GET"
        return writes and where in call.path

    return fits


def _person(there: Desk, kind: str, which: int, silenced: set[str]) -> None:
    ours = there.comments()
    if not ours:
        return
    comment = ours[which % len(ours)]
    mark = marks_in(comment.body).findings[0]
    if kind == "reply":
        there.reply(comment)
    elif mark.state.value == "open":
        {"resolve": there.resolve, "dislike": there.dislike, "delete": there.delete}[kind](comment)
        silenced.add(mark.title)


def _run(there: Desk, silenced: set[str], ceiling: int, resolve: bool, by: ReviewedBy = ReviewedBy.BOTH) -> None:
    report = there.report(by=by)
    before = {comment.id for comment in there.comments()}
    result = there.post(report, max_comments=ceiling, resolve_fixed_threads=resolve)
    assert result.problems == () and result.unposted == () and result.unasked == ()
    states = Counter((t, s) for t, found in there.seen().items() for s in found)
    told = {m.title for body in there.summaries() for m in marks_in(body).findings}
    new = {marks_in(c.body).findings[0].title for c in there.comments() if c.id not in before}
    assert not new & silenced, "a person said no"
    for title in {title for title, _ in states}:
        assert states[title, "open"] <= 1, f"{title} stands twice"
    for one in report.findings:
        assert states[one.title, "open"] or one.title in told | silenced, f"{one.title} stands nowhere"
    marks = [mark for body in there.summaries() for mark in marks_in(body).findings]
    open_questions = {mark.id for mark in marks if mark.kind is Kind.QUESTION and mark.state is State.OPEN}
    assert {question.id for question in report.questions} <= open_questions
    if by is ReviewedBy.BOTH:
        assert len(open_questions) == len(report.questions), (
            "what was read again and is not asked is no question any more"
        )
    for question in report.questions:
        assert question.question in there.summary()
    assert len(there.summaries()) == (1 if there.pull.reviews else 0)
    done = len(there.server.performed)
    again = there.post(report, max_comments=ceiling, resolve_fixed_threads=resolve)
    assert there.server.performed[done:] == [], "a second run has nothing to say"
    assert again.problems == ()
