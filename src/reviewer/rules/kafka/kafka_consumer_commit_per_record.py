"""Every record waits for a commit of its own.

A commit that was made once for what a poll returned is now made, and waited for, once for each record.

## What it catches

A commit that waits for the coordinator (`commitSync`, `CommitMessages`, kafka-python's and .NET's `commit`, `commit(asynchronous=False)`, an awaited one) that stood behind the loop over the
records and stands inside it after the change, under no condition.

## Why it hurts in production

Each commit is a round trip to the coordinator and a record in `__consumer_offsets`: a consumer of thousands of records a second comes down to some hundreds, and its
lag grows. What a crash repeats gets fewer only by the rest of one poll.

## What to do

Commit once behind the loop, or every some hundred records or seconds; make the work idempotent.

## Trade-off

A commit per record repeats at most one record after a crash. It is legitimate where records are few and their work is dear.

## What it cannot see

How many records a poll returns; with `max.poll.records=1` there is no difference.

## Examples

### bad: the commit moves into the loop
--- Loader.java
 import org.apache.kafka.clients.consumer.*;
 class Loader {
   void step(KafkaConsumer<String, View> consumer) {
     for (ConsumerRecord<String, View> view : consumer.poll(Duration.ofMillis(100))) {
       table.add(view.value());
+      consumer.commitSync(Map.of(partition(view), new OffsetAndMetadata(view.offset() + 1))); // ! here
     }
-    consumer.commitSync();
   }
 }

### bad: Python: the loop over a batch
--- load.py
 from confluent_kafka import Consumer
 def step(consumer: Consumer, table):
     for message in consumer.consume(500, 1.0):
         table.add(message.value())
-    consumer.commit(asynchronous=False)
+        consumer.commit(message=message, asynchronous=False)  # ! here

### good: every thousand records
--- Loader.java
 import org.apache.kafka.clients.consumer.*;
 class Loader {
   void step(KafkaConsumer<String, View> consumer) {
     for (ConsumerRecord<String, View> view : consumer.poll(Duration.ofMillis(100))) {
       table.add(view.value());
+      if (++count % 1000 == 0) {
+        consumer.commitSync();
+      }
     }
-    consumer.commitSync();
   }
 }

### good: nobody waits for it
--- load.py
 from confluent_kafka import Consumer
 def step(consumer: Consumer, table):
     for message in consumer.consume(500, 1.0):
         table.add(message.value())
-    consumer.commit(asynchronous=False)
+        consumer.store_offsets(message)

## References

- https://kafka.apache.org/40/javadoc/org/apache/kafka/clients/consumer/KafkaConsumer.html
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from reviewer.core.finding import Category, Confidence, Severity
from reviewer.facts.delta import Delta
from reviewer.facts.streaming.model import FileFacts, Operation, Role
from reviewer.facts.streaming.protections import folded
from reviewer.facts.syntax import BlockKind, JumpKind, ResultUse
from reviewer.rules.checks.words import Words, of_call
from reviewer.rules.rule import Hit, Rule

_WAITS = frozenset({"commitsync", "commitmessages", "commitrecords"})
_WAITS_HERE = frozenset({"kafka-python", "confluent-kafka-dotnet", "confluent-kafka-go"})  # their `commit`
_PARTITIONS = re.compile("partition|entrySet|assignment", re.IGNORECASE)  # one commit for each of them is what is meant
_LEAVES = (JumpKind.BREAK, JumpKind.RETURN)
_WORDS = Words(
    "{call} was made once for what a poll returns; now it is made, and waited for, once for each record.",
    (
        "A poll returns some hundred records.",
        "Each of them waits for the coordinator's answer to its own commit, and adds a record to __consumer_offsets.",
        "The consumer does a fraction of what it did -> its lag grows, and with it the time until the poll interval is over.",
    ),
    "Make {call} once behind the loop, or every some hundred records.",
)


def compare(delta: Delta) -> Iterator[Hit]:
    """Functions whose only commits stood behind the loop over records and stand inside it now."""
    for _, before, after in delta.modified():
        old, new = _by_function(before), _by_function(after)
        for name in old.keys() & new.keys():
            was, now = old[name], new[name]
            inside = [operation for operation in now if _is_per_record(after, operation)]
            if len(inside) == len(now) and not any(_loops(before, op) for op in was):
                call = inside[0].call
                yield _WORDS.hit(
                    of_call(after, call, f"{call.name} per record"),
                    call.name_span,
                    call=f"{call.receiver}.{call.name}()",
                )


def _by_function(file: FileFacts) -> dict[str, list[Operation]]:
    found: dict[str, list[Operation]] = {}
    for operation in file.operations_of(Role.COMMIT):
        if operation.client == "consumer" and not file.is_test:
            found.setdefault(file.function_name(operation.call.function), []).append(operation)
    return found


def _is_per_record(file: FileFacts, operation: Operation) -> bool:
    """In a loop over something, under no condition of its own, and waited for."""
    loop = file.syntax.enclosing(operation.call.blocks, BlockKind.LOOP)
    if (
        not _waits(operation)
        or loop is None
        or not loop.variable
        or _PARTITIONS.search(f"{loop.variable} {loop.detail}")
    ):
        return False
    if any(j.kind in _LEAVES and j.blocks == operation.call.blocks for j in file.syntax.jumps):
        return False  # the loop ends with the first commit that goes through: it tries one commit again
    within = operation.call.blocks[operation.call.blocks.index(loop.index) + 1 :]
    return all(file.syntax.blocks[index].kind is not BlockKind.CONDITIONAL for index in within)


def _loops(file: FileFacts, operation: Operation) -> bool:
    """Whether a loop with a variable of its own stands around it: over records, not over polls."""
    blocks = (file.syntax.blocks[index] for index in operation.call.blocks)
    return any(block.kind is BlockKind.LOOP and block.variable for block in blocks)


def _waits(operation: Operation) -> bool:
    call = operation.call
    if not call.arguments:
        return False  # it commits what was not worked on as well, which is another danger
    flag = call.argument(-1, "asynchronous")
    if flag is not None:
        return flag.literal == "false"
    name = folded(call.name)
    return name in _WAITS or call.result is ResultUse.AWAITED or (name == "commit" and operation.library in _WAITS_HERE)


RULE = Rule(
    __name__,
    __doc__,
    category=Category.PERFORMANCE,
    severity=Severity.LOW,
    confidence=Confidence.MEDIUM,
    only=("kafka-consumer",),
    compare=compare,
)
