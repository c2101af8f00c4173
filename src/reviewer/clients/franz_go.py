"""franz-go (Go)."""

from __future__ import annotations

from reviewer.clients.library import Default, Key, Library, Makes, OnRebalance, Operation, Record

# One client consumes and produces: its options tell which.
LIBRARY = Library(
    id="franz-go",
    auto_commits="returned",
    title="franz-go (Go)",
    languages=frozenset({"go"}),
    imports=("github.com/twmb/franz-go/pkg/kgo",),
    coordinates=("github.com/twmb/franz-go",),
    types={"Client": "both", "GroupTransactSession": "both"},
    receiver_names={"both": ("kgo", "kgoclient", "kafkaclient", "franz")},
    makes=(
        Makes(name="NewClient", client="both", config="options", type="Client"),
        Makes(name="NewGroupTransactSession", client="both", config="options", type="GroupTransactSession"),
    ),
    rebalances=(
        OnRebalance(method="OnPartitionsRevoked", event="revoked", at=2, is_given=True),
        OnRebalance(method="OnPartitionsLost", event="lost", at=2, is_given=True),
        OnRebalance(method="OnPartitionsAssigned", event="assigned", at=2, is_given=True),
    ),
    operations=(
        Operation(client="consumer", methods=frozenset({"PollFetches", "PollRecords"}), role="poll"),
        # Records are committed with 1 added; marks only with AutoCommitMarks or CommitMarkedOffsets (consumer_group.go).
        Operation(
            client="consumer", role="commit",
            methods=frozenset(
                {"CommitRecords", "CommitUncommittedOffsets", "CommitMarkedOffsets", "CommitOffsets", "CommitOffsetsSync",
                 "MarkCommitRecords", "MarkCommitOffsets"}
            ),
        ),
        Operation(client="consumer", methods=frozenset({"SetOffsets"}), role="seek"),
        Operation(client="consumer", methods=frozenset({"AddConsumeTopics", "AddConsumePartitions"}), role="subscribe"),
        Operation(
            client="producer", methods=frozenset({"Produce", "TryProduce"}), role="send", record=1, callback=2,
            reports_by="callback",
        ),
        Operation(client="producer", methods=frozenset({"ProduceSync"}), role="send", record=1, reports_by="result"),
        Operation(client="producer", methods=frozenset({"Flush"}), role="flush"),
        # Close() leaves the group and drops what is buffered (client.go).
        Operation(client="consumer", methods=frozenset({"Close", "CloseAllowingRebalance"}), role="close"),
        Operation(
            client="producer", role="transaction",
            methods=frozenset({"BeginTransaction", "EndTransaction", "EndAndBeginTransaction", "Begin", "End"}),
        ),
    ),
    records={
        "Record": Record(fields={"topic": "Topic", "key": "Key", "value": "Value"}),
        "StringRecord": Record(shapes={1: {"value": 0}}),
        "SliceRecord": Record(shapes={1: {"value": 0}}),
        "KeyStringRecord": Record(shapes={2: {"key": 0, "value": 1}}),
        "KeySliceRecord": Record(shapes={2: {"key": 0, "value": 1}}),
    },
    # https://github.com/twmb/franz-go/blob/master/pkg/kgo/config.go
    keys={
        "RequiredAcks": Key(key="acks", client="producer", values={"AllISRAcks": "all", "LeaderAck": "1", "NoAck": "0"}),
        "DisableIdempotentWrite": Key(key="enable.idempotence", client="producer", constant="false"),
        "RecordRetries": Key(key="retries", client="producer"),
        "RecordDeliveryTimeout": Key(key="delivery.timeout.ms", client="producer"),
        "ProduceRequestTimeout": Key(key="request.timeout.ms", client="producer"),
        "MaxProduceRequestsInflightPerBroker": Key(key="max.in.flight.requests.per.connection", client="producer"),
        "ProducerLinger": Key(key="linger.ms", client="producer"),
        "ProducerBatchMaxBytes": Key(key="max.request.size", client="producer"),
        "ProducerBatchCompression": Key(
            key="compression.type", client="producer",
            values={"NoCompression": "none", "GzipCompression": "gzip", "SnappyCompression": "snappy", "Lz4Compression": "lz4",
                    "ZstdCompression": "zstd"},
        ),
        "RecordPartitioner": Key(key="partitioner.class", client="producer"),
        "TransactionalID": Key(key="transactional.id", client="producer"),
        "TransactionTimeout": Key(key="transaction.timeout.ms", client="producer"),
        "DefaultProduceTopic": Key(key="default.topic", client="producer"),
        "ManualFlushing": Key(key="manual.flushing", client="producer", constant="true"),
        "ConsumerGroup": Key(key="group.id", client="consumer"),
        "InstanceID": Key(key="group.instance.id", client="consumer"),
        "ConsumeTopics": Key(key="topics", client="consumer"),
        # Only what is marked is committed: on is not what `enable.auto.commit` is to other clients, off is.
        "DisableAutoCommit": Key(key="enable.auto.commit", client="consumer", constant="false"),
        "AutoCommitMarks": Key(key="enable.auto.commit", client="consumer", constant="marked"),
        "GreedyAutoCommit": Key(key="auto.commit.greedy", client="consumer", constant="true"),
        "AutoCommitInterval": Key(key="auto.commit.interval.ms", client="consumer"),
        "BlockRebalanceOnPoll": Key(key="block.rebalance.on.poll", client="consumer", constant="true"),
        "ConsumeResetOffset": Key(
            key="auto.offset.reset", client="consumer",
            values={"AtStart": "earliest", "AtEnd": "latest", "AtCommitted": "none"},
        ),
        "ConsumeStartOffset": Key(
            key="start.offset", client="consumer", values={"AtStart": "earliest", "AtEnd": "latest", "AtCommitted": "none"}
        ),
        "FetchIsolationLevel": Key(
            key="isolation.level", client="consumer",
            values={"ReadUncommitted": "read_uncommitted", "ReadCommitted": "read_committed"},
        ),
        "SessionTimeout": Key(key="session.timeout.ms", client="consumer"),
        "RebalanceTimeout": Key(key="rebalance.timeout.ms", client="consumer"),
        "HeartbeatInterval": Key(key="heartbeat.interval.ms", client="consumer"),
        "Balancers": Key(key="partition.assignment.strategy", client="consumer"),
        "ClientID": Key(key="client.id"),
        "SeedBrokers": Key(key="bootstrap.servers"),
    },
    spelling="fields",
    close_drops=True,
    words={
        "flush": "Call `client.Flush(ctx)` and look at its error before `client.Close()`, which drops what is buffered.",
        "confirm": "Use `ProduceSync(…).FirstErr()`, or give Produce a promise that fails the unit of work, before acknowledging upstream.",
        "unheard": "its promise is nil",
        "manual": "Use kgo.DisableAutoCommit() and commit only records whose work is complete, or finish the work before the next poll.",
        "retry": "End the loop, or set the partition back with SetOffsets, before a later record is marked or committed.",
    },
    # defaultCfg() in config.go; auto commit takes what the poll before returned.
    defaults={
        "producer": {
            "acks": (Default(value="all"),),
            "enable.idempotence": (Default(value="true"),),
            "max.in.flight.requests.per.connection": (Default(value="1"),),  # without idempotence
            "retries": (Default(value="9223372036854775807"),),
            "linger.ms": (Default(value="0", below="1.20"), Default(value="10")),
        },
        "consumer": {
            "enable.auto.commit": (Default(value="true"),),
            "auto.offset.reset": (Default(value="earliest"),),
            "isolation.level": (Default(value="read_uncommitted"),),
        },
    },
)  # fmt: skip
