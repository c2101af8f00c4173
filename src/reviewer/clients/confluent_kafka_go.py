"""confluent-kafka-go (librdkafka)."""

from __future__ import annotations

from reviewer.clients.library import Default, Library, Makes, OnRebalance, Operation, Record

LIBRARY = Library(
    id="confluent-kafka-go",
    auto_commits="delivered",
    title="confluent-kafka-go (Go)",
    languages=frozenset({"go"}),
    imports=("github.com/confluentinc/confluent-kafka-go/kafka", "github.com/confluentinc/confluent-kafka-go/v2/kafka"),
    coordinates=("github.com/confluentinc/confluent-kafka-go",),
    types={"Consumer": "consumer", "Producer": "producer", "AdminClient": "admin"},
    receiver_names={"consumer": ("consumer",), "producer": ("producer",)},
    makes=(
        Makes(name="NewConsumer", client="consumer", config=0, type="Consumer"),
        Makes(name="NewProducer", client="producer", config=0, type="Producer"),
        Makes(name="NewAdminClient", client="admin", config=0, type="AdminClient"),
    ),
    rebalances=(
        OnRebalance(method="", event="revoked", at=1, branch="RevokedPartitions"),
    ),
    operations=(
        Operation(client="consumer", methods=frozenset({"Poll", "ReadMessage", "Events"}), role="poll"),
        # CommitMessage and StoreMessage add 1, the others take the next offset (consumer.go).
        Operation(
            client="consumer", role="commit",
            methods=frozenset({"Commit", "CommitMessage", "CommitOffsets", "StoreOffsets", "StoreMessage"}),
        ),
        Operation(client="consumer", methods=frozenset({"Seek", "SeekPartitions"}), role="seek"),
        Operation(
            client="consumer", methods=frozenset({"Subscribe", "SubscribeTopics", "Assign", "IncrementalAssign"}),
            role="subscribe",
        ),
        Operation(client="consumer", methods=frozenset({"Close"}), role="close"),
        # The report comes through the channel of the call, else through Events().
        Operation(
            client="producer", methods=frozenset({"Produce"}), role="send", record=0, callback=1, reports_by="channel",
            fields={"topic": "TopicPartition.Topic", "key": "Key", "value": "Value"},
        ),
        Operation(
            client="producer", methods=frozenset({"ProduceChannel"}), role="send", record=0, reports_by="channel",
            fields={"topic": "TopicPartition.Topic", "key": "Key", "value": "Value"},
        ),
        Operation(client="producer", methods=frozenset({"Events"}), role="serve"),
        Operation(client="producer", methods=frozenset({"Flush"}), role="flush"),
        Operation(client="producer", methods=frozenset({"Close"}), role="close"),
        Operation(
            client="producer", role="transaction",
            methods=frozenset(
                {"InitTransactions", "BeginTransaction", "CommitTransaction", "AbortTransaction", "SendOffsetsToTransaction"}
            ),
        ),
    ),
    records={"Message": Record(fields={"topic": "TopicPartition.Topic", "key": "Key", "value": "Value"})},
    configs={"ConfigMap": ""},
    close_drops=True,
    words={
        "flush": "Call `producer.Flush(ms)` until it returns 0 before `producer.Close()`, which drops what is queued.",
        "confirm": "Wait for the report of Produce (a delivery channel, or a reader of `Events()`) and fail the unit of work on TopicPartition.Error.",
        "unheard": "nobody reads its report",
        "manual": "Set enable.auto.offset.store=false and call StoreMessage when the work is complete.",
        "retry": "Seek back to the message, or end the loop without a commit, before a later message is stored or committed.",
    },
    # librdkafka CONFIGURATION.md
    defaults={
        "producer": {
            "acks": (Default(value="all"),),
            "enable.idempotence": (Default(value="false"),),
            "max.in.flight.requests.per.connection": (Default(value="1000000"),),
            "retries": (Default(value="2147483647"),),
        },
        "consumer": {
            "enable.auto.commit": (Default(value="true"),),
            "enable.auto.offset.store": (Default(value="true"),),
            "auto.offset.reset": (Default(value="largest"),),
            "isolation.level": (Default(value="read_committed"),),
        },
    },
)  # fmt: skip
