"""A delete is no longer understood.

The test for a missing value goes while the value is used, or records without a value are filtered out in front of a table.

## What it catches

In lambdas given to Streams operators, and in processors, transformers, joiners and mappers: a parameter that was compared with null before, and
is used without a test after the change. And a new `filter` in front of `toTable` that drops null values.

## Why it hurts in production

A null value is a tombstone: it means delete. Used without a test it throws, the thread dies, and again after every restart. Filtered out, the
deleted row stays in the table for ever and is joined on.

## What to do

Handle null as what it is: forward it, delete, or leave it out on purpose where deletes cannot come.

## What it cannot see

That the topic never carries tombstones; a test inside what the value is handed to.

## Examples

### bad: the test goes, the value is used
--- Copy.java
 import org.apache.kafka.streams.kstream.Transformer;
 class Copy implements Transformer<String, Row, KeyValue<String, Row>> {
   public KeyValue<String, Row> transform(String key, Row row) {
-    long at = row == null ? context.currentStreamTimeMs() : extractor.extract(key, row);
-    context.forward(key, row, To.all().withTimestamp(at));
+    context.forward(key, row, To.all().withTimestamp(row.at())); // ! here
     return null;
   }
 }

### bad: deletes are filtered in front of a table
--- Tables.java
 import org.apache.kafka.streams.*;
 import org.apache.kafka.streams.kstream.*;
 class Tables {
   void build(StreamsBuilder builder) {
     KStream<String, Customer> customers = builder.stream("customers");
-    KTable<String, Customer> table = customers.toTable(Materialized.as("customers"));
+    KTable<String, Customer> table = customers
+        .filter((key, customer) -> customer != null) // ! here
+        .toTable(Materialized.as("customers"));
   }
 }

### good: the test is written in another way
--- Copy.java
 import org.apache.kafka.streams.kstream.Transformer;
 class Copy implements Transformer<String, Row, KeyValue<String, Row>> {
   public KeyValue<String, Row> transform(String key, Row row) {
-    long at = row == null ? context.currentStreamTimeMs() : row.at();
+    long at = Optional.ofNullable(row).map(Row::at).orElse(context.currentStreamTimeMs());
     context.forward(key, row, To.all().withTimestamp(at));
     return null;
   }
 }

### good: a stream of events without deletes
--- Tables.java
 import org.apache.kafka.streams.*;
 import org.apache.kafka.streams.kstream.*;
 class Tables {
   void build(StreamsBuilder builder) {
     KStream<String, Order> orders = builder.stream("orders");
-    orders.groupByKey().count(Materialized.as("counts"));
+    orders.filter((key, order) -> order != null).groupByKey().count(Materialized.as("counts"));
   }
 }

## References

- https://kafka.apache.org/documentation/streams/developer-guide/dsl-api.html
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from reviewer.core.finding import Category, Confidence, Severity
from reviewer.core.span import Span
from reviewer.facts.delta import Delta, FilePair
from reviewer.facts.streaming.model import FileFacts, Operator
from reviewer.facts.syntax import Function
from reviewer.rules.checks.dataflow import behind, of_framework
from reviewer.rules.checks.words import Words
from reviewer.rules.rule import Hit, Rule
from reviewer.rules.support import line, squash

_WORDS = Words(
    "`{name}` was tested for null in {function} and is now used without a test: a tombstone throws here.",
    (
        "A record with a null value arrives: a delete of its key.",
        "{function} uses `{name}` without asking whether it is there.",
        "The exception ends the stream thread, or the record is skipped as an error -> the delete is never applied, or the application dies on it again and again.",
    ),
    "Put the test for null on `{name}` back, and pass the delete on.",
)
_FILTERED = Words(
    "filter drops records without a value in front of {table}: deletes never reach the table.",
    (
        "A row is deleted upstream: a record with its key and a null value arrives.",
        "The filter drops it, and {table} keeps the row.",
        "Joins and look-ups go on with a row that no longer exists -> wrong results, and data that should be erased stays.",
    ),
    "Let null values through to {table}, and filter behind it.",
)
_MIRRORED = Words(
    "filter drops records without a value, for which {step} gave null on until now: deletes no longer reach the topic.",
    (
        "A row is deleted upstream: a record with its key and a null value arrives.",
        "Until now {step} gave the null on, and the topic's readers deleted the row; now the filter drops the record.",
        "A compacted topic keeps the row's last value for good -> every reader goes on with a row that should be gone.",
    ),
    "Let null values through, and handle them in the steps behind.",
)
_GIVES_NULL = re.compile(
    r"==\s*null\s*\?\s*null\b|!=\s*null\s*\?[^:]{1,80}:\s*null\b|\w\?\.\w|Option\(|if\s*\(\s*\w+\s*==\s*null\s*\)\s*(?:return\s+)?null"
)
_BASES = re.compile(
    r"\b(Contextual|FixedKey|Abstract)?Processor\b|Transformer|ValueMapper|KeyValueMapper|ValueJoiner|Reducer|Aggregator|Predicate|TimestampExtractor"
)
_METHODS = frozenset({"process", "transform", "apply", "extract", "test"})
_NOT_NULL = re.compile(r"(\w+)\s*(?:!=|!==)\s*(?:null|None)\s*[;})]*\s*$|(?:Objects\.)?nonNull\((\w+)\)\s*[;})]*\s*$")


def compare(delta: Delta) -> Iterator[Hit]:
    """Functions of one name before and after; then new filters."""
    for pair, before, after in delta.modified():
        if "kafka-streams" not in after.libraries:
            continue
        old, new = _functions(before), _functions(after)
        for name, functions in new.items():
            was = old.get(name, [])
            if len(was) == len(functions):
                for first, second in zip(was, functions, strict=True):
                    yield from _untested(pair, before, after, first, second)
        yield from _filters(pair, before, after)


def _functions(file: FileFacts) -> dict[str, list[Function]]:
    calls = {op.call.index for op in of_framework(file, "streams")}
    found: dict[str, list[Function]] = {}
    for function in file.syntax.functions:
        owner = file.syntax.types[function.type] if function.type is not None else None
        is_method = function.name in _METHODS and owner is not None and any(_BASES.search(b) for b in owner.bases)
        if function.parameters and (is_method or function.argument_of in calls):
            found.setdefault(function.qualified, []).append(function)
    return found


def _untested(pair: FilePair, before: FileFacts, after: FileFacts, was: Function, now: Function) -> Iterator[Hit]:
    if not pair.touches(now.span) or len(was.parameters) != len(now.parameters):
        return
    old, new = _text(pair, before, was), _text(pair, after, now)
    for first, second in zip(was.parameters, now.parameters, strict=True):
        used = _use(after, now, second.name)
        if _is_tested(old, first.name) and not _is_tested(new, second.name) and used is not None:
            shown = "the lambda" if now.is_lambda else f"{now.name}()"
            yield _WORDS.hit(f"{now.qualified}/{second.name} untested", used, name=second.name, function=shown)
            return


def _text(pair: FilePair, file: FileFacts, function: Function) -> str:
    text = pair.change.text(function.span.side) or ""
    lines = text.split("\n")[function.span.first_line - 1 : function.span.last_line]
    return "\n".join(re.sub(r"//.*|#.*", "", row) for row in lines)


def _is_tested(text: str, name: str) -> bool:
    """Whether a name is compared with null, or handed to what asks for it."""
    word = re.escape(name)
    compared = rf"(?<![\w.]){word}\s*(?:[!=]==?|is(?:\s+not)?)\s*(?:null|None)\b|(?:null|None)\s*[!=]=\s*{word}\b"
    asked = (
        rf"(?i:nonNull|isNull|ofNullable|Option|requireNonNull\w*)\(\s*{word}\b|(?<![\w.]){word}\s*\?[.:]|case\s+null"
    )
    return re.search(f"{compared}|{asked}", text) is not None


def _use(file: FileFacts, function: Function, name: str) -> Span | None:
    """Where a member of the parameter is called or read, or it is handed to a function that reads it."""
    for call in file.syntax.calls:
        if function.span.contains(call.span) and re.match(rf"{re.escape(name)}(?:[.\[(]|$)", call.receiver):
            return line(call.name_span)
    for call in file.syntax.calls:
        if function.span.contains(call.span) and call.name in ("extract", "apply", "convert", "serialize", "parse"):
            if any(a.value.text == name for a in call.arguments):
                return line(call.name_span)
    return None


def _filters(pair: FilePair, before: FileFacts, after: FileFacts) -> Iterator[Hit]:
    known = {op.call.arguments[0].value.text for op in before.operators if op.op == "filter" and op.call.arguments}
    everyone = of_framework(after, "streams")
    for operator in everyone:
        text = operator.call.arguments[0].value.text if operator.call.arguments else ""
        if (
            operator.op != "filter"
            or text in known
            or not _NOT_NULL.search(text)
            or not pair.touches(operator.call.name_span)
        ):
            continue
        if _reaches(everyone, operator, "to") and (lost := _passed_null(before, after, operator.root)):
            yield _MIRRORED.hit(f"{operator.root}/filter to", line(operator.call.name_span), step=lost)
            continue
        into = next((op for op in behind(everyone, operator) if op.op == "toTable"), None)
        if into is not None and any(op.op == "toTable" for op in before.operators):
            yield _FILTERED.hit(f"{operator.root}/filter toTable", line(operator.call.name_span), table="toTable()")


def _reaches(everyone: list[Operator], operator: Operator, op: str) -> bool:
    """Whether what an operator gives on comes to a step of a name."""
    waiting, seen = [operator], set[int]()
    while waiting:
        for other in behind(everyone, waiting.pop()):
            if other.op == op:
                return True
            if other.position not in seen:
                seen.add(other.position)
                waiting.append(other)
    return False


def _passed_null(before: FileFacts, after: FileFacts, root: str) -> str:
    """The step of a function that gave null on for null, and does so no more; "" where there is none."""
    kept = {squash(a.value.text) for op in of_framework(after, "streams") for a in op.call.arguments}
    for operator in of_framework(before, "streams"):
        for argument in operator.call.arguments if operator.root == root else ():
            if _GIVES_NULL.search(argument.value.text) and squash(argument.value.text) not in kept:
                return f"{operator.op}()"
    return ""


RULE = Rule(
    __name__,
    __doc__,
    category=Category.DATA_LOSS,
    severity=Severity.HIGH,
    confidence=Confidence.HIGH,
    compare=compare,
)
