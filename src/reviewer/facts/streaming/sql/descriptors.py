"""Tables that are declared by `TableDescriptor` in code, as the statement that it stands for."""

from __future__ import annotations

import re
from collections.abc import Iterator

from reviewer.facts.streaming.dataflow import Column, Part, Table
from reviewer.facts.streaming.follow import Place, Step, at, flat, trail, value_of
from reviewer.facts.streaming.names import Names, simple_type
from reviewer.facts.streaming.parts import first_line, root_type
from reviewer.facts.streaming.sql.create import interval_of
from reviewer.facts.streaming.sql.lexer import tokens_of
from reviewer.facts.streaming.value import Known, Value
from reviewer.facts.syntax import Call

_CREATES = frozenset({"createtable", "createtemporarytable"})
_OPTIONS = {
    "TOPIC": "topic", "PROPS_BOOTSTRAP_SERVERS": "properties.bootstrap.servers", "PROPS_GROUP_ID": "properties.group.id",
    "SCAN_STARTUP_MODE": "scan.startup.mode", "DELIVERY_GUARANTEE": "sink.delivery-guarantee", "TRANSACTIONAL_ID_PREFIX": "sink.transactional-id-prefix",
    "KEY_FORMAT": "key.format", "VALUE_FORMAT": "value.format", "SINK_PARALLELISM": "sink.parallelism",
}  # fmt: skip


def described(names: Names) -> Iterator[Table]:
    """`tables.createTable("scans", TableDescriptor.forConnector("kafka")…build())`."""
    for call in names.syntax.calls:
        if flat(call.name) in _CREATES and len(call.arguments) == 2:
            steps = trail(at(names, call), call.arguments[1].value)
            if root_type(steps) == "TableDescriptor":
                yield _table(names, call, steps)


def _table(names: Names, call: Call, steps: tuple[Step, ...]) -> Table:
    name = value_of(at(names, call), call.arguments[0].value)
    schema = next((tuple(trail(s.place, s.call.argument(0))) for s in steps if s.name == "schema"), ())
    keys = tuple(text.text for s in schema if s.name == "primarykey" for text in _texts(s))
    return Table(
        dialect="flink", kind="table", name=name.text, is_literal=name.known is Known.EXPLICIT,
        columns=tuple(c for s in schema for c in _column(s)), primary_key=keys,
        partitioned=tuple(v.text for s in steps if s.name == "partitionedby" for v in _texts(s)),
        watermark=tuple(p for s in schema for p in _watermark(s)), options=tuple(p for s in steps for p in _option(s)),
        span=first_line(call.name_span),
    )  # fmt: skip


def _texts(step: Step) -> list[Value]:
    return [value_of(step.place, argument.value) for argument in step.call.arguments]


def _column(step: Step) -> Iterator[Column]:
    kind = {"column": "physical", "columnbyexpression": "computed", "columnbymetadata": "metadata"}.get(step.name)
    if kind is not None and len(step.call.arguments) > 1:
        name, made = (value_of(step.place, a.value) for a in step.call.arguments[:2])
        yield Column(name=name.text, type=made.text, kind=kind, span=first_line(step.call.name_span))


def _watermark(step: Step) -> Iterator[Part]:
    if step.name != "watermark" or len(step.call.arguments) != 2:
        return
    column, made = _texts(step)
    span = first_line(step.call.name_span)
    yield Part(name="column", value=column, span=span)
    yield Part(name="delay", value=_delay(column, made), span=span)


def _delay(column: Value, made: Value) -> Value:
    if column.known is Known.EXPLICIT and made.known is Known.EXPLICIT:
        if made.text.strip("` ") == column.text:
            return Value(known=Known.EXPLICIT, text="0 ms")
        match = re.fullmatch(rf"\s*`?{re.escape(column.text)}`?\s*-\s*(.+)", made.text)
        if match is not None:
            return interval_of(tokens_of(match[1], 1))
    return Value(known=Known.UNKNOWN, text=made.text)


def _option(step: Step) -> Iterator[Part]:
    span = first_line(step.call.name_span)
    if step.name == "forconnector":
        yield Part(name="connector", value=value_of(step.place, step.call.argument(0)), span=span)
    elif step.name == "format":
        yield Part(name="format", value=value_of(step.place, step.call.argument(0)), span=span)
    elif step.name == "option" and len(step.call.arguments) == 2:
        name = _option_name(step.place, step.call)
        if name:
            found = value_of(step.place, step.call.arguments[1].value)
            known = found if step.certain else Value(known=Known.UNKNOWN, text=found.text)
            yield Part(name=name, value=known, span=span)


def _option_name(place: Place, call: Call) -> str:
    key = call.arguments[0].value
    found = value_of(place, key)
    if found.known is Known.EXPLICIT:
        return found.text
    return (
        _OPTIONS.get(key.text.rsplit(".", 1)[-1], "")
        if simple_type(key.text.rsplit(".", 1)[0]).endswith("Options")
        else ""
    )
