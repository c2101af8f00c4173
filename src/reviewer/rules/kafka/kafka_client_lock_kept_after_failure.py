"""A failed commit or send keeps the lock for ever.

What guards a client is no longer given back when the guarded call fails.

## What it catches

`release()`, `unlock()`, `recycle()` or the like that stood in a `finally` around a commit, send, flush or poll, and now stands behind it, or is gone.

## Why it hurts in production

A commit fails at every rebalance, a send at every slow broker. The first such failure leaves the lock taken: all later commits wait for it or skip themselves,
without an error. Offsets stand still until somebody restarts the process, and then everything since is processed again.

## What to do

Give it back in `finally`, or use the form that does (`using`, `with`, `withLock`, `defer`).

## What it cannot see

A caller that gives it back.

## Examples

### bad: the permit is released behind the commit only
--- Committer.java
 import org.apache.kafka.clients.consumer.KafkaConsumer;
 class Committer {
   void settle(KafkaConsumer<String, String> consumer) throws InterruptedException {
     permit.acquire();
-    try {
-      consumer.commitSync(offsets());
-    } finally {
-      permit.release();
-    }
+    consumer.commitSync(offsets());
+    permit.release(); // ! here
   }
 }

### bad: python
--- committer.py
 from confluent_kafka import Consumer

 class Committer:
     def settle(self, consumer: Consumer):
         self.lock.acquire()
         try:
             consumer.commit(asynchronous=False)
-        finally:
-            self.lock.release()  # ! here
+        except KeyError:
+            pass

### good: a with block takes over
--- committer.py
 from confluent_kafka import Consumer

 class Committer:
     def settle(self, consumer: Consumer):
-        self.lock.acquire()
-        try:
-            consumer.commit(asynchronous=False)
-        finally:
-            self.lock.release()
+        with self.lock:
+            consumer.commit(asynchronous=False)

### good: the commit has left the guarded part
--- Committer.java
 import org.apache.kafka.clients.consumer.KafkaConsumer;
 class Committer {
   void settle(KafkaConsumer<String, String> consumer) throws InterruptedException {
     permit.acquire();
-    try {
-      consumer.commitSync(offsets());
-    } finally {
-      permit.release();
-    }
+    var done = offsets();
+    permit.release();
+    consumer.commitSync(done);
   }
 }

## References

- https://docs.oracle.com/en/java/javase/17/docs/api/java.base/java/util/concurrent/locks/Lock.html
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from reviewer.core.finding import Category, Confidence, Severity
from reviewer.core.span import Span
from reviewer.facts.delta import Delta, FilePair
from reviewer.facts.streaming.model import FileFacts, Operation, Role
from reviewer.facts.streaming.protections import folded, qualified, written
from reviewer.facts.syntax import BlockKind, Call
from reviewer.rules.checks.words import Words
from reviewer.rules.rule import Hit, Rule

_GIVES_BACK = re.compile(
    r"(release|unlock|recycle|returnobject|returntopool|giveback|putback)(async|lock|read|write)?$"
)
_GUARDED = (Role.COMMIT, Role.SEND, Role.FLUSH, Role.POLL, Role.TRANSACTION)
_WORDS = Words(
    "{back} runs only when {guarded} succeeds: a failure keeps what it gives back for ever.",
    (
        "{guarded} throws: a rebalance, a broker that is slow.",
        "{back} is not reached.",
        "Whoever needs it next waits, or skips its work without an error -> nothing is committed or sent until a restart, and then all since is processed again.",
    ),
    "Call {back} in a `finally`, or use a block that gives it back by itself.",
)


def compare(delta: Delta) -> Iterator[Hit]:
    """What was given back in a `finally` around work with a client, and is not any more."""
    for files, before, after in delta.modified():
        told: set[str] = set()
        for back in before.syntax.calls:
            home = qualified(before, back.function)
            if home in told or not _GIVES_BACK.match(folded(back.name)) or not _in_finally(before, back):
                continue
            span, guarded = _unsafe(files, before, after, back, home)
            if span is not None and guarded is not None:
                told.add(home)
                yield _WORDS.hit(
                    f"{home}/{back.name} in finally", span, back=written(back), guarded=written(guarded.call)
                )


def _in_finally(file: FileFacts, call: Call) -> bool:
    return any(file.syntax.blocks[index].kind is BlockKind.FINALLY for index in call.blocks)


def _unsafe(
    files: FilePair, before: FileFacts, after: FileFacts, back: Call, home: str
) -> tuple[Span | None, Operation | None]:
    """The line behind the work, or the removed one, and the work that can fail in front of it."""
    if not _operations(before, home) or any(b.kind is BlockKind.WITH and qualified(after, b.function) == home for b in after.syntax.blocks):  # fmt: skip
        return None, None
    same = [c for c in after.syntax.calls if c.name == back.name and qualified(after, c.function) == home]
    if any(_in_finally(after, c) for c in same):
        return None, None
    work = _operations(after, home)
    if same:
        ahead = [o for o in work if o.call.index < same[0].index]
        touched = ahead and (files.touches(same[0].name_span) or files.touches(back.name_span))
        return (same[0].name_span, ahead[-1]) if touched else (None, None)
    taken = any(re.search(r"acquire|lock|wait|take|borrow|poll", folded(c.name)) and c.receiver == back.receiver for c in after.syntax.calls if qualified(after, c.function) == home)  # fmt: skip
    if not work or not taken or not files.touches(back.name_span):
        return None, None
    return back.name_span, work[-1]


def _operations(file: FileFacts, home: str) -> list[Operation]:
    return [o for o in file.operations_of(*_GUARDED) if qualified(file, o.call.function) == home]


RULE = Rule(
    __name__,
    __doc__,
    category=Category.OPERATIONS,
    severity=Severity.MEDIUM,
    confidence=Confidence.MEDIUM,
    only=("kafka-consumer", "kafka-producer"),
    compare=compare,
)
