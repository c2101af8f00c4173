"""Records that were accepted are refused as too large.

A topic, a broker or a producer takes smaller records than before, or a producer sends larger ones than its topic takes.

## What it catches

`max.message.bytes` of a topic, `message.max.bytes` of a broker and `max.request.size` of a producer that are lowered, and such a limit above
Kafka's default (1 MiB) that is removed; `message.max.bytes` of a producer of librdkafka that was a value of the configuration, and is not set any more.

## Why it hurts in production

A record above the limit fails with RecordTooLarge, which is not retried. Where nobody handles the result of `send()` it is lost; a Streams or Flink job
that writes it fails, restarts and fails at the same record.

## What to do

Keep the limit, or first make sure that nothing larger is written; large contents belong into an object store, with a reference in the record.

## What it cannot see

How large the records really are.

## Examples

### bad: a topic takes a tenth
--- orders.yaml
 apiVersion: kafka.strimzi.io/v1beta2
 kind: KafkaTopic
 metadata:
   name: orders
 spec:
   partitions: 12
   replicas: 3
   config:
-    max.message.bytes: 10485760
+    max.message.bytes: 1048576 # ! here

### bad: a producer loses its limit
--- application.yml
 spring:
   kafka:
     producer:
       acks: all
       properties:
-        max.request.size: 5242880 # ! here
         linger.ms: 20

### good: larger than before
--- orders.yaml
 apiVersion: kafka.strimzi.io/v1beta2
 kind: KafkaTopic
 metadata:
   name: orders
 spec:
   partitions: 12
   replicas: 3
   config:
-    max.message.bytes: 1048576
+    max.message.bytes: 10485760

### good: a smaller limit than the default was pointless
--- application.yml
 spring:
   kafka:
     producer:
       acks: all
       properties:
-        max.request.size: 524288
         linger.ms: 20

## References

- https://kafka.apache.org/documentation/#topicconfigs_max.message.bytes
- https://kafka.apache.org/documentation/#producerconfigs_max.request.size
"""

from __future__ import annotations

from collections.abc import Iterator

from reviewer.core.finding import Category, Confidence, Severity
from reviewer.facts.delta import Delta
from reviewer.facts.streaming.model import Known, Setting
from reviewer.rules.checks.settings import changed, removed
from reviewer.rules.checks.strength import number
from reviewer.rules.checks.topics import promises, shown, with_swap
from reviewer.rules.checks.words import Words, of_change
from reviewer.rules.rule import Hit, Rule
from reviewer.rules.support import short

_PRODUCER = "max.request.size"
_LIBRDKAFKA = "message.max.bytes"
_DEFAULT = 1_048_588  # of topics and brokers; the producer's own is 1,048,576
_EVENTS = (
    "A record larger than {new} is sent to {of}, as was fine before.",
    "It is refused as too large; that error is not retried.",
    "The send fails: where its result is not handled the record is lost, and a job that must write it fails at it again and again.",
)
_LOWERED = Words("{key} of {of} was {old} and is now {new}.", _EVENTS, "Keep {key}={value}, or make sure first that nothing larger is written.")  # fmt: skip
_REMOVED = Words("{key}={old} of {of} is removed: {new} counts, unless the broker says otherwise.", _EVENTS, "Put {key}={value} back, or make sure first that nothing larger is written.")  # fmt: skip
_UNSET = Words("{key} was `{old}` and is not set any more: the client's default of 1,000,000 bytes holds.", (
        "A record larger than a million bytes is produced: a batch, a dead letter with its error, a large row.",
        "The client refuses it by itself, without asking the broker; the error is not retried.",
        "Where nobody handles that error the record is lost; else the work fails at it again and again.",
    ), "Set {key} again, as high as the topic allows.")  # fmt: skip
_DEFAULT_WORDS = "the default 1 MiB"


def compare(delta: Delta) -> Iterator[Hit]:
    """Topics and brokers, then producers."""
    for found in promises(delta, "max.message.bytes", "message.max.bytes"):
        before, after = found.before, found.after
        if before is not None and _is_less(before, after):
            yield with_swap(_hit(before, after, found.of, found.subject), found)
    for differs in changed(delta, _PRODUCER, of="producer"):
        if differs.after is not None and _is_less(differs.before, differs.after):
            subject = of_change(differs.subject, differs.old.text, differs.new.text)
            yield _hit(differs.before, differs.after, "its topics", subject)
    for differs in removed(delta, _PRODUCER, of="producer"):
        if _is_less(differs.before, None):
            yield _hit(differs.before, None, "its topics", of_change(differs.subject, differs.old.text, ""))
    for differs in removed(delta, _LIBRDKAFKA, of="producer"):
        was = differs.before
        if was.in_code and was.value.known is Known.UNKNOWN and was.value.text and differs.files.after is not None:
            yield _UNSET.hit(
                of_change(differs.subject, "configured", ""), was.span, key=was.key, old=short(was.value.text),
                confidence=Confidence.MEDIUM,
            )  # fmt: skip


def _is_less(before: Setting, after: Setting | None) -> bool:
    old = number(before.value)
    new = number(after.value) if after is not None else _DEFAULT
    return old is not None and new is not None and new < old


def _hit(before: Setting, after: Setting | None, of: str, subject: str) -> Hit:
    words = _LOWERED if after is not None else _REMOVED
    new = shown(after) if after is not None else _DEFAULT_WORDS
    return words.hit(
        subject, (after or before).span, key=before.key, of=of, old=shown(before), new=new, value=before.value.text,
        confidence=Confidence.HIGH if after is not None else Confidence.MEDIUM,
    )  # fmt: skip


RULE = Rule(
    __name__,
    __doc__,
    category=Category.DATA_LOSS,
    severity=Severity.MEDIUM,
    confidence=Confidence.HIGH,
    put_back=True,
    compare=compare,
)
