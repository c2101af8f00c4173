"""The numbers that Kafka Streams gives to what has no name, simulated.

Every DSL call takes one or more numbers from one counter per builder, in the order of the calls (`InternalStreamsBuilder`, `KStreamImpl`,
`KTableImpl`, `KStreamImplJoin`, `GroupedStreamAggregateBuilder`). A name does not save a processor's number; a store's, it does.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from reviewer.facts.streaming.model import Known, Operator
from reviewer.facts.streaming.names import Names, bare
from reviewer.facts.syntax import Call, Expression, ExpressionKind

# What an operator returns, where that is not what it was called on.
_RESULTS = {
    "stream": "stream", "table": "table", "globalTable": "global", "toStream": "stream", "toTable": "table", "count": "table",
    "reduce": "table", "aggregate": "table", "split": "branched", "cogroup": "cogrouped", "through": "stream", "repartition": "stream",
}  # fmt: skip
_TYPES = {
    "KStream": "stream", "KTable": "table", "GlobalKTable": "global", "KGroupedStream": "grouped-stream",
    "KGroupedTable": "grouped-table", "TimeWindowedKStream": "grouped-stream", "SessionWindowedKStream": "grouped-stream",
    "CogroupedKStream": "cogrouped", "BranchedKStream": "branched", "StreamsBuilder": "builder", "KStreamBuilder": "builder",
}  # fmt: skip
_REKEYS = frozenset({"map", "flatMap", "selectKey", "groupBy", "transform", "flatTransform", "process"})
_KEEPS = frozenset({"filter", "filterNot", "mapValues", "flatMapValues", "peek", "transformValues", "flatTransformValues",
                    "processValues", "groupByKey", "windowedBy", "split", "branch", "merge"})  # fmt: skip
_FREE_WHEN_NAMED = frozenset({"process", "transform", "flatTransform", "processValues"})
_REPARTITION = 3  # sink, filter and source of a repartition topic
_JOIN_SIDES = {"join": ("JOINTHIS", "JOINOTHER"), "leftJoin": ("JOINTHIS", "OUTEROTHER"), "outerJoin": ("OUTERTHIS", "OUTEROTHER")}  # fmt: skip


@dataclass(slots=True)
class _Walk:
    """The counter of one builder and what is known of the streams met so far: kind, whether the key changed, the last node's name."""

    count: int = 0
    results: dict[int, _Stream] = field(default_factory=dict)  # call -> what it returns
    variables: dict[str, _Stream] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Stream:
    kind: str
    rekeyed: bool = False
    node: str = ""
    groups: int = 0


def numbered(names: Names, operators: Sequence[Operator]) -> Iterator[Operator]:
    """The operators of Streams topologies with `number`, `indices` and `generated`, counted per root from 0."""
    walks: dict[str, _Walk] = {}
    for operator in operators:
        walk = walks.setdefault(operator.root, _Walk())
        own = _receiver(names, walk, operator.call)
        taken = _taken(names, walk, operator, own)
        generated = tuple(
            f"{name}{walk.count + offset:010d}{suffix}" for offset, (name, suffix) in enumerate(taken) if suffix is not None
        )  # fmt: skip
        yield replace(operator, number=walk.count, indices=len(taken), generated=(*generated, *_by_node(names, walk, operator, own)),
                      stateful=bool(generated) or (operator.stateful and operator.op not in _JOIN_SIDES))  # fmt: skip
        _remember(names, walk, operator, own, taken)
        walk.count += len(taken)


def _receiver(names: Names, walk: _Walk, call: Call) -> _Stream:
    """What a call is made on: the result of the chain so far, a variable met before, or by its declared type."""
    if call.receiver_call is not None:
        for link in reversed(names.syntax.chain(call)[:-1]):
            if link.index in walk.results:
                return walk.results[link.index]
    return _variable(names, walk, call.receiver.split("(")[0], call.function)


def _variable(names: Names, walk: _Walk, text: str, function: int | None) -> _Stream:
    known = walk.variables.get(bare(re.sub(r"\[.*$", "", text)))
    return known or _Stream(_TYPES.get(names.type_of(text, function), "stream"))


def _other(names: Names, walk: _Walk, call: Call) -> _Stream | None:
    """The first argument of a join or merge, when it can be told what it is."""
    first = call.argument(0)
    if first is None:
        return None
    if first.call is not None:
        return walk.results.get(first.call)
    known = walk.variables.get(bare(first.text))
    declared = _TYPES.get(names.type_of(first.text, call.function))
    return known or (_Stream(declared) if declared else None)


Taken = list[tuple[str, str | None]]  # (prefix, suffix behind the number; None for names that nothing outlives)


def _plain(count: int) -> Taken:
    return [("", None)] * count


def _taken(names: Names, walk: _Walk, operator: Operator, own: _Stream) -> Taken:
    """The numbers that one operator takes, in order."""
    op, call = operator.op, operator.call
    if op in _JOIN_SIDES:
        return _join(names, walk, operator, own)
    if op in ("count", "reduce", "aggregate"):
        return _aggregation(names, operator, own)
    if op in ("table", "globalTable"):
        return _table(names, operator)
    if op == "toTable":
        store = [] if _has_store_name(names, operator) else [("KSTREAM-TOTABLE-STATE-STORE-", "")]
        return [*_plain(1), *store, *_plain(_REPARTITION if own.rekeyed else 0)]
    if op == "suppress":
        return [] if operator.names else [("", None), ("KTABLE-SUPPRESS-STATE-STORE-", "")]
    if op == "repartition":
        return [*([] if operator.names else [("KSTREAM-REPARTITION-", "-repartition")]), *_plain(_REPARTITION)]
    if op == "branch" and own.kind != "branched":
        return _plain(1 + len([a for a in call.arguments if not a.value.text.startswith("Named.")]))
    if op in _FREE_WHEN_NAMED and any(name.startswith("Named:") for name in operator.names):
        return []
    return _plain(_simple(names, operator, own))


def _simple(names: Names, operator: Operator, own: _Stream) -> int:
    op, call = operator.op, operator.call
    if op in ("groupByKey", "windowedBy", "cogroup"):
        return 0
    if op in ("through", "addGlobalStore") or (op == "toStream" and _is_mapper(call.argument(0))):
        return 2
    if own.kind == "table" and op in ("filter", "filterNot", "mapValues", "transformValues"):
        return 1 if not _materialized(operator) or _has_store_name(names, operator) else 2
    return 1


def _is_mapper(expression: Expression | None) -> bool:
    return expression is not None and not expression.text.startswith("Named.")


def _materialized(operator: Operator) -> bool:
    return any(a.value.text.startswith("Materialized") for a in operator.call.arguments)


def _has_store_name(names: Names, operator: Operator) -> bool:
    """A name of the store itself; one in a variable can't be seen, and is taken for one."""
    if any(name.startswith(("Materialized:", "Stores:")) for name in operator.names):
        return True
    if _is_named_by_text(names, operator):
        return True
    for argument in operator.call.arguments:
        text = argument.value.text
        if re.search(r"\bMaterialized\b[^(]*\.(`as`|as)\b", text) or "StoreSupplier" in text:
            return True
        if argument.value.kind is ExpressionKind.NAME and re.search(r"materiali[sz]ed|store", text, re.IGNORECASE):
            return True
        if (
            re.match(r"(\w+\.)*\w*(materiali[sz]ed|store)\w*\(", text, re.IGNORECASE)
            and "Materialized" not in text[:12]
        ):
            return True
    return False


def _is_named_by_text(names: Names, operator: Operator) -> bool:
    """Before 1.0 a store was named by a string: the last one, behind the topic of a table."""
    values = (a.value for a in operator.call.arguments)
    texts = [v for v in values if v.call is None and names.resolve(v, operator.call.function).known is Known.EXPLICIT]
    strings = [v for v in texts if v.kind in (ExpressionKind.STRING, ExpressionKind.NAME)]
    return len(strings) > (1 if operator.op in ("table", "globalTable") else 0) and operator.op not in _JOIN_SIDES


def _aggregation(names: Names, operator: Operator, own: _Stream) -> Taken:
    prefix = "REDUCE" if operator.op == "reduce" else "AGGREGATE"
    named = _has_store_name(names, operator)
    if own.kind == "grouped-table":
        store = f"KTABLE-{prefix}-STATE-STORE-"
        return [*([] if named else [(store, "")]), *_plain(3)]
    if own.kind == "cogrouped":
        store = "COGROUPKSTREAM-AGGREGATE-STATE-STORE-"
        return [
            *([] if named else [(store, "")]),
            *_plain(own.groups + 1 + (_REPARTITION * own.groups if own.rekeyed else 0)),
        ]
    store = f"KSTREAM-{prefix}-STATE-STORE-"
    return [*([] if named else [(store, "")]), *_plain(1 + (_REPARTITION if own.rekeyed else 0))]


def _table(names: Names, operator: Operator) -> Taken:
    if _has_store_name(names, operator):
        return _plain(2)
    topic = operator.call.argument(0)
    text = names.resolve(topic, operator.call.function).text if topic is not None else "topic"
    suffix = "" if operator.op == "table" else None  # a global table has no changelog
    return [(f"{text}-STATE-STORE-", suffix), *_plain(2)]


def _join(names: Names, walk: _Walk, operator: Operator, own: _Stream) -> Taken:
    other = _other(names, walk, operator.call)
    before = _REPARTITION if own.rekeyed else 0
    if _is_windowed(names, operator, own, other):
        before += _REPARTITION if other is not None and other.rekeyed else 0
        left, right = _JOIN_SIDES[operator.op]
        named = any(re.match(r"(StreamJoined:|withStoreName:)", name) for name in operator.names) or _is_opaque(
            operator
        )
        suffix = None if named else "-store"
        return [*_plain(before + 2), (f"KSTREAM-{left}-", suffix), (f"KSTREAM-{right}-", suffix), ("", None)]
    if own.kind == "table":
        burnt = 1 if _materialized(operator) and not _has_store_name(names, operator) else 0
        return _plain(3 + burnt)
    return _plain(1 + (before if other is None or other.kind != "global" else 0))


def _is_windowed(names: Names, operator: Operator, own: _Stream, other: _Stream | None) -> bool:
    """A join of two streams: it is the only one that takes windows."""
    if own.kind != "stream" or (other is not None and other.kind in ("table", "global")):
        return False
    texts = [a.value.text for a in operator.call.arguments]
    types = [names.type_of(text, operator.call.function) for text in texts if re.fullmatch(r"[\w.]+", text)]
    return "JoinWindows" in types or any("JoinWindows." in text for text in texts)


def _is_opaque(operator: Operator) -> bool:
    """The last argument is a variable or a helper that may carry the store's name."""
    last = operator.call.arguments[-1].value if len(operator.call.arguments) > 3 else None
    return last is not None and "StreamJoined" not in last.text


def _by_node(names: Names, walk: _Walk, operator: Operator, own: _Stream) -> tuple[str, ...]:
    """The repartition topic of an unnamed join is called after the node in front of it."""
    if operator.op not in _JOIN_SIDES or not own.rekeyed or not own.node:
        return ()
    other = _other(names, walk, operator.call)
    if (other is not None and other.kind == "global") or any(
        n.startswith(("Joined:", "StreamJoined:", "withName:")) for n in operator.names
    ):
        return ()
    return (f"{own.node}-repartition",)


_NODES = {"map": "KSTREAM-MAP-", "flatMap": "KSTREAM-FLATMAP-", "selectKey": "KSTREAM-KEY-SELECT-", "filter": "KSTREAM-FILTER-",
          "filterNot": "KSTREAM-FILTER-", "mapValues": "KSTREAM-MAPVALUES-", "flatMapValues": "KSTREAM-FLATMAPVALUES-",
          "peek": "KSTREAM-PEEK-", "merge": "KSTREAM-MERGE-", "transform": "KSTREAM-TRANSFORM-", "process": "KSTREAM-PROCESSOR-",
          "transformValues": "KSTREAM-TRANSFORMVALUES-", "processValues": "KSTREAM-PROCESSVALUES-"}  # fmt: skip


def _remember(names: Names, walk: _Walk, operator: Operator, own: _Stream, taken: Taken) -> None:
    op, call = operator.op, operator.call
    rekeyed = (own.rekeyed and op in _KEEPS) or (op in _REKEYS and own.kind in ("stream", "branched"))
    if op in ("merge", "cogroup"):
        other = _other(names, walk, call)
        rekeyed = rekeyed or (other is not None and other.rekeyed)
    kind = _RESULTS.get(op, own.kind)
    if op in ("groupBy", "groupByKey"):
        kind = "grouped-table" if own.kind == "table" else "grouped-stream"
    node = f"{_NODES[op]}{walk.count:010d}" if op in _NODES and taken and not operator.names else ""
    made = _Stream(kind, rekeyed, node, own.groups + 1 if op == "cogroup" else 0)
    walk.results[call.index] = made
    holder = next((c.result_name for c in (*reversed(names.syntax.continued(call)), call) if c.result_name), None)
    if holder:
        walk.variables[bare(holder)] = made  # a later operator of the same chain overwrites it
