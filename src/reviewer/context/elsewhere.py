"""What a unit's changed lines refer to, and where they stood before, in files of the change that another unit is about."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath

from reviewer.context.budget import slice_cost
from reviewer.context.definitions import definitions
from reviewer.context.moved_from import fitted, moved_slices
from reviewer.context.piece import Piece, disjoint
from reviewer.context.references import NAMED, Reference, references
from reviewer.context.unit import ContextSlice, UnitHunk
from reviewer.core.change import ChangeSet, FileChange
from reviewer.core.span import Side, Span
from reviewer.facts.syntax import SyntaxFacts
from reviewer.files import is_test

_CHARS = 5_000  # of a unit


@dataclass(frozen=True, slots=True, kw_only=True)
class Elsewhere:
    """What the files of a change define, by name. The texts of `change_set` are what is shown of them."""

    change_set: ChangeSet
    after: Mapping[str, SyntaxFacts]
    before: Mapping[str, SyntaxFacts]
    types: Mapping[str, Sequence[str]]
    functions: Mapping[str, Sequence[str]]

    def slices(self, hunks: Sequence[UnitHunk], shown: Iterable[ContextSlice]) -> list[ContextSlice]:
        """Where added lines stood before, then the definitions that the hunks refer to, nearest first, without lines that the unit shows already."""
        seen: dict[str, set[int]] = defaultdict(set)
        for piece in hunks:
            seen[piece.path] |= piece.hunk.numbers(Side.AFTER)
        for slice_ in shown:
            seen[slice_.span.path] |= set(range(slice_.span.first_line, slice_.span.last_line + 1))
        room = _CHARS
        result: list[ContextSlice] = []
        for piece_ in moved_slices(self.change_set, hunks, self.before):
            moved = fitted(piece_, room)
            if moved is not None:
                room -= slice_cost(moved)
                result.append(moved)
        for path in dict.fromkeys(piece.path for piece in hunks):
            for there, found in self._targets(path, hunks).items():
                for piece_ in self._pieces(path, there, found, seen[there]):
                    if slice_cost(piece_) <= room:
                        room -= slice_cost(piece_)
                        result.append(piece_)
                        if piece_.span.side is Side.AFTER:
                            seen[there] |= set(range(piece_.span.first_line, piece_.span.last_line + 1))
        return result

    def _targets(self, path: str, hunks: Sequence[UnitHunk]) -> dict[str, list[Reference]]:
        """File -> what is referred to there; a name that several files define is not known to mean one of them."""
        change = self.change_set.file(path)
        if change is None:
            return {}
        facts = {Side.AFTER: self.after.get(path), Side.BEFORE: self.before.get(change.path_on(Side.BEFORE))}
        result: dict[str, list[Reference]] = defaultdict(list)
        for found in references(change, [piece.hunk for piece in hunks if piece.path == path], facts):
            places = self.types.get(found.type, ()) if found.type else self.functions.get(found.member, ())
            main = places if is_test(path) else [place for place in places if not is_test(place)]
            if found.weight >= NAMED and len(main) == 1 and main[0] != path:
                result[main[0]].append(found)
        return result

    def _pieces(self, user: str, path: str, found: Sequence[Reference], seen: Iterable[int]) -> list[ContextSlice]:
        """What is there after the change; of members that it takes away, what was there before."""
        change = self.change_set.file(path)
        if change is None or change.after is None:
            return []
        after, before = self.after[path], self.before.get(change.path_on(Side.BEFORE))
        names = {function.name for function in after.functions}
        gone = [item for item in found if item.type and item.member and item.member not in names | {item.type}]
        hidden = [(number, number, "") for number in sorted(seen)]
        pieces = disjoint([*hidden, *definitions(after, change.after.split("\n"), found)])
        result = [_slice(change, Side.AFTER, piece, user) for piece in pieces if piece[2]]
        if before is not None and change.before is not None:
            old = definitions(before, change.before.split("\n"), gone, members_only=True)
            result += [_slice(change, Side.BEFORE, piece, user) for piece in disjoint(old)]
        return result


def _slice(change: FileChange, side: Side, piece: Piece, user: str) -> ContextSlice:
    first, last, why = piece
    gone = ", gone after the change" if side is Side.BEFORE else ""
    return ContextSlice(
        text="\n".join((change.text(side) or "").split("\n")[first - 1 : last]), for_paths=(user,),
        why=f"{why} of {PurePosixPath(user).name}{gone}",
        span=Span(path=change.path_on(side), side=side, first_line=first, last_line=last),
    )  # fmt: skip


def index_of(
    change_set: ChangeSet, after: Mapping[str, SyntaxFacts], before: Mapping[str, SyntaxFacts]
) -> Elsewhere:  # fmt: skip
    """Read once for a change."""
    types: dict[str, list[str]] = defaultdict(list)
    functions: dict[str, list[str]] = defaultdict(list)
    for path, facts in after.items():
        for name in {declared.name for declared in facts.types}:
            types[name].append(path)
        for name in {function.name for function in facts.functions if not function.is_lambda}:
            functions[name].append(path)
    return Elsewhere(change_set=change_set, after=after, before=before, types=types, functions=functions)
