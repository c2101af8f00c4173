"""The consumer is thrown out while it works.

The work on one poll takes longer than the consumer may stay away.

## What it catches

A pause of known length for each record which, times `max.poll.records`, or alone, is longer than `max.poll.interval.ms`; `max.poll.interval.ms` that is
lowered below a minute, or that came from a configuration of one's own and is not given to the consumer any more; and `heartbeat()` that goes from the loop of a
KafkaJS `eachBatch` which awaits its work: there nothing else says that the consumer lives.

## Why it hurts in production

A consumer that does not poll within the interval leaves its group. Its partitions go to another one, which reads the same records again and
is thrown out as well: the group works for ever and commits nothing.

## What to do

Fewer records for a poll, a longer interval, or pause the partitions and go on polling while the work is done.

## Trade-off

With a longer interval a stuck consumer is noticed later; with fewer records a poll the overhead for each grows. A short interval is
legitimate where the work has its own time limit below it.

## What it cannot see

How long calls of other systems take.

## Examples

### bad: a second for each of 500 records
--- Loop.java
 import org.apache.kafka.clients.consumer.*;
 class Loop {
   void run() throws Exception {
     Properties props = new Properties();
     props.put(ConsumerConfig.GROUP_ID_CONFIG, "billing");
     props.put(ConsumerConfig.MAX_POLL_RECORDS_CONFIG, 500);
     props.put(ConsumerConfig.MAX_POLL_INTERVAL_MS_CONFIG, 300000);
     KafkaConsumer<String, String> consumer = new KafkaConsumer<>(props);
     while (true) {
       for (ConsumerRecord<String, String> record : consumer.poll(Duration.ofSeconds(1))) {
         service.bill(record.value());
+        Thread.sleep(1000); // ! here
       }
     }
   }
 }

### bad: half a minute for everything
--- consumer.properties
 bootstrap.servers=kafka:9092
 group.id=billing
-max.poll.interval.ms=300000
+max.poll.interval.ms=30000 # ! here

### good: between two polls
--- Loop.java
 import org.apache.kafka.clients.consumer.*;
 class Loop {
   void run(KafkaConsumer<String, String> consumer) throws Exception {
     while (true) {
       for (ConsumerRecord<String, String> record : consumer.poll(Duration.ofSeconds(1))) {
         service.bill(record.value());
       }
+      Thread.sleep(1000);
     }
   }
 }

### good: longer than before
--- consumer.properties
 bootstrap.servers=kafka:9092
 group.id=billing
-max.poll.interval.ms=30000
+max.poll.interval.ms=300000

## References

- https://kafka.apache.org/documentation/#consumerconfigs_max.poll.interval.ms
- https://cwiki.apache.org/confluence/display/KAFKA/KIP-62
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from reviewer.core.finding import Category, Confidence, Severity
from reviewer.facts.delta import Delta
from reviewer.facts.streaming.follow import at
from reviewer.facts.streaming.model import Client, FactSet, FileFacts, Handling, Known
from reviewer.facts.streaming.protections import written
from reviewer.facts.streaming.quantity import duration_of, written_duration
from reviewer.facts.syntax import BlockKind, Call, ResultUse
from reviewer.rules.checks.settings import changed
from reviewer.rules.checks.strength import number
from reviewer.rules.checks.topics import duration, shown
from reviewer.rules.checks.words import Words, of_call, of_change
from reviewer.rules.rule import Hit, Rule
from reviewer.rules.support import short

_INTERVAL, _RECORDS = "max.poll.interval.ms", "max.poll.records"
_BESIDE = frozenset(
    {"group.id", "max.poll.records", "session.timeout.ms", "heartbeat.interval.ms", "enable.auto.commit"}
)
_MINUTE = 60_000
_OUT = (
    "The interval is over before the consumer polls again; it leaves the group, and its partitions go to another one.",
    "Its commit is refused; the new owner reads the same records again and is thrown out in the same way -> nothing is ever committed, everything is done again and again.",
)
_SLOW = Words(
    "`{call}` pauses {pause} for each record: {whole} for {records} records, and max.poll.interval.ms is {interval}.",
    ("poll() returns {records} records (max.poll.records) after a backlog, and each takes {pause} at least.", *_OUT),
    "Lower max.poll.records below {fitting}, or pause the partitions and go on polling while the work waits.",
)
_LOWERED = Words(
    "max.poll.interval.ms was {old} and is now {new}.",
    ("One batch takes longer than {new}: a slow call, a full pause of the garbage collector, a backlog.", *_OUT),
    "Keep max.poll.interval.ms={value}, or bound the work for one poll first.",
    ("{plain}", "{value}"),
)

_NOT_GIVEN = Words(
    "max.poll.interval.ms was `{old}` and is not given to the consumer any more: what is configured has no effect, and the default of 5 minutes holds.",
    ("Somebody has configured a longer interval, since one batch takes ten minutes.", *_OUT),
    "Give the consumer max.poll.interval.ms again.",
)


_SILENT = Words(
    "{call} is removed: nothing tells the group that this consumer lives while it works on a batch.",
    (
        "A batch takes longer than the session timeout: a slow call, a backlog.",
        "KafkaJS sends no heartbeat while eachBatch runs; the coordinator takes the consumer for dead, and its partitions go to another one.",
        "Its commit is refused, and the new owner reads the same records again -> they are done twice, and the group is rebalanced for each such batch.",
    ),
    "Keep {call} in the loop.",
)


def inspect(facts: FactSet) -> Iterator[Hit]:
    """Pauses in the loop over the records of one poll, with the values of the file's only consumer."""
    for file in facts.files:
        consumers = [client for client in file.clients if client.kind == "consumer"]
        for handling in file.handlings if len(consumers) == 1 else ():
            if handling.kind == "poll-loop":
                yield from _pauses(file, handling, consumers[0])


def _pauses(file: FileFacts, handling: Handling, consumer: Client) -> Iterator[Hit]:
    records, interval = number(consumer.value(_RECORDS)), number(consumer.value(_INTERVAL))
    if records is None or interval is None or records < 1:
        return
    for call in handling.calls:
        pause = (
            _pause(file, call) if call.function == handling.function and _is_per_record(file, handling, call) else None
        )
        if pause and pause * records > interval:
            yield _SLOW.hit(
                of_call(file, call), call.name_span, call=f"{call.receiver}.{call.name}()", pause=duration(pause), whole=duration(pause * records),
                records=records, interval=duration(interval), fitting=max(1, interval // pause),
            )  # fmt: skip


def _pause(file: FileFacts, call: Call) -> int | None:
    """The milliseconds of a call that sleeps; None when they are unknown or it is none."""
    if call.name != "sleep" or call.receiver.rsplit(".", 1)[-1] not in ("Thread", "time"):
        return None
    value = duration_of(at(file.names, call), call.argument(0), unit=1000 if call.receiver == "time" else 1)
    return written_duration(value.text)


def _is_per_record(file: FileFacts, handling: Handling, call: Call) -> bool:
    """Inside a loop over the records, on the way that every record takes."""
    blocks = [file.syntax.blocks[index] for index in call.blocks]
    if any(block.kind in (BlockKind.CATCH, BlockKind.CONDITIONAL) for block in blocks):
        return False
    loops = [block for block in blocks if block.kind is BlockKind.LOOP]
    return len(loops) > 1 and (loops[-1].variable or "") in handling.records


def _not_given(delta: Delta) -> Iterator[Hit]:
    """A configured interval that does not reach the consumer any more."""
    for pair in delta.settings(_INTERVAL):
        was, file = pair.before, pair.files.after
        if (
            was is None
            or pair.after is not None
            or file is None
            or not was.in_code
            or was.value.known is not Known.UNKNOWN
        ):
            continue
        others = {s.key for s in file.settings if s.in_code and s.scope == was.scope}
        spread = any(
            re.search(r"putAll|addAll|update|clone|extend", c.name) and pair.files.touches(c.span)
            for c in file.syntax.calls
        )
        if (
            others & _BESIDE
            and not spread
            and not any(s.key == _INTERVAL for f in delta.after.files for s in f.settings)
        ):
            yield _NOT_GIVEN.hit(
                of_change(was.scope or was.key, was.value.text, "not given"), was.span, old=short(was.value.text),
                severity=Severity.MEDIUM, confidence=Confidence.MEDIUM,
            )  # fmt: skip


def compare(delta: Delta) -> Iterator[Hit]:
    """An interval that leaves less than a minute; a configured one that does not reach the consumer any more; a batch without heartbeats."""
    yield from _silent(delta)
    yield from _not_given(delta)
    for found in changed(delta, _INTERVAL, of="consumer"):
        old, new = number(found.old), number(found.new)
        if old is not None and new is not None and found.after is not None and new < min(old, _MINUTE):
            yield _LOWERED.hit(
                found.subject, found.span, severity=Severity.MEDIUM, confidence=Confidence.MEDIUM, old=shown(found.before), new=shown(found.after),
                value=found.old.text, plain=found.new.text,
            )  # fmt: skip


def _silent(delta: Delta) -> Iterator[Hit]:
    """Confluent's client with the same interface sends its heartbeats itself."""
    for files, before, after in delta.modified():
        if "kafkajs" not in after.libraries or any(map(_beats, after.syntax.calls)) or _gives_it_on(after):
            continue
        gone = [c for c in before.syntax.calls if _beats(c) and _in_loop(before, c) and files.touches(c.name_span)]
        works = any(
            c.result is ResultUse.AWAITED and _in_loop(after, c) for handling in after.handlings for c in handling.calls
        )
        if gone and works:
            yield _SILENT.hit(
                f"{before.function_name(gone[0].function)}/no heartbeat", gone[0].name_span, call=written(gone[0]),
                confidence=Confidence.MEDIUM,
            )  # fmt: skip


def _beats(call: Call) -> bool:
    return call.name == "heartbeat"


def _in_loop(file: FileFacts, call: Call) -> bool:
    return file.syntax.enclosing(call.blocks, BlockKind.LOOP) is not None


def _gives_it_on(file: FileFacts) -> bool:
    """`work(message, heartbeat)`: what it is given to may call it."""
    return any(
        re.search(r"\bheartbeat\b(?!.*=>)", a.value.text)
        for c in file.syntax.calls
        if c.name != "run"
        for a in c.arguments
    )


RULE = Rule(
    __name__,
    __doc__,
    category=Category.OPERATIONS,
    severity=Severity.HIGH,
    confidence=Confidence.HIGH,
    put_back=True,
    only=("kafka-consumer", "spring-kafka"),
    inspect=inspect,
    compare=compare,
)
