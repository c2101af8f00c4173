"""One unreadable record stops the consumer for good.

The wrapper that turns an unreadable record into an error of that record alone is taken away.

## What it catches

A `key.deserializer` or `value.deserializer` that was Spring's `ErrorHandlingDeserializer` and is another class after the change.

## Why it hurts in production

Without the wrapper `poll()` itself throws, before the error handler or the listener can see the record. The position does not move: the same record is read
again and again, the partition stands still and its lag grows until someone moves the offset by hand.

## What to do

Keep `ErrorHandlingDeserializer` around the real one and give the error handler a `DeadLetterPublishingRecoverer`.

## Trade-off

A dead-letter topic must be watched and replayed. Stopping at the record is legitimate where no record may be passed over.

## What it cannot see

A deserializer of the team's own that never throws.

## Examples

### bad: the wrapper is replaced by what it wrapped
--- src/main/resources/application.yml
 spring:
   kafka:
     consumer:
       group-id: ledger
-      value-deserializer: org.springframework.kafka.support.serializer.ErrorHandlingDeserializer
+      value-deserializer: org.springframework.kafka.support.serializer.JsonDeserializer # ! here

### bad: in code
--- Config.java
 import org.springframework.kafka.core.*;
 import org.apache.kafka.clients.consumer.ConsumerConfig;
 class Config {
   ConsumerFactory<String, Invoice> factory(Map<String, Object> settings) {
-    settings.put(ConsumerConfig.VALUE_DESERIALIZER_CLASS_CONFIG, ErrorHandlingDeserializer.class);
+    settings.put(ConsumerConfig.VALUE_DESERIALIZER_CLASS_CONFIG, JsonDeserializer.class); // ! here
     return new DefaultKafkaConsumerFactory<>(settings);
   }
 }

### good: the wrapper comes
--- src/main/resources/application.yml
 spring:
   kafka:
     consumer:
       group-id: ledger
-      value-deserializer: org.springframework.kafka.support.serializer.JsonDeserializer
+      value-deserializer: org.springframework.kafka.support.serializer.ErrorHandlingDeserializer

### good: another delegate behind the same wrapper
--- src/main/resources/application.yml
 spring:
   kafka:
     consumer:
       value-deserializer: org.springframework.kafka.support.serializer.ErrorHandlingDeserializer
       properties:
-        spring.deserializer.value.delegate.class: org.apache.kafka.common.serialization.StringDeserializer
+        spring.deserializer.value.delegate.class: org.springframework.kafka.support.serializer.JsonDeserializer

## References

- https://docs.spring.io/spring-kafka/reference/kafka/serdes.html
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from reviewer.core.finding import Category, Confidence, Severity
from reviewer.facts.delta import Delta
from reviewer.facts.streaming.model import Setting
from reviewer.rules.checks.words import Words, of_setting
from reviewer.rules.rule import Hit, Rule
from reviewer.rules.support import short

_KEYS = ("key.deserializer", "value.deserializer", "key.deserializer.class", "value.deserializer.class")
_WRAPPER = re.compile(r"ErrorHandlingDeserializer")
_WORDS = Words(
    "{key} was ErrorHandlingDeserializer and is {new}: a record that can't be read makes poll() throw.",
    (
        "A record arrives that {new} can't read.",
        "poll() throws before the listener or the error handler sees it; the position does not move.",
        "The next poll reads the same record -> the partition stands still until someone moves its offset by hand.",
    ),
    "Keep ErrorHandlingDeserializer with {new} as its delegate (spring.deserializer.value.delegate.class), and a DeadLetterPublishingRecoverer.",
)


def compare(delta: Delta) -> Iterator[Hit]:
    """The wrapper was there, and another class is now."""
    for pair in delta.settings(*_KEYS):
        was, now = pair.before, pair.after
        if was is not None and now is not None and _WRAPPER.search(was.value.text) and _is_other(now):
            new = short(re.sub(r"(\.class|::class(\.java)?)$", "", now.value.text).rsplit(".", 1)[-1])
            yield _WORDS.hit(of_setting(now), now.span, key=now.key, new=new)


def _is_other(now: Setting) -> bool:
    return not _WRAPPER.search(now.value.text) and re.search(r"Deserializer", now.value.text) is not None


RULE = Rule(
    __name__,
    __doc__,
    category=Category.OPERATIONS,
    severity=Severity.HIGH,
    confidence=Confidence.MEDIUM,
    only=("kafka-consumer", "spring-kafka"),
    compare=compare,
)
