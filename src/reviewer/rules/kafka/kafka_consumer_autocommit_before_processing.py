"""Auto commit marks records as done while they wait in memory.

Auto commit runs while the records are still being worked on elsewhere.

## What it catches

A poll loop with auto commit on (written, or the client's default) that gives its records to an executor, a task, a thread or a
queue without waiting for them; with clients that commit in the background (librdkafka, aiokafka) as well.

## Why it hurts in production

Auto commit commits what poll has returned, not what has been processed. Records that are queued count as done.

## What to do

Turn auto commit off and commit the offsets whose work is complete, or process in the poll thread.

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
from reviewer.facts.streaming.flow import is_noise
from reviewer.facts.streaming.handling import mentions
from reviewer.facts.streaming.model import FactSet, FileFacts, Handling, Handoff, Known, Role
from reviewer.rules.rule import Hit, Rule
from reviewer.rules.support import line


def inspect(facts: FactSet) -> Iterator[Hit]:
    """Handings-over of records in loops whose consumer commits by itself."""
    for file in facts.files:
        commits = any(True for _ in file.operations_of(Role.COMMIT))
        for handling in file.handlings:
            if handling.kind != "listener" and not commits and handling.auto_commit.is_known("true"):
                if not handling.group.is_explicit("none", "null"):
                    yield from _handed_over(file, handling)


def _handed_over(file: FileFacts, handling: Handling) -> Iterator[Hit]:
    inside = {call.index for call in handling.calls}
    for handoff in file.handoffs:
        if handling.kind == "callback" and handoff.construct == "promise":
            continue  # kafka-consumer-handler-promise-not-awaited
        if handoff.call.index in inside and not handoff.joined and _carries(file, handling, handoff):
            yield _hit(file, handling, handoff)


def _carries(file: FileFacts, handling: Handling, handoff: Handoff) -> bool:
    """The work is about a record, and is more than logging or metrics."""
    if not any(mentions(a.value.text, handling.records) for a in handoff.call.arguments):
        return False
    within = [c for c in file.syntax.calls if handoff.call.span.contains(c.span) and c.index != handoff.call.index]
    return not within or any(not is_noise(call) for call in within)


def _hit(file: FileFacts, handling: Handling, handoff: Handoff) -> Hit:
    call = handoff.call
    batch = "poll() returns 500 records" if handling.kind == "poll-loop" else "500 records are delivered"
    how = "by default" if handling.auto_commit.known is Known.DEFAULT else "as configured"
    return Hit(
        subject=f"{handling.name}/{call.receiver}.{call.name}",
        span=line(call.name_span),
        message=f"Auto commit is on ({how}), and {call.receiver}.{call.name}() hands the record over without waiting.",
        scenario=(
            f"{batch}; they are handed over and wait in memory.",
            "Auto commit commits their offsets (at the next poll, or in the background).",
            "The process is killed with 300 of them still waiting.",
            "The group restarts behind all 500 -> 300 records are never processed.",
        ),
        fix="Set enable.auto.commit=false and commit only offsets whose work is complete, or process in the poll thread.",
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
