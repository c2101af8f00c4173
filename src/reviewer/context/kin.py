"""Functions of a changed file that decide about the change: called by it, calling it, or using what its lines change."""

from __future__ import annotations

import math
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from reviewer.context.piece import Piece, joined, piece_cost
from reviewer.context.words import changed_words, telling
from reviewer.core.change import Hunk
from reviewer.core.span import Side
from reviewer.facts.syntax import Function, SyntaxFacts

_OWN_RECEIVERS = frozenset({"", "this", "self", "super"})
_WHOLE = 35  # a function up to this many lines is shown whole
_AROUND = 5  # lines before and after what counts in a longer one
_HEAD = 3
_GAP = 6  # lines between two excerpts that are shown too
_BLOCK = 20  # lines of a block that is not cut
_CALLED_NOW, _CALLER, _CALLED = 100.0, 14.0, 3.0
_LEAST = 3.0  # below, what two functions share is chance
_LOCAL, _FOREIGN = 0.35, 0.1  # of a variable's name, and of a method's that is defined elsewhere
_CALL = re.compile(r"(\w+)\s*\(")
_NAMED = 4  # identifiers in a reason


@dataclass(slots=True)
class _Kin:
    """What speaks for a function. `lines` are those that do."""

    function: Function
    score: float = 0.0
    why: str = ""
    shared: list[str] = field(default_factory=list)
    lines: set[int] = field(default_factory=set)


def kin(
    hunks: Sequence[Hunk], facts: SyntaxFacts, lines: Sequence[str], around: Sequence[Function], hidden: Iterable[int],
    room: int,
) -> list[Piece]:  # fmt: skip
    """Pieces of other functions of the file than those `around` the change, the most telling first, `room` characters at most.

    `hidden` are the lines that are shown already, `lines` those of the after side.
    """
    taken = frozenset(hidden)
    others = [
        f for f in facts.functions if not f.is_lambda and f not in around and f.span.last_line <= len(lines)
        and not taken.issuperset(range(f.span.first_line, f.span.last_line + 1))
    ]  # fmt: skip
    found = {function.index: _Kin(function) for function in others}
    _by_words(found, hunks, facts, lines)
    _by_calls(found, hunks, facts, around)
    pieces: list[Piece] = []
    ranked = sorted(found.values(), key=lambda item: (-item.score, item.function.span.first_line))
    for item in ranked:
        mine = list(_excerpts(item, facts, len(lines))) if item.score >= _LEAST else []
        cost = piece_cost(lines, mine)
        if cost <= room:
            room -= cost
            pieces += mine
    return pieces


def _by_words(found: dict[int, _Kin], hunks: Sequence[Hunk], facts: SyntaxFacts, lines: Sequence[str]) -> None:
    """An identifier counts the more, the fewer functions use it; what one side only has is what the change is about."""
    changed, altered = changed_words(hunks)
    of_line = [telling(line) & changed for line in lines]
    named = [f for f in facts.functions if not f.is_lambda and f.span.last_line <= len(lines)]
    users = {f.index: frozenset().union(*of_line[f.span.first_line - 1 : f.span.last_line]) for f in named}
    counts = Counter(word for used in users.values() for word in used)
    known = {f.name for f in named} | {_bare(a.target) for a in facts.assignments if a.is_field or "." in a.target}
    known |= {t.name for t in facts.types} | {i.alias for i in facts.imports}
    calls = {call for hunk in hunks for line in hunk.lines for call in _CALL.findall(line.text)}
    for index, item in found.items():
        weights: dict[str, float] = {}
        for word in users.get(index, ()):
            if len(named) >= 6 and counts[word] * 2 > len(named):
                continue
            rare = min(math.log2(1 + len(named) / counts[word]), 5.0)
            weights[word] = (
                rare
                * (2.0 if word in altered else 1.0)
                * (1.0 if word in known else _FOREIGN if word in calls else _LOCAL)
            )
        item.score += sum(weights.values())
        item.shared = sorted(weights, key=lambda word: (-weights[word], word))[:_NAMED]
        span = item.function.span
        item.lines |= {n for n in range(span.first_line, span.last_line + 1) if of_line[n - 1] & weights.keys()}


def _by_calls(found: dict[int, _Kin], hunks: Sequence[Hunk], facts: SyntaxFacts, around: Sequence[Function]) -> None:
    changed = frozenset(n for hunk in hunks for n in hunk.numbers(Side.AFTER))
    by_name: dict[str, list[_Kin]] = defaultdict(list)
    for item in found.values():
        by_name[item.function.name].append(item)
    inside = {function.index for function in around}
    names = {function.name for function in around}
    for call in facts.calls:
        owner = _owner(facts, call.function)
        is_own = call.receiver in _OWN_RECEIVERS | _receivers(facts, call.function)
        line = call.span.first_line
        if call.name_span.first_line in changed or (owner is not None and owner in inside):
            for item in by_name.get(call.name, ()) if is_own else ():
                now = not changed.isdisjoint(range(line, call.name_span.last_line + 1))
                _add(item, _CALLED_NOW if now else _CALLED, f"called in line {line}")
        elif call.name in names and owner in found and (is_own or len(call.name) > 5):
            _add(found[owner], _CALLER, f"which calls `{call.name}` in line {line}")
            found[owner].lines.add(line)


def _add(item: _Kin, score: float, why: str) -> None:
    if not item.why:
        item.why = why
        item.score += score
    elif score >= _CALLED_NOW > item.score:
        item.why, item.score = why, item.score + score


def _excerpts(item: _Kin, facts: SyntaxFacts, count: int) -> Iterator[Piece]:
    """The function; of a long one its head and the lines that count, in whole statements and blocks."""
    span = item.function.span
    reason = item.why or f"which uses {', '.join(item.shared)}"
    why = f"`{item.function.qualified}`, {reason}"
    if span.last_line - span.first_line < _WHOLE:
        yield span.first_line, span.last_line, why
        return
    wanted = set(range(span.first_line, span.first_line + _HEAD))
    if item.score >= _CALLED_NOW:
        wanted |= set(range(span.first_line, span.first_line + _WHOLE))
    for line in item.lines:
        wanted |= set(range(max(line - _AROUND, span.first_line), min(line + _AROUND, span.last_line, count) + 1))
    ends = range(span.first_line, min(span.last_line, count) + 1)
    runs = joined(wanted, why, _GAP)
    whole = {n for first, last, _ in runs for n in _unbroken(first, last, facts) if n in ends}
    runs = joined(whole, why, _GAP)
    if runs and ends[-1] - runs[-1][1] <= _GAP:
        runs[-1] = (runs[-1][0], ends[-1], why)
    yield from runs


def _unbroken(first: int, last: int, facts: SyntaxFacts) -> range:
    """The lines with the rest of the calls and of the short blocks that they begin or end in: what decides often stands at the end."""
    spans = [call.span for call in facts.calls] + [block.span for block in facts.blocks]
    for _ in range(2):  # a call in a block that ends behind it
        crossing = [
            s for s in spans if s.last_line - s.first_line <= _BLOCK and s.first_line <= last and s.last_line >= first
        ]
        first = min((first, *(s.first_line for s in crossing)))
        last = max((last, *(s.last_line for s in crossing)))
    return range(first, last + 1)


def _owner(facts: SyntaxFacts, index: int | None) -> int | None:
    """The named function around a lambda."""
    while index is not None and facts.functions[index].is_lambda:
        index = facts.functions[index].parent
    return index


def _receivers(facts: SyntaxFacts, index: int | None) -> frozenset[str]:
    """What Go calls `this`: a first parameter of the type that owns the method."""
    owner = _owner(facts, index)
    function = facts.functions[owner] if owner is not None else None
    if function is None or not function.parameters or "." not in function.qualified:
        return frozenset()
    first, name = function.parameters[0], function.qualified.split(".")[-2]
    return frozenset({first.name} if re.sub(r"^[*&]|\[.*", "", first.type) == name else ())


def _bare(target: str) -> str:
    return re.split(r"[.>:]", target)[-1].strip("$@ ")
