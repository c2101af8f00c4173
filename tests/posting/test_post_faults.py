"""Everything that can go wrong at a write: the end is the one of an undisturbed run, or a problem says what is missing."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from copy import deepcopy
from dataclasses import dataclass, field, replace
from functools import cache
from typing import Any

import pytest
from fakes.github import FakeGitHub
from posting.kit import RESOLVER, Desk, code, desk

from reviewer.core.report import Report
from reviewer.publish.github_review.markers import marks_in, without_marks
from reviewer.publish.github_review.posting import PostResult

pytestmark = pytest.mark.no_cover  # the same code many times over: counting it would take longer than running it

RUNS = {"first": 2, "later": 13}


def first(server: FakeGitHub) -> tuple[Desk, Report]:
    """A pull request that nobody has reviewed yet."""
    there = desk(server, "rule:a", "model:b", "file:c", "summary:d", "ask:q", permissions=RESOLVER)
    return there, there.report()


def later(server: FakeGitHub) -> tuple[Desk, Report]:
    """One with a past: something is fixed, something comes back, something reads differently, something is new."""
    start = ("rule:keep", "rule:a", "rule:b", "model:m", "ask:p", "file:f", "rule:back")
    there = desk(server, *start, permissions=RESOLVER)
    there.post(resolve_fixed_threads=True)
    report = there.report()
    there.post(replace(report, findings=report.findings[:-1]), resolve_fixed_threads=True)
    # The tail keeps its lines, so that the comment on `back` is not outdated.
    news = ("rule:na", "model:nb", "file:g", "summary:s", "ask:r")
    text = "".join(code(*start).partition("call(rule:a);")[0]) + code(*news, lead=0, between=0)
    there.push(text + code("file:f", "rule:back", lead=9))
    report = there.report()
    keep = replace(report.findings[0], why="a better reason")
    return there, replace(report, findings=(keep, *report.findings[1:]))


SCENES: dict[str, Callable[[FakeGitHub], tuple[Desk, Report]]] = {"first": first, "later": later}


@cache
def _built(scene: str) -> tuple[Desk, Report]:
    with FakeGitHub() as server:
        return SCENES[scene](server)


@contextmanager
def staged(scene: str) -> Iterator[tuple[FakeGitHub, Desk, Report]]:
    """The scene on a server of its own; it is built once and copied, which saves most of the time."""
    built, report = _built(scene)
    with FakeGitHub() as server:
        world, repo, pull = deepcopy((built.server.world, built.repo, built.pull))
        server.world = world
        yield server, Desk(server=server, repo=repo, pull=pull, files=dict(built.files)), report
        assert (server.violations, server.refused) == ([], [])


def end_state(there: Desk) -> dict[str, Any]:
    """What a reader sees at the end, without the numbers that GitHub gives."""
    threads = {thread.root: thread.resolved_by is not None for thread in there.pull.threads}
    comments = [(without_marks(c.body), c.path, c.line, threads[c.id]) for c in there.comments()]
    summaries = [_plain(body) for body in there.summaries()]
    marks = [sorted((m.id, m.state) for m in marks_in(body).findings) for body in there.summaries()]
    return {"comments": Counter(comments), "summaries": summaries, "marks": marks}


def _plain(body: str) -> str:
    return re.sub(r"(discussion_r|pullrequestreview-)\d+", r"\1N", without_marks(body))


@dataclass(slots=True)
class Tally:
    """The figures of a test: how many faults, and what they did."""

    faults: int = 0
    doubled: int = 0
    lost: int = 0
    silent: int = 0
    wrong: list[str] = field(default_factory=list)

    def look(self, there: Desk, report: Report, result: PostResult, name: str) -> None:
        """Count open comments that stand twice, and findings and questions that stand nowhere, not even in the result."""
        open_titles = Counter(t for t, states in there.seen().items() for state in states if state == "open")
        self.doubled += sum(number - 1 for number in open_titles.values()) + max(0, len(there.summaries()) - 1)
        told = {m.title for body in there.summaries() for m in marks_in(body).findings}
        aside = {finding.title for finding in result.unposted}
        missing = [f.title for f in report.findings if f.title not in told | aside and not open_titles[f.title]]
        missing += [q.question for q in report.questions if q.question not in told and q not in result.unasked]
        self.lost += len(missing)
        if missing:
            self.wrong.append(f"{name}: {missing}")


def post(there: Desk, report: Report) -> PostResult:
    return there.post(report, resolve_fixed_threads=True)


@cache
def undisturbed(scene: str) -> tuple[dict[str, Any], list[str]]:
    """The end state and the writes of a run in which nothing goes wrong."""
    with staged(scene) as (server, there, report):
        done = len(server.performed)
        assert post(there, report).problems == ()
        state = end_state(there)
        writes = [_kind(f"{call.method} {call.path}", call.body) for call in server.performed[done:]]
        again = len(server.performed)
        post(there, report)
        assert server.performed[again:] == []
    return state, writes


def _kind(write: str, body: bytes) -> str:
    if write.endswith("graphql"):
        return "unresolve" if b"unresolveReviewThread" in body else "resolve"
    return re.sub(r"/\d+", "/N", write.replace("/repos/acme/shop", ""))


@pytest.mark.parametrize("scene", SCENES)
def test_the_scenes_use_every_write(scene: str) -> None:
    _, writes = undisturbed(scene)
    assert len(writes) == RUNS[scene], writes
    every = {"POST /pulls/N/reviews", "POST /pulls/N/comments"}
    if scene == "later":
        every |= {"PATCH /pulls/comments/N", "PUT /pulls/N/reviews/N", "resolve", "unresolve"}
    assert set(writes) == every
    assert writes[-1] in ("POST /pulls/N/reviews", "PUT /pulls/N/reviews/N"), "the state of the run comes last"


@pytest.mark.parametrize("scene", SCENES)
def test_killed_at_every_write_and_run_again(scene: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Before each write, and after it took effect but before its answer was seen; then the next run finishes it."""
    wanted, writes = undisturbed(scene)
    tally = Tally()
    for count in range(len(writes) + 1):
        for answered in (True, False):
            if count == 0 and not answered:
                continue
            with staged(scene) as (server, there, report):
                server.kill_after_writes(count, answered=answered)
                killed = post(there, report)
                assert count == len(writes) or killed.problems, "a killed run is no clean run"
                server.revive()
                result = post(there, report)
                assert result.problems == () and result.unposted == ()
                tally.faults += 1
                tally.look(there, report, result, f"{count} {answered}")
                assert end_state(there) == wanted, f"killed after {count} of {writes}, answered: {answered}"
    with capsys.disabled():
        print(f"\nkills {scene}: {tally.faults} tried, {tally.lost} lost, {tally.doubled} doubled")
    assert (tally.lost, tally.doubled) == (0, 0), tally.wrong


FAULTS: dict[str, dict[str, Any]] = {
    "answer dropped, done": {"drop_response": True},
    "502, not done": {"status": 502},
    "502, done": {"status": 502, "performed": True},
    "504, done": {"status": 504, "performed": True},
    "reset, not done": {"reset": True},
    "reset, done": {"reset": True, "performed": True},
    "200 with HTML, not done": {"html": True},
    "200 with HTML, done": {"html": True, "performed": True},
    "302, not done": {"status": 302, "location": "https://example.com/"},
    "403 secondary limit": {"limit": "secondary"},
    "403 secondary limit with retry-after": {"limit": "secondary", "retry_after": 7},
    "429 with retry-after": {"status": 429, "retry_after": 3},
    "403 primary limit": {"limit": "primary", "retry_after": 30},
    "422": {"status": 422, "message": "Unprocessable Entity"},
    "422 twice": {"status": 422, "message": "Unprocessable Entity", "times": 2},
    "401": {"status": 401, "message": "Bad credentials"},
    "403 no permission": {"status": 403, "message": "Resource not accessible by integration"},
    "403 locked": {"status": 403, "message": "Unable to create comment because issue is locked."},
}
SAYS_SO = ("401", "403 no permission", "403 locked", "422 twice", "422")


def _targets(scene: str) -> Iterator[str]:
    yield from dict.fromkeys(undisturbed(scene)[1])


def _matcher(kind: str) -> Callable[[Any], bool]:
    return lambda call: call.method != "GET" and _is(kind, call)


def _is(kind: str, call: Any) -> bool:
    if kind in ("resolve", "unresolve"):
        return b"mutation" in call.body and _kind(f"{call.method} {call.path}", call.body) == kind
    return not call.path.endswith("graphql") and _kind(f"{call.method} {call.path}", call.body) == kind


@pytest.mark.parametrize("scene", SCENES)
def test_every_fault_at_every_write(scene: str, capsys: pytest.CaptureFixture[str]) -> None:
    """One fault at a time. What passes is mended within the run; what does not is told, and mended by the next run."""
    wanted, _ = undisturbed(scene)
    tally = Tally()
    for target in _targets(scene):
        for name, fault in FAULTS.items():
            with staged(scene) as (server, there, report):
                server.fail_next(_matcher(target), **fault)
                result = post(there, report)
                assert server.pending_faults == 0 or name == "422 twice", f"{name} never met {target}"
                tally.faults += 1
                tally.look(there, report, result, f"{name} at {target}")
                if name in SAYS_SO:
                    retried = name == "422" and target == "POST /pulls/N/reviews"
                    if not result.problems and not retried:
                        tally.silent += 1
                        tally.wrong.append(f"silent: {name} at {target}")
                else:
                    assert end_state(there) == wanted, f"{name} at {target}"
                    continue
                last = post(there, report)
                tally.look(there, report, last, f"{name} at {target}, run again")
                if not (name.startswith("422") or (target == "unresolve" and name in SAYS_SO)):
                    assert end_state(there) == wanted, f"{name} at {target}, run again"
    with capsys.disabled():
        print(
            f"\nfaults {scene}: {tally.faults} tried, {tally.lost} lost, {tally.doubled} doubled, {tally.silent} silent"
        )
    assert (tally.lost, tally.doubled, tally.silent) == (0, 0, 0), tally.wrong
