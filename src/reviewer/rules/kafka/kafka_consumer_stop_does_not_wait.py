"""A stop no longer waits for what is in work.

A close or stop returns, or ends the client, before the work in flight is done.

## What it catches

In a function that ends a consumer, a sink or a pool: the wait for a thread, a task, a queue, a channel or a flush, that the change removes while nothing else there waits; and a
cancel, stop or close that now stands in front of that wait, and stood behind it.

## Why it hurts in production

Every deploy stops the process while records are in work. When the stop does not wait for them they are cut off between their effect and their commit: the next owner
processes them again, and what only was in a buffer is gone.

## What to do

First stop taking records, then wait (with a limit) for what is in work, flush and commit it, and only then cancel and close.

## Trade-off

A stop takes as long as the longest record, up to the limit. Not waiting is legitimate where repeating the records in work is harmless and none has been acknowledged yet.

## What it cannot see

A caller that waits; a framework that does it.

## Examples

### bad: the loop is not waited for
--- reader.go
 package reader
 import "github.com/IBM/sarama"
 func (r *Reader) Close() error {
     close(r.quit)
-    <-r.committed // ! here
     return r.client.Close()
 }

### bad: the workers are cancelled before they are done
--- sink.ts
 import { Kafka } from 'kafkajs'
 export class Sink {
   async stop() {
-    await this.pool.drain()
     await this.writer.abort()
+    await this.pool.drain() // ! here
     await this.consumer.disconnect()
   }
 }

### good: another wait
--- reader.go
 package reader
 import "github.com/IBM/sarama"
 func (r *Reader) Close() error {
     close(r.quit)
-    <-r.committed
+    r.group.Wait()
     return r.client.Close()
 }

### good: what is awaited has nothing to do with records
--- reader.go
 package reader
 import "github.com/IBM/sarama"
 func (r *Reader) Close() error {
     close(r.quit)
-    <-r.metricsStopped
     return r.client.Close()
 }

## References

- https://kafka.apache.org/documentation/#consumerconfigs_max.poll.interval.ms
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from reviewer.core.finding import Category, Confidence, Severity
from reviewer.core.span import Span
from reviewer.facts.delta import Delta
from reviewer.facts.same_functions import Body, SameFunction
from reviewer.facts.streaming.flow import is_noise
from reviewer.facts.streaming.names import bare
from reviewer.facts.streaming.protections import written
from reviewer.facts.syntax import BlockKind, Call
from reviewer.rules.checks.stream_work import ENDING
from reviewer.rules.checks.words import Words
from reviewer.rules.rule import Hit, Rule

_WAITS = re.compile(
    r"(?i)(?!.*(?:interval|timeout|period|limit|size|ms)$)_*(<-|await_?(termination|all|completion)?|wait|wait_?(for|all|async|group|idle)\w*|join(_?all)?|when_?all|all_?settled|gather|stop_?wait|drain\w*|flush\w*|on_?idle|quiesce|block_?until\w*)$"
)
_CUTS = re.compile(
    r"(?i)_*(cancel|abort|kill|a?close|stop|shut_?down(_?now)?|disconnect|terminate|dispose|destroy|unsubscribe|end|leave)(_?(all|async|now))?$"
)
_APART = re.compile(
    r"(?i)metric|trac|span|log|http|health|server|telemetry|monitor|debug|pprof|ticker|time\.|timeout|timer|sleep|ctx|context|signal|\bdb\b|redis"
)
_FLUSH = re.compile(r"(?i)_*flush")
_LOCK = re.compile(r"(?i)mu$|mutex|lock$|sem$|semaphore$|processing$|busy$")
_GONE = Words(
    "{name}() no longer waits: {wait} is removed, and what is in work is cut off.",
    (
        "A deploy or a rebalance stops the consumer while records are in work.",
        "{name}() returns, or closes the client, at once; {wait} would have held it until they were done.",
        "They have had their effect and are not committed, or are only in a buffer -> the next owner processes them a second time, or they are lost.",
    ),
    "Keep {wait} in {name}(), with a time limit, in front of what ends the client.",
)
_SWAPPED = Words(
    "{cut} now comes before {wait} in {name}(): what it waits for can't be finished any more.",
    (
        "A deploy stops the process while records are in work.",
        "{name}() calls {cut} first; what is in work finds its client, context or task ended.",
        "It fails instead of being written and committed, and {wait} waits only for that -> the next owner processes these records a second time, or they are lost.",
    ),
    "Call {wait} first, and {cut} when everything is done.",
)
_UNSENT = Words(
    "{cut} now comes before {wait} in {name}(): what is still in the buffer can't be sent any more.",
    (
        "A deploy stops the process while records wait in the buffer of the client.",
        "{name}() calls {cut} first; the client is gone.",
        "{wait} finds nothing that it could send -> the records that waited are lost.",
    ),
    "Call {wait} first, look at what it says, then call {cut}.",
)


def compare(delta: Delta) -> Iterator[Hit]:
    """Functions that end something, and wait no longer, or too late."""
    for same in delta.same_functions():
        if ENDING.fullmatch(same.name) is None:
            continue
        was, now = _waits(same.was), _waits(same.now)
        swap = _swapped(same)
        if swap is not None:
            cut, wait = swap
            place = cut if same.files.touches(cut.name_span) else wait
            is_flush = _FLUSH.match(wait.name) is not None
            yield (_UNSENT if is_flush else _SWAPPED).hit(
                f"{same.qualified}/{cut.name} before {wait.name}", place.name_span, cut=written(cut), wait=f"`{written(wait)}`",
                name=same.name, category=Category.DATA_LOSS if is_flush else None,
            )  # fmt: skip
        elif was and not now and not same.has_fresh(_HEIR):
            for gone in was:
                line = same.removed(gone.span)
                if line is not None and not _is_of_client(same.was, gone) and _stays(same, gone):
                    yield _GONE.hit(
                        f"{same.qualified}/no wait", line, group=f"{same.name}/no wait", name=same.name, wait=f"`{gone.text}`"
                    )  # fmt: skip
                    break


_HEIR = re.compile(
    r"(?i)wait|join|drain|flush|close|stop|shut_?down|get|result|done|finish|gather|all|select|lock|acquire|commit"
)


@dataclass(frozen=True, slots=True)
class _Wait:
    """What is waited for, as written; `holder` is its last name, `call` None for a lock."""

    text: str
    holder: str
    span: Span
    call: Call | None


def _waits(body: Body) -> list[_Wait]:
    """What a body waits for: threads, tasks, channels, flushes, and the lock of who works."""
    found = []
    for call in body.calls:
        about = f"{call.receiver}.{call.name} {' '.join(a.value.text for a in call.arguments[:1])}"
        receives = call.name == "<-" and not call.arguments
        if (
            _WAITS.match(call.name)
            and (call.name != "<-" or receives)
            and not is_noise(call)
            and not _APART.search(about)
        ):
            text = f"<-{call.receiver}" if receives else written(call)
            holder = bare(call.receiver) or bare(next((a.value.text for a in call.arguments), ""))
            found.append(_Wait(text, holder, call.name_span, call))
    for block in body.blocks:
        if block.kind is BlockKind.WITH and _LOCK.search(bare(block.detail)):
            found.append(_Wait(block.detail, bare(block.detail), block.span, None))
    return found


def _stays(same: SameFunction, wait: _Wait) -> bool:
    """Whether there still is what was waited for: it is stopped here, or lives elsewhere in the file."""
    ends = any(_CUTS.match(c.name) for c in same.now.calls)
    named = re.search(rf"\b{re.escape(wait.holder)}\b", same.files.change.after or "") if wait.holder else None
    return named is not None or (ends and bool(same.now.names)) or same.name.lower().startswith("wait")


def _is_of_client(body: Body, wait: _Wait) -> bool:
    """`producer.flush()`: other rules know which clients flush when they are closed."""
    return wait.call is not None and any(o.call.index == wait.call.index for o in body.file.operations)


def _swapped(same: SameFunction) -> tuple[Call, Call] | None:
    """A cut and a wait that each function has once, in this order now and the other way round before."""
    for wait in (found.call for found in _waits(same.now)):
        first = _only(same.was, wait) if wait is not None else None
        if wait is None or first is None or _only(same.now, wait) is None:
            continue
        for cut in same.now.calls:
            if cut.index >= wait.index or not _CUTS.match(cut.name) or _APART.search(cut.receiver) or is_noise(cut):
                continue
            before = _only(same.was, cut)
            if before is not None and before.index > first.index and _only(same.now, cut) is not None:
                if same.files.touches(cut.name_span) or same.files.touches(wait.name_span):
                    return cut, wait
    return None


def _only(body: Body, call: Call) -> Call | None:
    found = [c for c in body.calls if (c.receiver, c.name) == (call.receiver, call.name)]
    return found[0] if len(found) == 1 else None


RULE = Rule(
    __name__,
    __doc__,
    category=Category.DUPLICATES,
    severity=Severity.MEDIUM,
    confidence=Confidence.MEDIUM,
    only=("kafka-consumer", "kafka-producer"),
    compare=compare,
)
