"""A Spark query loses its place in Kafka, its state, or records without an error.

Options of Structured Streaming that decide what a query remembers and what it may skip.

## What it catches

`failOnDataLoss` that becomes false; a `checkpointLocation` on a disk that ends with the container (`/tmp`, `file:`), that is another one than before,
or that two queries of a file have in common; a watermark in front of a windowed aggregation that goes.

## Why it hurts in production

The checkpoint is the only place where the offsets and the state are: Spark commits none to Kafka. Without it the query begins at `startingOffsets`, which
is the end of the topic when nobody says otherwise. With failOnDataLoss=false, what retention has deleted is skipped with a warning.

## What to do

One durable path per query, which stays. failOnDataLoss as it is by default, true; after a loss, decide once by hand.

## What it cannot see

That `/tmp` is a mounted volume; that the old checkpoint was copied to the new path.

## Examples

### bad: loss is tolerated
--- archive.py
 from pyspark.sql import SparkSession
 spark = SparkSession.builder.appName("archive").getOrCreate()
 orders = (
     spark.readStream.format("kafka")
     .option("subscribe", "orders")
-    .option("failOnDataLoss", "true")
+    .option("failOnDataLoss", "false") # ! here
     .load()
 )

### bad: two queries with one checkpoint
--- Archive.scala
 import org.apache.spark.sql.DataFrame
 object Archive {
   def start(orders: DataFrame, returns: DataFrame): Unit = {
     orders.writeStream.format("delta").option("checkpointLocation", "s3://lake/cp/orders").start("s3://lake/orders")
-    returns.writeStream.format("delta").option("checkpointLocation", "s3://lake/cp/returns").start("s3://lake/returns")
+    returns.writeStream.format("delta").option("checkpointLocation", "s3://lake/cp/orders").start("s3://lake/returns") // ! here
   }
 }

### good: another durable bucket for a query that is new
--- Archive.scala
 import org.apache.spark.sql.DataFrame
 object Archive {
   def start(orders: DataFrame, returns: DataFrame): Unit = {
     orders.writeStream.format("delta").option("checkpointLocation", "s3://lake/cp/orders").start("s3://lake/orders")
+    returns.writeStream.format("delta").option("checkpointLocation", "s3://lake/cp/returns").start("s3://lake/returns")
   }
 }

### good: a batch read may tolerate gaps
--- once.py
 from pyspark.sql import SparkSession
 spark = SparkSession.builder.appName("once").getOrCreate()
-orders = spark.read.format("kafka").option("subscribe", "orders").load()
+orders = spark.read.format("kafka").option("subscribe", "orders").option("failOnDataLoss", "false").load()

## References

- https://spark.apache.org/docs/latest/structured-streaming-kafka-integration.html
- https://spark.apache.org/docs/latest/structured-streaming-programming-guide.html
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from reviewer.core.finding import Category, Confidence, Severity
from reviewer.facts.delta import Delta, FilePair
from reviewer.facts.streaming.dataflow import part_of
from reviewer.facts.streaming.model import Builder, FactSet, FileFacts, Known, Setting
from reviewer.rules.checks.settings import changed
from reviewer.rules.checks.words import Words, of_change, of_setting
from reviewer.rules.rule import Hit, Rule

_LOSS = Words(
    "failOnDataLoss is false: offsets that the broker no longer has are skipped with a warning.",
    (
        "The query stands still for longer than the topic's retention, or the topic is made anew.",
        "It asks for offsets that the broker has deleted; with failOnDataLoss=false it goes on at the oldest ones that are left.",
        "What lay between is missing from the result, and nothing fails -> it is found when somebody compares.",
    ),
    "Leave failOnDataLoss out (true): the query fails, and a person decides once.",
)
_SHARED = Words(
    "Two queries have the checkpoint {path}.",
    (
        "Both queries write their offsets and commits to {path}.",
        "The one that is later finds a batch there that it never ran, and takes the other's offsets for its own.",
        "It skips what it never read, or fails with a checkpoint of another query -> records are missing in one of the results.",
    ),
    "Give each query a path of its own.",
)
_LOCAL = Words(
    "The checkpoint lies at {path}, on a disk that ends with the container or machine.",
    (
        "The query writes its offsets and state to {path}.",
        "The driver is started on another node, or the container is replaced: the directory is empty.",
        "The query begins at startingOffsets (the end of the topic by default), with empty state -> what came in between is skipped, or all of it is written again.",
    ),
    "Put the checkpoint on storage that outlives the driver (object store, HDFS, a mounted volume).",
)
_MOVED = Words(
    "The checkpoint was at {old} and is now at {new}.",
    (
        "The query's offsets and state lie at {old}.",
        "The new version finds nothing at {new}: it begins at startingOffsets (the end of the topic by default), with empty state.",
        "What came between the last batch and the deploy is skipped, or everything is written again.",
    ),
    "Keep {old}, or copy the whole directory to {new} while the query is stopped.",
)
_WATERMARK = Words(
    'The watermark on "{column}" is gone, and the result is still aggregated by windows.',
    (
        "Each window of each key is kept in the state until a watermark has passed it.",
        "Without one no window is ever finished: the state grows with every key and hour.",
        "In append mode nothing is written any more; else the executors run out of memory -> the query stops.",
    ),
    'Keep .withWatermark("{column}", …) in front of the aggregation.',
)
_TEMPORARY = re.compile(r"(?:file:/{1,3})?/?(?:tmp|var/tmp|dev/shm)(?:/|$)|file:/|\./|[A-Za-z]:\\")
_WINDOWED = re.compile(r"(?<![\w.])(?:F\.|functions\.|fn\.)?(?:window|session_window)\s*\(")


def inspect(facts: FactSet) -> Iterator[Hit]:
    """Options of streams and queries as they stand."""
    for file in facts.files:
        if "spark-kafka" not in file.libraries:
            continue
        yield from _lossy(file)
        seen: dict[str, Setting] = {}
        for setting in _checkpoints(file):
            path = setting.value.text
            if path in seen and not _is_branch(file, seen[path], setting):
                yield _SHARED.hit(f"shared checkpoint {path}", setting.span, path=path, evidence=(seen[path].span,))
            elif _TEMPORARY.match(path):
                yield _LOCAL.hit(of_setting(setting), setting.span, path=path, severity=Severity.HIGH)
            seen.setdefault(path, setting)


def _lossy(file: FileFacts) -> Iterator[Hit]:
    for builder in file.builders:
        for setting in builder.settings if builder.kind == "spark-source" else ():
            if setting.key == "fail.on.data.loss" and setting.value.is_explicit("false"):
                yield _LOSS.hit(of_setting(setting), setting.span)


def _checkpoints(file: FileFacts) -> list[Setting]:
    found = (s for b in file.builders if b.kind == "spark-sink" for s in b.settings)
    return [s for s in found if s.key == "checkpoint.location" and s.value.known is Known.EXPLICIT and s.value.text]


def _is_branch(file: FileFacts, one: Setting, other: Setting) -> bool:
    """Two ways to start one query, of which one is taken: told apart by the function only."""
    return one.scope.partition("#")[0] != other.scope.partition("#")[0]


def compare(delta: Delta) -> Iterator[Hit]:
    """Checkpoints that move, watermarks that go."""
    for differs in changed(delta, "checkpoint.location"):
        file, old, new = differs.files.after, differs.old, differs.new
        if file is None or "spark-kafka" not in file.libraries or Known.UNKNOWN in (old.known, new.known):
            continue
        paths = [s.value.text for s in _checkpoints(file)]
        if not _TEMPORARY.match(old.text) and not _TEMPORARY.match(new.text) and paths.count(new.text) == 1:
            yield _MOVED.hit(
                of_change("checkpoint", old.text, new.text), differs.span, old=old.text, new=new.text,
                confidence=Confidence.MEDIUM,
            )  # fmt: skip
    for pair, before, after in delta.modified():
        yield from _unmarked(pair, before, after)


def _unmarked(pair: FilePair, before: FileFacts, after: FileFacts) -> Iterator[Hit]:
    """Functions that lost their watermark and still window."""
    kept = {after.function_name(b.call.function) for b in _watermarks(after)}
    for builder in _watermarks(before):
        name = before.function_name(builder.call.function)
        column = part_of(builder.parts, "column")
        if name not in kept and column is not None and _windows(pair, after, name):
            yield _WATERMARK.hit(f"{name}: watermark removed", builder.call.name_span, column=column.text)


def _watermarks(file: FileFacts) -> list[Builder]:
    return [b for b in file.builders if b.kind == "spark-watermark"]


def _windows(pair: FilePair, after: FileFacts, name: str) -> bool:
    lines = (pair.change.after or "").split("\n")
    if not name:
        return _WINDOWED.search("\n".join(lines)) is not None
    spans = [f.span for f in after.syntax.functions if f.qualified == name]
    return any(_WINDOWED.search("\n".join(lines[s.first_line - 1 : s.last_line])) for s in spans)


RULE = Rule(
    __name__,
    __doc__,
    category=Category.DATA_LOSS,
    severity=Severity.HIGH,
    confidence=Confidence.HIGH,
    put_back=True,
    only=("spark",),
    inspect=inspect,
    compare=compare,
)
