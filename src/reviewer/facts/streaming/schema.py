"""Schemas of all formats, and what a registry checks of them: one noun each, whoever reads the file."""

from __future__ import annotations

from dataclasses import field

from reviewer.core.span import Span
from reviewer.core.value import value


@value()
class SchemaField:
    """A field of a record or message, or a value of a Protobuf enum.

    `type` is what decides on the wire: for Avro canonical JSON text with named types by their full names, for Protobuf the type as
    written. `default` is JSON text (Protobuf: as written) or None. `number`, `label` (optional | required | repeated | "") and `oneof`
    (the name of the one it is a member of, else "") are Protobuf's.
    """

    name: str
    type: str
    default: str | None
    aliases: tuple[str, ...]
    span: Span
    number: int | None = None
    label: str = ""
    oneof: str = ""


@value()
class Schema:
    """A named type of Avro or Protobuf (nested ones are listed apart), or a whole JSON Schema.

    `format` is avro | protobuf | json; `kind` record | error | enum | fixed | message | schema. `local` is the name without the
    package. `detail` is the size of a fixed, the default of an enum, the text of a JSON Schema; `reserved` are the ranges of numbers
    that a message or enum gives up (both ends included). `rpc` says that a service of the same file takes or returns it.
    `places` are the lines of what stands under a path of keys.
    """

    format: str
    fullname: str
    kind: str
    aliases: tuple[str, ...]
    fields: tuple[SchemaField, ...]
    symbols: tuple[str, ...]
    detail: str
    span: Span
    local: str = ""
    reserved: tuple[tuple[int, int], ...] = ()
    rpc: bool = False
    places: tuple[tuple[tuple[str, ...], Span], ...] = field(default=(), repr=False, compare=False)


@value()
class Compatibility:
    """What a schema registry is told to check. `subject` is "" for its default; `mode` is BACKWARD, FULL_TRANSITIVE, NONE …"""

    subject: str
    mode: str
    span: Span
