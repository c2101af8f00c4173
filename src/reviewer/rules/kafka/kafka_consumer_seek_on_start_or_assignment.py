"""Every rebalance jumps to the end of the partition.

The callback of an assignment seeks to the end.

## What it catches

`seekToEnd`, or an offset set to the end, that is reached without a condition in the code that is called when partitions are assigned.

## Why it hurts in production

The callback runs at each start and at each rebalance: a deploy, a scale-out, a slow member. What was produced between the group's last commit
and that moment is skipped, for every partition that moves.

## What to do

Begin at the committed offset. To skip a backlog once, reset the group's offsets with `kafka-consumer-groups --reset-offsets`.

## What it cannot see

A group that is new with each start. Names and comments that say “live”, “tail” or “broadcast” keep it silent,
and so does a file that hands records to those who are connected at the moment (a WebSocket, server-sent events).

## Examples

### bad: the listener's callback
--- Loop.java
 import org.apache.kafka.clients.consumer.*;
 class Loop implements ConsumerRebalanceListener {
   private final KafkaConsumer<String, Invoice> consumer;
   public void onPartitionsAssigned(Collection<TopicPartition> partitions) {
     log.info("assigned {}", partitions);
+    consumer.seekToEnd(partitions); // ! here
   }
 }

### bad: librdkafka's callback rewrites the offsets
--- loop.py
 from confluent_kafka import Consumer, OFFSET_END

+def on_assign(consumer, partitions):
+    for partition in partitions:
+        partition.offset = OFFSET_END # ! here
+    consumer.assign(partitions)
+
 def run(consumer: Consumer):
-    consumer.subscribe(["invoices"])
+    consumer.subscribe(["invoices"], on_assign=on_assign)

### good: only where a user asked for it
--- Loop.java
+import org.apache.kafka.clients.consumer.*;
+class Loop implements ConsumerRebalanceListener {
+  private final KafkaConsumer<String, Invoice> consumer;
+  public void onPartitionsAssigned(Collection<TopicPartition> partitions) {
+    if (skipBacklog.compareAndSet(true, false)) {
+      consumer.seekToEnd(partitions);
+    }
+  }
+}

### good: a cache is filled from the beginning
--- Cache.java
+import org.apache.kafka.clients.consumer.*;
+class Cache implements ConsumerRebalanceListener {
+  private final KafkaConsumer<String, Price> consumer;
+  public void onPartitionsAssigned(Collection<TopicPartition> partitions) {
+    consumer.seekToBeginning(partitions);
+  }
+}

## References

- https://kafka.apache.org/40/javadoc/org/apache/kafka/clients/consumer/KafkaConsumer.html
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from reviewer.core.finding import Category, Confidence, Severity
from reviewer.core.span import Span
from reviewer.facts.streaming.model import FactSet, FileFacts
from reviewer.facts.streaming.protections import folded, qualified
from reviewer.facts.syntax import BlockKind, JumpKind
from reviewer.rules.checks.consuming import shows_live
from reviewer.rules.checks.words import Words
from reviewer.rules.rule import Hit, Rule

_ASSIGNED = re.compile(r"(on|handle)_*(partitions?|kafka)*assign(ed|ment)?$|^partitions_*assigned")
_END = re.compile(r"(^|[.:])(OFFSET_END|OffsetEnd|OffsetNewest|Offset(\.|::)End)$")
_LIVE = re.compile(r"live|tail|broadcast|dashboard|websocket|notif|monitor|sse", re.IGNORECASE)
_WORDS = Words(
    "{function}() moves every assigned partition to its end.",
    (
        "Records are produced while the group is deployed, scaled or rebalanced.",
        "A partition is assigned, and {function}() puts its position behind all of them.",
        "They stand between the last commit and the new position -> they are never processed.",
    ),
    "Leave the position at the committed offset; to skip a backlog once, use kafka-consumer-groups --reset-offsets.",
)


def inspect(facts: FactSet) -> Iterator[Hit]:
    """Moves to the end in callbacks of an assignment."""
    for file in facts.files:
        if file.libraries and not _LIVE.search(file.path) and not shows_live(file):
            for home, span in _moves(file):
                if _ASSIGNED.search(folded(home.rsplit(".", 1)[-1])) and not _says_live(file, home, span):
                    yield _WORDS.hit(f"{home}/to the end", span, function=home.rsplit(".", 1)[-1])


def _moves(file: FileFacts) -> Iterator[tuple[str, Span]]:
    """The function and the place of each unconditional move to the end."""
    for call in file.syntax.calls:
        if folded(call.name) == "seektoend" and not _is_conditional(file, call.blocks, call.function, call.span):
            yield qualified(file, call.function), call.name_span
    for assignment in file.syntax.assignments:
        given = assignment.value.text if assignment.value is not None else ""
        moves = _END.search(given) and folded(assignment.target).endswith("offset")
        if moves and not _is_conditional(file, assignment.blocks, assignment.function, assignment.span):
            yield qualified(file, assignment.function), assignment.span


def _is_conditional(file: FileFacts, blocks: tuple[int, ...], function: int | None, span: Span) -> bool:
    """Under a condition, in a catch, or behind one that returns."""
    if any(file.syntax.blocks[index].kind in (BlockKind.CONDITIONAL, BlockKind.CATCH) for index in blocks):
        return True
    return any(
        jump.kind is JumpKind.RETURN
        and jump.function == function
        and jump.span.first_line < span.first_line
        and jump.blocks
        for jump in file.syntax.jumps
    )


def _says_live(file: FileFacts, home: str, span: Span) -> bool:
    near = (c.text for c in file.syntax.comments if span.first_line - 6 <= c.span.first_line <= span.first_line + 1)
    return any(_LIVE.search(text) for text in (home, *near))


RULE = Rule(
    __name__,
    __doc__,
    category=Category.DATA_LOSS,
    severity=Severity.HIGH,
    confidence=Confidence.MEDIUM,
    only=("kafka-consumer", "spring-kafka"),
    inspect=inspect,
)
