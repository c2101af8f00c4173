"""What the methods of a file do to the clients that it holds: to which topic they send, and how a caller learns the outcome."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator

from reviewer.facts.streaming.callbacks import own_parameters
from reviewer.facts.streaming.model import FileFacts, Operation, Role, Send, Through
from reviewer.facts.streaming.outcomes import is_outcome_read, is_result_used
from reviewer.facts.streaming.protections import folded
from reviewer.facts.streaming.value import Known
from reviewer.facts.syntax import BlockKind, Call, Expression, Function, JumpKind, ResultUse
from reviewer.facts.through.model import Effect, Given, Tells

#: The most telling first: a method that sends and flushes is one that sends.
_ROLES = (Role.SEND, Role.COMMIT, Role.POLL, Role.CLOSE, Role.FLUSH)
#: A method that commits as part of something else is that something: only one that says so is a commit.
_COMMITS = re.compile(
    r"(try|do|async|safe|manual(ly)?|force)?(commit|ack|mark|store_?offset|checkpoint|complete|done|confirm)"
)
_ENDS = re.compile(
    r"(a|try|do|safe|force|graceful(ly)?)?(close|stop|shut|flush|dispose|disconnect|terminate|end|drain|sync|destroy|finish|release|tear|exit)"
)
_AWAITED = frozenset({"javascript", "typescript", "tsx", "python", "csharp"})
_DEPTH = 2  # methods of the same type that a method calls
_LAZY = frozenset({"future", "nested-future"})


def effects_of(file: FileFacts) -> dict[tuple[str, str], Effect]:
    """By type and method. Of a name with several methods, or a method that sends to several topics, only what all of them do."""
    found: dict[int, Effect] = {}
    for function, operations in _by_function(file).items():
        effect = _direct(file, file.syntax.functions[function], operations)
        if effect is not None:
            found[function] = effect
    for _ in range(_DEPTH):
        found |= dict(_handed_on(file, found))
    return _by_name(file, found)


def _by_name(file: FileFacts, found: dict[int, Effect]) -> dict[tuple[str, str], Effect]:
    named: dict[tuple[str, str], list[Effect | None]] = defaultdict(list)
    for function in file.syntax.functions:
        if not function.is_lambda and function.name and not is_constructor(file, function):
            named[owner_of(file, function), function.name].append(found.get(function.index))
    kept: dict[tuple[str, str], Effect] = {}
    for key, several in named.items():
        first = several[0]
        if first is not None and all(e is not None and _is_alike(e, first) for e in several):
            kept[key] = first
    return kept


def _is_alike(one: Effect, other: Effect) -> bool:
    return (one.role, one.tells, one.parameters) == (other.role, other.tells, other.parameters)


def owner_of(file: FileFacts, function: Function) -> str:
    """The type of a method; "" for a function of the file. A method of Go may stand apart from its type."""
    if function.type is not None:
        return file.syntax.types[function.type].name
    return function.qualified.rpartition(".")[0].rpartition(".")[2] if file.syntax.language == "go" else ""


def is_constructor(file: FileFacts, function: Function) -> bool:
    """Whether a function makes an object of its type."""
    return function.name in ("__init__", "constructor") or function.name == owner_of(file, function)


def named_around(file: FileFacts, function: int | None) -> int | None:
    """The index of the named function around a place."""
    functions = file.syntax.functions
    while function is not None and functions[function].is_lambda:
        function = functions[function].parent
    return function


def parameters_of(file: FileFacts, function: Function) -> tuple[str, ...]:
    """The names that a caller gives something to: without the object of the method."""
    is_go = file.syntax.language == "go" and "." in function.qualified and not function.is_lambda
    first = 1 if is_go else own_parameters(file.names, function)
    return tuple(p.name for p in function.parameters[first:])


def _by_function(file: FileFacts) -> dict[int, list[Operation]]:
    found: dict[int, list[Operation]] = defaultdict(list)
    handled = {handling.function for handling in file.handlings if handling.kind != "poll-loop"}
    for operation in file.operations:
        home = named_around(file, operation.call.function)
        if home is not None and home not in handled and operation.through is None:
            found[home].append(operation)
    return found


def _direct(file: FileFacts, function: Function, operations: list[Operation]) -> Effect | None:
    for role in _ROLES:
        mine = [operation for operation in operations if operation.role is role]
        if mine and (effect := _effect(file, function, mine, {o.role for o in operations})) is not None:
            return effect
    return None


def _effect(file: FileFacts, function: Function, mine: list[Operation], roles: set[Role]) -> Effect | None:
    operation = mine[-1]
    role, call = operation.role, operation.call
    if role is Role.COMMIT and (not _COMMITS.match(folded(function.name)) or _is_conditional(file, call)):
        return None
    if role is Role.POLL and (Role.COMMIT in roles or not _is_given_back(file, function, call)):
        return None
    if role in (Role.CLOSE, Role.FLUSH) and not _ENDS.match(folded(function.name)):
        return None
    parameters = parameters_of(file, function)
    made = Effect(
        role=role, client=operation.client, library=operation.library, parameters=parameters,
        through=Through(method=title(file, function), span=call.name_span),
    )  # fmt: skip
    return made if role is not Role.SEND else _sending(file, function, mine, made)


def title(file: FileFacts, function: Function) -> str:
    """`Bus.emit`, as a reader is told it."""
    owner = owner_of(file, function)
    return f"{owner}.{function.name}" if owner else function.name


def _is_conditional(file: FileFacts, call: Call) -> bool:
    inside = {BlockKind.CONDITIONAL, BlockKind.LOOP, BlockKind.CATCH}
    return any(file.syntax.blocks[index].kind in inside for index in call.blocks)


def _is_given_back(file: FileFacts, function: Function, call: Call) -> bool:
    """Whether the method returns what was read, or a variable that holds it."""
    last = file.names.end_of_chain(call)
    if call.function != function.index:
        return False
    returned = [j.text for j in file.syntax.jumps if j.function == function.index and j.kind is JumpKind.RETURN]
    name = last.result_name
    kept = name is not None and any(re.search(rf"(?<![\w.]){re.escape(name)}(?!\w)", text) for text in returned)
    written = any(f"{call.receiver}.{call.name}(" in text for text in returned)
    return last.result is ResultUse.RETURNED or kept or written


def _sending(file: FileFacts, function: Function, mine: list[Operation], made: Effect) -> Effect | None:
    calls = {operation.call.index for operation in mine}
    sends = [send for send in file.sends if send.operation.call.index in calls]
    if not sends:
        return None
    told = {tells(file, function, send) for send in sends}
    topics = {_given(file, s.topic, function, made.parameters) for s in sends}
    keys = {_given(file, s.key, function, made.parameters) for s in sends}
    payloads = {_given(file, s.value, function, made.parameters) for s in sends}
    return Effect(
        role=made.role, client=made.client, library=made.library, through=made.through, parameters=made.parameters,
        tells=next(iter(told)) if len(told) == 1 else Tells.TOLD,
        topic=next(iter(topics)) if len(topics) == 1 else None, key=next(iter(keys)) if len(keys) == 1 else None,
        payload=next(iter(payloads)) if len(payloads) == 1 else None, has_key=any(s.key is not None for s in sends),
    )  # fmt: skip


def tells(file: FileFacts, function: Function, send: Send) -> Tells:
    """How a caller of the function learns what became of its send."""
    call = send.operation.call
    here = Tells.SETTLED if _is_over(file, function, send) else Tells.TOLD
    if send.callback is not None or _is_caught(file, call):
        return here
    last = file.names.end_of_chain(call)
    is_returned = call.function == function.index and last.result is ResultUse.RETURNED
    if send.reports_by in _LAZY and is_returned and not send.waits:
        return Tells.FUTURE
    if not send.handled:
        return Tells.FUTURE if is_returned and _is_promised(file, function) else Tells.LOST
    if _is_promised(file, function):
        return Tells.FUTURE
    is_error = file.syntax.language == "go" and "error" in function.return_type and send.reports_by == "result"
    return Tells.RESULT if is_error else here


def _is_over(file: FileFacts, function: Function, send: Send) -> bool:
    """Whether the record is stored, or has failed, when the function returns: it waits, or flushes."""
    flushes = any(named_around(file, op.call.function) == function.index for op in file.operations_of(Role.FLUSH))
    return send.waits or flushes or send.operation.call.result is ResultUse.AWAITED


def _is_promised(file: FileFacts, function: Function) -> bool:
    """Whether the function is over before its work is, where nobody awaits it."""
    returns = re.search(r"\b(Promise|Task|ValueTask|Awaitable|Coroutine)\b", function.return_type)
    return file.syntax.language in _AWAITED and (function.is_async or returns is not None)


def _is_caught(file: FileFacts, call: Call) -> bool:
    """Whether a failure ends in a catch of the method, which does not throw again."""
    for block in file.syntax.blocks:
        if block.kind is BlockKind.CATCH and block.owner in call.blocks and file.syntax.language != "go":
            again = (
                j for j in file.syntax.jumps if block.index in j.blocks and j.kind in (JumpKind.THROW, JumpKind.RETURN)
            )
            if not any(again):
                return True
    return any(
        after.name in ("catch", "exceptionally", "whenComplete", "handle") for after in file.syntax.continued(call)
    )


def _given(file: FileFacts, part: Expression | None, function: Function, parameters: tuple[str, ...]) -> Given | None:
    if part is None:
        return None
    if part.text in parameters:
        return Given(position=parameters.index(part.text), name=part.text)
    found = file.names.resolve(part, function.index)
    return Given(text=found.text) if found.known is Known.EXPLICIT else Given()


def _handed_on(file: FileFacts, found: dict[int, Effect]) -> Iterator[tuple[int, Effect]]:
    """The methods that call one of these on their own object: they do the same."""
    known = {
        (owner_of(file, file.syntax.functions[index]), file.syntax.functions[index].name): e
        for index, e in found.items()
    }
    for call in file.syntax.calls:
        home = named_around(file, call.function)
        if home is None or home in found or home != call.function or call.is_construction or not _is_own(file, call):
            continue
        function = file.syntax.functions[home]
        inner = known.get((owner_of(file, function), call.name)) or (
            known.get(("", call.name)) if not call.receiver else None
        )
        if (
            inner is None
            or inner.role is Role.POLL
            or (inner.role is Role.COMMIT and not _COMMITS.match(folded(function.name)))
        ):
            continue
        parameters = parameters_of(file, function)
        yield home, Effect(
            role=inner.role, client=inner.client, library=inner.library, parameters=parameters,
            through=Through(method=title(file, function), span=inner.through.span), tells=_told_on(file, function, call, inner),
            topic=_through(file, inner.topic, call, function, parameters), key=_through(file, inner.key, call, function, parameters),
            payload=_through(file, inner.payload, call, function, parameters), has_key=inner.has_key,
        )  # fmt: skip


def _is_own(file: FileFacts, call: Call) -> bool:
    if call.receiver in ("", *file.names.idioms.own, "cls"):
        return True
    home = named_around(file, call.function)
    function = file.syntax.functions[home] if home is not None else None
    is_go = (
        file.syntax.language == "go"
        and function is not None
        and "." in function.qualified
        and bool(function.parameters)
    )
    return is_go and function is not None and call.receiver == function.parameters[0].name


def _told_on(file: FileFacts, function: Function, call: Call, inner: Effect) -> Tells:
    if inner.tells in (Tells.SETTLED, Tells.LOST, Tells.TOLD):
        return inner.tells
    if _is_caught(file, call):
        return Tells.SETTLED if call.result is ResultUse.AWAITED else Tells.TOLD
    if inner.tells is Tells.RESULT:
        return Tells.RESULT if is_outcome_read(file.names, call) else Tells.LOST
    last = file.names.end_of_chain(call)
    if last.result is ResultUse.RETURNED or (last.result is ResultUse.AWAITED and _is_promised(file, function)):
        return Tells.FUTURE
    return Tells.SETTLED if is_result_used(file.names, call) else Tells.LOST


def _through(
    file: FileFacts, part: Given | None, call: Call, function: Function, parameters: tuple[str, ...]
) -> Given | None:
    if part is None or part.position is None:
        return part
    return _given(file, call.argument(part.position, part.name), function, parameters) or Given()
