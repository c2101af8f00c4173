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
    ),
    types={"ConsumerSettings": "settings", "ProducerSettings": "settings", "KafkaConsumer": "consumer", "KafkaProducer": "producer", "CommittableOffset": "offset", "CommittableOffsetBatch": "offset"},
    receiver_names={"consumer": ("consumer", "kafkaconsumer"), "offset": ("offset", "offsets"), "producer": ("kafkaproducer",)},
    operations=(
        Operation(client="offset", methods=frozenset({"commit"}), role="commit"),
        Operation(client="offset", methods=frozenset({"commitBatchWithin", "commitBatch"}), role="commit", is_bare=True),
        Operation(client="consumer", methods=frozenset({"commitSync", "commitAsync"}), role="commit"),
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
