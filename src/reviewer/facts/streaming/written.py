"""What was written where: "under this path of that holder, this value". One reader for each way in which languages write that.

Which of these are settings, and which key they set, is told by the tables of the libraries (config.py).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from enum import StrEnum

from reviewer.core.lazily import lazily
from reviewer.core.span import Span
from reviewer.core.value import value
from reviewer.facts.streaming.names import Names
from reviewer.facts.syntax import Assignment, Call, Expression, ExpressionKind

_MAKES_NEW = lazily(r"build|new|create|copy|clone", re.IGNORECASE)


class Way(StrEnum):
    """How it is written."""

    PAIR = "pair"  # put(k, v), Map.of(k, v), m[k] = v
    LITERAL = "literal"  # {k: v}
    NAMED = "named"  # f(k=v), new C { K = v }, C{K: v}
    FIELD = "field"  # c.A.K = v
    OPTION = "option"  # K(v), K()


@value()
class Written:
    """`path` leads from the outermost key to the one that is set; names of fields and options are in it as string literals.

    `holder` is the text of the variable, or of the call, that it is written to; `value` is None for an option without one. `if_absent` says that
    it counts only where nothing else was written before.
    """

    way: Way
    holder: str
    path: tuple[Expression, ...]
    value: Expression | None
    function: int | None
    span: Span
    if_absent: bool = False


def code_written(names: Names) -> Iterator[Written]:
    """Everything that may be a setting: all pairs, subscripts and literals, and what else the libraries' tables have a name for."""
    tables, puts = names.tables, names.idioms.puts
    for call in names.syntax.calls:
        if call.name in puts:
            yield from pair_call(names, call)
        if call.name == "of":
            yield from pair_list(names, call)
        for argument in call.arguments:
            if argument.value.entries:
                yield from literal(argument.value, call.result_name or call.name, call.function)
        if call.is_construction and call.name == "ConfigEntry":
            yield from entry(call)
        if call.is_construction and call.name in tables.configs:
            yield from named(call)
        elif call.is_construction and call.name.endswith(names.idioms.copies):
            yield from (item for item in named(call) if item.way is Way.PAIR)
        if call.name in tables.keys:
            yield from option(names, call)
    for assignment in names.syntax.assignments:
        yield from subscript(assignment)
        if tables.keys or tables.configs:
            yield from dotted_field(assignment)


def pair_call(names: Names, call: Call) -> Iterator[Written]:
    """`props.put(K, V)`, and the same in a chain."""
    if call.name in names.idioms.puts and len(call.arguments) >= 2 and not call.is_construction:
        key, given = call.arguments[0].value, _made_absent(call.arguments[1].value)
        if_absent = call.name in names.idioms.puts_absent
        yield _written(Way.PAIR, chain_holder(names, call), (key,), given, call.function, if_absent=if_absent)


_RESULT = lazily(r"^(?:\w+|\(\w+\))\s*->\s*(?:\"([^\"]*)\"|(\d+|true|false))$|^\{\s*\"([^\"]*)\"\s*\}$")


def _made_absent(given: Expression) -> Expression:
    """`computeIfAbsent(K, key -> "v")`, `getOrPut(K) { "v" }`: the literal that the lambda gives."""
    match = _RESULT.match(given.text) if given.kind is ExpressionKind.LAMBDA else None
    if match is None:
        return given
    text = next(group for group in match.groups() if group is not None)
    return Expression(kind=ExpressionKind.STRING, text=given.text, span=given.span, literal=text)


def entry(call: Call) -> Iterator[Written]:
    """A setting of a topic as an object: `new ConfigEntry(K, V)`, `ConfigEntry{Name: K, Value: V}`."""
    key, given = (
        call.argument(0, "Name") or call.argument(-1, "name"),
        call.argument(1, "Value") or call.argument(-1, "value"),
    )
    if key is not None and given is not None:
        yield _written(Way.PAIR, call.result_name or call.name, (key,), given, call.function)


def pair_list(names: Names, call: Call) -> Iterator[Written]:
    """`Map.of(K, V, K, V)`."""
    if call.name == "of" and "of" in names.idioms.maps and len(call.arguments) % 2 == 0:
        for key, given in zip(call.arguments[::2], call.arguments[1::2], strict=True):
            yield _written(Way.PAIR, call.result_name or "", (key.value,), given.value, call.function)


def subscript(assignment: Assignment) -> Iterator[Written]:
    """`props[K] = V`, and what a literal that is assigned holds."""
    if assignment.value is None:
        return
    if assignment.subscript is not None:
        path = (assignment.subscript,)
        yield _written(Way.PAIR, assignment.target, path, assignment.value, assignment.function)
    else:
        yield from literal(assignment.value, assignment.target, assignment.function)


def literal(
    expression: Expression, holder: str, function: int | None, path: tuple[Expression, ...] = ()
) -> Iterator[Written]:
    """`{"a": 1, "b": {"c": 2}}`: every entry, the inner ones with their whole path."""
    if expression.kind is not ExpressionKind.COLLECTION:
        return
    for entry in expression.entries:
        inner = path if entry.key is None else (*path, entry.key)
        if entry.key is not None:
            yield _written(Way.LITERAL, holder, inner, entry.value, function)
        yield from literal(entry.value, holder, function, inner)


def named(call: Call) -> Iterator[Written]:
    """`Producer(acks=1)`, `new ProducerConfig { Acks = … }`, `sarama.Config{…}`; `new Dictionary { ["acks"] = … }` are pairs."""
    for argument in call.arguments:
        if argument.name is not None and not argument.name.startswith("*"):
            key = word(argument.name.strip("\"'`"), argument.value.span)
            yield Written(
                way=Way.PAIR if argument.name.startswith('"') else Way.NAMED, holder=call.result_name or call.name, path=(key,), value=argument.value,
                function=call.function, span=argument.value.span,
            )  # fmt: skip


def dotted_field(assignment: Assignment) -> Iterator[Written]:
    """`config.Producer.RequiredAcks = V`."""
    if assignment.value is None or assignment.subscript is not None or "." not in assignment.target:
        return
    holder, *path = assignment.target.split(".")
    keys = tuple(word(part, assignment.span) for part in path)
    yield Written(
        way=Way.FIELD, holder=holder, path=keys, value=assignment.value, function=assignment.function, span=assignment.span
    )  # fmt: skip


def option(names: Names, call: Call) -> Iterator[Written]:
    """`kgo.RequiredAcks(V)`, `kgo.DisableAutoCommit()`: a function of the library's package; `ConsumerSettings(…).withGroupId(G)`: a step on one."""
    root = names.syntax.chain(call)[0]
    if not names.is_of_library(root.receiver or root.name) and not (
        call is not root and root.name in names.tables.makers
    ):
        return
    given = call.arguments[0].value if call.arguments else None
    is_first = call is root and "[" not in root.receiver  # `ConsumerSettings[F, K, V].withGroupId(G)` is a step already
    holder = "" if is_first else chain_holder(names, names.end_of_chain(call))
    yield Written(
        way=Way.OPTION, holder=holder, path=(word(call.name, call.name_span),), value=given, function=call.function,
        span=call.span if is_first else call.name_span,
    )  # fmt: skip


def word(text: str, span: Span) -> Expression:
    """A name that stands for itself, as a string literal."""
    return Expression(kind=ExpressionKind.STRING, text=text, span=span, literal=text)


def chain_holder(names: Names, call: Call) -> str:
    """What the calls of a chain write to: the variable at its beginning, else the one that gets the result, else the call it begins with.

    `.set("a", 1).set("b", 2)` on one builder is one holder.
    """
    chain = names.syntax.chain(call)
    root = chain[0]
    if len(chain) == 1 or root.name in names.idioms.puts:
        return root.receiver
    last = names.end_of_chain(call)
    if last.result_name:
        return last.result_name
    if not (root.is_construction or _MAKES_NEW.search(root.name)):
        return root.name  # `env.getConfig()` gives the same object each time
    same = [
        c for c in names.syntax.calls[: root.index] if c.name == root.name and c.receiver == root.receiver and c.function == root.function
    ]  # fmt: skip
    return root.name + (f" {len(same) + 1}" if same else "")


def _written(
    way: Way, holder: str, path: tuple[Expression, ...], given: Expression, function: int | None, *, if_absent: bool = False
) -> Written:  # fmt: skip
    span = path[-1].span
    whole = Span(path=span.path, side=span.side, first_line=span.first_line, last_line=given.span.last_line)
    return Written(way=way, holder=holder, path=path, value=given, function=function, span=whole, if_absent=if_absent)
