"""New partitions come without what was prepared for them.

The callback for assigned partitions no longer pauses them again or seeks to their own position.

## What it catches

A `pause`, or a `seek` to a stored position, that the change removes from what runs when partitions are assigned; the only seek behind an `assign(…)` by hand.

## Why it hurts in production

Pauses and positions are the client's, per assignment: after a rebalance they begin anew. A reader that is paused for back-pressure fetches the
new partitions anyway and overruns what it protected; one that keeps its offsets with its results begins at the group's offset instead.

## What to do

Pause the assigned partitions when the reader is paused; seek to the stored offset of each.

## What it cannot see

A pause that is renewed after each poll by another class.

## Examples

### bad: a paused reader takes new partitions unpaused
--- Valve.java
 import java.util.*;
 import org.apache.kafka.clients.consumer.*;
 import org.apache.kafka.common.TopicPartition;
 class Valve implements ConsumerRebalanceListener {
   private Consumer<String, byte[]> consumer;
   private boolean closed;
   void close() {
     closed = true;
     consumer.pause(consumer.assignment());
   }
   @Override
   public void onPartitionsAssigned(Collection<TopicPartition> partitions) {
-    if (closed) {
-      consumer.pause(partitions); // ! here
-    }
   }
   @Override
   public void onPartitionsRevoked(Collection<TopicPartition> partitions) {}
 }

### bad: the offsets that are kept with the rows are not sought any more
--- projector.py
 from aiokafka import ConsumerRebalanceListener

 class Projector(ConsumerRebalanceListener):
     def __init__(self, consumer, rows):
         self.consumer = consumer
         self.rows = rows

     async def on_partitions_revoked(self, revoked):
         pass

     async def on_partitions_assigned(self, assigned):
-        for partition in assigned:
-            self.consumer.seek(partition, self.rows.next_offset(partition)) # ! here
+        print("assigned", assigned)

### good: nothing is paused any more
--- Valve.java
 import java.util.*;
 import org.apache.kafka.clients.consumer.*;
 import org.apache.kafka.common.TopicPartition;
 class Valve implements ConsumerRebalanceListener {
   private Consumer<String, byte[]> consumer;
-  private boolean closed;
-  void close() {
-    closed = true;
-    consumer.pause(consumer.assignment());
-  }
   @Override
   public void onPartitionsAssigned(Collection<TopicPartition> partitions) {
-    if (closed) {
-      consumer.pause(partitions);
-    }
   }
   @Override
   public void onPartitionsRevoked(Collection<TopicPartition> partitions) {}
 }

### good: the seek to the beginning that each deploy made is gone
--- Replay.java
 import java.util.*;
 import org.apache.kafka.clients.consumer.*;
 import org.apache.kafka.common.TopicPartition;
 class Replay implements ConsumerRebalanceListener {
   private Consumer<String, byte[]> consumer;
   @Override
   public void onPartitionsAssigned(Collection<TopicPartition> partitions) {
-    consumer.seekToBeginning(partitions);
   }
   @Override
   public void onPartitionsRevoked(Collection<TopicPartition> partitions) {}
 }

## References

- https://kafka.apache.org/40/javadoc/org/apache/kafka/clients/consumer/ConsumerRebalanceListener.html
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from reviewer.core.finding import Category, Confidence, Severity
from reviewer.facts.delta import Delta
from reviewer.facts.streaming.model import FileFacts, Role
from reviewer.facts.streaming.protections import calls_of, folded, qualified, written
from reviewer.facts.syntax import Call
from reviewer.rules.checks.rebalancing import lost
from reviewer.rules.checks.words import Words
from reviewer.rules.rule import Hit, Rule

_PAUSE = Words(
    "{call} is gone from {callback}: a paused reader gets new partitions unpaused.",
    (
        "The reader is paused because its queue is full.",
        "A rebalance assigns partitions; {callback} leaves them unpaused, the pause of the others is not theirs.",
        "Their records are fetched and handed on although nothing may come -> the queue overruns, or the poll blocks until the member is expelled.",
    ),
    "Pause the assigned partitions in {callback} while the reader is paused.",
)
_SEEK = Words(
    "{call} is gone from {callback}: assigned partitions begin at the group's committed offset, not at the stored one.",
    (
        "The position of each partition is kept with the results, and {callback} went there.",
        "A rebalance assigns the partition: nothing seeks, and the client begins at the committed offset, or where auto.offset.reset says.",
        "The two positions differ -> records are applied again, or are skipped.",
    ),
    "Keep {call} in {callback}, or commit the positions to the group.",
)

_BY_HAND = Words(
    "{seek} behind {assign} is removed: the reader begins where auto.offset.reset says, or at what a group has committed.",
    (
        "{function}() assigns the partitions itself and wants to read them from a certain position.",
        "Without {seek} the client asks for a committed offset; where there is none, auto.offset.reset puts it anywhere, by default at the end.",
        "What lies in the partitions is not read -> the reader finds nothing or a part of it, and goes on as if that were all.",
    ),
    "Keep {seek}, or set auto.offset.reset=earliest for a reader without a group.",
)


_POSITIONS = re.compile(r"seek|rewind|reset|offsetsfortimes|fromoffset|startat|incrementalassign")


def compare(delta: Delta) -> Iterator[Hit]:
    """Callbacks for assigned partitions without their pause or seek; partitions that are assigned by hand, without their seek."""
    yield from _by_hand(delta)
    for found in lost(delta, ("assigned",), ("pause", "seek")):
        name = folded(found.effect.call.name)
        if "begin" in name or "end" in name:
            continue
        is_pause = found.effect.what == "pause"
        if not is_pause or any(map(_pauses, delta.after.everything())):
            words = _PAUSE if is_pause else _SEEK
            yield words.hit(
                f"{found.was.name}/{found.effect.what}", found.span, call=found.text, callback=found.callback
            )


def _by_hand(delta: Delta) -> Iterator[Hit]:
    """`assign(…)` that stays, and the only seek of its function that is gone."""
    for files, before, after in delta.modified():
        said = {s.key: s.value.text.lower() for s in after.settings}
        if said.get("auto.offset.reset") == "earliest" and "group.id" not in said:
            continue
        for operation in before.operations_of(Role.SEEK):
            seek = operation.call
            home = qualified(before, seek.function)
            was = [c for c in calls_of(before, home) if folded(c.name) == "assign" and c.index < seek.index]
            now = list(calls_of(after, home))
            kept = [c for c in now if was and (c.receiver, c.name) == (was[-1].receiver, was[-1].name)]
            if (
                kept
                and not _says_position(calls_of(before, home), seek, now)
                and files.touches(seek.name_span)
                and not any(_may_position(c) for c in after.syntax.calls)
            ):
                yield _BY_HAND.hit(
                    f"{home}/{seek.name} behind assign", seek.name_span, seek=written(seek), assign=written(kept[-1]), function=home.rpartition(".")[2]
                )  # fmt: skip
                break


def _says_position(old: Iterable[Call], seek: Call, now: list[Call]) -> bool:
    """Whether a partition is written in another way than before: `TopicPartition(topic, 0, offset)` begins there without a seek."""
    known = {_partition(call) for call in old if not seek.span.contains(call.span)}
    return any(call.name.startswith("TopicPartition") and _partition(call) not in known for call in now)


def _partition(call: Call) -> tuple[str, ...]:
    return (call.name, *(argument.value.text for argument in call.arguments))


def _may_position(call: Call) -> bool:
    return _POSITIONS.search(folded(call.name)) is not None


def _pauses(file: FileFacts) -> bool:
    """Whether the reader is still paused somewhere."""
    return any(folded(call.name) in ("pause", "pausepartitions", "pausefetchpartitions") for call in file.syntax.calls)


RULE = Rule(
    __name__,
    __doc__,
    category=Category.OPERATIONS,
    severity=Severity.MEDIUM,
    confidence=Confidence.MEDIUM,
    only=("kafka-consumer",),
    compare=compare,
)
