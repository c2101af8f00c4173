"""Adds to a file's facts what jobs and topologies say beyond their operators."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from reviewer.facts.streaming.model import FileFacts

if TYPE_CHECKING:
    from reviewer.facts.streaming.sql.facts import SqlFacts

# The modules of a framework are imported when a file of it is read: a review of anything else begins sooner.


def enriched(facts: FileFacts, text: str) -> FileFacts:
    """The facts of a file of code, with windows, patterns, tables, stores and what else its libraries say."""
    if "flink-datastream" in facts.libraries:
        facts = _flink(facts)
    if "kafka-streams" in facts.libraries:
        facts = _streams(facts)
    if "spring-kafka" in facts.libraries:
        from reviewer.facts.streaming.spring import spring_objects

        facts = replace(facts, builders=(*facts.builders, *spring_objects(facts.names)))
    return _with_tables(facts, text)


def _with_tables(facts: FileFacts, text: str) -> FileFacts:
    """Tables and queries that the code declares and runs."""
    if "TableDescriptor" in text:
        from reviewer.facts.streaming.sql.descriptors import described
        from reviewer.facts.streaming.sql.facts import options_as_settings

        tables = tuple(described(facts.names))
        settings = (s for table in tables for s in options_as_settings(table, True))
        facts = replace(facts, tables=tables, settings=(*facts.settings, *settings))
    if _may_run_sql(text):
        from reviewer.facts.streaming.sql.facts import sql_in_code

        facts = _with_sql(facts, sql_in_code(facts.names, text, facts.side))
    return facts


def _may_run_sql(text: str) -> bool:
    """A look at the text before all calls are looked at."""
    lowered = text.lower()
    return any(word in lowered for word in ("sql", "query", "executestatement")) and _SQL.search(text) is not None


# The methods that run SQL.
_SQL = re.compile(r"execute_?sql|sql_?query|sql_?update|add_?insert_?sql|explain_?sql|executeStatement|streamQuery|executeQuery", re.IGNORECASE)  # fmt: skip


def of_document(facts: FileFacts, text: str) -> FileFacts:
    """The facts of a file without code: SQL, and manifests of Flink jobs."""
    if facts.syntax.language == "sql":
        from reviewer.facts.streaming.sql.facts import sql_file

        return _with_sql(facts, sql_file(facts.path, text, facts.side))
    if "Flink" not in text:
        return facts
    from reviewer.facts.streaming.deployments import deployments

    return replace(facts, deployments=tuple(deployments(facts.syntax.entries)))


def _with_sql(facts: FileFacts, sql: SqlFacts) -> FileFacts:
    return replace(
        facts, tables=(*facts.tables, *sql.tables), queries=(*facts.queries, *sql.queries), settings=(*facts.settings, *sql.settings),
        topics=(*facts.topics, *sql.topics), links=(*facts.links, *sql.links),
    )  # fmt: skip


def _flink(facts: FileFacts) -> FileFacts:
    from reviewer.facts.streaming.flink import cep, connectors, exchange, state
    from reviewer.facts.streaming.flink.environment import environment_settings, with_unit
    from reviewer.facts.streaming.flink.windows import windows
    from reviewer.facts.streaming.kstreams.processors import schedules

    names = facts.names
    operators = exchange.with_parts(names, facts.operators)
    made = [
        *connectors.with_parts(names, facts.builders, facts.settings),
        *exchange.async_calls(names),
        *connectors.cdc_sources(names),
    ]
    settings = (*map(with_unit, facts.settings), *environment_settings(names))
    return replace(
        facts, operators=tuple(operators), states=tuple(state.with_ttl(names, facts.states)), builders=tuple(made),
        settings=tuple(dict.fromkeys(settings)), windows=tuple(windows(names, operators)), patterns=tuple(cep.patterns(names)),
        schedules=tuple(schedules(names)), links=tuple(dict.fromkeys(exchange.links(operators))),
    )  # fmt: skip


def _streams(facts: FileFacts) -> FileFacts:
    from reviewer.facts.streaming.kstreams import processors, topology
    from reviewer.facts.streaming.kstreams.stores import stores

    names = facts.names
    operators = topology.with_parts(names, facts.operators)
    windowed = (*facts.windows, *topology.windows(names, operators))
    kept = tuple(stores(names, operators, windowed))
    nodes = tuple(processors.nodes(names))
    edges = tuple(dict.fromkeys(topology.links(names, operators, kept, nodes)))
    return replace(
        facts, operators=tuple(operators), windows=windowed, stores=kept, nodes=nodes, links=(*facts.links, *edges),
        schedules=tuple(dict.fromkeys((*facts.schedules, *processors.schedules(names)))),
    )  # fmt: skip
