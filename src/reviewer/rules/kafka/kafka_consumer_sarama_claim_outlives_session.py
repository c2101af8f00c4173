"""A claim goes on when its session has ended.

What reads a claim of sarama no longer watches the session's context while it waits.

## What it catches

A `case <-session.Context().Done()` (or on a context made of it) that the change removes from `ConsumeClaim` or what it gives its session to; and a `Wait()` for
goroutines of `ConsumeClaim` that mark records on the session: when it has returned, their marks come too late.

## Why it hurts in production

When a rebalance begins sarama cancels the session's context and waits for every ConsumeClaim to return. One that is blocked on a channel holds up the rebalance
until it times out: the member is expelled, and the records that it still has are processed by two.

## What to do

Wait in a `select` that returns on `session.Context().Done()` as well.

## What it cannot see

Another way by which the wait ends, such as a channel that Cleanup closes.

## Examples

### bad: the hand-over waits for ever
--- claim.go
 package feed

 import "github.com/IBM/sarama"

 type feeder struct{ out chan<- []byte }

 func (f *feeder) ConsumeClaim(session sarama.ConsumerGroupSession, claim sarama.ConsumerGroupClaim) error {
        for m := range claim.Messages() {
-		select {
-		case f.out <- m.Value:
-		case <-session.Context().Done(): // ! here
-			return nil
-		}
+		f.out <- m.Value
                session.MarkMessage(m, "")
        }
        return nil
 }

### bad: in a helper that has the session
--- claim.go
 package feed

 import "github.com/Shopify/sarama"

 type feeder struct{ out chan<- []byte; acks <-chan bool }

 func (f *feeder) ConsumeClaim(session sarama.ConsumerGroupSession, claim sarama.ConsumerGroupClaim) error {
        for m := range claim.Messages() {
                f.hand(session, m)
        }
        return nil
 }

 func (f *feeder) hand(session sarama.ConsumerGroupSession, m *sarama.ConsumerMessage) {
-	ended := session.Context()
        f.out <- m.Value
        select {
        case <-f.acks:
                session.MarkMessage(m, "")
-	case <-ended.Done(): // ! here
-		return
        }
 }

### good: the context has a name now
--- claim.go
 package feed

 import "github.com/IBM/sarama"

 type feeder struct{ out chan<- []byte }

 func (f *feeder) ConsumeClaim(session sarama.ConsumerGroupSession, claim sarama.ConsumerGroupClaim) error {
+	ctx := session.Context()
        for m := range claim.Messages() {
                select {
                case f.out <- m.Value:
-		case <-session.Context().Done():
+		case <-ctx.Done():
                        return nil
                }
        }
        return nil
 }

### good: nothing waits any more; the messages end with the session
--- claim.go
 package feed

 import "github.com/IBM/sarama"

 type feeder struct{ rows *Rows }

 func (f *feeder) ConsumeClaim(session sarama.ConsumerGroupSession, claim sarama.ConsumerGroupClaim) error {
-	for {
-		select {
-		case m := <-claim.Messages():
-			f.rows.Add(m.Value)
-		case <-session.Context().Done():
-			return nil
-		}
-	}
+	for m := range claim.Messages() {
+		f.rows.Add(m.Value)
+	}
+	return nil
 }

## References

- https://pkg.go.dev/github.com/IBM/sarama#ConsumerGroupHandler
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from reviewer.core.finding import Category, Confidence, Severity
from reviewer.facts.delta import Delta
from reviewer.facts.gone import header
from reviewer.facts.streaming.model import FileFacts, Role
from reviewer.facts.streaming.protections import written
from reviewer.facts.syntax import Block, BlockKind, Function
from reviewer.rules.checks.words import Words
from reviewer.rules.rule import Hit, Rule

_WORDS = Words(
    "`{test}` is gone from {function}(): it waits on when the session has ended.",
    (
        "{function}() waits for a channel or a slow reader; a rebalance begins and the session's context is cancelled.",
        "Nothing ends the wait: the claim does not return, and the rebalance waits for it until it times out.",
        "The member is expelled with records in hand, and the next owner reads them from the last mark -> they are processed twice, and the group stands still meanwhile.",
    ),
    "Keep a `case <-session.Context().Done(): return` beside what {function}() waits for.",
)


_LATE = Words(
    "{wait} is removed: {function}() returns while its goroutines still work and mark records on `{session}`.",
    (
        "A rebalance begins; the claim's messages end, and {function}() returns while records are still in work.",
        "sarama commits what is marked and ends the session. {mark} comes afterwards and is not committed any more.",
        "The next owner reads these records from the last commit -> they are processed twice, while the first one is still at them.",
    ),
    "Keep {wait} before {function}() returns.",
)


def compare(delta: Delta) -> Iterator[Hit]:
    """Functions with a session that no longer watch its context, and still wait; that no longer wait for those who mark."""
    for _, before, after in delta.modified():
        if "sarama" not in after.libraries:
            continue
        for function in before.syntax.functions:
            now = next((f for f in after.syntax.functions if f.qualified == function.qualified), None)
            if now is not None and _session(function) and not function.is_lambda:
                yield from _unwaited(before, function, after, now)
            watch = next(_watches(before, function), None)
            if watch is not None and now is not None and _waits(after, now) and not _knows_context(after, now):
                yield _WORDS.hit(
                    f"{function.qualified}/session ends", header(delta, watch.span, watch.detail),
                    test=watch.detail, function=function.name,
                )  # fmt: skip


def _unwaited(before: FileFacts, function: Function, after: FileFacts, now: Function) -> Iterator[Hit]:
    """Nothing came in place of the wait, and a goroutine of the function still marks."""
    old, new = (list(f.syntax.calls_in(h.index)) for f, h in ((before, function), (after, now)))
    wait = next((c for c in old if c.name == "Wait" and c.receiver), None)
    known = {(c.receiver, c.name) for c in old}
    if wait is None or any(c.name == "Wait" or (c.receiver, c.name) not in known for c in new):
        return
    marks = [
        op.call
        for op in after.operations_of(Role.COMMIT)
        if op.call.receiver == _session(now) and after.syntax.is_inside(op.call.function, now.index)
    ]
    if marks:
        yield _LATE.hit(
            f"{function.qualified}/marks after the session", wait.name_span, wait=written(wait), function=function.name,
            session=_session(now), mark=f"{marks[0].receiver}.{marks[0].name}()",
        )  # fmt: skip


def _session(function: Function) -> str:
    return next((p.name for p in function.parameters if "ConsumerGroupSession" in p.type), "")


def _contexts(file: FileFacts, function: Function) -> Iterator[str]:
    """The session's context as the function writes it."""
    context = f"{_session(function)}.Context()"
    yield context
    for assignment in file.syntax.assignments:
        if assignment.function == function.index and assignment.value is not None and context in assignment.value.text:
            yield assignment.target


def _watches(file: FileFacts, function: Function) -> Iterator[Block]:
    if not _session(function):
        return
    contexts = set(_contexts(file, function))
    for block in file.syntax.blocks:
        if block.kind is BlockKind.CONDITIONAL and block.function == function.index:
            match = re.search(r"<-\s*([\w.()]+)\.Done\(\)", block.detail)
            if match is not None and match[1] in contexts:
                yield block


def _waits(file: FileFacts, function: Function) -> bool:
    """Whether it still reads from or writes to a channel that the client does not close; ranging over the messages ends by itself."""
    return any(
        call.name == "<-" and (call.arguments or not call.receiver.endswith(".Messages()"))
        for call in file.syntax.calls_in(function.index, nested=True)
    )


def _knows_context(file: FileFacts, function: Function) -> bool:
    """Whether the session's context is still used: given on, or watched in another way."""
    context = f"{_session(function)}.Context"
    calls = file.syntax.calls_in(function.index, nested=True)
    return not _session(function) or any(f"{call.receiver}.{call.name}".startswith(context) for call in calls)


RULE = Rule(
    __name__,
    __doc__,
    category=Category.DUPLICATES,
    severity=Severity.MEDIUM,
    confidence=Confidence.MEDIUM,
    covers=("kafka-consumer-sarama-mark-and-claim-loop",),
    only=("kafka-consumer",),
    compare=compare,
)
