"""A failed transaction is never aborted.

Code that commits transactions no longer aborts one that fails.

## What it catches

The call that aborts a transaction is removed from a file that goes on committing transactions, and nothing else aborts or closes there.

## Why it hurts in production

After an error the producer stays inside its transaction: the next `beginTransaction()` throws, or what is sent next goes into the broken transaction.
Readers with `read_committed` wait at it until it times out. What was already sent may be committed with what comes later.

## What to do

Abort on errors that allow it and read the input again from the last committed offsets; on fencing close the producer.

## What it cannot see

An abort that the caller, of another file, makes.

## Examples

### bad: in Java
--- Out.java
 import org.apache.kafka.clients.producer.*;
 class Out {
   void write(KafkaProducer<String, String> producer, List<String> rows) {
     producer.beginTransaction();
     try {
       rows.forEach(row -> producer.send(new ProducerRecord<>("out", row)));
       producer.commitTransaction();
     } catch (KafkaException e) {
-      producer.abortTransaction(); // ! here
       log.error("not written", e);
     }
   }
 }

### bad: in Python
--- out.py
 from confluent_kafka import Producer

 def write(producer: Producer, rows):
     producer.begin_transaction()
     try:
         for row in rows:
             producer.produce("out", row)
         producer.commit_transaction()
     except Exception:
-        producer.abort_transaction() # ! here
         log.exception("not written")

### good: the abort moves into a helper
--- out.py
 from confluent_kafka import Producer

 def write(producer: Producer, rows):
     producer.begin_transaction()
     try:
         for row in rows:
             producer.produce("out", row)
         producer.commit_transaction()
     except Exception:
-        producer.abort_transaction()
+        give_up(producer)
+
+def give_up(producer: Producer):
+    producer.abort_transaction()

### good: the failure ends the producer
--- Out.java
 import org.apache.kafka.clients.producer.*;
 class Out {
   void write(KafkaProducer<String, String> producer, List<String> rows) {
     producer.beginTransaction();
     try {
       rows.forEach(row -> producer.send(new ProducerRecord<>("out", row)));
       producer.commitTransaction();
     } catch (KafkaException e) {
-      producer.abortTransaction();
+      producer.close();
+      throw e;
     }
   }
 }

## References

- https://kafka.apache.org/documentation/#semantics
- https://cwiki.apache.org/confluence/display/KAFKA/KIP-98
"""

from __future__ import annotations

from collections.abc import Iterator

from reviewer.core.finding import Category, Confidence, Severity
from reviewer.facts.delta import Delta
from reviewer.facts.streaming.model import FileFacts, Operation, Role
from reviewer.rules.checks.words import Words, of_call
from reviewer.rules.rule import Hit, Rule

_ABORTS = frozenset({"aborttransaction", "aborttxn", "abort"})
_COMMITS = frozenset({"committransaction", "committxn", "commit"})
_WORDS = Words(
    "{abort}() is removed, and {commit}() stays: a transaction that fails is left open.",
    (
        "A send fails, or what is done between begin and {commit}() throws.",
        "Nothing aborts the transaction; the producer is still inside it when the next batch comes.",
        "The next begin throws, or the broken transaction is committed with records of both batches; read_committed readers wait at it until it times out.",
    ),
    "Put {abort}() back on the failure path; where the producer is fenced, close it.",
)


def compare(delta: Delta) -> Iterator[Hit]:
    """Nothing of the file aborts any more, or closes where it did not close before."""
    for _, before, after in delta.modified():
        yield from _always(before, after)
        aborts, commits = _done(before, _ABORTS), _done(after, _COMMITS)
        if not aborts or not commits or _done(after, _ABORTS) or _ends(before, after):
            continue
        operation, commit = aborts[0], commits[0]
        yield _WORDS.hit(
            of_call(before, operation.call),
            operation.call.name_span,
            abort=operation.call.name,
            commit=commit.call.name,
        )


_ALWAYS = Words(
    "{call}() always asks for a commit now; it was `{was}`.",
    (
        "A record of the batch cannot be produced: its promise has the error.",
        "{call}() commits all the same, with the offsets of the input.",
        "The input counts as processed and its output is not in the topic -> it is lost.",
    ),
    "End with `{was}`: commit only when every record of the transaction was produced.",
)


def _always(before: FileFacts, after: FileFacts) -> Iterator[Hit]:
    """franz-go: `session.End(ctx, e.Err() == nil)` becomes `session.End(ctx, kgo.TryCommit)`."""
    if "franz-go" not in after.libraries:
        return
    was = [c for c in before.syntax.calls if c.name in ("End", "EndTransaction") and len(c.arguments) > 1]
    for call in after.syntax.calls:
        now = call.argument(1) if call.name in ("End", "EndTransaction") else None
        same = [c for c in was if (c.name, c.receiver) == (call.name, call.receiver)]
        asked = same[0].arguments[1].value.text if len(same) == 1 else ""
        if now is not None and now.text.endswith("TryCommit") and ("==" in asked or "!" in asked or "rr" in asked):
            yield _ALWAYS.hit(of_call(after, call, "always commits"), call.name_span, call=call.name, was=asked)


def _done(file: FileFacts, names: frozenset[str]) -> list[Operation]:
    found = file.operations_of(Role.TRANSACTION)
    return [op for op in found if op.call.name.lower().replace("_", "") in names]


def _ends(before: FileFacts, after: FileFacts) -> bool:
    """Whether the change closes, or aborts by another name: `rollback`, `closeQuietly`."""
    words = ("close", "abort", "rollback", "shutdown", "exit", "executeintransaction")
    count = [
        sum(1 for c in file.syntax.calls if any(word in c.name.lower() for word in words)) for file in (before, after)
    ]
    aborted = sum(1 for c in before.syntax.calls if "abort" in c.name.lower())
    return count[1] > count[0] - aborted


RULE = Rule(
    __name__,
    __doc__,
    category=Category.STATE_CONSISTENCY,
    severity=Severity.CRITICAL,
    confidence=Confidence.HIGH,
    only=("kafka-producer",),
    compare=compare,
)
