"""A source or sink of Flink no longer keeps its positions, splits or open work up to date.

A step of its own bookkeeping is left out in one place, while snapshots and the other callbacks still go by it.

## What it catches

In Java and Scala code of sources, enumerators, writers and functions: a call that noted, forgot or restored something (`pending.remove(split)`, `history.restore(…)`,
`offsets.entrySet().removeIf(…)`) that the change removes from a function, while what it was made on stays in use elsewhere and no new line does the same.

## Why it hurts in production

What is in the snapshot is what the job is restored from. A split that is not forgotten is read twice, one that is not noted is read by nobody, and a field that is not restored begins empty
although the positions beside it go on.

## What to do

Keep the step on this way too, or bring everything that reads it to the new order of things.

## What it cannot see

That another class does the step now, or that this way is never taken any more.

## Examples

### bad: the history is not restored beside the position
--- TailEnumerator.java
 import org.apache.flink.api.connector.source.SplitEnumerator;
 class TailEnumerator implements SplitEnumerator<FileSplit, TailState> {
   private final SplitHistory history = new SplitHistory();
   private Position position;
   TailEnumerator(TailState state) {
     if (state != null) {
       this.position = state.position();
-      this.history.restore(state.splitCounts()); // ! here
     }
   }
   void discover() {
     if (history.shouldPause()) {
       return;
     }
     assign(position);
   }
 }

### bad: queues that went elsewhere stay in the snapshot
--- QueueSource.scala
 import org.apache.flink.streaming.api.functions.source.RichParallelSourceFunction
 class QueueSource(client: Client) extends RichParallelSourceFunction[String] {
   private val offsetTable = scala.collection.mutable.Map[Queue, Long]()
   def snapshotState(context: FunctionSnapshotContext): Unit = {
     state.clear()
-    offsetTable.filterInPlace((queue, _) => client.assigned().contains(queue)) // ! here
     for ((queue, offset) <- offsetTable) {
       state.add((queue, offset))
     }
   }
   def position(queue: Queue): Long = offsetTable.getOrElse(queue, 0L)
 }

### good: it is done when the queues are taken away
--- QueueSource.java
 import java.util.*;
 import org.apache.flink.streaming.api.functions.source.RichParallelSourceFunction;
 class QueueSource extends RichParallelSourceFunction<String> {
   private final Map<Queue, Long> offsetTable = new HashMap<>();
   void snapshotState(FunctionSnapshotContext context) {
     state.clear();
-    offsetTable.keySet().retainAll(client.assigned());
     state.addAll(offsetTable.entrySet());
   }
   void onAssigned(Set<Queue> queues) {
+    offsetTable.keySet().retainAll(queues);
     queues.forEach(queue -> offsetTable.putIfAbsent(queue, client.committed(queue)));
   }
 }

### good: another call of the same object restores it
--- TailEnumerator.java
 import org.apache.flink.api.connector.source.SplitEnumerator;
 class TailEnumerator implements SplitEnumerator<FileSplit, TailState> {
   private final SplitHistory history = new SplitHistory();
   private Position position;
   TailEnumerator(TailState state) {
     if (state != null) {
       this.position = state.position();
-      this.history.restore(state.splitCounts());
+      this.history.load(state);
     }
   }
   void discover() {
     if (history.shouldPause()) {
       return;
     }
     assign(position);
   }
 }

## References

- https://nightlies.apache.org/flink/flink-docs-stable/docs/dev/datastream/sources/
"""

from __future__ import annotations

from collections.abc import Iterator

from reviewer.core.finding import Category, Confidence, Severity
from reviewer.facts.delta import Delta
from reviewer.rules.checks.left_out import is_of_flink, left_out, unset
from reviewer.rules.checks.left_out_words import hit_of, hit_of_unset
from reviewer.rules.rule import Hit, Rule


def compare(delta: Delta) -> Iterator[Hit]:
    """Steps that are gone from sources, sinks and functions."""
    for found in left_out(delta):
        if is_of_flink(found):
            yield hit_of(found)
    for variable in unset(delta):
        if is_of_flink(variable):
            yield hit_of_unset(variable)


RULE = Rule(
    __name__,
    __doc__,
    category=Category.STATE_CONSISTENCY,
    severity=Severity.HIGH,
    confidence=Confidence.MEDIUM,
    compare=compare,
)
