"""Tables of Flink SQL, the Table API and ksqlDB: topic -> table -> query -> table -> topic."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from reviewer.core.stream_map import EdgeKind, NodeKind, StreamNode
from reviewer.facts.stream_map.call_names import TopicName
from reviewer.facts.stream_map.parts import Drawing
from reviewer.facts.streaming.dataflow import Query, Table
from reviewer.facts.streaming.follow import flat
from reviewer.facts.streaming.model import FileFacts, Known, Value
from reviewer.facts.syntax import Call, ExpressionKind

_READ_CALLS = frozenset({"from", "scan", "frompath"})
_WRITE_CALLS = frozenset({"executeinsert", "insertinto"})
_UNREAL = re.compile(r"[?\s(){}]")


@dataclass(slots=True)
class _Declared:
    """Where tables are declared, over all files."""

    places: dict[tuple[str, str], list[tuple[FileFacts, Table]]] = field(default_factory=dict)

    def find(self, dialect: str, name: str, facts: FileFacts) -> tuple[FileFacts, Table] | None:
        """The table of a name: of the same file, else the only one elsewhere (ksqlDB knows each name once)."""
        found = self.places.get((dialect, _key(dialect, name)), ())
        own = [item for item in found if item[0] is facts]
        if own:
            return own[0]
        if dialect == "ksql" and found:
            return found[0]
        folder = facts.path.rpartition("/")[0]
        near = [item for item in found if item[0].path.rpartition("/")[0] == folder] or list(found)
        return near[0] if len(near) == 1 else None


def _key(dialect: str, name: str) -> str:
    plain = name.replace("`", "").replace('"', "")
    return plain.upper() if dialect == "ksql" else plain


def draw_tables(drawing: Drawing, files: Iterable[FileFacts]) -> None:
    """The tables and queries of all files: what one file declares, another one may read."""
    having = [facts for facts in files if facts.tables or facts.queries]
    declared = _Declared()
    for facts in having:
        for table in facts.tables:
            declared.places.setdefault((table.dialect, _key(table.dialect, table.name)), []).append((facts, table))
    read, written = _uses(having)
    for facts in having:
        for table in facts.tables:
            _draw_table(drawing, facts, table, read, written)
        for query in facts.queries:
            _draw_query(drawing, facts, query, declared)
        for source, target, call in _api(facts):
            _draw_call(drawing, facts, source, target, call, declared)


def _uses(files: Iterable[FileFacts]) -> tuple[set[tuple[str, str]], set[tuple[str, str]]]:
    """(dialect, name) of the tables that something reads, and of those that something writes."""
    read: set[tuple[str, str]] = set()
    written: set[tuple[str, str]] = set()
    for facts in files:
        for query in facts.queries:
            read.update((query.dialect, _key(query.dialect, source)) for source in query.sources)
            if query.kind == "insert" or (query.dialect == "ksql" and query.target):
                written.add((query.dialect, _key(query.dialect, query.target)))
        for source, target, _call in _api(facts):
            read.update({("flink", source)} if source else set())
            written.update({("flink", target)} if target else set())
    return read, written


def _api(facts: FileFacts) -> Iterator[tuple[str, str, Call]]:
    """(read, written, call) of the Table API: `env.from("orders")`, `table.executeInsert("out")`."""
    if "flink-datastream" not in facts.libraries:
        return
    for call in facts.syntax.calls:
        name = flat(call.name)
        if name not in _READ_CALLS | _WRITE_CALLS or not call.arguments or not call.receiver:
            continue
        first = call.arguments[0].value
        if first.kind is not ExpressionKind.STRING or not first.literal:
            continue
        yield (first.literal, "", call) if name in _READ_CALLS else ("", first.literal, call)


def _node(drawing: Drawing, facts: FileFacts, dialect: str, name: str, line: int, is_known: bool = True) -> StreamNode:
    place = "ksqlDB" if dialect == "ksql" else drawing.path(facts)
    shown = name.replace("`", "").replace('"', "")
    word = "ksqlDB" if dialect == "ksql" else "Flink SQL"
    return drawing.add(
        StreamNode(
            id=f"table:{place}#{_key(dialect, name)}", kind=NodeKind.TABLE, label=f"{shown} ({word})", path=drawing.path(facts), line=line,
            is_known=is_known,
        )
    )  # fmt: skip


def _draw_table(
    drawing: Drawing, facts: FileFacts, table: Table, read: set[tuple[str, str]], written: set[tuple[str, str]]
) -> None:
    own = _node(drawing, facts, table.dialect, table.name, table.span.first_line, table.is_literal)
    key = (table.dialect, _key(table.dialect, table.name))
    options = {part.name.lower(): part for part in table.options}
    is_kafka = table.dialect == "ksql" or (
        (part := options.get("connector")) is not None and part.value.text in ("kafka", "upsert-kafka")
    )
    if not is_kafka or table.kind == "view":
        return
    part = options.get("kafka_topic") if table.dialect == "ksql" else options.get("topic")
    made_by_query = any(
        q.dialect == table.dialect and _key(q.dialect, q.target) == key[1] and q.kind != "insert" for q in facts.queries
    )
    names = list(_topics(drawing, facts, part.value if part else None))
    if not names and table.dialect == "ksql" and made_by_query:
        names = [TopicName(text=_key("ksql", table.name), is_known=True)]
    group = options.get("properties.group.id")
    for name in names:
        topic = drawing.topic(name, facts)
        span = part.span if part is not None else table.span
        writes = key in written or made_by_query
        if writes:
            drawing.join(own, topic, EdgeKind.WRITES, span, facts)
        if not made_by_query and (key in read or not writes):
            known = group.value.text if group is not None and group.value.known is Known.EXPLICIT else ""
            drawing.join(topic, own, EdgeKind.READS, span, facts, known)


def _topics(drawing: Drawing, facts: FileFacts, value: Value | None) -> Iterator[TopicName]:
    if value is None or not value.text:
        return
    if value.known is not Known.EXPLICIT:
        yield drawing.topics.of_text(facts, value.text, None)
        return
    for part in value.text.split(";"):
        yield TopicName(text=part.strip(), is_known="?" not in part and "{" not in part)


def _draw_query(drawing: Drawing, facts: FileFacts, query: Query, declared: _Declared) -> None:
    if not query.target or _UNREAL.search(query.target):
        return
    target = _found(drawing, facts, query.dialect, query.target, query.span.first_line, declared)
    for source in dict.fromkeys(query.sources):
        if source and not _UNREAL.search(source):
            node = _found(drawing, facts, query.dialect, source, query.span.first_line, declared)
            if node.id != target.id:
                drawing.join(node, target, EdgeKind.THEN, query.span, facts)


def _draw_call(drawing: Drawing, facts: FileFacts, source: str, target: str, call: Call, declared: _Declared) -> None:
    """The class around a call of the Table API stands between what it reads and what it writes."""
    client = drawing.client(facts, call.function)
    node = _found(drawing, facts, "flink", source or target, call.name_span.first_line, declared)
    ends = (node, client) if source else (client, node)
    drawing.join(*ends, EdgeKind.THEN, call.name_span, facts)


def _found(drawing: Drawing, facts: FileFacts, dialect: str, name: str, line: int, declared: _Declared) -> StreamNode:
    place = declared.find(dialect, name, facts)
    if place is not None:
        return _node(drawing, place[0], dialect, place[1].name, place[1].span.first_line, place[1].is_literal)
    return _node(drawing, facts, dialect, name, line)
