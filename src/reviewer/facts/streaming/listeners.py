"""Listeners: methods that a framework calls with records, by annotation, by the type that a bean has; and what is said of the delivery."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from reviewer.clients.library import Delivers, Library
from reviewer.core.lazily import lazily
from reviewer.core.span import Span
from reviewer.facts.streaming.dataflow import Part
from reviewer.facts.streaming.handoffs import outermost
from reviewer.facts.streaming.model import Client, Handling, Known, Setting, Value
from reviewer.facts.streaming.names import Names, bare, simple_type
from reviewer.facts.streaming.records import derived_names
from reviewer.facts.streaming.shadowing import is_shadowed
from reviewer.facts.syntax import Annotation, Call, Expression, Function

_UNKNOWN = Value(known=Known.UNKNOWN, text="")
_MANY = lazily(r"^(\w+\.)*(Mutable)?(List|Collection|Iterable|ConsumerRecords|Seq|Chunk|Set|Array)\b|\[\]$")
_SOME = lazily(r"^(\w+\.)*(List|Collection|Iterable|Message|Flux|Mono|Multi|Uni|Optional)<(.*)>$")


def listeners(names: Names) -> Iterator[Handling]:
    """The methods under an annotation of the tables."""
    rows = {
        row.name: (library, row) for library in names.libraries for row in library.delivers if row.by == "annotation"
    }
    for function in names.syntax.functions if rows else ():
        for annotation in function.annotations:
            if annotation.simple_name in rows:
                library, row = rows[annotation.simple_name]
                above = _of_class(names, function, row.on)
                if (not row.on or above is not None) and function.parameters:
                    yield _listener(names, library, row, function, annotation, above)


def _of_class(names: Names, function: Function, name: str) -> Annotation | None:
    declared = names.syntax.types[function.type].annotations if name and function.type is not None else ()
    return next((annotation for annotation in declared if annotation.simple_name == name), None)


def _listener(
    names: Names, library: Library, row: Delivers, function: Function, annotation: Annotation, above: Annotation | None
) -> Handling:
    arguments = {**_attributes(above), **_attributes(annotation)}
    written = next((names.resolve(arguments[n]) for n in _group_names(row, arguments)), _UNKNOWN)
    said = next((names.said(arguments[n]) for n in _group_names(row, arguments)), None)
    records = frozenset(p.name for p in function.parameters if simple_type(p.type) not in row.skips)
    return Handling(
        kind="listener", library=library.id, function=function.index, span=function.span,
        calls=calls_in(names, function.index, function.span),
        records=derived_names(names, function.span, records, None), auto_commit=_UNKNOWN,
        group=names.placeholder(written), group_said=said, topics=tuple(arguments[n].text for n in row.topics if n in arguments),
        name=function.qualified,
        parts=(*_said(names, row, arguments), *_beside(names, function), *_contract(names, row, function, arguments)),
    )  # fmt: skip


def _attributes(annotation: Annotation | None) -> dict[str, Expression]:
    return {} if annotation is None else {a.name or "value": a.value for a in annotation.arguments}


def _group_names(row: Delivers, arguments: Mapping[str, Expression]) -> list[str]:
    """The attributes that name the group; Spring's `id` does unless `idIsGroup` is false."""
    by_id = arguments.get("idIsGroup")
    return [n for n in row.group if n in arguments and not (n == "id" and by_id is not None and by_id.text == "false")]


def _said(names: Names, row: Delivers, arguments: Mapping[str, Expression]) -> Iterator[Part]:
    for attribute, part in row.parts.items():
        given = arguments.get(attribute)
        if given is not None:
            yield Part(name=part, value=_word(names.placeholder(names.resolve(given))), span=given.span)


def _word(given: Value) -> Value:
    """A constant of an enumeration is known by its name: `OffsetStrategy.SYNC` -> SYNC."""
    inner = (
        re.search(r"\.([A-Z][A-Z0-9_]+)\b", given.text) if given.text.startswith("@") else None
    )  # an annotation in an attribute
    last = inner[1] if inner else given.text.rsplit(".", 1)[-1]
    if given.known is Known.UNKNOWN and re.fullmatch(r"[A-Z][A-Z0-9_]*", last):
        return Value(known=Known.EXPLICIT, text=last)
    return given


_BESIDE = {"RetryableTopic": "retry-topic", "Transactional": "transactional", "Async": "async", "Blocking": "blocking", "NonBlocking": "non-blocking", "SendTo": "send-to", "Outgoing": "send-to", "DltHandler": "dlt"}  # fmt: skip


def _beside(names: Names, function: Function) -> Iterator[Part]:
    """What other annotations of the method, or of its class, say of the delivery: each attribute as `retry-topic.attempts`."""
    above = names.syntax.types[function.type].annotations if function.type is not None else ()
    for annotation in (*above, *function.annotations):
        part = _BESIDE.get(annotation.simple_name)
        if part is None:
            continue
        yield Part(name=part, value=Value(known=Known.EXPLICIT, text="true"), span=annotation.span)
        for name, given in _attributes(annotation).items():
            found = names.placeholder(names.resolve(given))
            yield Part(name=f"{part}.{name}", value=_word(found), span=given.span)


def _contract(names: Names, row: Delivers, function: Function, arguments: Mapping[str, Expression]) -> Iterator[Part]:
    """Who commits and when, by the parameters, and whether a whole batch comes at once."""
    types = [simple_type(p.type) for p in function.parameters]
    outer = {_SOME.sub(r"\1", p.type).rsplit(".", 1)[-1].split("<")[0] for p in function.parameters}
    kind = next((ack for name, ack in row.acks.items() if name in types or name in outer), row.ack)
    kind = ack_of(names, row, function) if row.manual_after else kind
    strategy = next((a for a in function.annotations if a.simple_name == "Acknowledgment" and a.arguments), None)
    if strategy is not None:  # Acknowledgment.Strategy.PRE_PROCESSING
        last = strategy.arguments[0].value.text.rsplit(".", 1)[-1]
        kind = _STRATEGIES.get(last, kind)
    offsets = arguments.get("offsetStrategy")
    if offsets is not None:
        kind = _STRATEGIES.get(offsets.text.rsplit(".", 1)[-1], "")
    yield from said_ack(kind, function.span)
    first = next((p.type for p in function.parameters if simple_type(p.type) not in row.skips), "")
    if _MANY.search(first) and "batch" not in arguments:
        yield Part(name="batch", value=Value(known=Known.EXPLICIT, text="true"), span=function.span)


_STRATEGIES = {
    "PRE_PROCESSING": "before", "POST_PROCESSING": "container", "MANUAL": "manual", "NONE": "none",
    "AUTO": "auto", "SYNC": "container", "ASYNC": "container", "SYNC_PER_RECORD": "container", "ASYNC_PER_RECORD": "container", "DISABLED": "manual",
    "SEND_TO_TRANSACTION": "container",
}  # fmt: skip


def ack_of(names: Names, row: Delivers, function: Function) -> str:
    """Who commits, as the table says; the code, where it calls what takes that over."""
    if any(call.name in row.manual_after for call in names.syntax.calls_in(function.index, nested=True)):
        return "manual"
    return row.ack


def said_ack(ack: str, span: Span) -> tuple[Part, ...]:
    """Who commits, as a part; nothing where it is not known."""
    first = Span(path=span.path, side=span.side, first_line=span.first_line, last_line=span.first_line)
    return (Part(name="ack", value=Value(known=Known.EXPLICIT, text=ack), span=first),) if ack else ()


def beans(names: Names) -> Iterator[Handling]:
    """`@Bean Consumer<Order> orders() { return order -> …; }`: the lambda is what gets the records."""
    rows = [(library, row) for library in names.libraries for row in library.delivers if row.by == "bean"]
    for function in names.syntax.functions if rows else ():
        for library, row in rows:
            made = simple_type(function.return_type) == row.name
            if made and not function.is_lambda and any(a.simple_name == row.of for a in function.annotations):
                inner = next((f for f in names.syntax.functions if f.parent == function.index and _receives(f)), None)
                if inner is not None:
                    yield _bean(names, library, row, function, inner)


def _receives(function: Function) -> bool:
    return function.is_lambda or (function.name in ("accept", "apply") and len(function.parameters) >= 1)


def _bean(names: Names, library: Library, row: Delivers, function: Function, inner: Function) -> Handling:
    records = frozenset(p.name for p in inner.parameters) or frozenset({"it"})
    reactive = re.search(r"<\s*(\w+\.)*(Flux|Mono|KStream|Publisher)\b", function.return_type)
    return Handling(
        kind="listener", library=library.id, function=inner.index, span=inner.span,
        calls=calls_in(names, inner.index, inner.span), records=derived_names(names, inner.span, records, None),
        auto_commit=_UNKNOWN, group=_UNKNOWN, topics=(), name=function.qualified,
        parts=said_ack("before" if reactive else row.ack, function.span),
    )  # fmt: skip


def extends(names: Names, function: Function, base: str) -> bool:
    """Whether the type of a method extends a type; any does where none is asked for."""
    bases = names.syntax.types[function.type].bases if function.type is not None else ()
    return not base or any(simple_type(found.split("(")[0]) == base for found in bases)


def calls_in(names: Names, function: int | None, span: Span) -> tuple[Call, ...]:
    """The calls of some lines of a function, or of a module, and of the lambdas inside it."""
    if function is None:
        return tuple(call for call in names.syntax.calls if span.contains(call.span))
    return tuple(call for call in names.syntax.calls_in(function, nested=True) if span.contains(call.span))


def consumer_value(
    names: Names, key: str, holder: str, function: int | None, clients: tuple[Client, ...], settings: tuple[Setting, ...]
) -> Value:  # fmt: skip
    """The value for the consumer behind a holder; with one consumer in the file, that one's."""
    consumers = [client for client in clients if client.kind == "consumer"]
    mine = [client for client in consumers if client.holder == holder]
    mine = mine or [client for client in consumers if bare(client.holder) == bare(holder)] or consumers
    if len(mine) > 1:  # a variable of this function, or a field that another one sets
        home = outermost(names, function)
        here = [client for client in mine if outermost(names, client.call.function) == home]
        mine = (here if "." not in holder else [client for client in mine if client not in here]) or mine
    written = {s.value for s in settings if s.key == key and s.client in ("", "consumer")}
    if len(mine) == 1 and len(written) > 1 and is_shadowed(names.syntax, holder, function):
        if outermost(names, mine[0].call.function) != outermost(names, function):
            return _UNKNOWN  # a variable of another function is called the same, and the file says several values
    if len(mine) == 1 and (value := mine[0].value(key)).known is not Known.UNKNOWN:
        return value
    return next(iter(written)) if len(written) == 1 else _UNKNOWN
