"""What was read wrong once in code of strangers, found by reading the facts of whole files against the code."""

from __future__ import annotations

import pytest

from reviewer.clients.registry import Libraries
from reviewer.core.span import Side
from reviewer.facts.extract import extract
from reviewer.facts.streaming.extract import file_facts
from reviewer.facts.streaming.model import FileFacts, Role


def facts(path: str, text: str) -> FileFacts:
    return file_facts(
        extract(path, text, Side.AFTER), text, Side.AFTER, libraries=Libraries(), external={}, versions={}
    )


def settings(found: FileFacts) -> list[tuple[str, str]]:
    return [(setting.key, setting.value.text) for setting in found.settings]


JAVA = "import org.apache.kafka.clients.producer.*;\nimport org.apache.kafka.clients.consumer.*;\nimport org.apache.kafka.clients.admin.*;\nclass A {{ {} }}\n"
PYTHON = "import logging\nfrom confluent_kafka import Consumer, Producer as KafkaProducer\n{}\n"


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("a.py", PYTHON.format('def f(m):\n    logger.exception("no", extra={"org_id": m.org, "host_id": m.host})')),
        ("a.py", PYTHON.format('attrs = {"messaging.system": "kafka", "messaging.kafka.partition": 1}\nIDENTITY = {"auth_type": "cert"}')),
        ("A.java", JAVA.format('void f() { body(new JSONObject().put("storage_id", "default")); }')),
        ("A.kt", 'import org.apache.kafka.clients.consumer.KafkaConsumer\nfun f() = mapOf("rapids_poll_id" to id(), "rapids_poll_count" to "1")\n'),
    ],
)  # fmt: skip
def test_what_only_looks_like_a_key_is_no_setting(path: str, text: str) -> None:
    assert settings(facts(path, text)) == []


def test_an_own_key_beside_a_known_one_is_a_setting() -> None:
    found = facts("a.py", PYTHON.format('c = {"group.id": "g", "plugin.level": "2"}'))
    assert settings(found) == [("group.id", "g"), ("plugin.level", "2")]


def test_constants_whose_names_are_not_their_keys() -> None:
    names = (
        "KEY_DESERIALIZER_CLASS_CONFIG",
        "VALUE_SERIALIZER_CLASS_CONFIG",
        "SEND_BUFFER_CONFIG",
        "RECEIVE_BUFFER_CONFIG",
    )
    puts = " ".join(f'p.put(ConsumerConfig.{name}, "x");' for name in names)
    found = facts("A.java", JAVA.format(f'void f() {{ {puts} p.put(SaslConfigs.SASL_JAAS_CONFIG, "x"); }}'))
    assert [key for key, _ in settings(found)] == [
        "key.deserializer", "value.serializer", "send.buffer.bytes", "receive.buffer.bytes", "sasl.jaas.config",
    ]  # fmt: skip


def test_a_paused_consumer_of_kafkajs_is_no_work_that_is_handed_off() -> None:
    text = 'import { Kafka } from "kafkajs";\nclass Q {\n  constructor(private consumer: Consumer) {}\n  async pause() {\n    this.consumer.pause([{ topic: "a" }]);\n  }\n  resume() {\n    this.consumer.resume([{ topic: "a" }]);\n  }\n}\n'
    found = facts("q.ts", text)
    assert [operation.role for operation in found.operations] == [Role.PAUSE, Role.RESUME]
    assert found.handoffs == ()


def test_the_topic_of_a_subscription_is_no_setting() -> None:
    text = 'import { Kafka } from "kafkajs";\nconst consumer = new Kafka({}).consumer({ groupId: "g" });\nconsumer.subscribe({ topic: "orders", fromBeginning: true });\n'
    assert settings(facts("q.ts", text)) == [("group.id", "g"), ("auto.offset.reset", "earliest")]


def test_the_transactions_of_an_asynchronous_producer_of_sarama() -> None:
    text = 'package a\n\nimport "github.com/IBM/sarama"\n\ntype T struct{ Producer sarama.AsyncProducer }\n\nfunc (t *T) f() error {\n\tif err := t.Producer.BeginTxn(); err != nil {\n\t\treturn err\n\t}\n\treturn t.Producer.CommitTxn()\n}\n'
    assert [(o.role, o.call.name) for o in facts("a.go", text).operations] == [
        (Role.TRANSACTION, "BeginTxn"),
        (Role.TRANSACTION, "CommitTxn"),
    ]


def test_a_client_that_is_imported_under_another_name() -> None:
    found = facts("a.py", PYTHON.format('producer = KafkaProducer({"acks": "1"})\nproducer.produce("orders", b"1")'))
    assert [(c.kind, c.holder, c.value("acks").text) for c in found.clients] == [("producer", "producer", "1")]
    assert [o.role for o in found.operations] == [Role.SEND]


CSHARP = "using Confluent.Kafka;\nclass P {\n  private readonly ProducerConfig _config;\n  private IProducer<string, byte[]> _producer;\n  public P() {\n    _config = new ProducerConfig { Acks = Acks.Leader };\n  }\n  public void Init() {\n    _producer = new ProducerBuilder<string, byte[]>(_config).Build();\n  }\n}\n"


def test_a_configuration_that_the_constructor_keeps_in_a_field() -> None:
    (client,) = facts("P.cs", CSHARP).clients
    assert client.value("acks").text == "1"
    java = JAVA.format(
        'private final Properties props; A() { this.props = new Properties(); props.put("acks", "1"); } void f() { new KafkaProducer<>(props); }'
    )
    (client,) = facts("A.java", java).clients
    assert client.value("acks").text == "1"


def test_fs2_settings_with_everything_imported() -> None:
    text = 'package a\nimport fs2.kafka.*\nobject A {\n  val settings = ConsumerSettings[IO, String, String].withGroupId("g").withAutoOffsetReset(AutoOffsetReset.Earliest)\n}\n'
    found = facts("A.scala", text)
    assert settings(found) == [("group.id", "g"), ("auto.offset.reset", "earliest")]


def test_the_type_of_a_client_of_rust_stands_behind_what_is_left_open() -> None:
    text = 'use rdkafka::config::ClientConfig;\nuse rdkafka::consumer::StreamConsumer;\nfn f(config: ClientConfig) {\n    let mut config = ClientConfig::new();\n    config.set("group.id", "g");\n    let consumer = config.create_with_context::<_, StreamConsumer<_>>(context()).unwrap();\n}\n'
    assert [c.kind for c in facts("a.rs", text).clients] == ["consumer"]


def test_the_counts_of_a_topic_that_are_optional() -> None:
    (topic,) = facts(
        "A.java", JAVA.format('void f() { new NewTopic("orders", Optional.of(6), Optional.of((short) 3)); }')
    ).topics
    assert (topic.partitions, topic.replication) == (6, 3)


@pytest.mark.parametrize(
    ("path", "text", "is_open"),
    [
        ("a.go", 'package a\n\nimport "github.com/segmentio/kafka-go"\n\nfunc f(cfg Config) {\n\treader := kafka.NewReader(kafka.ReaderConfig(cfg.Reader))\n\tuse(reader)\n}\n', True),
        ("a.go", 'package a\n\nimport "github.com/segmentio/kafka-go"\n\nfunc f() {\n\treader := kafka.NewReader(kafka.ReaderConfig{GroupID: "g"})\n\tuse(reader)\n}\n', False),
        ("P.cs", 'using Confluent.Kafka;\nclass P { void F(ClientConfig given) { var c = new ProducerConfig(given) { LingerMs = 5 }; var p = new ProducerBuilder<string, string>(c).Build(); } }\n', True),
        ("P.cs", 'using Confluent.Kafka;\nclass P { void F() { var c = new ProducerConfig { LingerMs = 5 }; var p = new ProducerBuilder<string, string>(c).Build(); } }\n', False),
    ],
)  # fmt: skip
def test_a_configuration_that_is_made_of_another_holds_what_that_holds(path: str, text: str, is_open: bool) -> None:
    (client,) = facts(path, text).clients
    assert client.open_config is is_open
