"""What producers promise: who has the record when it counts as stored, and whether a retry stores it twice."""

from __future__ import annotations

from collections.abc import Iterator

from reviewer.core.guarantee import Subject
from reviewer.facts.streaming.model import FileFacts, Known
from reviewer.guarantee.link import LOST, ONCE, ONCE_A_SESSION, TWICE, Factor, Link
from reviewer.guarantee.names import Called, literal, place_name
from reviewer.guarantee.owners import Owner, owners_of
from reviewer.rules.checks.strength import number

_ACKS, _IDEMPOTENCE, _RETRIES = "acks", "enable.idempotence", "retries"
_IDS = ("transactional.id", "transaction.id.prefix", "transactional.id.prefix")
_IN_FLIGHT = "max.in.flight.requests.per.connection"
_DECIDING = frozenset({_ACKS, _IDEMPOTENCE, _RETRIES, *_IDS})
_KINDS = ("producer", "async-producer")
_WEAK = {
    "0": "acks=0: no answer is awaited, a record that the broker does not take is lost",
    "1": "acks=1: a record counts as stored before any follower has it",
}
_MOST_IN_FLIGHT = 5  # of a producer that is idempotent by default


def producers(file: FileFacts, called: Called) -> Iterator[Link]:
    """The producers of a file, and settings of producers."""
    for kind in _KINDS:
        for own in owners_of(file, kind, _DECIDING):
            if own.client is None and kind != _KINDS[0]:
                continue
            node = called.node(file, own.function, own.line)
            yield Link(
                kind=Subject.PRODUCER, identity=("producer", called.path(file), own.name), subject=_subject(own, node, called),
                node=node, topic=called.written(node), factors=(_acks(own), *_retries(own), _copies(own)), decides=own.decides,
            )  # fmt: skip


def _subject(own: Owner, node: str, called: Called) -> str:
    if own.client is None and not _in_code(own):
        return application(own.file) or section_name(own)
    holder = own.client.holder if own.client is not None else own.name.rpartition("#")[2]
    return called.written(node) or place_name(own.file, own.function, holder, own.line)


def section_name(own: Owner) -> str:
    """The part of a document, by its path in it."""
    stem, part = own.file.path.rsplit("/", 1)[-1], own.name.split("@")[0]
    return f"{part} in {stem}" if part not in ("", "producer") else stem


def _in_code(own: Owner) -> bool:
    return any(setting.in_code for setting in own.settings.values())


def application(file: FileFacts) -> str:
    """`spring.application.name` of a document; "" where it has none."""
    names = {e.value for e in file.syntax.entries if e.dotted.endswith("application.name") and e.value}
    return next(iter(names)) if len(names) == 1 else ""


def _said(own: Owner, key: str) -> str:
    """How a value came about, for the reader."""
    value = own.value(key)
    if value.known is Known.DEFAULT and own.client is not None:
        product = f"{own.client.library} {own.client.version or ''}".strip()
        return f"{key} is not set, {product} has {value.text}"
    return f"{key}={value.text}"


def _acks(own: Owner) -> Factor:
    acks, span = own.text(_ACKS), own.place(_ACKS)
    if acks in _WEAK:
        said = _WEAK[acks] if own.is_written(_ACKS) else f"{_said(own, _ACKS)}: {_WEAK[acks].partition(': ')[2]}"
        return Factor(name=_ACKS, low=LOST, high=LOST, what=said, span=span)
    if acks == "all":
        return Factor(name=_ACKS, low=ONCE, high=ONCE, what=f"{_said(own, _ACKS)}: all in-sync replicas have the record", span=span)  # fmt: skip
    if acks is None and (own.text(_IDEMPOTENCE) == "true" or _transactional(own) == ONCE):
        return Factor(name=_ACKS, low=ONCE, high=ONCE, what="idempotence needs acks=all", span=own.place(_IDEMPOTENCE))
    what = f"acks is {own.value(_ACKS).text}" if own.is_written(_ACKS) else "acks is not set here"
    return Factor(name=_ACKS, low=LOST, high=ONCE, what=what, span=span, is_unseen=own.is_unseen(_ACKS))


def _retries(own: Owner) -> Iterator[Factor]:
    if own.is_written(_RETRIES) and number(own.value(_RETRIES)) == 0:
        what = "retries=0: a record that fails once is not sent again"
        yield Factor(name=_RETRIES, low=LOST, high=LOST, what=what, span=own.place(_RETRIES))
    else:
        yield Factor(
            name=_RETRIES,
            low=ONCE,
            high=ONCE,
            what="retries is not 0: a failed send is repeated",
            span=own.place(_RETRIES),
        )


def _id(own: Owner) -> str:
    """The key of the transactional id that is written, by whatever name."""
    return next((key for key in _IDS if own.is_written(key)), _IDS[0])


def _transactional(own: Owner) -> int | None:
    """`ONCE` with a transactional id, `TWICE` without one, None where nobody can tell."""
    key = _id(own)
    if not own.is_written(key):
        return None if own.client is not None and own.client.open_config else TWICE
    value = own.value(key)
    if key in own.doubled or ("${" in value.text and not own.settings[key].in_code):
        return None
    return TWICE if literal(value).lower() in ("null", "none", "") and value.known is Known.EXPLICIT else ONCE


def _copies(own: Owner) -> Factor:
    """Whether what is sent again, by a retry or after a crash, is stored twice."""
    transactional, span = _transactional(own), own.place(_IDEMPOTENCE)
    if transactional == ONCE:
        what = f"{_id(own)}: what it writes is committed as one"
        return Factor(name="copies", low=ONCE, high=ONCE, what=what, span=own.place(_id(own)))
    most = ONCE if transactional is None else ONCE_A_SESSION
    on = own.text(_IDEMPOTENCE)
    if on == "false" or (on == "true" and not own.is_written(_IDEMPOTENCE) and _is_switched_off(own)):
        what = f"{_said(own, _IDEMPOTENCE)}: a retry may be stored twice"
        return Factor(
            name="copies", low=TWICE, high=max(TWICE, most if transactional is None else TWICE), what=what, span=span
        )
    if on == "true":
        what = f"{_said(own, _IDEMPOTENCE)}: a retry is stored once"
        return Factor(
            name="copies", low=ONCE_A_SESSION, high=most, what=f"{what}, and there is no transaction", span=span
        )
    unseen = own.is_unseen(_IDEMPOTENCE) or own.is_unseen(_id(own))
    what = "whether a retry is stored twice is not known here" if unseen else "there is no transactional.id"
    return Factor(name="copies", low=TWICE, high=most, what=what, span=span, is_unseen=unseen)


def _is_switched_off(own: Owner) -> bool:
    """Idempotence that is only a default gives way to settings that it can't live with."""
    in_flight = number(own.value(_IN_FLIGHT)) if own.is_written(_IN_FLIGHT) else None
    retries = number(own.value(_RETRIES)) if own.is_written(_RETRIES) else None
    return own.text(_ACKS) in _WEAK or retries == 0 or (in_flight is not None and in_flight > _MOST_IN_FLIGHT)
