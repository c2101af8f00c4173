"""A consumer that is not thread safe is used by two threads.

What another thread runs commits, seeks or pauses on the consumer that a loop of the same file polls.

## What it catches

A call on a KafkaConsumer (Kafka's Java client, kafka-python) in a lambda or function that is given to a thread, an executor or a timer, where the
same file polls that consumer outside of it, and nothing locks.

## Why it hurts in production

Kafka's Java consumer throws a ConcurrentModificationException in one of the two threads, and the loop ends; kafka-python mixes up its buffers.
And the position that is committed from outside is that of records which the loop has only fetched: after a crash they are never processed.

## What to do

Give the wish to the polling thread (a flag, a queue that it reads between two polls), and only call wakeup() from outside.

## What it cannot see

A consumer that is handed to a class in another file.

## Examples

### bad: a timer commits
--- Loop.java
 import java.time.Duration;
 import java.util.concurrent.*;
 import org.apache.kafka.clients.consumer.*;
 class Loop {
   private final KafkaConsumer<String, String> consumer;
   private final ScheduledExecutorService timer = Executors.newScheduledThreadPool(1);
   Loop(KafkaConsumer<String, String> consumer) { this.consumer = consumer; }
   void run() {
+    timer.scheduleAtFixedRate(() -> consumer.commitSync(), 5, 5, TimeUnit.SECONDS); // ! here
     while (true) {
       for (ConsumerRecord<String, String> record : consumer.poll(Duration.ofMillis(100))) { store(record); }
-      consumer.commitSync();
     }
   }
 }

### bad: a thread of Python commits
--- loop.py
 import threading
 from kafka import KafkaConsumer

 consumer = KafkaConsumer("orders", group_id="billing", enable_auto_commit=False)

 def commit_now_and_then():
     while not stopped.wait(5):
+        consumer.commit() # ! here

 def main():
+    threading.Thread(target=commit_now_and_then, daemon=True).start()
     while True:
         for records in consumer.poll(1000).values():
             store(records)
-        consumer.commit()

### good: another thread only wakes it up
--- Loop.java
 import java.time.Duration;
 import org.apache.kafka.clients.consumer.*;
 class Loop {
   void run(KafkaConsumer<String, String> consumer) {
+    Runtime.getRuntime().addShutdownHook(new Thread(() -> consumer.wakeup()));
     while (true) {
       for (ConsumerRecord<String, String> record : consumer.poll(Duration.ofMillis(100))) { store(record); }
       consumer.commitSync();
     }
   }
 }

### good: the whole loop runs in the executor
--- Loop.java
 import java.time.Duration;
 import java.util.concurrent.*;
 import org.apache.kafka.clients.consumer.*;
 class Loop {
   void start(ExecutorService executor, KafkaConsumer<String, String> consumer) {
+    executor.submit(() -> {
+      while (true) {
+        for (ConsumerRecord<String, String> record : consumer.poll(Duration.ofMillis(100))) { store(record); }
+        consumer.commitSync();
+      }
+    });
   }
 }

## References

- https://kafka.apache.org/documentation/#consumerapi
- https://github.com/dpkp/kafka-python#kafkaconsumer
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from reviewer.core.finding import Category, Confidence, Severity
from reviewer.facts.delta import Delta
from reviewer.facts.streaming.model import FileFacts, Operation, Role
from reviewer.facts.streaming.names import bare
from reviewer.facts.streaming.protections import written
from reviewer.facts.syntax import Call, Function
from reviewer.rules.checks.words import Words, of_call
from reviewer.rules.rule import Hit, Rule

_LIBRARIES = ("kafka-clients", "kafka-python")
_STARTS = frozenset({"Thread", "thread", "Timer", "submit", "execute", "schedule", "scheduleAtFixedRate", "scheduleWithFixedDelay", "runAsync", "supplyAsync"})  # fmt: skip
_LOCKED = re.compile(r"\bsynchronized\b|\.lock\(|\.withLock\b|\bwith\s+[\w.]*lock\b|Lock\(", re.IGNORECASE)
_SINGLE = re.compile(r"newSingleThread\w*\(|ThreadPoolExecutor\((?:max_workers\s*=\s*)?1\)")
_ROLES = (Role.COMMIT, Role.SEEK, Role.POLL)
_WORDS = Words(
    "{call} is made by another thread than the one that polls `{consumer}`.",
    (
        "The loop polls `{consumer}`, and has records in hand whose work is not done.",
        "The other thread calls {call} in the same moment: the consumer is not thread safe, and the call, or the poll, fails; or it goes through, and takes what the loop has only fetched for done.",
        "The loop ends with that exception, or the process crashes after such a commit -> the group stands still, or the records in hand are never processed.",
    ),
    "Tell the polling thread by a flag or a queue, and make the call there, between two polls; from outside only wakeup() is allowed.",
)


def compare(delta: Delta) -> Iterator[Hit]:
    """Calls that were not there, or were made by the polling thread."""
    for pair in delta.pairs():
        if pair.after is None or pair.after.libraries.isdisjoint(_LIBRARIES):
            continue
        known = {o.call.name for o in _from_outside(pair.before)} if pair.before is not None else set()
        found = next((o for o in _from_outside(pair.after) if o.call.name not in known), None)
        if found is not None and not _LOCKED.search(pair.change.after or ""):
            yield _WORDS.hit(
                f"{of_call(pair.after, found.call)}/another thread", found.call.name_span, call=written(found.call),
                consumer=bare(found.holder),
            )  # fmt: skip


def _from_outside(file: FileFacts) -> Iterator[Operation]:
    """What a thread does with a consumer that it does not poll, and that is polled in this file."""
    operations = [o for o in file.operations_of(*_ROLES) if o.client == "consumer" and o.library in _LIBRARIES]
    starts = [call for call in file.syntax.calls if call.name in _STARTS] if operations else []
    for function in file.syntax.functions if starts else ():
        if not _is_started(file, function, starts):
            continue
        inside = [o for o in operations if _is_in(file, o, function)]
        own_thread = _single_threads(file) & _takers(file, function)
        polls = [o for o in operations if o.role is Role.POLL and o not in inside]
        polled = {bare(o.holder) for o in polls if not _runs_on(file, o, own_thread)}
        own = {bare(o.holder) for o in inside if o.role is Role.POLL}
        yield from (o for o in inside if bare(o.holder) in polled - own)


def _is_in(file: FileFacts, operation: Operation, function: Function) -> bool:
    home = operation.call.function
    return home == function.index or file.syntax.is_inside(home, function.index)


def _single_threads(file: FileFacts) -> set[str]:
    """The executors of one thread: what they are given comes one after the other."""
    made = (a for a in file.syntax.assignments if a.value is not None and _SINGLE.search(a.value.text))
    return {bare(a.target) for a in made}


def _takers(file: FileFacts, function: Function) -> set[str]:
    """The executor that a lambda is given to."""
    return {bare(file.syntax.calls[function.argument_of].receiver)} if function.argument_of is not None else set()


def _runs_on(file: FileFacts, operation: Operation, executors: set[str]) -> bool:
    started = (f for f in file.syntax.functions if f.is_lambda and _is_in(file, operation, f)) if executors else ()
    return any(executors & _takers(file, f) for f in started)


def _is_started(file: FileFacts, function: Function, starts: Sequence[Call]) -> bool:
    """Whether a function is given to a thread by one of the calls, as a lambda or by its name."""
    if function.is_lambda:
        given = file.syntax.calls[function.argument_of] if function.argument_of is not None else None
        return given is not None and given.name in _STARTS
    named = re.compile(rf"(?:^|[.:]){re.escape(function.name)}$")
    return any(named.search(argument.value.text) for call in starts for argument in call.arguments)


RULE = Rule(
    __name__,
    __doc__,
    category=Category.STATE_CONSISTENCY,
    severity=Severity.HIGH,
    confidence=Confidence.MEDIUM,
    only=("kafka-consumer",),
    compare=compare,
)
