"""Reactor Kafka."""

from __future__ import annotations

from reviewer.clients.library import Default, Delivers, Library, Makes, OnRebalance, Operation, Record

_RECEIVERS = frozenset({"KafkaReceiver", "ReactiveKafkaConsumerTemplate"})


def _source(method: str, ack: str) -> Delivers:
    return Delivers(by="chain", name=method, of="KafkaReceiver", client="receiver", skips=_RECEIVERS, ack=ack)


# Stages of Flux that Reactor's documentation calls concurrent, and those that keep the order.
STAGES = {
    "map": "each", "doOnNext": "each", "handle": "each", "mapNotNull": "each", "doOnEach": "each", "transform": "each",
    "concatMap": "serial", "concatMapDelayError": "serial", "flatMapSequential": "ordered", "flatMap": "unordered", "flatMapDelayError": "unordered",
    "parallel": "unordered", "groupBy": "split", "window": "split", "bufferTimeout": "batch", "buffer": "batch",
    "onErrorResume": "recover", "onErrorContinue": "recover", "onErrorReturn": "recover", "onErrorComplete": "recover", "retry": "retry", "retryWhen": "retry",
    "filter": "drop", "filterWhen": "drop", "distinct": "drop", "onBackpressureDrop": "drop", "onBackpressureLatest": "drop",
    "onBackpressureBuffer": "queue", "publishOn": "queue", "subscribe": "end", "then": "end",
}  # fmt: skip

LIBRARY = Library(
    id="reactor-kafka",
    title="Reactor Kafka",
    languages=frozenset({"java", "kotlin", "scala"}),
    imports=("reactor.kafka.", "org.springframework.kafka.core.reactive."),
    coordinates=("io.projectreactor.kafka:reactor-kafka",),
    types={
        "KafkaReceiver": "receiver",
        "ReactiveKafkaConsumerTemplate": "receiver",
        "KafkaSender": "sender",
        "ReactiveKafkaProducerTemplate": "sender",
        "ReceiverOffset": "offset",
        "TransactionManager": "transaction-manager",
    },
    receiver_names={
        "receiver": ("kafkareceiver", "receiver"),
        "sender": ("kafkasender", "sender"),
        "offset": ("receiveroffset",),
        "transaction-manager": ("transactionmanager",),
    },
    makes=(
        Makes(name="create", client="", config=0, on="KafkaReceiver", type="KafkaReceiver"),
        Makes(name="create", client="", config=0, on="KafkaSender", type="KafkaSender"),
    ),
    operations=(
        Operation(client="offset", methods=frozenset({"acknowledge", "commit"}), role="commit"),
        Operation(client="transaction-manager", methods=frozenset({"begin", "commit", "abort", "sendOffsets"}), role="transaction"),
        Operation(client="sender", methods=frozenset({"send", "createOutbound"}), role="send", record=0, reports_by="elsewhere"),
    ),
    records={"SenderRecord": Record(), "ProducerRecord": Record()},
    delivers=(
        _source("receive", "manual"),
        _source("receiveBatch", "manual"),
        _source("receiveAutoAck", "container"),
        _source("receiveAtmostOnce", "before"),
        _source("receiveExactlyOnce", "manual"),
    ),
    stages=STAGES,
    rebalances=(
        OnRebalance(method="addRevokeListener", event="revoked", is_given=True),
        OnRebalance(method="addAssignListener", event="assigned", is_given=True),
    ),
    config_constants={"ConsumerConfig": "consumer", "ProducerConfig": "producer"},
    defaults={"consumer": {"enable.auto.commit": (Default(value="false"),)}},
)  # fmt: skip
