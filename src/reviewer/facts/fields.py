"""The fields of a class as its methods use them: what is written, changed and read, and which reads may see an earlier call's value."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Iterator
from enum import StrEnum

from reviewer.core.lazily import lazily
from reviewer.core.value import value
from reviewer.facts.branches import with_all_branches
from reviewer.facts.steps import Path, Run, Step, holds_for, parameters_of, texts_of
from reviewer.facts.syntax import (
    Assignment,
    Block,
    Call,
    Expression,
    ResultUse,
    SyntaxFacts,
    TypeDeclaration,
)

MUTATORS = frozenset(
    {"add", "put", "addAll", "putAll", "putIfAbsent", "computeIfAbsent", "computeIfPresent", "compute", "merge", "remove", "append", "push",
     "offer", "increment", "incrementAndGet", "decrementAndGet", "addAndGet", "getAndIncrement", "getAndAdd", "getAndSet", "set", "update",
     "pop", "poll", "extend", "insert", "addLast", "addFirst", "setdefault", "appendleft", "getOrPut", "getOrElseUpdate", "discard", "popleft",
     "accumulateAndGet", "updateAndGet", "enqueue", "dequeue", "plusAssign", "addOne"}
)  # fmt: skip
_CLEARS = frozenset({"clear", "setLength", "reset"})
_STRING = lazily(r'"(?:\\.|[^"\\])*"')
_OWN = lazily(r"^(?:this|self)\.")


class Touch(StrEnum):
    """What a step does to a field."""

    READ = "read"
    CHANGE = "change"  # to a part of it, or to what it was: `+=`, `add`, `total[key] = 1`
    WRITE = "write"  # as a whole: an assignment, `clear()`


@value()
class Access:
    """A step that touches a field. `step` is an index into the run's steps.

    `way` is how: the call's name or the operator of a change or write; `argument`, `receiver`, `value`, `condition`, `return`, `yield` or
    `throw` of a read. `text` is what is put in, or the text that reads it; `target` what a read value is assigned to. `holds` is the path
    where a write surely holds, when that is not the step's own.
    """

    step: int
    touch: Touch
    way: str
    text: str
    target: str = ""
    holds: Path | None = None


def fields_of(syntax: SyntaxFacts, declared: TypeDeclaration) -> dict[str, Assignment]:
    """Field -> its declaration, in Python the first assignment to `self.x`."""
    found: dict[str, Assignment] = {}
    for assignment in syntax.assignments:
        own = assignment.is_field or (syntax.language == "python" and assignment.target.startswith("self."))
        name = plain(assignment.target)
        if assignment.type == declared.index and own and re.fullmatch(r"\w+", name):
            found.setdefault(name, assignment)
    return found


def plain(target: str) -> str:
    """`this.total` and `self.total` -> `total`."""
    return _OWN.sub("", target)


class Scopes:
    """Which names of a file are fields, and which functions have a parameter or a local of a name."""

    def __init__(self, syntax: SyntaxFacts) -> None:
        self.syntax = syntax
        self.fields = frozenset(plain(a.target) for a in syntax.assignments if a.is_field)
        self.hiding: dict[str, set[int]] = defaultdict(set)
        for function in syntax.functions:
            for name in parameters_of(function):
                self.hiding[name].add(function.index)
        for assignment in syntax.assignments:
            if assignment.is_declaration and assignment.function is not None:
                self.hiding[assignment.target].add(assignment.function)


class FieldUse:
    """One field, and where a text of the file means it: not where a parameter or a local has its name."""

    def __init__(self, scopes: Scopes, name: str) -> None:
        self.scopes, self.syntax, self.name = scopes, scopes.syntax, name
        called = r"(?!\s*\()" if self.syntax.language == "java" else ""
        tail = rf"{re.escape(name)}(?!\w){called}"
        self._full = re.compile(rf"(?<![\w.])(?:this|self)\.{tail}")
        python = self.syntax.language == "python"
        self._short = self._full if python else re.compile(rf"(?<![\w.\"'])(?:(?:this|self)\.)?{tail}")
        self._hiding: Collection[int] = scopes.hiding.get(name, ())

    def pattern(self, function: int | None) -> re.Pattern[str]:
        """What mentions the field in a function."""
        while function is not None:
            if function in self._hiding:
                return self._full
            function = self.syntax.functions[function].parent
        return self._short

    def mentions(self, text: str, function: int | None) -> bool:
        """Whether a text of a function uses the field."""
        if self.name not in text:
            return False
        bare = _STRING.sub('""', text) if self.syntax.language == "java" else text
        return self.pattern(function).search(bare) is not None

    def is_root(self, text: str, function: int | None) -> bool:
        """Whether a text is the field or something got from it: `total`, `this.total[key]`, `total.get(key)`."""
        found = self.pattern(function).match(text.lstrip("("))
        return found is not None and text.lstrip("(")[found.end() :][:1] in ("", ".", "[", "(", "?", "!", ")")

    def is_part(self, target: str) -> bool:
        """Whether what is assigned is an attribute: `total.amount`."""
        return re.fullmatch(rf"(?:(?:this|self)\.)?{re.escape(self.name)}\.\w+", target) is not None

    def is_whole(self, text: str) -> bool:
        """Whether a text is the field itself."""
        return plain(text.strip("()!?")) == self.name


def accesses(use: FieldUse, run: Run) -> tuple[Access, ...]:
    """Every touch of a field in a run, in order."""
    named = [(index, run.steps[index]) for index in run.naming.get(use.name, ())]
    inside = {
        step.node.function for _, step in named if any(use.mentions(t, step.node.function) for t in _own_texts(step))
    }
    return tuple(access for index, step in named for access in _touches(use, index, step, inside))


def _own_texts(step: Step) -> tuple[str, ...]:
    """The texts without a call's arguments: what a lambda does stands in its own steps, not in the call that it is given to."""
    return (step.node.receiver,) if isinstance(step.node, Call) else texts_of(step.node)


def _touches(use: FieldUse, index: int, step: Step, seen: set[int | None]) -> Iterator[Access]:
    node = step.node
    if isinstance(node, Call):
        yield from _of_call(use, index, node, seen)
    elif isinstance(node, Assignment):
        yield from _of_assignment(use, index, node)
    elif isinstance(node, Block):
        if use.mentions(node.detail, node.function):
            yield Access(step=index, touch=Touch.READ, way="condition", text=node.detail, target=node.variable or "")
    elif use.mentions(node.text, node.function):
        yield Access(step=index, touch=Touch.READ, way=node.kind.value, text=node.text)


def _of_call(use: FieldUse, index: int, call: Call, seen: set[int | None]) -> Iterator[Access]:
    for argument in call.arguments:
        text = argument.value.text
        told = argument.value.function is not None and argument.value.function in seen
        if not told and use.mentions(text, call.function):
            yield Access(step=index, touch=Touch.READ, way="argument", text=text)
    if not use.mentions(call.receiver, call.function):
        return
    if call.name in MUTATORS and use.is_root(call.receiver, call.function):
        yield Access(
            step=index,
            touch=Touch.CHANGE,
            way=call.name,
            text=_put(call.arguments[-1].value if call.arguments else None),
        )
    elif call.name in _CLEARS and use.is_whole(call.receiver):
        yield Access(step=index, touch=Touch.WRITE, way="clear", text="")
    elif call.result in (ResultUse.IGNORED, ResultUse.AWAITED):
        yield Access(step=index, touch=Touch.READ, way="receiver", text=call.receiver)


def _put(expression: Expression | None) -> str:
    return expression.text if expression is not None else ""


def _of_assignment(use: FieldUse, index: int, node: Assignment) -> Iterator[Access]:
    text = _put(node.value)
    local = node.is_declaration and not node.is_field
    own = not local and use.is_root(node.target, node.function)
    if node.subscript is not None and use.mentions(node.subscript.text, node.function):
        yield Access(step=index, touch=Touch.READ, way="argument", text=node.subscript.text)
    if not own:
        if use.mentions(text, node.function):
            yield Access(step=index, touch=Touch.READ, way="value", text=text, target=plain(node.target))
        return
    whole = node.operator == "=" and node.subscript is None and use.is_whole(node.target)
    again = use.mentions(text, node.function)
    if whole and again:
        yield Access(step=index, touch=Touch.READ, way="value", text=text, target=use.name)
    yield Access(step=index, touch=Touch.WRITE if whole and not again else Touch.CHANGE, way=node.operator, text=text)


def carried_in(syntax: SyntaxFacts, run: Run, touched: tuple[Access, ...]) -> tuple[Access, ...]:
    """The reads and changes that no write of the same call surely comes before: they see what an earlier call left."""
    holding: set[Path] = set()
    found: list[Access] = []
    for access in touched:
        path = run.steps[access.step].path
        if access.touch is Touch.WRITE:
            holding.update(with_all_branches(syntax, path if access.holds is None else access.holds, holding))
        elif not any(holds_for(written, path) for written in holding):
            found.append(access)
    return tuple(found)


def left_behind(run: Run, touched: tuple[Access, ...]) -> bool:
    """Whether a change may outlive the call: no clearing or null surely follows it. A flag that is only ever lowered does."""
    ends = [a for a in touched if a.touch is Touch.WRITE and is_reset(a)]
    changes = [a for a in touched if a.touch is Touch.CHANGE or (a.touch is Touch.WRITE and not is_reset(a))]
    if not changes:
        return any(end.text in _LOWERED for end in ends)
    return any(
        not any(e.step > c.step and holds_for(run.steps[e.step].path, run.steps[c.step].path) for e in ends)
        for c in changes
    )


_LOWERED = ("false", "False")
_EMPTY = lazily(
    r"(null|None|Nil|nil|\"\"|''|\[\]|\{\}|-?0[LlFfDd]?|-?0\.0[fFdD]?|false|False|_|(new\s+)?[\w.]*(List|Map|Set|Queue|Deque|Buffer|Builder|Of|empty\w*)"
    r"\s*(<.*>|\[.*\])?\s*(\(\s*\))?|new \w+(\[[^\]]*\])+)"
)


def is_reset(access: Access) -> bool:
    """Whether a write empties the field: `clear()`, null, zero, a new empty collection."""
    return access.way == "clear" or (access.way == "=" and _EMPTY.fullmatch(access.text) is not None)
