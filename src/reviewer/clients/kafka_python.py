"""kafka-python."""

from __future__ import annotations

from reviewer.clients.library import Default, Delivers, Library, Makes, OnRebalance, Operation

# kafka-python. Defaults: kafka-python changelog (acks=all and idempotence since 3.0).
LIBRARY = Library(
    id="kafka-python",
    title="kafka-python",
    languages=frozenset({"python"}),
    imports=("kafka",),
    coordinates=("kafka-python", "kafka-python-ng"),
    types={"KafkaConsumer": "consumer", "KafkaProducer": "producer"},
    receiver_names={"consumer": ("consumer",), "producer": ("producer",)},
    makes=(
        Makes(name="KafkaConsumer", client="consumer", config="keywords"),
        Makes(name="KafkaProducer", client="producer", config="keywords"),
    ),
    rebalances=(
        OnRebalance(method="on_partitions_revoked", event="revoked"),
        OnRebalance(method="on_partitions_assigned", event="assigned"),
    ),
    operations=(
        Operation(client="consumer", methods=frozenset({"poll"}), role="poll"),
        Operation(client="consumer", methods=frozenset({"commit", "commit_async"}), role="commit"),
        Operation(client="consumer", methods=frozenset({"seek", "seek_to_beginning", "seek_to_end"}), role="seek"),
        Operation(client="consumer", methods=frozenset({"subscribe", "assign"}), role="subscribe"),
        Operation(client="consumer", methods=frozenset({"close"}), role="close"),
        Operation(
            client="producer",
            methods=frozenset({"send"}),
            role="send",
            reports_by="future",
            shapes={1: {"topic": 0}, 2: {"topic": 0, "value": 1}, 3: {"topic": 0, "value": 1, "key": 2}},
            keywords={"topic": "topic", "key": "key", "value": "value"},
        ),
        Operation(client="producer", methods=frozenset({"flush"}), role="flush"),
        Operation(client="producer", methods=frozenset({"close"}), role="close"),
    ),
    delivers=(Delivers(by="iterate", of="consumer"),),
    words={
        "flush": "Call `producer.flush(timeout)` before the process ends and check that it returns 0.",
        "confirm": "Wait with `{send}(…).get(timeout=30)`, or add an errback that fails the unit of work, before acknowledging upstream.",
    },
    defaults={
        "producer": {
            "acks": (
                Default(below="3.0", value="1"),
                Default(value="all"),
            )
        },
        "consumer": {"enable.auto.commit": (Default(value="true"),), "auto.offset.reset": (Default(value="latest"),)},
    },
)
