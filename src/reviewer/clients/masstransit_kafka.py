"""MassTransit's Kafka rider (C#)."""

from __future__ import annotations

from reviewer.clients.library import Builds, Default, Delivers, Key, Library, Makes, Operation

_STARTS = {"Earliest": "earliest", "Latest": "latest"}
_CLIENT: dict[str, str | Key] = {
    "Acks": Key(key="acks", client="producer", values={"All": "all", "Leader": "1", "None": "0"}),
    "MaxInFlight": "max.in.flight.requests.per.connection",
    "ClientId": "client.id",
}

_ENDPOINT = Builds(
    kind="endpoint", client="consumer", of_lambda=True, given={0: ":topic", 1: "group.id"},
    keys={
        "AutoOffsetReset": Key(key="auto.offset.reset", values=_STARTS), "GroupInstanceId": "group.instance.id", "EnableAutoOffsetStore": "enable.auto.offset.store",
        "UseIsolationLevel": Key(key="isolation.level", values={"ReadUncommitted": "read_uncommitted", "ReadCommitted": "read_committed"}),
        "PartitionAssignmentStrategy": "partition.assignment.strategy",
    },
    parts={
        "CheckpointInterval": "checkpoint-interval", "CheckpointMessageCount": "checkpoint-count", "MessageLimit": "message-limit", "ConcurrentMessageLimit": "concurrent-messages",
        "ConcurrentDeliveryLimit": "concurrent-deliveries", "ConcurrentConsumerLimit": "concurrent-consumers", "SessionTimeout": "session-timeout", "MaxPollInterval": "max-poll-interval",
        "HeartbeatInterval": "heartbeat-interval", "ConfigureConsumer": "consumer", "UseMessageRetry": "retry", "CreateIfMissing": "create-topic", "UseRawJsonDeserializer": "deserializer",
        "SetValueDeserializer": "deserializer",
    },
)  # fmt: skip

# github.com/MassTransit/MassTransit: src/Transports/MassTransit.KafkaIntegration. The rider turns auto commit off and checkpoints by itself, every minute or 5000
# messages; a consumer that throws has no error queue there.
LIBRARY = Library(
    id="masstransit-kafka",
    title="MassTransit's Kafka rider",
    languages=frozenset({"csharp"}),
    imports=("MassTransit",),
    coordinates=("MassTransit.Kafka",),
    types={"ITopicProducer": "producer"},
    receiver_names={"producer": ("topicproducer",)},
    makes=(Makes(name="GetProducer", client="", on="*", type="ITopicProducer"),),
    operations=(
        # With one type argument the message comes first, with two the key.
        Operation(client="producer", methods=frozenset({"Produce"}), role="send", reports_by="future", keyed_elsewhere=True, shapes={1: {"value": 0}}),
    ),
    delivers=(Delivers(by="method", name="Consume", of="ConsumeContext", base="IConsumer", at=0, ack="container"),),
    builds={
        "UsingKafka": Builds(kind="rider", of_lambda=True, keys=_CLIENT, parts={"Host": "host", "SecurityProtocol": "security-protocol"}),
        "TopicEndpoint": _ENDPOINT,
        "ConnectTopicEndpoint": _ENDPOINT,
        "AddProducer": Builds(kind="producer", client="producer", of_lambda=True, given={0: ":topic"}, parts={"SetKeySerializer": "key-serializer", "SetValueSerializer": "value-serializer"}),
    },
    spelling="fields",
    words={
        "confirm": "Await `producer.Produce(…)` before the consumer returns.",
        "retry": "Let what {call}() throws leave {handler}() with UseMessageRetry before it; the rider has no error queue, so send what fails for good to a dead-letter topic and await that.",
    },
    defaults={"consumer": {"enable.auto.commit": (Default(value="false"),), "auto.offset.reset": (Default(value="latest"),)}, "producer": {"acks": (Default(value="all"),)}},
)  # fmt: skip
