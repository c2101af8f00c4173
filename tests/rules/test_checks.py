"""The checks that rules are composed of."""

from __future__ import annotations

import pytest
from rules.examples import delta_between

from reviewer.core.span import Side
from reviewer.facts.delta import Delta
from reviewer.facts.streaming.model import Known, Role, Value
from reviewer.rules.checks.calls import before, missing, steps
from reviewer.rules.checks.settings import beside, changed, defaulted, removed, weaker, written
from reviewer.rules.checks.strength import is_weaker
from reviewer.rules.checks.words import Words

HEAD = "import org.apache.kafka.clients.producer.*;\nclass Orders {\n  KafkaProducer<String, String> open() {\n    Properties props = new Properties();\n"
TAIL = "    return new KafkaProducer<>(props);\n  }\n}\n"
GRADLE = "dependencies {{\n  implementation 'org.apache.kafka:kafka-clients:{}'\n}}\n"


def producer(**settings: str) -> str:
    puts = "".join(f'    props.put("{key.replace("_", ".")}", "{value}");\n' for key, value in settings.items())
    return HEAD + puts + TAIL


def change(old: str, new: str, version: str = "3.7.0") -> Delta:
    gradle = {"build.gradle": GRADLE.format(version)}
    return delta_between({"Orders.java": old, **gradle}, {"Orders.java": new, **gradle})


def test_what_is_written_and_what_stands_beside_it() -> None:
    facts = change("", producer(acks="1", retries="0", linger_ms="5")).after
    (found,) = written(facts, "acks", of="producer", among=("0", "1"))
    assert (found.subject, found.text, found.setting.span.first_line) == (f"acks@{found.setting.scope}", "1", 5)
    assert [s.key for s in beside(found.file, found.setting, "retries", "batch.size")] == ["retries"]
    assert list(written(facts, "acks", of="consumer")) == []
    assert list(written(facts, "acks", among=("all",))) == []


@pytest.mark.parametrize(("version", "count"), [("2.8.0", 1), ("3.7.0", 0)])
def test_a_default_counts_in_the_versions_that_have_it(version: str, count: int) -> None:
    facts = change("", producer(linger_ms="5"), version).after
    assert len(list(defaulted(facts, "acks", of="producer", among=("1",)))) == count


@pytest.mark.parametrize(
    ("old", "new", "version", "expected"),
    [
        ("all", "1", "3.7.0", [("all", "1", Side.AFTER)]),
        ("1", "all", "3.7.0", []),
        ("-1", "all", "3.7.0", []),
        ("all", "", "2.8.0", [("all", "1", Side.BEFORE)]),  # the default of that version is less
        ("all", "", "3.7.0", []),
        ("all", "" , "", []),  # unknown is not weak
    ],
)  # fmt: skip
def test_weaker_than_before(old: str, new: str, version: str, expected: list[tuple[str, str, Side]]) -> None:
    delta = change(producer(acks=old), producer(acks=new) if new else producer(), version)
    assert [(d.old.text, d.new.text, d.span.side) for d in weaker(delta, "acks", of="producer")] == expected


def test_changed_and_removed() -> None:
    delta = change(producer(acks="all", linger_ms="5"), producer(acks="1"))
    assert [(d.old.text, d.new.text) for d in changed(delta, "acks", "linger.ms")] == [("all", "1")]
    assert [(d.subject.split("@")[0], d.new.known) for d in removed(delta, "acks", "linger.ms")] == [
        ("linger.ms", Known.UNKNOWN)
    ]


def test_a_setting_that_moves_to_another_file_of_the_change_is_not_removed() -> None:
    delta = delta_between(
        {"Orders.java": producer(acks="all")},
        {"Orders.java": producer(), "app.properties": "bootstrap.servers=b\nacks=all\n"},
    )
    assert list(removed(delta, "acks")) == []


@pytest.mark.parametrize(
    ("key", "weak", "strong"),
    [
        ("acks", "RequiredAcks.One", "all"),
        ("acks", "1", "-1"),
        ("retention.ms", "604800000", "-1"),
        ("retention.ms", "24 * 60 * 60 * 1000L", "604800000"),
        ("processing.guarantee", "at_least_once", "exactly_once_v2"),
        ("unclean.leader.election.enable", "true", "false"),
        ("auto.offset.reset", "latest", "earliest"),
        ("delivery.guarantee", "DeliveryGuarantee.NONE", "DeliveryGuarantee.AT_LEAST_ONCE"),
    ],
)
def test_the_order_of_strength(key: str, weak: str, strong: str) -> None:
    one, other = (Value(known=Known.EXPLICIT, text=text) for text in (weak, strong))
    if weak == "RequiredAcks.One":
        assert not is_weaker(key, other, one), "a spelling that the table does not know is not compared"
        return
    assert is_weaker(key, other, one) and not is_weaker(key, one, other) and not is_weaker(key, one, one)


SINK = """import org.apache.flink.connector.kafka.sink.KafkaSink;
class Job {{
  KafkaSink<String> sink() {{
    return KafkaSink.<String>builder().setTopic("a"){step}.build();
  }}
}}
"""


def test_steps_of_builders() -> None:
    with_step = delta_between({}, {"Job.java": SINK.format(step=".setDeliveryGuarantee(DeliveryGuarantee.NONE)")}).after
    without = delta_between({}, {"Job.java": SINK.format(step="")}).after
    ((_, _, step),) = steps(with_step, "kafka-sink", "setDeliveryGuarantee")
    assert step[1] == "DeliveryGuarantee.NONE"
    assert not list(missing(with_step, "kafka-sink", "setDeliveryGuarantee"))
    assert len(list(missing(without, "kafka-sink", "setDeliveryGuarantee"))) == 1


def test_a_commit_before_the_work() -> None:
    text = "from confluent_kafka import Consumer\n\ndef run(consumer):\n    msg = consumer.poll(1)\n    consumer.commit()\n    save(msg)\n"
    (file,) = delta_between({}, {"loop.py": text}).after.files
    ((commit, work),) = before(file, Role.COMMIT, tuple(c for c in file.syntax.calls if c.name == "save"))
    assert (commit.name, work.name) == ("commit", "save")


def test_words_fill_their_holes_and_name_one_that_nobody_filled() -> None:
    span = delta_between({}, {"a.py": "import kafka\n\nf()\n"}).after.files[0].syntax.calls[0].span
    words = Words("acks={acks}", ("a", "b", "{acks} -> c"), "fix {acks}", ('"{acks}"', '"all"'))
    hit = words.hit("s", span, acks="1")
    assert (hit.message, hit.scenario[2], hit.fix, hit.replace) == ("acks=1", "1 -> c", "fix 1", ('"1"', '"all"'))
    with pytest.raises(KeyError, match="acks"):
        words.hit("s", span)
