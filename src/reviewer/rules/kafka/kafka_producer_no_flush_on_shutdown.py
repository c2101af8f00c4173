"""Buffered records die with the process.

A process that produces ends without flushing or closing its producer.

## What it catches

A producer constructed in code whose file never flushes, closes or stops it, a `flush()` / `close()` that the change removes, and a close that no longer
waits (`close(Duration.ZERO)`); a class that holds a producer for others and whose own close no longer reaches it. A wrapper that no table knows is told by its name: `self._producer.close()` that goes.

## Why it hurts in production

`send` and `produce` fill a buffer. On SIGTERM or at the end of a script the buffer is dropped with the process: everything
younger than `linger.ms`, and everything still being retried.

## What to do

On shutdown: stop taking input, `flush` with a time limit, look at what is left, `close`.

## Trade-off

A stop takes longer, up to the time limit of the flush. Without it is legitimate where the source sends again what was not
acknowledged.

## What it cannot see

A container, a framework or another file that closes the producer; then the construction is usually handed on or annotated.

## Examples

### bad: a script that ends after produce()
--- load.py
+from confluent_kafka import Producer
+
+def main(rows):
+    producer = Producer({"bootstrap.servers": "kafka:9092"}) # ! here
+    for row in rows:
+        producer.produce("rows", value=row, on_delivery=check)

### bad: the flush is removed
--- ship.py
 from confluent_kafka import Producer

 class Shipper:
     def __init__(self, producer: Producer):
         self.producer = producer

     def ship(self, parcel):
         self.producer.produce("parcels", value=parcel, on_delivery=check)
-
-    def stop(self):
-        self.producer.flush(30) # ! here

### good: flushed, then closed at once
--- Ship.java
 import org.apache.kafka.clients.producer.*;
 class Ship {
   private final KafkaProducer<String, String> producer;
   Ship(KafkaProducer<String, String> producer) { this.producer = producer; }
   void ship(String parcel) { producer.send(new ProducerRecord<>("parcels", parcel), this::check); }
-  void stop() { producer.close(); }
+  void stop() { producer.flush(); producer.close(Duration.ZERO); }
 }

### good: flushed by a method of its own, then closed at once
--- Ship.java
 import org.apache.kafka.clients.producer.*;
 class Ship {
   private final KafkaProducer<String, String> producer;
   Ship(KafkaProducer<String, String> producer) { this.producer = producer; }
   void ship(String parcel) { producer.send(new ProducerRecord<>("parcels", parcel), this::check); }
-  void stop() { producer.close(); }
+  void stop() { drain(); producer.close(Duration.ZERO); }
+  void drain() { producer.flush(); }
 }

## References

- https://kafka.apache.org/40/javadoc/org/apache/kafka/clients/producer/KafkaProducer.html
- https://github.com/confluentinc/librdkafka/blob/master/INTRODUCTION.md
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from reviewer.core.finding import Category, Confidence, Severity
from reviewer.facts.delta import Delta, FilePair
from reviewer.facts.streaming.model import Client, FactSet, FileFacts, Operation, Role
from reviewer.facts.streaming.names import bare
from reviewer.facts.syntax import BlockKind, Call, ResultUse
from reviewer.rules.checks.own_producers import is_own, is_unheard
from reviewer.rules.checks.wrappers import unended
from reviewer.rules.rule import Hit, Rule
from reviewer.rules.support import line

_NO_WAIT = re.compile(r"(java\.time\.)?Duration\.(ZERO|of\w+\(0L?\))$|0L?, (\w+\.)*\w+$")
_BY = re.compile(r"Producer\b.*\sby\s")
_REFERENCE = re.compile(r"producer\w*(::|\.)(close|flush|stop)$", re.IGNORECASE)


def inspect(facts: FactSet) -> Iterator[Hit]:
    """Producers that the file constructs, uses itself, and never flushes or closes."""
    for file in facts.files:
        settled = bool(_ends(file)) or _is_closed_by_reference(file)
        for client in file.clients:
            if client.kind == "producer" and not settled and is_own(file, client) and _leaves_something(file):
                if not is_unheard(file, client):
                    yield _never(file, client)


def compare(delta: Delta) -> Iterator[Hit]:
    """The last flush or close of a producer is removed while the sends stay."""
    for files, before, after in delta.modified():
        lost = _ends(before)
        producers = [c for c in after.clients if c.kind == "producer"]
        mine = [c for c in producers if is_own(after, c)]
        is_told = bool(producers) and not (mine and _leaves_something(after))
        settled = bool(_ends(after)) or _is_closed_by_reference(after) or _delegates(after)
        settled = settled or (bool(lost) and _is_given_now(before, after, lost[-1]))
        if lost and not settled and _sends(after) and not is_told:
            yield _removed(before, lost[-1], after, mine)
        elif lost and not settled and not after.sends and _is_still_held(before, lost[-1], after):
            yield _passed_on(before, lost[-1])
        else:
            at_once = list(_at_once(before, after))
            yield from at_once or list(_no_longer_waits(before, after)) or _wrapped(files, before, after)


def _wrapped(files: FilePair, before: FileFacts, after: FileFacts) -> Iterator[Hit]:
    """The only end of something that is a producer by its name, where no client is known; it is still made and sent with."""
    awaited = bool(after.sends) and not _leaves_something(after)
    if before.clients or _ends(before) or after.is_test or awaited:
        return
    end = unended(files, before, after)
    if end is not None:
        yield _passed_by(before, end)


def _passed_by(file: FileFacts, call: Call) -> Hit:
    home = file.function_name(call.function)
    return Hit(
        subject=f"{home}/{call.receiver}.{call.name}",
        span=line(call.name_span),
        message=f"The only {call.name}() of `{call.receiver}` is removed, the sends stay.",
        scenario=_STEPS,
        fix=f"Keep `{call.receiver}.{call.name}()` on the way out, and wait for it.",
        confidence=Confidence.MEDIUM,
    )


def _is_given_now(before: FileFacts, after: FileFacts, end: Operation) -> bool:
    """Whether the producer is given to something that did not get it before: `stack.push(self._producer)`."""
    counts = [
        sum(1 for c in file.syntax.calls for a in c.arguments if bare(a.value.text) == bare(end.holder))
        for file in (before, after)
    ]
    return counts[1] > counts[0]


_ENDINGS = re.compile(
    r"_*(a?close|stop|shut_?down|dispose(async)?|destroy|terminate|exit|aexit|drop|disconnect|cleanup|tear_?down)_*$",
    re.IGNORECASE,
)


def _is_still_held(before: FileFacts, end: Operation, after: FileFacts) -> bool:
    """A class that holds the producer while others send: its own end is still there, and does not reach the producer any more."""
    home = before.function_name(end.call.function)
    kept = [c for c in after.clients if c.kind == "producer" and bare(c.holder) == bare(end.holder)]
    buffers = [c for c in kept if c.library != "kafka-go" or c.value("async").is_explicit("true")]
    stays = any(f.qualified == home for f in after.syntax.functions)
    given = any(bare(a.value.text) == bare(end.holder) for c in after.syntax.calls for a in c.arguments)
    return stays and bool(buffers) and not given and _ENDINGS.match(home.rpartition(".")[2]) is not None


def _passed_on(file: FileFacts, operation: Operation) -> Hit:
    call = operation.call
    home = file.function_name(call.function)
    name = home.rpartition(".")[2]
    return Hit(
        subject=f"{home}/{call.receiver}.{call.name}",
        span=line(call.name_span),
        message=f"{name}() no longer ends `{call.receiver}`, which others write to: {call.name}() is removed.",
        scenario=(
            f"Records are in the buffer of `{call.receiver}`.",
            f"The process gets SIGTERM (a deploy, a scale-down) and calls {name}().",
            "It returns without waiting for the buffer -> every record that is not yet acknowledged is never sent.",
        ),
        fix=file.word(operation.library, "flush") or _CLOSE,
    )


def _at_once(before: FileFacts, after: FileFacts) -> Iterator[Hit]:
    """A function flushed, or closed with a wait; now it closes with a limit of zero, and nothing in the file flushes.

    In a catch that is how a fenced producer is left.
    """
    old = {(before.function_name(op.call.function), _is_at_once(op)) for op in _ends(before)}
    ends = _ends(after)
    for operation in ends if not any(op.role is Role.FLUSH for op in ends) else ():
        home = after.function_name(operation.call.function)
        in_catch = after.syntax.enclosing(operation.call.blocks, BlockKind.CATCH) is not None
        if _is_at_once(operation) and (home, False) in old and (home, True) not in old and not in_catch:
            yield _instant(after, operation, home)


def _is_at_once(operation: Operation) -> bool:
    return operation.role is Role.CLOSE and _NO_WAIT.match(_limit(operation)) is not None


def _limit(operation: Operation) -> str:
    """The time limit of a close as written; "" when it has none."""
    return ", ".join(argument.value.text for argument in operation.call.arguments)


def _no_longer_waits(before: FileFacts, after: FileFacts) -> Iterator[Hit]:
    """A function sends and flushes; after the change it only sends, nobody reads the results, and no flush took its place."""
    old, new = list(before.operations_of(Role.FLUSH)), list(after.operations_of(Role.FLUSH))
    if len(new) >= len(old):
        return
    flushing = {after.function_name(op.call.function) for op in new}
    dropped = {after.function_name(s.operation.call.function) for s in after.sends if not s.handled}
    sent = {before.function_name(s.operation.call.function) for s in before.sends}
    seen: set[str] = set()
    for operation in old:
        home = before.function_name(operation.call.function)
        if home in sent & dropped and home not in flushing | seen:
            seen.add(home)
            yield _unwaited(operation, home)


def _ends(file: FileFacts) -> list[Operation]:
    """What sends the rest: a flush, or a close that does so."""
    drops = {library.id for library in file.names.libraries if library.close_drops}
    return [
        op for op in file.operations_of(Role.FLUSH, Role.CLOSE)
        if op.client.endswith(("producer", "template")) and not (op.role is Role.CLOSE and op.library in drops)
    ]  # fmt: skip


def _is_closed_by_reference(file: FileFacts) -> bool:
    """`closeQuietly(producer::close)`, `atexit.register(producer.flush)`: the method itself is handed on."""
    given = (a.value.text for call in file.syntax.calls for a in call.arguments)
    return any(_REFERENCE.search(text) for text in given)


def _delegates(file: FileFacts) -> bool:
    """Kotlin's `: Producer<K, V> by inner`: flush and close reach the inner one without being written."""
    return any(_BY.search(base) for declared in file.syntax.types for base in declared.bases)


def _sends(file: FileFacts) -> bool:
    """Whether a send may leave something behind in the buffer."""
    return any(not send.waits for send in file.sends)


def _leaves_something(file: FileFacts) -> bool:
    """A send that is awaited until the brokers have answered leaves nothing in a buffer, whatever it does without."""
    return any(
        not send.waits and not (send.handled and send.operation.call.result is ResultUse.AWAITED) for send in file.sends
    )


_STEPS = (
    "send() fills the producer's buffer and returns.",
    "The process gets SIGTERM (a deploy, a scale-down) or reaches its end.",
    "No flush() or close() waits for the buffer -> every record that is not yet acknowledged is never sent.",
)


def _subject(file: FileFacts, client: Client) -> str:
    return f"{file.function_name(client.call.function)}/{client.holder}"


def _never(file: FileFacts, client: Client) -> Hit:
    return Hit(
        subject=_subject(file, client),
        span=line(client.call.span),
        message=_not_ended(file, client),
        scenario=_STEPS,
        fix=file.word(client.library, "flush") or _CLOSE,
        confidence=Confidence.MEDIUM,
    )


def _removed(file: FileFacts, operation: Operation, after: FileFacts, producers: list[Client]) -> Hit:
    """Of a producer that is constructed here it is what `inspect` says of it, at the line that is gone."""
    call = operation.call
    same = next((c for c in producers if bare(c.holder) == bare(operation.holder)), next(iter(producers), None))
    subject = f"{file.function_name(call.function)}/{call.receiver}.{call.name}"
    return Hit(
        subject=_subject(after, same) if same is not None else subject,
        span=line(call.name_span),
        message=f"The only {call.name}() of the producer is removed, the sends stay.",
        scenario=_STEPS,
        fix=file.word(operation.library, "flush") or _CLOSE,
    )


def _instant(file: FileFacts, operation: Operation, home: str) -> Hit:
    call = operation.call
    return Hit(
        subject=f"{home}/{call.receiver}.{call.name} at once",
        span=line(call.name_span),
        message=f"`{call.receiver}.{call.name}({_limit(operation)})` waits for nothing, and nothing in this file flushes.",
        scenario=(
            "send() fills the producer's buffer and returns.",
            "The process gets SIGTERM (a deploy, a scale-down) and comes here.",
            "A close with a limit of zero fails every record that is not yet acknowledged -> they are never stored.",
        ),
        fix=file.word(operation.library, "flush") or _CLOSE,
    )


def _unwaited(operation: Operation, home: str) -> Hit:
    return Hit(
        subject=f"{home}/no longer flushes",
        span=line(operation.call.name_span),
        message=f"{home}() waited with {operation.call.name}() until its records were stored; now it returns before.",
        scenario=(
            f"{home}() puts the record into the producer's buffer and returns; its result is dropped.",
            "Its caller goes on: it answers, or commits the offset of the input.",
            "The process is killed, or the delivery fails -> the record is lost, and nothing sends it again.",
        ),
        fix="Keep the flush where the unit of work ends (once per batch is enough), or wait for the results of the sends.",
        confidence=Confidence.MEDIUM,
    )


def _not_ended(file: FileFacts, client: Client) -> str:
    closes = any(bare(op.holder) == bare(client.holder) for op in file.operations_of(Role.CLOSE))
    if closes:
        return f"Nothing in this file flushes `{client.holder}`, and closing it drops what is buffered."
    return f"Nothing in this file flushes or closes `{client.holder}`."


_CLOSE = "Close the producer on shutdown with a time limit: `producer.close(Duration.ofSeconds(30))` flushes what is buffered."


RULE = Rule(
    __name__,
    __doc__,
    category=Category.DATA_LOSS,
    severity=Severity.HIGH,
    confidence=Confidence.HIGH,
    only=("kafka-producer",),
    inspect=inspect,
    compare=compare,
)
