"""kafka-go of Segment (Go)."""

from __future__ import annotations

from reviewer.clients.library import Default, Key, Library, Makes, Operation, Record

_ACKS = {
    "RequireAll": "all", "RequireOne": "1", "RequireNone": "0", "-1": "all",
}  # fmt: skip

LIBRARY = Library(
    id="kafka-go",
    auto_commits="delivered",
    title="kafka-go (Go)",
    languages=frozenset({"go"}),
    imports=("github.com/segmentio/kafka-go",),
    coordinates=("github.com/segmentio/kafka-go",),
    types={"Reader": "consumer", "Writer": "producer"},
    receiver_names={"consumer": ("reader", "kafkareader"), "producer": ("writer", "kafkawriter")},
    # writer.go: a field that is left out of a literal is zero, RequireNone; NewWriter makes zero RequireAll.
    makes=(
        Makes(name="NewReader", client="consumer", config=0, type="Reader"),
        Makes(name="Writer", client="producer", config="keywords", type="Writer"),
        Makes(name="NewWriter", client="producer", config=0, type="Writer", defaults={"acks": "all"}),
    ),
    operations=(
        # reader.go: in a group ReadMessage commits before it returns, FetchMessage never does.
        Operation(client="consumer", methods=frozenset({"ReadMessage"}), role="poll", auto_commit="true"),
        Operation(client="consumer", methods=frozenset({"FetchMessage"}), role="poll", auto_commit="false"),
        Operation(client="consumer", methods=frozenset({"CommitMessages"}), role="commit"),
        Operation(client="consumer", methods=frozenset({"SetOffset", "SetOffsetAt"}), role="seek"),
        Operation(client="consumer", methods=frozenset({"Close"}), role="close"),
        Operation(
            client="producer", methods=frozenset({"WriteMessages"}), role="send", record=1, reports_by="result",
            silenced={"async": "true"}, heard=("completion",),
        ),
        # Close() sends what is buffered and waits for it.
        Operation(client="producer", methods=frozenset({"Close"}), role="close"),
    ),
    records={"Message": Record(fields={"topic": "Topic", "key": "Key", "value": "Value"})},
    configs={"Writer": "producer", "WriterConfig": "producer", "ReaderConfig": "consumer"},
    keys={
        "RequiredAcks": Key(key="acks", client="producer", values=_ACKS),
        "Async": Key(key="async", client="producer"),
        "Completion": Key(key="completion", client="producer"),
        "Balancer": Key(key="partitioner.class", client="producer"),
        "BatchTimeout": Key(key="linger.ms", client="producer"),
        "BatchBytes": Key(key="max.request.size", client="producer"),
        "WriteTimeout": Key(key="request.timeout.ms", client="producer"),
        "Compression": Key(
            key="compression.type", client="producer",
            values={"Gzip": "gzip", "Snappy": "snappy", "Lz4": "lz4", "Zstd": "zstd"},
        ),
        "MaxAttempts": Key(key="retries"),
        "Topic": Key(key="topic"),
        "Brokers": Key(key="bootstrap.servers"),
        "Addr": Key(key="bootstrap.servers", client="producer"),
        "GroupID": Key(key="group.id", client="consumer"),
        "GroupTopics": Key(key="topics", client="consumer"),
        "Partition": Key(key="partition", client="consumer"),
        "CommitInterval": Key(key="auto.commit.interval.ms", client="consumer"),
        "StartOffset": Key(
            key="auto.offset.reset", client="consumer",
            values={"FirstOffset": "earliest", "LastOffset": "latest", "-2": "earliest", "-1": "latest"},
        ),
        "IsolationLevel": Key(
            key="isolation.level", client="consumer",
            values={"ReadUncommitted": "read_uncommitted", "ReadCommitted": "read_committed"},
        ),
        "SessionTimeout": Key(key="session.timeout.ms", client="consumer"),
        "RebalanceTimeout": Key(key="rebalance.timeout.ms", client="consumer"),
        "HeartbeatInterval": Key(key="heartbeat.interval.ms", client="consumer"),
    },
    spelling="fields",
    words={
        "flush": "Close the writer before the process ends: `writer.Close()` sends what is buffered and waits for it.",
        "confirm": "Return the error of WriteMessages; with `Async: true` it is always nil, and only Completion hears of failures.",
        "unheard": "with Async its error is nil and no Completion is told",
        "manual": "Read with FetchMessage, and call CommitMessages when the work is complete.",
        "retry": "End the loop without a commit and make a new Reader: a later commit would cover the message that failed.",
        "acks": "Set `RequiredAcks: kafka.RequireAll` in the writer.",
    },
    # reader.go, writer.go
    defaults={
        "producer": {
            "acks": (Default(value="0"),),
            "enable.idempotence": (Default(value="false"),),
            "retries": (Default(value="10"),),
        },
        "consumer": {
            "group.id": (Default(value=""),),
            "auto.offset.reset": (Default(value="earliest"),),
            "isolation.level": (Default(value="read_uncommitted"),),
        },
    },
)  # fmt: skip
