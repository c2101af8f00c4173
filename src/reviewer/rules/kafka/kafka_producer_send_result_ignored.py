"""Nobody learns when the record is not delivered.

A record is handed to the producer and nobody looks at the outcome.

## What it catches

`producer.send(record);` and `kafkaTemplate.send(…);` as statements, a future that is kept and never read, a dropped future
in kafka-python, `await producer.send(…)` in aiokafka (which awaits only the buffer), and confluent-kafka's `produce()` without
`on_delivery`; also a delivery callback that never reads its error parameter; and a send whose failure went up to the caller and now ends in a
catch, or a `.catch()`, that only logs while the function returns normally; a function that returns the future of its send,
and that is not waited for any more. A class, function or object of the repository that holds the client counts as the client, one file further.

## Why it hurts in production

`send` returns before the broker has the record. When the record is too large, the topic is not authorised or the delivery
deadline passes, the error is only in the future or the callback. If no one reads it, the record is gone and the caller has said yes.

## What to do

Give a callback that fails the unit of work, or wait for the futures before acknowledging upstream.

## Trade-off

Waiting for each record costs a round trip a record; a callback, or waiting once a batch, costs next to nothing. Ignoring it is
legitimate for telemetry that nobody misses.

## What it cannot see

A global listener registered elsewhere (a `ProducerListener` bean, an interceptor); topics whose records may be lost.

## Examples

### bad: the wait is removed
--- Orders.java
 import org.apache.kafka.clients.producer.*;
 class Orders {
   private final KafkaProducer<String, String> producer;
   void accept(String id, String body) throws Exception {
-    producer.send(new ProducerRecord<>("orders", id, body)).get();
+    producer.send(new ProducerRecord<>("orders", id, body)); // ! here
   }
 }

### bad: aiokafka: awaiting send() awaits the buffer only
--- pay.py
+from aiokafka import AIOKafkaProducer
+
+class Payments:
+    def __init__(self, producer: AIOKafkaProducer):
+        self.producer = producer
+
+    async def pay(self, payment):
+        await self.producer.send("payments", payment.body, payment.id) # ! here

### good: a metric that is lost is replaced by the next one
--- Reporter.java
+import org.apache.kafka.clients.producer.*;
+class MetricsReporter {
+  private final KafkaProducer<String, String> producer;
+  void report(String json) {
+    producer.send(new ProducerRecord<>(topic, json));
+  }
+}

### good: a producer of one's own with the same method
--- recovery.py
+from confluent_kafka import Consumer
+from app.rows import RowProducer
+
+class Changelog:
+    def __init__(self, producer: RowProducer):
+        self._producer = producer
+
+    def put(self, key, value):
+        self._producer.produce(topic="changelog", key=key, value=value)

## References

- https://kafka.apache.org/40/javadoc/org/apache/kafka/clients/producer/KafkaProducer.html
- https://docs.spring.io/spring-kafka/reference/kafka/sending-messages.html
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from reviewer.core.finding import Category, Confidence, Severity
from reviewer.core.span import Span
from reviewer.facts.delta import Delta
from reviewer.facts.streaming.model import FactSet, FileFacts, Role, Send
from reviewer.facts.streaming.protections import around, calls_of, folded, qualified, written
from reviewer.facts.syntax import Call, ResultUse
from reviewer.rules.checks.own_sends import given_back, goes_on, home_of
from reviewer.rules.checks.swallowing import goes_up, swallowed
from reviewer.rules.checks.words import Words
from reviewer.rules.rule import Hit, Rule
from reviewer.rules.support import line, short

_GLOBAL = re.compile(r"ProducerListener|setProducerListener|ProducerInterceptor|interceptor\.classes|dr_cb|on_delivery")
_BODY = re.compile(r"->|=>|\{|:")  # what a lambda's parameters end at
_DROPPED = "its result is dropped"
_WAITS = frozenset({"get", "join", "await", "result", "ready", "block", "getNow", "allOf"})
_LET_GO = Words(
    "`{wait}` is removed: {function}() returns without knowing whether the record of {call}() was stored.",
    (
        "{call}() puts the record into the producer's buffer and returns a future.",
        "{function}() returns, and its caller takes the record for stored.",
        "The delivery fails: too large, not authorised, or the deadline passed; flush() does not tell it -> the record is lost and nothing is retried.",
    ),
    "Wait for the future of {call}() in {function}(), or return it.",
)
_TELEMETRY = re.compile(
    r"metric|telemetry|appender|logging|heart_?beat|keep_?alive|health_?check|(?<![a-z])stats", re.IGNORECASE
)


def inspect(facts: FactSet) -> Iterator[Hit]:
    """Sends whose outcome reaches nobody."""
    for file in facts.files:
        for send in file.sends:
            if _is_escalated(file, send):
                continue
            if _is_telemetry(file, send) or not _is_of_kafka(file, send):
                continue
            if send.callback is not None and _ignores_error(file, send):
                yield _hit(file, send, "the delivery callback never looks at its error parameter")
            elif not send.handled and not _settled_nearby(file, send):
                yield _hit(file, send, _unheard(file, send))


def compare(delta: Delta) -> Iterator[Hit]:
    """A send whose failure went up to the caller, and that now ends in a log line while the function returns normally; a function that gives
    back what becomes of a send, and that nobody waits for any more."""
    yield from _unwaited(delta)
    for _, before, after in delta.modified():
        up = {
            home_of(before, send.operation.call): send for send in before.sends if goes_up(before, send.operation.call)
        }
        for send in after.sends if up else ():
            call = send.operation.call
            home, end = home_of(after, call), swallowed(after, call)
            handled = any(handling.span.contains(call.span) for handling in after.handlings)
            if home in up and end is not None and delta.touches(end) and not handled and not _is_telemetry(after, send):
                yield _silenced(send, home, end)


def _silenced(send: Send, home: str, end: Span) -> Hit:
    call = send.operation.call
    topic = f" to {short(send.topic.text)}" if send.topic is not None else ""
    name = f"{home.rpartition('.')[2]}()" if home else "this code"
    return Hit(
        subject=f"{home}/{call.receiver}.{call.name}{topic} silenced",
        span=line(end),
        message=f"A failure of {call.name}(){topic} went up to the caller; now it ends here, and {name} returns as if the record were stored.",
        scenario=(
            f"{call.name}() fails: the brokers are away, the record is too large, or the delivery deadline passes.",
            f"The failure ends here, and {name} returns normally.",
            "The caller takes the record for stored: it answers, marks its row as sent, or commits its input -> the record is lost and nothing is retried.",
        ),
        fix=f"Let the failure go up from {name}, or give the caller an answer that says so.",
        confidence=Confidence.MEDIUM,
        evidence=(line(call.name_span),),
    )


def _unwaited(delta: Delta) -> Iterator[Hit]:
    """`publish(record).get()`, where `publish` returns the future of its send: the wait is gone."""
    givers = {home.rpartition(".")[2] for file in delta.after.files for home in _givers(file)}
    for files, before, after in delta.modified() if givers else ():
        for was in before.syntax.calls:
            home = qualified(before, was.function)
            wait = _wait(before, was, home) if was.name in givers and home.rpartition(".")[2] != was.name else None
            if wait is None or any(h.span.contains(was.span) for h in before.handlings):
                continue
            mine = list(calls_of(after, home))
            now = [c for c in mine if (c.receiver, c.name) == (was.receiver, was.name)]
            dropped = bool(now) and all(c.result is ResultUse.IGNORED and not after.syntax.continued(c) for c in now)
            if dropped and not any(c.name in _WAITS for c in mine) and files.touches(wait.name_span):
                yield _LET_GO.hit(
                    f"{home}/{was.name} not waited for", wait.name_span, call=was.name,
                    function=home.rpartition(".")[2], wait=written(wait), confidence=Confidence.MEDIUM,
                )  # fmt: skip
                break


def _givers(file: FileFacts) -> Iterator[str]:
    """The functions that return what becomes of a send."""
    for send in file.sends:
        if send.operation.call.result is ResultUse.RETURNED and send.reports_by == "future":
            yield qualified(file, send.operation.call.function)


def _wait(file: FileFacts, call: Call, home: str) -> Call | None:
    """The call that waits for another one: chained to it, around it, or on the variable that holds what it gave."""
    chained = next((c for c in file.syntax.continued(call) if c.name in _WAITS), None)
    if chained is not None:
        return chained
    for other in calls_of(file, home):
        if other.name not in _WAITS or other.index == call.index:
            continue
        on_it = call.result_name and re.search(rf"(?<![\w.]){re.escape(call.result_name)}(?!\w)", other.receiver)
        if on_it or any(a.value.span.contains(call.span) for a in other.arguments):
            return other
    return None


def _is_escalated(file: FileFacts, send: Send) -> bool:
    """A listener or callback for all sends is set up in this file, or the producer is transactional (commit reports errors)."""
    if _is_in_transaction(file, send):
        return True
    told = {"on.delivery", "interceptor.classes", "dr.cb"}
    if not any(file.operations_of(Role.TRANSACTION)):  # else it is said above whether they are always used
        told.add("transactional.id")
    if any(setting.key in told for setting in file.settings):
        return True
    bases = " ".join(base for declared in file.syntax.types for base in declared.bases)
    return bool(_GLOBAL.search(bases)) or any(
        _GLOBAL.search(name) for name in {call.name for call in file.syntax.calls}
    )


def _is_in_transaction(file: FileFacts, send: Send) -> bool:
    """Whether the file uses transactions, not only where a condition says so that does not stand around the send as well."""
    used = [o.call for o in file.operations_of(Role.TRANSACTION)]
    begins = [c for c in used if folded(c.name).startswith("begin")]
    if not begins:
        return bool(used)
    mine = {block.detail for block in around(file, send.operation.call)}
    home = qualified(file, send.operation.call.function)
    return not all(
        qualified(file, c.function) == home and (asked := {b.detail for b in around(file, c)}) and not asked & mine
        for c in begins
    )


def _is_of_kafka(file: FileFacts, send: Send) -> bool:
    """An emitter sends to a channel, and another file says what that is: the file must speak of Kafka itself."""
    carrier = file.word(send.operation.library, "carrier")
    return not carrier or any(carrier in item.path for item in file.syntax.imports)


def _is_telemetry(file: FileFacts, send: Send) -> bool:
    """A metric or heartbeat that is lost is replaced by the next one."""
    topic = send.topic.text if send.topic is not None else ""
    return bool(_TELEMETRY.search(f"{topic} {file.function_name(send.operation.call.function)}"))


def _ignores_error(file: FileFacts, send: Send) -> bool:
    """A callback lambda with an error parameter (by position) that its body never names."""
    callback = send.callback
    if callback is None or callback.function is None:
        return False
    function = file.syntax.functions[callback.function]
    if len(function.parameters) != 2:
        return False
    error = function.parameters[0 if send.error_first else 1].name
    body = _BODY.split(callback.text, maxsplit=1)[-1]
    return not re.search(rf"(?<!\w){re.escape(error)}(?!\w)", body)


def _settled_nearby(file: FileFacts, send: Send) -> bool:
    """The same function flushes and checks what is left (`if producer.flush(10) > 0`), which settles librdkafka's sends."""
    for operation in file.operations_of(Role.FLUSH):
        call = operation.call
        if call.function == send.operation.call.function and call.result.value in (
            "assigned",
            "argument",
            "other",
            "returned",
        ):
            return True
    return False


def _unheard(file: FileFacts, send: Send) -> str:
    return (not send.waits and file.word(send.operation.library, "unheard")) or _DROPPED


def _only(file: FileFacts, send: Send) -> str:
    if send.waits:
        return "tells a failure by its result only"
    return file.word(send.operation.library, "sends") or "only fills a buffer"


def _does(file: FileFacts, send: Send) -> str:
    if send.waits:
        return "tries to send the record and returns"
    return file.word(send.operation.library, "sends") or "puts the record into the producer's buffer and returns"


def _hit(file: FileFacts, send: Send, what: str) -> Hit:
    return (
        _dropped(file, send, what)
        if send.operation.through is None
        else given_back(file, send, send.operation.through, _DROPPED)
    )


def _dropped(file: FileFacts, send: Send, what: str) -> Hit:
    call = send.operation.call
    topic = f" to {short(send.topic.text)}" if send.topic is not None else ""
    home = home_of(file, call)
    return Hit(
        subject=f"{file.function_name(call.function)}/{call.receiver}.{call.name}{topic}",
        span=line(call.name_span),
        message=f"{call.name}(){topic} {_only(file, send)}, and {what}.",
        scenario=(
            f"{call.name}() {_does(file, send)}.",
            goes_on(file, call, home),
            f"{'The delivery had failed' if send.waits else 'Delivery fails'}: too large, not authorised, or the delivery deadline passed.",
            f"The error is only in the {'dropped result' if what == _DROPPED else 'report that nobody reads'} -> the record is lost and nothing is retried.",
        ),
        fix=_fix(file, send),
        confidence=Confidence.LOW if file.is_development else Confidence.MEDIUM,
        group=f"{home}: {what}",
    )


_CONFIRM = "Fail the unit of work in a callback, or wait for the returned future before acknowledging upstream."


def _fix(file: FileFacts, send: Send) -> str:
    call = send.operation.call
    return (file.word(send.operation.library, "confirm") or _CONFIRM).replace("{send}", f"{call.receiver}.{call.name}")


RULE = Rule(
    __name__,
    __doc__,
    category=Category.DATA_LOSS,
    severity=Severity.HIGH,
    confidence=Confidence.MEDIUM,
    covers=("kafka-consumer-dlq-publish-not-awaited",),
    only=("kafka-producer", "spring-kafka"),
    inspect=inspect,
    compare=compare,
)
