"""What documents say of the map: topics that they declare, connectors, bindings of Spring Cloud Stream and of MicroProfile."""

from __future__ import annotations

import re
from collections.abc import Iterator

from reviewer.core.lazily import lazily
from reviewer.core.span import Span
from reviewer.core.stream_map import EdgeKind, NodeKind, StreamNode
from reviewer.facts.stream_map.call_names import TopicName
from reviewer.facts.stream_map.parts import Drawing
from reviewer.facts.streaming.model import Connector, FileFacts, Known
from reviewer.facts.syntax import ConfigEntry

_SINK = lazily(r"Sink", re.IGNORECASE)
_WRITTEN = (
    "topic",
    "kafka.topic",
    "topics",
    "topic.name",
    "kafka.topics",
    "database.history.kafka.topic",
    "schema.history.internal.kafka.topic",
)
_PREFIXES = ("topic.prefix", "database.server.name")
_TABLES = ("table.include.list", "collection.include.list", "table.whitelist", "collection.whitelist", "tables")
_DEAD = ("errors.deadletterqueue.topic.name",)
_PLAIN = lazily(r"^[\w.-]+$")
_BINDING = lazily(
    r"^spring\.cloud\.stream\.(?:kafka\.streams\.)?bindings\.([\w-]+?)-(in|out)-\d+\.(destination|group)$"
)
_CHANNEL = lazily(r"^(?:%?[\w-]+\.)?mp\.messaging\.(incoming|outgoing)\.([\w-]+)\.(topic|topics|connector|group\.id)$")


def draw_documents(drawing: Drawing, facts: FileFacts) -> None:
    """Declared topics, connectors and bindings of one file."""
    for declared in facts.topics:
        if declared.is_literal and declared.name and declared.name not in ("?", "*"):
            drawing.topic(TopicName(text=declared.name, is_known=True), facts)
    for connector in facts.connectors:
        _draw_connector(drawing, facts, connector)
    if facts.syntax.entries:
        _draw_bindings(drawing, facts)


def _draw_connector(drawing: Drawing, facts: FileFacts, connector: Connector) -> None:
    short = connector.connector_class.rsplit(".", 1)[-1]
    node = drawing.add(
        StreamNode(
            id=f"connector:{drawing.path(facts)}#{connector.name}", kind=NodeKind.CONNECTOR, label=f"{connector.name} ({short})",
            path=drawing.path(facts), line=connector.span.first_line, is_known=connector.is_literal,
        )
    )  # fmt: skip
    for topic, kind, span in _of_connector(connector, short):
        end = drawing.topic(topic, facts)
        if kind is EdgeKind.READS:
            drawing.join(end, node, kind, span, facts, f"connect-{connector.name}" if connector.is_literal else "")
        else:
            drawing.join(node, end, kind, span, facts)


def _of_connector(connector: Connector, short: str) -> Iterator[tuple[TopicName, EdgeKind, Span]]:
    is_sink = _SINK.search(short) is not None or (connector.setting("topics") is not None and "Source" not in short)
    if is_sink:
        yield from _listed(connector, ("topics",), EdgeKind.READS)
        regex = connector.setting("topics.regex")
        if regex is not None:
            yield TopicName(text=regex.value.text, is_known=False), EdgeKind.READS, regex.span
        yield from _listed(connector, _DEAD, EdgeKind.WRITES)
        return
    if "mirror" in connector.connector_class.lower():
        return  # its topics belong to two clusters, and what it copies bears another name
    yield from _listed(connector, _WRITTEN, EdgeKind.WRITES)
    yield from _tables(connector)


def _listed(connector: Connector, keys: tuple[str, ...], kind: EdgeKind) -> Iterator[tuple[TopicName, EdgeKind, Span]]:
    for key in keys:
        setting = connector.setting(key)
        if setting is None:
            continue
        if setting.value.known is not Known.EXPLICIT:
            yield TopicName(text=setting.value.text, is_known=False), kind, setting.span
            continue
        for part in setting.value.text.split(","):
            if part.strip():
                yield TopicName(text=part.strip(), is_known=True), kind, setting.span


def _tables(connector: Connector) -> Iterator[tuple[TopicName, EdgeKind, Span]]:
    """`<prefix>.<schema>.<table>` of Debezium, `<prefix><table>` of JDBC; a router gives them names that are not known."""
    prefix = next((s for key in _PREFIXES if (s := connector.setting(key)) is not None), None)
    if prefix is None:
        return
    own = TopicName(text=f"{prefix.value.text}*", is_known=False)
    listed = next((s for key in _TABLES if (s := connector.setting(key)) is not None), None)
    routed = any(
        s.key.startswith("transforms.") and re.search(r"Rout|EventRouter|Outbox", s.value.text)
        for s in connector.settings
    )
    names = [part.strip() for part in listed.value.text.split(",")] if listed is not None else []
    is_debezium = "debezium" in connector.connector_class.lower()
    is_literal = prefix.value.known is Known.EXPLICIT and listed is not None and listed.value.known is Known.EXPLICIT
    if routed or not names or not is_literal or not all(_PLAIN.match(name) for name in names):
        yield own, EdgeKind.WRITES, prefix.span
        return
    for name in names:
        text = f"{prefix.value.text}.{name}" if is_debezium else f"{prefix.value.text}{name}"
        yield TopicName(text=text, is_known=True), EdgeKind.WRITES, prefix.span


def _draw_bindings(drawing: Drawing, facts: FileFacts) -> None:
    groups: dict[str, str] = {}
    found: list[tuple[str, str, str, ConfigEntry, str]] = []
    channels: dict[tuple[str, str], dict[str, ConfigEntry]] = {}
    for entry in facts.syntax.entries:
        if (match := _BINDING.match(entry.dotted)) is not None:
            if match[3] == "group":
                groups[match[1]] = entry.value
            else:
                found.append((match[1], match[2], "Spring Cloud Stream", entry, entry.value))
        elif (match := _CHANNEL.match(entry.dotted)) is not None:
            channels.setdefault((match[1], match[2]), {})[match[3]] = entry
    for (way, channel), said in channels.items():
        topic = said.get("topic") or said.get("topics")
        connector = said.get("connector")
        if topic is None and (connector is None or "kafka" not in connector.value):
            continue
        entry = topic or next(iter(said.values()))
        if "group.id" in said:
            groups[channel] = said["group.id"].value
        found.append(
            (
                channel,
                "in" if way == "incoming" else "out",
                "MicroProfile",
                entry,
                topic.value if topic is not None else channel,
            )
        )
    for name, way, title, entry, text in found:
        client = drawing.add(StreamNode(id=f"client:{drawing.path(facts)}#{name}", kind=NodeKind.CLIENT, label=f"{name} ({title})", path=drawing.path(facts), line=entry.span.first_line))  # fmt: skip
        for part in text.split(","):
            topic_node = drawing.topic(drawing.topics.of_text(facts, f'"{part.strip()}"', None), facts)
            if way == "in":
                drawing.join(topic_node, client, EdgeKind.READS, entry.span, facts, groups.get(name, ""))
            else:
                drawing.join(client, topic_node, EdgeKind.WRITES, entry.span, facts)
