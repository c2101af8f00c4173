"""Auto commit marks records as done while they wait in memory.

Auto commit runs while the records are still being worked on elsewhere.

## What it catches

A poll loop with auto commit on (written, or the client's default) that gives its records to an executor, a task, a thread or a
queue without waiting for them; with clients that commit in the background (librdkafka, aiokafka) as well.

## Why it hurts in production

Auto commit commits what poll has returned, not what has been processed. Records that are queued count as done.

## What to do

Turn auto commit off and commit the offsets whose work is complete, or process in the poll thread.

## Trade-off

Waiting limits the records in work to what one poll returned. Handing over without waiting is legitimate where a lost record is
replaced by the next one.

## What it cannot see

Strictly synchronous loops of the Java client are at-least-once and stay silent. A value from the environment is unknown: silent.

## Examples

### bad: an executor is put in
--- Loop.java
 import org.apache.kafka.clients.consumer.*;
 class Loop {
   void run() {
     Properties props = new Properties();
     props.put("enable.auto.commit", "true");
     KafkaConsumer<String, String> consumer = new KafkaConsumer<>(props);
     while (true) {
-      for (ConsumerRecord<String, String> record : consumer.poll(Duration.ofMillis(100))) {
-        handle(record);
+      ConsumerRecords<String, String> records = consumer.poll(Duration.ofMillis(100));
+      for (ConsumerRecord<String, String> record : records) {
+        executor.submit(() -> handle(record)); // ! here
       }
     }
   }
 }

### bad: tasks in asyncio
--- loop.py
+import asyncio
+from aiokafka import AIOKafkaConsumer
+
+async def run():
+    consumer = AIOKafkaConsumer("orders", bootstrap_servers="kafka:9092", group_id="orders")
+    async for msg in consumer:
+        asyncio.create_task(handle(msg)) # ! here

### good: synchronous work in the poll thread: the Java client commits at the next poll
--- Loop.java
+import org.apache.kafka.clients.consumer.*;
+class Loop {
+  void run() {
+    Properties props = new Properties();
+    props.put("enable.auto.commit", "true");
+    KafkaConsumer<String, String> consumer = new KafkaConsumer<>(props);
+    while (true) {
+      ConsumerRecords<String, String> records = consumer.poll(Duration.ofMillis(100));
+      for (ConsumerRecord<String, String> record : records) {
+        handle(record);
+      }
+    }
+  }
+}

### good: the tasks are awaited before the next poll
--- loop.py
+import asyncio
+from aiokafka import AIOKafkaConsumer
+
+async def run():
+    consumer = AIOKafkaConsumer("orders", bootstrap_servers="kafka:9092", group_id="orders")
+    while True:
+        batch = await consumer.getmany(timeout_ms=100)
+        tasks = [asyncio.create_task(handle(msg)) for msgs in batch.values() for msg in msgs]
+        await asyncio.gather(*tasks)

## References

- https://kafka.apache.org/40/javadoc/org/apache/kafka/clients/consumer/KafkaConsumer.html
"""

from __future__ import annotations

from collections.abc import Iterator

from reviewer.core.finding import Category, Confidence, Severity
from reviewer.facts.streaming.model import FactSet, FileFacts, Handling, Handoff, Known, Role
from reviewer.rules.checks.consuming import handed_over, waits, with_helpers
from reviewer.rules.checks.words import taker
from reviewer.rules.rule import Hit, Rule
from reviewer.rules.support import line


def inspect(facts: FactSet) -> Iterator[Hit]:
    """Handings-over of records in loops whose consumer commits by itself."""
    for file in facts.files:
        commits = any(True for _ in file.operations_of(Role.COMMIT))
        for handling in file.handlings:
            if handling.kind in ("poll-loop", "callback") and not commits and handling.auto_commit.is_known("true"):
                if not handling.group.is_explicit("none", "null"):
                    yield from (_hit(file, handling, handoff) for handoff in _loose(file, handling))


def _loose(file: FileFacts, handling: Handling) -> Iterator[Handoff]:
    for place in with_helpers(file, handling):
        if place is handling or not waits(file, handling):
            for handoff in handed_over(file, place):
                if handling.kind == "poll-loop" or handoff.construct != "promise":
                    yield handoff  # a promise in a callback is kafka-consumer-handler-promise-not-awaited's


_MANUAL = "Set enable.auto.commit=false and commit only offsets whose work is complete, or process in the poll thread."


def _hit(file: FileFacts, handling: Handling, handoff: Handoff) -> Hit:
    call = handoff.call
    batch = "poll() returns 500 records" if handling.kind == "poll-loop" else "500 records are delivered"
    how = "by default" if handling.auto_commit.known is Known.DEFAULT else "as configured"
    return Hit(
        subject=f"{handling.name}/{call.receiver}.{call.name}",
        span=line(call.name_span),
        message=f"Auto commit is on ({how}), and {taker(handoff)} hands the record over without waiting.",
        scenario=(
            f"{batch}; they are handed over and wait in memory.",
            "Auto commit commits their offsets (at the next poll, or in the background).",
            "The process is killed with 300 of them still waiting.",
            "The group restarts behind all 500 -> 300 records are never processed.",
        ),
        fix=file.word(handling.library, "manual") or _MANUAL,
    )


RULE = Rule(
    __name__,
    __doc__,
    category=Category.DATA_LOSS,
    severity=Severity.HIGH,
    confidence=Confidence.MEDIUM,
    only=("kafka-consumer",),
    inspect=inspect,
)
