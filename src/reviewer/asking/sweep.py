"""Hunks that no signal recognises, in modules that stream: one cheap request, without context, asks which of them matter."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from reviewer.asking.answer import Hunk
from reviewer.asking.session import ModelSession
from reviewer.context.budget import hunk_cost
from reviewer.context.redact import shown_change_set
from reviewer.context.render import render_hunks
from reviewer.context.unit import UnitHunk
from reviewer.core.change import ChangeSet
from reviewer.core.change import Hunk as ChangedHunk
from reviewer.core.problem import Problem
from reviewer.model.port import ModelRequest
from reviewer.model.prompt import sweep_request
from reviewer.model.sweep import Sweep, parse_sweep

_CHARS = 60_000  # of hunks in one request: about 20,000 tokens
_REQUESTS = 6  # of one run
_LONGEST = 12_000  # of one hunk; more of it says nothing more about what it touches


@dataclass(frozen=True, slots=True, kw_only=True)
class Swept:
    """`named` hunks get a review, with the reason; `unnamed` were looked at and need none. The others were not looked at."""

    named: Mapping[Hunk, str] = field(default_factory=dict)
    unnamed: frozenset[Hunk] = frozenset()
    problems: tuple[Problem, ...] = ()


def sweep(session: ModelSession, hunks: Sequence[Hunk], change: ChangeSet) -> Swept:
    """Ask about hunks (path, index) of the change; nothing is asked when there are none."""
    batches = list(_batches(hunks, change))
    asked, left = batches[:_REQUESTS], batches[_REQUESTS:]
    fan = session.fan("Claude looks at hunks without a sign of streaming", _requests(asked, change), parse_sweep)
    named: dict[Hunk, str] = {}
    unnamed: set[Hunk] = set()
    problems = [_too_many(sum(map(len, left)))] if left else []
    for number, batch in enumerate(asked):
        outcome = fan.outcomes[f"sweep-{number}"]
        places = {f"s{n}": (piece.path, piece.index) for n, piece in enumerate(batch, start=1)}
        if isinstance(outcome, Sweep):
            named.update({places[item.id]: item.reason for item in outcome.named if item.id in places})
            unnamed.update(set(places.values()) - named.keys())
            problems += [Problem(step="sweep", subject="answer", message=why) for why in outcome.rejected]
        else:
            subject = ", ".join(dict.fromkeys(piece.path for piece in batch))
            message = f"Hunks without a streaming signal were not looked at: {outcome.message}"
            problems.append(Problem(step="sweep", subject=subject, message=message))
    return Swept(named=named, unnamed=frozenset(unnamed), problems=tuple(problems))


def sweep_requests(hunks: Sequence[Hunk], change: ChangeSet) -> list[ModelRequest]:
    """What would be sent."""
    return list(_requests(list(_batches(hunks, change))[:_REQUESTS], change).values())


def _requests(batches: Sequence[Sequence[UnitHunk]], change: ChangeSet) -> dict[str, ModelRequest]:
    return {
        f"sweep-{number}": sweep_request(render_hunks(batch, title=change.title))
        for number, batch in enumerate(batches)
    }


def _batches(hunks: Sequence[Hunk], change: ChangeSet) -> Iterator[list[UnitHunk]]:
    clean = shown_change_set(change)
    batch: list[UnitHunk] = []
    room = _CHARS
    for path, index in hunks:
        file = clean.file(path)
        if file is None or index < 0:
            continue
        piece = UnitHunk(path=path, old_path=None, index=index, hunk=_bounded(file.hunks[index]))
        if batch and hunk_cost(piece.hunk) > room:
            yield batch
            batch, room = [], _CHARS
        batch.append(piece)
        room -= hunk_cost(piece.hunk)
    if batch:
        yield batch


def _bounded(hunk: ChangedHunk) -> ChangedHunk:
    """The beginning of a giant hunk."""
    kept, room = [], _LONGEST
    for line in hunk.lines:
        room -= len(line.text) + 1
        if room < 0:
            break
        kept.append(line)
    return replace(hunk, lines=tuple(kept))


def _too_many(count: int) -> Problem:
    return Problem(
        step="sweep",
        subject="change",
        message=f"{count} hunks without a streaming signal are beyond what one run looks at.",
    )
