"""Committed checkpoints whose records are not in Kafka.

An exactly-once Kafka sink whose transactions time out, or share a name with another sink's.

## What it catches

A `KafkaSink` with `EXACTLY_ONCE` whose `transaction.timeout.ms` is not longer than the checkpoint interval, or longer than a broker
allows (15 minutes unless raised); two sinks with one `transactionalIdPrefix`; a prefix with something random in it; a prefix that changes.

## Why it hurts in production

The sink writes into a transaction and commits it after the checkpoint. If the broker aborts it before that, the records are gone though the
sources have moved on. Two sinks with one prefix abort each other's transactions. A new prefix leaves old transactions open,
and `read_committed` readers wait for them.

## What to do

One constant prefix for each sink; `transaction.timeout.ms` well above interval plus the longest stop, and `transaction.max.timeout.ms` of the brokers above that.

## What it cannot see

Intervals and caps that the cluster sets elsewhere; other jobs of the same Kafka cluster.

## Examples

### bad: one prefix for two sinks
--- Job.java
 import org.apache.flink.connector.kafka.sink.KafkaSink;
 class Job {
   KafkaSink<String> alerts() {
     return KafkaSink.<String>builder().setDeliveryGuarantee(DeliveryGuarantee.EXACTLY_ONCE)
         .setTransactionalIdPrefix("fraud").setProperty("transaction.timeout.ms", "900000").build();
   }
+  KafkaSink<String> audits() {
+    return KafkaSink.<String>builder().setDeliveryGuarantee(DeliveryGuarantee.EXACTLY_ONCE)
+        .setTransactionalIdPrefix("fraud") // ! here
+        .setProperty("transaction.timeout.ms", "900000").build();
+  }
 }

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

### good: a prefix for each
--- Job.java
+import org.apache.flink.connector.kafka.sink.KafkaSink;
+class Job {
+  KafkaSink<String> alerts() {
+    return KafkaSink.<String>builder().setDeliveryGuarantee(DeliveryGuarantee.EXACTLY_ONCE)
+        .setTransactionalIdPrefix("fraud-alerts").setProperty("transaction.timeout.ms", "900000").build();
+  }
+  KafkaSink<String> audits() {
+    return KafkaSink.<String>builder().setDeliveryGuarantee(DeliveryGuarantee.EXACTLY_ONCE)
+        .setTransactionalIdPrefix("fraud-audits").setProperty("transaction.timeout.ms", "900000").build();
+  }
+}

### good: without transactions the prefix means nothing
--- Job.java
+import org.apache.flink.connector.kafka.sink.KafkaSink;
+class Job {
+  KafkaSink<String> alerts() {
+    return KafkaSink.<String>builder().setDeliveryGuarantee(DeliveryGuarantee.AT_LEAST_ONCE)
+        .setTransactionalIdPrefix("fraud-" + UUID.randomUUID()).build();
+  }
+}

## References

- https://nightlies.apache.org/flink/flink-docs-stable/docs/connectors/datastream/kafka/
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from reviewer.core.finding import Category, Confidence, Severity
from reviewer.core.span import Span
from reviewer.facts.delta import Delta
from reviewer.facts.pairs import BUILDERS
from reviewer.facts.streaming.dataflow import Part, part_of
from reviewer.facts.streaming.model import Builder, FactSet, FileFacts, Known, Setting
from reviewer.facts.streaming.quantity import written_duration
from reviewer.rules.checks.strength import number
from reviewer.rules.checks.topics import duration
from reviewer.rules.checks.words import Words, of_change
from reviewer.rules.rule import Hit, Rule
from reviewer.rules.support import code_files, short

_PREFIX, _TIMEOUT, _INTERVAL = "transactional-id-prefix", "transaction.timeout.ms", "execution.checkpointing.interval"
_CAP = 900_000
_RANDOM = re.compile(r"random|uuid|currentTimeMillis|nanoTime|Instant\.now|time\.time|hostname|HOSTNAME", re.IGNORECASE)
_SHARED = Words(
    "Two exactly-once sinks use the transactional id prefix {prefix}.",
    (
        "Both sinks run; their writers make transactional ids of {prefix}, subtask and checkpoint.",
        "At start, or at a restore, one of them fences and aborts the transactions of the other.",
        "What the other had written and not yet committed is aborted -> its records are lost, or it fails again and again.",
    ),
    "Give each sink a prefix of its own.",
)
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
_NEW = Words(
    "The transactional id prefix is made of `{prefix}`, which is another one at each start.",
    (
        "The job fails while transactions are open, and is started again.",
        "The new prefix does not name the old transactions, so nobody aborts them.",
        "Readers with read_committed wait at the oldest of them until it times out: nothing after it is seen for that long.",
    ),
    "Use a constant prefix for each sink.",
)
_CHANGED = Words(
    "The transactional id prefix was {old} and is now {new}.",
    (
        "The job is stopped while transactions of {old} are open, and restored with {new}.",
        "The new sink aborts only transactions of its own prefix; those of {old} stay open.",
        "Readers with read_committed wait for them until they time out; what they held and was not committed is lost.",
    ),
    "Keep {old}, or stop the job with a savepoint that commits everything (stop-with-savepoint --drain) before.",
)


def inspect(facts: FactSet) -> Iterator[Hit]:
    """What one version shows."""
    seen: dict[str, Part] = {}
    for file in code_files(facts, "flink-datastream"):
        for sink in _exactly_once(file):
            yield from _prefix(sink, seen)
            yield from _timeout(facts, file, sink)


def _exactly_once(file: FileFacts) -> Iterator[Builder]:
    for builder in file.builders:
        guarantee = part_of(builder.parts, "guarantee") if builder.kind == "kafka-sink" else None
        if guarantee is not None and guarantee.is_explicit("exactly_once"):
            yield builder


def _prefix(sink: Builder, seen: dict[str, Part]) -> Iterator[Hit]:
    part = next((part for part in sink.parts if part.name == _PREFIX), None)
    if part is None:
        return
    if part.value.known is Known.EXPLICIT:
        if (other := seen.setdefault(part.value.text, part)) is not part and other.span != part.span:
            yield _SHARED.hit(
                f"prefix {part.value.text}", part.span, evidence=(other.span,), prefix=f'"{part.value.text}"'
            )
    elif _RANDOM.search(part.value.text):
        text = short(part.value.text)
        yield _NEW.hit("random prefix", part.span, severity=Severity.HIGH, confidence=Confidence.MEDIUM, prefix=text)


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


def compare(delta: Delta) -> Iterator[Hit]:
    """The same sink under another prefix."""
    for pair in delta.pairs_of(BUILDERS):
        if pair.before is None or pair.after is None or not pair.is_sure or pair.files.after is None:
            continue
        old, new = part_of(pair.before.parts, _PREFIX), part_of(pair.after.parts, _PREFIX)
        if (
            old is None
            or new is None
            or old.text == new.text
            or pair.after not in list(_exactly_once(pair.files.after))
        ):
            continue
        if old.known is new.known is Known.EXPLICIT:
            span = next(part.span for part in pair.after.parts if part.name == _PREFIX)
            yield _CHANGED.hit(
                of_change("prefix", old.text, new.text), span, severity=Severity.HIGH, confidence=Confidence.MEDIUM, old=old.text, new=new.text
            )  # fmt: skip


RULE = Rule(
    __name__,
    __doc__,
    category=Category.DATA_LOSS,
    severity=Severity.CRITICAL,
    confidence=Confidence.HIGH,
    inspect=inspect,
    compare=compare,
)
