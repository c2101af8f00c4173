"""Answers overtake each other, or records that time out vanish.

Asynchronous calls give results out in another order than the records came, or lose those without an answer.

## What it catches

`AsyncDataStream.unorderedWait` where `orderedWait` stood (also with retry, and in PyFlink); an override of `timeout` that completes with nothing.

## Why it hurts in production

Two updates of one key are enriched at different speed: with unordered results the older one may come last and stay. A timeout that completes with
an empty list drops its record without a word.

## What to do

Keep `orderedWait` where what follows needs the order of a key. Let a timeout fail, or give the record to a side output.

## Trade-off

orderedWait makes every result wait for the slowest call before it. unorderedWait is legitimate where nothing behind needs the order
of a key.

## What it cannot see

That results carry a version which the sink compares.

## Examples

### bad: unordered instead of ordered
--- Job.java
 import org.apache.flink.streaming.api.datastream.AsyncDataStream;
 class Job {
   void build(DataStream<Order> orders) {
-    AsyncDataStream.orderedWait(orders, new Enrich(), 5, TimeUnit.SECONDS, 100).uid("enrich")
+    AsyncDataStream.unorderedWait(orders, new Enrich(), 5, TimeUnit.SECONDS, 100).uid("enrich") // ! here
         .sinkTo(sink).uid("sink");
   }
 }

### bad: a timeout that gives nothing
--- Enrich.java
 import org.apache.flink.streaming.api.functions.async.RichAsyncFunction;
 class Enrich extends RichAsyncFunction<Order, Order> {
   public void asyncInvoke(Order order, ResultFuture<Order> result) {
     client.find(order).thenAccept(found -> result.complete(Collections.singleton(found)));
   }
+  @Override
+  public void timeout(Order order, ResultFuture<Order> result) {
+    result.complete(Collections.emptyList()); // ! here
+  }
 }

### good: ordered instead of unordered
--- Job.java
 import org.apache.flink.streaming.api.datastream.AsyncDataStream;
 class Job {
   void build(DataStream<Order> orders) {
-    AsyncDataStream.unorderedWait(orders, new Enrich(), 5, TimeUnit.SECONDS, 100).uid("enrich").sinkTo(sink).uid("sink");
+    AsyncDataStream.orderedWait(orders, new Enrich(), 5, TimeUnit.SECONDS, 100).uid("enrich").sinkTo(sink).uid("sink");
   }
 }

### good: a timeout that gives the record on as it is
--- Enrich.java
 import org.apache.flink.streaming.api.functions.async.RichAsyncFunction;
 class Enrich extends RichAsyncFunction<Order, Order> {
   public void asyncInvoke(Order order, ResultFuture<Order> result) {
     client.find(order).thenAccept(found -> result.complete(Collections.singleton(found)));
   }
+  @Override
+  public void timeout(Order order, ResultFuture<Order> result) {
+    result.complete(Collections.singleton(order.withoutAnswer()));
+  }
 }

## References

- https://nightlies.apache.org/flink/flink-docs-stable/docs/dev/datastream/operators/asyncio/
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from reviewer.core.finding import Category, Confidence, Severity
from reviewer.facts.delta import Delta
from reviewer.facts.pairs import Kind
from reviewer.facts.streaming.dataflow import part_of
from reviewer.facts.streaming.model import Builder, FileFacts
from reviewer.facts.syntax import Function
from reviewer.rules.checks.words import Words
from reviewer.rules.rule import Hit, Rule
from reviewer.rules.support import code_files

_UNORDERED = Words(
    "The asynchronous call gave its results in the order of the records and now gives them as they are ready.",
    (
        "Two updates of one key come in; the call for the older one takes longer.",
        "With unorderedWait the newer one leaves first, the older one after it (only watermarks are not overtaken).",
        "What follows keeps the last it saw -> the stale value stays.",
    ),
    "Keep orderedWait, or give results a version that the sink compares.",
    replace=("unorderedWait", "orderedWait"),
)
_DROPPED = Words(
    "{owner}.timeout() completes with no result: a record whose call takes too long is dropped.",
    (
        "The service answers slowly for a minute.",
        "Every call that runs into the timeout is completed with an empty list, as if there were nothing to give out.",
        "Their records are gone while offsets are checkpointed behind them -> silent loss, just when the service is in trouble.",
    ),
    "Fail (result.completeExceptionally), retry, or give the record on with a mark so that it can be handled later.",
)
_ASYNC: Kind[Builder] = Kind(
    lambda f: (b for b in f.builders if b.kind == "async-io"),
    lambda f, b: (
        f.function_name(b.call.function),
        b.call.arguments[1].value.text if len(b.call.arguments) > 1 else "",
    ),
    lambda b: b.parts,
)
_EMPTY = re.compile(
    r"(?:emptyList|emptySet|Seq\.empty|Nil|List\.of\(\)|listOf\(\)|new ArrayList<[^>]*>\(\)|Collections\.EMPTY_\w+|emptyIterable|Iterable\.empty)"
)
_BASES = re.compile(r"AsyncFunction\b")


def compare(delta: Delta) -> Iterator[Hit]:
    """Calls of one function object, then new timeouts that give nothing."""
    for pair in delta.pairs_of(_ASYNC):
        if pair.before is not None and pair.after is not None:
            old, new = (part_of(side.parts, "order") for side in (pair.before, pair.after))
            if old is not None and new is not None and (old.text, new.text) == ("ordered", "unordered"):
                where = pair.files.after.function_name(pair.after.call.function) if pair.files.after else ""
                yield _UNORDERED.hit(f"{where}/unordered", pair.after.call.name_span, confidence=Confidence.MEDIUM)
    known = {function.qualified for file in delta.before.files for function, _ in _timeouts(file)}
    for file in code_files(delta.after, "flink-datastream"):
        for function, span_call in _timeouts(file):
            if function.qualified not in known and delta.touches(file.syntax.calls[span_call].span):
                owner = function.qualified.rpartition(".")[0]
                yield _DROPPED.hit(f"{function.qualified}/dropped", file.syntax.calls[span_call].name_span, owner=owner)


def _timeouts(file: FileFacts) -> Iterator[tuple[Function, int]]:
    """Overrides of `timeout` all of whose completions are empty, with the first of them."""
    for function in file.syntax.functions:
        owner = file.syntax.types[function.type] if function.type is not None else None
        if function.name != "timeout" or owner is None or not any(_BASES.search(base) for base in owner.bases):
            continue
        calls = [c for c in file.syntax.calls_in(function.index) if c.name in ("complete", "completeExceptionally")]
        if calls and all(
            c.name == "complete" and c.arguments and _EMPTY.search(c.arguments[0].value.text) for c in calls
        ):
            others = [
                c
                for c in file.syntax.calls_in(function.index)
                if re.search(r"send|output|retry|dead|dlq", c.name, re.IGNORECASE)
            ]
            if not others:
                yield function, calls[0].index


RULE = Rule(
    __name__,
    __doc__,
    category=Category.ORDERING,
    severity=Severity.HIGH,
    confidence=Confidence.HIGH,
    put_back=True,
    compare=compare,
)
