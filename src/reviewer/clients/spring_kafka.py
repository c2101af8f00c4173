"""Spring for Apache Kafka."""

from __future__ import annotations

from reviewer.clients.library import Annotated, Default, Delivers, Library, Makes, OnRebalance, Operation, Record

_NOT_RECORDS = frozenset({"Acknowledgment", "Consumer", "KafkaConsumer", "MessageHeaders", "ConsumerRecordMetadata"})
# What attributes of a listener say; ack mode and error handler stand in the container factory that it names.
_ATTRIBUTES = {
    "containerFactory": "factory", "concurrency": "concurrency", "batch": "batch", "errorHandler": "error-handler", "autoStartup": "auto-startup",
    "properties": "properties", "ackMode": "ack-mode", "containerPostProcessor": "post-processor",
}  # fmt: skip

# Spring for Apache Kafka. The container turns auto commit off unless it is set (since 2.3); ack mode BATCH.
# support/serializer: the constants of the serializers, whose names are not their keys.
_CONSTANTS = {
    "ErrorHandlingDeserializer.KEY_DESERIALIZER_CLASS": "spring.deserializer.key.delegate.class",
    "ErrorHandlingDeserializer.VALUE_DESERIALIZER_CLASS": "spring.deserializer.value.delegate.class",
    "ErrorHandlingDeserializer.VALUE_FUNCTION": "spring.deserializer.value.function",
    "JsonDeserializer.TRUSTED_PACKAGES": "spring.json.trusted.packages",
    "JsonDeserializer.TYPE_MAPPINGS": "spring.json.type.mapping",
    "JsonDeserializer.USE_TYPE_INFO_HEADERS": "spring.json.use.type.headers",
    "JsonDeserializer.KEY_DEFAULT_TYPE": "spring.json.key.default.type",
    "JsonDeserializer.VALUE_DEFAULT_TYPE": "spring.json.value.default.type",
    "JsonSerializer.ADD_TYPE_INFO_HEADERS": "spring.json.add.type.headers",
    "JsonSerializer.TYPE_MAPPINGS": "spring.json.type.mapping",
}

LIBRARY = Library(
    id="spring-kafka",
    key_constants=_CONSTANTS,
    auto_commits="returned",
    title="Spring for Apache Kafka",
    languages=frozenset({"java", "kotlin", "scala"}),
    imports=("org.springframework.kafka.",),
    coordinates=("org.springframework.kafka:spring-kafka",),
    types={
        "KafkaTemplate": "template",
        "KafkaOperations": "template",
        "ReplyingKafkaTemplate": "template",
        "RoutingKafkaTemplate": "template",
        "Acknowledgment": "acknowledgment",
        "ConsumerSeekCallback": "seeker",
    },
    receiver_names={"template": ("kafkatemplate",), "acknowledgment": ("ack", "acknowledgment", "acknowledgement")},
    makes=(
        Makes(name="DefaultKafkaProducerFactory", client="producer", config=0),
        Makes(name="DefaultKafkaConsumerFactory", client="spring-consumer", config=0),
    ),
    operations=(
        Operation(client="acknowledgment", methods=frozenset({"acknowledge"}), role="commit"),
        # ConsumerSeekAware.ConsumerSeekCallback
        Operation(
            client="seeker",
            role="seek",
            methods=frozenset({"seek", "seekToBeginning", "seekToEnd", "seekToTimestamp", "seekRelative"}),
        ),
        Operation(
            client="template",
            methods=frozenset({"send"}),
            role="send",
            record=0,
            reports_by="future",
            shapes={
                1: {"value": 0},
                2: {"topic": 0, "value": 1},
                3: {"topic": 0, "key": 1, "value": 2},
                4: {"topic": 0, "key": 2, "value": 3},
                5: {"topic": 0, "key": 3, "value": 4},
            },
        ),
        Operation(
            client="template",
            methods=frozenset({"sendDefault"}),
            role="send",
            reports_by="future",
            shapes={1: {"value": 0}, 2: {"key": 0, "value": 1}, 3: {"key": 1, "value": 2}, 4: {"key": 2, "value": 3}},
        ),
        Operation(client="template", methods=frozenset({"flush"}), role="flush"),
        Operation(
            client="template",
            methods=frozenset({"sendAndReceive"}),
            role="send",
            record=0,
            reports_by="future",
        ),
        Operation(
            client="template",
            methods=frozenset({"executeInTransaction", "sendOffsetsToTransaction"}),
            role="transaction",
        ),
    ),
    records={"ProducerRecord": Record()},
    delivers=(
        Delivers(
            by="annotation",
            name="KafkaListener",
            topics=("topics", "topicPattern"),
            group=("groupId", "id"),
            skips=_NOT_RECORDS,
            ack="container",
            acks={"Acknowledgment": "manual"},
            parts=_ATTRIBUTES,
        ),
        Delivers(
            by="annotation",
            name="KafkaHandler",
            on="KafkaListener",
            topics=("topics", "topicPattern"),
            group=("groupId", "id"),
            skips=_NOT_RECORDS,
            ack="container",
            acks={"Acknowledgment": "manual"},
            parts={**_ATTRIBUTES, "isDefault": "default"},
        ),
    ),
    annotated={"KafkaListener": Annotated(client="consumer", properties=("properties",))},
    # The other two callbacks of a ConsumerRebalanceListener are said by kafka-clients' names.
    rebalances=(
        OnRebalance(method="onPartitionsRevokedBeforeCommit", event="revoked", at=1),
        OnRebalance(method="onPartitionsRevokedAfterCommit", event="revoked", at=1),
        OnRebalance(method="onPartitionsAssigned", event="assigned", at=1, base="ConsumerAwareRebalanceListener"),
        OnRebalance(method="onPartitionsLost", event="lost", at=1, base="ConsumerAwareRebalanceListener"),
        OnRebalance(method="onPartitionsAssigned", event="assigned", base="AbstractConsumerSeekAware"),
        OnRebalance(method="onPartitionsAssigned", event="assigned", base="ConsumerSeekAware"),
    ),
    words={
        "confirm": "Wait with `{send}(…).get(30, TimeUnit.SECONDS)`, or fail the unit of work in its completion callback, before acknowledging upstream.",
        "retry": "Let what {call}() throws leave the listener: the container's error handler retries it; give the handler a back-off and a DeadLetterPublishingRecoverer.",
    },
    defaults={
        "spring-consumer": {
            "enable.auto.commit": (Default(value="false"),),
            "auto.offset.reset": (Default(value="latest"),),
        },
        "producer": {
            "acks": (
                Default(below="2.8", value="1"),
                Default(value="all"),
            )
        },
    },
)
