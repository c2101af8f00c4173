"""Which names hold a record, or something taken from one."""

from __future__ import annotations

import re

from reviewer.core.span import Span
from reviewer.facts.streaming.names import Names
from reviewer.facts.syntax import BlockKind, Call, Function


def derived_names(names: Names, span: Span, first: frozenset[str], source: Call | None) -> frozenset[str]:
    """The names that hold a record or something taken from one, followed through assignments, loops and lambdas."""
    found = set(first)
    if source is not None:
        found |= _given_on(names, source)
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
        found -= names.idioms.failures
        if len(found) == before:
            break
    return frozenset(found - {"_"})  # nobody reads what is called so


def _given_on(names: Names, source: Call) -> set[str]:
    """`consumer.poll(t).forEach(record -> …)`, `client.PollFetches(ctx).EachRecord(…)`: what the lambdas get that are chained to the call."""
    chained = {call.index for call in (source, *names.syntax.continued(source))}
    functions = [f for f in names.syntax.functions if f.is_lambda and f.argument_of in chained]
    return {name for f in functions for name in ([p.name for p in f.parameters][_before_it(names, f) :] or ["it"])}


_FOLDS = frozenset({"fold", "foldLeft", "reduce", "foldIndexed"})


def _before_it(names: Names, function: Function) -> int:
    """`records.fold(0) { count, record -> … }`: what is counted comes first, and is no record."""
    call = names.syntax.calls[function.argument_of] if function.argument_of is not None else None
    return 1 if call is not None and call.name in _FOLDS and len(function.parameters) > 1 else 0


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
