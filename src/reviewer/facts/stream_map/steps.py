"""Jobs and topologies: source topic -> steps -> stores -> sink topic, of Flink, Kafka Streams and its Processor API."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from reviewer.core.span import Span
from reviewer.core.stream_map import EdgeKind, NodeKind, StreamNode
from reviewer.facts.stream_map.call_names import TopicName
from reviewer.facts.stream_map.feeds import Feeds
from reviewer.facts.stream_map.made_elsewhere import made_elsewhere
from reviewer.facts.stream_map.old_connectors import OLD, of_old
from reviewer.facts.stream_map.parts import Drawing
from reviewer.facts.stream_map.step_names import node_names
from reviewer.facts.streaming.dataflow import Node, Part, Store
from reviewer.facts.streaming.follow import at, origin
from reviewer.facts.streaming.model import Builder, FileFacts, Known, Operator, Value
from reviewer.facts.syntax import Call

_READS = frozenset({"stream", "table", "globalTable", "addGlobalStore"})
_WRITES = frozenset({"to", "through"})
_NAMING = frozenset({"name", "uid", "setUidHash", "set_uid_hash"})
_BUILT = {"kafka-source": EdgeKind.READS, "kafka-sink": EdgeKind.WRITES}
_TOPIC_PARTS = ("topic", "topic-pattern", "topic-selector")
_TOPIC_AT = {"addGlobalStore": 1}


def draw_steps(drawing: Drawing, facts: FileFacts) -> None:
    """The steps of one file, their topics and stores."""
    if facts.operators:
        _draw_operators(drawing, facts)
    if facts.nodes:
        _draw_nodes(drawing, facts)
    if "flink-datastream" in facts.libraries:
        _draw_builders(drawing, facts)


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
    for part in operator.parts:
        kind = {
            "source.topic": EdgeKind.READS,
            "source.topic-pattern": EdgeKind.READS,
            "sink.topic": EdgeKind.WRITES,
            "sink.topic-selector": EdgeKind.WRITES,
        }.get(part.name)
        if kind is not None:
            if part.span.path != facts.path:
                drawing.handed.add((part.span.path, part.span.first_line, part.span.last_line))
            yield from ((name, kind, part.span) for name in _of_part(drawing, facts, part, call))
    own = list(_old_connectors(drawing, facts, call))
    yield from own
    if not own and not any(
        part.name.endswith((".topic", ".topic-pattern", ".topic-selector")) for part in operator.parts
    ):
        yield from made_elsewhere(drawing, facts, call, lambda other, made: _of_maker(drawing, other, made))


def _of_maker(drawing: Drawing, facts: FileFacts, made: Call | Builder) -> Iterator[tuple[TopicName, EdgeKind, Span]]:
    """The topics of a connector that is constructed or built."""
    if isinstance(made, Call):
        if made.name.startswith(OLD):
            yield from of_old(drawing, facts, made)
        return
    kind = _BUILT.get(made.kind)
    for part in made.parts if kind is not None else ():
        if kind is not None and part.name in _TOPIC_PARTS:
            yield from ((name, kind, part.span) for name in _valued(drawing, facts, part.value, made.call))


def _draw_builders(drawing: Drawing, facts: FileFacts) -> None:
    """Sources and sinks that a class makes for a job somewhere else: they hang on the class."""
    path = drawing.path(facts)
    drawn = {(e.kind, e.source if e.kind is EdgeKind.READS else e.target) for e in drawing.edges if e.path == path}
    kinds = {kind for kind, _ in drawn}
    for call in facts.syntax.calls:
        if call.is_construction and call.name.startswith(OLD):
            _draw_old(drawing, facts, call, drawn)
    for builder in facts.builders:
        kind = _BUILT.get(builder.kind)
        group = next((p.value.text for p in builder.parts if p.name == "group" and p.value.known is Known.EXPLICIT), "")
        for part in builder.parts if kind is not None else ():
            if part.name not in _TOPIC_PARTS:
                continue
            for name in _valued(drawing, facts, part.value, builder.call):
                if kind is None or (not name.is_known and kind in kinds) or (kind, f"topic:{name.text}") in drawn:
                    continue
                client, topic = drawing.client(facts, builder.call.function), drawing.topic(name, facts)
                ends = (topic, client) if kind is EdgeKind.READS else (client, topic)
                drawing.join(*ends, kind, part.span, facts, group if kind is EdgeKind.READS else "")


def _draw_old(drawing: Drawing, facts: FileFacts, call: Call, drawn: set[tuple[EdgeKind, str]]) -> None:
    for name, kind, span in of_old(drawing, facts, call):
        if (kind, f"topic:{name.text}") not in drawn and (name.is_known or kind not in {k for k, _ in drawn}):
            client, topic = drawing.client(facts, call.function), drawing.topic(name, facts)
            drawing.join(*((topic, client) if kind is EdgeKind.READS else (client, topic)), kind, span, facts)


def _old_connectors(drawing: Drawing, facts: FileFacts, call: Call) -> Iterator[tuple[TopicName, EdgeKind, Span]]:
    """`addSource(new FlinkKafkaConsumer<>("orders", …))`, `addSink(new FlinkKafkaProducer<>("out", …))`, also through a variable."""
    if call.name not in ("addSource", "addSink", "add_source", "add_sink") or not call.arguments:
        return
    made = _construction(facts, call)
    if made is not None and made.name.startswith(OLD):
        yield from of_old(drawing, facts, made)


def _construction(facts: FileFacts, call: Call) -> Call | None:
    made, where = origin(at(facts.names, call), call.arguments[0].value)
    return where.syntax.calls[made.call] if made.call is not None and where.syntax is facts.syntax else None


def _valued(drawing: Drawing, facts: FileFacts, value: Value, call: Call) -> Iterator[TopicName]:
    if value.known is Known.EXPLICIT and "{" not in value.text:
        yield TopicName(text=value.text, is_known=True)
        return
    text = f'"{value.text}"' if value.known is Known.EXPLICIT else value.text
    yield from drawing.topics.several_of_text(facts, text, call.function)


def _of_part(drawing: Drawing, facts: FileFacts, part: Part, call: Call) -> Iterator[TopicName]:
    """A topic that a helper of another file gives means what it means there."""
    path = part.span.path
    other = next((f for f in drawing.topics.files if f.path == path), None) if path != facts.path else None
    around = other.syntax.function_at(part.span.first_line) if other is not None else None
    if other is None or around is None or part.value.known is Known.EXPLICIT:
        yield from _valued(drawing, facts, part.value, call)
        return
    for name in drawing.topics.several_of_text(other, part.value.text, around.index):
        yield name if name.is_known else replace(name, scope=name.scope or path)


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
        for name in _valued(drawing, facts, value, node.call):
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
