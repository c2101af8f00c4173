"""A short outage ends the job for good.

The job gives up after few restarts, or is not restarted at all, or restarts without a pause.

## What it catches

`restart-strategy` of `none`, or `fixed-delay` with fewer than ten attempts or without a delay, that a change writes where there was something more
patient.

## Why it hurts in production

A broker that is away for a minute uses up three attempts of ten seconds each. The job is then FAILED and stays so until somebody
starts it; what comes meanwhile waits in Kafka, and is lost once retention is over. Without a delay all attempts are over within a second.

## What to do

`exponential-delay`, and an alert on restarts.

## What it cannot see

A supervisor that starts the job again from its last checkpoint.

## Examples

### bad: three attempts
--- flink-conf.yaml
-restart-strategy.type: exponential-delay
+restart-strategy.type: fixed-delay
+restart-strategy.fixed-delay.attempts: 3 # ! here
+restart-strategy.fixed-delay.delay: 10 s

### bad: no restart
--- Job.java
 import org.apache.flink.api.common.restartstrategy.RestartStrategies;
 import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
 class Job {
   void run(StreamExecutionEnvironment env) {
     env.enableCheckpointing(60_000);
-    env.setRestartStrategy(RestartStrategies.fixedDelayRestart(2147483647, 10_000));
+    env.setRestartStrategy(RestartStrategies.noRestart()); // ! here
   }
 }

### good: more patient than before
--- flink-conf.yaml
 restart-strategy.type: fixed-delay
-restart-strategy.fixed-delay.attempts: 3
+restart-strategy.fixed-delay.attempts: 2147483647
 restart-strategy.fixed-delay.delay: 10 s

### good: a new job
--- Job.java
+import org.apache.flink.api.common.restartstrategy.RestartStrategies;
+import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
+class Job {
+  void run(StreamExecutionEnvironment env) {
+    env.setRestartStrategy(RestartStrategies.fixedDelayRestart(3, 10_000));
+  }
+}

## References

- https://nightlies.apache.org/flink/flink-docs-stable/docs/ops/state/task_failure_recovery/
"""

from __future__ import annotations

from collections.abc import Iterator

from reviewer.core.finding import Category, Confidence, Severity
from reviewer.core.span import Span
from reviewer.facts.delta import Delta
from reviewer.facts.streaming.model import FileFacts, Setting
from reviewer.rules.checks.settings import changed
from reviewer.rules.checks.strength import number, plain
from reviewer.rules.checks.words import Words, of_change
from reviewer.rules.rule import Hit, Rule

_TYPES = ("restart-strategy", "restart-strategy.type", "restart.strategy", "restart.strategy.type")
_ATTEMPTS = ("restart-strategy.fixed-delay.attempts", "restart.strategy.fixed.delay.attempts")
_FEW = 10
_EVENTS = (
    "A broker, a database or the network is away for a minute; the job fails.",
    "{how}.",
    "The job is FAILED for good; its lag grows, and what outlives the topic's retention is never processed.",
)
_NONE = Words("The restart strategy was {old} and is now none.", _EVENTS, "Keep {old}, or use exponential-delay.")
_FEWER = Words("The job gives up after {new} restarts, where the strategy was {old}.", _EVENTS, "Use exponential-delay, or many more attempts.")  # fmt: skip


def compare(delta: Delta) -> Iterator[Hit]:
    """The strategy, then its attempts."""
    for found in changed(delta, *_TYPES):
        old, new, file = plain(found.old) or "", plain(found.new) or "", found.files.after
        if new in ("none", "off", "disable") and old not in ("none", "off", "disable"):
            yield _hit(_NONE, old, new, found.span, "There is no restart")
        elif (
            new in ("fixed-delay", "fixeddelay")
            and new != old
            and old not in ("none", "off", "disable")
            and file is not None
        ):
            attempts = _attempts(file)
            amount = number(attempts.value) if attempts is not None else None
            if attempts is not None and amount is not None and amount < _FEW:
                yield _hit(_FEWER, old, str(amount), attempts.span, f"{amount} restarts are used up within that time")
    for found in changed(delta, *_ATTEMPTS):
        before, after = number(found.old), number(found.new)
        if before is not None and after is not None and after < _FEW and after < before:
            yield _hit(
                _FEWER, f"{before} restarts", str(after), found.span, f"{after} restarts are used up within that time"
            )


def _attempts(file: FileFacts) -> Setting | None:
    found = [setting for setting in file.settings if setting.key in _ATTEMPTS]
    return found[-1] if len(found) == 1 else None


def _hit(words: Words, old: str, new: str, span: Span, how: str) -> Hit:
    return words.hit(of_change("restart-strategy", old, new), span, old=old, new=new, how=how)


RULE = Rule(
    __name__,
    __doc__,
    category=Category.OPERATIONS,
    severity=Severity.MEDIUM,
    confidence=Confidence.HIGH,
    put_back=True,
    compare=compare,
)
