"""What is said of single operators: parallelism, where the uid comes from, watermarks, asynchronous calls."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from reviewer.facts.streaming.dataflow import Link, Part
from reviewer.facts.streaming.flink.after import following
from reviewer.facts.streaming.flink.connectors import connected_parts, watermark_parts
from reviewer.facts.streaming.follow import Place, Step, at, flat, origin
from reviewer.facts.streaming.model import Builder, Operator
from reviewer.facts.streaming.names import Names, simple_type
from reviewer.facts.streaming.origin import is_clock
from reviewer.facts.streaming.parts import Says, first_line, parts_of
from reviewer.facts.streaming.quantity import duration_of
from reviewer.facts.streaming.value import Known, Value
from reviewer.facts.syntax import Call, Expression, ExpressionKind

_OWN = {
    "setparallelism": (Says(part="parallelism", read="number"),),
    "setmaxparallelism": (Says(part="max-parallelism", read="number"),),
    "setuidhash": (Says(part="uid-hash", read="text"),),
    "slotsharinggroup": (Says(part="slot-sharing-group", read="text"),),
    "disablechaining": (Says(part="chaining", read="given", words=("disabled",)),),
    "startnewchain": (Says(part="chaining", read="given", words=("new",)),),
    "setbuffertimeout": (Says(part="buffer-timeout", read="duration"),),
    "forcenonparallel": (Says(part="parallelism", read="given", words=("1",)),),
}
_TAGGED = frozenset({"process", "processbroadcast"})
_NO_STOPS = frozenset({"name", "uid", "setuidhash"})
_RANDOM = re.compile(r"\brandom|uuid|\bRandom\b", re.IGNORECASE)
_CLASS_NAME = re.compile(
    r"getClass\(\)|\.class\b|::class|get(?:Simple|Canonical)?Name\b|classOf\[|__class__|__name__|simpleName|javaClass"
)
_ASYNC = {"orderedwait": "ordered", "unorderedwait": "unordered", "orderedwaitwithretry": "ordered", "unorderedwaitwithretry": "unordered"}  # fmt: skip


def with_parts(names: Names, operators: Sequence[Operator]) -> list[Operator]:
    """The operators with their parts."""
    stops = frozenset(flat(op.op) for op in operators) - _NO_STOPS
    return [replace(op, parts=_parts(names, op, stops)) if op.framework == "flink" else op for op in operators]


def _parts(names: Names, operator: Operator, stops: frozenset[str]) -> tuple[Part, ...]:
    steps = list(following(names, operator.call, stops))
    call, place = operator.call, at(names, operator.call)
    connected = connected_parts(place, call.argument(0)) if flat(call.name) in ("fromsource", "sinkto") else ()
    return (*parts_of(steps, _OWN), *_uid_made(steps), *_watermark(names, call), *_partitioner(names, call), *connected)


def _uid_made(steps: list[Step]) -> Iterator[Part]:
    for step in steps:
        if step.name == "uid" and step.call.arguments:
            found = uid_made(step.place, step.call.arguments[0].value)
            yield Part(name="uid-made", value=found, span=first_line(step.call.name_span))


def uid_made(place: Place, expression: Expression) -> Value:
    """Where a uid comes from: literal | constant | random | time | class-name | computed; UNKNOWN for a name that can't be followed."""
    made, where = origin(place, expression)
    if where.names.resolve(made, where.function).known is Known.EXPLICIT and not _CLASS_NAME.search(made.text):
        kind = "literal" if expression.kind is ExpressionKind.STRING else "constant"
    elif _RANDOM.search(made.text):
        kind = "random"
    elif is_clock(made.text):
        kind = "time"
    elif _CLASS_NAME.search(made.text):
        kind = "class-name"
    elif made.kind is ExpressionKind.NAME:
        return Value(known=Known.UNKNOWN, text=expression.text)
    else:
        kind = "computed"
    return Value(known=Known.EXPLICIT, text=kind)


def _watermark(names: Names, call: Call) -> tuple[Part, ...]:
    position = {"fromsource": 1, "assigntimestampsandwatermarks": 0}.get(flat(call.name))
    return watermark_parts(at(names, call), call.argument(position)) if position is not None else ()


def _partitioner(names: Names, call: Call) -> tuple[Part, ...]:
    if flat(call.name) != "partitioncustom":
        return ()
    return parts_of([Step(call=call, place=at(names, call))], {"partitioncustom": (Says(part="partitioner", read="made"),)})  # fmt: skip


def links(operators: Sequence[Operator]) -> Iterator[Link]:
    """Source topic -> operators -> sink topic."""
    for operator in operators:
        if operator.framework == "flink":
            yield from (Link(source=position, target=operator.position, kind="then") for position in operator.inputs)
            for part in operator.parts:
                if part.name == "source.topic" and part.value.known is Known.EXPLICIT:
                    yield Link(source=f"topic:{part.value.text}", target=operator.position, kind="reads")
                elif part.name == "sink.topic" and part.value.known is Known.EXPLICIT:
                    yield Link(source=operator.position, target=f"topic:{part.value.text}", kind="writes")


def async_calls(names: Names) -> Iterator[Builder]:
    """`AsyncDataStream.unorderedWait(stream, function, timeout, unit, capacity)` as builders of kind async-io."""
    methods = (flat(name) for library in names.libraries for own in library.operators.values() for name in own)
    stops = frozenset(methods) - _NO_STOPS
    for call in names.syntax.calls:
        order = _ASYNC.get(flat(call.name))
        if order is None or simple_type(call.receiver) not in ("AsyncDataStream", ""):
            continue
        after = list(following(names, call, stops))
        yield Builder(
            kind="async-io", library="flink-datastream", holder=call.result_name or "", call=call,
            steps=((call.name, order, call.name_span),),
            parts=(*_async_parts(names, call, order), *parts_of(after, {**_OWN, "uid": (Says(part="uid", read="text"),)})),
        )  # fmt: skip


def _async_parts(names: Names, call: Call, order: str) -> Iterator[Part]:
    span, place = first_line(call.name_span), at(names, call)
    yield Part(name="order", value=Value(known=Known.EXPLICIT, text=order), span=span)
    timeout, unit = call.argument(2, "timeout"), call.argument(3, "time_unit")
    java = names.syntax.language != "python"
    if timeout is not None:
        yield Part(name="timeout", value=_timeout(place, timeout, unit if java else None), span=span)
    capacity = call.argument(4 if java else 3, "capacity")
    with_retry = flat(call.name).endswith("withretry")
    if capacity is not None and not (with_retry and len(call.arguments) == 5 and java):
        yield from parts_of([Step(call=call, place=place)], {flat(call.name): (Says(part="capacity", read="number", at=4 if java else 3, keyword="capacity"),)})  # fmt: skip
    if with_retry:
        yield Part(name="retry", value=Value(known=Known.EXPLICIT, text="true"), span=span)


def _timeout(place: Place, amount: Expression, unit: Expression | None) -> Value:
    scale = (
        re.fullmatch(r"(?:\w+\.)*(MILLISECONDS|SECONDS|MINUTES|HOURS|DAYS)", unit.text) if unit is not None else None
    )
    if unit is not None and scale is None:
        return Value(known=Known.UNKNOWN, text=f"{amount.text} {unit.text}")
    factors = {"MILLISECONDS": 1, "SECONDS": 1_000, "MINUTES": 60_000, "HOURS": 3_600_000, "DAYS": 86_400_000}
    return duration_of(place, amount, unit=factors[scale[1]] if scale else 1)
