"""A connector writes a record twice when it is restarted.

A setting that made a repeated write harmless is gone or weaker.

## What it catches

`insert.mode` that was `upsert` and is `insert`, `pk.mode` that becomes `none`, `exactly.once.source.support` of a worker that was `enabled`, `exactly.once.support` that was
`required`.

## Why it hurts in production

A task that ends between the write and the commit of its offsets writes the same records again. With upserts that changes nothing; with inserts every row is there twice,
or the second one violates the primary key and stops the task.

## What to do

Keep the upsert with a primary key; keep exactly-once support on workers whose sources count on it.

## What it cannot see

A constraint in the target that refuses the second row and is tolerated.

## Examples

### bad: an upsert becomes an insert
--- sinks/policies.yaml
 name: policies-db
 config:
   connector.class: io.confluent.connect.jdbc.JdbcSinkConnector
   topics: policies
   pk.mode: record_key
-  insert.mode: upsert
+  insert.mode: insert # ! here

### bad: the workers no longer support exactly once
--- connect-distributed.properties
 bootstrap.servers=k:9092
 group.id=connect
 config.storage.topic=connect-configs
-exactly.once.source.support=enabled # ! here
 offset.storage.topic=connect-offsets

### good: the way to it: preparing comes before enabled
--- connect-distributed.properties
 bootstrap.servers=k:9092
 group.id=connect
 config.storage.topic=connect-configs
-exactly.once.source.support=disabled
+exactly.once.source.support=preparing
 offset.storage.topic=connect-offsets

### good: inserts become upserts
--- sinks/policies.yaml
 name: policies-db
 config:
   connector.class: io.confluent.connect.jdbc.JdbcSinkConnector
   topics: policies
   pk.mode: record_key
-  insert.mode: insert
+  insert.mode: upsert

## References

- https://cwiki.apache.org/confluence/display/KAFKA/KIP-618
- https://docs.confluent.io/kafka-connectors/jdbc/current/sink-connector/sink_config_options.html
"""

from __future__ import annotations

from collections.abc import Iterator

from reviewer.core.finding import Category, Confidence, Severity
from reviewer.core.span import Span
from reviewer.facts.delta import Delta
from reviewer.rules.checks.connectors import connectors, turned
from reviewer.rules.checks.settings import changed, removed
from reviewer.rules.checks.words import Words, of_change
from reviewer.rules.rule import Hit, Rule

#: What made a second write harmless, and what takes its place: "" is gone, so that the default holds.
_WEAKER = {
    "insert.mode": ("upsert", frozenset({"insert", ""})),
    "pk.mode": ("record_key", frozenset({"none", ""})),
    "exactly.once.support": ("required", frozenset({"requested", ""})),
}
_WORKER = "exactly.once.source.support"
_WORDS = Words(
    "{key} of {of} was {old} and {now}: what is written again after a restart is there twice.",
    (
        "A task of {of} has written records and ends before their offsets are committed: a crash, a rebalance, a deploy.",
        "It starts again at the last committed offsets and writes the same records once more.",
        "Without {old} nothing takes the second write back -> rows or records are there twice, or the task fails at the first of them.",
    ),
    "Keep {key}={old}.",
)


def compare(delta: Delta) -> Iterator[Hit]:
    """Connectors, then workers, whose second write is no longer harmless."""
    for _, was, now in connectors(delta):
        for found in turned(was, now) if was is not None else ():
            strong, weak = _WEAKER.get(found.key, ("?", frozenset()))
            if found.old.lower() == strong and found.new.lower() in weak:
                yield _hit(found.key, now.name, found.old, found.new, found.span)
    for differs in (*changed(delta, _WORKER), *removed(delta, _WORKER)):
        new = differs.after.value.text if differs.after is not None else ""
        if differs.old.is_explicit("enabled") and new != "enabled":
            yield _hit(_WORKER, "the workers", "enabled", new, differs.span)


def _hit(key: str, of: str, old: str, new: str, span: Span) -> Hit:
    now = f"is {new} now" if new else "is removed"
    return _WORDS.hit(of_change(f"{of}/{key}", old, new), span, key=key, of=of, old=old, now=now)


RULE = Rule(
    __name__,
    __doc__,
    category=Category.DUPLICATES,
    severity=Severity.MEDIUM,
    confidence=Confidence.HIGH,
    put_back=True,
    compare=compare,
)
