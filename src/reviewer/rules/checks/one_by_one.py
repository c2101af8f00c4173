"""Sends that were waited for together and are waited for one after the other."""

from __future__ import annotations

import re
from collections.abc import Iterator

from reviewer.facts.delta import Delta
from reviewer.facts.same_functions import Body
from reviewer.facts.syntax import BlockKind, Call, ResultUse

_TOGETHER = re.compile(
    r"(?i)_*(when_?all|wait_?all|all|all_?settled|gather|(try_)?join_?all|as_?completed|run_?all|wait_?for_?all)$"
)
_SENDS = re.compile(r"(?i)_*(send|produce|publish|emit)(?!er|ed|ing)")


def one_by_one(delta: Delta) -> Iterator[tuple[str, Call, Call]]:
    """The function, the send that is awaited in its loop, and what waited for all of them."""
    for same in delta.same_functions():
        together = next((c for c in same.was.calls if _waits(c)), None)
        if together is None or any(map(_waits, same.now.calls)):
            continue
        loose = {c.name for c in same.was.calls if _SENDS.match(c.name) and c.result is not ResultUse.AWAITED}
        awaited = {c.name for c in same.was.calls if c.result is ResultUse.AWAITED}
        for call in same.now.calls:
            alone = call.name in loose - awaited and call.result is ResultUse.AWAITED
            if alone and _is_repeated(same.now, call) and same.files.touches(call.name_span):
                yield same.qualified, call, together
                break


def _waits(call: Call) -> bool:
    return _TOGETHER.match(call.name) is not None and (call.name != "all" or call.receiver == "Promise")


def _is_repeated(body: Body, call: Call) -> bool:
    """Whether a loop with a variable stands around it."""
    return any(
        body.file.syntax.blocks[b].kind is BlockKind.LOOP and body.file.syntax.blocks[b].variable for b in call.blocks
    )
