"""SmallRye Reactive Messaging (Quarkus) with its Kafka connector."""

from __future__ import annotations

from reviewer.clients.library import Delivers, Library, OnRebalance, Operation

# Post-processing for a payload, manual for a Message, pre-processing for streams: smallrye.io/smallrye-reactive-messaging, "Message acknowledgement".
_ACKS = {"Message": "manual", "KafkaRecord": "manual", "IncomingKafkaRecord": "manual", "Multi": "before", "Publisher": "before", "PublisherBuilder": "before", "Flow.Publisher": "before", "KafkaRecordBatch": "manual"}  # fmt: skip

LIBRARY = Library(
    id="smallrye-messaging",
    title="SmallRye Reactive Messaging",
    languages=frozenset({"java", "kotlin"}),
    imports=("org.eclipse.microprofile.reactive.messaging.", "io.smallrye.reactive.messaging.kafka.", "io.quarkus.kafka."),
    coordinates=(
        "io.smallrye.reactive:smallrye-reactive-messaging-kafka",
        "io.quarkus:quarkus-messaging-kafka",
        "io.quarkus:quarkus-smallrye-reactive-messaging-kafka",
    ),
    types={"Emitter": "emitter", "MutinyEmitter": "emitter", "Message": "message"},
    receiver_names={"message": ("message", "msg")},
    operations=(
        Operation(client="message", methods=frozenset({"ack"}), role="commit"),
        Operation(
            client="emitter",
            methods=frozenset({"send", "sendAndAwait", "sendAndForget", "sendMessage"}),
            role="send",
            keyed_elsewhere=True,
            reports_by="future",
            shapes={1: {"value": 0}},
            answered=frozenset({"Message", "OutgoingMessage", "KafkaRecord"}),  # by its ack and nack
        ),
    ),
    delivers=(
        Delivers(by="annotation", name="Incoming", topics=("value",), ack="container", acks=_ACKS, skips=frozenset({"Metadata", "IncomingKafkaRecordMetadata", "IncomingKafkaRecordBatchMetadata"})),
    ),
    words={
        "carrier": ".kafka.",  # a channel may be of AMQP, or stay in memory
        "retry": "Let what {call}() throws leave {handler}(): the failure strategy of the channel (dead-letter-queue, fail) decides, and the message is not acknowledged.",
    },
    rebalances=(
        OnRebalance(method="onPartitionsAssigned", event="assigned", at=1, base="KafkaConsumerRebalanceListener"),
        OnRebalance(method="onPartitionsRevoked", event="revoked", at=1, base="KafkaConsumerRebalanceListener"),
    ),
)  # fmt: skip
