"""Prices and the reading of answers: what needs no server."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rules.examples import file_change

from reviewer.core.change import ChangeSet
from reviewer.core.problem import Problem
from reviewer.core.report import Usage
from reviewer.model import comparison, models
from reviewer.model.access import nobody
from reviewer.model.answer_form import schema
from reviewer.model.anthropic import ClaudeReviewer
from reviewer.model.candidate import to_finding
from reviewer.model.prompt import again_request, review_request, second_opinion_request
from reviewer.model.recorded import estimated
from reviewer.model.reply import Reply, parse_reply
from reviewer.model.second_opinion import SecondOpinion, parse_second_opinion

FINDING: dict[str, Any] = {
    "category": "data-loss", "severity": "high", "confidence": "high", "title": "Orders are lost", "path": "A.java",
    "side": "RIGHT", "start_line": 4, "line": 4, "scenario": ["a", "b"], "why": "w", "fix": "f", "suggestion": None,
    "evidence": [{"path": "A.java", "line": 4, "quote": "commit();"}], "rule_id": None,
}  # fmt: skip


def parsed(*findings: Any, wrap: str = "{}") -> Reply:
    reply = parse_reply(wrap.replace("{}", json.dumps({"findings": list(findings), "verdicts": [], "needs": []})))
    assert isinstance(reply, Reply)
    return reply


@pytest.mark.parametrize(
    ("model", "usage", "dollars"),
    [
        ("sonnet", Usage(input_tokens=1_000_000), 2.0),
        ("claude-sonnet-5-5", Usage(output_tokens=1_000_000), 10.0),
        ("sonnet", Usage(cache_write_tokens=1_000_000, cache_read_tokens=1_000_000), 2.6),
        ("opus", Usage(input_tokens=500_000, output_tokens=100_000), 4.0),
        ("fable", Usage(cache_read_tokens=1_000_000), 0.25),
        ("haiku", Usage(input_tokens=50_000, cache_read_tokens=50_000, output_tokens=1_000), 0.006),
        ("haiku", Usage(input_tokens=50_000, cache_read_tokens=50_001, output_tokens=1_000), 0.030_000_05),
        ("claude-tomorrow", Usage(input_tokens=1), None),
    ],
)
def test_a_cost_is_computed_from_what_was_used(model: str, usage: Usage, dollars: float | None) -> None:
    cost = models.cost(usage, model)
    assert cost is None if dollars is None else cost == pytest.approx(dollars)


def test_a_sum_with_an_unknown_part_is_unknown() -> None:
    assert models.total([Usage(cost_usd=1.0), Usage(cost_usd=None)]).cost_usd is None
    assert models.total([]).cost_usd == 0.0


@given(st.text(max_size=400), st.sampled_from([model.id for model in models.MODELS]))
def test_the_worst_case_is_above_what_the_same_text_costs(text: str, model: str) -> None:
    bound = models.worst_case((text,), 1_000, model)
    real = models.cost(Usage(cache_write_tokens=(len(text) + 2) // 3, output_tokens=1_000), model)
    assert bound is not None and real is not None and bound >= real


def test_one_bad_finding_costs_no_other_and_is_named() -> None:
    bad = {**FINDING, "severity": "terrible", "title": "Lost in the list", "path": "B.java", "line": 9}
    reply = parsed(FINDING, bad, "nonsense", {**FINDING, "scenario": []}, FINDING)
    assert len(reply.findings) == 2
    assert len(reply.rejected) == 3
    assert "Lost in the list" in reply.rejected[0] and "B.java:9" in reply.rejected[0]


@pytest.mark.parametrize(
    "change",
    [
        {"start_line": -3, "line": 0}, {"start_line": 9_000, "line": 1}, {"mood": "gloomy"},
        {"evidence": [{"path": "A.java", "line": -1, "quote": "commit();"}]},
    ],
)  # fmt: skip
def test_wrong_numbers_and_unasked_keys_lose_no_finding(change: dict[str, Any]) -> None:
    (finding,) = parsed({**FINDING, **change}).findings
    assert 1 <= finding.start_line <= finding.line and all(e.line >= 1 for e in finding.evidence)


def test_a_fence_around_the_answer_is_forgiven() -> None:
    assert len(parsed(FINDING, wrap="```json\n{}\n```").findings) == 1


@pytest.mark.parametrize(
    "text", ["", "[]", "{", "null", '{"findings": {}}', '{"findings": [}', "[" * 100_000, "I see no danger."]
)
def test_what_is_no_answer_is_a_problem_and_not_an_empty_review(text: str) -> None:
    assert isinstance(parse_reply(text), Problem)
    assert isinstance(parse_second_opinion(text), Problem)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=6),
    lambda c: st.lists(c, max_size=3) | st.dictionaries(st.text(max_size=6), c, max_size=3),
)


@given(st.dictionaries(st.sampled_from(sorted(FINDING)), JSON), JSON)
def test_no_answer_breaks_the_reading(changes: dict[str, Any], other: Any) -> None:
    for body in (
        {"findings": [{**FINDING, **changes}], "verdicts": other, "needs": other},
        {"findings": other},
        {"verdicts": [changes]},
    ):
        assert isinstance(parse_reply(json.dumps(body)), Reply | Problem)
        assert isinstance(parse_second_opinion(json.dumps(body)), SecondOpinion | Problem)


def test_parts_of_another_task_are_not_taken_and_said() -> None:
    row = {"id": "f1", "verdict": "refuted", "reason": "r", "quote": "q"}
    opinions = {"opinions": [{**row, "severity": None, "confidence": None}]}
    review = parse_reply(json.dumps({"findings": [], "verdicts": [], "needs": [], **opinions}))
    assert isinstance(review, Reply) and review.rejected == ("`opinions` was not asked for",)
    opinion = parse_second_opinion(json.dumps({"findings": [FINDING], "verdicts": [], "needs": [], **opinions}))
    assert isinstance(opinion, SecondOpinion) and opinion.rejected == ("`findings` was not asked for",)
    assert [one.verdict for one in opinion.opinions] == ["refuted"]
    assert isinstance(parse_second_opinion(json.dumps({"verdicts": opinions["opinions"]})), Problem)


def test_a_unit_that_is_asked_about_again_keeps_its_prefix_within_four_marks() -> None:
    first = review_request(("who", "team", "briefs"), "the unit")
    again = again_request(first, "served code", "e1: found", is_judged=True)
    opinion = second_opinion_request(first, "served code", "f1: found", keeps_more=True)
    with ClaudeReviewer(access=nobody("anthropic"), model="sonnet", deadline=1, clock=lambda: 0) as claude:
        bodies = [claude.body(request) for request in (first, again, opinion)]
    texts = [[b["text"] for b in (*body["system"], *body["messages"][0]["content"])] for body in bodies]
    assert texts[1][:4] == texts[2][:4] == texts[0] and texts[1][4] == texts[2][4] == "served code"
    assert texts[1][5].endswith("e1: found") and texts[2][5].endswith("f1: found") and "e1" not in texts[2][5]
    marks = [
        [
            text
            for b in (*body["system"], *body["messages"][0]["content"])
            for text in [b["text"]]
            if "cache_control" in b
        ]
        for body in bodies
    ]
    assert marks[0] == texts[0] and marks[1] == marks[2] == ["briefs", texts[0][3], "served code"]
    assert bodies[0]["output_config"] == bodies[1]["output_config"] == bodies[2]["output_config"]


def test_a_second_look_that_found_nothing_does_not_speak_of_code_above() -> None:
    first = review_request(("who",), "the unit")
    found, nothing = (
        again_request(first, "m", "", is_judged=True, is_found=is_found).last for is_found in (True, False)
    )
    assert "stands above, marked `you asked`" in found
    assert (
        "stands above" not in nothing
        and "nothing new of it could be shown" in nothing
        and "leave `needs` empty" in nothing
    )


def test_a_second_look_after_no_finding_does_not_ask_to_judge_any() -> None:
    first = review_request(("who",), "the unit")
    nothing, found = (again_request(first, "m", earlier, is_judged=False).last for earlier in ("", "e1: found"))
    assert "judge each of your earlier findings" in found
    assert "judge each" not in nothing and "as you had found nothing, `earlier` too" in nothing


def test_a_quote_without_a_path_is_of_the_finding_s_own_file() -> None:
    quotes = [{"path": path, "line": 3, "quote": "ack()"} for path in ("", "b/B.java")]
    (item,) = parsed({**FINDING, "evidence": quotes}).findings
    changes = ChangeSet(
        base="a", head="b", files=tuple(file_change(path, "", "x\n") for path in (item.path, "b/B.java"))
    )
    found = to_finding(item, changes, frozenset())
    assert [one.span.path for one in found.evidence] == [item.path, "b/B.java"]


def test_a_recording_counts_the_cache_as_it_is_billed() -> None:
    first = review_request(("s" * 300,), "u" * 600)
    again = again_request(first, "m" * 300, "e" * 30, is_judged=True)
    opinion = second_opinion_request(first, "m" * 300, "f" * 30, keeps_more=True)
    cached: set[str] = set()
    used = [estimated(request, "a" * 30, "claude-sonnet-5-5", cached) for request in (first, again, opinion)]
    unit, more = len(first.user) // 3 + 1, 100
    assert [u.cache_write_tokens for u in used] == [unit, more, 0]
    assert [u.cache_read_tokens for u in used] == [100, 100 + unit, 100 + unit + more]
    assert [u.input_tokens for u in used] == [0, -(-len(again.last) // 3), -(-len(opinion.last) // 3)]
    assert used[0].cost_usd == pytest.approx((unit * 2.5 + 100 * 0.1 + 10 * 10) / 1e6)
    told = {"findings": [{"title": "lost"}]}  # indented for who reads the file: a model does not write it so
    tight, wide = (estimated(first, json.dumps(told, indent=n), "claude-sonnet-5-5", set()) for n in (None, 4))
    assert tight == wide


def test_the_schemas_are_closed_small_and_without_what_the_api_refuses() -> None:
    for made in (schema(), comparison.schema()):
        text = json.dumps(made)
        assert len(text) < 4_500
        for word in ("$ref", "$defs", "minimum", "maximum", "maxLength", "minLength", "maxItems", "pattern", "default"):
            assert f'"{word}"' not in text
        assert text.count('"additionalProperties": false') == text.count('"type": "object"')
