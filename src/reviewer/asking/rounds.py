"""Asking the model about units: side by side, in halves where a unit was too long, once more with the code it asked for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from reviewer.asking.order import riskiest_first
from reviewer.asking.session import ModelSession
from reviewer.context.halve import halves
from reviewer.context.serve import Served, serve
from reviewer.context.shelf import Shelf
from reviewer.context.unit import ReviewUnit
from reviewer.core.problem import Problem
from reviewer.core.report import Served as Record
from reviewer.facts.delta import Delta
from reviewer.model.candidate import to_finding
from reviewer.model.reply import Reply, parse_reply
from reviewer.rules.registry import rule_ids

_HALVINGS = 3  # a unit is asked about in at most eight pieces
_SERVED_UNITS = 60  # units of a run that may look something up; what it costs is bounded by the ceiling


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """What became of a unit: its last answer (or the problem), the answer before it, and the files it was shown besides.

    `unit` has all that was shown; `first` is the unit as it was first asked about, `looked` as the second look showed it; None: as `unit`.
    """

    unit: ReviewUnit
    outcome: Reply | Problem
    earlier: Reply | None = None
    first: ReviewUnit | None = None
    looked: ReviewUnit | None = None
    texts: Mapping[str, str] = field(default_factory=dict)
    served: tuple[Record, ...] = ()


def ask_units(
    session: ModelSession, units: Sequence[ReviewUnit], delta: Delta, shelf: Shelf | None = None
) -> list[Answered]:
    """One `Answered` for each unit, or for each of its pieces. Without a `shelf` nothing is looked up."""
    done: list[Answered] = []
    waiting = riskiest_first(units)
    for halving in range(_HALVINGS + 1):
        again: list[ReviewUnit] = []
        fan = session.fan("Claude reviews", session.reviews(waiting, delta), parse_reply)
        outcomes, oversize = fan.outcomes, fan.oversize
        for unit in waiting:
            pieces = halves(unit) if unit.id in oversize and halving < _HALVINGS else ()
            again += pieces
            done += [] if pieces else [Answered(unit=unit, outcome=outcomes[unit.id])]
        waiting = again
        if not waiting:
            break
    return _served(session, done, delta, shelf) if shelf is not None else done


def _served(session: ModelSession, answers: Sequence[Answered], delta: Delta, shelf: Shelf) -> list[Answered]:
    """Answers that asked for code get it, once. A second answer that fails leaves the first one standing."""
    found: dict[str, Served] = {}
    for answer in answers:
        if isinstance(answer.outcome, Reply) and answer.outcome.needs and len(found) < _SERVED_UNITS:
            served = serve(answer.unit, answer.outcome.needs, shelf)
            if served is not None:
                found[answer.unit.id] = served
    earlier = {
        answer.unit.id: [to_finding(item, delta.change_set, rule_ids()) for item in answer.outcome.findings]
        for answer in answers
        if answer.unit.id in found and isinstance(answer.outcome, Reply)
    }
    asked = [answer.unit for answer in answers if answer.unit.id in found]
    again = session.again({unit.id: (unit, found[unit.id].unit, earlier[unit.id]) for unit in asked}, delta)
    outcomes = session.fan("Claude reads the code it asked for", again, parse_reply).outcomes
    result: list[Answered] = []
    for answer in answers:
        second = outcomes.get(answer.unit.id)
        if isinstance(second, Reply) and isinstance(answer.outcome, Reply):
            served = found[answer.unit.id]
            answer = Answered(
                unit=served.unit,
                outcome=second,
                earlier=answer.outcome,
                first=answer.unit,
                looked=served.unit,
                texts=served.texts,
                served=served.records,
            )
        result.append(answer)
    return result
