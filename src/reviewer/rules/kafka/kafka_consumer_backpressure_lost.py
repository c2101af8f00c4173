"""Nothing stops the consumer while work piles up.

The pause that a full queue or buffer caused is gone.

## What it catches

A `pause` of partitions under a condition about a size, a limit or what is pending, that the change removes from code that goes on taking records in.

## Why it hurts in production

Records come as fast as the broker gives them, and leave as slowly as the target takes them: after an outage, or when a group reads a backlog, the buffer grows until the process runs out of memory. It
restarts at the last commit and fills up again, and what was buffered is processed twice.

## What to do

Pause the partitions above a limit, go on polling, and resume below a lower one; or bound the queue so that taking in waits.

## What it cannot see

A bound in another class: a queue that blocks, a semaphore, a limit of the client's own prefetch.

## Examples

### bad: the limit is still there, and nobody asks for it
--- Intake.java
 import java.util.*;
 import org.apache.kafka.clients.consumer.*;
 import org.apache.kafka.common.TopicPartition;
 class Intake {
   private final KafkaConsumer<String, Bill> consumer;
   private final Deque<ConsumerRecord<String, Bill>> waiting = new ArrayDeque<>();
   void run() {
     while (running) {
       for (ConsumerRecord<String, Bill> record : consumer.poll(TIMEOUT)) {
         waiting.add(record);
-        if (waiting.size() > LIMIT) {
-          consumer.pause(Set.of(new TopicPartition(record.topic(), record.partition()))); // ! here
-        }
       }
       consumer.commitSync(done());
     }
   }
 }

### bad: python
--- intake.py
 from aiokafka import AIOKafkaConsumer

 class Intake:
     async def run(self, consumer: AIOKafkaConsumer):
         async for message in consumer:
             self.pending.append(message)
-            if len(self.pending) >= self.max_pending:
-                consumer.pause(*consumer.assignment())  # ! here
             await consumer.commit(self.done())

### good: the queue is bounded now
--- intake.py
 from aiokafka import AIOKafkaConsumer

 class Intake:
     async def run(self, consumer: AIOKafkaConsumer):
         async for message in consumer:
-            self.pending.append(message)
-            if len(self.pending) >= self.max_pending:
-                consumer.pause(*consumer.assignment())
+            await self.bounded.put(message)
             await consumer.commit(self.done())

### good: the pause of an operator's switch
--- Switch.java
 import org.apache.kafka.clients.consumer.*;
 class Switch {
   private final KafkaConsumer<String, Bill> consumer;
   void run() {
     while (running) {
-      if (switchedOff) {
-        consumer.pause(consumer.assignment());
-      }
       consumer.poll(TIMEOUT).forEach(this::book);
       consumer.commitSync();
     }
   }
 }

## References

- https://kafka.apache.org/40/javadoc/org/apache/kafka/clients/consumer/KafkaConsumer.html
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from reviewer.core.finding import Category, Confidence, Severity
from reviewer.facts.delta import Delta
from reviewer.facts.gone import Gone, header
from reviewer.facts.streaming.model import FileFacts
from reviewer.facts.streaming.protections import Protects, folded, qualified
from reviewer.facts.syntax import BlockKind, Call
from reviewer.rules.checks.words import Words
from reviewer.rules.rule import Hit, Rule
from reviewer.rules.support import short

_FULL = re.compile(
    r"(?i)size|count|len(gth)?\b|full|limit|max|capacity|pending|threshold|watermark|in_?flight|backlog|exceed"
)
_TAKES_IN = re.compile(r"^(add|put|offer|append|push|enqueue|send|write|buffer|register)")
_BOUNDS = re.compile(
    r"^(put|offer|acquire|wait|await|enqueue|write|submit|send|block|throttle|reserve)|bound|limit|capacity|permit|semaphore"
)
_BOUNDED = re.compile(
    r"ArrayBlockingQueue\b|LinkedBlocking(?:Queue|Deque)\w*(?:<\w*>)?\([^)]|\bQueue\((?:maxsize\s*=\s*)?[1-9A-Za-z_]\w*\)|CreateBounded"
)
_WORDS = Words(
    "{pause} when `{test}` is gone: nothing stops the consumer while work piles up.",
    (
        "The target is slow, or the group reads a backlog: records come faster than they leave.",
        "{function}() takes in one record after the other, without a bound.",
        "The process runs out of memory and begins again at the last commit -> it fills up again, and what was buffered is processed twice.",
    ),
    "Keep the pause above a limit and the resume below a lower one, or put the records into a queue that is bounded and waits.",
)


def compare(delta: Delta) -> Iterator[Hit]:
    """Pauses for a full buffer that are gone where records are still taken in."""
    for gone in delta.gone(Protects.PAUSE):
        was, now = delta.before.file(gone.span.path), delta.after.file(gone.path)
        call = _paused(was, gone) if was is not None else None
        test = (
            was.syntax.enclosing(call.blocks, BlockKind.CONDITIONAL) if was is not None and call is not None else None
        )
        if was is None or now is None or test is None:
            continue
        # the pause itself stays as it was where it is commented out
        lines = (gone.span, header(delta, test.span, test.detail))
        span = next((line for line in lines if delta.touches(line)), None)
        if span is not None and _FULL.search(test.detail) and _goes_on(was, now, gone.function):
            yield _WORDS.hit(
                f"{gone.function}/no pause", span, pause=gone.protection.text, test=short(test.detail),
                function=gone.function.rpartition(".")[2],
            )  # fmt: skip


def _paused(file: FileFacts, gone: Gone) -> Call | None:
    return next((c for c in file.syntax.calls if c.name_span == gone.protection.span), None)


def _goes_on(was: FileFacts, now: FileFacts, function: str) -> bool:
    """Whether the function takes in as before, with nothing that waits, and nothing new that may."""
    old = {(c.receiver, c.name) for c in was.syntax.calls if qualified(was, c.function) == function}
    mine = [c for c in now.syntax.calls if qualified(now, c.function) == function]
    fresh = [c for c in mine if (c.receiver, c.name) not in old]
    takes = any(_TAKES_IN.match(folded(c.name)) and (c.receiver, c.name) in old for c in mine)
    bounded = any(a.value is not None and _BOUNDED.search(a.value.text) for a in now.syntax.assignments)
    return takes and not bounded and not any(_BOUNDS.search(folded(c.name)) for c in fresh)


RULE = Rule(
    __name__,
    __doc__,
    category=Category.PERFORMANCE,
    severity=Severity.MEDIUM,
    confidence=Confidence.MEDIUM,
    only=("kafka-consumer",),
    compare=compare,
)
