"""What is kept of offsets, partitions or open work is no longer brought up to date.

A step of the program's own bookkeeping is left out in one place, while the rest still goes by it.

## What it catches

In Java, Kotlin and Scala code that tracks offsets, partitions or work in flight beside the client: a call that noted, forgot, restored or acknowledged
something (`paused.addAll(…)`, `failed.keySet().removeAll(…)`, `ack(record)`, `tracker.update()`) that the change removes from a function, while what it was made on stays in use elsewhere and no new line does
the same; in a callback for partitions also a call that told another part of the rebalance.

## Why it hurts in production

Such a map or set is right only when every way through the code keeps it so. The way that no longer does is mostly the rare one: a rebalance, a skipped record, a failed commit.
Then an old offset is committed over a newer one, a paused partition is never resumed, or a record stays open and holds all commits back.

## What to do

Keep the step on this way too, or bring everything that reads it to the new order of things.

## What it cannot see

That another class does the step now, or that this way is never taken any more.

## Examples

### bad: a partition that is paused again is not noted
--- Pauses.java
 import java.util.*;
 import org.apache.kafka.clients.consumer.Consumer;
 import org.apache.kafka.common.TopicPartition;
 class Pauses {
   private final Set<TopicPartition> paused = new HashSet<>();
   void again(Consumer<String, String> consumer, Collection<TopicPartition> back) {
     consumer.pause(back);
-    paused.addAll(back); // ! here
   }
   void resume(Consumer<String, String> consumer) {
     consumer.resume(paused);
     paused.clear();
   }
 }

### bad: a failed commit is tried again over a newer one
--- Committer.kt
 import org.apache.kafka.clients.consumer.KafkaConsumer
 import org.apache.kafka.clients.consumer.OffsetAndMetadata
 import org.apache.kafka.common.TopicPartition
 class Committer(private val consumer: KafkaConsumer<String, String>) {
     private val failedCommits = HashMap<TopicPartition, OffsetAndMetadata>()
     fun settle(done: Map<TopicPartition, OffsetAndMetadata>) {
         consumer.commitSync(done)
-        failedCommits.keys.removeAll(done.keys) // ! here
     }
     fun again() {
         if (failedCommits.isNotEmpty()) {
             consumer.commitSync(failedCommits)
         }
     }
 }

### good: it moved into a helper
--- Pauses.java
 import java.util.*;
 import org.apache.kafka.clients.consumer.Consumer;
 import org.apache.kafka.common.TopicPartition;
 class Pauses {
   private final Set<TopicPartition> paused = new HashSet<>();
   void again(Consumer<String, String> consumer, Collection<TopicPartition> back) {
-    consumer.pause(back);
-    paused.addAll(back);
+    hold(consumer, back);
   }
+  private void hold(Consumer<String, String> consumer, Collection<TopicPartition> back) {
+    consumer.pause(back);
+    paused.addAll(back);
+  }
   void resume(Consumer<String, String> consumer) {
     consumer.resume(paused);
     paused.clear();
   }
 }

### good: the set is given up as a whole
--- Pauses.java
 import java.util.*;
 import org.apache.kafka.clients.consumer.Consumer;
 import org.apache.kafka.common.TopicPartition;
 class Pauses {
-  private final Set<TopicPartition> paused = new HashSet<>();
   void again(Consumer<String, String> consumer, Collection<TopicPartition> back) {
     consumer.pause(back);
-    paused.addAll(back);
   }
   void resume(Consumer<String, String> consumer) {
-    consumer.resume(paused);
-    paused.clear();
+    consumer.resume(consumer.paused());
   }
 }

## References

- https://kafka.apache.org/40/javadoc/org/apache/kafka/clients/consumer/KafkaConsumer.html
"""

from __future__ import annotations

from collections.abc import Iterator

from reviewer.core.finding import Category, Confidence, Severity
from reviewer.facts.delta import Delta
from reviewer.rules.checks.left_out import is_of_flink, left_out, unset
from reviewer.rules.checks.left_out_words import hit_of, hit_of_unset
from reviewer.rules.rule import Hit, Rule


def compare(delta: Delta) -> Iterator[Hit]:
    """Steps that are gone from code that tracks offsets, partitions and work; that of Flink has its own rule."""
    for found in left_out(delta):
        if not is_of_flink(found):
            yield hit_of(found)
    for variable in unset(delta):
        if not is_of_flink(variable):
            yield hit_of_unset(variable)


RULE = Rule(
    __name__,
    __doc__,
    category=Category.DUPLICATES,
    severity=Severity.HIGH,
    confidence=Confidence.MEDIUM,
    only=("kafka-consumer", "kafka-connect"),
    compare=compare,
)
