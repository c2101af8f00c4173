"""Flink's connectors of old that are constructed: `new FlinkKafkaConsumer<>("orders", …)`, `new FlinkKafkaProducer<>(brokers, "out", …)`."""

from __future__ import annotations

from collections.abc import Iterator

from reviewer.core.span import Span
from reviewer.core.stream_map import EdgeKind
from reviewer.facts.stream_map.call_names import TopicName
from reviewer.facts.stream_map.parts import Drawing
from reviewer.facts.streaming.model import FileFacts
from reviewer.facts.syntax import Call, Expression

OLD = ("FlinkKafkaConsumer", "FlinkKafkaProducer")


def of_old(drawing: Drawing, facts: FileFacts, made: Call) -> Iterator[tuple[TopicName, EdgeKind, Span]]:
    """Its topics."""
    kind = EdgeKind.READS if "Consumer" in made.name else EdgeKind.WRITES
    first = made.argument(0, "topics" if kind is EdgeKind.READS else "topic") or made.argument(0)
    if kind is EdgeKind.WRITES and len(made.arguments) == 3 and _is_schema(made.arguments[2].value.text):
        first = _topic_behind_brokers(made) or first
    for topic in drawing.topics.several(facts, first, made.function):
        yield topic, kind, made.name_span


def _topic_behind_brokers(made: Call) -> Expression | None:
    """The second argument of (brokers, topic, schema), as against (topic, schema, properties)."""
    second = made.argument(1)
    return second if second is not None and not _is_schema(second.text) else None


def _is_schema(text: str) -> bool:
    return "Schema" in text or "schema" in text
