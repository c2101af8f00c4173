"""Large and odd pull requests through the API: lists that stop, trees that are cut off, pushes in between, requests that are limited."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from fakes.github import REPO, TOKEN, FakeGitHub, pull_request, reads
from fakes.github.checkout import ENV, Checkout
from fakes.github.from_git import load
from fakes.loopback import Call

from reviewer.core.change import ChangeSet, Commentable, FileStatus
from reviewer.core.problem import OutageError, ReviewError
from reviewer.core.span import Side
from reviewer.github.reader import PullRequestReader
from reviewer.github.session import Patience, Session
from reviewer.inputs import api_texts, port
from reviewer.inputs.local_git import read_local_change
from reviewer.inputs.pull_request import PullRequestChange, head_moved, read_pull_request

CODE = "class A{n} {{\n  int a = 1;\n  int b = {n};\n}}\n"


def code(number: int) -> str:
    return CODE.format(n=number)


def changed(text: str) -> str:
    return text.replace("a = 1", "a = 2")


@contextmanager
def reader(server: FakeGitHub, **patience: Any) -> Iterator[PullRequestReader]:
    patience = {"tries": 2, "first_pause": 0.0, **patience}
    with Session(token=TOKEN, repository=REPO, base_url=server.url, patience=Patience(**patience)) as session:
        yield PullRequestReader(session)


def read(server: FakeGitHub) -> PullRequestChange:
    with reader(server) as made:
        return read_pull_request(made, 1)


def shape(change_set: ChangeSet) -> list[Any]:
    """Everything that a review sees of the change."""
    return [(f.old_path, f.new_path, f.status, f.hunks, f.before, f.after, f.unread) for f in change_set.files]


FILES = {f"src/p{n % 7}/q{n % 3}/A{n}.java": code(n) for n in range(30)}


@pytest.fixture
def checkout(tmp_path: Path) -> Checkout:
    """30 changed files of 42, three of them moved, two deleted, two new."""
    made = Checkout(tmp_path / "repo", {**FILES, **{f"keep/K{n}.java": code(n) for n in range(12)}})
    names = list(FILES)
    made.commit(
        {
            **{name: changed(FILES[name]) for name in names[5:]},
            **dict.fromkeys(names[:5]),
            **{f"moved/{n}.java": FILES[names[n]] for n in range(3)},
            "new/N.java": "class Quite { String other; }\n", "new/M.yaml": "kafka:\n  acks: 1\n",
        }
    )  # fmt: skip
    return made


@pytest.mark.parametrize(("compared", "listed"), [(300, 3000), (7, 3000), (7, 13), (0, 0)])
def test_a_list_that_stops_makes_no_change_smaller(
    checkout: Checkout, fake_github: FakeGitHub, monkeypatch: pytest.MonkeyPatch, compared: int, listed: int
) -> None:
    """GitHub's real limits are 300 files of a comparison and 3,000 of a pull request."""
    monkeypatch.setattr(reads, "DIFF_FILES", compared)
    monkeypatch.setattr(reads, "FILES_LISTED", listed)
    checkout.serve(fake_github)
    by_git = read_local_change(checkout.root, base="main", head="feature", surroundings=ENV)
    change = read(fake_github).change
    assert shape(change.change_set) == shape(by_git.change_set)
    assert len(change.change_set.files) == 32
    assert any("list leaves out" in notice for notice in change.notices) == (listed < 30)
    shown = {file.path: file.commentable for file in change.change_set.files}
    assert list(shown.values()).count(Commentable.NOWHERE) == max(0, 32 - listed)
    assert all(shown[f"moved/{n}.java"] in (Commentable.FILE, Commentable.NOWHERE) for n in range(3))


@pytest.mark.parametrize("entries", [1, 5, 40])
def test_a_tree_that_is_cut_off_is_walked(checkout: Checkout, fake_github: FakeGitHub, entries: int) -> None:
    pull = checkout.serve(fake_github)
    pull.repo.tree_entries = entries
    by_git = read_local_change(checkout.root, base="main", head="feature", surroundings=ENV)
    with reader(fake_github) as made:
        change = read_pull_request(made, 1).change
        assert shape(change.change_set) == shape(by_git.change_set)
        for side in Side:
            assert change.reader.paths(side) == by_git.reader.paths(side)
        assert change.reader.read("keep/K3.java", Side.AFTER) == code(3)


def test_a_repository_that_is_too_large_for_the_api_says_what_to_do(
    checkout: Checkout, fake_github: FakeGitHub, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("reviewer.github.trees._REQUESTS", 3)
    checkout.serve(fake_github).repo.tree_entries = 1
    with pytest.raises(ReviewError, match="Review a checkout instead"):
        read(fake_github)


@pytest.mark.parametrize("moment", ["/compare/", "/pulls/1/files", "/git/trees/", "/graphql"])
def test_a_push_at_any_moment_does_not_mix_two_heads(
    checkout: Checkout, fake_github: FakeGitHub, monkeypatch: pytest.MonkeyPatch, moment: str
) -> None:
    monkeypatch.setattr(reads, "DIFF_FILES", 3)
    pull = checkout.serve(fake_github)
    by_git = read_local_change(checkout.root, base="main", head="feature", surroundings=ENV)
    first = pull.head_sha
    checkout.git("checkout", "-q", "-b", "later", "main")
    other = checkout.commit({name: text.replace("b =", "c =") for name, text in list(FILES.items())[3:20]})

    def pushed(call: Call) -> bool:
        if moment in call.path and pull.head_sha == first:
            load(pull.repo, checkout.root, "later")
            pull.push(other)
        return False

    fake_github.fail_next(pushed, status=500)
    with reader(fake_github) as made:
        change = read_pull_request(made, 1)
        assert (change.head_sha, head_moved(made, change)) == (first, other)
    assert shape(change.change.change_set) == shape(by_git.change_set)


def test_files_beyond_the_limit_are_accounted_for(
    checkout: Checkout, fake_github: FakeGitHub, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(api_texts, "_READ", 4)
    checkout.serve(fake_github)
    assert_read(read(fake_github), 4, "not fetched: more than")


def test_files_beyond_the_budget_of_single_requests_are_accounted_for(
    checkout: Checkout, fake_github: FakeGitHub, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without GraphQL each file is a request, and may need another for its other side. Three moved and two modified files take
    seven of eight; two new and two removed ones cost none: their patches hold them whole."""
    monkeypatch.setattr(api_texts, "_SINGLE", 8)
    checkout.serve(fake_github)
    fake_github.fail_next("POST /graphql", status=404, times=100)
    assert_read(read(fake_github), 3 + 2 + 4, "not fetched: GitHub gives")
    assert fake_github.endpoints()["GET /git/blobs"] == 3 + 2
    fake_github.forget_faults()


def test_files_that_come_one_by_one_only_are_read_on_both_sides_as_far_as_the_budget_goes(
    fake_github: FakeGitHub, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of a text that is no UTF-8 neither GraphQL nor the patch holds the bytes."""
    monkeypatch.setattr(api_texts, "_SINGLE", 20)
    old = {f"A{n:02}.java": code(n).encode() + b"// caf\xe9\n" for n in range(30)}
    pull_request(fake_github, old, {path: data.replace(b"a = 1", b"a = 2") for path, data in old.items()})
    change = read(fake_github)
    assert_read(change, 10, "not fetched: GitHub gives")
    for file in change.change.change_set.files[:10]:
        assert file.before and file.after == changed(file.before) and "\ufffd" in file.after
    assert fake_github.endpoints()["GET /git/blobs"] == 20


def test_files_beyond_the_limit_of_bytes_are_accounted_for(
    checkout: Checkout, fake_github: FakeGitHub, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(api_texts, "TOTAL_LIMIT", 1_000)
    checkout.serve(fake_github)
    change = read(fake_github)
    assert_read(change, len(change.change.change_set.files) - 19, port.OVER_TOTAL)


def assert_read(change: PullRequestChange, count: int, reason: str) -> None:
    """So many files were read whole; the others keep their hunks, say why, and are announced."""
    files = change.change.change_set.files
    unread = [file for file in files if file.unread]
    assert len(files) - len(unread) == count
    assert all(file.unread and file.unread.startswith(reason) for file in unread)
    assert sum(bool(file.hunks) for file in unread) >= len(unread) - 3
    assert any(f"{len(unread)} files were not fetched" in notice for notice in change.change.notices)


def test_three_thousand_and_more_files_cost_few_requests(
    fake_github: FakeGitHub, monkeypatch: pytest.MonkeyPatch
) -> None:
    """New files come whole in their patches; prose, lock files and vendored code are not fetched at all."""
    files = {f"docs/{n}.md": f"{n}\n" for n in range(2_990)} | {f"vendor/V{n}.java": code(n) for n in range(20)}
    code_files = {f"src/A{n}.java": code(n) for n in range(10)}
    monkeypatch.setattr(reads, "FILES_LISTED", 50)
    pull_request(fake_github, {"a.txt": "x\n"}, {**files, **code_files})
    change = read(fake_github).change.change_set
    assert len(change.files) == 3_020
    assert {file.path: file.after for file in change.files if file.path in code_files} == code_files
    assert len(fake_github.requests) <= 20


@pytest.mark.parametrize(
    ("fork", "deleted", "expected"), [(None, False, False), ("eve/shop", False, True), (None, True, True)]
)
def test_a_fork_is_known_also_when_it_is_gone(
    fake_github: FakeGitHub, fork: str | None, deleted: bool, expected: bool
) -> None:
    scene = pull_request(fake_github, {"a.txt": "x\n"}, {"a.txt": "y\n"}, fork=fork)
    if deleted:
        scene.pull.fork = None
    scene.pull.draft = True
    info = read(fake_github).info
    assert (info.is_fork, info.is_draft, info.is_open, info.is_merged) == (expected, True, True, False)


def test_unrelated_histories_are_an_error(fake_github: FakeGitHub) -> None:
    scene = pull_request(fake_github, {"a.txt": "x\n"}, {"a.txt": "y\n"})
    scene.pull.head_sha = scene.repo.commit({"b.txt": "z\n"})
    with pytest.raises(ReviewError):
        read(fake_github)


@pytest.mark.parametrize(("wait", "slept"), [(7, [7.0]), (61, []), (4000, [])])
def test_a_wait_is_obeyed_up_to_our_cap(fake_github: FakeGitHub, wait: int, slept: list[float]) -> None:
    pull_request(fake_github, {"a.txt": "x\n"}, {"a.txt": "y\n"})
    fake_github.fail_next("*", limit="secondary", retry_after=wait)
    waits: list[float] = []
    with reader(fake_github, sleep=waits.append) as made:
        if slept:
            assert read_pull_request(made, 1).change.change_set.files[0].status is FileStatus.MODIFIED
        else:
            with pytest.raises(OutageError, match="Try again after"):
                read_pull_request(made, 1)
    assert waits == slept


def test_no_wait_goes_beyond_the_deadline(fake_github: FakeGitHub) -> None:
    pull_request(fake_github, {"a.txt": "x\n"}, {"a.txt": "y\n"})
    fake_github.fail_next("*", limit="secondary", retry_after=30, times=5)
    waits: list[float] = []
    with (
        reader(fake_github, sleep=waits.append, deadline=20.0, clock=lambda: 0.0) as made,
        pytest.raises(OutageError, match="Try again after"),
    ):
        made.pull_request(1)
    with reader(fake_github, deadline=20.0, clock=lambda: 21.0) as made, pytest.raises(OutageError, match="time"):
        made.pull_request(1)
    assert waits == []
