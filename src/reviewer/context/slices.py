"""Which code of a changed file to show beside its hunks, each piece with the reason."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from reviewer.context.kin import kin
from reviewer.context.piece import Piece, disjoint, joined, piece_cost, without
from reviewer.context.spare import is_of_language, spare_lines
from reviewer.context.unit import ContextSlice
from reviewer.context.words import words
from reviewer.core.change import FileChange, Hunk, LineKind
from reviewer.core.span import Side, Span
from reviewer.facts.syntax import Assignment, SyntaxFacts

_WHOLE_FILE_CHARS = (
    10_000  # a longer file is shown around the change: the rest of it is paid in every request and rarely decides
)
_FUNCTION_LINES = 160
_WINDOW = 20
_KIN_CHARS = 7_500  # of the functions beside those around the change
_FIELDS_CHARS = 2_500
_FIELD_LINES = 12
_HEADER_LINES = 6
_IMPORT = re.compile(r"\s*(?:import|from|using|use|package)\b")
_LONG_LINE = 400  # characters: no limit in effect


def slices_of(change: FileChange, hunks: Sequence[Hunk], facts: SyntaxFacts | None) -> tuple[ContextSlice, ...]:
    """Code of the after side around `hunks`, most telling first; nothing for a deleted or unread file.

    `change` and `hunks` are redacted. A piece whose every line stands in the hunks is left out.
    """
    if change.after is None:
        return ()
    lines = change.after.removesuffix("\n").split("\n")
    seen = frozenset(number for hunk in hunks for number in hunk.numbers(Side.AFTER))
    is_short = len(change.after) <= _WHOLE_FILE_CHARS
    wanted = [(1, len(lines), "the file after the change")] if is_short else _wanted(hunks, facts, lines)
    spare = _spare(hunks, facts, lines, seen) if facts is not None and facts.functions else frozenset()
    pieces = [part for piece in disjoint(wanted) for part in without(piece, spare)]
    spans = [piece for piece in pieces if not seen.issuperset(range(piece[0], piece[1] + 1))]
    return tuple(_slice(change.path, lines, *piece) for piece in spans)


def _spare(hunks: Sequence[Hunk], facts: SyntaxFacts, lines: Sequence[str], seen: frozenset[int]) -> frozenset[int]:
    """Lines that decide nothing, wherever they stand; never one of a function that has to do with the change."""
    around = [(first, last) for hunk in hunks for first, last in _touched(hunk, len(lines))]
    enclosing = [f for first, last in around if (f := facts.function_at(first) or facts.function_at(last)) is not None]
    near = _numbers(kin(hunks, facts, lines, enclosing, seen, len(lines) * _LONG_LINE))
    near |= {n for f in enclosing for n in range(f.span.first_line, f.span.last_line + 1)}
    return spare_lines(facts, lines, seen, _hunk_words(hunks), near)


def _hunk_words(hunks: Sequence[Hunk]) -> frozenset[str]:
    """What the hunks name; that they touch an import names nothing."""
    return words("\n".join(line.text for hunk in hunks for line in hunk.lines if not _IMPORT.match(line.text)))


def _slice(path: str, lines: Sequence[str], first: int, last: int, why: str) -> ContextSlice:
    span = Span(path=path, side=Side.AFTER, first_line=first, last_line=last)
    return ContextSlice(text="\n".join(lines[first - 1 : last]), span=span, why=why, for_paths=(path,))


def _wanted(hunks: Sequence[Hunk], facts: SyntaxFacts | None, lines: Sequence[str]) -> list[Piece]:
    around = [(first, last) for hunk in hunks for first, last in _touched(hunk, len(lines))]
    wanted = [_around(first, last, facts, len(lines)) for first, last in around]
    if facts is None:
        return wanted
    enclosing = [f for first, last in around if (f := facts.function_at(first) or facts.function_at(last)) is not None]
    seen = {number for hunk in hunks for number in hunk.numbers(Side.AFTER)} | _numbers(wanted)
    wanted += kin(hunks, facts, lines, enclosing, seen, _KIN_CHARS)
    hunk_words = _hunk_words(hunks)
    wanted += _fields(facts, lines, hunk_words, words(_text(lines, wanted)))
    wanted += _headers(facts, lines, _numbers(wanted))
    return wanted + _imports(facts, hunk_words, len(lines))


def _numbers(pieces: Sequence[Piece]) -> set[int]:
    return {number for first, last, _ in pieces for number in range(first, last + 1)}


def _text(lines: Sequence[str], pieces: Sequence[Piece]) -> str:
    return "\n".join("\n".join(lines[first - 1 : last]) for first, last, _ in pieces)


def _touched(hunk: Hunk, count: int) -> Iterator[tuple[int, int]]:
    """The after-lines that changed, in runs; for lines that were only removed those on both sides of the gap they left."""
    numbers = sorted({*hunk.changed_numbers(Side.AFTER), *_beside_gaps(hunk)}) or [max(hunk.new_start, 1)]
    first = previous = min(numbers[0], count)
    for number in numbers[1:]:
        if number > count:
            break
        if number > previous + _WINDOW:
            yield first, previous
            first = number
        previous = number
    yield first, previous


def _beside_gaps(hunk: Hunk) -> Iterator[int]:
    """A neighbour that only the context of the hunk reaches has not changed."""
    previous: int | None = None
    is_gap = False
    for line in hunk.lines:
        if line.kind is LineKind.REMOVED:
            is_gap = True
            yield from (previous,) if previous is not None else ()
            continue
        yield from (line.new_number,) if is_gap and line.new_number is not None else ()
        previous, is_gap = line.new_number, False


def _around(first: int, last: int, facts: SyntaxFacts | None, count: int) -> Piece:
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


def _fields(facts: SyntaxFacts, lines: Sequence[str], of_hunks: frozenset[str], of_code: frozenset[str]) -> list[Piece]:
    """Declarations of the fields and constants that the hunks name, then those that the code shown names, while there is room."""
    declared = [a for a in facts.assignments if a.is_field] if facts.calls else []
    named = [a for a in declared if _name(a) in of_hunks]
    named += [a for a in declared if _name(a) in of_code and _name(a) not in of_hunks]
    why = "fields that this code uses"
    numbers: set[int] = set()
    for assignment in named:
        last = min(assignment.span.last_line, assignment.span.first_line + _FIELD_LINES, len(lines))
        more = numbers | set(range(assignment.span.first_line, last + 1))
        if piece_cost(lines, joined(more, why)) <= _FIELDS_CHARS:
            numbers = more
    return joined(numbers, why)


def _name(assignment: Assignment) -> str:
    return assignment.target.rpartition(".")[2]


def _headers(facts: SyntaxFacts, lines: Sequence[str], shown: set[int]) -> list[Piece]:
    """The first lines of the types whose functions are shown: what they extend and implement."""
    numbers: set[int] = set()
    functions = [f for f in facts.functions if f.type is not None and f.span.first_line in shown]
    indices = {function.type for function in functions if function.type is not None}
    for declared in (facts.types[index] for index in indices):
        first = declared.span.first_line
        for number in range(first, min(first + _HEADER_LINES, declared.span.last_line + 1, len(lines) + 1)):
            numbers.add(number)
            if lines[number - 1].rstrip().endswith(("{", ":", ";")):
                break
    return joined(numbers, "the type around this code", 0)


def _imports(facts: SyntaxFacts, of_hunks: frozenset[str], count: int) -> list[Piece]:
    """Imports of what the hunks name, and of whole packages."""
    told = (i for i in facts.imports if not is_of_language(i.path))
    spans = [i.span for i in told if i.alias in of_hunks or i.path.endswith(".*")]
    numbers = {n for span in spans for n in range(span.first_line, min(span.last_line, span.first_line + 5, count) + 1)}
    return joined(numbers, "imports of what the diff names", 0)
