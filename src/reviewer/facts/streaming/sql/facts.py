"""Tables, queries, settings and topics of SQL, in files and in code, in the shape that code gives them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace

from reviewer.core.numbers import whole
from reviewer.core.span import Side, Span
from reviewer.facts.streaming.config import canonical, scoped
from reviewer.facts.streaming.dataflow import Link, Part, Query, Table
from reviewer.facts.streaming.follow import flat
from reviewer.facts.streaming.model import Setting, Topic
from reviewer.facts.streaming.names import Names
from reviewer.facts.streaming.quantity import written_duration
from reviewer.facts.streaming.sql.create import Spans, pair_of, table_of
from reviewer.facts.streaming.sql.embedded import FLINK_CALLS, sql_texts
from reviewer.facts.streaming.sql.lexer import Token, statements_of, tokens_of
from reviewer.facts.streaming.sql.query import query_of
from reviewer.facts.streaming.value import Known, Value

_STREAMING = re.compile(
    r"'connector(?:\.type)?'\s*=|\bkafka_topic\b|\bMATCH_RECOGNIZE\b|\bWATERMARK\s+FOR\b|\bEMIT\s+CHANGES\b|\bSET\s+'?(?:table|execution|pipeline|state|parallelism|restart-strategy|sql-client|auto\.offset|processing\.guarantee|ksql)\b"
    r"|\bDESCRIPTOR\s*\(|\bSTATEMENT\s+SET\b|\bCREATE\s+(?:OR\s+REPLACE\s+)?(?:SOURCE\s+)?STREAM\b",
    re.IGNORECASE,
)
_KSQL = re.compile(r"\bkafka_topic\b|\bEMIT\s+(?:CHANGES|FINAL)\b|\bCREATE\s+(?:OR\s+REPLACE\s+)?(?:SOURCE\s+)?STREAM\b|\bSET\s+'(?:auto\.offset|ksql)", re.IGNORECASE)  # fmt: skip
_KAFKA = frozenset({"kafka", "upsert-kafka", "upsert_kafka"})
_OF_GROUP = frozenset({"group.id", "auto.offset.reset"})
_CONSUMER = re.compile(r"group\.id|auto\.offset\.reset|enable\.auto\.commit|auto\.commit\..*|isolation\.level|max\.poll\..*|fetch\..*|max\.partition\.fetch\.bytes|session\.timeout\.ms|heartbeat\.interval\.ms|partition\.discovery\.interval\.ms")  # fmt: skip
_PRODUCER = re.compile(r"acks|enable\.idempotence|retries|linger\.ms|batch\.size|compression\.type|transaction\..*|transactional\.id|max\.in\.flight\..*|delivery\.timeout\.ms|buffer\.memory|max\.request\.size|max\.block\.ms")  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class SqlFacts:
    """What the statements of a file say."""

    tables: tuple[Table, ...] = ()
    queries: tuple[Query, ...] = ()
    settings: tuple[Setting, ...] = ()
    topics: tuple[Topic, ...] = ()
    links: tuple[Link, ...] = ()


@dataclass(slots=True)
class _Found:
    tables: list[Table] = field(default_factory=list)
    queries: list[Query] = field(default_factory=list)
    settings: list[Setting] = field(default_factory=list)


def is_streaming(text: str) -> bool:
    """Whether SQL is Flink's or ksqlDB's, by words that a database does not have."""
    return _STREAMING.search(text) is not None


def sql_file(path: str, text: str, side: Side) -> SqlFacts:
    """The facts of an SQL file; nothing of one that is for a database."""
    if not is_streaming(text):
        return SqlFacts()
    statements = list(statements_of(tokens_of(text, 1)))
    found = _Found()
    _collect(statements, "ksql" if _KSQL.search(text) else "flink", _spans(path, side), "", False, found)
    return _finished(found)


def sql_in_code(names: Names, text: str, side: Side) -> SqlFacts:
    """The facts of the statements that a file of code runs."""
    found = _Found()
    is_flink = any(library.id == "flink-datastream" for library in names.libraries)
    for sql in sql_texts(names, text):
        if not (is_flink and flat(sql.call.name) in FLINK_CALLS) and not is_streaming(sql.text):
            continue  # a database's
        spans = _spans(names.syntax.path, side)
        dialect = "ksql" if _KSQL.search(sql.text) else "flink"
        scope = scoped(names, "sql", sql.call.function)
        _collect(list(statements_of(tokens_of(sql.text, sql.line))), dialect, spans, scope, True, found)
    return _finished(found)


def _spans(path: str, side: Side) -> Spans:
    return lambda first, last: Span(path=path, side=side, first_line=first, last_line=max(first, last))


def _collect(
    statements: Sequence[Sequence[Token]], dialect: str, spans: Spans, scope: str, in_code: bool, found: _Found
) -> None:
    tables = [t for s in statements if (t := table_of(s, dialect, spans)) is not None]
    found.tables += tables
    processing = frozenset(c.name for t in found.tables for c in t.columns if c.kind == "computed" and c.type.upper().startswith("PROCTIME"))  # fmt: skip
    found.queries += [q for s in statements if (q := query_of(s, dialect, spans, processing)) is not None]
    found.settings += [s for t in tables for s in options_as_settings(t, in_code)]
    found.settings += [s for statement in statements for s in _set(statement, dialect, spans, scope, in_code)]


def _finished(found: _Found) -> SqlFacts:
    tables = tuple(dict.fromkeys(found.tables))
    return SqlFacts(
        tables=tables, queries=tuple(dict.fromkeys(found.queries)), settings=tuple(dict.fromkeys(found.settings)),
        topics=tuple(topics_of(tables)), links=tuple(dict.fromkeys(links_of(tables, found.queries))),
    )  # fmt: skip


def _set(tokens: Sequence[Token], dialect: str, spans: Spans, scope: str, in_code: bool) -> Iterator[Setting]:
    """`SET 'table.exec.state.ttl' = '1 d'`."""
    if not tokens or tokens[0].word != "SET":
        return
    part = pair_of(tokens[1:], spans)
    if part is not None and "." in part.name:
        client = "streams" if dialect == "ksql" else "flink"
        yield Setting(key=canonical(part.name), value=amount(part), client=client, scope=scope or "sql", span=part.span, in_code=in_code)  # fmt: skip


_LENGTHS = re.compile(r"(?:\.|^)(?:ttl|interval|timeout|min-pause|delay|allow-latency|idle-timeout)$")


def amount(part: Part) -> Value:
    """An option's value; a length of time with its unit in milliseconds, as setters give it."""
    if part.value.known is Known.EXPLICIT and _LENGTHS.search(part.name):
        found = written_duration(part.value.text)
        if found is not None and found > 0:
            return Value(known=Known.EXPLICIT, text=f"{found} ms")
    return part.value


def options_as_settings(table: Table, in_code: bool) -> Iterator[Setting]:
    """What a table hands to the Kafka client under the client's keys; the connector's own options as Flink's."""
    connector = table.option("connector")
    if table.dialect != "flink" or connector is None:
        return
    kafka = connector.text in _KAFKA
    start = table.option("scan.startup.mode")
    by_group = connector.text == "kafka" and (start is None or start.is_explicit("group-offsets"))
    for part in table.options:
        own = part.name.removeprefix("properties.")
        if own in _OF_GROUP and not by_group:
            yield _option(table, part, part.name, "flink", in_code)  # it decides nothing here
        elif kafka and own != part.name:
            yield _option(table, part, own, _client(own), in_code)
        elif kafka or connector.text.endswith("-cdc"):
            yield _option(table, replace(part, value=amount(part)), part.name, "flink", in_code)


def _client(key: str) -> str:
    return "consumer" if _CONSUMER.fullmatch(key) else "producer" if _PRODUCER.fullmatch(key) else ""


def _option(table: Table, part: Part, key: str, client: str, in_code: bool) -> Setting:
    return Setting(
        key=canonical(key), value=part.value, client=client, scope=table.name, span=part.span, in_code=in_code
    )


def topics_of(tables: Iterable[Table]) -> Iterator[Topic]:
    """Topics that a ksqlDB statement creates: those with a number of partitions."""
    for table in tables:
        options = {part.name.lower(): part for part in table.options}
        partitions, replicas = options.get("partitions"), options.get("replicas")
        if table.dialect == "ksql" and partitions is not None:
            name = options["kafka_topic"].value if "kafka_topic" in options else Value(known=Known.UNKNOWN, text=table.name)  # fmt: skip
            yield Topic(
                name=name.text, partitions=_count(partitions), replication=_count(replicas), settings=(), span=table.span,
                partitions_span=partitions.span, replication_span=replicas.span if replicas else None, declared_by="ksqlDB",
                is_literal=name.known is Known.EXPLICIT,
            )  # fmt: skip


def _count(part: Part | None) -> int | None:
    return whole(part.value.text) if part is not None and part.value.known is Known.EXPLICIT else None


def links_of(tables: Sequence[Table], queries: Iterable[Query]) -> Iterator[Link]:
    """topic -> table -> query's target -> topic: what is written and read decides which way a topic lies."""
    written = {q.target for q in queries if q.kind == "insert"}
    read = {source for q in queries for source in q.sources}
    for table in tables:
        topic = table.option("topic") or next((p.value for p in table.options if p.name.lower() == "kafka_topic"), None)
        if topic is not None and topic.known is Known.EXPLICIT:
            if table.name in read:
                yield Link(source=f"topic:{topic.text}", target=f"table:{table.name}", kind="reads")
            if table.name in written or (table.dialect == "ksql" and any(q.target == table.name for q in queries)):
                yield Link(source=f"table:{table.name}", target=f"topic:{topic.text}", kind="writes")
    for query in queries:
        if query.target and "?" not in query.target:
            known = (source for source in query.sources if "?" not in source)
            yield from (Link(source=f"table:{source}", target=f"table:{query.target}", kind="then") for source in known)
