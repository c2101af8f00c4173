"""A partition without an offset is now read from its end.

A consumer without an offset now begins at the end of the topic.

## What it catches

`auto.offset.reset` (`fromBeginning`, `Offsets.Initial`, `auto-offset-reset`, …) that was `earliest` or `none` before the change and is `latest` after it, in words
or because the line goes and `latest` is the client's default; or that is set to `latest` on a consumer that was there, of a client whose default is the
earliest record (kafka-go, franz-go). A variable, or an argument of the same call, that was the client's constant for the first record and is the one for the last.

## Why it hurts in production

The reset acts whenever a partition has no committed offset: a new partition, an offset that expired while the group was
idle, a group that starts for the first time. With `latest` what was produced until the consumer's first poll is skipped, and no error tells.

## What to do

Keep `earliest` and make processing idempotent; for a wanted jump use `kafka-consumer-groups --reset-offsets` once.

## Trade-off

With earliest a group without offsets reads all that the topic still has: hours of load, and repeats. latest is legitimate for live
views that need no past.

## What it cannot see

Whether the records matter: a consumer that only shows live values is right to begin at the end. A `seek` in other code.

## Examples

### bad: in code
--- Loop.java
 import org.apache.kafka.clients.consumer.*;
 class Loop {
   void open(Properties props) {
-    props.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "earliest");
+    props.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "latest"); // ! here
   }
 }

### bad: Spring configuration
--- application.yml
 spring:
   kafka:
     consumer:
-      auto-offset-reset: earliest
+      auto-offset-reset: latest # ! here

### good: a new consumer that shows live values
--- application.yml
+spring:
+  kafka:
+    consumer:
+      auto-offset-reset: latest

### good: the literal moves into a constant
--- Loop.java
 import org.apache.kafka.clients.consumer.*;
 class Loop {
+  private static final String RESET = "earliest";
   void open(Properties props) {
-    props.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "earliest");
+    props.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, RESET);
   }
 }

## References

- https://kafka.apache.org/documentation/#consumerconfigs_auto.offset.reset
"""

from __future__ import annotations

from collections.abc import Iterator

from reviewer.core.finding import Category, Confidence, Severity
from reviewer.facts.delta import Delta
from reviewer.facts.owners import belongs
from reviewer.facts.streaming.model import FileFacts, Known, Role, Setting, Value
from reviewer.rules.checks.consuming import client_default
from reviewer.rules.checks.ends import swaps
from reviewer.rules.checks.settings import Differs, changed, removed
from reviewer.rules.checks.strength import is_weaker
from reviewer.rules.checks.words import Words, of_setting
from reviewer.rules.rule import Hit, Rule

_KEY = "auto.offset.reset"
_MODE = "scan.startup.mode"
_LATEST = ("latest", "largest", "end")
_SCENARIO = (
    "A partition is added to the topic, or the group's offsets expire while it is stopped.",
    "Producers write to it before this consumer has asked for its position.",
    "No committed offset is found, and latest puts the position behind these records -> they are never processed.",
)
_FIX = "Keep {old}; to skip a backlog once, reset the group's offsets with kafka-consumer-groups --reset-offsets."
_WORDS = Words(
    "auto.offset.reset was {old} and is now latest: a partition without a committed offset begins at its end.",
    _SCENARIO,
    _FIX,
    ('"latest"', '"{old}"'),
)
_REMOVED = Words(
    "auto.offset.reset={old} is removed; the default is latest: a partition without a committed offset begins at its end.",
    _SCENARIO,
    _FIX,
)

_ANEW = Words(
    "auto.offset.reset was not set, which is {old} for this client, and is now latest: a partition without a committed offset begins at its end.",
    _SCENARIO,
    _FIX,
)


_SWAPPED = Words(
    "`{name}` was {old} and is now {new}: it begins at the end.",
    _SCENARIO,
    "Keep {old}; to skip a backlog once, reset the group's offsets with kafka-consumer-groups --reset-offsets.",
    ("{new}", "{old}"),
)


def compare(delta: Delta) -> Iterator[Hit]:
    """A setting that is set anew differs from the client's default at most; code that seeks decides for itself."""
    for found in changed(delta, _KEY):
        if found.new.is_explicit(*_LATEST) and is_weaker(_KEY, found.old, found.new) and not _seeks(found):
            yield _WORDS.hit(found.subject, found.span, old=found.old.text)
    for found in removed(delta, _KEY, of="consumer"):
        default = _default(found)
        if default.is_known(*_LATEST) and is_weaker(_KEY, found.old, default) and not (_seeks(found) or _starts(found)):
            yield _REMOVED.hit(found.subject, found.span, old=found.old.text)
    yield from _set_anew(delta)
    yield from _swapped(delta)


def _swapped(delta: Delta) -> Iterator[Hit]:
    """`start = kafka.FirstOffset` that is LastOffset now: a position that no setting was read from."""
    for files, before, after in delta.modified():
        told = {s.span.first_line for s in after.settings if s.key == _KEY}
        for name, old, new, span in swaps(files, before, after) if before.libraries and not after.is_test else ():
            if span.first_line not in told:
                yield _SWAPPED.hit(f"{name} begins at the end", span, name=name, old=old, new=new)


def _set_anew(delta: Delta) -> Iterator[Hit]:
    """A consumer that was there and began at the earliest record because nothing was said: kafka-go, franz-go."""
    for pair in delta.settings(_KEY):
        now, before, after = pair.after, pair.files.before, pair.files.after
        if pair.before is not None or now is None or before is None or after is None or not now.in_code:
            continue
        there = 0 < _groups(before, now) == _groups(after, now) and all(s.key != _KEY for s in before.settings)
        starts = client_default(after, _KEY) == "earliest" and now.value.is_explicit(*_LATEST)
        if (
            there
            and starts
            and belongs(after, now, "consumer")
            and not any(True for _ in after.operations_of(Role.SEEK))
        ):
            yield _ANEW.hit(of_setting(now), now.span, old="earliest")


def _groups(file: FileFacts, setting: Setting) -> int:
    """How many consumers a scope makes."""
    return sum(1 for s in file.settings if s.scope == setting.scope and s.key in ("group.id", "application.id"))


def _seeks(found: Differs) -> bool:
    after = found.files.after
    return after is not None and any(True for _ in after.operations_of(Role.SEEK))


def _starts(found: Differs) -> bool:
    """Whether a table of Flink says itself where it begins: the key decides only behind the group's offsets."""
    after = found.files.after
    modes = (s for s in after.settings if s.scope == found.before.scope and s.key == _MODE) if after is not None else ()
    return any(not mode.value.is_explicit("group-offsets") for mode in modes)


def _default(found: Differs) -> Value:
    """What holds when nothing is said, where the same consumer is still configured."""
    file = found.files.after
    if file is None or not _is_still_configured(file, found.before):
        return Value(known=Known.UNKNOWN, text="")
    if found.before.in_code:
        text = client_default(file, _KEY)
        return Value(known=Known.DEFAULT, text=text) if text else found.new
    return Value(known=Known.DEFAULT, text="latest")


def _is_still_configured(file: FileFacts, was: Setting) -> bool:
    """The owner has other settings, or, in code, the file still makes a consumer."""
    beside = any(setting.scope == was.scope and setting.key != _KEY for setting in file.settings)
    return beside or (was.in_code and any(client.kind == "consumer" for client in file.clients))


RULE = Rule(
    __name__,
    __doc__,
    category=Category.DATA_LOSS,
    severity=Severity.HIGH,
    confidence=Confidence.MEDIUM,
    put_back=True,
    only=("kafka-consumer", "spring-kafka"),
    compare=compare,
)
