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

import re
from collections import defaultdict
from collections.abc import Iterator

from reviewer.core.finding import Category, Confidence, Severity
from reviewer.core.rule import Bad, Good, Hit, Rule
from reviewer.core.span import Span
from reviewer.facts.delta import Delta
from reviewer.facts.dependencies import is_manifest
from reviewer.facts.streaming.config import canonical
from reviewer.facts.streaming.model import FileFacts, Known, Setting, Value
from reviewer.facts.syntax import Expression
from reviewer.rules.support import line, short

# The application's own key for a group, which its code or an annotation's placeholder reads.
_OWN_KEY = re.compile(r"(^|\.)(group\.?id|consumer\.group(\.?(id|name))?|consumergroup(id)?)$")


def compare(delta: Delta) -> Iterator[Hit]:
    """Match settings by scope and listeners by method."""
    for _, before, after in delta.modified():
        old, new = _groups(before), _groups(after)
        for place, found in new.items():
            if len(found) == 1 and len(old.get(place, ())) == 1:
                subject = place[0] or place[1]
                yield from _changed(old[place][0].value, found[0].value, line(found[0].span), subject)
        yield from _listeners(before, after)


def _groups(file: FileFacts) -> dict[tuple[str, str], list[Setting]]:
    """By place; where one place holds several (a list of listeners), it is not known which became which."""
    found: dict[tuple[str, str], list[Setting]] = defaultdict(list)
    for setting in file.settings:
        if _is_group(file, setting):
            found[setting.scope, setting.key].append(setting)
    return found


def _is_kafka(file: FileFacts, setting: Setting) -> bool:
    if is_manifest(file.path) or file.path.endswith(".xml"):
        return False
    return any("kafka" in s.written or s.scope.startswith("spring.kafka") for s in file.settings)


def _listeners(before: FileFacts, after: FileFacts) -> Iterator[Hit]:
    """A placeholder that stays as it is written changes with its configuration file, and is reported there."""
    old = {handling.name: handling for handling in before.handlings if handling.kind == "listener"}
    for handling in after.handlings:
        was = old.get(handling.name) if handling.kind == "listener" else None
        argument = _group_argument(after, handling.function)
        if was is None or argument is None:
            continue
        written = _group_argument(before, was.function)
        if written is None or written.text != argument.text:
            yield from _changed(was.group, handling.group, line(argument.span), handling.name)


def _is_group(file: FileFacts, setting: Setting) -> bool:
    if not setting.in_code and _OWN_KEY.search(canonical(setting.written)) and _is_kafka(file, setting):
        return True
    if setting.key not in ("group.id", "consumer.group"):
        return False
    if setting.in_code or setting.client == "consumer" or setting.scope.startswith("spring.kafka"):
        return True
    return any(other.key == "bootstrap.servers" for other in file.settings)


def _group_argument(file: FileFacts, function: int) -> Expression | None:
    """What names the group: `groupId`, else `id`, which Spring takes for it."""
    arguments = {
        argument.name: argument.value
        for annotation in file.syntax.functions[function].annotations
        if annotation.simple_name == "KafkaListener"
        for argument in annotation.arguments
    }
    by_id = arguments.get("idIsGroup")
    return arguments.get("groupId") or (None if by_id and by_id.text == "false" else arguments.get("id"))


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
        Bad(
            title="a settings module that imports no client",
            before={
                "settings.py": 'CONSUMER = {"params": {"bootstrap.servers": "kafka:9092", "group.id": "orders"}}\n'
            },
            after={
                "settings.py": 'CONSUMER = {"params": {"bootstrap.servers": "kafka:9092", "group.id": "orders2"}} # ! here\n'
            },
        ),
        Bad(
            title="a key of the application's own, which a placeholder reads",
            before={"application.yml": "orders:\n  kafka:\n    group-id: orders-1\n"},
            after={"application.yml": "orders:\n  kafka:\n    group-id: orders-2 # ! here\n"},
        ),
    ),
    good=(
        Good(
            title="the literal moves into the configuration and stays the same",
            before={
                "src/main/resources/application.yml": "orders:\n  topic: orders\n",
                "Listener.java": """import org.springframework.kafka.annotation.KafkaListener;
class Listener {
  @KafkaListener(topics = "orders", groupId = "orders-1")
  void on(Order order) { service.place(order); }
}
""",
            },
            after={
                "src/main/resources/application.yml": "orders:\n  topic: orders\n  group: orders-1\n",
                "Listener.java": """import org.springframework.kafka.annotation.KafkaListener;
class Listener {
  @KafkaListener(topics = "orders", groupId = "${orders.group}")
  void on(Order order) { service.place(order); }
}
""",
            },
        ),
        Good(
            title="a Maven coordinate is no consumer group",
            before={
                "pom.xml": "<project><properties><kafka.version>3.7.0</kafka.version></properties><groupId>a</groupId></project>\n"
            },
            after={
                "pom.xml": "<project><properties><kafka.version>3.7.0</kafka.version></properties><groupId>b</groupId></project>\n"
            },
        ),
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
