"""sarama (Go)."""

from __future__ import annotations

from reviewer.clients.library import Default, Key, Library, Makes, OnRebalance, Operation, Record

_GROUP = "consumer"
_TRANSACTION = frozenset({"BeginTxn", "CommitTxn", "AbortTxn", "AddMessageToTxn", "AddOffsetsToTxn"})
_COMPRESSION = {
    "CompressionNone": "none",
    "CompressionGZIP": "gzip",
    "CompressionSnappy": "snappy",
    "CompressionLZ4": "lz4",
    "CompressionZSTD": "zstd",
}

LIBRARY = Library(
    id="sarama",
    title="sarama (Go)",
    languages=frozenset({"go"}),
    imports=("github.com/IBM/sarama", "github.com/Shopify/sarama"),
    coordinates=("github.com/IBM/sarama", "github.com/Shopify/sarama"),
    types={
        "SyncProducer": "producer",
        "AsyncProducer": "async-producer",
        "Consumer": _GROUP,
        "ConsumerGroup": _GROUP,
        "PartitionConsumer": _GROUP,
        "ConsumerGroupSession": _GROUP,
        "ConsumerGroupClaim": _GROUP,
        "PartitionOffsetManager": _GROUP,
        "OffsetManager": _GROUP,
        "ClusterAdmin": "admin",
    },
    receiver_names={"producer": ("syncproducer",), "async-producer": ("asyncproducer",), _GROUP: ("consumergroup",)},
    # https://pkg.go.dev/github.com/IBM/sarama: NewX(addrs, config), NewXFromClient(client); a nil config has the defaults.
    makes=(
        Makes(name="NewSyncProducer", client="producer", config=1, type="SyncProducer"),
        Makes(name="NewAsyncProducer", client="producer", config=1, type="AsyncProducer"),
        Makes(name="NewSyncProducerFromClient", client="producer", config=1, type="SyncProducer"),
        Makes(name="NewAsyncProducerFromClient", client="producer", config=1, type="AsyncProducer"),
        Makes(name="NewConsumer", client="consumer", config=1, type="Consumer"),
        Makes(name="NewConsumerGroup", client="consumer", config=2, positions={1: "group.id"}, type="ConsumerGroup"),
        Makes(
            name="NewConsumerGroupFromClient", client="consumer", config=2, positions={0: "group.id"}, type="ConsumerGroup"
        ),
        Makes(name="ConsumePartition", client="", on="Consumer", type="PartitionConsumer"),
        Makes(name="NewClusterAdmin", client="admin", config=1, type="ClusterAdmin"),
    ),
    rebalances=(
        OnRebalance(method="Cleanup", event="revoked", at=1, takes="ConsumerGroupSession"),
        OnRebalance(method="Setup", event="assigned", at=1, takes="ConsumerGroupSession"),
    ),
    operations=(
        # Marks and commits are high-water marks; MarkOffset and ResetOffset take the next offset (offset_manager.go).
        Operation(client=_GROUP, methods=frozenset({"Messages"}), role="poll"),
        Operation(
            client=_GROUP, methods=frozenset({"MarkMessage", "MarkOffset", "ResetOffset", "Commit", "CommitOffsets"}), role="commit"
        ),
        Operation(client=_GROUP, methods=frozenset({"Consume"}), role="subscribe"),
        Operation(client=_GROUP, methods=frozenset({"Close", "AsyncClose"}), role="close"),
        Operation(
            client="producer", methods=frozenset({"SendMessage", "SendMessages"}), role="send", record=0, reports_by="result"
        ),
        Operation(client="async-producer", methods=frozenset({"Input"}), role="send", record=0, reports_by="channel"),
        Operation(client="async-producer", methods=frozenset({"Errors", "Successes"}), role="serve"),
        Operation(client="producer", methods=frozenset({"Close"}), role="close"),
        Operation(client="async-producer", methods=frozenset({"Close", "AsyncClose"}), role="close"),
        Operation(client="producer", methods=_TRANSACTION, role="transaction"),
        Operation(client="async-producer", methods=_TRANSACTION, role="transaction"),
    ),
    records={"ProducerMessage": Record(fields={"topic": "Topic", "key": "Key", "value": "Value"})},
    configs={"NewConfig": "", "Config": ""},
    # https://github.com/IBM/sarama/blob/main/config.go
    keys={
        "Producer.Partitioner": Key(key="partitioner.class", client="producer"),
        "Producer.RequiredAcks": Key(
            key="acks", client="producer", values={"WaitForAll": "all", "WaitForLocal": "1", "NoResponse": "0", "-1": "all"}
        ),
        "Producer.Idempotent": Key(key="enable.idempotence", client="producer"),
        "Producer.Retry.Max": Key(key="retries", client="producer"),
        "Producer.Timeout": Key(key="request.timeout.ms", client="producer"),
        "Producer.Compression": Key(key="compression.type", client="producer", values=_COMPRESSION),
        "Producer.MaxMessageBytes": Key(key="max.request.size", client="producer"),
        "Producer.Transaction.ID": Key(key="transactional.id", client="producer"),
        "Producer.Return.Errors": Key(key="return.errors", client="producer"),
        "Producer.Return.Successes": Key(key="return.successes", client="producer"),
        "Net.MaxOpenRequests": Key(key="max.in.flight.requests.per.connection", client="producer"),
        # Only what is marked is committed: on is not what `enable.auto.commit` is to other clients, off is.
        "Consumer.Offsets.AutoCommit.Enable": Key(key="enable.auto.commit", client="consumer", values={"true": "marked"}),
        "Consumer.Offsets.Initial": Key(
            key="auto.offset.reset", client="consumer",
            values={"OffsetNewest": "latest", "OffsetOldest": "earliest", "-1": "latest", "-2": "earliest"},
        ),
        "Consumer.Offsets.Retention": Key(key="offsets.retention", client="consumer"),
        "Consumer.IsolationLevel": Key(
            key="isolation.level", client="consumer",
            values={"ReadUncommitted": "read_uncommitted", "ReadCommitted": "read_committed"},
        ),
        "Consumer.Group.Session.Timeout": Key(key="session.timeout.ms", client="consumer"),
        "Consumer.Group.Heartbeat.Interval": Key(key="heartbeat.interval.ms", client="consumer"),
        "Consumer.Group.Rebalance.Timeout": Key(key="rebalance.timeout.ms", client="consumer"),
        "Consumer.Group.InstanceId": Key(key="group.instance.id", client="consumer"),
        "Consumer.Return.Errors": Key(key="return.errors", client="consumer"),
        "ClientID": Key(key="client.id"),
        "Config.Version": Key(key="version"),
        "Version": Key(key="version"),
    },
    spelling="fields",
    words={
        "flush": "Close the producer before the process ends: `producer.Close()` flushes what is buffered.",
        "confirm": "Use a SyncProducer and return the error of `SendMessage`, or read `Errors()` of the AsyncProducer and fail the unit of work.",
        "unheard": "nobody reads Errors()",
        "retry": "Return the error from ConsumeClaim before the message is marked; a later mark would pass it.",
    },
    # NewConfig() in config.go.
    defaults={
        "producer": {
            "acks": (Default(value="1"),),
            "enable.idempotence": (Default(value="false"),),
            "max.in.flight.requests.per.connection": (Default(value="5"),),
            "retries": (Default(value="3"),),
        },
        "consumer": {
            "enable.auto.commit": (Default(value="marked"),),
            "auto.offset.reset": (Default(value="latest"),),
            "isolation.level": (Default(value="read_uncommitted"),),
        },
    },
)  # fmt: skip
