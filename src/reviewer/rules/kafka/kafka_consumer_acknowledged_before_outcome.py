"""A record is acknowledged before its work has an outcome.

The acknowledgement stood in the continuation of asynchronous work, and stands beside it now.

## What it catches

`work().then(() => ack())`, `whenComplete`, `ContinueWith`, a done callback or their like whose acknowledgement or commit moves out of the continuation, while the work is still started and nobody awaits it.

## Why it hurts in production

The work has only begun when the offset moves on. When it fails, or the process is stopped before it is done, nothing reads the record again: it is lost without an error.

## What to do

Acknowledge in the continuation, or await the work first.

## What it cannot see

Work that is repeated from somewhere else when it fails.

## Examples

### bad: at once instead of behind the write
--- retriever.js
 const { Kafka } = require('kafkajs')
 class Retriever {
   handle(event, ack) {
-    this.persister.write(event).then(() => { ack() }).catch((error) => { logger.error(error); ack() })
+    this.persister.write(event).catch((error) => { logger.error(error) })
+    ack() // ! here
   }
 }

### bad: committed beside the task
--- Worker.cs
 using Confluent.Kafka;
 class Worker
 {
     void Handle(ConsumeResult<string, Order> result)
     {
-        _store.SaveAsync(result).ContinueWith(_ => _consumer.Commit(result));
+        _store.SaveAsync(result);
+        _consumer.Commit(result); // ! here
     }
 }

### good: awaited now
--- retriever.js
 const { Kafka } = require('kafkajs')
 class Retriever {
   async handle(event, ack) {
-    this.persister.write(event).then(() => { ack() })
+    await this.persister.write(event)
+    ack()
   }
 }

### good: another continuation
--- retriever.js
 const { Kafka } = require('kafkajs')
 class Retriever {
   handle(event, ack) {
-    this.persister.write(event).then(() => { ack() })
+    this.persister.write(event).finally(() => { ack() })
   }
 }

## References

- https://kafka.apache.org/documentation/#semantics
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from reviewer.core.finding import Category, Confidence, Severity
from reviewer.facts.delta import Delta
from reviewer.facts.same_functions import Body
from reviewer.facts.syntax import BlockKind, Call, ResultUse
from reviewer.rules.checks.stream_work import work_of
from reviewer.rules.checks.words import Words
from reviewer.rules.rule import Hit, Rule

_GOES_ON = re.compile(
    r"(?i)_*(then\w*|catch|finally|when_?complete\w*|handle(_?async)?|continue_?with|subscribe|add_?done_?callback|on_?(success|complete|failure)\w*|add_?(listener|callback)|and_?then|fmap|map)$"
)
_ACKS = re.compile(r"(?i)_*((auto_?)?ack(nowledge)?|done|resolve_?offset)$")
_LATER = re.compile(r"(?i)await|wait|join|gather|get$|result$|all$")
_WORDS = Words(
    "{ack}() no longer waits for {work}(): the record is acknowledged while its work has only begun.",
    (
        "{name}() starts {work}(), which goes on by itself.",
        "{ack}() is called at once: for the broker the record is done.",
        "{work}() fails, or a deploy stops the process before it is over -> nothing reads the record again, it is lost.",
    ),
    "Call {ack}() in the continuation of {work}(), or await it first.",
)


def compare(delta: Delta) -> Iterator[Hit]:
    """Acknowledgements that came when asynchronous work was over, and come at once now."""
    for same in delta.same_functions():
        behind = {ack.name: work for ack in _acks(same.was) if (work := _work_before(same.was, ack)) is not None}
        for ack in _acks(same.now):
            work = behind.get(ack.name)
            if work is None or not same.files.touches(ack.name_span) or _work_before(same.now, ack) is not None:
                continue
            started = _started(same.now, work, ack)
            if started is not None and not same.has_fresh(_LATER) and not _is_failure(same.now, ack):
                yield _WORDS.hit(f"{same.qualified}/{ack.name} before {work.name}", ack.name_span, ack=ack.name, work=work.name, name=same.name)  # fmt: skip
                break


def _acks(body: Body) -> Iterator[Call]:
    commits = {call.index for what, call in work_of(body) if what == "commit"}
    yield from (call for call in body.calls if call.index in commits or _ACKS.match(call.name))


def _work_before(body: Body, ack: Call) -> Call | None:
    """The work in whose continuation a call stands."""
    functions, index = body.file.syntax.functions, ack.function
    while index is not None and functions[index].is_lambda:
        given = functions[index].argument_of
        call = body.file.syntax.calls[given] if given is not None else None
        if call is not None and _GOES_ON.match(call.name) and call.receiver_call is not None:
            return body.file.syntax.chain(call)[0]
        index = functions[index].parent
    return None


def _started(body: Body, work: Call, ack: Call) -> Call | None:
    """The same work, begun in front of the acknowledgement, with nobody to wait for it."""
    for call in body.calls:
        if call.name == work.name and call.index < ack.index:
            last = (*body.file.syntax.continued(call),)[-1:] or (call,)
            if last[0].result not in (ResultUse.AWAITED, ResultUse.RETURNED, ResultUse.ASSIGNED):
                return call
    return None


def _is_failure(body: Body, ack: Call) -> bool:
    return body.inside(BlockKind.CATCH, ack.blocks)


RULE = Rule(
    __name__,
    __doc__,
    category=Category.DATA_LOSS,
    severity=Severity.HIGH,
    confidence=Confidence.MEDIUM,
    only=("kafka-consumer",),
    compare=compare,
)
