"""Jobs and topologies: source topic -> steps -> stores -> sink topic, of Flink, Kafka Streams and its Processor API."""

from __future__ import annotations

from collections.abc import Iterator

from reviewer.core.span import Span
from reviewer.core.stream_map import EdgeKind, NodeKind, StreamNode
from reviewer.facts.stream_map.call_names import TopicName
from reviewer.facts.stream_map.connectors import connected, draw_builders, valued
from reviewer.facts.stream_map.feeds import Feeds
from reviewer.facts.stream_map.parts import Drawing
from reviewer.facts.stream_map.step_names import node_names
from reviewer.facts.streaming.dataflow import Node, Store
from reviewer.facts.streaming.model import FileFacts, Known, Operator
from reviewer.facts.syntax import Call

_READS = frozenset({"stream", "table", "globalTable", "addGlobalStore"})
_WRITES = frozenset({"to", "through"})
_NAMING = frozenset({"name", "uid", "setUidHash", "set_uid_hash"})
_TOPIC_AT = {"addGlobalStore": 1}


def draw_steps(drawing: Drawing, facts: FileFacts) -> None:
    """The steps of one file, their topics and stores."""
    if facts.operators:
        _draw_operators(drawing, facts)
    if facts.nodes:
        _draw_nodes(drawing, facts)
    if "flink-datastream" in facts.libraries:
        draw_builders(drawing, facts)


def _draw_operators(drawing: Drawing, facts: FileFacts) -> None:
    feeds = Feeds(facts)
    into = {op.call.index: feeds.into(op) for op in facts.operators}
    names = node_names(facts, into)
    drawn = _Steps(drawing, facts, names)
    for operator in facts.operators:
        if operator.op not in _NAMING:
            drawn.add(operator)
    for call in feeds.static.values():
        drawn.add_static(call)
        for index in feeds.into_static(call):
            drawn.feed_static(index, call)
    for operator in facts.operators:
        if operator.op in _NAMING:
            continue
        for index in into[operator.call.index]:
            drawn.feed(index, operator)
        for topic, kind, span in _topics(drawing, facts, operator):
            step, end = drawn.nodes[operator.call.index], drawing.topic(topic, facts)
            if kind is EdgeKind.READS:
                drawing.join(
                    end,
                    step,
                    kind,
                    span,
                    facts,
                    _application(drawing, facts) if operator.framework == "streams" else _flink_group(operator),
                )
            else:
                drawing.join(step, end, kind, span, facts)
    _draw_stores(drawing, facts, drawn)


class _Steps:
    """The drawn steps of one file by the call that makes them."""

    def __init__(self, drawing: Drawing, facts: FileFacts, names: dict[int, str]) -> None:
        self.nodes: dict[int, StreamNode] = {}
        self._drawing, self._facts, self._names = drawing, facts, names
        self._seen: dict[str, int] = {}

    def add(self, operator: Operator) -> None:
        """A step, in the frame of its class."""
        client = self._drawing.client(self._facts, operator.call.function)
        given = operator.uid if operator.uid and operator.uid_known else operator.name.rsplit(":", 1)[-1]
        base = f"{client.id}/{operator.op}:{given or ''}"
        self._seen[base] = self._seen.get(base, 0) + 1
        identity = base if self._seen[base] == 1 else f"{base}:{self._seen[base]}"
        self.nodes[operator.call.index] = self._drawing.add(
            StreamNode(
                id=identity, kind=NodeKind.OPERATOR, label=f"{operator.op} {given or ''}".strip(), path=client.path,
                line=operator.call.name_span.first_line, inside=client.id, name=self._names.get(operator.call.index, ""),
            )
        )  # fmt: skip

    def add_static(self, call: Call) -> None:
        """A step that a static method makes."""
        client = self._drawing.client(self._facts, call.function)
        base = f"{client.id}/{call.receiver}.{call.name}"
        self._seen[base] = self._seen.get(base, 0) + 1
        self.nodes[call.index] = self._drawing.add(
            StreamNode(
                id=base if self._seen[base] == 1 else f"{base}:{self._seen[base]}", kind=NodeKind.OPERATOR, label=f"{call.receiver}.{call.name}",
                path=client.path, line=call.name_span.first_line, inside=client.id,
            )
        )  # fmt: skip

    def feed_static(self, index: int, call: Call) -> None:
        """An arrow to such a step."""
        if index in self.nodes:
            self._drawing.join(self.nodes[index], self.nodes[call.index], EdgeKind.THEN, call.name_span, self._facts)

    def feed(self, index: int, operator: Operator) -> None:
        """An arrow from the step that a call made."""
        source, target = self.nodes.get(index), self.nodes[operator.call.index]
        if source is not None:
            self._drawing.join(source, target, EdgeKind.THEN, operator.call.name_span, self._facts)


def _topics(drawing: Drawing, facts: FileFacts, operator: Operator) -> Iterator[tuple[TopicName, EdgeKind, Span]]:
    call = operator.call
    if operator.framework == "streams":
        if operator.op in _READS | _WRITES:
            kinds = (
                (EdgeKind.WRITES,)
                if operator.op == "to"
                else (EdgeKind.WRITES, EdgeKind.READS)
                if operator.op == "through"
                else (EdgeKind.READS,)
            )
            for topic in drawing.topics.several(facts, call.argument(_TOPIC_AT.get(operator.op, 0)), call.function):
                yield from ((topic, kind, call.name_span) for kind in kinds)
        return
    yield from connected(drawing, facts, operator)


def _flink_group(operator: Operator) -> str:
    found = [p.value.text for p in operator.parts if p.name == "source.group" and p.value.known is Known.EXPLICIT]
    return found[-1] if found else ""


def _application(drawing: Drawing, facts: FileFacts) -> str:
    """The application id is the group of everything that a topology reads."""
    found = {s.value.text for s in facts.settings if s.key == "application.id" and s.value.known is Known.EXPLICIT}
    if len(found) == 1 and "{" not in (text := next(iter(found))):
        return text
    return "" if found else drawing.topics.constants.key("spring.kafka.streams.application-id", facts.path) or ""


def _draw_stores(drawing: Drawing, facts: FileFacts, drawn: _Steps) -> None:
    by_position = {op.position: op for op in facts.operators if op.framework == "streams"}
    kept: set[int] = set()
    for store in facts.stores:
        users = [by_position[user] for user in store.users if isinstance(user, int) and user in by_position]
        for operator in users:
            name = _store_name(store, operator)
            if name is not None and operator.call.index in drawn.nodes:
                kept.add(operator.position)
                node = _store(drawing, facts, operator.call.function, *name, store.call.name_span)
                drawing.join(drawn.nodes[operator.call.index], node, EdgeKind.KEEPS, store.call.name_span, facts)
    for operator in by_position.values():
        for generated in operator.generated:
            if "STATE-STORE" in generated and operator.position not in kept and operator.call.index in drawn.nodes:
                node = _store(
                    drawing,
                    facts,
                    operator.call.function,
                    f"{operator.op} (no name)",
                    False,
                    operator.call.name_span,
                    operator.position,
                )
                drawing.join(drawn.nodes[operator.call.index], node, EdgeKind.KEEPS, operator.call.name_span, facts)


def _store_name(store: Store, operator: Operator) -> tuple[str, bool] | None:
    if store.name.text:
        return store.name.text, store.name.known is Known.EXPLICIT
    return None


def _store(drawing: Drawing, facts: FileFacts, function: int | None, name: str, is_known: bool, span: Span, number: int | None = None) -> StreamNode:  # fmt: skip
    """A store belongs to its application: one of the same name in another class is another one."""
    client = drawing.client(facts, function)
    tail = name if number is None else f"{name}#{number}"
    return drawing.add(
        StreamNode(
            id=f"store:{client.id.removeprefix('client:')}/{tail}", kind=NodeKind.STORE, label=name, path=client.path, line=span.first_line,
            inside=client.id, is_known=is_known,
        )
    )  # fmt: skip


def _draw_nodes(drawing: Drawing, facts: FileFacts) -> None:
    """The Processor API: nodes by their names. What is added to a DSL topology with the same names hangs together with it."""
    made: dict[str, StreamNode] = {}
    for node in facts.nodes:
        if node.kind != "store":
            _draw_node(drawing, facts, node, made)
    for node in facts.nodes:
        if node.kind == "store":
            _connect(drawing, facts, node, made)
            continue
        own = made.get(node.name.text)
        for parent in node.parents:
            if own is not None and parent.text in made:
                drawing.join(made[parent.text], own, EdgeKind.THEN, node.call.name_span, facts)
        for store in node.stores:
            if own is not None and store.text:
                target = _store(
                    drawing, facts, node.call.function, store.text, store.known is Known.EXPLICIT, node.call.name_span
                )
                drawing.join(own, target, EdgeKind.KEEPS, node.call.name_span, facts)


def _draw_node(drawing: Drawing, facts: FileFacts, node: Node, made: dict[str, StreamNode]) -> None:
    client = drawing.client(facts, node.call.function)
    text = node.name.text or node.kind
    known = node.name.known is Known.EXPLICIT
    own = drawing.add(
        StreamNode(
            id=f"{client.id}/node:{text}", kind=NodeKind.OPERATOR, label=f"{node.kind} {text}", path=client.path,
            line=node.call.name_span.first_line, inside=client.id, is_known=known, name=text if known else "",
        )
    )  # fmt: skip
    made.setdefault(node.name.text, own)
    for value in node.topics:
        for name in valued(drawing, facts, value, node.call):
            topic = drawing.topic(name, facts)
            if node.kind in ("source", "global-store"):
                drawing.join(topic, own, EdgeKind.READS, node.call.name_span, facts, _application(drawing, facts))
            else:
                drawing.join(own, topic, EdgeKind.WRITES, node.call.name_span, facts)


def _connect(drawing: Drawing, facts: FileFacts, node: Node, made: dict[str, StreamNode]) -> None:
    users = [made[parent.text] for parent in node.parents if parent.text in made]
    if users:
        store = _store(
            drawing, facts, node.call.function, node.name.text, node.name.known is Known.EXPLICIT, node.call.name_span
        )
        for user in users:
            drawing.join(user, store, EdgeKind.KEEPS, node.call.name_span, facts)
