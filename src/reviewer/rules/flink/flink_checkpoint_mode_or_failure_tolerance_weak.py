"""State counts records twice after a failure, or no checkpoint completes and nobody notices.

Checkpoints are taken at least once, or may fail without limit.

## What it catches

The checkpointing mode that goes from `EXACTLY_ONCE` to `AT_LEAST_ONCE`, and a number of tolerable checkpoint failures that is raised to
ten or more.

## Why it hurts in production

At least once, barriers are not aligned: after a restore records between the barriers are applied to state that contains them already. With
many tolerable failures a job runs for hours without a checkpoint: a failure then goes back to the last one, and exactly-once transactions have timed out.

## What to do

Keep `EXACTLY_ONCE` (unaligned checkpoints where barriers are slow) and a small number of failures, with an alert on the age of the last checkpoint.

## What it cannot see

State and sinks that take a record twice without harm.

## Examples

### bad: at least once in code
--- Job.java
 import org.apache.flink.streaming.api.CheckpointingMode;
 import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
 class Job {
   void run(StreamExecutionEnvironment env) {
-    env.enableCheckpointing(60_000, CheckpointingMode.EXACTLY_ONCE);
+    env.enableCheckpointing(60_000, CheckpointingMode.AT_LEAST_ONCE); // ! here
   }
 }

### bad: a thousand failures are fine
--- flink-conf.yaml
 execution.checkpointing.interval: 1min
-execution.checkpointing.tolerable-failed-checkpoints: 3
+execution.checkpointing.tolerable-failed-checkpoints: 1000 # ! here

### good: the stronger mode
--- flink-conf.yaml
 execution.checkpointing.interval: 1min
-execution.checkpointing.mode: AT_LEAST_ONCE
+execution.checkpointing.mode: EXACTLY_ONCE

### good: a few failures
--- flink-conf.yaml
 execution.checkpointing.interval: 1min
-execution.checkpointing.tolerable-failed-checkpoints: 0
+execution.checkpointing.tolerable-failed-checkpoints: 3

## References

- https://nightlies.apache.org/flink/flink-docs-stable/docs/dev/datastream/fault-tolerance/checkpointing/
"""

from __future__ import annotations

from collections.abc import Iterator

from reviewer.core.finding import Category, Confidence, Severity
from reviewer.facts.delta import Delta
from reviewer.rules.checks.settings import changed
from reviewer.rules.checks.strength import is_weaker, number
from reviewer.rules.checks.words import Words, of_change
from reviewer.rules.rule import Hit, Rule

_MODE = "execution.checkpointing.mode"
_FAILURES = (
    "execution.checkpointing.tolerable-failed-checkpoints",
    "execution.checkpointing.tolerable.failed.checkpoints",
)
_MANY = 10
_TWICE = Words(
    "The checkpointing mode was {old} and is now {new}.",
    (
        "A checkpoint is taken; an operator goes on with records of one input while the barrier of another has not come.",
        "They are in its state when it is stored, and the source will read them again.",
        "The job fails and is restored -> these records are applied a second time: counts and sums are too high.",
    ),
    "Keep {old}; where barriers are slow, enable unaligned checkpoints.",
)
_HIDDEN = Words(
    "Tolerable checkpoint failures were {old} and are now {new}.",
    (
        "Every checkpoint fails (a full disk, backpressure, a lost permission), and the job runs on.",
        "After hours a TaskManager fails; the last checkpoint is from before.",
        "The job goes back hours: exactly-once transactions of that time have timed out and their records are lost, everything else is done twice.",
    ),
    "Keep {old}, and alert on the age of the last completed checkpoint.",
)


def compare(delta: Delta) -> Iterator[Hit]:
    """Mode, then failures."""
    for found in changed(delta, _MODE):
        if is_weaker(_MODE, found.old, found.new):
            yield _TWICE.hit(
                of_change(found.subject, found.old.text, found.new.text),
                found.span,
                old=found.old.text,
                new=found.new.text,
            )
    for found in changed(delta, *_FAILURES):
        old, new = number(found.old), number(found.new)
        if old is not None and new is not None and new >= _MANY and new > old:
            yield _HIDDEN.hit(of_change(found.subject, found.old.text, found.new.text), found.span, old=old, new=new)


RULE = Rule(
    __name__,
    __doc__,
    category=Category.DUPLICATES,
    severity=Severity.MEDIUM,
    confidence=Confidence.HIGH,
    compare=compare,
)
