"""Asking the model about units: side by side, in halves where a unit was too long, once more with the code it asked for."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from reviewer.context.halve import halves
from reviewer.context.serve import Served, serve
from reviewer.context.unit import ReviewUnit
from reviewer.core.problem import Problem
from reviewer.core.progress import SILENT, Progress
from reviewer.core.report import Usage
from reviewer.core.source import SourceReader
from reviewer.model import models
from reviewer.model.fan_out import FanOut, Limits, Watch, fan_out
from reviewer.model.port import ModelRequest, Reviewer
from reviewer.model.reply import Reply, parse_reply

_HALVINGS = 3  # a unit is asked about in at most eight pieces
_SERVED_UNITS = 10  # units of a run that may look something up


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """What became of a unit: its last answer (or the problem), the answer before it, and the files it was shown besides."""

    unit: ReviewUnit
    outcome: Reply | Problem
    earlier: Reply | None = None
    texts: Mapping[str, str] = field(default_factory=dict)


@dataclass(slots=True)
class Bill:
    """What the requests of a run used, and what nobody could measure."""

    usages: list[Usage] = field(default_factory=list)
    unmetered: int = 0
    unmetered_usd: float | None = 0.0

    def add(self, fan: FanOut[Any]) -> None:
        """Count one round."""
        self.usages.append(fan.usage)
        self.unmetered += fan.unmetered
        if self.unmetered_usd is not None:
            self.unmetered_usd = None if fan.unmetered_usd is None else self.unmetered_usd + fan.unmetered_usd

    @property
    def usage(self) -> Usage:
        """The sum."""
        return models.total(self.usages)

    def watch(self, progress: Progress, what: str, requests: int) -> Watch:
        """Tells of one round, with the cost of those before it."""
        spent = self.usage.cost_usd

        def told(out: int, back: int, cost: float | None) -> None:
            money = "cost unknown" if spent is None or cost is None else f"${spent + cost:.2f} so far"
            progress(what, back, requests, f"answers, {out} out, {money}")

        return told

    def notices(self) -> tuple[str, ...]:
        """What a reader of the costs has to know."""
        if not self.unmetered:
            return ()
        most = "" if self.unmetered_usd is None else f", by {self.unmetered_usd:.2f} USD at most"
        what = "One request" if self.unmetered == 1 else f"{self.unmetered} requests"
        return (f"{what} broke before the service said what was used: the cost may be higher than reported{most}.",)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rounds:
    """`request` renders a unit; its flag says that the unit is asked about for the second time."""

    reviewer: Reviewer
    limits: Limits
    request: Callable[[ReviewUnit, bool], ModelRequest]
    reader: SourceReader | None
    bill: Bill
    progress: Progress = SILENT

    def ask(self, units: Sequence[ReviewUnit]) -> list[Answered]:
        """One `Answered` for each unit, or for each of its pieces."""
        done: list[Answered] = []
        waiting = list(units)
        for halving in range(_HALVINGS + 1):
            again: list[ReviewUnit] = []
            outcomes, oversize = self._fan(waiting, again=False)
            for unit in waiting:
                pieces = halves(unit) if unit.id in oversize and halving < _HALVINGS else ()
                again += pieces
                done += [] if pieces else [Answered(unit=unit, outcome=outcomes[unit.id])]
            waiting = again
            if not waiting:
                break
        return self._served(done)

    def _served(self, answers: Sequence[Answered]) -> list[Answered]:
        """Answers that asked for code get it, once. A second answer that fails leaves the first one standing."""
        found: dict[str, Served] = {}
        for answer in answers:
            if isinstance(answer.outcome, Reply) and answer.outcome.needs and len(found) < _SERVED_UNITS:
                served = serve(answer.unit, answer.outcome.needs, self.reader) if self.reader is not None else None
                if served is not None:
                    found[answer.unit.id] = served
        outcomes, _ = self._fan([served.unit for served in found.values()], again=True)
        result: list[Answered] = []
        for answer in answers:
            second = outcomes.get(answer.unit.id)
            if isinstance(second, Reply) and isinstance(answer.outcome, Reply):
                served = found[answer.unit.id]
                answer = Answered(unit=served.unit, outcome=second, earlier=answer.outcome, texts=served.texts)
            result.append(answer)
        return result

    def _fan(self, units: Sequence[ReviewUnit], *, again: bool) -> tuple[Mapping[str, Reply | Problem], frozenset[str]]:
        requests = {unit.id: self.request(unit, again) for unit in units}
        what = "Claude reads the code it asked for" if again else "Claude reviews"
        watch = self.bill.watch(self.progress, what, len(requests))
        fan = fan_out(requests, self.reviewer, parse_reply, self.limits, watch)
        self.bill.add(fan)
        return fan.outcomes, fan.oversize
