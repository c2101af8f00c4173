"""Settings that stand in annotations: `@KafkaClient(acks = ONE)`, `@KafkaListener(properties = "max.poll.records=10")`."""

from __future__ import annotations

import re
from collections.abc import Iterator

from reviewer.clients.library import Annotated
from reviewer.core.lazily import lazily
from reviewer.core.span import Span
from reviewer.facts.streaming.config import canonical, key_of, worded
from reviewer.facts.streaming.model import Known, Setting, Value
from reviewer.facts.streaming.names import Names
from reviewer.facts.syntax import Annotation, Expression, ExpressionKind

_PAIR = lazily(r"\s*([A-Za-z][\w.-]*)\s*[=:]\s*(\S[^\n]*?)?\s*")
_JOINED = lazily(r"([\w.]+)\s*\+\s*\"\s*[=:]\s*([^\"]*)\"(\s*\+.*)?", re.DOTALL)
_NAMED = lazily(
    r"@?(?:\w+\.)*Property\(\s*name\s*=\s*([\w.]+|\"[^\"]*\")\s*,\s*value\s*=\s*(\"[^\"]*\"|[\w.]+)\s*,?\s*\)"
)


def annotated_settings(names: Names) -> Iterator[Setting]:
    """What the annotations of the libraries' tables say, those of types first."""
    rows = {name: row for library in names.libraries for name, row in library.annotated.items()}
    if not rows:
        return
    owners = [(declared.annotations, declared.qualified) for declared in names.syntax.types]
    owners += [(function.annotations, function.qualified) for function in names.syntax.functions]
    for said, qualified in owners:
        for annotation in said:
            if (row := rows.get(annotation.simple_name)) is not None:
                yield from _of(names, row, annotation, qualified)


def _of(names: Names, row: Annotated, annotation: Annotation, scope: str) -> Iterator[Setting]:
    for argument in annotation.arguments:
        given = argument.value
        key = row.keys.get(argument.name or "value")
        if key is not None:
            yield _setting(
                key.key, row.client, worded(key, names.placeholder(names.resolve(given)), given.text), scope, given.span
            )
        elif argument.name in row.properties:
            several = [entry.value for entry in given.entries] if given.kind is ExpressionKind.COLLECTION else [given]
            for one in several:
                yield from _listed(names, row, one, scope)


def _listed(names: Names, row: Annotated, one: Expression, scope: str) -> Iterator[Setting]:
    """One property: a text, a key's constant with a text behind it, an annotation of its own."""
    found = names.resolve(one)
    if found.known is Known.EXPLICIT:
        for line in found.text.replace("\\n", "\n").split("\n"):
            if (match := _PAIR.fullmatch(line)) is not None:
                value = names.placeholder(Value(known=Known.EXPLICIT, text=match[2] or ""))
                yield _setting(canonical(match[1]), row.client, value, scope, one.span)
        return
    named, joined = _NAMED.fullmatch(one.text), _JOINED.fullmatch(one.text)
    match = named or joined
    if match is None:
        return
    key = key_of(_written(match[1], one.span), names, None)
    if key is not None:
        given = _written(match[2], one.span) if named else None
        whole = Value(known=Known.EXPLICIT if not match[3] else Known.UNKNOWN, text=match[2]) if joined else None
        value = whole if whole is not None else names.resolve(given)
        yield _setting(key[0], row.client, names.placeholder(value), scope, one.span)


def _written(text: str, span: Span) -> Expression:
    """A name or a quoted text as an expression."""
    quoted = text.startswith('"')
    kind = ExpressionKind.STRING if quoted else ExpressionKind.NAME
    return Expression(kind=kind, text=text, span=span, literal=text.strip('"') if quoted else None)


def _setting(key: str, client: str, value: Value, scope: str, span: Span) -> Setting:
    return Setting(key=key, value=value, client=client, scope=f"{scope}#", span=span, in_code=True)
