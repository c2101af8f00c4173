"""What is written where, in the ways of several languages."""

from __future__ import annotations

import pytest

from reviewer.clients.registry import Libraries
from reviewer.core.span import Side
from reviewer.facts.extract import extract
from reviewer.facts.streaming.extract import file_facts
from reviewer.facts.streaming.model import FileFacts


def facts_of(path: str, text: str) -> FileFacts:
    syntax = extract(path, text, Side.AFTER)
    return file_facts(syntax, text, Side.AFTER, libraries=Libraries(), external={}, versions={})


def java(body: str) -> FileFacts:
    return facts_of("A.java", f"import org.apache.kafka.clients.producer.*;\nclass A {{ void run() {{ {body} }} }}\n")


def go(body: str) -> FileFacts:
    return facts_of("a.go", f'package a\nimport "github.com/IBM/sarama"\nfunc run() {{\n{body}\n}}\n')


def settings(facts: FileFacts) -> dict[str, str]:
    return {setting.key: setting.value.text for setting in facts.settings}


def test_two_settings_of_one_chain_are_of_one_holder() -> None:
    chained = java('Config c = Config.builder().set("acks", "1").set("enable.idempotence", "false").build();')
    assert {setting.scope for setting in chained.settings} == {"A.run#c"}
    assert settings(chained) == {"acks": "1", "enable.idempotence": "false"}


def test_the_holder_of_a_chain_is_the_variable_that_it_begins_at() -> None:
    chained = java('props.set("acks", "1").set("linger.ms", "5");')
    assert {setting.scope for setting in chained.settings} == {"A.run#props"}


def test_two_chains_without_a_variable_are_two_holders() -> None:
    chained = java('use(Config.builder().set("acks", "1")); use(Config.builder().set("acks", "0"));')
    assert len({setting.scope for setting in chained.settings}) == 2


@pytest.mark.parametrize(
    "made", ["config := sarama.NewConfig()", "config := &sarama.Config{}", "var config *sarama.Config"]
)
def test_a_field_of_a_configuration_is_a_setting(made: str) -> None:
    found = go(f"{made}\nconfig.Producer.RequiredAcks = sarama.NoResponse")
    assert [(s.key, s.value.text, s.client, s.scope) for s in found.settings] == [
        ("acks", "0", "producer", "run#config")
    ]


def test_a_getter_gives_the_same_holder_each_time() -> None:
    written = java('env.getConfig().set("acks", "1"); env.getConfig().set("linger.ms", "5");')
    assert {setting.scope for setting in written.settings} == {"A.run#getConfig"}


def test_what_a_helper_of_the_library_gives_may_hold_more() -> None:
    text = (
        "import org.springframework.kafka.core.*;\nimport org.springframework.kafka.test.utils.KafkaTestUtils;\n"
        "class A { Object f() { var p = KafkaTestUtils.consumerProps(x); return new DefaultKafkaConsumerFactory<>(p); } }\n"
    )
    (client,) = facts_of("A.java", text).clients
    assert client.open_config


def test_a_field_of_another_object_is_none() -> None:
    assert go("options.Retries = 3\nbox.ClientID = name").settings == ()


def test_a_client_without_a_configuration_has_the_defaults() -> None:
    (client,) = go("p, err := sarama.NewSyncProducer(brokers, nil)").clients
    assert client.value("acks").is_known("1") and not client.open_config


def test_a_configuration_that_is_handed_to_someone_else_may_hold_more() -> None:
    (client,) = go("c := sarama.NewConfig()\nsecurity.Apply(c)\np, err := sarama.NewSyncProducer(brokers, c)").clients
    assert client.open_config


@pytest.mark.parametrize(
    "guarded",
    [
        "if err := store.Save(m); err != nil { log.Println(err) }",
        "err := store.Save(m)\n if err != nil { log.Println(err) }",
        "err = store.Save(m)\n // why\n if err != nil && !ignored(err) { log.Println(err) }",
    ],
)
def test_an_error_branch_of_go_catches_the_call_before_it(guarded: str) -> None:
    syntax = go(guarded).syntax
    (catch,) = [block for block in syntax.blocks if block.kind.value == "catch"]
    assert catch.variable == "err" and catch.owner is not None
    assert [call.name for call in syntax.calls if catch.owner in call.blocks] == ["Save"]


def test_a_condition_on_something_else_catches_nothing() -> None:
    assert [block.kind.value for block in go("found := look()\nif found != nil { use(found) }").syntax.blocks] == [
        "conditional"
    ]


def test_a_send_of_javascript_whose_promise_is_dropped_is_not_handled() -> None:
    text = 'import { Kafka } from "kafkajs";\nconst p = new Kafka({}).producer();\nfunction f() { p.send({ topic: "t", messages: [] }); }\n'
    (send,) = facts_of("a.js", text).sends
    assert not send.handled and send.topic is not None and send.topic.literal == "t"


def test_a_library_says_in_its_own_words_how_to_flush() -> None:
    assert "Close()" in go("").word("sarama", "flush")
    assert go("").word("kafkajs", "flush") == ""
