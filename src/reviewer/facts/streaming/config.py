"""Configuration: from puts, maps, builders and Spring keys to canonical settings."""

from __future__ import annotations

import re
from collections.abc import Iterator

from reviewer.core.span import Span
from reviewer.facts.streaming.model import Known, Setting, Value
from reviewer.facts.streaming.names import Names, bare
from reviewer.facts.syntax import Argument, Call, ConfigEntry, Expression, ExpressionKind

_PUTS = frozenset({"put", "setProperty", "set", "putIfAbsent", "property", "setString", "addProperty"})
_CONSTANT = re.compile(r"^(?:\w+\.)*?(\w+Config)s?\.([A-Z][A-Z0-9_]+)$|^([A-Z][A-Z0-9_]+_CONFIG)$")
_MAPS = frozenset({"of", "mapOf", "mutableMapOf", "hashMapOf", "ofEntries", "dict", "entry"})
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
        if call.name in _PUTS and len(call.arguments) >= 2 and not call.is_construction:
            yield from _setting(
                names,
                call.arguments[0].value,
                call.arguments[1].value,
                call.receiver,
                call.function,
                call.span,
            )
        if call.name in _MAPS:
            yield from _pairs(names, call)
        for argument in call.arguments:
            yield from _collection(names, argument.value, _scope_of_call(call), call.function)
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
            yield from _collection(names, assignment.value, assignment.target, assignment.function)


def _scope_of_call(call: Call) -> str:
    return call.result_name or call.name


def _pairs(names: Names, call: Call) -> Iterator[Setting]:
    if call.name != "of" or len(call.arguments) % 2:
        return
    for key, value in zip(call.arguments[::2], call.arguments[1::2], strict=True):
        yield from _setting(names, key.value, value.value, call.result_name or "", call.function, key.value.span)


def _collection(names: Names, value: Expression, scope: str, function: int | None) -> Iterator[Setting]:
    if value.kind is not ExpressionKind.COLLECTION:
        return
    for entry in value.entries:
        if entry.key is not None:
            yield from _setting(names, entry.key, entry.value, scope, function, entry.key.span)
        else:
            yield from _collection(names, entry.value, scope, function)


def _setting(
    names: Names, key: Expression, value: Expression, scope: str, function: int | None, span: Span
) -> Iterator[Setting]:
    found = key_of(key, names, function)
    if found is not None:
        name = re.sub(r"\[.*$", "", scope)
        yield Setting(
            key=found[0], value=names.resolve(value, function), client=found[1], scope=_scoped(names, name, function),
            span=Span(path=span.path, side=span.side, first_line=key.span.first_line, last_line=value.span.last_line),
            in_code=True,
        )  # fmt: skip


def _scoped(names: Names, name: str, function: int | None) -> str:
    """The function's qualified name and the variable: stable when other functions come or go."""
    return f"{'' if function is None else names.syntax.functions[function].qualified}#{bare(name)}"


def settings_for(
    names: Names,
    settings: tuple[Setting, ...],
    expression: Expression | None,
    function: int | None,
    depth: int = 0,
) -> tuple[tuple[Setting, ...], bool]:
    """The settings that flow into a construction through its configuration argument, and whether unseen ones may too."""
    if expression is None or depth > 3:
        return (), True
    inside = tuple(_collection(names, expression, "", function))
    if expression.kind is ExpressionKind.COLLECTION:
        return inside, False
    if expression.call is not None:
        return _from_call(names, settings, names.syntax.calls[expression.call], depth)
    if expression.kind is not ExpressionKind.NAME:
        return (), True
    return _from_name(names, settings, expression, function, depth)


def _from_call(names: Names, settings: tuple[Setting, ...], call: Call, depth: int) -> tuple[tuple[Setting, ...], bool]:
    if call.name in _MAPS or call.name == "dict":
        spans = {argument.value.span for argument in call.arguments}
        direct = tuple(_pairs(names, call))
        nested = tuple(s for a in call.arguments for s in _collection(names, a.value, "", call.function))
        keywords = keyword_settings(names, call)
        return direct + nested + keywords, not spans and not keywords
    callee = [f for f in names.syntax.functions if f.name == call.name and not f.is_lambda]
    if len(callee) != 1:
        return (), True
    returned = [j for j in names.syntax.jumps if j.function == callee[0].index and j.kind.value == "return"]
    local = [s for s in settings if s.scope.split("#")[0] == callee[0].qualified]
    written = _open_writes(names, callee[0].index, {bare(j.text) for j in returned})
    return tuple(local), written or not local


def _from_name(
    names: Names, settings: tuple[Setting, ...], expression: Expression, function: int | None, depth: int
) -> tuple[tuple[Setting, ...], bool]:
    plain = bare(expression.text)
    scopes = {_scoped(names, plain, function), _scoped(names, plain, None)}
    if "." in expression.text:
        scopes |= {s.scope for s in settings if s.scope.endswith(f"#{plain}")}
    found = tuple(s for s in settings if s.scope in scopes)
    is_open = True
    for assignment in names.syntax.assignments:
        if bare(assignment.target) != plain or assignment.subscript is not None:
            continue
        if assignment.function not in (function, None) or assignment.value is None:
            continue
        value = assignment.value
        if value.call is not None and names.syntax.calls[value.call].is_construction:
            is_open = bool(names.syntax.calls[value.call].arguments)
        elif value.kind is ExpressionKind.COLLECTION:
            is_open = False
        elif value.call is not None:
            more, is_open = settings_for(names, settings, value, assignment.function, depth + 1)
            found = more + found
    return found, is_open or _open_writes(names, function, {plain})


def _open_writes(names: Names, function: int | None, holders: set[str]) -> bool:
    """Whether something else may write into the map: `putAll`, `load`, `update`, a key that is not literal."""
    for call in names.syntax.calls:
        if call.function != function:
            continue
        if bare(call.receiver) in holders and call.name in ("putAll", "load", "update", "addAll"):
            return True
        if bare(call.receiver) in holders and call.name in _PUTS and call.arguments:
            if key_of(call.arguments[0].value, names, function) is None:
                return True
        if not call.is_construction and call.receiver_call is None and _passes(call, holders):
            return True
    return False


def _passes(call: Call, holders: set[str]) -> bool:
    if call.name[:1].isupper() or call.name in _PUTS or call.name in _MAPS:
        return False
    return any(a.value.kind is ExpressionKind.NAME and bare(a.value.text) in holders for a in call.arguments)


def keyword_settings(names: Names, call: Call) -> tuple[Setting, ...]:
    """Settings given as keyword arguments: `KafkaProducer(acks=1)`, `dict(acks=1)`."""
    return tuple(
        Setting(
            key=canonical(argument.name),
            value=names.resolve(argument.value, call.function),
            client="",
            scope=_scoped(names, call.result_name or call.name, call.function),
            span=argument.value.span,
            in_code=True,
        )
        for argument in call.arguments
        if _is_keyword(argument) and argument.name is not None
    )


def _is_keyword(argument: Argument) -> bool:
    return argument.name is not None and not argument.name.startswith("*")


_SPRING = re.compile(
    r"^(?:spring\.kafka(?:\.(?P<client>producer|consumer|streams|admin|listener))?(?:\.properties)?"
    r"|spring\.cloud\.stream\.kafka\.(?P<binder>streams\.binder|binder|bindings\.[^.]+)(?:\.(?P<side>producer|consumer))?"
    r"(?:\.(?:configuration|properties))?|quarkus\.(?P<quarkus>kafka-streams)|mp\.messaging\.(?P<mp>incoming|outgoing)\.[^.]+"
    r"|kafka(?:\.(?P<plain>producer|consumer|streams))?(?:\.properties)?)\.(?P<key>.+)$"
)
_SIDES = {
    "incoming": "consumer",
    "outgoing": "producer",
    "streams.binder": "streams",
    "kafka-streams": "streams",
}
_BROKER_ENV = re.compile(r"^(?:KAFKA_CFG_|KAFKA_)([A-Z0-9_]+)$")


def document_settings(entries: tuple[ConfigEntry, ...]) -> Iterator[Setting]:
    """Settings of a configuration document; canonical keys with the client that the prefix names."""
    for entry in entries:
        dotted = re.sub(r"\.?\[\d+\]", "", entry.dotted)
        known = Known.EXPLICIT if entry.is_literal else Known.UNKNOWN
        client, scope, key = _located(dotted)
        yield Setting(
            key=canonical(key), value=Value(known=known, text=entry.value), client=client, scope=scope,
            span=entry.span, in_code=False,
        )  # fmt: skip


def _located(dotted: str) -> tuple[str, str, str]:
    if match := _SPRING.match(dotted):
        groups = match.groupdict()
        raw = next((groups[n] for n in ("client", "side", "mp", "quarkus", "plain", "binder") if groups[n]), "")
        client = _SIDES.get(raw, raw if raw in ("producer", "consumer", "streams", "admin", "listener") else "")
        key = match.group("key").replace("[", "").replace("]", "")
        return client, dotted[: match.start("key") - 1], key
    last = dotted.rsplit(".", 1)[-1]
    if match := _BROKER_ENV.match(last):
        return "broker", dotted.rsplit(".", 1)[0], match.group(1)
    return "", "", dotted
