"""Clients constructed, and operations on them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from reviewer.clients.library import Library, Makes
from reviewer.clients.library import Operation as Row
from reviewer.core.span import Span
from reviewer.facts.streaming.config import canonical, keyword_settings, scoped
from reviewer.facts.streaming.config_flow import chain_settings, settings_for
from reviewer.facts.streaming.loaded import owned
from reviewer.facts.streaming.model import Client, Operation, Role, Setting
from reviewer.facts.streaming.names import Names, bare, simple_type
from reviewer.facts.syntax import Call, ExpressionKind, ResultUse


def clients(names: Names, settings: tuple[Setting, ...], versions: Mapping[str, str]) -> Iterator[Client]:
    """Every call that makes a client, with the settings that flow into it. One that produces and consumes is two."""
    for call in names.syntax.calls:
        found = names.maker(call)
        if found is None or not found[1].client or not _names(names, call, found[1].needs):
            continue
        library, row = found
        own, is_open = _configuration(names, settings, call, library, row)
        holder = _holder(names, names.end_of_chain(call) if library.configs else call)
        later, opened = _configured_later(names, settings, library, holder, call)
        shared = _of_maker(names, settings, library, row, call)
        inner = tuple(_inner(names, settings, library, row, call))
        outside = {(setting.key, setting.span) for setting in inner}
        later = tuple(setting for setting in later if (setting.key, setting.span) not in outside)
        own = tuple(setting for setting in own if setting.key not in {canonical(keyword) for keyword in row.inner})
        own = _each_once((*shared, *own, *inner, *later, *_by_position(names, row, call)))
        is_open = is_open or opened
        version = next((versions[c] for c in library.coordinates if c in versions), None)
        for kind in _kinds(names, library, row, call, own, is_open):
            yield Client(
                kind=kind, library=library.id, version=version, holder=holder, call=call,
                settings=tuple(owned(names, s, kind) for s in own if s.client in ("", kind) or row.client != "both"), open_config=is_open,
                defaults=_not_said({**library.defaults_of(kind, version), **row.defaults}, own),
            )  # fmt: skip


# librdkafka's second names: where one is set, the default of the other does not hold.
SECOND_NAMES = {
    "message.send.max.retries": "retries",
    "message.timeout.ms": "delivery.timeout.ms",
    "max.in.flight": "max.in.flight.requests.per.connection",
    "compression.codec": "compression.type",
    "queue.buffering.max.ms": "linger.ms",
}


def _not_said(defaults: dict[str, str], own: tuple[Setting, ...]) -> dict[str, str]:
    said = {SECOND_NAMES.get(setting.key) for setting in own}
    return {key: text for key, text in defaults.items() if key not in said}


def _of_maker(
    names: Names, settings: tuple[Setting, ...], library: Library, row: Makes, call: Call
) -> tuple[Setting, ...]:
    """What the object that makes the client was constructed with: `new Kafka({ clientId, retry })` of `kafka.producer()`."""
    if not row.on or not any(made.name == row.on for made in library.makes):
        return ()
    if call.receiver_call is not None:
        made: Call | None = names.syntax.calls[call.receiver_call]
    else:
        made = next((c for c in names.syntax.calls if c.is_construction and _is_kept_in(names, c, call.receiver)), None)
    if made is None or simple_type(made.name) != row.on:
        return ()
    return settings_for(names, settings, made.argument(0), made.function, library=library)[0]


def _is_kept_in(names: Names, made: Call, receiver: str) -> bool:
    return bool(receiver) and bare(_holder(names, made)) == bare(receiver)


def _names(names: Names, call: Call, wanted: str) -> bool:
    """Whether what a call is given, or the variable that it is given, names something."""
    if not wanted or any(wanted in a.value.text for a in call.arguments):
        return True
    given = {a.value.text for a in call.arguments if a.value.kind is ExpressionKind.NAME}
    return any(a.target in given and a.value is not None and wanted in a.value.text for a in names.syntax.assignments)


def _each_once(settings: tuple[Setting, ...]) -> tuple[Setting, ...]:
    """What is both in a literal that flows in and written to the client's own variable is one setting."""
    seen: set[tuple[str, Span]] = set()
    kept: list[Setting] = []
    for setting in settings:
        if (setting.key, setting.span) not in seen:
            kept.append(setting)
        seen.add((setting.key, setting.span))
    return tuple(kept)


def _inner(names: Names, settings: tuple[Setting, ...], library: Library, row: Makes, call: Call) -> Iterator[Setting]:
    """`Application(producer_extra_config={"acks": "1"})`: settings of the producer inside."""
    for keyword, kind in row.inner.items():
        given = call.argument(-1, keyword)
        if given is not None:
            found, _ = settings_for(names, settings, given, call.function)
            yield from (replace(setting, client=setting.client or kind) for setting in found)


def _by_position(names: Names, row: Makes, call: Call) -> tuple[Setting, ...]:
    """`sarama.NewConsumerGroup(brokers, GROUP, config)`."""
    given = (
        (key, call.argument(place) if isinstance(place, int) else call.argument(-1, place))
        for place, key in row.positions.items()
    )
    return tuple(
        Setting(
            key=key, value=names.resolve(value, call.function), client="", scope=scoped(names, call.name, call.function),
            span=value.span, in_code=True,
        )
        for key, value in given if value is not None
    )  # fmt: skip


def _kinds(
    names: Names, library: Library, row: Makes, call: Call, own: tuple[Setting, ...], is_open: bool
) -> tuple[str, ...]:
    if row.client == "by-type":
        return tuple(
            kind.rsplit("-", 1)[-1] for kind in (library.types.get(_declared(names, call)),) if kind is not None
        )
    if row.client != "both":
        return (row.client,)
    consumes = any(s.client == "consumer" for s in own)
    produces = is_open or not consumes or any(s.client == "producer" for s in own)
    return (*(("consumer",) if consumes or is_open else ()), *(("producer",) if produces else ()))


def _declared(names: Names, call: Call) -> str:
    """The type that the code says the result has: of its variable, of the call, of the function that returns it."""
    if simple_type(call.receiver) in {name for library in names.libraries for name in library.types}:
        return simple_type(call.receiver)  # `FutureProducer::from_config(…)`
    last = names.end_of_chain(call)  # `.create().expect("…")`
    for assignment in names.syntax.assignments:
        if assignment.value is not None and assignment.value.call == last.index and assignment.declared_type:
            return names.plain_type(assignment.declared_type)
    if call.type_arguments:
        known = {name for library in names.libraries for name in library.types}
        # `create_with_context::<_, StreamConsumer<_>>`
        listed = [names.plain_type(given) for given in call.type_arguments]
        return next((given for given in listed if given in known), listed[0])
    if call.function is not None and last.result is ResultUse.RETURNED:
        return names.plain_type(names.syntax.functions[call.function].return_type)
    return ""


def _configuration(
    names: Names, settings: tuple[Setting, ...], call: Call, library: Library, row: Makes
) -> tuple[tuple[Setting, ...], bool]:
    if row.config == "keywords":
        spread = any((a.name or "").startswith("*") or a.value.text.startswith("**") for a in call.arguments)
        return keyword_settings(names, call, library), spread or (
            call.is_construction and not call.arguments and bool(library.configs)
        )
    if row.config == "options":
        flows = [
            settings_for(names, settings, a.value, call.function, library=library) for a in call.arguments[row.first :]
        ]
        return tuple(s for found, _ in flows for s in found), any(is_open for _, is_open in flows)
    if row.config == "chain":
        return chain_settings(names, settings, call)
    if row.config == "steps":
        last = names.end_of_chain(call)
        if last is call and "[" not in call.receiver:
            return (), False
        found, is_open = chain_settings(names, settings, last)
        return found, is_open or any(_takes_a_map(names, link) for link in names.syntax.chain(last))
    given = call.argument(row.config if isinstance(row.config, int) else 0, row.named or None)
    if row.optional and given is None:
        return (), False
    return settings_for(names, settings, given, call.function, library=library)


def _takes_a_map(names: Names, link: Call) -> bool:
    """`.withProperties(config.properties)`: a map that stands elsewhere."""
    given = [a.value for a in link.arguments] if link.name == "withProperties" else []
    made = [names.syntax.calls[value.call].name if value.call is not None else "" for value in given]
    return any(
        value.kind is not ExpressionKind.COLLECTION and name not in ("Map", "of")
        for value, name in zip(given, made, strict=True)
    )


def _configured_later(
    names: Names, settings: tuple[Setting, ...], library: Library, holder: str, made: Call
) -> tuple[tuple[Setting, ...], bool]:
    """What later calls on the client configure, such as `consumer.run({ autoCommit: false })`, and what is assigned to its fields."""
    if not holder or not (library.keys or library.configs):
        return (), False
    found = tuple(s for s in settings if s.scope == scoped(names, holder, made.function) and s.client != "topic")
    is_open = False
    for call in names.syntax.calls:
        if bare(call.receiver) != bare(holder):
            continue
        for owner, row in names.tables.operations.get(call.name, ()):
            if owner.id == library.id and row.config is not None:
                more, opened = settings_for(names, settings, call.argument(row.config), call.function, library=library)
                found, is_open = found + more, is_open or opened
    return found, is_open


def _holder(names: Names, call: Call) -> str:
    if call.result_name and call.name.endswith("Builder"):  # using var producer = builder.Build()
        built = (
            c
            for c in names.syntax.calls
            if c.name == "Build" and c.receiver == call.result_name and c.function == call.function
        )
        return next((c.result_name for c in built if c.result_name), call.result_name)
    if call.result_name:
        return call.result_name
    after = names.chained.get(call.index)
    if after is not None and after.name in ("apply", "also"):  # `val consumer = KafkaConsumer(props).apply { … }`
        return _holder(names, after)
    for assignment in names.syntax.assignments:
        if assignment.value is not None and assignment.value.call == call.index:
            return assignment.target
    fields = (a for made in names.syntax.calls if made.is_construction for a in made.arguments)
    return next((a.name for a in fields if a.name is not None and a.value.call == call.index), "")


def operations(names: Names) -> Iterator[Operation]:
    """Every call on a client whose method the library gives a role."""
    for call in names.syntax.calls:
        rule = operation_rule(names, call)
        if rule is not None:
            library, row = rule
            yield Operation(role=Role(row.role), client=row.client, library=library.id, holder=call.receiver, call=call)


def _around(names: Names, call: Call) -> tuple[Library, str] | None:
    """Kotlin: the client whose own call one without a receiver is, in `KafkaConsumer(props).apply { subscribe(topics) }`, in
    `fun KafkaConsumer<K, V>.each(…) { poll(timeout) }`."""
    if any(function.name == call.name and not function.extends for function in names.syntax.functions):
        return None
    scope = call.function
    while scope is not None:
        function = names.syntax.functions[scope]
        if function.extends:
            return names.client_type(simple_type(function.extends))
        given = (
            names.syntax.calls[function.argument_of]
            if function.is_lambda and function.argument_of is not None
            else None
        )
        if given is not None and given.name in ("apply", "run") and given.receiver:
            return names.client_of(given.receiver, given)
        scope = function.parent
    return None


def operation_rule(names: Names, call: Call) -> tuple[Library, Row] | None:
    """The library's row for a call, when the receiver is one of its clients."""
    is_own = call.receiver in names.idioms.own  # Python: `self.__commit(offsets)` is the function that it was given
    candidates = names.tables.operations.get(call.name.lstrip("_") if is_own else call.name)
    if not candidates:
        return None
    if not call.receiver or (is_own and all(function.name != call.name for function in names.syntax.functions)):
        bare_row = next(((library, row) for library, row in candidates if row.is_bare), None)
        around = _around(names, call) if bare_row is None and names.syntax.language == "kotlin" else None
        if around is None:
            return bare_row
        return next(
            ((lib, row) for lib, row in candidates if lib.id == around[0].id and row.client in (around[1], "both")),
            None,
        )
    found = names.client_of(call.receiver, call)
    if found is None:
        return None
    for library, row in candidates:
        if library.id == found[0].id and found[1] in (row.client, "both"):
            return library, row
    # A type such as Producer belongs to several libraries; the first that is imported and knows the method wins.
    return next(((lib, row) for lib, row in candidates if row.client == found[1]), None)
