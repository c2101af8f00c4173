"""The structured answer of the sweep: which hunks, that no signal recognises, need a review after all."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel, ConfigDict

from reviewer.core.problem import Problem
from reviewer.model.reply import cut, each, parse_object
from reviewer.model.schema import closed_schema


@dataclass(frozen=True, slots=True, kw_only=True)
class Named:
    """A hunk to review, by the id under which it was shown, and why."""

    id: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Sweep:
    """A parsed answer. `rejected` says of every item that was unusable why."""

    named: tuple[Named, ...]
    rejected: tuple[str, ...] = ()


class _Closed(BaseModel):
    model_config = ConfigDict(extra="ignore")  # as in `reply`: the schema is closed, the reading of it is not


class _Named(_Closed):
    id: str
    reason: str


class _Sweep(_Closed):
    review: list[_Named]


def schema() -> dict[str, Any]:
    """The closed JSON schema of the answer."""
    return closed_schema(_Sweep)


def parse_sweep(text: str) -> Sweep | Problem:
    """The named hunks, item by item; a Problem when it is no answer at all."""
    body = parse_object(text, "review")
    if isinstance(body, Problem):
        return body
    rejected: list[str] = []
    named = each(body["review"], _Named, _named, "hunk", 1_000, rejected)
    return Sweep(named=named, rejected=tuple(rejected))


def _named(item: _Named) -> Named:
    return Named(id=item.id.strip(), reason=cut(item.reason, 200))
