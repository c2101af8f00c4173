"""An aggregator changes the object that it was given.

An aggregator, reducer or merger that made a copy now changes its argument and returns it.

## What it catches

`apply` of a class that implements `Aggregator`, `Reducer` or `Merger`, and lambdas given to `aggregate` and `reduce`: before the change none of
their parameters was changed, after it one of them is, and is returned.

## Why it hurts in production

The argument is the object that caches and in-memory stores still hold as the old value. Changed in place, old and new are one: change logs carry
the wrong old value, tables subtract what they just added, and a failed record leaves its half in the state.

## What to do

Copy the aggregate, change the copy, return the copy.

## What it cannot see

An aggregate that nobody else holds: a persistent store without a cache. Aggregators that always changed their argument are left alone.

## Examples

### bad: the copy goes
--- Sum.java
 import org.apache.kafka.streams.kstream.Aggregator;
 class Sum implements Aggregator<String, Order, Row> {
   public Row apply(String key, Order order, Row total) {
-    Row result = new Row(total);
-    result.set(0, order.amount());
-    return result;
+    total.set(0, order.amount());
+    return total; // ! here
   }
 }

### bad: a reducer
--- Top.java
 import org.apache.kafka.streams.*;
 import org.apache.kafka.streams.kstream.*;
 class Top {
   void build(KStream<String, Order> orders) {
     orders.groupByKey().reduce((left, right) -> {
-      return left.withAmount(left.amount() + right.amount());
+      left.setAmount(left.amount() + right.amount());
+      return left; // ! here
     });
   }
 }

### good: it always changed its argument
--- Sum.java
 import org.apache.kafka.streams.kstream.Aggregator;
 class Sum implements Aggregator<String, Order, Row> {
   public Row apply(String key, Order order, Row total) {
-    total.set(0, order.amount());
+    total.set(0, order.amount() + 1);
     return total;
   }
 }

### good: another copy
--- Sum.java
 import org.apache.kafka.streams.kstream.Aggregator;
 class Sum implements Aggregator<String, Order, Row> {
   public Row apply(String key, Order order, Row total) {
-    Row result = new Row(total);
+    Row result = total.copy();
     result.set(0, order.amount());
     return result;
   }
 }

## References

- https://kafka.apache.org/documentation/streams/developer-guide/dsl-api.html#aggregating
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from reviewer.core.finding import Category, Confidence, Severity
from reviewer.core.span import Span
from reviewer.facts.delta import Delta
from reviewer.facts.fields import MUTATORS
from reviewer.facts.streaming.model import FactSet, FileFacts, Operator
from reviewer.facts.syntax import Function, JumpKind
from reviewer.rules.checks.words import Words
from reviewer.rules.rule import Hit, Rule
from reviewer.rules.support import line, squash

_WORDS = Words(
    "{function} changes its argument `{name}` and returns it; until now it left its arguments as they were.",
    (
        "The store's cache or an in-memory store hands `{name}` to {function}: the very object that it keeps as the old value.",
        "{function} changes it in place: the old value is the new one, before anything is written or forwarded.",
        "Downstream gets a wrong old value (a table subtracts what was just added), and a record that fails leaves its half in the state -> totals drift.",
    ),
    "Copy `{name}` first, change the copy and return the copy.",
)
_NOTHING = Words(
    "The subtractor of {op}() gives `{name}` back as it was: it takes nothing away.",
    (
        "A row of the table changes its group, or its value: the old one must be taken out of the aggregate that held it.",
        "The subtractor is called with the old value and gives back the aggregate as it was.",
        "The adder puts the new value into its group, and the old value stays in the other -> each change is counted twice, for good.",
    ),
    "Take the old value out of `{name}` in the subtractor.",
)
_SUBTRACTORS = {"aggregate": 2, "reduce": 1}  # the position among the arguments
_LAMBDA = re.compile(r"\{?\(?(?P<names>\w+(?:,\w+)+)\)?(?:->|=>)(?P<result>\w+)\}?")
_LAMBDA_LIKE = re.compile(r"->|=>|::")
_BASES = re.compile(r"(Aggregator|Reducer|Merger)\b")
_HOME = re.compile(r"kafka\.streams|kstream|ksql")
_SETTER = re.compile(r"set[A-Z_]\w*$|add[A-Z_]\w*$|put[A-Z_]\w*$|increment\w*$")


def compare(delta: Delta) -> Iterator[Hit]:
    """The aggregating functions of one name before and after."""
    for pair, before, after in delta.modified():
        if not _is_streams(after):
            continue
        old, new = _functions(before), _functions(after)
        for name, functions in new.items():
            was = old.get(name, [])
            if len(was) != len(functions):
                continue
            for first, second in zip(was, functions, strict=True):
                found = _changed_and_returned(after, second)
                if found is not None and pair.touches(second.span) and not _changes(before, first):
                    shown = f"{name.rpartition('.')[2]}()" if not second.is_lambda else "The aggregator"
                    yield _WORDS.hit(f"{name}/{found[0]}", found[1], function=shown, name=found[0])


def inspect(facts: FactSet) -> Iterator[Hit]:
    """Subtractors of tables that give back the aggregate as it was."""
    for file in facts.files:
        for operator in file.operators if _is_streams(file) else ():
            index = _SUBTRACTORS.get(operator.op)
            given = [a.value for a in operator.call.arguments if a.name is None]
            if (
                operator.framework != "streams"
                or index is None
                or len(given) <= index
                or _is_of_sessions(file, operator)
            ):
                continue
            adder, subtractor = given[index - 1], given[index]
            match = _LAMBDA.fullmatch(squash(subtractor.text))
            names = re.findall(r"\w+", match["names"]) if match is not None else []
            kept = names[-1 if operator.op == "aggregate" else 0] if names else ""
            if (
                match is not None
                and _LAMBDA_LIKE.search(adder.text)
                and match["result"] == kept
                and len(names) == index + 1
            ):
                yield _NOTHING.hit(
                    f"{operator.root}/{operator.op} subtracts nothing", line(subtractor.span), op=operator.op, name=kept
                )


def _is_of_sessions(file: FileFacts, operator: Operator) -> bool:
    """The third function of a session's aggregate merges two sessions."""
    chain = file.syntax.chain(operator.call)
    return any(call.name == "windowedBy" for call in chain) or "Session" in file.names.type_of(
        chain[0].receiver, operator.call.function
    )


def _is_streams(file: FileFacts) -> bool:
    return "kafka-streams" in file.libraries or any(_HOME.search(item.path) for item in file.syntax.imports)


def _functions(file: FileFacts) -> dict[str, list[Function]]:
    syntax = file.syntax
    calls = {op.call.index for op in file.operators if op.op in ("aggregate", "reduce") and op.framework == "streams"}
    found: dict[str, list[Function]] = {}
    for function in syntax.functions:
        owner = syntax.types[function.type] if function.type is not None else None
        is_method = function.name == "apply" and owner is not None and any(_BASES.search(base) for base in owner.bases)
        if len(function.parameters) >= 2 and (is_method or function.argument_of in calls):
            found.setdefault(function.qualified, []).append(function)
    return found


def _changes(file: FileFacts, function: Function) -> set[str]:
    """The parameters that a function changes."""
    names = {p.name for p in function.parameters}
    syntax = file.syntax
    inside = {
        f.index for f in syntax.functions if f.index == function.index or syntax.is_inside(f.index, function.index)
    }
    called = {
        c.receiver for c in syntax.calls if c.function in inside and (c.name in MUTATORS or _SETTER.match(c.name))
    }
    assigned = {
        re.split(r"[.\[]", a.target)[0]
        for a in syntax.assignments
        if a.function in inside and re.search(r"[.\[]", a.target)
    }
    return names & (called | assigned)


def _changed_and_returned(file: FileFacts, function: Function) -> tuple[str, Span] | None:
    changed = _changes(file, function)
    for jump in file.syntax.jumps:
        if jump.kind is JumpKind.RETURN and jump.function == function.index and jump.text.strip() in changed:
            return jump.text.strip(), jump.span
    return None


RULE = Rule(
    __name__,
    __doc__,
    category=Category.STATE_CONSISTENCY,
    severity=Severity.HIGH,
    confidence=Confidence.HIGH,
    inspect=inspect,
    compare=compare,
)
