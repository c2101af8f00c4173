"""Briefs as one block of the system prompt, within a budget. The same briefs and rules give the same bytes."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from reviewer.model.briefs.brief import Brief, Fact, come_along, in_order

MAX_CHARS = 6_600  # 1,890 tokens, with room for the newer tokenizers
_MORE_IDS_CHARS = 500
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
    while len(text := _text(kept, ids)) > MAX_CHARS:
        kept[_shortened(kept)] -= 1
    _, untold = _more_ids(kept, ids)
    return Briefing(text=text, left_out=_left_out(kept), ids_left_out=tuple(untold))


def _shortened(kept: Mapping[Brief, int]) -> Brief:
    """The brief that loses its last fact: of what only comes along the last; then the longest of the least specific kind
    that has more than its weightiest facts; then the longest."""
    along = come_along(kept)
    if spare := [brief for brief, count in kept.items() if count and brief.technology in along]:
        return spare[-1]
    long = [brief for brief, count in kept.items() if count > _WEIGHTIEST]
    least = [brief for brief in long if brief.kind == long[-1].kind] or list(kept)
    return max(reversed(least), key=lambda brief: kept[brief])


def _text(kept: Mapping[Brief, int], ids: Sequence[str]) -> str:
    parts = [_HEAD]
    waiting = set(ids)
    for brief, count in kept.items():
        if count:
            parts.append("\n".join([f"## {brief.covers}", *(_line(fact, waiting) for fact in brief.facts[:count])]))
    more, _ = _more_ids(kept, ids)
    if more:
        parts.append("Further ids for `rule_id`: " + ", ".join(f"`{name}`" for name in more) + ".")
    if left_out := _left_out(kept):
        parts.append(f"Facts left out for length: {', '.join(f'{name} {count}' for name, count in left_out.items())}.")
    return "\n\n".join(parts)


def _line(fact: Fact, waiting: set[str]) -> str:
    """An id stands where it first fits; ids without a rule are not offered."""
    own = [name for name in fact.risks if name in waiting]
    waiting.difference_update(own)
    return f"- {fact.text}" + (f" [{', '.join(own)}]" if own else "")


def _more_ids(kept: Mapping[Brief, int], ids: Sequence[str]) -> tuple[list[str], list[str]]:
    """Ids that no kept line carries: those that fit, and those that don't."""
    carried = {name for brief, count in kept.items() for fact in brief.facts[:count] for name in fact.risks}
    fitting: list[str] = []
    untold: list[str] = []
    room = _MORE_IDS_CHARS
    for name in (name for name in ids if name not in carried):
        room -= len(name) + 4
        (fitting if room >= 0 else untold).append(name)
    return fitting, untold


def _left_out(kept: Mapping[Brief, int]) -> dict[str, int]:
    return {brief.technology: left for brief, count in kept.items() if (left := len(brief.facts) - count)}
