"""Settings in `Properties` are not seen.

Defaults of a `Properties` object are no entries, and `contains` asks for values, not for keys.

## What it catches

`new Properties(defaults)` that a Kafka client is made of, and in Java `properties.contains(ConsumerConfig.…)` on a `Properties` object.

## Why it hurts in production

The clients copy the entries of a `Properties` object; what stands in its defaults is not among them. Group, reset, commit and security settings are then those of the client, without a word.
`contains` of `Properties` looks for a value: asked for a key it says no, and the code takes the way for a setting that was not given.

## What to do

Copy with `putAll`, and ask with `containsKey`.

## What it cannot see

Defaults that are written out as entries later.

## Examples

### bad: the base settings are defaults
--- Clients.java
 import java.util.Properties;
 import org.apache.kafka.clients.consumer.KafkaConsumer;
 class Clients {
   KafkaConsumer<String, String> consumer(Properties base, String id) {
-    Properties props = new Properties();
-    props.putAll(base);
+    Properties props = new Properties(base); // ! here
     props.put("client.id", id);
     return new KafkaConsumer<>(props);
   }
 }

### bad: a value is asked for
--- Task.java
 import java.util.Properties;
 import org.apache.kafka.clients.consumer.ConsumerConfig;
 import org.apache.kafka.clients.consumer.KafkaConsumer;
 class Task {
   String group(Properties props) {
-    if (props.containsKey(ConsumerConfig.GROUP_ID_CONFIG)) {
+    if (props.contains(ConsumerConfig.GROUP_ID_CONFIG)) { // ! here
       return props.getProperty(ConsumerConfig.GROUP_ID_CONFIG);
     }
     return null;
   }
 }

### good: the base is copied
--- Clients.java
 import java.util.Properties;
 import org.apache.kafka.clients.consumer.KafkaConsumer;
 class Clients {
   KafkaConsumer<String, String> consumer(Properties base, String id) {
+    Properties props = new Properties();
+    props.putAll(base);
-    Properties props = base;
     props.put("client.id", id);
     return new KafkaConsumer<>(props);
   }
 }

### good: a size, and a set of names
--- Clients.java
 import java.util.*;
 import org.apache.kafka.clients.consumer.ConsumerConfig;
 import org.apache.kafka.clients.consumer.KafkaConsumer;
 class Clients {
   KafkaConsumer<String, String> consumer(Set<String> known) {
+    Properties props = new Properties(16);
+    if (known.contains(ConsumerConfig.GROUP_ID_CONFIG)) {
+      props.put("group.id", "orders");
+    }
     return new KafkaConsumer<>(props);
   }
 }

## References

- https://docs.oracle.com/en/java/javase/17/docs/api/java.base/java/util/Properties.html
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from reviewer.core.finding import Category, Confidence, Severity
from reviewer.facts.streaming.bookkeeping import is_streaming
from reviewer.facts.streaming.model import FactSet, FileFacts
from reviewer.facts.streaming.names import bare, simple_type
from reviewer.facts.streaming.records import mentions
from reviewer.facts.syntax import Call, ExpressionKind
from reviewer.rules.checks.words import Words
from reviewer.rules.rule import Hit, Rule
from reviewer.rules.support import short

_CLIENTS = frozenset({"KafkaConsumer", "KafkaProducer", "KafkaStreams", "StreamsConfig", "FlinkKafkaConsumer", "FlinkKafkaProducer", "ConsumerConfig", "ProducerConfig"})  # fmt: skip
_KEY = re.compile(r"(?:\w+Config\.[A-Z_]+|\"[a-z]+(?:\.[a-z]+)+\")")
_DEFAULTS = Words(
    "`{name}` has `{base}` as defaults: {client} copies its entries, and these are none.",
    (
        "{client} is made of `{name}`.",
        "It copies the entries of `{name}`; what stands in `{base}` is not among them.",
        "Group, reset, commit and security settings of `{base}` do not hold, and the client takes its own -> records are read from another place, committed otherwise, or not at all.",
    ),
    "Make an empty `Properties` and copy with `{name}.putAll({base})`.",
)
_VALUE = Words(
    "`{name}.contains({key})` asks whether a value is `{key}`, not whether the setting is there.",
    (
        "Somebody sets {key}.",
        "`contains` of `Properties` looks for it among the values, and does not find it.",
        "The code goes on as if it had not been set -> the client runs with another setting than the one that was given.",
    ),
    "Ask with `containsKey({key})`.",
    replace=("contains(", "containsKey("),
)


def inspect(facts: FactSet) -> Iterator[Hit]:
    """Defaults that a client does not see, and keys that are looked for among the values."""
    for file in facts.files:
        if file.syntax.language not in ("java", "kotlin", "scala") or not is_streaming(file):
            continue
        for call in file.syntax.calls:
            if call.name == "Properties" and len(call.arguments) == 1 and call.result_name:
                yield from _defaults(file, call)
            elif call.name == "contains" and len(call.arguments) == 1 and file.syntax.language == "java":
                key, name = call.arguments[0].value.text, call.receiver
                if _KEY.fullmatch(key) and simple_type(file.names.type_of(name, call.function)) == "Properties":
                    yield _VALUE.hit(
                        f"{file.function_name(call.function)}/{name} contains {key}", call.name_span, name=name, key=key
                    )


def _defaults(file: FileFacts, call: Call) -> Iterator[Hit]:
    base, name = call.arguments[0].value, bare(call.result_name or "")
    if base.kind not in (ExpressionKind.NAME, ExpressionKind.CALL):  # a size
        return
    for made in file.syntax.calls:
        if made.name in _CLIENTS and made.is_construction and made.function == call.function:
            if any(mentions(a.value.text, {name}) for a in made.arguments):
                yield _DEFAULTS.hit(
                    f"{file.function_name(call.function)}/{name} with defaults", call.name_span, name=name, base=short(base.text), client=made.name
                )  # fmt: skip
                return


RULE = Rule(
    __name__,
    __doc__,
    category=Category.OPERATIONS,
    severity=Severity.MEDIUM,
    confidence=Confidence.HIGH,
    only=("kafka-consumer", "kafka-producer"),
    inspect=inspect,
)
