"""Operators of Flink jobs and nodes of Streams topologies, with what names them and what keeps state."""

from __future__ import annotations

import re
from collections.abc import Iterator

from reviewer.clients.library import Library
from reviewer.facts.streaming.jobgraph import linked
from reviewer.facts.streaming.model import Builder, Known, Operator, StateDeclaration
from reviewer.facts.streaming.names import Names, bare, simple_type
from reviewer.facts.streaming.topology import numbered
from reviewer.facts.syntax import Call, Expression, ExpressionKind

_NAMING = frozenset({"uid", "name", "setUidHash", "set_uid_hash"})
_ITEM = re.compile(r"\[\w+\]$")  # `branches[0]`
_BRANCH_BODIES = frozenset({"withConsumer", "withFunction"})


def operators(names: Names) -> Iterator[Operator]:
    """Every operator, in order of evaluation, position counted per builder or function."""
    for library in names.libraries:
        if library.operators:
            found = list(_operators(names, library))
            yield from numbered(names, found) if library.id == "kafka-streams" else linked(names, library, found)


def _operators(names: Names, library: Library) -> Iterator[Operator]:
    streams = _stream_names(names, library)
    methods = frozenset().union(*library.operators.values())
    found: dict[int, int] = {}
    count = 0
    for call in sorted(names.syntax.calls, key=lambda call: _turn(names, call)):
        if (
            call.name in methods
            and (call.receiver or _extended(names, library, call))
            and not _is_scope(names, call)
            and _is_stream(names, library, call, streams)
        ):
            operator = _operator(names, library, call, count, found)
            found[call.index] = count
            count += 1
            yield operator


def _is_scope(names: Names, call: Call) -> bool:
    """Kotlin's `env.apply { … }` only says something of `env`; the `apply` of a window names what it takes."""
    given = call.arguments[-1].value.function if call.name == "apply" and call.arguments else None
    return names.syntax.language == "kotlin" and given is not None and not names.syntax.functions[given].parameters


def _turn(names: Names, call: Call) -> tuple[int, ...]:
    """The order of evaluation: a lambda that is given to a branch runs when the branch is made."""
    outer = _branch_around(names, call)
    return (call.index,) if outer is None else (*_turn(names, outer), call.index)


def _branch_around(names: Names, call: Call) -> Call | None:
    function = names.syntax.functions[call.function] if call.function is not None else None
    if function is None or function.argument_of is None:
        return None
    given = names.syntax.calls[function.argument_of]
    if given.name not in _BRANCH_BODIES:
        return None
    later = (c for c in names.syntax.calls[given.index + 1 :] if c.name in ("branch", "defaultBranch"))
    return next((c for c in later if any(a.value.span.contains(given.span) for a in c.arguments)), None)


def _root(names: Names, call: Call) -> str:
    """The outermost function around a call: what a lambda inside it builds belongs to the same graph."""
    function = call.function
    while function is not None and (outer := names.syntax.functions[function].parent) is not None:
        function = outer
    return names.syntax.functions[function].qualified if function is not None else ""


def _is_stream(names: Names, library: Library, call: Call, streams: frozenset[str]) -> bool:
    root = names.syntax.chain(call)[0]
    if not root.receiver and _extended(names, library, root):
        return True
    if _has_uid(names, library, call) and not names.type_of(root.receiver, call.function):
        return True
    if root.index == call.index:
        return _rooted(names, library, call, streams)
    if root.is_construction:
        return simple_type(root.name) in library.stream_types
    return _rooted(names, library, root, streams)


def _extended(names: Names, library: Library, call: Call) -> bool:
    """`fun StreamsBuilder.orders() { stream<…>("orders") … }`: what has no receiver is a method of the type that is extended."""
    function = call.function
    while function is not None:
        declared = names.syntax.functions[function]
        if declared.extends:
            return simple_type(declared.extends) in library.stream_types
        function = declared.parent
    return False


def _has_uid(names: Names, library: Library, call: Call) -> bool:
    """Nothing but an operator of Flink has a `uid("…")` behind it: it shows what an untyped value is."""
    return library.id == "flink-datastream" and any(
        c.name == "uid" and c.arguments for c in names.syntax.continued(call)
    )


def _rooted(names: Names, library: Library, call: Call, streams: frozenset[str]) -> bool:
    receiver = _ITEM.sub("", call.receiver.split("(")[0])
    if bare(receiver) in streams:
        return True
    type_name = names.type_of(receiver, call.function)
    if type_name:
        return type_name in library.stream_types
    return simple_type(call.receiver.split(".")[0]) in library.stream_types


def _stream_names(names: Names, library: Library) -> frozenset[str]:
    """Variables that hold a stream: by declared type, or assigned from a chain that begins at one."""
    functions = names.syntax.functions
    found = {p.name for f in functions for p in f.parameters if simple_type(p.type) in library.stream_types}
    bodies = (
        f for f in functions if f.argument_of is not None and names.syntax.calls[f.argument_of].name in _BRANCH_BODIES
    )
    found |= {p.name for f in bodies for p in f.parameters if library.id == "kafka-streams"}
    modules = names.idioms.files_are_modules  # a Python job calls it env
    for _ in range(4):
        before = len(found)
        for assignment in names.syntax.assignments:
            if simple_type(assignment.declared_type) in library.stream_types:
                found.add(bare(assignment.target))
            elif assignment.value is not None and assignment.value.call is not None:
                root = names.syntax.chain(names.syntax.calls[assignment.value.call])[0]
                made = names.syntax.calls[assignment.value.call]
                is_named = made.name in _NAMING and _has_uid(names, library, root) and made.name != "name"
                if is_named or _makes_stream(library, root, frozenset(found), modules):
                    found.add(bare(assignment.target))
            elif assignment.value is not None and _is_static(library, assignment.value):
                found.add(bare(assignment.target))
        if len(found) == before:
            break
    return frozenset(found)


def _is_static(library: Library, value: Expression) -> bool:
    """Scala: `val env = StreamExecutionEnvironment.getExecutionEnvironment`, a call without brackets."""
    owner, _, name = value.text.rpartition(".")
    return value.kind is ExpressionKind.NAME and name == "getExecutionEnvironment" and simple_type(owner) in library.stream_types  # fmt: skip


def _makes_stream(library: Library, root: Call, found: frozenset[str], modules: bool) -> bool:
    if root.is_construction:
        return simple_type(root.name) in library.stream_types
    holder = root.receiver.split("(")[0]
    return bare(holder) in found or simple_type(holder) in library.stream_types or (modules and bare(holder) == "env")


def _operator(names: Names, library: Library, call: Call, position: int, found: dict[int, int]) -> Operator:
    framework = "streams" if library.id == "kafka-streams" else "flink"
    following = _until_next(names, library, call)
    uid = next((c for c in following if c.name == "uid"), None)
    label = next((c for c in following if c.name == "name"), None)
    given = _given_names(names, library, call)
    upstream = next((found[c.index] for c in reversed(names.syntax.chain(call)[:-1]) if c.index in found), None)
    return Operator(
        framework=framework, op=call.name, call=call, position=position,
        root=_root(names, call), uid=_text(names, uid), uid_span=uid.name_span if uid else None,
        uid_known=uid is not None and names.resolve(uid.argument(0), uid.function).known is Known.EXPLICIT,
        name=given[0] if given else (_text(names, label) or ""),
        stateful=call.name in library.operators.get("stateful", frozenset()), key=call.argument(0) if call.name in ("keyBy", "key_by", "groupBy", "selectKey") else None,
        function_class=_function_class(names, call), upstream=upstream, names=given,
    )  # fmt: skip


def _text(names: Names, call: Call | None) -> str | None:
    if call is None or not call.arguments:
        return None
    return names.resolve(call.arguments[0].value, call.function).text


def _until_next(names: Names, library: Library, call: Call) -> list[Call]:
    """The naming calls chained to an operator; for a variable, also those made on it in statements of its own."""
    methods = frozenset().union(*library.operators.values()) - _NAMING
    taken: list[Call] = []
    for after in names.syntax.continued(call):
        if after.name in methods:
            return taken
        taken.append(after)
    holder = next((c.result_name for c in [*reversed(taken), call] if c.result_name), None)
    if holder:
        own = (
            c for c in names.syntax.calls if c.receiver == holder and c.name in _NAMING and c.function == call.function
        )
        taken.extend(own)
    return taken


def _given_names(names: Names, library: Library, call: Call) -> tuple[str, ...]:
    """Explicit names in `Named.as("x")`, `Materialized.as("x")`, `Grouped.with("x", …)`, `StreamJoined…withName("x")`."""
    given: list[str] = []
    for argument in call.arguments:
        if argument.value.call is None:
            continue
        for step in names.syntax.chain(names.syntax.calls[argument.value.call]):
            owner = simple_type(step.receiver.split("(")[0].split(".")[0])
            if owner not in library.name_types and step.receiver_call is None:
                break
            text = _name_step(names, step)
            if text is not None:
                given.append(f"{owner if owner in library.name_types else step.name}:{text}")
    return tuple(given)


def _name_step(names: Names, step: Call) -> str | None:
    if step.name not in ("as", "`as`", "withName", "withStoreName", "named", "with") or not step.arguments:
        return None
    first = step.arguments[0].value
    if step.name == "with" and first.kind is not ExpressionKind.STRING:
        return None
    return names.resolve(first, step.function).text


def _function_class(names: Names, call: Call) -> str:
    for argument in call.arguments:
        if argument.value.call is not None and names.syntax.calls[argument.value.call].is_construction:
            return simple_type(names.syntax.calls[argument.value.call].name)
    return ""


# Where the type of what is kept stands among a descriptor's arguments: a value's default and a reduce function are none.
_TYPE_ARGUMENTS = {"map": (1, 2), "reducing": (2,), "aggregating": (2,)}
_TYPE_WORDS = ("value_type_info", "elem_type_info", "key_type_info", "type_info", "accumulator_type_info")


def states(names: Names) -> Iterator[StateDeclaration]:
    """Flink state descriptors."""
    kinds = {name: kind for library in names.libraries for name, kind in library.state_descriptors.items()}
    for call in names.syntax.calls:
        kind = kinds.get(simple_type(call.name))
        if kind is None or not call.is_construction or not call.arguments:
            continue
        owner = names.syntax.types[call.type].qualified if call.type is not None else ""
        given = [call.argument(position) for position in _TYPE_ARGUMENTS.get(kind, (1,))]
        given += [call.argument(-1, word) for word in _TYPE_WORDS]
        yield StateDeclaration(
            kind=kind, name=names.resolve(call.argument(0, "name"), call.function),
            types=tuple(_through_variable(names, e, call.function) for e in given if e is not None) or call.type_arguments,
            owner=owner, access=_access(names, call), call=call,
        )  # fmt: skip


def _through_variable(names: Names, expression: Expression, function: int | None) -> str:
    """The text of a type argument; of a variable or constant of this file, what it was made of."""
    if expression.kind is not ExpressionKind.NAME:
        return expression.text
    target = re.sub(r"^(this|self)\.", "", expression.text)
    made = [
        a.value.text
        for a in names.syntax.assignments
        if bare(a.target) == target and a.value is not None and a.function in (function, None)
    ]
    return made[0] if len(made) == 1 else expression.text


def _access(names: Names, call: Call) -> str:
    """`getListState` or `getUnionListState`: what the descriptor is handed to, directly or through its variable."""
    for other in names.syntax.calls:
        if not other.name.lower().replace("_", "").endswith("state"):
            continue
        for argument in other.arguments:
            if argument.value.call == call.index or (call.result_name and argument.value.text == call.result_name):
                return other.name
    return ""


def builders(names: Names) -> Iterator[Builder]:
    """Chains that begin with a known builder type: `KafkaSink.builder()…`, `WatermarkStrategy.forMonotonousTimestamps()`."""
    kinds = {name: (kind, library) for library in names.libraries for name, kind in library.builders.items()}
    for call in names.syntax.calls:
        owner = simple_type(call.receiver)
        if owner not in kinds or call.receiver_call is not None or call.is_construction:
            continue
        chain = [call, *names.syntax.continued(call)]
        holder = next((c.result_name for c in reversed(chain) if c.result_name), None) or ""
        chain += _later_steps(names, chain[-1], holder)
        yield Builder(
            kind=kinds[owner][0], library=kinds[owner][1].id, holder=holder, call=call,
            steps=tuple((c.name, _first(names, c), c.name_span) for c in chain),
        )  # fmt: skip


def _later_steps(names: Names, last: Call, holder: str) -> list[Call]:
    """`builder.setDeliveryGuarantee(…)` in statements after the builder was kept in a variable."""
    if not holder or last.name == "build":
        return []
    return [
        c
        for c in names.syntax.calls
        if c.function == last.function and c.receiver.split("(")[0].split(".")[0] == holder
    ]


def _first(names: Names, call: Call) -> str:
    expression: Expression | None = call.argument(0)
    return "" if expression is None else names.resolve(expression, call.function).text
