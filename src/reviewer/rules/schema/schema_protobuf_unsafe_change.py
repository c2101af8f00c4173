"""A Protobuf number or type means something else in old records.

A field or enum value of a `.proto` file changes so that records in the topic are read wrongly, or not at all.

## What it catches

A field number used for another field (of one that fits and keeps its type: where the names have nothing in common), or a field moved to another number; a type of other bytes (`int32` to `string`, `int32` to
`sint32`), a narrower one, `repeated` added or taken away; a field or enum value removed without `reserved`; a field that joins or leaves a
`oneof` with others; `required` added or taken away; a default that changes (proto2); an enum value renumbered, or another meaning of zero.
One finding per message or enum.

## Why it hurts in production

Bytes carry only numbers. A reader decodes an old record with the new meaning and no exception tells it: one field's value arrives in
another, or is missing. Readers that are not yet deployed do the same with new records.

## What to do

Never reuse or renumber: `reserved 5; reserved "discount_cents";` in the place of what goes, a new number for what comes, and both
written for as long as the topic keeps old records.

## What it cannot see

Whether a field that keeps number and type but has a new name still means the same (`qty` and `quantity`, `customer` and `buyer` do); what an imported type is, when its file is not
part of the change; the JSON encoding, in which names count. When no code that streams the type was read, the danger is one level
lower; for a type that an `rpc` uses, or that is named as one of those, and for an unstable version, confidence is then low (withheld by default).

## Examples

### bad: a number is used again
--- order.proto
 syntax = "proto3";
 message Order {
   string id = 1;
-  int64 discount_cents = 5;
+  string customer_id = 5; // ! here
 }

### bad: a field goes and its number is free
--- order.proto
 syntax = "proto3";
 message Order {
   string id = 1;
-  int64 discount_cents = 5; // ! here
 }

### good: it goes and is reserved, another comes
--- order.proto
 syntax = "proto3";
 message Order {
   string id = 1;
-  int64 discount_cents = 5;
+  reserved 5;
+  reserved "discount_cents";
+  string customer_id = 6;
 }

### good: a new name for the same number, a wider type, another order
--- order.proto
 syntax = "proto3";
 message Order {
-  string id = 1;
-  int32 amount = 2;
+  int64 amount_cents = 2;
+  string id = 1;
 }

## References

- https://protobuf.dev/programming-guides/proto3/#updating
- https://protobuf.dev/best-practices/dos-donts/
"""

from __future__ import annotations

from collections.abc import Iterator

from reviewer.core.finding import Category, Confidence, Severity
from reviewer.facts.delta import Delta
from reviewer.facts.streaming.evolution_protobuf import Change, Damage, protobuf_changes, types_by_name
from reviewer.facts.streaming.model import SchemaField
from reviewer.rules.checks.protobuf_words import said_of
from reviewer.rules.rule import Hit, Rule
from reviewer.rules.streamed import Weight, weight
from reviewer.rules.support import line

_SEVERITIES = {
    Damage.NARROWED: Severity.MEDIUM, Damage.DROPPED: Severity.MEDIUM, Damage.DEFAULT: Severity.MEDIUM,
    Damage.RENAMED: Severity.HIGH, Damage.ONEOF: Severity.HIGH, Damage.ZERO: Severity.HIGH, Damage.REPEATED: Severity.HIGH, Damage.NO_LONGER_REQUIRED: Severity.HIGH,
}  # fmt: skip
_BRIEFLY = {
    Damage.REUSED: "has a number that was used", Damage.RENAMED: "has a number that had another name", Damage.MOVED: "has another number", Damage.RETYPED: "has another type",
    Damage.NARROWED: "holds less", Damage.REPEATED: "is repeated on one side only", Damage.DROPPED: "is removed and not reserved",
    Damage.REQUIRED: "is now required", Damage.NO_LONGER_REQUIRED: "is no longer required",
    Damage.ONEOF: "is in another oneof", Damage.ZERO: "changes what zero means", Damage.DEFAULT: "has another default",
}  # fmt: skip
_LISTED = 4  # further changes of a type that a message lists before it counts


def compare(delta: Delta) -> Iterator[Hit]:
    """Types are matched by their names inside the file, fields by number and name; one finding for each type."""
    elsewhere = types_by_name([schema for file in delta.after.everything() for schema in file.schemas])
    for _, before, after in delta.modified():
        if not after.path.endswith(".proto") or after.is_test:
            continue
        found: dict[str, list[Change]] = {}
        for change in protobuf_changes(before.schemas, after.schemas, elsewhere):
            found.setdefault(change.schema.local, []).append(change)
        for changes in found.values():
            yield _hit(changes, weight(delta, changes[0].schema))


def _severity(change: Change) -> Severity:
    return _SEVERITIES.get(change.damage, Severity.CRITICAL)


def _hit(changes: list[Change], weighed: Weight) -> Hit:
    """The gravest change in full, the others of the same type in a few words."""
    worst, *others = sorted(changes, key=lambda change: (-_severity(change).rank, _field(change).span.first_line))
    message, events, fix = said_of(worst, weighed.topic)
    # A field that takes a used number has often moved there: one of the two is enough to say.
    said = {_field(worst).name: worst}
    others = [change for change in others if said.setdefault(_field(change).name, change) is change]
    more = "; ".join(_briefly(change) for change in others[:_LISTED])
    rest = f"; and {len(others) - _LISTED} more" if len(others) > _LISTED else ""
    return Hit(
        subject=f"{worst.schema.fullname}: {' '.join(sorted(_briefly(change) for change in changes))}",
        span=line(_field(worst).span),
        message=f"{message}{f' Also: {more}{rest}.' if more else ''}{weighed.note}",
        scenario=events,
        fix=fix,
        severity=weighed.of(_severity(worst)),
        confidence=_surely(worst, weighed),
        evidence=tuple(
            line(field.span)
            for change in (worst, *others)
            for field in (change.old, change.new)
            if field is not None and field is not _field(worst)
        )[:_LISTED],
    )


def _surely(change: Change, weighed: Weight) -> Confidence:
    """A name says less than a type."""
    by_name = change.damage is Damage.RENAMED and weighed.confidence is Confidence.HIGH
    return Confidence.MEDIUM if by_name else weighed.confidence


def _field(change: Change) -> SchemaField:
    """Where a change stands: on the new side, if the field is still there."""
    field = change.new or change.old
    assert field is not None
    return field


def _briefly(change: Change) -> str:
    field = _field(change)
    was = f" (was {change.old.name} = {change.old.number})" if change.old is not None and change.new is not None else ""
    return f"`{field.name} = {field.number}`{was} {_BRIEFLY[change.damage]}"


RULE = Rule(
    __name__,
    __doc__,
    category=Category.SCHEMA,
    severity=Severity.CRITICAL,
    confidence=Confidence.HIGH,
    compare=compare,
)
