"""State is dropped at a deploy without an error.

A deployment starts without the state of the running job, or goes on when part of it has no place any more.

## What it catches

`upgradeMode: stateless` where `savepoint` or `last-state` stood (FlinkDeployment, FlinkSessionJob); `allowNonRestoredState: true`; the setting
`execution.savepoint.ignore-unclaimed-state` or `execution.state-recovery.ignore-unclaimed-state`; `--allowNonRestoredState` in arguments.

## Why it hurts in production

Stateless: the next deploy begins with empty windows and counts, at the configured position of the source. Non-restored state allowed: an accidental
change of a uid no longer stops the deploy, that operator just starts empty.

## What to do

`savepoint` or `last-state`. The flag for one deploy that removes an operator, then off again.

## Trade-off

A savepoint makes each deploy wait for it. An upgrade without state is legitimate for jobs that have none, or rebuild it.

## What it cannot see

That the job has no state.

## Examples

### bad: stateless upgrades
--- job.yaml
 apiVersion: flink.apache.org/v1beta1
 kind: FlinkDeployment
 metadata:
   name: totals
 spec:
   job:
-    upgradeMode: savepoint
+    upgradeMode: stateless # ! here

### bad: the flag is left on
--- job.yaml
 apiVersion: flink.apache.org/v1beta1
 kind: FlinkDeployment
 metadata:
   name: totals
 spec:
   job:
     upgradeMode: savepoint
+    allowNonRestoredState: true # ! here

### good: from stateless to last-state
--- job.yaml
 apiVersion: flink.apache.org/v1beta1
 kind: FlinkDeployment
 metadata:
   name: totals
 spec:
   job:
-    upgradeMode: stateless
+    upgradeMode: last-state

### good: a new deployment that has no state yet
--- job.yaml
+apiVersion: flink.apache.org/v1beta1
+kind: FlinkDeployment
+metadata:
+  name: totals
+spec:
+  job:
+    upgradeMode: stateless

## References

- https://nightlies.apache.org/flink/flink-docs-stable/docs/ops/state/savepoints/
- https://nightlies.apache.org/flink/flink-kubernetes-operator-docs-stable/docs/custom-resource/job-management/
"""

from __future__ import annotations

from collections.abc import Iterator

from reviewer.core.finding import Category, Confidence, Severity
from reviewer.facts.delta import Delta
from reviewer.facts.pairs import DEPLOYMENTS
from reviewer.rules.checks.dataflow import changed
from reviewer.rules.checks.words import Words
from reviewer.rules.rule import Hit, Rule

_STATELESS = Words(
    "The upgrade mode of {name} was {old} and is now stateless: the next deploy drops the state.",
    (
        "The job runs with windows, counts and source offsets in its state.",
        "The next change of the deployment stops it and starts it without a savepoint.",
        "Everything is empty, and the sources begin at their configured position -> counts from zero, and everything twice or a gap.",
    ),
    "Keep upgradeMode: {old}.",
    replace=("stateless", "{old}"),
)
_ALLOWED = Words(
    "State without an operator is now dropped instead of stopping the deploy ({what}).",
    (
        "A later change alters or loses the uid of an operator by accident.",
        "The restore finds state that no operator claims, and goes on without it.",
        "That operator starts empty, a source at its configured position, and no error tells -> silent loss of state.",
    ),
    "Allow it only for the one deploy that removes an operator on purpose, and take it out again.",
)
_KEYS = ("execution.savepoint.ignore.unclaimed.state", "execution.state.recovery.ignore.unclaimed.state")


def compare(delta: Delta) -> Iterator[Hit]:
    """Deployments of one name, then the settings."""
    for pair in delta.pairs_of(DEPLOYMENTS):
        was, now, held = pair.before, pair.after, pair.files.after
        if was is None or now is None:
            continue
        for change in changed(was.parts, now.parts, "upgrade-mode", "allow-non-restored"):
            if change.name == "upgrade-mode" and change.now == "stateless" and change.old is not None:
                if held is not None and held.is_development:
                    continue  # a developers' cluster may begin empty
                yield _STATELESS.hit(f"{now.name} upgrade mode", change.span, name=now.name, old=change.was)
            elif change.name == "allow-non-restored" and change.now.lower() == "true":
                yield _ALLOWED.hit(
                    f"{now.name} non-restored",
                    change.span,
                    what="allowNonRestoredState: true",
                    confidence=Confidence.MEDIUM,
                )
        flags = [
            part for part in now.parts if part.name == "args" and part.value.text in ("--allowNonRestoredState", "-n")
        ]
        if flags and not any(part.name == "args" and part.value.text == flags[0].value.text for part in was.parts):
            yield _ALLOWED.hit(
                f"{now.name} non-restored", flags[0].span, what=flags[0].value.text, confidence=Confidence.MEDIUM
            )
    for setting in delta.settings(*_KEYS):
        after, before = setting.after, setting.before
        if (
            after is not None
            and after.value.is_explicit("true")
            and (before is None or not before.value.is_explicit("true"))
        ):
            if setting.files.before is not None:
                yield _ALLOWED.hit(f"{after.key}@{after.scope}", after.span, what=f"{after.key.replace('.', '-')} is true" if after.in_code else f"{after.written or after.key}: true", confidence=Confidence.MEDIUM)  # fmt: skip


RULE = Rule(
    __name__,
    __doc__,
    category=Category.DATA_LOSS,
    severity=Severity.HIGH,
    confidence=Confidence.HIGH,
    put_back=True,
    compare=compare,
)
