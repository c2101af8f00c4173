"""What jobs promise: whether and how they take checkpoints, and what their Kafka sinks make of them."""

from __future__ import annotations

import re
from collections.abc import Iterator

from reviewer.core.guarantee import Subject
from reviewer.core.span import Span
from reviewer.facts.streaming.follow import flat
from reviewer.facts.streaming.model import Builder, FileFacts, Known, Setting, Value
from reviewer.facts.streaming.quantity import written_duration
from reviewer.facts.streaming.value import UNKNOWN
from reviewer.guarantee.consumers import isolation
from reviewer.guarantee.link import LOST, ONCE, TWICE, Factor, Link
from reviewer.guarantee.names import Called, literal, place_name
from reviewer.guarantee.owners import first_line
from reviewer.rules.checks.owners import owner
from reviewer.rules.checks.strength import plain

INTERVAL, _MODE = "execution.checkpointing.interval", "execution.checkpointing.mode"
_GUARANTEES = {
    "none": (LOST, "records in the sink's buffer are lost with it"),
    "at_least_once": (TWICE, "what is behind the last checkpoint is written again"),
    "exactly_once": (ONCE, "each checkpoint commits a transaction"),
}
_TIMEOUT = "transaction.timeout.ms"
_LENGTH = re.compile(r"(\d+) ms")


def jobs(file: FileFacts, called: Called) -> Iterator[Link]:
    """The checkpoints of the jobs of a file, then its sinks."""
    found: dict[str, list[Setting]] = {}
    for setting in file.settings:
        if setting.key in (INTERVAL, _MODE) and setting.client == "flink":
            found.setdefault("" if setting.in_code else owner(setting), []).append(setting)
    if not found and "flink-datastream" in file.libraries and _job_call(file) is not None:
        found[""] = []
    for name, settings in found.items():
        by_key = {key: [s for s in settings if s.key == key] for key in (INTERVAL, _MODE)}
        yield Link(
            kind=Subject.JOB, identity=("job", called.path(file), name), subject=_job(file, name), node=_node(file, called),
            factors=(_interval(by_key[INTERVAL]), _mode(by_key[_MODE])), isolation=_isolation(file),
        )  # fmt: skip
    yield from _sinks(file, called)
    yield from _tables(file, called)


def _isolation(file: FileFacts) -> Factor | None:
    """What the Kafka sources of a file read of transactions: the client's default, unless settings that were not seen may say otherwise."""
    found: list[Factor] = []
    for builder in file.builders:
        if builder.kind == "kafka-source":
            setting = next((s for s in reversed(builder.settings) if s.key == "isolation.level"), None)
            open_ = builder.step("setProperties", "set_properties") is not None
            default = UNKNOWN if open_ else Value(known=Known.DEFAULT, text="read_uncommitted")
            found.append(isolation(setting.value if setting is not None else default, setting, builder.call.name_span))
    unseen = Factor(name="isolation.level", low=TWICE, high=ONCE, what="isolation.level is not known")
    return min(found, key=lambda factor: (factor.low, factor.high), default=unseen)


def _node(file: FileFacts, called: Called) -> str:
    call = next((op.call for op in file.operators if op.framework == "flink"), None)
    return called.node(file, call.function if call is not None else None)


def _job_call(file: FileFacts) -> str | None:
    """The name that a job is run under; "" where it has none, None where nothing is run."""
    calls = [
        c for c in file.syntax.calls if flat(c.name) in ("execute", "executeasync") and "env" in c.receiver.lower()
    ]
    named = {name for c in calls if (given := c.argument(0)) is not None and (name := literal(file.names.resolve(given, c.function)))}  # fmt: skip
    return next(iter(named)) if len(named) == 1 else "" if calls or file.operators else None


def _job(file: FileFacts, scope: str) -> str:
    """The name of the job, the deployment, else the class or file."""
    deployed = {d.name for d in file.deployments if d.name}
    if len(deployed) == 1:
        return next(iter(deployed))
    main = next((op.call.function for op in file.operators if op.framework == "flink"), None)
    stem = file.path.rsplit("/", 1)[-1]
    outer = place_name(file, main).rpartition(".")[0].partition(".")[0] if main is not None else ""
    return _job_call(file) or (f"{scope} in {stem}" if scope else outer or stem)


def _only(settings: list[Setting]) -> Value | None:
    """The one value of a key; UNKNOWN where there are several; None where there is none."""
    values = {setting.value for setting in settings}
    if not values:
        return None
    return next(iter(values)) if len(values) == 1 else Value(known=Known.UNKNOWN, text=settings[-1].value.text)


def milliseconds(value: Value | None) -> int | None:
    """A known length of time; 0 for one that switches off."""
    if value is None or value.known is not Known.EXPLICIT:
        return None
    if match := _LENGTH.fullmatch(value.text):
        return int(match[1])
    if re.fullmatch(r"-?\d+", value.text.strip()):
        return max(0, int(value.text))
    return written_duration(value.text)


def _interval(settings: list[Setting]) -> Factor:
    value = _only(settings)
    span = first_line(settings[-1].span) if settings else None
    if value is None:
        what = "no checkpoint interval is set here: without one, what is in flight is lost with the job"
        return Factor(name=INTERVAL, low=LOST, high=ONCE, what=what)
    length = milliseconds(value)
    if length is None:
        return Factor(name=INTERVAL, low=LOST, high=ONCE, what=f"the checkpoint interval is {value.text}{_sometimes(value)}", span=span, is_unseen=True)  # fmt: skip
    if length == 0:
        return Factor(name=INTERVAL, low=LOST, high=LOST, what="checkpoints are switched off: what is in flight is lost with the job", span=span)  # fmt: skip
    return Factor(name=INTERVAL, low=ONCE, high=ONCE, what=f"a checkpoint every {value.text}", span=span)


def _sometimes(value: Value) -> str:
    """A setter under a condition has a value that can be read, and is not known all the same."""
    return " under a condition" if _LENGTH.fullmatch(value.text) else ""


def _mode(settings: list[Setting]) -> Factor:
    value = _only(settings)
    text = "exactly_once" if value is None else (plain(value) or "").replace("-", "_")
    span = first_line(settings[-1].span) if settings else None
    if text == "exactly_once":
        what = "checkpoints are exactly-once" + (" by default" if value is None else "")
        return Factor(name=_MODE, low=ONCE, high=ONCE, what=what, span=span)
    if text == "at_least_once":
        return Factor(name=_MODE, low=TWICE, high=TWICE, what="checkpoints are at-least-once: state counts records again after a restore", span=span)  # fmt: skip
    what = f"the checkpoint mode is {value.text}" if value is not None else ""
    return Factor(name=_MODE, low=TWICE, high=ONCE, what=what, span=span, is_unseen=True)


def _sinks(file: FileFacts, called: Called) -> Iterator[Link]:
    """Kafka sinks, and the older producers of Flink, by the topic that they write."""
    for builder in file.builders:
        if builder.kind == "kafka-sink" and (builder.step("build") is not None or builder.holder):
            function, topic = builder.call.function, _topic(builder)
            yield Link(
                kind=Subject.SINK, identity=("sink", called.path(file), file.function_name(function), topic or builder.holder),
                topic=topic, subject=topic or place_name(file, function, builder.holder), node=called.node(file, function),
                factors=_of_sink(file, builder),
            )  # fmt: skip
    older = (c for c in file.syntax.calls if c.is_construction and c.name.startswith("FlinkKafkaProducer"))
    for call in older:
        said = next((a.value for a in call.arguments if re.search(r"Semantic\.[A-Z_]+$", a.value.text)), None)
        if said is not None:
            topic = literal(file.names.resolve(call.argument(0), call.function))
            word = said.text.rsplit(".", 1)[-1]
            yield Link(
                kind=Subject.SINK, identity=("sink", called.path(file), file.function_name(call.function), topic),
                topic=topic, subject=topic or place_name(file, call.function), node=called.node(file, call.function),
                factors=(_by_word(word, word, first_line(said.span)),),
            )  # fmt: skip


def _topic(builder: Builder) -> str:
    found = [part.value for part in builder.parts if part.name == "topic"]
    return literal(found[-1]) if found else ""


def _by_word(word: str, written: str, span: Span | None) -> Factor:
    found = _GUARANTEES.get(word.lower().replace("-", "_"))
    if found is None:
        return Factor(name="guarantee", low=LOST, high=ONCE, what=f"the sink's guarantee is {written}", span=span, is_unseen=True)  # fmt: skip
    return Factor(name="guarantee", low=found[0], high=found[0], what=f"the sink's guarantee is {written}: {found[1]}", span=span)  # fmt: skip


def _of_sink(file: FileFacts, builder: Builder) -> tuple[Factor, ...]:
    part = next((p for p in reversed(builder.parts) if p.name == "guarantee"), None)
    made = first_line(builder.call.name_span)
    if part is None:
        what = "the sink's guarantee is not set and NONE by default: records in its buffer are lost with it"
        return (Factor(name="guarantee", low=LOST, high=LOST, what=what, span=made),)
    word = plain(part.value) or ""
    found = _by_word(word, part.value.text, first_line(part.span))
    return (found, *_timeout(file, builder)) if found.low == ONCE else (found,)


def _timeout(file: FileFacts, builder: Builder) -> Iterator[Factor]:
    """A transaction that is shorter than the time between two checkpoints is gone before it can be committed."""
    given = next((s for s in builder.settings if s.key == _TIMEOUT), None)
    intervals = [s for s in file.settings if s.key == INTERVAL and s.client == "flink"]
    timeout, interval = milliseconds(given.value) if given is not None else None, milliseconds(_only(intervals))
    if given is not None and timeout is not None and interval and timeout <= interval:
        what = f"{_TIMEOUT}={timeout} is no longer than the checkpoint interval of {interval} ms: the transaction is gone before it is committed"
        yield Factor(name=_TIMEOUT, low=LOST, high=LOST, what=what, span=first_line(given.span))


def _tables(file: FileFacts, called: Called) -> Iterator[Link]:
    """Kafka tables of SQL that are written."""
    for table in file.tables:
        connector = table.option("connector")
        if table.dialect != "flink" or not table.is_literal or connector is None or connector.text not in ("kafka", "upsert-kafka"):  # fmt: skip
            continue
        option = next((o for o in table.options if o.name == "sink.delivery-guarantee"), None)
        topic = table.option("topic")
        word, span = (option.value.text, option.span) if option is not None else ("at-least-once", table.span)
        yield Link(
            kind=Subject.SINK, identity=("table", called.path(file), table.name), subject=(literal(topic) if topic else "") or table.name,
            node=f"table:{table.name}", factors=(_by_word(word, word, first_line(span)),), decides=option is not None,
        )  # fmt: skip
