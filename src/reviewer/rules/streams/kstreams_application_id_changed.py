"""The `application.id` of a Kafka Streams application changes.

## What it catches

Another literal value of `application.id` in code, Spring, Quarkus or `.properties` configuration.

## Why it hurts in production

The id is the consumer group and the prefix of every changelog and repartition topic. Under a new id all state is empty, the
input is read again from the oldest retained record, and old results are sent a second time.

## What to do

Keep the id. For an intended rebuild plan the reset, and make the readers of the output idempotent.

## What it cannot see

An intended blue/green rebuild; an id derived from another property.

## References

- https://kafka.apache.org/documentation/streams/developer-guide/config-streams.html
"""

from __future__ import annotations

from collections.abc import Iterator

from reviewer.core.finding import Category, Confidence, Severity
from reviewer.core.rule import Bad, Good, Hit, Rule
from reviewer.facts.delta import Delta
from reviewer.facts.streaming.model import FileFacts, Known, Setting
from reviewer.rules.support import line, short

_CONTEXT = ("bootstrap.servers", "processing.guarantee", "state.dir", "num.stream.threads")


def compare(delta: Delta) -> Iterator[Hit]:
    """Match by scope; a scope with one id on each side is the same application."""
    for _, before, after in delta.modified():
        old = {setting.scope: setting for setting in before.settings if _is_id(before, setting)}
        for setting in after.settings:
            was = old.get(setting.scope)
            if was is not None and _is_id(after, setting) and was.value.text != setting.value.text:
                if was.value.known is Known.EXPLICIT and setting.value.known is Known.EXPLICIT:
                    yield _hit(was, setting)


def _is_id(file: FileFacts, setting: Setting) -> bool:
    if setting.key not in ("application.id", "applicationid"):
        return False
    if setting.client == "streams" or "kafka-streams" in file.libraries or "kafka" in setting.scope:
        return True
    return any(other.key in _CONTEXT for other in file.settings)


def _hit(old: Setting, new: Setting) -> Hit:
    before, after = short(old.value.text), short(new.value.text)
    return Hit(
        subject=f"{new.scope}: {before} -> {after}",
        span=line(new.span),
        message=f"application.id was {before} and is now {after}; state, offsets and internal topics belong to the old one.",
        scenario=(
            f"The deploy starts as {after}: a new group, and empty {after}-…-changelog topics.",
            "The input is read again from the oldest record that is still retained; older ones no longer count.",
            "Aggregates start from zero and old results are sent downstream once more -> wrong state and duplicates.",
        ),
        fix=f"Keep application.id={before}. For an intended rebuild plan the reset and make the output's readers idempotent.",
    )


RULE = Rule(
    id="kstreams-application-id-changed",
    title="A new application.id leaves all state and offsets behind",
    category=Category.STATE_CONSISTENCY,
    severity=Severity.CRITICAL,
    confidence=Confidence.HIGH,
    technologies=("kafka-streams",),
    references=("https://kafka.apache.org/documentation/streams/developer-guide/config-streams.html",),
    compare=compare,
    bad=(
        Bad(
            title="in code",
            before={
                "App.java": """import org.apache.kafka.streams.*;
class App {
  void configure(Properties props) {
    props.put(StreamsConfig.APPLICATION_ID_CONFIG, "totals");
  }
}
"""
            },
            after={
                "App.java": """import org.apache.kafka.streams.*;
class App {
  void configure(Properties props) {
    props.put(StreamsConfig.APPLICATION_ID_CONFIG, "order-totals"); // ! here
  }
}
"""
            },
        ),
        Bad(
            title="Spring configuration",
            before={"application.yml": "spring:\n  kafka:\n    streams:\n      application-id: totals\n"},
            after={"application.yml": "spring:\n  kafka:\n    streams:\n      application-id: totals-2 # ! here\n"},
        ),
    ),
    good=(
        Good(
            title="the id moves into a constant",
            before={
                "App.java": """import org.apache.kafka.streams.*;
class App {
  void configure(Properties props) {
    props.put(StreamsConfig.APPLICATION_ID_CONFIG, "totals");
  }
}
"""
            },
            after={
                "App.java": """import org.apache.kafka.streams.*;
class App {
  static final String ID = "totals";
  void configure(Properties props) {
    props.put(StreamsConfig.APPLICATION_ID_CONFIG, ID);
  }
}
"""
            },
        ),
        Good(
            title="the application id of something else",
            before={"app.yml": "azure:\n  application-id: a\n"},
            after={"app.yml": "azure:\n  application-id: b\n"},
        ),
    ),
)
