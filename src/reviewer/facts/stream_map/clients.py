"""Producers and consumers: which class sends to and reads from which topic, in which group."""

from __future__ import annotations

import re
from collections.abc import Iterator

from reviewer.core.span import Span
from reviewer.core.stream_map import EdgeKind
from reviewer.facts.stream_map.call_names import TopicName
from reviewer.facts.stream_map.parts import Drawing
from reviewer.facts.streaming.model import Builder, Client, FileFacts, Handling, Known, Role, Value
from reviewer.facts.streaming.names import bare

_BY_CONSTRUCTION = frozenset({"kafka-python", "aiokafka"})  # the topics of a consumer are what it is made with
_BY_SETTING = frozenset({"kafka-go"})  # a reader or writer has its topic among its settings
_CHANNELS = "smallrye-messaging"
_ASSIGNS = frozenset({"assign", "incremental_assign", "Assign"})
_ANNOTATED_WRITES = frozenset({"SendTo"})


def draw_clients(drawing: Drawing, facts: FileFacts) -> None:
    """The clients of one file."""
    for function, topic, span in _writes(drawing, facts):
        drawing.join(drawing.client(facts, function), drawing.topic(topic, facts), EdgeKind.WRITES, span, facts)
    for function, topic, span, group in _reads(drawing, facts):
        drawing.join(drawing.topic(topic, facts), drawing.client(facts, function), EdgeKind.READS, span, facts, group)


def _writes(drawing: Drawing, facts: FileFacts) -> Iterator[tuple[int | None, TopicName, Span]]:
    for send in facts.sends:
        call = send.operation.call
        for topic in drawing.topics.several(facts, send.topic, call.function):
            yield call.function, topic, call.name_span
    yield from _outgoing(drawing, facts)
    for builder, topic in _endpoints(drawing, facts, "producer"):
        yield builder.call.function, topic, builder.call.name_span
    for client, topic in _set_up(drawing, facts, "producer"):
        yield client.call.function, topic, _topic_span(client)
    for handling in facts.handlings:
        for annotation in facts.annotations_of(handling):
            if annotation.simple_name in _ANNOTATED_WRITES and annotation.arguments:
                for text in listed(annotation.arguments[0].value.text):
                    yield handling.function, drawing.topics.of_text(facts, text, None), annotation.span


def _reads(drawing: Drawing, facts: FileFacts) -> Iterator[tuple[int | None, TopicName, Span, str]]:
    for operation in facts.operations_of(Role.SUBSCRIBE):
        call = operation.call
        argument = call.argument(1 if call.name == "Consume" else 0, "topics")
        group = _group(drawing, facts, operation.holder, call.function)
        for topic in drawing.topics.several(facts, argument, call.function):
            if topic.is_known or call.name not in _ASSIGNS:  # a list of partitions is no topic
                yield call.function, topic, call.name_span, group
    for builder, topic in _endpoints(drawing, facts, "consumer"):
        group = next((_value(drawing, facts, s.value, builder.call.function) for s in builder.settings if s.key == "group.id"), "")  # fmt: skip
        yield builder.call.function, topic, builder.call.name_span, group
    for client in facts.clients:
        if client.kind == "consumer" and client.library in _BY_CONSTRUCTION:
            group = _group(drawing, facts, client.holder, client.call.function)
            for given in client.call.arguments:
                if given.name is None and not given.value.text.startswith("*"):
                    for topic in drawing.topics.several(facts, given.value, client.call.function):
                        yield client.call.function, topic, client.call.name_span, group
    for client, topic in _set_up(drawing, facts, "consumer"):
        group = _of_client(drawing, facts, client)
        yield client.call.function, topic, _topic_span(client), group
    for handling in facts.handlings:
        span = _annotation(facts, handling) or handling.span
        group = _value(drawing, facts, handling.group, handling.function)
        if not group and handling.kind == "listener":
            group = drawing.topics.constants.key("spring.kafka.consumer.group-id", facts.path) or ""
        for text in handling.topics:
            for part in listed(text):
                topic = drawing.topics.of_text(facts, part, None)
                if handling.library == _CHANNELS and topic.is_known:
                    said = _of_channel(drawing, facts, "incoming", topic.text)
                    topic = TopicName(text=said, is_known=True) if said else topic
                yield handling.function, topic, span, group


def _endpoints(drawing: Drawing, facts: FileFacts, client: str) -> Iterator[tuple[Builder, TopicName]]:
    """What a framework is told to read or write for others: `TopicEndpoint<K, V>("orders", "group", …)`, `AddProducer<K, V>("orders")` of MassTransit."""
    rows = {library.id: library.builds for library in facts.names.libraries}
    for builder in facts.builders:
        row = rows.get(builder.library, {}).get(builder.call.name)
        position = next((at for at, key in row.given.items() if key == ":topic"), None) if row is not None else None
        if row is not None and position is not None and row.client == client:
            for topic in drawing.topics.several(facts, builder.call.argument(position), builder.call.function):
                yield builder, topic


def _outgoing(drawing: Drawing, facts: FileFacts) -> Iterator[tuple[int | None, TopicName, Span]]:
    """`@Outgoing("prices")`, where configuration says the channel's topic: else it may lead to other code of the process."""
    for function in facts.syntax.functions if _CHANNELS in facts.libraries else ():
        for annotation in function.annotations:
            if annotation.simple_name == "Outgoing" and annotation.arguments:
                channel = drawing.topics.of_text(facts, annotation.arguments[0].value.text, None)
                said = _of_channel(drawing, facts, "outgoing", channel.text) if channel.is_known else ""
                if said:
                    yield function.index, TopicName(text=said, is_known=True), annotation.span


def _of_channel(drawing: Drawing, facts: FileFacts, way: str, channel: str) -> str:
    """The topic that configuration gives to a channel of MicroProfile; "" where it says none."""
    return drawing.topics.constants.key(f"mp.messaging.{way}.{channel}.topic", facts.path) or ""


def _set_up(drawing: Drawing, facts: FileFacts, kind: str) -> Iterator[tuple[Client, TopicName]]:
    """Clients that are made for one topic: `kafka.ReaderConfig{Topic: "orders"}`."""
    for client in facts.clients:
        said = client.setting("topic") if client.kind == kind and client.library in _BY_SETTING else None
        if said is not None and said.value.text:
            text = f'"{said.value.text}"' if said.value.known is Known.EXPLICIT else said.value.text
            yield client, drawing.topics.of_text(facts, text, client.call.function)


def _topic_span(client: Client) -> Span:
    said = client.setting("topic")
    return said.span if said is not None else client.call.name_span


def _annotation(facts: FileFacts, handling: Handling) -> Span | None:
    found = facts.annotations_of(handling) if handling.kind == "listener" else ()
    return next(
        (a.span for a in found if any(b.name in ("topics", "topicPattern", "value") for b in a.arguments)), None
    )


def _group(drawing: Drawing, facts: FileFacts, holder: str, function: int | None) -> str:
    """The group of the consumer behind a holder; with one consumer in the file, that one's; "" when it is not known."""
    consumers = [client for client in facts.clients if client.kind == "consumer"]
    mine = [client for client in consumers if bare(client.holder) == bare(holder)] or consumers
    if len(mine) == 1 and (group := _of_client(drawing, facts, mine[0])):
        return group
    written = {s.value for s in facts.settings if s.key == "group.id" and s.client in ("", "consumer")}
    return _value(drawing, facts, next(iter(written)), function) if len(written) == 1 else ""


def _of_client(drawing: Drawing, facts: FileFacts, client: Client) -> str:
    return _value(drawing, facts, client.value("group.id"), client.call.function)


def _value(drawing: Drawing, facts: FileFacts, value: Value, function: int | None) -> str:
    if not value.text:
        return ""
    if value.known is Known.EXPLICIT and "{" not in value.text:
        return value.text
    text = value.text if value.known is not Known.EXPLICIT else f'"{value.text}"'
    found = drawing.topics.of_text(facts, text, function)
    return found.text if found.is_known else ""


def listed(text: str) -> Iterator[str]:
    """The items of an annotation's value: one, or several in braces or brackets. Commas inside quotes and `#{…}` are theirs."""
    inner = text.strip()
    if (inner.startswith("{") and inner.endswith("}")) or (inner.startswith("[") and inner.endswith("]")):
        inner = inner[1:-1]
    elif match := re.fullmatch(r"arrayOf\((.*)\)|Array\((.*)\)", inner, re.DOTALL):
        inner = match[1] or match[2] or ""
    for part in re.findall(r"\"[^\"]*\"(?:\s*\+\s*[^,]+)?|[^,\s][^,]*", inner):
        if part.strip():
            yield part.strip()
