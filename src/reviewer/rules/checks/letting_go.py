"""Functions that return before their work is done, which they did not before, and who calls them: the caller need not be changed."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import PurePosixPath

from reviewer.core.span import Span
from reviewer.core.value import value
from reviewer.facts.delta import Delta
from reviewer.facts.streaming.flow import is_noise
from reviewer.facts.streaming.handoffs import handoffs, outermost
from reviewer.facts.streaming.model import FileFacts, Handling, Handoff, Role
from reviewer.facts.streaming.records import derived_names, mentions
from reviewer.facts.syntax import Call, Function, ResultUse
from reviewer.rules.checks.words import taker


@value()
class LetGo:
    """`function` of `file`, both after the change. `span` is where it lets its work go, `what` says to whom."""

    file: FileFacts
    function: Function
    span: Span
    what: str


def let_go(delta: Delta) -> Iterator[LetGo]:
    """Methods that are asynchronous now, and functions that hand over what they are given and no longer wait."""
    if len(delta.after.files) + len(delta.after.related) < 2:  # nobody else is there to call them
        return
    for _, before, after in delta.modified():
        given = _unjoined(after)
        words = after.names.idioms.async_annotations
        if not given and not words:
            continue
        old, had = _named(before), _unjoined(before)
        for name, function in _named(after).items():
            was = old.get(name)
            if was is None:
                continue
            note = _note(after, function) if words else None
            if note is not None and _note(before, was) is None:
                yield LetGo(file=after, function=function, span=note[0], what=f"another thread (@{note[1]})")
                continue
            loose = _loose(after, function, given.get(function.index, []))
            if loose is not None and _loose(before, was, had.get(was.index, [])) is None:
                yield LetGo(file=after, function=function, span=loose.call.name_span, what=taker(loose))


def _unjoined(file: FileFacts) -> dict[int | None, list[Handoff]]:
    """What is handed over and not waited for, by the named function; a file without a client has these facts too."""
    found: dict[int | None, list[Handoff]] = {}
    for handoff in file.handoffs if file.libraries else handoffs(file.names):
        if not handoff.joined and handoff.construct in ("goroutine", "task", "executor", "thread"):
            found.setdefault(outermost(file.names, handoff.call.function), []).append(handoff)
    return found


def _named(file: FileFacts) -> dict[str, Function]:
    """Functions by name; overloads are left out: nobody knows which became which."""
    found: dict[str, list[Function]] = {}
    for function in file.syntax.functions:
        if not function.is_lambda and not file.is_test:
            found.setdefault(function.qualified, []).append(function)
    return {name: several[0] for name, several in found.items() if len(several) == 1}


def _note(file: FileFacts, function: Function) -> tuple[Span, str] | None:
    """The annotation that makes a method, or all methods of its class, asynchronous. What returns a future can be waited for."""
    if "Future" in function.return_type or "Mono" in function.return_type or "Uni" in function.return_type:
        return None
    owner = file.syntax.types[function.type].annotations if function.type is not None else ()
    found = [a for a in (*function.annotations, *owner) if a.simple_name in file.names.idioms.async_annotations]
    return (found[0].span, found[0].simple_name) if found else None


def _loose(file: FileFacts, function: Function, candidates: list[Handoff]) -> Handoff | None:
    """What the function hands over of what it was given, while nobody waits."""
    given = frozenset(parameter.name for parameter in function.parameters)
    carried = derived_names(file.names, function.span, given, None) if candidates else given
    for handoff in candidates:
        call = handoff.call
        kept = call.result in (ResultUse.ASSIGNED, ResultUse.ARGUMENT, ResultUse.RETURNED, ResultUse.OTHER)
        if not kept and not is_noise(call) and any(mentions(a.value.text, carried) for a in call.arguments):
            return handoff
    return None


def callers(delta: Delta, gone: LetGo) -> Iterator[tuple[FileFacts, Call]]:
    """The calls of a function in other files, where it is sure that it is this one."""
    for file in delta.after.everything():
        if file.path == gone.file.path or file.is_test or file.syntax.language != gone.file.syntax.language:
            continue
        for call in file.syntax.calls:
            if call.name == gone.function.name and not call.is_construction and _is_meant(file, call, gone):
                yield file, call


def _is_meant(file: FileFacts, call: Call, gone: LetGo) -> bool:
    declared = gone.file.syntax
    if gone.function.type is not None:
        return file.names.type_of(call.receiver, call.function) == declared.types[gone.function.type].name
    here, there = PurePosixPath(file.path), PurePosixPath(gone.file.path)
    if file.names.idioms.packages_qualify:
        return here.parent == there.parent and not call.receiver
    imported = [item.path for item in file.syntax.imports if item.alias == call.name]
    return not call.receiver and any(there.stem in path.replace("/", ".").split(".") for path in imported)


def commit_behind(file: FileFacts, call: Call) -> Call | None:
    """The commit that follows a call in its function, where nothing waits between the two."""
    home = outermost(file.names, call.function)
    for operation in file.operations_of(Role.COMMIT):
        commit = operation.call
        if outermost(file.names, commit.function) == home and commit.index > call.index:
            between = file.syntax.calls[call.index + 1 : commit.index]
            waits = any(c.name in file.names.idioms.waits and c.name not in ("get", "result") for c in between)
            return None if waits or call.result is ResultUse.AWAITED else commit
    return None


def listener_of(file: FileFacts, call: Call) -> Handling | None:
    """The listener that a call with its record stands in, when its return is the commit."""
    for handling in file.handlings:
        inside = {c.index for c in handling.calls}
        carries = any(mentions(argument.value.text, handling.records) for argument in call.arguments)
        by_hand = any(operation.call.index in inside for operation in file.operations_of(Role.COMMIT))
        if handling.kind in ("listener", "callback") and call.index in inside and carries and not by_hand:
            return handling
    return None
