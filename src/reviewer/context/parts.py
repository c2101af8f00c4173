"""The parts of a file that a question is about: what its symbol and its words declare there, whole."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace

from reviewer.context.places import Place, Target, definitions
from reviewer.facts.syntax import SyntaxFacts

_MOST = 4  # parts of one file
_HEAD = 40  # lines of a type of which single methods are shown besides
_DOC = 3  # lines above a declaration
# What is a name in a sentence: in backticks, before a bracket, or spelled as code is.
_NAMES = re.compile(r"`([^`\n]{2,100})`|\b([A-Za-z_]\w+)\(|\b([a-z]+(?:[A-Z]\w*|_\w+)|[A-Z][a-z]+[A-Z]\w*)\b")
_WORD = re.compile(r"[A-Za-z_]\w+")


def parts(symbol: str, question: str, text: str, facts: SyntaxFacts | None) -> tuple[Place, ...]:
    """The declarations of the symbol, then those that the question names, none inside another; () when the file has none.

    Of a type that is asked about with some of its methods, the head is shown, and these methods.
    """
    names = list(dict.fromkeys(_WORD.findall(symbol)))
    own = _best(symbol, text, facts) or _each(names, text, facts)
    asked = _each([name for name in _named(question) if name not in names], text, facts) if facts is not None else []
    types = {type_.span.first_line for type_ in facts.types} if facts is not None else set()
    if any(not any(_holds(outer, place) for outer in own) for place in asked):
        own = [replace(p, last=min(p.last, p.first + _HEAD)) if p.line in types else p for p in own]
    chosen: list[Place] = []
    for place in (*own, *asked):
        if not any(_holds(other, place) for other in chosen):
            chosen.append(replace(place, first=max(1, place.first - _DOC)))
    return tuple(chosen[:_MOST])


def _named(question: str) -> Iterator[str]:
    for match in _NAMES.finditer(question):
        yield from dict.fromkeys(_WORD.findall(match[1] or match[2] or match[3]))


def _each(names: Iterable[str], text: str, facts: SyntaxFacts | None) -> list[Place]:
    return [place for name in dict.fromkeys(names) for place in _best(name, text, facts)]


def _best(symbol: str, text: str, facts: SyntaxFacts | None) -> list[Place]:
    """Its declarations proper; of overloads two."""
    found = [place for place in definitions(Target(symbol), text, facts) if place.rank <= 1] if symbol else []
    best = min((place.rank for place in found), default=0)
    return [place for place in found if place.rank == best][:2]


def _holds(outer: Place, inner: Place) -> bool:
    return outer.first <= inner.first and inner.last <= outer.last
