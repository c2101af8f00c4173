"""What the model is told of a technology: never above the budget, the same bytes each time, nothing lost without a word."""

from __future__ import annotations

from itertools import combinations, permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reviewer.model.agent_prompt import built_in_agent, parse_agent_prompt
from reviewer.model.briefs.brief import Brief, all_briefs
from reviewer.model.briefs.choose import Signals, briefs_for
from reviewer.model.briefs.render import MAX_CHARS, Briefing, RiskAtHand, render_briefs
from reviewer.model.prompt import Team, built_in_texts, review_system
from reviewer.rules.registry import all_rules

BRIEFS = all_briefs()
RISKS = [RiskAtHand(id=rule.id, technologies=rule.technologies) for rule in all_rules()]
_PATHS = st.sampled_from([path for brief in BRIEFS for path in (*brief.imports, *brief.coordinates)])


def told(*paths: str) -> Briefing:
    return render_briefs(briefs_for([Signals(imports=frozenset(paths))]), RISKS)


def check(briefs: tuple[Brief, ...], rules: list[RiskAtHand] = RISKS) -> None:
    """Within the budget, and every fact is either told or counted."""
    found = render_briefs(briefs, rules)
    assert len(found.text) <= MAX_CHARS
    assert found.text.count("\n- ") + sum(found.left_out.values()) == sum(len(brief.facts) for brief in briefs)
    for name, count in found.left_out.items():
        assert f"{name} {count}" in found.text


def test_the_budget_holds_for_every_three_briefs() -> None:
    for count in (0, 1, 2, 3):
        for briefs in combinations(BRIEFS, count):
            check(briefs)


@given(st.lists(st.sampled_from(BRIEFS), unique=True))
def test_the_budget_holds_for_any_briefs_in_any_order(briefs: list[Brief]) -> None:
    check(tuple(briefs))


@given(st.lists(st.sampled_from(BRIEFS), unique=True), st.integers(0, 400))
def test_the_budget_holds_however_many_rules_there_are(briefs: list[Brief], count: int) -> None:
    check(
        tuple(briefs),
        [RiskAtHand(id=f"kafka-consumer-danger-{n}", technologies=("kafka-consumer",)) for n in range(count)],
    )


@given(st.lists(st.frozensets(_PATHS, max_size=4), max_size=5))
def test_the_budget_holds_for_any_unit(files: list[frozenset[str]]) -> None:
    check(briefs_for([Signals(imports=paths, coordinates=paths) for paths in files]))


@pytest.mark.parametrize("brief", BRIEFS, ids=lambda brief: brief.technology)
def test_one_technology_loses_nothing(brief: Brief) -> None:
    assert render_briefs((brief,), RISKS).left_out == {}


def test_of_any_three_that_a_unit_uses_each_keeps_its_weightiest_facts() -> None:
    for briefs in combinations([brief for brief in BRIEFS if brief.kind != "general"], 3):
        text = render_briefs(briefs, RISKS).text
        along = {name for brief in briefs for name in brief.also}
        missing = [f.text for b in briefs if b.technology not in along for f in b.facts[:4] if f.text not in text]
        assert missing == []


@pytest.mark.parametrize(
    "path",
    [
        "org.springframework.kafka.annotation.KafkaListener", "org.apache.kafka.streams.KStream", "org.apache.kafka.clients.X",
        "org.apache.flink.streaming.X", "org.apache.flink.table.X", "github.com/IBM/sarama", "aiokafka", "confluent_kafka",
        "Confluent.Kafka", "rdkafka", "kafkajs", "node-rdkafka",
    ],
)  # fmt: skip
def test_a_usual_unit_loses_nothing_with_what_comes_along(path: str) -> None:
    assert told(path).left_out == {}


def test_the_least_specific_goes_first() -> None:
    found = told("org.apache.flink.streaming.X", "org.apache.kafka.clients.producer.X")
    assert list(found.left_out) == ["kafka-java-producer", "kafka-core"]
    assert "Facts left out for length: kafka-java-producer " in found.text


def test_of_three_clients_none_loses_all() -> None:
    found = told("github.com/IBM/sarama", "org.springframework.kafka.X", "aiokafka")
    assert found.left_out["kafka-core"] == 10  # it only comes along
    for first in (
        "who commits: the container",
        "committed undone: auto commit (on by default) is",
        "failure skipped: MarkMessage",
    ):
        assert first in found.text


def test_the_same_technologies_give_the_same_bytes() -> None:
    files = [
        Signals(imports=frozenset(["org.springframework.kafka.X", "io.confluent.X"])),
        Signals(libraries=frozenset(["kafka-clients"]), language="java"),
        Signals(name="a.avsc"),
    ]
    texts = {render_briefs(briefs_for(order), list(reversed(RISKS))).text for order in permutations(files)}
    assert texts == {render_briefs(briefs_for(files), RISKS).text}


def test_other_files_of_one_technology_give_the_same_bytes() -> None:
    one, other = told("github.com/IBM/sarama"), told("github.com/Shopify/sarama", "fmt", "context")
    assert one == other


@given(st.frozensets(_PATHS, max_size=3))
def test_ids_are_those_of_the_units_technologies_and_each_stands_once(paths: frozenset[str]) -> None:
    briefs = briefs_for([Signals(imports=paths)])
    technologies = {name for brief in briefs for name in brief.rules}
    decided = {name for brief in briefs for fact in brief.facts for name in fact.risks}
    found = render_briefs(briefs, RISKS)
    offered = [risk.id for risk in RISKS for _ in range(_mentions(found.text, risk.id))]
    allowed = [risk.id for risk in RISKS if risk.id in decided or technologies & set(risk.technologies)]
    assert sorted([*offered, *found.ids_left_out]) == allowed


def _mentions(text: str, name: str) -> int:
    return sum(text.count(f"{before}{name}{after}") for before in "[ `" for after in "],`")


def test_sarama_is_offered_no_rule_of_spring_and_no_id_without_a_rule() -> None:
    text = told("github.com/IBM/sarama").text
    assert "kafka-consumer-commit-before-process" in text and "spring-kafka-" not in text and "flink-" not in text
    assert (
        "kafka-consumer-sarama-mark-and-claim-loop" not in text
    )  # a risk of the catalogue; there is no rule of that name


def test_blocks_go_from_shared_to_special_and_each_can_end_a_cached_prefix() -> None:
    agent, team = parse_agent_prompt(built_in_agent(), "agent.md"), Team(instructions="Be kind.", conventions="Tabs.")
    sarama, spring = (
        review_system(agent, team, told(path).text) for path in ("github.com/IBM/sarama", "org.springframework.kafka.X")
    )
    assert len(sarama) == len(spring) == 3
    assert sarama[:2] == spring[:2] and sarama[2] != spring[2]
    assert "Be kind." in sarama[1] and "MarkMessage" in sarama[2]
    assert review_system(agent, Team(), "") == sarama[:1]


def test_a_changed_brief_changes_the_fingerprint_of_the_prompt() -> None:
    assert {brief.text for brief in BRIEFS} <= set(built_in_texts())
