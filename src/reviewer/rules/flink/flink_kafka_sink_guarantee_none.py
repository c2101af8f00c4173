"""After a failure records of this sink are missing.

A Flink KafkaSink that guarantees nothing.

## What it catches

`KafkaSink.builder()…build()` without `setDeliveryGuarantee`, or with `DeliveryGuarantee.NONE`; the old `FlinkKafkaProducer` with
`Semantic.NONE` or `setLogFailuresOnly(true)`; SQL in code with `'sink.delivery-guarantee' = 'none'` (without the option SQL is at-least-once).

## Why it hurts in production

The builder's default is NONE: the sink does not wait for its records when a checkpoint is taken. The sources' offsets are
committed with the checkpoint, the records are still in the producer's buffer.

## What to do

`AT_LEAST_ONCE` at the least; `EXACTLY_ONCE` with a transactional id prefix and readers that use `read_committed`.

## Trade-off

At-least-once makes each checkpoint wait for the sink's buffer; exactly-once makes readers wait for the checkpoint. NONE is
legitimate for output that may have gaps.

## What it cannot see

A guarantee set through a helper of another file; a sink whose output may be lost.

## Examples

### bad: no guarantee is set
--- Job.java
+import org.apache.flink.connector.kafka.sink.KafkaSink;
+class Job {
+  KafkaSink<String> sink() {
+    return KafkaSink.<String>builder() // ! here
+        .setBootstrapServers(brokers)
+        .setRecordSerializer(serializer)
+        .build();
+  }
+}

### bad: the guarantee is weakened
--- Job.java
 import org.apache.flink.connector.kafka.sink.KafkaSink;
 class Job {
   KafkaSink<String> sink() {
     return KafkaSink.<String>builder()
         .setBootstrapServers(brokers)
         .setRecordSerializer(serializer)
-        .setDeliveryGuarantee(DeliveryGuarantee.AT_LEAST_ONCE)
+        .setDeliveryGuarantee(DeliveryGuarantee.NONE) // ! here
         .build();
   }
 }

### good: a helper finishes the builder
--- Job.java
+import org.apache.flink.connector.kafka.sink.KafkaSink;
+class Job {
+  KafkaSink<String> sink() {
+    KafkaSinkBuilder<String> builder = KafkaSink.<String>builder().setBootstrapServers(brokers);
+    Guarantees.apply(builder);
+    return builder.build();
+  }
+}

### good: set in a statement of its own
--- Job.java
+import org.apache.flink.connector.kafka.sink.KafkaSink;
+class Job {
+  KafkaSink<String> sink() {
+    KafkaSinkBuilder<String> builder = KafkaSink.<String>builder().setBootstrapServers(brokers);
+    builder.setDeliveryGuarantee(DeliveryGuarantee.EXACTLY_ONCE);
+    return builder.build();
+  }
+}

## References

- https://nightlies.apache.org/flink/flink-docs-stable/docs/connectors/datastream/kafka/
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from reviewer.core.finding import Category, Confidence, Severity
from reviewer.core.span import Span
from reviewer.facts.streaming.model import Builder, FactSet, FileFacts
from reviewer.rules.rule import Hit, Rule
from reviewer.rules.support import code_files, line

_SETTERS = ("setDeliveryGuarantee", "set_delivery_guarantee", "setDeliverGuarantee")


_ENVIRONMENTS = ("getExecutionEnvironment", "get_execution_environment")
_CHECKPOINTS = re.compile(r"[cC]heckpoint|CHECKPOINT")
_LOSS = (
    "A checkpoint completes while records wait in the sink's producer buffer; the sources' offsets are committed with it.",
    "A TaskManager dies before the buffer is sent (or the broker refuses the records).",
    "The job restores behind those offsets -> the buffered records are never sent.",
)


def inspect(facts: FactSet) -> Iterator[Hit]:
    """Finished sinks whose guarantee is NONE, by choice or by default."""
    for file in code_files(facts, "flink-datastream"):
        for builder in file.builders:
            if builder.kind != "kafka-sink" or (builder.step("build") is None and not builder.holder):
                continue
            if builder.holder and _is_handed_on(file, builder):
                continue
            step = builder.step(*_SETTERS)
            if step is None and builder.step("build") is not None:
                yield _hit(
                    file, builder, line(builder.call.name_span), "sets no delivery guarantee, and the default is NONE"
                )
            elif step is not None and step[1].rsplit(".", 1)[-1] == "NONE":
                yield _hit(file, builder, line(step[2]), "is built with DeliveryGuarantee.NONE")

        yield from _old_producers(file)
        yield from _sql(file)
    for file in facts.files:
        yield from _tables(file)


def _tables(file: FileFacts) -> Iterator[Hit]:
    """Tables of scripts: their options are settings."""
    for setting in file.settings:
        if setting.key == "sink.delivery.guarantee" and not setting.in_code and setting.value.is_explicit("none"):
            yield _made(f"{setting.scope}/sql none", setting.span, f"The Kafka table {setting.scope} has 'sink.delivery-guarantee' = 'none'.",
                        "Leave the option out (at-least-once), or set 'exactly-once' with a 'sink.transactional-id-prefix'.", ("'none'", "'at-least-once'"))  # fmt: skip


def _is_handed_on(file: FileFacts, builder: Builder) -> bool:
    """The unfinished builder goes to a helper that may set the guarantee."""
    if any(c.name == "build" for c in (builder.call, *file.syntax.continued(builder.call))):
        return False
    mine = (c for c in file.syntax.calls if c.function == builder.call.function)
    return any(argument.value.text == builder.holder for call in mine for argument in call.arguments)


def _old_producers(file: FileFacts) -> Iterator[Hit]:
    for call in file.syntax.calls:
        name = file.function_name(call.function)
        none = next((a.value for a in call.arguments if a.value.text.endswith("Semantic.NONE")), None)
        if call.is_construction and call.name.startswith("FlinkKafkaProducer") and none is not None:
            yield _made(f"{name}/Semantic.NONE", line(none.span), "The FlinkKafkaProducer is built with Semantic.NONE.",
                        "Use Semantic.AT_LEAST_ONCE, or better a KafkaSink with DeliveryGuarantee.AT_LEAST_ONCE.",
                        ("Semantic.NONE", "Semantic.AT_LEAST_ONCE"))  # fmt: skip
        elif call.name == "setLogFailuresOnly" and call.arguments and call.arguments[0].value.literal == "true":
            yield _made(f"{name}/setLogFailuresOnly", line(call.name_span), "The producer only logs records that could not be sent.",
                        "Remove setLogFailuresOnly(true): a failed send must fail the checkpoint.", None)  # fmt: skip


_OPTION = re.compile(r"'sink\.delivery-guarantee'\s*=\s*'none'", re.IGNORECASE)


def _sql(file: FileFacts) -> Iterator[Hit]:
    for call in file.syntax.calls:
        for argument in call.arguments if call.name in ("executeSql", "sqlUpdate", "execute_sql") else ():
            if _OPTION.search(argument.value.text):
                yield _made(f"{file.function_name(call.function)}/sql none", line(argument.value.span),
                            "The Kafka table is made with 'sink.delivery-guarantee' = 'none'.",
                            "Leave the option out (at-least-once), or set 'exactly-once' with a 'sink.transactional-id-prefix'.", None)  # fmt: skip


def _hit(file: FileFacts, builder: Builder, span: Span, what: str) -> Hit:
    topic = builder.step("setTopic", "set_topic")
    return _made(
        f"{file.function_name(builder.call.function)}/{builder.holder}/{topic[1] if topic else ''}",
        span,
        f"The KafkaSink{f' to {topic[1]}' if topic else ''} {what}.",
        "Add .setDeliveryGuarantee(DeliveryGuarantee.AT_LEAST_ONCE), or EXACTLY_ONCE with a transactional id prefix.",
        ("DeliveryGuarantee.NONE", "DeliveryGuarantee.AT_LEAST_ONCE"),
        checkpoints=_may_take_checkpoints(file),
    )


def _may_take_checkpoints(file: FileFacts) -> bool:
    """A job that makes its environment and says nothing of checkpoints takes none, unless the cluster's configuration says so."""
    own = any(call.name in _ENVIRONMENTS for call in file.syntax.calls)
    texts = (f"{call.receiver} {call.name} {' '.join(a.value.text for a in call.arguments)}" for call in file.syntax.calls)  # fmt: skip
    said = any(_CHECKPOINTS.search(text) for text in texts) or any("checkpoint" in s.key for s in file.settings)
    return said or not own


def _made(
    subject: str, span: Span, message: str, fix: str, replace: tuple[str, str] | None, checkpoints: bool = True
) -> Hit:
    if not checkpoints:
        return Hit(
            subject=subject, span=span, message=f"{message} Nothing in this file switches checkpoints on, at which the sink would be flushed.",
            scenario=(
                "Records wait in the sink's producer buffer; behind them the source's offsets are committed, by a checkpoint that the cluster's configuration asks for or by the client.",
                *_LOSS[1:],
            ),
            fix=f"{fix} It takes effect at checkpoints: where the cluster asks for none, call env.enableCheckpointing(…) as well.",
            replace=replace, confidence=Confidence.MEDIUM,
        )  # fmt: skip
    return Hit(
        subject=subject,
        span=span,
        message=message,
        scenario=_LOSS,
        fix=fix,
        replace=replace,
    )


RULE = Rule(
    __name__,
    __doc__,
    category=Category.DATA_LOSS,
    severity=Severity.HIGH,
    confidence=Confidence.HIGH,
    inspect=inspect,
)
