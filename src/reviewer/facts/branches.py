"""Which branches of a method exclude each other and leave no other way."""

from __future__ import annotations

from collections.abc import Iterator

from reviewer.facts.steps import Path, branch
from reviewer.facts.syntax import BlockKind, JumpKind, SyntaxFacts

_LEAVING = (JumpKind.RETURN, JumpKind.THROW, JumpKind.CONTINUE)


def with_all_branches(syntax: SyntaxFacts, path: Path, holding: set[Path]) -> Iterator[Path]:
    """The path of a write, and the paths around it where every other branch has written too, or does not go on."""
    known = {*holding, path}
    yield path
    while path and path[-1].startswith("b"):
        others = _branches_with(syntax, int(path[-1][1:]))
        if not others or not all((*path[:-1], branch(b)) in known or _leaves(syntax, b) for b in others):
            return
        path = path[:-1]
        known.add(path)
        yield path


def _branches_with(syntax: SyntaxFacts, index: int) -> tuple[int, ...]:
    """All branches of the `if` with an `else`, or of the `switch`, that a branch belongs to; () when one may be missing."""
    one = syntax.blocks[index]
    beside = [
        b for b in syntax.blocks
        if b.kind is BlockKind.CONDITIONAL and b.parent == one.parent and b.function == one.function
    ]  # fmt: skip
    at = next((i for i, b in enumerate(beside) if b.index == index), None)
    if at is None:
        return ()
    first = last = at
    while first > 0 and beside[first].span.first_line - beside[first - 1].span.last_line <= 1:
        first -= 1
    while last + 1 < len(beside) and beside[last + 1].span.first_line - beside[last].span.last_line <= 1:
        last += 1
    for i in range(at, first - 1, -1) if one.detail else (first,):
        for j in range(max(at, i + 1), last + 1) if one.detail else (last,):
            if i < j and beside[i].detail == beside[j].detail:
                return tuple(b.index for b in beside[i : j + 1])
    return ()


def _leaves(syntax: SyntaxFacts, block: int) -> bool:
    return any(j.blocks[-1:] == (block,) and j.kind in _LEAVING for j in syntax.jumps)
