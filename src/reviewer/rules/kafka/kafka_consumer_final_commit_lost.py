"""What was done since the last commit is no longer committed on the way out.

The commit of a shutdown or of a failure is removed.

## What it catches

A commit in a `finally`, in a catch, in `close()`, `stop()` or `shutdown()`, that the change removes while the code goes on to commit elsewhere (asynchronously, by
time or by number).

## Why it hurts in production

Every deploy, every failure ends a consumer between two commits. What was processed since the last one is processed again by the next owner: up to
a whole interval of records on each restart.

## What to do

Commit synchronously what is complete before the consumer is closed or the failure is passed on.

## Trade-off

A synchronous commit adds a round trip to each stop and rebalance. Leaving it out is legitimate where repeating the last batch is
cheap and harmless.

## What it cannot see

A sink that recognises what it has seen; a commit that moved into another class.

## Examples

### bad: the synchronous commit in finally goes, the asynchronous ones stay
--- Loop.java
 import org.apache.kafka.clients.consumer.*;
 class Loop {
   void run(KafkaConsumer<String, Invoice> consumer) {
     try {
       while (running) {
         for (ConsumerRecord<String, Invoice> record : consumer.poll(Duration.ofSeconds(1))) {
           ledger.add(record.value());
         }
         consumer.commitAsync();
       }
     } finally {
-      consumer.commitSync(); // ! here
       consumer.close();
     }
   }
 }

### bad: stop() only closes
--- worker.py
 from confluent_kafka import Consumer

 class Worker:
     def __init__(self, consumer: Consumer):
         self.consumer = consumer

     def step(self, count):
         message = self.consumer.poll(1.0)
         self.ledger.add(message.value())
         if count % 1000 == 0:
             self.consumer.commit(asynchronous=True)

     def stop(self):
-        self.consumer.commit(asynchronous=False) # ! here
         self.consumer.close()

### good: each batch is committed synchronously already
--- Loop.java
 import org.apache.kafka.clients.consumer.*;
 class Loop {
   void run(KafkaConsumer<String, Invoice> consumer) {
     try {
       while (running) {
         for (ConsumerRecord<String, Invoice> record : consumer.poll(Duration.ofSeconds(1))) {
           ledger.add(record.value());
         }
         consumer.commitSync();
       }
     } finally {
-      consumer.commitSync();
       consumer.close();
     }
   }
 }

### good: stop() hands it to a method of its own
--- worker.py
 from confluent_kafka import Consumer

 class Worker:
     def __init__(self, consumer: Consumer):
         self.consumer = consumer

     def step(self, count):
         message = self.consumer.poll(1.0)
         self.ledger.add(message.value())
         if count % 1000 == 0:
             self.consumer.commit(asynchronous=True)

     def stop(self):
-        self.consumer.commit(asynchronous=False)
-        self.consumer.close()
+        self._settle()
+
+    def _settle(self):
+        self.consumer.commit(asynchronous=False)
+        self.consumer.close()

## References

- https://kafka.apache.org/40/javadoc/org/apache/kafka/clients/consumer/KafkaConsumer.html
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from reviewer.core.finding import Category, Confidence, Severity
from reviewer.core.span import Side
from reviewer.facts.delta import Delta
from reviewer.facts.streaming.model import FileFacts, Role
from reviewer.facts.streaming.protections import folded, qualified
from reviewer.facts.syntax import BlockKind, Call
from reviewer.rules.checks.consuming import commit_calls, commits_later
from reviewer.rules.checks.words import Words
from reviewer.rules.rule import Hit, Rule

_ENDS = re.compile(r"^_*(close|stop|shutdown|terminate|dispose|aclose|exit|teardown)")
_HEIR = re.compile(r"commit|ack|offset|transaction|settle|drain|checkpoint|flush")
_WORDS = Words(
    "{commit} is removed {where}: what was processed since the last commit is not committed on the way out.",
    (
        "Records are processed; the last commit was some of them ago.",
        "The consumer ends {how}, and nothing commits what is complete.",
        "The next owner begins at the last commit -> all records since then are processed again.",
    ),
    "Keep {commit} {where}, with offsets of what is complete only.",
)


def compare(delta: Delta) -> Iterator[Hit]:
    """Commits on the way out that are gone from a function that stays."""
    for files, before, after in delta.modified():
        if not any(True for _ in after.operations_of(Role.POLL, Role.COMMIT)) or not commits_later(after):
            continue
        seen: set[str] = set()
        for call, where, how in _final(before):
            home = qualified(before, call.function)
            gone = files.touches(call.name_span) and home not in seen and _is_gone(before, after, home, where)
            if gone and not _arrives(delta, call):
                seen.add(home)
                commit = f"{call.receiver}.{call.name}()" if call.receiver else f"{call.name}()"
                yield _WORDS.hit(
                    f"{home}/{call.name} on the way out", call.name_span, commit=commit, where=where, how=how
                )


def _final(file: FileFacts) -> Iterator[tuple[Call, str, str]]:
    """The commits on the way out, where they stand, and how one comes there."""
    for call in commit_calls(file):
        name = qualified(file, call.function).rsplit(".", 1)[-1]
        kinds = {file.syntax.blocks[index].kind for index in call.blocks}
        if BlockKind.FINALLY in kinds:
            yield call, "in finally", "by a failure or a shutdown"
        elif BlockKind.CATCH in kinds:
            yield call, "in the catch", "by a failure"
        elif _ENDS.match(folded(name)):
            yield call, f"in {name}()", "by a shutdown or a deploy"


def _is_gone(before: FileFacts, after: FileFacts, home: str, where: str) -> bool:
    """The function is there and works as before, but has no commit in such a place, nor anything new that may make one."""
    if not any(f.qualified == home for f in after.syntax.functions):
        return False
    if any(qualified(after, c.function) == home and place == where for c, place, _ in _final(after)):
        return False
    known = {(c.receiver, c.name) for c in before.syntax.calls if qualified(before, c.function) == home}
    mine = [c for c in after.syntax.calls if qualified(after, c.function) == home]
    fresh = [c for c in mine if (c.receiver, c.name) not in known]
    return (
        bool(mine) and not any(_HEIR.search(folded(f"{c.receiver} {c.name}")) for c in fresh) and not _own(after, fresh)
    )


def _own(file: FileFacts, fresh: list[Call]) -> bool:
    """A new call of a function of this file: it may do it."""
    names = {f.name for f in file.syntax.functions if not f.is_lambda}
    return any(call.name in names for call in fresh)


def _arrives(delta: Delta, call: Call) -> bool:
    """A commit of that name is new in another file of the change."""
    change = delta.change_set
    return any(
        other.name == call.name
        and file.path != call.span.path
        and change.file(file.path) is not None
        and delta.touches(other.name_span)
        for file in delta.after.files
        for other in file.syntax.calls
        if other.name_span.side is Side.AFTER
    )


RULE = Rule(
    __name__,
    __doc__,
    category=Category.DUPLICATES,
    severity=Severity.MEDIUM,
    confidence=Confidence.MEDIUM,
    covers=("kafka-consumer-commitasync-no-final-commitsync",),
    only=("kafka-consumer",),
    compare=compare,
)
