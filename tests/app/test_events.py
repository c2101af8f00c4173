"""What each event asks for: one table."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reviewer.app.action.commands import Explain, Ignore, Review, Usage, parse_command
from reviewer.app.action.events import Asked, Nothing, ReviewPull, ReviewRange, RunCommand, Task, decide, read_event
from reviewer.core.problem import ReviewError

SAME = {"head": {"repo": {"id": 1}}, "base": {"repo": {"id": 1}}, "user": {"login": "alice"}}
FORK = {"head": {"repo": {"id": 2}}, "base": {"repo": {"id": 1}}, "user": {"login": "mallory"}}
GONE = {"head": {"repo": None}, "base": {"repo": {"id": 1}}, "user": None}


def pull(action: str, **more: Any) -> dict[str, Any]:
    return {"action": action, "number": 7, "pull_request": {"number": 7, "draft": False, **SAME, **more}}


def comment(
    body: str, *, kind: str = "User", login: str = "alice", action: str = "created", on_pull: bool = True
) -> dict[str, Any]:
    issue = {"number": 7, **({"pull_request": {"url": "u"}} if on_pull else {})}
    return {
        "action": action,
        "issue": issue,
        "comment": {"id": 5, "body": body, "user": {"login": login, "type": kind}},
    }


def command(what: Any) -> RunCommand:
    return RunCommand(number=7, comment_id=5, login="alice", command=what)


@pytest.mark.parametrize(
    ("name", "payload", "asked", "task"),
    [
        ("pull_request", pull("opened"), Asked(), ReviewPull(number=7)),
        ("pull_request", pull("reopened"), Asked(), ReviewPull(number=7)),
        ("pull_request", pull("ready_for_review"), Asked(), ReviewPull(number=7)),
        ("pull_request", pull("labeled"), Asked(), ReviewPull(number=7)),
        ("pull_request", pull("synchronize"), Asked(), ReviewPull(number=7, after_push=True)),
        ("pull_request", pull("opened", draft=True), Asked(), ReviewPull(number=7, is_draft=True)),
        ("pull_request_target", pull("opened"), Asked(), ReviewPull(number=7)),
        ("workflow_dispatch", {}, Asked(pr_number="12"), ReviewPull(number=12, on_request=True)),
        ("schedule", {}, Asked(pr_number="12"), ReviewPull(number=12, on_request=True)),
        ("workflow_run", {"workflow_run": {"head_sha": "abc"}}, Asked(pr_number="3"), ReviewPull(number=3, on_request=True, head="abc")),
        ("workflow_dispatch", {}, Asked(base_ref="v1", head_ref="v2"), ReviewRange(base="v1", head="v2")),
        ("push", {}, Asked(base_ref="main", sha="a" * 40), ReviewRange(base="main", head="a" * 40)),
        ("issue_comment", comment("/stream-review"), Asked(), command(Review())),
        ("issue_comment", comment("/stream-review\r\nthanks!"), Asked(), command(Review())),
        ("issue_comment", comment("/stream-review explain kafka-x"), Asked(), command(Explain(id="kafka-x"))),
        ("issue_comment", comment("/stream-review ignore AB12 a test topic"), Asked(), command(Ignore(id="ab12", reason="a test topic"))),
        ("issue_comment", comment("/stream-review ignore ab12"), Asked(), command(Usage())),
        ("issue_comment", comment("/stream-review please"), Asked(), command(Usage())),
    ],
)  # fmt: skip
def test_what_is_done(name: str, payload: dict[str, Any], asked: Asked, task: Task) -> None:
    assert decide(read_event(name, payload), asked) == task


@pytest.mark.parametrize(
    ("name", "payload"),
    [
        ("merge_group", {"action": "checks_requested", "merge_group": {"head_sha": "a"}}),
        ("pull_request", pull("closed")),
        ("issue_comment", comment("looks good")),
        ("issue_comment", comment("a\n/stream-review")),
        ("issue_comment", comment(" /stream-review")),
        ("issue_comment", comment("/stream-reviewer")),
        ("issue_comment", comment("> /stream-review")),
        ("issue_comment", comment("/stream-review", kind="Bot")),
        ("issue_comment", comment("/stream-review", login="evil[bot]")),
        ("issue_comment", comment("/stream-review", action="edited")),
        ("issue_comment", comment("/stream-review", on_pull=False)),
        ("issue_comment", comment("/stream-review\n<!-- stream-review:reply to=5 -->")),
        ("issue_comment", {"action": "created"}),
    ],
)
def test_what_is_none_of_our_business(name: str, payload: dict[str, Any]) -> None:
    assert isinstance(decide(read_event(name, payload), Asked()), Nothing)


def test_an_input_does_not_lead_around_the_check_of_who_commented() -> None:
    task = decide(read_event("issue_comment", comment("/stream-review")), Asked(pr_number="1", base_ref="main"))
    assert isinstance(task, RunCommand)
    nothing = decide(read_event("issue_comment", comment("hello")), Asked(pr_number="1"))
    assert isinstance(nothing, Nothing)


@pytest.mark.parametrize(
    ("name", "asked", "words"),
    [
        ("workflow_dispatch", Asked(), "pr-number"),
        ("workflow_run", Asked(), "pr-number"),
        ("schedule", Asked(), "names no pull request"),
        ("push", Asked(), "base-ref"),
        ("release", Asked(), "'release' names no pull request"),
        ("", Asked(), "(none)"),
        ("pull_request", Asked(base_ref="main"), "base-ref and head-ref"),
        ("workflow_dispatch", Asked(pr_number="1", base_ref="main"), "exclude each other"),
        ("workflow_dispatch", Asked(head_ref="x"), "head-ref needs base-ref"),
        ("workflow_dispatch", Asked(base_ref="x"), "base-ref needs head-ref"),
        ("workflow_dispatch", Asked(pr_number="0"), "pr-number is '0'"),
        ("workflow_dispatch", Asked(pr_number="1;id"), "pr-number"),
        ("workflow_dispatch", Asked(pr_number="99999999999"), "pr-number"),
    ],
)
def test_what_cannot_be_done_names_the_input(name: str, asked: Asked, words: str) -> None:
    with pytest.raises(ReviewError, match=words.replace("(", r"\(").replace(")", r"\)")):
        decide(read_event(name, {}), asked)


@pytest.mark.parametrize(
    ("name", "payload", "read_only"),
    [
        ("pull_request", pull("opened"), False),
        ("pull_request", pull("opened", **FORK), True),
        ("pull_request", pull("opened", **GONE), True),
        ("pull_request", pull("opened", user={"login": "dependabot[bot]"}), True),
        ("pull_request", {**pull("opened"), "sender": {"login": "dependabot[bot]"}}, True),
        ("pull_request_target", pull("opened", **FORK), False),
        ("workflow_dispatch", {}, False),
    ],
)
def test_who_gets_a_token_that_cannot_write(name: str, payload: dict[str, Any], read_only: bool) -> None:
    assert read_event(name, payload).has_read_only_token is read_only


_LEAF: st.SearchStrategy[Any] = st.sampled_from(
    [None, True, 0, 7, -1, 1.5, "", "x", "created", "/stream-review", [], {}]
)
_INNER = (
    st.dictionaries(st.sampled_from(["id", "user", "login", "repo", "body", "head", "number"]), _LEAF, max_size=3)
    | _LEAF
)
_PAYLOADS = st.dictionaries(
    st.sampled_from(["action", "number", "pull_request", "issue", "comment", "sender", "workflow_run"]),
    _INNER,
    max_size=6,
)


@given(_PAYLOADS, st.sampled_from(["pull_request", "issue_comment", "workflow_run", "merge_group", "x"]))
def test_a_payload_of_any_shape_is_read_and_decided(payload: dict[str, Any], name: str) -> None:
    try:
        task = decide(read_event(name, payload), Asked())
    except ReviewError as error:
        assert str(error)
    else:
        assert isinstance(task, ReviewPull | RunCommand | Nothing)


@given(st.text(max_size=200))
def test_only_the_first_line_can_be_a_command(text: str) -> None:
    found = parse_command(text)
    first = text.replace("\r", "\n").split("\n")[0]
    assert (found is not None) == (
        first == "/stream-review" or (first.startswith("/stream-review") and first[14:15].isspace())
    )
    if isinstance(found, Ignore):
        assert 0 < len(found.reason) <= 300 and "\n" not in found.reason


@given(st.text(max_size=60))
def test_a_reason_is_one_line_of_bounded_length(text: str) -> None:
    found = parse_command(f"/stream-review ignore abc123 {text}")
    assert found is not None
    if isinstance(found, Ignore):
        assert found.reason.strip() == found.reason != ""
