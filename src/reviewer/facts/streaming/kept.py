"""Named state of frameworks whose tables say what makes it; that of Kafka Streams is read in `kstreams`."""

from __future__ import annotations

from collections.abc import Iterator

from reviewer.facts.streaming.dataflow import Store
from reviewer.facts.streaming.names import Names
from reviewer.facts.streaming.value import Known, Value


def kept(names: Names) -> Iterator[Store]:
    """`app.Table("totals")`: a store by the name that its changelog topic has."""
    rows = {method: row for library in names.libraries for method, row in library.keeps.items()}
    for call in names.syntax.calls if rows else ():
        row = rows.get(call.name)
        if row is None or not call.receiver or not names.is_on(row.on, call):
            continue
        given = call.argument(row.position, row.keyword)
        if given is not None or not row.is_optional:
            name = names.resolve(given, call.function) if given is not None else Value(known=Known.EXPLICIT, text="")
            yield Store(kind=row.kind, name=name, parts=(), users=(), call=call)
