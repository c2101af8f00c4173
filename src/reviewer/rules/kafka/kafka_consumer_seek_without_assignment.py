"""A seek in front of the first poll finds no partition.

The consumer has subscribed, and is asked for its partitions, or moved, before it was given any.

## What it catches

A `seek` behind a `subscribe` in one method, or in two helpers that it calls one after the other, with no poll between them.

## Why it hurts in production

A subscription gives partitions later, in `poll()`. Until then `assignment()` is empty and a seek is refused, or, over an empty assignment, does nothing without an error: the group
begins where it would have begun anyway. What was to be read again is not, what was to be skipped is read.

## What to do

Seek in the callback for assigned partitions; or use `assign` where the partitions are known.

## What it cannot see

A consumer that another part of the program polls meanwhile.

## Examples

### bad: a replay from the beginning that never happens
--- Replay.java
 import org.apache.kafka.clients.consumer.*;
 class Replay {
   void run(KafkaConsumer<String, Bill> consumer) {
     consumer.subscribe(List.of("bills"));
+    consumer.seekToBeginning(consumer.assignment()); // ! here
     while (running) {
       consumer.poll(TIMEOUT).forEach(this::book);
     }
   }
 }

### bad: python, in two helpers
--- stream.py
 from aiokafka import AIOKafkaConsumer, TopicPartition

 class Stream:
     async def start(self):
         await self._join()
+        self._move()  # ! here

     async def _join(self):
         await self.consumer.start()
         self.consumer.subscribe(topics=self.topics)

     def _move(self):
         for topic, partition, offset in self.initial:
             self.consumer.seek(TopicPartition(topic, partition), offset)

### good: in the callback
--- Replay.java
 import org.apache.kafka.clients.consumer.*;
 class Replay {
   void run(KafkaConsumer<String, Bill> consumer) {
+    consumer.subscribe(List.of("bills"), new ConsumerRebalanceListener() {
+      public void onPartitionsAssigned(Collection<TopicPartition> partitions) {
+        consumer.seekToBeginning(partitions);
+      }
+      public void onPartitionsRevoked(Collection<TopicPartition> partitions) {}
+    });
     while (running) {
       consumer.poll(TIMEOUT).forEach(this::book);
     }
   }
 }

### good: a poll comes first
--- Replay.java
 import org.apache.kafka.clients.consumer.*;
 class Replay {
   void run(KafkaConsumer<String, Bill> consumer) {
     consumer.subscribe(List.of("bills"));
+    while (consumer.assignment().isEmpty()) {
+      consumer.poll(Duration.ofMillis(100));
+    }
+    consumer.seekToBeginning(consumer.assignment());
     while (running) {
       consumer.poll(TIMEOUT).forEach(this::book);
     }
   }
 }

## References

- https://kafka.apache.org/40/javadoc/org/apache/kafka/clients/consumer/KafkaConsumer.html
"""

from __future__ import annotations

from collections.abc import Iterator

from reviewer.core.finding import Category, Confidence, Severity
from reviewer.facts.streaming.flow import is_noise
from reviewer.facts.streaming.model import FactSet, FileFacts, Role
from reviewer.facts.streaming.protections import folded, written
from reviewer.facts.syntax import Call, Function
from reviewer.rules.checks.words import Words
from reviewer.rules.rule import Hit, Rule

#: Clients that give partitions in a poll, and are moved by a call of the consumer.
_LIBRARIES = frozenset(
    {"kafka-clients", "confluent-kafka-python", "kafka-python", "aiokafka", "confluent-kafka-dotnet", "kafkajs"}
)
_JOINS = frozenset(
    {
        "poll",
        "consume",
        "getone",
        "getmany",
        "run",
        "assign",
        "wait",
        "sleep",
        "await",
        "incrementalassign",
        "waitforassignment",
    }
)
_WORDS = Words(
    "{seek} comes right behind {subscribe}: no partition is assigned yet.",
    (
        "{subscribe} returns at once; partitions are given in the first poll.",
        "{seek} finds none: it is refused, or does nothing.",
        "The consumer begins at the committed offset, or where auto.offset.reset says -> records are skipped or read again, not as {function}() wanted it.",
    ),
    "Seek in the callback for assigned partitions, or use assign() where the partitions are known.",
)


def inspect(facts: FactSet) -> Iterator[Hit]:
    """Seeks behind a subscription, with nothing between them that gives partitions."""
    for file in facts.files:
        roles = {operation.role for operation in file.operations}
        if file.libraries.isdisjoint(_LIBRARIES) or not {Role.SUBSCRIBE, Role.SEEK} <= roles:
            continue
        for function in file.syntax.functions:
            if not function.is_lambda:
                yield from _in(file, function)


def _in(file: FileFacts, function: Function) -> Iterator[Hit]:
    subscribed: Call | None = None
    for call in file.syntax.calls_in(function.index):
        what = _what(file, call, subscribed)
        if "seek" in what and subscribed is not None:
            yield _WORDS.hit(
                f"{function.qualified}/{call.name} without partitions", call.name_span, seek=written(call),
                subscribe=written(subscribed), function=function.name,
            )  # fmt: skip
            return
        if "joins" in what:
            return
        if "subscribe" in what:
            subscribed = call


def _what(file: FileFacts, call: Call, subscribed: Call | None) -> set[str]:
    """What a call does, or the helper of the file that it calls on its own object: subscribe | seek | joins."""
    own = _own(file, call)
    if own:
        return own
    helpers = [f for f in file.syntax.functions if f.name == call.name and not f.is_lambda]
    if call.receiver not in ("", "this", "self") or len(helpers) != 1:
        return {"joins"} if folded(call.name) in _JOINS or _is_given(call, subscribed) else set()
    inside = [_own(file, c) for c in file.syntax.calls_in(helpers[0].index)]
    found = set().union(*inside) if inside else set()
    return {"joins"} if "joins" in found or {"subscribe", "seek"} <= found else found


def _is_given(call: Call, subscribed: Call | None) -> bool:
    """Whether code that is not here gets the subscribed consumer: it may poll until there are partitions."""
    given = any(argument.value.text == subscribed.receiver for argument in call.arguments) if subscribed else False
    return given and not is_noise(call)


def _own(file: FileFacts, call: Call) -> set[str]:
    for operation in file.operations:
        if operation.call.index == call.index and operation.client == "consumer":
            if operation.role is Role.SEEK:
                return {"seek"}
            if operation.role is Role.POLL:
                return {"joins"}
            if operation.role is Role.SUBSCRIBE:
                return {"subscribe"} if folded(call.name) == "subscribe" else {"joins"}
    return {"joins"} if folded(call.name) in _JOINS and call.receiver else set()


RULE = Rule(
    __name__,
    __doc__,
    category=Category.DATA_LOSS,
    severity=Severity.MEDIUM,
    confidence=Confidence.MEDIUM,
    only=("kafka-consumer",),
    inspect=inspect,
)
