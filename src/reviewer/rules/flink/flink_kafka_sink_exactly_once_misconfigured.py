"""Exactly-once output is lost, or two sinks fight over their transactions.

A Kafka sink gives up exactly-once, or its transactional id prefix is not stable or not its own.

## What it catches

`DeliveryGuarantee.EXACTLY_ONCE` that becomes `AT_LEAST_ONCE` (also `sink.delivery-guarantee` in SQL); a prefix that changes, that is random, or that two
exactly-once sinks of one change share.

## Why it hurts in production

With at-least-once every restart sends the records since the last checkpoint again. Under a new prefix the open transactions of the old one are
neither committed nor aborted: their records are lost, and readers with `read_committed` wait until they time out. With a shared prefix the sinks
abort each other.

## What to do

Keep the guarantee, or make the readers idempotent. One literal prefix per sink and job, which stays.

## Trade-off

With exactly-once, read_committed readers see records a checkpoint interval later, and open transactions load the brokers.
At-least-once is legitimate where readers overwrite by key or drop repeats.

## What it cannot see

That readers are idempotent; a prefix used by a job that is not part of the change.

## Examples

### bad: at-least-once instead of exactly-once
--- Job.java
 import org.apache.flink.connector.kafka.sink.KafkaSink;
 class Job {
   KafkaSink<Order> sink() {
     return KafkaSink.<Order>builder()
         .setBootstrapServers(servers)
-        .setDeliveryGuarantee(DeliveryGuarantee.EXACTLY_ONCE)
+        .setDeliveryGuarantee(DeliveryGuarantee.AT_LEAST_ONCE) // ! here
         .setTransactionalIdPrefix("orders")
         .setRecordSerializer(serializer)
         .build();
   }
 }

### bad: another prefix
--- Job.java
 import org.apache.flink.connector.kafka.sink.KafkaSink;
 class Job {
   KafkaSink<Order> sink() {
     return KafkaSink.<Order>builder()
         .setBootstrapServers(servers)
         .setDeliveryGuarantee(DeliveryGuarantee.EXACTLY_ONCE)
-        .setTransactionalIdPrefix("orders")
+        .setTransactionalIdPrefix("orders-v2") // ! here
         .setRecordSerializer(serializer)
         .build();
   }
 }

### good: exactly-once for a sink that had less
--- Job.java
 import org.apache.flink.connector.kafka.sink.KafkaSink;
 class Job {
   KafkaSink<Order> sink() {
     return KafkaSink.<Order>builder()
         .setBootstrapServers(servers)
-        .setDeliveryGuarantee(DeliveryGuarantee.AT_LEAST_ONCE)
+        .setDeliveryGuarantee(DeliveryGuarantee.EXACTLY_ONCE)
+        .setTransactionalIdPrefix("orders")
         .setRecordSerializer(serializer)
         .build();
   }
 }

### good: the prefix moves into a constant
--- Job.java
 import org.apache.flink.connector.kafka.sink.KafkaSink;
 class Job {
+  private static final String PREFIX = "orders";
   KafkaSink<Order> sink() {
     return KafkaSink.<Order>builder()
         .setBootstrapServers(servers)
         .setDeliveryGuarantee(DeliveryGuarantee.EXACTLY_ONCE)
-        .setTransactionalIdPrefix("orders")
+        .setTransactionalIdPrefix(PREFIX)
         .setRecordSerializer(serializer)
         .build();
   }
 }

## References

- https://nightlies.apache.org/flink/flink-docs-stable/docs/connectors/datastream/kafka/#fault-tolerance
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import PurePosixPath

from reviewer.core.finding import Category, Confidence, Severity
from reviewer.core.span import Span
from reviewer.facts.delta import Delta
from reviewer.facts.pairs import BUILDERS, TABLES
from reviewer.facts.streaming.dataflow import part_of
from reviewer.facts.streaming.model import Builder, FactSet, FileFacts, Known
from reviewer.facts.syntax import Call, Function
from reviewer.rules.checks.dataflow import cause, changed, last_span
from reviewer.rules.checks.words import Words, of_change
from reviewer.rules.rule import Hit, Rule
from reviewer.rules.support import line, short, squash

_WEAKER = Words(
    "{what} gave exactly-once and now gives at-least-once.",
    (
        "The job sends records and takes a checkpoint every minute.",
        "A TaskManager fails between two checkpoints; the job goes on from the last one and sends everything since again.",
        "Nothing takes the first copies back any more -> duplicates in the topic, also for readers with read_committed.",
    ),
    "Keep exactly-once, or make every reader of the topic idempotent and say so in the description.",
)
_PREFIX = Words(
    'The transactional id prefix of {what} was "{old}" and is now "{new}".',
    (
        'The job stops with transactions of "{old}-…" open or pre-committed.',
        'The new version looks only for transactions of "{new}-…" when it aborts what lingers.',
        "Those of the old prefix stay open until they time out: readers with read_committed wait behind them, and what was in them is lost.",
    ),
    'Keep "{old}".',
    replace=('"{new}"', '"{old}"'),
)
_RANDOM = Words(
    "The transactional id prefix of {what} is another one at every start: `{text}`.",
    (
        "The job fails with transactions open.",
        "It starts again with another prefix and can't find them to abort them.",
        "They stay open until they time out -> readers with read_committed stand still, and each start leaves more of them behind.",
    ),
    "Use a literal prefix that is unique to this sink and stays.",
)
_SHARED = Words(
    'The transactional id prefix "{prefix}" is that of another exactly-once sink too.',
    (
        'Two sinks write with transactional ids "{prefix}-<subtask>-<checkpoint>".',
        "One starts, and aborts or fences the open transactions with these ids: they are those of the other.",
        "The other sink's records are aborted although its checkpoint counts them as written -> they are lost, or both jobs restart in turn.",
    ),
    "Give each sink a prefix of its own.",
)
_MADE = re.compile(r"randomUUID\(|uuid[14]\(|currentTimeMillis\(|nanoTime\(|Random\(|time\.time\(|now\(\)")


def inspect(facts: FactSet) -> Iterator[Hit]:
    """Prefixes that are random, and those of two exactly-once sinks, one of which the change may leave alone."""
    seen: dict[str, str] = {}
    for other in facts.related:
        if not other.is_test and not other.is_development:
            seen.update((text, whose) for text, whose, _ in _prefixes(other))
    for file in facts.files:
        for text, table, at in _tables(file):
            if seen.setdefault(text, table) != table:
                yield _SHARED.hit(f"shared prefix {text}", at, prefix=text)
        yield from _given_twice(facts, file)
    for file, builder in _sinks(facts):
        prefix, span = (
            part_of(builder.parts, "transactional-id-prefix"),
            last_span(builder.parts, "transactional-id-prefix"),
        )
        if prefix is None or span is None or not _is_exact(builder):
            continue
        where = f"{file.function_name(builder.call.function)}/{_topic(builder)}"
        if _MADE.search(prefix.text):
            yield _RANDOM.hit(f"{where} random prefix", span, what=_named(builder), text=short(prefix.text))
        elif prefix.known is Known.EXPLICIT and prefix.text:
            if prefix.text in seen and seen[prefix.text] != where:
                yield _SHARED.hit(f"shared prefix {prefix.text}", span, prefix=prefix.text)
            seen.setdefault(prefix.text, where)


def _prefixes(file: FileFacts) -> Iterator[tuple[str, str, Span]]:
    """(prefix, whose, line) of the exactly-once sinks and tables of a file."""
    for builder in file.builders:
        prefix, span = part_of(builder.parts, "transactional-id-prefix"), last_span(builder.parts, "transactional-id-prefix")  # fmt: skip
        if builder.kind == "kafka-sink" and prefix is not None and span is not None and _is_exact(builder):
            if prefix.known is Known.EXPLICIT and prefix.text:
                yield prefix.text, f"{file.function_name(builder.call.function)}/{_topic(builder)}", span
    yield from _tables(file)


def _tables(file: FileFacts) -> Iterator[tuple[str, str, Span]]:
    """A table is another sink where it writes another topic: the same one may be declared for each environment."""
    for table in file.tables:
        prefix, guarantee = table.option("sink.transactional-id-prefix"), table.option("sink.delivery-guarantee")
        span = last_span(table.options, "sink.transactional-id-prefix")
        if prefix is not None and guarantee is not None and span is not None and prefix.known is Known.EXPLICIT:
            topic = table.option("topic")
            if guarantee.is_explicit("exactly-once") and prefix.text:
                yield prefix.text, f"table {topic.text if topic is not None else table.name}", span


def _given_twice(facts: FactSet, file: FileFacts) -> Iterator[Hit]:
    """A function that makes a sink with a literal prefix, called for two topics or operators."""
    for builder in file.builders:
        prefix, span = part_of(builder.parts, "transactional-id-prefix"), last_span(builder.parts, "transactional-id-prefix")  # fmt: skip
        function = file.syntax.functions[builder.call.function] if builder.call.function is not None else None
        if builder.kind != "kafka-sink" or not _is_exact(builder) or function is None or function.is_lambda:
            continue
        if prefix is None or span is None or prefix.known is not Known.EXPLICIT or not function.parameters:
            continue
        calls = [c for other in facts.files if not other.is_test for c in _calls_of(function, file, other)]
        if len({squash(" ".join(a.value.text for a in c.arguments)) for c in calls}) > 1:
            yield _SHARED.hit(f"prefix {prefix.text} of {function.name}", span, prefix=prefix.text, evidence=tuple(line(c.span) for c in calls[:2]))  # fmt: skip


def _calls_of(function: Function, file: FileFacts, other: FileFacts) -> Iterator[Call]:
    """The calls of a file's function in another one (or the same): by its class, an object of it, its module, or bare."""
    owner = function.qualified.rpartition(".")[0].rpartition(".")[2] or PurePosixPath(file.path).stem
    is_own = any(f.name == function.name for f in other.syntax.functions)  # a bare call means that one
    for call in other.syntax.calls:
        if call.name != function.name or not 0 < len(call.arguments) <= len(function.parameters):
            continue
        bare = call.receiver in ("", "this", "self") and (other.path == file.path or not is_own)
        if bare or owner in (call.receiver.rpartition(".")[2], other.names.type_of(call.receiver, call.function)):
            yield call


def compare(delta: Delta) -> Iterator[Hit]:
    """Guarantees and prefixes of the same sink or table."""
    for pair in delta.pairs_of(BUILDERS):
        was, now = pair.before, pair.after
        if was is None or now is None or now.kind != "kafka-sink":
            continue
        for change in changed(was.parts, now.parts, "guarantee", "transactional-id-prefix"):
            span = cause(pair.files, change.span)
            yield from _change(_named(now), f"{now.holder} {_topic(now)}", change.name, change.was, change.now, span)
    for tables in delta.pairs_of(TABLES):
        if tables.before is not None and tables.after is not None:
            options = changed(
                tables.before.options, tables.after.options, "sink.delivery-guarantee", "sink.transactional-id-prefix"
            )
            for change in options:
                what = f"The table {tables.after.name}"
                yield from _change(what, tables.after.name, change.name, change.was, change.now, change.span)


def _change(what: str, place: str, name: str, old: str, new: str, span: Span) -> Iterator[Hit]:
    if name.endswith("guarantee"):
        if _plain(old) == "exactlyonce" and _plain(new) in ("atleastonce", "nothing"):
            if _plain(new) == "nothing" and not what.startswith("The table"):
                return  # the rule for NONE says it
            yield _WEAKER.hit(
                f"{place}: guarantee lowered", span, what=what[0].upper() + what[1:], severity=Severity.HIGH
            )
    elif "nothing" not in (old, new):
        yield _PREFIX.hit(
            of_change(f"{place} prefix", old, new), span, what=what[0].lower() + what[1:], old=old, new=new
        )


def _plain(text: str) -> str:
    return re.sub(r"[-_ ]", "", text).lower()


def _sinks(facts: FactSet) -> Iterator[tuple[FileFacts, Builder]]:
    for file in facts.files:
        for builder in file.builders:
            if builder.kind == "kafka-sink":
                yield file, builder


def _is_exact(builder: Builder) -> bool:
    guarantee = part_of(builder.parts, "guarantee")
    return guarantee is not None and guarantee.is_explicit("exactly_once")


def _topic(builder: Builder) -> str:
    topic = part_of(builder.parts, "topic")
    return topic.text if topic is not None else builder.holder


def _named(builder: Builder) -> str:
    topic = part_of(builder.parts, "topic")
    return (
        f'the KafkaSink to "{topic.text}"' if topic is not None and topic.known is Known.EXPLICIT else "the KafkaSink"
    )


RULE = Rule(
    __name__,
    __doc__,
    category=Category.DUPLICATES,
    severity=Severity.CRITICAL,
    confidence=Confidence.HIGH,
    put_back=True,
    inspect=inspect,
    compare=compare,
)
