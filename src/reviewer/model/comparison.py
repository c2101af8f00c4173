"""The structured answer that compares the findings of one review: the same danger, or dangers that exclude each other."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel, ConfigDict

from reviewer.core.problem import Problem
from reviewer.model.reply import cut, each, parse_object
from reviewer.model.schema import closed_schema


@dataclass(frozen=True, slots=True, kw_only=True)
class Same:
    """Findings that are one danger; `cause` is the id of the one that stays."""

    ids: tuple[str, ...]
    cause: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Exclusive:
    """Findings that can't both be true; `stands` is None when the quoted lines don't decide."""

    ids: tuple[str, ...]
    stands: str | None
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """A parsed answer. `rejected` says of every item that was unusable why."""

    same: tuple[Same, ...]
    exclusive: tuple[Exclusive, ...]
    rejected: tuple[str, ...] = ()


class _Closed(BaseModel):
    model_config = ConfigDict(extra="ignore")  # as in `reply`: the schema is closed, the reading of it is not


class _Same(_Closed):
    ids: list[str]
    cause: str
    reason: str


class _Exclusive(_Closed):
    ids: list[str]
    stands: str | None
    reason: str


class _Comparison(_Closed):
    same: list[_Same]
    exclusive: list[_Exclusive]


def schema() -> dict[str, Any]:
    """The closed JSON schema of the answer."""
    return closed_schema(_Comparison)


def parse_comparison(text: str) -> Comparison | Problem:
    """The groups, item by item; a Problem when it is no answer at all."""
    body = parse_object(text, "same")
    if isinstance(body, Problem):
        return body
    rejected: list[str] = []
    same = each(body["same"], _Same, _same, "group", 100, rejected)
    exclusive = each(body.get("exclusive", []), _Exclusive, _exclusive, "pair", 100, rejected)
    return Comparison(same=same, exclusive=exclusive, rejected=tuple(rejected))


def _same(item: _Same) -> Same:
    if item.cause not in item.ids or len(set(item.ids)) < 2:
        raise ValueError("a group needs two findings, and its cause among them")
    return Same(ids=tuple(dict.fromkeys(item.ids)), cause=item.cause, reason=cut(item.reason, 400))


def _exclusive(item: _Exclusive) -> Exclusive:
    if len(set(item.ids)) < 2 or (item.stands is not None and item.stands not in item.ids):
        raise ValueError("a pair needs two findings, and the one that stands among them")
    return Exclusive(ids=tuple(dict.fromkeys(item.ids)), stands=item.stands, reason=cut(item.reason, 400))
