"""aiokafka."""

from __future__ import annotations

from reviewer.clients.library import Default, Delivers, Library, Makes, OnRebalance, Operation

# aiokafka. Defaults: aiokafka producer and consumer documentation. Auto commit runs in a background task.
LIBRARY = Library(
    id="aiokafka",
    auto_commits="delivered",
    title="aiokafka",
    languages=frozenset({"python"}),
    imports=("aiokafka",),
    coordinates=("aiokafka",),
    types={"AIOKafkaConsumer": "consumer", "AIOKafkaProducer": "producer"},
    receiver_names={"consumer": ("consumer",), "producer": ("producer",)},
    makes=(
        Makes(name="AIOKafkaConsumer", client="consumer", config="keywords"),
        Makes(name="AIOKafkaProducer", client="producer", config="keywords"),
    ),
    operations=(
        Operation(client="consumer", methods=frozenset({"getone", "getmany"}), role="poll"),
        Operation(client="consumer", methods=frozenset({"commit"}), role="commit"),
        Operation(
            client="consumer",
            methods=frozenset({"seek", "seek_to_beginning", "seek_to_committed", "seek_to_end"}),
            role="seek",
        ),
        Operation(client="consumer", methods=frozenset({"pause"}), role="pause"),
        Operation(client="consumer", methods=frozenset({"resume"}), role="resume"),
        Operation(client="consumer", methods=frozenset({"subscribe", "assign"}), role="subscribe"),
        Operation(client="consumer", methods=frozenset({"stop"}), role="close"),
        Operation(
            client="producer",
            methods=frozenset({"send_and_wait"}),
            role="send",
            reports_by="result",
            shapes={1: {"topic": 0}, 2: {"topic": 0, "value": 1}, 3: {"topic": 0, "value": 1, "key": 2}},
            keywords={"topic": "topic", "key": "key", "value": "value"},
        ),
        Operation(
            client="producer",
            methods=frozenset({"send"}),
            role="send",
            reports_by="nested-future",
            shapes={1: {"topic": 0}, 2: {"topic": 0, "value": 1}, 3: {"topic": 0, "value": 1, "key": 2}},
            keywords={"topic": "topic", "key": "key", "value": "value"},
        ),
        Operation(
            client="producer",
            methods=frozenset({"send_batch"}),
            role="send",
            reports_by="nested-future",
            keyed_elsewhere=True,
            shapes={1: {"value": 0}, 2: {"value": 0, "topic": 1}},
            keywords={"topic": "topic"},
        ),
        Operation(client="producer", methods=frozenset({"flush"}), role="flush"),
        Operation(client="producer", methods=frozenset({"stop"}), role="close"),
        Operation(
            client="producer",
            methods=frozenset(
                {
                    "begin_transaction",
                    "commit_transaction",
                    "abort_transaction",
                    "transaction",
                    "send_offsets_to_transaction",
                }
            ),
            role="transaction",
        ),
    ),
    rebalances=(
        OnRebalance(method="on_partitions_revoked", event="revoked"),
        OnRebalance(method="on_partitions_assigned", event="assigned"),
        OnRebalance(method="on_partitions_lost", event="lost"),
    ),
    positions={"OffsetAndMetadata": 0},
    delivers=(Delivers(by="iterate", of="consumer"),),
    words={
        "flush": "Call `await producer.stop()` in a finally block: it flushes what is buffered.",
        "confirm": "Use `await producer.send_and_wait(…)`, or await the future that send() returns.",
    },
    defaults={
        "producer": {
            "acks": (Default(value="1"),),
            "enable.idempotence": (Default(value="false"),),
            # A partition is muted while a batch of it is in flight, and what is retried is put in front: idempotent or not.
            "max.in.flight.requests.per.connection": (Default(value="1"),),
        },
        "consumer": {"enable.auto.commit": (Default(value="true"),), "auto.offset.reset": (Default(value="latest"),)},
    },
)
