"""Where a value of a run comes from: the record at hand, a clock, a constant."""

from __future__ import annotations

import re
from functools import lru_cache

from reviewer.facts.fields import plain
from reviewer.facts.steps import Frame, Run, Step, parameters_of
from reviewer.facts.streaming.names import simple_type
from reviewer.facts.syntax import Assignment, Block, BlockKind, Call, Function, Parameter, SyntaxFacts

_OUTLETS = re.compile(r"Collector|Output|ResultFuture")
_SURROUNDINGS = re.compile(r"Context$|TimerService$")
_OUTLET_NAMES, _SURROUNDING_NAMES = ("out", "collector"), ("ctx", "context")
_OF_CONTEXT = r"\.(?:timestamp|getCurrentKey|currentKey|get_current_key)\("
_CLOCK = re.compile(
    r"currentTimeMillis|nanoTime|\bnow\(|currentProcessingTime|current_processing_time|\btime\.time\(|getTimeInMillis|new Date\("
)
_CONSTANT = re.compile(r"-?\d[\w.]*|true|false|True|False|null|None|\"[^\"]*\"|'[^']*'|([A-Z]\w*\.)*[A-Z][A-Z0-9_]+")
_HOPS = 3


def is_outlet(parameter: Parameter) -> bool:
    """A collector, or the like, that results are given to."""
    return bool(_OUTLETS.search(parameter.type)) or (not parameter.type and parameter.name in _OUTLET_NAMES)


def _is_record(parameter: Parameter) -> bool:
    surrounding = _SURROUNDINGS.search(simple_type(parameter.type.replace("#", ".")))
    named = not parameter.type.strip("'\"") and parameter.name in _SURROUNDING_NAMES
    return not (surrounding or named or is_outlet(parameter))


def is_constant(text: str) -> bool:
    """A literal, or a name that is written like a constant."""
    return _CONSTANT.fullmatch(text.strip()) is not None


def is_clock(text: str) -> bool:
    """The time of the machine."""
    return _CLOCK.search(text) is not None


@lru_cache(maxsize=4096)
def words(names: frozenset[str]) -> re.Pattern[str] | None:
    """What mentions one of some names, bare or as an own field; None for no names."""
    if not names:
        return None
    listed = "|".join(sorted(map(re.escape, names)))
    return re.compile(rf"(?<![\w.])(?:(?:this|self)\.)?(?:{listed})(?!\w)")


class Origins:
    """What the names of a run stand for, frame by frame."""

    def __init__(self, syntax: SyntaxFacts, run: Run) -> None:
        self.syntax, self.run = syntax, run
        self._steps = {frame.number: list[Step]() for frame in run.frames}
        for step in run.steps:
            self._steps[step.frame].append(step)
        self._records = {frame.number: set[str]() for frame in run.frames}
        for frame in run.frames:
            self._records[frame.number] |= self._given(frame)
            self._derive(frame.number)

    def is_of_record(self, text: str, frame: int) -> bool:
        """Whether a text uses something of the record."""
        found = words(frozenset(self._records[frame]))
        return (found is not None and found.search(text) is not None) or re.search(_OF_CONTEXT, text) is not None

    def resolved(self, text: str, step: int) -> tuple[str, int]:
        """What a local or a parameter stands for at a step, and the frame of that text; any other text as it is."""
        frame = self.run.steps[step].frame
        for _ in range(_HOPS):
            if not re.fullmatch(r"[A-Za-z_]\w*", text):
                break
            found = self._last(text, step, frame) or self._argument(text, frame)
            if found is None:
                break
            text, frame = found
        return text, frame

    def _last(self, name: str, step: int, frame: int) -> tuple[str, int] | None:
        for earlier in reversed(self.run.steps[:step]):
            node = earlier.node
            if (
                earlier.frame == frame
                and isinstance(node, Assignment)
                and node.target == name
                and node.value is not None
            ):
                return node.value.text, frame
        return None

    def _argument(self, name: str, frame: int) -> tuple[str, int] | None:
        """The argument that the caller gave for a parameter."""
        made = self.run.frames[frame]
        parameters = parameters_of(self.syntax.functions[made.function])
        if made.call is None or made.caller is None or name not in parameters:
            return None
        argument = self.syntax.calls[made.call].argument(parameters.index(name))
        return (argument.text, made.caller) if argument is not None else None

    def _given(self, frame: Frame) -> set[str]:
        function = self.syntax.functions[frame.function]
        listed = [p for p in function.parameters if p.name in parameters_of(function)]
        if frame.call is None or frame.caller is None:
            return {p.name for p in listed if _is_record(p)}
        call = self.syntax.calls[frame.call]
        given = [(p, call.argument(i)) for i, p in enumerate(listed)]
        return {p.name for p, a in given if a is not None and _is_record(p) and self.is_of_record(a.text, frame.caller)}

    def _derive(self, frame: int) -> None:
        """Follow assignments, loops and lambdas until nothing new is found."""
        known = self._records[frame]
        for _ in range(_HOPS):
            before = len(known)
            for step in self._steps[frame]:
                known |= self._names_from(step.node, frame)
            if len(known) == before:
                return

    def _names_from(self, node: object, frame: int) -> set[str]:
        if isinstance(node, Assignment) and node.value is not None and self.is_of_record(node.value.text, frame):
            return {plain(node.target)} if re.fullmatch(r"[\w.]+", node.target) else set()
        if (
            isinstance(node, Block)
            and node.kind is BlockKind.LOOP
            and node.variable
            and self.is_of_record(node.detail, frame)
        ):
            return set(re.findall(r"[A-Za-z_]\w*", node.variable))
        if isinstance(node, Call) and self.is_of_record(node.receiver, frame):
            return {p.name for f in lambdas_of(self.syntax, node) for p in f.parameters}
        return set()


def lambdas_of(syntax: SyntaxFacts, call: Call) -> list[Function]:
    """The lambdas that a call is given."""
    return [f for f in syntax.functions if f.is_lambda and f.argument_of == call.index]
