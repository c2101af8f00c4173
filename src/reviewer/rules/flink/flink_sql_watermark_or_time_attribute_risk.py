"""A table's time attribute changes, and with it what is late.

The watermark of a table goes, waits less, or stands on another column.

## What it catches

`WATERMARK FOR` removed from a table that stays, with a shorter interval than before, or on another column; `scan.watermark.idle-timeout` and
`table.exec.source.idle-timeout` removed.

## Why it hurts in production

SQL has no side output: late rows are dropped without a trace. Without a watermark windows and interval joins do not plan, or never give a result;
without an idle timeout one quiet partition holds everything back.

## What to do

A delay above the disorder that is observed, on the event's own time, and an idle timeout.

## What it cannot see

That the queries on the table no longer need its time.

## Examples

### bad: a shorter delay
--- orders.sql
 CREATE TABLE orders (
   id STRING,
   at TIMESTAMP(3),
-  WATERMARK FOR at AS at - INTERVAL '5' MINUTE
+  WATERMARK FOR at AS at - INTERVAL '1' SECOND -- ! here
 ) WITH ('connector' = 'kafka', 'topic' = 'orders', 'format' = 'json');

### bad: the watermark goes
--- orders.sql
 CREATE TABLE orders (
   id STRING,
-  at TIMESTAMP(3),
-  WATERMARK FOR at AS at - INTERVAL '5' MINUTE -- ! here
+  at TIMESTAMP(3)
 ) WITH ('connector' = 'kafka', 'topic' = 'orders', 'format' = 'json');
 INSERT INTO counts SELECT window_start, COUNT(*) FROM TABLE(TUMBLE(TABLE orders, DESCRIPTOR(at), INTERVAL '1' HOUR)) GROUP BY window_start;

### good: a longer delay
--- orders.sql
 CREATE TABLE orders (
   id STRING,
   at TIMESTAMP(3),
-  WATERMARK FOR at AS at - INTERVAL '5' SECOND
+  WATERMARK FOR at AS at - INTERVAL '10' SECOND
 ) WITH ('connector' = 'kafka', 'topic' = 'orders', 'format' = 'json');

### good: the table goes as a whole
--- orders.sql
-CREATE TABLE orders (
-  id STRING,
-  at TIMESTAMP(3),
-  WATERMARK FOR at AS at - INTERVAL '5' SECOND
-) WITH ('connector' = 'kafka', 'topic' = 'orders', 'format' = 'json');
 CREATE TABLE refunds (
   id STRING
 ) WITH ('connector' = 'kafka', 'topic' = 'refunds', 'format' = 'json');

## References

- https://nightlies.apache.org/flink/flink-docs-stable/docs/dev/table/concepts/time_attributes/
"""

from __future__ import annotations

from collections.abc import Iterator

from reviewer.core.finding import Category, Confidence, Severity
from reviewer.facts.delta import Delta
from reviewer.facts.pairs import TABLES, Pair
from reviewer.facts.streaming.dataflow import Table, part_of
from reviewer.rules.checks.dataflow import amount, changed, last_span
from reviewer.rules.checks.settings import removed
from reviewer.rules.checks.words import Words, of_change
from reviewer.rules.rule import Hit, Rule

_LESS = Words(
    "The watermark of {table} waited {old} and now waits {new}.",
    (
        "Rows of a slow partition or producer come some time behind the newest.",
        "The watermark follows the newest row after {new}; windows and joins on {table} are closed for them.",
        "They are dropped without a trace: SQL has no side output -> totals are silently too low.",
    ),
    "Keep {old}, or measure how late rows are.",
)
_GONE = Words(
    "The watermark of {table} on {column} is removed.",
    (
        "Windows, interval joins and temporal joins on {table} need its event time.",
        "Without a watermark {column} is a plain column: they are refused, or wait for a time that never moves.",
        "No result comes any more, or the job is rewritten to another clock whose results differ.",
    ),
    "Keep WATERMARK FOR {column}.",
)
_OTHER = Words(
    "The event time of {table} was {old} and is now {new}.",
    (
        "Windows and joins of the running job go by {old}.",
        "The new version reads the same rows by {new}: other times, perhaps far from where the watermark stood.",
        "Rows fall into other windows or are late as a whole and dropped -> results that do not fit those until now.",
    ),
    "Keep {old}; for another time start the query anew and rebuild its results.",
)
_IDLE = Words(
    "{key} is removed: a quiet partition holds the watermark back again.",
    (
        "One partition gets no rows for a while.",
        "The watermark is the minimum over all partitions and stands still with it.",
        "No window closes and no join gives a result, while state grows, until that partition has a row again.",
    ),
    "Keep {key}, above the normal gaps of the topic.",
)


def compare(delta: Delta) -> Iterator[Hit]:
    """The tables of one name, then the idle timeout of the job."""
    for pair in delta.pairs_of(TABLES):
        if pair.before is not None and pair.after is not None and pair.after.dialect == "flink":
            yield from _of(pair, pair.before, pair.after)
    for differs in removed(delta, "table.exec.source.idle.timeout"):
        if (
            amount(differs.old)
            and differs.files.after is not None
            and (differs.files.after.tables or differs.files.after.queries)
        ):
            yield _IDLE.hit(
                differs.subject, differs.span, key="table.exec.source.idle-timeout", severity=Severity.MEDIUM
            )


def _of(pair: Pair[Table], was: Table, now: Table) -> Iterator[Hit]:
    name = now.name
    column, gone = part_of(was.watermark, "column"), last_span(was.watermark, "column")
    if column is not None and gone is not None and not now.watermark:
        yield _GONE.hit(f"{name} watermark removed", gone, table=name, column=column.text)
        return
    for change in changed(was.watermark, now.watermark, "column"):
        if change.old is not None and change.new is not None:
            yield _OTHER.hit(
                of_change(f"{name} column", change.was, change.now), change.span, table=name, old=change.was, new=change.now,
                confidence=Confidence.MEDIUM,
            )  # fmt: skip
            return
    for change in changed(was.watermark, now.watermark, "delay"):
        old, new = amount(change.old), amount(change.new)
        if old is not None and new is not None and new < old:
            yield _LESS.hit(
                of_change(f"{name} delay", change.was, change.now),
                change.span,
                table=name,
                old=change.was,
                new=change.now,
            )
    for change in changed(was.options, now.options, "scan.watermark.idle-timeout"):
        if change.new is None:
            yield _IDLE.hit(f"{name} idle", change.span, key="scan.watermark.idle-timeout", severity=Severity.MEDIUM)


RULE = Rule(
    __name__,
    __doc__,
    category=Category.DATA_LOSS,
    severity=Severity.HIGH,
    confidence=Confidence.HIGH,
    put_back=True,
    compare=compare,
)
