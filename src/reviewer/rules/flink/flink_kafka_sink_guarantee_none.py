"""A Flink KafkaSink that guarantees nothing.

## What it catches

`KafkaSink.builder()…build()` without `setDeliveryGuarantee`, or with `DeliveryGuarantee.NONE`; the old `Semantic.NONE`.

## Why it hurts in production

The builder's default is NONE: the sink does not wait for its records when a checkpoint is taken. The sources' offsets are
committed with the checkpoint, the records are still in the producer's buffer.

## What to do

`AT_LEAST_ONCE` at the least; `EXACTLY_ONCE` with a transactional id prefix and readers that use `read_committed`.

## What it cannot see

A guarantee set through a helper of another file; a sink whose output may be lost.

## References

- https://nightlies.apache.org/flink/flink-docs-stable/docs/connectors/datastream/kafka/
"""

from __future__ import annotations

from collections.abc import Iterator

from reviewer.core.finding import Category, Confidence, Severity
from reviewer.core.rule import Bad, Good, Hit, Rule
from reviewer.core.span import Span
from reviewer.facts.streaming.model import Builder, FactSet, FileFacts
from reviewer.rules.support import code_files, line

_SETTERS = ("setDeliveryGuarantee", "set_delivery_guarantee", "setDeliverGuarantee")


def inspect(facts: FactSet) -> Iterator[Hit]:
    """Finished sinks whose guarantee is NONE, by choice or by default."""
    for file in code_files(facts, "flink-datastream"):
        for builder in file.builders:
            if builder.kind != "kafka-sink" or (builder.step("build") is None and not builder.holder):
                continue
            step = builder.step(*_SETTERS)
            if step is None and builder.step("build") is not None:
                yield _hit(
                    file, builder, line(builder.call.name_span), "sets no delivery guarantee, and the default is NONE"
                )
            elif step is not None and step[1].rsplit(".", 1)[-1] == "NONE":
                yield _hit(file, builder, line(step[2]), "is built with DeliveryGuarantee.NONE")


def _hit(file: FileFacts, builder: Builder, span: Span, what: str) -> Hit:
    topic = builder.step("setTopic", "set_topic")
    return Hit(
        subject=f"{file.function_name(builder.call.function)}/{builder.holder}/{topic[1] if topic else ''}",
        span=span,
        message=f"The KafkaSink {what}.",
        scenario=(
            "A checkpoint completes while records wait in the sink's producer buffer; the sources' offsets are committed with it.",
            "A TaskManager dies before the buffer is sent.",
            "The job restores behind those offsets -> the buffered records are never sent.",
        ),
        fix="Add .setDeliveryGuarantee(DeliveryGuarantee.AT_LEAST_ONCE), or EXACTLY_ONCE with a transactional id prefix.",
        replace=("DeliveryGuarantee.NONE", "DeliveryGuarantee.AT_LEAST_ONCE"),
    )


def _job(steps: str) -> dict[str, str]:
    return {
        "Job.java": f"""import org.apache.flink.connector.kafka.sink.KafkaSink;
class Job {{
  KafkaSink<String> sink() {{
    return KafkaSink.<String>builder(){steps}
        .build();
  }}
}}
"""
    }


_SET = "\n        .setBootstrapServers(brokers)\n        .setRecordSerializer(serializer)"

RULE = Rule(
    id="flink-kafka-sink-guarantee-none",
    title="The sink does not wait for its records when a checkpoint is taken",
    category=Category.DATA_LOSS,
    severity=Severity.HIGH,
    confidence=Confidence.HIGH,
    technologies=("flink-datastream",),
    references=("https://nightlies.apache.org/flink/flink-docs-stable/docs/connectors/datastream/kafka/",),
    inspect=inspect,
    bad=(
        Bad(title="no guarantee is set", before={}, after=_job(f" // ! here{_SET}")),
        Bad(
            title="the guarantee is weakened",
            before=_job(f"{_SET}\n        .setDeliveryGuarantee(DeliveryGuarantee.AT_LEAST_ONCE)"),
            after=_job(f"{_SET}\n        .setDeliveryGuarantee(DeliveryGuarantee.NONE) // ! here"),
        ),
    ),
    good=(
        Good(
            title="at least once",
            before={},
            after=_job(f"{_SET}\n        .setDeliveryGuarantee(DeliveryGuarantee.AT_LEAST_ONCE)"),
        ),
        Good(
            title="a guarantee from configuration is unknown, not none",
            before={},
            after=_job(f"{_SET}\n        .setDeliveryGuarantee(guarantee)"),
        ),
    ),
)
