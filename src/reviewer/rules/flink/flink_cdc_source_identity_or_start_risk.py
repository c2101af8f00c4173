"""A change stream of a database loses its place, its start, or its connection.

The server id, slot or start of a CDC source, or what a CDC pipeline does with a change of the schema, is another one.

## What it catches

`server-id` of a MySQL source that overlaps with that of another source; `slot.name` of a PostgreSQL source that changes; a source that read a snapshot first and now
starts at the newest change (`scan.startup.mode`, `StartupOptions.latest()`); `schema.change.behavior` of a pipeline that becomes `ignore`. In SQL, code
and pipeline definitions.

## Why it hurts in production

MySQL takes two readers with one server id for one, and cuts the older off: both start again in turn. A new slot begins at now: what the old one still held
is skipped, and the old one keeps the log until the disk is full. Without a snapshot what the table holds is never read. A column whose change is ignored
stays empty behind the pipeline.

## What to do

A range of server ids of its own for each source, as wide as its parallelism. Keep the slot. `initial` for a source that must have the whole table. `evolve`.

## What it cannot see

That the table was loaded by other means; that the old slot was read to its end and dropped.

## Examples

### bad: the server id of another table
--- orders.sql
 CREATE TABLE orders_cdc (id BIGINT, PRIMARY KEY (id) NOT ENFORCED) WITH (
   'connector' = 'mysql-cdc',
   'hostname' = 'mysql',
   'table-name' = 'orders',
-  'server-id' = '5401-5404'
+  'server-id' = '5411' -- ! here
 );
--- customers.sql
 CREATE TABLE customers_cdc (id BIGINT, PRIMARY KEY (id) NOT ENFORCED) WITH (
   'connector' = 'mysql-cdc',
   'hostname' = 'mysql',
   'table-name' = 'customers',
   'server-id' = '5411'
 );

### bad: no snapshot any more
--- StockSource.java
 import org.apache.flink.cdc.connectors.mysql.source.MySqlSource;
 import org.apache.flink.cdc.connectors.mysql.table.StartupOptions;
 final class StockSource {
   static MySqlSource<String> create() {
     return MySqlSource.<String>builder()
         .hostname("mysql")
         .tableList("stock.items")
-        .startupOptions(StartupOptions.initial())
+        .startupOptions(StartupOptions.latest()) // ! here
         .build();
   }
 }

### good: a wider range of its own
--- orders.sql
 CREATE TABLE orders_cdc (id BIGINT, PRIMARY KEY (id) NOT ENFORCED) WITH (
   'connector' = 'mysql-cdc',
   'hostname' = 'mysql',
   'table-name' = 'orders',
-  'server-id' = '5401-5404'
+  'server-id' = '5401-5408'
 );
--- customers.sql
 CREATE TABLE customers_cdc (id BIGINT, PRIMARY KEY (id) NOT ENFORCED) WITH (
   'connector' = 'mysql-cdc',
   'hostname' = 'mysql',
   'table-name' = 'customers',
   'server-id' = '5411'
 );

### good: a snapshot is read first from now on
--- payments.sql
 CREATE TABLE payments_cdc (id BIGINT, PRIMARY KEY (id) NOT ENFORCED) WITH (
   'connector' = 'postgres-cdc',
   'hostname' = 'pg',
   'table-name' = 'payments',
-  'scan.startup.mode' = 'latest-offset',
+  'scan.startup.mode' = 'initial',
   'slot.name' = 'payments_flink'
 );

## References

- https://nightlies.apache.org/flink/flink-cdc-docs-stable/docs/connectors/flink-sources/mysql-cdc/
- https://nightlies.apache.org/flink/flink-cdc-docs-stable/docs/connectors/flink-sources/postgres-cdc/
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from reviewer.core.finding import Category, Confidence, Severity
from reviewer.core.span import Span
from reviewer.facts.delta import Delta
from reviewer.facts.pairs import BUILDERS, TABLES
from reviewer.facts.streaming.dataflow import Part, part_of
from reviewer.facts.streaming.model import FactSet, FileFacts, Known
from reviewer.rules.checks.dataflow import last_span
from reviewer.rules.checks.settings import changed
from reviewer.rules.checks.words import Words, of_change
from reviewer.rules.rule import Hit, Rule

_SHARED = Words(
    "The server id {ids} of {name} is also that of {other}.",
    (
        "Both sources connect to MySQL and say that they are server {ids}.",
        "MySQL takes the second for the first that came back, and cuts the older connection off.",
        "That source fails and starts again, which cuts off the other -> neither gets on, and what the binlog no longer has is lost.",
    ),
    "Give {name} a range of server ids of its own, as wide as its parallelism.",
)
_SLOT = Words(
    "The replication slot of {name} was {old} and is now {new}.",
    (
        "The old slot {old} holds the changes that the job has not confirmed yet.",
        "The new version makes the slot {new}, which begins at the present end of the log.",
        "Without a restore the changes between are skipped, or the whole table is read again; {old} keeps the log of the database for ever -> its disk fills up.",
    ),
    "Keep {old}. For a new slot: stop, read the old one to its end, start with a snapshot, and drop {old}.",
)
_START = Words(
    "{name} read the whole table first and now starts at {new}.",
    (
        "The job is started without a savepoint, or for a new table.",
        "The source begins with the changes that come from now on.",
        "Rows that are in the table already are not read until somebody changes them -> they are missing behind the job.",
    ),
    "Keep {old}, or load what the table holds by other means first.",
)
_IGNORED = Words(
    "schema.change.behavior was {old} and is now {new}: changes of the source's schema are dropped.",
    (
        "Somebody adds a column to the source's table, or changes one.",
        "The pipeline goes on with the old schema and does not tell the sink.",
        "The column's values are dropped without an error -> they are missing behind the pipeline, and a later change does not bring them back.",
    ),
    "Keep {old}, or `exception` to be told.",
)
_RANGE = re.compile(r"(\d{1,10})(?:\s*-\s*(\d{1,10}))?")
_WHOLE = ("initial", "nothing", "snapshot")


def inspect(facts: FactSet) -> Iterator[Hit]:
    """Server ids of two MySQL sources; the one that the change leaves alone comes first."""
    seen: list[tuple[range, str, str]] = []
    for file in (*facts.related, *facts.files):
        for name, host, text, span in _server_ids(file):
            match = _RANGE.fullmatch(text.strip())
            if match is None:
                continue
            ids = range(int(match[1]), int(match[2] or match[1]) + 1)
            if not ids:
                continue
            beside = (o for taken, o, at in seen if o != name and (at == host or not at or not host) and max(taken[0], ids[0]) <= min(taken[-1], ids[-1]))  # fmt: skip
            other = next(beside, None)
            if other is not None and facts.file(file.path) is not None:
                yield _SHARED.hit(f"{name}: server id shared", span, ids=text, name=name, other=other)
            seen.append((ids, name, host))


def _server_ids(file: FileFacts) -> Iterator[tuple[str, str, str, Span]]:
    """(source, server or "" where it is not known, ids, line)"""
    if file.is_test or file.is_development:
        return
    sources = [(f"the table {t.name}", t.options, t.option("connector"), "hostname") for t in file.tables]
    sources += [(_called(b.parts), b.parts, part_of(b.parts, "connector"), "host") for b in file.builders if b.kind == "cdc-source"]  # fmt: skip
    for name, parts, connector, server in sources:
        value, span, host = part_of(parts, "server-id"), last_span(parts, "server-id"), part_of(parts, server)
        if connector is not None and connector.is_explicit("mysql-cdc") and value is not None and span is not None:
            if value.known is Known.EXPLICIT:
                yield name, host.text if host is not None and host.known is Known.EXPLICIT else "", value.text, span


def _called(parts: Sequence[Part]) -> str:
    table = part_of(parts, "table")
    return f"the source of {table.text}" if table is not None and table.known is Known.EXPLICIT else "the source"


def compare(delta: Delta) -> Iterator[Hit]:
    """Tables, sources of code, pipelines."""
    for tables in delta.pairs_of(TABLES):
        was, now = tables.before, tables.after
        connector = now.option("connector") if now is not None else None
        if was is not None and now is not None and connector is not None and connector.text.endswith("-cdc"):
            yield from _changes(f"The table {now.name}", was.options, now.options, "slot.name", "scan.startup.mode")
    for sources in delta.pairs_of(BUILDERS):
        if sources.before is not None and sources.after is not None and sources.after.kind == "cdc-source":
            name = _called(sources.after.parts)
            yield from _changes(
                name[0].upper() + name[1:], sources.before.parts, sources.after.parts, "slot", "startup"
            )
    for differs in changed(delta, "schema.change.behavior"):
        if differs.new.text.lower() == "ignore":
            yield _IGNORED.hit(
                of_change("schema.change.behavior", differs.old.text, differs.new.text), differs.span, old=differs.old.text,
                new=differs.new.text, category=Category.SCHEMA,
            )  # fmt: skip


def _changes(name: str, was: Sequence[Part], now: Sequence[Part], slot: str, start: str) -> Iterator[Hit]:
    old, new, span = part_of(was, slot), part_of(now, slot), last_span(now, slot)
    if old is not None and new is not None and span is not None and old.known is new.known is Known.EXPLICIT:
        if old.text != new.text:
            yield _SLOT.hit(of_change(f"{name} slot", old.text, new.text), span, name=name[0].lower() + name[1:], old=old.text, new=new.text)  # fmt: skip
    old, new, span = part_of(was, start), part_of(now, start), last_span(now, start)
    begun = "initial" if old is None else old.text
    if (
        new is not None
        and span is not None
        and new.known is Known.EXPLICIT
        and begun in _WHOLE
        and new.text not in _WHOLE
    ):
        if "earliest" not in new.text:
            yield _START.hit(of_change(f"{name} start", begun, new.text), span, name=name, old=begun, new=new.text)


RULE = Rule(
    __name__,
    __doc__,
    category=Category.DATA_LOSS,
    severity=Severity.HIGH,
    confidence=Confidence.HIGH,
    put_back=True,
    only=("flink-cdc",),
    inspect=inspect,
    compare=compare,
)
