"""Windows of Flink jobs: the assigner, and what the calls behind it add."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from reviewer.facts.streaming.dataflow import Part, Window
from reviewer.facts.streaming.flink.after import following
from reviewer.facts.streaming.follow import Place, Step, at, flat, trail
from reviewer.facts.streaming.model import Operator
from reviewer.facts.streaming.names import Names
from reviewer.facts.streaming.parts import Says, first_line, made_of, parts_of, read, root_type
from reviewer.facts.streaming.quantity import duration_of, number_of
from reviewer.facts.streaming.value import Known, Value
from reviewer.facts.syntax import Call

_ASSIGNED = frozenset({"window", "windowall"})
_COUNTED = frozenset({"countwindow", "countwindowall"})
_TIMED = frozenset({"timewindow", "timewindowall"})
_AFTER = {
    "allowedlateness": (Says(part="lateness", read="duration"),),
    "sideoutputlatedata": (Says(part="late-output", read="made"),),
    "trigger": (Says(part="trigger", read="made"),),
    "evictor": (Says(part="evictor", read="made"),),
}
_KINDS = (("Tumbling", "tumbling"), ("Sliding", "sliding"), ("Session", "session"), ("Cumul", "cumulate"), ("GlobalWindows", "global"))  # fmt: skip
_PARTS = {
    "tumbling": ("size", "offset"),
    "sliding": ("size", "slide", "offset"),
    "session": ("gap",),
    "cumulate": ("size", "step", "offset"),
}


def windows(names: Names, operators: Sequence[Operator]) -> Iterator[Window]:
    """The windows of every operator that takes some."""
    stops = frozenset(flat(op.op) for op in operators)
    for operator in operators:
        name = flat(operator.op)
        if operator.framework == "flink" and name in _ASSIGNED | _COUNTED | _TIMED:
            steps = list(following(names, operator.call, stops))
            kind, time, own = _assigned(names, operator.call, name)
            yield Window(
                framework="flink", kind=kind, time=time, parts=(*own, *parts_of(steps, _AFTER), *_late_read(names, steps)),
                operator=operator.position, function=operator.call.function, span=first_line(operator.call.name_span),
            )  # fmt: skip


def _assigned(names: Names, call: Call, name: str) -> tuple[str, str, tuple[Part, ...]]:
    """(kind, time, parts) of the assigner."""
    place = at(names, call)
    if name in _COUNTED or name in _TIMED:
        kind = "sliding" if len(call.arguments) > 1 else "tumbling"
        reader = number_of if name in _COUNTED else duration_of
        found = tuple(
            Part(name=part, value=reader(place, argument.value), span=first_line(call.name_span))
            for part, argument in zip(("size", "slide"), call.arguments, strict=False)
        )
        return ("count" if name in _COUNTED else kind), "", found
    steps = trail(place, call.argument(0))
    assigner = Part(name="assigner", value=made_of(place, call.argument(0)), span=first_line(call.name_span))
    kind = _kind(root_type(steps))
    return (kind, _time(root_type(steps)), (assigner, *_sizes(steps, kind))) if kind else ("", "", (assigner,))


def _kind(assigner: str) -> str:
    known = re.search(r"(?:Windows|WindowAssigner|Window)$", assigner) is not None
    return next((kind for word, kind in _KINDS if known and assigner.startswith((word, "Count" + word, "EventTime" + word, "ProcessingTime" + word, "DynamicEventTime" + word, "DynamicProcessingTime" + word))), "")  # fmt: skip


def _time(assigner: str) -> str:
    return "event" if "EventTime" in assigner else "processing" if "ProcessingTime" in assigner else ""


def _sizes(steps: tuple[Step, ...], kind: str) -> Iterator[Part]:
    root = steps[0]
    counted = root.call.receiver.rsplit(".", 1)[-1].startswith("Count") or root.call.name.startswith("Count")
    for part, argument in zip(_PARTS.get(kind, ()), root.call.arguments, strict=False):
        value = read(root.place, argument.value, Says(part=part, read="number" if counted else "duration"))
        if flat(root.call.name) == "withdynamicgap":
            value = Value(known=Known.UNKNOWN, text=argument.value.text)
        yield Part(name=part, value=value, span=first_line(root.call.name_span))


def _late_read(names: Names, steps: list[Step]) -> Iterator[Part]:
    """Whether this file reads the side output that late records go to."""
    late = next((s for s in steps if s.name == "sideoutputlatedata"), None)
    if late is None or not late.call.arguments:
        return
    tag = _tag(late.place, late.call)
    readers = (c for c in names.syntax.calls if flat(c.name) == "getsideoutput" and c.arguments)
    is_read = any(_tag(at(names, c), c) == tag for c in readers)
    yield Part(name="late-read", value=Value(known=Known.EXPLICIT, text=str(is_read).lower()), span=first_line(late.call.name_span))  # fmt: skip


def _tag(place: Place, call: Call) -> str:
    expression = call.argument(0)
    return expression.text.removeprefix("this.").removeprefix("self.") if expression is not None else ""
