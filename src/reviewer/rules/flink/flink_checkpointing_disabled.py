"""The job takes no checkpoints any more.

The job no longer takes checkpoints.

## What it catches

A call of `enableCheckpointing` or the key `execution.checkpointing.interval` that the change removes, and that no other place of the change sets.

## Why it hurts in production

Without checkpoints a failed job is not restarted by default; when it is, its state is empty and its source goes on from whatever offsets the group
has. A Kafka sink with exactly-once never commits: its transactions are committed by checkpoints.

## What to do

Keep checkpointing on, with durable storage.

## Trade-off

Checkpoints cost network and storage, and a pause in each operator. None is legitimate for a job without state whose input in flight
may go.

## What it cannot see

An interval in the cluster's own configuration or in a deployment repository; then say so in the pull request.

## Examples

### bad: the call is lost while the job is tidied up
--- Job.java
 import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
 class Job {
   void run() throws Exception {
     StreamExecutionEnvironment env = StreamExecutionEnvironment.getExecutionEnvironment();
-    env.enableCheckpointing(60_000); // ! here
     env.execute("totals");
   }
 }

### bad: PyFlink
--- job.py
 from pyflink.datastream import StreamExecutionEnvironment

 env = StreamExecutionEnvironment.get_execution_environment()
-env.enable_checkpointing(30000) # ! here
 env.execute("totals")

### good: the call moves into a helper that is given the environment
--- Job.java
 import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
 class Job {
   void run() throws Exception {
     StreamExecutionEnvironment env = StreamExecutionEnvironment.getExecutionEnvironment();
-    env.enableCheckpointing(60_000);
+    Reliability.configure(env);
     env.execute("totals");
   }
 }

### good: the interval moves into the configuration of the same change
--- Job.java
 import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
 class Job {
   void run() throws Exception {
     StreamExecutionEnvironment env = StreamExecutionEnvironment.getExecutionEnvironment();
-    env.enableCheckpointing(60_000);
     env.execute("totals");
   }
 }
--- conf/flink-conf.yaml
 parallelism.default: 4
+execution.checkpointing.interval: 60s

## References

- https://nightlies.apache.org/flink/flink-docs-stable/docs/dev/datastream/fault-tolerance/checkpointing/
"""

from __future__ import annotations

from collections.abc import Iterator

from reviewer.core.finding import Category, Confidence, Severity
from reviewer.core.span import Span
from reviewer.facts.delta import Delta, FilePair
from reviewer.facts.streaming.model import FileFacts
from reviewer.facts.syntax import Call
from reviewer.rules.rule import Hit, Rule
from reviewer.rules.support import line

_CALLS = frozenset({"enableCheckpointing", "enable_checkpointing", "setCheckpointInterval", "set_checkpoint_interval"})
_KEYS = frozenset({"execution.checkpointing.interval"})


def compare(delta: Delta) -> Iterator[Hit]:
    """Only when nothing of the change takes checkpoints any more: a moved call is no danger."""
    lost = [(pair, places[0]) for pair, before in _before(delta) if (places := _places(before))]
    if not lost or any(_places(file) or _handed_on(delta, file) for file in delta.after.everything()):
        return
    for pair, span in lost:
        if pair.after is not None and not _is_batch(pair.after):
            yield _hit(pair, span)


def _before(delta: Delta) -> Iterator[tuple[FilePair, FileFacts]]:
    return ((pair, pair.before) for pair in delta.pairs() if pair.before is not None and not pair.before.is_test)


def _places(file: FileFacts) -> list[Span]:
    """Where checkpoints are switched on; an interval of 0 or less is none."""
    calls = [c.name_span for c in file.syntax.calls if c.name in _CALLS and _is_on(c)]
    keys = [s.span for s in file.settings if s.key in _KEYS and not s.value.is_explicit("0", "-1")]
    entries = [
        e.span for e in file.syntax.entries if e.dotted.endswith("execution.checkpointing.interval") and e.value != "0"
    ]
    return [*calls, *keys, *entries]


def _is_on(call: Call) -> bool:
    first = call.argument(0)
    return first is None or first.literal not in ("0", "-1")


def _handed_on(delta: Delta, file: FileFacts) -> bool:
    """A call on changed lines that is given the environment may well do it: `Checkpoints.configure(env)`."""
    return any(
        any(a.value.text in ("env", "environment") for a in call.arguments) and delta.touches(call.span)
        for call in file.syntax.calls
    )


def _is_batch(file: FileFacts) -> bool:
    return any("RuntimeExecutionMode.BATCH" in a.value.text for call in file.syntax.calls for a in call.arguments)


def _hit(pair: FilePair, span: Span) -> Hit:
    return Hit(
        subject=f"checkpointing of {pair.change.path.rsplit('/', 1)[-1]}",
        span=line(span),
        message="The change removes what made this job take checkpoints, and sets no interval elsewhere.",
        scenario=(
            "A TaskManager dies, or a record makes an operator throw.",
            "There is no checkpoint: by default the job is not restarted at all; restarted by hand, every keyed state, window and timer is empty.",
            "The source goes on from the group's committed offsets, or from its start -> counts and windows are wrong; an exactly-once sink has committed nothing.",
        ),
        fix="Put the interval back (enableCheckpointing or execution.checkpointing.interval); if the cluster sets it, say so where the call stood.",
    )


RULE = Rule(
    __name__,
    __doc__,
    category=Category.STATE_CONSISTENCY,
    severity=Severity.CRITICAL,
    confidence=Confidence.MEDIUM,
    compare=compare,
)
