"""A call that waited for the broker returns before.

The flag of a send, a flush or a commit that made it wait is turned off.

## What it catches

`wait=True`, `sync=True`, `block=True` or their like that becomes false, or is left out while `asynchronous=False` was written, and `asynchronous=False`, `nowait=False` that becomes true, on a call
that sends, writes, flushes, commits or acknowledges: of a client or of a wrapper.

## Why it hurts in production

What follows was written for a call that is over: the answer to the caller, the next write of the same entity, the commit of the input, the close of the client. Now the
record or the offset is still on its way, and its failure comes to nobody.

## What to do

Leave the flag, or wait for the outcome once, before what relies on it.

## Trade-off

Waiting costs a round trip a call. Not waiting is legitimate where something later waits for all of them and looks at their errors.

## What it cannot see

That the wrapper ignores the flag, or that a caller waits.

## Examples

### bad: the event is only queued
--- hosts.py
 from app.events import EventProducer
 from confluent_kafka import Producer

 def publish(producer: EventProducer, event, host):
-    producer.write_event(event, host.id, wait=True)
+    producer.write_event(event, host.id, wait=False) # ! here
     host.published = True

### bad: the last commit races with the close
--- client.py
 from confluent_kafka import Consumer

 class Client:
     def stop(self):
-        run(self.consumer.commit, asynchronous=False)
+        run(self.consumer.commit, asynchronous=True) # ! here
         run(self.consumer.close)

### good: all are waited for behind the loop
--- hosts.py
 from confluent_kafka import Producer

 def publish(producer, events):
     for event in events:
-        producer.write_event(event, wait=True)
+        producer.write_event(event, wait=False)
+    producer.flush()

### good: a flag of something else
--- hosts.py
 from confluent_kafka import Producer

 def publish(producer, events, dialog):
-    dialog.close(wait=True)
+    dialog.close(wait=False)
     producer.produce("hosts", events)

## References

- https://docs.confluent.io/platform/current/clients/confluent-kafka-python/html/index.html
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from reviewer.core.finding import Category, Confidence, Severity
from reviewer.facts.delta import Delta
from reviewer.facts.same_functions import SameFunction
from reviewer.facts.streaming.flow import is_noise
from reviewer.facts.syntax import Argument, Call, ExpressionKind
from reviewer.rules.checks.stream_work import work_of
from reviewer.rules.checks.words import Words
from reviewer.rules.rule import Hit, Rule

_WAITS = re.compile(
    r"(?i)_*(wait|sync|synchronous|block|blocking|is_?sync|await_?\w*|wait_?(for_?)?\w*|confirm|ensure_?delivered)$"
)
_DOES_NOT = re.compile(r"(?i)_*(asynchronous|async_?|is_?async|no_?wait|fire_?and_?forget|non_?blocking)$")
_WORK = re.compile(r"(?i)_*(send|produce|publish|emit|write|put|commit|ack(nowledge)?|flush|store_?offsets?)(?![a-z])")
_LATER = re.compile(r"(?i)flush|wait|gather|join|result|drain|all\b|settle")
_OTHERS = re.compile(r"(?i)\bdb\b|session|file|cache|redis|lock|log|metric|http|socket|dialog|window|process|thread")
_SENDS = Words(
    "`{flag}` on {call}(): what follows no longer waits for the broker.",
    (
        "{call}() puts the record, or the offset, on its way and returns.",
        "What follows in {name}() goes on as if it were stored: the next write, the answer, the commit, the close.",
        "The delivery fails, or the process ends first -> it is lost, or overtaken by what came later, and nobody hears of it.",
    ),
    "Write `{before}` again, or wait for the outcome of {call}() before {name}() goes on.",
)


def compare(delta: Delta) -> Iterator[Hit]:
    """Calls that waited, by a flag, and do not wait any more."""
    for same in delta.same_functions():
        work = {call.index: call.name for _, call in work_of(same.now)}
        for old, new in same.calls():
            name = _named(new, work)
            flag = _turned(old, new) if name else None
            if flag is None or not same.files.touches(flag.value.span) or same.has_fresh(_LATER):
                continue
            if any(
                c.index > new.index and c.name != new.name and _LATER.search(c.name) and not is_noise(c)
                for c in same.now.calls
            ):
                continue
            yield _hit(same, new, flag, name)


def _named(call: Call, work: dict[int, str]) -> str:
    """What a call does for a stream, by its name or that of the function that it is given; "" for another call."""
    if _OTHERS.search(call.receiver):
        return ""
    if call.index in work or _WORK.match(call.name):
        return call.name
    given = next((a.value.text for a in call.arguments if a.name is None and a.value.kind is ExpressionKind.NAME), "")
    last = re.split(r"[.:]+", given)[-1]
    return last if _WORK.match(last) and last != given else ""


def _turned(old: Call, new: Call) -> Argument | None:
    """The flag that made the call wait and is the other way round now."""
    was = {a.name: a.value.literal for a in old.arguments if a.name and a.value.kind is ExpressionKind.BOOLEAN}
    for argument in new.arguments:
        if not argument.name or argument.value.kind is not ExpressionKind.BOOLEAN:
            continue
        turned = (was.get(argument.name), argument.value.literal)
        if (_WAITS.match(argument.name) and turned == ("true", "false")) or (
            _DOES_NOT.match(argument.name) and turned == ("false", "true")
        ):
            return argument
    return None


def _hit(same: SameFunction, call: Call, flag: Argument, name: str) -> Hit:
    text, other = flag.value.text, {"True": "False", "False": "True", "true": "false", "false": "true"}
    sign = ": " if same.now.file.syntax.language == "csharp" else "="
    return _SENDS.hit(
        f"{same.qualified}/{name} {flag.name}", flag.value.span, flag=f"{flag.name}{sign}{text}", call=name, name=same.name,
        before=f"{flag.name}{sign}{other.get(text, 'the other')}", category=Category.DUPLICATES if "ommit" in name else None,
    )  # fmt: skip


RULE = Rule(
    __name__,
    __doc__,
    category=Category.DATA_LOSS,
    severity=Severity.MEDIUM,
    confidence=Confidence.MEDIUM,
    only=("kafka-consumer", "kafka-producer"),
    compare=compare,
)
