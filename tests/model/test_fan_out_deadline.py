"""What was answered before the time was up counts, and what was not says why."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from reviewer.core.problem import Problem
from reviewer.core.report import Usage
from reviewer.model.fan_out import Limits, fan_out
from reviewer.model.port import Exchange, ModelRequest


@dataclass(slots=True)
class Slow:
    """A model whose second answer takes longer than there is time; its clock moves with its answers."""

    now: float = 0.0
    answered: int = 0

    def clock(self) -> float:
        return self.now

    def review(self, request: ModelRequest, begun: Callable[[], None]) -> Exchange:
        begun()
        self.answered += 1
        self.now = 1.0 if self.answered == 1 else 1_000.0
        return Exchange(result=request.user, usage=Usage(requests=1))


def test_an_answer_that_came_in_time_counts_though_the_time_was_up_before_it_was_looked_at() -> None:
    model = Slow()
    requests = {
        name: ModelRequest(system_blocks=("s",), user=name, schema_name="review")
        for name in ("first", "second", "third")
    }
    limits = Limits(deadline=600.0, clock=model.clock, model="sonnet", max_output_tokens=100, workers=1, retries=0)
    fan = fan_out(requests, model, lambda text: text, limits)
    assert fan.outcomes["first"] == "first" and fan.usage.requests >= 1
    third = fan.outcomes["third"]
    assert isinstance(third, Problem) and "timeout-minutes" in third.message
