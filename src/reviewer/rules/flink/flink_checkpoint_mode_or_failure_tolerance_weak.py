"""Checkpoints guarantee less than before.

Checkpoints are taken with at-least-once instead of exactly-once, or may fail unnoticed, or are deleted when the job is cancelled.

## What it catches

`CheckpointingMode.AT_LEAST_ONCE` and `execution.checkpointing.mode` where exactly-once was said or was the default; a number of tolerable failed
checkpoints that becomes very large; externalized checkpoints that are no longer retained.

## Why it hurts in production

With at-least-once the records between the barriers of two inputs are replayed into state that already counts them: sums are too high after every
failure. With failures tolerated, recovery goes back hours.

## What to do

Exactly-once (it is the default), few tolerable failures, checkpoints retained on cancellation, and an alert on their age.

## Trade-off

Exactly-once aligns barriers, which costs latency under back-pressure (unaligned checkpoints help). At-least-once is legitimate for
jobs without state, or whose state bears a record twice.

## What it cannot see

State and sinks for which a second time does not matter.

## Examples

### bad: at-least-once
--- Job.java
 import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
 class Job {
   void build(StreamExecutionEnvironment env) {
-    env.enableCheckpointing(60_000);
+    env.enableCheckpointing(60_000, CheckpointingMode.AT_LEAST_ONCE); // ! here
   }
 }

### bad: in the configuration
--- flink-conf.yaml
 execution.checkpointing.interval: 1 min
-execution.checkpointing.mode: EXACTLY_ONCE
+execution.checkpointing.mode: AT_LEAST_ONCE # ! here

### good: from at-least-once to exactly-once
--- flink-conf.yaml
 execution.checkpointing.interval: 1 min
-execution.checkpointing.mode: AT_LEAST_ONCE
+execution.checkpointing.mode: EXACTLY_ONCE

### good: the default is left out
--- Job.java
 import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
 class Job {
   void build(StreamExecutionEnvironment env) {
-    env.enableCheckpointing(60_000, CheckpointingMode.EXACTLY_ONCE);
+    env.enableCheckpointing(60_000);
   }
 }

## References

- https://nightlies.apache.org/flink/flink-docs-stable/docs/dev/datastream/fault-tolerance/checkpointing/
"""

from __future__ import annotations

from collections.abc import Iterator

from reviewer.core.finding import Category, Confidence, Severity
from reviewer.facts.delta import Delta
from reviewer.facts.pairs import Pair
from reviewer.facts.streaming.model import Setting
from reviewer.rules.checks.settings import changed
from reviewer.rules.checks.strength import number
from reviewer.rules.checks.words import Words, of_setting
from reviewer.rules.rule import Hit, Rule

_MODE = Words(
    "Checkpoints were taken with exactly-once and are now taken with at-least-once.",
    (
        "Barriers are not aligned any more: records behind the barrier of one input are already in the state that is checkpointed.",
        "The job fails and goes back to that checkpoint; the sources give these records out again.",
        "They are counted a second time in state -> sums and counts are too high for good after each failure.",
    ),
    "Keep exactly-once; for less waiting use unaligned checkpoints.",
    replace=("AT_LEAST_ONCE", "EXACTLY_ONCE"),
)
_TOLERATED = Words(
    "{new} failed checkpoints in a row are tolerated; it were {old}.",
    (
        "Checkpoints begin to fail: state too large, storage away.",
        "The job looks healthy and goes on for {new} intervals without a single one.",
        "Then a task fails and the job goes back hours: everything since is sent a second time, and transactions have timed out -> duplicates and loss.",
    ),
    "Keep it small, and alert on the age of the last completed checkpoint.",
)
_DELETED = Words(
    "Checkpoints were retained when the job is cancelled and are now deleted.",
    (
        "The job is cancelled, by hand or by a script, without a savepoint.",
        "Flink deletes its checkpoints with it.",
        "The next start has nothing to restore from -> empty state, sources at their configured position.",
    ),
    "Keep RETAIN_ON_CANCELLATION.",
    replace=("DELETE_ON_CANCELLATION", "RETAIN_ON_CANCELLATION"),
)
_KEY = "execution.checkpointing.mode"
_TOLERABLE = "execution.checkpointing.tolerable.failed.checkpoints"
_RETENTION = (
    "execution.checkpointing.externalized.checkpoint.retention",
    "execution.checkpointing.externalized.checkpoint.retention.type",
)
_MANY = 10


def compare(delta: Delta) -> Iterator[Hit]:
    """The mode, said or by default; the tolerable failures; the retention."""
    for pair in delta.settings(_KEY):
        if pair.after is not None and pair.after.value.is_explicit("at_least_once") and _was_exact(delta, pair):
            yield _MODE.hit(of_setting(pair.after), pair.after.span)
    for differs in changed(delta, _TOLERABLE):
        old, new = number(differs.old), number(differs.new)
        if old is not None and new is not None and new >= _MANY > old:
            yield _TOLERATED.hit(differs.subject, differs.span, old=differs.old.text, new=differs.new.text)
    for differs in changed(delta, *_RETENTION):
        if differs.old.is_explicit("retain_on_cancellation") and not differs.new.is_explicit("retain_on_cancellation"):
            yield _DELETED.hit(differs.subject, differs.span, severity=Severity.HIGH)


def _was_exact(delta: Delta, pair: Pair[Setting]) -> bool:
    """Exactly-once was said, or the file took checkpoints and said no mode."""
    if pair.before is not None:
        return pair.before.value.is_explicit("exactly_once")
    before = pair.files.before
    if before is None or any(setting.key == _KEY for setting in before.settings):
        return False
    return any(setting.key == "execution.checkpointing.interval" for setting in before.settings)


RULE = Rule(
    __name__,
    __doc__,
    category=Category.DUPLICATES,
    severity=Severity.HIGH,
    confidence=Confidence.HIGH,
    put_back=True,
    compare=compare,
)
