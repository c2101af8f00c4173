"""A savepoint's state no longer finds its operator.

A stateful operator loses its identity, so that a savepoint's state no longer finds it.

## What it catches

`.uid("…")` removed from, or changed on, an operator that stays, or given to one that ran without; operators added, removed or moved so
that the generated id of a stateful operator changes. Flink's hash is simulated: the operators numbered before it, those chained behind it, its inputs.

## Why it hurts in production

State in a savepoint is addressed by operator id. Under another id the state is orphaned: the restore fails, or with
`--allowNonRestoredState` starts empty. A source without its offsets starts where its configuration says: duplicates, or a gap.

## What to do

Keep the uid. For an intended rename use the State Processor API, or `setUidHash` with the old hash. Give every stateful operator a
uid while the graph is still unchanged.

## Trade-off

Keeping the old uid costs a name that no longer fits; the State Processor API costs a stop. Dropping the state is legitimate where
it is rebuilt from the input, or is short-lived.

## What it cannot see

A job that starts without a savepoint on purpose; a graph that is put together over several files; operators added under a condition;
a change of parallelism that breaks a chain; whether a function of another file keeps state.

## Examples

### bad: the uid is dropped
--- Job.java
 import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
 class Job {
   void build(StreamExecutionEnvironment env) {
     env.fromSource(source, watermarks, "orders").uid("orders-source")
       .keyBy(o -> o.customer())
-      .process(new Totals()).uid("totals") // ! here
+      .process(new Totals())
       .sinkTo(sink).uid("sink");
   }
 }

### bad: the uid is renamed
--- Job.java
 import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
 class Job {
   void build(StreamExecutionEnvironment env) {
     env.fromSource(source, watermarks, "orders").uid("orders-source")
       .keyBy(o -> o.customer())
-      .process(new Totals()).uid("totals");
+      .process(new Totals()).uid("customer-totals"); // ! here
   }
 }

### good: a new operator, and every stateful one has a uid
--- Job.java
 import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
 class Job {
   void build(StreamExecutionEnvironment env) {
     env.fromSource(source, watermarks, "orders").uid("orders-source")
+      .filter(o -> o.isPaid())
       .keyBy(o -> o.customer())
       .process(new Totals()).uid("totals");
   }
 }

### good: only the layout and a display name change
--- Job.java
 import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
 class Job {
   void build(StreamExecutionEnvironment env) {
-    env.fromSource(source, watermarks, "orders").uid("orders-source").keyBy(o -> o.customer()).process(new Totals()).uid("totals");
+    env.fromSource(source, watermarks, "orders").uid("orders-source")
+      .keyBy(o -> o.customer())
+      .process(new Totals())
+      .uid("totals")
+      .name("Totals per customer");
   }
 }

## References

- https://nightlies.apache.org/flink/flink-docs-stable/docs/ops/state/savepoints/
- https://nightlies.apache.org/flink/flink-docs-stable/docs/ops/upgrading/
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from reviewer.core.finding import Category, Confidence, Severity
from reviewer.core.span import Span
from reviewer.facts.delta import Delta, FilePair
from reviewer.facts.streaming.model import FileFacts, Operator
from reviewer.facts.streaming.protections import folded
from reviewer.rules.checks.dataflow import cause
from reviewer.rules.rule import Hit, Rule
from reviewer.rules.support import aligned, line, squash


def compare(delta: Delta) -> Iterator[Hit]:
    """Function by function: uids that went, uids that came, then graphs that changed around operators without uid."""
    kept = {op.uid for file in delta.after.files for op in _flink(file) if op.uid is not None}
    for pair, before, after in delta.modified():
        if _is_batch(before):
            continue
        changed = _net_change(_flink(before), _flink(after))
        for root in sorted({op.root for op in _flink(before)} & {op.root for op in _flink(after)}):
            old = [op for op in _flink(before) if op.root == root]
            new = [op for op in _flink(after) if op.root == root]
            lost = list(_lost(pair, root, old, new, kept))
            yield from lost
            if not lost:
                yield from _given(pair, after, root, old, new)
                yield from _shifted(root, old, new, changed)
    yield from _left_behind(delta, kept)


def _left_behind(delta: Delta, kept: set[str]) -> Iterator[Hit]:
    """Uids of operators that moved to another function or file, and have none there."""
    old, new = (
        [op for file in facts.files if not file.is_test for op in _flink(file)] for facts in (delta.before, delta.after)
    )
    was, now = (Counter(map(_signature, ops)) for ops in (old, new))
    for operator in old:
        same = _signature(operator)
        if operator.uid is None or operator.uid in kept or operator.uid_span is None or not operator.function_class:
            continue
        if not (was[same] == now[same] == 1 and _may_have_state(operator)):
            continue
        heir = next(op for op in new if _signature(op) == same)
        if heir.root != operator.root and heir.uid is None:
            yield _removed(operator.root, operator, operator.uid_span)


def _is_batch(file: FileFacts) -> bool:
    """A job in batch mode takes no savepoint: it starts from its input each time."""
    calls = (call for call in file.syntax.calls if folded(call.name) == "setruntimemode")
    return any("BATCH" in argument.value.text for call in calls for argument in call.arguments)


def _flink(file: FileFacts) -> list[Operator]:
    return [op for op in file.operators if op.framework == "flink"]


def _signature(operator: Operator) -> tuple[str, str]:
    arguments = ",".join(squash(argument.value.text) for argument in operator.call.arguments)
    return operator.op, operator.function_class or arguments


def _lost(pair: FilePair, root: str, old: list[Operator], new: list[Operator], kept: set[str]) -> Iterator[Hit]:
    """Old uids that no operator has any more although the operator is still there.

    A job with one uid on two operators is refused when it is submitted, so nothing lies under that uid.
    """
    worn = Counter(operator.uid for operator in old)
    for operator in old:
        if operator.uid is None or operator.uid in kept or operator.uid_span is None or not _may_have_state(operator):
            continue
        if worn[operator.uid] > 1:
            continue
        heir = _heir(operator, old, new)
        if heir is None:
            continue
        if heir.uid is None:
            yield _removed(root, operator, operator.uid_span)
        elif (
            operator.uid_known
            and heir.uid_known
            and heir.uid not in {op.uid for op in old}
            and heir.uid_span is not None
        ):
            span = cause(pair, heir.uid_span)
            if pair.touches(span):
                yield _renamed(root, operator, heir, span)


def _may_have_state(operator: Operator) -> bool:
    return operator.stateful or operator.kind in ("source", "sink") or bool(operator.function_class) or operator.op in ("process", "transform")  # fmt: skip


def _heir(operator: Operator, old: list[Operator], new: list[Operator]) -> Operator | None:
    """The operator that stands for it now: the same call, else the one that stands in its place among its neighbours."""
    same = [op for op in new if _signature(op) == _signature(operator)]
    twins = [op for op in old if _signature(op) == _signature(operator)]
    if same and len(same) == len(twins):
        return same[twins.index(operator)]
    return next((now for was, now in aligned(old, new) if was is operator), None)


def _scenario(uid: str, operator: Operator) -> tuple[str, ...]:
    what, end = (
        "state",
        "What it had counted, buffered or deduplicated is gone, although the sources go on from their old offsets.",
    )
    if operator.kind == "source":
        what, end = "offsets", "The source begins where its configuration says: everything twice, or a gap."
    elif operator.kind == "sink":
        what, end = "open transactions and buffers", "What the savepoint holds of them is never committed or written -> these records are lost."  # fmt: skip
    return (
        f'The job is stopped with a savepoint: it holds the {what} of {_shown(operator)} under the uid "{uid}".',
        "The new version is started from it, and no operator has that uid: the restore fails, or the state is dropped "
        "with --allowNonRestoredState.",
        end,
    )


def _shown(operator: Operator) -> str:
    """`process(new Totals())` shortened to what the reader sees in the code."""
    return f"{operator.op}({operator.function_class})" if operator.function_class else f"{operator.op}()"


def _removed(root: str, operator: Operator, span: Span) -> Hit:
    uid = f'"{operator.uid}"' if operator.uid_known else f"{operator.uid}"
    return Hit(
        subject=f"{root}: uid {operator.uid} removed",
        span=line(span),
        message=f"The uid {uid} of {_shown(operator)} is removed; its state is addressed by that uid.",
        scenario=_scenario(operator.uid or "", operator),
        fix=f"Put .uid({uid}) back on {_shown(operator)}.",
        confidence=None if operator.uid_known else Confidence.MEDIUM,
    )


def _renamed(root: str, operator: Operator, heir: Operator, span: Span) -> Hit:
    return Hit(
        subject=f"{root}: uid {operator.uid} -> {heir.uid}",
        span=line(span),
        message=f'The uid of {_shown(heir)} was "{operator.uid}" and is now "{heir.uid}".',
        scenario=_scenario(operator.uid or "", operator),
        fix=f'Keep .uid("{operator.uid}"); a rename needs the State Processor API.',
        replace=(f'"{heir.uid}"', f'"{operator.uid}"'),
    )


def _given(pair: FilePair, after: FileFacts, root: str, old: list[Operator], new: list[Operator]) -> Iterator[Hit]:
    """Operators that ran under a generated id get a uid: the next restore looks under the uid."""
    found: list[Operator] = []
    for operator in old:
        heir = (
            _heir(operator, old, new)
            if operator.uid is None and operator.stateful and operator.kind != "sink"
            else None
        )
        pinned = heir is not None and any(
            c.name in ("setUidHash", "set_uid_hash") for c in after.syntax.continued(heir.call)
        )
        if heir is not None and heir.uid is not None and heir.uid_span is not None and not pinned:
            if pair.touches(heir.uid_span):
                found.append(heir)
    if found and found[0].uid_span is not None:
        names = ", ".join(f'"{op.uid}" on {_shown(op)}' for op in found[:3]) + (f" and {len(found) - 3} more" if len(found) > 3 else "")  # fmt: skip
        yield Hit(
            subject=f"{root}: uids given {','.join(op.uid or '' for op in found)}",
            span=line(found[0].uid_span),
            message=f"{names}: until now the state lies under a generated id, from now on it is looked up under the uid.",
            scenario=(
                f"Today's savepoint holds the state of {_shown(found[0])} under a hash of the graph.",
                f'The new version is started from it and asks for "{found[0].uid}": the restore fails, or the state is dropped with --allowNonRestoredState.',
                f"This one deploy starts it {'at its configured position' if found[0].kind == 'source' else 'empty'}; from the next on the uid protects it.",
            ),
            fix="A uid is right. To keep the state over this one deploy, pin the old hash for it with setUidHash(<hash of the running job>), or move the "
            "state with the State Processor API; if the job starts without a savepoint, nothing is lost.",
            severity=Severity.HIGH,
            confidence=Confidence.MEDIUM,
        )


def _net_change(old: list[Operator], new: list[Operator]) -> tuple[list[Operator], list[Operator]]:
    """What the file as a whole gained and lost, by kind: a method that moved an operator changes no graph."""
    return _surplus(old, new), _surplus(new, old)


def _surplus(old: list[Operator], new: list[Operator]) -> list[Operator]:
    budget = Counter(_place(op) for op in old)
    known = Counter(_signature(op) for op in old)
    extra: list[Operator] = []
    for operator in sorted(new, key=lambda op: known[_signature(op)] > 0, reverse=True):
        budget[_place(operator)] -= 1
        if budget[_place(operator)] < 0:
            extra.append(operator)
    return sorted(extra, key=lambda op: op.position)


def _place(operator: Operator) -> str:
    """What counts for the hash: any source, any operator, each kind of edge."""
    return operator.op if operator.kind == "edge" else operator.kind


def _shifted(
    root: str, old: list[Operator], new: list[Operator], net: tuple[list[Operator], list[Operator]]
) -> Iterator[Hit]:
    """A stateful operator that is on both sides and has no uid on either gets another generated id."""
    changed = [op for op in (*net[0], *net[1]) if op.root == root]
    exposed = [
        op for op in old if op.uid is None and op.stateful and op.kind != "sink" and _gets_other_id(op, old, new)
    ]
    if not changed or not exposed:
        return
    first, culprit = exposed[0], changed[0]
    others = f" ({len(exposed)} operators are hit)" if len(exposed) > 1 else ""
    yield Hit(
        subject=f"{root}: graph {culprit.op} around {first.op}",
        span=line(culprit.call.name_span),
        message=f"The graph changes here, and {_shown(first)} has no uid: its id is a hash of the graph around it{others}.",
        scenario=(
            f"Today the {'offsets' if first.kind == 'source' else 'state'} of {_shown(first)} lies in the savepoint under a hash of the present graph.",
            f"{_shown(culprit)} is {'added' if culprit in net[0] else 'removed'}, the hash is another one: the restore fails, or the state is dropped.",
            "The source starts at its configured position: everything twice, or a gap."
            if first.kind == "source"
            else "Its state is gone although the sources go on from their old offsets.",
        ),
        fix="First give every stateful operator a uid in a release of its own (setUidHash with the present hash keeps the state), then change the graph.",
        confidence=Confidence.MEDIUM,
        evidence=() if first.call.span.side != culprit.call.span.side else (line(first.call.name_span),),
    )


def _gets_other_id(operator: Operator, old: list[Operator], new: list[Operator]) -> bool:
    heir = _heir(operator, old, new)
    if heir is None or heir.uid is not None or not operator.identity or not heir.identity:
        return False
    return heir.identity != operator.identity


RULE = Rule(
    __name__,
    __doc__,
    category=Category.STATE_CONSISTENCY,
    severity=Severity.CRITICAL,
    confidence=Confidence.HIGH,
    covers=("flink-operator-uid-missing",),
    compare=compare,
)
