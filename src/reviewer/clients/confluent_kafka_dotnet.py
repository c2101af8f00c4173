"""Confluent.Kafka (C#)."""

from __future__ import annotations

from reviewer.clients.library import Default, Key, Library, Makes, OnRebalance, Operation, Record

_TRANSACTION = frozenset(
    {"InitTransactions", "BeginTransaction", "CommitTransaction", "AbortTransaction", "SendOffsetsToTransaction"}
)
# https://github.com/confluentinc/confluent-kafka-dotnet: src/Confluent.Kafka/ConfigGen_Enums.cs
_COMPRESSION = {"None": "none", "Gzip": "gzip", "Snappy": "snappy", "Lz4": "lz4", "Zstd": "zstd"}
# Config_gen.cs
_SECURITY = {"Plaintext": "plaintext", "Ssl": "ssl", "SaslPlaintext": "sasl_plaintext", "SaslSsl": "sasl_ssl"}
_MECHANISMS = {
    "Gssapi": "GSSAPI", "Plain": "PLAIN", "ScramSha256": "SCRAM-SHA-256", "ScramSha512": "SCRAM-SHA-512", "OAuthBearer": "OAUTHBEARER",
}  # fmt: skip
_STRATEGIES = {"Range": "range", "RoundRobin": "roundrobin", "CooperativeSticky": "cooperative-sticky"}
_START = {"Earliest": "earliest", "Latest": "latest", "Error": "error"}

LIBRARY = Library(
    id="confluent-kafka-dotnet",
    auto_commits="delivered",
    title="Confluent.Kafka (.NET)",
    languages=frozenset({"csharp"}),
    imports=("Confluent.Kafka",),
    coordinates=("Confluent.Kafka",),
    types={
        "IConsumer": "consumer",
        "Consumer": "consumer",
        "IProducer": "producer",
        "Producer": "producer",
        "IAdminClient": "admin",
    },
    receiver_names={"consumer": ("consumer",), "producer": ("producer",)},
    makes=(
        Makes(name="ConsumerBuilder", client="consumer", config=0, type="IConsumer"),
        Makes(name="ProducerBuilder", client="producer", config=0, type="IProducer"),
        # Shares the connection of another one: its settings are those of that client.
        Makes(name="DependentProducerBuilder", client="producer", config=0, type="IProducer"),
        Makes(name="AdminClientBuilder", client="admin", config=0, type="IAdminClient"),
    ),
    rebalances=(
        OnRebalance(method="SetPartitionsRevokedHandler", event="revoked", at=1, is_given=True),
        OnRebalance(method="SetPartitionsLostHandler", event="lost", at=1, is_given=True),
        OnRebalance(method="SetPartitionsAssignedHandler", event="assigned", at=1, is_given=True),
    ),
    operations=(
        Operation(client="consumer", methods=frozenset({"Consume"}), role="poll"),
        Operation(client="consumer", methods=frozenset({"Commit", "StoreOffset"}), role="commit"),
        Operation(client="consumer", methods=frozenset({"Seek"}), role="seek"),
        Operation(client="consumer", methods=frozenset({"Subscribe", "Assign"}), role="subscribe"),
        # Dispose() without Close() neither commits nor leaves the group.
        Operation(client="consumer", methods=frozenset({"Close"}), role="close"),
        Operation(
            client="producer", methods=frozenset({"ProduceAsync"}), role="send", record=1, reports_by="future",
            shapes={2: {"topic": 0}, 3: {"topic": 0}},
        ),
        Operation(
            client="producer", methods=frozenset({"Produce"}), role="send", record=1, callback=2, reports_by="callback",
            callback_keywords=("deliveryHandler",), shapes={2: {"topic": 0}, 3: {"topic": 0}},
        ),
        # Dispose() is no close: it drops what is still queued.
        Operation(client="producer", methods=frozenset({"Flush"}), role="flush"),
        Operation(client="producer", methods=frozenset({"Poll"}), role="serve"),
        Operation(client="producer", methods=_TRANSACTION, role="transaction"),
    ),
    records={"Message": Record(fields={"key": "Key", "value": "Value"})},
    configs={"ConsumerConfig": "consumer", "ProducerConfig": "producer", "AdminClientConfig": "admin", "ClientConfig": ""},
    keys={
        "Acks": Key(key="acks", client="producer", values={"All": "all", "Leader": "1", "None": "0", "-1": "all"}),
        "AutoOffsetReset": Key(key="auto.offset.reset", client="consumer", values=_START),
        "IsolationLevel": Key(
            key="isolation.level", client="consumer",
            values={"ReadUncommitted": "read_uncommitted", "ReadCommitted": "read_committed"},
        ),
        "CompressionType": Key(key="compression.type", client="producer", values=_COMPRESSION),
        "SecurityProtocol": Key(key="security.protocol", values=_SECURITY),
        "SaslMechanism": Key(key="sasl.mechanism", values=_MECHANISMS),
        "PartitionAssignmentStrategy": Key(key="partition.assignment.strategy", client="consumer", values=_STRATEGIES),
        "MaxInFlight": Key(key="max.in.flight.requests.per.connection"),
        "MessageSendMaxRetries": Key(key="retries", client="producer"),
        "MessageTimeoutMs": Key(key="delivery.timeout.ms", client="producer"),
    },
    spelling="pascal",
    is_dotted_too=True,
    words={
        "flush": "Call `producer.Flush(timeout)` before Dispose() and check that it returns 0: Dispose() alone drops the queue.",
        "confirm": "Await `ProduceAsync(…)`, or give `Produce(…)` a handler that looks at `report.Error` and fails the unit of work.",
        "retry": "Let the exception end the loop, or Seek back to the record, so that its offset is neither stored nor committed.",
    },
    # librdkafka CONFIGURATION.md; MessageTimeoutMs is its delivery.timeout.ms.
    defaults={
        "producer": {"acks": (Default(value="all"),), "enable.idempotence": (Default(value="false"),)},
        "consumer": {
            "enable.auto.commit": (Default(value="true"),),
            "enable.auto.offset.store": (Default(value="true"),),
            "auto.offset.reset": (Default(value="largest"),),
            "isolation.level": (Default(value="read_committed"),),
        },
    },
)  # fmt: skip
