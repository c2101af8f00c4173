"""The record key changes: one entity is now in two partitions.

The key of the records sent to a topic changes.

## What it catches

A send to the same topic in the same function whose key argument differs before and after the change: another field, another
format, or no key any more; a record that a function makes and hands on, likewise; and a changed `key.serializer`.

## Why it hurts in production

The key decides the partition. Records of one entity that were written with the old key are still unread in one partition while
new ones arrive in another: two consumers handle them at the same time, in any order. Compaction keeps the old and the new key
for ever, and joins keyed by the old form stop matching.

## What to do

Write to a new version of the topic and migrate, or drain the topic before the switch.

## What it cannot see

That the topic is new, empty or drained; a key built in another file.

## Examples

### bad: another field
--- Orders.java
 import org.apache.kafka.clients.producer.*;
 class Orders {
   private final KafkaProducer<String, String> producer;
   Future<RecordMetadata> publish(Order order) {
-    return producer.send(new ProducerRecord<>("orders", order.customerId(), order.json()));
+    return producer.send(new ProducerRecord<>("orders", order.orderId(), order.json())); // ! here
   }
 }

### bad: the key is dropped
--- ship.py
 from confluent_kafka import Producer

 def ship(producer, parcel):
-    producer.produce("parcels", key=parcel.id, value=parcel.body, on_delivery=check)
+    producer.produce("parcels", value=parcel.body, on_delivery=check) # ! here

### good: a key where none was: there was no order that could break
--- send.py
 from confluent_kafka import Producer

 def ship(producer: Producer, parcel):
-    producer.produce("parcels", parcel.body, None, on_delivery=check)
+    producer.produce("parcels", parcel.body, parcel.id, on_delivery=check)

### good: the loop variable and a local have other names
--- send.py
 from confluent_kafka import Producer

 def ship(producer: Producer, parcels):
-    for parcel in parcels:
-        key = parcel.id.encode()
-        producer.produce("parcels", parcel.body, key, on_delivery=check)
+    for p in parcels:
+        parcel_key = p.id.encode()
+        producer.produce("parcels", p.body, parcel_key, on_delivery=check)

## References

- https://kafka.apache.org/documentation/#semantics
- https://kafka.apache.org/documentation/#compaction
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from reviewer.core.finding import Category, Confidence, Severity
from reviewer.facts.delta import Delta, FilePair
from reviewer.facts.streaming.follow import at, hops
from reviewer.facts.streaming.model import FileFacts, Known, Setting
from reviewer.facts.streaming.names import simple_type
from reviewer.facts.syntax import BlockKind, Call, Expression, ExpressionKind
from reviewer.rules.rule import Hit, Rule
from reviewer.rules.support import line, short, squash

_AMBIGUOUS = 5  # arguments
_NAME = 3  # letters
_LONG = 400  # characters: an expression in which locals stand for locals must not grow without end


@dataclass(frozen=True, slots=True)
class _Keyed:
    """A record on its way to a topic: the call that sends or makes it."""

    call: Call
    topic: Expression | None
    key: Expression | None


def compare(delta: Delta) -> Iterator[Hit]:
    """Match sends, then records that are only made, by function and topic in order; then key serializers by scope."""
    for pair, before, after in delta.modified():
        for read in (_sent, _made):
            old, new = _by_place(before, read(before)), _by_place(after, read(after))
            for place, records in new.items():
                if len(old.get(place, [])) == len(records):
                    for first, second in zip(old[place], records, strict=True):
                        yield from _changed(pair, before, after, first, second)
        yield from _serializers(before, after)


def _sent(file: FileFacts) -> Iterator[_Keyed]:
    return (_Keyed(send.operation.call, send.topic, send.key) for send in file.sends if send.key_known)


def _made(file: FileFacts) -> Iterator[_Keyed]:
    """Records that are made in a function which does not send them."""
    senders = {send.operation.call.function for send in file.sends}
    for call in file.syntax.calls:
        if call.function in senders:
            continue
        for library in file.names.libraries:
            record = library.records.get(simple_type(call.name))
            if record is None or not (call.is_construction or record.fields):
                continue
            shape = record.shapes.get(len(call.arguments))
            if shape is not None:
                parts = {part: call.argument(position) for part, position in shape.items()}
                yield _Keyed(call, parts.get("topic"), parts.get("key"))
            elif "key" in record.fields and any(argument.name for argument in call.arguments):
                yield _Keyed(
                    call, call.argument(-1, record.fields.get("topic", "")), call.argument(-1, record.fields["key"])
                )
            break


def _by_place(file: FileFacts, records: Iterable[_Keyed]) -> dict[tuple[str, str], list[_Keyed]]:
    found: dict[tuple[str, str], list[_Keyed]] = defaultdict(list)
    for record in records:
        place = (file.function_name(record.call.function), squash(record.topic.text) if record.topic else "")
        found[place].append(record)
    return found


def _changed(pair: FilePair, before: FileFacts, after: FileFacts, old: _Keyed, new: _Keyed) -> Iterator[Hit]:
    touched = pair.touches(new.call.span) or any(
        pair.touches(key.span) for key in (old.key, new.key) if key is not None
    )
    if not touched or _has_no_key(old):
        return  # records without a key had no order that could break
    first, second = _meaning(before, old), _meaning(after, new)
    if first == second or not {first, *_others(before, old)}.isdisjoint({second, *_others(after, new)}):
        return
    if _is_elsewhere(old, new):
        return
    span = new.key.span if new.key is not None else new.call.name_span
    if new.key is None and old.key is not None and not pair.touches(new.call.span):
        span = old.key.span  # the line that gave the key, in front of the send
    was = f"`{short(old.key.text)}`" if old.key is not None else ""
    gone = _has_no_key(new)
    now = "no key" if gone else f"`{short(new.key.text)}`" if new.key is not None else ""
    topic = f" of {short(new.topic.text)}" if new.topic is not None else ""
    yield Hit(
        subject=f"{after.function_name(new.call.function)}{topic}: {first} -> {second}",
        span=line(span),
        message=f"The key{topic} was {was} and is now {now}.",
        scenario=(
            f"Records of one entity, keyed by {was}, wait unread in one partition.",
            "After the deploy the next record of that entity has no key and goes to any partition."
            if gone
            else f"After the deploy the next record of that entity, keyed by {now}, hashes to another partition.",
            "Another consumer reads it first -> the older record is applied over the newer one; per-entity order is gone.",
        ),
        fix="Keep the key, or write to a new topic version and migrate its consumers; at the least drain the topic before the switch.",
    )


def _is_elsewhere(old: _Keyed, new: _Keyed) -> bool:
    """Whether the same thing is read from another object: `account`, then `transaction.accountId`."""
    if old.key is None or new.key is None:
        return False
    first, second = (re.findall(r"\w+", record.key.text) for record in (old, new) if record.key is not None)
    if not first or not second or first[0] == second[0] or min(len(first), len(second)) > 1:
        return False
    names = sorted((first[-1].lower(), second[-1].lower()), key=len)
    return len(names[0]) >= _NAME and names[0] in names[1]


def _others(file: FileFacts, record: _Keyed) -> Iterator[str]:
    """What else the key may be: any value that its variable is given, what a helper of this file returns; of five arguments it is the fourth
    (behind a timestamp), or the third (in front of headers)."""
    if record.key is None:
        return
    written = squash(record.key.text)
    for assignment in file.syntax.assignments:
        if (
            assignment.function == record.call.function
            and assignment.value is not None
            and assignment.subscript is None
        ):
            text = _put(written, assignment.target, squash(assignment.value.text))
            if text != written:
                yield _in_function(file, record.call, text)
    for expression, place in hops(at(file.names, record.call), record.key)[1:]:
        text = squash(expression.text)
        for name, (given, _) in place.given.items():
            text = _put(text, name, squash(given.text))
        yield _in_function(file, record.call, text)
    for call in file.syntax.calls:
        if (
            call.name.startswith("ProducerRecord")
            and len(call.arguments) == _AMBIGUOUS
            and call.span.contains(record.key.span)
        ):
            yield _meaning(file, _Keyed(record.call, record.topic, call.argument(2)))


def _meaning(file: FileFacts, record: _Keyed) -> str:
    """The key's text with a renamed local variable looked through: `var k = o.id()` and `o.id()` mean the same."""
    if record.key is None or _has_no_key(record):
        return ""
    return _in_function(file, record.call, squash(record.key.text))


def _in_function(file: FileFacts, call: Call, text: str) -> str:
    text = _without_locals(file, call, text)
    text = file.names.constants.get(text, text)
    function = call.function
    if function is not None:
        # A renamed parameter is no changed key: parameters count by position.
        for position, parameter in enumerate(file.syntax.functions[function].parameters):
            text = re.sub(rf"(?<![\w.]){re.escape(parameter.name)}(?!\w)", f"#{position}", text)
    return text


def _without_locals(file: FileFacts, call: Call, text: str) -> str:
    """Local variables give way to what they hold, loop variables to their place: a renamed one is no changed key."""
    for assignment in file.syntax.assignments:
        if assignment.function == call.function and assignment.value is not None and assignment.subscript is None:
            text = _put(text, assignment.target, squash(assignment.value.text))
    loops = [block for index in call.blocks if (block := file.syntax.blocks[index]).kind is BlockKind.LOOP]
    for depth, block in enumerate(loops):
        if block.variable:
            text = _put(text, block.variable, f"#loop{depth}")
    return text


def _put(text: str, name: str, value: str) -> str:
    if not name.isidentifier() or len(text) > _LONG:
        return text
    return re.sub(rf"(?<![\w.]){re.escape(name)}(?!\w)", lambda _: value, text)


def _has_no_key(record: _Keyed) -> bool:
    return record.key is None or record.key.kind is ExpressionKind.NULL


def _serializers(before: FileFacts, after: FileFacts) -> Iterator[Hit]:
    old = {s.scope: s for s in before.settings if s.key == "key.serializer"}
    for setting in after.settings:
        was = old.get(setting.scope)
        if setting.key == "key.serializer" and was is not None and _differs(was, setting):
            yield Hit(
                subject=f"key.serializer@{setting.scope}",
                span=line(setting.span),
                message=f"key.serializer was {short(was.value.text)} and is now {short(setting.value.text)}.",
                scenario=(
                    "Records of one entity wait unread in the partition that the old key bytes hash to.",
                    "The same key, serialized differently, has other bytes and hashes to another partition.",
                    "Another consumer reads the new record first -> per-entity order is gone; compaction keeps both keys.",
                ),
                fix="Keep the serializer for this topic, or move to a new topic version and migrate.",
            )


def _differs(old: Setting, new: Setting) -> bool:
    known = Known.EXPLICIT
    return (
        old.value.known is known
        and new.value.known is known
        and old.value.text.rsplit(".", 1)[-1] != new.value.text.rsplit(".", 1)[-1]
    )


RULE = Rule(
    __name__,
    __doc__,
    category=Category.ORDERING,
    severity=Severity.CRITICAL,
    confidence=Confidence.HIGH,
    put_back=True,
    covers=("kafka-producer-null-or-missing-key", "schema-key-format-changed"),
    only=("kafka-producer",),
    compare=compare,
)
