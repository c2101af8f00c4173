"""The objects that configure a Streams operator, followed over variables and helpers: `Consumed`, `Grouped`, `Suppressed`, windows, …

An operator's parts carry the object in their name: `consumed.key-serde`, `grouped.name`, `suppressed.until`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from reviewer.facts.streaming.dataflow import Part
from reviewer.facts.streaming.follow import Step, at, trail
from reviewer.facts.streaming.model import Operator
from reviewer.facts.streaming.names import Names
from reviewer.facts.streaming.parts import Says, Table, first_line, parts_of, root_type, word_of
from reviewer.facts.streaming.value import Known, Value
from reviewer.facts.syntax import Expression, ExpressionKind

_RESETS = ("EARLIEST", "LATEST", "NONE")
_NAME = {"as": (Says(part="name", read="text"),), "withname": (Says(part="name", read="text"),), "named": (Says(part="name", read="text"),)}  # fmt: skip
_SERDES = {
    "withkeyserde": (Says(part="key-serde", read="made"),),
    "withvalueserde": (Says(part="value-serde", read="made"),),
    "keyserde": (Says(part="key-serde", read="made"),),
    "valueserde": (Says(part="value-serde", read="made"),),
    "withothervalueserde": (Says(part="other-serde", read="made"),),
    "othervalueserde": (Says(part="other-serde", read="made"),),
}
_PARTITIONER = {
    "withstreampartitioner": (Says(part="partitioner", read="made"),),
    "streampartitioner": (Says(part="partitioner", read="made"),),
}
_TABLES: dict[str, Table] = {
    "Consumed": {
        **_NAME, **_SERDES,
        "withtimestampextractor": (Says(part="timestamp-extractor", read="made"),),
        "withoffsetresetpolicy": (Says(part="offset-reset", read="word", words=_RESETS),),
    },
    "Produced": {**_NAME, **_SERDES, **_PARTITIONER},
    "Grouped": {**_NAME, **_SERDES},
    "Serialized": {**_SERDES},
    "Repartitioned": {
        **_NAME, **_SERDES, **_PARTITIONER,
        "withnumberofpartitions": (Says(part="partitions", read="number"),),
        "numberofpartitions": (Says(part="partitions", read="number"),),
    },
    "Joined": {**_NAME, **_SERDES, "withgraceperiod": (Says(part="grace", read="duration"),)},
    "StreamJoined": {
        "withname": (Says(part="name", read="text"),),
        **_SERDES,
        "as": (Says(part="store", read="text"),),
        "withstorename": (Says(part="store", read="text"),),
        "withloggingdisabled": (Says(part="logging", read="given", words=("disabled",)),),
        "withloggingenabled": (Says(part="logging", read="given", words=("enabled",)),),
    },
    "TableJoined": {**_NAME, **_PARTITIONER},
    "Named": {**_NAME},
    "Branched": {**_NAME, "withfunction": (Says(part="name", read="text", at=1, optional=True),), "withconsumer": (Says(part="name", read="text", at=1, optional=True),)},
    "Suppressed": {**_NAME, "untilwindowcloses": (Says(part="until", read="given", words=("window-closes",)),),
                   "untiltimelimit": (Says(part="until", read="given", words=("time-limit",)), Says(part="time-limit", read="duration"))},
}  # fmt: skip
_BUFFER = {
    "unbounded": (Says(part="buffer", read="given", words=("unbounded",)),),
    "withnobound": (Says(part="buffer", read="given", words=("unbounded",)),),
    "maxrecords": (Says(part="buffer.records", read="number"),),
    "withmaxrecords": (Says(part="buffer.records", read="number"),),
    "maxbytes": (Says(part="buffer.bytes", read="number"),),
    "withmaxbytes": (Says(part="buffer.bytes", read="number"),),
    "shutdownwhenfull": (Says(part="buffer.full", read="given", words=("shut-down",)),),
    "emitearlywhenfull": (Says(part="buffer.full", read="given", words=("emit-early",)),),
    "withloggingdisabled": (Says(part="buffer.logging", read="given", words=("disabled",)),),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """An object that an operator was given: its type, and the steps that made it."""

    type: str
    steps: tuple[Step, ...]
    expression: Expression


def given_to(names: Names, operator: Operator) -> Iterator[Given]:
    """Every argument of an operator whose making can be followed to a type."""
    place = at(names, operator.call)
    for argument in operator.call.arguments:
        if argument.value.kind is not ExpressionKind.LAMBDA and (steps := trail(place, argument.value)):
            yield Given(type=root_type(steps), steps=steps, expression=argument.value)


def object_parts(given: Given) -> Iterator[Part]:
    """The parts that an object says, under the object's name."""
    table = _TABLES.get(given.type)
    if table is None:
        return
    prefix = {"StreamJoined": "joined", "TableJoined": "joined", "Serialized": "grouped"}.get(
        given.type, given.type.lower()
    )
    for step in given.steps:
        found = with_overload(given.type, step) if step.name == "with" else parts_of([step], table)
        if given.type == "Suppressed":
            found = (*found, *_buffers(step))
        for part in found:
            yield Part(name=f"{prefix}.{part.name}", value=part.value, span=part.span)


def with_overload(kind: str, step: Step) -> tuple[Part, ...]:
    """`with(…)`, which takes serdes, a name, a timestamp extractor or a reset policy, told apart by what they are."""
    left = list(enumerate(step.call.arguments))
    found: list[Part] = []
    span = first_line(step.call.name_span)
    serdes = ["key-serde", "value-serde", *(["other-serde"] if kind in ("Joined", "StreamJoined") else [])]
    for position, argument in left:
        reset = word_of(step.place, argument.value, _RESETS)
        if kind == "Consumed" and ("AutoOffsetReset" in argument.value.text or position == 3) and reset.known is Known.EXPLICIT:  # fmt: skip
            found.append(Part(name="offset-reset", value=reset, span=span))
        elif argument.value.kind is ExpressionKind.STRING or _is_name(step, position, kind):
            found += parts_of([step], {"with": (Says(part="name", read="text", at=position),)})
        elif kind == "Consumed" and (position == 2 or "Extractor" in argument.value.text):
            found += parts_of([step], {"with": (Says(part="timestamp-extractor", read="made", at=position),)})
        elif kind == "Produced" and position == 2:
            found += parts_of([step], {"with": (Says(part="partitioner", read="made", at=position),)})
        elif serdes and not _is_supplier(step, argument.value):
            found += parts_of([step], {"with": (Says(part=serdes.pop(0), read="made", at=position),)})
    return tuple(found)


def _is_name(step: Step, position: int, kind: str) -> bool:
    """`Grouped.with(NAME, key, value)`, `Joined.with(key, value, other, NAME)`."""
    count = len(step.call.arguments)
    return (kind in ("Grouped", "Repartitioned") and count == 3 and position == 0) or (
        kind == "Joined" and position == 3
    )


def _is_supplier(step: Step, expression: Expression) -> bool:
    return root_type(trail(step.place, expression)) == "Stores" or "Supplier" in expression.text


def _buffers(step: Step) -> tuple[Part, ...]:
    position = {"untilwindowcloses": 0, "untiltimelimit": 1}.get(step.name)
    if position is None:
        return ()
    expression = step.call.argument(position)
    made = trail(step.place, expression)
    known = root_type(made) in ("BufferConfig", "Suppressed") or (len(made) > 0 and made[0].name in _BUFFER)
    if known:
        return parts_of(made, _BUFFER)
    text = expression.text if expression is not None else ""
    return (Part(name="buffer", value=Value(known=Known.UNKNOWN, text=text), span=first_line(step.call.name_span)),)


_WINDOWS = {
    "TimeWindows": "tumbling", "SlidingWindows": "sliding", "SessionWindows": "session", "JoinWindows": "join", "UnlimitedWindows": "unlimited",
}  # fmt: skip
_SIZES: dict[str, Table] = {
    "TimeWindows": {
        "of": (Says(part="size", read="duration"),),
        "ofsizewithnograce": (Says(part="size", read="duration"), Says(part="grace", read="given", words=("0 ms",))),
        "ofsizeandgrace": (Says(part="size", read="duration"), Says(part="grace", read="duration", at=1)),
        "advanceby": (Says(part="advance", read="duration"),),
    },
    "SlidingWindows": {
        "withtimedifferenceandgrace": (Says(part="size", read="duration"), Says(part="grace", read="duration", at=1)),
        "oftimedifferenceandgrace": (Says(part="size", read="duration"), Says(part="grace", read="duration", at=1)),
        "oftimedifferencewithnograce": (Says(part="size", read="duration"), Says(part="grace", read="given", words=("0 ms",))),
    },
    "SessionWindows": {
        "with": (Says(part="gap", read="duration"),),
        "ofinactivitygapwithnograce": (Says(part="gap", read="duration"), Says(part="grace", read="given", words=("0 ms",))),
        "ofinactivitygapandgrace": (Says(part="gap", read="duration"), Says(part="grace", read="duration", at=1)),
    },
    "JoinWindows": {
        "of": (Says(part="before", read="duration"), Says(part="after", read="duration")),
        "oftimedifferencewithnograce": (Says(part="before", read="duration"), Says(part="after", read="duration"), Says(part="grace", read="given", words=("0 ms",))),
        "oftimedifferenceandgrace": (Says(part="before", read="duration"), Says(part="after", read="duration"), Says(part="grace", read="duration", at=1)),
        "before": (Says(part="before", read="duration"),),
        "after": (Says(part="after", read="duration"),),
    },
}  # fmt: skip
_GRACE = {"grace": (Says(part="grace", read="duration"),), "until": (Says(part="retention", read="duration"),)}


def window_of(given: Given) -> tuple[str, tuple[Part, ...]] | None:
    """(kind, parts) of a window definition; time windows with an advance are `hopping`."""
    kind = _WINDOWS.get(given.type)
    if kind is None:
        return None
    found = parts_of(given.steps, {**_SIZES.get(given.type, {}), **_GRACE})
    if any(part.name == "advance" for part in found):
        kind = "hopping"
    return kind, found
