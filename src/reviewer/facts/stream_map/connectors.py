"""The topics of Flink's connectors: of those that an operator is given, and of those that a class makes for a job somewhere else."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from reviewer.core.span import Span
from reviewer.core.stream_map import EdgeKind
from reviewer.facts.stream_map.call_names import TopicName
from reviewer.facts.stream_map.made_elsewhere import made_elsewhere
from reviewer.facts.stream_map.old_connectors import OLD, of_old
from reviewer.facts.stream_map.parts import Drawing
from reviewer.facts.streaming.dataflow import Part
from reviewer.facts.streaming.follow import at, origin
from reviewer.facts.streaming.model import Builder, FileFacts, Known, Operator, Value
from reviewer.facts.syntax import Call

_BUILT = {"kafka-source": EdgeKind.READS, "kafka-sink": EdgeKind.WRITES}
_TOPIC_PARTS = ("topic", "topic-pattern", "topic-selector")


def connected(drawing: Drawing, facts: FileFacts, operator: Operator) -> Iterator[tuple[TopicName, EdgeKind, Span]]:
    """The topics that an operator reads or writes by a source or a sink."""
    call = operator.call
    for part in operator.parts:
        kind = _OF_PART.get(part.name)
        if kind is not None:
            if part.span.path != facts.path:
                drawing.handed.add((part.span.path, part.span.first_line, part.span.last_line))
            yield from ((name, kind, part.span) for name in _of_part(drawing, facts, part, call))
    own = list(_old_connectors(drawing, facts, call))
    yield from own
    if not own and not any(part.name in _OF_PART for part in operator.parts):
        yield from made_elsewhere(drawing, facts, call, lambda other, made: _of_maker(drawing, other, made))


_OF_PART = {
    "source.topic": EdgeKind.READS,
    "source.topic-pattern": EdgeKind.READS,
    "sink.topic": EdgeKind.WRITES,
    "sink.topic-selector": EdgeKind.WRITES,
}


def _of_maker(drawing: Drawing, facts: FileFacts, made: Call | Builder) -> Iterator[tuple[TopicName, EdgeKind, Span]]:
    """The topics of a connector that is constructed or built."""
    if isinstance(made, Call):
        if made.name.startswith(OLD):
            yield from of_old(drawing, facts, made)
        return
    kind = _BUILT.get(made.kind)
    for part in made.parts if kind is not None else ():
        if kind is not None and part.name in _TOPIC_PARTS:
            yield from ((name, kind, part.span) for name in valued(drawing, facts, part.value, made.call))


def draw_builders(drawing: Drawing, facts: FileFacts) -> None:
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
            for name in valued(drawing, facts, part.value, builder.call):
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


def valued(drawing: Drawing, facts: FileFacts, value: Value, call: Call) -> Iterator[TopicName]:
    """The names of the topics that a value at a call stands for."""
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
        yield from valued(drawing, facts, part.value, call)
        return
    for name in drawing.topics.several_of_text(other, part.value.text, around.index):
        yield name if name.is_known else replace(name, scope=name.scope or path)
