"""Clients, settings, and records that are sent."""

from __future__ import annotations

from collections.abc import Iterator

from reviewer.clients.library import Library
from reviewer.core.stated import FactKind, Said, Stated, StatedValue
from reviewer.facts.keys.lookup import known_key
from reviewer.facts.streaming.clients import SECOND_NAMES
from reviewer.facts.streaming.model import Client, Send
from reviewer.facts.streaming.value import UNKNOWN
from reviewer.facts.told.teller import Teller, called_on

_OUTCOMES = {
    "elsewhere": "told elsewhere: an error channel, or the effect that is run later",
    "none": "nobody is told",
}


def clients(teller: Teller) -> Iterator[Stated]:
    """The clients that a file makes, each with what is set, what its version's defaults are, and what is not known."""
    for client in teller.file.clients:
        holder = f" in {client.holder}" if client.holder else ""
        yield teller.fact(
            FactKind.CLIENT, f"{client.kind} of {client.library}{holder}", client.call.name_span,
            function=client.call.function, values=_values(teller, client),
        )  # fmt: skip


def _values(teller: Teller, client: Client) -> Iterator[StatedValue]:
    yield _version(client)
    for key in dict.fromkeys(setting.key for setting in client.settings):
        setting = client.setting(key)
        assert setting is not None
        yield teller.said(key, setting.value, setting.span, client.call.function)
    for key in sorted(client.defaults.keys() - {setting.key for setting in client.settings}):
        if client.open_config:
            why = "other settings may flow into this client from code or files that were not read"
            yield StatedValue(name=key, text="", known=Said.UNKNOWN, why=why)
        else:
            yield StatedValue(name=key, text=client.defaults[key], known=Said.DEFAULT, why=_source(client, key))
    yield from _hanging_on_version(teller, client)


def _version(client: Client) -> StatedValue:
    if client.version:
        return StatedValue(name="version", text=client.version, why="declared by the build files around this file")
    why = "no build file around this file declares exactly one version of it"
    return StatedValue(name="version", text="", known=Said.UNKNOWN, why=why)


def _source(client: Client, key: str) -> str:
    """Whose default it is, in which version, and where that is written."""
    row = known_key(key)
    written = f" ({row.source})" if row is not None and row.source else ""
    return f"default of {client.library} {client.version or 'in all versions'}{written}"


def _hanging_on_version(teller: Teller, client: Client) -> Iterator[StatedValue]:
    """Keys whose default is another one in each version, where the version is not known."""
    library = next((found for found in teller.file.names.libraries if found.id == client.library), None)
    if library is None or client.open_config:
        return
    known = {*client.defaults, *(setting.key for setting in client.settings)}
    known |= {SECOND_NAMES[setting.key] for setting in client.settings if setting.key in SECOND_NAMES}
    for key in sorted(_rows(library, client.kind) - known):
        yield StatedValue(name=key, text="", known=Said.UNKNOWN, why="its default hangs on the version")


def _rows(library: Library, kind: str) -> set[str]:
    return set(library.defaults.get(kind, {}))


def settings(teller: Teller) -> Iterator[Stated]:
    """Settings that belong to no client which the file makes: of documents, beans, factories."""
    own = {(s.key, s.span) for client in teller.file.clients for s in client.settings}
    for setting in teller.file.settings:
        if (setting.key, setting.span) in own:
            continue
        whose = f" of {setting.client}" if setting.client else ""
        yield teller.fact(
            FactKind.SETTING, f"{setting.key}{whose}", setting.span, inside=setting.scope,
            values=(teller.said(setting.key, setting.value, setting.span),),
        )  # fmt: skip


def sends(teller: Teller) -> Iterator[Stated]:
    """Records handed to a producer, and what becomes of the outcome."""
    for send in teller.file.sends:
        call = send.operation.call
        yield teller.fact(
            FactKind.SEND, f"{send.operation.holder}.{call.name}()", call.name_span, function=call.function,
            values=_record(teller, send),
        )  # fmt: skip


def _record(teller: Teller, send: Send) -> Iterator[StatedValue]:
    call = send.operation.call
    for name, found in (("topic", send.topic), ("key", send.key), ("value", send.value)):
        if found is not None:
            yield teller.expression(name, found, call.function)
        elif not send.key_known:
            yield teller.said(name, UNKNOWN, call.name_span, call.function)
        elif name == "key":
            yield teller.text(name, "none", call.name_span)
    yield teller.text("outcome", _on_channel(teller, send) or outcome(send), call.name_span)
    if send.operation.through is not None:
        yield teller.text("through", send.operation.through.shown, call.name_span)


def _on_channel(teller: Teller, send: Send) -> str:
    """Go's delivery channel: told there, and waited for where the same function reads it; "" for any other send."""
    given = send.callback.text if send.callback is not None else ""
    if teller.file.syntax.language != "go" or not given or given == "nil" or send.reports_by in _OUTCOMES:
        return ""
    calls = teller.file.syntax.calls_in(send.operation.call.function)
    is_read = any(call.name == "<-" and call.receiver == given and not call.arguments for call in calls)
    return f"told on the channel {given}" + (", which is read here" if is_read else "")


def outcome(send: Send) -> str:
    """What becomes of the outcome of a send, in words."""
    if send.reports_by in _OUTCOMES:
        return _OUTCOMES[send.reports_by]
    if send.callback is not None:
        return f"handed to the callback {send.callback.text}"
    if send.waits:
        return "waited for: the call is over when the record is stored or has failed"
    return "used: awaited, joined, returned or kept" if send.handled else "dropped: nobody looks at it"


def operations(teller: Teller) -> Iterator[Stated]:
    """What is done to clients outside of the places where records are handled: those tell it in its order."""
    handled = {call.index for handling in teller.file.handlings for call in handling.calls}
    sent = {send.operation.call.index for send in teller.file.sends}
    for operation in teller.file.operations:
        call = operation.call
        if call.index not in handled and call.index not in sent:
            yield teller.fact(
                FactKind.OPERATION, called_on(operation),
                call.name_span, function=call.function,
            )  # fmt: skip
