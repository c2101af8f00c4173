"""Changes of what a field holds through a local: `totals = byKey.get(key); totals.add(x)`."""

from __future__ import annotations

import re
from dataclasses import replace

from reviewer.facts.fields import MUTATORS, Access, FieldUse, Touch
from reviewer.facts.steps import Run
from reviewer.facts.syntax import Assignment, BlockKind, Call, SyntaxFacts

_GOT = r"(?:\.(?:get|getOrDefault|getOrElse|computeIfAbsent|getOrPut|getOrElseUpdate|setdefault|peek\w*|first|last)\(|\[|\()"
_ARRAY = re.compile(r"\[\]|\bArray\b|Array$")
_ADDS = ("+=", "++=", ":::=", "::=")
_VALUES = re.compile(
    r"\b\w*(List|Set|Map|Queue|Deque|Collection|Stack|Vector|Multimap|Buffer|Builder|Table|Seq|Bag|BitSet|Adder|Accumulator)\b\s*(?=[<\[({?!]|$)"
    r"|\bAtomic\w+|\b(list|dict|set|deque|defaultdict|Counter|OrderedDict|bytearray|listOf|mapOf|setOf|mutable\w+Of|arrayListOf|hash\w+Of)\b|^\s*[\[{]|\[\]"
)


def holds_values(field: Assignment) -> bool:
    """Whether a field is a collection or a counter: something whose `add` and `put` keep what they are given."""
    made = field.value.text if field.value is not None else ""
    return any(_VALUES.search(text.strip()) for text in (field.declared_type, made))


def _holds_collections(field: Assignment) -> bool:
    """`Map<Key, List<Row>>`: what is got from it can be added to."""
    made = field.value.text if field.value is not None else ""
    return len(_VALUES.findall(field.declared_type or made)) > 1 or "defaultdict(" in made


def with_aliases(use: FieldUse, field: Assignment, run: Run, touched: tuple[Access, ...]) -> tuple[Access, ...]:
    """The accesses of which the calls really change a value, and those through locals, in order."""
    plausible, nested = holds_values(field), _holds_collections(field)
    kept = [_understood(use, field, run, a) for a in touched if _is_real(use, run, a, plausible, nested)]
    kept += _through_locals(use, run, nested)
    return tuple(sorted(kept, key=lambda access: access.step))


def _is_real(use: FieldUse, run: Run, access: Access, plausible: bool, nested: bool) -> bool:
    node = run.steps[access.step].node
    if access.touch is not Touch.CHANGE or not isinstance(node, Call):
        return True
    return plausible if use.is_whole(node.receiver) else nested


def _understood(use: FieldUse, field: Assignment, run: Run, access: Access) -> Access:
    """`pending += record` adds to a collection. What is seen of a reused object is written anew: `row.id = value.id`, or all of an array
    in a loop (`row[i] = value[i]`)."""
    step = run.steps[access.step]
    node = step.node
    if access.touch is not Touch.CHANGE or not isinstance(node, Assignment):
        return access
    if node.operator in _ADDS and holds_values(field) and use.is_whole(node.target):
        return replace(access, way="add")
    if node.operator != "=":
        return access
    if use.is_part(node.target) and not use.mentions(node.value.text if node.value is not None else "", node.function):
        return replace(access, touch=Touch.WRITE)
    element = node.subscript is not None or node.target.endswith("]")
    is_array = _ARRAY.search(field.declared_type) is not None or not use.is_whole(re.sub(r"\[.*", "", node.target))
    loop = next((i for i, part in enumerate(step.path) if _is_loop(use.syntax, part)), None)
    if loop is None or not (element and is_array):
        return access
    return replace(access, touch=Touch.WRITE, holds=step.path[:loop])


def _is_loop(syntax: SyntaxFacts, part: str) -> bool:
    return part.startswith("b") and syntax.blocks[int(part[1:])].kind is BlockKind.LOOP


def _through_locals(use: FieldUse, run: Run, nested: bool) -> list[Access]:
    got = re.compile(rf"\(*(?:\([\w<>., ]+\)\s*)?(?:(?:this|self)\.)?{re.escape(use.name)}[!?]*{_GOT}")
    named = (run.steps[index] for index in run.naming.get(use.name, ()))
    aliases = {
        (step.frame, node.target)
        for step in named
        if isinstance(node := step.node, Assignment) and node.value is not None and re.fullmatch(r"\w+", node.target)
        and use.is_root(node.value.text, node.function) and got.match(node.value.text)
    }  # fmt: skip
    found: list[Access] = []
    for index in sorted({index for _, name in aliases for index in run.naming.get(name, ())}):
        step = run.steps[index]
        node = step.node
        if isinstance(node, Call):
            changed = nested and node.name in MUTATORS and (step.frame, node.receiver) in aliases
            if changed:
                text = node.arguments[-1].value.text if node.arguments else ""
                found.append(Access(step=index, touch=Touch.CHANGE, way=node.name, text=text))
        elif isinstance(node, Assignment):
            root, *rest = re.split(r"[.\[]", node.target, maxsplit=1)
            if (rest or node.subscript is not None) and (step.frame, root) in aliases:
                text = node.value.text if node.value is not None else ""
                found.append(Access(step=index, touch=Touch.CHANGE, way=node.operator, text=text))
    return found
