"""Chains and lambdas that configure something, by the words of the tables: Spark's readers and writers, Beam's KafkaIO, endpoints of .NET frameworks."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import replace

from reviewer.clients.library import Builds, Key, Library
from reviewer.core.value import value
from reviewer.facts.streaming.config import canonical, scoped, setting_of, value_for
from reviewer.facts.streaming.config_flow import settings_for
from reviewer.facts.streaming.dataflow import Part
from reviewer.facts.streaming.model import Builder, Setting
from reviewer.facts.streaming.names import Names, simple_type
from reviewer.facts.streaming.parts import first_line
from reviewer.facts.streaming.value import Known, Value
from reviewer.facts.streaming.written import Way, Written, pair_call, word
from reviewer.facts.syntax import Argument, Assignment, Call, Expression, Function

_LAST = re.compile(r"(\w+)\s*$")
_TAIL = 80  # of a receiver, whose last word is looked for
_GENERICS = re.compile(r"<.*$", re.DOTALL)


def built(names: Names, settings: tuple[Setting, ...]) -> Iterator[Builder]:
    """Every chain and lambda of a file that the tables have a word for, in order; none that says nothing."""
    yield from (builder for builder in _all(names, settings) if builder.parts or builder.settings)


@value()
class _Bodies:
    """The lambdas of a file by the call that they are given to, and what stands directly in each function."""

    lambdas: Mapping[int, Function]
    calls: Mapping[int, list[Call]]
    fields: Mapping[int, list[Assignment]]


def _bodies(names: Names) -> _Bodies:
    given = [f for f in names.syntax.functions if f.is_lambda and f.argument_of is not None and f.parameters]
    lambdas = {f.argument_of: f for f in reversed(given) if f.argument_of is not None}
    calls: dict[int, list[Call]] = {f.index: [] for f in lambdas.values()}
    fields: dict[int, list[Assignment]] = {f.index: [] for f in lambdas.values()}
    for call in names.syntax.calls:
        if call.function in calls:
            calls[call.function].append(call)
    for assignment in names.syntax.assignments:
        if assignment.function in fields:
            fields[assignment.function].append(assignment)
    return _Bodies(lambdas=lambdas, calls=calls, fields=fields)


def _all(names: Names, settings: tuple[Setting, ...]) -> Iterator[Builder]:
    rows = {name: (library, row) for library in names.libraries for name, row in library.builds.items()}
    known: Counter[str] = Counter()
    bodies = _bodies(names) if rows else None
    for call in names.syntax.calls if bodies is not None else ():
        name = _GENERICS.sub("", call.name)
        if name in rows and rows[name][1].of_lambda and bodies is not None:
            yield from _of_lambda(names, settings, rows[name], call, known, bodies)
        elif names.chained.get(call.index) is None:
            yield from _of_chain(names, settings, rows, call, known)


def _of_chain(
    names: Names,
    settings: tuple[Setting, ...],
    rows: dict[str, tuple[Library, Builds]],
    last: Call,
    known: Counter[str],
) -> Iterator[Builder]:
    """A chain may have several words in it: `orders.withWatermark(…).writeStream.format(…)`."""
    chain = names.syntax.chain(last)
    starts = list(_starts(rows, chain))
    ends = [first for first, _, _ in [*starts[1:], (len(chain), None, None)]][: len(starts)]
    for (first, found, link), end in zip(starts, ends, strict=True):
        holder = _numbered(names, last.result_name or found[1].kind, link.function, known)
        yield _builder(names, settings, found, link, holder, chain[first:end], ())


def _starts(
    rows: dict[str, tuple[Library, Builds]], chain: tuple[Call, ...]
) -> Iterator[tuple[int, tuple[Library, Builds], Call]]:
    """The links that begin something: with the position of its first step, and the call that it is known by."""
    for position, link in enumerate(chain):
        before = _LAST.search(link.receiver[-_TAIL:])  # a property: `spark.readStream`
        found = rows.get(before[1]) if before is not None else None
        is_call = position > 0 and before is not None and chain[position - 1].name == before[1]
        if found is not None and not found[1].of_lambda and not is_call:
            yield position, found, link
        found = rows.get(f"{simple_type(link.receiver)}.{link.name}") or rows.get(link.name)
        if found is not None and not found[1].of_lambda:
            yield (position if link.name in found[1].pairs else position + 1), found, link


def _of_lambda(
    names: Names, settings: tuple[Setting, ...], found: tuple[Library, Builds], call: Call, known: Counter[str], bodies: _Bodies
) -> Iterator[Builder]:  # fmt: skip
    """What is done to the parameter of the lambda that a call is given."""
    inner = bodies.lambdas.get(call.index)
    if inner is None:
        if found[1].given and call.arguments:  # `rider.AddProducer<Invoice>("invoices")`
            holder = f"{found[1].kind} {names.resolve(call.argument(0), call.function).text}"
            yield _builder(names, settings, found, call, _numbered(names, holder, call.function, known), (), ())
        return
    parameter = inner.parameters[-1].name
    steps = tuple(c for c in bodies.calls[inner.index] if _root(names, c).receiver == parameter)
    fields = tuple(a for a in bodies.fields[inner.index] if a.target.startswith(f"{parameter}."))
    holder = _numbered(names, _holder(names, found[1], call, inner), call.function, known)
    yield _builder(names, settings, found, call, holder, steps, fields)


def _numbered(names: Names, holder: str, function: int | None, known: Counter[str]) -> str:
    """The second of its kind in a function is another one."""
    known[scope := scoped(names, holder, function)] += 1
    return f"{holder} {known[scope]}" if known[scope] > 1 else holder


def _root(names: Names, call: Call) -> Call:
    return names.syntax.chain(call)[0]


def _holder(names: Names, row: Builds, call: Call, inner: Function) -> str:
    """The builder's kind and the first thing that it is given, so that two endpoints of one file are two."""
    first = next((a.value for a in call.arguments if a.value.function != inner.index), None)
    return f"{row.kind} {names.resolve(first, call.function).text}" if first is not None else row.kind


def _builder(
    names: Names, settings: tuple[Setting, ...], found: tuple[Library, Builds], call: Call, holder: str, steps: tuple[Call, ...],
    fields: tuple[Assignment, ...],
) -> Builder:  # fmt: skip
    library, row = found
    scope = scoped(names, holder, call.function)
    said: list[Setting | Part] = [*_own(names, settings, row, call, scope)]
    for step in steps:
        said += _of_step(names, settings, row, step, scope)
    said += [item for field in fields for item in _of_field(names, row, field, scope)]
    return Builder(
        kind=row.kind, library=library.id, holder=holder, call=call, steps=(),
        parts=tuple(item for item in said if isinstance(item, Part)),
        settings=tuple(dict.fromkeys(item for item in said if isinstance(item, Setting))),
    )  # fmt: skip


def _own(names: Names, settings: tuple[Setting, ...], row: Builds, call: Call, scope: str) -> Iterator[Setting | Part]:
    """`k.TopicEndpoint<Order>("orders", "billing", e => …)`."""
    for position, key in row.given.items():
        value = call.argument(position)
        if value is None or value.function is not None:
            continue
        known = names.resolve(value, call.function)
        whole = _whole(names, settings, value, call.function) if known.known is Known.UNKNOWN else ()
        if whole or _is_config(names, value, call):  # a configuration instead of the one value
            yield from (replace(setting, client=setting.client or row.client) for setting in whole)
        elif key.startswith(":"):
            yield Part(name=key[1:], value=known, span=value.span)
        else:
            yield Setting(key=key, value=known, client=row.client, scope=scope, span=value.span, in_code=True)


def _whole(names: Names, settings: tuple[Setting, ...], value: Expression, function: int | None) -> tuple[Setting, ...]:
    """A configuration that is given in place of one value, made in the same function or in one around it."""
    scope = function
    while scope is not None:
        found, _ = settings_for(names, settings, value, scope)
        if found:
            return found
        scope = names.syntax.functions[scope].parent
    return settings_for(names, settings, value, None)[0]


def _is_config(names: Names, value: Expression, call: Call) -> bool:
    return names.type_of(value.text, call.function) in names.tables.configs


def _of_step(
    names: Names, settings: tuple[Setting, ...], row: Builds, step: Call, scope: str
) -> Iterator[Setting | Part]:
    first = step.arguments[0] if step.arguments else None
    if step.name in row.pairs and len(step.arguments) >= 2:
        yield from _pair(names, row, step.arguments[0].value, step.arguments[1].value, step, scope)
    elif step.name in row.maps:
        for argument in step.arguments:
            entries = _spread(names, argument, step) if row.pairs else ()
            if argument.name is not None and not argument.name.startswith("*"):
                yield from _pair(names, row, word(argument.name, argument.value.span), argument.value, step, scope)
            elif entries:
                for key, value in entries:
                    yield from _pair(names, row, key, value, step, scope)
            else:
                found, _ = settings_for(names, settings, argument.value, step.function)
                found = found or _put(names, argument.value)
                yield from (replace(setting, client=setting.client or row.client) for setting in found)
    elif step.name in row.keys:
        yield from _keyed(names, row, row.keys[step.name], first.value if first else None, step, scope)
    elif step.name in row.parts:
        yield Part(name=row.parts[step.name], value=_said(names, step), span=first_line(step.name_span))


def _put(names: Names, value: Expression) -> tuple[Setting, ...]:
    """`new ImmutableMap.Builder<>().put(ACKS_CONFIG, "all").build()`."""
    chain = names.syntax.chain(names.syntax.calls[value.call]) if value.call is not None else ()
    written = (setting_of(names, item) for link in chain for item in pair_call(names, link))
    return tuple(setting for setting in written if setting is not None)


def _spread(names: Names, argument: Argument, step: Call) -> tuple[tuple[Expression, Expression], ...]:
    """`.options(**kafka)`, `.options(kafka)`: the pairs of the map, also through a variable of this function or of the file."""
    found = argument.value
    name = found.text.lstrip("*")
    if name.isidentifier():
        made = [
            a.value
            for a in names.syntax.assignments
            if a.target == name and a.subscript is None and a.function in (step.function, None) and a.value is not None
        ]
        found = made[0] if len(made) == 1 else found
    pairs = [(entry.key, entry.value) for entry in found.entries if entry.key is not None]
    written = [
        (a.subscript, a.value) for a in names.syntax.assignments if a.target == name and a.function == step.function
    ]
    return (*pairs, *((key, value) for key, value in written if key is not None and value is not None))


def _said(names: Names, step: Call) -> Value:
    """The first argument, with its name where that says more (`trigger(availableNow=True)`); without one that it is said."""
    if not step.arguments:
        return Value(known=Known.EXPLICIT, text="true")
    first = step.arguments[0]
    known = names.resolve(first.value, step.function)
    return known if first.name is None else Value(known=known.known, text=f"{first.name}={known.text}")


def _pair(names: Names, row: Builds, key: Expression, given: Expression, step: Call, scope: str) -> Iterator[Setting]:
    text = names.resolve(key, step.function).text
    for name in (text, text.lower()):
        if name in row.keys:
            yield from _keyed(names, row, row.keys[name], given, step, scope)
            return
    prefix = next((prefix for prefix in row.prefixes if text.startswith(prefix)), None)
    if prefix is not None:
        yield from _keyed(names, row, Key(key=canonical(text.removeprefix(prefix))), given, step, scope)


def _keyed(
    names: Names, row: Builds, key: str | Key, given: Expression | None, step: Call, scope: str
) -> Iterator[Setting]:
    yield from _setting(names, row, key, given, step.name, step.function, step, scope)


def _of_field(names: Names, row: Builds, field: Assignment, scope: str) -> Iterator[Setting | Part]:
    name = field.target.rsplit(".", 1)[-1]
    if name in row.keys:
        yield from _setting(names, row, row.keys[name], field.value, name, field.function, field, scope)
    elif name in row.parts:
        yield Part(name=row.parts[name], value=names.resolve(field.value, field.function), span=field.span)


def _setting(
    names: Names, row: Builds, key: str | Key, given: Expression | None, name: str, function: int | None, at: Call | Assignment, scope: str
) -> Iterator[Setting]:  # fmt: skip
    key = Key(key=key) if isinstance(key, str) else key
    span = given.span if given is not None else at.name_span if isinstance(at, Call) else at.span
    written = Written(way=Way.OPTION, holder="", path=(word(name, span),), value=given, function=function, span=span)
    value = value_for(names, key, written)
    if value is not None:
        yield Setting(key=key.key, value=value, client=key.client or row.client, scope=scope, span=span, in_code=True)
