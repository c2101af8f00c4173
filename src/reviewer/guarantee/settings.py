"""What one setting promises for a whole application: processing.guarantee of Kafka Streams, exactly-once sources of a Connect worker."""

from __future__ import annotations

from collections.abc import Iterator

from reviewer.core.guarantee import Subject
from reviewer.facts.streaming.model import FileFacts, Known
from reviewer.guarantee.link import LOST, ONCE, TWICE, Factor, Link
from reviewer.guarantee.names import Called, literal, place_name
from reviewer.guarantee.owners import Owner, owners_of
from reviewer.guarantee.producers import application, section_name

_PROCESSING, _SOURCES = "processing.guarantee", "exactly.once.source.support"
_ONCE = "results, stores and offsets are committed as one"
_TWICE = "what is read again after a crash is counted and written again"
_MEANS = {
    _PROCESSING: {"exactly_once": (ONCE, _ONCE), "exactly_once_v2": (ONCE, _ONCE), "exactly_once_beta": (ONCE, _ONCE), "at_least_once": (TWICE, _TWICE)},
    _SOURCES: {
        "enabled": (ONCE, "records and their source offsets are written as one"),
        "preparing": (TWICE, "the worker is only made ready"),
        "disabled": (TWICE, "a source writes again what it had written before a crash"),
    },
}  # fmt: skip
_ACKS = ("producer.acks", "main.producer.acks", "acks")


def applications(file: FileFacts, called: Called) -> Iterator[Link]:
    """Kafka Streams applications and Connect workers, by their settings."""
    for kind, key, subject in (("streams", _PROCESSING, Subject.STREAMS), ("worker", _SOURCES, Subject.WORKER)):
        for own in owners_of(file, kind, frozenset({key})):
            factors = (*(_acks(own) if subject is Subject.STREAMS else ()), _factor(own, key))
            yield Link(
                kind=subject, identity=(kind, called.path(file), own.name), subject=_subject(own, kind),
                node=called.node(file, own.function, own.line), factors=factors, decides=own.decides,
            )  # fmt: skip


def _subject(own: Owner, kind: str) -> str:
    key = "application.id" if kind == "streams" else "group.id"
    if name := literal(own.value(key)):
        return name
    beside = {name for s in own.file.settings if s.key == key and (name := literal(s.value))}
    if len(beside) == 1:
        return next(iter(beside))
    if own.client is None and not own.line:
        return application(own.file) or section_name(own)
    return application(own.file) or place_name(
        own.file, own.function, own.name.rpartition("#")[2].rstrip("!"), own.line
    )


def _acks(own: Owner) -> Iterator[Factor]:
    """At-least-once hangs on the acks of the producer within; exactly-once sets them itself."""
    key = next((key for key in _ACKS if own.is_written(key)), None)
    exactly = (own.text(_PROCESSING) or "").startswith("exactly_once")
    if key is not None and not exactly and own.text(key) in ("0", "1"):
        what = f"{key}={own.text(key)}: results and stores count as written before any follower has them"
        yield Factor(name="acks", low=LOST, high=LOST, what=what, span=own.place(key))


def _factor(own: Owner, key: str) -> Factor:
    text = own.text(key)
    found = _MEANS[key].get(text or "")
    if found is None:
        what = f"{key} is {own.value(key).text}" if own.is_written(key) else f"{key} is not set here"
        return Factor(name=key, low=TWICE, high=ONCE, what=what, span=own.place(key), is_unseen=own.is_unseen(key))
    is_default = own.value(key).known is Known.DEFAULT
    said = f"{key} is not set, the default is {text}" if is_default else f"{key}={text}"
    return Factor(name=key, low=found[0], high=found[0], what=f"{said}: {found[1]}", span=own.place(key))
