"""Database and topic are written apart and can disagree for good.

One function writes a database and sends to Kafka, and nothing makes the two one.

## What it catches

A function that saves through a repository, an entity manager, JDBC or a session and sends a record, without an outbox.

## Why it hurts in production

The two systems commit apart. Between the two commits the process can die, or one of them can fail and roll back: then one side
knows of something that the other does not.

## What to do

Write an outbox row in the same database transaction and let change data capture or a relay send it.

## Trade-off

An outbox costs a table, a relay and the relay's delay. Two writes are legitimate where one side can be rebuilt from the other, or a
comparison mends the difference.

## What it cannot see

A write that is one call further down; an event that is only a hint and is reconciled later.

## Examples

### bad: save, then send
--- OrderService.java
+import org.springframework.kafka.core.KafkaTemplate;
+class OrderService {
+  private final OrderRepository orderRepository;
+  private final KafkaTemplate<String, Order> kafkaTemplate;
+  @Transactional
+  void place(Order order) throws Exception {
+    orderRepository.save(order);
+    kafkaTemplate.send("orders", order.id(), order).get(); // ! here
+  }
+}

### bad: SQL, then produce
--- pay.py
+from confluent_kafka import Producer
+
+def pay(cursor, producer, payment):
+    cursor.execute("INSERT INTO payments VALUES (%s)", payment.id)
+    producer.produce("payments", key=payment.id, value=payment.body, on_delivery=check) # ! here

### good: a read and a send
--- pay.py
+from confluent_kafka import Producer
+
+def announce(cursor, producer, identity):
+    cursor.execute("SELECT body FROM payments WHERE id = %s", identity)
+    producer.produce("payments", key=identity, value=cursor.fetchone(), on_delivery=check)

### good: the relay of an outbox
--- Relay.java
+import org.springframework.kafka.core.KafkaTemplate;
+class Relay {
+  private final OutboxRepository outboxRepository;
+  private final KafkaTemplate<String, String> kafkaTemplate;
+  void relay(OutboxRow row) throws Exception {
+    kafkaTemplate.send(row.topic(), row.key(), row.body()).get();
+    outboxRepository.delete(row);
+  }
+}

## References

- https://debezium.io/documentation/reference/stable/transformations/outbox-event-router.html
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence

from reviewer.core.finding import Category, Confidence, Severity
from reviewer.facts.streaming.handoffs import outermost
from reviewer.facts.streaming.model import FactSet, FileFacts, Send
from reviewer.facts.streaming.names import bare
from reviewer.facts.syntax import Call
from reviewer.rules.rule import Hit, Rule
from reviewer.rules.support import line

_STORES = re.compile(
    r"(repository|repo|dao|entitymanager|jdbctemplate|jdbc|mongotemplate|session|cursor|connection|conn|db|database|dsl)$"
)
_WRITES = frozenset(
    {"save", "saveAll", "saveAndFlush", "persist", "merge", "insert", "update", "delete", "deleteById", "upsert",
     "executeUpdate", "batchUpdate", "insert_one", "update_one", "delete_one", "execute", "executemany", "add", "commit", "insertInto"}
)  # fmt: skip
_ONLY_STATEMENTS = frozenset({"execute", "executemany"})
_OUTBOX = re.compile(r"outbox", re.IGNORECASE)


def inspect(facts: FactSet) -> Iterator[Hit]:
    """Functions with both kinds of write."""
    for file in facts.files:
        if not file.sends or _OUTBOX.search(file.path):
            continue
        inside = _by_function(file)
        for function, send in _first_sends(file):
            write = _write(inside[function])
            if write is not None:
                yield _hit(file, send, write)


def _first_sends(file: FileFacts) -> Iterator[tuple[int, Send]]:
    seen: set[int] = set()
    for send in file.sends:
        home = outermost(file.names, send.operation.call.function)
        if home is not None and home not in seen:
            seen.add(home)
            yield home, send


def _by_function(file: FileFacts) -> dict[int | None, list[Call]]:
    """The calls of each named function, those of its lambdas included."""
    found: dict[int | None, list[Call]] = defaultdict(list)
    for call in file.syntax.calls:
        found[outermost(file.names, call.function)].append(call)
    return found


def _write(inside: Sequence[Call]) -> Call | None:
    if any(_OUTBOX.search(call.receiver + call.name) for call in inside):
        return None
    return next((call for call in inside if _is_write(call)), None)


def _is_write(call: Call) -> bool:
    if call.name not in _WRITES or not _STORES.search(bare(call.receiver.split("(")[0]).lower().replace("_", "")):
        return False
    if call.name in _ONLY_STATEMENTS:
        first = call.argument(0)
        return first is not None and bool(
            re.match(r"\W*(insert|update|delete|merge|upsert)\b", first.text, re.IGNORECASE)
        )
    return call.name not in ("add", "commit") or bare(call.receiver).lower().endswith("session")


def _hit(file: FileFacts, send: Send, write: Call) -> Hit:
    call = send.operation.call
    database = f"{write.receiver}.{write.name}()"
    return Hit(
        subject=f"{file.function_name(call.function)}: {write.receiver}.{write.name} + {call.receiver}.{call.name}",
        span=line(call.name_span),
        message=f"`{database}` and `{call.receiver}.{call.name}()` commit apart.",
        scenario=(
            f"{database} writes the row and its transaction commits.",
            f"The process dies, or the broker is away, before {call.name}() is delivered.",
            "No other service ever learns of the row; the other way round, a rolled-back row has been announced -> "
            "database and topic disagree for good.",
        ),
        fix="Write an outbox row in the same transaction and let CDC or a relay publish it.",
        evidence=(line(write.name_span),),
    )


RULE = Rule(
    __name__,
    __doc__,
    category=Category.STATE_CONSISTENCY,
    severity=Severity.HIGH,
    confidence=Confidence.MEDIUM,
    only=("kafka-producer", "spring-kafka"),
    inspect=inspect,
)
