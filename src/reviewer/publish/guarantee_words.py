"""Guarantees in words that all publishers share: one line for each that the change alters."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from reviewer.core.guarantee import Guarantee, Subject
from reviewer.publish.text import shortened
from reviewer.publish.words import where

_NAME, _WHY, _WAYS = 160, 400, 3
_KINDS = {
    Subject.PRODUCER: "producer ",
    Subject.CONSUMER: "consumer ",
    Subject.STREAMS: "",
    Subject.JOB: "job ",
    Subject.SINK: "sink ",
    Subject.WORKER: "Connect worker ",
    Subject.CHAIN: "",
}
#: (subject, what is said of it): strangers' text, each to be made harmless by the publisher.
Line = tuple[str, str]


def promised(guarantees: Sequence[Guarantee]) -> Iterator[Line]:
    """`payments-enricher`, `exactly-once -> at-least-once, because …`; what got weaker first, whole ways last, those for one reason together."""
    ways: dict[tuple[object, ...], list[Guarantee]] = {}
    told: set[tuple[object, ...]] = set()
    for one in sorted(guarantees, key=lambda g: not g.is_weaker):
        if one.kind is Subject.CHAIN:
            ways.setdefault((one.before, one.after, one.weak_link, one.because), []).append(one)
        elif (sentence := (one.kind, one.subject, one.before, one.after)) not in told:
            told.add(sentence)  # settings of one application in two profiles are one sentence
            yield f"{_KINDS[one.kind]}{shortened(one.subject, _NAME)}", shortened(_said(one), _WHY)
    for same in ways.values():
        more = f" and {len(same) - _WAYS} more" if len(same) > _WAYS else ""
        names = ", ".join(shortened(one.subject, _NAME) for one in same[:_WAYS])
        yield f"{names}{more}", shortened(_said(same[0]), _WHY)


def _said(one: Guarantee) -> str:
    change = f"{one.before.value} -> {one.after.value}"
    if not one.because:
        return change
    first = one.because[0]
    weak = "first weak link " if one.kind is Subject.CHAIN and one.is_weaker else ""
    return f"{change}, because {weak}{first.what} ({where(first.span)})"
