"""Partitions go to the next owner with work that is not finished.

The callback for revoked partitions no longer commits, flushes, waits or closes, or is gone.

## What it catches

A commit, a flush, a wait for work in flight, or a close or the emptying of a queue of records, that the change removes from what runs when partitions are revoked, and the removal of that callback:
rebalance listeners of the JVM clients, `Cleanup` of sarama, the options and handlers of franz-go, confluent-kafka and rdkafka, `close(partitions)` of a sink task.

## Why it hurts in production

A rebalance comes with every deploy and every scaling. What was processed since the last commit is processed again by the next owner; what is
buffered or in work here is finished by two members at once.

## What to do

Finish and commit what belongs to the revoked partitions before the callback returns.

## What it cannot see

A sink that recognises what it has seen; work that another class finishes on the same event.

## Examples

### bad: the listener only forgets
--- Keeper.java
 import java.util.*;
 import org.apache.kafka.clients.consumer.*;
 import org.apache.kafka.common.TopicPartition;
 class Keeper implements ConsumerRebalanceListener {
   final Map<TopicPartition, OffsetAndMetadata> ready = new HashMap<>();
   Consumer<String, String> consumer;
   @Override
   public void onPartitionsRevoked(Collection<TopicPartition> partitions) {
-    consumer.commitSync(ready); // ! here
     ready.clear();
   }
   @Override
   public void onPartitionsAssigned(Collection<TopicPartition> partitions) {}
 }

### bad: the session ends without the rows that are buffered
--- loader.go
 package loader

 import "github.com/IBM/sarama"

 type loader struct{ rows *Rows }

 func (l *loader) Setup(sarama.ConsumerGroupSession) error { return nil }

 func (l *loader) Cleanup(session sarama.ConsumerGroupSession) error {
-	return l.rows.Flush(session) // ! here
+	return nil
 }

### good: it moved into a helper
--- Keeper.java
 import java.util.*;
 import org.apache.kafka.clients.consumer.*;
 import org.apache.kafka.common.TopicPartition;
 class Keeper implements ConsumerRebalanceListener {
   final Map<TopicPartition, OffsetAndMetadata> ready = new HashMap<>();
   Consumer<String, String> consumer;
   @Override
   public void onPartitionsRevoked(Collection<TopicPartition> partitions) {
-    consumer.commitSync(ready);
+    settle();
     ready.clear();
   }
+  private void settle() {
+    consumer.commitSync(ready);
+  }
   @Override
   public void onPartitionsAssigned(Collection<TopicPartition> partitions) {}
 }

### good: every batch is committed before the next poll
--- reader.py
 from confluent_kafka import Consumer

 def on_revoke(consumer, partitions):
-    consumer.commit(asynchronous=False)
     print("revoked", partitions)

 def run(consumer: Consumer):
     consumer.subscribe(["claims"], on_revoke=on_revoke)
     while True:
         for message in consumer.consume(100, 1.0):
             book(message.value())
         consumer.commit(asynchronous=False)

## References

- https://kafka.apache.org/40/javadoc/org/apache/kafka/clients/consumer/ConsumerRebalanceListener.html
"""

from __future__ import annotations

from collections.abc import Iterator

from reviewer.core.finding import Category, Confidence, Severity
from reviewer.facts.delta import Delta
from reviewer.facts.streaming.model import Role
from reviewer.rules.checks.consuming import commit_calls, commits_later
from reviewer.rules.checks.rebalancing import FINISHES, Unprepared, is_of_all_now, keeps_records, lost
from reviewer.rules.checks.words import Words
from reviewer.rules.rule import Hit, Rule

_COMMIT = Words(
    "{call} is gone from {callback}: what was processed since the last commit is not committed when partitions go.",
    (
        "Records are processed; the last commit was some of them ago.",
        "A deploy or a new member starts a rebalance: {callback} gives the partitions away without a commit.",
        "The next owner begins at the last commit -> all records since then are processed again.",
    ),
    "Commit what is complete of the revoked partitions in {callback}, synchronously.",
)
_WORK = Words(
    "{call} is gone from {callback}: what is buffered or in work is not finished when partitions go.",
    (
        "Records of a partition are buffered or still in work here.",
        "A rebalance gives the partition to another member, and {callback} no longer finishes them.",
        "The new owner reads them again from the last commit while this member still has them -> they take effect twice, out of order, or not at all.",
    ),
    "Keep {call} in {callback}: finish what belongs to the revoked partitions before it returns.",
)


_QUEUE = Words(
    "{call} is gone from {callback}: records of partitions that are revoked stay in the queue.",
    (
        "Records of a partition are queued here.",
        "A rebalance gives the partition to another member; {callback} leaves its records in the queue.",
        "They are handed on here, and read by the new owner from the last commit -> they take effect twice.",
    ),
    "Keep {call} in {callback}: take the records of the revoked partitions out of the queue.",
)


def compare(delta: Delta) -> Iterator[Hit]:
    """Callbacks for partitions that go, without what finished their work."""
    for found in lost(delta, ("revoked", "stopped"), (*FINISHES, "drop")):
        if found.effect.what == "drop" and not keeps_records(found):
            continue
        if found.now is not None and any(is_of_all_now(found.was, found.now, e) for e in found.now.effects):
            continue  # that is another danger, and the graver one
        is_commit = found.effect.what == "commit"
        if not (is_commit and _is_committed_at_once(found)):
            words = _COMMIT if is_commit else _QUEUE if found.effect.what == "drop" else _WORK
            yield words.hit(
                f"{found.was.name}/{found.was.event}: {found.effect.what}",
                found.span,
                call=found.text,
                callback=found.callback,
            )


def _is_committed_at_once(found: Unprepared) -> bool:
    """Whether the rest of the file commits each batch before the next poll: then nothing is left for the callback."""
    after = found.files.after
    if after is None:
        return False
    inside = frozenset(
        f.index
        for r in after.rebalances
        for f in after.syntax.functions
        if f.index == r.function or after.syntax.is_inside(f.index, r.function)
    )
    polls = {o.call.function for o in after.operations_of(Role.POLL)} | {h.function for h in after.handlings}
    others = [call for call in commit_calls(after) if call.function not in inside and call.function in polls]
    return bool(others) and not commits_later(after, besides=inside)


RULE = Rule(
    __name__,
    __doc__,
    category=Category.DUPLICATES,
    severity=Severity.MEDIUM,
    confidence=Confidence.MEDIUM,
    covers=("kafka-consumer-no-rebalance-listener",),
    only=("kafka-consumer", "kafka-connect"),
    compare=compare,
)
