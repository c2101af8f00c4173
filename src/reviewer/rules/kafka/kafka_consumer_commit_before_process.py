"""The offset is committed before the record is processed.

Offsets are committed before the records are processed.

## What it catches

In a poll loop or listener: a commit or acknowledgement that stands before the first call that does something with the record.

## Why it hurts in production

The committed offset says “done”. When processing throws, or the process is killed between the two, the group restarts behind
the record and nobody ever processes it.

## What to do

Commit after the work, and only on success (a commit in `finally` is as wrong).

## Trade-off

After a crash the last batch is processed again, so the work must bear a repeat. Committing first is legitimate where a repeat is
worse than a loss: a text message, a call.

## What it cannot see

Work that was persisted elsewhere before the commit; at-most-once on purpose, unless a name or comment in the function says so.

## Examples

### bad: the commit moves in front of the loop
--- Loop.java
 import org.apache.kafka.clients.consumer.*;
 class Loop {
   void run(KafkaConsumer<String, String> consumer) {
     while (true) {
       ConsumerRecords<String, String> records = consumer.poll(Duration.ofMillis(100));
+      consumer.commitSync(); // ! here
       for (ConsumerRecord<String, String> record : records) {
         store.save(record.value());
       }
-      consumer.commitSync();
     }
   }
 }

### bad: a batch is collected, committed, and only then stored
--- Loop.java
+import org.apache.kafka.clients.consumer.*;
+class Loop {
+  private final Consumer<String, String> consumer;
+  void run() {
+    while (true) {
+      ConsumerRecords<String, String> records = consumer.poll(Duration.ofMillis(100));
+      List<Order> batch = new ArrayList<>();
+      for (ConsumerRecord<String, String> record : records) {
+        batch.add(Order.fromBytes(record.value()));
+      }
+      if (!batch.isEmpty()) {
+        consumer.commitSync(); // ! here
+        store.saveAll(batch);
+      }
+    }
+  }
+}

### good: commit after the work
--- loop.py
+from confluent_kafka import Consumer
+
+def run(consumer: Consumer):
+    while True:
+        msg = consumer.poll(1.0)
+        if msg is None:
+            continue
+        write(msg.value())
+        consumer.commit(msg)

### good: a record that is skipped on purpose is committed in its own branch
--- Listener.java
+import org.springframework.kafka.annotation.KafkaListener;
+import org.springframework.kafka.support.Acknowledgment;
+class Listener {
+  @KafkaListener(topics = "orders")
+  void on(Order order, Acknowledgment ack) {
+    if (order.isTest()) {
+      ack.acknowledge();
+      return;
+    }
+    service.place(order);
+    ack.acknowledge();
+  }
+}

## References

- https://kafka.apache.org/documentation/#semantics
- https://kafka.apache.org/40/javadoc/org/apache/kafka/clients/consumer/KafkaConsumer.html
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from reviewer.core.finding import Category, Confidence, Severity
from reviewer.facts.streaming.flow import is_noise
from reviewer.facts.streaming.model import FactSet, FileFacts, Handling, Role
from reviewer.facts.syntax import Call
from reviewer.rules.checks.commit_order import Early, early_commits
from reviewer.rules.checks.consuming import committing, with_helpers
from reviewer.rules.rule import Hit, Rule
from reviewer.rules.support import line

_READ = re.compile(
    r"^(get_?)?(topic|partition|offset|key|value|of|singletonMap|add|plus|listOf|mapOf|asList|now)$", re.IGNORECASE
)
_ON_PURPOSE = re.compile(r"at.?most.?once", re.IGNORECASE)


def inspect(facts: FactSet) -> Iterator[Hit]:
    """Commits that come before the work, per handling."""
    for file in facts.files:
        commits = {op.call.index for op in file.operations_of(Role.COMMIT)}
        delivered = [found for handling in file.handlings if commits for found in with_helpers(file, handling)]
        for handling in (*delivered, *committing(file, delivered)):
            if not _is_on_purpose(file, handling):
                early = early_commits(file, handling, commits | _committers(file, handling, commits))
                yield from (_hit(file, handling, found) for found in early)
        for handling in file.handlings:
            if handling.kind == "listener" and not _is_on_purpose(file, handling):
                yield from _acknowledged_first(file, handling)


def _committers(file: FileFacts, handling: Handling, commits: set[int]) -> set[int]:
    """Calls of own functions that do nothing but commit; in franz-go also what lets a blocked rebalance go on."""
    found = {c.index for c in handling.calls if c.name == "AllowRebalance" and "franz-go" in file.libraries}
    for call in handling.calls:
        named = [
            f for f in file.syntax.functions if f.name == call.name and not f.is_lambda and f.index != handling.function
        ]
        if len(named) == 1 and call.receiver in ("", "this", "self") and call.arguments:
            inside = list(file.syntax.calls_in(named[0].index, nested=True))
            others = [c for c in inside if c.index not in commits and not is_noise(c) and not c.is_construction]
            if any(c.index in commits for c in inside) and all(_READ.search(c.name) for c in others):
                found.add(call.index)
    return found


def _acknowledged_first(file: FileFacts, handling: Handling) -> Iterator[Hit]:
    """A listener that says of itself that the framework acknowledges before it runs."""
    part = next((p for p in handling.parts if p.name == "ack"), None)
    if part is not None and part.value.is_explicit("before") and part.span is not None:
        name = handling.name.rpartition(".")[2]
        said = (a.span for a in file.annotations_of(handling) if a.simple_name == "Acknowledgment")
        yield Hit(
            subject=f"{handling.name}/acknowledged before",
            span=line(next(said, part.span)),
            message=f"The message is acknowledged before {name}() runs.",
            scenario=(
                "A message is delivered and acknowledged; its offset may be committed from now on.",
                f"{name}() fails, or the process is killed before it has finished.",
                "The group restarts behind the message -> it is never processed.",
            ),
            fix=f"Acknowledge after processing: let {name}() return, or acknowledge by hand when it is done.",
        )


def _is_on_purpose(file: FileFacts, handling: Handling) -> bool:
    around = (
        c.text
        for c in file.syntax.comments
        if handling.span.first_line - 4 <= c.span.first_line <= handling.span.last_line
    )
    return bool(_ON_PURPOSE.search(handling.name)) or any(_ON_PURPOSE.search(text) for text in around)


def _named(call: Call) -> str:
    """`save()`; Go: `jobs <-`."""
    return f"`{call.receiver} <-`" if call.name == "<-" else f"{call.name}()"


def _hit(file: FileFacts, handling: Handling, early: Early) -> Hit:
    commit, work_call = early.commit, early.work
    what = (
        "stands in finally: it commits even when processing throws"
        if early.in_finally
        else f"comes before {_named(work_call)}"
    )
    first = (
        f"A record is delivered and {commit.name}() marks its offset as done.",
        f"{_named(work_call)} {file.names.idioms.fails}, or the process is killed before it has finished.",
    )
    if early.in_finally:
        first = (
            f"A record is delivered and {work_call.name}() throws half-way.",
            f"The finally block runs all the same, and {commit.name}() marks its offset as done.",
        )
    if commit.name == "AllowRebalance":
        return _let_go(handling, commit, work_call)
    return Hit(
        subject=f"{handling.name}/{commit.receiver}.{commit.name}",
        span=line(commit.name_span),
        message=f"{commit.name}() {what}.",
        scenario=(
            *first,
            "The group restarts behind the committed offset -> the record is never processed.",
        ),
        fix=f"Move {commit.name}() behind {_named(work_call)} and reach it only when the work succeeded.",
        evidence=(line(work_call.name_span),),
    )


def _let_go(handling: Handling, call: Call, work_call: Call) -> Hit:
    return Hit(
        subject=f"{handling.name}/{call.receiver}.{call.name}",
        span=line(call.name_span),
        message=f"{call.name}() lets a blocked rebalance go on before {_named(work_call)}.",
        scenario=(
            "Records are polled, and a rebalance waits for them.",
            f"{call.name}() lets it go on: their partitions move to another member while {_named(work_call)} still works on them.",
            "The new owner reads the same records from the last commit -> both process them, and commits overwrite each other.",
        ),
        fix=f"Call {call.name}() behind the work and the commit of what was polled.",
        evidence=(line(work_call.name_span),),
    )


RULE = Rule(
    __name__,
    __doc__,
    category=Category.DATA_LOSS,
    severity=Severity.CRITICAL,
    confidence=Confidence.HIGH,
    only=("kafka-consumer", "spring-kafka"),
    inspect=inspect,
)
