"""What every part of a run of the action needs."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from reviewer.app.action.events import EventFacts
from reviewer.app.action.inputs import ActionRun
from reviewer.app.action.runner_output import Runner
from reviewer.app.action.time_limit import TimeLimit

if TYPE_CHECKING:
    from reviewer.github.client import GitHubClient


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """One run: what was asked, what happened, where results go, and how long it may take."""

    given: ActionRun
    facts: EventFacts
    runner: Runner
    client: GitHubClient = field(repr=False)
    time: TimeLimit

    @property
    def is_dry(self) -> bool:
        """Whether nothing may be written to GitHub, by wish or because the mode has no token for it."""
        return self.given.flag("dry-run") or self.given.mode == "analyze"
