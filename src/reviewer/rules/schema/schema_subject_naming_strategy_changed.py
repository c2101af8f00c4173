"""New versions of a schema go to another subject, without the old one's history.

The strategy that names subjects changes for a serializer.

## What it catches

`key.subject.name.strategy` or `value.subject.name.strategy` (code, Spring, properties) that names another strategy than before, or a strategy other than
the default that comes or goes while the client stays.

## Why it hurts in production

The new subject begins empty: its first version is compared with nothing, so an incompatible schema enters the topic that holds the old
records. Clients that may not register, or that look for the latest version, don't find the subject and fail.

## What to do

Keep the strategy. If it must change: register all versions of the old subject under the new one, with its level of compatibility, before the
deploy, and change the registration in CI and every client together.

## What it cannot see

Subjects that were copied; a topic that is new.

## Examples

### bad: another strategy
--- producer.properties
 schema.registry.url=http://registry
-value.subject.name.strategy=io.confluent.kafka.serializers.subject.TopicNameStrategy
+value.subject.name.strategy=io.confluent.kafka.serializers.subject.RecordNameStrategy # ! here

### bad: a strategy comes to a client that had the default
--- application.yml
 spring:
   kafka:
     producer:
       properties:
         schema.registry.url: http://registry
+        value.subject.name.strategy: io.confluent.kafka.serializers.subject.TopicRecordNameStrategy # ! here

### good: the default is written down
--- producer.properties
 schema.registry.url=http://registry
+value.subject.name.strategy=io.confluent.kafka.serializers.subject.TopicNameStrategy

### good: a new client
--- producer.properties
+schema.registry.url=http://registry
+value.subject.name.strategy=io.confluent.kafka.serializers.subject.RecordNameStrategy

## References

- https://docs.confluent.io/platform/current/schema-registry/fundamentals/serdes-develop/index.html#subject-name-strategy
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from reviewer.core.finding import Category, Confidence, Severity
from reviewer.core.span import Span
from reviewer.facts.delta import Delta
from reviewer.facts.streaming.model import FileFacts, Setting
from reviewer.rules.rule import Hit, Rule
from reviewer.rules.support import line

_KEY = re.compile(r"(?:^|\.)((?:key|value)\.subject\.name\.strategy)$")
_CLASS = re.compile(r"(\w+NameStrategy)\b")
_DEFAULT = "TopicNameStrategy"


def compare(delta: Delta) -> Iterator[Hit]:
    """One setting of one scope of a file."""
    for _, before, after in delta.modified():
        old, new = _strategies(before), _strategies(after)
        for place in dict.fromkeys((*new, *old)):
            was, now = old.get(place), new.get(place)
            if (was is None and not _stays(before, place)) or (now is None and not _stays(after, place)):
                continue
            names = was[0] if was else _DEFAULT, now[0] if now else _DEFAULT
            if names[0] != names[1] and (found := now or was):
                yield _hit(place[1], *names, line(found[1]))


def _strategies(file: FileFacts) -> dict[tuple[str, str], tuple[str, Span]]:
    found: dict[tuple[str, str], tuple[str, Span]] = {}
    for setting in file.settings:
        key, name = _KEY.search(setting.key), _CLASS.search(setting.value.text)
        if key and name and not file.is_test:
            found[_scope(setting), key[1]] = (name[1], setting.span)
    return found


def _scope(setting: Setting) -> str:
    match = _KEY.search(setting.key)
    return f"{setting.scope}.{setting.key[: match.start()]}" if match else setting.scope


def _stays(file: FileFacts, place: tuple[str, str]) -> bool:
    """Whether the client that the scope belongs to has a registry in this version."""
    prefix = place[0].rsplit(".", 1)
    return any(
        s.key.endswith("schema.registry.url") and (s.scope in (place[0], prefix[0]) or place[0].startswith(s.scope))
        for s in file.settings
    )


def _hit(key: str, was: str, now: str, span: Span) -> Hit:
    return Hit(
        subject=f"{key}: {was} -> {now}",
        span=span,
        message=f"{key} was {was} and is now {now}: schemas go to another subject.",
        scenario=(
            f"The producer is deployed and looks for the subject that {now} makes; it has no versions.",
            "With auto.register.schemas=true the schema becomes version 1 and is compared with nothing; with false the lookup fails (40401) and nothing is sent.",
            "An incompatible schema enters the topic that holds the old records, and readers meet what they can't read.",
        ),
        fix=f"Keep {was}. If it must change, register the versions of the old subject, and its level of compatibility, under the new one before the deploy.",
    )


RULE = Rule(
    __name__,
    __doc__,
    category=Category.SCHEMA,
    severity=Severity.HIGH,
    confidence=Confidence.HIGH,
    put_back=True,
    compare=compare,
)
