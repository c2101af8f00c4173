"""KafkaFlow (C#)."""

from __future__ import annotations

from reviewer.clients.library import Builds, Declares, Default, Delivers, Key, Library, Makes, Operation

_ACKS = {"All": "all", "Leader": "1", "None": "0"}
_STARTS = {"Earliest": "earliest", "Latest": "latest"}

# github.com/Farfetch/kafkaflow: src/KafkaFlow.Abstractions/Configuration, src/KafkaFlow/Consumers. A message is completed when the middlewares return, also
# after one that threw, unless the consumer has manual completion; completed offsets are stored in order and committed by time.
LIBRARY = Library(
    id="kafkaflow",
    title="KafkaFlow",
    languages=frozenset({"csharp"}),
    imports=("KafkaFlow",),
    coordinates=("KafkaFlow", "KafkaFlow.Microsoft.DependencyInjection"),
    types={"IMessageProducer": "producer", "IConsumerContext": "context", "IMessageConsumer": "consumer"},
    receiver_names={"producer": ("producer",), "consumer": ("consumer",), "context": ("consumercontext",)},
    makes=(Makes(name="GetProducer", client="", on="*", type="IMessageProducer"),),
    operations=(
        Operation(
            client="producer", methods=frozenset({"ProduceAsync"}), role="send", reports_by="future",
            shapes={2: {"key": 0, "value": 1}, 3: {"topic": 0, "key": 1, "value": 2}, 4: {"topic": 0, "key": 1, "value": 2}},
        ),
        Operation(
            client="producer", methods=frozenset({"Produce"}), role="send", reports_by="callback", callback=4, callback_keywords=("deliveryHandler",),
            shapes={2: {"key": 0, "value": 1}, 3: {"topic": 0, "key": 1, "value": 2}, 4: {"topic": 0, "key": 1, "value": 2}, 5: {"topic": 0, "key": 1, "value": 2}},
        ),
        Operation(client="producer", methods=frozenset({"BatchProduceAsync"}), role="send", reports_by="future", keyed_elsewhere=True, shapes={1: {"value": 0}, 2: {"value": 0}}),
        Operation(client="context", methods=frozenset({"Complete"}), role="commit"),
        Operation(client="context", methods=frozenset({"Pause"}), role="pause"),
        Operation(client="context", methods=frozenset({"Resume"}), role="resume"),
        Operation(client="consumer", methods=frozenset({"Pause"}), role="pause"),
        Operation(client="consumer", methods=frozenset({"Resume"}), role="resume"),
        Operation(client="consumer", methods=frozenset({"OverrideOffsetsAndRestartAsync"}), role="seek"),
    ),
    delivers=(
        Delivers(by="method", name="Handle", of="IMessageContext", base="IMessageHandler", ack="container", manual_after=frozenset({"Complete"})),
        Delivers(by="method", name="Invoke", of="IMessageContext", base="IMessageMiddleware", at=0, ack="container", manual_after=frozenset({"Complete"})),
    ),
    declares={"CreateTopicIfNotExists": Declares(on="*", partitions=1, replication=2)},
    builds={
        "AddCluster": Builds(kind="cluster", of_lambda=True, keys={"WithBrokers": "bootstrap.servers"}),
        "AddConsumer": Builds(
            kind="consumer", client="consumer", of_lambda=True, maps=frozenset({"WithConsumerConfig"}),
            keys={
                "WithGroupId": "group.id", "WithAutoOffsetReset": Key(key="auto.offset.reset", values=_STARTS), "WithAutoCommitIntervalMs": "auto.commit.interval.ms",
                "WithMaxPollIntervalMs": "max.poll.interval.ms",
            },
            parts={
                "Topic": "topic", "Topics": "topic", "ManualAssignPartitions": "topic", "WithName": "name", "WithWorkersCount": "workers", "WithBufferSize": "buffer",
                "WithManualMessageCompletion": "manual-completion", "WithoutStoringOffsets": "offsets-not-stored", "WithWorkerDistributionStrategy": "distribution",
                "WithWorkerStopTimeout": "stop-timeout", "WithInitialState": "initial-state", "WithPartitionsRevokedHandler": "revoked-handler",
                "WithPartitionsAssignedHandler": "assigned-handler",
            },
        ),
        "AddProducer": Builds(
            kind="producer", client="producer", of_lambda=True, maps=frozenset({"WithProducerConfig"}), given={0: ":name"},
            keys={"WithAcks": Key(key="acks", values=_ACKS), "WithLingerMs": "linger.ms", "WithCompression": Key(key="compression.type", values={"Gzip": "gzip", "Snappy": "snappy", "Lz4": "lz4", "Zstd": "zstd", "None": "none"})},
            parts={"DefaultTopic": "topic"},
        ),
    },
    spelling="fields",
    words={
        "flush": "Stop the bus in order (`await bus.StopAsync()`): it flushes the producers.",
        "confirm": "Await `ProduceAsync(…)`, or give `Produce(…)` a handler that looks at `report.Error` and fails the unit of work.",
        "manual": "Use WithManualMessageCompletion() and call `context.ConsumerContext.Complete()` when the work is done.",
        "retry": "KafkaFlow stores the offset also when {call}() throws: put a retry middleware in front of {handler}(), or send the message to a dead-letter topic and await that.",
    },
    defaults={"consumer": {"auto.offset.reset": (Default(value="latest"),)}, "producer": {"acks": (Default(value="all"),)}},
)  # fmt: skip
