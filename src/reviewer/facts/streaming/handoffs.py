"""Work that is given to another thread, task or queue, and whether somebody waits for it."""

from __future__ import annotations

import re
from collections.abc import Iterator

from reviewer.core.lazily import lazily
from reviewer.facts.streaming.model import Handoff
from reviewer.facts.streaming.names import Names, bare
from reviewer.facts.syntax import Call, ResultUse

_EXECUTORS = lazily(r"(executor|pool|workers?|scheduler|threads?)$", re.IGNORECASE)


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
    if words.async_annotations and _is_annotated(names, call):
        return "async method"
    return "promise" if words.async_calls_start and _is_left_alone(names, call) else None


def _is_annotated(names: Names, call: Call) -> bool:
    """A method under @Async of another bean. On the own object Spring's proxy is not in between, and it runs at once."""
    if (
        not names.elsewhere
        or not call.receiver
        or call.receiver in ("this", "super")
        or call.receiver_call is not None
        or call.is_construction
    ):
        return False
    owner = names.type_of(call.receiver, call.function)
    syntax = names.elsewhere.get(owner) if owner else None
    if syntax is None:
        return False
    found = [
        f for f in syntax.functions if f.name == call.name and f.type is not None and syntax.types[f.type].name == owner
    ]
    above = [
        a.simple_name
        for f in found[:1]
        if f.type is not None
        for a in (*f.annotations, *syntax.types[f.type].annotations)
    ]
    return len(found) == 1 and any(name in names.idioms.async_annotations for name in above)


def _queue_or_executor(names: Names, call: Call) -> str | None:
    if call.name == "<-":
        given = {argument.value.text for argument in call.arguments}
        if given & names.idioms.failures:
            return None  # `errors <- err` tells that something failed
        return "channel" if call.arguments and not _is_clients(names, call) else None
    if names.idioms.senders and call.name in names.idioms.queues and bare(call.receiver).endswith(names.idioms.senders):
        return "channel"
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
    if call.receiver and names.client_of(call.receiver, call) is not None:
        return False  # `this.consumer.pause(…)` in a method that is called pause, too
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
        c.name in names.idioms.waits and _waits(names, c) and not _is_its_own(names, call, c)
        for c in later
        if c.name_span.first_line >= call.name_span.first_line
    )


def _is_its_own(names: Names, call: Call, waiting: Call) -> bool:
    """What the handed-over work itself waits for: `go func() { for { <-producer.Errors() } }()`."""
    function = waiting.function
    if function is None or function == call.function:
        return False
    return names.syntax.is_inside(function, call.function) and call.span.contains(names.syntax.functions[function].span)


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
