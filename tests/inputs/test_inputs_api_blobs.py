"""Texts that come together, in GraphQL: whatever GitHub answers, the change is the one that was committed, in few requests."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from fakes.github import REPO, TOKEN, FakeGitHub, Scene, pull_request
from fakes.github.diffs import blob_sha
from fakes.loopback import Call
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from reviewer.core.problem import OutageError, ReviewError
from reviewer.github import batches
from reviewer.github.reader import PullRequestReader
from reviewer.github.session import Patience, Session
from reviewer.inputs.pull_request import read_pull_request

CODE = "class A{n} {{\n  int a = 1;\n  int b = {n};\n}}\n"
BEFORE = {f"src/p{n % 7}/A{n}.java": CODE.format(n=n) for n in range(120)}
AFTER = {path: text.replace("a = 1", "a = 2") for path, text in BEFORE.items()}
SHAS = {path: blob_sha(text.encode()) for path, text in AFTER.items()}


@pytest.fixture
def scene(fake_github: FakeGitHub) -> Iterator[Scene]:
    """A pull request of 120 changed files: three batches."""
    yield pull_request(fake_github, BEFORE, AFTER)
    fake_github.forget_faults()


@contextmanager
def reader(server: FakeGitHub, **patience: Any) -> Iterator[PullRequestReader]:
    patience = {"tries": 2, "first_pause": 0.0, **patience}
    with Session(token=TOKEN, repository=REPO, base_url=server.url, patience=Patience(**patience)) as session:
        yield PullRequestReader(session)


def assert_read_whole(server: FakeGitHub, **patience: Any) -> None:
    with reader(server, **patience) as made:
        files = read_pull_request(made, 1).change.change_set.files
    assert {file.path: (file.before, file.after) for file in files} == {p: (BEFORE[p], AFTER[p]) for p in AFTER}
    assert all(len(file.hunks) == 1 and file.unread is None for file in files)


def asked(server: FakeGitHub) -> tuple[int, int]:
    """(questions in GraphQL, blobs one by one)."""
    seen = server.endpoints()
    return seen["POST /graphql"], seen["GET /git/blobs"]


def test_many_texts_come_in_three_questions(scene: Scene) -> None:
    assert_read_whole(scene.server)
    assert asked(scene.server) == (3, 0) and scene.server.points == 3


def test_a_workflows_token_may_read_them_with_contents_read_alone(fake_github: FakeGitHub) -> None:
    scene = pull_request(
        fake_github, BEFORE, AFTER, private=True,
        permissions={"contents": "read", "pull_requests": "read", "metadata": "read"},
    )  # fmt: skip
    assert_read_whole(scene.server)
    assert asked(fake_github) == (3, 0)


def test_text_after_text_a_pause_between_writes_does_not_slow_reading(scene: Scene) -> None:
    """PyGithub takes every POST for a write; with an hour between writes this test would not end."""
    patience = Patience(tries=1)
    with Session(token=TOKEN, repository=REPO, base_url=scene.server.url, pause=3_600, patience=patience) as session:
        assert len(read_pull_request(PullRequestReader(session), 1).change.change_set.files) == 120


#: What a single text of an answer may be instead of itself. Everything is JSON, sent by who knows whom.
NODES: list[Callable[[Any, Any], Any]] = [
    lambda node, other: None, lambda node, other: {}, lambda node, other: [], lambda node, other: "text",
    lambda node, other: {"text": None}, lambda node, other: {"text": 7}, lambda node, other: {"text": ""},
    lambda node, other: other, lambda node, other: {"text": node["text"][:-3]}, lambda node, other: {"text": node["text"] + "\n"},
    lambda node, other: {"text": node["text"].replace("a = 2", "a = 1")}, lambda node, other: {"text": "\ud800"},
    lambda node, other: {"text": node["text"].replace("\n", "\r\n")}, lambda node, other: {"text": {"text": node["text"]}},
]  # fmt: skip
WHOLES: list[Callable[[Any], Any]] = [
    lambda told: {"data": None}, lambda told: {}, lambda told: [], lambda told: "no", lambda told: None,
    lambda told: {"data": {"repository": None}}, lambda told: {"data": {"repository": []}}, lambda told: {"data": [told]},
    lambda told: {**told, "errors": "no"}, lambda told: {**told, "errors": [1, {"type": ["x"]}, {"message": {}}]},
    lambda told: {**told, "errors": [{"type": "FORBIDDEN", "message": "no"}]},
    lambda told: {**told, "errors": [{"type": "RESOURCE_LIMITS_EXCEEDED", "message": "too much"}]},
    lambda told: {"errors": [{"type": "RESOURCE_LIMITS_EXCEEDED", "message": "too much"}]},
    lambda told: {"data": None, "errors": [{"message": "Something went wrong while executing your query."}]},
    lambda told: {"data": {"repository": None}, "errors": [{"type": "NOT_FOUND", "message": "no"}]},
    lambda told: {"errors": [{"type": "MAX_NODE_LIMIT_EXCEEDED", "message": "too many"}]},
]  # fmt: skip


@settings(max_examples=25, suppress_health_check=[HealthCheck.too_slow])
@given(
    nodes=st.lists(st.none() | st.sampled_from(NODES), min_size=50, max_size=50),
    whole=st.none() | st.sampled_from(WHOLES),
    times=st.sampled_from([1, 2, 1000]),
)
def test_no_answer_makes_the_change_another_one(
    nodes: list[Callable[[Any, Any], Any] | None], whole: Callable[[Any], Any] | None, times: int
) -> None:
    def twisted(told: Any) -> Any:
        blobs = told["data"]["repository"]
        others = [*list(blobs.values())[1:], {"text": "class Other {}\n"}]
        made = {
            alias: node if twist is None else twist(node, other)
            for (alias, node), other, twist in zip(blobs.items(), others, nodes, strict=False)
        }
        told = {"data": {"repository": made}}
        return whole(told) if whole else told

    with FakeGitHub() as server:
        pull_request(server, BEFORE, AFTER)
        server.fail_next("POST /graphql", twisted=twisted, times=times)
        assert_read_whole(server)
        assert len(server.requests) <= 4 + 60 + 120 and not server.violations


@pytest.mark.parametrize(
    ("limit", "questions", "singles"),
    [
        ({"objects": 30}, 7, 0),  # in part: what is missing is asked again, thirty at a time
        ({"text_bytes": 1_000}, 14, 0),
        ({"objects": 0}, 9, 120),  # nothing ever comes: eight failures are enough, the other worker is under way with one more
        ({"points": 2}, 4, 70),  # two batches, then each worker hears that the hour's points are spent
    ],
    ids=str,
)  # fmt: skip
def test_within_githubs_limits_every_text_comes_at_bounded_cost(
    limit: dict[str, int], questions: int, singles: int, scene: Scene
) -> None:
    for name, value in limit.items():
        setattr(scene.server.world.graphql, name, value)
    assert_read_whole(scene.server)
    told = asked(scene.server)
    assert told[0] <= questions and told[1] <= singles, told


def blobs_of(call: Call) -> int:
    return call.json["query"].count("object(") if call.path == "/graphql" else 0


def test_a_query_that_times_out_is_asked_in_halves(scene: Scene) -> None:
    """GitHub ends what takes more than ten seconds with 502 or 504, and takes points for it."""
    slept: list[float] = []
    scene.server.fail_next(lambda call: blobs_of(call) > 20, status=504, times=1000)
    assert_read_whole(scene.server, first_pause=1.0, sleep=slept.append)
    questions, singles = asked(scene.server)
    assert singles == 0 and questions <= 5 + 120 / 12
    assert slept == [1.0] * (1000 - scene.server.pending_faults) != []


def test_a_file_that_github_stumbles_over_takes_few_others_with_it(scene: Scene) -> None:
    bad = SHAS["src/p3/A66.java"]
    scene.server.fail_next(lambda call: blobs_of(call) > 0 and bad in call.body.decode(), status=502, times=1000)
    assert_read_whole(scene.server)
    questions, singles = asked(scene.server)
    assert 1 <= singles <= 8 and questions <= 20


@pytest.mark.parametrize(
    "fault",
    [
        {"status": 502}, {"status": 504, "html": True}, {"html": True}, {"reset": True}, {"drop_response": True}, {"cut": True},
        {"status": 403, "message": "Resource not accessible by integration"}, {"status": 404}, {"status": 400},
        {"errors": [{"type": "FORBIDDEN", "message": "no"}]}, {"errors": [{"message": "Field 'object' doesn't exist"}]},
        {"limit": "primary", "retry_after": 3000}, {"limit": "primary", "retry_after": 3000, "status": 200},
    ],
    ids=str,
)  # fmt: skip
def test_without_graphql_every_text_is_read_one_by_one(fault: dict[str, Any], scene: Scene) -> None:
    scene.server.fail_next("POST /graphql", times=1000, **fault)
    assert_read_whole(scene.server)
    questions, singles = asked(scene.server)
    assert 1 <= questions <= 9 and singles == 120


@pytest.mark.parametrize("status", [200, 403, 429])
def test_a_secondary_limit_is_waited_for_and_not_gone_around(status: int, scene: Scene) -> None:
    """It is for REST too: to go on there would be what GitHub bans integrations for."""
    waits: list[float] = []
    scene.server.fail_next("POST /graphql", limit="secondary", retry_after=7, status=status)
    assert_read_whole(scene.server, sleep=waits.append)
    assert waits == [7.0] and asked(scene.server) == (4, 0)
    scene.server.fail_next("POST /graphql", limit="secondary", retry_after=4000, status=status, times=1000)
    with reader(scene.server, sleep=waits.append) as made, pytest.raises(OutageError, match="Try again after"):
        read_pull_request(made, 1)
    questions, singles = asked(scene.server)
    assert (waits, singles) == ([7.0], 0) and questions <= 4 + 2


def test_an_error_ends_the_reading(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(batches, "MOST", 5)
    scene.server.fail_next("POST /graphql", limit="secondary", retry_after=4000)
    with reader(scene.server) as made, pytest.raises(OutageError, match="Try again after"):
        read_pull_request(made, 1)
    assert asked(scene.server)[0] < 12  # of 24


def test_batches_are_bounded_in_bytes_and_grow_again_when_it_goes_well() -> None:
    line = batches.Batches({f"{number:040}": 400_000 for number in range(5)}, batches.Pace())
    assert [len(line.take()) for _ in range(4)] == [2, 2, 1, 0]
    pace = batches.Pace()
    line = batches.Batches({f"{number:040}": 100 for number in range(1_000)}, pace)
    line.failed(line.take())
    assert len(line.take()) == 25
    for _ in range(8):
        line.worked()
    assert len(line.take()) == 50


def test_no_time_is_spent_beyond_the_deadline(scene: Scene) -> None:
    clock = iter(range(1_000))
    scene.server.fail_next("POST /graphql", status=502, times=1000)
    slept: list[float] = []
    with (
        reader(
            scene.server, first_pause=5.0, sleep=slept.append, deadline=14.0, clock=lambda: float(next(clock))
        ) as made,
        pytest.raises(OutageError),
    ):
        read_pull_request(made, 1)
    assert sum(slept) <= 14.0 and asked(scene.server)[1] == 0


def test_a_refused_token_is_told_as_ever(scene: Scene) -> None:
    with reader(scene.server) as made:
        info = made.pull_request(1)
        trees = made.tree(info.head_sha)
        scene.server.add_token(TOKEN, permissions={})
        scene.repo.private = True
        made.fetch(trees.values())
        with pytest.raises(ReviewError, match="contents: read"):
            made.blob(next(iter(trees.values())).sha)


def test_a_name_that_is_no_blob_stays_an_error(scene: Scene) -> None:
    with reader(scene.server) as made, pytest.raises(ReviewError, match="does not show"):
        made.blob("9" * 40)
