"""What code does when partitions come or go, and what a framework calls besides: one reader for the callbacks that the tables name."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from reviewer.clients.library import Library, OnRebalance
from reviewer.facts.idioms import LOGGERS
from reviewer.facts.streaming.delivery import Effect, Hook, Rebalance
from reviewer.facts.streaming.listeners import extends
from reviewer.facts.streaming.model import Operation, Role
from reviewer.facts.streaming.names import Names, bare
from reviewer.facts.streaming.records import derived_names, mentions
from reviewer.facts.syntax import BlockKind, Call, Function

_DEPTH = 3  # helpers that call helpers
_DROPS = frozenset({"clear", "remove", "removeAll", "removeIf", "retainAll", "removeAt", "invalidate", "invalidateAll", "evict", "drop", "pop", "--=", "-="})  # fmt: skip
_WORDS = {
    "flush": "flush", "close": "close", "closeAll": "close", "stop": "close", "shutdown": "close", "shutdownNow": "close", "cancel": "close",
    "awaitTermination": "wait", "await": "wait", "join": "wait",
}  # fmt: skip
_PARTITIONS = re.compile(r"TopicPartition\b")
_ROLES = {Role.COMMIT, Role.FLUSH, Role.CLOSE, Role.SEEK, Role.PAUSE, Role.RESUME, Role.SEND}


def rebalances(names: Names, operations: Sequence[Operation]) -> Iterator[Rebalance]:
    """The callbacks of a file, in the order of their functions."""
    rows = [(library, row) for library in names.libraries for row in library.rebalances]
    rows.sort(key=lambda found: not found[1].base)  # a type says more than a method's name
    if not rows:
        return
    given = _given(names, rows)
    rows = [found for found in rows if not found[1].keyword]
    for function in names.syntax.functions:
        found = given.get(function.index) or next(
            ((lib, row) for lib, row in rows if _is_callback(names, function, row)), None
        )
        if found is not None:
            yield _rebalance(names, function, found[0], found[1], {op.call.index: op for op in operations})


def _given(names: Names, rows: Sequence[tuple[Library, OnRebalance]]) -> dict[int, tuple[Library, OnRebalance]]:
    """The functions that calls are given under a keyword: `consumer.subscribe(topics, on_revoke=self._revoked)`."""
    found: dict[int, tuple[Library, OnRebalance]] = {}
    words = {(row.method, row.keyword): (library, row) for library, row in rows if row.keyword}
    for call in names.syntax.calls if words else ():
        for argument in call.arguments:
            known = words.get((call.name, argument.name or ""))
            function = names.function_of(argument.value) if known is not None else None
            if known is not None and function is not None:
                found.setdefault(function.index, known)
    return found


def hooks(names: Names) -> Iterator[Hook]:
    """The methods that a framework calls at a point of its own."""
    rows = [(library, row) for library in names.libraries for row in library.hooks]
    for function in names.syntax.functions if rows else ():
        for library, row in rows:
            if function.name == row.method and not function.is_lambda and extends(names, function, row.base):
                yield Hook(
                    event=row.event, library=library.id, function=function.index, name=function.qualified,
                    span=function.span,
                )  # fmt: skip


def _is_callback(names: Names, function: Function, row: OnRebalance) -> bool:
    if row.is_given:
        return function.argument_of is not None and names.syntax.calls[function.argument_of].name == row.method
    if (
        function.is_lambda
        or function.name != row.method
        or len(function.parameters) <= row.at + names.own_parameters(function)
    ):
        return False
    return extends(names, function, row.base)


def _rebalance(
    names: Names, function: Function, library: Library, row: OnRebalance, operations: dict[int, Operation]
) -> Rebalance:
    at = next(
        (i for i, p in enumerate(function.parameters) if _PARTITIONS.search(p.type)),
        row.at + names.own_parameters(function),
    )
    partitions = function.parameters[at].name if len(function.parameters) > at else ""
    partitions = partitions or ("it" if row.is_given and not function.parameters else "")
    mine = derived_names(names, function.span, frozenset({partitions} - {""}), None)
    body = [c for c in names.syntax.calls_in(function.index, nested=True) if not LOGGERS.search(c.receiver)]
    uses = any(
        mentions(call.receiver, mine) or any(mentions(a.value.text, mine) for a in call.arguments) for call in body
    )
    uses = uses or any(
        mentions(b.detail, mine) for b in names.syntax.blocks if b.function == function.index and b.kind is BlockKind.LOOP
    )  # fmt: skip
    return Rebalance(
        event=row.event, library=library.id, function=function.index, name=function.qualified, partitions=partitions,
        uses_partitions=uses, effects=tuple(_effects(names, function, mine, operations, 0)), span=function.span,
    )  # fmt: skip


def _effects(
    names: Names, function: Function, mine: frozenset[str], operations: dict[int, Operation], depth: int
) -> Iterator[Effect]:
    for call in names.syntax.calls_in(function.index, nested=True):
        what = _what(names, call, operations)
        on = call.receiver
        if not what:
            what, on = _by_reference(call)
        if what:
            yield Effect(what=what, on=on, of_partitions=_is_of(names, call, mine), call=call)
            continue
        helper = _helper(names, call) if depth < _DEPTH else None
        if helper is not None and helper.index != function.index:
            given = {
                p.name for p, a in zip(helper.parameters, call.arguments, strict=False) if mentions(a.value.text, mine)
            }
            yield from _effects(
                names, helper, derived_names(names, helper.span, frozenset(given), None), operations, depth + 1
            )


_REFERENCE = re.compile(r"([\w.]+)(?:::|\.)(\w+)")


def _by_reference(call: Call) -> tuple[str, str]:
    """`partitions.forEach(writers::remove)`, `partitions.foreach(store.flush)`: what is done, and to what."""
    match = _REFERENCE.fullmatch(call.arguments[0].value.text) if len(call.arguments) == 1 else None
    if call.name.lower() != "foreach" or match is None:
        return "", ""
    return "drop" if match[2] in _DROPS else _WORDS.get(match[2], ""), match[1]


def _what(names: Names, call: Call, operations: dict[int, Operation]) -> str:
    found = operations.get(call.index)
    if found is not None and found.role in _ROLES:
        return found.role.value
    if found is not None and found.role is Role.TRANSACTION:
        return "abort" if call.name.startswith("abort") else "commit" if call.name.startswith("commit") else ""
    if not call.receiver or call.is_construction:
        return ""
    if call.name in _DROPS and not _is_local(names, call):
        return "drop"
    word = _WORDS.get(call.name, "")
    return "" if word == "wait" and call.receiver[:1].isupper() else word  # String.join


def _is_local(names: Names, call: Call) -> bool:
    """A collection of the callback's own, not what the consumer keeps from poll to poll; a variable of the function around an
    anonymous listener is kept."""
    root = re.split(r"[.(\[]", call.receiver, maxsplit=1)[0]
    own, inner = {call.function}, call.function
    while inner is not None and names.syntax.functions[inner].is_lambda:
        inner = names.syntax.functions[inner].parent
        own.add(inner)
    return any(
        a.target == root and a.is_declaration and a.function in own
        for a in names.syntax.assignments
        if a.function is not None
    )


def _is_of(names: Names, call: Call, mine: frozenset[str]) -> bool:
    """Whether an effect is on the partitions that were given: by its receiver, its arguments, or a loop or lambda over them."""
    if mentions(call.receiver, mine) or any(mentions(a.value.text, mine) for a in call.arguments):
        return True
    return any(
        names.syntax.blocks[b].kind is BlockKind.LOOP and mentions(names.syntax.blocks[b].detail, mine)
        for b in call.blocks
    )


def _helper(names: Names, call: Call) -> Function | None:
    """The function of this file that a call runs on its own object, or on the object around it."""
    own = (
        call.receiver in ("", "this", "self")
        or call.receiver.startswith(("this@", "super"))
        or call.receiver.endswith(".this")
    )
    if not own or call.is_construction:
        return None
    found = [f for f in names.syntax.functions if f.name == bare(call.name) and not f.is_lambda]
    return found[0] if len(found) == 1 else None
