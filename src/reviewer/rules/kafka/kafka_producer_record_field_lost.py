"""A record loses its headers, its time or its partition on the way.

What a record carried beside its value is no longer handed on where the record is made.

## What it catches

Headers, a timestamp or a partition that a record, or the call that sends it, was given by name, and is not given any more while the rest of it is made as before. A key that a wrapper's record was given and that is
null now.

## Why it hurts in production

Headers hold the type, the schema id, the trace and the id by which others recognise a record: without them a consumer takes it for another type, or for a new one. Without its time a
copied record counts as written now: windows, retention and joins put it in the wrong place. Without partition or key the records of one entity lie in several partitions.

## What to do

Hand the field on. Where consumers must not see it any more, change them first.

## What it cannot see

An interceptor or a wrapper that adds the field; consumers that never read it.

## Examples

### bad: the headers are gone
--- forward.go
 package forward
 import "github.com/segmentio/kafka-go"
 func (f *Forwarder) forward(ctx context.Context, msg kafka.Message) error {
     return f.writer.WriteMessages(ctx, kafka.Message{
-        Headers: msg.Headers, // ! here
         Key:     msg.Key,
         Value:   msg.Value,
     })
 }

### bad: the payload of a wrapper has no key
--- src/results.rs
 use sentry_arroyo::backends::kafka::types::KafkaPayload;
 impl Results {
     fn produce(&self, result: &CheckResult, json: Vec<u8>) {
-        self.producer.produce(&self.topic, KafkaPayload::new(Some(result.id.into()), None, Some(json)));
+        self.producer.produce(&self.topic, KafkaPayload::new(None, None, Some(json))); // ! here
     }
 }

### good: added behind the construction
--- forward.go
 package forward
 import "github.com/segmentio/kafka-go"
 func (f *Forwarder) forward(ctx context.Context, msg kafka.Message) error {
-    out := kafka.Message{Key: msg.Key, Value: msg.Value, Headers: msg.Headers}
+    out := kafka.Message{Key: msg.Key, Value: msg.Value}
+    out.Headers = append(msg.Headers, f.hop)
     return f.writer.WriteMessages(ctx, out)
 }

### good: the partition of a log entry
--- forward.go
 package forward
 import "github.com/segmentio/kafka-go"
 func (f *Forwarder) forward(ctx context.Context, msg kafka.Message) error {
-    f.journal.Add(Entry{Partition: msg.Partition, Size: len(msg.Value)})
+    f.journal.Add(Entry{Size: len(msg.Value)})
     return f.writer.WriteMessages(ctx, kafka.Message{Key: msg.Key, Value: msg.Value})
 }

## References

- https://kafka.apache.org/documentation/#record
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from reviewer.core.finding import Category, Confidence, Severity
from reviewer.core.span import Span
from reviewer.facts.delta import Delta
from reviewer.facts.same_functions import SameFunction
from reviewer.facts.streaming.protections import folded
from reviewer.facts.syntax import Argument, Call, Entry, Expression, ExpressionKind
from reviewer.rules.checks.words import Words
from reviewer.rules.rule import Hit, Rule
from reviewer.rules.support import short

_FIELDS = {"headers": "headers", "header": "headers", "timestamp": "time", "timestampms": "time", "time": "time", "partition": "partition", "messageheaders": "headers"}  # fmt: skip
_RECORD = re.compile(
    r"(Producer|Kafka|Source|Sink)?(Record|Message|Payload|Envelope|Event)s?$|ProducerMessage$|ProducerRecord\b"
)
_SENDS = re.compile(r"(?i)_*(send|produce|publish|forward|emit)(_?(and_?wait|async|message|record|one))?$")
_PAYLOAD = re.compile(r"(?i)(kafka|producer|base)(payload|record|message)$")
_NULLS = frozenset({"None", "null", "nil", "undefined"})
_DAMAGE = {
    "headers": "Consumers read type, schema, trace or id from its headers and find none -> it is taken for another type or a new record, skipped, or handled twice.",
    "time": "Windows, joins and the retention go by its time, which is that of the copy now -> it counts in the wrong window, or late.",
    "partition": "The partitioner puts it somewhere else than the records before it -> consumers of its old partition miss it, and its order is gone.",
    "key": "Records of one entity go to any partition -> consumers handle them in any order, and compaction keeps none or all of them.",
}  # fmt: skip
_LOST = Words(
    "{made} is no longer given `{field}`: the record goes without {what}.",
    (
        "{name}() makes a record as before, and leaves out `{field}`.",
        "The record is written without it.",
        "{damage}",
    ),
    "Give {made} `{field}` again.",
)


def compare(delta: Delta) -> Iterator[Hit]:
    """Records, and calls that send one, which were given a field and are not any more."""
    for same in delta.same_functions():
        for old, new in same.calls():
            yield from _named(same, old, new)
            yield from _placed(same, old, new)


def _named(same: SameFunction, old: Call, new: Call) -> Iterator[Hit]:
    """Fields by name, in a construction, in keyword arguments, or in an object that is given."""
    if not (_RECORD.search(old.name) if old.is_construction else _SENDS.match(old.name) or _RECORD.search(old.name)):
        return
    was, now = _fields(old), _fields(new)
    if not (was.keys() & now.keys()) or was.keys() <= now.keys():
        return
    for name, value in was.items():
        kind = _FIELDS.get(folded(name))
        if kind is None or value.text in _NULLS or (name in now and now[name].text not in _NULLS):
            continue
        line = same.removed(value.span)
        if line is not None and not _is_set_otherwise(same, new, name):
            yield _hit(same, new, line, name, kind, f"{name}: {short(value.text, 40)}")


def _placed(same: SameFunction, old: Call, new: Call) -> Iterator[Hit]:
    """The key of a payload, by its place: the first argument, null now."""
    made = f"{old.receiver}{old.name}" if old.is_construction else old.receiver
    if not _PAYLOAD.search(made) or len(old.arguments) != len(new.arguments) or not old.arguments:
        return
    first, now = old.arguments[0], new.arguments[0]
    gone = first.name is None and first.value.text not in _NULLS and now.value.text in _NULLS
    if gone and same.files.touches(now.value.span):
        yield _hit(same, new, now.value.span, "key", "key", short(first.value.text, 40))


def _fields(call: Call) -> dict[str, Expression]:
    found = {a.name: a.value for a in call.arguments if a.name}
    for argument in call.arguments:
        for entry in _entries(argument):
            if entry.key is not None:
                found[entry.key.literal or entry.key.text] = entry.value
    return found


def _entries(argument: Argument) -> Iterator[Entry]:
    """The entries of an object that is given, and of the objects in a list in it: `{ topic, messages: [{ value }] }`."""
    for entry in argument.value.entries:
        yield entry
        for inner in entry.value.entries if entry.value.kind is ExpressionKind.COLLECTION else ():
            yield from inner.value.entries


def _is_set_otherwise(same: SameFunction, call: Call, name: str) -> bool:
    """Whether the field is set behind the construction, or something is spread into it that may hold it."""
    word = re.compile(rf"(?i)\b(set|with|add)?_?{re.escape(name.rstrip('s'))}s?\b")
    later = any(word.search(a.target) for a in same.now.assignments if not a.is_declaration)
    called = any(word.fullmatch(f) or word.search(f) for _, f in same.fresh)
    spread = any(a.value.text.startswith(("...", "**", "..")) for a in call.arguments) or any(
        "..." in a.value.text for a in call.arguments
    )
    return later or called or spread


def _hit(same: SameFunction, call: Call, span: Span, field: str, kind: str, text: str) -> Hit:
    made = (
        f"`{call.receiver}::{call.name}`"
        if "::" in text or (same.now.file.syntax.language == "rust" and call.receiver)
        else f"`{call.name}`"
    )
    return _LOST.hit(
        f"{same.qualified}/{call.name} {field}", span, made=made, field=text, what=f"its {kind}" if kind != "headers" else "headers",
        name=same.name, damage=_DAMAGE[kind], category=Category.ORDERING if kind in ("key", "partition") else None,
    )  # fmt: skip


RULE = Rule(
    __name__,
    __doc__,
    category=Category.DATA_LOSS,
    severity=Severity.MEDIUM,
    confidence=Confidence.MEDIUM,
    only=("kafka-producer",),
    compare=compare,
)
