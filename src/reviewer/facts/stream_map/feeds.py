"""What feeds a step: the steps behind the chain, variable, branch, parameter or helper method that it begins at."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from reviewer.facts.streaming.follow import OWN, expression_of
from reviewer.facts.streaming.model import FileFacts, Operator
from reviewer.facts.streaming.names import simple_type
from reviewer.facts.syntax import Assignment, BlockKind, Call, Expression, ExpressionKind, Function, JumpKind

_DEPTH = 12
# The other streams of these are among their arguments.
_MEETS = frozenset(
    {
        "join",
        "leftJoin",
        "outerJoin",
        "merge",
        "cogroup",
        "union",
        "connect",
        "coGroup",
        "intervalJoin",
        "interval_join",
    }
)
_STATIC = frozenset({"CEP", "AsyncDataStream"})
_BRANCHES = frozenset({"withConsumer", "withFunction"})
_HANDS_ON = frozenset({"let", "also", "apply", "run", "with", "to"})
_SOMETIMES = (BlockKind.CONDITIONAL, BlockKind.LOOP, BlockKind.CATCH)
_CAST = re.compile(r"^\(\([\w.<>, ?]+\)\s*(\w+)\)$")  # `((SingleOutputStreamOperator<Alert>) alerts)`


@dataclass(slots=True)
class Feeds:
    """The steps of one file by what they are made of."""

    facts: FileFacts
    by_call: Mapping[int, Operator] = field(default_factory=dict)
    static: Mapping[int, Call] = field(default_factory=dict)
    _assigned: dict[str, list[Assignment]] = field(default_factory=dict)
    _called: dict[str, list[Call]] = field(default_factory=dict)
    _returned: dict[int, tuple[int, ...]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.by_call = {operator.call.index: operator for operator in self.facts.operators}
        self.static = {c.index: c for c in self.facts.syntax.calls if c.receiver in _STATIC} if self.by_call else {}
        for assignment in self.facts.syntax.assignments:
            if assignment.value is not None:
                self._assigned.setdefault(OWN.sub("", assignment.target), []).append(assignment)
        for call in self.facts.syntax.calls:
            self._called.setdefault(call.name, []).append(call)

    def into(self, operator: Operator) -> tuple[int, ...]:
        """The calls of the steps that feed a step, its own chain first; none for a source."""
        call = operator.call
        found = list(self._before(call, 0))
        if operator.op in _MEETS:
            for argument in call.arguments:
                found += self._of(argument.value, call, 0)
        for link in self._between(call):
            for argument in link.arguments:
                found += self._of(argument.value, call, 0)
        return tuple(dict.fromkeys(index for index in found if index != call.index))

    def into_static(self, call: Call) -> tuple[int, ...]:
        """The calls of the steps that feed a step which a static method makes of a stream: `CEP.pattern(stream, …)`."""
        found = [i for argument in call.arguments for i in self._of(argument.value, call, 0)]
        return tuple(dict.fromkeys(found))

    def _between(self, call: Call) -> Iterator[Call]:
        """Joins that are no steps themselves, between this step and the one in front of it."""
        link = call
        while link.receiver_call is not None:
            link = self.facts.syntax.calls[link.receiver_call]
            if link.index in self.by_call:
                return
            if link.name in _MEETS:
                yield link

    def _before(self, call: Call, depth: int) -> tuple[int, ...]:
        if call.receiver_call is not None:
            return self._of_call(self.facts.syntax.calls[call.receiver_call], depth + 1)
        return self._of_name(call.receiver, call.function, call.index, depth + 1) if call.receiver else ()

    def _of(self, expression: Expression, near: Call, depth: int) -> tuple[int, ...]:
        """The steps that make the stream of an expression."""
        if depth > _DEPTH:
            return ()
        if expression.call is not None:
            return self._of_call(self.facts.syntax.calls[expression.call], depth + 1)
        if expression.kind in (ExpressionKind.NAME, ExpressionKind.OTHER) and re.fullmatch(
            r"[\w.]+(?:\[.*\])?", expression.text
        ):
            return self._of_name(expression.text, near.function, near.index, depth + 1)
        return ()

    def _of_call(self, call: Call, depth: int) -> tuple[int, ...]:
        """The last step of a chain; through a helper method what it returns; else through the streams that the first call is given."""
        if depth > _DEPTH:
            return ()
        chain = self.facts.syntax.chain(call)
        for link in reversed(chain):
            if link.index in self.by_call or link.index in self.static:
                return (link.index,)
        root = chain[0]
        if (helper := self._helper(root)) is not None:
            return self._results(helper, depth + 1)
        if root.receiver and (found := self._of_name(root.receiver, root.function, root.index, depth + 1)):
            return found
        given = [i for argument in root.arguments for i in self._of(argument.value, root, depth + 1)]
        return tuple(dict.fromkeys(given))

    def _of_name(self, name: str, function: int | None, before: int, depth: int) -> tuple[int, ...]:
        """The steps behind a variable, field or parameter, as it is at a call."""
        if depth > _DEPTH:
            return ()
        if (cast := _CAST.match(name)) is not None:
            name = cast[1]
        text = re.sub(r"[\[(].*$", "", OWN.sub("", name))
        if (direct := self._visible(text, function, before)) is not None:
            found = [i for assignment in direct for i in self._of_assigned(assignment, depth + 1)]
            return tuple(dict.fromkeys(found))
        if "." in text:  # `branches.get(…)`, a field of an object
            return self._of_name(text.rpartition(".")[0], function, before, depth + 1)
        scope = function
        while scope is not None:
            around = self.facts.syntax.functions[scope]
            position = next((n for n, p in enumerate(around.parameters) if p.name == text), None)
            if position is not None or (text == "it" and around.is_lambda):
                return self._of_parameter(around, text, position or 0, depth + 1)
            scope = around.parent
        return ()

    def _of_assigned(self, assignment: Assignment, depth: int) -> tuple[int, ...]:
        value = assignment.value
        if value is None:
            return ()
        if value.call is not None:
            return self._of_call(self.facts.syntax.calls[value.call], depth)
        if re.fullmatch(r"[\w.]+(?:\[.*\])?", value.text):
            return self._of_name(value.text, assignment.function, self._index_at(assignment), depth)
        return ()

    def _index_at(self, assignment: Assignment) -> int:
        """The first call behind an assignment."""
        line = assignment.span.first_line
        return next(
            (c.index for c in self.facts.syntax.calls if c.span.first_line > line), len(self.facts.syntax.calls)
        )

    def _visible(self, name: str, function: int | None, before: int) -> list[Assignment] | None:
        """The assignments that may have made the value at a call: the last one, and those under conditions behind it. None: no variable."""
        written = self._assigned.get(name, ())
        scope = function
        while scope is not None:
            local = [a for a in written if a.function == scope]
            if local:
                return self._latest(local, before)
            if any(p.name == name for p in self.facts.syntax.functions[scope].parameters):
                return None
            scope = self.facts.syntax.functions[scope].parent
        own = self.facts.syntax.functions[function].type if function is not None else None
        outside = [
            a
            for a in written
            if (a.type == own or a.type is None) and (a.is_field or a.function is None or a.target != name)
        ]
        return list(outside) if outside else None

    def _latest(self, written: list[Assignment], before: int) -> list[Assignment]:
        calls = self.facts.syntax.calls
        line = calls[before].span.first_line if before < len(calls) else None
        kept: list[Assignment] = []
        for assignment in reversed(written):
            made = assignment.value.call if assignment.value is not None else None
            is_later = made >= before if made is not None else line is not None and assignment.span.first_line > line
            if is_later:
                continue
            kept.append(assignment)
            if not any(self.facts.syntax.blocks[b].kind in _SOMETIMES for b in assignment.blocks):
                break
        return kept

    def _helper(self, call: Call) -> Function | None:
        """The method of this file that a call means, by its name and the number of its parameters."""
        if call.is_construction or (
            call.receiver not in ("", "this", "self", "cls")
            and simple_type(call.receiver) not in {t.name for t in self.facts.syntax.types}
            and not self._is_own(call)
        ):
            return None
        named = [f for f in self.facts.syntax.functions if f.name == call.name and not f.is_lambda]
        fitting = [
            f for f in named if len([p for p in f.parameters if p.name not in ("self", "cls")]) == len(call.arguments)
        ]
        found = fitting if len(named) > 1 else named
        return found[0] if len(found) == 1 else None

    def _is_own(self, call: Call) -> bool:
        declared = self.facts.names.type_of(call.receiver, call.function)
        return bool(declared) and declared in {t.name for t in self.facts.syntax.types}

    def _results(self, function: Function, depth: int) -> tuple[int, ...]:
        """The steps at the end of what a helper returns, on each of its ways out."""
        if function.index not in self._returned:
            self._returned[function.index] = ()  # a method that calls itself
            found: list[int] = []
            for jump in self.facts.syntax.jumps:
                if jump.function == function.index and jump.kind is JumpKind.RETURN and jump.text:
                    made = expression_of(self.facts.syntax, jump)
                    if made is not None and made.call is not None:
                        found += self._of_call(self.facts.syntax.calls[made.call], depth + 1)
                    elif made is not None:
                        last = (
                            max(
                                (c.index for c in self.facts.syntax.calls if c.span.first_line <= jump.span.last_line),
                                default=-1,
                            )
                            + 1
                        )
                        found += self._of_name(made.text, function.index, last, depth + 1)
            self._returned[function.index] = tuple(dict.fromkeys(found))
        return self._returned[function.index]

    def _of_parameter(self, function: Function, name: str, position: int, depth: int) -> tuple[int, ...]:
        """What callers hand in; for the body of a branch, the branch; for `stream.let { … }`, the stream."""
        if function.is_lambda:
            return self._of_lambda(function, depth)
        names = [p.name for p in function.parameters if p.name not in ("self", "cls")]
        position = names.index(name) if name in names else position
        found: list[int] = []
        for call in self._called.get(function.name, ()):
            if self._helper(call) is function or (call.is_construction and simple_type(call.name) == function.name):
                argument = call.argument(position, name)
                if argument is not None:
                    found += self._of(argument, call, depth + 1)
        return tuple(dict.fromkeys(found))

    def _of_lambda(self, function: Function, depth: int) -> tuple[int, ...]:
        if function.argument_of is None:
            return ()
        given = self.facts.syntax.calls[function.argument_of]
        if given.name in _BRANCHES:
            for index, operator in self.by_call.items():
                if (
                    index > given.index
                    and operator.op in ("branch", "defaultBranch")
                    and any(a.value.span.contains(given.span) for a in operator.call.arguments)
                ):
                    return (index,)
        return self._before(given, depth + 1) if given.name in _HANDS_ON else ()
