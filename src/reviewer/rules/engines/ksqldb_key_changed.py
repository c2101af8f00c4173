"""The records of a ksqlDB stream or table get another key.

A statement declares another primary key, or repartitions by something else than before.

## What it catches

`PRIMARY KEY` (or `KEY`) of a table or stream that is another column than before; `PARTITION BY` of a query that changes, or goes.

## Why it hurts in production

The key decides the partition, the order and, of a table, which row a record replaces. Under another key rows that were different overwrite each other, and
the old ones stay in the topic under keys that nobody updates any more. Changes of one thing are spread over partitions and overtake each other.

## What to do

Keep the key. For another one create a new stream or table with a topic of its own, and move its readers.

## What it cannot see

That the topic is empty. (One of another name is taken for the new one.)

## Examples

### bad: the primary key is another column
--- customers.sql
 CREATE TABLE customers (
-  id VARCHAR PRIMARY KEY,
-  city VARCHAR,
+  city VARCHAR PRIMARY KEY, -- ! here
+  id VARCHAR,
   name VARCHAR
 ) WITH (KAFKA_TOPIC = 'customers', VALUE_FORMAT = 'JSON', PARTITIONS = 12);

### bad: the stream is no longer partitioned by the account
--- payments.sql
 CREATE STREAM payments_by_account WITH (KAFKA_TOPIC = 'payments-by-account', PARTITIONS = 24) AS
   SELECT account, id, cents
   FROM payments
-  PARTITION BY account -- ! here
   EMIT CHANGES;

### good: another column beside the key
--- customers.sql
 CREATE TABLE customers (
   id VARCHAR PRIMARY KEY,
+  city VARCHAR,
   name VARCHAR
 ) WITH (KAFKA_TOPIC = 'customers', VALUE_FORMAT = 'JSON', PARTITIONS = 12);

### good: a new stream with another key
--- payments.sql
 CREATE STREAM payments_by_account WITH (KAFKA_TOPIC = 'payments-by-account', PARTITIONS = 24) AS
   SELECT account, id, cents
   FROM payments
   PARTITION BY account
   EMIT CHANGES;
+CREATE STREAM payments_by_shop WITH (KAFKA_TOPIC = 'payments-by-shop', PARTITIONS = 24) AS
+  SELECT shop, id, cents
+  FROM payments
+  PARTITION BY shop
+  EMIT CHANGES;

## References

- https://docs.confluent.io/platform/current/ksqldb/developer-guide/ksqldb-reference/create-table.html
- https://docs.confluent.io/platform/current/ksqldb/developer-guide/joins/partition-data.html
"""

from __future__ import annotations

from collections.abc import Iterator

from reviewer.core.finding import Category, Confidence, Severity
from reviewer.core.span import Span
from reviewer.facts.delta import Delta
from reviewer.facts.pairs import QUERIES, TABLES
from reviewer.facts.streaming.dataflow import Query, Table, part_of
from reviewer.rules.checks.dataflow import last_span
from reviewer.rules.checks.words import Words, of_change
from reviewer.rules.rule import Hit, Rule

_KEY = Words(
    "The key of the {kind} {name} was {old} and is now {new}.",
    (
        "The topic holds records under the values of {old}.",
        "From the deploy on they are written, or taken, under the values of {new}.",
        "Rows with one {new} overwrite each other, and what was written under {old} is never updated again -> wrong rows in {name} and in all that join it.",
    ),
    "Keep {old} as the key; make a new {kind} with a topic of its own for {new}.",
)
_PARTITION = Words(
    "{name} was partitioned by {old} and is now partitioned by {new}.",
    (
        "Records of one {old} were in one partition, in order.",
        "The new query writes them by {new}: those of one {old} lie in several partitions.",
        "Readers see them in any order, and what is kept by {old} behind it has only a part -> a stale value may win.",
    ),
    "Keep PARTITION BY {old}; make a new stream with a topic of its own for another key.",
)


def compare(delta: Delta) -> Iterator[Hit]:
    """The same table or query of ksqlDB, before and after."""
    moved: set[str] = set()
    for tables in delta.pairs_of(TABLES):
        was, now = tables.before, tables.after
        if was is None or now is None or now.dialect != "ksql":
            continue
        if _topic(was) != _topic(now):
            moved.add(now.name.lower())  # what lies under the old key stays in the old topic
        elif was.primary_key and now.primary_key:
            old, new = (tuple(n.lower() for n in t.primary_key) for t in (was, now))
            if old != new:
                yield _KEY.hit(
                    of_change(f"{now.name} key", ",".join(old), ",".join(new)), _column(now), name=now.name,
                    kind=now.kind, old=", ".join(was.primary_key), new=", ".join(now.primary_key),
                )  # fmt: skip
    for queries in delta.pairs_of(QUERIES):
        if queries.before is not None and queries.after is not None and queries.after.dialect == "ksql":
            if queries.after.target.lower() not in moved:
                yield from _partitioned(queries.before, queries.after)


def _topic(table: Table) -> str:
    """The topic of a table or stream: where it says none, the one of its name in capitals."""
    given = (option.value.text for option in table.options if option.name.lower() == "kafka_topic")
    return next(given, table.name.upper())


def _column(table: Table) -> Span:
    names = {name.lower() for name in table.primary_key}
    return next((column.span for column in table.columns if column.name.lower() in names), table.span)


def _partitioned(was: Query, now: Query) -> Iterator[Hit]:
    old, new = part_of(was.parts, "partition-by"), part_of(now.parts, "partition-by")
    line = last_span(was.parts, "partition-by") if new is None else last_span(now.parts, "partition-by")
    if old is None or line is None or (new is not None and new.text.lower() == old.text.lower()):
        return
    if any(part.name == "group-by" for part in now.parts):
        return  # that decides the key now
    text = new.text if new is not None else "the key of its source"
    yield _PARTITION.hit(
        of_change(f"{now.target} partition by", old.text, text), line, name=now.target, old=old.text, new=text,
        category=Category.ORDERING,
    )  # fmt: skip


RULE = Rule(
    __name__,
    __doc__,
    category=Category.STATE_CONSISTENCY,
    severity=Severity.HIGH,
    confidence=Confidence.HIGH,
    put_back=True,
    only=("ksqldb",),
    compare=compare,
)
