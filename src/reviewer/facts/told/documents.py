"""Topics, schemas, what a registry checks, connectors, dependencies."""

from __future__ import annotations

from collections.abc import Iterator

from reviewer.core.span import Span
from reviewer.core.stated import FactKind, Said, Stated, StatedValue
from reviewer.facts.streaming.model import Dependency, Schema, Topic
from reviewer.facts.told.teller import Teller

_DEPENDENCY = "dependency"
_FIELDS = 200  # of a schema that are told


def topics(teller: Teller) -> Iterator[Stated]:
    """Topics that are declared, with their counts and settings."""
    for topic in teller.file.topics:
        values = (*_counts(teller, topic), *teller.settings(topic.settings))
        mark = "" if topic.is_literal else " (the name is an expression)"
        yield teller.fact(FactKind.TOPIC, f"{topic.name}{mark}", topic.span, inside=topic.declared_by, values=values)


def _counts(teller: Teller, topic: Topic) -> Iterator[StatedValue]:
    counts: tuple[tuple[str, int | None, Span | None], ...] = (
        ("partitions", topic.partitions, topic.partitions_span), ("replication", topic.replication, topic.replication_span),
    )  # fmt: skip
    for name, number, span in counts:
        if number is not None:
            yield teller.text(name, str(number), span or topic.span)
        else:
            why = "no number stands there" if span is not None else "not given: the broker's default"
            line = span.first_line if span is not None else 0
            path = topic.span.path if span is not None else ""
            yield StatedValue(name=name, text="", known=Said.UNKNOWN, path=path, line=line, why=why)


def schemas(teller: Teller) -> Iterator[Stated]:
    """Schemas with their fields, and the modes of a registry."""
    yield from (_schema(teller, schema) for schema in teller.file.schemas)
    for mode in teller.file.compatibilities:
        values = (teller.text("mode", mode.mode, mode.span),)
        yield teller.fact(FactKind.COMPATIBILITY, mode.subject or "every subject", mode.span, values=values)


def _schema(teller: Teller, schema: Schema) -> Stated:
    steps = []
    for one in schema.fields[:_FIELDS]:
        said = (
            ("type", one.type),
            ("default", one.default),
            ("number", one.number),
            ("label", one.label),
            ("oneof", one.oneof),
        )
        values = [teller.text(name, str(value), one.span) for name, value in said if value not in (None, "")]
        steps.append(teller.fact(FactKind.SCHEMA, f"field {one.name}", one.span, values=values))
    symbols = (teller.text("symbols", ", ".join(schema.symbols), schema.span),) if schema.symbols else ()
    return teller.fact(
        FactKind.SCHEMA, f"{schema.format} {schema.kind} {schema.fullname}", schema.span, values=symbols, steps=steps
    )


def connectors(teller: Teller) -> Iterator[Stated]:
    """Connectors with all of their settings."""
    for connector in teller.file.connectors:
        settings = [teller.said(s.key, s.value, s.span) for s in connector.settings]
        title = f"{connector.name} of {connector.connector_class}"
        yield teller.fact(FactKind.CONNECTOR, title, connector.span, inside=connector.declared_by, values=settings)


def dependencies(teller: Teller) -> Iterator[Stated]:
    """What a build file depends on, in which version."""
    found = [(entry.keys[1], entry.value, entry.span) for entry in teller.file.syntax.entries if len(entry.keys) == 2 and entry.keys[0] == _DEPENDENCY]  # fmt: skip
    found += [(one.coordinate, one.version or "", one.span) for one in _declared(teller)]
    for coordinate, version, span in dict.fromkeys(found):
        if version:
            said = teller.text("version", version, span)
        else:
            why = "not given here: a parent, a platform or a lock decides"
            said = StatedValue(name="version", text="", known=Said.UNKNOWN, why=why)
        yield teller.fact(FactKind.DEPENDENCY, coordinate, span, values=(said,))


def _declared(teller: Teller) -> tuple[Dependency, ...]:
    return teller.file.dependencies
