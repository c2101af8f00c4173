"""State is kept under other keys, or records are no longer brought together by theirs.

The key in front of stateful work changes, or the step that makes it goes, while the state stays.

## What it catches

`groupBy` or `selectKey` with another key expression in front of an aggregation, a join or a store that keeps its name; `selectKey`, `groupBy`,
`map` or `repartition` removed, so that what stands behind works on the key that the records came with; another key in `context.forward(…)` of a processor.

## Why it hurts in production

Counts and tables lie under the old keys and are never asked for again. Without the new key no repartition happens: records of one customer
lie in several partitions, and each task counts its own part.

## What to do

Keep the key. For another key use another store name and another topic for the result.

## What it cannot see

A key that is made in another file; a topic that is keyed in the right way meanwhile.

## Examples

### bad: another field is the key
--- Top.java
 import org.apache.kafka.streams.*;
 import org.apache.kafka.streams.kstream.*;
 class Top {
   void build(StreamsBuilder builder) {
     builder.stream("orders")
-        .groupBy((key, order) -> order.customer())
+        .groupBy((key, order) -> order.region()) // ! here
         .count(Materialized.as("totals"));
   }
 }

### bad: the key is no longer set
--- Top.java
 import org.apache.kafka.streams.*;
 import org.apache.kafka.streams.kstream.*;
 class Top {
   void build(StreamsBuilder builder) {
     builder.stream("orders")
-        .selectKey((key, order) -> order.customer()) // ! here
         .groupByKey()
         .count(Materialized.as("totals"));
   }
 }

### good: renamed parameters and a getter for a field
--- Top.java
 import org.apache.kafka.streams.*;
 import org.apache.kafka.streams.kstream.*;
 class Top {
   void build(StreamsBuilder builder) {
     builder.stream("orders")
-        .groupBy((key, order) -> order.customer())
+        .groupBy((k, o) -> { return o.getCustomer(); })
         .count(Materialized.as("totals"));
   }
 }

### good: groupBy in one step instead of two
--- Top.java
 import org.apache.kafka.streams.*;
 import org.apache.kafka.streams.kstream.*;
 class Top {
   void build(StreamsBuilder builder) {
     builder.stream("orders")
-        .selectKey((key, order) -> order.customer())
-        .groupByKey()
+        .groupBy((key, order) -> order.customer())
         .count(Materialized.as("totals"));
   }
 }

## References

- https://kafka.apache.org/documentation/streams/developer-guide/dsl-api.html
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import accumulate

from reviewer.core.finding import Category, Confidence, Severity
from reviewer.facts.delta import Delta
from reviewer.facts.streaming.model import FileFacts, Operator
from reviewer.facts.streaming.names import simple_type
from reviewer.facts.streaming.protections import qualified
from reviewer.facts.syntax import Call, Expression, ExpressionKind
from reviewer.rules.checks.dataflow import (
    Same,
    ancestors,
    behind,
    cause,
    is_new_application,
    of_framework,
    operators,
    stores_of,
)
from reviewer.rules.checks.keys import reads
from reviewer.rules.checks.words import Words, of_change
from reviewer.rules.rule import Hit, Rule
from reviewer.rules.support import short, squash

_OTHER = Words(
    "The records were keyed by `{old}` and are now keyed by `{new}`; the state of {state}() stays.",
    (
        "The store of {state}() holds its entries under the keys of `{old}`.",
        "The new version groups by `{new}` and looks entries up under these keys, in the same store.",
        "Nothing is found, or another entity's entry: counts restart, old entries stay for ever, and readers of the result see both kinds of keys.",
    ),
    "Keep the key, or give {state}() another store name and the result another topic, and replay.",
)
_GONE = Words(
    "{op}() is removed: {state}() now works on the key that the records came with.",
    (
        "Until now {op}() gave the records their key, and a repartition brought those of one key into one partition.",
        "The new version keeps the old key and makes no repartition topic: records that belong together lie in several partitions.",
        "Each task counts or joins its own part under other keys -> results are split or missing, and the state until now is never found again.",
    ),
    "Put {op}() back in front of {state}(), or show that the input topic is keyed in that way and give {state}() another store name.",
)
_FORWARDED = Words(
    "{function}() forwarded records under `{old}` and now forwards them under `{new}`.",
    (
        "What lies in the stores, the repartition topic or the output topic behind {function}() has the keys of `{old}`.",
        "The new version forwards the next record of the same thing under `{new}`: another entry of a store, another partition.",
        "Old and new records of one thing no longer meet -> stale entries stay for ever, order between them is gone, and things that share `{new}` overwrite each other.",
    ),
    "Keep the key; else give the stores and the topic behind it new names, and replay.",
)
_CONTEXT = re.compile(r"(?:^|\.)_?(?:processor_?)?(?:context|ctx)(?:\(\))?$", re.IGNORECASE)
_KEYED = ("groupBy", "selectKey")
_REKEYS = frozenset({"groupBy", "selectKey", "map", "flatMap", "transform", "process", "repartition"})
_PATH = re.compile(r"[\w.()\s]+")  # fields and calls without arguments, one after the other
_STEPS = 4  # variables that are looked through
_STATEFUL = frozenset({"count", "reduce", "aggregate", "join", "leftJoin", "outerJoin", "cogroup"})


def compare(delta: Delta) -> Iterator[Hit]:
    """Keys of the same step, then stateful steps in front of which no step makes a key any more."""
    if is_new_application(delta):
        return
    yield from _forwarded(delta)
    lost: set[int] = set()
    for same in operators(delta, "streams"):
        if same.now.op in _KEYED:
            yield from _other(same)
        if same.now.op in _STATEFUL:
            old, new = _makers(same.before, same.was), _makers(same.after, same.now)
            if (
                old
                and not new
                and id(old[0]) not in lost
                and _has_source(same.before, same.was)
                and _has_source(same.after, same.now)
            ):
                lost.add(id(old[0]))
                yield _GONE.hit(
                    f"{same.place}/{old[0].op} removed", old[0].call.name_span, op=old[0].op, state=same.now.op,
                    confidence=None if old[0].op in ("groupBy", "selectKey", "repartition") else Confidence.MEDIUM,
                )  # fmt: skip


def _forwarded(delta: Delta) -> Iterator[Hit]:
    """Keys that processors forward with, by function and in order."""
    for files, before, after in delta.modified():
        old, new = _forwards(before), _forwards(after)
        for home, keys in new.items():
            was = old.get(home, [])
            for first, second in zip(was, keys, strict=True) if len(was) == len(keys) else ():
                a, b = _looked_through(before, first[0]), _looked_through(after, second[0])
                if (
                    _meant(before, *first) == _meant(after, *second)
                    or not files.touches(second[0].span)
                    or not (_is_made(a) or _is_made(b))
                ):
                    continue
                yield _FORWARDED.hit(
                    f"{home}/forward: {a} -> {b}", second[0].span, function=home.rpartition(".")[2], old=short(first[0].text),
                    new=short(second[0].text), confidence=Confidence.MEDIUM,
                )  # fmt: skip


def _forwards(file: FileFacts) -> dict[str, list[tuple[Expression, int | None]]]:
    """The keys of what is forwarded with the very function around each, by the named function."""
    found: dict[str, list[tuple[Expression, int | None]]] = {}
    for call in file.syntax.calls if "kafka-streams" in file.libraries else ():
        if call.name == "forward" and _CONTEXT.search(call.receiver):
            key = _forwarded_key(file, call)
            if key is not None:
                found.setdefault(qualified(file, call.function), []).append((key, call.function))
    return found


def _forwarded_key(file: FileFacts, call: Call) -> Expression | None:
    given = call.argument(0)
    if given is None or given.call is None:
        return given if len(call.arguments) > 1 and given is not None else None
    made = file.syntax.calls[given.call]
    if made.is_construction and simple_type(made.name) == "Record":
        return made.argument(0)
    keyed = [c for c in file.syntax.chain(made) if c.name == "withKey"]
    if keyed:
        return keyed[-1].argument(0)
    return given if len(call.arguments) > 1 else None


def _looked_through(file: FileFacts, key: Expression) -> str:
    """The key's text, a local variable looked through, `getId()` like `id`."""
    text = key.text
    if key.kind is ExpressionKind.NAME:
        made = [a.value.text for a in file.syntax.assignments if a.target == text and a.value is not None]
        text = made[0] if len(made) == 1 else text
    return _like_fields(squash(text))


def _meant(file: FileFacts, key: Expression, function: int | None) -> str:
    """What is compared: all local variables looked through, parameters by their place, no brackets around it."""
    text = _bare(squash(key.text))
    for _ in range(_STEPS):
        root = re.match(r"\w+(?![\w(])", text)
        made = [a.value.text for a in file.syntax.assignments if root and a.target == root[0] and a.value is not None]
        if root is None or len(made) != 1 or _PATH.fullmatch(made[0]) is None:
            break
        text = _bare(squash(made[0])) + text[root.end() :]
    for place, parameter in enumerate(file.syntax.functions[function].parameters if function is not None else ()):
        if parameter.name:
            text = re.sub(rf"(?<![\w.]){re.escape(parameter.name)}(?!\w)", f"_{place}", text)
    return _like_fields(text)


def _like_fields(text: str) -> str:
    return re.sub(r"\.(?:get)?([A-Za-z]\w*)(?:\(\))?(?!\()", lambda m: f".{m[1][:1].lower()}{m[1][1:]}", text)


def _bare(text: str) -> str:
    """Without brackets around the whole."""
    while text.startswith("(") and text.endswith(")"):
        depths = list(accumulate((c == "(") - (c == ")") for c in text))
        if 0 in depths[:-1]:
            break
        text = text[1:-1].strip()
    return text


def _is_made(text: str) -> bool:
    """Whether it is more than a name: one that only has another name now is the same."""
    return re.fullmatch(r"\w*", text) is None


def _other(same: Same) -> Iterator[Hit]:
    if same.was.key is None or same.now.key is None:
        return
    old, new = reads(same.was.key.text), reads(same.now.key.text)
    if old is None or new is None or old == new:
        return
    before, after = _state_behind(same.before, same.was), _state_behind(same.after, same.now)
    if after is None or before is None or before[1] != after[1]:
        return
    span = cause(same.files, same.now.key.span)
    yield _OTHER.hit(
        of_change(same.place, old, new), span, old=short(same.was.key.text), new=short(same.now.key.text), state=after[0].op
    )  # fmt: skip


def _state_behind(file: FileFacts, operator: Operator) -> tuple[Operator, list[str]] | None:
    """The first stateful step behind one, through steps without state, and the names of its stores."""
    waiting, everyone, seen = [operator], of_framework(file, "streams"), set()
    while waiting:
        current = waiting.pop(0)
        if current.op in _STATEFUL and current is not operator:
            return current, [store.name.text for store in stores_of(file, current)]
        if current.position not in seen:
            seen.add(current.position)
            waiting += behind(everyone, current)
    return None


def _makers(file: FileFacts, operator: Operator) -> list[Operator]:
    """The steps that make the key of what reaches a stateful step, nearest first; those behind other state are its own."""
    found: list[Operator] = []
    by_position = {op.position: op for op in file.operators}
    waiting, seen = list(operator.inputs[:1]), set()
    while waiting:
        other = by_position.get(waiting.pop(0))
        if other is None or other.position in seen:
            continue
        seen.add(other.position)
        if other.op in _REKEYS and (other.op == "repartition" or any(p.name == "rekeys" for p in other.parts)):
            found.append(other)
        if other.op not in _STATEFUL:
            waiting += other.inputs
    return found


def _has_source(file: FileFacts, operator: Operator) -> bool:
    """Whether the whole way from the topic is in this file: else the key may be made elsewhere."""
    return any(op.op in ("stream", "table") for op in ancestors(file, operator))


RULE = Rule(
    __name__,
    __doc__,
    category=Category.STATE_CONSISTENCY,
    severity=Severity.CRITICAL,
    confidence=Confidence.HIGH,
    put_back=True,
    compare=compare,
)
