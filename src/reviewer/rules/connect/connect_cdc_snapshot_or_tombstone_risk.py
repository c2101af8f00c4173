"""Deletes, or what happened meanwhile, never reach the topic or the target.

A setting of a connector that carried deletes, events or the gap of a restart is changed.

## What it catches

Deletes: `tombstones.on.delete` off, `behavior.on.null.values` from `delete` to `ignore`, `delete.enabled` off, `drop.tombstones` on, deletes among `skipped.operations`. Gaps: another
`slot.name`, `slot.drop.on.stop` on, a `snapshot.mode` without the rows that are there. Events that cannot be read: `event.processing.failure.handling.mode` from `fail` to `warn` or `skip`.

## Why it hurts in production

What was deleted lives on in the compacted topic, the index, the table, for ever. A new slot begins at the present: changes that the old one still held are never read.

## What to do

Keep deletes flowing; move to a new slot with a snapshot; let an event that cannot be read stop the connector.

## What it cannot see

A target that is filled anew.

## Examples

### bad: deletes are ignored by the index
--- connectors/shops.json
 {
   "name": "shops-index",
   "config": {
     "connector.class": "io.confluent.connect.elasticsearch.ElasticsearchSinkConnector",
     "topics": "shops",
-    "behavior.on.null.values": "delete"
+    "behavior.on.null.values": "ignore"
^ here
   }
 }

### bad: a new replication slot
--- connect/shops.yaml
 name: shops
 config:
   connector.class: io.debezium.connector.postgresql.PostgresConnector
   topic.prefix: shops
-  slot.name: shops
+  slot.name: shops_two # ! here

### good: deletes begin to be written
--- connectors/shops.json
 {
   "name": "shops-index",
   "config": {
     "connector.class": "io.confluent.connect.elasticsearch.ElasticsearchSinkConnector",
     "topics": "shops",
-    "behavior.on.null.values": "ignore"
+    "behavior.on.null.values": "delete"
   }
 }

### good: another setting of the same connector
--- connect/shops.yaml
 name: shops
 config:
   connector.class: io.debezium.connector.postgresql.PostgresConnector
   topic.prefix: shops
   slot.name: shops
-  max.batch.size: 2048
+  max.batch.size: 4096

## References

- https://debezium.io/documentation/reference/stable/connectors/postgresql.html
- https://docs.confluent.io/kafka-connectors/elasticsearch/current/configuration_options.html
"""

from __future__ import annotations

from collections.abc import Iterator

from reviewer.core.finding import Category, Confidence, Severity
from reviewer.facts.delta import Delta
from reviewer.rules.checks.connectors import Turned, connectors, turned
from reviewer.rules.checks.words import Words, of_change
from reviewer.rules.rule import Hit, Rule

_DELETES = "deletes are not passed on, and what was deleted stays for ever"
_BAD = {
    "tombstones.on.delete": ({"false"}, "a deleted row leaves no tombstone, and compaction never removes it"),
    "behavior.on.null.values": ({"ignore"}, _DELETES),
    "delete.enabled": ({"false", ""}, _DELETES),
    "drop.tombstones": ({"true"}, _DELETES),
    "skipped.operations": ({"d"}, _DELETES),
    "slot.drop.on.stop": ({"true"}, "what happens while the connector is stopped is never read"),
    "snapshot.mode": ({"never", "no_data", "schema_only", "recovery"}, "the rows that are there when it begins are not read"),
    "event.processing.failure.handling.mode": ({"warn", "skip", "ignore"}, "an event that cannot be read is passed over"),
}  # fmt: skip
_WORDS = Words(
    "{key} of {name} was {old} and {now}: {what}.",
    (
        "The deploy restarts {name} with {key} as it is now.",
        "From then on {what}.",
        "Topic or target and the source differ -> nobody notices until somebody asks for the data.",
    ),
    "Keep {key}={old}.",
)
_SLOT = Words(
    "slot.name of {name} was {old} and is {new} now: a new slot begins at the present.",
    (
        "The deploy stops {name}; the slot {old} holds what changed since its last read.",
        "{name} starts with the slot {new}, which begins at the moment when it is made.",
        "What {old} still held is not read -> these changes are missing, and the old slot keeps the log until the disk is full.",
    ),
    "Keep slot.name={old}, or take a new snapshot and drop the old slot after it.",
)


def compare(delta: Delta) -> Iterator[Hit]:
    """Connectors that stop to carry something."""
    for _, was, now in connectors(delta):
        for found in turned(was, now) if was is not None else ():
            key = found.key.split(".", 2)[-1] if found.key.startswith("transforms.") else found.key
            if key == "slot.name" and found.old and found.new:
                yield _SLOT.hit(
                    of_change(f"{now.name}/{key}", found.old, found.new),
                    found.span,
                    name=now.name,
                    old=found.old,
                    new=found.new,
                )
            elif _is_bad(key, found):
                yield _WORDS.hit(
                    of_change(f"{now.name}/{key}", found.old, found.new), found.span, key=key, name=now.name, old=found.old or "not set",
                    now=f"is {found.new} now" if found.new else "is removed", what=_BAD[key][1],
                )  # fmt: skip


def _is_bad(key: str, found: Turned) -> bool:
    if key not in _BAD:
        return False
    bad = _BAD[key][0]
    if key == "skipped.operations":
        return "d" in found.new.split(",") and "d" not in found.old.split(",")
    if key == "delete.enabled" and found.old != "true":
        return False
    return (
        found.new.lower() in bad
        and found.old.lower() not in bad
        and not (key == "behavior.on.null.values" and not found.old)
    )


RULE = Rule(
    __name__,
    __doc__,
    category=Category.DATA_LOSS,
    severity=Severity.HIGH,
    confidence=Confidence.MEDIUM,
    put_back=True,
    compare=compare,
)
