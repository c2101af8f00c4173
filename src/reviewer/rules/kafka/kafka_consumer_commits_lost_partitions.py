"""Offsets are committed for partitions that belong to somebody else already.

The callback for lost partitions commits, as if they were only revoked.

## What it catches

A commit in `onPartitionsLost` or its like, in the callback itself or in what it calls, such as the callback for revoked partitions.

## Why it hurts in production

Partitions are lost when the member has missed its session: another one owns them and has read on. The commit fails, and what it throws ends the
callback or the poll; where it gets through it sets the new owner's position back.

## What to do

Only drop what belongs to lost partitions. Commit in the callback for revoked partitions.

## What it cannot see

A commit that is made through another class.

## Examples

### bad: lost is handled as revoked
--- Steps.kt
 import org.apache.kafka.clients.consumer.Consumer
 import org.apache.kafka.clients.consumer.ConsumerRebalanceListener
 import org.apache.kafka.common.TopicPartition
 class Steps(private val consumer: Consumer<String, String>, private val done: Done) : ConsumerRebalanceListener {
     override fun onPartitionsRevoked(partitions: Collection<TopicPartition>) {
         consumer.commitSync(done.of(partitions))
     }
     override fun onPartitionsLost(partitions: Collection<TopicPartition>) {
-        done.forget(partitions)
+        onPartitionsRevoked(partitions) // ! here
     }
     override fun onPartitionsAssigned(partitions: Collection<TopicPartition>) {}
 }

### bad: the handler of lost partitions commits
--- Reader.cs
 using Confluent.Kafka;
 static class Reader
 {
     public static IConsumer<string, Row> Build(ConsumerConfig config, Rows rows) =>
         new ConsumerBuilder<string, Row>(config)
             .SetPartitionsLostHandler((consumer, partitions) =>
             {
+                consumer.Commit(partitions); // ! here
                 rows.Drop(partitions);
             })
             .Build();
 }

### good: what is lost is dropped
--- Steps.kt
 import org.apache.kafka.clients.consumer.Consumer
 import org.apache.kafka.clients.consumer.ConsumerRebalanceListener
 import org.apache.kafka.common.TopicPartition
 class Steps(private val consumer: Consumer<String, String>, private val done: Done) : ConsumerRebalanceListener {
     override fun onPartitionsRevoked(partitions: Collection<TopicPartition>) {
         consumer.commitSync(done.of(partitions))
     }
+    override fun onPartitionsLost(partitions: Collection<TopicPartition>) {
+        done.forget(partitions)
+    }
     override fun onPartitionsAssigned(partitions: Collection<TopicPartition>) {}
 }

### good: it commits for what is revoked
--- client.go
 package feed

 import "github.com/twmb/franz-go/pkg/kgo"

 func client() (*kgo.Client, error) {
        return kgo.NewClient(
+		kgo.OnPartitionsRevoked(func(ctx context.Context, cl *kgo.Client, _ map[string][]int32) {
+			if err := cl.CommitMarkedOffsets(ctx); err != nil {
+				log.Error(err)
+			}
+		}),
                kgo.OnPartitionsLost(func(_ context.Context, _ *kgo.Client, lost map[string][]int32) { forget(lost) }),
        )
 }

## References

- https://kafka.apache.org/40/javadoc/org/apache/kafka/clients/consumer/ConsumerRebalanceListener.html
"""

from __future__ import annotations

from collections.abc import Iterator

from reviewer.core.finding import Category, Confidence, Severity
from reviewer.facts.streaming.model import FactSet
from reviewer.facts.streaming.protections import written
from reviewer.rules.checks.rebalancing import name_of
from reviewer.rules.checks.words import Words
from reviewer.rules.rule import Hit, Rule

_WORDS = Words(
    "{call} in {callback} commits offsets of partitions that this member does not own any more.",
    (
        "The member misses its session (a long pause, a slow batch): its partitions are lost, another member owns them and reads on.",
        "{callback} runs and {call} commits the old positions.",
        "The commit fails and ends the callback, or the new owner's position goes back -> records are processed again.",
    ),
    "Drop what belongs to lost partitions in {callback}; commit only for revoked ones.",
)


def inspect(facts: FactSet) -> Iterator[Hit]:
    """Commits in what runs for lost partitions."""
    for file in facts.files:
        for callback in file.rebalances:
            commit = next((e for e in callback.effects if e.what == "commit"), None)
            if callback.event == "lost" and commit is not None:
                call = commit.via or commit.call
                yield _WORDS.hit(
                    f"{callback.name}/commits lost partitions",
                    call.name_span,
                    call=written(call),
                    callback=name_of(callback),
                )


RULE = Rule(
    __name__,
    __doc__,
    category=Category.DUPLICATES,
    severity=Severity.MEDIUM,
    confidence=Confidence.MEDIUM,
    covers=("kafka-consumer-no-rebalance-listener",),
    only=("kafka-consumer",),
    inspect=inspect,
)
