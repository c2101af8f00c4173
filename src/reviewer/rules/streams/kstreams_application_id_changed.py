"""A new application.id leaves all state and offsets behind.

The `application.id` of a Kafka Streams application changes.

## What it catches

Another literal value of `application.id` in code, Spring, Spring Cloud Stream, Quarkus or `.properties` configuration; another
`spring.application.name` where Spring takes the id from it.

## Why it hurts in production

The id is the consumer group and the prefix of every changelog and repartition topic. Under a new id all state is empty, the
input is read again from the oldest retained record, and old results are sent a second time.

## What to do

Keep the id. For an intended rebuild plan the reset, and make the readers of the output idempotent.

## What it cannot see

An intended blue/green rebuild; an id that comes from the environment or from another file. Silent when the old id is still used
by another application of the change.

## Examples

### bad: in code
--- App.java
 import org.apache.kafka.streams.*;
 class App {
   void configure(Properties props) {
-    props.put(StreamsConfig.APPLICATION_ID_CONFIG, "totals");
+    props.put(StreamsConfig.APPLICATION_ID_CONFIG, "order-totals"); // ! here
   }
 }

### bad: Spring configuration
--- application.yml
 spring:
   kafka:
     streams:
-      application-id: totals
+      application-id: totals-2 # ! here

### good: the id moves into a constant
--- App.java
 import org.apache.kafka.streams.*;
 class App {
+  static final String ID = "totals";
   void configure(Properties props) {
-    props.put(StreamsConfig.APPLICATION_ID_CONFIG, "totals");
+    props.put(StreamsConfig.APPLICATION_ID_CONFIG, ID);
   }
 }

### good: the application's name changes, the id is written out
--- application.yml
 spring:
   application:
-    name: totals
+    name: order-totals
   kafka:
     streams:
       application-id: totals

## References

- https://kafka.apache.org/documentation/streams/developer-guide/config-streams.html
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from reviewer.core.finding import Category, Confidence, Severity
from reviewer.facts.delta import Delta
from reviewer.facts.streaming.model import FileFacts, Known, Setting
from reviewer.rules.checks.words import Words, of_change
from reviewer.rules.rule import Hit, Rule
from reviewer.rules.support import short

_CONTEXT = ("bootstrap.servers", "processing.guarantee", "state.dir", "num.stream.threads")
_ENDS = re.compile(r"(^|[.])application[.]?id$")
_WORDS = Words(
    "application.id was {old} and is now {new}; state, offsets and internal topics belong to the old one.",
    (
        "The deploy starts as {new}: a new group, and empty {new}-…-changelog topics.",
        "The input is read again from the oldest record that is still retained; older ones no longer count.",
        "Aggregates start from zero and old results are sent downstream once more -> wrong state and duplicates.",
    ),
    "Keep application.id={old}. For an intended rebuild plan the reset and make the output's readers idempotent.",
)


# A placeholder or call that names what differs from release to release, or from start to start.
_RELEASE = re.compile(r"(?i)[${(.][\w.]*(version|build|revision|commit|git|timestamp|random|uuid)")
_PER_RELEASE = Words(
    "application.id was {old} and is now `{new}`: each release is an application of its own.",
    (
        "The next release starts under another id: a new group, and empty changelog topics.",
        "The input is read again from the oldest record that is still retained; older ones no longer count.",
        "Aggregates start from zero and old results are sent downstream once more -> wrong state and duplicates, at every release.",
    ),
    "Keep application.id={old}.",
)


def compare(delta: Delta) -> Iterator[Hit]:
    """Match by scope and rank; one id that went and one that came in the same file are the same application."""
    kept = {setting.value.text for file in delta.after.files for setting in _ids(file)}
    for _, before, after in delta.modified():
        for was, now in _pairs(_ids(before), _ids(after)):
            if was.value.text != now.value.text and was.value.text not in kept:
                if (
                    was.value.known is Known.EXPLICIT
                    and _RELEASE.search(now.value.text)
                    and not _RELEASE.search(was.value.text)
                ):
                    old, new = short(was.value.text), short(now.value.text)
                    yield _PER_RELEASE.hit(of_change(now.scope, old, new), now.span, old=old, new=new)
                    continue
                if was.value.known is Known.EXPLICIT and now.value.known is Known.EXPLICIT:
                    old, new = short(was.value.text), short(now.value.text)
                    yield _WORDS.hit(of_change(now.scope, old, new), now.span, old=old, new=new)


def _pairs(old: list[Setting], new: list[Setting]) -> Iterator[tuple[Setting, Setting]]:
    left, right = list(old), list(new)
    for place in dict.fromkeys((s.scope, s.key) for s in new):
        first = [s for s in old if (s.scope, s.key) == place]
        second = [s for s in new if (s.scope, s.key) == place]
        if len(first) == len(second):
            yield from zip(first, second, strict=True)
            left = [s for s in left if s not in first]
            right = [s for s in right if s not in second]
    if len(left) == len(right) == 1:
        yield left[0], right[0]


def _ids(file: FileFacts) -> list[Setting]:
    """The ids of Streams applications in a file; without one, Spring's application name where it stands for it."""
    found = [setting for setting in file.settings if _is_id(file, setting)]
    if not found and any(setting.scope.startswith("spring.kafka.streams") for setting in file.settings):
        return [setting for setting in file.settings if setting.key == "spring.application.name"]
    return found


def _is_id(file: FileFacts, setting: Setting) -> bool:
    if not _ENDS.search(setting.key):
        return False
    if setting.client == "streams" or "kafka-streams" in file.libraries or "kafka" in f"{setting.scope} {setting.key}":
        return True
    return any(other.key in _CONTEXT for other in file.settings)


RULE = Rule(
    __name__,
    __doc__,
    category=Category.STATE_CONSISTENCY,
    severity=Severity.CRITICAL,
    confidence=Confidence.HIGH,
    put_back=True,
    compare=compare,
)
