"""Records of a topic get another format in the middle of it.

A connector's converter is exchanged, or writes without its schema.

## What it catches

`key.converter` or `value.converter` with another class, and `….schemas.enable` turned round, of a connector that is there already.

## Why it hurts in production

A source goes on in the same topic with bytes that its readers cannot read; a sink stops at the first record that is there in the old format.

## What to do

Write the new format to a new topic, or let readers understand both first.

## What it cannot see

A topic that is empty, or was drained for the change.

## Examples

### bad: Avro becomes JSON
--- connectors/rooms.json
 {
   "name": "rooms-source",
   "config": {
     "connector.class": "io.confluent.connect.jdbc.JdbcSourceConnector",
     "topic.prefix": "rooms-",
-    "value.converter": "io.confluent.connect.avro.AvroConverter"
+    "value.converter": "org.apache.kafka.connect.json.JsonConverter"
^ here
   }
 }

### bad: the envelope with the schema goes
--- connectors/rooms.properties
 name=rooms-source
 connector.class=io.confluent.connect.jdbc.JdbcSourceConnector
 topic.prefix=rooms-
 value.converter=org.apache.kafka.connect.json.JsonConverter
-value.converter.schemas.enable=true
+value.converter.schemas.enable=false # ! here

### good: another address of the registry
--- connectors/rooms.json
 {
   "name": "rooms-source",
   "config": {
     "connector.class": "io.confluent.connect.jdbc.JdbcSourceConnector",
     "topic.prefix": "rooms-",
     "value.converter": "io.confluent.connect.avro.AvroConverter",
-    "value.converter.schema.registry.url": "http://old:8081"
+    "value.converter.schema.registry.url": "http://new:8081"
   }
 }

### good: the topics change with the format
--- connectors/rooms.json
 {
   "name": "rooms-source",
   "config": {
     "connector.class": "io.confluent.connect.jdbc.JdbcSourceConnector",
-    "topic.prefix": "rooms-",
-    "value.converter": "io.confluent.connect.avro.AvroConverter"
+    "topic.prefix": "rooms-json-",
+    "value.converter": "org.apache.kafka.connect.json.JsonConverter"
   }
 }

## References

- https://kafka.apache.org/documentation/#connect
- https://docs.confluent.io/platform/current/connect/userguide.html
"""

from __future__ import annotations

from collections.abc import Iterator

from reviewer.core.finding import Category, Confidence, Severity
from reviewer.facts.delta import Delta
from reviewer.rules.checks.connectors import connectors, is_sink, turned
from reviewer.rules.checks.words import Words, of_change
from reviewer.rules.rule import Hit, Rule

_KEYS = frozenset(
    {"key.converter", "value.converter", "key.converter.schemas.enable", "value.converter.schemas.enable"}
)
_TOPICS = ("topics", "topics.regex", "topic.prefix", "database.server.name", "topic")
_SOURCE = Words(
    "{key} of {name} was {old} and is {new} now: its topics hold two formats.",
    (
        "{name} is restarted and writes new records as {new} says, into the same topics.",
        "A reader that expects {old} meets the first of them and fails, or takes the bytes for something else.",
        "It stops there, or skips the records -> everything behind the change is unread.",
    ),
    "Write the new format to new topics, or teach the readers both formats before.",
)
_SINK = Words(
    "{key} of {name} was {old} and is {new} now: what its topics hold already was written for {old}.",
    (
        "{name} is restarted and reads on where it was.",
        "The records between there and the producers' own change are in the old format, and {new} cannot read them.",
        "The task fails at the first one, or skips them where errors are tolerated -> they never reach the target.",
    ),
    "Drain the topics first, or read the new format from new topics.",
)


def compare(delta: Delta) -> Iterator[Hit]:
    """Connectors that keep their topics and change the format."""
    for _, was, now in connectors(delta):
        changes = {found.key: found for found in turned(was, now)} if was is not None else {}
        if any(key in changes for key in _TOPICS):
            continue
        for key in sorted(_KEYS & set(changes)):
            found = changes[key]
            old, new = _class(found.old), _class(found.new)
            if not old or not new or old.lower() == new.lower() or (key.endswith("enable") and key[:-15] in changes):
                continue
            words = _SINK if is_sink(now) else _SOURCE
            yield words.hit(
                of_change(f"{now.name}/{key}", old, new), found.span, key=key, name=now.name, old=old, new=new
            )


def _class(value: str) -> str:
    return value.rpartition(".")[2] or value


RULE = Rule(
    __name__,
    __doc__,
    category=Category.SCHEMA,
    severity=Severity.HIGH,
    confidence=Confidence.MEDIUM,
    compare=compare,
)
