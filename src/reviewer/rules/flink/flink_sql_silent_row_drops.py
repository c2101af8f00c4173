"""Rows that can't be read or written are dropped without a word.

A table or a job is told to leave out what does not fit.

## What it catches

`ignore-parse-errors` of a format (json, csv, debezium, canal, maxwell, ogg, protobuf) and `table.exec.sink.not-null-enforcer` = `DROP`, set by the change.

## Why it hurts in production

A producer changes a type: every row, or the field, becomes null or is left out, and the job stays green. Offsets are committed behind them.

## What to do

Fail, or read the topic as raw bytes and send what can't be parsed to a dead-letter table.

## What it cannot see

That the topic is known to carry foreign rows.

## Examples

### bad: parse errors are ignored
--- orders.sql
 CREATE TABLE orders (
   id STRING,
   amount DECIMAL(10, 2)
 ) WITH (
   'connector' = 'kafka',
   'topic' = 'orders',
-  'format' = 'json'
+  'format' = 'json',
+  'json.ignore-parse-errors' = 'true' -- ! here
 );

### bad: rows without a value are dropped at the sink
--- job.sql
+SET 'table.exec.sink.not-null-enforcer' = 'DROP'; -- ! here
 INSERT INTO totals SELECT customer, SUM(amount) FROM orders GROUP BY customer;

### good: an error is an error again
--- orders.sql
 CREATE TABLE orders (
   id STRING
 ) WITH (
   'connector' = 'kafka',
   'topic' = 'orders',
   'format' = 'json',
-  'json.ignore-parse-errors' = 'true'
+  'json.ignore-parse-errors' = 'false'
 );

### good: it was ignored before
--- orders.sql
 CREATE TABLE orders (
   id STRING
 ) WITH (
   'connector' = 'kafka',
-  'topic' = 'orders', 'format' = 'json', 'json.ignore-parse-errors' = 'true'
+  'topic' = 'orders',
+  'format' = 'json',
+  'json.ignore-parse-errors' = 'true'
 );

## References

- https://nightlies.apache.org/flink/flink-docs-stable/docs/connectors/table/formats/json/
- https://nightlies.apache.org/flink/flink-docs-stable/docs/dev/table/config/
"""

from __future__ import annotations

from collections.abc import Iterator

from reviewer.core.finding import Category, Confidence, Severity
from reviewer.facts.streaming.model import FactSet
from reviewer.rules.checks.settings import written
from reviewer.rules.checks.words import Words
from reviewer.rules.rule import Hit, Rule

_IGNORED = Words(
    "{table} ignores parse errors ({option}).",
    (
        "A producer changes a field from number to text, or writes a broken record.",
        "The row is left out, or the field is null, without an error; its offset is committed.",
        "Totals and joins are computed without it, and the job stays green -> silent loss.",
    ),
    "Leave it out (an error stops the job), or read the topic as raw bytes and write what can't be parsed to a table of its own.",
    ("true", "false"),
)
_DROPPED = Words(
    "table.exec.sink.not-null-enforcer is DROP: rows with a null in a NOT NULL column are left out at the sink.",
    (
        "A join or an upstream change gives a null where the sink has NOT NULL.",
        "The row is dropped without an error.",
        "It is missing in the sink, while the job stays green -> silent loss.",
    ),
    "Leave it at ERROR, or filter such rows into a table where somebody sees them.",
    ("DROP", "ERROR"),
)
#: What is read from there stays there: it can be read again when somebody sees that rows are missing.
_WITHOUT_OFFSETS = ("filesystem", "datagen", "jdbc", "hive")
_OPTION = ("ignore-parse-errors", "ignore-errors")


def inspect(facts: FactSet) -> Iterator[Hit]:
    """Options of tables, then the setting of the job."""
    for file in facts.files:
        for table in file.tables:
            if any(o.name == "connector" and o.value.is_explicit(*_WITHOUT_OFFSETS) for o in table.options):
                continue
            for option in table.options:
                if option.name.endswith(_OPTION) and option.value.is_explicit("true"):
                    yield _IGNORED.hit(
                        f"{table.name}/{option.name}", option.span, table=table.name or "The table", option=option.name
                    )
    for found in written(facts, "table.exec.sink.not.null.enforcer", among=("drop",)):
        yield _DROPPED.hit(found.subject, found.setting.span)


RULE = Rule(
    __name__,
    __doc__,
    category=Category.DATA_LOSS,
    severity=Severity.HIGH,
    confidence=Confidence.HIGH,
    put_back=True,
    inspect=inspect,
)
