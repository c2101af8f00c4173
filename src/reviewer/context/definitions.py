"""Where a file defines what is referred to: the lines to show of it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from reviewer.context.piece import Piece
from reviewer.context.references import NAMED, NEAR, Reference
from reviewer.facts.syntax import Function, SyntaxFacts, TypeDeclaration

_TYPE_LINES = 60  # a type up to this many lines is shown whole
_BODY_LINES = 40
_HEAD_LINES = 6
_ACCESSOR_LINES = 5
_ACCESSOR = re.compile(r"(get|set|is|has)[A-Z_]")


def definitions(
    facts: SyntaxFacts, lines: Sequence[str], found: Iterable[Reference], *, members_only: bool = False
) -> list[Piece]:
    """Pieces of the file that define what is referred to, in the order of `found`; each heading once.

    With `members_only` neither a heading nor a short type as a whole.
    """
    pieces: list[Piece] = []
    headed: set[int] = set()
    for reference in found:
        owners = [t for t in facts.types if t.name == reference.type] if reference.type else []
        for owner in owners:
            members = list(_members(facts, owner, reference))
            if not members_only and (members or reference.weight >= NAMED):
                pieces += _of_type(lines, owner, reference, headed)
            pieces += members
        if not reference.type:
            functions = [f for f in facts.functions if f.name == reference.member and not f.is_lambda]
            pieces += [_body(function, reference.why) for function in _meant(functions, reference)]
    return [(first, min(last, len(lines)), why) for first, last, why in pieces if first <= len(lines)]


def _of_type(lines: Sequence[str], owner: TypeDeclaration, reference: Reference, headed: set[int]) -> Iterator[Piece]:
    """A short type whole; of a long one its first lines, once."""
    first, last = owner.span.first_line, owner.span.last_line
    if owner.index not in headed:
        headed.add(owner.index)
        why = f"`{owner.qualified}`, {reference.why}"
        yield first, last if last - first < _TYPE_LINES else _head(lines, first), why


def _members(facts: SyntaxFacts, owner: TypeDeclaration, reference: Reference) -> Iterator[Piece]:
    named = [f for f in facts.functions if _is_in(f, owner) and f.name in _names(reference, owner)]
    for function in _meant(named, reference):
        if not (reference.weight <= NEAR and _is_accessor(function)):
            yield _body(function, reference.why)
    for assignment in facts.assignments:
        if assignment.is_field and assignment.type == owner.index and assignment.target == reference.member:
            span, why = assignment.span, f"`{owner.qualified}.{reference.member}`, {reference.why}"
            yield span.first_line, min(span.last_line, span.first_line + _HEAD_LINES), why


def _meant(overloads: Sequence[Function], reference: Reference) -> Sequence[Function]:
    """Of overloads those that take as many arguments as the call has; all where none does, or it is not known."""
    fitting = [function for function in overloads if len(function.parameters) == reference.given]
    return fitting or overloads


def _is_accessor(function: Function) -> bool:
    """It says nothing that its name does not say."""
    lines = function.span.last_line - function.span.first_line + 1
    return lines <= _ACCESSOR_LINES and bool(_ACCESSOR.match(function.name))


def _is_in(function: Function, owner: TypeDeclaration) -> bool:
    return function.type == owner.index or function.qualified.startswith(f"{owner.qualified}.{function.name}")


def _names(reference: Reference, owner: TypeDeclaration) -> frozenset[str]:
    """A construction calls what the language calls a constructor."""
    if reference.member != owner.name:
        return frozenset({reference.member})
    return frozenset({owner.name, "__init__", "constructor", "new", "init", "<init>", f"New{owner.name}"})


def _body(function: Function, why: str) -> Piece:
    span = function.span
    return span.first_line, min(span.last_line, span.first_line + _BODY_LINES - 1), f"`{function.qualified}`, {why}"


def _head(lines: Sequence[str], first: int) -> int:
    """The last line of a declaration's head."""
    for number in range(first, min(first + _HEAD_LINES, len(lines) + 1)):
        if lines[number - 1].rstrip().endswith(("{", ":", ";")):
            return number
    return first
