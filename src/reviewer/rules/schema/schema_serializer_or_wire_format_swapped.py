"""One topic holds records in two formats.

The serializer or deserializer of an existing topic changes its format.

## What it catches

`value.serializer`, `value.deserializer`, the same for keys, and the default serdes of Kafka Streams, in code and configuration, whose class writes or
reads another format than before: Avro, Protobuf or JSON Schema with a registry, plain JSON or text, numbers.

## Why it hurts in production

A record of a registry's serializer begins with a zero byte and the id of a schema; plain JSON and text don't. Readers that expect one format
fail at the other: at the old records, if they are deployed first, or at the new ones. For a key other bytes are another partition and another
key for compaction.

## What to do

A new topic, and both written until every reader has moved; or first a deserializer that looks at the first byte and reads both.

## What it cannot see

Formats of classes that it does not know (the project's own ones); a topic that is new under the same key of a setting. When a topic's name changes in
the same file, it says nothing. Text and plain JSON count as one format: both may be the same bytes.

## Examples

### bad: Avro becomes JSON
--- src/main/resources/application.yml
 spring:
   kafka:
     producer:
-      value-serializer: io.confluent.kafka.serializers.KafkaAvroSerializer
+      value-serializer: org.springframework.kafka.support.serializer.JsonSerializer # ! here

### bad: the key too, in code
--- Orders.java
 import org.apache.kafka.clients.producer.*;
 class Orders {
   void open(Properties props) {
-    props.put(ProducerConfig.KEY_SERIALIZER_CLASS_CONFIG, StringSerializer.class);
+    props.put(ProducerConfig.KEY_SERIALIZER_CLASS_CONFIG, LongSerializer.class); // ! here
   }
 }

### good: a wrapper for errors
--- src/main/resources/application.yml
 spring:
   kafka:
     consumer:
-      value-deserializer: org.springframework.kafka.support.serializer.JsonDeserializer
+      value-deserializer: org.springframework.kafka.support.serializer.ErrorHandlingDeserializer

### good: for another topic
--- src/main/resources/application.yml
 orders:
-  topic: orders
+  topic: orders-v2
 spring:
   kafka:
     producer:
-      value-serializer: io.confluent.kafka.serializers.KafkaAvroSerializer
+      value-serializer: io.confluent.kafka.serializers.protobuf.KafkaProtobufSerializer

## References

- https://docs.confluent.io/platform/current/schema-registry/fundamentals/serdes-develop/index.html#wire-format
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from reviewer.core.finding import Category, Confidence, Severity
from reviewer.core.span import Span
from reviewer.facts.delta import Delta
from reviewer.facts.streaming.model import FileFacts
from reviewer.rules.rule import Hit, Rule
from reviewer.rules.support import line

_KEY = re.compile(r"(?:^|\.)((?:default\.)?(key|value)\.(serializer|deserializer|serde))(?:\.class)?$")
_CLASS = re.compile(r"\b([A-Z]\w*(?:Serializer|Deserializer|Serde))\b")
_TEXT = "text or plain JSON"
_FORMATS = (
    (re.compile(r"^(Kafka|Specific|Generic|Reflection|Primitive)?Avro\w*"), "Avro"),
    (re.compile(r"^KafkaProtobuf\w*|^Protobuf\w*"), "Protobuf"),
    (re.compile(r"^KafkaJsonSchema\w*|^JsonSchemaKafka\w*"), "JSON Schema with a registry"),
    (re.compile(r"^(KafkaJson|Json|JacksonJson|JsonB|Jsonb|ObjectMapper|Gson|String|UUID|ToString)(Serializer|Deserializer|Serde)$"), _TEXT),
    (re.compile(r"^(Long|Integer|Short|Double|Float)(Serializer|Deserializer|Serde)$"), "a binary number"),
)  # fmt: skip
_TOPIC = re.compile(r"topic", re.IGNORECASE)


def compare(delta: Delta) -> Iterator[Hit]:
    """One setting of one scope of a file, while no topic of the file changes."""
    for _, before, after in delta.modified():
        old, new = _classes(before), _classes(after)
        if after.is_test or _topics(before) != _topics(after):
            continue
        for place, (name, span) in new.items():
            was = old.get(place)
            formats = _format(was[0]) if was else "", _format(name)
            if was and all(formats) and formats[0] != formats[1]:
                yield _hit(place, (was[0], formats[0]), (name, formats[1]), span)


def _classes(file: FileFacts) -> dict[tuple[str, str], tuple[str, Span]]:
    """(scope, key) -> class and place; a key that stands twice in a scope is left out."""
    found: dict[tuple[str, str], list[tuple[str, Span]]] = {}
    for setting in file.settings:
        if _KEY.search(setting.key) and (name := _CLASS.search(setting.value.text)):
            found.setdefault((setting.scope, setting.key), []).append((name[1], setting.span))
    return {place: classes[0] for place, classes in found.items() if len(classes) == 1}


def _format(name: str) -> str:
    return next((title for pattern, title in _FORMATS if pattern.search(name)), "")


def _topics(file: FileFacts) -> frozenset[str]:
    """All that the file says about topics' names."""
    names = {setting.value.text for setting in file.settings if _TOPIC.search(setting.key)}
    names |= {send.topic.text for send in file.sends if send.topic is not None}
    names |= {topic for handling in file.handlings for topic in handling.topics}
    return frozenset(names | {topic.name for topic in file.topics})


def _hit(place: tuple[str, str], was: tuple[str, str], now: tuple[str, str], span: Span) -> Hit:
    match = _KEY.search(place[1])
    key, part, role = match.groups() if match else (place[1], "value", "serializer")
    reads = role == "deserializer"
    first = (
        f"The reader is deployed and expects {now[1]}; the topic holds records in {was[1]}, and their producers may go on writing them."
        if reads
        else f"The producer is deployed and writes {now[1]} into the topic that holds records in {was[1]}."
    )
    last = (
        "The same entity has another key: it goes to another partition, compaction keeps both, and tables and joins hold two rows."
        if part == "key"
        else "It fails again after every restart: a poison pill stops the partition, or the record is skipped and lost."
    )
    return Hit(
        subject=f"{place[0]}: {key} {was[0]} -> {now[0]}",
        span=line(span),
        message=f"{key} was {was[0]} ({was[1]}) and is now {now[0]} ({now[1]}).",
        scenario=(
            first,
            "A reader meets a record of the other format: deserialization fails, or bytes are taken for other values.",
            last,
        ),
        fix=f"Write {now[1]} to a new topic, and both until every reader has moved; or deploy readers first that look at the first byte and read both.",
    )


RULE = Rule(
    __name__,
    __doc__,
    category=Category.SCHEMA,
    severity=Severity.CRITICAL,
    confidence=Confidence.HIGH,
    compare=compare,
)
