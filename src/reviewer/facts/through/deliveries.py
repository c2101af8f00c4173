"""Where a file calls code that others give it with each record: a function that a method takes, a method of a subclass."""

from __future__ import annotations

from collections.abc import Iterator

from reviewer.facts.streaming.model import FileFacts, Handling, Role, Through
from reviewer.facts.streaming.names import bare
from reviewer.facts.streaming.records import mentions
from reviewer.facts.syntax import Call, Function, ResultUse
from reviewer.facts.through.asking import WORKS
from reviewer.facts.through.effects import is_constructor, named_around, owner_of, parameters_of, title
from reviewer.facts.through.model import Calls

#: Languages in which a call without a receiver may be one of the own object.
_IMPLIED = frozenset({"java", "kotlin", "scala", "groovy", "csharp"})
_APPLIES = frozenset({"accept", "apply", "call", "invoke", "Invoke", "handle", "process", "onMessage", "test"})


def hooks_of(file: FileFacts) -> dict[tuple[str, str], Calls]:
    """By type and method: what a type calls on its own object with each record, so that a subclass may say what is done."""
    found: dict[tuple[str, str], Calls] = {}
    for handling in file.handlings:
        if handling.function is None:
            continue
        function = file.syntax.functions[handling.function]
        own = ("", *file.names.idioms.own) if file.syntax.language in _IMPLIED else file.names.idioms.own
        for call in handling.calls:
            if call.receiver in own and WORKS.match(call.name) and (records := _records(call, handling)):
                through = Through(method=title(file, function), span=call.name_span)
                found[owner_of(file, function), call.name] = Calls(
                    handling=handling, through=through, ack=_ack(file, handling, call), records=records
                )
    return found


def calls_of(file: FileFacts) -> dict[tuple[str, str], tuple[Calls, ...]]:
    """By type and method: the functions among its arguments that are called with each record."""
    found: dict[tuple[str, str], tuple[Calls, ...]] = {}
    for handling in file.handlings:
        for call in handling.calls:
            records = _records(call, handling)
            for function, position, name in _takers(file, handling, call) if records else ():
                through = Through(method=handling.name, span=call.name_span)
                ack = _ack(file, handling, call)
                made = Calls(handling=handling, through=through, ack=ack, records=records, position=position, name=name)
                method = "" if is_constructor(file, function) else function.name
                key = owner_of(file, function), method
                found[key] = (*found.get(key, ()), made)
    return found


def _records(call: Call, handling: Handling) -> tuple[int, ...]:
    return tuple(n for n, argument in enumerate(call.arguments) if mentions(argument.value.text, handling.records))


def _takers(file: FileFacts, handling: Handling, call: Call) -> Iterator[tuple[Function, int, str]]:
    """The methods that are given the function which a call calls: `handler(message)`, `this.handler.accept(record)`."""
    called = call.receiver if call.name in _APPLIES and call.receiver else call.name
    own = call.receiver in file.names.idioms.own
    name = bare(called) if call.name in _APPLIES and call.receiver else call.name
    if own or (call.receiver and call.name in _APPLIES):
        yield from _stored(file, handling, name)
    home = named_around(file, call.function)
    if home is not None and (not call.receiver or call.name in _APPLIES):
        function = file.syntax.functions[home]
        given = parameters_of(file, function)
        if name in given:
            yield function, given.index(name), name


def _stored(file: FileFacts, handling: Handling, field: str) -> Iterator[tuple[Function, int, str]]:
    """`this.handler = handler` in a constructor or a method of the same type."""
    owner = owner_of(file, file.syntax.functions[handling.function]) if handling.function is not None else ""
    for assignment in file.syntax.assignments:
        if assignment.function is None or assignment.value is None or bare(assignment.target) != bare(field):
            continue
        function = file.syntax.functions[assignment.function]
        given = parameters_of(file, function)
        if owner_of(file, function) == owner and assignment.value.text in given:
            yield function, given.index(assignment.value.text), assignment.value.text


def _ack(file: FileFacts, handling: Handling, call: Call) -> str:
    """Who commits what a handler was given, as `Handling.parts` says it; "" where it is not clear."""
    inside = {c.index for c in handling.calls}
    commits = [op.call.index for op in file.operations_of(Role.COMMIT) if op.call.index in inside]
    if call.result not in (ResultUse.IGNORED, ResultUse.AWAITED, ResultUse.ASSIGNED, ResultUse.RETURNED):
        return ""
    return "container" if commits and all(index > call.index for index in commits) else ""
