"""The job stays down after the first failures.

A job that restarted no longer does, or gives up after a few attempts.

## What it catches

`RestartStrategies.noRestart()` and `restart-strategy.type: none` (also `off`, `disable`, and the old key `restart-strategy`) where there was
another strategy; a fixed delay with fewer attempts than before.

## Why it hurts in production

A broker restarts, a network is away for half a minute: the job fails for good. Its lag grows until the topic's retention deletes what it has not
read.

## What to do

Exponential delay without an end, and an alert on restarts.

## What it cannot see

That something else submits the job again.

## Examples

### bad: no restart any more
--- Job.java
 import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
 class Job {
   void build(StreamExecutionEnvironment env) {
-    env.setRestartStrategy(RestartStrategies.fixedDelayRestart(Integer.MAX_VALUE, Time.seconds(10)));
+    env.setRestartStrategy(RestartStrategies.noRestart()); // ! here
   }
 }

### bad: in the configuration
--- flink-conf.yaml
 execution.checkpointing.interval: 1 min
-restart-strategy.type: exponential-delay
+restart-strategy.type: none # ! here

### good: from none to an exponential delay
--- flink-conf.yaml
 execution.checkpointing.interval: 1 min
-restart-strategy.type: none
+restart-strategy.type: exponential-delay

### good: more attempts
--- Job.java
 import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
 class Job {
   void build(StreamExecutionEnvironment env) {
-    env.setRestartStrategy(RestartStrategies.fixedDelayRestart(3, Time.seconds(10)));
+    env.setRestartStrategy(RestartStrategies.fixedDelayRestart(100, Time.seconds(10)));
   }
 }

## References

- https://nightlies.apache.org/flink/flink-docs-stable/docs/ops/state/task_failure_recovery/
"""

from __future__ import annotations

from collections.abc import Iterator

from reviewer.core.finding import Category, Confidence, Severity
from reviewer.facts.delta import Delta
from reviewer.rules.checks.settings import changed
from reviewer.rules.checks.words import Words
from reviewer.rules.rule import Hit, Rule

_NONE = Words(
    "The restart strategy was {old} and is now {new}: the first failure ends the job.",
    (
        "A broker is restarted, or a TaskManager is moved to another node.",
        "A task fails, and the job is not restarted from its last checkpoint.",
        "It stays down until somebody looks; its lag grows, and records older than the topic's retention are lost.",
    ),
    "Keep {old}, or use exponential-delay with a cap and alert on restarts.",
)
_FEWER = Words(
    "The job was restarted {old} times and now only {new} times.",
    (
        "A broker is away for some minutes; every restart fails in the same way.",
        "After {new} attempts the job gives up.",
        "It stays down until somebody looks; its lag grows, and records older than the topic's retention are lost.",
    ),
    "Keep {old}, or use exponential-delay with a cap, which does not give up.",
)
_TYPE = ("restart.strategy.type", "restart.strategy")
_OFF = ("none", "off", "disable")
_ATTEMPTS = "restart.strategy.fixed.delay.attempts"
_FEW = 10


def compare(delta: Delta) -> Iterator[Hit]:
    """The strategy, then the attempts of a fixed delay."""
    for differs in changed(delta, *_TYPE):
        if differs.new.is_explicit(*_OFF) and not differs.old.is_explicit(*_OFF):
            yield _NONE.hit(differs.subject, differs.span, old=differs.old.text, new=differs.new.text)
    for pair in delta.settings(*_TYPE):
        if (
            pair.before is None
            and pair.after is not None
            and pair.after.value.is_explicit(*_OFF)
            and pair.files.before is not None
        ):
            yield _NONE.hit(
                f"{pair.after.key}@{pair.after.scope}", pair.after.span, old="the default, which restarts with checkpoints on,",
                new=pair.after.value.text, confidence=Confidence.MEDIUM,
            )  # fmt: skip
    for differs in changed(delta, _ATTEMPTS):
        old, new = differs.old.text, differs.new.text
        if old.isdigit() and new.isdigit() and int(new) < int(old) and int(new) <= _FEW:
            yield _FEWER.hit(differs.subject, differs.span, old=old, new=new)


RULE = Rule(
    __name__,
    __doc__,
    category=Category.OPERATIONS,
    severity=Severity.MEDIUM,
    confidence=Confidence.HIGH,
    compare=compare,
)
