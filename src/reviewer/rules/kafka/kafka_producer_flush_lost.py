"""What is buffered is no longer flushed where others rely on it.

A flush goes where the code behind it takes for granted that everything was sent or written.

## What it catches

A `flush()` that the change removes (of a producer; in front of a commit of offsets also of a writer or a batch), in a method that is called `flush`, `sync`, `stop`, `close` or the like, or
directly in front of a commit or checkpoint of offsets.

## Why it hurts in production

A flush is the wait for what was handed over. Without it the offsets of the input are committed while the output made of them
is in memory only; the caller of `flush()` goes on with records that no broker has.

## What to do

Flush, look at the outcome, then commit. On shutdown flush with a time limit before the client is closed.

## Trade-off

A flush waits for everything that is buffered, a round trip each time: flush per batch, not per record. Leaving it out is
legitimate where each record's own outcome is waited for.

## What it cannot see

A flush that another class now makes. A close that waits, a new commit or drain in the same place, and results that are waited for keep it silent.

## Examples

### bad: offsets are committed without the flush
--- bridge.py
 from confluent_kafka import Consumer, Producer

 def forward(consumer: Consumer, producer: Producer):
     while True:
         messages = consumer.consume(500, timeout=1.0)
         for message in messages:
             producer.produce("out", message.value(), on_delivery=check)
-        producer.flush() # ! here
         consumer.commit(asynchronous=False)

 def stop(producer: Producer):
     producer.flush(30)

### bad: flush() of a store no longer flushes its producer
--- Store.java
 import org.apache.kafka.clients.producer.*;
 class Store {
   private final KafkaProducer<String, byte[]> producer;
   private final Index index;
   public void put(String key, byte[] value) {
     producer.send(new ProducerRecord<>("changelog", key, value), this::check);
     index.put(key, value);
   }
   public void flush() {
-    producer.flush(); // ! here
     index.flush();
   }
   public void close() { producer.close(); }
 }

### good: the sends are waited for instead
--- bridge.py
 from aiokafka import AIOKafkaConsumer, AIOKafkaProducer

 async def forward(consumer: AIOKafkaConsumer, producer: AIOKafkaProducer):
     async for message in consumer:
-        await producer.send("out", message.value)
-        await producer.flush()
+        await producer.send_and_wait("out", message.value)
         await consumer.commit()

### good: the flush moves into a helper that is called in its place
--- Store.java
 import org.apache.kafka.clients.producer.*;
 class Store {
   private final KafkaProducer<String, byte[]> producer;
   public void put(String key, byte[] value) { producer.send(new ProducerRecord<>("changelog", key, value), this::check); }
   public void flush() {
-    producer.flush();
+    settle();
   }
+  private void settle() { producer.flush(); }
   public void close() { producer.close(); }
 }

## References

- https://kafka.apache.org/40/javadoc/org/apache/kafka/clients/producer/KafkaProducer.html
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from reviewer.core.finding import Category, Confidence, Severity
from reviewer.facts.delta import Delta
from reviewer.facts.gone import Gone, names_a_commit
from reviewer.facts.streaming.model import FileFacts, Role
from reviewer.facts.streaming.protections import Protects, calls_of, folded, qualified, written
from reviewer.facts.syntax import Call
from reviewer.rules.checks.words import Words
from reviewer.rules.rule import Hit, Rule

_ENDS = re.compile(r"^_*(flush|sync|stop|close|shutdown|terminate|dispose|drain|teardown|finish|aclose)")
_TRANSACTION = re.compile(r"transaction|txn")  # its commit waits for its sends
_BEFORE_COMMIT = Words(
    "{flush} in front of {commit} is removed: offsets are committed before what was made of their records is out of memory.",
    (
        "Records are processed; what is made of them waits in a buffer.",
        "{commit} commits the offsets of these records.",
        "The process is killed, or the delivery fails -> the input counts as done and its output exists nowhere.",
    ),
    "Call {flush} before {commit}, and commit only when it succeeded.",
)
_BEHIND = Words(
    "{flush} stands behind {commit} now: offsets are committed before what was made of their records is out of memory.",
    _BEFORE_COMMIT.scenario,
    _BEFORE_COMMIT.fix,
)
_AT_END = Words(
    "{flush} is removed from {function}(): it returns while records are still in the buffer.",
    (
        "Records are handed over and wait in the buffer.",
        "The caller calls {function}() and takes them for stored: it answers, records its progress, or ends the process.",
        "The process is killed, or the delivery fails -> they are lost, and nothing sends them again.",
    ),
    "Keep {flush} in {function}(), with a time limit where the process is about to end.",
)


def compare(delta: Delta) -> Iterator[Hit]:
    """Flushes that are gone in front of a commit, or from a method that promises them."""
    for gone in delta.gone(Protects.FLUSH):
        now = delta.after.file(gone.path)
        was = delta.before.file(gone.span.path)
        if now is None or was is None or _is_the_last(gone, now):
            continue
        commit = next(_commits(was, now, gone), None)
        name = gone.function.rsplit(".", 1)[-1]
        subject = f"{gone.function}/{gone.protection.text} removed"
        moved = _behind(now, gone, commit) if commit is not None else None
        if commit is not None and moved is not None:
            yield _BEHIND.hit(subject, moved.name_span, flush=gone.protection.text, commit=f"{commit.name}()")
        elif commit is not None:
            yield _BEFORE_COMMIT.hit(subject, gone.span, flush=gone.protection.text, commit=f"{commit.name}()")
        elif gone.protection.on != "buffer" and _ENDS.match(folded(name)) and not _closes(now, gone):
            yield _AT_END.hit(
                subject, gone.span, flush=gone.protection.text, function=name, confidence=Confidence.MEDIUM
            )


def _is_the_last(gone: Gone, now: FileFacts) -> bool:
    """A file that sends and never flushes or closes any more is another rule's; so is a send whose result nobody awaits."""
    mine = [s for s in now.sends if qualified(now, s.operation.call.function) == gone.function]
    ends = any(True for _ in now.operations_of(Role.FLUSH, Role.CLOSE))
    return gone.protection.on != "buffer" and (
        (bool(now.sends) and not ends)
        or (bool(mine) and all(s.handled for s in mine) and not any(s.callback for s in mine))
    )


def _commits(was: FileFacts, now: FileFacts, gone: Gone) -> Iterator[Call]:
    """What commits offsets behind the flush, before the change and after it."""
    kept = {(c.receiver, c.name) for c in calls_of(now, gone.function)}
    done = {operation.call.index for operation in was.operations_of(Role.COMMIT)}
    for call in calls_of(was, gone.function):
        behind = call.name_span.first_line > gone.span.first_line and (call.receiver, call.name) in kept
        if behind and not _TRANSACTION.search(folded(call.name)) and (call.index in done or names_a_commit(call)):
            yield call


def _behind(now: FileFacts, gone: Gone, commit: Call) -> Call | None:
    """The same flush, where it stands behind the commit now."""
    mine = list(calls_of(now, gone.function))
    at = next((c.index for c in mine if (c.receiver, c.name) == (commit.receiver, commit.name)), None)
    return next((c for c in mine if at is not None and c.index > at and written(c) == gone.protection.text), None)


def _closes(now: FileFacts, gone: Gone) -> bool:
    """A close waits for what is buffered."""
    return any(
        qualified(now, operation.call.function) == gone.function and operation.client != "consumer"
        for operation in now.operations_of(Role.CLOSE)
    )


RULE = Rule(
    __name__,
    __doc__,
    category=Category.DATA_LOSS,
    severity=Severity.HIGH,
    confidence=Confidence.HIGH,
    only=("kafka-producer", "kafka-consumer"),
    compare=compare,
)
