"""Which code of a changed file to show beside its hunks, each piece with the reason."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from reviewer.context.unit import ContextSlice
from reviewer.core.change import FileChange, Hunk
from reviewer.core.span import Side, Span
from reviewer.facts.syntax import SyntaxFacts

_WHOLE_FILE_CHARS = 15_000
_FUNCTION_LINES = 160
_WINDOW = 20
_OWN_RECEIVERS = frozenset({"", "this", "self", "super"})


def slices_of(change: FileChange, hunks: Sequence[Hunk], facts: SyntaxFacts | None) -> tuple[ContextSlice, ...]:
    """Code of the after side around `hunks`, most telling first; nothing for a deleted or unread file.

    `change` and `hunks` are redacted. A piece whose every line stands in the hunks is left out.
    """
    if change.after is None:
        return ()
    lines = change.after.removesuffix("\n").split("\n")
    seen = frozenset(number for hunk in hunks for number in hunk.numbers(Side.AFTER))
    if len(change.after) <= _WHOLE_FILE_CHARS:
        wanted = [(1, len(lines), "the whole file after the change")]
    else:
        wanted = _wanted(hunks, facts, len(lines))
    spans = [piece for piece in _disjoint(wanted) if not seen.issuperset(range(piece[0], piece[1] + 1))]
    return tuple(_slice(change.path, lines, *piece) for piece in spans)


def _slice(path: str, lines: Sequence[str], first: int, last: int, why: str) -> ContextSlice:
    span = Span(path=path, side=Side.AFTER, first_line=first, last_line=last)
    return ContextSlice(text="\n".join(lines[first - 1 : last]), span=span, why=why, for_paths=(path,))


def _wanted(hunks: Sequence[Hunk], facts: SyntaxFacts | None, count: int) -> list[tuple[int, int, str]]:
    around = [(first, last) for hunk in hunks for first, last in _touched(hunk, count)]
    wanted = [_around(first, last, facts, count) for first, last in around]
    if facts is not None:
        wanted += _called(around, facts, count)
        wanted += _fields(facts, count)
        if facts.imports:
            last = min(max(i.span.last_line for i in facts.imports), count, 80)
            wanted.append((1, last, "imports: which client library this is"))
    return wanted


def _touched(hunk: Hunk, count: int) -> Iterator[tuple[int, int]]:
    """The after-lines that changed, in runs; lines that were only removed stand for the gap they left."""
    numbers = sorted(hunk.changed_numbers(Side.AFTER)) or [max(hunk.new_start, 1)]
    if hunk.changed_numbers(Side.BEFORE) and hunk.numbers(Side.AFTER):
        numbers = sorted({*numbers, *hunk.numbers(Side.AFTER)})
    first = previous = min(numbers[0], count)
    for number in numbers[1:]:
        if number > count:
            break
        if number > previous + _WINDOW:
            yield first, previous
            first = number
        previous = number
    yield first, previous


def _around(first: int, last: int, facts: SyntaxFacts | None, count: int) -> tuple[int, int, str]:
    """The function; of a declaration the type; in a document the largest section that is not too long; else some lines."""
    function = facts.function_at(first) or facts.function_at(last) if facts is not None else None
    if function is not None:
        start = max(function.span.first_line, first - _FUNCTION_LINES, 1)
        end = min(max(function.span.last_line, last), last + _FUNCTION_LINES, count)
        return start, end, f"`{function.qualified}`, which encloses the change"
    enclosing = _declarations(first, last, facts) if facts is not None else []
    for name, span in enclosing:
        if span.last_line - span.first_line < _FUNCTION_LINES:
            return span.first_line, min(span.last_line, count), f"`{name}`, which encloses the change"
    within = f" in `{enclosing[-1][0]}`" if enclosing else ""
    return max(1, first - _WINDOW), min(count, last + _WINDOW), f"the lines around the change{within}"


def _declarations(first: int, last: int, facts: SyntaxFacts) -> list[tuple[str, Span]]:
    """Types and sections around some lines, outermost first."""
    types = [t for t in facts.types if t.span.first_line <= first and last <= t.span.last_line]
    sections = facts.sections_at(first, last) or facts.sections_at(first, first)
    found = [(t.qualified, t.span) for t in types] or [(s.name, s.span) for s in sections]
    return sorted(found, key=lambda item: item[1].first_line - item[1].last_line)


def _called(around: Iterable[tuple[int, int]], facts: SyntaxFacts, count: int) -> Iterator[tuple[int, int, str]]:
    """Functions of the same file that changed lines call."""
    by_name = {function.name: function for function in facts.functions if not function.is_lambda}
    for first, last in around:
        own = _OWN_RECEIVERS | _receivers(facts, first)
        for call in facts.calls:
            target = by_name.get(call.name) if call.receiver in own else None
            if target is None or not first <= call.span.first_line <= last:
                continue
            end = min(target.span.last_line, target.span.first_line + _FUNCTION_LINES, count)
            if target.span.first_line <= end:
                yield target.span.first_line, end, f"`{target.qualified}`, called in line {call.span.first_line}"


def _receivers(facts: SyntaxFacts, line: int) -> frozenset[str]:
    """What Go calls `this`: a first parameter of the type that owns the method."""
    function = facts.function_at(line)
    if function is None or not function.parameters or "." not in function.qualified:
        return frozenset()
    first, owner = function.parameters[0], function.qualified.split(".")[-2]
    return frozenset({first.name} if re.sub(r"^[*&]|\[.*", "", first.type) == owner else ())


def _fields(facts: SyntaxFacts, count: int) -> Iterator[tuple[int, int, str]]:
    """Field declarations of the file: what the calls' receivers are."""
    for assignment in facts.assignments if facts.calls else ():
        if assignment.is_field and assignment.span.first_line <= count:
            end = min(assignment.span.last_line, assignment.span.first_line + 30, count)
            yield assignment.span.first_line, end, "a field of the class"


def _disjoint(wanted: Iterable[tuple[int, int, str]]) -> list[tuple[int, int, str]]:
    """The pieces in their order of importance, each line shown once; neighbours of one kind are joined."""
    taken: set[int] = set()
    result: list[tuple[int, int, str]] = []
    for first, last, why in wanted:
        free = [number for number in range(first, last + 1) if number not in taken]
        taken.update(free)
        for start, end in _runs(free):
            before = result[-1] if result else None
            if before is not None and before[1] + 1 == start and before[2] == why:
                result[-1] = (before[0], end, why)
            else:
                result.append((start, end, why))
    return result


def _runs(numbers: Sequence[int]) -> Iterator[tuple[int, int]]:
    start = previous = None
    for number in numbers:
        if start is None or previous is None:
            start = number
        elif number != previous + 1:
            yield start, previous
            start = number
        previous = number
    if start is not None and previous is not None:
        yield start, previous
