"""Micronaut Kafka."""

from __future__ import annotations

from reviewer.clients.library import Delivers, Library, Operation

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
    words={"retry": "Let what {call}() throws leave {handler}(): set an errorStrategy that retries, and what is done when the retries end."},
)  # fmt: skip
