"""fs2-kafka."""

from __future__ import annotations

from reviewer.clients.library import Default, Delivers, Key, Library, Makes, Operation

_ROOTS = frozenset({"KafkaConsumer", "KafkaConsumerStream"})
_STAGES = {
    "map": "each", "partitionedRecords": "split", "partitionedStream": "split", "partitionsMapStream": "split", "evalMap": "serial", "evalTap": "serial", "evalMapChunk": "serial", "mapAsync": "ordered", "parEvalMap": "ordered",
    "mapAsyncUnordered": "unordered", "parEvalMapUnordered": "unordered", "parEvalMapUnorderedUnbounded": "unordered", "parJoin": "merge",
    "parJoinUnbounded": "merge", "flatMap": "serial", "collect": "drop", "filter": "drop", "evalFilter": "drop", "unNone": "drop", "mapFilter": "drop",
    "evalMapFilter": "drop", "groupWithin": "batch", "groupAdjacentBy": "split", "handleErrorWith": "recover", "attempt": "recover", "through": "given",
    "broadcastThrough": "unordered", "consumeChunk": "serial", "foreach": "serial",
    "commitBatchWithin": "commit", "commitBatch": "commit", "KafkaProducer.pipe": "send",
}  # fmt: skip


def _source(name: str, ack: str) -> Delivers:
    return Delivers(by="chain", name=name, of="KafkaConsumer", client="consumer", skips=_ROOTS, ack=ack)


LIBRARY = Library(
    id="fs2-kafka",
    title="fs2-kafka",
    languages=frozenset({"scala"}),
    imports=("fs2.kafka",),
    coordinates=("com.github.fd4s:fs2-kafka",),
    makes=(
        Makes(name="ConsumerSettings", client="consumer", config="steps"), Makes(name="ProducerSettings", client="producer", config="steps"),
        Makes(name="stream", client="", on="KafkaProducer", type="KafkaProducer"), Makes(name="resource", client="", on="KafkaProducer", type="KafkaProducer"),
    ),
    types={"ConsumerSettings": "settings", "ProducerSettings": "settings", "KafkaConsumer": "consumer", "KafkaProducer": "producer", "CommittableOffset": "offset", "CommittableOffsetBatch": "offset"},
    receiver_names={"consumer": ("consumer", "kafkaconsumer"), "offset": ("offset", "offsets"), "producer": ("producer", "kafkaproducer")},
    operations=(
        Operation(client="offset", methods=frozenset({"commit"}), role="commit"),
        Operation(client="offset", methods=frozenset({"commitBatchWithin", "commitBatch"}), role="commit", is_bare=True),
        Operation(client="consumer", methods=frozenset({"commitSync", "commitAsync"}), role="commit"),
        # F[F[ProducerResult]]: the outer effect hands the records over, the inner one ends when they are stored.
        Operation(client="producer", methods=frozenset({"produce", "produceOne", "produceOne_"}), role="send", record=0, reports_by="elsewhere"),
        Operation(client="consumer", methods=frozenset({"seek", "seekToBeginning", "seekToEnd"}), role="seek"),
        Operation(client="consumer", methods=frozenset({"subscribeTo", "subscribe", "assign"}), role="subscribe"),
    ),
    delivers=(
        _source("consumeChunk", "container"),
        _source("records", "committer"),
        _source("partitionedRecords", "committer"),
        _source("partitionedStream", "committer"),
        _source("partitionsMapStream", "committer"),
        _source("stream", "committer"),
    ),
    stages=_STAGES,
    keys={
        "withEnableAutoCommit": Key(key="enable.auto.commit", client="consumer"),
        "withBootstrapServers": Key(key="bootstrap.servers"),
        "withClientId": Key(key="client.id"),
        "withGroupInstanceId": Key(key="group.instance.id", client="consumer"),
        "withMaxPollRecords": Key(key="max.poll.records", client="consumer"),
        "withMaxPollInterval": Key(key="max.poll.interval.ms", client="consumer"),
        "withSessionTimeout": Key(key="session.timeout.ms", client="consumer"),
        "withHeartbeatInterval": Key(key="heartbeat.interval.ms", client="consumer"),
        "withIsolationLevel": Key(
            key="isolation.level", client="consumer",
            values={"IsolationLevel.ReadCommitted": "read_committed", "IsolationLevel.ReadUncommitted": "read_uncommitted"},
        ),
        "withRetries": Key(key="retries", client="producer"),
        "withMaxInFlightRequestsPerConnection": Key(key="max.in.flight.requests.per.connection", client="producer"),
        "withLinger": Key(key="linger.ms", client="producer"),
        "withBatchSize": Key(key="batch.size", client="producer"),
        "withDeliveryTimeout": Key(key="delivery.timeout.ms", client="producer"),
        "withRequestTimeout": Key(key="request.timeout.ms"),
        "withGroupId": Key(key="group.id", client="consumer"),
        "withAutoOffsetReset": Key(
            key="auto.offset.reset", client="consumer",
            values={"AutoOffsetReset.Earliest": "earliest", "AutoOffsetReset.Latest": "latest", "AutoOffsetReset.None": "none"},
        ),
        "withAcks": Key(key="acks", client="producer", values={"Acks.All": "all", "Acks.One": "1", "Acks.Zero": "0"}),
        "withEnableIdempotence": Key(key="enable.idempotence", client="producer"),
    },
    defaults={"consumer": {"enable.auto.commit": (Default(value="false"),), "auto.offset.reset": (Default(value="none"),)}},
)  # fmt: skip
