"""Agent prompts: the built-in one, and what teams write. Front matter is welcome and not needed."""

from __future__ import annotations

from pathlib import Path

import pytest

from reviewer.core.problem import ReviewError
from reviewer.model.agent_prompt import built_in_agent, parse_agent_prompt

BUILT_IN = parse_agent_prompt(built_in_agent(), "agent.md")
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


@pytest.mark.parametrize("ending", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
def test_neither_a_byte_order_mark_nor_the_ends_of_lines_change_a_prompt(ending: str, mark: str) -> None:
    text = mark + SEED_LIKE.replace("\n", ending)
    assert parse_agent_prompt(text, "mine.md") == parse_agent_prompt(SEED_LIKE, "mine.md")
    bare = parse_agent_prompt(f"{mark}You are strict.{ending}Really.", "mine.md")
    assert bare.body == "You are strict.\nReally."


def test_a_text_without_front_matter_is_a_prompt_with_the_built_in_model_and_the_files_name() -> None:
    agent = parse_agent_prompt("# Reviewer\n\nYou are strict.\n", ".github/agents/strict.md")
    assert agent.body == "# Reviewer\n\nYou are strict."
    assert (agent.name, agent.model) == ("strict", BUILT_IN.model) and BUILT_IN.model
    assert (agent.description, agent.color) == ("", "")


@pytest.mark.parametrize(
    "front",
    [
        "",
        "\n",
        "tools: Read, Grep\npermissionMode: plan\n",
        "owner: team-streams\n",
        "created: 2026-13-45\nskills:\n  - a\n  - b: [c]\n",
        "name:\nmodel:\ndescription:\n",
        "name: [a]\ndescription: {a: b}\n",
        "# who we are\ncolor: green\n",
        "owner: !!python/name:os.system ''\n",
    ],
)
def test_what_front_matter_leaves_out_has_a_default_and_what_we_do_not_know_is_ignored(front: str) -> None:
    agent = parse_agent_prompt(f"---\n{front}---\nYou are strict.\n", "team/strict.md")
    assert (agent.name, agent.model, agent.body) == ("strict", BUILT_IN.model, "You are strict.")


@pytest.mark.parametrize(
    ("front", "model"),
    [("model: opus", "opus"), ("'model': claude-x-1  # dear", "claude-x-1"), ('tools: "*"\nmodel: "haiku"', "haiku")],
)
def test_the_model_of_the_front_matter_counts_without_the_other_keys(front: str, model: str) -> None:
    assert parse_agent_prompt(f"\n---\n{front}\n---\nYou are strict.", "mine.md").model == model


@pytest.mark.parametrize(
    "text",
    [
        "---\nYou are strict.",  # a rule, and nothing that closes it
        "---\nname: x\nmodel: opus\n\nYou are strict.",
        "---\nname: x\n----\nYou are strict.",
        "---\nYou are strict.\n---\nAnd fair.",  # prose between two rules
        "---\n- be strict\n- be fair\n---\nReally.",
        "---\n# Reviewer\n---\nYou are strict.",
        "---\nNote: our topics are compacted: all of them.\n---\nYou are strict.",
        "---\nhttp://example.org: see there\n---\nYou are strict.",
        "You are strict.\n\n---\nmodel: opus\n---\n",
        "--- not a rule\nYou are strict.",
    ],
)
def test_what_is_no_front_matter_stays_in_the_prompt_to_the_last_word(text: str) -> None:
    agent = parse_agent_prompt(text, "mine.md")
    assert agent.body == text.strip() and (agent.name, agent.model) == ("mine", BUILT_IN.model)


@pytest.mark.parametrize(
    "text", ["", " \n\t\n", "\ufeff", "\ufeff\r\n", "---\nname: x\nmodel: opus\n---\n \n", "---\n---", "---\nname: x\n---"]
)  # fmt: skip
def test_a_prompt_that_says_nothing_is_an_error_that_says_what_to_do(text: str) -> None:
    with pytest.raises(ReviewError, match=r"^team/mine\.md: the agent prompt is empty\. Write .* built-in"):
        parse_agent_prompt(text, "team/mine.md")


@pytest.mark.parametrize(
    ("front", "line"),
    [
        ("name: x\nmodel: [opus\ncolor: blue", 3),
        ('model: "opus', 2),
        ("name: x\nmodel: opus: fast", 3),
        ("name: x\n\tmodel: opus", 3),
        ("name: *nobody", 2),
        ("name: x\ndescription: when: ever\nmodel: @opus", 4),
        ("name: x\x07", 2),
        ("model: opus\nmodel opus\nname: x", 3),
        ("model: opus\n...\nmore", 4),
        ("name: x\n? [a]\n: b", 3),
    ],
)
def test_broken_front_matter_names_the_file_and_the_line(front: str, line: int) -> None:
    with pytest.raises(ReviewError, match=rf"^mine\.md, line {line}: .*not valid YAML.*"):
        parse_agent_prompt(f"---\n{front}\n---\nYou are strict.", "mine.md")
    with pytest.raises(ReviewError, match=rf"^mine\.md, line {line + 2}: "):
        parse_agent_prompt(f"\n\n---\n{front}\n---\nYou are strict.", "mine.md")


def test_front_matter_without_a_bottom_is_an_error_and_no_crash() -> None:
    with pytest.raises(ReviewError, match=r"^mine\.md: .*nested too deep"):
        parse_agent_prompt(f"---\nmodel: {'[' * 40_000}\n---\nYou are strict.", "mine.md")


@pytest.mark.parametrize("value", ["[opus, haiku]", "{a: b}", "\n  - opus"])
def test_a_model_that_is_no_name_is_an_error(value: str) -> None:
    with pytest.raises(ReviewError, match=r"^mine\.md: `model` .*one name"):
        parse_agent_prompt(f"---\nmodel: {value}\n---\nYou are strict.", "mine.md")


def test_a_prompt_without_end_is_refused() -> None:
    with pytest.raises(ReviewError, match="at most 100,000 characters"):
        parse_agent_prompt("x" * 100_001, "mine.md")


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
