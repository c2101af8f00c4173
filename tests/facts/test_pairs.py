"""The same thing before and after a change, and whose a setting is."""

from __future__ import annotations

from dataclasses import replace

import pytest
from rules.examples import delta_between, delta_of

from reviewer.facts.delta import Delta
from reviewer.facts.owners import belongs
from reviewer.facts.pairs import STATES, TOPICS
from reviewer.facts.streaming.model import Topic
from reviewer.rules.examples import ExampleFile, example_of

TOPIC = """apiVersion: kafka.strimzi.io/v1beta2
kind: KafkaTopic
metadata:
  name: {name}
spec:
  partitions: {partitions}
  replicas: 3
"""


def topic(name: str = "orders", partitions: int = 6) -> str:
    return TOPIC.format(name=name, partitions=partitions)


def partitions(delta: Delta) -> list[tuple[int | None, int | None, str]]:
    """What became of the partitions of each topic, and the file that tells."""
    pairs = delta.pairs_of(TOPICS)
    return [(_count(p.before), _count(p.after), p.files.change.path) for p in pairs]


def _count(topic: Topic | None) -> int | None:
    return topic.partitions if topic is not None else None


def test_a_topic_is_itself_in_its_file() -> None:
    assert partitions(delta_between({"a.yaml": topic()}, {"a.yaml": topic(partitions=12)})) == [(6, 12, "a.yaml")]


def test_a_topic_that_moves_to_another_file_stays_the_same_topic() -> None:
    assert partitions(delta_between({"a.yaml": topic()}, {"b.yaml": topic(partitions=12)})) == [(6, 12, "b.yaml")]


def test_another_name_is_another_topic() -> None:
    delta = delta_between({"a.yaml": topic()}, {"a.yaml": topic("bills")})
    assert partitions(delta) == [(6, None, "a.yaml"), (None, 6, "a.yaml")]


def test_a_renamed_file_is_followed() -> None:
    example = example_of({"a.properties": "bootstrap.servers=b\nacks=all\n"}, {})
    (file,) = example.files
    moved = ExampleFile(
        old_path=file.old_path, new_path="b.properties", before=file.before, after="bootstrap.servers=b\nacks=1\n"
    )
    (pair,) = delta_of(replace(example, files=(moved,))).settings("acks")
    assert pair.before is not None and pair.after is not None
    assert (pair.before.value.text, pair.after.value.text) == ("all", "1")


PRODUCERS = """from confluent_kafka import Producer

def open_all():
    return [{made}]
"""


def producers(*acks: str) -> str:
    return PRODUCERS.format(made=", ".join(f'Producer({{"acks": "{value}"}})' for value in acks))


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        (("all", "1"), ("all", "0"), [("1", "0", False), ("all", "all", True)]),  # what stayed equal is set apart
        (("all",), ("1",), [("all", "1", True)]),
        (("all", "1"), ("1", "all"), [("1", "1", True), ("all", "all", True)]),
        (("all", "1"), ("0",), []),  # nobody knows which one went
    ],
)
def test_two_in_one_place_are_told_apart_by_their_values(
    before: tuple[str, ...], after: tuple[str, ...], expected: list[tuple[str, str, bool]]
) -> None:
    delta = delta_between({"p.py": producers(*before)}, {"p.py": producers(*after)})
    found = [
        (p.before.value.text, p.after.value.text, p.is_sure or p.before.value == p.after.value)
        for p in delta.settings("acks") if p.before is not None and p.after is not None
    ]  # fmt: skip
    assert sorted(found) == expected


def test_a_state_is_itself_when_its_class_moves() -> None:
    text = """import org.apache.flink.api.common.state.ValueStateDescriptor;
class Counter extends KeyedProcessFunction<String, Order, Order> {
  public void open(Configuration c) {
    total = getRuntimeContext().getState(new ValueStateDescriptor<>("total", Long.class));
  }
}
"""
    delta = delta_between({"A.java": text}, {"b/A.java": text.replace("Long", "Integer")})
    (pair,) = delta.pairs_of(STATES)
    assert pair.before is not None and pair.after is not None and pair.before.types != pair.after.types


@pytest.mark.parametrize(
    ("path", "text", "kind", "expected"),
    [
        ("application.yml", "spring:\n  kafka:\n    producer:\n      acks: 1\n", "producer", True),
        ("application.yml", "spring:\n  kafka:\n    producer:\n      acks: 1\n", "consumer", False),
        ("app.properties", "bootstrap.servers=b\nacks=1\n", "producer", True),
        ("app.properties", "acks=1\n", "producer", False),
        ("p.py", 'from confluent_kafka import Producer\n\np = Producer({"acks": "1"})\n', "producer", True),
    ],
)
def test_whose_a_setting_is(path: str, text: str, kind: str, expected: bool) -> None:
    (file,) = delta_between({}, {path: text}).after.files
    (setting,) = [s for s in file.settings if s.key == "acks"]
    assert belongs(file, setting, kind) is expected
