"""Arroyo (sentry-arroyo)."""

from __future__ import annotations

from reviewer.clients.library import Default, Delivers, Key, Library, Makes, Operation, Record

# Steps that run a function on each message, and the position of the message among its parameters.
_STEPS = {
    "RunTask": 0, "RunTaskInThreads": 0, "RunTaskWithMultiprocessing": 0, "FilterStep": 0, "UnfoldStep": 0, "Unfold": 0, "Reduce": 1,
}  # fmt: skip

# github.com/getsentry/arroyo: processing/processor.py, processing/strategies, backends/kafka/configuration.py and consumer.py. A strategy
# commits by the function that the factory is given: what it hands to it is staged, and the processor commits it by its policy.
LIBRARY = Library(
    id="arroyo",
    title="Arroyo (Sentry)",
    languages=frozenset({"python"}),
    imports=("arroyo.processing", "arroyo.backends", "arroyo.commit", "arroyo.types", "arroyo.dlq"),
    coordinates=("sentry-arroyo",),
    types={"Consumer": "consumer", "Producer": "producer", "KafkaConsumer": "consumer", "KafkaProducer": "producer", "ConfluentKafkaProducer": "raw-producer", "ConfluentProducer": "raw-producer"},
    receiver_names={"consumer": ("consumer",), "producer": ("producer",)},
    makes=(
        Makes(name="KafkaConsumer", client="consumer", config=0, named="configuration", type="KafkaConsumer"),
        Makes(name="KafkaProducer", client="producer", config=0, named="configuration", type="KafkaProducer"),
        Makes(name="StreamProcessor", client="streams", config="keywords", positions={3: "commit.policy"}),
        Makes(name="Topic", client="", type="Topic"),
    ),
    operations=(
        Operation(client="consumer", methods=frozenset({"poll"}), role="poll"),
        Operation(client="consumer", methods=frozenset({"commit", "CommitOffsets"}), role="commit", is_bare=True),
        Operation(client="consumer", methods=frozenset({"stage_offsets", "commit_offsets"}), role="commit"),
        Operation(client="consumer", methods=frozenset({"seek"}), role="seek"),
        Operation(client="consumer", methods=frozenset({"pause"}), role="pause"),
        Operation(client="consumer", methods=frozenset({"resume"}), role="resume"),
        Operation(client="consumer", methods=frozenset({"subscribe"}), role="subscribe"),
        Operation(client="consumer", methods=frozenset({"close"}), role="close"),
        Operation(client="producer", methods=frozenset({"produce"}), role="send", record=1, reports_by="future", shapes={2: {"topic": 0}}, keywords={"topic": "destination"}, callback_keywords=("on_delivery",)),
        Operation(client="producer", methods=frozenset({"close"}), role="close"),
    ),
    records={"KafkaPayload": Record(shapes={2: {"key": 0, "value": 1}, 3: {"key": 0, "value": 1}}, fields={"key": "key", "value": "value"})},
    delivers=(
        Delivers(by="method", name="submit", of="Message", base="ProcessingStrategy", at=0, ack="committer"),
        *(Delivers(by="callback", name="*", of=step, at=at, ack="committer") for step, at in _STEPS.items()),
    ),
    keys={
        # Commits what the strategies staged (store_offsets), or stages for the processor's own commits.
        "enable_auto_commit": Key(key="enable.auto.commit", client="consumer", values={"true": "marked", "false": "committer"}),
        "group_id": Key(key="group.id", client="consumer"),
        "auto_offset_reset": Key(key="auto.offset.reset", client="consumer"),
    },
    configs={"build_kafka_consumer_configuration": "consumer", "build_kafka_producer_configuration": "producer"},
    words={
        "flush": "Wait for the futures of what is in flight, then `producer.close().result()`, before the process ends.",
        "confirm": "Wait for the future that produce() gives, or make `Produce(producer, topic, CommitOffsets(commit))` the last steps.",
        "retry": "Let what {call}() throws leave {handler}(): the processor stops before the offset is committed; raise InvalidMessage to send a poison message to the dead-letter queue.",
    },
    defaults={
        "consumer": {
            "enable.auto.commit": (Default(value="committer"),),
            "auto.offset.reset": (Default(value="earliest"),),
        },
        "producer": {"acks": (Default(value="all"),), "enable.idempotence": (Default(value="false"),)},
    },
)  # fmt: skip
