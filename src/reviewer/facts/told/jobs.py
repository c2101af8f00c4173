"""Jobs and topologies: operators, windows, state, timers, patterns, stores, nodes, tables, queries."""

from __future__ import annotations

from collections.abc import Iterator

from reviewer.core.stated import FactKind, Stated, StatedValue
from reviewer.facts.streaming.dataflow import Query, Table
from reviewer.facts.streaming.model import Operator
from reviewer.facts.streaming.value import Known, Value
from reviewer.facts.told.teller import Teller


def operators(teller: Teller) -> Iterator[Stated]:
    """The steps of a job or topology, with their uid and what else is said of them."""
    for operator in teller.file.operators:
        yield teller.fact(
            FactKind.OPERATOR, f"{operator.framework} {operator.op}", operator.call.name_span, inside=operator.root,
            values=_operator(teller, operator),
        )  # fmt: skip
    for window in teller.file.windows:
        time = f" in {window.time} time" if window.time else ""
        yield teller.fact(
            FactKind.WINDOW, f"{window.framework} {window.kind or 'not understood'}{time}", window.span,
            function=window.function, values=teller.parts(window.parts),
        )  # fmt: skip


def _operator(teller: Teller, operator: Operator) -> Iterator[StatedValue]:
    span = operator.call.name_span
    if operator.framework == "flink":
        yield _uid(teller, operator)
    for name, text in (
        ("name", operator.name),
        ("function", operator.function_class),
        ("generated", ", ".join(operator.generated)),
    ):
        if text:
            yield teller.text(name, text, span)
    if operator.key is not None:
        yield teller.text("key", operator.key.text, operator.key.span)
    if operator.stateful:
        yield teller.text("stateful", "true", span)
    yield from teller.parts(operator.parts)


def _uid(teller: Teller, operator: Operator) -> StatedValue:
    span = operator.uid_span or operator.call.name_span
    if operator.uid is None:
        return teller.text("uid", "none: Flink makes one of the shape of the job", span)
    known = Known.EXPLICIT if operator.uid_known else Known.UNKNOWN
    return teller.said("uid", Value(known=known, text=operator.uid), span, operator.call.function)


def state(teller: Teller) -> Iterator[Stated]:
    """State that is declared, timers, and Kafka Streams' stores and nodes."""
    for declared in teller.file.states:
        span = declared.call.name_span
        name = teller.said("name", declared.name, span, declared.call.function)
        types = teller.text("types", ", ".join(declared.types), span)
        yield teller.fact(
            FactKind.STATE, f"{declared.kind} state", span, inside=declared.owner,
            values=(name, types, *teller.parts(declared.parts)),
        )  # fmt: skip
    for timer in teller.file.schedules:
        span = timer.call.name_span
        values = (teller.said("interval", timer.interval, span, timer.call.function),)
        yield teller.fact(
            FactKind.TIMER, f"{timer.framework} {timer.time}", span, function=timer.call.function, values=values
        )
    for store in teller.file.stores:
        span = store.call.name_span
        name = (
            teller.said("name", store.name, span, store.call.function)
            if store.name.text
            else teller.text("name", "none", span)
        )
        yield teller.fact(
            FactKind.STORE,
            f"{store.kind or 'state'} store",
            span,
            function=store.call.function,
            values=(name, *teller.parts(store.parts)),
        )
    for node in teller.file.nodes:
        span, function = node.call.name_span, node.call.function
        groups = (("name", (node.name,)), ("parent", node.parents), ("topic", node.topics), ("store", node.stores))
        said = [teller.said(name, value, span, function) for name, found in groups for value in found]
        yield teller.fact(FactKind.NODE, f"{node.kind} node", span, function=function, values=said)


def builders(teller: Teller) -> Iterator[Stated]:
    """Sources, sinks, strategies and factories that a chain of calls builds; patterns of events."""
    for builder in teller.file.builders:
        calls = () if builder.parts else builder.steps
        yield teller.fact(
            FactKind.BUILDER, f"{builder.kind}{f' in {builder.holder}' if builder.holder else ''}", builder.call.name_span,
            function=builder.call.function,
            values=(*(teller.text(method, text, span) for method, text, span in calls), *teller.parts(builder.parts), *teller.settings(builder.settings)),
        )  # fmt: skip
    for pattern in teller.file.patterns:
        span = pattern.call.name_span
        steps = [
            teller.fact(FactKind.PATTERN, f"{stage.contiguity} {stage.name.text}", stage.span, values=teller.parts(stage.parts))
            for stage in pattern.stages
        ]  # fmt: skip
        applied = "event pattern" if pattern.is_applied else "event pattern, not applied in this file"
        yield teller.fact(
            FactKind.PATTERN,
            applied,
            span,
            function=pattern.call.function,
            values=teller.parts(pattern.parts),
            steps=steps,
        )


def tables(teller: Teller) -> Iterator[Stated]:
    """Tables and queries of Flink SQL and ksqlDB, and jobs that a manifest deploys."""
    yield from (_table(teller, table) for table in teller.file.tables)
    yield from (_query(teller, query) for query in teller.file.queries)
    for job in teller.file.deployments:
        yield teller.fact(FactKind.JOB, f"deployment {job.name}", job.span, values=teller.parts(job.parts))


def _table(teller: Teller, table: Table) -> Stated:
    columns = [
        teller.fact(FactKind.TABLE, f"column {column.name}", column.span, values=(teller.text("type", column.type, column.span),))
        for column in table.columns
    ]  # fmt: skip
    keys = [teller.text(name, ", ".join(found), table.span) for name, found in (("primary key", table.primary_key), ("partitioned by", table.partitioned)) if found]  # fmt: skip
    return teller.fact(
        FactKind.TABLE, f"{table.dialect} {table.kind} {table.name}", table.span,
        values=(*keys, *teller.parts(table.watermark), *teller.parts(table.options)), steps=columns,
    )  # fmt: skip


def _query(teller: Teller, query: Query) -> Stated:
    sources = [teller.text("reads", source, query.span) for source in query.sources]
    return teller.fact(
        FactKind.QUERY, f"{query.dialect} {query.kind} {query.target}".rstrip(), query.span,
        values=(*sources, *teller.parts(query.joins), *teller.parts(query.parts)),
        steps=[teller.fact(FactKind.WINDOW, f"{w.framework} {w.kind}", w.span, values=teller.parts(w.parts)) for w in query.windows],
    )  # fmt: skip
