"""Configuration: from puts, maps, builders and Spring keys to canonical settings."""

from __future__ import annotations

import re
from collections.abc import Iterator

from reviewer.core.span import Span
from reviewer.facts.streaming.model import Known, Setting
from reviewer.facts.streaming.names import Names, bare
from reviewer.facts.syntax import Argument, Call, Expression, ExpressionKind

PUTS = frozenset({"put", "setProperty", "set", "putIfAbsent", "property", "setString", "addProperty"})
_CONSTANT = re.compile(r"^(?:\w+\.)*?(\w+Config)s?\.([A-Z][A-Z0-9_]+)$|^([A-Z][A-Z0-9_]+_CONFIG)$")
MAPS = frozenset({"of", "mapOf", "mutableMapOf", "hashMapOf", "ofEntries", "dict", "entry"})
# Keys that are worth a fact wherever they stand in code that imports a client library.
_KEY = re.compile(r"^[a-z][a-z0-9]*([.][a-z0-9]+)*$")
# The constants whose text is not their key: StreamsConfig and ConsumerConfig javadoc.
_IRREGULAR = {
    "default.deserialization.exception.handler.class": "default.deserialization.exception.handler",
    "deserialization.exception.handler.class": "deserialization.exception.handler",
    "processing.exception.handler.class": "processing.exception.handler",
    "default.production.exception.handler.class": "default.production.exception.handler",
    "production.exception.handler.class": "production.exception.handler",
    "request.required.acks": "acks",
    "key.serializer.class": "key.serializer",
    "partitioner.class": "partitioner.class",
}


def canonical(key: str) -> str:
    """`ENABLE_AUTO_COMMIT_CONFIG`, `enable-auto-commit`, `enable_auto_commit` -> `enable.auto.commit`."""
    text = re.sub(r"_CONFIG$", "", key.strip())
    dotted = re.sub(r"[-_]", ".", text).lower()
    return _IRREGULAR.get(dotted, dotted)


def key_of(expression: Expression, names: Names, function: int | None) -> tuple[str, str] | None:
    """(canonical key, client kind or "") of an expression that names a configuration key; None if it does not."""
    if match := _CONSTANT.match(expression.text):
        owner = match.group(1) or ""
        kinds = {k: v for library in names.libraries for k, v in library.config_constants.items()}
        return canonical(match.group(2) or match.group(3)), kinds.get(owner, "")
    value = names.resolve(expression, function)
    if value.known is Known.EXPLICIT and _KEY.match(canonical(value.text)) and "." in canonical(value.text) + ".":
        return canonical(value.text), ""
    return None


def code_settings(names: Names) -> Iterator[Setting]:
    """Every key and value written in code: `props.put(K, V)`, `props[K] = V`, map and dict literals, `Map.of(K, V)`."""
    syntax = names.syntax
    for call in syntax.calls:
        if call.name in PUTS and len(call.arguments) >= 2 and not call.is_construction:
            yield from _setting(
                names,
                call.arguments[0].value,
                call.arguments[1].value,
                call.receiver,
                call.function,
                call.span,
            )
        if call.name in MAPS:
            yield from pairs(names, call)
        for argument in call.arguments:
            yield from collection(names, argument.value, _scope_of_call(call), call.function)
    for assignment in syntax.assignments:
        if assignment.subscript is not None and assignment.value is not None:
            yield from _setting(
                names,
                assignment.subscript,
                assignment.value,
                assignment.target,
                assignment.function,
                assignment.span,
            )
        elif assignment.value is not None:
            yield from collection(names, assignment.value, assignment.target, assignment.function)


def _scope_of_call(call: Call) -> str:
    return call.result_name or call.name


def pairs(names: Names, call: Call) -> Iterator[Setting]:
    if call.name != "of" or len(call.arguments) % 2:
        return
    for key, value in zip(call.arguments[::2], call.arguments[1::2], strict=True):
        yield from _setting(names, key.value, value.value, call.result_name or "", call.function, key.value.span)


def collection(names: Names, value: Expression, scope: str, function: int | None) -> Iterator[Setting]:
    if value.kind is not ExpressionKind.COLLECTION:
        return
    for entry in value.entries:
        if entry.key is not None:
            yield from _setting(names, entry.key, entry.value, scope, function, entry.key.span)
            yield from collection(names, entry.value, scope, function)
        else:
            yield from collection(names, entry.value, scope, function)


def _setting(
    names: Names, key: Expression, value: Expression, scope: str, function: int | None, span: Span
) -> Iterator[Setting]:
    found = key_of(key, names, function)
    if found is not None:
        name = re.sub(r"\[.*$", "", scope)
        yield Setting(
            key=found[0], value=names.resolve(value, function), client=found[1], scope=scoped(names, name, function),
            span=Span(path=span.path, side=span.side, first_line=key.span.first_line, last_line=value.span.last_line),
            in_code=True,
        )  # fmt: skip


def scoped(names: Names, name: str, function: int | None) -> str:
    """The function's qualified name and the variable: stable when other functions come or go."""
    return f"{'' if function is None else names.syntax.functions[function].qualified}#{bare(name)}"


def keyword_settings(names: Names, call: Call) -> tuple[Setting, ...]:
    """Settings given as keyword arguments: `KafkaProducer(acks=1)`, `dict(acks=1)`."""
    return tuple(
        Setting(
            key=canonical(argument.name),
            value=names.resolve(argument.value, call.function),
            client="",
            scope=scoped(names, call.result_name or call.name, call.function),
            span=argument.value.span,
            in_code=True,
        )
        for argument in call.arguments
        if _is_keyword(argument) and argument.name is not None
    )


def _is_keyword(argument: Argument) -> bool:
    return argument.name is not None and not argument.name.startswith("*")
