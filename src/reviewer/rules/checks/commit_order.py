"""Commits that come before the work on a record: in front of it on the same path, or in a finally around it."""

from __future__ import annotations

from collections.abc import Iterator

from reviewer.core.value import value
from reviewer.facts.streaming.flow import order, work
from reviewer.facts.streaming.model import FileFacts, Handling
from reviewer.facts.syntax import BlockKind, Call


@value()
class Early:
    """A commit that stands before the work, and that work; `in_finally`: it is made also when the work throws."""

    commit: Call
    work: Call
    in_finally: bool = False


def early_commits(file: FileFacts, handling: Handling, commits: set[int]) -> Iterator[Early]:
    """The commits of a handling, by the indices of their calls, that are made although the work is not done."""
    done = tuple(call for call in work(file, handling) if not _reacts(file, call, commits))
    for call in handling.calls:
        if call.index not in commits or not done:
            continue
        in_finally = file.syntax.enclosing(call.blocks, BlockKind.FINALLY)
        if in_finally is not None and in_finally.owner is not None and _works_in(file, in_finally.owner, done):
            guarded = next(c for c in done if in_finally.owner in c.blocks)
            yield Early(commit=call, work=guarded, in_finally=True)
        elif _precedes(file, handling, call, done):
            yield Early(commit=call, work=next(later for later in done if order(later) > order(call)))


def _reacts(file: FileFacts, call: Call, commits: set[int]) -> bool:
    """`offset.commit().doOnSuccess(done -> note(record))`: what is done when a commit has succeeded is no work on the record."""
    function = call.function
    while function is not None:
        given = file.syntax.functions[function].argument_of
        if given is not None and any(
            link.index in commits for link in file.syntax.chain(file.syntax.calls[given])[:-1]
        ):
            return True
        function = file.syntax.functions[function].parent
    return False


def _works_in(file: FileFacts, block: int, done: tuple[Call, ...]) -> bool:
    return any(file.syntax.blocks[block].span.contains(call.span) and block in call.blocks for call in done)


def _precedes(file: FileFacts, handling: Handling, commit: Call, done: tuple[Call, ...]) -> bool:
    """No work before the commit, some after it on the same path: the commit is in no branch, catch or inner function of its own."""
    if any(order(call) < order(commit) for call in done):
        return False
    later = [call for call in done if order(call) > order(commit)]
    if not later:
        return False
    guards = [b for b in commit.blocks if file.syntax.blocks[b].kind in (BlockKind.CONDITIONAL, BlockKind.CATCH)]
    shared = all(block in later[0].blocks for block in guards)
    same = commit.function == later[0].function or file.syntax.is_inside(later[0].function, commit.function)
    return shared and (same or _in_earlier_stage(file, handling, commit, later[0]))


def _in_earlier_stage(file: FileFacts, handling: Handling, commit: Call, work_call: Call) -> bool:
    """`.doOnNext(r -> ack).concatMap(r -> save(r))`: a record goes through the stages one after the other."""
    places = [
        next((i for i, s in enumerate(handling.stages) if s.function is not None and _is_inside(file, call, s.function)), None)
        for call in (commit, work_call)
    ]  # fmt: skip
    first, second = places
    return first is not None and second is not None and first < second


def _is_inside(file: FileFacts, call: Call, function: int) -> bool:
    return call.function == function or file.syntax.is_inside(call.function, function)
