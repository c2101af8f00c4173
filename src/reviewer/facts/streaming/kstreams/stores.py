"""State stores of Kafka Streams: from `Materialized`, `Stores.*`, joins and suppression, with what uses them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from reviewer.facts.streaming.dataflow import Part, Store, Window
from reviewer.facts.streaming.follow import Place, Step, at, flat, origin, trail, value_of
from reviewer.facts.streaming.kstreams.objects import Given, given_to, with_overload
from reviewer.facts.streaming.model import Operator
from reviewer.facts.streaming.names import Names, simple_type
from reviewer.facts.streaming.parts import Says, parts_of, root_type
from reviewer.facts.streaming.value import Known, Value
from reviewer.facts.syntax import Call, Expression, ExpressionKind

_AGGREGATES = frozenset({"count", "reduce", "aggregate"})
_NONE = Value(known=Known.EXPLICIT, text="")
_KINDS = (("versionedkeyvalue", "versioned"), ("timestampedkeyvalue", "timestamped-key-value"), ("timestampedwindow", "timestamped-window"),
          ("keyvalue", "key-value"), ("window", "window"), ("session", "session"), ("lrumap", "lru"))  # fmt: skip
_TOGGLES = {
    "withloggingdisabled": (Says(part="logging", read="given", words=("disabled",)),),
    "withloggingenabled": (Says(part="logging", read="given", words=("enabled",)),),
    "withcachingdisabled": (Says(part="caching", read="given", words=("disabled",)),),
    "withcachingenabled": (Says(part="caching", read="given", words=("enabled",)),),
}
_MATERIALIZED = {
    **_TOGGLES,
    "withkeyserde": (Says(part="key-serde", read="made"),),
    "withvalueserde": (Says(part="value-serde", read="made"),),
    "withretention": (Says(part="retention", read="duration"),),
    "withstoretype": (Says(part="store-type", read="made"),),
}
_OTHERS = frozenset({"Named", "Consumed", "Grouped", "Produced", "Joined", "Serdes"})


def _is_builder(call: Call) -> bool:
    """`keyValueStoreBuilder(…)`, and later kinds: `timestampedKeyValueStoreWithHeadersBuilder(…)`."""
    name = flat(call.name)
    return name.endswith("builder") and "store" in name and bool(_store_kind(name))


def stores(names: Names, operators: Sequence[Operator], windows: Sequence[Window]) -> Iterator[Store]:
    """The stores of a file, each with what uses it as far as this file says."""
    found = [*_of_operators(names, operators, windows), *_of_builders(names)]
    taken = {store.call.index for store in found}
    found += [store for store in _of_suppliers(names) if store.call.index not in taken]
    for store in found:
        yield replace(store, users=tuple(dict.fromkeys((*store.users, *_users(names, operators, store)))))


def _of_operators(names: Names, operators: Sequence[Operator], windows: Sequence[Window]) -> Iterator[Store]:
    by_position = {op.position: op for op in operators}
    for operator in operators:
        if operator.framework != "streams":
            continue
        given = list(given_to(names, operator))
        made = next((g for g in given if g.type == "Materialized"), None)
        kind = _kind(operator, by_position, windows)
        if made is not None:
            yield materialized(made, operator, kind)
        elif operator.op in _AGGREGATES or operator.op in ("table", "globalTable"):
            yield _plain(names, operator, kind)
        yield from _of_join(operator, given)
        if operator.op == "suppress":
            yield from _suppressed(operator, given)


def _plain(names: Names, operator: Operator, kind: str) -> Store:
    """A store without `Materialized`: named by a string before 1.0, of a generated name, or of what can't be seen."""
    place = at(names, operator.call)
    skipped = 1 if operator.op in ("table", "globalTable") else 0
    name = _NONE
    for argument in operator.call.arguments[skipped:]:
        text = value_of(place, argument.value)
        if text.known is Known.EXPLICIT and argument.value.kind in (ExpressionKind.STRING, ExpressionKind.NAME):
            name = text
        elif _may_carry(names, place, operator, argument.value):
            name = Value(known=Known.UNKNOWN, text=argument.value.text)
    return Store(kind=kind, name=name, parts=(), users=(operator.position,), call=operator.call)


def _may_carry(names: Names, place: Place, operator: Operator, value: Expression) -> bool:
    """Whether an argument that can't be followed may be the object that names the store."""
    if value.call is not None:
        return not _is_known_object(place, operator, value.call)
    is_open = value.kind is ExpressionKind.NAME and not trail(place, value)
    return is_open and _may_name(names, value.text, operator.call)


def _may_name(names: Names, text: str, call: Call) -> bool:
    declared = names.type_of(text, call.function)
    return declared == "Materialized" or (not declared and any(word in text.lower() for word in ("material", "store")))


def _is_known_object(place: Place, operator: Operator, call: int) -> bool:
    """The argument is an object of another kind, an initial value or a function: none that could carry the store's name."""
    steps = trail(place, next(a.value for a in operator.call.arguments if a.value.call == call))
    if root_type(steps) in _OTHERS:
        return True
    words = " ".join(
        f"{step.call.receiver if step.call.receiver_call is None else ''} {step.call.name}" for step in steps
    )
    return "material" not in words.lower() and "store" not in words.lower()


def _kind(operator: Operator, by_position: dict[int, Operator], windows: Sequence[Window]) -> str:
    """Which store an operator keeps, by the windows in front of it; "" when those can't be told."""
    if operator.op in ("table", "globalTable", "toTable"):
        return "key-value"
    position = next(iter(operator.inputs), operator.upstream)
    while position is not None:
        before = by_position[position]
        if before.op == "windowedBy":
            window = next((w for w in windows if w.operator == before.position), None)
            return {"": "", "session": "session"}.get(window.kind if window else "", "window")
        if before.op in ("groupBy", "groupByKey"):
            return "key-value"
        position = next(iter(before.inputs), before.upstream)
    return "" if operator.op in _AGGREGATES else "key-value"


def materialized(given: Given, operator: Operator, kind: str) -> Store:
    """The store of a `Materialized`."""
    name, parts, own = _NONE, [], ""
    for step in given.steps:
        if step.name == "as":
            supplier = trail(step.place, step.call.argument(0))
            if root_type(supplier) == "Stores":
                own, name, more = _supplier(supplier[0])
                parts += [*more]
            else:
                name = value_of(step.place, step.call.argument(0))
            if not step.certain:
                name = Value(known=Known.UNKNOWN, text=name.text)
        elif step.name == "with":
            parts += [*with_overload("Materialized", step)]
        else:
            parts += [*parts_of([step], _MATERIALIZED)]
    call = next((s.call for s in given.steps if s.place.syntax.path == operator.call.span.path), operator.call)
    return Store(kind=own or kind, name=name, parts=tuple(parts), users=(operator.position,), call=call)


def _of_join(operator: Operator, given: Sequence[Given]) -> Iterator[Store]:
    """The two windowed stores of a join of streams."""
    if operator.op not in ("join", "leftJoin", "outerJoin") or not any(g.type == "JoinWindows" for g in given):
        return
    joined = next((g for g in given if g.type == "StreamJoined"), None)
    steps = joined.steps if joined is not None else ()
    logging = parts_of(steps, {key: says for key, says in _TOGGLES.items() if "logging" in key})
    named = [value_of(s.place, s.call.argument(0)) for s in steps if s.name in ("as", "withstorename")]
    opaque = joined is None and len(operator.call.arguments) > 3
    name = named[-1] if named else Value(known=Known.UNKNOWN, text=operator.call.arguments[-1].value.text) if opaque else _NONE  # fmt: skip
    this = "-outer-this-join-store" if operator.op == "outerJoin" else "-this-join-store"
    other = "-other-join-store" if operator.op == "join" else "-outer-other-join-store"
    for suffix in (this, other):
        text = name.text + suffix if name.known is Known.EXPLICIT and name.text else name.text
        yield Store(kind="window", name=Value(known=name.known, text=text), parts=logging, users=(operator.position,), call=operator.call)  # fmt: skip


def _suppressed(operator: Operator, given: Sequence[Given]) -> Iterator[Store]:
    made = next((g for g in given if g.type == "Suppressed"), None)
    named = [value_of(s.place, s.call.argument(0)) for s in made.steps if s.name == "withname"] if made else []
    text = operator.call.arguments[0].value.text if operator.call.arguments else ""
    name = named[-1] if named else _NONE if made else Value(known=Known.UNKNOWN, text=text)
    if name.known is Known.EXPLICIT and name.text:
        name = Value(known=Known.EXPLICIT, text=f"{name.text}-store")
    yield Store(kind="suppress", name=name, parts=(), users=(operator.position,), call=operator.call)


def _of_builders(names: Names) -> Iterator[Store]:
    """`Stores.keyValueStoreBuilder(Stores.persistentKeyValueStore("x"), key, value).withCachingEnabled()`."""
    for call in names.syntax.calls:
        if _is_builder(call) and simple_type(call.receiver) in ("Stores", ""):
            place = at(names, call)
            supplier = trail(place, call.argument(0))
            kind, name, parts = (
                _supplier(supplier[0]) if root_type(supplier) == "Stores" else ("", _seen(place, call), ())
            )
            own = _store_kind(flat(call.name))
            serdes = parts_of([Step(call=call, place=place)], {flat(call.name): (Says(part="key-serde", read="made", at=1), Says(part="value-serde", read="made", at=2))})  # fmt: skip
            later = [Step(call=c, place=at(names, c)) for c in names.syntax.continued(call)]
            later += _statements(names, later[-1].call if later else call)
            toggles = parts_of(later, {**_TOGGLES})
            yield Store(kind=own or kind, name=name, parts=(*parts, *serdes, *toggles), users=(), call=call)


def _statements(names: Names, last: Call) -> list[Step]:
    """`builder.withLoggingDisabled();` on the variable of the builder."""
    holder = last.result_name
    mine = (c for c in names.syntax.calls if holder and c.receiver == holder and c.function == last.function)
    return [Step(call=c, place=at(names, c), certain=set(c.blocks) <= set(last.blocks)) for c in mine]


def _seen(place: Place, call: Call) -> Value:
    first = call.argument(0)
    return Value(known=Known.UNKNOWN, text=first.text if first is not None else "")


def _of_suppliers(names: Names) -> Iterator[Store]:
    """Suppliers that are handed to neither: `withThisStoreSupplier(Stores.inMemoryWindowStore(…))`."""
    takers = [c for c in names.syntax.calls if flat(c.name) == "as" or _is_builder(c)]
    given = [(at(names, c), a.value) for c in takers for a in c.arguments]
    used = {value.call for _, value in given}
    held = {origin(place, value)[0].call for place, value in given if value.kind is ExpressionKind.NAME}
    for call in names.syntax.calls:
        if simple_type(call.receiver) == "Stores" and not _is_builder(call) and call.index not in used | held:
            kind, name, parts = _supplier(Step(call=call, place=at(names, call)))
            if kind:
                yield Store(kind=kind, name=name, parts=parts, users=(), call=call)


def _store_kind(method: str) -> str:
    return next((kind for word, kind in _KINDS if word in method), "")


def _supplier(step: Step) -> tuple[str, Value, tuple[Part, ...]]:
    """(kind, name, parts) of `Stores.persistentWindowStore(name, retention, size, duplicates)` and its kin."""
    kind, method = _store_kind(step.name), step.name
    if not kind:
        return "", value_of(step.place, step.call.argument(0)), ()
    says: list[Says] = [Says(part="persistence", read="given", words=("memory" if "inmemory" in method or kind == "lru" else "disk",))]  # fmt: skip
    if kind in ("window", "timestamped-window") and len(step.call.arguments) == 4:
        says += [Says(part="retention", read="duration", at=1), Says(part="window-size", read="duration", at=2), Says(part="duplicates", read="text", at=3)]  # fmt: skip
    elif kind == "session":
        says += [Says(part="retention", read="duration", at=1, optional=True)]
    elif kind == "versioned":
        says += [Says(part="history", read="duration", at=1, optional=True)]
    elif kind == "lru":
        says += [Says(part="entries", read="number", at=1)]
    return kind, value_of(step.place, step.call.argument(0)), parts_of([step], {method: tuple(says)})


def _users(names: Names, operators: Sequence[Operator], store: Store) -> Iterator[int | str]:
    """Operators and classes that name the store: `process(supplier, "x")`, `getStateStore("x")`, interactive queries."""
    if store.name.known is not Known.EXPLICIT or not store.name.text:
        return
    for operator in operators:
        if operator.framework == "streams" and operator.op in _WITH_STORES:
            named = (value_of(at(names, operator.call), a.value) for a in operator.call.arguments[1:])
            if any(v.known is Known.EXPLICIT and v.text == store.name.text for v in named):
                yield operator.position
    for call in names.syntax.calls:
        name = flat(call.name)
        if name in ("getstatestore", "fromnameandtype") or (name == "store" and len(call.arguments) == 2):
            text = value_of(at(names, call), call.argument(0))
            if text.known is Known.EXPLICIT and text.text == store.name.text:
                yield f"{'class' if name == 'getstatestore' else 'query'}:{_around(names, call)}"


_WITH_STORES = frozenset(
    {"process", "processValues", "transform", "flatTransform", "transformValues", "flatTransformValues"}
)


def _around(names: Names, call: Call) -> str:
    if call.type is not None:
        return names.syntax.types[call.type].name
    return names.syntax.functions[call.function].qualified if call.function is not None else ""
