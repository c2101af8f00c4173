"""A connector forgets how far it was.

What a connector's offsets hang on gets another name.

## What it catches

The name of a connector whose class and settings stay; `topic.prefix` (`database.server.name`) and `consumer.override.group.id` of the
same connector; `group.id`, `offset.storage.topic` and `config.storage.topic` of a worker.

## Why it hurts in production

The offsets of a source are stored under the connector's name, those of a sink in the group `connect-<name>`. Under a new name a source takes its
snapshot again or begins at the present, and a sink reads its topics again from the start. A new topic for a worker's offsets or configurations is
empty: all connectors begin anew, or are gone.

## What to do

Keep the name; or stop the connector and move its offsets with the REST API (KIP-875) before the new one starts.

## What it cannot see

Connectors that were never deployed; offsets that somebody moves by hand.

## Examples

### bad: a sink is renamed
--- sink.json
 {
-  "name": "orders-to-s3",
+  "name": "orders-s3-sink",
^ here
   "config": {
     "connector.class": "io.confluent.connect.s3.S3SinkConnector",
     "topics": "orders",
     "tasks.max": "4"
   }
 }

### bad: a source gets another prefix
--- source.yaml
 apiVersion: kafka.strimzi.io/v1beta2
 kind: KafkaConnector
 metadata:
   name: shop-source
 spec:
   class: io.debezium.connector.postgresql.PostgresConnector
   tasksMax: 1
   config:
-    topic.prefix: shop
+    topic.prefix: shop-two # ! here

### good: another connector takes its place
--- sink.json
 {
-  "name": "orders-to-s3",
+  "name": "payments-to-search",
   "config": {
-    "connector.class": "io.confluent.connect.s3.S3SinkConnector",
-    "topics": "orders",
+    "connector.class": "io.confluent.connect.elasticsearch.ElasticsearchSinkConnector",
+    "topics": "payments",
     "tasks.max": "4"
   }
 }

### good: a second connector
--- connectors.yaml
 connectors:
   orders-to-s3:
     config:
       connector.class: io.confluent.connect.s3.S3SinkConnector
       topics: orders
+  bills-to-s3:
+    config:
+      connector.class: io.confluent.connect.s3.S3SinkConnector
+      topics: bills

## References

- https://cwiki.apache.org/confluence/display/KAFKA/KIP-875
- https://kafka.apache.org/documentation/#connect
"""

from __future__ import annotations

from collections.abc import Iterator

from reviewer.core.finding import Category, Confidence, Severity
from reviewer.core.span import Span
from reviewer.facts.delta import Delta
from reviewer.facts.streaming.model import Connector, FileFacts, Known
from reviewer.rules.checks.settings import changed
from reviewer.rules.checks.words import Words, of_change
from reviewer.rules.rule import Hit, Rule

_OWN = {
    "topic.prefix": "its records go to topics of another name, which nobody reads yet",
    "database.server.name": "its records go to topics of another name, which nobody reads yet",
    "consumer.override.group.id": "a new group has no offsets",
}
_WORKER = {
    "group.id": "a second worker group starts the same connectors beside the old one, or none at all",
    "offset.storage.topic": "no source finds its offsets",
    "config.storage.topic": "the group has no connectors",
}
_RENAMED = Words(
    "The connector {old} is now called {new}; its offsets are stored under its name.",
    (
        "The deploy stops {old} and starts {new}, for which no offsets exist.",
        "A source takes its snapshot again or begins at the present; a sink, in the group connect-{new}, begins where auto.offset.reset says.",
        "Everything is written a second time, or what came between the two is skipped.",
    ),
    "Keep the name {old}, or stop it and give its offsets to {new} with the REST API (KIP-875) first.",
)
_CHANGED = Words(
    "{key} of {of} was {old} and is now {new}: {what}.",
    (
        "The deploy restarts {of} with {key}={new}.",
        "What was stored under {old} is not found: {what}.",
        "Records are skipped, or everything is read and written a second time.",
    ),
    "Keep {key}={old}, or move what hangs on it before the change.",
)


def compare(delta: Delta) -> Iterator[Hit]:
    """Connectors of one file, then workers."""
    for _, before, after in delta.modified():
        if after.is_test or after.is_development:
            continue  # nobody's offsets hang on it
        yield from _renamed(before, after)
        yield from _settings(before, after)
    for found in changed(delta, *_WORKER):
        setting = found.after
        if setting is None or not found.is_sure or not found.old.known is found.new.known is Known.EXPLICIT:
            continue
        if setting.client == "worker" or setting.key != "group.id":
            what = _WORKER[setting.key]
            yield _hit(setting.key, "the worker group", found.old.text, found.new.text, what, found.span)


def _renamed(before: FileFacts, after: FileFacts) -> Iterator[Hit]:
    """One that goes and one that comes with the same class and nearly the same settings."""
    old = [c for c in before.connectors if c.name not in {other.name for other in after.connectors}]
    new = [c for c in after.connectors if c.name not in {other.name for other in before.connectors}]
    if len(old) == len(new) == 1 and old[0].is_literal and new[0].is_literal and _is_same(old[0], new[0]):
        span = new[0].name_span or new[0].span
        yield _RENAMED.hit(of_change("connector", old[0].name, new[0].name), span, old=old[0].name, new=new[0].name)


def _is_same(old: Connector, new: Connector) -> bool:
    if old.connector_class != new.connector_class or old.declared_by != new.declared_by:
        return False
    one, other = ({(s.key, s.value.text) for s in c.settings if s.key != "name"} for c in (old, new))
    return len(one & other) * 2 >= len(one | other) and bool(one & other)


def _settings(before: FileFacts, after: FileFacts) -> Iterator[Hit]:
    old = {connector.name: connector for connector in before.connectors}
    for connector in after.connectors:
        was = old.get(connector.name)
        for key, what in _OWN.items() if was is not None else ():
            one, other = was.setting(key) if was is not None else None, connector.setting(key)
            if one is None or other is None or one.value == other.value:
                continue
            if one.value.known is other.value.known is Known.EXPLICIT:
                yield _hit(key, f"the connector {connector.name}", one.value.text, other.value.text, what, other.span)


def _hit(key: str, of: str, old: str, new: str, what: str, span: Span) -> Hit:
    return _CHANGED.hit(of_change(f"{of}/{key}", old, new), span, key=key, of=of, old=old, new=new, what=what)


RULE = Rule(
    __name__,
    __doc__,
    category=Category.DUPLICATES,
    severity=Severity.HIGH,
    confidence=Confidence.HIGH,
    put_back=True,
    compare=compare,
)
