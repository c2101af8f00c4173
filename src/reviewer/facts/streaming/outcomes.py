"""Whether what becomes of a sent record can reach someone."""

from __future__ import annotations

import re

from reviewer.clients.library import Library
from reviewer.clients.library import Operation as Row
from reviewer.facts.streaming.model import Client, Operation, Role
from reviewer.facts.streaming.names import Names, bare
from reviewer.facts.syntax import BlockKind, Call, ResultUse

_VOID_CONSUMERS = frozenset(
    {"forEach", "foreach", "ifPresent", "run", "execute", "submit", "forEachOrdered", "let", "also", "onEach"}
)
_DROPS = frozenset({"ok", "FirstErr", "First"})  # chained to an outcome, and their own value is left alone


def is_reported(
    names: Names, operation: Operation, rule: tuple[Library, Row], found: tuple[Operation, ...], made: tuple[Client, ...]
) -> bool:  # fmt: skip
    """Whether the outcome of a send without a callback of its own reaches someone, in the way in which its library tells it."""
    library, row = rule
    if row.reports_by == "channel":
        served = any(op.role is Role.SERVE and op.library == library.id for op in found)
        return served or not _makers(names, library, row, made)
    if row.reports_by == "context":
        return all(hears for hears in _makers(names, library, row, made))
    if row.reports_by in ("result", "handle"):
        return _is_heard(operation, row, made) or (
            is_outcome_read(names, operation.call) and not _is_silenced(operation, row, made)
        )
    return is_result_used(names, operation.call, row.reports_by)


def _makers(names: Names, library: Library, row: Row, made: tuple[Client, ...]) -> list[bool]:
    """Of the clients of this file that a send may be made with: whether each has someone who is told. Without any it is another file's."""
    found: list[bool] = []
    for client in made:
        maker = names.maker(client.call)
        kind = library.types.get((maker[1].type if maker else "") or names.type_of(client.holder, client.call.function))
        if maker is not None and maker[0] is library and kind == row.client:
            found.append(maker[1].hears)
    return found


def waits_for_it(names: Names, operation: Operation, row: Row, made: tuple[Client, ...]) -> bool:
    """Whether the call is over when the record is stored or has failed: `send(…).get()` is."""
    if row.reports_by == "future":
        return next((call.name in _WAITED for call in names.syntax.continued(operation.call)), False)
    return row.reports_by == "result" and not _is_silenced(operation, row, made)


_WAITED = frozenset({"get", "join", "result"})


def _is_silenced(operation: Operation, row: Row, made: tuple[Client, ...]) -> bool:
    """`kafka.Writer{Async: true}`: the result is nil whatever happens."""
    client = _behind(operation, made) if row.silenced else None
    return client is not None and any(client.value(key).is_known(value) for key, value in row.silenced.items())


def _is_heard(operation: Operation, row: Row, made: tuple[Client, ...]) -> bool:
    """`kafka.Writer{Completion: …}`: somebody is told of every record."""
    client = _behind(operation, made) if row.heard else None
    return client is not None and any(client.setting(key) is not None for key in row.heard)


def _behind(operation: Operation, made: tuple[Client, ...]) -> Client | None:
    """The client of this file that an operation is on, when it is clear which."""
    ours = [client for client in made if client.library == operation.library and client.kind == operation.client]
    mine = [client for client in ours if bare(client.holder) == bare(operation.holder)] or ours
    return mine[0] if len(mine) == 1 else None


def is_outcome_read(names: Names, call: Call) -> bool:
    """Whether an outcome that is a value, not thrown, is looked at: tested, returned, kept and read later."""
    if any(block.kind is BlockKind.CATCH and block.owner in call.blocks for block in names.syntax.blocks):
        return True
    last = names.end_of_chain(call)
    if last.result is ResultUse.IGNORED or (last.result is ResultUse.AWAITED and last.result_name == "_"):
        return last.index != call.index and last.name not in _DROPS
    if last.result in (ResultUse.ASSIGNED, ResultUse.AWAITED) and last.result_name:
        return any(_is_read_later(names, call, name) for name in _targets(names, last) if name != "_")
    return is_result_used(names, last, "result")


def _targets(names: Names, call: Call) -> set[str]:
    """`_, _, err := …`: all that the value is assigned to."""
    same = {
        a.target for a in names.syntax.assignments
        if a.function == call.function and a.span.contains(call.span) and (a.value is None or a.value.span == call.span)
    }  # fmt: skip
    return {*same, call.result_name or ""} - {""}


def is_result_used(names: Names, call: Call, reports_by: str = "future") -> bool:
    """Whether the outcome of a send can reach someone: awaited, joined, kept and read later, or handed on."""
    if reports_by in ("callback", "channel"):
        return False
    if reports_by == "elsewhere":
        return True
    if call.result is ResultUse.AWAITED:
        return reports_by != "nested-future" or call.result_name not in (None, "_") or _is_passed_on(names, call)
    if call.result is ResultUse.IGNORED:
        return False
    if call.result is ResultUse.ASSIGNED and call.result_name:
        return _is_read_later(names, call, call.result_name)
    if call.result in (ResultUse.RETURNED, ResultUse.OTHER) and call.function is not None:
        return not _in_void_lambda(names, call)
    return True


def _is_passed_on(names: Names, call: Call) -> bool:
    """What an await gives goes further: `futures.append(await producer.send(…))`, `gather(*[await producer.send(v) for v in values])`."""
    inside = (a.value for c in names.syntax.calls if c.index != call.index for a in c.arguments)
    kept = (a.value for a in names.syntax.assignments if a.value is not None and a.function == call.function)
    holders = (e for e in (*inside, *kept) if e.function is None and e.span.contains(call.span))
    return any(f"await {call.receiver}.{call.name}(" in e.text for e in holders) or any(
        jump.function == call.function and jump.text.startswith(f"await {call.receiver}.{call.name}(")
        for jump in names.syntax.jumps
    )


def _in_void_lambda(names: Names, call: Call) -> bool:
    function = names.syntax.functions[call.function] if call.function is not None else None
    if function is None or not function.is_lambda or function.argument_of is None:
        return False
    return names.syntax.calls[function.argument_of].name in _VOID_CONSUMERS


def _is_read_later(names: Names, call: Call, name: str) -> bool:
    word = re.compile(rf"(?<![\w.]){re.escape(name)}(?!\w)")
    for other in names.syntax.calls:
        if other.index != call.index and (other.function is not None or call.function is None):
            if bare(other.receiver.split("(")[0]) == bare(name) or word.search(other.receiver):
                return True
            if any(word.search(a.value.text) for a in other.arguments):
                return True
    return any(word.search(jump.text) for jump in names.syntax.jumps)
