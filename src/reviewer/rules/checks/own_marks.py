"""Tasks that run side by side, each of which marks or commits the record that it was given."""

from __future__ import annotations

from collections.abc import Iterator

from reviewer.facts.streaming.model import FileFacts, Handling, Handoff, Role
from reviewer.facts.streaming.names import bare
from reviewer.facts.streaming.records import COLLECTS, mentions
from reviewer.facts.syntax import BlockKind, Call, ResultUse


def own_marks(file: FileFacts, handling: Handling) -> Iterator[tuple[Handoff, Call]]:
    """The hand-overs of a loop over records for which nobody waits before the next one, each with the commit that its task makes."""
    commits = {op.call.index: op.call for op in file.operations_of(Role.COMMIT) if op.client != "acknowledgment"}
    inside = {call.index for call in handling.calls} if commits and handling.kind == "poll-loop" else set()
    for handoff in file.handoffs:
        if handoff.call.index not in inside or handoff.construct in ("channel", "queue"):
            continue
        if _is_kept(handoff) or _is_waited_for(file, handling, handoff) or not _carries(file, handling, handoff):
            continue
        commit = next((commits[c.index] for c in _of_task(file, handoff) if c.index in commits), None)
        if commit is not None:
            yield handoff, commit


def _is_kept(handoff: Handoff) -> bool:
    """Whether the task itself is waited for, returned, or kept in a variable that may be."""
    call = handoff.call
    return call.result in (ResultUse.AWAITED, ResultUse.RETURNED) or (
        call.result is ResultUse.ASSIGNED and bool(call.result_name)
    )


def _is_waited_for(file: FileFacts, handling: Handling, handoff: Handoff) -> bool:
    """Whether the loop, or one around it, waits before it goes on; what the task itself waits for is nothing."""
    own = {handoff.call.index, *(c.index for c in _within(file, handoff))}
    loops = [file.syntax.blocks[b].span for b in handoff.call.blocks if file.syntax.blocks[b].kind is BlockKind.LOOP]
    around = [c for c in file.syntax.calls if loops and loops[0].contains(c.span)]
    waiting = file.names.idioms.waits - {"get", "result", *COLLECTS}
    return any(c.name in waiting and c.index not in own for c in (*handling.calls, *around))


def _within(file: FileFacts, handoff: Handoff) -> list[Call]:
    """The calls written inside the hand-over."""
    return [c for c in file.syntax.calls if handoff.call.span.contains(c.span) and c.index != handoff.call.index]


def _carries(file: FileFacts, handling: Handling, handoff: Handoff) -> bool:
    calls = (handoff.call, *_within(file, handoff))
    return any(mentions(a.value.text, handling.records) for call in calls for a in call.arguments)


def _of_task(file: FileFacts, handoff: Handoff) -> Iterator[Call]:
    """What the task does: the calls written in it, and those of the functions of this file that it calls."""
    written = _within(file, handoff)
    yield from written
    given = {bare(a.value.text) for a in handoff.call.arguments}  # `pool.submit(work, message)`
    for function in file.syntax.functions:
        if function.name in given and not function.is_lambda:
            yield from file.syntax.calls_in(function.index, nested=True)
    is_work = handoff.construct in ("goroutine", "promise")  # `go h.work(msg)`: what is called is the work
    for call in (handoff.call, *written) if is_work else written:
        named = [f for f in file.syntax.functions if f.name == call.name and not f.is_lambda]
        if len(named) == 1 and not call.is_construction:
            yield from file.syntax.calls_in(named[0].index, nested=True)
