"""zio-kafka."""

from __future__ import annotations

from reviewer.clients.library import Default, Delivers, Library, Operation

_ROOTS = frozenset({"Consumer"})
_STAGES = {
    "map": "each", "partitionedStream": "split", "partitionedAssignmentStream": "split", "mapZIO": "serial", "tap": "serial", "mapChunksZIO": "serial", "mapChunks": "each", "mapZIOPar": "ordered", "mapZIOParUnordered": "unordered",
    "flatMapPar": "merge", "flatMap": "serial", "collect": "drop", "filter": "drop", "filterZIO": "drop", "mapZIOParByKey": "ordered", "groupedWithin": "batch",
    "aggregateAsync": "batch", "catchAll": "recover", "orElse": "recover", "either": "recover", "retry": "retry", "via": "given", "runDrain": "end",
    "runForeach": "serial", "run": "end", "Consumer.offsetBatches": "commit", "consumeWith": "serial",
}  # fmt: skip


def _source(name: str, ack: str) -> Delivers:
    return Delivers(by="chain", name=name, of="Consumer", client="consumer", skips=_ROOTS, ack=ack)


LIBRARY = Library(
    id="zio-kafka",
    title="zio-kafka",
    languages=frozenset({"scala"}),
    imports=("zio.kafka",),
    coordinates=("dev.zio:zio-kafka",),
    types={"Consumer": "consumer", "Producer": "producer", "Offset": "offset", "OffsetBatch": "offset"},
    receiver_names={"consumer": ("consumer",), "producer": ("producer",), "offset": ("offset", "offsets", "offsetbatch")},
    operations=(
        Operation(client="offset", methods=frozenset({"commit", "commitOrRetry"}), role="commit"),
        Operation(
            client="producer", methods=frozenset({"produce", "produceChunk", "produceAsync", "produceChunkAsync"}), role="send", record=0,
            reports_by="elsewhere", shapes={5: {"topic": 0, "key": 1, "value": 2}},
        ),
    ),
    delivers=(
        _source("plainStream", "committer"),
        _source("partitionedStream", "committer"),
        _source("partitionedAssignmentStream", "committer"),
        _source("consumeWith", "container"),
    ),
    stages=_STAGES,
    defaults={"consumer": {"enable.auto.commit": (Default(value="false"),)}},
)  # fmt: skip
