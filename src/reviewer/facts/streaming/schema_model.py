"""The nouns of schemas."""

from __future__ import annotations

from reviewer.core.span import Span
from reviewer.core.value import value


@value()
class SchemaField:
    """A field of an Avro record. `type` is canonical JSON text, named types by their full names; `default` is JSON text or None."""

    name: str
    type: str
    default: str | None
    aliases: tuple[str, ...]
    span: Span


@value()
class Schema:
    """An Avro named type (records of one file are listed apart, nested ones included)."""

    format: str
    fullname: str
    kind: str
    aliases: tuple[str, ...]
    fields: tuple[SchemaField, ...]
    symbols: tuple[str, ...]
    detail: str
    span: Span
