"""confluent-kafka (Python)."""

from __future__ import annotations

from reviewer.clients.library import Default, Library, Makes, OnRebalance, Operation

# confluent-kafka for Python (librdkafka). Defaults: librdkafka CONFIGURATION.md.
LIBRARY = Library(
    id="confluent-kafka-python",
    auto_commits="delivered",
    title="confluent-kafka (Python)",
    languages=frozenset({"python"}),
    imports=("confluent_kafka",),
    coordinates=("confluent-kafka",),
    types={
        "Consumer": "consumer",
        "DeserializingConsumer": "consumer",
        "AvroConsumer": "consumer",
        "Producer": "producer",
        "SerializingProducer": "producer",
        "AvroProducer": "producer",
        "AIOConsumer": "consumer",
        "AIOProducer": "async-producer",
        "AdminClient": "admin",
    },
    receiver_names={"consumer": ("consumer", "c"), "producer": ("producer", "p")},
    makes=(
        Makes(name="Consumer", client="consumer", config=0),
        Makes(name="DeserializingConsumer", client="consumer", config=0),
        Makes(name="AvroConsumer", client="consumer", config=0),
        Makes(name="Producer", client="producer", config=0),
        Makes(name="SerializingProducer", client="producer", config=0),
        Makes(name="AvroProducer", client="producer", config=0),
        Makes(name="AIOConsumer", client="consumer", config=0),
        Makes(name="AIOProducer", client="producer", config=0, type="AIOProducer"),
    ),
    rebalances=(
        OnRebalance(method="on_revoke", event="revoked", at=1, is_given=True),
        OnRebalance(method="on_lost", event="lost", at=1, is_given=True),
        OnRebalance(method="on_assign", event="assigned", at=1, is_given=True),
        OnRebalance(method="on_revoke", event="revoked", at=1),
        OnRebalance(method="on_assign", event="assigned", at=1),
    ),
    operations=(
        Operation(client="consumer", methods=frozenset({"poll", "consume"}), role="poll"),
        Operation(client="consumer", methods=frozenset({"commit", "store_offsets"}), role="commit"),
        Operation(client="consumer", methods=frozenset({"seek"}), role="seek"),
        Operation(client="consumer", methods=frozenset({"pause"}), role="pause"),
        Operation(client="consumer", methods=frozenset({"resume"}), role="resume"),
        Operation(
            client="consumer", methods=frozenset({"subscribe", "assign", "incremental_assign"}), role="subscribe"
        ),
        # 2.12: a future that is there when the record is in a batch, and that another one comes out of.
        Operation(
            client="async-producer",
            methods=frozenset({"produce"}),
            role="send",
            reports_by="nested-future",
            shapes={1: {"topic": 0}, 2: {"topic": 0, "value": 1}, 3: {"topic": 0, "value": 1, "key": 2}},
            keywords={"topic": "topic", "key": "key", "value": "value"},
        ),
        Operation(client="async-producer", methods=frozenset({"flush"}), role="flush"),
        Operation(client="async-producer", methods=frozenset({"close"}), role="close"),
        Operation(client="consumer", methods=frozenset({"close"}), role="close"),
        Operation(
            client="producer",
            methods=frozenset({"produce"}),
            role="send",
            error_first=True,
            reports_by="callback",
            shapes={
                1: {"topic": 0},
                2: {"topic": 0, "value": 1},
                3: {"topic": 0, "value": 1, "key": 2},
                4: {"topic": 0, "value": 1, "key": 2},
                5: {"topic": 0, "value": 1, "key": 2},
            },
            keywords={"topic": "topic", "key": "key", "value": "value", "callback": "on_delivery"},
            callback_keywords=("on_delivery", "callback"),
        ),
        Operation(client="producer", methods=frozenset({"flush"}), role="flush"),
        Operation(client="producer", methods=frozenset({"poll"}), role="serve"),
        Operation(
            client="producer",
            methods=frozenset(
                {
                    "begin_transaction",
                    "commit_transaction",
                    "abort_transaction",
                    "init_transactions",
                    "send_offsets_to_transaction",
                }
            ),
            role="transaction",
        ),
    ),
    # Without on_lost, on_revoke is called for partitions that are lost, too.
    positions={"TopicPartition": 2},
    words={
        "flush": "Call `producer.flush(timeout)` before the process ends and check that it returns 0.",
        "confirm": "Pass on_delivery=… that raises or records the error, and check that flush() returns 0 before acknowledging.",
    },
    defaults={
        "producer": {"acks": (Default(value="all"),), "enable.idempotence": (Default(value="false"),)},
        "consumer": {
            "enable.auto.commit": (Default(value="true"),),
            "enable.auto.offset.store": (Default(value="true"),),
            "auto.offset.reset": (Default(value="largest"),),
            "isolation.level": (Default(value="read_committed"),),
        },
    },
)
