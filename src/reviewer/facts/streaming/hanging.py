"""What hangs on a value that an earlier call left in a field: nothing, something unseen, an output."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import replace
from enum import StrEnum

from reviewer.core.span import Span
from reviewer.core.value import value
from reviewer.facts.fields import MUTATORS, Access, FieldUse, Touch, plain
from reviewer.facts.steps import Run, branch, parameters_of
from reviewer.facts.streaming.effects import Effects
from reviewer.facts.streaming.flow import is_noise
from reviewer.facts.streaming.origin import lambdas_of, words
from reviewer.facts.syntax import Assignment, Block, Call, Jump, JumpKind, ResultUse


class Hangs(StrEnum):
    """What hangs on it, the least first."""

    NOTHING = "nothing"
    LATER = "later"  # only methods that no record calls read it: close(), a timer of its own
    PASSED = "passed"  # it is handed to something that we do not see through
    OUTPUT = "output"  # a result, or whether there is one


_ORDER = tuple(Hangs)
_BOOLEANS = ("true", "false", "True", "False")
_NAMES = 400  # that a value is followed through
_EVERYWHERE = -1  # the frame of names that are fields
_CHECKS = re.compile(r"check[A-Z]|require|assert|verify|isTrue$|notNull$")
_Part = tuple[str, str]  # how it is used, and the text that uses it


@value()
class Hanging:
    """The gravest use, and where it is; `fields` are the other fields that the value went into."""

    hangs: Hangs = Hangs.NOTHING
    read: Span | None = None
    fields: frozenset[str] = frozenset()

    def graver(self, other: Hanging) -> Hanging:
        """The graver of two, with the fields of both."""
        worse = other if _ORDER.index(other.hangs) > _ORDER.index(self.hangs) else self
        return replace(worse, fields=self.fields | other.fields)

    @staticmethod
    def of(
        use: FieldUse, run: Run, effects: Effects, carried: tuple[Access, ...], into: frozenset[str] = frozenset()
    ) -> Hanging:
        """What hangs on the reads that see an earlier value, followed through locals, own methods and other fields (`into` have it
        from another method)."""
        return _Trace(use, run, effects, into).follow(carried)


class _Trace:
    """Follows a value: `names` are what holds it, by frame; `_open` those whose uses are still to be looked at."""

    def __init__(self, use: FieldUse, run: Run, effects: Effects, into: frozenset[str]) -> None:
        self.use, self.run, self.effects = use, run, effects
        self.found = Hanging()
        self.names: dict[int, set[str]] = defaultdict(set)
        self._open: list[tuple[int, str]] = []
        self._holds(_EVERYWHERE, into)

    def follow(self, carried: tuple[Access, ...]) -> Hanging:
        for access in carried:
            if access.touch is Touch.READ and not self._is_own(access):
                self._use(access.step, (access.way, access.text))
        for _ in range(_NAMES):
            if not self._open or self.found.hangs is Hangs.OUTPUT:
                break
            frame, name = self._open.pop()
            known = words(frozenset({name}))
            for index in self.run.naming.get(name, ()):
                step = self.run.steps[index]
                if known is not None and frame in (_EVERYWHERE, step.frame):
                    for part in self._parts(step.node):
                        if known.search(part[1]):
                            self._use(index, part)
        return replace(self.found, fields=frozenset(self.names[_EVERYWHERE]))

    def _holds(self, frame: int, names: Iterable[str]) -> None:
        new = set(names) - self.names[frame]
        self.names[frame] |= new
        self._open.extend((frame, name) for name in sorted(new))

    def _is_own(self, access: Access) -> bool:
        """It only makes the field's next value, or picks one of several in turn."""
        node = self.run.steps[access.step].node
        if access.way == "value" and access.target == self.use.name:
            return True
        if access.way != "condition" and re.search(rf"\b{re.escape(self.use.name)}\b[^,;]{{0,20}}%", access.text):
            return True
        changes = isinstance(node, Call) and node.name in MUTATORS and self.use.is_root(node.receiver, node.function)
        return changes and isinstance(node, Call) and node.result is ResultUse.IGNORED

    def _use(self, index: int, part: _Part) -> None:
        step = self.run.steps[index]
        node = step.node
        if isinstance(node, Call):
            self._in_call(index, node, part)
        elif isinstance(node, Assignment):
            self._in_assignment(node, step.frame)
        elif isinstance(node, Block):
            self._holds(step.frame, re.findall(r"[A-Za-z_]\w*", node.variable or ""))
            if self.effects.acts(node.index):
                self._mark(index, Hangs.OUTPUT)
            self._answers(node)
        elif self.effects.is_output(index):
            self._mark(index, Hangs.OUTPUT)
        elif node.kind is JumpKind.RETURN:
            self._returned(step.frame)

    def _answers(self, block: Block) -> None:
        """`if (seen.contains(id)) known = true;`: what is set to true or false says what the condition said."""
        for index in self.run.within.get(branch(block.index), ()):
            step = self.run.steps[index]
            node = step.node
            if isinstance(node, Assignment) and node.value is not None and node.value.text in _BOOLEANS:
                self._in_assignment(node, step.frame)

    def _in_call(self, index: int, call: Call, part: _Part) -> None:
        frame = self.run.steps[index].frame
        if self.effects.is_output(index):
            self._mark(index, Hangs.OUTPUT)
            return
        if is_noise(call) or _CHECKS.match(call.name):
            return
        if part[0] == "receiver":
            self._holds(frame, (p.name for f in lambdas_of(self.use.syntax, call) for p in f.parameters))
            return
        callees = self.run.called_by(call, frame)
        for callee in callees:
            names = parameters_of(self.use.syntax.functions[callee.function])
            given = (call.argument(i) for i in range(len(names)))
            same = (n for n, a in zip(names, given, strict=True) if a is not None and a.text == part[1])
            self._holds(callee.number, same)
        root = plain(call.receiver).split(".", 1)[0]
        if call.name in MUTATORS and re.fullmatch(r"\w+", root):
            self._holds(frame, {root} - {self.use.name})
        elif not callees and call.result is ResultUse.IGNORED:
            self._mark(index, Hangs.PASSED)

    def _in_assignment(self, node: Assignment, frame: int) -> None:
        root = re.split(r"[.\[(]", plain(node.target), maxsplit=1)[0]
        if root == self.use.name or not re.fullmatch(r"\w+", root):
            return
        everywhere = plain(node.target) != node.target or self._is_field(root, node.function)
        self._holds(_EVERYWHERE if everywhere else frame, {root})

    def _is_field(self, name: str, function: int | None) -> bool:
        scopes = self.use.scopes
        return name in scopes.fields and function not in scopes.hiding.get(name, ())

    def _returned(self, frame: int) -> None:
        """A helper gives it back: what calls the helper has it."""
        made = self.run.frames[frame]
        if made.caller is not None:
            self._holds(made.caller, {self.use.syntax.functions[made.function].name})

    def _parts(self, node: Call | Assignment | Block | Jump) -> Iterator[_Part]:
        """The texts of a node; what a lambda of several steps does stands in its own steps."""
        if isinstance(node, Call):
            values = (a.value for a in node.arguments if a.value.function not in self.effects.lambdas)
            yield from (("argument", value.text) for value in values)
            yield ("receiver", node.receiver)
        elif isinstance(node, Assignment):
            yield from (("value", part.text) for part in (node.value, node.subscript) if part is not None)
        else:
            yield ("condition", node.detail) if isinstance(node, Block) else (node.kind.value, node.text)

    def _mark(self, index: int, hangs: Hangs) -> None:
        node = self.run.steps[index].node
        self.found = self.found.graver(
            Hanging(hangs=hangs, read=node.name_span if isinstance(node, Call) else node.span)
        )
