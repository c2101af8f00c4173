"""State expires earlier than before, or can't be restored.

The time to live of a state changes while its descriptor stays.

## What it catches

In one class, under one state name: `StateTtlConfig` with a shorter time than before; `enableTimeToLive` added or removed; expired values that are
returned where they were not.

## Why it hurts in production

Time to live goes by the wall clock. When it is shorter, keys that come back later find nothing: counts restart, deduplication lets them pass, and
after an outage longer than it everything is gone. Before Flink 2.2 a state with and one without it are not compatible: the restore fails.

## What to do

Keep it above the longest gap between two records of a key, outages included. Add or remove it under another state name.

## What it cannot see

Which Flink version runs the job; a time from the configuration.

## Examples

### bad: a shorter time
--- Dedup.java
 import org.apache.flink.streaming.api.functions.KeyedProcessFunction;
 class Dedup extends KeyedProcessFunction<String, Order, Order> {
   public void open(OpenContext context) {
     ValueStateDescriptor<Boolean> seen = new ValueStateDescriptor<>("seen", Boolean.class);
-    seen.enableTimeToLive(StateTtlConfig.newBuilder(Duration.ofDays(7)).build());
+    seen.enableTimeToLive(StateTtlConfig.newBuilder(Duration.ofHours(6)).build()); // ! here
     state = getRuntimeContext().getState(seen);
   }
 }

### bad: a state that had none gets one
--- Totals.java
 import org.apache.flink.streaming.api.functions.KeyedProcessFunction;
 class Totals extends KeyedProcessFunction<String, Order, Total> {
   public void open(OpenContext context) {
     ValueStateDescriptor<Long> total = new ValueStateDescriptor<>("total", Long.class);
+    total.enableTimeToLive(StateTtlConfig.newBuilder(Duration.ofDays(30)).build()); // ! here
     state = getRuntimeContext().getState(total);
   }
 }

### good: a longer time
--- Dedup.java
 import org.apache.flink.streaming.api.functions.KeyedProcessFunction;
 class Dedup extends KeyedProcessFunction<String, Order, Order> {
   public void open(OpenContext context) {
     ValueStateDescriptor<Boolean> seen = new ValueStateDescriptor<>("seen", Boolean.class);
-    seen.enableTimeToLive(StateTtlConfig.newBuilder(Duration.ofDays(7)).build());
+    seen.enableTimeToLive(StateTtlConfig.newBuilder(Duration.ofDays(14)).build());
     state = getRuntimeContext().getState(seen);
   }
 }

### good: a new state with a time to live
--- Totals.java
 import org.apache.flink.streaming.api.functions.KeyedProcessFunction;
 class Totals extends KeyedProcessFunction<String, Order, Total> {
   public void open(OpenContext context) {
     state = getRuntimeContext().getState(new ValueStateDescriptor<>("total", Long.class));
+    ValueStateDescriptor<Boolean> seen = new ValueStateDescriptor<>("seen", Boolean.class);
+    seen.enableTimeToLive(StateTtlConfig.newBuilder(Duration.ofDays(7)).build());
+    known = getRuntimeContext().getState(seen);
   }
 }

## References

- https://nightlies.apache.org/flink/flink-docs-stable/docs/dev/datastream/fault-tolerance/state/#state-time-to-live-ttl
- https://nightlies.apache.org/flink/flink-docs-stable/docs/dev/datastream/fault-tolerance/serialization/state_ttl_compatibility/
"""

from __future__ import annotations

from collections.abc import Iterator

from reviewer.core.finding import Category, Confidence, Severity
from reviewer.core.span import Span
from reviewer.facts.delta import Delta, FilePair
from reviewer.facts.pairs import STATES
from reviewer.facts.streaming.model import Known, StateDeclaration
from reviewer.rules.checks.dataflow import amount, cause, changed
from reviewer.rules.checks.words import Words
from reviewer.rules.rule import Hit, Rule

_SHORTER = Words(
    'The state "{name}" lived {old} and now lives {new}.',
    (
        'A key is seen and its entry in "{name}" is written.',
        "The next record of that key comes after {new}, or the job is down that long: time to live goes by the wall clock.",
        "The entry is gone -> the count starts again at zero, or the duplicate passes, where it would have been known for {old}.",
    ),
    "Keep {old}, or show that no key comes back later than {new}, outages included.",
)
_TOGGLED = Words(
    'A time to live is {what} the state "{name}".',
    (
        'The savepoint holds "{name}" {before} time stamps for expiry.',
        "The new version restores it {after} them. Before Flink 2.2 the two are not compatible: StateMigrationException, the job stays down.",
        "{end}",
    ),
    "Do it under another state name, or check that the job runs on Flink 2.2 or later; read the old state for one release.",
)
_LAPSES = (
    "Where it is restored, keys that come back after the time to live find nothing -> counts restart, duplicates pass."
)
_STAYS = "Where it is restored, nothing is ever cleaned up any more -> state grows until checkpoints fail."


def compare(delta: Delta) -> Iterator[Hit]:
    """The states of one class and name."""
    for pair in delta.pairs_of(STATES):
        was, now = pair.before, pair.after
        if was is None or now is None or not pair.is_sure or not _is_named(was) or not _is_named(now):
            continue
        yield from _of(pair.files, was, now)


def _is_named(state: StateDeclaration) -> bool:
    return state.name.known is Known.EXPLICIT and not any(
        part.name == "ttl" and part.value.known is Known.UNKNOWN for part in state.parts
    )


def _of(files: FilePair, was: StateDeclaration, now: StateDeclaration) -> Iterator[Hit]:
    name = now.name.text
    for change in changed(was.parts, now.parts, "ttl"):
        old, new = amount(change.old), amount(change.new)
        if old is not None and new is not None:
            if 0 < new < old:
                span = cause(files, change.span)
                yield _SHORTER.hit(f"{now.owner}/{name} ttl", span, name=name, old=change.was, new=change.now)
        elif change.old is None or change.new is None:
            yield _toggled(now, change.span, added=change.old is None)


def _toggled(now: StateDeclaration, span: Span, *, added: bool) -> Hit:
    name = now.name.text
    return _TOGGLED.hit(
        f"{now.owner}/{name} ttl {'added' if added else 'removed'}", span, name=name, what="added to" if added else "removed from",
        before="without" if added else "with", after="with" if added else "without", end=_LAPSES if added else _STAYS,
        confidence=Confidence.MEDIUM,
    )  # fmt: skip


RULE = Rule(
    __name__,
    __doc__,
    category=Category.STATE_CONSISTENCY,
    severity=Severity.HIGH,
    confidence=Confidence.HIGH,
    put_back=True,
    compare=compare,
)
