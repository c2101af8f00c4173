"""Records that fail are skipped, and nothing keeps them.

A connector tolerates all errors and has no dead letter topic.

## What it catches

`errors.tolerance: all` that comes without `errors.deadletterqueue.topic.name`, or whose dead letter topic the change removes. A source has no dead letter topic at all.

## Why it hurts in production

With a schema that changed, or one bad converter setting, every record fails. The task stays RUNNING, its lag is zero, and nothing is written.

## What to do

Leave the tolerance at `none`, or name a dead letter topic, with headers, and watch the metric of skipped records.

## What it cannot see

A loss that is wanted.

## Examples

### bad: a sink begins to tolerate errors
--- connectors/invoices.json
 {
   "name": "invoices-search",
   "config": {
     "connector.class": "io.confluent.connect.elasticsearch.ElasticsearchSinkConnector",
     "topics": "invoices",
-    "errors.tolerance": "none"
+    "errors.tolerance": "all"
^ here
   }
 }

### bad: the dead letter topic goes, the tolerance stays
--- k8s/invoices.yaml
 apiVersion: kafka.strimzi.io/v1beta2
 kind: KafkaConnector
 metadata:
   name: invoices-lake
 spec:
   class: io.confluent.connect.s3.S3SinkConnector
   config:
     topics: invoices
     errors.tolerance: all
-    errors.deadletterqueue.topic.name: invoices-failed # ! here
     flush.size: 1000

### good: both come together
--- connectors/invoices.json
 {
   "name": "invoices-search",
   "config": {
     "connector.class": "io.confluent.connect.elasticsearch.ElasticsearchSinkConnector",
     "topics": "invoices",
+    "errors.deadletterqueue.topic.name": "invoices-failed",
+    "errors.deadletterqueue.context.headers.enable": "true",
-    "errors.tolerance": "none"
+    "errors.tolerance": "all"
   }
 }

### good: the dead letter topic goes with the tolerance
--- connectors/invoices.properties
 name=invoices-search
 connector.class=io.confluent.connect.elasticsearch.ElasticsearchSinkConnector
 topics=invoices
-errors.tolerance=all
-errors.deadletterqueue.topic.name=invoices-failed
+errors.tolerance=none

## References

- https://cwiki.apache.org/confluence/display/KAFKA/KIP-298
- https://kafka.apache.org/documentation/#connect
"""

from __future__ import annotations

from collections.abc import Iterator

from reviewer.core.finding import Category, Confidence, Severity
from reviewer.facts.delta import Delta
from reviewer.rules.checks.connectors import connectors, is_sink, value
from reviewer.rules.checks.words import Words
from reviewer.rules.rule import Hit, Rule

_TOLERANCE = "errors.tolerance"
_LETTERS = "errors.deadletterqueue.topic.name"
_SCENARIO = (
    "A record cannot be converted or transformed: a new schema, a bad value.",
    "{name} skips it; its offset is committed, the task stays RUNNING.",
    "No topic keeps the record -> it is missing, and only a log or a metric says so.",
)
_SINK = Words(
    "{name} tolerates all errors and has no dead letter topic.",
    _SCENARIO,
    "Set errors.deadletterqueue.topic.name (with errors.deadletterqueue.context.headers.enable=true), or errors.tolerance=none.",
)
_GONE = Words(
    "The dead letter topic {letters} of {name} is removed, and it still tolerates all errors.",
    _SCENARIO,
    "Keep {letters}, or set errors.tolerance=none.",
)
_SOURCE = Words(
    "{name} tolerates all errors; a source has no dead letter topic.",
    _SCENARIO,
    "Set errors.tolerance=none, so that the task stops at the record.",
)


def compare(delta: Delta) -> Iterator[Hit]:
    """Connectors that come to skip what fails."""
    for _, was, now in connectors(delta):
        if value(now, _TOLERANCE) != "all" or value(now, _LETTERS) != "":
            continue
        before = value(was, _TOLERANCE) if was is not None else ""
        letters = was.setting(_LETTERS) if was is not None else None
        tolerance = now.setting(_TOLERANCE)
        if tolerance is None or before is None:
            continue
        if before != "all":
            words = _SINK if is_sink(now) else _SOURCE
            yield words.hit(f"{now.name}/skips errors", tolerance.span, name=now.name)
        elif letters is not None and letters.value.text:
            yield _GONE.hit(f"{now.name}/skips errors", letters.span, name=now.name, letters=letters.value.text)


RULE = Rule(
    __name__,
    __doc__,
    category=Category.DATA_LOSS,
    severity=Severity.HIGH,
    confidence=Confidence.HIGH,
    put_back=True,
    compare=compare,
)
