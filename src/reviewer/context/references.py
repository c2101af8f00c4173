"""What the changed lines of a file, and the functions around them, refer to elsewhere."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from reviewer.core.change import FileChange, Hunk
from reviewer.core.span import Side
from reviewer.facts.syntax import Call, Function, SyntaxFacts

_MEMBER = re.compile(r"(?<![\w.])([A-Z]\w*)(?:\.|::)([A-Za-z_]\w*)")
_TYPE = re.compile(r"(?<![\w.@])[A-Z]\w*[a-z]\w*")
_COMMENT = re.compile(r"^\s*(//|/?\*|#(?!\[)|import\s|using\s|from\s|package\s)")
_THROWS = re.compile(r"\b(throws?|catch|raise|except)\b")
_UTILITY = re.compile(r"(Utils?|Utilities|Helpers?|Version|Pair|Tuple\d?|Messages|Test)$")
_FAULT = re.compile(r"(Exception|Error)$")
_STATEMENT_LINES = 12
_LITERAL_LINES = 40  # of a construction that lists its fields
CONSTRUCTED, CALLED, OVERRIDDEN, NAMED, IN_HUNK, NEAR, FAR = 6, 5, 4, 3, 2, 1, 0
_SHORT = 4  # a name like `get` is defined everywhere
_OWN = frozenset({"", "this", "self", "super"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Reference:
    """A use of something. `type` is "" when it is not known whose member it is, `member` when it is the type itself.

    `why` says what the change does with it, `weight` how near to the changed lines that is. `given` is how many arguments a call
    has, which tells overloads apart; None where it is no call, or calls as near have several numbers of them.
    """

    type: str
    member: str
    why: str
    weight: int
    given: int | None = None


def references(change: FileChange, hunks: Sequence[Hunk], facts: Mapping[Side, SyntaxFacts | None]) -> list[Reference]:
    """Each (type, member) once, with its nearest use; the nearest first. `facts` are those of the changed file."""
    best: dict[tuple[str, str], Reference] = {}
    for side in (Side.AFTER, Side.BEFORE):
        syntax = facts.get(side)
        if syntax is None:
            continue
        changed = frozenset(n for hunk in hunks for n in hunk.changed_numbers(side))
        beside = frozenset(n for hunk in hunks for n in hunk.numbers(side))
        for found in _of_side(change, changed, beside, syntax, side):
            known = best.get((found.type, found.member))
            if known is None or known.weight < found.weight:
                best[found.type, found.member] = found
            elif known.weight == found.weight and known.given != found.given:
                best[found.type, found.member] = replace(known, given=None)
    return sorted(best.values(), key=lambda item: -item.weight)


def _of_side(
    change: FileChange, changed: frozenset[int], beside: frozenset[int], facts: SyntaxFacts, side: Side
) -> Iterator[Reference]:
    around = _around(facts, sorted(changed))
    own = {declared.name for declared in facts.types}
    for found in (
        *_calls(facts, changed, beside, around, side),
        *_bases(facts, changed, around),
        *_names(change, changed, side),
    ):
        if found.type not in own and not _is_utility(found):
            yield found


def _around(facts: SyntaxFacts, changed: Sequence[int]) -> list[Function]:
    """The named functions in which a line changed."""
    found = (f for f in facts.functions if not f.is_lambda)
    return [f for f in found if bisect_left(changed, f.span.first_line) < bisect_right(changed, f.span.last_line)]


def _calls(
    facts: SyntaxFacts, changed: frozenset[int], beside: frozenset[int], around: Sequence[Function], side: Side
) -> Iterator[Reference]:
    """All calls whose type is known; of the others those on changed lines that this file does not define."""
    own = {function.name for function in facts.functions}
    types = declared_types(facts)
    near = beside | {n for f in around for n in range(f.span.first_line, f.span.last_line + 1)}
    for call in facts.calls:
        line = call.name_span.first_line
        owner = call.name if call.is_construction else type_of(call, types)
        verb = "constructed" if call.is_construction else "called"
        why = f"{verb} in {'removed ' if side is Side.BEFORE else ''}line {line}"
        weight = IN_HUNK if line in beside else NEAR if line in near else FAR
        if not changed.isdisjoint(_statement(call)):
            weight = CONSTRUCTED if call.is_construction else CALLED
        elif side is Side.BEFORE:
            continue
        if owner:
            yield Reference(type=owner, member=call.name, why=why, weight=weight, given=len(call.arguments))
        elif weight >= CALLED and len(call.name) > _SHORT and call.name not in own:
            yield Reference(type="", member=call.name, why=why, weight=NAMED, given=len(call.arguments))


def _statement(call: Call) -> range:
    """The lines of a call; of one with a whole block inside, the line of its name."""
    limit = _LITERAL_LINES if call.is_construction else _STATEMENT_LINES
    if call.span.last_line - call.span.first_line > limit:
        return range(call.name_span.first_line, call.name_span.last_line + 1)
    return range(call.name_span.first_line, call.span.last_line + 1)


def declared_types(facts: SyntaxFacts) -> dict[str, str]:
    """Variable, field or parameter -> its type, where it is written down."""
    found = {p.name: base_name(p.type) for f in facts.functions for p in f.parameters if p.type}
    for assignment in facts.assignments:
        name = assignment.target.rpartition(".")[2]
        value = assignment.value
        if assignment.declared_type and base_name(assignment.declared_type) not in ("var", "val", "let"):
            found[name] = base_name(assignment.declared_type)
        elif value is not None and value.call is not None and facts.calls[value.call].is_construction:
            found.setdefault(name, facts.calls[value.call].name)
    return {name: kind for name, kind in found.items() if kind[:1].isupper()}


def base_name(text: str) -> str:
    """`Handler` of `*pkg.Handler[K]` and `Handler<K>`."""
    match = re.match(r"[\w.:]+", text.lstrip("*&[]? "))
    return re.split(r"[.:]", match.group())[-1] if match else ""


def type_of(call: Call, types: dict[str, str]) -> str:
    last = re.split(r"\.|::|->", call.receiver)[-1]
    if call.receiver in _OWN or not re.fullmatch(r"[\w.:>-]+", call.receiver):
        return ""
    return types.get(last, last if last[:1].isupper() else "")


def _bases(facts: SyntaxFacts, changed: frozenset[int], around: Iterable[Function]) -> Iterator[Reference]:
    """What a changed method overrides or implements, and what a changed declaration extends."""
    for function in around:
        owner = facts.types[function.type] if function.type is not None else None
        if owner is None or function.name == owner.name:
            continue
        for base in owner.bases:
            why = f"which declares the changed `{function.name}`"
            yield Reference(type=base_name(base), member=function.name, why=why, weight=OVERRIDDEN)
    for declared in facts.types:
        if declared.span.first_line in changed:
            for base in declared.bases:
                why = f"a base of `{declared.name}` in line {declared.span.first_line}"
                yield Reference(type=base_name(base), member="", why=why, weight=OVERRIDDEN)


def _names(change: FileChange, changed: frozenset[int], side: Side) -> Iterator[Reference]:
    """Types and constants that stand on changed lines."""
    lines = (change.text(side) or "").split("\n")
    for number in sorted(changed):
        text = lines[number - 1] if number <= len(lines) else ""
        if _COMMENT.match(text):
            continue
        why = f"named in {'removed ' if side is Side.BEFORE else ''}line {number}"
        for owner, member in _MEMBER.findall(text):
            yield Reference(type=owner, member=member, why=why, weight=CALLED)
        for name in _TYPE.findall(text):
            if not _FAULT.search(name) or _THROWS.search(text):
                yield Reference(type=name, member="", why=why, weight=NAMED)


def _is_utility(found: Reference) -> bool:
    if found.type.endswith("Constants"):
        return not found.member
    return bool(_UTILITY.search(found.type)) or (bool(_FAULT.search(found.type)) and found.weight < NAMED)
