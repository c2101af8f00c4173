"""A savepoint's key groups no longer fit.

The max parallelism of a job or of an operator with keyed state changes.

## What it catches

`setMaxParallelism` and `pipeline.max-parallelism` with another number than before, or removed so that Flink derives it.

## Why it hurts in production

Keyed state is cut into as many key groups as the max parallelism. A savepoint with another number is refused: the job stays down, or starts
without its state. Once it has state, the number can't be changed.

## What to do

Keep the number. For a larger one migrate with the State Processor API, or rebuild.

## What it cannot see

That the job starts without state.

## Examples

### bad: in code
--- Job.java
 import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
 class Job {
   void build(StreamExecutionEnvironment env) {
-    env.setMaxParallelism(128);
+    env.setMaxParallelism(720); // ! here
   }
 }

### bad: on one operator
--- Job.java
 import org.apache.flink.streaming.api.datastream.DataStream;
 class Job {
   void build(DataStream<Order> orders) {
-    orders.keyBy(o -> o.customer()).process(new Totals()).uid("totals").setMaxParallelism(128);
+    orders.keyBy(o -> o.customer()).process(new Totals()).uid("totals").setMaxParallelism(256); // ! here
   }
 }

### good: only the parallelism
--- Job.java
 import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
 class Job {
   void build(StreamExecutionEnvironment env) {
     env.setMaxParallelism(128);
-    env.setParallelism(4);
+    env.setParallelism(8);
   }
 }

### good: the number moves into the configuration
--- Job.java
 import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
 class Job {
   void build(StreamExecutionEnvironment env) {
-    env.setMaxParallelism(128);
     env.setParallelism(8);
   }
 }
--- flink-conf.yaml
 parallelism.default: 8
+pipeline.max-parallelism: 128

## References

- https://nightlies.apache.org/flink/flink-docs-stable/docs/ops/production_ready/
"""

from __future__ import annotations

from collections.abc import Iterator

from reviewer.core.finding import Category, Confidence, Severity
from reviewer.core.numbers import whole
from reviewer.facts.delta import Delta
from reviewer.rules.checks import settings
from reviewer.rules.checks.dataflow import cause, changed, label, operators
from reviewer.rules.checks.words import Words
from reviewer.rules.rule import Hit, Rule

_WORDS = Words(
    "The max parallelism of {what} was {old} and is now {new}.",
    (
        "The savepoint holds keyed state in {old} key groups.",
        "The new version asks for {new} and is started from it: Flink refuses the state.",
        "The job stays down; started without its state it counts from zero and lets duplicates pass.",
    ),
    "Keep {old}. If more is needed, rebuild the state in a new job or move it with the State Processor API.",
)
_KEY = "pipeline.max.parallelism"


def compare(delta: Delta) -> Iterator[Hit]:
    """The setting of the job, then that of each operator."""
    for differs in settings.changed(delta, _KEY):
        if _is_number(differs.old.text) and _is_number(differs.new.text):
            yield _WORDS.hit(differs.subject, differs.span, what="the job", old=differs.old.text, new=differs.new.text)
    for differs in settings.removed(delta, _KEY):
        if _is_number(differs.old.text):
            yield _WORDS.hit(
                differs.subject, differs.span, what="the job", old=differs.old.text,
                new="derived from the parallelism", confidence=Confidence.MEDIUM,
            )  # fmt: skip
    for same in operators(delta, "flink"):
        if not same.now.stateful and same.now.kind != "source":
            continue  # nothing lies in its key groups
        for change in changed(same.was.parts, same.now.parts, "max-parallelism"):
            if change.old is not None and change.new is not None:
                yield _WORDS.hit(
                    f"{same.place} max-parallelism", cause(same.files, change.span), what=label(same.now), old=change.was, new=change.now,
                    confidence=None if same.now.kind == "node" else Confidence.MEDIUM, group=f"{same.now.root} max-parallelism",
                )  # fmt: skip


def _is_number(text: str) -> bool:
    return (whole(text) or 0) > 0


RULE = Rule(
    __name__,
    __doc__,
    category=Category.STATE_CONSISTENCY,
    severity=Severity.HIGH,
    confidence=Confidence.HIGH,
    put_back=True,
    compare=compare,
)
