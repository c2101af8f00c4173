"""The schema registry no longer stops an incompatible schema.

A level of compatibility is relaxed, or switched off.

## What it catches

A level that checks less than before, or `NONE`, wherever it is written: YAML, JSON, properties and environment variables, Terraform
(`confluent_schema`, `confluent_subject_config`), the Maven and Gradle plugins, requests with a literal body in scripts and code, calls of a registry's
client. `latest.compatibility.strict=false` counts too.

## Why it hurts in production

The registry is the only one who says no before an incompatible schema is used. Without the check a topic fills with records that cannot be
read together: every replay fails, of a new consumer, a restored Streams store, a Flink job that starts from an older offset.

## What to do

`BACKWARD_TRANSITIVE` or `FULL_TRANSITIVE` for topics that are read again from the beginning. For one deliberate break: a new subject and topic, or
the level relaxed for that subject by hand and set back at once.

## Trade-off

A transitive level makes every old version a constraint: some changes take two releases or a new topic. A weaker one is legitimate
while no reader goes further back than the last version.

## What it cannot see

The level that the registry has; whether the subject is new. A level that is taken away falls back to the registry's default and is not reported.

## Examples

### bad: nothing is checked any more
--- registry.tf
 resource "confluent_subject_config" "orders" {
   subject_name        = "orders-value"
-  compatibility_level = "BACKWARD_TRANSITIVE"
+  compatibility_level = "NONE" # ! here
 }

### bad: a request in a script
--- register.sh
 #!/bin/sh
+curl -X PUT "$SCHEMA_REGISTRY/config/orders-value" \
+  -H 'Content-Type: application/json' \
+  -d '{"compatibility": "NONE"}'
^ here

### good: stricter
--- registry.tf
 resource "confluent_subject_config" "orders" {
   subject_name        = "orders-value"
-  compatibility_level = "BACKWARD"
+  compatibility_level = "FULL_TRANSITIVE"
 }

### good: a key of the same name that is of something else
--- settings.yml
 browser:
-  compatibility: FULL
+  compatibility: NONE

## References

- https://docs.confluent.io/platform/current/schema-registry/fundamentals/schema-evolution.html#compatibility-types
"""

from __future__ import annotations

from collections.abc import Iterator

from reviewer.core.finding import Category, Confidence, Severity
from reviewer.core.span import Span
from reviewer.facts.delta import Delta
from reviewer.facts.streaming.model import Compatibility, FactSet, FileFacts
from reviewer.facts.syntax import BlockKind
from reviewer.rules.rule import Hit, Rule
from reviewer.rules.support import line

# What a level asks of a new version: may it read old records, may old readers read its records, and those of all earlier versions.
_CHECKS = {
    "NONE": frozenset[str](),
    "BACKWARD": frozenset({"new readers can read the records of the last version"}),
    "FORWARD": frozenset({"readers of the last version can read new records"}),
}
_CHECKS["FULL"] = _CHECKS["BACKWARD"] | _CHECKS["FORWARD"]
_ALL = {
    "BACKWARD": "new readers can read the records of every earlier version",
    "FORWARD": "readers of every earlier version can read new records",
}
_CHECKS |= {f"{mode}_TRANSITIVE": _CHECKS[mode] | {_ALL[mode]} for mode in ("BACKWARD", "FORWARD")}
_CHECKS["FULL_TRANSITIVE"] = _CHECKS["BACKWARD_TRANSITIVE"] | _CHECKS["FORWARD_TRANSITIVE"]


def inspect(facts: FactSet) -> Iterator[Hit]:
    """Levels that check nothing, and the strict check switched off."""
    for file in facts.files:
        for level in file.compatibilities:
            if level.mode == "NONE" and not file.is_test and not _is_put_back(file, level):
                yield _off(level)
        for setting in file.settings:
            if setting.key.endswith("latest.compatibility.strict") and setting.value.is_explicit("false"):
                yield _lax(setting.scope, line(setting.span))


def _is_put_back(file: FileFacts, level: Compatibility) -> bool:
    """A finally of the same function sets the level that was there: it is off for this one registration."""
    calls = [c for c in file.syntax.calls if "compatib" in c.name.lower() and c.name.lower().startswith("set")]
    off = next((c for c in calls if c.span.contains(level.span)), None)
    return off is not None and any(
        c.function == off.function
        and c.span.first_line > off.span.first_line
        and file.syntax.enclosing(c.blocks, BlockKind.FINALLY) is not None
        for c in calls
    )


def compare(delta: Delta) -> Iterator[Hit]:
    """Levels of one subject of one file; NONE is reported by itself."""
    for _, before, after in delta.modified():
        old = {level.subject: level for level in before.compatibilities}
        for level in after.compatibilities:
            was = old.get(level.subject)
            if was is not None and level.mode != "NONE" and not after.is_test:
                lost = _CHECKS[was.mode] - _CHECKS[level.mode]
                if lost:
                    yield _weaker(was, level, sorted(lost))


def _of(level: Compatibility) -> str:
    return f" of {level.subject}" if level.subject else " of the registry"


def _off(level: Compatibility) -> Hit:
    return Hit(
        subject=f"{level.subject or 'default'}: NONE",
        span=line(level.span),
        message=f"The level of compatibility{_of(level)} is NONE: the registry takes any schema.",
        scenario=(
            "Somebody registers a version that drops a field, or changes its type; the registry takes it.",
            "Producers write records of the new version into the topic that holds those of the old one.",
            "Readers of either version meet records that they can't read: poison pills, and every replay of the topic fails.",
        ),
        fix="Set BACKWARD_TRANSITIVE (readers first) or FULL_TRANSITIVE. For one deliberate break use a new subject and topic.",
        replace=("NONE", "BACKWARD_TRANSITIVE"),
    )


def _weaker(was: Compatibility, now: Compatibility, lost: list[str]) -> Hit:
    only_history = all(text in _ALL.values() for text in lost)
    return Hit(
        subject=f"{now.subject or 'default'}: {was.mode} -> {now.mode}",
        span=line(now.span),
        message=f"The level of compatibility{_of(now)} was {was.mode} and is now {now.mode}. No longer checked: {'; '.join(lost)}.",
        scenario=(
            f"A version is registered of which it is not true that {lost[0]}; the registry takes it.",
            "Its records come into the topic that holds the older ones, or it reads the topic from the beginning.",
            "A reader meets records that it can't read: a poison pill stops the partition, or they are skipped and lost.",
        ),
        fix=f"Keep {was.mode}.",
        severity=Severity.MEDIUM if only_history else None,
    )


def _lax(scope: str, span: Span) -> Hit:
    return Hit(
        subject=f"{scope}: latest.compatibility.strict",
        span=span,
        message="latest.compatibility.strict is false: with use.latest.version a producer takes the latest schema without asking whether its own fits.",
        scenario=(
            "Another team registers a new latest version of the subject.",
            "The producer serializes its objects with that version though they were built for another.",
            "Fields are missing or take defaults in the records, and nothing fails.",
        ),
        fix="Leave latest.compatibility.strict at its default, true.",
        severity=Severity.MEDIUM,
        confidence=Confidence.MEDIUM,
    )


RULE = Rule(
    __name__,
    __doc__,
    category=Category.SCHEMA,
    severity=Severity.HIGH,
    confidence=Confidence.HIGH,
    put_back=True,
    inspect=inspect,
    compare=compare,
)
