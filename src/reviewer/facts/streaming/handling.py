"""Where records are handled: poll loops and listeners, what holds a record in them, and work handed to other threads."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from reviewer.clients.library import Delivers, Library
from reviewer.core.span import Span
from reviewer.facts.streaming.model import Client, Handling, Handoff, Known, Operation, Role, Setting, Value
from reviewer.facts.streaming.names import Names, bare, simple_type
from reviewer.facts.syntax import Block, BlockKind, Call, Expression, Function, Parameter, ResultUse

_UNKNOWN = Value(known=Known.UNKNOWN, text="")
_EXECUTORS = re.compile(r"(executor|pool|workers?|scheduler|threads?)$", re.IGNORECASE)


def handlings(
    names: Names, found: tuple[Operation, ...], clients: tuple[Client, ...], settings: tuple[Setting, ...]
) -> Iterator[Handling]:
    """Every piece of code of the file that records are delivered to."""
    seen: set[tuple[int, Span]] = set()
    known: list[Handling] = []
    for operation in found:
        if operation.role is Role.POLL and operation.call.function is not None:
            handling = _poll_loop(names, operation, clients, settings)
            if (handling.function, handling.span) not in seen:
                seen.add((handling.function, handling.span))
                known.append(handling)
    yield from known
    yield from _iterations(names, clients, settings)
    yield from _callbacks(names, clients, settings)
    yield from _methods(names, known)
    yield from _listeners(names)


def _poll_loop(
    names: Names, operation: Operation, clients: tuple[Client, ...], settings: tuple[Setting, ...]
) -> Handling:
    call = operation.call
    assert call.function is not None
    taken = names.chained.get(call.index, call) if not call.result_name else call  # `<-claim.Messages()`
    over = _loop_over(names, call)
    loop = names.syntax.enclosing(call.blocks, BlockKind.LOOP) or over
    function = names.syntax.functions[call.function]
    span = loop.span if loop else function.span
    first = {taken.result_name} if taken.result_name else set()
    if over is not None:
        first |= set(re.findall(r"[A-Za-z_]\w*", over.variable or ""))
    return Handling(
        kind="poll-loop", library=operation.library, function=call.function, span=span,
        calls=_calls_in(names, call.function, span),
        records=derived_names(names, span, frozenset(first), taken),
        auto_commit=_consumer_value(names, "enable.auto.commit", operation.holder, clients, settings),
        group=_consumer_value(names, "group.id", operation.holder, clients, settings), topics=(),
        name=function.qualified,
    )  # fmt: skip


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
    for call in names.syntax.calls if rows else ():
        for library, row in rows:
            if call.name != row.of or not call.receiver or names.client_of(call.receiver, call) is None:
                continue
            for function in _given(names, call, row):
                yield _delivered(names, library, row, function, call.receiver, clients, settings)


def _given(names: Names, call: Call, row: Delivers) -> Iterator[Function]:
    """The functions that a call is given under a name, as a lambda or by their own name."""
    if not row.name:
        yield from (f for a in call.arguments if (f := _function_of(names, a.value)) is not None)
        return
    event = call.argument(0)
    if event is not None and event.literal == row.name:
        yield from (f for a in call.arguments[1:] if (f := _function_of(names, a.value)) is not None)
    for argument in call.arguments:
        for entry in argument.value.entries:
            if entry.key is not None and (entry.key.literal or entry.key.text) == row.name:
                found = _function_of(names, entry.value)
            else:
                found = _function_of(names, entry.value) if entry.key is None else None
                found = found if found is not None and found.name == row.name else None
            if found is not None:
                yield found


def _function_of(names: Names, expression: Expression) -> Function | None:
    """The function behind a lambda, `this.handle`, or `this.handle.bind(this)`."""
    functions = names.syntax.functions
    if expression.function is not None:
        return functions[expression.function]
    text = expression.text
    if expression.call is not None and names.syntax.calls[expression.call].name == "bind":
        text = names.syntax.calls[expression.call].receiver
    named = [f for f in functions if f.name == bare(text) and not f.is_lambda]
    return named[0] if len(named) == 1 else None


def _delivered(
    names: Names, library: Library, row: Delivers, function: Function, holder: str, clients: tuple[Client, ...],
    settings: tuple[Setting, ...],
) -> Handling:  # fmt: skip
    given = function.parameters if row.at is None else function.parameters[row.at : row.at + 1]
    records = frozenset(name for p in given for name in _record_names(p, row))
    return Handling(
        kind="callback", library=library.id, function=function.index, span=function.span,
        calls=_calls_in(names, function.index, function.span),
        records=derived_names(names, function.span, records, None),
        auto_commit=_consumer_value(names, "enable.auto.commit", holder, clients, settings),
        group=_consumer_value(names, "group.id", holder, clients, settings), topics=(), name=function.qualified,
    )  # fmt: skip


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
            if function.name != row.name or row.of not in types:
                continue
            if not any(handling.function == function.index for handling in known):
                yield _delivered(names, library, row, function, "", (), ())


def _iterations(names: Names, clients: tuple[Client, ...], settings: tuple[Setting, ...]) -> Iterator[Handling]:
    """`for message in consumer:` of the libraries whose consumer is an iterator."""
    rows = [(library, row) for library in names.libraries for row in library.delivers if row.by == "iterate"]
    for block in names.syntax.blocks:
        if block.kind is not BlockKind.LOOP or not block.variable or not rows or block.function is None:
            continue
        iterated = block.detail.strip(" :()")
        if not re.fullmatch(r"[\w.]+", iterated):
            continue
        kind = _iterated_kind(names, iterated, block)
        library = next((lib for lib, row in rows if kind == (lib.id, row.of)), None)
        if library is not None:
            yield Handling(
                kind="poll-loop", library=library.id, function=block.function, span=block.span,
                calls=_calls_in(names, block.function, block.span),
                records=derived_names(names, block.span, frozenset({block.variable}), None),
                auto_commit=_consumer_value(names, "enable.auto.commit", iterated, clients, settings),
                group=_consumer_value(names, "group.id", iterated, clients, settings), topics=(),
                name=names.syntax.functions[block.function].qualified,
            )  # fmt: skip


def _iterated_kind(names: Names, iterated: str, block: Block) -> tuple[str, str] | None:
    type_name = names.type_of(iterated, block.function)
    found = names.client_type(type_name) if type_name else names._by_name(iterated)
    return (found[0].id, found[1]) if found else None


def _listeners(names: Names) -> Iterator[Handling]:
    rows = {
        row.name: (library, row) for library in names.libraries for row in library.delivers if row.by == "annotation"
    }
    for function in names.syntax.functions:
        for annotation in function.annotations:
            if annotation.simple_name not in rows:
                continue
            library, row = rows[annotation.simple_name]
            arguments = {a.name or "": a.value for a in annotation.arguments}
            written = next((names.resolve(arguments[n]) for n in _group_names(row, arguments)), _UNKNOWN)
            topics = tuple(arguments[n].text for n in row.topics if n in arguments)
            records = frozenset(p.name for p in function.parameters if simple_type(p.type) not in row.skips)
            yield Handling(
                kind="listener", library=library.id, function=function.index, span=function.span,
                calls=_calls_in(names, function.index, function.span),
                records=derived_names(names, function.span, records, None), auto_commit=_UNKNOWN,
                group=names.placeholder(written),
                topics=topics, name=function.qualified,
            )  # fmt: skip


def _group_names(row: Delivers, arguments: Mapping[str, Expression]) -> list[str]:
    """The attributes that name the group; Spring's `id` does unless `idIsGroup` is false."""
    by_id = arguments.get("idIsGroup")
    return [n for n in row.group if n in arguments and not (n == "id" and by_id is not None and by_id.text == "false")]


def _calls_in(names: Names, function: int, span: Span) -> tuple[Call, ...]:
    """The calls of some lines of a function and of the lambdas inside it."""
    return tuple(call for call in names.syntax.calls_in(function, nested=True) if span.contains(call.span))


def _consumer_value(
    names: Names, key: str, holder: str, clients: tuple[Client, ...], settings: tuple[Setting, ...]
) -> Value:
    """The value for the consumer behind a holder; with one consumer in the file, that one's."""
    consumers = [client for client in clients if client.kind == "consumer"]
    mine = [client for client in consumers if client.holder == holder]
    mine = mine or [client for client in consumers if bare(client.holder) == bare(holder)] or consumers
    if len(mine) == 1 and (value := mine[0].value(key)).known is not Known.UNKNOWN:
        return value
    written = {s.value for s in settings if s.key == key and s.client in ("", "consumer")}
    return next(iter(written)) if len(written) == 1 else _UNKNOWN


def derived_names(names: Names, span: Span, first: frozenset[str], source: Call | None) -> frozenset[str]:
    """The names that hold a record or something taken from one, followed through assignments, loops and lambdas."""
    found = set(first)
    if source is not None:
        found |= {a.target for a in names.syntax.assignments if a.value is not None and a.value.call == source.index}
    for _ in range(3):
        before = len(found)
        for block in names.syntax.blocks:
            if block.kind is BlockKind.LOOP and block.variable and span.contains(block.span):
                if mentions(block.detail, found):
                    found |= set(re.findall(r"\w+", block.variable))
        for assignment in names.syntax.assignments:
            if (
                assignment.value is not None
                and span.contains(assignment.span)
                and mentions(assignment.value.text, found)
            ):
                found.add(assignment.target)
        found |= {call.receiver for call in names.syntax.calls if span.contains(call.span) and _collects(call, found)}
        for function in names.syntax.functions:
            if function.is_lambda and span.contains(function.span) and _applied_to(names, function, found):
                found |= {parameter.name for parameter in function.parameters} or {"it"}
        if len(found) == before:
            break
    return frozenset(found)


COLLECTS = frozenset({"add", "addAll", "append", "extend", "put"})


def _collects(call: Call, found: set[str]) -> bool:
    """`batch.add(record)`: from here on the batch holds a record."""
    plain = call.name in COLLECTS and re.fullmatch(r"[a-z_]\w*", call.receiver) is not None
    return plain and any(mentions(argument.value.text, found) for argument in call.arguments)


def _applied_to(names: Names, function: Function, found: set[str]) -> bool:
    return function.argument_of is not None and mentions(names.syntax.calls[function.argument_of].receiver, found)


def mentions(text: str, names: set[str] | frozenset[str]) -> bool:
    """Whether a text uses one of the names as a whole identifier."""
    return any(name in names for name in re.findall(r"[A-Za-z_]\w*", text)) or text.strip() in names


def handoffs(names: Names) -> Iterator[Handoff]:
    """Work given to another thread, task or queue."""
    for call in names.syntax.calls:
        construct = _construct(names, call)
        if construct is not None:
            yield Handoff(call=call, construct=construct, joined=_is_joined(names, call))


def _construct(names: Names, call: Call) -> str | None:
    words = names.idioms
    if call.name in words.spawns or f"{bare(call.receiver)}.{call.name}" in words.spawns:
        return "task"
    if call.result is ResultUse.STARTED:
        return "goroutine"
    if call.name in words.executes or call.name in words.queues:
        return _queue_or_executor(names, call)
    if call.name == "start" and call.receiver_call is not None:
        return "thread" if names.syntax.calls[call.receiver_call].name == "Thread" else None
    if call.name in words.coroutines:
        return "coroutine"
    return "promise" if words.async_calls_start and _is_left_alone(names, call) else None


def _queue_or_executor(names: Names, call: Call) -> str | None:
    if call.name == "<-":
        return "channel" if call.arguments and not _is_clients(names, call) else None
    type_name = names.type_of(call.receiver, call.function) if call.receiver and call.receiver_call is None else ""
    holder = bare(call.receiver)
    if call.name in names.idioms.queues:
        return "queue" if "queue" in holder.lower() or "Queue" in type_name else None
    is_executor = _EXECUTORS.search(holder) or _EXECUTORS.search(type_name) or "Executor" in type_name
    return "executor" if is_executor else None


def _is_clients(names: Names, call: Call) -> bool:
    """`producer.Input() <- record` is a send, not a hand-off."""
    made = names.syntax.calls[call.receiver_call] if call.receiver_call is not None else None
    return made is not None and names.client_of(made.receiver, made) is not None


def _is_left_alone(names: Names, call: Call) -> bool:
    """An asynchronous function of this file that is called and not awaited."""
    if call.result is not ResultUse.IGNORED or call.is_construction:
        return False
    called = [f for f in names.syntax.functions if f.name == call.name and not f.is_lambda]
    return len(called) == 1 and called[0].is_async


def _is_joined(names: Names, call: Call) -> bool:
    """Whether the function that hands the work over also waits for it."""
    if call.result in (ResultUse.AWAITED, ResultUse.RETURNED):
        return True
    if any(after.name in names.idioms.waits for after in names.syntax.continued(call)):
        return True
    home = outermost(names, call.function)
    later = [c for c in names.syntax.calls if outermost(names, c.function) == home and c.index != call.index]
    return any(
        c.name in names.idioms.waits and _waits(names, c)
        for c in later
        if c.name_span.first_line >= call.name_span.first_line
    )


def _waits(names: Names, call: Call) -> bool:
    if call.name == "<-":
        return not call.arguments and not call.receiver.endswith((".Done()", ".After()", ".C"))
    if call.name in ("get", "result", "wait"):
        return not call.arguments or "future" in call.receiver.lower() or "timeout" in str(call.arguments).lower()
    return not (call.name == "join" and call.arguments)


def outermost(names: Names, function: int | None) -> int | None:
    """The named function around a lambda."""
    while function is not None and names.syntax.functions[function].is_lambda:
        function = names.syntax.functions[function].parent
    return function
