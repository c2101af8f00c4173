"""A rebalance of one partition throws away what belongs to all the others.

The callback handled the partitions that it is given, and now clears or closes everything.

## What it catches

In a callback for revoked, lost or closed partitions: entries were removed or closed for its partitions, and now the whole collection is cleared, or all of it is closed.

## Why it hurts in production

With cooperative rebalancing, and for every sink task of Connect, some partitions go and the rest stays. What is buffered for the rest is thrown away while its
offsets go on: these records are never written.

## What to do

Touch only what belongs to the partitions that the callback was given.

## What it cannot see

An assignor that revokes everything each time (eager): there the two are the same, until the assignor is changed.

## Examples

### bad: all buffers are emptied
--- Buffers.java
 import java.util.*;
 import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
 import org.apache.kafka.common.TopicPartition;
 class Buffers implements ConsumerRebalanceListener {
   private final Map<TopicPartition, Rows> rows = new HashMap<>();
   @Override
   public void onPartitionsRevoked(Collection<TopicPartition> partitions) {
-    partitions.forEach(p -> rows.remove(p).write());
+    rows.clear(); // ! here
   }
   @Override
   public void onPartitionsAssigned(Collection<TopicPartition> partitions) {
     partitions.forEach(p -> rows.put(p, new Rows()));
   }
 }

### bad: a sink task closes every writer
--- ObjectTask.java
 import java.util.*;
 import org.apache.kafka.common.TopicPartition;
 import org.apache.kafka.connect.sink.SinkTask;
 public abstract class ObjectTask extends SinkTask {
   private final Map<TopicPartition, Writer> writers = new HashMap<>();
   @Override
   public void close(Collection<TopicPartition> partitions) {
-    for (TopicPartition partition : partitions) {
-      Writer writer = writers.remove(partition);
-      writer.close();
-    }
+    for (Writer writer : writers.values()) {
+      writer.close();
+    }
+    writers.clear(); // ! here
   }
 }

### good: a loop becomes removeAll of the same partitions
--- Buffers.java
 import java.util.*;
 import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
 import org.apache.kafka.common.TopicPartition;
 class Buffers implements ConsumerRebalanceListener {
   private final Map<TopicPartition, Rows> rows = new HashMap<>();
   @Override
   public void onPartitionsRevoked(Collection<TopicPartition> partitions) {
-    partitions.forEach(rows::remove);
+    rows.keySet().removeAll(partitions);
   }
   @Override
   public void onPartitionsAssigned(Collection<TopicPartition> partitions) {}
 }

### good: what is cleared was cleared before
--- Buffers.java
 import java.util.*;
 import org.apache.kafka.clients.consumer.*;
 import org.apache.kafka.common.TopicPartition;
 class Buffers implements ConsumerRebalanceListener {
   private final Map<TopicPartition, OffsetAndMetadata> done = new HashMap<>();
   Consumer<String, String> consumer;
   @Override
   public void onPartitionsRevoked(Collection<TopicPartition> partitions) {
     consumer.commitSync(done);
+    log.info("revoked {}", partitions);
     done.clear();
   }
   @Override
   public void onPartitionsAssigned(Collection<TopicPartition> partitions) {}
 }

## References

- https://kafka.apache.org/40/javadoc/org/apache/kafka/clients/consumer/ConsumerRebalanceListener.html
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from reviewer.core.finding import Category, Confidence, Severity
from reviewer.facts.delta import Delta
from reviewer.facts.streaming.names import bare
from reviewer.rules.checks.rebalancing import callbacks, is_of_all_now, name_of
from reviewer.rules.checks.words import Words
from reviewer.rules.rule import Hit, Rule

_WORDS = Words(
    "{callback} did this for the partitions that go, and now {call} takes all of `{holder}`.",
    (
        "A member has several partitions, each with entries in `{holder}`; one of them is revoked (cooperative rebalancing, a sink task).",
        "{callback} takes away the entries of all, also of the partitions that stay here.",
        "The partitions that stay go on behind what was thrown away -> these records are never written.",
    ),
    "Take only the entries of the partitions that {callback} was given.",
)

_FORGETS = Words(
    "{callback} took the partitions that go out of `{holder}`, and now {call} forgets all of them.",
    (
        "A member has several partitions, all in `{holder}`; one of them is revoked (cooperative rebalancing).",
        "{callback} empties `{holder}`, and nobody tells it again of those that stay.",
        "What asks `{holder}` goes on as if they were another member's -> they are not read, committed or finished here, and nowhere else either.",
    ),
    "Take only the partitions out that {callback} was given.",
)
#: Says which partitions are here, and holds nothing of theirs.
_OWNED = re.compile(r"(?i)^_*(topic)?(partitions|assigned|assignment|owned)\w*$")


def compare(delta: Delta) -> Iterator[Hit]:
    """Callbacks that were about their partitions and are about all."""
    for files, was, now in callbacks(delta):
        if now is None or was.event not in ("revoked", "lost"):
            continue
        for effect in now.effects:
            if is_of_all_now(was, now, effect):
                span = (effect.via or effect.call).name_span
                if files.touches(span):
                    forgets = _OWNED.match(bare(effect.on)) is not None
                    hit = (_FORGETS if forgets else _WORDS).hit(
                        f"{was.name}/{bare(effect.on)} of all", span, callback=name_of(now), holder=bare(effect.on),
                        call=f"{effect.on}.{effect.call.name}()",
                    )  # fmt: skip
                    yield replace(hit, category=Category.STATE_CONSISTENCY) if forgets else hit
                    break


RULE = Rule(
    __name__,
    __doc__,
    category=Category.DATA_LOSS,
    severity=Severity.HIGH,
    confidence=Confidence.MEDIUM,
    only=("kafka-consumer", "kafka-connect"),
    compare=compare,
)
