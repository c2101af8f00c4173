"""What belongs together becomes one request; no relevant hunk is lost on the way."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from reviewer.context.assign import with_hypotheses
from reviewer.context.budget import CHARS_PER_TOKEN, GROUP_TOKENS, UNIT_TOKENS, fit, hunk_cost, unit_cost
from reviewer.context.elsewhere import Elsewhere, index_of
from reviewer.context.redact import shown, shown_change_set
from reviewer.context.slices import slices_of
from reviewer.context.split import split_hunk
from reviewer.context.unit import ContextSlice, ReviewUnit, SetAside, UnitHunk, UnitPlan
from reviewer.core.change import ChangeSet, DiffLine, FileChange, Hunk
from reviewer.core.finding import Finding
from reviewer.core.span import Side
from reviewer.facts.syntax import SyntaxFacts

_HUNK_CHARS = UNIT_TOKENS * CHARS_PER_TOKEN * 2 // 3  # the rest is for the code around, facts and hypotheses
_LINE_CHARS = 4_000  # what is shown of a line that no request can hold
_GROUP_CHARS = GROUP_TOKENS * CHARS_PER_TOKEN


@dataclass(frozen=True, slots=True, kw_only=True)
class _Sources:
    """Everything that is shown beside the hunks, looked up by path."""

    change_set: ChangeSet
    facts_after: Mapping[str, SyntaxFacts]
    facts_before: Mapping[str, SyntaxFacts]
    facts_lines: Callable[[str], Sequence[str]]
    related: Sequence[ContextSlice]
    elsewhere: Elsewhere


def build_units(
    change_set: ChangeSet,
    relevant_hunks: Iterable[tuple[str, Hunk]],
    facts_after: Mapping[str, SyntaxFacts],
    facts_before: Mapping[str, SyntaxFacts],
    hypotheses: Sequence[Finding],
    facts_lines: Callable[[str], Sequence[str]],
    related: Sequence[ContextSlice],
) -> UnitPlan:
    """Units for (path, hunk) pairs of the change.

    Keys of `facts_after` are new paths, of `facts_before` old ones. `facts_lines(path)` gives the facts of a changed file,
    before and after, as lines. Everything is redacted here: pass the texts as they are.
    """
    shown_set = shown_change_set(change_set)
    sources = _Sources(
        change_set=shown_set,
        facts_after=facts_after,
        facts_before=facts_before,
        facts_lines=facts_lines,
        related=[replace(piece, text=shown(piece.text), why=shown(piece.why)) for piece in related],
        elsewhere=index_of(shown_set, facts_after, facts_before),
    )
    chunks: list[tuple[UnitHunk, ...]] = []
    set_aside: list[SetAside] = []
    for path, indices in _located(change_set, relevant_hunks).items():
        pieces, too_long = _pieces(sources, path, indices)
        set_aside += too_long
        chunks += _packed(pieces)
    units = [_with_elsewhere(_unit(group, sources), sources) for group in _grouped(chunks, sources)]
    numbered = [replace(unit, id=f"u{number}") for number, unit in enumerate(units, start=1)]
    units, unasked = with_hypotheses(numbered, hypotheses)
    return UnitPlan(units=tuple(units), set_aside=tuple(set_aside), unasked=tuple(unasked))


def _located(change_set: ChangeSet, hunks: Iterable[tuple[str, Hunk]]) -> dict[str, list[int]]:
    """Path -> positions of its relevant hunks. Raises ValueError for a hunk that the change does not have."""
    result: dict[str, list[int]] = {}
    for path, hunk in hunks:
        change = change_set.file(path)
        if change is None:
            raise ValueError(f"not a file of the change: {path}")
        positions = result.setdefault(change.path, [])
        index = change.hunks.index(hunk)
        if index not in positions:
            positions.append(index)
    return {path: sorted(indices) for path, indices in result.items()}


def _pieces(sources: _Sources, path: str, indices: Iterable[int]) -> tuple[list[UnitHunk], list[SetAside]]:
    """The hunks of a file, long ones in parts, and those with a line that no request can hold and that was cut."""
    change = _file(sources, path)
    after, before = (
        _starts(sources.facts_after.get(path)),
        _starts(sources.facts_before.get(change.path_on(Side.BEFORE))),
    )
    pieces: list[UnitHunk] = []
    set_aside: list[SetAside] = []
    for index in indices:
        hunk, longest = _without_giants(change.hunks[index])
        if longest:
            reason = f"a line of {longest} characters is too long to send; its first {_LINE_CHARS} were shown"
            set_aside.append(SetAside(path=path, index=index, reason=reason))
        parts = split_hunk(hunk, after, before, _HUNK_CHARS)
        old_path = change.old_path if change.old_path != path else None
        pieces += [UnitHunk(path=path, old_path=old_path, index=index, hunk=part) for part in parts]
    return pieces, set_aside


def _without_giants(hunk: Hunk) -> tuple[Hunk, int]:
    """The hunk with its giant lines cut visibly, and the length of the longest of them (0: there was none)."""
    longest = max((len(line.text) for line in hunk.lines), default=0)
    if longest <= _HUNK_CHARS - _LINE_CHARS:
        return hunk, 0
    return replace(hunk, lines=tuple(_without_rest(line) for line in hunk.lines)), longest


def _without_rest(line: DiffLine) -> DiffLine:
    rest = len(line.text) - _LINE_CHARS
    return line if rest <= 0 else replace(line, text=f"{line.text[:_LINE_CHARS]} [cut: {rest} characters more]")


def _file(sources: _Sources, path: str) -> FileChange:
    change = sources.change_set.file(path)
    assert change is not None  # _located has looked it up
    return change


def _starts(facts: SyntaxFacts | None) -> frozenset[int]:
    if facts is None:
        return frozenset()
    return frozenset(function.span.first_line for function in facts.functions if not function.is_lambda)


def _packed(pieces: Sequence[UnitHunk]) -> list[tuple[UnitHunk, ...]]:
    """Pieces of one file in order, as many together as one request can hold."""
    chunks: list[list[UnitHunk]] = []
    room = 0
    for piece in pieces:
        cost = hunk_cost(piece.hunk)
        if not chunks or cost > room:
            chunks.append([])
            room = _HUNK_CHARS
        chunks[-1].append(piece)
        room -= cost
    return [tuple(chunk) for chunk in chunks]


def _grouped(chunks: Sequence[tuple[UnitHunk, ...]], sources: _Sources) -> list[tuple[UnitHunk, ...]]:
    """Small files of one module share a request; a small change is one request altogether."""
    costs = [unit_cost(_unit(chunk, sources)) for chunk in chunks]
    everything = sum(costs) <= _GROUP_CHARS
    groups: list[tuple[UnitHunk, ...]] = []
    open_groups: dict[str, tuple[int, int]] = {}
    for chunk, cost in zip(chunks, costs, strict=True):
        module = "" if everything else _module(chunk[0].path)
        index, room = open_groups.get(module, (-1, 0))
        if cost <= room:
            groups[index] += chunk
            open_groups[module] = (index, room - cost)
            continue
        groups.append(chunk)
        if cost <= _GROUP_CHARS:
            open_groups[module] = (len(groups) - 1, _GROUP_CHARS - cost)
    return groups


def _module(path: str) -> str:
    """The build module, so that code and its resources meet; where nothing tells modules, the directory."""
    parts = path.split("/")
    if "src" in parts[:-1]:
        return "/".join(parts[: parts.index("src") + 1])
    return "/".join(parts[:-1])


def _unit(hunks: tuple[UnitHunk, ...], sources: _Sources) -> ReviewUnit:
    paths = tuple(dict.fromkeys(hunk.path for hunk in hunks))
    slices: list[ContextSlice] = []
    for path in paths:
        own = [piece.hunk for piece in hunks if piece.path == path]
        slices += slices_of(_file(sources, path), own, sources.facts_after.get(path))
    slices += [piece for piece in sources.related if _belongs(piece, paths)]
    facts = tuple(shown(line) for path in paths for line in sources.facts_lines(path))
    return fit(ReviewUnit(id="", paths=paths, hunks=hunks, slices=tuple(slices), fact_lines=facts))


def _with_elsewhere(unit: ReviewUnit, sources: _Sources) -> ReviewUnit:
    """Not part of what decides how units are grouped: what another unit is about would be counted twice."""
    return fit(replace(unit, slices=(*unit.slices, *sources.elsewhere.slices(unit.hunks, unit.slices))))


def _belongs(piece: ContextSlice, paths: Sequence[str]) -> bool:
    return piece.span.path not in paths and (not piece.for_paths or not set(piece.for_paths).isdisjoint(paths))
