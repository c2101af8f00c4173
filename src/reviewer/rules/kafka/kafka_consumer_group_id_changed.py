"""The consumer group changes, and its offsets stay behind.

## What it catches

A `group.id` (in code, Spring, `.properties`, `@KafkaListener(groupId = …)`) that has another literal value after the change.

## Why it hurts in production

A new group has no committed offsets. With `auto.offset.reset=latest` everything between the last commit of the old group and
the first poll of the new one is skipped; with `earliest` all that is retained is processed again.

## What to do

Keep the id. If it must change, copy the offsets (`kafka-consumer-groups --reset-offsets`) before the rollout.

## What it cannot see

Offsets that were copied; an id that is derived from a name which changes elsewhere.

## References

- https://kafka.apache.org/documentation/#consumerconfigs_group.id
"""

from __future__ import annotations

from collections.abc import Iterator

from reviewer.core.finding import Category, Confidence, Severity
from reviewer.core.rule import Bad, Good, Hit, Rule
from reviewer.core.span import Span
from reviewer.facts.delta import Delta
from reviewer.facts.streaming.model import FileFacts, Known, Setting, Value
from reviewer.rules.support import line, short


def compare(delta: Delta) -> Iterator[Hit]:
    """Match settings by scope and listeners by method."""
    for _, before, after in delta.modified():
        old = {setting.scope: setting for setting in before.settings if _is_group(before, setting)}
        for setting in after.settings:
            if _is_group(after, setting) and setting.scope in old:
                yield from _changed(old[setting.scope].value, setting.value, line(setting.span), setting.scope)
        groups = {handling.name: handling.group for handling in before.handlings if handling.kind == "listener"}
        for handling in after.handlings:
            if handling.kind == "listener" and handling.name in groups:
                span = _annotation_span(after, handling.function, handling.span)
                yield from _changed(groups[handling.name], handling.group, span, handling.name)


def _is_group(file: FileFacts, setting: Setting) -> bool:
    if setting.key not in ("group.id", "consumer.group"):
        return False
    if setting.in_code or setting.client == "consumer" or setting.scope.startswith("spring.kafka"):
        return True
    return any(other.key == "bootstrap.servers" for other in file.settings)


def _annotation_span(file: FileFacts, function: int, otherwise: Span) -> Span:
    for annotation in file.syntax.functions[function].annotations:
        for argument in annotation.arguments:
            if annotation.simple_name == "KafkaListener" and argument.name in ("groupId", "id"):
                return line(argument.value.span)
    return line(otherwise)


def _changed(old: Value, new: Value, span: Span, subject: str) -> Iterator[Hit]:
    if old.known is not Known.EXPLICIT or new.known is not Known.EXPLICIT or old.text == new.text:
        return
    yield Hit(
        subject=f"{subject}: {old.text} -> {new.text}",
        span=span,
        message=f"The consumer group was {short(old.text)} and is now {short(new.text)}; offsets belong to the group.",
        scenario=(
            f"The deploy starts with the group {short(new.text)}, which has no committed offsets.",
            "With auto.offset.reset=latest it begins at the end of the topic; with earliest, at the oldest retained record.",
            f"The backlog behind the last commit of {short(old.text)} is skipped for good, or all of it is processed again.",
        ),
        fix="Keep the group id, or copy the old group's offsets to the new one before the rollout "
        "(kafka-consumer-groups --export / --reset-offsets --from-file).",
    )


RULE = Rule(
    id="kafka-consumer-group-id-changed",
    title="A new consumer group starts without the old one's offsets",
    category=Category.DATA_LOSS,
    severity=Severity.HIGH,
    confidence=Confidence.HIGH,
    technologies=("kafka-consumer", "spring-kafka"),
    references=("https://kafka.apache.org/documentation/#consumerconfigs_group.id",),
    compare=compare,
    bad=(
        Bad(
            title="in code",
            before={
                "Loop.java": """import org.apache.kafka.clients.consumer.*;
class Loop {
  void open(Properties props) {
    props.put(ConsumerConfig.GROUP_ID_CONFIG, "orders");
  }
}
"""
            },
            after={
                "Loop.java": """import org.apache.kafka.clients.consumer.*;
class Loop {
  void open(Properties props) {
    props.put(ConsumerConfig.GROUP_ID_CONFIG, "orders-v2"); // ! here
  }
}
"""
            },
        ),
        Bad(
            title="Spring configuration",
            before={"application.yml": "spring:\n  kafka:\n    consumer:\n      group-id: orders\n"},
            after={"application.yml": "spring:\n  kafka:\n    consumer:\n      group-id: order-service # ! here\n"},
        ),
        Bad(
            title="the listener's own group",
            before={
                "L.java": """import org.springframework.kafka.annotation.KafkaListener;
class L {
  @KafkaListener(topics = "orders", groupId = "orders")
  void on(String order) { place(order); }
}
"""
            },
            after={
                "L.java": """import org.springframework.kafka.annotation.KafkaListener;
class L {
  @KafkaListener(topics = "orders", groupId = "billing") // ! here
  void on(String order) { place(order); }
}
"""
            },
        ),
    ),
    good=(
        Good(
            title="the literal moves into a constant with the same value",
            before={
                "Loop.java": """import org.apache.kafka.clients.consumer.*;
class Loop {
  void open(Properties props) {
    props.put(ConsumerConfig.GROUP_ID_CONFIG, "orders");
  }
}
"""
            },
            after={
                "Loop.java": """import org.apache.kafka.clients.consumer.*;
class Loop {
  private static final String GROUP = "orders";
  void open(Properties props) {
    props.put(ConsumerConfig.GROUP_ID_CONFIG, GROUP);
  }
}
"""
            },
        ),
        Good(
            title="a new consumer in a new file",
            before={},
            after={"application.yml": "spring:\n  kafka:\n    consumer:\n      group-id: invoices\n"},
        ),
    ),
)
