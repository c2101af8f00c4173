"""What may be missing is used without a question.

A test for null in front of a record, an offset, a client or what is kept of it is removed, and the value is used as before.

## What it catches

`x == null`, `x is None`, `x == nil` and their opposites that the change takes out of a condition, or with the condition, in a function that commits, sends, flushes or closes, or that is about records or
offsets, while a field or a method of `x` is still used there and nothing else asks for it.

## Why it hurts in production

A poll that times out gives no record, a tombstone has no value, a partition without a commit has no offset, a client that is being closed is gone already. The first of
these throws in the loop or the callback: the consumer ends, and after the restart it meets the same record again.

## What to do

Keep the test, and decide there what a missing value means: leave, skip with a commit, or begin at the start.

## What it cannot see

A caller, or the type, that rules it out.

## Examples

### bad: a part of the condition goes
--- PartitionConsumer.cs
 using Confluent.Kafka;
 class PartitionConsumer
 {
     private TopicPartitionOffset _last;
     public void Commit(TopicPartitionOffset offset)
     {
-        if (offset != null && (_last == null || offset.Offset > _last.Offset))
+        if (_last == null || offset.Offset > _last.Offset) // ! here
         {
             _last = offset;
             _consumer.Commit(new[] { offset });
         }
     }
 }

### bad: the poll may give nothing
--- loop.py
 from confluent_kafka import Consumer

 def handle_next(consumer: Consumer, sink):
     msg = consumer.poll(1.0)
-    if msg is None: # ! here
-        return
     sink.write(msg.value())
     consumer.commit(msg)

### good: asked in other words
--- loop.py
 from confluent_kafka import Consumer

 def handle_next(consumer: Consumer, sink):
     msg = consumer.poll(1.0)
-    if msg is None:
-        return
+    if not msg:
+        return
     sink.write(msg.value())
     consumer.commit(msg)

### good: it comes from somewhere else now
--- loop.py
 from confluent_kafka import Consumer

 def handle_next(consumer: Consumer, sink, queue):
-    msg = consumer.poll(1.0)
-    if msg is None:
-        return
+    msg = queue.get()
     sink.write(msg.value())
     consumer.commit(msg)

## References

- https://kafka.apache.org/documentation/#semantics
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from reviewer.core.finding import Category, Confidence, Severity
from reviewer.core.span import Side, Span
from reviewer.facts.delta import Delta
from reviewer.facts.gone import header
from reviewer.facts.same_functions import Body, SameFunction
from reviewer.facts.streaming.protections import read_names
from reviewer.facts.syntax import Block, BlockKind
from reviewer.rules.checks.stream_work import work_of
from reviewer.rules.checks.words import Words
from reviewer.rules.rule import Hit, Rule
from reviewer.rules.support import short, squash

_NAME = r"((?:\w+\.|this\.|self\.|_)*\w+)"
_TESTS = (
    re.compile(rf"(?<![\w.]){_NAME}\s*(?:[!=]==?|is(?:\s+not)?)\s*(?:null|nil|None|undefined)\b"),
    re.compile(rf"(?:null|nil|None)\s*[!=]==?\s*{_NAME}"),
)
_ABOUT = re.compile(
    r"(?i)offset|record|msg|message|partition|consum|produc|result|event|assignment|envelope|tombstone|batch|tp$|tpo$|checkpoint|position|commit|session|metadata|tracker|committed"
)
_NO_VALUE = re.compile(
    r"(?i)err(or)?$|^ex$|^e$|exception|logger|tracer|span|metric|config|options?$|callback|handler|ctx|context|client_?id"
)
_WORDS = Words(
    "`{test}` is no longer asked in {name}(), and `{use}` is used: without a value it fails.",
    (
        "{name}() comes to its work without `{value}`: nothing was polled, committed or assigned yet, or it is gone already.",
        "`{use}` fails on it.",
        "{effect} is not reached, and the exception goes up into the loop or the callback -> the consumer stops, and meets the same after a restart.",
    ),
    "Ask for `{value}` before it is used, as before.",
)


def compare(delta: Delta) -> Iterator[Hit]:
    """Functions of streams that tested something for null, and use it untested now."""
    for same in delta.same_functions():
        told: set[str] = set()
        for block in same.was.blocks:
            if block.kind is not BlockKind.CONDITIONAL:
                continue
            for value, test in _tested(block.detail):
                used = _use(same, value, block)
                if value in told or used is None or not _is_of_stream(value) or _is_asked(same.now, value):
                    continue
                line = _line(delta, same, block)
                if same.files.touches(line) and not _is_ruled_out(delta, value):
                    told.add(value)
                    effect = next((call.name for _, call in work_of(same.now)), "")
                    yield _WORDS.hit(
                        f"{same.qualified}/{value} untested", line, test=test, name=same.name, use=short(used, 40), value=value,
                        effect=f"{effect}()" if effect else "The rest of it",
                    )  # fmt: skip


def _line(delta: Delta, same: SameFunction, block: Block) -> Span:
    """The condition without the test, where it stays; else the removed one."""
    names = set(read_names(block.detail).split())
    for now in same.now.blocks:
        kept = set(read_names(now.detail).split())
        if now.kind is BlockKind.CONDITIONAL and kept and kept <= names and now.detail != block.detail:
            first = next(
                (n for n in range(now.span.first_line, max(now.span.first_line - 4, 0), -1) if _stands(same, now, n)),
                None,
            )
            if first is not None:
                return Span(path=now.span.path, side=Side.AFTER, first_line=first, last_line=first)
    return header(delta, block.span, block.detail)


def _stands(same: SameFunction, block: Block, number: int) -> bool:
    """Whether a condition begins on a line that the change brings."""
    line = (same.files.change.after or "").split("\n")[number - 1]
    return squash(block.detail)[:12] in squash(line) and same.files.change.touches(Side.AFTER, number, number)


def _tested(condition: str) -> Iterator[tuple[str, str]]:
    for words in _TESTS:
        for match in words.finditer(condition):
            yield match[1], match[0]


def _is_of_stream(value: str) -> bool:
    last = value.rpartition(".")[2]
    return bool(_ABOUT.search(value)) and not _NO_VALUE.search(last)


def _is_ruled_out(delta: Delta, value: str) -> bool:
    """Whether a file of the change refuses it where it comes in: `rawMessage ?? throw …`, `requireNonNull(rawMessage)`."""
    last = re.escape(value.rpartition(".")[2].lstrip("_"))
    refuses = re.compile(
        rf"(?i)\b_?{last}\s*\?\?\s*throw|(require_?non_?null|throw_?if_?null|not_?null)\w*[(<]\s*\w*{last}\b"
    )
    return any(refuses.search(change.after or "") for change in delta.change_set.files)


def _is_asked(body: Body, value: str) -> bool:
    """Whether anything still asks for it: a condition, `?.`, `??`, `or`, a check that throws."""
    last = re.escape(value.rpartition(".")[2])
    asks = re.compile(
        rf"\b{last}\b\s*(\)?\s*([!=]==?|is\b|\?|\|\||or\b)|\)|$)|[!]\s*\(?[\w.]*\b{last}\b|\bnot\s+[\w.]*\b{last}\b"
    )
    if any(asks.search(b.detail) for b in body.blocks):
        return True
    named = re.compile(rf"\b{last}\b\s*(\?\.|\?\?|\?:|!!| or |\|\|)|{last}\s*(is|==|!=)")
    texts = [a.value.text for c in body.calls for a in c.arguments] + [c.receiver for c in body.calls]
    texts += [a.value.text for a in body.assignments if a.value is not None] + [j.text for j in body.jumps]
    return any(named.search(text) for text in texts)


def _use(same: SameFunction, value: str, block: Block) -> str | None:
    """A field or method of the value that was used behind or in the test and is used as before, the value coming from where it came."""
    if not _comes_alike(same, value):
        return None
    used = re.compile(rf"(?<![\w.]){re.escape(value)}(\.|->)\w+")
    texts = [f"{c.receiver}.{c.name}" for c in same.now.calls] + [b.detail for b in same.now.blocks]
    texts += [a.value.text for c in same.now.calls for a in c.arguments]
    texts += [a.value.text for a in same.now.assignments if a.value is not None]
    old = [f"{c.receiver}.{c.name}" for c in same.was.calls] + [b.detail for b in same.was.blocks]
    old += [a.value.text for c in same.was.calls for a in c.arguments]
    old += [a.value.text for a in same.was.assignments if a.value is not None]
    before = {m[0] for text in old for m in used.finditer(text)}
    return next((m[0] for text in texts for m in used.finditer(text) if m[0] in before), None)


def _comes_alike(same: SameFunction, value: str) -> bool:
    """Whether the value is given, or computed, as it was."""
    was, now = (
        sorted(re.sub(r"\s", "", a.value.text) for a in body.assignments if a.target == value and a.value is not None)
        for body in (same.was, same.now)
    )
    given = [[p.type for p in body.function.parameters if p.name == value] for body in (same.was, same.now)]
    loops = [[b.detail for b in body.blocks if b.variable == value] for body in (same.was, same.now)]
    return was == now and given[0] == given[1] and loops[0] == loops[1]


RULE = Rule(
    __name__,
    __doc__,
    category=Category.OPERATIONS,
    severity=Severity.MEDIUM,
    confidence=Confidence.MEDIUM,
    only=("kafka-consumer", "kafka-producer"),
    compare=compare,
)
