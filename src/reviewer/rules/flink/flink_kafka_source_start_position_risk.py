"""The source begins elsewhere in the topic when it has no state.

A Kafka source that began at the oldest or the committed offset begins at the latest one, or no longer says where it begins.

## What it catches

`setStartingOffsets(OffsetsInitializer.earliest() | committedOffsets(…) | timestamp(…))` that is `latest()` after the change; `scan.startup.mode` of a SQL table likewise;
a reset strategy of `committedOffsets(…)` that becomes `LATEST`; `setStartingOffsets(…)` that is removed, unless it said the default, which is the earliest offset.

## Why it hurts in production

The position holds whenever the source starts without state: a first start, a new uid, a job restarted without its savepoint. What was produced
while the job was away is skipped, and no error tells.

## What to do

`OffsetsInitializer.committedOffsets(OffsetResetStrategy.EARLIEST)`, with `group.id` set; restart from a savepoint.

## What it cannot see

A job that always restarts from a savepoint; there the position of the state holds.

## Examples

### bad: from earliest to latest
--- Job.java
 import org.apache.flink.connector.kafka.source.KafkaSource;
 class Job {
   KafkaSource<String> source() {
     return KafkaSource.<String>builder()
         .setTopics("invoices")
-        .setStartingOffsets(OffsetsInitializer.earliest())
+        .setStartingOffsets(OffsetsInitializer.latest()) // ! here
         .build();
   }
 }

### bad: PyFlink
--- job.py
 from pyflink.datastream.connectors.kafka import KafkaSource, KafkaOffsetsInitializer

 def source():
     return (
         KafkaSource.builder()
         .set_topics("invoices")
-        .set_starting_offsets(KafkaOffsetsInitializer.committed_offsets())
+        .set_starting_offsets(KafkaOffsetsInitializer.latest()) # ! here
         .build()
     )

### good: a new source of live values
--- Job.java
+import org.apache.flink.connector.kafka.source.KafkaSource;
+class Job {
+  KafkaSource<String> source() {
+    return KafkaSource.<String>builder().setTopics("prices").setStartingOffsets(OffsetsInitializer.latest()).build();
+  }
+}

### good: from the oldest to the committed offset
--- Job.java
 import org.apache.flink.connector.kafka.source.KafkaSource;
 class Job {
   KafkaSource<String> source() {
     return KafkaSource.<String>builder()
         .setTopics("invoices")
-        .setStartingOffsets(OffsetsInitializer.earliest())
+        .setStartingOffsets(OffsetsInitializer.committedOffsets(OffsetResetStrategy.EARLIEST))
         .build();
   }
 }

## References

- https://nightlies.apache.org/flink/flink-docs-stable/docs/connectors/datastream/kafka/
"""

from __future__ import annotations

from collections.abc import Iterator

from reviewer.core.finding import Category, Confidence, Severity
from reviewer.core.span import Span
from reviewer.facts.delta import Delta
from reviewer.facts.pairs import BUILDERS
from reviewer.facts.streaming.dataflow import Part
from reviewer.facts.streaming.model import Builder, FileFacts, Known
from reviewer.rules.checks.words import Words, of_change
from reviewer.rules.rule import Hit, Rule
from reviewer.rules.support import short

_STARTS = ("earliest", "committed", "timestamp", "offsets")
_UNLIKE_DEFAULT = ("committed", "timestamp", "offsets", "latest")
_MODES = ("earliest-offset", "group-offsets", "timestamp", "specific-offsets")
_WORDS = Words(
    "{what} began at {old} and begins at {new} now, wherever it starts without state.",
    (
        "The job is started without its state: a new uid, a lost savepoint, a redeploy from scratch.",
        "Producers have written while it was away.",
        "{what} begins at the end of its topic -> these records are never processed.",
    ),
    "Use committed offsets with a reset to EARLIEST, and set group.id; to skip a backlog once, reset the group's offsets.",
)

_UNSAID = Words(
    "{step} is removed: without it the source begins at the earliest record wherever it starts without state, whatever its group has committed.",
    (
        "The source has read its topic for weeks and committed its offsets with each checkpoint.",
        "The job is started without its state: a new uid, a lost savepoint, a redeploy from scratch.",
        "The source begins at the oldest retained record -> all that was processed before is processed again.",
    ),
    "Keep {step}.",
)


def compare(delta: Delta) -> Iterator[Hit]:
    """Sources whose start was known and is the end now, or is not said any more."""
    for pair in delta.pairs_of(BUILDERS):
        was, now = pair.before, pair.after
        if was is None or now is None or now.kind != "kafka-source":
            continue
        gone = _said(was.parts, "start")
        if (
            gone is not None
            and gone.value.text.lower() in _UNLIKE_DEFAULT
            and not _says_start(now)
            and _says_start(was)
        ):
            yield _UNSAID.hit(
                of_change("kafka-source start", gone.value.text.lower(), "unsaid"), gone.span, step=f"setStartingOffsets({_written(was)})",
                category=Category.DUPLICATES, severity=Severity.MEDIUM,
            )  # fmt: skip
        for name, olds in (("start", _STARTS), ("start-reset", ("earliest",))):
            old, new = _said(was.parts, name), _said(now.parts, name)
            if old is None or new is None or old.value.text.lower() not in olds or new.value.text.lower() != "latest":
                continue
            subject = of_change(f"kafka-source {name}", old.value.text.lower(), "latest")
            yield _WORDS.hit(subject, new.span, what="The source", old=old.value.text.lower(), new="latest")
    for _, before, after in delta.modified():
        yield from _tables(before, after)


def _says_start(builder: Builder) -> bool:
    """Whether a step says the start, or may say it."""
    return any(method.startswith(("setStarting", "set_starting")) for method, _, _ in builder.steps)


def _written(builder: Builder) -> str:
    return next((short(a) for method, a, _ in builder.steps if method.startswith(("setStarting", "set_starting"))), "")


def _tables(before: FileFacts, after: FileFacts) -> Iterator[Hit]:
    """SQL tables by name."""
    modes = {name: text for name, text, _ in _modes(before)}
    for name, text, span in _modes(after):
        if text == "latest-offset" and modes.get(name) in _MODES:
            subject = of_change(f"{name} scan.startup.mode", modes[name], text)
            yield _WORDS.hit(subject, span, what=f"The table {name}", old=modes[name], new=text)


def _modes(file: FileFacts) -> Iterator[tuple[str, str, Span]]:
    for table in file.tables:
        for option in table.options:
            if option.name == "scan.startup.mode":
                yield table.name, option.value.text, option.span


def _said(parts: tuple[Part, ...], name: str) -> Part | None:
    found = [part for part in parts if part.name == name and part.value.known is Known.EXPLICIT]
    return found[-1] if found else None


RULE = Rule(
    __name__,
    __doc__,
    category=Category.DATA_LOSS,
    severity=Severity.HIGH,
    confidence=Confidence.MEDIUM,
    put_back=True,
    compare=compare,
)
