"""What Kafka Streams calls the nodes of a topology: the names that `Topology.describe()` prints.

A generated name has the number of `facts/streaming/topology.py`. It is told only where the whole topology is built in one function: a
helper that adds nodes to somebody's builder shifts every number behind it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from reviewer.core.lazily import lazily
from reviewer.facts.streaming.model import FileFacts, Operator
from reviewer.facts.streaming.names import simple_type

_STREAM = {
    "map": "MAP", "flatMap": "FLATMAP", "selectKey": "KEY-SELECT", "groupBy": "KEY-SELECT", "filter": "FILTER", "filterNot": "FILTER",
    "mapValues": "MAPVALUES", "flatMapValues": "FLATMAPVALUES", "peek": "PEEK", "merge": "MERGE", "transform": "TRANSFORM",
    "flatTransform": "TRANSFORM", "transformValues": "TRANSFORMVALUES", "flatTransformValues": "TRANSFORMVALUES", "process": "PROCESSOR",
    "processValues": "PROCESSVALUES", "foreach": "FOREACH", "print": "PRINTER", "to": "SINK", "stream": "SOURCE", "toTable": "TOTABLE",
    "split": "BRANCH", "join": "JOIN", "leftJoin": "LEFTJOIN",
}  # fmt: skip
_TABLE = {
    "filter": "FILTER", "filterNot": "FILTER", "mapValues": "MAPVALUES", "transformValues": "TRANSFORMVALUES", "toStream": "TOSTREAM",
    "groupBy": "SELECT", "suppress": "SUPPRESS", "join": "MERGE", "leftJoin": "MERGE", "outerJoin": "MERGE",
}  # fmt: skip
_RESULTS = {
    "stream": "stream", "table": "table", "globalTable": "table", "toStream": "stream", "toTable": "table", "count": "table", "reduce": "table",
    "aggregate": "table", "through": "stream", "repartition": "stream",
}  # fmt: skip
# What gives a node its own name; a store's name is none.
_NAMING = (
    "Named:",
    "Consumed:",
    "Produced:",
    "Joined:",
    "TableJoined:",
    "Suppressed:",
    "Grouped:",
    "Printed:",
    "withName:",
)
#: Steps that only say how records travel: they are no nodes at run time.
NO_NODES = frozenset({"groupByKey", "windowedBy", "cogroup"})


def node_names(facts: FileFacts, feeds: Mapping[int, tuple[int, ...]]) -> dict[int, str]:
    """Names by the call of the step; steps whose name can't be told are left out."""
    operators = [op for op in facts.operators if op.framework == "streams"]
    by_call = {op.call.index: op for op in operators}
    kinds: dict[int, str] = {}
    for operator in operators:
        before = next((kinds[i] for i in feeds.get(operator.call.index, ()) if i in kinds), "stream")
        kinds[operator.call.index] = _RESULTS.get(operator.op, before)
    roots = set(_whole_roots(facts, operators))
    found: dict[int, str] = {}
    for operator in operators:
        first = next((i for i in feeds.get(operator.call.index, ()) if i in kinds), None)
        own = kinds[first] if first is not None else "stream"
        grouped = _grouped_table(operator, feeds, by_call, kinds)
        if _counts_otherwise(operator, own):
            roots.discard(operator.root)  # every number behind it would be a guess
        given = _given(operator)
        if given and operator.op == "aggregate" and _is_cogrouped(operator.call.index, feeds, by_call):
            given = f"{given}-cogroup-merge"
        name = given or (_generated(operator, own, grouped) if operator.root in roots else "")
        if name:
            found[operator.call.index] = name
    return found


def _given(operator: Operator) -> str:
    """The explicit name, as the framework makes the node's of it."""
    for name in operator.names:
        kind, _, text = name.partition(":")
        if kind == "StreamJoined" and text:
            written = " ".join(argument.value.text for argument in operator.call.arguments)
            return f"{text}-merge" if "withName(" in written or "StreamJoined.as(" in written else ""
        if kind == "Repartitioned" and text:
            return f"{text}-repartition-source"
        if name.startswith(_NAMING) and text and operator.op not in NO_NODES:
            return text
    return ""


def _is_cogrouped(index: int, feeds: Mapping[int, tuple[int, ...]], by_call: Mapping[int, Operator]) -> bool:
    before = [by_call[i] for i in feeds.get(index, ()) if i in by_call]
    return any(
        op.op == "cogroup" or (op.op == "windowedBy" and _is_cogrouped(op.call.index, feeds, by_call)) for op in before
    )


def _counts_otherwise(operator: Operator, own: str) -> bool:
    """Where it depends on more than the calls how many numbers are taken: cogroups, foreign keys, stores that are described without a name."""
    if operator.op == "cogroup":
        return True
    written = [argument.value.text for argument in operator.call.arguments]
    described = [text for text in written if "Materialized" in text]
    anonymous = any(_NAMED.search(text) is None or _TYPED.search(text) is not None for text in described)
    if own == "table" and operator.op in ("join", "leftJoin"):
        return anonymous or len([text for text in written[1:] if not _DESCRIBES.match(text)]) > 1  # by a foreign key
    if operator.op == "count" or own == "table":
        return anonymous
    return any(_TYPED.search(text) is not None for text in described)


_NAMED = lazily(r"Materialized\b[^(]*[.>]\s*`?as`?\s*\(")
_TYPED = lazily(r"as`?\s*\(\s*(?:\w+\.)*StoreType\b")
_DESCRIBES = lazily(r"(?:\w+\.)*(?:Materialized|Named|TableJoined|Joined)\b")


def _generated(operator: Operator, own: str, grouped_table: bool) -> str:
    op, first, last = operator.op, operator.number, operator.number + operator.indices - 1
    if operator.indices == 0:
        return ""
    if op in ("count", "reduce", "aggregate"):
        word = "REDUCE" if op == "reduce" else "AGGREGATE"
        if grouped_table:
            return f"KTABLE-{word}-{last:010d}"
        has_own = any("STATE-STORE" in name for name in operator.generated)
        return f"KSTREAM-{word}-{first + has_own:010d}"
    if op in ("table", "globalTable"):
        return f"KTABLE-SOURCE-{last:010d}"
    if op in ("through", "repartition"):
        return f"KSTREAM-SOURCE-{last:010d}"
    if op in ("join", "leftJoin", "outerJoin") and own == "stream":
        if operator.indices >= 5:
            return f"KSTREAM-MERGE-{last:010d}"
        return f"KSTREAM-{_STREAM.get(op, 'JOIN')}-{last:010d}"
    words = _TABLE if own == "table" else _STREAM
    return f"K{own.upper()}-{words[op]}-{first:010d}" if op in words else ""


def _grouped_table(operator: Operator, feeds: Mapping[int, tuple[int, ...]], by_call: Mapping[int, Operator], kinds: Mapping[int, str]) -> bool:  # fmt: skip
    for index in feeds.get(operator.call.index, ()):
        before = by_call.get(index)
        if before is not None and before.op == "groupBy":
            return any(kinds.get(i) == "table" for i in feeds.get(index, ()))
    return False


def _whole_roots(facts: FileFacts, operators: Iterable[Operator]) -> frozenset[str]:
    """The functions that build a whole topology: they make the builder, and nobody else in the file adds to one that is handed in."""
    makers: set[str] = set()
    for call in facts.syntax.calls:
        if call.is_construction and simple_type(call.name) in ("StreamsBuilder", "KStreamBuilder"):
            function = call.function
            while function is not None and (outer := facts.syntax.functions[function].parent) is not None:
                function = outer
            makers.add(facts.syntax.functions[function].qualified if function is not None else "")
    others = {operator.root for operator in operators} - makers
    return frozenset() if others else frozenset(makers)
