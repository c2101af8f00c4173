"""Event-time windows that never fire.

Event-time windows behind a source without watermarks, or whose idle partition holds them back.

## What it catches

In a file with event-time windows or timers: `WatermarkStrategy.noWatermarks()`, and a Kafka source whose strategy has no
`withIdleness`; watermarks that are assigned to a stream which nothing reads, beside the windows.

## Why it hurts in production

The watermark of a source is the minimum over its partitions. One partition without records holds it for ever: windows never fire,
state grows until checkpoints fail. Without watermarks event-time windows never fire at all.

## What to do

Bounded out-of-orderness with `withIdleness` above the normal gaps of the topic.

## What it cannot see

That every partition is always busy; a strategy built in another file. Processing-time jobs stay silent, and so do sources whose
watermarks are assigned further down.

## Examples

### bad: noWatermarks before an event-time window
--- Job.java
 import org.apache.flink.connector.kafka.source.KafkaSource;
 import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
 class Job {
   void build(StreamExecutionEnvironment env, KafkaSource<Order> source) {
     env.fromSource(source,
-            WatermarkStrategy.<Order>forBoundedOutOfOrderness(Duration.ofSeconds(5)).withIdleness(Duration.ofMinutes(1)),
+            WatermarkStrategy.noWatermarks(), // ! here
             "orders")
         .uid("orders").keyBy(o -> o.customer())
         .window(TumblingEventTimeWindows.of(Duration.ofMinutes(1))).aggregate(new Sum()).uid("sum");
   }
 }

### bad: idleness is dropped
--- Job.java
 import org.apache.flink.connector.kafka.source.KafkaSource;
 import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
 class Job {
   void build(StreamExecutionEnvironment env, KafkaSource<Order> source) {
     env.fromSource(source,
-            WatermarkStrategy.<Order>forBoundedOutOfOrderness(Duration.ofSeconds(5)).withIdleness(Duration.ofMinutes(1)),
+            WatermarkStrategy.<Order>forBoundedOutOfOrderness(Duration.ofSeconds(5)), // ! here
             "orders")
         .uid("orders").keyBy(o -> o.customer())
         .window(TumblingEventTimeWindows.of(Duration.ofMinutes(1))).aggregate(new Sum()).uid("sum");
   }
 }

### good: watermarks are assigned behind the parser
--- Job.java
+import org.apache.flink.connector.kafka.source.KafkaSource;
+import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
+class Job {
+  void build(StreamExecutionEnvironment env, KafkaSource<Order> source) {
+    env.fromSource(source,
+            WatermarkStrategy.noWatermarks(),
+            "orders")
+        .uid("orders").map(Order::parse).assignTimestampsAndWatermarks(strategy).keyBy(o -> o.customer())
+        .window(TumblingEventTimeWindows.of(Duration.ofMinutes(1))).aggregate(new Sum()).uid("sum");
+  }
+}

### good: an assigner of the old kind becomes a strategy: there was no idleness before
--- Job.java
 import org.apache.flink.connector.kafka.source.KafkaSource;
 import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
 class Job {
   void build(StreamExecutionEnvironment env, KafkaSource<Order> source) {
     env.fromSource(source,
-            WatermarkStrategy.noWatermarks(),
+            WatermarkStrategy.<Order>forBoundedOutOfOrderness(Duration.ofSeconds(5)),
             "orders")
-        .uid("orders").assignTimestampsAndWatermarks(new BoundedOutOfOrdernessTimestampExtractor<Order>(SECOND) {}).keyBy(o -> o.customer())
+        .uid("orders").keyBy(o -> o.customer())
         .window(TumblingEventTimeWindows.of(Duration.ofMinutes(1))).aggregate(new Sum()).uid("sum");
   }
 }

## References

- https://nightlies.apache.org/flink/flink-docs-stable/docs/dev/datastream/event-time/generating_watermarks/
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from reviewer.core.finding import Category, Confidence, Severity
from reviewer.core.span import Span
from reviewer.facts.delta import Delta
from reviewer.facts.streaming.model import Builder, FactSet, FileFacts, Operator
from reviewer.facts.syntax import Expression
from reviewer.rules.rule import Hit, Rule
from reviewer.rules.support import code_files, line

_EVENT_TIME = re.compile(
    r"EventTime(Windows|SessionWindows)|EventTimeSession|registerEventTimeTimer|register_event_time_timer|intervalJoin|interval_join|[A-Za-z]+EventTimeWindows"
)
_WINDOWS = ("window", "windowAll", "window_all")
_IDLE = ("withIdleness", "with_idleness")
_FROM = ("fromSource", "from_source")
_ASSIGN = ("assignTimestampsAndWatermarks", "assign_timestamps_and_watermarks")
_NONE = ("noWatermarks", "no_watermarks")
_MADE = (
    "forBoundedOutOfOrderness",
    "forMonotonousTimestamps",
    "for_bounded_out_of_orderness",
    "for_monotonous_timestamps",
)


def inspect(facts: FactSet) -> Iterator[Hit]:
    """`noWatermarks` and missing idleness in files that use event time."""
    for file in code_files(facts, "flink-datastream"):
        if not _uses_event_time(file):
            continue
        for builder in file.builders:
            if builder.kind == "watermark" and (step := builder.step(*_NONE)) and _feeds_source(file, builder):
                if not _is_replaced(file, builder):
                    yield _none(file, builder, line(step[2]))
            elif builder.kind == "watermark" and (step := builder.step(*_MADE)) and not builder.step(*_IDLE):
                if (beside := _read_by_nobody(file, builder)) is not None:
                    yield _beside(file, builder, line(beside.call.name_span))
                elif _feeds_source(file, builder) and _reads_kafka(file):
                    name, split = file.function_name(builder.call.function), _is_of_source(file, builder)
                    yield _idle_at(name, line(step[2]), _SPLITS if split else _TASKS)
        yield from _old_assigners(file)


def compare(delta: Delta) -> Iterator[Hit]:
    """Idleness that goes from a strategy whose windows another file has, or that moved to another function."""
    counts = [
        sum(1 for file in facts.files for b in _strategies(file) if b.step(*_IDLE))
        for facts in (delta.before, delta.after)
    ]
    for _, before, after in delta.modified():
        old, new = ([b for b in _strategies(file) if b.step(*_IDLE)] for file in (before, after))
        told = {hit.subject for hit in inspect(FactSet(side=after.side, files=(after,)))}
        if len(new) >= len(old) or counts[1] >= counts[0] or len(_strategies(after)) < len(_strategies(before)):
            continue
        kept = {(after.function_name(b.call.function), b.holder) for b in new}
        for builder in old:
            place, step = before.function_name(builder.call.function), builder.step(*_IDLE)
            if (place, builder.holder) not in kept and f"{place}/idleness" not in told and step is not None:
                yield _idle_at(place, line(step[2]), _SPLITS if _is_of_source(before, builder) else _TASKS)
                break


def _strategies(file: FileFacts) -> list[Builder]:
    return [b for b in file.builders if b.kind == "watermark" and b.step(*_MADE) is not None]


def _old_assigners(file: FileFacts) -> Iterator[Hit]:
    """`assignTimestampsAndWatermarks(new BoundedOutOfOrdernessTimestampExtractor…)`: an assigner of the old kind knows no idleness."""
    for call in file.syntax.calls:
        first = call.argument(0)
        made = (
            file.syntax.calls[first.call]
            if call.name in _ASSIGN and first is not None and first.call is not None
            else None
        )
        if (
            made is not None
            and made.is_construction
            and re.search(r"Extractor|Assigner", made.name)
            and _reads_kafka(file)
        ):
            yield _idle_at(file.function_name(call.function), line(call.name_span), _TASKS)


def _uses_event_time(file: FileFacts) -> bool:
    return any(_EVENT_TIME.search(call.name) or _EVENT_TIME.search(call.receiver) for call in file.syntax.calls)


def _reads_kafka(file: FileFacts) -> bool:
    paths = (item.path for item in file.syntax.imports)
    return any(b.kind == "kafka-source" for b in file.builders) or any(
        "KafkaSource" in path or ".kafka" in path for path in paths
    )


def _feeds_source(file: FileFacts, builder: Builder) -> bool:
    """The strategy is given to fromSource or assignTimestampsAndWatermarks (of a stream or of an old consumer), directly or through its variable."""
    return _feeds(file, builder, (*_FROM, *_ASSIGN))


def _is_of_source(file: FileFacts, builder: Builder) -> bool:
    """The source applies it partition by partition: fromSource, or the old consumer's own method."""
    return _feeds(file, builder, _FROM) or any(
        "consumer" in call.receiver.lower() and _gives(file, builder, argument.value)
        for call in file.syntax.calls
        if call.name in _ASSIGN
        for argument in call.arguments
    )


def _feeds(file: FileFacts, builder: Builder, methods: tuple[str, ...]) -> bool:
    return any(
        _gives(file, builder, argument.value)
        for call in file.syntax.calls
        if call.name in methods
        for argument in call.arguments
    )


def _gives(file: FileFacts, builder: Builder, value: Expression) -> bool:
    indices = {builder.call.index, *(c.index for c in file.syntax.continued(builder.call))}
    return value.call in indices or bool(builder.holder and value.text == builder.holder)


def _is_replaced(file: FileFacts, builder: Builder) -> bool:
    """Watermarks are assigned further down: behind the same source, or (the stream is handed on) anywhere in the same function."""
    sources = [
        op for op in file.operators if op.op in _FROM and any(_gives(file, builder, a.value) for a in op.call.arguments)
    ]
    reached = {op.position for op in sources}
    for operator in file.operators:
        if reached & set(operator.inputs):
            reached.add(operator.position)
            if operator.op in _ASSIGN:
                return True
    roots = {op.root for op in sources}
    return any(op.op in _ASSIGN and op.root in roots and not op.inputs for op in file.operators)


def _read_by_nobody(file: FileFacts, builder: Builder) -> Operator | None:
    """The assignment whose stream no step reads, where the windows hang on the stream in front of it."""
    inputs = {op.position: set(op.inputs) for op in file.operators}
    windows = {op.position for op in file.operators if op.op in _WINDOWS and _EVENT_TIME.search(op.call.arguments[0].value.text if op.call.arguments else "")}  # fmt: skip
    for operator in file.operators:
        given = operator.op in _ASSIGN and any(_gives(file, builder, a.value) for a in operator.call.arguments)
        if not given or not operator.inputs or any(operator.position in found for found in inputs.values()):
            continue
        if windows and all(set(operator.inputs) & _above(position, inputs) for position in windows):
            return operator
    return None


def _above(position: int, inputs: dict[int, set[int]]) -> set[int]:
    found: set[int] = set()
    waiting = [position]
    while waiting:
        more = inputs.get(waiting.pop(), set()) - found
        found |= more
        waiting += more
    return found


def _beside(file: FileFacts, builder: Builder, span: Span) -> Hit:
    return Hit(
        subject=f"{file.function_name(builder.call.function)}/watermarks beside the windows",
        span=span,
        message="Watermarks are assigned to a stream that no step reads: the windows hang on the stream in front of it.",
        scenario=(
            "Records arrive and are put into event-time windows of the stream without watermarks.",
            "The stream with watermarks goes nowhere: no watermark ever reaches those windows.",
            "No window fires: there is no output, and state grows until checkpoints fail.",
        ),
        fix="Assign the watermarks first, and build the windows on the stream that the assignment returns.",
        confidence=Confidence.MEDIUM,
    )


def _none(file: FileFacts, builder: Builder, span: Span) -> Hit:
    return Hit(
        subject=f"{file.function_name(builder.call.function)}/noWatermarks",
        span=span,
        message="The source emits no watermarks, and this file has event-time windows or timers.",
        scenario=(
            "Records arrive; the event-time windows and timers behind this source wait for watermarks.",
            "The source never sends one, and where it is joined or connected with another stream the smaller watermark counts.",
            "No window fires and no timer runs: there is no output, and state grows until checkpoints fail.",
        ),
        fix="Use WatermarkStrategy.forBoundedOutOfOrderness(…).withIdleness(…), or processing-time windows on purpose.",
    )


# A strategy that the source itself has looks at each partition; one behind it at what the subtask got.
_SPLITS = (
    "The watermark strategy of this Kafka source has no withIdleness.",
    "One partition of the topic gets no records for a while (a quiet key, a new partition, a test topic).",
    "Its watermark stands still, and the source's watermark is the minimum over all partitions.",
    "Windows and timers of all keys stop firing and state grows, until that partition speaks again.",
)
_TASKS = (
    "The watermark strategy behind this Kafka source has no withIdleness.",
    "A subtask gets no records for a while: its partitions are quiet, or there are more subtasks than partitions.",
    "Its watermark stands still, and what follows takes the minimum over all subtasks.",
    "Windows and timers of all keys stop firing and state grows, until that subtask gets a record again.",
)


def _idle_at(function: str, span: Span, told: tuple[str, str, str, str]) -> Hit:
    message, *scenario = told
    return Hit(
        subject=f"{function}/idleness",
        span=span,
        message=message,
        scenario=tuple(scenario),
        fix="Add .withIdleness(Duration) above the normal gaps of the topic.",
        confidence=Confidence.MEDIUM,
        severity=Severity.MEDIUM,
    )


RULE = Rule(
    __name__,
    __doc__,
    category=Category.DATA_LOSS,
    severity=Severity.HIGH,
    confidence=Confidence.HIGH,
    inspect=inspect,
    compare=compare,
)
