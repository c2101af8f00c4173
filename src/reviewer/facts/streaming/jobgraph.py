"""The identities that Flink gives to operators without a uid, simulated.

The id of an operator is a hash of: how many operators were numbered before it (breadth first from the sources), how many operators are
chained directly behind it, and the ids of its inputs (`StreamGraphHasherV2`). Neither its function nor its name are in it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from reviewer.clients.library import Library
from reviewer.facts.streaming.model import Operator
from reviewer.facts.streaming.names import Names, bare, simple_type
from reviewer.facts.syntax import BlockKind, Call

_KEYED = frozenset({"keyBy", "key_by", "window", "windowAll", "countWindow", "countWindowAll", "timeWindow", "timeWindowAll",
                    "window_all", "count_window", "join", "coGroup", "intervalJoin", "interval_join"})  # fmt: skip
_KEYED_TYPES = frozenset({"KeyedStream", "WindowedStream", "AllWindowedStream"})
_ALWAYS = frozenset({"reduce", "aggregate", "apply", "sum", "min", "max", "minBy", "maxBy", "min_by", "max_by"})
_FREE = frozenset({"map", "flatMap", "flat_map", "filter", "process", "transform"})


def linked(names: Names, library: Library, operators: Sequence[Operator]) -> list[Operator]:
    """The operators with their `inputs` (positions), what is known of their state, and their `identity` where no uid gives one."""
    found: list[Operator] = []
    by_call: dict[int, int] = {}
    holders: dict[tuple[str, str], int] = {}
    owners = _state_owners(names)
    for operator in operators:
        inputs = tuple(dict.fromkeys(_inputs(names, operator, by_call, holders)))
        found.append(replace(operator, inputs=inputs, kind=_kind(library, operator)))
        by_call[operator.call.index] = operator.position
        if holder := _holder(names, operator.call):
            holders[(operator.root, holder)] = operator.position
    whole = {operator.position: operator for operator in found}
    for position, operator in whole.items():
        whole[position] = replace(operator, stateful=_is_stateful(names, operator, whole, owners))
    identities = _identities(names, whole)
    return [replace(op, identity=identities.get(op.position, "")) for op in whole.values()]


def _kind(library: Library, operator: Operator) -> str:
    """source | sink | edge (decides how records travel, is no operator at run time) | node."""
    for kind in ("source", "sink", "edge"):
        if operator.op in library.operators.get(kind, frozenset()):
            return kind
    return "node"


def _holder(names: Names, call: Call) -> str:
    chain = (call, *names.syntax.continued(call))
    name = next((c.result_name for c in reversed(chain) if c.result_name), None)
    return bare(name) if name else ""


def _inputs(
    names: Names, operator: Operator, by_call: dict[int, int], holders: dict[tuple[str, str], int]
) -> list[int]:
    """The operators that feed this one: earlier in the chain, behind the variable it begins at, and the arguments of joins."""
    found: list[int] = []
    for link in reversed(names.syntax.chain(operator.call)):
        if link.index != operator.call.index:
            if link.index in by_call:
                return [by_call[link.index], *found]
        if link.name in ("connect", "union", "join", "coGroup", "intervalJoin", "interval_join"):
            for argument in link.arguments:
                if argument.value.call is not None:
                    steps = reversed(names.syntax.chain(names.syntax.calls[argument.value.call]))
                    found += [
                        p
                        for p in [next((by_call[c.index] for c in steps if c.index in by_call), None)]
                        if p is not None
                    ]
                elif (key := (operator.root, bare(argument.value.text))) in holders:
                    found.append(holders[key])
    first = names.syntax.chain(operator.call)[0]
    key = (operator.root, bare(first.receiver.split("(")[0]))
    return [holders[key], *found] if key in holders else found


def _state_owners(names: Names) -> frozenset[str]:
    """The classes of this file that hold managed state, and all classes of this file under `*`-less names."""
    kinds = {name for library in names.libraries for name in library.state_descriptors}
    types = names.syntax.types
    owners = {types[c.type].name for c in names.syntax.calls if c.type is not None and c.is_construction and simple_type(c.name) in kinds}  # fmt: skip
    return frozenset(owners | {t.name for t in types if any("Checkpointed" in base for base in t.bases)})


def _is_stateful(names: Names, operator: Operator, whole: dict[int, Operator], owners: frozenset[str]) -> bool:
    """Whether there is evidence of state: sources and sinks, aggregations, and functions that hold state or may on a keyed stream."""
    if operator.kind in ("source", "sink"):
        return operator.stateful
    if operator.kind == "edge":
        return False
    if operator.op in _ALWAYS or operator.function_class in owners:
        return True
    if operator.op not in _FREE:
        return operator.stateful
    local = any(t.name == operator.function_class for t in names.syntax.types)
    if not operator.function_class or (local and operator.op != "process"):
        return operator.op == "process" and _is_keyed(names, operator, whole)
    return _is_keyed(names, operator, whole)


def _is_keyed(names: Names, operator: Operator, whole: dict[int, Operator]) -> bool:
    """Whether it works on a keyed or windowed stream: an edge in front of it says so, or its variable's type."""
    queue = list(operator.inputs)
    while queue:
        before = whole[queue.pop()]
        if before.op in _KEYED:
            return True
        if before.kind == "edge":
            queue += before.inputs
    first = names.syntax.chain(operator.call)[0]
    return names.type_of(first.receiver.split("(")[0], operator.call.function) in _KEYED_TYPES


def _identities(names: Names, whole: dict[int, Operator]) -> dict[int, str]:
    """Breadth first over each root's nodes, as Flink does; what stands under a condition is left out."""
    found: dict[int, str] = {}
    for root in dict.fromkeys(op.root for op in whole.values()):
        nodes = {
            p: op for p, op in whole.items() if op.root == root and op.kind != "edge" and not _is_conditional(names, op)
        }
        feeds = {p: sorted({n for i in op.inputs for n in _nodes_behind(i, whole, nodes)}) for p, op in nodes.items()}
        chained = {p: len([o for o in nodes if feeds[o] == [p] and _is_forward(nodes[o], p, whole)]) for p in nodes}
        queue = [p for p in nodes if not feeds[p]]
        count = 0
        while queue:
            position = queue.pop(0)
            if position in found or any(i not in found for i in feeds[position]):
                continue
            own = whole[position]
            found[position] = own.uid or f"{count}.{chained[position]}({','.join(found[i] for i in feeds[position])})"
            count += 1
            queue += [p for p in nodes if position in feeds[p]]
    return found


def _nodes_behind(position: int, whole: dict[int, Operator], nodes: dict[int, Operator]) -> list[int]:
    """The operators at run time that stand behind an input, looking through edges and what is left out."""
    if position in nodes:
        return [position]
    return [n for i in whole[position].inputs for n in _nodes_behind(i, whole, nodes)]


def _is_forward(node: Operator, source: int, whole: dict[int, Operator]) -> bool:
    """Whether records come straight from the source operator, so that both are chained."""
    return node.inputs == (source,) or all(
        whole[i].op in ("forward", "getSideOutput", "get_side_output") and whole[i].inputs == (source,)
        for i in node.inputs
    )


def _is_conditional(names: Names, operator: Operator) -> bool:
    return names.syntax.enclosing(operator.call.blocks, BlockKind.CONDITIONAL) is not None
