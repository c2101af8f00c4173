"""What a run of a function does for others: records that it gives out, state that it writes, a sink's writes."""

from __future__ import annotations

import re

from reviewer.facts.fields import MUTATORS, plain
from reviewer.facts.steps import Run, Step, branch
from reviewer.facts.streaming.aliases import holds_values
from reviewer.facts.streaming.flow import is_noise
from reviewer.facts.streaming.origin import is_outlet, words
from reviewer.facts.syntax import BlockKind, Call, Jump, JumpKind, SyntaxFacts

_GIVES_OUT = frozenset(
    {"collect", "output", "emit", "complete", "forward", "emitWatermark", "registerEventTimeTimer", "registerProcessingTimeTimer",
     "register_event_time_timer", "register_processing_time_timer", "deleteEventTimeTimer", "deleteProcessingTimeTimer"}
)  # fmt: skip
_VALUED = frozenset({"map", "map1", "map2", "filter", "reduce", "select"})
_VOID = ("void", "Unit", "None", "Void")
_STATE = re.compile(r"\w*State\b\s*[<\[(]|^\w*State$")
_STATE_CALLS = MUTATORS | {"clear", "addAll"}
_LEAVING = (JumpKind.RETURN, JumpKind.CONTINUE, JumpKind.BREAK)


class Effects:
    """The outputs of a run. In a sink whatever is called on something else counts."""

    def __init__(self, syntax: SyntaxFacts, run: Run, *, is_sink: bool) -> None:
        self.syntax, self.run, self.is_sink = syntax, run, is_sink
        functions = [syntax.functions[frame.function] for frame in run.frames]
        self._outlets = words(frozenset(p.name for f in functions for p in f.parameters if is_outlet(p)))
        self._handles = frozenset(
            plain(a.target) for a in syntax.assignments
            if _STATE.search(a.declared_type) or (a.value is not None and _is_handle(syntax, a.value.call))
        )  # fmt: skip
        self._collections = frozenset(plain(a.target) for a in syntax.assignments if holds_values(a))
        self._is_output = tuple(self._gives(step) for step in run.steps)
        self._acts: dict[int, bool] = {}
        self.lambdas = frozenset(step.node.function for step in run.steps) - {None}  # with steps of their own

    def is_output(self, step: int) -> bool:
        """Whether a step gives something out."""
        return self._is_output[step]

    def acts(self, block: int) -> bool:
        """Whether a branch or loop decides about an output: there is one inside, or it leaves before one that comes later."""
        if block not in self._acts:
            self._acts[block] = self._decides(block)
        return self._acts[block]

    def _decides(self, block: int) -> bool:
        inside = self.run.within.get(branch(block), ())
        if any(self._is_output[i] for i in inside):
            return True
        leaving = next((i for i in inside if self._leaves(self.run.steps[i], block)), None)
        if leaving is None:
            return False
        last = self.run.steps[leaving]
        ends = {f"f{last.node.function}"} & set(last.path)  # inside a lambda a return ends only that
        return any(
            self._is_output[i] and self._is_below(step.frame, last.frame) and branch(block) not in step.path
            and ends <= set(step.path)
            for i, step in enumerate(self.run.steps) if i > leaving
        )  # fmt: skip

    def _leaves(self, step: Step, block: int) -> bool:
        if not isinstance(step.node, Jump) or step.node.kind not in _LEAVING:
            return False
        inner = step.path[step.path.index(branch(block)) :]
        return (
            not any(part.startswith("f") for part in inner) and self.syntax.blocks[block].kind is BlockKind.CONDITIONAL
        )

    def _is_below(self, frame: int | None, home: int) -> bool:
        while frame is not None and frame != home:
            frame = self.run.frames[frame].caller
        return frame == home

    def _gives(self, step: Step) -> bool:
        node = step.node
        if isinstance(node, Call):
            return node.name in _GIVES_OUT or (not is_noise(node) and self._call_gives(node))
        return isinstance(node, Jump) and (node.kind is JumpKind.YIELD or self._is_result(node, step))

    def _call_gives(self, call: Call) -> bool:
        if self._outlets and any(self._outlets.search(a.value.text) for a in call.arguments):
            return True
        holder = plain(call.receiver).split(".", 1)[0]
        if holder in self._handles and call.name in _STATE_CALLS:
            return True
        foreign = call.receiver not in ("", "this", "self", "super") and not call.is_construction
        keeps = call.name in MUTATORS and holder in self._collections
        return self.is_sink and foreign and not keeps and not _LOOKS.match(call.name)

    def _is_result(self, jump: Jump, step: Step) -> bool:
        function = self.syntax.functions[self.run.frames[step.frame].function]
        own = self.run.frames[step.frame].caller is None and jump.function == function.index
        valued = function.return_type not in _VOID if function.return_type else function.name in _VALUED
        return own and valued and jump.kind is JumpKind.RETURN and bool(jump.text)


_LOOKS = re.compile(
    r"(get|is|has|size|length|len|contains|equals|to|as|of|value|key|entry|iterator|stream|min|max|abs|now|current|clear|time|values|keys|items)(?![a-z])"
)


def _is_handle(syntax: SyntaxFacts, call: int | None) -> bool:
    name = syntax.calls[call].name if call is not None else ""
    return re.fullmatch(r"get_?\w*_?[sS]tate", name) is not None
