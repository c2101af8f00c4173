"""Streaming facts as short lines that a person can check against the source beside them: `name=value`, `?` for what is not known."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from reviewer.core.span import Span
from reviewer.facts.streaming.dataflow import Node, Part, Pattern, Query, Store, Table, Window
from reviewer.facts.streaming.model import Builder, FileFacts, Operator, Setting
from reviewer.facts.streaming.value import Known, Value


def rendered(facts: FileFacts) -> str:
    """One fact per line, indented where it belongs to the one above."""
    return "\n".join(_lines(facts)) + "\n"


def _lines(facts: FileFacts) -> Iterator[str]:
    yield from (_operator(op) for op in facts.operators)
    yield from (_window(window) for window in facts.windows)
    for state in facts.states:
        types = ", ".join(state.types)
        yield f"state {state.kind} {shown(state.name)} <{types}> in {state.owner}{_parts(state.parts)} {_at(state.call.name_span)}"
    for builder in facts.builders:
        yield from _builder(builder)
    for pattern in facts.patterns:
        yield from _pattern(pattern)
    for table in facts.tables:
        yield from _table(table)
    yield from (_query(query) for query in facts.queries)
    yield from (_store(store) for store in facts.stores)
    yield from (_node(node) for node in facts.nodes)
    for schedule in facts.schedules:
        yield f"timer {schedule.framework} {schedule.time} {shown(schedule.interval)} {_at(schedule.call.name_span)}"
    for deployment in facts.deployments:
        yield f"deployment {deployment.name}{_parts(deployment.parts)} {_at(deployment.span)}"
    for link in facts.links:
        yield f"link {link.source} -> {link.target} ({link.kind})"
    yield from (_setting(setting) for setting in facts.settings)


def shown(value: Value) -> str:
    """The text, with `?` before what is not known."""
    return f"{'' if value.known is Known.EXPLICIT else '?'}{value.text}"


def _parts(parts: Iterable[Part]) -> str:
    return "".join(f" {part.name}={shown(part.value)}" for part in parts)


def _at(span: Span) -> str:
    one = span.first_line == span.last_line
    return f"@{span.first_line}" if one else f"@{span.first_line}-{span.last_line}"


def _operator(op: Operator) -> str:
    inputs = op.inputs or ((op.upstream,) if op.upstream is not None else ())
    fed = f" <- {','.join(f'#{i}' for i in inputs)}" if inputs else ""
    uid = f" uid={'' if op.uid_known else '?'}{op.uid}" if op.uid is not None else ""
    names = f" names={','.join(op.names)}" if op.names else ""
    return f"op #{op.position} {op.framework} {op.op}{fed}{uid}{names}{_parts(op.parts)} {_at(op.call.name_span)}"


def _window(window: Window) -> str:
    on = f" on #{window.operator}" if window.operator is not None else ""
    return f"window {window.framework} {window.kind or '?'} {window.time or '-'}{on}{_parts(window.parts)} {_at(window.span)}"


def _builder(builder: Builder) -> Iterator[str]:
    yield f"builder {builder.kind}{_parts(builder.parts)} {_at(builder.call.name_span)}"
    yield from (f"  {_setting(setting)}" for setting in builder.settings)


def _pattern(pattern: Pattern) -> Iterator[str]:
    yield f"pattern{'' if pattern.is_applied else ' (not applied)'}{_parts(pattern.parts)} {_at(pattern.call.name_span)}"
    for stage in pattern.stages:
        yield f"  stage {stage.contiguity} {shown(stage.name)}{_parts(stage.parts)} {_at(stage.span)}"


def _table(table: Table) -> Iterator[str]:
    key = f" key({', '.join(table.primary_key)})" if table.primary_key else ""
    by = f" by({', '.join(table.partitioned)})" if table.partitioned else ""
    unknown = "" if table.is_literal else "?"
    yield f"{table.dialect} {table.kind} {unknown}{table.name}{key}{by}{_parts(table.watermark)} {_at(table.span)}"
    for column in table.columns:
        yield f"  column {column.name}: {column.type}{'' if column.kind == 'physical' else f' ({column.kind})'} {_at(column.span)}"
    for option in table.options:
        yield f"  option {option.name} = {shown(option.value)} {_at(option.span)}"


def _query(query: Query) -> str:
    joins = f" joins {', '.join(f'{p.name} {shown(p.value)}' for p in query.joins)}" if query.joins else ""
    windows = "".join(f" [{_window(window)}]" for window in query.windows)
    return (
        f"{query.dialect} {query.kind} {query.target or '-'} <- {', '.join(query.sources) or '-'}{joins}{windows}"
        f"{_parts(query.parts)} {_at(query.span)}"
    )


def _store(store: Store) -> str:
    users = f" used by {', '.join(f'#{u}' if isinstance(u, int) else u for u in store.users)}" if store.users else ""
    return f"store {store.kind or '-'} {shown(store.name) or '(no name)'}{_parts(store.parts)}{users} {_at(store.call.name_span)}"


def _node(node: Node) -> str:
    parts = [f" {word} {', '.join(map(shown, values))}" for word, values in (("<-", node.parents), ("topics", node.topics), ("stores", node.stores)) if values]  # fmt: skip
    return f"node {node.kind} {shown(node.name)}{''.join(parts)}{f' by {node.made}' if node.made else ''} {_at(node.call.name_span)}"


def _setting(setting: Setting) -> str:
    return (
        f"setting {setting.client or '-'} {setting.key} = {shown(setting.value)} [{setting.scope}] {_at(setting.span)}"
    )
