"""A source begins somewhere else.

The start position of a Kafka source or table moves.

## What it catches

`scan.startup.mode` of a table, and `setStartingOffsets` of a `KafkaSource`, that become `latest` where they were `earliest`, a group's offsets or a time;
removed, so that the default applies; or that go from a group's offsets to `earliest`.

## Why it hurts in production

Whenever the job starts without the source's state (first start, new uid, state dropped) it begins there. With latest, records of the time in between are
never read; with earliest everything is processed a second time.

## What to do

The group's offsets with a reset to earliest.

## What it cannot see

That the job always starts from a savepoint: then the position is in the state.

## Examples

### bad: latest instead of the group's offsets
--- orders.sql
 CREATE TABLE orders (
   id STRING
 ) WITH (
   'connector' = 'kafka',
   'topic' = 'orders',
-  'scan.startup.mode' = 'group-offsets',
+  'scan.startup.mode' = 'latest-offset', -- ! here
   'format' = 'json'
 );

### bad: in code
--- Job.java
 import org.apache.flink.connector.kafka.source.KafkaSource;
 class Job {
   KafkaSource<Order> source() {
     return KafkaSource.<Order>builder()
         .setBootstrapServers(servers).setTopics("orders").setGroupId("totals")
-        .setStartingOffsets(OffsetsInitializer.committedOffsets(OffsetResetStrategy.EARLIEST))
+        .setStartingOffsets(OffsetsInitializer.latest()) // ! here
         .setValueOnlyDeserializer(new OrderSchema()).build();
   }
 }

### good: from latest to the group's offsets
--- orders.sql
 CREATE TABLE orders (
   id STRING
 ) WITH (
   'connector' = 'kafka',
   'topic' = 'orders',
-  'scan.startup.mode' = 'latest-offset',
+  'scan.startup.mode' = 'group-offsets',
   'properties.auto.offset.reset' = 'earliest',
   'format' = 'json'
 );

### good: a new table
--- orders.sql
+CREATE TABLE orders (
+  id STRING
+) WITH (
+  'connector' = 'kafka',
+  'topic' = 'orders',
+  'scan.startup.mode' = 'latest-offset',
+  'format' = 'json'
+);

## References

- https://nightlies.apache.org/flink/flink-docs-stable/docs/connectors/table/kafka/#start-reading-position
- https://nightlies.apache.org/flink/flink-docs-stable/docs/connectors/datastream/kafka/#starting-offset
"""

from __future__ import annotations

from collections.abc import Iterator

from reviewer.core.finding import Category, Confidence, Severity
from reviewer.core.span import Span
from reviewer.facts.delta import Delta
from reviewer.facts.pairs import BUILDERS, TABLES
from reviewer.facts.streaming.dataflow import part_of
from reviewer.facts.streaming.model import Builder, Known
from reviewer.rules.checks.dataflow import cause, changed
from reviewer.rules.checks.words import Words, of_change
from reviewer.rules.rule import Hit, Rule

_LATEST = Words(
    "{what} began at {old} and now begins at {new}.",
    (
        "The job is started without the state of this source: a new uid, a dropped state, a rebuild.",
        "It begins at the end of the topic.",
        "What was written between the last record of the old run and this start is never read -> a silent gap.",
    ),
    "Keep {old}, or start from the group's offsets with a reset to earliest.",
)
_AGAIN = Words(
    "{what} began at {old} and now begins at {new}.",
    (
        "The job is started without the state of this source: a new uid, a dropped state, a rebuild.",
        "It begins at the oldest record that is retained, although its group has offsets.",
        "Everything retained is processed a second time -> duplicates downstream.",
    ),
    "Keep {old}, with a reset to earliest for the first start.",
)
_DEFAULT = {"scan.startup.mode": "group-offsets", "start": "earliest"}


def compare(delta: Delta) -> Iterator[Hit]:
    """Tables of one name, then sources of one builder."""
    for pair in delta.pairs_of(TABLES):
        if pair.before is not None and pair.after is not None and pair.after.dialect == "flink":
            name = pair.after.name
            for change in changed(pair.before.options, pair.after.options, "scan.startup.mode"):
                old, new = (
                    value.text if value is not None else _DEFAULT[change.name] for value in (change.old, change.new)
                )
                yield from _hit(name, f"The table {name}", old, new, change.span)
    for source in delta.pairs_of(BUILDERS):
        was, now = source.before, source.after
        if was is None or now is None or now.kind != "kafka-source" or not source.is_sure:
            continue
        for change in changed(was.parts, now.parts, "start"):
            old, new = (
                value.text if value is not None else _DEFAULT[change.name] for value in (change.old, change.new)
            )
            yield from _hit(_topic(now), f"The source of {_topic(now)}", old, new, cause(source.files, change.span))


def _topic(builder: Builder) -> str:
    topic = part_of(builder.parts, "topic")
    return f'"{topic.text}"' if topic is not None and topic.known is Known.EXPLICIT else "these topics"


def _hit(place: str, what: str, old: str, new: str, span: Span) -> Iterator[Hit]:
    was, now = (
        old.removesuffix("-offset").removesuffix("-offsets"),
        new.removesuffix("-offset").removesuffix("-offsets"),
    )
    if now == "latest" and was != "latest":
        yield _LATEST.hit(of_change(f"{place} start", old, new), span, what=what, old=old, new=new)
    elif now == "earliest" and was in ("group", "committed"):
        yield _AGAIN.hit(
            of_change(f"{place} start", old, new), span, what=what, old=old, new=new, severity=Severity.MEDIUM, confidence=Confidence.MEDIUM
        )  # fmt: skip


RULE = Rule(
    __name__,
    __doc__,
    category=Category.DATA_LOSS,
    severity=Severity.HIGH,
    confidence=Confidence.HIGH,
    compare=compare,
)
