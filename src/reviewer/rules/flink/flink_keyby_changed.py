"""Keyed state is looked up under other keys than it was stored.

The key of a keyed stream changes under state that stays.

## What it catches

A `keyBy` / `key_by` whose key differs before and after, at the same place of the same job, with state behind it. Keys are compared by
what they read: a method reference, a lambda, an anonymous or a named selector of the same field are the same key; a field name or
a position in place of a selector is another type of key.

## Why it hurts in production

Keyed state, windows and timers are stored per key. With another type the restore fails: keys can't be migrated. With another field
of the same type the old state lies under keys that are never asked for again: counts restart, deduplication lets everything through,
old timers still fire.

## What to do

Give the operators behind it a new uid and rebuild their state, or migrate with the State Processor API.

## Trade-off

New state starts empty or is replayed: hours of input, and results that differ meanwhile. Going on is legitimate where the state
behind it outlives no deploy anyway.

## What it cannot see

A key selector whose body is in a file that is not part of the change; a getter that changes what it returns.

## Examples

### bad: another field
--- Job.java
 import org.apache.flink.streaming.api.datastream.DataStream;
 class Job {
   void build(DataStream<Order> orders) {
     orders
-        .keyBy(o -> o.customer())
+        .keyBy(o -> o.region()) // ! here
         .process(new Totals()).uid("totals");
   }
 }

### bad: a selector for a field name: the key is no Tuple any more
--- Job.java
 import org.apache.flink.streaming.api.datastream.DataStream;
 class Job {
   void build(DataStream<Order> orders) {
     orders
-        .keyBy("customer")
+        .keyBy(o -> o.customer) // ! here
         .process(new Totals()).uid("totals");
   }
 }

### good: a type for the parameter, a block for the expression
--- Job.java
 import org.apache.flink.streaming.api.datastream.DataStream;
 class Job {
   void build(DataStream<Order> orders) {
     orders
-        .keyBy(o -> o.customer())
+        .keyBy((final Order order) -> { return order.customer(); })
         .process(new Totals()).uid("totals");
   }
 }

### good: a selector of its own, and one without a name, that read the same field
--- Job.java
 import org.apache.flink.streaming.api.datastream.DataStream;
 class Job {
   void build(DataStream<Order> orders) {
     orders
-        .keyBy(o -> o.customer())
+        .keyBy(new KeySelector<Order, String>() { @Override public String getKey(Order o) throws Exception { return o.customer(); } })
         .process(new Totals()).uid("totals");
   }
 }

## References

- https://nightlies.apache.org/flink/flink-docs-stable/docs/dev/datastream/fault-tolerance/serialization/schema_evolution/
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from reviewer.core.finding import Category, Confidence, Severity
from reviewer.facts.delta import Delta, FilePair
from reviewer.facts.streaming.model import FactSet, FileFacts, Operator
from reviewer.facts.streaming.names import simple_type
from reviewer.facts.syntax import Expression, ExpressionKind, JumpKind
from reviewer.rules.rule import Hit, Rule
from reviewer.rules.support import aligned, line, short, squash

_LAMBDA = re.compile(
    r"^\(?\s*(?:final\s+)?(?:[\w.<>\[\], ?]+\s+)?(\w+)\s*(?::\s*[\w.<>?]+)?\s*\)?\s*[-=]>\s*(.*)$", re.DOTALL
)
_PYTHON = re.compile(r"^lambda\s+(\w+)\s*:\s*(.*)$", re.DOTALL)
_ANONYMOUS = re.compile(
    r"getKey\(\s*(?:final\s+)?[\w.<>\[\], ?]+\s+(\w+)\s*\)[^{]*\{\s*return\s+(.*?);\s*\}\s*\}\s*$", re.DOTALL
)


def compare(delta: Delta) -> Iterator[Hit]:
    """The keyBy calls of a function that stand at the same place before and after."""
    for pair, before, after in delta.modified():
        old, new = _flink(before), _flink(after)
        for root in sorted({op.root for op in old} & {op.root for op in new}):
            for was, now in aligned([op for op in old if op.root == root], [op for op in new if op.root == root]):
                if now.op in ("keyBy", "key_by") and was.key is not None and now.key is not None:
                    if pair.touches(now.call.span) and not _is_dropped(old, new, was, now):
                        yield from _changed(delta, pair, was, now)


def _flink(file: FileFacts) -> list[Operator]:
    return [op for op in file.operators if op.framework == "flink"]


def _changed(delta: Delta, pair: FilePair, was: Operator, now: Operator) -> Iterator[Hit]:
    assert was.key is not None and now.key is not None and pair.before is not None and pair.after is not None
    before, after = _meaning(pair.before, was.key, delta.before), _meaning(pair.after, now.key, delta.after)
    if before is None or after is None or before == after:
        return
    named = _is_position(before) != _is_position(after)
    yield Hit(
        subject=f"{now.root}: {before} -> {after}",
        span=line(now.key.span),
        message=f"The stream was keyed by `{short(was.key.text)}` and is now keyed by `{short(now.key.text)}`.",
        scenario=(
            f"The savepoint holds the state behind this keyBy under the keys of `{short(was.key.text)}`.",
            "A field name or a position makes a key of type Tuple, a selector one of its own type: the restore fails, as keys can't be migrated."
            if named
            else "The new version restores it and looks state up under other keys (of another type: the restore fails).",
            "The job stays down; started without that state, counts restart from zero and duplicates pass."
            if named
            else "Nothing is found: counts restart from zero, duplicates pass, windows and timers of the old keys are orphaned.",
        ),
        fix="Give the stateful operators behind it new uids and rebuild their state, or migrate it with the State Processor API.",
    )


def _is_position(meaning: str) -> bool:
    return "_" not in meaning and re.fullmatch(r"[\"']?[\w.]+[\"']?(,[\"']?[\w.]+[\"']?)*", meaning) is not None


def _meaning(file: FileFacts, key: Expression, side: FactSet) -> str | None:
    """What a key reads, `_` for the record; None when it stands in code that is not seen."""
    if key.text.startswith("_."):  # Scala
        return _body("_", key.text)
    if key.kind is ExpressionKind.NAME:
        values = [a.value for a in file.syntax.assignments if a.target == key.text and a.value is not None]
        return _meaning(file, values[0], side) if len(values) == 1 and values[0].text != key.text else None
    text = key.text
    for pattern in (_ANONYMOUS, _PYTHON, _LAMBDA):
        if match := pattern.search(text) if pattern is _ANONYMOUS else pattern.match(text):
            return _body(match.group(1), match.group(2))
    if match := re.fullmatch(r"[\w.]+::(\w+)", squash(text)):
        return _body("_", f"_.{match.group(1)}()")
    if text.startswith("{") and text.endswith("}"):
        inside = _LAMBDA.match(text[1:-1].strip())
        return _body(*inside.groups()) if inside else _body("it", text[1:-1])
    if key.call is not None:
        return _selector(simple_type(file.syntax.calls[key.call].name), side)
    return squash(text)


def _selector(name: str, side: FactSet) -> str | None:
    """The body of a key selector's class in any file that was read."""
    for file in side.everything():
        for function in file.syntax.functions:
            owner = file.syntax.types[function.type].name if function.type is not None else ""
            if owner == name and function.name in ("getKey", "get_key") and function.parameters:
                returned = [j for j in file.syntax.jumps if j.function == function.index and j.kind is JumpKind.RETURN]
                return _body(function.parameters[-1].name, returned[0].text) if len(returned) == 1 else None
    return None


def _body(parameter: str, body: str) -> str:
    """The expression of a selector without layout, parameter name, `return`, and the difference of `getId()`, `id()` and `id`."""
    text = re.sub(r"^\{\s*return\b(.*?);?\s*\}$", r"\1", body.strip().rstrip(";"), flags=re.DOTALL)
    text = re.sub(rf"(?<![\w.]){re.escape(parameter)}(?!\w)", "_", squash(text))
    text = re.sub(r"\.(?:get)?([A-Za-z]\w*)\(\)", lambda m: f".{m.group(1)[:1].lower()}{m.group(1)[1:]}", text)
    static = re.fullmatch(r"[A-Z]\w*\.(\w+)\(_\)", text)
    return f"_.{static.group(1)}" if static else text


def _is_dropped(old: list[Operator], new: list[Operator], was: Operator, now: Operator) -> bool:
    """Nothing behind the key keeps state, or all that does has another uid: dropped on purpose."""
    first, second = _behind(old, was), _behind(new, now)
    if first and second and not any(op.stateful and op.kind == "node" for op in (*first, *second)):
        return True
    uids = [{op.uid for op in ops if op.stateful and op.uid} for ops in (first, second)]
    return bool(uids[0] and uids[1]) and not uids[0] & uids[1]


def _behind(operators: list[Operator], key: Operator) -> list[Operator]:
    """The operators that read the keyed stream, looking through windows and joins."""
    found: list[Operator] = []
    for operator in operators:
        if key.position in operator.inputs:
            found += _behind(operators, operator) if operator.kind == "edge" else [operator]
    return found


RULE = Rule(
    __name__,
    __doc__,
    category=Category.STATE_CONSISTENCY,
    severity=Severity.CRITICAL,
    confidence=Confidence.HIGH,
    compare=compare,
)
