"""From streaming facts to the map: which class reads and writes which topic, and the steps of its job or topology."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from reviewer.core.stream_map import EdgeKind, NodeKind, StreamEdge, StreamMap, StreamNode
from reviewer.facts.streaming.extract import shared_constants
from reviewer.facts.streaming.model import FileFacts, Known, Role, Value
from reviewer.facts.streaming.names import Names
from reviewer.facts.syntax import Call, Expression, ExpressionKind

# Kafka Streams: sources read, these write. Flink and Spring name their topics in builders and annotations.
_STREAMS_WRITES = frozenset({"to", "through"})
_FLINK_READS = frozenset({"setTopics", "set_topics"})
_FLINK_WRITES = frozenset({"setTopic", "set_topic"})
_NAMING = frozenset({"name", "uid"})
_Link = tuple[EdgeKind, int | None, Value]


def stream_map(
    files: Iterable[FileFacts], *, beside: Iterable[FileFacts] = (), renamed: Mapping[str, str] | None = None
) -> StreamMap:
    """The map of one version. Test code is left out: its topics are nobody's.

    Files `beside` are not drawn; their constants name topics. `renamed` maps old paths to new ones, so that a moved class is the
    same node before and after.
    """
    moved = renamed or {}
    chosen = [
        replace(facts, path=moved.get(facts.path, facts.path))
        for facts in files
        if facts.libraries and not facts.is_test
    ]
    constants = shared_constants((facts.syntax, facts.names.constants) for facts in (*chosen, *beside))
    nodes: dict[str, StreamNode] = {}
    edges: set[StreamEdge] = set()
    for facts in chosen:
        for item in _of_file(facts, constants):
            if isinstance(item, StreamNode):
                nodes.setdefault(item.id, item)
            else:
                edges.add(item)
    return StreamMap(nodes=tuple(sorted(nodes.values())), edges=tuple(sorted(edges)))


def _of_file(facts: FileFacts, constants: Mapping[str, str]) -> Iterator[StreamNode | StreamEdge]:
    names = replace(facts.names, external=constants)
    for kind, function, topic in _links(facts, names):
        if not topic.text:
            continue
        client, node = _client(facts, function), _topic(topic)
        yield client
        yield node
        ends = (node.id, client.id) if kind is EdgeKind.READS else (client.id, node.id)
        yield StreamEdge(source=ends[0], target=ends[1], kind=kind)
    yield from _operators(facts)


def _links(facts: FileFacts, names: Names) -> Iterator[_Link]:
    """Every place where a topic is named: (reads or writes, function, topic)."""
    for send in facts.sends:
        if send.topic is not None:
            yield EdgeKind.WRITES, send.operation.call.function, _resolved(names, send.topic, send.operation.call)
    for operation in facts.operations_of(Role.SUBSCRIBE):
        for topic in _each(names, operation.call.argument(0, "topics"), operation.call):
            yield EdgeKind.READS, operation.call.function, topic
    for handling in facts.handlings:
        for text in handling.topics:
            for topic in _written(names, text):
                yield EdgeKind.READS, handling.function, topic
    for operator in facts.operators:
        if operator.framework == "streams" and operator.op in ("stream", "table", "globalTable", *_STREAMS_WRITES):
            kind = EdgeKind.WRITES if operator.op in _STREAMS_WRITES else EdgeKind.READS
            for topic in _each(names, operator.call.argument(0), operator.call):
                yield kind, operator.call.function, topic
    if "flink-datastream" in facts.libraries:
        yield from _flink(facts, names)


def _flink(facts: FileFacts, names: Names) -> Iterator[_Link]:
    for call in facts.syntax.calls:
        if call.name in _FLINK_READS or call.name in _FLINK_WRITES:
            kind = EdgeKind.READS if call.name in _FLINK_READS else EdgeKind.WRITES
            for argument in call.arguments:
                for topic in _each(names, argument.value, call):
                    yield kind, call.function, topic


def _each(names: Names, expression: Expression | None, call: Call) -> Iterator[Value]:
    """A topic, or each topic of a list: `List.of(a, b)`, `["a", "b"]`."""
    if expression is None:
        return
    if expression.kind is ExpressionKind.COLLECTION:
        for entry in expression.entries:
            yield _resolved(names, entry.value, call)
    elif expression.call is not None and (made := names.syntax.calls[expression.call]).name in _LISTS:
        for argument in made.arguments:
            yield _resolved(names, argument.value, call)
    else:
        yield _resolved(names, expression, call)


_LISTS = frozenset({"of", "asList", "singletonList", "singleton", "listOf", "setOf"})


def _resolved(names: Names, expression: Expression, call: Call) -> Value:
    return names.resolve(expression, call.function)


def _written(names: Names, text: str) -> Iterator[Value]:
    """The topics of an annotation, which is known as text: one literal, a constant, or several in braces or brackets."""
    for part in re.split(r"\s*,\s*", text.strip("{}[] ")):
        literal = re.fullmatch(r"[\"']([^\"'$#]+)[\"']", part)
        known = literal.group(1) if literal else names.constants.get(part) or names.external.get(part)
        if known is not None:
            yield Value(known=Known.EXPLICIT, text=known)
        elif part:
            yield Value(known=Known.UNKNOWN, text=part.strip("\"'"))


def _topic(value: Value) -> StreamNode:
    is_known = value.known is Known.EXPLICIT
    name = "topic" if is_known else "topic?"
    return StreamNode(id=f"{name}:{value.text}", kind=NodeKind.TOPIC, label=value.text, is_known=is_known)


def _client(facts: FileFacts, function: int | None) -> StreamNode:
    """The class around a function, or the file when there is none."""
    owner = facts.syntax.functions[function].type if function is not None else None
    name = facts.syntax.types[owner].name if owner is not None else facts.path.rsplit("/", 1)[-1]
    line = facts.syntax.types[owner].span.first_line if owner is not None else 1
    titles = [library.title for library in facts.names.libraries if library.id in _telling(facts.libraries)]
    return StreamNode(
        id=f"client:{facts.path}#{name}", kind=NodeKind.CLIENT, label=f"{name} ({', '.join(titles)})", path=facts.path,
        line=line,
    )  # fmt: skip


def _telling(used: frozenset[str]) -> frozenset[str]:
    """Streams and Spring code imports the plain client too: that says nothing more."""
    return used - {"kafka-clients"} or used


def _operators(facts: FileFacts) -> Iterator[StreamNode | StreamEdge]:
    """The steps in order, each joined to the one it is chained to."""
    ids: dict[int, str] = {}
    seen: dict[str, int] = {}
    for operator in facts.operators:
        if operator.op in _NAMING:
            if operator.upstream in ids:
                ids[operator.position] = ids[operator.upstream]
            continue
        client = _client(facts, operator.call.function)
        named = operator.uid or operator.name.rsplit(":", 1)[-1]
        base = f"{client.id}/{operator.op}:{named}"
        seen[base] = seen.get(base, 0) + 1
        identity = base if seen[base] == 1 else f"{base}:{seen[base]}"
        ids[operator.position] = identity
        yield client
        yield StreamNode(
            id=identity, kind=NodeKind.OPERATOR, label=f"{operator.op} {named}".strip(), path=facts.path,
            line=operator.call.name_span.first_line, inside=client.id,
        )  # fmt: skip
        for before in operator.inputs or (operator.upstream,):
            if before is not None and before in ids:
                yield StreamEdge(source=ids[before], target=identity, kind=EdgeKind.THEN)
