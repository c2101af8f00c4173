"""The Processor API: nodes of a `Topology` by name, and punctuators."""

from __future__ import annotations

import re
from collections.abc import Iterator

from reviewer.facts.streaming.dataflow import Node, Schedule
from reviewer.facts.streaming.follow import Place, at, flat, origin, trail, value_of
from reviewer.facts.streaming.names import Names, bare, simple_type
from reviewer.facts.streaming.parts import root_type, squashed
from reviewer.facts.streaming.quantity import duration_of
from reviewer.facts.streaming.value import Known, Value
from reviewer.facts.syntax import Argument, Call, Expression, ExpressionKind

_KINDS = {"addsource": "source", "addprocessor": "processor", "addsink": "sink", "addstatestore": "store", "addglobalstore": "global-store",
          "connectprocessorandstatestores": "connect"}  # fmt: skip
_TYPES = frozenset({"Topology", "TopologyBuilder", "StreamsBuilder", "InternalTopologyBuilder"})
_NO_TEXT = re.compile(r"serializer|deserializer|serde|extractor|partitioner|AutoOffsetReset", re.IGNORECASE)


def nodes(names: Names) -> Iterator[Node]:
    """The nodes in the order of their calls."""
    for call in names.syntax.calls:
        kind = _KINDS.get(flat(call.name))
        if kind is not None and call.arguments and _is_topology(names, call):
            found = _node(names, call, kind)
            if found is not None:
                yield found


def _is_topology(names: Names, call: Call) -> bool:
    root = names.syntax.chain(call)[0]
    if root.is_construction:
        return simple_type(root.name) in _TYPES
    receiver = root.receiver
    if declared := names.type_of(receiver, root.function):
        return declared in _TYPES
    return (
        bare(receiver).lower() in ("topology", "builder", "streamsbuilder", "topologybuilder") or root.name == "build"
    )


def _node(names: Names, call: Call, kind: str) -> Node | None:
    place = at(names, call)
    given = [a for a in call.arguments if not (kind in ("source", "sink") and _is_other(names, call, a))]
    if kind == "store":
        return Node(kind=kind, name=_store_name(place, call.arguments[0].value), parents=(), topics=(), stores=(),
                    made="", call=call) if len(call.arguments) == 1 else _connected(place, call)  # fmt: skip
    if kind == "global-store":
        return _global(place, call)
    name, *rest = [value_of(place, a.value) for a in given] or [Value(known=Known.UNKNOWN, text="")]
    if kind == "source":
        return Node(kind=kind, name=name, parents=(), topics=tuple(rest), stores=(), made="", call=call)
    if kind == "sink":
        return Node(
            kind=kind, name=name, parents=tuple(rest[1:]), topics=tuple(rest[:1]), stores=(), made="", call=call
        )
    if kind == "connect":
        return Node(kind="processor", name=name, parents=(), topics=(), stores=tuple(rest), made="", call=call)
    made = squashed(call.arguments[1].value.text) if len(call.arguments) > 1 else ""
    return Node(kind=kind, name=name, parents=tuple(rest[1:]), topics=(), stores=(), made=made, call=call)


def _is_other(names: Names, call: Call, argument: Argument) -> bool:
    """A serializer, an extractor, a reset policy: neither a name nor a topic."""
    text = argument.value.text
    if value_of(at(names, call), argument.value).known is Known.EXPLICIT and argument.value.kind in (ExpressionKind.STRING, ExpressionKind.NAME):  # fmt: skip
        return False
    return _NO_TEXT.search(text) is not None or _NO_TEXT.search(names.type_of(text, call.function)) is not None


def _connected(place: Place, call: Call) -> Node:
    users = tuple(value_of(place, a.value) for a in call.arguments[1:])
    return Node(kind="store", name=_store_name(place, call.arguments[0].value), parents=users, topics=(), stores=(), made="", call=call)  # fmt: skip


def _store_name(place: Place, expression: Expression) -> Value:
    """The name in a store builder: that of the supplier which it was given."""
    steps = trail(place, expression)
    if root_type(steps) == "Stores":
        inner = trail(steps[0].place, steps[0].call.argument(0))
        if root_type(inner) == "Stores":
            return value_of(inner[0].place, inner[0].call.argument(0))
    return Value(known=Known.UNKNOWN, text=expression.text)


def _global(place: Place, call: Call) -> Node | None:
    """`addGlobalStore(store, source, [extractor], key, value, topic, processor, supplier)`; in the DSL (store, topic, consumed, supplier)."""
    values = [value_of(place, a.value) for a in call.arguments]
    store = _store_name(place, call.arguments[0].value)
    if len(values) in (3, 4):
        topic, name = values[1], values[1]
    elif len(values) in (7, 8):
        topic, name = values[-3], values[1]
    else:
        return None
    return Node(kind="global-store", name=name, parents=(), topics=(topic,), stores=(store,), made=squashed(call.arguments[-1].value.text), call=call)  # fmt: skip


def schedules(names: Names) -> Iterator[Schedule]:
    """`context.schedule(Duration.ofSeconds(10), PunctuationType.WALL_CLOCK_TIME, …)`, and Flink's timers."""
    for call in names.syntax.calls:
        name = flat(call.name)
        if name == "schedule":
            kind = next((m[1] for a in call.arguments if (m := re.search(r"\b(STREAM_TIME|WALL_CLOCK_TIME)\b", _text(names, call, a)))), "")  # fmt: skip
            if kind:
                time = "stream" if kind == "STREAM_TIME" else "wall-clock"
                yield Schedule(framework="streams", time=time, interval=duration_of(at(names, call), call.argument(0)), call=call)  # fmt: skip
        elif name in ("registereventtimetimer", "registerprocessingtimetimer"):
            text = call.arguments[0].value.text if call.arguments else ""
            time = "event" if "event" in name else "processing"
            yield Schedule(framework="flink", time=time, interval=Value(known=Known.UNKNOWN, text=text), call=call)


def _text(names: Names, call: Call, argument: Argument) -> str:
    if argument.value.kind is not ExpressionKind.NAME:
        return ""
    return origin(at(names, call), argument.value)[0].text
