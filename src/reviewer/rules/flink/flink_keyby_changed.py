"""The key of a keyed stream changes under state that stays.

## What it catches

A `keyBy` / `key_by` whose key expression differs before and after, at the same place of the same job.

## Why it hurts in production

Keyed state, windows and timers are stored per key. With another type the restore fails: keys can't be migrated. With another field
of the same type the old state lies under keys that are never asked for again: counts restart, deduplication lets everything through,
old timers still fire.

## What to do

Give the operators behind it a new uid and rebuild their state, or migrate with the State Processor API.

## What it cannot see

A key selector class whose body is in another file; a job without state behind the key.

## References

- https://nightlies.apache.org/flink/flink-docs-stable/docs/dev/datastream/fault-tolerance/serialization/schema_evolution/
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from reviewer.core.finding import Category, Confidence, Severity
from reviewer.core.rule import Bad, Good, Hit, Rule
from reviewer.facts.delta import Delta, FilePair
from reviewer.facts.streaming.model import FileFacts, Operator
from reviewer.facts.syntax import Expression, ExpressionKind
from reviewer.rules.support import line, short, squash


def compare(delta: Delta) -> Iterator[Hit]:
    """Match the keyBy calls of a function by rank."""
    for pair, before, after in delta.modified():
        old, new = _keyed(before), _keyed(after)
        for root in sorted({op.root for op in old} & {op.root for op in new}):
            first = [op for op in old if op.root == root]
            second = [op for op in new if op.root == root]
            if len(first) == len(second):
                for was, now in zip(first, second, strict=True):
                    yield from _changed(pair, before, after, was, now)


def _keyed(file: FileFacts) -> list[Operator]:
    return [
        op for op in file.operators if op.framework == "flink" and op.op in ("keyBy", "key_by") and op.key is not None
    ]


def _changed(pair: FilePair, before: FileFacts, after: FileFacts, was: Operator, now: Operator) -> Iterator[Hit]:
    if was.key is None or now.key is None or _meaning(before, was) == _meaning(after, now):
        return
    if not pair.touches(now.call.span) or _new_uids_behind(before, after, was, now):
        return
    yield Hit(
        subject=f"{now.root}: {_meaning(before, was)} -> {_meaning(after, now)}",
        span=line(now.key.span),
        message=f"The stream was keyed by `{short(was.key.text)}` and is now keyed by `{short(now.key.text)}`.",
        scenario=(
            f"The savepoint holds the state behind this keyBy under the keys of `{short(was.key.text)}`.",
            "The new version restores it and looks state up under other keys (of another type: the restore fails).",
            "Nothing is found: counts restart from zero, duplicates pass, windows and timers of the old keys are orphaned.",
        ),
        fix="Give the stateful operators behind it new uids and rebuild their state, or migrate it with the State Processor API.",
    )


def _meaning(file: FileFacts, operator: Operator) -> str:
    """The key without the lambda parameter's name; `Order::getId` and `o -> o.getId()` mean the same."""
    key = operator.key
    assert key is not None
    text = _looked_through(file, key)
    if match := re.fullmatch(r"\(?(?:\w+\s+)?(\w+)\)?->(.*)", text):
        parameter, body = match.group(1), match.group(2)
        return re.sub(rf"(?<![\w.]){re.escape(parameter)}(?!\w)", "_", body)
    if match := re.fullmatch(r"lambda(\w+):(.*)", text):
        return re.sub(rf"(?<![\w.]){re.escape(match.group(1))}(?!\w)", "_", match.group(2))
    if match := re.fullmatch(r"[\w.]+::(\w+)", text):
        return f"_.{match.group(1)}()"
    if text.startswith("{") and text.endswith("}"):
        return re.sub(r"^\{(?:(\w+)->)?", "", text)[:-1].replace("it.", "_.")
    return text


def _looked_through(file: FileFacts, key: Expression) -> str:
    if key.kind is ExpressionKind.NAME:
        for assignment in file.syntax.assignments:
            if assignment.target == key.text and assignment.value is not None:
                return squash(assignment.value.text)
    return re.sub(r"^lambda\s+", "lambda", key.text).replace(" ", "")


def _new_uids_behind(before: FileFacts, after: FileFacts, was: Operator, now: Operator) -> bool:
    """The next operators have other uids: the state is dropped on purpose."""
    first, second = _uid_behind(before, was), _uid_behind(after, now)
    return first is not None and second is not None and first != second


def _uid_behind(file: FileFacts, operator: Operator) -> str | None:
    behind = [
        op for op in file.operators if op.root == operator.root and op.position > operator.position and op.stateful
    ]
    return behind[0].uid if behind else None


def _job(key: str, uid: str = "totals") -> dict[str, str]:
    return {
        "Job.java": f"""import org.apache.flink.streaming.api.datastream.DataStream;
class Job {{
  void build(DataStream<Order> orders) {{
    orders
        .keyBy({key.split("//", maxsplit=1)[0].strip()}){" //" + key.split("//")[1] if "//" in key else ""}
        .process(new Totals()).uid("{uid}");
  }}
}}
"""
    }


RULE = Rule(
    id="flink-keyby-changed",
    title="Keyed state is looked up under other keys than it was stored",
    category=Category.STATE_CONSISTENCY,
    severity=Severity.CRITICAL,
    confidence=Confidence.HIGH,
    technologies=("flink-datastream",),
    references=(
        "https://nightlies.apache.org/flink/flink-docs-stable/docs/dev/datastream/fault-tolerance/serialization/schema_evolution/",
    ),
    compare=compare,
    bad=(
        Bad(title="another field", before=_job("o -> o.customer()"), after=_job("o -> o.region() // ! here")),
        Bad(
            title="PyFlink",
            before={
                "job.py": """from pyflink.datastream import StreamExecutionEnvironment

def build(env: StreamExecutionEnvironment, source):
    ds = env.from_source(source, watermarks, "orders")
    ds.key_by(lambda o: o.customer).process(Totals()).uid("totals")
"""
            },
            after={
                "job.py": """from pyflink.datastream import StreamExecutionEnvironment

def build(env: StreamExecutionEnvironment, source):
    ds = env.from_source(source, watermarks, "orders")
    ds.key_by(lambda o: o.region).process(Totals()).uid("totals") # ! here
"""
            },
        ),
    ),
    good=(
        Good(
            title="a method reference that means the same",
            before=_job("o -> o.customer()"),
            after=_job("Order::customer"),
        ),
        Good(
            title="a renamed lambda parameter",
            before=_job("o -> o.customer()"),
            after=_job("order -> order.customer()"),
        ),
        Good(
            title="a new uid: the state is dropped on purpose",
            before=_job("o -> o.customer()"),
            after=_job("o -> o.region()", uid="totals-by-region"),
        ),
    ),
)
