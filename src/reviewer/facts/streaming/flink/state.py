"""Time to live and other properties of Flink state descriptors."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from reviewer.facts.streaming.dataflow import Part
from reviewer.facts.streaming.follow import Step, at, flat
from reviewer.facts.streaming.model import StateDeclaration
from reviewer.facts.streaming.names import Names, bare
from reviewer.facts.streaming.parts import Says, first_line, parts_of, steps_of
from reviewer.facts.streaming.value import Known, Value
from reviewer.facts.syntax import Call

_UPDATES = ("Disabled", "OnCreateAndWrite", "OnReadAndWrite")
_VISIBILITIES = ("ReturnExpiredIfNotCleanedUp", "NeverReturnExpired")
_TTL = {
    "newbuilder": (Says(part="ttl", read="duration"),),
    "createttlconfig": (Says(part="ttl", read="duration"),),
    "setttl": (Says(part="ttl", read="duration"),),
    "setupdatetype": (Says(part="ttl.update", read="word", words=_UPDATES),),
    "updatettlonreadandwrite": (Says(part="ttl.update", read="given", words=("OnReadAndWrite",)),),
    "updatettloncreateandwrite": (Says(part="ttl.update", read="given", words=("OnCreateAndWrite",)),),
    "setstatevisibility": (Says(part="ttl.visibility", read="word", words=_VISIBILITIES),),
    "neverreturnexpired": (Says(part="ttl.visibility", read="given", words=("NeverReturnExpired",)),),
    "returnexpiredifnotcleanedup": (Says(part="ttl.visibility", read="given", words=("ReturnExpiredIfNotCleanedUp",)),),
    "setttltimecharacteristic": (Says(part="ttl.time", read="word", words=("ProcessingTime",)),),
    "useprocessingtime": (Says(part="ttl.time", read="given", words=("ProcessingTime",)),),
    "cleanupfullsnapshot": (Says(part="ttl.cleanup", read="given", words=("full-snapshot",)),),
    "cleanupincrementally": (Says(part="ttl.cleanup", read="given", words=("incremental",)),),
    "cleanupinrocksdbcompactfilter": (Says(part="ttl.cleanup", read="given", words=("compact-filter",)),),
    "disablecleanupinbackground": (Says(part="ttl.cleanup", read="given", words=("none",)),),
}


def with_ttl(names: Names, states: Sequence[StateDeclaration]) -> list[StateDeclaration]:
    """The declarations with their parts."""
    return [replace(state, parts=tuple(_parts(names, state))) for state in states]


def _parts(names: Names, state: StateDeclaration) -> Iterator[Part]:
    for call in names.syntax.calls:
        name = flat(call.name)
        if name in ("enabletimetolive", "setqueryable") and _is_of(names, call, state.call):
            if name == "setqueryable":
                yield from parts_of([_step(names, call)], {"setqueryable": (Says(part="queryable", read="text"),)})
            else:
                yield from _ttl(names, call)
        elif name == "broadcast" and any(_is_handed(a.value.text, a.value.call, state.call) for a in call.arguments):
            yield Part(
                name="broadcast", value=Value(known=Known.EXPLICIT, text="true"), span=first_line(call.name_span)
            )


def _step(names: Names, call: Call) -> Step:
    return Step(call=call, place=at(names, call))


def _ttl(names: Names, call: Call) -> Iterator[Part]:
    expression = call.argument(0)
    steps = steps_of(at(names, call), expression, "StateTtlConfig")
    found = parts_of(steps, _TTL)
    if not any(part.name == "ttl" for part in found):
        text = expression.text if expression is not None else ""
        yield Part(name="ttl", value=Value(known=Known.UNKNOWN, text=text), span=first_line(call.name_span))
    yield from found


def _is_of(names: Names, call: Call, descriptor: Call) -> bool:
    """Said of the descriptor's variable, chained to it, or inside `apply { }` behind it."""
    if call.receiver_call is not None:
        return names.syntax.chain(call)[0].index == descriptor.index
    if call.receiver and descriptor.result_name:
        same = bare(call.receiver) == bare(descriptor.result_name)
        return same and (call.function == descriptor.function or "." in descriptor.result_name or descriptor.function is None)  # fmt: skip
    function = names.syntax.functions[call.function] if call.function is not None else None
    if call.receiver in ("", "it", "this") and function is not None and function.argument_of is not None:
        given = names.syntax.calls[function.argument_of]
        return given.name in ("apply", "also") and given.receiver_call == descriptor.index
    return False


def _is_handed(text: str, call: int | None, descriptor: Call) -> bool:
    return call == descriptor.index or (
        descriptor.result_name is not None and bare(text) == bare(descriptor.result_name)
    )
