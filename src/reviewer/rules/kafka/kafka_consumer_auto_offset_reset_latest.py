"""A partition without an offset is now read from its end.

A consumer without an offset now begins at the end of the topic.

## What it catches

`auto.offset.reset` (in code, Spring or `.properties`) that was `earliest` before the change and is `latest` after it.

## Why it hurts in production

The reset acts whenever a partition has no committed offset: a new partition, an offset that expired while the group was
idle, a group that starts for the first time. With `latest` what was produced until the consumer's first poll is skipped, and no error tells.

## What to do

Keep `earliest` and make processing idempotent; for a wanted jump use `kafka-consumer-groups --reset-offsets` once.

## What it cannot see

Whether the records matter: a consumer that only shows live values is right to begin at the end. A `seek` in other code.

## Examples

### bad: in code
--- Loop.java
 import org.apache.kafka.clients.consumer.*;
 class Loop {
   void open(Properties props) {
-    props.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "earliest");
+    props.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "latest"); // ! here
   }
 }

### bad: Spring configuration
--- application.yml
 spring:
   kafka:
     consumer:
-      auto-offset-reset: earliest
+      auto-offset-reset: latest # ! here

### good: a new consumer that shows live values
--- application.yml
+spring:
+  kafka:
+    consumer:
+      auto-offset-reset: latest

### good: the literal moves into a constant
--- Loop.java
 import org.apache.kafka.clients.consumer.*;
 class Loop {
+  private static final String RESET = "earliest";
   void open(Properties props) {
-    props.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "earliest");
+    props.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, RESET);
   }
 }

## References

- https://kafka.apache.org/documentation/#consumerconfigs_auto.offset.reset
"""

from __future__ import annotations

from collections.abc import Iterator

from reviewer.core.finding import Category, Confidence, Severity
from reviewer.facts.delta import Delta
from reviewer.facts.streaming.model import Role
from reviewer.rules.checks.settings import changed
from reviewer.rules.checks.strength import is_weaker
from reviewer.rules.checks.words import Words
from reviewer.rules.rule import Hit, Rule

_KEY = "auto.offset.reset"
_WORDS = Words(
    "auto.offset.reset was earliest and is now latest: a partition without a committed offset begins at its end.",
    (
        "A partition is added to the topic, or the group's offsets expire while it is stopped.",
        "Producers write to it before this consumer has asked for its position.",
        "No committed offset is found, and latest puts the position behind these records -> they are never processed.",
    ),
    "Keep earliest; to skip a backlog once, reset the group's offsets with kafka-consumer-groups --reset-offsets.",
    ('"latest"', '"earliest"'),
)


def compare(delta: Delta) -> Iterator[Hit]:
    """A setting that is set anew has no earlier value to differ from; code that seeks decides for itself."""
    for found in changed(delta, _KEY):
        after = found.files.after
        seeks = after is not None and any(True for _ in after.operations_of(Role.SEEK))
        if not seeks and is_weaker(_KEY, found.old, found.new):
            yield _WORDS.hit(found.subject, found.span)


RULE = Rule(
    __name__,
    __doc__,
    category=Category.DATA_LOSS,
    severity=Severity.HIGH,
    confidence=Confidence.MEDIUM,
    only=("kafka-consumer", "spring-kafka"),
    compare=compare,
)
