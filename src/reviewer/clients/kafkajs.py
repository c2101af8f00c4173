"""KafkaJS (TypeScript and JavaScript)."""

from __future__ import annotations

from reviewer.clients.library import Default, Delivers, Key, Library, Makes, Operation

_MESSAGE = {"topic": "topic", "key": "messages.key", "value": "messages.value"}
_COMPRESSION = {"None": "none", "GZIP": "gzip", "Snappy": "snappy", "LZ4": "lz4", "ZSTD": "zstd"}

LIBRARY = Library(
    id="kafkajs",
    auto_commits="returned",
    title="KafkaJS",
    languages=frozenset({"javascript", "typescript"}),
    imports=("kafkajs",),
    coordinates=("kafkajs",),
    types={"Consumer": "consumer", "Producer": "producer", "Transaction": "producer", "Admin": "admin"},
    receiver_names={"consumer": ("consumer",), "producer": ("producer",)},
    # https://kafka.js.org/docs/configuration: new Kafka({…}).consumer({…})
    makes=(
        Makes(name="Kafka", client="", type="Kafka"),
        Makes(name="consumer", client="consumer", on="Kafka", type="Consumer"),
        Makes(name="producer", client="producer", optional=True, on="Kafka", type="Producer"),
        Makes(name="admin", client="admin", optional=True, on="Kafka", type="Admin"),
        Makes(name="transaction", client="", on="Producer", type="Transaction"),
    ),
    operations=(
        Operation(client="consumer", methods=frozenset({"subscribe"}), role="subscribe", config=0),
        Operation(client="consumer", methods=frozenset({"run"}), role="subscribe", config=0),
        Operation(client="consumer", methods=frozenset({"commitOffsets"}), role="commit"),
        Operation(client="consumer", methods=frozenset({"seek"}), role="seek"),
        Operation(client="consumer", methods=frozenset({"pause"}), role="pause"),
        Operation(client="consumer", methods=frozenset({"resume"}), role="resume"),
        Operation(client="consumer", methods=frozenset({"disconnect", "stop"}), role="close"),
        # Functions that eachBatch is given.
        Operation(
            client="consumer", methods=frozenset({"resolveOffset", "commitOffsetsIfNecessary"}), role="commit", is_bare=True
        ),
        Operation(
            client="producer", methods=frozenset({"send"}), role="send", record=0, fields=_MESSAGE, reports_by="future"
        ),
        Operation(
            client="producer", methods=frozenset({"sendBatch"}), role="send", record=0, reports_by="future",
            fields={"topic": "topicMessages.topic", "key": "topicMessages.messages.key", "value": "topicMessages.messages.value"},
        ),
        Operation(client="producer", methods=frozenset({"disconnect"}), role="close"),
        Operation(client="producer", methods=frozenset({"commit", "abort", "sendOffsets"}), role="transaction"),
    ),
    delivers=(
        Delivers(by="callback", name="eachMessage", of="run", records=("message",)),
        Delivers(by="callback", name="eachBatch", of="run", records=("batch",)),
    ),
    spelling="camel",
    # https://kafka.js.org/docs/producing, https://kafka.js.org/docs/consuming; types/index.d.ts
    keys={
        "groupId": Key(key="group.id", client="consumer"),
        "clientId": Key(key="client.id"),
        "acks": Key(key="acks", client="producer", values={"-1": "all"}),
        "idempotent": Key(key="enable.idempotence", client="producer"),
        "transactionalId": Key(key="transactional.id", client="producer"),
        "maxInFlightRequests": Key(key="max.in.flight.requests.per.connection"),
        "retry.retries": Key(key="retries"),
        "createPartitioner": Key(key="partitioner.class", client="producer"),
        "compression": Key(key="compression.type", client="producer", values=_COMPRESSION),
        "autoCommit": Key(key="enable.auto.commit", client="consumer"),
        "autoCommitInterval": Key(key="auto.commit.interval.ms", client="consumer"),
        "autoCommitThreshold": Key(key="auto.commit.threshold", client="consumer"),
        "fromBeginning": Key(key="auto.offset.reset", client="consumer", values={"true": "earliest", "false": "latest"}),
        "sessionTimeout": Key(key="session.timeout.ms", client="consumer"),
        "rebalanceTimeout": Key(key="rebalance.timeout.ms", client="consumer"),
        "heartbeatInterval": Key(key="heartbeat.interval.ms", client="consumer"),
        "readUncommitted": Key(
            key="isolation.level", client="consumer", values={"true": "read_uncommitted", "false": "read_committed"}
        ),
        "eachBatchAutoResolve": Key(key="each.batch.auto.resolve", client="consumer"),
        "partitionsConsumedConcurrently": Key(key="partitions.consumed.concurrently", client="consumer"),
    },
    words={
        "sends": "returns before the brokers have the record",
        "flush": "Call `await producer.disconnect()` before the process ends, after every send was awaited.",
        "confirm": "Await `producer.send(…)`, or return its promise, before acknowledging upstream.",
        "retry": "Let what the handler throws leave eachMessage: KafkaJS retries the message and does not resolve its offset.",
    },
    # src/producer/index.js, src/consumer/index.js; no limit of requests in flight.
    defaults={
        "producer": {
            "acks": (Default(value="all"),),
            "enable.idempotence": (Default(value="false"),),
            "retries": (Default(value="5"),),
        },
        "consumer": {
            "enable.auto.commit": (Default(value="true"),),
            "auto.offset.reset": (Default(value="latest"),),
            "isolation.level": (Default(value="read_committed"),),
        },
    },
)  # fmt: skip
