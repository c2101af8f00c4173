"""Objects that callers hand in and that know their topic: `topic.name()` of a parameter is not every object of that class."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from reviewer.facts.stream_map.call_names import TopicName
from reviewer.facts.streaming.follow import Place
from reviewer.facts.streaming.model import FileFacts
from reviewer.facts.syntax import Call, Expression, ExpressionKind, Function, SyntaxFacts

_CALLERS = 40  # calls of one function that are looked at

CallsOf = Callable[[SyntaxFacts, Function], Sequence[tuple[FileFacts, Call]]]
Getter = Callable[[Place, Call, int], TopicName | None]


def of_receiver(place: Place, expression: Expression, calls_of: CallsOf, getter: Getter) -> tuple[TopicName, ...]:
    """What the objects say that callers hand in for the parameter on which a getter is called; none where that is not known."""
    call = place.syntax.calls[expression.call] if expression.call is not None else None
    function = place.syntax.functions[place.function] if place.function is not None else None
    if call is None or function is None or function.is_lambda or call.arguments:
        return ()
    names = handed(place.syntax, function)
    found: list[TopicName | None] = []
    for facts, caller in calls_of(place.syntax, function)[:_CALLERS] if call.receiver in names else ():
        given = caller.argument(names.index(call.receiver), call.receiver)
        if given is not None and given.kind is ExpressionKind.NAME:
            asked = replace(call, receiver=given.text, receiver_call=None, function=caller.function)
            found.append(getter(Place(names=facts.names, function=caller.function), asked, 1))
    return tuple(dict.fromkeys(one for one in found if one is not None and one.is_known))


def handed(syntax: SyntaxFacts, function: Function) -> list[str]:
    """The parameters that a call gives: without `self`, and without the receiver of a method of Go, which is the first of them here."""
    names = [parameter.name for parameter in function.parameters]
    is_method = syntax.language == "go" and "." in function.qualified
    return names[1:] if is_method or names[:1] in (["self"], ["cls"], ["this"]) else names
