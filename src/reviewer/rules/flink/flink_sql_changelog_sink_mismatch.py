"""Rows of a table are updated, or deleted, under another key.

The primary key or the connector of a table with updates changes.

## What it catches

`PRIMARY KEY` of a table that stays: other columns, or removed from an `upsert-kafka` table; `upsert-kafka` that becomes `kafka` or the other way;
`key.format`; `table.exec.sink.upsert-materialize` set to `NONE`.

## Why it hurts in production

The primary key is the key of the record. Under another one old rows are never updated or deleted again, compaction keeps both, and updates of one
row go to two partitions. Without upsert materialisation a delete may win over the insert that belongs behind it.

## What to do

Keep the key, or write to a new topic and rebuild it.

## What it cannot see

The unique key of the query that fills the table.

## Examples

### bad: another primary key
--- totals.sql
 CREATE TABLE totals (
   customer STRING,
   shop STRING,
   amount DECIMAL(10, 2),
-  PRIMARY KEY (customer) NOT ENFORCED
+  PRIMARY KEY (customer, shop) NOT ENFORCED -- ! here
 ) WITH ('connector' = 'upsert-kafka', 'topic' = 'totals', 'key.format' = 'json', 'value.format' = 'json');

### bad: an append-only connector
--- totals.sql
 CREATE TABLE totals (
   customer STRING,
   amount DECIMAL(10, 2),
   PRIMARY KEY (customer) NOT ENFORCED
-) WITH ('connector' = 'upsert-kafka', 'topic' = 'totals', 'key.format' = 'json', 'value.format' = 'json');
+) WITH ('connector' = 'kafka', 'topic' = 'totals', 'key.format' = 'json', 'value.format' = 'json'); -- ! here

### good: a new column that is no key
--- totals.sql
 CREATE TABLE totals (
   customer STRING,
+  shop STRING,
   amount DECIMAL(10, 2),
   PRIMARY KEY (customer) NOT ENFORCED
 ) WITH ('connector' = 'upsert-kafka', 'topic' = 'totals', 'key.format' = 'json', 'value.format' = 'json');

### good: another topic with another key
--- totals.sql
 CREATE TABLE totals (
   customer STRING,
   shop STRING,
   amount DECIMAL(10, 2),
-  PRIMARY KEY (customer) NOT ENFORCED
-) WITH ('connector' = 'upsert-kafka', 'topic' = 'totals', 'key.format' = 'json', 'value.format' = 'json');
+  PRIMARY KEY (customer, shop) NOT ENFORCED
+) WITH ('connector' = 'upsert-kafka', 'topic' = 'totals-by-shop', 'key.format' = 'json', 'value.format' = 'json');

## References

- https://nightlies.apache.org/flink/flink-docs-stable/docs/connectors/table/upsert-kafka/
- https://nightlies.apache.org/flink/flink-docs-stable/docs/dev/table/config/
"""

from __future__ import annotations

from collections.abc import Iterator

from reviewer.core.finding import Category, Confidence, Severity
from reviewer.core.span import Side, Span
from reviewer.facts.delta import Delta
from reviewer.facts.pairs import TABLES, Pair
from reviewer.facts.streaming.dataflow import Table
from reviewer.rules.checks.dataflow import changed
from reviewer.rules.checks.settings import written
from reviewer.rules.checks.words import Words, of_change
from reviewer.rules.rule import Hit, Rule

_KEY = Words(
    "The primary key of {table} was ({old}) and is now ({new}): it is the key of its records.",
    (
        "The topic holds a row for each ({old}).",
        "The new version writes rows keyed by ({new}), to other partitions and beside the old ones.",
        "Old rows are never updated or deleted again, compaction keeps both -> every reader sees stale rows beside the new.",
    ),
    "Keep PRIMARY KEY ({old}), or write to a new topic and move the readers.",
)
_CONNECTOR = Words(
    "{table} was written with {old} and is now written with {new}.",
    (
        "Readers take a record of {table} as the state of its key, and a null value as a delete (or, with kafka, each record as a row of its own).",
        "The new version writes the other kind of records into the same topic.",
        "Updates are read as further rows, or deletes not at all -> wrong totals downstream.",
    ),
    "Keep {old}, or write to a new topic.",
)
_FORMAT = Words(
    "The key.format of {table} was {old} and is now {new}.",
    (
        "The topic holds keys in {old}; a key decides the partition and what compaction replaces.",
        "The new version writes the same key in {new}: other bytes, another partition.",
        "The old row is never replaced or deleted -> two rows for one key, in any order.",
    ),
    "Keep {old}, or write to a new topic.",
)
_NONE = Words(
    "table.exec.sink.upsert-materialize is NONE: updates that come in another order are written as they come.",
    (
        "An update takes a row from one join key to another: a delete and an insert of the same primary key leave from two subtasks.",
        "The delete comes to the sink behind the insert, and nothing puts them in order.",
        "The row is deleted although it exists -> it is missing until its next update.",
    ),
    "Leave it at AUTO.",
    ("NONE", "AUTO"),
)
_UPSERT = ("upsert-kafka", "kafka")


def compare(delta: Delta) -> Iterator[Hit]:
    """The tables of one name that keep their topic, then the sink's order."""
    for pair in delta.pairs_of(TABLES):
        was, now = pair.before, pair.after
        if was is None or now is None or now.dialect != "flink" or was.option("topic") != now.option("topic"):
            continue
        yield from _key(pair, was, now)
        for change in changed(was.options, now.options, "connector", "key.format"):
            if change.name == "key.format" and change.old is not None and change.new is not None:
                yield _FORMAT.hit(
                    of_change(f"{now.name} key.format", change.was, change.now),
                    change.span,
                    table=now.name,
                    old=change.was,
                    new=change.now,
                )
            elif change.name == "connector" and {change.was, change.now} == set(_UPSERT):
                yield _CONNECTOR.hit(
                    of_change(f"{now.name} connector", change.was, change.now),
                    change.span,
                    table=now.name,
                    old=change.was,
                    new=change.now,
                )
    before = {
        (w.file.path, w.setting.scope)
        for w in written(delta.before, "table.exec.sink.upsert.materialize", among=("none",))
    }
    for found in written(delta.after, "table.exec.sink.upsert.materialize", among=("none",)):
        if (found.file.path, found.setting.scope) not in before and delta.touches(found.setting.span):
            yield _NONE.hit(found.subject, found.setting.span)


def _key(pair: Pair[Table], was: Table, now: Table) -> Iterator[Hit]:
    old, new = (tuple(c.lower() for c in table.primary_key) for table in (was, now))
    if not old or set(old) == set(new) or "?" in (*old, *new):
        return
    if not new and (connector := now.option("connector")) is not None and connector.text != "upsert-kafka":
        return
    span = _line(pair, now, Side.AFTER) or _line(pair, was, Side.BEFORE)
    yield _KEY.hit(
        of_change(f"{now.name} primary key", ",".join(old), ",".join(new)), span or now.span, table=now.name,
        old=", ".join(was.primary_key), new=", ".join(now.primary_key) or "nothing",
    )  # fmt: skip


def _line(pair: Pair[Table], table: Table, side: Side) -> Span | None:
    """The line of the statement that says PRIMARY KEY."""
    text = pair.files.change.text(side)
    for row, line in enumerate((text or "").split("\n"), 1):
        if table.span.first_line <= row <= table.span.last_line and "PRIMARY KEY" in line.upper():
            return Span(path=table.span.path, side=side, first_line=row, last_line=row)
    return None


RULE = Rule(
    __name__,
    __doc__,
    category=Category.STATE_CONSISTENCY,
    severity=Severity.HIGH,
    confidence=Confidence.HIGH,
    put_back=True,
    compare=compare,
)
