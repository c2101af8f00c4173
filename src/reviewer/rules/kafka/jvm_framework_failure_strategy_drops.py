"""A record that fails is now skipped.

The policy for failed records becomes one that goes on without them.

## What it catches

A framework's setting that decides what becomes of a failed record, when it is made weaker than before: SmallRye's `failure-strategy` to `ignore` and `commit-strategy` to `latest` or
`ignore`, `fail-on-deserialization-failure` to `false`; Spring Cloud Stream's `enableDlq` off or removed, `autoCommitOnError` on.

## Why it hurts in production

While a database is away every record fails. The policy marks each as done, its offset is committed, and only a log line is left of it.

## What to do

Keep a policy that retries or parks (`dead-letter-queue`, `fail`, a binder's DLQ), and let somebody look at what is parked.

## Trade-off

Failing or parking costs a stopped channel or a topic to look after. Ignoring is legitimate where a record may go, and the count of
ignored ones is watched.

## What it cannot see

A policy in code, or one that comes from the environment.

## Examples

### bad: SmallRye ignores failures
--- src/main/resources/application.properties
 mp.messaging.incoming.invoices.connector=smallrye-kafka
 mp.messaging.incoming.invoices.group.id=ledger
-mp.messaging.incoming.invoices.failure-strategy=dead-letter-queue
+mp.messaging.incoming.invoices.failure-strategy=ignore # ! here

### bad: the binder's dead-letter topic goes
--- src/main/resources/application.yml
 spring:
   cloud:
     stream:
       kafka:
         bindings:
           invoices-in-0:
             consumer:
-              enable-dlq: true
+              enable-dlq: false # ! here

### good: from fail to the dead-letter topic
--- src/main/resources/application.properties
 mp.messaging.incoming.invoices.connector=smallrye-kafka
-mp.messaging.incoming.invoices.failure-strategy=fail
+mp.messaging.incoming.invoices.failure-strategy=dead-letter-queue

### good: failures are no longer ignored
--- src/main/resources/application.properties
 mp.messaging.incoming.invoices.connector=smallrye-kafka
-mp.messaging.incoming.invoices.failure-strategy=ignore
+mp.messaging.incoming.invoices.failure-strategy=fail

## References

- https://quarkus.io/guides/kafka
- https://docs.spring.io/spring-cloud-stream/reference/kafka/kafka-binder/config-options.html
"""

from __future__ import annotations

from collections.abc import Iterator

from reviewer.core.finding import Category, Confidence, Severity
from reviewer.core.span import Span
from reviewer.facts.delta import Delta
from reviewer.facts.streaming.model import Known
from reviewer.rules.checks.settings import changed, removed
from reviewer.rules.checks.words import Words
from reviewer.rules.rule import Hit, Rule

#: Key -> values that go on without the record, and those that do not.
_DROPS = {
    "failure.strategy": (("ignore",), ("fail", "dead-letter-queue", "delayed-retry-topic")),
    "commit.strategy": (("ignore", "latest"), ("throttled",)),
    "fail.on.deserialization.failure": (("false",), ("true",)),
    "enable.dlq": (("false",), ("true",)),
    "auto.commit.on.error": (("true",), ("false",)),
}
_WORDS = Words(
    "{key} was {old} and is {new}: {effect}.",
    (
        "The system behind the handler is away for two minutes: every record in that time fails.",
        "With {key}={new} each of them counts as done, and its offset is committed.",
        "The system is back -> the records of these two minutes are missing for good.",
    ),
    "Keep {key}={old}.",
    ("{new}", "{old}"),
)
_EFFECT = {
    "failure.strategy": "a failed record is logged and skipped",
    "commit.strategy": "offsets are committed without waiting for the work in front of them",
    "fail.on.deserialization.failure": "a record that can't be read goes on as null",
    "enable.dlq": "a failed record is logged and skipped",
    "auto.commit.on.error": "the offset of a failed record is committed",
}


def compare(delta: Delta) -> Iterator[Hit]:
    """A policy that kept the record, and one that does not."""
    for found in changed(delta, *_DROPS):
        drops, keeps = _DROPS[found.before.key]
        if found.new.is_explicit(*drops) and found.old.is_explicit(*keeps):
            yield _hit(found.subject, found.span, found.before.key, found.old.text, found.new.text)
    for found in removed(delta, "enable.dlq"):
        file = found.files.after
        beside = file is not None and any(s.scope == found.before.scope for s in file.settings)
        if beside and found.old.known is Known.EXPLICIT and found.old.is_explicit("true"):
            yield _hit(found.subject, found.span, "enable.dlq", "true", "false")


def _hit(subject: str, span: Span, key: str, old: str, new: str) -> Hit:
    return _WORDS.hit(subject, span, key=key, old=old, new=new, effect=_EFFECT[key])


RULE = Rule(
    __name__,
    __doc__,
    category=Category.DATA_LOSS,
    severity=Severity.HIGH,
    confidence=Confidence.HIGH,
    only=("kafka-consumer", "spring-kafka"),
    compare=compare,
)
