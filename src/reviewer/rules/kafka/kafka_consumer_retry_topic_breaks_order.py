"""A retry topic lets newer records overtake the failed one.

Failed records go to a retry topic while later records of the same key go on.

## What it catches

Spring's `@RetryableTopic` or `RetryTopicConfiguration`, and a catch that sends the record to a topic whose name says retry.

## Why it hurts in production

The failed update comes back minutes later, after the updates that followed it, and overwrites them.

## What to do

Retry in place (blocking) for ordered topics, park all later records of the failed key, or apply only when the version is newer.

## Trade-off

Retrying in place holds up all records behind the failed one. A retry topic is legitimate where records of one key may overtake each
other.

## What it cannot see

Records without keys, updates that commute, a version check in the handler.

## Examples

### bad: @RetryableTopic is put on a listener
--- L.java
 import org.springframework.kafka.annotation.KafkaListener;
 class L {
+  @RetryableTopic(attempts = "4") // ! here
   @KafkaListener(topics = "orders")
   void on(Order order) { place(order); }
 }

### bad: a retry topic of one's own
--- L.java
+import org.springframework.kafka.annotation.KafkaListener;
+import org.springframework.kafka.core.KafkaTemplate;
+class L {
+  private final KafkaTemplate<String, Order> kafkaTemplate;
+  @KafkaListener(topics = "orders")
+  void on(Order order) throws Exception {
+    try {
+      place(order);
+    } catch (Exception e) {
+      kafkaTemplate.send("orders-retry-1m", order.id(), order).get(); // ! here
+    }
+  }
+}

### good: Spring Retry on a service is no retry topic
--- S.java
+import org.springframework.kafka.core.KafkaTemplate;
+class S {
+  @Retryable(maxAttempts = 3)
+  void call(Order order) { remote.call(order); }
+}

### good: a dead-letter topic is not replayed by itself
--- L.java
+import org.springframework.kafka.annotation.KafkaListener;
+import org.springframework.kafka.core.KafkaTemplate;
+class L {
+  private final KafkaTemplate<String, Order> kafkaTemplate;
+  @KafkaListener(topics = "orders")
+  void on(Order order) throws Exception {
+    try {
+      place(order);
+    } catch (Exception e) {
+      kafkaTemplate.send("orders-dlt", order.id(), order).get();
+    }
+  }
+}

## References

- https://docs.spring.io/spring-kafka/reference/retrytopic/how-the-pattern-works.html
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from reviewer.core.finding import Category, Confidence, Severity
from reviewer.facts.streaming.model import FactSet, FileFacts, Send
from reviewer.facts.streaming.names import simple_type
from reviewer.facts.syntax import BlockKind
from reviewer.rules.checks.words import Words, of_call
from reviewer.rules.rule import Hit, Rule
from reviewer.rules.support import code_files, short

_RETRY = re.compile(r"retry", re.IGNORECASE)
_WORDS = Words(
    "{what} lets later records of the same key overtake a failed one.",
    (
        "Update 1 of key K fails and is sent to the retry topic; its offset is committed.",
        "Update 2 of key K is applied at once.",
        "After the back-off update 1 is applied over update 2 -> the state of K is stale, and stays so.",
    ),
    "Retry in place (blocking) where order matters, or apply an update only when its version is newer than the stored one.",
)


def inspect(facts: FactSet) -> Iterator[Hit]:
    """Annotations, then retry-topic configurations, then sends in a catch."""
    for file in code_files(facts):
        for function in file.syntax.functions:
            for annotation in function.annotations:
                if annotation.simple_name == "RetryableTopic":
                    yield _WORDS.hit(function.qualified, annotation.span, what="@RetryableTopic")
        for call in file.syntax.calls:
            if simple_type(call.receiver) == "RetryTopicConfigurationBuilder":
                yield _WORDS.hit(file.function_name(call.function), call.name_span, what="A RetryTopicConfiguration")
        for send in file.sends:
            topic = _topic(file, send)
            if topic and _RETRY.search(topic) and _fails_over(file, send):
                call = send.operation.call
                yield _WORDS.hit(of_call(file, call, topic), call.name_span, what=f"The send to {short(topic)}")


def _topic(file: FileFacts, send: Send) -> str:
    if send.topic is None:
        return ""
    value = file.names.resolve(send.topic, send.operation.call.function)
    return f"{send.topic.text} {value.text}"


def _fails_over(file: FileFacts, send: Send) -> bool:
    return file.syntax.enclosing(send.operation.call.blocks, BlockKind.CATCH) is not None


RULE = Rule(
    __name__,
    __doc__,
    category=Category.ORDERING,
    severity=Severity.HIGH,
    confidence=Confidence.MEDIUM,
    only=("kafka-consumer", "spring-kafka"),
    inspect=inspect,
)
