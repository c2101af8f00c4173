"""The function that a client is given to call back."""

from __future__ import annotations

from reviewer.facts.streaming.names import Names, bare
from reviewer.facts.syntax import Expression, Function


def function_of(names: Names, expression: Expression) -> Function | None:
    """The function behind a lambda, `this.handle`, or `this.handle.bind(this)`."""
    functions = names.syntax.functions
    if expression.function is not None:
        return functions[expression.function]
    text = expression.text
    if expression.call is not None and names.syntax.calls[expression.call].name == "bind":
        text = names.syntax.calls[expression.call].receiver
    for name in (text.rsplit(".", 1)[-1], bare(text)):
        named = [f for f in functions if f.name == name and not f.is_lambda]
        if len(named) == 1:
            return named[0]
        mine = [f for f in named if f.type is not None and f.type == _type_around(names, expression)]
        if len(mine) == 1 and text.startswith(tuple(f"{own}." for own in names.idioms.own)):
            return mine[0]
    return None


def _type_around(names: Names, expression: Expression) -> int | None:
    """The type in whose method an expression stands."""
    around = [f for f in names.syntax.functions if f.span.contains(expression.span)]
    return around[-1].type if around else None


def own_parameters(names: Names, function: Function) -> int:
    """How many parameters are the object of the method: Python writes it among them."""
    first = function.parameters[0].name if function.parameters else ""
    return int(function.type is not None and not function.is_lambda and first in names.idioms.own)
