"""What the requests of a run used, and what nobody could measure."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from reviewer.core.progress import Progress
from reviewer.core.report import Usage
from reviewer.model import models
from reviewer.model.fan_out import FanOut, Watch


@dataclass(slots=True)
class Bill:
    """Collects round by round. `unmetered_usd` is what unmeasured requests can have cost at most; None: not known."""

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
