"""A refused commit or send takes the whole process down.

An error of a client that was returned or handled ends the process now.

## What it catches

In Rust `unwrap()` or `expect()` behind a commit, send, pause, resume, seek or flush whose result was given on with `?`, matched or handled; in Go `panic`, `log.Fatal` or
`os.Exit`, in Node `process.exit`, in the branch of such an error that returned it or went on.

## Why it hurts in production

In a rebalance a commit is refused and a seek finds no partition; while a broker restarts a send times out. That is normal operation. A panic in the poll thread or in a callback drops all
partitions and what is in work at once, on every member that meets it, and the rebalance that follows brings it to the next one.

## What to do

Give the error to the caller, and decide there between another try and an orderly stop.

## What it cannot see

A process that is meant to end, and is restarted, on each such failure.

## Examples

### bad: Rust, a commit
--- src/commit.rs
 use rdkafka::consumer::{BaseConsumer, CommitMode, Consumer};
 fn commit_all(consumer: &BaseConsumer, partitions: &TopicPartitionList) -> Result<(), Error> {
-    consumer.commit(partitions, CommitMode::Sync)?;
+    consumer.commit(partitions, CommitMode::Sync).unwrap(); // ! here
     Ok(())
 }

### bad: Go, a commit
--- commit.go
 package sink
 import "github.com/confluentinc/confluent-kafka-go/v2/kafka"
 func (s *Sink) settle() error {
     if _, err := s.consumer.Commit(); err != nil {
-        return fmt.Errorf("commit: %w", err)
+        log.Fatal(err) // ! here
     }
     return nil
 }

### good: handled behind the call
--- src/commit.rs
 use rdkafka::consumer::{BaseConsumer, CommitMode, Consumer};
 fn commit_all(consumer: &BaseConsumer, partitions: &TopicPartitionList) -> Result<(), Error> {
-    consumer.commit(partitions, CommitMode::Sync)?;
+    consumer.commit(partitions, CommitMode::Sync).unwrap_or_else(|error| retry(error));
     Ok(())
 }

### good: a lock
--- src/commit.rs
 use rdkafka::consumer::{BaseConsumer, CommitMode, Consumer};
 fn commit_all(consumer: &BaseConsumer, offsets: &Mutex<TopicPartitionList>) -> Result<(), Error> {
-    let partitions = offsets.lock()?;
+    let partitions = offsets.lock().unwrap();
     consumer.commit(&partitions, CommitMode::Sync)?;
     Ok(())
 }

## References

- https://docs.rs/rdkafka/latest/rdkafka/consumer/trait.Consumer.html
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from reviewer.core.finding import Category, Confidence, Severity
from reviewer.core.span import Span
from reviewer.facts.delta import Delta
from reviewer.facts.same_functions import Body, SameFunction
from reviewer.facts.streaming.protections import written
from reviewer.facts.syntax import BlockKind, Call
from reviewer.rules.checks.stream_work import work_of
from reviewer.rules.checks.words import Words
from reviewer.rules.rule import Hit, Rule

_MOVES = re.compile(r"(?i)_*(pause|resume|seek)(_?(partitions?|to_?\w+))?$")
_PANICS = frozenset({"unwrap", "expect"})
_EXITS = re.compile(
    r"(?:.*\.)?(?:panic|[lL]og(?:ger)?\.(?:Fatal\w*|Panic\w*)|os\.Exit|process\.exit|sys\.exit|os\._exit|std::process::exit)"
)
_WORDS = Words(
    "A failure of `{call}` ends the process in {name}(): {how}.",
    (
        "A rebalance, or a broker that restarts, makes `{call}` fail, as happens on every deploy.",
        "{how} ends the process, with all its partitions and what is in work.",
        "The group rebalances, the next member meets the same failure -> records in work are done a second time, and the group may not come to rest.",
    ),
    "Give the error of `{call}` to the caller, and decide there between another try and an orderly stop.",
)


def compare(delta: Delta) -> Iterator[Hit]:
    """Calls of clients whose failure did not end the process."""
    for same in delta.same_functions():
        yield from _unwrapped(same)
        yield from _exits(same)


def _steps(body: Body) -> Iterator[Call]:
    yield from (call for what, call in work_of(body) if what != "close")
    yield from (call for call in body.calls if _MOVES.match(call.name) and call.receiver)


def _unwrapped(same: SameFunction) -> Iterator[Hit]:
    """`commit(…).unwrap()` where there was another way with the result."""
    if same.now.file.syntax.language != "rust":
        return
    before = [c.name for c in _steps(same.was) if _panic(same.was, c) is None]
    kept = [c.name for c in _steps(same.now) if _panic(same.now, c) is None]
    for call in _steps(same.now):
        panic = _panic(same.now, call)
        if (
            panic is not None
            and before.count(call.name) > kept.count(call.name)
            and same.files.touches(panic.name_span)
        ):
            yield _hit(same, call, panic.name_span, f"{panic.name}() panics")
            return


def _panic(body: Body, call: Call) -> Call | None:
    after = body.file.syntax.continued(call)
    return next((c for c in after[:2] if c.name in _PANICS), None)


def _exits(same: SameFunction) -> Iterator[Hit]:
    """An end of the process in the branch of a step's error, which had none before."""
    old = sum(1 for c in same.was.calls if _is_exit(c))
    found = [c for c in same.now.calls if _is_exit(c)]
    for end in found if len(found) > old else ():
        tries = {b.owner for b in same.now.blocks if b.kind is BlockKind.CATCH and b.index in end.blocks}
        call = next((c for c in _steps(same.now) if not tries.isdisjoint(c.blocks)), None)
        was = [c for c in _steps(same.was) if call is not None and c.name == call.name]
        if call is not None and was and same.files.touches(end.name_span) and same.name not in ("main", "init"):
            yield _hit(same, call, end.name_span, f"{written(end)} ends it")
            return


def _is_exit(call: Call) -> bool:
    return _EXITS.fullmatch(f"{call.receiver}.{call.name}".lstrip(".")) is not None


def _hit(same: SameFunction, call: Call, span: Span, how: str) -> Hit:
    return _WORDS.hit(f"{same.qualified}/{call.name} panics", span, call=written(call), name=same.name, how=how)


RULE = Rule(
    __name__,
    __doc__,
    category=Category.OPERATIONS,
    severity=Severity.MEDIUM,
    confidence=Confidence.MEDIUM,
    only=("kafka-consumer", "kafka-producer"),
    compare=compare,
)
