"""The Kafka client commits what Beam has only read.

`enable.auto.commit` is on for a KafkaIO source.

## What it catches

`enable.auto.commit=true` in the consumer's configuration of `KafkaIO.read()` or `ReadFromKafka`, in Java, Kotlin, Scala and Python.

## Why it hurts in production

Beam reads ahead, and a bundle is done long after its records were polled. With auto commit the client commits by time what it has handed to the reader. A
pipeline that starts anew goes on from the group's offsets, behind bundles that never finished.

## What to do

Leave auto commit off, Beam's default, and call `commitOffsetsInFinalize()` (`commit_offset_in_finalize`): it commits after the bundle.

## What it cannot see

That the pipeline is always resumed from its own snapshot, so that the group's offsets are for monitoring only.

## Examples

### bad: auto commit instead of a commit in the finalizer
--- Reads.java
 import java.util.Map;
 import org.apache.beam.sdk.io.kafka.KafkaIO;
 import org.apache.kafka.clients.consumer.ConsumerConfig;
 final class Reads {
   static KafkaIO.Read<String, String> orders(String brokers) {
     return KafkaIO.<String, String>read()
         .withBootstrapServers(brokers)
         .withTopic("orders")
-        .withConsumerConfigUpdates(Map.of(ConsumerConfig.GROUP_ID_CONFIG, "beam"))
-        .commitOffsetsInFinalize();
+        .withConsumerConfigUpdates(
+            Map.of(ConsumerConfig.GROUP_ID_CONFIG, "beam", ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, true)); // ! here
   }
 }

### bad: auto commit in Python
--- read.py
 from apache_beam.io.kafka import ReadFromKafka

 def read(pipeline):
     return pipeline | ReadFromKafka(
         {
             "bootstrap.servers": "kafka:9092",
             "group.id": "beam",
+            "enable.auto.commit": "true", # ! here
         },
         ["orders"],
     )

### good: the commit in the finalizer
--- read.py
 from apache_beam.io.kafka import ReadFromKafka

 def read(pipeline):
     return pipeline | ReadFromKafka(
         {"bootstrap.servers": "kafka:9092", "group.id": "beam", "enable.auto.commit": "false"},
         ["orders"],
+        commit_offset_in_finalize=True,
     )

### good: another consumer of the file commits by time
--- Reads.java
 import java.util.Map;
 import org.apache.beam.sdk.io.kafka.KafkaIO;
+import org.apache.kafka.clients.consumer.KafkaConsumer;
 final class Reads {
   static KafkaIO.Read<String, String> orders(String brokers) {
     return KafkaIO.<String, String>read()
         .withBootstrapServers(brokers)
         .withTopic("orders");
   }
+  static KafkaConsumer<String, String> peek(String brokers) {
+    return new KafkaConsumer<>(Map.of("bootstrap.servers", brokers, "group.id", "peek", "enable.auto.commit", "true"));
+  }
 }

## References

- https://beam.apache.org/releases/javadoc/current/org/apache/beam/sdk/io/kafka/KafkaIO.html
"""

from __future__ import annotations

from collections.abc import Iterator

from reviewer.core.finding import Category, Confidence, Severity
from reviewer.facts.streaming.model import FactSet, FileFacts, Setting
from reviewer.rules.checks.words import Words, of_setting
from reviewer.rules.rule import Hit, Rule

_WORDS = Words(
    "enable.auto.commit is true for a source of Beam: the client commits what the pipeline has only read.",
    (
        "The reader polls records and gives them to bundles that are not finished yet.",
        "The consumer commits their offsets in the background.",
        "The workers are lost and the pipeline is started anew: it goes on behind these offsets -> the records of the unfinished bundles are never processed.",
    ),
    "Remove enable.auto.commit and call commitOffsetsInFinalize() (commit_offset_in_finalize=True in Python).",
)


def inspect(facts: FactSet) -> Iterator[Hit]:
    """Auto commit among the settings of a file that reads by Beam."""
    for file in facts.files:
        if "beam-kafka" in file.libraries:
            yield from (_WORDS.hit(of_setting(setting), setting.span) for setting in _on(file))


def _on(file: FileFacts) -> list[Setting]:
    """The setting of the source, or of the function that makes one and no other consumer."""
    makers = {b.call.function for b in file.builders if b.kind == "beam-source"}
    makers |= {c.call.function for c in file.clients if c.kind == "consumer" and c.library == "beam-kafka"}
    others = {c.call.function for c in file.clients if c.kind == "consumer" and c.library != "beam-kafka"}
    homes = {file.function_name(function) for function in makers - others}
    on = [s for s in file.settings if s.key == "enable.auto.commit" and s.value.is_explicit("true")]
    return [s for s in on if s.scope.partition("#")[0] in homes]


RULE = Rule(
    __name__,
    __doc__,
    category=Category.DATA_LOSS,
    severity=Severity.HIGH,
    confidence=Confidence.HIGH,
    put_back=True,
    only=("beam",),
    inspect=inspect,
)
