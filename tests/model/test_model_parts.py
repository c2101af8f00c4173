"""Prices, the reading of answers, the agent file: what needs no server."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reviewer.core.problem import Problem, ReviewError
from reviewer.core.report import Usage
from reviewer.model import models, second_opinion
from reviewer.model.agent_prompt import built_in_agent, parse_agent_prompt
from reviewer.model.reply import Reply, parse_reply, schema
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


def test_the_schemas_are_closed_small_and_without_what_the_api_refuses() -> None:
    for made in (schema(), second_opinion.schema()):
        text = json.dumps(made)
        assert len(text) < 4_000
        for word in ("$ref", "$defs", "minimum", "maximum", "maxLength", "minLength", "maxItems", "pattern", "default"):
            assert f'"{word}"' not in text
        assert text.count('"additionalProperties": false') == text.count('"type": "object"')


# -- agent files -------------------------------------------------------------------------------------------------------

SEED_LIKE = (
    "---\nname: stream-person\n"
    "description: Use this agent when it matters: pipelines, e.g. Kafka. Examples:\\n<example>\\nContext: User needs help\\nuser: \"How?\"\\n</example>\n"
    "model: opus\ncolor: blue\n---\n\nYou know streams.\n\n---\n\nReally.\n"
)  # fmt: skip


def test_an_agent_file_with_colons_in_its_description_works_as_it_is() -> None:
    agent = parse_agent_prompt(SEED_LIKE, "mine.md")
    assert (agent.name, agent.model, agent.color) == ("stream-person", "opus", "blue")
    assert (
        agent.description.startswith("Use this agent when it matters: pipelines") and "</example>" in agent.description
    )
    assert agent.body == "You know streams.\n\n---\n\nReally."
    assert parse_agent_prompt(SEED_LIKE.replace("\n", "\r\n"), "mine.md") == agent


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("You are.", "front matter"),
        ("---\nname: x\n---\nbody", "`description`"),
        ("---\nname: x\ndescription: y\n---\n \n", "no prompt"),
        ("---\n- a\n---\nbody", "key: value"),
        ("---\n: : :\n---\nbody", "key: value"),
        ("x" * 100_001, "at most"),
    ],
)
def test_an_agent_file_that_is_none_says_what_is_missing(text: str, words: str) -> None:
    with pytest.raises(ReviewError, match=words):
        parse_agent_prompt(text, "mine.md")


AREAS = [
    "Apache Kafka", "partition strategies", "consumer group", "exactly-once", "transaction", "log compaction", "performance tuning", "Apache Flink",
    "checkpoint", "watermark", "window", "state backend", "Kafka Streams", "DSL", "Processor API", "state store", "interactive queries",
    "topology optimization", "late-arriving", "event sourcing", "CQRS", "saga", "ordering guarantee", "schema evolution", "complex event processing",
    "pattern detection", "temporal reasoning", "event correlation", "sliding window", "throughput", "latency", "failure", "consumer parallelism",
    "backpressure", "idempoten", "deduplicat", "serialization overhead", "state access", "JVM", "zero-copy", "monitor", "alert", "capacity",
    "disaster recovery", "Confluent", "Apicurio", "compatibility mode", "retention", "compaction", "backup", "dead letter", "circuit breaker",
    "exponential backoff", "Testcontainers", "embedded Kafka", "chaos", "Prometheus", "Grafana", "tracing", "business metrics", "consumer lag",
    "GC logs", "memory", "commit intervals", "network latency", "bandwidth", "data skew", "hot partition", "deserialization", "network partition",
    "rebalance", "reactive", "graceful", "metrics", "CLAUDE.md", "diagram", "theory", "data loss", "ordering violations", "state inconsistencies",
    "performance bottlenecks", "operational blind spots", "trade", "operational complexity", "L8", "committer",
]  # fmt: skip


def test_our_agent_keeps_every_area_and_habit_it_grew_from() -> None:
    agent = parse_agent_prompt(built_in_agent(), "agent.md")
    assert (agent.name, agent.model, agent.color) == ("streaming-engineer", "sonnet", "blue") and agent.description
    text = " ".join(agent.body.lower().split())
    assert [area for area in AREAS if area.lower() not in text] == []


def test_the_agent_of_the_wheel_is_the_repositorys() -> None:
    assert built_in_agent() == (Path(__file__).parents[2] / "agent.md").read_text(encoding="utf-8")
