"""A setting never reaches the client.

It is put into the map after the client was built from it.

## What it catches

A known key that is put into properties, a map or a dictionary in the same function behind the construction of the client that was given them.

## Why it hurts in production

Clients copy their configuration when they are built. The line reads as if the client had the setting, and it runs with the default: acks, transactions, isolation, poll
intervals, whatever it was.

## What to do

Put the setting before the client is built.

## What it cannot see

A second client that is built from the same map in another function.

## Examples

### bad: two lines change places
--- Client.java
 import java.util.Properties;
 import org.apache.kafka.clients.consumer.*;
 class Client {
   KafkaConsumer<String, String> open(Properties given) {
     Properties p = new Properties(given);
-    p.put(ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_committed");
     KafkaConsumer<String, String> consumer = new KafkaConsumer<>(p);
+    p.put(ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_committed"); // ! here
     return consumer;
   }
 }

### bad: a dictionary
--- client.py
 from confluent_kafka import Producer

 def open_producer(servers):
     conf = {"bootstrap.servers": servers}
     producer = Producer(conf)
+    conf["enable.idempotence"] = True # ! here
     return producer

### good: for the next client
--- Clients.java
 import java.util.Properties;
 import org.apache.kafka.clients.producer.*;
 class Clients {
   void open(Properties p) {
     plain = new KafkaProducer<>(p);
+    p.put(ProducerConfig.TRANSACTIONAL_ID_CONFIG, "moves");
+    moving = new KafkaProducer<>(p);
   }
 }

### good: before it
--- client.py
 from confluent_kafka import Producer

 def open_producer(servers):
     conf = {"bootstrap.servers": servers}
+    conf["enable.idempotence"] = True
     producer = Producer(conf)
     return producer

## References

- https://kafka.apache.org/40/javadoc/org/apache/kafka/clients/producer/KafkaProducer.html
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from reviewer.core.finding import Category, Confidence, Severity
from reviewer.core.span import Span
from reviewer.facts.streaming.flow import exclusive
from reviewer.facts.streaming.model import FactSet, FileFacts, Setting
from reviewer.facts.syntax import BlockKind, Call, ExpressionKind
from reviewer.rules.checks.words import Words
from reviewer.rules.rule import Hit, Rule

_MAKES = re.compile(r"^(create|new|build|make|open|get)\w*(Consumer|Producer|Streams|AdminClient)$")
_PUTS = frozenset({"put", "setProperty", "set", "Set", "SetKey", "putIfAbsent", "Add"})
_WORDS = Words(
    "{key} is put into `{map}` after {client}() was built from it: the client never sees it.",
    (
        "{client}() copies its settings out of `{map}`.",
        "{key} is put into `{map}` afterwards.",
        "The client runs with the default of {key} as long as it lives -> what the setting was to prevent happens.",
    ),
    "Put {key} before {client}() is called.",
)


def inspect(facts: FactSet) -> Iterator[Hit]:
    """Settings behind the construction."""
    for file in facts.files:
        written = {s.span.first_line: s for s in file.settings if s.in_code and (s.client or "." in s.key)}
        for made in file.syntax.calls if written else ():
            for name in _maps(file, made):
                for span, where in _later(file, made, name):
                    setting = written.get(span.first_line)
                    if setting is not None and not _is_used_again(file, made, name, where):
                        yield _hit(file, made, name, setting, span)


def _hit(file: FileFacts, made: Call, name: str, setting: Setting, span: Span) -> Hit:
    return _WORDS.hit(
        f"{file.function_name(made.function)}/{setting.key} after {made.name}",
        span,
        key=setting.key,
        map=name,
        client=made.name,
    )


def _maps(file: FileFacts, made: Call) -> Iterator[str]:
    """The variables that a client is built from; in a loop the next round has what was put."""
    clients = {client.call.index for client in file.clients}
    if made.index not in clients and not _MAKES.match(made.name):
        return
    if made.function is not None and file.syntax.enclosing(made.blocks, BlockKind.LOOP) is None:
        yield from (
            a.value.text for a in made.arguments if a.value.kind is ExpressionKind.NAME and "." not in a.value.text
        )


def _later(file: FileFacts, made: Call, name: str) -> Iterator[tuple[Span, int]]:
    """Where the variable gets a value behind the construction: the span, and its line."""
    for call in file.syntax.calls:
        if call.function == made.function and call.receiver == name and call.name in _PUTS and call.index > made.index:
            if call.span.first_line > made.span.last_line and not exclusive(file, made, call):
                yield call.name_span, call.span.first_line
    for assignment in file.syntax.assignments:
        is_entry = assignment.subscript is not None and assignment.target.partition("[")[0] == name
        if is_entry and assignment.function == made.function and assignment.span.first_line > made.span.last_line:
            if assignment.blocks[: len(made.blocks)] == made.blocks:
                yield assignment.span, assignment.span.first_line


def _is_used_again(file: FileFacts, made: Call, name: str, line: int) -> bool:
    """Whether something else is given the map behind that: it may be for that."""
    return any(
        call.span.last_line > line and re.fullmatch(rf"(\*\*)?{re.escape(name)}", a.value.text) is not None
        for call in file.syntax.calls
        if call.index != made.index
        and (call.function == made.function or file.syntax.is_inside(call.function, made.function))
        for a in call.arguments
    ) or any(jump.function == made.function and jump.text == name for jump in file.syntax.jumps)


RULE = Rule(
    __name__,
    __doc__,
    category=Category.OPERATIONS,
    severity=Severity.HIGH,
    confidence=Confidence.HIGH,
    inspect=inspect,
)
