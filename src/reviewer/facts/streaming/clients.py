"""Clients constructed, operations on them, and records sent."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from reviewer.clients.library import Library, Makes
from reviewer.clients.library import Operation as Row
from reviewer.facts.streaming.config import keyword_settings
from reviewer.facts.streaming.config_flow import settings_for
from reviewer.facts.streaming.model import Client, Operation, Role, Send, Setting
from reviewer.facts.streaming.names import Names, bare, simple_type
from reviewer.facts.syntax import Call, Expression, ExpressionKind, ResultUse

_VOID_CONSUMERS = frozenset(
    {"forEach", "foreach", "ifPresent", "run", "execute", "submit", "forEachOrdered", "let", "also", "onEach"}
)


def clients(names: Names, settings: tuple[Setting, ...], versions: Mapping[str, str]) -> Iterator[Client]:
    """Every construction of a client, with the settings that flow into it."""
    for call in names.syntax.calls:
        found = _constructed(names, call)
        if found is None:
            continue
        library, constructor = found
        own, is_open = _configuration(names, settings, call, constructor)
        version = next((versions[c] for c in library.coordinates if c in versions), None)
        yield Client(
            kind=constructor.client, library=library.id, version=version, holder=_holder(names, call), call=call,
            settings=own, open_config=is_open, defaults=library.defaults_of(constructor.client, version),
        )  # fmt: skip


def _constructed(names: Names, call: Call) -> tuple[Library, Makes] | None:
    if not call.is_construction:
        return None
    path = names.imported.get(simple_type(call.name))
    for library in names.libraries:
        for constructor in library.makes:
            if constructor.name == simple_type(call.name) and (path is None or library.is_imported_by(path)):
                return library, constructor
    return None


def _configuration(
    names: Names, settings: tuple[Setting, ...], call: Call, constructor: Makes
) -> tuple[tuple[Setting, ...], bool]:
    if constructor.config == "keywords":
        spread = any((a.name or "").startswith("*") or a.value.text.startswith("**") for a in call.arguments)
        return keyword_settings(names, call), spread
    position = constructor.config if isinstance(constructor.config, int) else 0
    return settings_for(names, settings, call.argument(position), call.function)


def _holder(names: Names, call: Call) -> str:
    if call.result_name:
        return call.result_name
    for assignment in names.syntax.assignments:
        if assignment.value is not None and assignment.value.call == call.index:
            return assignment.target
    return ""


def operations(names: Names) -> Iterator[Operation]:
    """Every call on a client whose method the library gives a role."""
    for call in names.syntax.calls:
        rule = operation_rule(names, call)
        if rule is not None:
            library, row = rule
            yield Operation(role=Role(row.role), client=row.client, library=library.id, holder=call.receiver, call=call)


def operation_rule(names: Names, call: Call) -> tuple[Library, Row] | None:
    """The library's row for a call, when the receiver is one of its clients."""
    candidates = names.rows.get(call.name)
    if not candidates or not call.receiver:
        return None
    found = names.client_of(call.receiver, call)
    if found is None:
        return None
    for library, row in candidates:
        if library.id == found[0].id and row.client == found[1]:
            return library, row
    # A type such as Producer belongs to several libraries; the first that is imported and knows the method wins.
    return next(((lib, row) for lib, row in candidates if row.client == found[1]), None)


def sends(names: Names, found: tuple[Operation, ...]) -> Iterator[Send]:
    """The records handed to producers, with topic, key, callback and whether the result is used."""
    for operation in found:
        if operation.role is not Role.SEND:
            continue
        rule = operation_rule(names, operation.call)
        if rule is None:
            continue
        topic, key, value, known = _record(names, operation.call, rule[0], rule[1])
        callback = _callback(operation.call, rule[1])
        handled = callback is not None or is_result_used(names, operation.call, rule[1].reports_by)
        yield Send(
            operation=operation,
            topic=topic,
            key=key,
            value=value,
            key_known=known,
            callback=callback,
            handled=handled,
        )


def _record(
    names: Names, call: Call, library: Library, row: Row
) -> tuple[Expression | None, Expression | None, Expression | None, bool]:
    named = {part: call.argument(-1, keyword) for part, keyword in row.keywords.items()}
    positional = [a.value for a in call.arguments if a.name is None]
    if (
        row.record is not None
        and len(positional) in (1, 2)
        and (made := _record_call(names, call, library, row.record))
    ):
        return _by_shape(library.records[simple_type(made.name)].shapes, made)
    if row.record is not None and not row.shapes:
        return None, None, None, False
    topic, key, value, known = _by_shape(row.shapes, call)
    return (
        named.get("topic") or topic,
        named.get("key") or key,
        named.get("value") or value,
        known or bool(row.keywords),
    )


def _record_call(names: Names, call: Call, library: Library, position: int) -> Call | None:
    """The construction of the record that is sent, also through a local variable."""
    expression = call.argument(position)
    if expression is not None and expression.kind is ExpressionKind.NAME:
        for assignment in names.syntax.assignments:
            if assignment.target == expression.text and assignment.function == call.function and assignment.value:
                expression = assignment.value
    if expression is None or expression.call is None:
        return None
    made = names.syntax.calls[expression.call]
    return made if made.is_construction and simple_type(made.name) in library.records else None


def _by_shape(
    shapes: Mapping[int, Mapping[str, int]], call: Call
) -> tuple[Expression | None, Expression | None, Expression | None, bool]:
    count = len([a for a in call.arguments if a.name is None])
    shape = shapes.get(count)
    if shape is None:
        return None, None, None, False
    parts = [call.argument(shape[part]) if part in shape else None for part in ("topic", "key", "value")]
    return parts[0], parts[1], parts[2], True


def _callback(call: Call, row: Row) -> Expression | None:
    found = call.argument(row.callback) if row.callback is not None else None
    for keyword in row.callback_keywords:
        found = found or call.argument(-1, keyword)
    return None if found is None or found.kind is ExpressionKind.NULL else found


def is_result_used(names: Names, call: Call, reports_by: str = "future") -> bool:
    """Whether the outcome of a send can reach someone: awaited, joined, kept and read later, or handed on."""
    if reports_by == "callback":
        return False
    if call.result is ResultUse.AWAITED:
        return reports_by != "nested-future"
    if call.result is ResultUse.IGNORED:
        return False
    if call.result is ResultUse.ASSIGNED and call.result_name:
        return _is_read_later(names, call, call.result_name)
    if call.result in (ResultUse.RETURNED, ResultUse.OTHER) and call.function is not None:
        return not _in_void_lambda(names, call)
    return True


def _in_void_lambda(names: Names, call: Call) -> bool:
    function = names.syntax.functions[call.function] if call.function is not None else None
    if function is None or not function.is_lambda or function.argument_of is None:
        return False
    return names.syntax.calls[function.argument_of].name in _VOID_CONSUMERS


def _is_read_later(names: Names, call: Call, name: str) -> bool:
    word = re.compile(rf"(?<![\w.]){re.escape(name)}(?!\w)")
    for other in names.syntax.calls:
        if other.index != call.index and other.function is not None:
            if bare(other.receiver.split("(")[0]) == bare(name) or word.search(other.receiver):
                return True
            if any(word.search(a.value.text) for a in other.arguments):
                return True
    return any(word.search(jump.text) for jump in names.syntax.jumps)
