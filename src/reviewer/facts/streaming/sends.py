"""Records handed to producers: where to, with which key and value, and who is told what became of them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace

from reviewer.clients.library import Library
from reviewer.clients.library import Operation as Row
from reviewer.facts.streaming.clients import operation_rule
from reviewer.facts.streaming.model import Client, Operation, Role, Send
from reviewer.facts.streaming.names import Names, simple_type
from reviewer.facts.streaming.outcomes import is_reported, waits_for_it
from reviewer.facts.streaming.topic_objects import topic_of, topics_made
from reviewer.facts.streaming.written import literal
from reviewer.facts.syntax import Call, Entry, Expression, ExpressionKind

_TURBOFISH = re.compile(r"::<.*>$")  # FutureRecord::<(), _>::to(…)
_OPENED = 6  # literals in literals
_NESTED = 3  # constructions in a record that are looked into


def sends(names: Names, found: tuple[Operation, ...], made: tuple[Client, ...] = ()) -> Iterator[Send]:
    """The records handed to producers, with topic, key, callback and whether the result is used."""
    topics = topics_made(names) if any(operation.role is Role.SEND for operation in found) else {}
    for operation in found:
        if operation.role is not Role.SEND:
            continue
        rule = operation_rule(names, operation.call)
        if rule is None:
            continue
        given = _into_channel(names, operation.call)
        topic, key, value, known = _record(names, given, rule[0], rule[1])
        topic = topic_of(names, rule[1], operation.call, topic, topics)
        callback = _callback(given, rule[1])
        told = callback is not None or _is_told(names, operation.call, rule[1])
        handled = told or is_reported(names, operation, rule, found, made)
        yield Send(
            operation=operation,
            topic=topic,
            key=key,
            value=value,
            key_known=known and not rule[1].keyed_elsewhere,
            callback=callback,
            handled=handled,
            reports_by=rule[1].reports_by,
            waits=waits_for_it(names, operation, rule[1], made),
            error_first=rule[1].error_first,
        )


def _into_channel(names: Names, call: Call) -> Call:
    """`producer.Input() <- record`: the record is what the channel gets."""
    after = names.chained.get(call.index)
    return after if after is not None and after.name == "<-" and after.arguments else call


_Parts = tuple[
    Expression | None, Expression | None, Expression | None, bool
]  # topic, key, value; whether they are known
_NOTHING: _Parts = (None, None, None, False)


def _record(names: Names, call: Call, library: Library, row: Row) -> _Parts:
    """What is sent: from the record, from keywords, from positions."""
    record = _of_record(names, call, library, row) if row.record is not None else None
    if not row.shapes and row.record is not None:
        return record or _NOTHING
    if record is not None and row.record == 0:
        return record
    inside = record or _NOTHING
    named = {part: call.argument(-1, keyword) for part, keyword in row.keywords.items()}
    topic, key, value, known = _by_shape(row.shapes, call)
    return (
        inside[0] or named.get("topic") or topic, inside[1] or named.get("key") or key,
        inside[2] or named.get("value") or value, inside[3] or known or bool(row.keywords),
    )  # fmt: skip


def _of_record(names: Names, call: Call, library: Library, row: Row) -> _Parts | None:
    """The parts of the record that is sent, also through a local variable: a construction, a builder's chain, a bare literal. None when
    it is no record."""
    expression = call.argument(row.record if row.record is not None else 0)
    if expression is not None and expression.kind is ExpressionKind.NAME:
        for assignment in names.syntax.assignments:
            if assignment.target == expression.text and assignment.function == call.function and assignment.value:
                expression = assignment.value
    if expression is None:
        return None
    if expression.kind is ExpressionKind.COLLECTION:
        if not row.fields:
            return None
        written = literal(_opened(names, expression, call.function), "", call.function)
        found = {".".join(_texts(item.path)): item.value for item in written}
        topic, key, value, _ = _by_fields(row.fields, found)
        return topic, key, value, key is not None or _is_seen(found, row.fields.get("key", ""))
    if expression.call is None:
        return None
    made = names.syntax.calls[expression.call]
    record = library.records.get(simple_type(made.name))
    if record is not None and (made.is_construction or (record.shapes and names.is_of_library(made.receiver))):
        if not record.fields or (record.shapes and all(a.name is None for a in made.arguments)):
            return _by_shape(record.shapes, made)
        return _by_fields(record.fields, dict(_nested(names, made)))
    return _by_steps(names, library, made)


def _opened(names: Names, expression: Expression, function: int | None, depth: int = 0) -> Expression:
    """A literal with what its names stand for, where that is another literal of the function or the file: `{ topic, messages: [message] }`."""
    if expression.kind is ExpressionKind.COLLECTION and depth < _OPENED:
        entries = (Entry(key=e.key, value=_opened(names, e.value, function, depth + 1)) for e in expression.entries)
        return replace(expression, entries=tuple(entries))
    if expression.kind is not ExpressionKind.NAME:
        return expression
    name, whole = expression.text, names.syntax.assignments
    given = [a.value for a in whole if a.target == name and a.function in (function, None) and a.subscript is None]
    filled = any(a.target.startswith(f"{name}.") or (a.target == name and a.subscript is not None) for a in whole)
    made = given[0] if len(given) == 1 and not filled else None
    if made is None or made.kind is not ExpressionKind.COLLECTION:
        return expression
    return replace(_opened(names, made, function, depth + 1), span=expression.span)


def _is_seen(found: Mapping[str, Expression | None], path: str) -> bool:
    """Whether what would hold the part is written out, so that its absence means something: not `messages: batch`."""
    parent = found.get(path.rpartition(".")[0])
    if parent is None:
        return True
    items = [entry.value for entry in parent.entries if entry.key is None]
    return parent.kind is ExpressionKind.COLLECTION and all(item.kind is ExpressionKind.COLLECTION for item in items)


def _texts(path: tuple[Expression, ...]) -> list[str]:
    return [key.literal if key.literal is not None else key.text for key in path]


def _nested(names: Names, made: Call, before: str = "", depth: int = 0) -> Iterator[tuple[str, Expression]]:
    """The named fields of a construction, those of constructions in them with their paths."""
    for argument in made.arguments:
        if argument.name is None:
            continue
        path = f"{before}{argument.name}"
        yield path, argument.value
        inner = argument.value.call
        if inner is not None and names.syntax.calls[inner].is_construction and depth < _NESTED:
            yield from _nested(names, names.syntax.calls[inner], f"{path}.", depth + 1)


def _by_fields(fields: Mapping[str, str], found: Mapping[str, Expression | None]) -> _Parts:
    parts = [found.get(fields[part]) if part in fields else None for part in ("topic", "key", "value")]
    return parts[0], parts[1], parts[2], True


def _by_steps(names: Names, library: Library, last: Call) -> _Parts | None:
    """`FutureRecord::to(TOPIC).key(K).payload(V)`."""
    chain = names.syntax.chain(last)
    record = library.records.get(simple_type(_TURBOFISH.sub("", chain[0].receiver)))
    if record is None or not record.steps:
        return None
    given = {record.steps[step.name]: step.argument(0) for step in chain if step.name in record.steps}
    return given.get("topic"), given.get("key"), given.get("value"), True


def _by_shape(shapes: Mapping[int, Mapping[str, int]], call: Call) -> _Parts:
    count = len([a for a in call.arguments if a.name is None])
    shape = shapes.get(count)
    if shape is None:
        return _NOTHING
    parts = [call.argument(shape[part]) if part in shape else None for part in ("topic", "key", "value")]
    return parts[0], parts[1], parts[2], True


def _is_told(names: Names, call: Call, row: Row) -> bool:
    """`emitter.send(Message.of(payload, ack, nack))`: the message is told the outcome."""
    given = call.argument(0) if row.answered else None
    if given is None:
        return False
    root = names.syntax.chain(names.syntax.calls[given.call])[0] if given.call is not None else None
    owners = (
        (names.type_of(given.text, call.function),)
        if root is None
        else (simple_type(root.name), simple_type(root.receiver))
    )
    return any(owner in row.answered for owner in owners)


def _callback(call: Call, row: Row) -> Expression | None:
    found = call.argument(row.callback) if row.callback is not None else None
    for keyword in row.callback_keywords:
        found = found or call.argument(-1, keyword)
    return None if found is None or found.kind is ExpressionKind.NULL else found
