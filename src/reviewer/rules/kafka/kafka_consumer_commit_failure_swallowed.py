"""A failed commit is only logged, and the work goes on.

The failure of a commit is not passed on any more.

## What it catches

A catch around a commit of offsets that threw, returned the error, or committed again before the change, and only logs after it. A `commitAsync` in a try
that catches a failed commit: its failure comes to the callback only. Offsets whose commit failed, and that are cleared behind the catch all the same. A flush
or commit of the program's own (`flush()`, `commit_batch()`) whose failure came to the caller, at once or kept in a variable, and is only logged now.

## Why it hurts in production

A commit fails when the member was thrown out of the group, or its partitions moved. Whoever goes on as if nothing had happened works on records that
another member processes at the same time, and commits the next batch over them.

## What to do

Treat it as lost ownership: stop the work on these partitions, drop what is buffered for them, and poll again; retry only what is retriable.

## What it cannot see

Work that may be done twice; a caller that asks for the outcome in another way.

## Examples

### bad: the exception ends in a log line
--- Loop.java
 import org.apache.kafka.clients.consumer.*;
 class Loop {
   void settle(KafkaConsumer<String, Invoice> consumer) {
     try {
       consumer.commitSync();
     } catch (CommitFailedException e) {
       log.warn("not committed", e);
-      throw e; // ! here
     }
   }
 }

### bad: Python
--- loop.py
 from confluent_kafka import Consumer, KafkaException

 def settle(consumer: Consumer):
     try:
         consumer.commit(asynchronous=False)
     except KafkaException as error:
-        raise Fenced() from error # ! here
+        logger.warning("not committed: %s", error)

### good: the partitions are dropped
--- Loop.java
 import org.apache.kafka.clients.consumer.*;
 class Loop {
   void settle(KafkaConsumer<String, Invoice> consumer) {
     try {
       consumer.commitSync();
     } catch (CommitFailedException e) {
-      throw e;
+      handleLost(consumer.assignment());
     }
   }
 }

### good: thrown by a helper
--- Loop.java
 import org.apache.kafka.clients.consumer.*;
 class Loop {
   void settle(KafkaConsumer<String, Invoice> consumer) {
     try {
       consumer.commitSync();
     } catch (CommitFailedException e) {
-      throw e;
+      throw fenced(e);
     }
   }
   private RuntimeException fenced(Exception e) { return new IllegalStateException(e); }
 }

## References

- https://kafka.apache.org/40/javadoc/org/apache/kafka/clients/consumer/CommitFailedException.html
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from reviewer.core.finding import Category, Confidence, Severity
from reviewer.core.span import Span
from reviewer.facts.delta import Delta, FilePair
from reviewer.facts.streaming.flow import is_noise
from reviewer.facts.streaming.model import FactSet, FileFacts, Role
from reviewer.facts.streaming.protections import Protects, qualified
from reviewer.facts.syntax import Assignment, Block, BlockKind, Call, ExpressionKind, Jump, JumpKind, ResultUse
from reviewer.rules.checks.words import Words
from reviewer.rules.rule import Hit, Rule

_WORDS = Words(
    "`{what}` is removed from the catch around {commit}(): a failed commit is not passed on.",
    (
        "Processing takes too long, or a rebalance begins: the partitions are given to another member.",
        "{commit}() fails, and nobody but the log hears of it.",
        "This member goes on with its records while the other one begins again at the last commit -> both process them, and later commits overwrite each other.",
    ),
    "Keep `{what}`, or drop the work of the partitions that are not owned any more.",
)


_ASYNC = Words(
    "The failure of {commit}() never reaches the catch of {caught}: it comes to the callback only, and none is given.",
    (
        "A rebalance takes the partitions away, or the coordinator is not there: the commit fails.",
        "{commit}() has returned long ago; the catch does not run.",
        "What it did about a failed commit is not done, and the work goes on as if all were committed -> records are processed twice.",
    ),
    "Commit synchronously here, or do in a callback of {commit}() what the catch does.",
)
_FORGOTTEN = Words(
    "When {commit}() fails, {pending} is cleared all the same: what it held is never committed.",
    (
        "A rebalance is in progress, or the coordinator is not there: {commit}({pending}) fails, and the catch only tells it.",
        "{pending} is cleared, as if the offsets were committed.",
        "Nothing commits them until further records of these partitions are done -> after a restart or a rebalance they are processed a second time.",
    ),
    "Clear {pending} in the try, behind {commit}(), or leave the function in the catch: the next commit takes these offsets with it.",
)
_ENDING = re.compile(
    r"(?i)revoke|lost|assigned|close|stop|shutdown|finish|rebalance"
)  # the partitions are gone, or the consumer is
_STOPS = re.compile(r"(?i)close|stop|shutdown|exit|abort|fail|wakeup|interrupt")
_LOGGED = Words(
    "A failure of {call}() is only logged now; before it came to the caller.",
    (
        "{call}() fails: the sink, the broker or the coordinator is not there for a moment.",
        "Only the log hears of it; the loop goes on with the next records, and their commit covers the ones before.",
        "What was to be written is not tried again -> it is lost, or read a second time after a restart.",
    ),
    "Return the error of {call}(), or stop, so that the records are read again from the last commit.",
)
#: What ends a piece of work, and what has nothing to do with it.
_SETTLES = re.compile(r"(?i)_?(flush(?!ed)|(offset_?)?commit(?!ted)|store_?offset)\w*$")
_OTHERS = re.compile(r"(?i)log|metric|trac|span|stdout|stderr|session|conn|\bdb\b|cursor|transaction|\btx\b")
#: What only says that the loop is to end.
_WOKEN = re.compile(r"\(?(?:\w+\.)*(?:Wakeup|Interrupted)Exception(?: \w+)?\)?")
_FAILED = re.compile(r"CommitFailed|RetriableCommit|RebalanceInProgress")


def inspect(facts: FactSet) -> Iterator[Hit]:
    """Asynchronous commits whose failure a catch waits for; offsets that are forgotten although their commit failed."""
    for file in facts.files:
        for operation in file.operations_of(Role.COMMIT):
            call = operation.call
            cleared = _cleared_anyway(file, call)
            if cleared is not None:
                yield _FORGOTTEN.hit(
                    f"{qualified(file, call.function)}/{call.name} forgotten", cleared.name_span, commit=call.name, pending=cleared.receiver
                )  # fmt: skip
            catch = _waiting_catch(file, call) if call.name == "commitAsync" else None
            if catch is not None and not _has_callback(call):
                yield _ASYNC.hit(
                    f"{qualified(file, call.function)}/{call.name} caught outside",
                    call.name_span,
                    commit=call.name,
                    caught=catch.detail,
                )


def _cleared_anyway(file: FileFacts, call: Call) -> Call | None:
    """`pending.clear()` behind a try that commits `pending`, of which a catch neither leaves nor throws."""
    if call.name == "commitAsync" or not call.arguments or call.arguments[0].value.kind is not ExpressionKind.NAME:
        return None
    if _ENDING.search(file.function_name(call.function)):
        return None
    pending = call.arguments[0].value.text
    for catch in file.syntax.blocks:
        if catch.kind is not BlockKind.CATCH or catch.owner not in call.blocks:
            continue
        left = any(catch.index in jump.blocks for jump in file.syntax.jumps)
        kept = any(
            catch.index in c.blocks and (c.receiver == pending or c.name.startswith(("commit", "seek")))
            for c in file.syntax.calls
        )
        ended = any(catch.index in c.blocks and _STOPS.search(c.name) for c in file.syntax.calls)
        for other in file.syntax.calls:
            behind = other.index > call.index and other.function == call.function and catch.owner not in other.blocks
            if behind and other.name == "clear" and other.receiver == pending and catch.index not in other.blocks:
                return None if left or kept or ended else other
    return None


def _waiting_catch(file: FileFacts, call: Call) -> Block | None:
    """The catch of failed commits around a call, in a try that commits in no other way."""
    for block in file.syntax.blocks:
        if block.kind is BlockKind.CATCH and block.owner in call.blocks and _FAILED.search(block.detail):
            others = (o.call for o in file.operations_of(Role.COMMIT) if block.owner in o.call.blocks)
            return block if all(other.name == call.name for other in others) else None
    return None


def _has_callback(call: Call) -> bool:
    return (
        any(
            a.value.kind is ExpressionKind.LAMBDA or re.search("(?i)callback|handler|listener|::|->", a.value.text)
            for a in call.arguments
        )
        or len(call.arguments) > 1
    )


def compare(delta: Delta) -> Iterator[Hit]:
    """What a catch around a commit did about it is gone, and the commit is still in a try."""
    told: set[str] = set()
    for gone in delta.gone(Protects.HANDLER):
        was, now = delta.before.file(gone.span.path), delta.after.file(gone.path)
        commit = _guarded_commit(was, gone.span) if was is not None else None
        if commit is not None and now is not None and _is_still_caught(now, gone.function, commit):
            told.add(gone.function)
            yield _WORDS.hit(
                f"{gone.function}/{commit.name} failure", gone.span, what=gone.protection.text, commit=commit.name
            )
    yield from _only_logged(delta, told)


def _only_logged(delta: Delta, told: set[str]) -> Iterator[Hit]:
    """A flush or a commit whose failure ended the function, or was given to the caller, and is only written to a log now."""
    for files, before, after in delta.modified():
        if not before.libraries or after.is_test:
            continue
        for name in sorted(
            {c.name for c in after.syntax.calls if _SETTLES.match(c.name) and not _OTHERS.search(c.receiver)}
        ):
            was, now = ([c for c in file.syntax.calls if c.name == name] for file in (before, after))
            fewer = sum(_passes(after, c) for c in now) < sum(_passes(before, c) for c in was)
            logged = [c for c in now if _logs(after, c)]
            fresh = next((c for c in logged if files.touches(c.span) or _catch_is_new(files, after, c)), None)
            home = qualified(after, fresh.function) if fresh is not None else ""
            if fresh is not None and fewer and len(logged) > sum(_logs(before, c) for c in was) and home not in told:
                span = _removed_return(files, before, was) or fresh.name_span
                yield _LOGGED.hit(f"{home}/{name} logged", span, call=name)


def _removed_return(files: FilePair, file: FileFacts, calls: list[Call]) -> Span | None:
    """The removed line that gave on what a catch had kept."""
    for call in calls:
        for name in _kept_in(file, _catches(file, call)):
            for jump in file.syntax.jumps:
                if jump.function == call.function and _gives(jump, name) and files.touches(jump.span):
                    return jump.span
    return None


def _catches(file: FileFacts, call: Call) -> list[Block]:
    found = [b for b in file.syntax.blocks if b.kind is BlockKind.CATCH and b.owner in call.blocks]
    return [block for block in found if not _WOKEN.fullmatch(block.detail.strip())]


def _catch_is_new(files: FilePair, file: FileFacts, call: Call) -> bool:
    return any(files.touches(b.span) for b in _catches(file, call))


def _passes(file: FileFacts, call: Call) -> bool:
    """Whether the caller, or the loop around, hears of a failure."""
    catches = _catches(file, call)
    if not catches:
        return call.result is ResultUse.RETURNED or file.syntax.language != "go"
    jumps = [j for j in file.syntax.jumps if j.function == call.function]
    return any(
        b.index in j.blocks and (j.kind is JumpKind.THROW or (j.kind is JumpKind.RETURN and j.text))
        for b in catches
        for j in file.syntax.jumps
    ) or any(_gives(j, name) for name in _kept_in(file, catches) for j in jumps)


def _kept_in(file: FileFacts, catches: list[Block]) -> set[str]:
    """The variables that a catch keeps the failure in."""
    indices = {b.index for b in catches}
    return {a.target for a in file.syntax.assignments if not indices.isdisjoint(a.blocks) and not _is_flag(a)}


def _is_flag(assignment: Assignment) -> bool:
    """`failed = true` tells that there was a failure, and not which."""
    return assignment.value is not None and assignment.value.kind is ExpressionKind.BOOLEAN


def _gives(jump: Jump, name: str) -> bool:
    leaves = jump.kind in (JumpKind.THROW, JumpKind.RETURN)
    return leaves and re.search(rf"\b{re.escape(name)}\b", jump.text) is not None


def _logs(file: FileFacts, call: Call) -> bool:
    """Whether a failure is written to a log, and that is all; what is thrown behind the catch, when all attempts failed, is more."""
    found = _catches(file, call)
    catches = {b.index for b in found}
    behind = max((b.span.last_line for b in found), default=0)
    leaves = any(
        not catches.isdisjoint(j.blocks)
        or (j.kind is JumpKind.THROW and j.function == call.function and j.span.first_line > behind)
        for j in file.syntax.jumps
    )
    flags = {a.target for a in file.syntax.assignments if not catches.isdisjoint(a.blocks) and _is_flag(a)}
    given = any(_gives(j, name) for name in flags for j in file.syntax.jumps if j.function == call.function)
    keeps = given or bool(_kept_in(file, found))
    done = [c for c in file.syntax.calls if not catches.isdisjoint(c.blocks)]
    return bool(catches) and not leaves and not keeps and bool(done) and all(is_noise(c) for c in done)


def _guarded_commit(file: FileFacts, span: Span) -> Call | None:
    """The commit whose catch stands on a line."""
    for block in file.syntax.blocks:
        if block.kind is BlockKind.CATCH and block.owner is not None and _holds(block, span):
            for operation in file.operations_of(Role.COMMIT):
                if block.owner in operation.call.blocks:
                    return operation.call
    return None


def _holds(block: Block, span: Span) -> bool:
    return block.span.first_line <= span.first_line <= block.span.last_line


def _is_still_caught(file: FileFacts, function: str, commit: Call) -> bool:
    caught = {block.owner for block in file.syntax.blocks if block.kind is BlockKind.CATCH}
    return any(
        operation.call.name == commit.name
        and qualified(file, operation.call.function) == function
        and any(index in caught for index in operation.call.blocks)
        for operation in file.operations_of(Role.COMMIT)
    )


RULE = Rule(
    __name__,
    __doc__,
    category=Category.DUPLICATES,
    severity=Severity.MEDIUM,
    confidence=Confidence.MEDIUM,
    only=("kafka-consumer",),
    inspect=inspect,
    compare=compare,
)
