"""Operator state grows with every checkpoint, or comes back twice.

List state is no longer emptied before it is filled.

## What it catches

`clear()` of a `ListState` removed from a class that still calls `add` or `addAll` on it, and no `update` took its place.

## Why it hurts in production

List state keeps what is in it. Filled again at every checkpoint, or after a restore, it holds each entry many times: after the next restore everything is
given out or counted as often, and the checkpoint grows.

## What to do

`clear()` before `add`, or `update(list)`, which replaces.

## What it cannot see

State that is cleared in another class.

## Examples

### bad: not cleared in snapshotState
--- Buffer.java
 import org.apache.flink.streaming.api.checkpoint.CheckpointedFunction;
 class Buffer implements CheckpointedFunction {
   private transient ListState<Order> saved;
   public void snapshotState(FunctionSnapshotContext context) throws Exception {
-    saved.clear(); // ! here
     for (Order order : waiting) {
       saved.add(order);
     }
   }
 }

### bad: not cleared after the restore
--- Statistics.java
 import org.apache.flink.streaming.api.operators.AbstractStreamOperator;
 class Statistics extends AbstractStreamOperator<Row> {
   private transient ListState<Row> global;
   public void initializeState(StateInitializationContext context) throws Exception {
     global = context.getOperatorStateStore().getUnionListState(new ListStateDescriptor<>("global", Row.class));
-    global.clear(); // ! here
   }
   public void snapshotState(StateSnapshotContext context) throws Exception {
     global.add(row);
   }
 }

### good: update takes its place
--- Buffer.java
 import org.apache.flink.streaming.api.checkpoint.CheckpointedFunction;
 class Buffer implements CheckpointedFunction {
   private transient ListState<Order> saved;
   public void snapshotState(FunctionSnapshotContext context) throws Exception {
-    saved.clear();
-    for (Order order : waiting) {
-      saved.add(order);
-    }
+    saved.update(waiting);
   }
 }

### good: a plain list
--- Buffer.java
 import org.apache.flink.streaming.api.checkpoint.CheckpointedFunction;
 class Buffer implements CheckpointedFunction {
   private final List<Order> waiting = new ArrayList<>();
   private transient ListState<Order> saved;
   public void snapshotState(FunctionSnapshotContext context) throws Exception {
     saved.update(waiting);
-    waiting.clear();
     waiting.add(MARK);
   }
 }

## References

- https://nightlies.apache.org/flink/flink-docs-stable/docs/dev/datastream/fault-tolerance/state/#operator-state
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from reviewer.core.finding import Category, Confidence, Severity
from reviewer.facts.delta import Delta, FilePair
from reviewer.facts.streaming.model import FileFacts
from reviewer.facts.streaming.names import bare
from reviewer.facts.syntax import BlockKind, Call
from reviewer.rules.checks.words import Words, of_call
from reviewer.rules.rule import Hit, Rule

_WORDS = Words(
    "`{state}` is no longer cleared before it is filled with {fill}().",
    (
        "A checkpoint is taken, or the operator is restored: {fill}() puts the entries behind those that are in `{state}` already.",
        "Each checkpoint holds them once more.",
        "After the next restore every entry comes back as often -> duplicates, and state that grows until checkpoints fail.",
    ),
    "Call {state}.clear() first, or use {state}.update(list), which replaces what is there.",
)
_UNION = Words(
    "`{state}` is union list state and is no longer cleared when it is restored.",
    (
        "The job is restored: every subtask gets the entries of all of them in `{state}`.",
        "A subtask that does not clear them in snapshotState on every path writes them all again.",
        "With each checkpoint after a restore the entries are there once per subtask -> old values win over new ones, duplicates, and state that grows.",
    ),
    "Call {state}.clear() once its entries are read, or clear it in snapshotState before any condition.",
)
_LIST = re.compile(r"\b(Union)?ListState\b")
_MADE = re.compile(r"get_?(union_?)?list_?state", re.IGNORECASE)
_FILLS = ("add", "addAll", "add_all")


def compare(delta: Delta) -> Iterator[Hit]:
    """List states of a class that are filled, and were cleared."""
    for pair, before, after in delta.modified():
        names = _lists(before) & _lists(after)
        for name in sorted(names):
            old, new = _calls(before, name), _calls(after, name)
            fills = [call for call in new if call.name in _FILLS]
            gone = [call for call in old if call.name == "clear"]
            yield from _union(pair, before, after, name)
            if not fills or not gone or any(call.name in ("clear", "update") for call in new):
                continue
            if any(call.name in _FILLS for call in old) and pair.touches(gone[0].name_span):
                yield _WORDS.hit(
                    of_call(before, gone[0], f"{name}.clear"), gone[0].name_span, state=name, fill=fills[0].name
                )


def _union(pair: FilePair, before: FileFacts, after: FileFacts, name: str) -> Iterator[Hit]:
    """Union state whose clear() is gone from where it is restored, and stands nowhere that is always reached."""
    made = (a for a in after.syntax.assignments if bare(a.target) == name and a.value is not None)
    if not any(re.search(r"[uU]nion_?[lL]ist_?[sS]tate", a.value.text) for a in made if a.value is not None):
        return
    old = [c for c in _calls(before, name) if c.name == "clear" and _is_restoring(before, c)]
    now = [c for c in _calls(after, name) if c.name in ("clear", "update")]
    always = any(
        not any(after.syntax.blocks[b].kind is BlockKind.CONDITIONAL for b in c.blocks) or _is_restoring(after, c)
        for c in now
    )
    if old and now and not always and pair.touches(old[0].name_span):
        yield _UNION.hit(of_call(before, old[0], f"{name}.clear"), old[0].name_span, state=name)


def _is_restoring(file: FileFacts, call: Call) -> bool:
    return file.function_name(call.function).rpartition(".")[2] in (
        "initializeState",
        "initialize_state",
        "restoreState",
    )


def _lists(file: FileFacts) -> set[str]:
    """The names that hold list state of an operator: keyed list state is per key, and is filled record by record."""
    made = {
        bare(a.target) for a in file.syntax.assignments
        if a.value is not None and _MADE.search(a.value.text) and not re.search(r"getRuntimeContext|get_runtime_context|getPartitionedState", a.value.text)
    }  # fmt: skip
    declared = {bare(a.target) for a in file.syntax.assignments if _LIST.search(a.declared_type)}
    keyed = {
        bare(a.target) for a in file.syntax.assignments
        if a.value is not None and re.search(r"getRuntimeContext|get_runtime_context|getPartitionedState", a.value.text)
    }  # fmt: skip
    saves = any(f.name in ("snapshotState", "snapshot_state") for f in file.syntax.functions)
    return (made | (declared if saves else set())) - keyed


def _calls(file: FileFacts, name: str) -> list[Call]:
    return [call for call in file.syntax.calls if bare(call.receiver) == name]


RULE = Rule(
    __name__,
    __doc__,
    category=Category.STATE_CONSISTENCY,
    severity=Severity.HIGH,
    confidence=Confidence.HIGH,
    compare=compare,
)
