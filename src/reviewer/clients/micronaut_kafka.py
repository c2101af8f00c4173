"""Micronaut Kafka."""

from __future__ import annotations

from reviewer.clients.library import Annotated, Delivers, Interface, Key, Library, Operation

# Types whose value comes when the record is stored; anything else is returned when it is (KafkaClientIntroductionAdvice).
_LATER = frozenset(
    {
        "Mono",
        "Flux",
        "Publisher",
        "CompletableFuture",
        "CompletionStage",
        "Future",
        "Single",
        "Maybe",
        "Completable",
        "Flowable",
        "Uni",
    }
)

LIBRARY = Library(
    id="micronaut-kafka",
    auto_commits="returned",
    title="Micronaut Kafka",
    languages=frozenset({"java", "kotlin"}),
    imports=("io.micronaut.configuration.kafka.",),
    coordinates=("io.micronaut.kafka:micronaut-kafka",),
    types={"Acknowledgement": "acknowledgment", "KafkaAcknowledgement": "acknowledgment"},
    types_from=("io.micronaut.messaging.",),
    receiver_names={"acknowledgment": ("ack", "acknowledgement", "acknowledgment")},
    operations=(Operation(client="acknowledgment", methods=frozenset({"ack"}), role="commit"),),
    delivers=(
        Delivers(
            by="annotation",
            name="Topic",
            on="KafkaListener",
            topics=("value", "patterns"),
            group=("groupId",),
            skips=frozenset({"Acknowledgement", "KafkaAcknowledgement", "Consumer", "MessageHeaders"}),
            ack="auto",
            parts={
                "offsetReset": "offset-reset", "offsetStrategy": "offset-strategy", "errorStrategy": "error-strategy", "threads": "concurrency",
                "batch": "batch", "redelivery": "redelivery", "isolation": "isolation", "uniqueGroupId": "unique-group",
            },
        ),
    ),
    # KafkaClient.Acknowledge
    annotated={
        "KafkaClient": Annotated(
            client="producer", properties=("properties",), keys={"acks": Key(key="acks", values={"ALL": "all", "ONE": "1", "NONE": "0", "-1": "all"})}
        ),
        "KafkaListener": Annotated(
            client="consumer", properties=("properties",),
            keys={
                "offsetReset": Key(key="auto.offset.reset", values={"EARLIEST": "earliest", "LATEST": "latest"}),
                "isolation": Key(key="isolation.level", values={"READ_COMMITTED": "read_committed", "READ_UNCOMMITTED": "read_uncommitted"}),
            },
        ),
    },
    interfaces=(Interface(on="KafkaClient", topic="Topic", key="KafkaKey", later=_LATER),),
    words={"retry": "Let what {call}() throws leave {handler}(): set an errorStrategy that retries, and what is done when the retries end."},
)  # fmt: skip
