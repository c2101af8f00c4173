"""Spark Structured Streaming with its Kafka source and sink."""

from __future__ import annotations

from reviewer.clients.library import Builds, Delivers, Key, Library, Makes

# spark.apache.org/docs/latest/streaming/structured-streaming-kafka-integration.html; names of options count in any case. Offsets live in
# the checkpoint: startingOffsets holds only where there is none, so it is no auto.offset.reset.
_SOURCE = {
    "startingoffsets": "starting.offsets", "endingoffsets": "ending.offsets", "startingtimestamp": "starting.timestamp",
    "startingoffsetsbytimestamp": "starting.offsets.by.timestamp", "failondataloss": "fail.on.data.loss", "maxoffsetspertrigger": "max.offsets.per.trigger",
    "minoffsetspertrigger": "min.offsets.per.trigger", "minpartitions": "min.partitions", "groupidprefix": "group.id.prefix", "subscribe": "topics", "subscribepattern": "topics.pattern",
    "assign": "topics.assigned", "includeheaders": "include.headers", "kafkaconsumer.polltimeoutms": "poll.timeout.ms",
}  # fmt: skip
_SINK = {"checkpointlocation": "checkpoint.location", "topic": "topic"}
_PREFIXES = ("kafka.",)
_WRITER, _READER = "DataStreamWriter", "DataStreamReader"
_STEPS = ("format", "option", "options", "outputMode", "trigger", "queryName", "partitionBy")


def _chain(kind: str, client: str, keys: dict[str, str | Key], **parts: str) -> Builds:
    return Builds(
        kind=kind, client=client, keys=keys, pairs=frozenset({"option"}), maps=frozenset({"options"}), prefixes=_PREFIXES,
        parts={"format": "format", **parts},
    )  # fmt: skip


_STREAM = _chain("spark-source", "consumer", {**_SOURCE}, load="load")
_QUERY = _chain(
    "spark-sink", "producer", {**_SINK}, outputMode="output-mode", trigger="trigger", queryName="name", foreachBatch="foreach-batch",
    foreach="foreach", toTable="table", start="start",
)  # fmt: skip

_SESSION = Builds(
    kind="spark-session",
    keys={"spark.sql.streaming.checkpointLocation": "checkpoint.location", "spark.sql.shuffle.partitions": "shuffle.partitions"},
    pairs=frozenset({"config", "set"}),
)  # fmt: skip

LIBRARY = Library(
    id="spark-kafka",
    title="Spark Structured Streaming",
    languages=frozenset({"java", "kotlin", "python", "scala"}),
    imports=("pyspark.sql", "org.apache.spark.sql"),
    coordinates=("org.apache.spark:spark-sql-kafka-0-10_2.13", "org.apache.spark:spark-sql-kafka-0-10_2.12"),
    types={_WRITER: "writer", _READER: "reader"},
    receiver_names={"writer": ("writestream",), "reader": ("readstream",)},
    makes=(
        Makes(name="writeStream", client="", on="*", type=_WRITER),
        Makes(name="readStream", client="", on="*", type=_READER),
        *(Makes(name=step, client="", on=_WRITER, type=_WRITER) for step in _STEPS),
    ),
    # A batch is done when the function returns; after a failure it comes again under the same id.
    delivers=(
        Delivers(by="callback", name="*", of="foreachBatch", at=0, ack="container"),
        Delivers(by="callback", name="*", of="foreach", at=0, ack="container"),
    ),
    builds={
        "readStream": _STREAM,
        "writeStream": _QUERY,
        "withWatermark": Builds(kind="spark-watermark", given={0: ":column", 1: ":delay"}),
        "dropDuplicates": Builds(kind="spark-distinct", given={0: ":columns"}),
        "dropDuplicatesWithinWatermark": Builds(kind="spark-distinct", given={0: ":columns"}),
        "config": _SESSION,
        "SparkConf": _SESSION,
    },
    acts=frozenset({"save", "saveAsTable", "insertInto", "jdbc", "parquet", "json", "csv", "orc", "text", "writeTo", "append"}),
    spelling="fields",
    words={
        "retry": "Let what {call}() throws leave {handler}(): the query stops and Spark runs the same batch again; write it by its id, so that it counts once.",
    },
)  # fmt: skip
