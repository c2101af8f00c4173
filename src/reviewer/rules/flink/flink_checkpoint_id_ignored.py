"""When a checkpoint completes, what is current is committed, not what belongs to it.

`notifyCheckpointComplete` no longer goes by the checkpoint's id.

## What it catches

A `notifyCheckpointComplete`, `notifyCheckpointAborted` or `commit` that looked up by the id of the checkpoint what belongs to it, and that no longer reads the id while it still commits, acknowledges or writes something.

## Why it hurts in production

Between the barrier and the message that the checkpoint is complete, records go on. What is current by then is ahead of the checkpoint. Committed offsets, acknowledgements or files for these
records are final, and the next failure restores the job to the state before them: what they did to the state is lost, or done again behind a commit that says that it is done.

## What to do

Keep what belongs to each checkpoint under its id when the snapshot is taken, and commit what is kept for the id, and for older ones.

## What it cannot see

A helper in another class that keeps account of the checkpoints.

## Examples

### bad: the offsets of this moment are committed
--- QueueSource.java
 import java.util.*;
 import org.apache.flink.api.common.state.CheckpointListener;
 class QueueSource implements CheckpointListener {
   private final Map<Queue, Long> offsets = new HashMap<>();
   private final NavigableMap<Long, Map<Queue, Long>> pending = new TreeMap<>();
   @Override
   public void notifyCheckpointComplete(long checkpointId) {
-    Map<Queue, Long> done = pending.remove(checkpointId); // ! here
-    done.forEach(client::commit);
+    offsets.forEach(client::commit);
   }
 }

### bad: Kotlin, a sink finishes all its files
--- FileSink.kt
 import org.apache.flink.api.common.state.CheckpointListener
 class FileSink(private val files: Files) : CheckpointListener {
     override fun notifyCheckpointComplete(checkpointId: Long) {
-        files.finishUpTo(checkpointId) // ! here
+        files.finishAll()
     }
 }

### good: the id is only renamed
--- QueueSource.java
 import java.util.*;
 import org.apache.flink.api.common.state.CheckpointListener;
 class QueueSource implements CheckpointListener {
   private final NavigableMap<Long, Map<Queue, Long>> pending = new TreeMap<>();
   @Override
-  public void notifyCheckpointComplete(long checkpointId) {
-    pending.remove(checkpointId).forEach(client::commit);
+  public void notifyCheckpointComplete(long id) {
+    pending.remove(id).forEach(client::commit);
   }
 }

### good: nothing is committed there any more
--- QueueSource.java
 import java.util.*;
 import org.apache.flink.api.common.state.CheckpointListener;
 class QueueSource implements CheckpointListener {
   private final NavigableMap<Long, Map<Queue, Long>> pending = new TreeMap<>();
   @Override
   public void notifyCheckpointComplete(long checkpointId) {
-    pending.remove(checkpointId).forEach(client::commit);
+    LOG.info("complete");
   }
 }

## References

- https://nightlies.apache.org/flink/flink-docs-stable/docs/dev/datastream/fault-tolerance/checkpointing/
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from reviewer.core.finding import Category, Confidence, Severity
from reviewer.core.span import Span
from reviewer.facts.delta import Delta
from reviewer.facts.streaming.protections import folded, written
from reviewer.facts.streaming.records import mentions
from reviewer.facts.syntax import Call
from reviewer.rules.checks.unused import Unused, unused
from reviewer.rules.checks.words import Words
from reviewer.rules.rule import Hit, Rule
from reviewer.rules.support import short

_METHODS = frozenset({"notifycheckpointcomplete", "notifycheckpointaborted"})
_FINAL = re.compile(r"commit|ack|offset|finish|publish|complete|confirm|delete|flush|write|foreach")
_WORDS = Words(
    "{method}() no longer goes by `{id}`: {call} acts on what is current, not on what belongs to the checkpoint.",
    (
        "The barrier of a checkpoint passes, and records behind it are read.",
        "The checkpoint completes; {method}() runs {call} for those records too.",
        "The job fails and is restored to the checkpoint, which does not have them -> what is final outside no longer fits the state: records are lost, or take effect twice.",
    ),
    "Keep what belongs to a checkpoint under its id when the snapshot is taken, and take what is kept for `{id}`.",
)


def compare(delta: Delta) -> Iterator[Hit]:
    """Listeners of checkpoints that do not look at the id any more."""
    for found in unused(delta):
        method = found.function.name
        if folded(method) not in _METHODS or "long" not in found.parameter.type.lower():
            continue
        call = next((c for c in found.calls if _FINAL.search(folded(c.name)) and not _is_super(c)), None)
        if call is not None:
            yield _WORDS.hit(
                f"{found.function.qualified}/{found.parameter.name} ignored", _line(found), method=method,
                id=found.parameter.name, call=f"`{short(written(call))}`",
            )  # fmt: skip


def _is_super(call: Call) -> bool:
    return call.receiver.startswith("super")


def _line(found: Unused) -> Span:
    """The removed line that read the id, or the new call."""
    before = found.files.before
    assert before is not None
    name = next(
        o.name for o, n in zip(found.was.parameters, found.function.parameters, strict=True) if n == found.parameter
    )
    for call in before.syntax.calls_in(found.was.index, nested=True):
        if found.files.touches(call.name_span) and any(mentions(a.value.text, {name}) for a in call.arguments):
            return call.name_span
    return found.calls[0].name_span


RULE = Rule(
    __name__,
    __doc__,
    category=Category.DATA_LOSS,
    severity=Severity.HIGH,
    confidence=Confidence.MEDIUM,
    compare=compare,
)
