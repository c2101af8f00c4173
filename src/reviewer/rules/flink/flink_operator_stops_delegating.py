"""A checkpoint or a watermark no longer reaches what the operator wraps.

A life-cycle method of an operator, function or sink loses its call of the same method of its base class, or of the object that it wraps.

## What it catches

`super.snapshotState(…)`, `super.processWatermark(…)`, `writer.flush(…)` and their like removed from an override of the same method; the whole override removed
while the object is still wrapped.

## Why it hurts in production

State that the base class or the wrapped object keeps is not in the checkpoint, watermarks end here so that no window behind ever closes, or a flush in
front of the checkpoint does not happen. Nothing fails until the job is restored.

## What to do

Hand the call on. An operator that means to swallow it says so.

## What it cannot see

A base class that does nothing in that method; a wrapped object that does not need it.

## Examples

### bad: the watermark ends here
--- Totals.java
 import org.apache.flink.streaming.api.operators.AbstractStreamOperator;
 import org.apache.flink.streaming.api.watermark.Watermark;
 class Totals extends AbstractStreamOperator<Total> {
   public void processWatermark(Watermark mark) throws Exception {
     output.collect(new StreamRecord<>(total));
-    super.processWatermark(mark); // ! here
   }
 }

### bad: the override goes as a whole
--- Wrapping.java
 import org.apache.flink.streaming.api.operators.AbstractStreamOperator;
 class Wrapping extends AbstractStreamOperator<Total> {
   private final AbstractStreamOperator<Total> inner;
   public void initializeState(StateInitializationContext context) throws Exception {
     inner.initializeState(context);
   }
-  public void snapshotState(StateSnapshotContext context) throws Exception {
-    inner.snapshotState(context); // ! here
-  }
 }

### good: handed on by a helper
--- Wrapping.java
 import org.apache.flink.streaming.api.operators.AbstractStreamOperator;
 class Wrapping extends AbstractStreamOperator<Total> {
   public void snapshotState(StateSnapshotContext context) throws Exception {
-    super.snapshotState(context);
+    save(context);
   }
+  private void save(StateSnapshotContext context) throws Exception {
+    super.snapshotState(context);
+  }
 }

### good: a function's open, which does nothing
--- Parse.java
 import org.apache.flink.api.common.functions.RichMapFunction;
 class Parse extends RichMapFunction<String, Order> {
   public void open(OpenContext context) throws Exception {
-    super.open(context);
     mapper = new ObjectMapper();
   }
   public Order map(String text) {
     return mapper.readValue(text, Order.class);
   }
 }

## References

- https://nightlies.apache.org/flink/flink-docs-stable/docs/internals/task_lifecycle/
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from reviewer.core.finding import Category, Confidence, Severity
from reviewer.facts.delta import Delta
from reviewer.rules.checks.delegation import Undelegated, bases, undelegated
from reviewer.rules.checks.words import Words
from reviewer.rules.rule import Hit, Rule
from reviewer.rules.support import folded

_WORDS = Words(
    "{owner}.{method}() no longer calls {text}{whole}.",
    ("{first}", "{then}", "{end}"),
    "Call {text} in {method}() again{order}.",
)
_SAVED = (
    "A checkpoint is taken: {method}() is called, and {to} is not told.",
    "The checkpoint completes without the state that {to} keeps; the sources' offsets are in it.",
    "The job is restored from it -> that state is empty or old, and what it held is lost.",
)
_RESTORED = (
    "The job is restored from a checkpoint: {method}() is called, and {to} is not told.",
    "{to} begins without its state, although the sources go on from their offsets.",
    "What it had counted, buffered or deduplicated is lost, or it fails at its first record.",
)
_TIME = (
    "A watermark comes to {owner}, and {to} does not pass it on.",
    "Timers of {owner} and windows of all operators behind it wait for a time that does not move.",
    "No window closes and no timer fires, while state grows until checkpoints fail.",
)
_FLUSHED = (
    "Records wait in {to}; a checkpoint or the end of the input comes, and {method}() is called.",
    "{to} is not told to give them out, while the offsets behind them are saved.",
    "The job fails or ends -> the records that waited are lost.",
)
_DONE = (
    "A checkpoint completes, and {method}() is called; {to} is not told.",
    "What {to} would do only then (commit its transaction or its offsets, delete what is done) is not done.",
    "Transactions stay open or offsets stay behind -> records are lost when they time out, or read again.",
)
_KINDS = {
    "snapshotstate": _SAVED, "preparesnapshotprebarrier": _FLUSHED, "initializestate": _RESTORED, "processwatermark": _TIME,
    "processwatermarkstatus": _TIME, "flush": _FLUSHED, "preparecommit": _FLUSHED, "finish": _FLUSHED, "endinput": _FLUSHED,
    "notifycheckpointcomplete": _DONE, "notifycheckpointaborted": _DONE,
}  # fmt: skip
_EMPTY = re.compile(r"^(Rich\w*Function|(Keyed|Co|Keyed?Co|Broadcast|KeyedBroadcast)?Process\w*Function|\w*MapFunction|FilterFunction|SinkFunction|SourceFunction|CheckpointedFunction|CheckpointListener|BoundedOneInput|SinkWriter)$")  # fmt: skip


def compare(delta: Delta) -> Iterator[Hit]:
    """The lost calls in files that have to do with Flink."""
    for found in undelegated(delta, frozenset(_KINDS)):
        is_flink = "flink-datastream" in found.file.libraries or any(
            "flink" in i.path for i in found.file.syntax.imports
        )
        if not is_flink or (
            found.to == "super" and bases(found.owner) and all(_EMPTY.match(b) for b in bases(found.owner))
        ):
            continue
        yield _hit(found)


def _hit(found: Undelegated) -> Hit:
    kind = _KINDS[folded(found.method)]
    to = "the base class" if found.to == "super" else f"`{found.to}`"
    first, then, end = (step.format(method=found.method, to=to, owner=found.owner.name) for step in kind)
    return _WORDS.hit(
        f"{found.owner.qualified}.{found.method}/{found.to}", found.span, owner=found.owner.name, method=found.method, text=found.text,
        whole=": the override is removed" if found.whole else "", first=first[:1].upper() + first[1:], then=then[:1].upper() + then[1:],
        end=end, order="" if kind is not _TIME else ", after what has to be given out before it",
        category=Category.DATA_LOSS if kind is _FLUSHED else None, confidence=Confidence.HIGH if not found.whole else Confidence.MEDIUM, group=found.owner.qualified if found.whole else "",
    )  # fmt: skip


RULE = Rule(
    __name__,
    __doc__,
    category=Category.STATE_CONSISTENCY,
    severity=Severity.CRITICAL,
    confidence=Confidence.HIGH,
    compare=compare,
)
