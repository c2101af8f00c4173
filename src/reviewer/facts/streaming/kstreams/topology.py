"""What Streams operators are given, their windows, and the edges of the topology."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from reviewer.facts.streaming.dataflow import Link, Node, Part, Store, Window
from reviewer.facts.streaming.flink.connectors import texts
from reviewer.facts.streaming.follow import at
from reviewer.facts.streaming.kstreams.objects import Given, given_to, object_parts, window_of
from reviewer.facts.streaming.model import Operator
from reviewer.facts.streaming.names import Names, bare
from reviewer.facts.streaming.parts import first_line
from reviewer.facts.streaming.value import Known, Value
from reviewer.facts.syntax import Call, ExpressionKind

_REKEYS = frozenset({"selectKey", "map", "flatMap", "groupBy", "transform", "flatTransform", "process"})
_JOINS = frozenset({"join", "leftJoin", "outerJoin"})
_READS, _WRITES = frozenset({"stream", "table", "globalTable", "addGlobalStore"}), frozenset({"to", "through"})
_TABLES = frozenset({"table", "count", "reduce", "aggregate", "toTable"})


def with_parts(names: Names, operators: Sequence[Operator]) -> list[Operator]:
    """The operators with their parts, and the positions of what feeds them."""
    found: list[Operator] = []
    by_call: dict[int, int] = {}
    holders: dict[tuple[str, str], int] = {}
    for operator in operators:
        if operator.framework == "streams":
            inputs = tuple(dict.fromkeys(_inputs(names, operator, by_call, holders)))
            by_call[operator.call.index] = operator.position
            chain = (operator.call, *names.syntax.continued(operator.call))
            if holder := next((c.result_name for c in reversed(chain) if c.result_name), None):
                holders[(operator.root, bare(holder))] = operator.position
            operator = replace(operator, parts=tuple(_parts(names, operator)), inputs=inputs)
        found.append(operator)
    return found


def _inputs(
    names: Names, operator: Operator, by_call: dict[int, int], holders: dict[tuple[str, str], int]
) -> Iterator[int]:
    """What is in front of it in the chain, or behind the variable it begins at; for joins and merges also the other side."""
    if operator.upstream is not None:
        yield operator.upstream
    elif (key := (operator.root, bare(names.syntax.chain(operator.call)[0].receiver.split("(")[0]))) in holders:
        yield holders[key]
    first = operator.call.argument(0)
    if operator.op in (*_JOINS, "merge", "cogroup") and first is not None:
        if first.call is not None:
            steps = reversed(names.syntax.chain(names.syntax.calls[first.call]))
            yield from [by_call[c.index] for c in steps if c.index in by_call][:1]
        elif (key := (operator.root, bare(first.text))) in holders:
            yield holders[key]


def _parts(names: Names, operator: Operator) -> Iterator[Part]:
    given = list(given_to(names, operator))
    for one in given:
        yield from object_parts(one)
    span = first_line(operator.call.name_span)
    if operator.op in _REKEYS:
        yield Part(name="rekeys", value=Value(known=Known.EXPLICIT, text="true"), span=span)
    if operator.op in _JOINS:
        yield Part(name="join", value=_join(names, operator, given), span=span)


def _join(names: Names, operator: Operator, given: Sequence[Given]) -> Value:
    """stream | foreign-key | global | table, by what the call is given."""
    types = {one.type for one in given} | {
        names.type_of(a.value.text, operator.call.function) for a in operator.call.arguments
    }
    if "JoinWindows" in types:
        return Value(known=Known.EXPLICIT, text="stream")
    first = operator.call.argument(0)
    declared = names.type_of(first.text, operator.call.function) if first is not None else ""
    functions = [a for a in operator.call.arguments[1:3] if a.value.kind is ExpressionKind.LAMBDA]
    if declared == "GlobalKTable":
        return Value(known=Known.EXPLICIT, text="global")
    if "TableJoined" in types or (declared == "KTable" and len(functions) == 2):
        return Value(known=Known.EXPLICIT, text="foreign-key")
    if declared == "KTable" and operator.call.arguments and len(operator.call.arguments) <= 4:
        return Value(known=Known.EXPLICIT, text="table")
    return Value(known=Known.UNKNOWN, text=first.text if first is not None else "")


def windows(names: Names, operators: Sequence[Operator]) -> Iterator[Window]:
    """The windows that operators are given, in `windowedBy` and in joins; "" for what can't be followed."""
    for operator in operators:
        if operator.framework != "streams" or operator.op not in (*_JOINS, "windowedBy"):
            continue
        found = next((w for one in given_to(names, operator) if (w := window_of(one)) is not None), None)
        if found is None and operator.op == "windowedBy":
            found = ("", ())
        if found is not None:
            yield Window(
                framework="streams", kind=found[0], time="event", parts=(*found[1], *_emit(names, operator.call)),
                operator=operator.position, function=operator.call.function, span=first_line(operator.call.name_span),
            )  # fmt: skip


def _emit(names: Names, call: Call) -> Iterator[Part]:
    after = names.syntax.continued(call)[:1]
    if after and after[0].name == "emitStrategy" and after[0].arguments:
        text = after[0].arguments[0].value.text
        word = "window-close" if "onWindowClose" in text else "window-update" if "onWindowUpdate" in text else ""
        known = Known.EXPLICIT if word else Known.UNKNOWN
        yield Part(name="emit", value=Value(known=known, text=word or text), span=first_line(after[0].name_span))


def links(
    names: Names, operators: Sequence[Operator], stores: Sequence[Store], nodes: Sequence[Node]
) -> Iterator[Link]:
    """Source topic -> steps -> store -> sink topic. A name that is not known is no end of an edge."""
    for operator in operators:
        if operator.framework != "streams":
            continue
        yield from (Link(source=position, target=operator.position, kind="then") for position in operator.inputs)
        first = operator.call.argument(1 if operator.op == "addGlobalStore" else 0)
        if operator.op in _READS | _WRITES and first is not None:
            for topic in texts(at(names, operator.call), first):
                if topic.known is Known.EXPLICIT:
                    end = f"topic:{topic.text}"
                    yield Link(source=end, target=operator.position, kind="reads") if operator.op in _READS else Link(source=operator.position, target=end, kind="writes")  # fmt: skip
    yield from _of_stores(stores)
    yield from _of_nodes(nodes)


def _of_stores(stores: Sequence[Store]) -> Iterator[Link]:
    for store in stores:
        if store.name.known is Known.EXPLICIT and store.name.text:
            yield from (Link(source=user, target=f"store:{store.name.text}", kind="state") for user in store.users)


def _of_nodes(nodes: Sequence[Node]) -> Iterator[Link]:
    for node in nodes:
        if node.name.known is not Known.EXPLICIT:
            continue
        own = f"{'store' if node.kind == 'store' else 'node'}:{node.name.text}"
        for parent in _known(node.parents):
            kind = "state" if node.kind == "store" else "then"
            yield Link(source=f"node:{parent}", target=own, kind=kind)
        for topic in _known(node.topics):
            reads = node.kind in ("source", "global-store")
            yield Link(source=f"topic:{topic}", target=own, kind="reads") if reads else Link(source=own, target=f"topic:{topic}", kind="writes")  # fmt: skip
        yield from (Link(source=own, target=f"store:{store}", kind="state") for store in _known(node.stores))


def _known(values: Sequence[Value]) -> Iterator[str]:
    return (value.text for value in values if value.known is Known.EXPLICIT)
