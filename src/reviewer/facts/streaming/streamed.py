"""What shows that a schema is streamed: code of a streaming library that names its type."""

from __future__ import annotations

import re
from collections.abc import Iterator

from reviewer.core.value import value
from reviewer.facts.streaming.model import FactSet, FileFacts, Known, Schema, Send

_WORD = re.compile(r"[A-Za-z_]\w*")


@value()
class Stream:
    """Where streaming code uses a type: `path:line`, and the topic where one is known ("" otherwise)."""

    place: str
    topic: str


def stream_of(facts: FactSet, schema: Schema) -> Stream | None:
    """The first use, a send or a listener before anything else; None when nothing shows one."""
    name = schema.local.rsplit(".", 1)[-1]
    if not name or not name[0].isupper():
        return None
    users = [file for file in facts.everything() if file.libraries and not file.is_test]
    found = [use for file in users for use in _uses(file, name)]
    return min(found, key=lambda item: item[0])[1] if found else None


def _uses(file: FileFacts, name: str) -> Iterator[tuple[int, Stream]]:
    """(rank, use): 0 for a send or a listener, 1 for other code of the file."""
    syntax = file.syntax
    words = {name, f"{name}OuterClass"}
    typed = {a.target for a in syntax.assignments if words & set(_WORD.findall(a.declared_type))}
    typed |= {p.name for f in syntax.functions for p in f.parameters if words & set(_WORD.findall(p.type))}
    for send in file.sends:
        if _words(send) & (words | typed):
            yield 0, Stream(place=f"{file.path}:{send.operation.call.span.first_line}", topic=_topic(file, send))
    for handling in file.handlings:
        if any(words & set(_WORD.findall(p.type)) for p in file.parameters_of(handling)):
            yield 0, Stream(place=f"{file.path}:{handling.span.first_line}", topic=", ".join(handling.topics))
    for call in syntax.calls:
        texts = (call.name, call.receiver, *call.type_arguments, *(a.value.text for a in call.arguments))
        if any(words & set(_WORD.findall(text)) for text in texts):
            yield 1, Stream(place=f"{file.path}:{call.span.first_line}", topic="")
            return
    declared = [a for a in syntax.assignments if a.target in typed]
    if declared:
        yield 1, Stream(place=f"{file.path}:{declared[0].span.first_line}", topic="")


def _words(send: Send) -> set[str]:
    given = [argument.value.text for argument in send.operation.call.arguments]
    return set(_WORD.findall(" ".join([*given, send.value.text if send.value else ""])))


def _topic(file: FileFacts, send: Send) -> str:
    if send.topic is None:
        return ""
    value = file.names.resolve(send.topic, send.operation.call.function)
    return value.text if value.known is not Known.UNKNOWN else ""
