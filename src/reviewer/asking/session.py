"""What all steps of the model's part share: the model behind its port, the words around a unit, the limits, the bill."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

from reviewer.asking.bill import Bill
from reviewer.context.render import render_earlier, render_judged, render_more, render_suspected, render_unit
from reviewer.context.unit import ReviewUnit
from reviewer.core.finding import Finding
from reviewer.core.problem import Problem
from reviewer.core.progress import SILENT, Progress
from reviewer.core.source import SourceReader
from reviewer.facts.delta import Delta
from reviewer.model.agent_prompt import AgentPrompt
from reviewer.model.briefs.gather import briefs_of
from reviewer.model.briefs.render import RiskAtHand, render_briefs
from reviewer.model.fan_out import FanOut, Limits, fan_out
from reviewer.model.port import ModelRequest, Reviewer
from reviewer.model.prompt import Team, again_request, review_request, review_system, second_opinion_request
from reviewer.rules.registry import all_rules

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class ToJudge:
    """Findings of a unit for the second reader.

    `first` is the unit as it was first asked about, `looked` with what the second look showed, `unit` with all that is shown now.
    `earlier` are the findings of the first answer, when there was a second look.
    """

    first: ReviewUnit
    looked: ReviewUnit
    unit: ReviewUnit
    earlier: Sequence[object]
    findings: Sequence[Finding]


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelSession:
    """One run's model. `name` is its id.

    `reader` serves what the model asks to see (None: nothing is served). With `show`, requests are written there instead of
    being sent; `body` gives a request as it goes over the wire. `close` gives back what the model holds.
    """

    name: str
    reviewer: Reviewer
    agent: AgentPrompt
    team: Team
    limits: Limits
    body: Callable[[ModelRequest], Mapping[str, Any]]
    reader: SourceReader | None = None
    second_opinion: bool = True
    show: Callable[[str], object] | None = field(default=None)
    close: Callable[[], None] = field(default=lambda: None)
    bill: Bill = field(default_factory=Bill)
    progress: Progress = SILENT

    def fan(self, what: str, requests: Mapping[str, ModelRequest], parse: Callable[[str], T | Problem]) -> FanOut[T]:
        """Ask side by side, tell `what` goes on, and put it on the bill."""
        watch = self.bill.watch(self.progress, what, len(requests))
        fan = fan_out(requests, self.reviewer, parse, self.limits, watch)
        self.bill.add(fan)
        return fan

    def reviews(self, units: Sequence[ReviewUnit], delta: Delta) -> dict[str, ModelRequest]:
        """The first request of each unit, by its id."""
        return {unit.id: self._first(unit, delta) for unit in units}

    def again(
        self, looked: Mapping[str, tuple[ReviewUnit, ReviewUnit, Sequence[Finding]]], delta: Delta
    ) -> dict[str, ModelRequest]:
        """The second look: by unit, the unit, the unit with what it asked for, and the findings of the first answer."""
        return {
            name: again_request(
                self._first(unit, delta), render_more(unit, extended), render_earlier(found),
                is_judged=self._is_judged(found), is_found=len(extended.slices) > len(unit.slices),
            )
            for name, (unit, extended, found) in looked.items()
        }  # fmt: skip

    def opinions(self, judged: Mapping[str, ToJudge], delta: Delta) -> dict[str, ModelRequest]:
        """A request for the second reader's word on the findings of each unit, by the unit's id."""
        return {
            name: second_opinion_request(
                self._first(one.first, delta), render_more(one.first, one.looked),
                render_judged(one.looked, one.unit, one.findings), keeps_more=self._is_judged(one.earlier),
            )
            for name, one in judged.items()
        }  # fmt: skip

    def _first(self, unit: ReviewUnit, delta: Delta) -> ModelRequest:
        change = delta.change_set
        system = review_system(self.agent, self.team, briefs_at_hand(delta, unit.paths))
        text = render_unit(unit, title=change.title, description=change.description)
        return review_request(system, text, render_suspected(unit))

    def _is_judged(self, earlier: Sequence[object]) -> bool:
        """Whether the code of a second look is worth writing to the cache: only then is there mostly something to judge."""
        return self.second_opinion and bool(earlier)


def briefs_at_hand(delta: Delta, paths: Collection[str]) -> str:
    """What decides in the technologies of these files: the same bytes for the same technologies, so that the prefix is cached."""
    risks = [RiskAtHand(id=rule.id, technologies=rule.technologies) for rule in all_rules()]
    return render_briefs(briefs_of(delta, paths), risks).text
