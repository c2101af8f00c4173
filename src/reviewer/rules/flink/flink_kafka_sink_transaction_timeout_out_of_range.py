"""A Flink sink's transactions end before they can be committed.

An exactly-once Kafka sink whose transaction timeout fits neither the checkpoint interval nor the broker.

## What it catches

A `KafkaSink` with `EXACTLY_ONCE` whose `transaction.timeout.ms` is not longer than the checkpoint interval, or longer than a broker
allows (`transaction.max.timeout.ms`, 15 minutes unless raised).

## Why it hurts in production

The sink writes into a transaction and commits it after the checkpoint. If the broker aborts it before that, the records are gone though the
sources have moved on. Above the broker's cap the job does not start.

## What to do

`transaction.timeout.ms` well above interval plus the longest stop, and `transaction.max.timeout.ms` of the brokers above that.

## Trade-off

A long timeout lets a transaction that was left behind hold up read_committed readers for all of it. A shorter one is legitimate
where the job is surely back within it.

## What it cannot see

Intervals and caps that the cluster sets elsewhere.

## Examples

### bad: transactions shorter than the interval
--- Job.java
 import org.apache.flink.connector.kafka.sink.KafkaSink;
 import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
 class Job {
   void run(StreamExecutionEnvironment env) {
-    env.enableCheckpointing(60_000);
+    env.enableCheckpointing(600_000);
     KafkaSink<String> sink = KafkaSink.<String>builder().setDeliveryGuarantee(DeliveryGuarantee.EXACTLY_ONCE)
         .setTransactionalIdPrefix("fraud")
         .setProperty("transaction.timeout.ms", "300000") // ! here
         .build();
   }
 }

### bad: longer than a broker allows
--- Job.java
 import org.apache.flink.connector.kafka.sink.KafkaSink;
 class Job {
   KafkaSink<String> sink() {
     return KafkaSink.<String>builder().setDeliveryGuarantee(DeliveryGuarantee.EXACTLY_ONCE)
         .setTransactionalIdPrefix("fraud")
-        .setProperty("transaction.timeout.ms", "900000")
+        .setProperty("transaction.timeout.ms", "3600000") // ! here
         .build();
   }
 }

### good: longer than the interval, within the cap
--- Job.java
 import org.apache.flink.connector.kafka.sink.KafkaSink;
 import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
 class Job {
   void run(StreamExecutionEnvironment env) {
     env.enableCheckpointing(60_000);
     KafkaSink<String> sink = KafkaSink.<String>builder().setDeliveryGuarantee(DeliveryGuarantee.EXACTLY_ONCE)
         .setTransactionalIdPrefix("fraud")
-        .setProperty("transaction.timeout.ms", "300000")
+        .setProperty("transaction.timeout.ms", "900000")
         .build();
   }
 }

### good: no transactions at all
--- Job.java
 import org.apache.flink.connector.kafka.sink.KafkaSink;
 import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
 class Job {
   void run(StreamExecutionEnvironment env) {
-    env.enableCheckpointing(60_000);
+    env.enableCheckpointing(600_000);
     KafkaSink<String> sink = KafkaSink.<String>builder().setDeliveryGuarantee(DeliveryGuarantee.AT_LEAST_ONCE)
         .setProperty("transaction.timeout.ms", "300000")
         .build();
   }
 }

## References

- https://nightlies.apache.org/flink/flink-docs-stable/docs/connectors/datastream/kafka/#fault-tolerance
- https://kafka.apache.org/documentation/#producerconfigs_transaction.timeout.ms
"""

from __future__ import annotations

from collections.abc import Iterator

from reviewer.core.finding import Category, Confidence, Severity
from reviewer.core.span import Span
from reviewer.facts.streaming.dataflow import part_of
from reviewer.facts.streaming.model import Builder, FactSet, FileFacts, Known, Setting
from reviewer.facts.streaming.quantity import written_duration
from reviewer.rules.checks.strength import number
from reviewer.rules.checks.topics import duration
from reviewer.rules.checks.words import Words
from reviewer.rules.rule import Hit, Rule
from reviewer.rules.support import code_files

_TIMEOUT, _INTERVAL = "transaction.timeout.ms", "execution.checkpointing.interval"
_CAP = 900_000
_SHORT = Words(
    "transaction.timeout.ms is {timeout}, and checkpoints come every {interval}.",
    (
        "The sink writes into a transaction that is committed after the next checkpoint, up to {interval} later.",
        "The broker aborts it after {timeout}.",
        "The checkpoint completes and the sources move on, but the commit fails -> the records are lost.",
    ),
    "Set transaction.timeout.ms well above the interval plus the longest time for which the job may be stopped.",
)
_LONG = Words(
    "transaction.timeout.ms is {timeout}; a broker takes no more than transaction.max.timeout.ms, {cap}.",
    (
        "The job is deployed; each sink writer asks the broker for a transaction of {timeout}.",
        "The broker refuses: InitProducerId fails with INVALID_TRANSACTION_TIMEOUT.",
        "The job fails at start, restarts and fails again; nothing is processed.",
    ),
    "Raise transaction.max.timeout.ms of the brokers first, or stay below it.",
)


def inspect(facts: FactSet) -> Iterator[Hit]:
    """What one version shows."""
    for file in code_files(facts, "flink-datastream"):
        for sink in _exactly_once(file):
            yield from _timeout(facts, file, sink)
    for file in facts.files:
        yield from _configured(facts, file)


def _configured(facts: FactSet, file: FileFacts) -> Iterator[Hit]:
    """The interval of a configuration file against the sinks of code that the change leaves alone and that has none of its own."""
    interval = _interval(file) if not file.libraries and not file.is_test else None
    for other in facts.related if interval is not None else ():
        for sink in _exactly_once(other) if _interval(other) is None and not other.is_test else ():
            setting = next((s for s in reversed(sink.settings) if s.key == _TIMEOUT), None)
            amount = number(setting.value) if setting is not None else None
            if setting is not None and amount is not None and interval is not None and amount <= interval[0]:
                yield _SHORT.hit(
                    f"{_INTERVAL}@{file.path} {_subject(sink, setting)}", interval[1], timeout=f"{duration(amount)} in {other.path}",
                    interval=duration(interval[0]), confidence=Confidence.MEDIUM,
                )  # fmt: skip
                return


def _exactly_once(file: FileFacts) -> Iterator[Builder]:
    for builder in file.builders:
        guarantee = part_of(builder.parts, "guarantee") if builder.kind == "kafka-sink" else None
        if guarantee is not None and guarantee.is_explicit("exactly_once"):
            yield builder


def _timeout(facts: FactSet, file: FileFacts, sink: Builder) -> Iterator[Hit]:
    setting = next((s for s in reversed(sink.settings) if s.key == _TIMEOUT), None)
    amount = number(setting.value) if setting is not None else None
    if setting is None or amount is None:
        return
    interval = _interval(file)
    if interval is not None and amount <= interval[0]:
        shown = duration(interval[0])
        yield _SHORT.hit(
            _subject(sink, setting), setting.span, evidence=(interval[1],), timeout=duration(amount), interval=shown
        )
    cap, is_sure = _cap(facts)
    if amount > cap:
        yield _LONG.hit(
            _subject(sink, setting) + "/cap", setting.span, severity=Severity.HIGH, timeout=duration(amount), cap=duration(cap),
            confidence=Confidence.HIGH if is_sure else Confidence.MEDIUM,
        )  # fmt: skip


def _subject(sink: Builder, setting: Setting) -> str:
    return f"{setting.key}@{setting.scope or sink.holder}"


def _interval(file: FileFacts) -> tuple[int, Span] | None:
    """The only interval that the file sets."""
    found = {s.value.text: s for s in file.settings if s.key == _INTERVAL and s.value.known is Known.EXPLICIT}
    setting = next(iter(found.values())) if len(found) == 1 else None
    amount = written_duration(setting.value.text) if setting is not None else None
    return (amount, setting.span) if setting is not None and amount else None


def _cap(facts: FactSet) -> tuple[int, bool]:
    """What a broker of the change allows, else Kafka's default."""
    caps = [
        number(s.value) for file in facts.everything() for s in file.settings if s.key == "transaction.max.timeout.ms"
    ]
    known = [cap for cap in caps if cap is not None]
    return (max(known), True) if known else (_CAP, False)


RULE = Rule(
    __name__,
    __doc__,
    category=Category.DATA_LOSS,
    severity=Severity.CRITICAL,
    confidence=Confidence.HIGH,
    inspect=inspect,
)
