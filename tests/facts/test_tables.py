"""What tables can say that no library of ours says yet: options, chains, properties, clients by their declared type."""

from __future__ import annotations

from reviewer.clients.library import Key, Library, Makes, Operation, Record
from reviewer.core.span import Side
from reviewer.facts.extract import extract
from reviewer.facts.streaming.clients import clients, operations
from reviewer.facts.streaming.config import code_settings
from reviewer.facts.streaming.model import Client, Send
from reviewer.facts.streaming.names import Names, names_of
from reviewer.facts.streaming.sends import sends

OPTIONS = Library(
    id="options", title="", languages=frozenset({"go"}), imports=("example.com/kgo",), coordinates=(),
    types={"Client": "both"},
    makes=(Makes(name="NewClient", client="both", config="options", type="Client"),),
    operations=(Operation(client="producer", methods=frozenset({"Produce"}), role="send", record=1, callback=2, reports_by="callback"),),
    records={"Record": Record(fields={"topic": "Topic", "key": "Key", "value": "Value"})},
    keys={
        "RequiredAcks": Key(key="acks", client="producer", values={"LeaderAck": "1", "AllISRAcks": "all"}),
        "DisableAutoCommit": Key(key="enable.auto.commit", client="consumer", constant="false"),
        "ConsumerGroup": Key(key="group.id", client="consumer"),
    },
    spelling="fields",
)  # fmt: skip
CHAIN = Library(
    id="chain", title="", languages=frozenset({"rust"}), imports=("rdkafka",), coordinates=(),
    types={"FutureProducer": "producer", "StreamConsumer": "consumer"},
    makes=(Makes(name="create", client="by-type", config="chain"),),
    operations=(Operation(client="producer", methods=frozenset({"send"}), role="send", record=0, reports_by="future"),),
    records={"FutureRecord": Record(steps={"to": "topic", "key": "key", "payload": "value"})},
    configs={"ClientConfig": ""},
)  # fmt: skip
PROPERTIES = Library(
    id="properties", title="", languages=frozenset({"csharp"}), imports=("Confluent.Kafka",), coordinates=(),
    types={"IConsumer": "consumer"}, makes=(Makes(name="ConsumerBuilder", client="consumer", config=0, type="IConsumer"),),
    operations=(Operation(client="consumer", methods=frozenset({"Commit"}), role="commit"),),
    configs={"ConsumerConfig": "consumer"}, spelling="pascal",
    keys={"AutoOffsetReset": Key(key="auto.offset.reset", values={"Earliest": "earliest"})},
)  # fmt: skip
DOTTED = Library(
    id="dotted", title="", languages=frozenset({"go"}), imports=("example.com/kafka",), coordinates=(),
    makes=(Makes(name="NewProducer", client="producer", config=0, type="Producer"),), types={"Producer": "producer"},
    operations=(Operation(client="producer", methods=frozenset({"Produce"}), role="send", record=0, reports_by="callback"),),
    records={"Message": Record(fields={"topic": "TopicPartition.Topic", "value": "Value"})}, configs={"ConfigMap": ""},
)  # fmt: skip


def names(library: Library, path: str, text: str) -> Names:
    return names_of(extract(path, text, Side.AFTER), (library,), {})


def made(found: Names) -> list[Client]:
    return list(clients(found, tuple(code_settings(found)), {}))


def sent(found: Names) -> Send:
    (send,) = sends(found, tuple(operations(found)))
    return send


def values(client: Client) -> dict[str, str]:
    return {setting.key: setting.value.text for setting in client.settings}


def test_options_are_settings_of_the_client_that_they_are_given_to() -> None:
    found = names(
        OPTIONS, "a.go",
        'package a\nimport "example.com/kgo"\nfunc f() {\n opts := []kgo.Opt{kgo.RequiredAcks(kgo.LeaderAck())}\n'
        ' opts = append(opts, kgo.ConsumerGroup("g"), kgo.DisableAutoCommit())\n c, err := kgo.NewClient(opts...)\n'
        ' c.Produce(ctx, &kgo.Record{Topic: "t", Value: v}, nil)\n}\n',
    )  # fmt: skip
    assert {client.kind: values(client) for client in made(found)} == {
        "consumer": {"group.id": "g", "enable.auto.commit": "false"},
        "producer": {"acks": "1"},
    }
    assert not any(client.open_config for client in made(found))
    send = sent(found)
    assert send.topic is not None and send.topic.literal == "t" and send.key is None and send.key_known


def test_a_client_that_only_produces_is_one() -> None:
    found = names(
        OPTIONS,
        "a.go",
        'package a\nimport "example.com/kgo"\nvar c, err = kgo.NewClient(kgo.RequiredAcks(kgo.AllISRAcks()))\n',
    )
    assert [(client.kind, values(client)) for client in made(found)] == [("producer", {"acks": "all"})]


def test_a_chain_configures_the_client_that_it_ends_in() -> None:
    found = names(
        CHAIN, "a.rs",
        "use rdkafka::config::ClientConfig;\nfn f() {\n"
        ' let p: FutureProducer = ClientConfig::new().set("acks", "1").set("enable.idempotence", "false").create().expect("x");\n'
        ' let c: StreamConsumer = ClientConfig::new().set("group.id", &group).create().unwrap();\n'
        ' p.send(FutureRecord::to("t").payload(&body).key(&key), wait);\n}\n',
    )  # fmt: skip
    assert [(client.kind, values(client)) for client in made(found)] == [
        ("producer", {"acks": "1", "enable.idempotence": "false"}),
        ("consumer", {"group.id": "group"}),
    ]
    send = sent(found)
    assert send.topic is not None and send.topic.literal == "t" and send.key is not None and send.key.text == "key"


def test_properties_are_settings_in_their_spelling() -> None:
    found = names(
        PROPERTIES, "A.cs",
        "using Confluent.Kafka;\nclass A { void F() {\n"
        ' var config = new ConsumerConfig { GroupId = "g", EnableAutoCommit = false };\n'
        " config.AutoOffsetReset = AutoOffsetReset.Earliest;\n config.MaxPollIntervalMs = 1000;\n"
        " var c = new ConsumerBuilder<string, string>(config).Build();\n c.Commit();\n} }\n",
    )  # fmt: skip
    (client,) = made(found)
    assert client.holder == "c" and [operation.role for operation in operations(found)] == ["commit"]
    assert values(client) == {
        "group.id": "g", "enable.auto.commit": "false", "auto.offset.reset": "earliest", "max.poll.interval.ms": "1000",
    }  # fmt: skip
    assert not client.open_config


def test_a_map_with_a_type_of_its_own_is_seen_through_its_address() -> None:
    found = names(
        DOTTED, "a.go",
        'package a\nimport "example.com/kafka"\nfunc f() {\n config := &kafka.ConfigMap{"acks": "1"}\n config.SetKey("linger.ms", 5)\n'
        ' p, err := kafka.NewProducer(config)\n'
        ' p.Produce(&kafka.Message{TopicPartition: kafka.TopicPartition{Topic: &topic}, Value: v}, nil)\n}\n',
    )  # fmt: skip
    (client,) = made(found)
    assert values(client) == {"acks": "1", "linger.ms": "5"}
    send = sent(found)
    assert send.topic is not None and send.topic.text == "topic"


def test_a_function_of_the_same_name_in_another_package_makes_no_client() -> None:
    found = names(
        OPTIONS,
        "a.go",
        'package a\nimport ("example.com/kgo"; "example.com/redis")\nfunc f() { c := redis.NewClient(o)\n c.Produce(x) }\n',
    )
    assert made(found) == [] and list(operations(found)) == []
