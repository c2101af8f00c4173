"""Records that were valid are refused by the changed JSON Schema.

A JSON Schema narrows: what was valid for the old version is not for the new one.

## What it catches

In a JSON Schema (`$schema`, or `*.schema.json`): a property that becomes required, a type or an enum that narrows, `additionalProperties` closed,
a property taken away where no other is allowed, a bound, pattern, format or constant set or tightened. References inside the file are followed.
One finding per schema and kind of damage.

## Why it hurts in production

A topic holds old records for as long as its retention, and old producers go on writing them while the new readers start. A reader that
validates with the new version refuses them: a poison pill in every partition, or records that are skipped and lost.

## What to do

Only widen: new properties optional, old ones kept, bounds never tighter. For another contract, a new property or a new topic, and both
written for a time.

## What it cannot see

Whether anybody validates; references to other files; classes that are the contract without a schema. The level of compatibility is used where
it stands in the change or beside it. When no code that streams the schema was read, the danger is one level lower; where neither the file nor the
title speaks of events, messages or records, confidence is low (withheld by default).

## Examples

### bad: a property becomes required
--- order.schema.json
 {
   "$schema": "https://json-schema.org/draft/2020-12/schema",
   "title": "Order",
   "properties": {"id": {"type": "string"}, "currency": {"type": "string"}},
-  "required": ["id"]
+  "required": ["id", "currency"]
^ here
 }

### bad: an enum value goes
--- order.schema.json
 {
   "$schema": "https://json-schema.org/draft/2020-12/schema",
   "title": "Order",
   "properties": {
     "state": {
-      "enum": ["new", "paid", "lost"]
+      "enum": ["new", "paid"]
^ here
     }
   }
 }

### good: an optional property, a value and a description come
--- order.schema.json
 {
   "$schema": "https://json-schema.org/draft/2020-12/schema",
   "title": "Order",
   "properties": {
+    "note": {"type": "string", "description": "free text"},
     "state": {
-      "enum": ["new", "paid"]
+      "enum": ["new", "paid", "lost"]
     }
   }
 }

### good: less is required, a bound is wider
--- order.schema.json
 {
   "$schema": "https://json-schema.org/draft/2020-12/schema",
   "title": "Order",
   "properties": {
-    "note": {"type": "string", "maxLength": 20}
+    "note": {"type": "string", "maxLength": 40}
   },
-  "required": ["note"]
+  "required": []
 }

## References

- https://json-schema.org/draft/2020-12/json-schema-validation
- https://docs.confluent.io/platform/current/schema-registry/fundamentals/schema-evolution.html
"""

from __future__ import annotations

from collections.abc import Iterator

from reviewer.core.finding import Category, Confidence, Severity
from reviewer.core.span import Span
from reviewer.facts.delta import Delta
from reviewer.facts.streaming.model import Compatibility, Schema
from reviewer.facts.streaming.schemas_json import Narrowing, narrowings
from reviewer.rules.rule import Hit, Rule
from reviewer.rules.streamed import Weight, weight
from reviewer.rules.support import line, short

_LISTED = 4  # demands that a message lists before it counts


def compare(delta: Delta) -> Iterator[Hit]:
    """The schema of a file before and after."""
    modes = [mode for file in delta.after.everything() for mode in file.compatibilities]
    for _, before, after in delta.modified():
        for was, now in zip(before.schemas, after.schemas, strict=False):
            if was.format == now.format == "json" and not after.is_test:
                found = list(narrowings(was, now))
                if found:
                    yield _hit(delta, found, now, _mode(modes, now))


def _mode(modes: list[Compatibility], schema: Schema) -> Compatibility | None:
    """The level of the subject that the schema's name is part of."""
    name = schema.local.lower()
    return next((mode for mode in modes if name and name in mode.subject.lower()), None)


def _hit(delta: Delta, found: list[Narrowing], schema: Schema, mode: Compatibility | None) -> Hit:
    spans = [place for one in found if (place := _place(delta, one)) is not None]
    weighed = weight(delta, schema)
    said = [f"{one.what}{f' (`{one.where}`)' if one.where else ''}" for one in found]
    more = f"; and {len(said) - _LISTED} more" if len(said) > _LISTED else ""
    return Hit(
        subject=f"{schema.local}: {'; '.join(sorted(said))}",
        span=spans[0] if spans else line(schema.span),
        message=f"The schema {short(schema.local)} refuses what it allowed: {'; '.join(short(text, 100) for text in said[:_LISTED])}{more}.{weighed.note}",
        scenario=_events(short(said[0], 100), weighed, mode),
        fix=f"Take back what narrows ({short(said[0], 100)}): make it optional or allow both, or publish the new contract under a new property or topic "
        "and write both until no old record is left.",
        severity=weighed.of(Severity.HIGH),
        confidence=weighed.confidence if weighed.stream is None else Confidence.MEDIUM,
        evidence=tuple(spans[1:3]),
        stands_for_more=len(found) > 1,
    )


def _place(delta: Delta, one: Narrowing) -> Span | None:
    """The first changed line of the keyword, on the new side where there is one."""
    for spans in (one.new, one.old):
        touched = [line(span) for span in spans if delta.touches(span)]
        if touched:
            return min(touched, key=lambda span: span.first_line)
    return line(one.new[0]) if one.new else None


def _events(what: str, weighed: Weight, mode: Compatibility | None) -> tuple[str, ...]:
    events = [
        f"Old producers, and the records in {weighed.topic}, follow the old version, for which nothing says: {what}.",
        "The readers are deployed and validate with the new version: they refuse every such record.",
        "It fails again after every restart: a poison pill stops the partition, or the record is skipped and lost.",
    ]
    if mode is not None and mode.mode.startswith(("BACKWARD", "FULL")):
        place = f"{mode.span.path}:{mode.span.first_line}"
        events.append(
            f"The registry checks {mode.mode} ({place}) and refuses the version: a producer that registers it fails."
        )
    elif mode is not None:
        place = f"{mode.span.path}:{mode.span.first_line}"
        events.append(
            f"The registry's level is {mode.mode} ({place}): it does not ask whether new readers can read old records."
        )
    return tuple(events)


RULE = Rule(
    __name__,
    __doc__,
    category=Category.SCHEMA,
    severity=Severity.HIGH,
    confidence=Confidence.MEDIUM,
    put_back=True,
    compare=compare,
)
