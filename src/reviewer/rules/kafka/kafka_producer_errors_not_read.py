"""Nobody reads the channel on which a producer reports failures.

The reader of `Errors()` (sarama) or `Events()` (confluent-kafka-go) is gone, or the polling on which a producer of librdkafka calls back.

## What it catches

The last read of an asynchronous producer's error or event channel, removed while the producer stays. `setPollInterval()` (node-rdkafka) and `poll()`
(Python, `BaseProducer` in Rust), when the last of them goes, or becomes one single `poll()`.

## Why it hurts in production

A record that could not be delivered is reported there and nowhere else: it is lost without a word. And the channel is bounded: once it is full of reports the producer
blocks, and with it everything that sends.

## What to do

Read the channel as long as the producer lives, and do something about the records that failed.

## What it cannot see

A reader in another package.

## Examples

### bad: the goroutine is gone
--- bus.go
 package bus

 import "github.com/IBM/sarama"

 func open(brokers []string, conf *sarama.Config) (sarama.AsyncProducer, error) {
        p, err := sarama.NewAsyncProducer(brokers, conf)
        if err != nil {
                return nil, err
        }
-	go func() {
-		for failed := range p.Errors() { // ! here
-			report(failed)
-		}
-	}()
        return p, nil
 }

### bad: events are not read any more
--- bus.go
 package bus

 import "github.com/confluentinc/confluent-kafka-go/v2/kafka"

 func open(servers string) (*kafka.Producer, error) {
        p, err := kafka.NewProducer(&kafka.ConfigMap{"bootstrap.servers": servers})
        if err != nil {
                return nil, err
        }
-	go func() {
-		for e := range p.Events() { // ! here
-			report(e)
-		}
-	}()
        return p, nil
 }

### good: errors are switched off with it
--- bus.go
 package bus

 import "github.com/IBM/sarama"

 func open(brokers []string, conf *sarama.Config) (sarama.AsyncProducer, error) {
+	conf.Producer.Return.Errors = false
        p, err := sarama.NewAsyncProducer(brokers, conf)
        if err != nil {
                return nil, err
        }
-	go func() {
-		for failed := range p.Errors() {
-			report(failed)
-		}
-	}()
        return p, nil
 }

### good: the reader has a name now
--- bus.go
 package bus

 import "github.com/IBM/sarama"

 func open(brokers []string, conf *sarama.Config) (sarama.AsyncProducer, error) {
        p, err := sarama.NewAsyncProducer(brokers, conf)
        if err != nil {
                return nil, err
        }
-	go func() {
-		for failed := range p.Errors() {
-			report(failed)
-		}
-	}()
+	go drain(p)
        return p, nil
 }

## References

- https://pkg.go.dev/github.com/IBM/sarama#AsyncProducer
- https://docs.confluent.io/kafka-clients/go/current/overview.html
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from reviewer.core.finding import Category, Confidence, Severity
from reviewer.facts.delta import Delta
from reviewer.facts.streaming.model import FileFacts, Operation, Role
from reviewer.facts.streaming.names import bare
from reviewer.facts.syntax import BlockKind
from reviewer.rules.checks.words import Words
from reviewer.rules.rule import Hit, Rule

_CHANNELS = frozenset({"Errors", "Events"})
_TIMERS = frozenset({"setInterval", "setTimeout", "Timer", "call_later", "run_in_executor", "Thread", "create_task"})
_ENDS = re.compile(r"(?i)close|stop|shut_?down|dispose|destroy|terminate|exit|disconnect|clean_?up|tear_?down|__del__")
_WORDS = Words(
    "{call} is not read any more: failures of the producer are reported to nobody, and the channel fills up.",
    (
        "A record cannot be delivered; the producer reports it on {call}.",
        "Nobody reads it: the record is lost without a word, and the report stays in the channel.",
        "The channel is full -> the producer blocks, and all that sends stands still.",
    ),
    "Read {call} in a goroutine as long as the producer lives.",
)


_UNSERVED = Words(
    "{call} is removed{left}: delivery reports of the producer are no longer fetched.",
    (
        "Each record that is sent waits in the producer until its delivery report was fetched.",
        "Nothing polls any more: callbacks are not called, and failed deliveries are not heard of.",
        "The local queue is full (100,000 records) -> further sends fail with a full queue and their records are lost.",
    ),
    "Keep {call}, or poll the producer at an interval as long as it lives.",
)


def compare(delta: Delta) -> Iterator[Hit]:
    """Channels of a producer that stays, without their reader; callbacks that nobody serves."""
    yield from _unread(delta)
    yield from _unserved(delta)


def _unserved(delta: Delta) -> Iterator[Hit]:
    """The last repeated poll of a producer."""
    for files, before, after in delta.modified():
        polls = [op for op in before.operations_of(Role.SERVE) if op.call.name not in _CHANNELS]
        lost = [op for op in polls if _repeats(before, op) and files.touches(op.call.name_span)]
        if not lost or after.is_test or not _stays(before, after, lost[0]) or _is_given_to_new(before, after, lost[0]):
            continue
        elsewhere = any(_repeats(f, op) for f in delta.after.everything() for op in _polls(f))
        flushes = any(_serves_too(f, op) for f in delta.after.everything() for op in f.operations_of(Role.FLUSH))
        if not elsewhere and not flushes:
            call, once = lost[0].call, any(True for _ in _polls(after))
            yield _UNSERVED.hit(
                f"{before.function_name(call.function)}/{call.name} gone",
                call.name_span,
                call=f"{call.receiver}.{call.name}()",
                left=", one single poll() is left" if once else "",
            )


def _polls(file: FileFacts) -> Iterator[Operation]:
    return (op for op in file.operations_of(Role.SERVE) if op.call.name not in _CHANNELS)


def _repeats(file: FileFacts, poll: Operation) -> bool:
    """Whether a poll comes again: by a timer, in a loop, or with each send of its function; not one that only makes room after a failure."""
    call = poll.call
    if file.syntax.enclosing(call.blocks, BlockKind.CATCH) is not None:
        return False
    if call.name == "setPollInterval" or file.syntax.enclosing(call.blocks, BlockKind.LOOP) is not None:
        return True
    timed = any("poll" in a.value.text for c in file.syntax.calls if c.name in _TIMERS for a in c.arguments)
    return timed or any(s.operation.call.function == call.function for s in file.sends)


def _serves_too(file: FileFacts, flush: Operation) -> bool:
    """A flush fetches the reports as well, if it comes during the work: one on the way out is too late."""
    return _ENDS.search(file.function_name(flush.call.function).rpartition(".")[2]) is None


def _unread(delta: Delta) -> Iterator[Hit]:
    for files, before, after in delta.modified():
        read = [op for op in _reads(before) if files.touches(op.call.name_span)]
        if not read or not _stays(before, after, read[0]) or _is_off(after):
            continue
        if any(True for file in delta.after.everything() for _ in _reads(file)):
            continue
        if not _is_given_to_new(before, after, read[0]):
            call = read[0].call
            yield _WORDS.hit(
                f"{before.function_name(call.function)}/{call.name} unread",
                call.name_span,
                call=f"{call.receiver}.{call.name}()",
            )


def _reads(file: FileFacts) -> Iterator[Operation]:
    return (op for op in file.operations_of(Role.SERVE) if op.call.name in _CHANNELS)


def _stays(before: FileFacts, after: FileFacts, read: Operation) -> bool:
    """Whether the same producer is still made or used here."""
    made = {(c.kind, c.call.name) for c in before.clients} & {(c.kind, c.call.name) for c in after.clients}
    sends = any(bare(s.operation.holder) == bare(read.holder) for s in after.sends)
    return any("producer" in kind for kind, _ in made) or sends


def _is_off(file: FileFacts) -> bool:
    off = ("return.errors", "go.delivery.reports")
    return any(s.key in off and s.value.is_explicit("false") for s in file.settings)


def _is_given_to_new(before: FileFacts, after: FileFacts, read: Operation) -> bool:
    """Whether the producer is given to something that did not get it before."""
    holder = bare(read.holder)
    known = {c.name for c in before.syntax.calls}
    return any(
        call.name not in known and any(bare(a.value.text) == holder for a in call.arguments)
        for call in after.syntax.calls
    )


RULE = Rule(
    __name__,
    __doc__,
    category=Category.OPERATIONS,
    severity=Severity.HIGH,
    confidence=Confidence.MEDIUM,
    covers=("kafka-producer-delivery-callbacks-not-served",),
    only=("kafka-producer",),
    compare=compare,
)
