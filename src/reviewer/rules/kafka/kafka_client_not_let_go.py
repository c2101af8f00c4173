"""A client that is no longer needed stays open, or is handed out closed.

What ended a client, or took an ended one out of the place where it is kept, is gone.

## What it catches

A consumer, producer, reader, writer or admin client that a function makes for itself and closed (in `finally`, `with`, `defer` or behind its use), and does not close any more; an entry
of a map of clients that was removed when its client was closed, and is not removed any more; the `Dispose()`, `close()` or `stop()` of a class that holds a producer or
consumer, which is gone with the only end of it.

## Why it hurts in production

A client that nobody closes keeps its connections and threads, a consumer its place in the group: each call adds one, and its partitions stand still until the session times out. A producer that is never
closed loses what is in its buffer. A closed client that is handed out again refuses every send until a restart.

## What to do

Close what the function makes, on every way out. Take a client out of its map in the same step as it is closed.

## What it cannot see

Somebody else who closes it.

## Examples

### bad: a consumer per batch
--- sources.py
 from confluent_kafka import Consumer

 def read_batch(params, topic, low, high):
     consumer = Consumer(params)
-    try:
-        return read_between(consumer, topic, low, high)
-    finally:
-        consumer.close() # ! here
+    return read_between(consumer, topic, low, high)

### bad: the closed producer stays in the map
--- producers.ts
 import { Kafka } from 'kafkajs'
 export class Producers {
   private readonly producers = new Map<string, Producer>()
   get(topic: string) {
     return this.producers.get(topic)
   }
   async disconnect(topic: string) {
     await this.producers.get(topic).disconnect()
-    this.producers.delete(topic) // ! here
   }
 }

### good: handed to the caller
--- sources.py
 from confluent_kafka import Consumer

 def open_batch(params, topic):
     consumer = Consumer(params)
-    consumer.close()
+    return consumer

### good: a with instead
--- sources.py
 from confluent_kafka import Consumer

 def read_batch(params, topic, low, high):
-    consumer = Consumer(params)
-    try:
-        return read_between(consumer, topic, low, high)
-    finally:
-        consumer.close()
+    with closing(Consumer(params)) as consumer:
+        return read_between(consumer, topic, low, high)

## References

- https://kafka.apache.org/40/javadoc/org/apache/kafka/clients/consumer/KafkaConsumer.html
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from reviewer.core.finding import Category, Confidence, Severity
from reviewer.core.span import Side, Span
from reviewer.facts.delta import Delta, FilePair
from reviewer.facts.same_functions import SameFunction
from reviewer.facts.streaming.model import FileFacts
from reviewer.facts.streaming.names import bare
from reviewer.facts.syntax import BlockKind, Call, ResultUse
from reviewer.rules.checks.stream_work import ENDING
from reviewer.rules.checks.words import Words
from reviewer.rules.rule import Hit, Rule

_CLIENT = re.compile(r"(?i)consumer$|producer$|(kafka|topic)_?(reader|writer|client)$|admin_?client$")
_CLIENTS = re.compile(
    r"(?i)(consumer|producer|publisher|(kafka|topic)_?(reader|writer|client))s?(_?(map|cache|pool|by_?\w+|list))?$|(list|map|cache)_?of_?(producer|consumer)s?$|connected_?clients$"
)
_ENDS = re.compile(
    r"(?i)_*(a?close|stop|shut_?down|dispose|disconnect|terminate|destroy|leave)(_?(async|sync|quietly|all))?$"
)
_TAKES_OUT = re.compile(r"(?i)_*(remove|delete|pop|discard|evict|invalidate|try_?remove)$")
_ERASED = re.compile(r"^\s*(?:delete|del)\s+([\w.$]+)\s*\[")
_GIVEN = re.compile(r"(?i)(close|dispose|stop|disconnect)\w*$")
_OPEN = Words(
    "`{client}`, which {name}() makes for itself, is no longer closed: {end} is removed.",
    (
        "{name}() is called, and makes `{client}`.",
        "It returns without closing it: connections, threads and buffers stay, and a consumer stays in its group.",
        "With each call there is one more -> the broker or the process runs out of connections, and the partitions of a consumer that is left stand still until its session times out.",
    ),
    "Close `{client}` on every way out of {name}().",
)
_KEPT = Words(
    "A closed client stays in `{holder}`: the line that takes it out is removed.",
    (
        "A client of `{holder}` is closed: after an error, or on request.",
        "Its entry stays where it is.",
        "The next one who asks for it gets the closed client -> every send or poll on it fails until a restart.",
    ),
    "Take it out of `{holder}` in the same step as it is closed.",
)
_ENDING_CALL = re.compile(r"(?i)close|stop|shut_?down|dispose|disconnect|flush|end|terminate")
_SHORT = Words(
    "{name}() no longer ends `{client}`: {end} is removed, and nothing else in this file calls it.",
    (
        "Records are in the buffer of `{client}`, or it holds partitions of its group.",
        "The process gets SIGTERM (a deploy, a scale-down) and calls {name}(), which leaves `{client}` as it is.",
        "What is buffered is never sent, and partitions stand still until the session times out.",
    ),
    "Call {end} on `{client}` in {name}(), as before.",
)
_UNENDED = Words(
    "{name}() is removed, and with it the only end of `{client}`.",
    (
        "Records are in the buffer of `{client}`, or it holds partitions of its group.",
        "The process gets SIGTERM (a deploy, a scale-down); nothing calls {end} on it any more.",
        "What is buffered is never sent, and the partitions stand still until the session times out.",
    ),
    "Keep {name}(), and let it end `{client}`.",
)


def compare(delta: Delta) -> Iterator[Hit]:
    """Clients that were let go of, and are not any more."""
    for same in delta.same_functions():
        yield from _left_open(same)
        yield from _stopped_short(same)
    for files, before, after in delta.modified():
        if not before.is_test and not before.is_development:
            yield from _left_in_map(files, before, after)
            for hit in _end_removed(files, before, after):
                if not _has_new_owner(
                    delta, before.path
                ):  # all other files are asked: only where there is something to tell
                    yield hit


def _has_new_owner(delta: Delta, path: str) -> bool:
    """Whether another file of the change ends something now: who makes the clients may have become who closes them."""
    others = (
        files
        for files in delta.pairs()
        if files.after is not None and files.after.path != path and not files.after.is_test
    )
    return any(
        _ENDS.match(call.name) and call.receiver and files.touches(call.name_span)
        for files in others
        for call in (files.after.syntax.calls if files.after is not None else ())
    )


def _left_open(same: SameFunction) -> Iterator[Hit]:
    """A variable of the function that holds a client which it makes, and closed."""
    for made in same.now.calls:
        client = made.result_name or ""
        makes = made.result is ResultUse.ASSIGNED and _CLIENT.search(client) and "." not in client and (made.is_construction or re.match(r"(?i)new|create|make|build|connect|consumer$|producer$", made.name))  # fmt: skip
        told = any(c.call.index == made.index and c.kind == "producer" for c in same.now.file.clients)
        if not makes or told or _is_kept(same, client):
            continue
        for end in same.was.calls:
            line = same.removed(end.name_span) if bare(end.receiver) == client and _ENDS.match(end.name) else None
            if line is not None and any(c.result_name == client for c in same.was.calls):
                yield _OPEN.hit(
                    f"{same.qualified}/{client} open", line, client=client, name=same.name, end=f"{end.name}()"
                )
                return


def _stopped_short(same: SameFunction) -> Iterator[Hit]:
    """The end of a whole that no longer reaches a client which it holds, and which nothing else there ends."""
    if not ENDING.fullmatch(same.name):
        return
    for call in same.was.calls:
        client = bare(call.receiver)
        if not (_ENDS.match(call.name) and _CLIENT.search(client)) or (client, call.name) not in same.gone:
            continue
        line, after = same.removed(call.name_span), same.now.file
        ended = any(
            _ENDS.match(c.name) and _CLIENT.search(bare(c.receiver)) and _alike(bare(c.receiver), client)
            for c in after.syntax.calls
        )
        given = any(_alike(bare(a.value.text), client) for c in same.now.calls for a in c.arguments) or any(
            _GIVEN.search(a.value.text) and client in a.value.text for c in after.syntax.calls for a in c.arguments
        )
        used = re.search(rf"\b{re.escape(client)}\b", same.files.change.after or "")
        if (
            line is not None
            and used is not None
            and not ended
            and not given
            and not same.has_fresh(_ENDING_CALL)
            and not _is_told(same.was.file, after, call)
        ):
            yield _SHORT.hit(
                f"{same.qualified}/{client} not ended", line, name=same.name, client=client, end=f"{call.name}()",
                category=Category.DATA_LOSS if re.search("(?i)producer|writer|publisher", client) else None,
            )  # fmt: skip
            return


def _alike(one: str, other: str) -> bool:
    return one.lower() == other.lower()


def _is_kept(same: SameFunction, client: str) -> bool:
    """Whether it is ended, returned, kept, or given to what may end it."""
    word = re.compile(rf"(?<![\w.]){re.escape(client)}(?!\w)")
    ended = any(bare(c.receiver) == client and _ENDS.match(c.name) for c in same.now.calls)
    returned = any(re.fullmatch(rf"[(\[]?\s*{re.escape(client)}\b\s*(,.*)?", j.text) for j in same.now.jumps)
    stored = any(a.value is not None and a.value.text == client for a in same.now.assignments)
    around = any(b.kind is BlockKind.WITH and word.search(b.detail) for b in same.now.blocks)
    given = any(word.search(f"{a.value.text}") for c in same.now.calls if (c.receiver, c.name) not in same.was.names and (bare(c.receiver), c.name) in same.fresh for a in c.arguments)  # fmt: skip
    handed = any(_GIVEN.search(a.value.text) and client in a.value.text for c in same.now.calls for a in c.arguments)
    return ended or returned or stored or around or given or handed


def _left_in_map(files: FilePair, before: FileFacts, after: FileFacts) -> Iterator[Hit]:
    """A map of clients out of which nothing is taken any more, while clients are still closed."""
    for holder, span in _taken_out(files, before):
        text = files.change.after or ""
        closes = any(_ENDS.match(c.name) and c.receiver for c in after.syntax.calls)
        read = re.search(rf"\b{re.escape(holder)}\b\s*(\[|\.get\b|\.Get|\.TryGet|\?\.\[)", text)
        emptied = re.search(rf"\b{re.escape(holder)}\.(clear|Clear|delete|remove|pop|discard|TryRemove|Remove)|(delete|del)\s+[\w.]*{re.escape(holder)}|delete\([\w.]*{re.escape(holder)}|\b{re.escape(holder)}\s*=\s*(\{{|\[|new|make|dict)", text)  # fmt: skip
        fills = len(re.findall(rf"\b{re.escape(holder)}\s*=[^=]", text)) > len(
            re.findall(rf"\b{re.escape(holder)}\s*=[^=]", files.change.before or "")
        )
        if closes and read is not None and not fills and not _is_emptied(emptied, text, holder):
            yield _KEPT.hit(f"{holder}/kept closed", span, holder=holder)
            return


def _is_emptied(found: re.Match[str] | None, text: str, holder: str) -> bool:
    """A declaration is no emptying."""
    return found is not None and not (
        re.match(rf"{re.escape(holder)}\s*=", found[0]) and len(re.findall(re.escape(found[0]), text)) == 1
    )


def _taken_out(files: FilePair, before: FileFacts) -> Iterator[tuple[str, Span]]:
    for call in before.syntax.calls:
        plain = call.name == "delete" and not call.receiver and call.arguments
        holder = bare(call.arguments[0].value.text) if plain else bare(call.receiver)
        if (plain or _TAKES_OUT.match(call.name)) and _CLIENTS.search(holder) and files.touches(call.name_span):
            yield holder, call.name_span
    for hunk in files.change.hunks:
        for number in sorted(hunk.changed_numbers(Side.BEFORE)):
            match = _ERASED.match((files.change.before or "").split("\n")[number - 1])
            if match is not None and _CLIENTS.search(bare(match[1])):
                yield bare(match[1]), Span(path=before.path, side=Side.BEFORE, first_line=number, last_line=number)


def _end_removed(files: FilePair, before: FileFacts, after: FileFacts) -> Iterator[Hit]:
    """A method that ended the client of its class, and is gone; the class still holds and uses one."""
    names = {f.qualified for f in after.syntax.functions}
    types = {t.qualified for t in after.syntax.types}
    for function in before.syntax.functions:
        owner, _, name = function.qualified.rpartition(".")
        if function.is_lambda or function.qualified in names or owner not in types or not ENDING.fullmatch(name):
            continue
        for call in before.syntax.calls_in(function.index, nested=True):
            client = bare(call.receiver)
            if (
                _ENDS.match(call.name)
                and _CLIENT.search(client)
                and _is_alone(before, after, client)
                and not _is_told(before, after, call)
            ):
                yield _UNENDED.hit(
                    f"{owner}/{client} unended", _first(files, call), name=name, client=client, end=f"{call.name}()",
                    category=Category.DATA_LOSS if re.search("(?i)producer|writer|publisher", client) else None,
                )  # fmt: skip
                return


def _is_told(before: FileFacts, after: FileFacts, call: Call) -> bool:
    """Whether it is a producer that a table knows, still there by its name: its last end is told as that."""
    known = any(o.call.index == call.index and o.client.endswith(("producer", "template")) for o in before.operations)
    return known and any(bare(s.operation.holder) == bare(call.receiver) for s in after.sends)


def _first(files: FilePair, call: Call) -> Span:
    return Span(
        path=call.span.path, side=Side.BEFORE, first_line=call.name_span.first_line, last_line=call.name_span.first_line
    )


def _is_alone(before: FileFacts, after: FileFacts, client: str) -> bool:
    """Whether nothing else ends a client there, and one is still kept and used."""
    ended = any(_ENDS.match(c.name) and (c.receiver and _CLIENT.search(bare(c.receiver))) for c in after.syntax.calls)
    handed = any(
        _GIVEN.search(a.value.text) and re.search(r"(?i)consumer|producer", a.value.text)
        for c in after.syntax.calls
        for a in c.arguments
    )
    used = {c.name for c in before.syntax.calls if bare(c.receiver) == client}
    kept = any(c.name in used and c.receiver and not _ENDS.match(c.name) for c in after.syntax.calls)
    extends = any(
        "Producer" in base or "Consumer" in base for t in after.syntax.types for base in t.bases if " by " in base
    )
    return kept and not ended and not handed and not extends


RULE = Rule(
    __name__,
    __doc__,
    category=Category.OPERATIONS,
    severity=Severity.MEDIUM,
    confidence=Confidence.MEDIUM,
    only=("kafka-consumer", "kafka-producer"),
    compare=compare,
)
