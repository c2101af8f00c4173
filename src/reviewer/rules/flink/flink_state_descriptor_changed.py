"""A state descriptor changes its name, its type or its kind while the operator stays.

## What it catches

In one class: a descriptor whose name literal, type, or kind (value, list, map …) differs before and after; list state that
becomes union list state.

## Why it hurts in production

State is found by its name. Under a new name it is empty and the old one is kept as garbage. With another kind or an incompatible
type the restore fails and the job stays down.

## What to do

Keep name and type. To change them, write the new state beside the old one and read the old one for a release.

## What it cannot see

POJO or Avro evolution inside the class of the type; an operator that gets a new uid in the same release.

## References

- https://nightlies.apache.org/flink/flink-docs-stable/docs/dev/datastream/fault-tolerance/serialization/schema_evolution/
"""

from __future__ import annotations

from collections.abc import Iterator

from reviewer.core.finding import Category, Confidence, Severity
from reviewer.core.rule import Bad, Good, Hit, Rule
from reviewer.facts.delta import Delta, FilePair
from reviewer.facts.streaming.model import FileFacts, Known, StateDeclaration
from reviewer.rules.support import line, short, squash


def compare(delta: Delta) -> Iterator[Hit]:
    """Match descriptors by owner and name; what is left over on both sides, by owner and rank."""
    for pair, before, after in delta.modified():
        old, new = list(before.states), list(after.states)
        for state in list(new):
            twin = next((s for s in old if (s.owner, s.name) == (state.owner, state.name)), None)
            if twin is not None:
                old.remove(twin)
                new.remove(state)
                yield from _retyped(pair, twin, state)
        for owner in sorted({state.owner for state in new}):
            first = [s for s in old if s.owner == owner]
            second = [s for s in new if s.owner == owner]
            if len(first) == len(second) and _is_kept(before, after, owner):
                for was, now in zip(first, second, strict=True):
                    yield from _renamed(was, now)


def _is_kept(before: FileFacts, after: FileFacts, owner: str) -> bool:
    return all(any(t.qualified == owner for t in file.syntax.types) for file in (before, after))


def _renamed(was: StateDeclaration, now: StateDeclaration) -> Iterator[Hit]:
    if was.name.known is not Known.EXPLICIT or now.name.known is not Known.EXPLICIT or was.kind != now.kind:
        return
    yield Hit(
        subject=f"{now.owner}: {was.name.text} -> {now.name.text}",
        span=line(now.call.arguments[0].value.span),
        message=f'The {now.kind} state was named "{was.name.text}" and is now "{now.name.text}".',
        scenario=(
            f'The savepoint holds the state under the name "{was.name.text}".',
            f'The new version asks for "{now.name.text}": it gets a new, empty state; the old one stays as garbage.',
            "What was counted, buffered or deduplicated so far is forgotten.",
        ),
        fix=f'Keep the name "{was.name.text}"; to rename, read the old state and write the new one for a release.',
        replace=(f'"{now.name.text}"', f'"{was.name.text}"'),
    )


def _retyped(pair: FilePair, was: StateDeclaration, now: StateDeclaration) -> Iterator[Hit]:
    what = ""
    if was.kind != now.kind:
        what = f"{was.kind} state becomes {now.kind} state"
    elif _types(was) != _types(now):
        what = f"its type was {short(', '.join(was.types))} and is now {short(', '.join(now.types))}"
    elif was.access != now.access and "nion" in was.access + now.access:
        what = f"{was.access} becomes {now.access}"
    if not what or not pair.touches(now.call.span):
        return
    yield Hit(
        subject=f"{now.owner}.{now.name.text}: {what}",
        span=line(now.call.span),
        message=f'The state "{now.name.text}" keeps its name, but {what}.',
        scenario=(
            f'The savepoint holds "{now.name.text}" as it was written by the old version.',
            "The new version registers another serializer or kind under the same name.",
            "The restore fails with a StateMigrationException and the job stays down; or values are redistributed wrongly.",
        ),
        fix="Give the new state a new name and migrate from the old one, or keep kind and type.",
    )


def _types(state: StateDeclaration) -> tuple[str, ...]:
    """Types without the difference between `Long.class`, `Types.LONG` and `Long`."""
    return tuple(
        squash(text).replace(".class", "").replace("Types.", "").split(".")[-1].lower().rstrip("()")
        for text in state.types
    )


def _owner(body: str) -> dict[str, str]:
    return {
        "Totals.java": f"""import org.apache.flink.streaming.api.functions.KeyedProcessFunction;
class Totals extends KeyedProcessFunction<String, Order, Total> {{
  private transient ValueState<Long> total;
  public void open(OpenContext context) {{
    {body}
  }}
}}
"""
    }


RULE = Rule(
    id="flink-state-descriptor-changed",
    title="The restored job does not find its state under the new descriptor",
    category=Category.STATE_CONSISTENCY,
    severity=Severity.CRITICAL,
    confidence=Confidence.HIGH,
    technologies=("flink-datastream",),
    references=(
        "https://nightlies.apache.org/flink/flink-docs-stable/docs/dev/datastream/fault-tolerance/serialization/schema_evolution/",
    ),
    compare=compare,
    bad=(
        Bad(
            title="renamed",
            before=_owner('total = getRuntimeContext().getState(new ValueStateDescriptor<>("total", Long.class));'),
            after=_owner(
                'total = getRuntimeContext().getState(new ValueStateDescriptor<>("sum", Long.class)); // ! here'
            ),
        ),
        Bad(
            title="another type",
            before=_owner('total = getRuntimeContext().getState(new ValueStateDescriptor<>("total", Long.class));'),
            after=_owner(
                'total = getRuntimeContext().getState(new ValueStateDescriptor<>("total", Money.class)); // ! here'
            ),
        ),
    ),
    good=(
        Good(
            title="the same type, written otherwise",
            before=_owner('total = getRuntimeContext().getState(new ValueStateDescriptor<>("total", Long.class));'),
            after=_owner('total = getRuntimeContext().getState(new ValueStateDescriptor<>("total", Types.LONG));'),
        ),
        Good(
            title="a second state is added",
            before=_owner('total = getRuntimeContext().getState(new ValueStateDescriptor<>("total", Long.class));'),
            after=_owner(
                'total = getRuntimeContext().getState(new ValueStateDescriptor<>("total", Long.class));\n'
                '    last = getRuntimeContext().getState(new ValueStateDescriptor<>("last", Long.class));'
            ),
        ),
    ),
)
