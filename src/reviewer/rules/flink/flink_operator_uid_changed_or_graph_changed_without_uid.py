"""A stateful operator loses its identity, so that a savepoint's state no longer finds it.

## What it catches

`.uid("…")` removed from, or changed on, an operator that stays; operators added, removed or moved in a job in which a stateful
operator has no uid (its generated id is a hash of the graph around it).

## Why it hurts in production

State in a savepoint is addressed by operator id. Under another id the state is orphaned: the restore fails, or with
`--allowNonRestoredState` starts empty. A source without its offsets starts where its configuration says: duplicates, or a gap.

## What to do

Keep the uid. For an intended rename use the State Processor API, or `setUidHash` with the old hash. Give every stateful operator a
uid while the graph is still unchanged.

## What it cannot see

A job that is started without a savepoint on purpose; a graph that is put together over several files.

## References

- https://nightlies.apache.org/flink/flink-docs-stable/docs/ops/state/savepoints/
- https://nightlies.apache.org/flink/flink-docs-stable/docs/ops/upgrading/
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from reviewer.core.finding import Category, Confidence, Severity
from reviewer.core.rule import Bad, Good, Hit, Rule
from reviewer.core.span import Span
from reviewer.facts.delta import Delta, FilePair
from reviewer.facts.streaming.model import FileFacts, Operator
from reviewer.rules.support import line, squash

_SOURCES = frozenset({"fromSource", "addSource", "from_source", "add_source"})
_SINKS = frozenset({"sinkTo", "addSink", "sink_to", "add_sink"})
# Operators whose nodes enter the hashes of what comes after them.
_CHAINED = frozenset(
    {
        "map",
        "flatMap",
        "filter",
        "flat_map",
        "keyBy",
        "key_by",
        "union",
        "rebalance",
        "rescale",
        "shuffle",
        "broadcast",
        "forward",
    }
)


def compare(delta: Delta) -> Iterator[Hit]:
    """Function by function: uids that went, then graphs that changed around operators without uid."""
    for pair, before, after in delta.modified():
        for root in sorted({op.root for op in _flink(before)} & {op.root for op in _flink(after)}):
            old = [op for op in _flink(before) if op.root == root]
            new = [op for op in _flink(after) if op.root == root]
            hits = list(_lost(pair, root, old, new))
            yield from hits
            if not hits:
                yield from _shifted(pair, root, old, new)


def _flink(file: FileFacts) -> list[Operator]:
    return [op for op in file.operators if op.framework == "flink" and op.op != "name"]


def _signature(operator: Operator) -> tuple[str, str]:
    arguments = ",".join(squash(argument.value.text) for argument in operator.call.arguments)
    return operator.op, operator.function_class or arguments


def _lost(pair: FilePair, root: str, old: list[Operator], new: list[Operator]) -> Iterator[Hit]:
    """Old uids that no operator has any more although the operator is still there."""
    kept = {op.uid for op in new if op.uid is not None}
    for operator in old:
        if operator.uid is None or operator.uid in kept or operator.uid_span is None or not _has_state(operator):
            continue
        heir = _heir(operator, old, new)
        if heir is None:
            continue
        if heir.uid is None:
            yield _removed(root, operator, operator.uid_span)
        elif heir.uid not in {op.uid for op in old} and heir.uid_span is not None and pair.touches(heir.uid_span):
            yield _renamed(root, operator, heir, heir.uid_span)


def _has_state(operator: Operator) -> bool:
    return operator.stateful or operator.op in _SOURCES | _SINKS or bool(operator.function_class)


def _heir(operator: Operator, old: list[Operator], new: list[Operator]) -> Operator | None:
    """The operator that stands for it now: the same call, else the only one of its kind at the same rank."""
    same = [op for op in new if _signature(op) == _signature(operator)]
    twins = [op for op in old if _signature(op) == _signature(operator)]
    if same and len(same) == len(twins):
        return same[twins.index(operator)]
    mine = [op for op in old if op.op == operator.op]
    theirs = [op for op in new if op.op == operator.op]
    return theirs[mine.index(operator)] if len(mine) == len(theirs) else None


def _scenario(uid: str, operator: Operator) -> tuple[str, ...]:
    what = (
        "its offsets"
        if operator.op in _SOURCES
        else "its open transactions"
        if operator.op in _SINKS
        else "its keyed state"
    )
    end = {
        "its offsets": "The source begins where its configuration says: everything twice, or a gap.",
        "its open transactions": "Transactions pre-committed in the savepoint are never committed -> their records are lost.",
    }.get(what, "Counts, timers and buffers start from zero although the sources go on from their old offsets.")
    return (
        f'The job is stopped with a savepoint: it holds {what} under the uid "{uid}".',
        "The new version is started from it, and no operator has that uid: the restore fails, or the state is dropped "
        "with --allowNonRestoredState.",
        end,
    )


def _removed(root: str, operator: Operator, span: Span) -> Hit:
    return Hit(
        subject=f"{root}: uid {operator.uid} removed",
        span=line(span),
        message=f'The uid "{operator.uid}" of {operator.op}() is removed; its state is addressed by that uid.',
        scenario=_scenario(operator.uid or "", operator),
        fix=f'Put .uid("{operator.uid}") back on {operator.op}().',
    )


def _renamed(root: str, operator: Operator, heir: Operator, span: Span) -> Hit:
    return Hit(
        subject=f"{root}: uid {operator.uid} -> {heir.uid}",
        span=line(span),
        message=f'The uid of {operator.op}() was "{operator.uid}" and is now "{heir.uid}".',
        scenario=_scenario(operator.uid or "", operator),
        fix=f'Keep .uid("{operator.uid}"); a rename needs the State Processor API.',
        replace=(f'"{heir.uid}"', f'"{operator.uid}"'),
    )


def _shifted(pair: FilePair, root: str, old: list[Operator], new: list[Operator]) -> Iterator[Hit]:
    """The graph changed, and a stateful operator that is on both sides has no uid on either."""
    added, removed = _difference(old, new), _difference(new, old)
    if not added and not removed:
        return
    exposed = [
        op for op in old if op.uid is None and op.stateful and op not in removed and _heir_without_uid(op, old, new)
    ]
    if not exposed:
        return
    changed = added[0] if added else removed[0]
    yield Hit(
        subject=f"{root}: graph {changed.op} around {exposed[0].op}",
        span=line(changed.call.name_span),
        message=f"The graph changes here, and {exposed[0].op}() has no uid: its id is a hash of the graph around it.",
        scenario=(
            f"Today the state of {exposed[0].op}() lies in the savepoint under a hash of the present graph.",
            f"With this change ({changed.op}()) the hash is another one: the restore fails, or the state is dropped.",
            "Its state is gone although the sources go on from their old offsets.",
        ),
        fix="First give every stateful operator a uid in a release of its own (setUidHash with the present hash keeps the state), then change the graph.",
        confidence=Confidence.MEDIUM,
        evidence=() if exposed[0].call.span.side != changed.call.span.side else (line(exposed[0].call.name_span),),
    )


def _difference(old: list[Operator], new: list[Operator]) -> list[Operator]:
    """Operators of `new` that `old` lacks, by kind of operator; explicit uids and arguments do not matter to the hash."""
    budget = Counter(op.op for op in old)
    extra: list[Operator] = []
    known = Counter(_signature(op) for op in old)
    for operator in sorted(new, key=lambda op: known[_signature(op)] > 0, reverse=True):
        if budget[operator.op] > 0:
            budget[operator.op] -= 1
        else:
            extra.append(operator)
    return [op for op in extra if op.op not in _SINKS]


def _heir_without_uid(operator: Operator, old: list[Operator], new: list[Operator]) -> bool:
    heir = _heir(operator, old, new)
    return heir is not None and heir.uid is None


def _job(body: str) -> dict[str, str]:
    lines = "\n".join(f"    {row}" for row in body.strip().splitlines())
    return {
        "Job.java": f"""import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
class Job {{
  void build(StreamExecutionEnvironment env) {{
{lines}
  }}
}}
"""
    }


RULE = Rule(
    id="flink-operator-uid-changed-or-graph-changed-without-uid",
    title="A savepoint's state no longer finds its operator",
    category=Category.STATE_CONSISTENCY,
    severity=Severity.CRITICAL,
    confidence=Confidence.HIGH,
    technologies=("flink-datastream",),
    references=("https://nightlies.apache.org/flink/flink-docs-stable/docs/ops/state/savepoints/",),
    compare=compare,
    bad=(
        Bad(
            title="the uid is dropped",
            before=_job(
                """env.fromSource(source, watermarks, "orders").uid("orders-source")
    .keyBy(o -> o.customer())
    .process(new Totals())
    .uid("totals") // ! here
    .sinkTo(sink).uid("totals-sink");"""
            ),
            after=_job(
                """env.fromSource(source, watermarks, "orders").uid("orders-source")
    .keyBy(o -> o.customer())
    .process(new Totals())
    .sinkTo(sink).uid("totals-sink");"""
            ),
        ),
        Bad(
            title="the uid is renamed",
            before=_job(
                """env.fromSource(source, watermarks, "orders").uid("orders-source")
    .keyBy(o -> o.customer())
    .process(new Totals()).uid("totals");"""
            ),
            after=_job(
                """env.fromSource(source, watermarks, "orders").uid("orders-source")
    .keyBy(o -> o.customer())
    .process(new Totals()).uid("customer-totals"); // ! here"""
            ),
        ),
        Bad(
            title="a filter is put before a stateful operator without uid",
            before=_job(
                """env.fromSource(source, watermarks, "orders").uid("orders-source")
    .keyBy(o -> o.customer())
    .process(new Totals());"""
            ),
            after=_job(
                """env.fromSource(source, watermarks, "orders").uid("orders-source")
    .filter(o -> o.isPaid()) // ! here
    .keyBy(o -> o.customer())
    .process(new Totals());"""
            ),
        ),
    ),
    good=(
        Good(
            title="a new operator, and every stateful one has a uid",
            before=_job(
                """env.fromSource(source, watermarks, "orders").uid("orders-source")
    .keyBy(o -> o.customer())
    .process(new Totals()).uid("totals");"""
            ),
            after=_job(
                """env.fromSource(source, watermarks, "orders").uid("orders-source")
    .filter(o -> o.isPaid())
    .keyBy(o -> o.customer())
    .process(new Totals()).uid("totals");"""
            ),
        ),
        Good(
            title="only the layout and a display name change",
            before=_job(
                """env.fromSource(source, watermarks, "orders").uid("orders-source")
    .keyBy(o -> o.customer()).process(new Totals()).uid("totals");"""
            ),
            after=_job(
                """env.fromSource(source, watermarks, "orders")
    .uid("orders-source")
    .keyBy(o -> o.customer())
    .process(new Totals())
    .uid("totals")
    .name("Totals per customer");"""
            ),
        ),
        Good(
            title="the uid of a plain filter holds no state",
            before=_job(
                """env.fromSource(source, watermarks, "orders").uid("orders-source")
    .filter(o -> o.isPaid()).uid("paid")
    .keyBy(o -> o.customer()).process(new Totals()).uid("totals");"""
            ),
            after=_job(
                """env.fromSource(source, watermarks, "orders").uid("orders-source")
    .filter(o -> o.isPaid())
    .keyBy(o -> o.customer()).process(new Totals()).uid("totals");"""
            ),
        ),
    ),
)
