"""Briefs as one block of the system prompt, within a budget. The same briefs and rules give the same bytes."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from reviewer.model.briefs.brief import Brief, Fact, come_along, in_order

MAX_CHARS = 5_250  # 1,500 tokens
_IDS_CHARS = 350  # kept free of facts, for ids; they take what else is left
_MORE = ("Further ids for `rule_id`: ", ".")
_WEIGHTIEST = 4
_HEAD = (
    "# What decides here\n\n"
    "Facts about the clients and versions at hand, each as risk: fact. A name in brackets is the id of that risk, for `rule_id`."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class RiskAtHand:
    """A rule: its id and the technologies that it is about."""

    id: str
    technologies: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Briefing:
    """`text` is the block. `left_out` says how many facts of which brief, and which ids of rules, had no room."""

    text: str
    left_out: Mapping[str, int]
    ids_left_out: tuple[str, ...] = ()


def render_briefs(briefs: Collection[Brief], rules: Iterable[RiskAtHand]) -> Briefing:
    """The facts that fit, the most specific first, with the ids of their rules and of the others of these technologies."""
    technologies = {name for brief in briefs for name in brief.rules}
    decided = {name for brief in briefs for fact in brief.facts for name in fact.risks}
    wanted = (r for r in rules if r.id in decided or not technologies.isdisjoint(r.technologies))
    ids = sorted(rule.id for rule in wanted)
    kept = {brief: len(brief.facts) for brief in in_order(briefs)}
    while len(_text(kept, _NO_IDS)) > MAX_CHARS - _IDS_CHARS:
        kept[_shortened(kept)] -= 1
    told = _told_ids(kept, ids, MAX_CHARS - len(_text(kept, _NO_IDS)))
    offered = {*told.more, *(name for names in told.by_fact.values() for name in names)}
    return Briefing(
        text=_text(kept, told), left_out=_left_out(kept), ids_left_out=tuple(name for name in ids if name not in offered)
    )  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class _Ids:
    """Ids behind a fact, by its text, and those that no fact that is told carries."""

    by_fact: Mapping[str, Sequence[str]]
    more: Sequence[str]


_NO_IDS = _Ids(by_fact={}, more=())


def _told_ids(kept: Mapping[Brief, int], ids: Sequence[str], room: int) -> _Ids:
    """The ids that there is room for: of each fact the first, then its others, at last those of no fact."""
    facts = [fact for brief, count in kept.items() for fact in brief.facts[:count]]
    by_fact: dict[str, list[str]] = {}
    waiting = set(ids)
    for is_first in (True, False):
        for fact in facts:
            for name in fact.risks:
                own = by_fact.get(fact.text, [])
                cost = len(name) + (2 if own else 3)
                if name in waiting and cost <= room and not (is_first and own):
                    by_fact.setdefault(fact.text, []).append(name)
                    waiting.discard(name)
                    room -= cost
    carried = {name for fact in facts for name in fact.risks}
    more: list[str] = []
    room -= len("".join(_MORE)) + 2
    for name in (name for name in ids if name in waiting and name not in carried):
        room -= len(name) + 4
        if room < 0:
            break
        more.append(name)
    return _Ids(by_fact=by_fact, more=more)


def _shortened(kept: Mapping[Brief, int]) -> Brief:
    """The brief that loses its last fact: of what only comes along the last; then the longest of the least specific kind
    that has more than its weightiest facts; then the longest."""
    along = come_along(kept)
    if spare := [brief for brief, count in kept.items() if count and brief.technology in along]:
        return spare[-1]
    long = [brief for brief, count in kept.items() if count > _WEIGHTIEST]
    least = [brief for brief in long if brief.kind == long[-1].kind] or list(kept)
    return max(reversed(least), key=lambda brief: kept[brief])


def _text(kept: Mapping[Brief, int], ids: _Ids) -> str:
    parts = [_HEAD]
    for brief, count in kept.items():
        if count:
            parts.append("\n".join([f"## {brief.covers}", *(_line(fact, ids) for fact in brief.facts[:count])]))
    if ids.more:
        parts.append(", ".join(f"`{name}`" for name in ids.more).join(_MORE))
    if left_out := _left_out(kept):
        parts.append(f"Facts left out for length: {', '.join(f'{name} {count}' for name, count in left_out.items())}.")
    return "\n\n".join(parts)


def _line(fact: Fact, ids: _Ids) -> str:
    """An id stands where it first fits; ids without a rule are not offered."""
    own = ids.by_fact.get(fact.text, ())
    return f"- {fact.text}" + (f" [{', '.join(own)}]" if own else "")


def _left_out(kept: Mapping[Brief, int]) -> dict[str, int]:
    return {brief.technology: left for brief, count in kept.items() if (left := len(brief.facts) - count)}
