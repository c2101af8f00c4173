"""A client's constant for the first record of a partition that became the one for its end, in the same place."""

from __future__ import annotations

import re
from collections.abc import Iterator

from reviewer.core.span import Span
from reviewer.facts.delta import FilePair
from reviewer.facts.streaming.model import FileFacts
from reviewer.facts.streaming.protections import qualified

#: sarama, kafka-go, confluent's clients, rust-rdkafka, kafka-clients.
_FIRST = re.compile(
    r"\b(\w+(?:\.|::))?(FirstOffset|OffsetOldest|OffsetBeginning|OFFSET_BEGINNING|Beginning|Earliest|EARLIEST)$"
)
_LAST = re.compile(r"\b(\w+(?:\.|::))?(LastOffset|OffsetNewest|OffsetEnd|OFFSET_END|End|Latest|LATEST)$")
#: Constants whose name alone says what they are; the others want their type in front.
_OWN = re.compile(r"[oO]ffset|OFFSET")

#: One of the first: a look at the text before all values are looked at.
_SAID = re.compile(r"FirstOffset|OffsetOldest|OffsetBeginning|OFFSET_BEGINNING|Beginning|Earliest|EARLIEST")

#: Calls that ask where a partition begins or ends: to look at it, not to read from there.
_ASKS = re.compile(r"(?i)_?(get|list|query|fetch|lookup|find)\w*offset")


def swaps(files: FilePair, before: FileFacts, after: FileFacts) -> Iterator[tuple[str, str, str, Span]]:
    """What holds the constant, both constants as written, and the line after the change."""
    if _SAID.search(files.change.before or ""):
        yield from _by_variable(files, before, after)
        yield from _by_argument(files, before, after)


def _by_variable(files: FilePair, before: FileFacts, after: FileFacts) -> Iterator[tuple[str, str, str, Span]]:
    old, new = _assigned(before), _assigned(after)
    for place, was in old.items():
        now = new.get(place, [])
        for (first, _), (last, span) in zip(was, now, strict=True) if _fewer(was, now) else ():
            if _turned(first, last) and files.touches(span):
                yield place[1], first, last, span


def _assigned(file: FileFacts) -> dict[tuple[str, str], list[tuple[str, Span]]]:
    found: dict[tuple[str, str], list[tuple[str, Span]]] = {}
    for assignment in file.syntax.assignments:
        if assignment.value is not None and assignment.subscript is None:
            place = (qualified(file, assignment.function), assignment.target)
            found.setdefault(place, []).append((assignment.value.text, assignment.span))
    return found


def _by_argument(files: FilePair, before: FileFacts, after: FileFacts) -> Iterator[tuple[str, str, str, Span]]:
    old, new = _given(before), _given(after)
    for place, was in old.items():
        now = new.get(place, [])
        for (first, _), (last, span) in zip(was, now, strict=True) if _fewer(was, now) else ():
            if _turned(first, last) and files.touches(span):
                yield place[1] + "()", first, last, span


def _given(file: FileFacts) -> dict[tuple[str, str, int], list[tuple[str, Span]]]:
    found: dict[tuple[str, str, int], list[tuple[str, Span]]] = {}
    for call in file.syntax.calls:
        for at, argument in enumerate(call.arguments):
            if len(argument.value.text) < 60 and not _ASKS.match(call.name):
                place = (qualified(file, call.function), call.name, at)
                found.setdefault(place, []).append((argument.value.text, argument.value.span))
    return found


def _fewer(was: list[tuple[str, Span]], now: list[tuple[str, Span]]) -> bool:
    """As many values as before, and fewer of them say first: what only changed places says as many."""
    firsts = [sum(1 for text, _ in values if _FIRST.search(text)) for values in (was, now)]
    return len(was) == len(now) and firsts[1] < firsts[0]


def _turned(old: str, new: str) -> bool:
    first, last = _FIRST.search(old), _LAST.search(new)
    if first is None or last is None or _LAST.search(old) is not None:
        return False
    return first[1] == last[1] and _OWN.search(old) is not None and _OWN.search(new) is not None
