"""A connector gives its records another key.

The fields that become the key of a source's records are others than before.

## What it catches

The fields of `ValueToKey`, of `ExtractField$Key`, and `message.key.columns` of Debezium, where they differ from before; such a transformation that is gone.

## Why it hurts in production

Records of one thing go to another partition than those before them: readers see them out of order, joins and tables by key miss, and a compacted topic keeps the old
key beside the new one for ever.

## What to do

Write to a new topic under the new key and move the readers.

## What it cannot see

A topic that nobody reads by key.

## Examples

### bad: keyed by another column
--- connect/visits.yaml
 name: visits
 config:
   connector.class: io.confluent.connect.jdbc.JdbcSourceConnector
   topic.prefix: crm-
   transforms: byWho
   transforms.byWho.type: org.apache.kafka.connect.transforms.ValueToKey
-  transforms.byWho.fields: guest
+  transforms.byWho.fields: room # ! here

### bad: other key columns
--- connect/visits.properties
 name=visits
 connector.class=io.debezium.connector.mysql.MySqlConnector
 topic.prefix=crm
-message.key.columns=crm.visits:guest
+message.key.columns=crm.visits:id # ! here

### good: a transformation of the value
--- connect/visits.yaml
 name: visits
 config:
   connector.class: io.confluent.connect.jdbc.JdbcSourceConnector
   topic.prefix: crm-
   transforms: less
   transforms.less.type: org.apache.kafka.connect.transforms.ReplaceField$Value
-  transforms.less.exclude: note
+  transforms.less.exclude: note,phone

### good: the topics are new
--- connect/visits.yaml
 name: visits
 config:
   connector.class: io.confluent.connect.jdbc.JdbcSourceConnector
-  topic.prefix: crm-
+  topic.prefix: crm-by-room-
   transforms: byWho
   transforms.byWho.type: org.apache.kafka.connect.transforms.ValueToKey
-  transforms.byWho.fields: guest
+  transforms.byWho.fields: room

## References

- https://kafka.apache.org/documentation/#connect_transforms
- https://debezium.io/documentation/reference/stable/connectors/mysql.html
"""

from __future__ import annotations

from collections.abc import Iterator

from reviewer.core.finding import Category, Confidence, Severity
from reviewer.facts.delta import Delta
from reviewer.facts.streaming.model import Connector
from reviewer.rules.checks.connectors import connectors, turned
from reviewer.rules.checks.words import Words, of_change
from reviewer.rules.rule import Hit, Rule

_TOPICS = ("topics", "topics.regex", "topic.prefix", "database.server.name")
_WORDS = Words(
    "{key} of {name} was {old} and is {new} now: its records get another key.",
    (
        "Records of one thing lie in the partition of {old}.",
        "{name} is restarted: the next ones are keyed by {new} and go to other partitions.",
        "A reader sees them before the older ones, a table keeps both keys, a join finds nothing -> order per key and what hangs on it are wrong.",
    ),
    "Keep {old}, or write to a new topic under the new key.",
)


def compare(delta: Delta) -> Iterator[Hit]:
    """Connectors whose key is made of something else."""
    for _, was, now in connectors(delta):
        changes = {found.key: found for found in turned(was, now)} if was is not None else {}
        if any(key in changes for key in _TOPICS):
            continue
        for key, found in changes.items():
            if found.old and found.new and (key == "message.key.columns" or _makes_key(now, key)):
                yield _WORDS.hit(
                    of_change(f"{now.name}/{key}", found.old, found.new),
                    found.span,
                    key=key,
                    name=now.name,
                    old=found.old,
                    new=found.new,
                )


def _makes_key(connector: Connector, key: str) -> bool:
    """Whether a setting says what a transformation makes the key of."""
    if not key.startswith("transforms.") or not key.endswith((".fields", ".field")):
        return False
    kind = connector.setting(f"{key.rpartition('.')[0]}.type")
    return kind is not None and kind.value.text.endswith(("ValueToKey", "ExtractField$Key"))


RULE = Rule(
    __name__,
    __doc__,
    category=Category.ORDERING,
    severity=Severity.HIGH,
    confidence=Confidence.MEDIUM,
    put_back=True,
    compare=compare,
)
