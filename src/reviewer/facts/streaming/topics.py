"""Topics declared in code."""

from __future__ import annotations

from collections.abc import Iterator

from reviewer.clients.library import Declares
from reviewer.core.numbers import whole
from reviewer.facts.streaming.config import canonical
from reviewer.facts.streaming.each_topic import with_list
from reviewer.facts.streaming.model import Known, Setting, Topic, Value
from reviewer.facts.streaming.names import Names, simple_type
from reviewer.facts.syntax import Call, Expression


def code_topics(names: Names) -> Iterator[Topic]:
    """`new NewTopic(name, partitions, (short) rf)`, its Python form, and Spring's `TopicBuilder.name(…)…`; of a loop's with the list."""
    return (with_list(names, topic) for topic in _topics(names))


def _topics(names: Names) -> Iterator[Topic]:
    for call in names.syntax.calls:
        if call.is_construction and simple_type(call.name) == "NewTopic" and call.arguments:
            yield _new_topic(names, call)
        elif call.name == "name" and simple_type(call.receiver) == "TopicBuilder" and call.arguments:
            yield _built(names, call)
        elif call.name == "createTopics" and names.libraries and call.arguments:
            yield from _listed(names, call)
        elif call.name in ("alterConfigs", "incrementalAlterConfigs") and names.libraries and call.arguments:
            yield from _altered(names, call)
    rows = {method: row for library in names.libraries for method, row in library.declares.items()}
    for call in names.syntax.calls if rows else ():
        row = rows.get(call.name)
        if row is not None and call.receiver and call.argument(row.topic) is not None and names.is_on(row.on, call):
            yield from _declared(names, call, row)


def _listed(names: Names, call: Call) -> Iterator[Topic]:
    """KafkaJS: `admin.createTopics({ topics: [{ topic, numPartitions, replicationFactor, configEntries }] })`."""
    listed = _fields(call.arguments[0].value).get("topics")
    for entry in listed.entries if listed is not None else ():
        said = _fields(entry.value)
        name = said.get("topic")
        if name is None:
            continue
        text, partitions, replication = names.resolve(name, call.function), said.get("numPartitions"), said.get("replicationFactor")  # fmt: skip
        configs = said.get("configEntries")
        yield Topic(
            name=text.text, is_literal=text.known is Known.EXPLICIT,
            partitions=_number(names, partitions, call), replication=_number(names, replication, call),
            settings=tuple(_entries(names, configs, call)), span=entry.value.span,
            partitions_span=partitions.span if partitions else None,
            replication_span=replication.span if replication else None, declared_by="createTopics",
        )  # fmt: skip


def _altered(names: Names, call: Call) -> Iterator[Topic]:
    """KafkaJS: `admin.alterConfigs({ resources: [{ type: ConfigResourceTypes.TOPIC, name, configEntries: [{ name, value }] }] })`."""
    listed = _fields(call.arguments[0].value).get("resources")
    for entry in listed.entries if listed is not None else ():
        said = _fields(entry.value)
        kind, name, configs = said.get("type"), said.get("name"), said.get("configEntries")
        if kind is None or name is None or configs is None or not (kind.text.endswith("TOPIC") or kind.text == "2"):
            continue
        text = names.resolve(name, call.function)
        yield Topic(
            name=text.text, is_literal=text.known is Known.EXPLICIT, partitions=None, replication=None,
            settings=tuple(_entries(names, configs, call)), span=entry.value.span, partitions_span=None,
            replication_span=None, declared_by="alterConfigs",
        )  # fmt: skip


def _fields(expression: Expression) -> dict[str, Expression]:
    """The values of an object literal."""
    return {(e.key.literal or e.key.text): e.value for e in expression.entries if e.key is not None}


def _entries(names: Names, configs: Expression | None, call: Call) -> Iterator[Setting]:
    for entry in configs.entries if configs is not None else ():
        said = _fields(entry.value)
        if "name" in said and "value" in said:
            key, value = (names.resolve(said[part], call.function) for part in ("name", "value"))
            yield Setting(key=canonical(key.text), value=value, client="topic", scope="createTopics", span=said["value"].span, in_code=True)  # fmt: skip


def _declared(names: Names, call: Call, row: Declares) -> Iterator[Topic]:
    """`app.topic("orders", partitions=8, replicas=3)`; one that says neither is only named."""
    inner = call.argument(-1, row.inner) if row.inner else None
    counted = names.syntax.calls[inner.call] if inner is not None and inner.call is not None else call
    partitions, replication = _given(counted, row.partitions), _given(counted, row.replication)
    if partitions is None and replication is None:
        return
    name = names.resolve(call.argument(row.topic), call.function)
    yield Topic(
        name=name.text, is_literal=name.known is Known.EXPLICIT,
        partitions=_number(names, partitions, call), replication=_number(names, replication, call), settings=(),
        span=call.span, partitions_span=partitions.span if partitions else None,
        replication_span=replication.span if replication else None, declared_by=call.name,
    )  # fmt: skip


def _given(call: Call, place: int | str) -> Expression | None:
    return call.argument(place) if isinstance(place, int) else call.argument(-1, place)


def _new_topic(names: Names, call: Call) -> Topic:
    partitions = call.argument(1, "num_partitions")
    replication = call.argument(2, "replication_factor")
    name = names.resolve(call.argument(0, "topic") or call.argument(0, "name"), call.function)
    return Topic(
        name=name.text, is_literal=name.known is Known.EXPLICIT,
        partitions=_number(names, partitions, call), replication=_number(names, replication, call), settings=(),
        span=call.span, partitions_span=partitions.span if partitions else None,
        replication_span=replication.span if replication else None, declared_by="NewTopic",
    )  # fmt: skip


def _built(names: Names, call: Call) -> Topic:
    steps = {step.name: step for step in names.syntax.continued(call)}
    partitions, replicas = steps.get("partitions"), steps.get("replicas")
    name = names.resolve(call.arguments[0].value, call.function)
    configs = [s for s in names.syntax.continued(call) if s.name == "config" and len(s.arguments) == 2]
    return Topic(
        name=name.text, is_literal=name.known is Known.EXPLICIT,
        partitions=_number(names, partitions.argument(0), call) if partitions else None,
        replication=_number(names, replicas.argument(0), call) if replicas else None,
        settings=tuple(_config(names, step) for step in configs),
        span=call.span, partitions_span=partitions.name_span if partitions else None,
        replication_span=replicas.name_span if replicas else None, declared_by="TopicBuilder",
    )  # fmt: skip


def _config(names: Names, step: Call) -> Setting:
    key = names.resolve(step.arguments[0].value, step.function).text.rsplit(".", 1)
    text = names.resolve(step.arguments[0].value, step.function)
    shown = text.text if text.known is Known.EXPLICIT else key[-1]
    return Setting(
        key=canonical(shown), value=names.resolve(step.arguments[1].value, step.function), client="topic",
        scope="TopicBuilder", span=step.name_span, in_code=True,
    )  # fmt: skip


def _number(names: Names, expression: Expression | None, call: Call) -> int | None:
    if expression is None:
        return None
    inner = names.syntax.calls[expression.call] if expression.call is not None else None
    if inner is not None and inner.receiver == "Optional" and inner.name == "of":
        return _number(names, inner.argument(0), call)
    return as_count(names.resolve(expression, call.function))


def as_count(value: Value) -> int | None:
    """The integer of a known value, else None."""
    text = value.text.strip().removeprefix("(short)").strip()
    return whole(text) if value.known is Known.EXPLICIT else None
