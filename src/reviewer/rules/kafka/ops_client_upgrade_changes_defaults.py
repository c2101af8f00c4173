"""A new version of a client means something else by what is not written.

A dependency moves over a version that changes a default for the worse.

## What it catches

A version of a Kafka or Flink client (or of Spring Boot, which brings one) whose change weakens a default: `acks` from `all` to `1`, idempotence from on to
off, and the like; KafkaJS from 1 to 2, which puts keys into other partitions.

## Why it hurts in production

Nothing in the code changes, and yet records are acknowledged sooner, retried without order, or land in another partition than the
older records of the same key.

## What to do

Write the settings that the application relies on before the version changes.

## What it cannot see

Settings of other files that say the value anyway.

## Examples

### bad: back to a client that acknowledges sooner
--- build.gradle
 dependencies {
-  implementation 'org.apache.kafka:kafka-clients:3.6.1'
+  implementation 'org.apache.kafka:kafka-clients:2.8.2' // ! here
 }

### bad: another partitioner
--- package.json
 {
   "name": "orders",
   "dependencies": {
-    "kafkajs": "^1.16.0"
+    "kafkajs": "^2.2.4"
^ here
   }
 }

### good: the defaults get stronger
--- build.gradle
 dependencies {
-  implementation 'org.apache.kafka:kafka-clients:2.8.2'
+  implementation 'org.apache.kafka:kafka-clients:3.6.1'
 }

### good: the old partitioner is asked for
--- package.json
 {
   "name": "orders",
   "dependencies": {
-    "kafkajs": "^1.16.0"
+    "kafkajs": "^2.2.4"
   }
 }
--- out.ts
 import { Kafka, Partitioners } from "kafkajs";
-const producer = kafka.producer();
+const producer = kafka.producer({ createPartitioner: Partitioners.LegacyPartitioner });

## References

- https://kafka.apache.org/documentation/#upgrade
- https://kafka.js.org/docs/migration-guide-v2.0.0
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from reviewer.core.finding import Category, Confidence, Severity
from reviewer.facts.delta import Delta
from reviewer.facts.streaming.model import FactSet, FileFacts
from reviewer.facts.streaming.moved_defaults import MovedDefault, moved_defaults
from reviewer.facts.syntax import ConfigEntry
from reviewer.rules.checks.words import Words, of_change
from reviewer.rules.rule import Hit, Rule

_MAJOR = re.compile(r"[^\d]*(\d+)")
_WEAKER = Words(
    "{name} goes from {product} {old} to {new}, and with it the default of {keys}.",
    (
        "The new version is deployed; nothing of the application's own settings changes.",
        "Where the application does not set {first}, {before} becomes {after}.",
        "What the old default prevented happens at the next failure of a broker or a client: records are lost, doubled or out of order.",
    ),
    "Set {first}={before} where the clients are configured, before this version is used.",
)
_PARTITIONER = Words(
    "kafkajs goes from {old} to {new}, whose default partitioner puts keys into other partitions.",
    (
        "Records of key K lie unread in the partition that version {old} chose.",
        "Version {new} hashes K into another partition, where another consumer reads the next record first.",
        "The order of K is broken; state that is kept by partition is in the wrong place.",
    ),
    "Create the producer with createPartitioner: Partitioners.LegacyPartitioner, or drain the topics first.",
)


def compare(delta: Delta) -> Iterator[Hit]:
    """One finding for each dependency."""
    for _, before, after in delta.modified():
        moved: dict[str, list[MovedDefault]] = {}
        for found in moved_defaults(before, after):
            # -1 leaves a replication factor to the broker: neither more nor less.
            if found.weaker and found.after != "-1" and not _is_set(delta.after, found.key):
                moved.setdefault(found.coordinate, []).append(found)
        for coordinate, several in moved.items():
            yield _weaker(coordinate, several)
        yield from _kafkajs(delta, before, after)


def _is_set(facts: FactSet, key: str) -> bool:
    return any(setting.key == key for file in facts.everything() for setting in file.settings)


def _weaker(coordinate: str, several: list[MovedDefault]) -> Hit:
    first = several[0]
    keys = ", ".join(f"{found.key} ({found.before} -> {found.after})" for found in several)
    return _WEAKER.hit(
        of_change(coordinate, *first.versions), first.span, name=coordinate, product=first.product, old=first.versions[0], new=first.versions[1],
        keys=keys, first=first.key, before=first.before, after=first.after,
    )  # fmt: skip


def _kafkajs(delta: Delta, before: FileFacts, after: FileFacts) -> Iterator[Hit]:
    old, new = _version(before), _version(after)
    if old is None or new is None or _major(old) != 1 or (_major(new) or 0) < 2:
        return
    if any(
        "artitioner" in argument.value.text
        for file in delta.after.everything()
        for c in file.syntax.calls
        for argument in c.arguments
    ):
        return
    yield _PARTITIONER.hit(of_change("kafkajs", old.value, new.value), new.span, old=old.value, new=new.value)


def _version(file: FileFacts) -> ConfigEntry | None:
    return next(
        (
            e
            for e in file.syntax.entries
            if "ependencies" in e.dotted and e.keys[-1] == "kafkajs" and "dev" not in e.keys[0]
        ),
        None,
    )


def _major(entry: ConfigEntry) -> int | None:
    match = _MAJOR.match(entry.value)
    return int(match[1]) if match is not None else None


RULE = Rule(
    __name__,
    __doc__,
    category=Category.OPERATIONS,
    severity=Severity.MEDIUM,
    confidence=Confidence.MEDIUM,
    compare=compare,
)
