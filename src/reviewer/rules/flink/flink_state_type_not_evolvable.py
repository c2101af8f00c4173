"""The class of a state changes in a way that stored state can't follow.

A field of a class that is kept in Flink state changes its type.

## What it catches

In a class that a state descriptor of the change, or of code beside it, names: a field with the same name and another type. A primitive and its box are one
type.

## Why it hurts in production

Flink adds and removes fields of a POJO when it restores state, and refuses another type: the restore fails and the job stays down. With Kryo there is no
check at all, and other values are read.

## What to do

Add a field with another name and fill it from the old one, or give the state another name and migrate.

## What it cannot see

A class whose descriptor is in a file that the change leaves alone and does not name; Avro classes, which follow other rules.

## Examples

### bad: an int becomes a long
--- Totals.java
 import org.apache.flink.streaming.api.functions.KeyedProcessFunction;
 class Totals extends KeyedProcessFunction<String, Order, Total> {
   public void open(OpenContext context) {
     state = getRuntimeContext().getState(new ValueStateDescriptor<>("total", Total.class));
   }
   public void processElement(Order order, Context context, Collector<Total> out) throws Exception {
     Total total = state.value();
-    total.orders += 1;
+    total.orders += 1L;
     state.update(total);
   }
 }
--- Total.java
 package org.example;
 public class Total {
-  public int orders;
+  public long orders; // ! here
   public String customer;
 }

### bad: in one file, by Types.POJO
--- Totals.java
 import org.apache.flink.streaming.api.functions.KeyedProcessFunction;
 class Totals extends KeyedProcessFunction<String, Order, Total> {
   public void open(OpenContext context) {
     state = getRuntimeContext().getListState(new ListStateDescriptor<>("all", Types.POJO(Seen.class)));
   }
   public static class Seen {
-    public String at;
+    public Instant at; // ! here
   }
 }

### good: a field is added
--- Totals.java
 import org.apache.flink.streaming.api.functions.KeyedProcessFunction;
 class Totals extends KeyedProcessFunction<String, Order, Total> {
   public void open(OpenContext context) {
     state = getRuntimeContext().getState(new ValueStateDescriptor<>("total", Total.class));
   }
   public static class Total {
     public int orders;
+    public long amount;
   }
 }

### good: a box for a primitive
--- Totals.java
 import org.apache.flink.streaming.api.functions.KeyedProcessFunction;
 class Totals extends KeyedProcessFunction<String, Order, Total> {
   public void open(OpenContext context) {
     state = getRuntimeContext().getState(new ValueStateDescriptor<>("total", Total.class));
   }
   public static class Total {
-    public int orders;
+    public Integer orders;
   }
 }

## References

- https://nightlies.apache.org/flink/flink-docs-stable/docs/dev/datastream/fault-tolerance/serialization/schema_evolution/
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from reviewer.core.finding import Category, Confidence, Severity
from reviewer.facts.delta import Delta
from reviewer.facts.fields import fields_of
from reviewer.facts.streaming.model import FileFacts, StateDeclaration
from reviewer.facts.syntax import Assignment
from reviewer.rules.checks.words import Words, of_change
from reviewer.rules.rule import Hit, Rule
from reviewer.rules.support import line, squash

_WORDS = Words(
    'The field `{field}` of {type}, which the state "{state}" keeps, was {old} and is now {new}.',
    (
        'The savepoint holds {type} objects of "{state}" with `{field}` as {old}.',
        "The new version restores them: a POJO's field may come or go, but not change its type (Kryo does not even check).",
        "The restore fails and the job stays down; started without the state, what it held is lost.",
    ),
    "Keep `{field}` as {old} and add a new field beside it, or give the state another name and migrate it.",
)
_BOXES = {
    "int": "Integer",
    "long": "Long",
    "double": "Double",
    "float": "Float",
    "boolean": "Boolean",
    "short": "Short",
    "byte": "Byte",
    "char": "Character",
}
_SKIPPED = ("static", "transient", "final static", "const")


def compare(delta: Delta) -> Iterator[Hit]:
    """The fields of classes that states name."""
    states = _by_type(delta)
    if not states:
        return
    for pair, before, after in delta.modified():
        old = _fields(before)
        for (owner, name), field in _fields(after).items():
            was = old.get((owner, name))
            state = states.get(owner.rsplit(".", 1)[-1])
            if was is None or state is None or not pair.touches(field.span):
                continue
            types = _plain(was.declared_type), _plain(field.declared_type)
            if all(types) and types[0] != types[1]:
                yield _WORDS.hit(
                    of_change(f"{owner}.{name}", *types), line(field.span), field=name, type=owner.rsplit(".", 1)[-1],
                    state=state.name.text, old=was.declared_type, new=field.declared_type,
                )  # fmt: skip


def _by_type(delta: Delta) -> dict[str, StateDeclaration]:
    """Class -> a state that keeps its objects, before and after."""
    kept = {(s.owner, s.name.text) for file in delta.before.everything() for s in file.states}
    found: dict[str, StateDeclaration] = {}
    for file in delta.after.everything():
        for state in file.states:
            if (state.owner, state.name.text) in kept:
                for name in re.findall(r"\b[A-Z]\w+", " ".join(state.types)):
                    found.setdefault(name, state)
    return found


def _fields(file: FileFacts) -> dict[tuple[str, str], Assignment]:
    return {
        (declared.qualified, name): field
        for declared in file.syntax.types
        for name, field in fields_of(file.syntax, declared).items()
        if field.declared_type and not set(_SKIPPED) & set(field.modifiers)
    }


def _plain(text: str) -> str:
    """A type without layout, packages and what only the compiler sees."""
    bare = re.sub(r"\b(?:[a-z]\w*\.)+(?=[A-Z])|[?!]$|@\w+\s*", "", squash(text))
    return _BOXES.get(bare, bare)


RULE = Rule(
    __name__,
    __doc__,
    category=Category.STATE_CONSISTENCY,
    severity=Severity.HIGH,
    confidence=Confidence.HIGH,
    compare=compare,
)
