"""A labelled change, whichever file it was written in."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from pydantic import Field

from reviewer.app.evaluate.deploy import DeployLabels
from reviewer.app.evaluate.scoring import Label
from reviewer.app.settings_file import Strict
from reviewer.rules.examples import ExampleFile

Category = Literal[
    "data-loss", "ordering", "state-consistency", "duplicates", "schema", "performance", "operations"
]  # fmt: skip
Weight = Literal["critical", "high", "medium", "low"]
Kind = Literal["risky", "harmless", "unrelated"]
Needs = Literal["rules", "model"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One change, with the dangers that a careful reader finds in it.

    It is `files`, both versions of a small tree; or `change`, a unified diff over the tree in `repository`; or what `head` changes
    against `base` in that git repository. `family` is a number of the families in docs/evaluation.md, None where nobody said.
    `needs` says who can tell the danger: rules, from facts alone, or a model; None for a harmless change. `deploy` is what happens on deploy.
    """

    name: str
    technology: str
    language: str
    kind: Kind
    repository: Path | None = None
    change: Path | None = None
    base: str | None = None
    head: str | None = None
    files: tuple[ExampleFile, ...] = ()
    labels: tuple[Label, ...] = ()
    family: int | None = None
    needs: Needs | None = None
    deploy: DeployLabels = field(default_factory=DeployLabels)


class Expected(Strict):
    """A label as it is written."""

    category: Category
    also: tuple[Category, ...] = ()
    path: str
    side: Literal["RIGHT", "LEFT"] = "RIGHT"
    line: int = Field(ge=1)
    last_line: int | None = None
    severity: Weight | None = None

    def label(self) -> Label:
        """The label that is scored."""
        return Label(
            categories=(self.category, *self.also), path=self.path, side=self.side, first_line=self.line,
            last_line=max(self.line, self.last_line or self.line), severity=self.severity or "",
        )  # fmt: skip
