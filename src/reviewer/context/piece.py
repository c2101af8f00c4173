"""Runs of lines with the reason why they are shown."""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator, Sequence

Piece = tuple[int, int, str]  # first line, last line, why
_LINE_OVERHEAD = 16
_NEAR = 2  # lines between two runs that cost less than a heading


def piece_cost(lines: Sequence[str], pieces: Iterable[Piece]) -> int:
    """Characters that the pieces of a file take in a request, about."""
    return sum(
        80 + len(why) + sum(len(line) + _LINE_OVERHEAD for line in lines[first - 1 : last])
        for first, last, why in pieces
    )


def joined(numbers: Iterable[int], why: str, gap: int = _NEAR) -> list[Piece]:
    """Some lines as few runs: what is not more than `gap` lines apart goes together."""
    result: list[Piece] = []
    for number in sorted(set(numbers)):
        if result and number <= result[-1][1] + 1 + gap:
            result[-1] = (result[-1][0], number, why)
        else:
            result.append((number, number, why))
    return result


def disjoint(wanted: Iterable[Piece]) -> list[Piece]:
    """The pieces in their order of importance, each line shown once; neighbours of one kind are joined."""
    taken: set[int] = set()
    result: list[Piece] = []
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


def without(piece: Piece, lines: Container[int]) -> list[Piece]:
    """The runs of a piece that are left without some lines."""
    first, last, why = piece
    return [(start, end, why) for start, end in _runs([n for n in range(first, last + 1) if n not in lines])]


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
