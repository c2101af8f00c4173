"""Which schema describes the records of which topic.

Told by the type of what is sent or read (`ProducerRecord<String, Order>`, `KStream<String, Order>`) where the class that reads or writes
a topic names one schema of the repository and no other, and by a subject in the file's name: `orders-value.avsc`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from reviewer.core.stream_map import EdgeKind, NodeKind, StreamNode
from reviewer.facts.stream_map.call_names import TopicName
from reviewer.facts.stream_map.parts import Drawing
from reviewer.facts.streaming.model import FileFacts
from reviewer.facts.streaming.schema import Schema

_TOP = frozenset({"record", "message", "schema"})
_SUBJECT = re.compile(r"(?:^|/)([A-Za-z][\w.-]*?)-(?:value|key)(?:\.v?\d+)?\.(?:avsc|proto|json|avdl)$")
_WORD = re.compile(r"[A-Z]\w*")


def draw_schemas(drawing: Drawing, files: Iterable[FileFacts]) -> None:
    """The schemas that lie at a topic; the others say nothing about streams."""
    files = list(files)
    known: dict[str, list[tuple[FileFacts, Schema]]] = {}
    for facts in files:
        subject = _SUBJECT.search(facts.path)
        for schema in facts.schemas:
            if schema.kind in _TOP:
                known.setdefault(schema.local or schema.fullname.rsplit(".", 1)[-1], []).append((facts, schema))
        if subject is not None and facts.schemas and f"topic:{subject[1]}" in drawing.nodes:
            topic = drawing.topic(TopicName(text=subject[1], is_known=True), facts)
            drawing.join(
                _node(drawing, facts, facts.schemas[-1]), topic, EdgeKind.DESCRIBES, facts.schemas[-1].span, facts
            )
    unique = {name: places[0] for name, places in known.items() if len(places) == 1}
    for facts in files if unique else ():
        if facts.libraries:
            _by_type(drawing, facts, unique)


def _by_type(drawing: Drawing, facts: FileFacts, known: Mapping[str, tuple[FileFacts, Schema]]) -> None:
    path = drawing.path(facts)
    named = _named(facts) & known.keys()
    if len(named) != 1:
        return
    ends = {
        e.source if e.kind is EdgeKind.READS else e.target
        for e in drawing.edges
        if e.path == path and e.kind in (EdgeKind.READS, EdgeKind.WRITES)
    }
    if len(ends) != 1:
        return  # which of several topics has the records is not said
    place, schema = known[next(iter(named))]
    topic = drawing.nodes[next(iter(ends))]
    if topic.kind is NodeKind.TOPIC:
        drawing.join(_node(drawing, place, schema), topic, EdgeKind.DESCRIBES, schema.span, place)


def _named(facts: FileFacts) -> set[str]:
    """The types that stand for records in a file: type arguments of clients, records and streams."""
    syntax = facts.syntax
    texts = [a.declared_type for a in syntax.assignments if "<" in a.declared_type or "[" in a.declared_type]
    texts += [p.type for f in syntax.functions for p in f.parameters if p.type]
    texts += [text for call in syntax.calls for text in call.type_arguments]
    texts += [call.name for call in syntax.calls if call.is_construction]
    return {word for text in texts for word in _WORD.findall(text)}


def _node(drawing: Drawing, facts: FileFacts, schema: Schema) -> StreamNode:
    return drawing.add(
        StreamNode(
            id=f"schema:{schema.fullname or drawing.path(facts)}", kind=NodeKind.SCHEMA, label=f"{schema.local or schema.fullname} ({schema.format})",
            path=drawing.path(facts), line=schema.span.first_line,
        )
    )  # fmt: skip
