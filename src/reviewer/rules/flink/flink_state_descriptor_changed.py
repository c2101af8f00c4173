"""The restored job does not find its state under the new descriptor.

A state descriptor changes its name, its type or its kind while the operator stays.

## What it catches

In one class: a descriptor whose name literal, type, or kind (value, list, map …) differs before and after; list state that
becomes union list state. Types are compared by what they describe: `Long.class`, `Types.LONG`, `TypeInformation.of(Long.class)`
and a type hint of `Long` are one type.

## Why it hurts in production

State is found by its name. Under a new name it is empty and the old one is kept as garbage. With another kind or an incompatible
type, or as union list state that was list state, the restore fails and the job stays down.

## What to do

Keep name and type. To change them, write the new state beside the old one and read the old one for a release.

## What it cannot see

POJO or Avro evolution inside the class of the type; an operator that gets a new uid in the same release; a name or a type that
comes from elsewhere (then the rule is silent).

## Examples

### bad: renamed
--- Totals.java
 import org.apache.flink.streaming.api.functions.KeyedProcessFunction;
 class Totals extends KeyedProcessFunction<String, Order, Total> {
   private transient ValueState<Long> total;
   public void open(OpenContext context) {
-    state = getRuntimeContext().getState(new ValueStateDescriptor<>("total", Long.class));
+    state = getRuntimeContext().getState(new ValueStateDescriptor<>("sum", Long.class)); // ! here
   }
 }

### bad: another type
--- Totals.java
 import org.apache.flink.streaming.api.functions.KeyedProcessFunction;
 class Totals extends KeyedProcessFunction<String, Order, Total> {
   private transient ValueState<Long> total;
   public void open(OpenContext context) {
-    state = getRuntimeContext().getState(new ValueStateDescriptor<>("total", Long.class));
+    state = getRuntimeContext().getState(new ValueStateDescriptor<>("total", Money.class)); // ! here
   }
 }

### good: the same type, written otherwise
--- Totals.java
 import org.apache.flink.streaming.api.functions.KeyedProcessFunction;
 class Totals extends KeyedProcessFunction<String, Order, Total> {
   private transient ValueState<Long> total;
   public void open(OpenContext context) {
-    state = getRuntimeContext().getState(new ValueStateDescriptor<>("total", Long.class));
-    state = getRuntimeContext().getState(new ValueStateDescriptor<>("pair", TypeInformation.of(new TypeHint<Tuple2<Long, String>>() {})));
+    state = getRuntimeContext().getState(new ValueStateDescriptor<>("total", Types.LONG));
+    state = getRuntimeContext().getState(new ValueStateDescriptor<>("pair", Types.TUPLE(Types.LONG, Types.STRING)));
   }
 }

### good: an array, written otherwise
--- Totals.java
 import org.apache.flink.streaming.api.functions.KeyedProcessFunction;
 class Totals extends KeyedProcessFunction<String, Order, Total> {
   private transient ValueState<Long> total;
   public void open(OpenContext context) {
-    state = getRuntimeContext().getState(new ValueStateDescriptor<>("parts", TypeInformation.of(new TypeHint<Tuple2<Long, String>[]>() {})));
+    state = getRuntimeContext().getState(new ValueStateDescriptor<>("parts", Types.OBJECT_ARRAY(Types.TUPLE(Types.LONG, Types.STRING))));
   }
 }

## References

- https://nightlies.apache.org/flink/flink-docs-stable/docs/dev/datastream/fault-tolerance/serialization/schema_evolution/
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from reviewer.core.finding import Category, Confidence, Severity
from reviewer.core.span import Span
from reviewer.facts.delta import Delta, FilePair
from reviewer.facts.streaming.model import FileFacts, Known, StateDeclaration
from reviewer.rules.rule import Hit, Rule
from reviewer.rules.support import line, short, squash


def compare(delta: Delta) -> Iterator[Hit]:
    """Match descriptors by owner and name; what is left over on both sides, by owner, kind and type."""
    for pair, before, after in delta.modified():
        old, new = list(before.states), list(after.states)
        for state in list(new):
            twins = [s for s in old if (s.owner, s.name) == (state.owner, state.name)]
            if not twins:
                continue
            twin = next((s for s in twins if s.kind == state.kind), twins[0])
            old.remove(twin)
            new.remove(state)
            if state.name.known is Known.EXPLICIT:
                yield from _retyped(pair, twin, state)
        for owner in sorted({state.owner for state in new}):
            if _is_kept(before, after, owner):
                for was, now in _pairs([s for s in old if s.owner == owner], [s for s in new if s.owner == owner]):
                    yield from _renamed(was, now)


def _is_kept(before: FileFacts, after: FileFacts, owner: str) -> bool:
    return all(any(t.qualified == owner for t in file.syntax.types) for file in (before, after))


def _pairs(
    old: list[StateDeclaration], new: list[StateDeclaration]
) -> Iterator[tuple[StateDeclaration, StateDeclaration]]:
    """A descriptor that went and one of the same kind and type that came; two of them can't be told apart but by rank."""
    for key in dict.fromkeys(_identity(s) for s in new):
        first, second = [s for s in old if _identity(s) == key], [s for s in new if _identity(s) == key]
        if len(first) == len(second):
            yield from zip(first, second, strict=True)


def _identity(state: StateDeclaration) -> tuple[str, tuple[str, ...]]:
    return state.kind, tuple(_type(text) or text for text in state.types)


def _renamed(was: StateDeclaration, now: StateDeclaration) -> Iterator[Hit]:
    if was.name.known is not Known.EXPLICIT or now.name.known is not Known.EXPLICIT:
        return
    yield Hit(
        subject=f"{now.owner}: {was.name.text} -> {now.name.text}",
        span=line(now.call.arguments[0].value.span),
        message=f'The {now.kind} state of {now.owner} was named "{was.name.text}" and is now "{now.name.text}".',
        scenario=(
            f'The savepoint holds the state of {now.owner} under the name "{was.name.text}".',
            f'The new version asks for "{now.name.text}": it gets a new, empty state; the old one stays as garbage.',
            "What was counted, buffered or deduplicated so far is forgotten.",
        ),
        fix=f'Keep the name "{was.name.text}"; to rename, read the old state and write the new one for a release.',
        replace=(f'"{now.name.text}"', f'"{was.name.text}"'),
    )


def _retyped(pair: FilePair, was: StateDeclaration, now: StateDeclaration) -> Iterator[Hit]:
    what, group, new, at = "", "", "another serializer or kind", now.call.span
    damage = "The restore fails with a StateMigrationException and the job stays down."
    if was.kind != now.kind:
        what = f"{was.kind} state becomes {now.kind} state"
    elif _other_types(was, now):
        what = f"its type was {short(', '.join(was.types))} and is now {short(', '.join(now.types))}"
    elif was.access != now.access and "nion" in was.access + now.access:
        what = f"{was.access} becomes {now.access}"
        new, group = "another way to share it out", f"{now.owner}: {what}"
        at = _asked(pair, now)
        damage = "The restore fails (Incompatible state assignment modes) and the job stays down."
    if not what or not pair.touches(at):
        return
    yield Hit(
        subject=f"{now.owner}.{now.name.text}: {what}",
        span=line(at),
        message=f'The state "{now.name.text}" of {now.owner} keeps its name, but {what}.',
        scenario=(
            f'The savepoint holds "{now.name.text}" as it was written by the old version.',
            f"The new version registers {new} under the same name.",
            damage,
        ),
        fix=f'Give the new state a new name, read "{now.name.text}" as it was, and move its content over for a release; or keep kind and type.',
        group=group,
    )


def _asked(pair: FilePair, state: StateDeclaration) -> Span:
    """The line that asks for the state, where the descriptor is made on another one and stays."""
    calls = pair.after.syntax.calls if pair.after is not None and not pair.touches(state.call.span) else ()
    asked = [c.name_span for c in calls if c.name == state.access and c.function == state.call.function]
    return next((span for span in asked if pair.touches(span)), state.call.span)


def _other_types(was: StateDeclaration, now: StateDeclaration) -> bool:
    """Whether two lists of types differ; what can't be read (a variable, a helper's result) is equal to anything."""
    old, new = [_type(text) for text in was.types], [_type(text) for text in now.types]
    return len(old) == len(new) and any(a and b and a != b and not _is_raw(a, b) for a, b in zip(old, new, strict=True))


def _is_raw(one: str, other: str) -> bool:
    """`List` and `List<Long>`: a class literal can't say what is in it."""
    return ("<" in one) != ("<" in other) and one.split("<")[0] == other.split("<")[0]


_NAMED_TYPES = {
    "int": "integer",
    "bool": "boolean",
    "char": "character",
    "big_dec": "bigdecimal",
    "big_int": "biginteger",
    "big_integer": "biginteger",
}
_SPELLINGS = (
    re.compile(r"TypeHint<(.*)>\(\)"),
    re.compile(r"^(?:TypeInformation|Types)\.(?:of|POJO|GENERIC|pojo|generic)\(([\w.]+)\)$"),
    re.compile(r"^new(?:PojoTypeInfo|GenericTypeInfo)<.*>\(([\w.]+)\)$"),
    re.compile(r"^(\w+)Serializer\.INSTANCE$"),
    re.compile(r"^BasicTypeInfo\.(\w+)_TYPE_INFO$"),
    re.compile(r"^Types\.([A-Z_]+)(?:\(\))?$"),
    re.compile(r"^([\w.]+)(?:\.class|::class(?:\.java)?)$"),
)


def _type(text: str) -> str | None:
    """The described type in small letters without packages; None when the text does not say it."""
    plain = squash(text)
    if match := re.fullmatch(r"Types\.OBJECT_ARRAY\((.*)\)", plain):
        element = _type(match.group(1))
        return f"{element}[]" if element else None
    if match := re.fullmatch(r"Types\.(LIST|MAP|TUPLE)\((.*)\)", plain):
        inside = [_type(part) for part in _parts(match.group(2))]
        count = str(len(inside)) if match.group(1) == "TUPLE" else ""
        return f"{match.group(1).lower()}{count}<{','.join(part or '?' for part in inside)}>" if all(inside) else None
    plain = re.sub(r"\.class\b|::class(\.java)?\b", ".class", plain)
    for spelling in _SPELLINGS:
        if match := spelling.search(plain.replace(".class)", ")")):
            name = re.sub(r"\b(?:\w+\.)+(?=\w)", "", match.group(1)).lower()
            return _NAMED_TYPES.get(name, name)
    return None


def _parts(text: str) -> list[str]:
    """The arguments of a call as text, split at commas outside brackets."""
    depth, parts = 0, [""]
    for character in text:
        depth += (character in "(<") - (character in ")>")
        if character == "," and depth == 0:
            parts.append("")
        else:
            parts[-1] += character
    return parts


RULE = Rule(
    __name__,
    __doc__,
    category=Category.STATE_CONSISTENCY,
    severity=Severity.CRITICAL,
    confidence=Confidence.HIGH,
    compare=compare,
)
