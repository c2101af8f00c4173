"""What is chained to an operator, or said of the variable that keeps it."""

from __future__ import annotations

from collections.abc import Iterator

from reviewer.facts.streaming.follow import Step, at, flat
from reviewer.facts.streaming.names import Names
from reviewer.facts.syntax import BlockKind, Call

_SOMETIMES = (BlockKind.CONDITIONAL, BlockKind.LOOP)


def following(names: Names, call: Call, stops: frozenset[str]) -> Iterator[Step]:
    """The calls behind an operator up to the next operator (`stops`, flat names): of the chain, and of the chains of its variable."""
    taken = [call]
    while (after := names.syntax.next_of(taken[-1])) is not None:
        if flat(after.name) in stops:
            return
        taken.append(after)
        yield Step(call=after, place=at(names, after))
    holder = taken[-1].result_name
    if holder:
        yield from _on_variable(names, holder, call, stops)


def _on_variable(names: Names, holder: str, call: Call, stops: frozenset[str]) -> Iterator[Step]:
    outer = {b for b in call.blocks if names.syntax.blocks[b].kind in _SOMETIMES}
    for other in names.syntax.calls:
        if other.receiver != holder or other.function != call.function or other.receiver_call is not None:
            continue
        blocks = {b for b in other.blocks if names.syntax.blocks[b].kind in _SOMETIMES}
        for link in (other, *names.syntax.continued(other)):
            if flat(link.name) in stops:
                break
            yield Step(call=link, place=at(names, link), certain=blocks <= outer)
