"""A new consumer group starts without the old one's offsets.

The consumer group changes, and its offsets stay behind.

## What it catches

A `group.id` (in code, Spring, `.properties`, `@KafkaListener(groupId = …)`) that has another literal value after the change; the `group` of a Spring Cloud Stream binding that changes or is removed; `--consumer-group` on the command line of a container; a group that gets the name of the instance, so that each instance is a group of its own.

## Why it hurts in production

A new group has no committed offsets. With `auto.offset.reset=latest` everything between the last commit of the old group and
the first poll of the new one is skipped; with `earliest` all that is retained is processed again.

## What to do

Keep the id. If it must change, copy the offsets (`kafka-consumer-groups --reset-offsets`) before the rollout.

## What it cannot see

Offsets that were copied; an id that is derived from a name which changes elsewhere.

## Examples

### bad: in code
--- Loop.java
 import org.apache.kafka.clients.consumer.*;
 class Loop {
   void open(Properties props) {
-    props.put(ConsumerConfig.GROUP_ID_CONFIG, "orders");
+    props.put(ConsumerConfig.GROUP_ID_CONFIG, "orders-v2"); // ! here
   }
 }

### bad: Spring configuration
--- application.yml
 spring:
   kafka:
     consumer:
-      group-id: orders
+      group-id: order-service # ! here

### good: the literal moves into the configuration and stays the same
--- src/main/resources/application.yml
 orders:
   topic: orders
+  group: orders-1
--- Listener.java
 import org.springframework.kafka.annotation.KafkaListener;
 class Listener {
-  @KafkaListener(topics = "orders", groupId = "orders-1")
+  @KafkaListener(topics = "orders", groupId = "${orders.group}")
   void on(Order order) { service.place(order); }
 }

### good: a Maven coordinate is no consumer group
--- pom.xml
-<project><properties><kafka.version>3.7.0</kafka.version></properties><groupId>a</groupId></project>
+<project><properties><kafka.version>3.7.0</kafka.version></properties><groupId>b</groupId></project>

## References

- https://kafka.apache.org/documentation/#consumerconfigs_group.id
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from reviewer.core.finding import Category, Confidence, Severity
from reviewer.core.span import Span
from reviewer.facts.delta import Delta, FilePair
from reviewer.facts.dependencies import is_manifest
from reviewer.facts.owners import belongs
from reviewer.facts.streaming.config import canonical
from reviewer.facts.streaming.model import FileFacts, Handling, Known, Setting, Value
from reviewer.facts.streaming.paths import OPTION
from reviewer.facts.streaming.protections import qualified
from reviewer.facts.syntax import Expression
from reviewer.files import FileKind
from reviewer.rules.checks.words import Words, of_change
from reviewer.rules.rule import Hit, Rule
from reviewer.rules.support import short

# The application's own key for a group, which its code or an annotation's placeholder reads.
_OWN_KEY = re.compile(
    r"(^|\.)(group\.?id|consumer\.group(\.?(id|name))?|consumergroup(id)?)$|^spring\.cloud\.stream\.(bindings\..+|default)\.group$"
)
# A binding of Spring Cloud Stream without a group gets one of its own at each start, and no past.
_BINDING = re.compile(r"^spring\.cloud\.stream\.bindings\.(.+)\.group$")
_KEYS = ("group.id", "consumer.group")
_WORDS = Words(
    "The consumer group was {old} and is now {new}; offsets belong to the group.",
    (
        "The deploy starts with the group {new}, which has no committed offsets.",
        "With auto.offset.reset=latest it begins at the end of the topic; with earliest, at the oldest retained record.",
        "The backlog behind the last commit of {old} is skipped for good, or all of it is processed again.",
    ),
    "Keep the group id, or copy the old group's offsets to the new one before the rollout "
    "(kafka-consumer-groups --export / --reset-offsets --from-file).",
)


_RANDOM = re.compile(r"(?i)\brandom|uuid|guid\b|currentTimeMillis|nanoTime|Instant\.now|time\.time\(|Date\.now|nanoid")
_EACH_TIME = Words(
    "The consumer group was {old} and is now `{new}`: each start is a group of its own.",
    (
        "The process starts with a group that nobody had before, without committed offsets.",
        "With auto.offset.reset=latest it begins at the end of the topic; with earliest, at the oldest retained record.",
        "What came while it was down is skipped, or everything is processed again; and every instance gets every record.",
    ),
    "Keep the group {old}.",
)

_INSTANCE = re.compile(
    r"(?i)instance|host|\bpod|node|service_?id|worker|client_?id|server|machine|replica|\bpid\b|ordinal|\bid\b"
)
_EACH_INSTANCE = Words(
    "The consumer group was {old} and is now `{new}`: each instance is a group of its own.",
    (
        "Two instances run: each one has a group of its own, and each one reads all partitions.",
        "A record comes, and both handle it: the request is answered twice, the row is written twice.",
        "An instance that is replaced has a group without committed offsets: what came in between is skipped, or everything is processed again.",
    ),
    "Keep the group {old} for all instances; give them client.id or group.instance.id of their own instead.",
)

_GROUP_STEP = re.compile(r"(?:set|with)?_?(?:consumer)?_?group_?(?:id|name)?$", re.IGNORECASE)
_ANONYMOUS = Words(
    "The group {old} of the binding {binding} is removed: Spring Cloud Stream gives it an anonymous group of its own at each start.",
    (
        "The application starts with a group that nobody had before; for such a group the binder begins at the latest offset.",
        "What is written to {topic} while the application is down, or is deployed, is before that offset.",
        "It is never read -> these records are lost to it; and with several instances each one gets every record.",
    ),
    "Keep group: {old}.",
)


_UNTOLD = Words(
    "The group {old} is no longer given to the command: the program takes its own default.",
    (
        "The deploy starts with the program's default group, which has none of the offsets of {old}.",
        "Another container of the same image that is not given a group either is in the same group.",
        "They divide the partitions between them, and the new group begins at its reset position -> records are skipped, or processed again.",
    ),
    "Keep the option with {old}.",
)


def compare(delta: Delta) -> Iterator[Hit]:
    """Match settings by whose they are, and listeners by method."""
    for pair in delta.settings(*_KEYS, *_own_keys(delta)):
        was, now, file = pair.before, pair.after, pair.files.after
        if was and now and file and pair.is_sure and _is_group(file, now):
            yield from _changed(was.value, now.value, now.span, now.scope or now.key)
            if (
                was.value.known is Known.EXPLICIT
                and now.value.known is Known.UNKNOWN
                and _is_per_instance(was.value.text, now.value.text)
            ):
                yield _per_instance(now.scope or now.key, was.value.text, now.value.text, now.span)
            elif (
                was.value.known is Known.EXPLICIT
                and now.value.known is Known.UNKNOWN
                and _RANDOM.search(now.value.text)
            ):
                yield _EACH_TIME.hit(
                    of_change(now.scope or now.key, was.value.text, "random"),
                    now.span,
                    old=was.value.text,
                    new=short(now.value.text),
                )
        elif was and now is None and file:
            yield from _anonymous(delta, was, file)
            yield from _without_option(delta, was, file)
    for files, before, after in delta.modified():
        yield from _listeners(before, after)
        yield from _built(files, before, after)


def _built(files: FilePair, before: FileFacts, after: FileFacts) -> Iterator[Hit]:
    """`builder.groupId("rooms")` of a builder of one's own, which got a name of the instance."""
    if not (before.libraries or "kafka" in before.path.lower()):
        return
    said = {s.span.first_line for s in after.settings if s.key in _KEYS}
    for call in after.syntax.calls:
        given = call.argument(0) if _GROUP_STEP.match(call.name) and len(call.arguments) == 1 else None
        if given is None or given.literal is not None or not files.touches(given.span) or given.span.first_line in said:
            continue
        for was in before.syntax.calls:
            old = was.argument(0) if (was.name, was.receiver) == (call.name, call.receiver) else None
            same = qualified(before, was.function) == qualified(after, call.function)
            if old is not None and old.literal and same and _is_per_instance(old.literal, given.text):
                yield _per_instance(qualified(after, call.function), old.literal, given.text, given.span)
                break


def _is_per_instance(old: str, new: str) -> bool:
    """`"rooms"`, then `"rooms-" + instance`: what follows the old name is joined to it."""
    joined = re.search(
        rf"[\"'`]{re.escape(old)}[-_.:/]?(?:[\"'`]\s*(?:\+|\.\.|%|\.\s*(?:format|concat))|\$|\{{|#\{{|%)(?P<rest>.*)",
        new,
    )
    rest = re.sub(r"([a-z])([A-Z])", r"\1_\2", joined["rest"]) if joined is not None else ""
    return _INSTANCE.search(rest) is not None


def _per_instance(place: str, old: str, new: str, span: Span) -> Hit:
    return _EACH_INSTANCE.hit(
        of_change(place, old, "per instance"), span, old=short(old), new=short(new), category=Category.DUPLICATES
    )


def _anonymous(delta: Delta, was: Setting, file: FileFacts) -> Iterator[Hit]:
    """The group of a binding that stays, and for which no default says another."""
    match = _BINDING.match(was.key)
    keys = {setting.key: setting for setting in file.settings}
    said = {setting.key for other in delta.after.everything() for setting in other.settings}
    if match is None or ".out." in was.key or not said.isdisjoint({was.key, "spring.cloud.stream.default.group"}):
        return
    topic = keys.get(f"spring.cloud.stream.bindings.{match[1]}.destination")
    if topic is not None and file.kind is FileKind.PRODUCTION:
        binding = _BINDING.match(was.written)
        yield _ANONYMOUS.hit(
            of_change(was.key, was.value.text, "anonymous"), was.span, old=short(was.value.text),
            binding=binding[1] if binding else match[1], topic=short(topic.value.text),
        )  # fmt: skip


def _without_option(delta: Delta, was: Setting, file: FileFacts) -> Iterator[Hit]:
    """A container's command that stays, and is no longer given its group."""
    home = was.written.removesuffix(f".{OPTION}")
    command = [s for s in file.settings if s.written == home] if home != was.written else []
    if command and was.value.known is Known.EXPLICIT:
        said = next((s.span for s in command if len(command) == 1 and delta.touches(s.span)), was.span)
        yield _UNTOLD.hit(
            of_change(was.written, was.value.text, "none"),
            said,
            old=short(was.value.text),
            confidence=Confidence.MEDIUM,
        )


def _own_keys(delta: Delta) -> set[str]:
    sides = (*delta.before.files, *delta.after.files)
    return {s.key for file in sides for s in file.settings if not s.in_code and _OWN_KEY.search(s.key)}


def _is_kafka(file: FileFacts, setting: Setting) -> bool:
    if is_manifest(file.path) or file.path.endswith(".xml"):
        return False
    if setting.key.startswith("spring.cloud.stream."):
        return not any("rabbit" in s.written for s in file.settings)
    return any("kafka" in s.written or s.scope.startswith("spring.kafka") for s in file.settings)


def _listeners(before: FileFacts, after: FileFacts) -> Iterator[Hit]:
    """A placeholder that stays as it is written changes with its configuration file, and is reported there."""
    old = {handling.name: handling for handling in before.handlings if handling.kind == "listener"}
    for handling in after.handlings:
        was = old.get(handling.name) if handling.kind == "listener" else None
        argument = _group_argument(after, handling)
        if was is None or argument is None:
            continue
        written = _group_argument(before, was)
        if written is None or written.text != argument.text:
            yield from _changed(was.group, handling.group, argument.span, handling.name)


def _is_group(file: FileFacts, setting: Setting) -> bool:
    if setting.key not in _KEYS:
        return (
            not setting.in_code and _OWN_KEY.search(canonical(setting.written)) is not None and _is_kafka(file, setting)
        )
    return setting.in_code or belongs(file, setting, "consumer")


def _group_argument(file: FileFacts, listener: Handling) -> Expression | None:
    """What names the group: `groupId`, else `id`, which Spring takes for it."""
    arguments = {
        argument.name: argument.value
        for annotation in file.annotations_of(listener)
        if annotation.simple_name == "KafkaListener"
        for argument in annotation.arguments
    }
    by_id = arguments.get("idIsGroup")
    return arguments.get("groupId") or (None if by_id and by_id.text == "false" else arguments.get("id"))


def _changed(old: Value, new: Value, span: Span, subject: str) -> Iterator[Hit]:
    if old.known is not Known.EXPLICIT or new.known is not Known.EXPLICIT or old.text == new.text:
        return
    yield _WORDS.hit(of_change(subject, old.text, new.text), span, old=short(old.text), new=short(new.text))


RULE = Rule(
    __name__,
    __doc__,
    category=Category.DATA_LOSS,
    severity=Severity.HIGH,
    confidence=Confidence.HIGH,
    put_back=True,
    covers=("kafka-consumer-group-id-random-or-missing",),
    only=("kafka-consumer", "spring-kafka"),
    compare=compare,
)
