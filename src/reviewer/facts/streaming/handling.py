"""Where records are handled: poll loops, iterations, callbacks and listeners."""

from __future__ import annotations

import re
from collections.abc import Iterator

from reviewer.clients.library import Delivers, Library
from reviewer.core.span import Span
from reviewer.facts.streaming.callbacks import function_of, own_parameters
from reviewer.facts.streaming.dataflow import Part
from reviewer.facts.streaming.listeners import ack_of, beans, calls_in, consumer_value, extends, listeners, said_ack
from reviewer.facts.streaming.model import Client, Handling, Known, Operation, Role, Setting, Value
from reviewer.facts.streaming.names import Names, simple_type
from reviewer.facts.streaming.record_streams import record_streams
from reviewer.facts.streaming.records import derived_names
from reviewer.facts.syntax import Block, BlockKind, Call, Expression, Function, JumpKind, Parameter

#: What stands for the function of code that is in none.
MODULE = "<module>"
_UNKNOWN = Value(known=Known.UNKNOWN, text="")


def handlings(
    names: Names, found: tuple[Operation, ...], clients: tuple[Client, ...], settings: tuple[Setting, ...]
) -> Iterator[Handling]:
    """Every piece of code of the file that records are delivered to."""
    seen: set[tuple[int | None, Span]] = set()
    known: list[Handling] = []
    for operation in found:
        handling = poll_loop(names, operation, clients, settings) if operation.role is Role.POLL else None
        if handling is not None:
            if (handling.function, handling.span) not in seen:
                seen.add((handling.function, handling.span))
                known.append(handling)
    yield from known
    yield from _iterations(names, clients, settings)
    yield from _callbacks(names, clients, settings)
    yield from _methods(names, known)
    yield from listeners(names)
    yield from beans(names)
    yield from record_streams(names, clients, settings)


def poll_loop(
    names: Names, operation: Operation, clients: tuple[Client, ...], settings: tuple[Setting, ...]
) -> Handling | None:
    """The loop around a call that reads records, or its function where there is none; None for a read that a module makes once."""
    call = operation.call
    taken = names.chained.get(call.index, call) if not call.result_name else call  # `<-claim.Messages()`
    while not taken.result_name and taken.name in names.idioms.wrappers and taken.index in names.chained:
        taken = names.chained[taken.index]  # `consumer.recv().await.unwrap().detach()`
    taken = _limited(names, taken)
    over = _loop_over(names, call)
    loop = names.syntax.enclosing(call.blocks, BlockKind.LOOP) or over
    function = names.syntax.functions[call.function] if call.function is not None else None
    if loop is None and function is None:
        return None
    span = loop.span if loop else function.span if function else call.span
    first = {taken.result_name} if taken.result_name else set[str]()
    if over is not None:
        first |= set(re.findall(r"[A-Za-z_]\w*", over.variable or ""))
    return Handling(
        kind="poll-loop", library=operation.library, function=call.function, span=span,
        calls=calls_in(names, call.function, span),
        records=derived_names(names, span, frozenset(first), taken),
        auto_commit=_commits_itself(names, operation, clients, settings),
        group=consumer_value(names, "group.id", operation.holder, operation.call.function, clients, settings), topics=(),
        name=function.qualified if function is not None else MODULE,
    )  # fmt: skip


_LIMITS = frozenset({"timeout", "wait_for", "shield", "withTimeout", "withTimeoutOrNull", "block_on"})


def _limited(names: Names, call: Call) -> Call:
    """`tokio::time::timeout(d, stream.next()).await`, `asyncio.wait_for(consumer.getone(), 1)`: the call whose result has what was read."""
    if call.result_name:
        return call
    around = (c for c in names.syntax.calls[call.index + 1 :] if c.name in _LIMITS)
    return next((c for c in around if any(a.value.call == call.index for a in c.arguments)), call)


def _commits_itself(
    names: Names, operation: Operation, clients: tuple[Client, ...], settings: tuple[Setting, ...]
) -> Value:
    """`enable.auto.commit` of the consumer, or what the method that reads says of it; without a group nothing is committed."""
    own = {
        row.auto_commit for library, row in names.tables.operations.get(operation.call.name, ())
        if library.id == operation.library and row.client == operation.client and row.auto_commit
    }  # fmt: skip
    if len(own) != 1:
        return consumer_value(names, "enable.auto.commit", operation.holder, operation.call.function, clients, settings)
    group = consumer_value(names, "group.id", operation.holder, operation.call.function, clients, settings)
    is_alone = group.known is Known.DEFAULT and not group.text
    return Value(known=Known.DEFAULT, text="false" if is_alone else next(iter(own)))


def _loop_over(names: Names, call: Call) -> Block | None:
    """`for message := range claim.Messages()`: the loop whose header makes the call."""
    loops = [
        block for block in names.syntax.blocks
        if block.kind is BlockKind.LOOP and block.variable and block.function == call.function and block.index not in call.blocks
        and block.span.contains(call.span) and f"{call.name}(" in block.detail
    ]  # fmt: skip
    return loops[-1] if loops else None


def _callbacks(names: Names, clients: tuple[Client, ...], settings: tuple[Setting, ...]) -> Iterator[Handling]:
    """`consumer.run({ eachMessage: async ({ message }) => … })`, `consumer.on("data", handle)`."""
    rows = [(library, row) for library in names.libraries for row in library.delivers if row.by == "callback"]
    seen: set[int] = set()
    for call in names.syntax.calls if rows else ():
        for library, row in rows:
            if simple_type(call.name) != row.of or not _is_asked(names, library, call):
                continue
            for function, bound in _given(names, call, row):
                if function.index in seen:
                    continue  # given to two steps, it is one piece of code
                seen.add(function.index)
                yield _delivered(names, library, row, function, call.receiver, clients, settings, bound)


def _is_asked(names: Names, library: Library, call: Call) -> bool:
    """A method of a client, or the construction of a step: `RunTask(handle, next_step)`."""
    if call.is_construction:
        return library.is_imported_by(names.imported.get(simple_type(call.name), ""))
    return bool(call.receiver) and names.client_of(call.receiver, call) is not None


def _given(names: Names, call: Call, row: Delivers) -> Iterator[tuple[Function, int]]:
    """The functions that a call is given under a name, as a lambda or by their own name; with how many of their parameters are given already."""
    if row.name == "*":
        found = (_bound(names, argument.value) for argument in call.arguments)
        yield from ((function, bound) for function, bound in found if function is not None)
        return
    yield from ((function, 0) for function in _by_name(names, call, row))


def _by_name(names: Names, call: Call, row: Delivers) -> Iterator[Function]:
    event = call.argument(0)
    if event is not None and event.literal == row.name:
        yield from (f for a in call.arguments[1:] if (f := function_of(names, a.value)) is not None)
    for argument in call.arguments:
        for entry in argument.value.entries:
            if entry.key is not None and (entry.key.literal or entry.key.text) == row.name:
                found = function_of(names, entry.value)
            else:
                found = function_of(names, entry.value) if entry.key is None else None
                found = found if found is not None and found.name == row.name else None
            if found is not None:
                yield found


def _bound(names: Names, expression: Expression) -> tuple[Function | None, int]:
    """`functools.partial(handle, store)` is `handle` with its first parameter given."""
    made = names.syntax.calls[expression.call] if expression.call is not None else None
    if made is None or made.name != "partial":
        return function_of(names, expression), 0
    given = [argument.value for argument in made.arguments if argument.name is None]
    return (function_of(names, given[0]), len(given) - 1) if given else (None, 0)


def _delivered(
    names: Names, library: Library, row: Delivers, function: Function, holder: str, clients: tuple[Client, ...],
    settings: tuple[Setting, ...], bound: int = 0,
) -> Handling:  # fmt: skip
    mine = function.parameters[own_parameters(names, function) :]
    given = mine if row.at is None else mine[row.at + bound : row.at + bound + 1]
    records = frozenset(name for p in given for name in _record_names(p, row))
    return Handling(
        kind="callback", library=library.id, function=function.index, span=function.span,
        calls=calls_in(names, function.index, function.span),
        records=derived_names(names, function.span, records, None),
        auto_commit=_UNKNOWN if row.ack else consumer_value(names, "enable.auto.commit", holder, function.index, clients, settings),
        group=_frameworks_group(library, clients) if row.ack else consumer_value(names, "group.id", holder, function.index, clients, settings),
        topics=(), name=function.qualified, parts=(*said_ack(ack_of(names, row, function), function.span), *(_dropped(names, function) if row.null_drops else ())),
    )  # fmt: skip


def _frameworks_group(library: Library, clients: tuple[Client, ...]) -> Value:
    """The group of the one application of a framework that this file makes, or of its one consumer where there is no application."""
    own = [client for client in clients if client.library == library.id]
    made = [client for client in own if client.kind == "streams"] or [c for c in own if c.kind == "consumer"]
    return made[0].value("group.id") if len(made) == 1 else _UNKNOWN


def _dropped(names: Names, function: Function) -> Iterator[Part]:
    """Where it returns null instead of a record."""
    for jump in names.syntax.jumps:
        if jump.function == function.index and jump.kind is JumpKind.RETURN and jump.text == "null":
            yield Part(name="drop", value=Value(known=Known.EXPLICIT, text="null"), span=jump.span)


_ALIAS = re.compile(r"(\w+)\s*:\s*(\w+)")


def _record_names(parameter: Parameter, row: Delivers) -> Iterator[str]:
    """The names of a parameter that hold a record: all of it, or of `{ topic, message: m }` those that the table lists."""
    if simple_type(parameter.type) in row.skips:
        return
    if not parameter.name.startswith("{"):
        yield parameter.name
        return
    aliases = dict(_ALIAS.findall(parameter.name))
    for name in row.records:
        if re.search(rf"\b{re.escape(name)}\b", parameter.name):
            yield aliases.get(name, name)


def _methods(names: Names, known: list[Handling]) -> Iterator[Handling]:
    """Methods of this program that a client calls with records; one in which a loop takes them is known by its loop."""
    rows = [(library, row) for library in names.libraries for row in library.delivers if row.by == "method"]
    for function in names.syntax.functions if rows else ():
        for library, row in rows:
            types = [simple_type(p.type) for p in function.parameters]
            if (
                function.name != row.name
                or row.of not in ("", *types)
                or not types
                or not extends(names, function, row.base)
            ):
                continue
            if not any(handling.function == function.index for handling in known):
                yield _delivered(names, library, row, function, "", (), ())


def _iterations(names: Names, clients: tuple[Client, ...], settings: tuple[Setting, ...]) -> Iterator[Handling]:
    """`for message in consumer:` of the libraries whose consumer is an iterator."""
    rows = [(library, row) for library in names.libraries for row in library.delivers if row.by == "iterate"]
    for block in names.syntax.blocks:
        if block.kind is not BlockKind.LOOP or not block.variable or not rows:
            continue
        iterated = block.detail.strip(" :()")
        if not re.fullmatch(r"[\w.]+", iterated):
            continue
        kind = _iterated_kind(names, iterated, block)
        library = next((lib for lib, row in rows if kind == (lib.id, row.of)), None)
        if library is not None:
            yield Handling(
                kind="poll-loop", library=library.id, function=block.function, span=block.span,
                calls=calls_in(names, block.function, block.span),
                records=derived_names(names, block.span, frozenset({block.variable}), None),
                auto_commit=consumer_value(names, "enable.auto.commit", iterated, block.function, clients, settings),
                group=consumer_value(names, "group.id", iterated, block.function, clients, settings), topics=(),
                name=MODULE if block.function is None else names.syntax.functions[block.function].qualified,
            )  # fmt: skip


def _iterated_kind(names: Names, iterated: str, block: Block) -> tuple[str, str] | None:
    type_name = names.type_of(iterated, block.function)
    found = names.client_type(type_name) if type_name else names._by_name(iterated)
    return (found[0].id, found[1]) if found else None
