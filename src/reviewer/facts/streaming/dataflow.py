"""The nouns of jobs and topologies beyond their operators: windows, patterns, tables, queries, stores, nodes, timers.

What they are made of are `Part`s: a named property with a `Value`, so that "set", "set to something unseen" and "not set" differ.
Amounts carry their unit in the text: lengths of time are `300000 ms`, sizes `1048576 bytes`, counts `100`.
"""

from __future__ import annotations

from collections.abc import Iterable

from reviewer.core.span import Span
from reviewer.core.value import value
from reviewer.facts.streaming.value import Value
from reviewer.facts.syntax import Call


@value()
class Part:
    """One property of something that is built. `span` is the line that says it."""

    name: str
    value: Value
    span: Span


def part_of(parts: Iterable[Part], name: str) -> Value | None:
    """The value of the last part of a name; None when nothing says it."""
    found = [part.value for part in parts if part.name == name]
    return found[-1] if found else None


@value()
class Window:
    """Windows that are given to an operator.

    `framework` is flink | streams | sql. `kind` is tumbling | sliding | hopping (Streams, SQL) | session | cumulate | count | global | join | unlimited,
    or "" when the assigner is not understood. `time` is event | processing | "" (not said by the assigner). `parts` are size, slide, gap, offset,
    advance, grace, before, after, step, emit, retention, lateness, late-output, late-read, trigger, evictor. `operator` is the position among the file's operators of the call
    that takes the windows, None where it is none of them.
    """

    framework: str
    kind: str
    time: str
    parts: tuple[Part, ...]
    operator: int | None
    function: int | None
    span: Span

    def part(self, name: str) -> Value | None:
        """The value of a part; None when nothing says it."""
        return part_of(self.parts, name)


@value()
class Stage:
    """A stage of an event pattern. `contiguity` is begin | strict | relaxed | any | not-strict | not-relaxed. `parts` are its quantifiers."""

    name: Value
    contiguity: str
    parts: tuple[Part, ...]
    span: Span


@value()
class Pattern:
    """A Flink CEP pattern. `parts` are skip, skip-to, within, within-type, and of where it is applied: time (processing | event), keyed, comparator,
    timed-out, late-output. `is_applied` says that this file hands it to `CEP.pattern`."""

    stages: tuple[Stage, ...]
    parts: tuple[Part, ...]
    is_applied: bool
    call: Call

    def part(self, name: str) -> Value | None:
        """The value of a part; None when nothing says it."""
        return part_of(self.parts, name)


@value()
class Column:
    """A column of a table. `kind` is physical | metadata | computed; `type` is the type, or the expression of a computed one."""

    name: str
    type: str
    kind: str
    span: Span


@value()
class Table:
    """A table, stream or view that a statement or a TableDescriptor declares. `dialect` is flink | ksql, `kind` table | stream | view | source.

    `primary_key` and `partitioned` are column names, `?` for what is put in at run time. `watermark` holds the parts column and delay; `options` are what stands in WITH, under the names
    as written. `is_literal` is False where the name is put together at run time: then `name` has `?` for what is not known.
    """

    dialect: str
    kind: str
    name: str
    is_literal: bool
    columns: tuple[Column, ...]
    primary_key: tuple[str, ...]
    partitioned: tuple[str, ...]
    watermark: tuple[Part, ...]
    options: tuple[Part, ...]
    span: Span

    def option(self, name: str) -> Value | None:
        """The value of an option; None when it is not given."""
        return part_of(self.options, name)


@value()
class Query:
    """A query that runs on. `kind` is insert | view | select | table (CREATE … AS).

    `joins` are regular | interval | temporal | lookup | window, in order; `windows` those of its table functions; `parts` are group-by, distinct, row-number,
    partition-by, hint.*, and of MATCH_RECOGNIZE match.partition-by, match.order-by, match.within, match.skip, match.rows, match.pattern.
    """

    dialect: str
    kind: str
    target: str
    sources: tuple[str, ...]
    joins: tuple[Part, ...]
    windows: tuple[Window, ...]
    parts: tuple[Part, ...]
    span: Span

    def part(self, name: str) -> Value | None:
        """The value of a part; None when nothing says it."""
        return part_of(self.parts, name)


@value()
class Store:
    """A state store of Kafka Streams.

    `kind` is key-value | window | session | versioned | timestamped-… | suppress | "" (not said); `name` is UNKNOWN where the name is made at run time, and has
    an empty text where the store has no name of its own. `parts` are key-serde, value-serde, retention, window-size, duplicates, logging,
    caching, persistence, supplier, history. `users` are the positions of the operators and the names of the nodes that use it. `call` is what makes it.
    """

    kind: str
    name: Value
    parts: tuple[Part, ...]
    users: tuple[int | str, ...]
    call: Call

    def part(self, name: str) -> Value | None:
        """The value of a part; None when nothing says it."""
        return part_of(self.parts, name)


@value()
class Node:
    """A node that is added to a Topology by name. `kind` is source | processor | sink | store | global-store; `parents` are the names of what feeds it.

    `topics` are those read or written, `stores` the names of connected stores, `made` what is handed in (a supplier's text).
    """

    kind: str
    name: Value
    parents: tuple[Value, ...]
    topics: tuple[Value, ...]
    stores: tuple[Value, ...]
    made: str
    call: Call


@value()
class Schedule:
    """A timer. `framework` is streams | flink; `time` is stream | wall-clock | event | processing; `interval` is a length of time, or for Flink the time asked for."""

    framework: str
    time: str
    interval: Value
    call: Call


@value()
class Deployment:
    """A FlinkDeployment or FlinkSessionJob document. `parts` are kind, upgrade-mode, savepoint-nonce, restart-nonce, savepoint-path, allow-non-restored, parallelism, state,
    jar, entry-class, args, flink-version."""

    name: str
    parts: tuple[Part, ...]
    span: Span

    def part(self, name: str) -> Value | None:
        """The value of a part; None when nothing says it."""
        return part_of(self.parts, name)


@value()
class Link:
    """An edge of the graph of a file: operator positions, or `topic:…`, `store:…`, `node:…`, `table:…`. `kind` is reads | writes | then | state."""

    source: int | str
    target: int | str
    kind: str
