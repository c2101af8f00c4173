"""Records sent through a client that is an interface of this program: `@KafkaClient interface Orders { @Topic("orders") void place(@KafkaKey String id, Order order); }`."""

from __future__ import annotations

from collections.abc import Iterator

from reviewer.clients.library import Interface, Library
from reviewer.facts.streaming.model import Operation, Role, Send
from reviewer.facts.streaming.names import Names, simple_type
from reviewer.facts.streaming.outcomes import is_result_used
from reviewer.facts.syntax import Annotation, Call, Expression, Function


def declared_sends(names: Names) -> Iterator[Send]:
    """One for each call of a method that the tables say sends."""
    for library in names.libraries:
        for row in library.interfaces:
            methods = list(_methods(names, row))
            for call in names.syntax.calls if methods else ():
                method = next((m for m in methods if _calls(names, call, m)), None)
                if method is not None:
                    yield _send(names, library, row, call, method)


def _methods(names: Names, row: Interface) -> Iterator[Function]:
    """The sending methods of the interfaces of this file."""
    for function in names.syntax.functions:
        declared = names.syntax.types[function.type] if function.type is not None else None
        if declared is None or not any(a.simple_name == row.on for a in declared.annotations):
            continue
        if _topic(row, function) is not None or any(row.topic in p.annotations for p in function.parameters):
            yield function


def _topic(row: Interface, function: Function) -> Annotation | None:
    return next((a for a in function.annotations if a.simple_name == row.topic), None)


def _calls(names: Names, call: Call, method: Function) -> bool:
    assert method.type is not None
    if call.name != method.name or len(call.arguments) != len(method.parameters) or not call.receiver:
        return False
    return names.type_of(call.receiver, call.function) == names.syntax.types[method.type].name


def _send(names: Names, library: Library, row: Interface, call: Call, method: Function) -> Send:
    annotation = _topic(row, method)
    topic = annotation.arguments[0].value if annotation is not None and annotation.arguments else None
    key: Expression | None = None
    value: Expression | None = None
    for position, parameter in enumerate(method.parameters):
        given = call.argument(position)
        if row.key in parameter.annotations:
            key = given
        elif row.topic in parameter.annotations:
            topic = given
        elif value is None and not parameter.annotations:
            value = given
    is_later = simple_type(method.return_type) in row.later
    return Send(
        operation=Operation(role=Role.SEND, client="producer", library=library.id, holder=call.receiver, call=call),
        topic=topic, key=key, value=value, key_known=True, callback=None,
        handled=not is_later or is_result_used(names, call), reports_by="future" if is_later else "result", waits=not is_later,
    )  # fmt: skip
