"""What all steps of the model's part share: the model behind its port, the words around a unit, the limits, the bill."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

from reviewer.asking.bill import Bill
from reviewer.context.render import render_more, render_second_opinion, render_unit
from reviewer.context.unit import ReviewUnit
from reviewer.core.change import ChangeSet
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
from reviewer.model.prompt import Team, review_request, review_system, second_opinion_request, second_opinion_system
from reviewer.rules.registry import all_rules

T = TypeVar("T")


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

    def reviews(
        self, units: Sequence[ReviewUnit], delta: Delta, again: Mapping[str, tuple[ReviewUnit, Sequence[Finding]]] | None = None
    ) -> dict[str, ModelRequest]:  # fmt: skip
        """A request for each unit, by its id. `again` has, by unit, the unit with what was asked for and the findings of the answer before."""
        change = delta.change_set
        found: dict[str, ModelRequest] = {}
        for unit in units:
            system = review_system(self.agent, self.team, briefs_at_hand(delta, unit.paths))
            text = render_unit(unit, title=change.title, description=change.description)
            more = render_more(unit, *again[unit.id]) if again is not None else ""
            found[unit.id] = review_request(system, text, more=more)
        return found

    def opinions(
        self, judged: Mapping[str, tuple[ReviewUnit, Sequence[Finding]]], change: ChangeSet
    ) -> dict[str, ModelRequest]:
        """A request for the second reader's word on the findings of each unit, by the unit's id."""
        system = second_opinion_system(self.agent, self.team)
        words = {"title": change.title, "description": change.description}
        return {
            name: second_opinion_request(system, render_second_opinion(unit, findings, **words))
            for name, (unit, findings) in judged.items()
        }


def briefs_at_hand(delta: Delta, paths: Collection[str]) -> str:
    """What decides in the technologies of these files: the same bytes for the same technologies, so that the prefix is cached."""
    risks = [RiskAtHand(id=rule.id, technologies=rule.technologies) for rule in all_rules()]
    return render_briefs(briefs_of(delta, paths), risks).text
