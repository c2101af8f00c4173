"""The parts of a file that a question is about: what its symbol and its words declare there, whole."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import replace

from reviewer.context.names import named_in
from reviewer.context.places import Place, Target, definitions
from reviewer.context.spare import bare_lines, behind_head
from reviewer.facts.syntax import SyntaxFacts

_MOST = 4  # parts of one file
_WHOLE = 60  # lines of a type that is shown whole
_WHOLE_CODE = 6_000  # characters of its code, without documentation
_HEADS = 40  # methods of a longer one that are named
_DOC = 3  # lines above a declaration
_TELLING = 4  # letters of a word that can be a method's name
_SHORT, _CALLED = 40, 4  # lines of a method that the change calls, and how many of them are shown
_LONG = 80  # lines of a method that speaks of the question
_ON_TOPIC = 2  # methods that speak of what the question speaks of, and words of it that they must have
_WORD = re.compile(r"[A-Za-z_]\w+")
_PART = re.compile(r"[A-Z]?[a-z]{3,}|[A-Z]{4,}")
#: Words of every question and of all code; without a final "s".
_COMMON = frozenset(
    _WORD.findall(
        "the and doe what when which thi that with from into then than are ha have wa were will can could they them their here there "
        "after before still only also call called caller clas method field code change changed new return public private static final "
        "void string int long boolean throw exception import null true fals false value get set def func self record"
    )
)


def parts(
    symbol: str, question: str, text: str, facts: SyntaxFacts | None, called: Collection[str] = ()
) -> tuple[Place, ...]:
    """The declarations of the symbol, then those that the question names, none inside another; () when the file has none.

    Of a long type its fields, its constructors, the heads of its methods, and whole those methods that the question names, that set a
    field which it names, that speak of the same things most, and that the change calls: `called` are the names of calls on its lines.
    """
    names = [
        word for name in ([symbol] if len(symbol.split()) < 2 else named_in(symbol)) for word in _WORD.findall(name)
    ]
    wanted = [word for name in named_in(question) for word in _WORD.findall(name) if word not in names]
    own = _best(symbol, text, facts) or _each(names, text, facts)
    asked = _each(wanted, text, facts) if facts is not None else []
    if facts is not None:
        lines = text.split("\n")
        whole = {*_deciding({*wanted, *names}, question, facts), *_called(called, facts)}
        whole.update(_on_topic(question, facts, lines))
        own = [_outline(place, text, facts, whole) for place in own]
    chosen: list[Place] = []
    for place in (*own, *asked):
        if not any(_holds(other, place) for other in chosen):
            chosen.append(replace(place, first=max(1, place.first - _DOC)))
    return tuple(chosen[:_MOST])


def _deciding(wanted: set[str], question: str, facts: SyntaxFacts) -> Iterator[int]:
    """Functions that the question names, as code or as a word of its sentence, and those that set what it names."""
    words = {word for word in _WORD.findall(question) if len(word) >= _TELLING}
    yield from (f.index for f in facts.functions if f.name in wanted or f.name in words)
    for item in facts.assignments:
        if item.function is not None and re.split(r"[.>\[]", item.target)[-1] in wanted:
            yield item.function


def _on_topic(question: str, facts: SyntaxFacts, lines: Sequence[str]) -> list[int]:
    """The few methods that share most words with the question: "a null value when delete.enabled is false" names no method."""
    topic = _stems(question)
    scored = []
    for function in facts.functions:
        own = lines[function.span.first_line - 1 : function.span.last_line]
        if len(own) <= _LONG and not function.is_lambda:
            scored.append((len(topic & _stems("\n".join(own))), -function.index))
    best = sorted(scored, reverse=True)[:_ON_TOPIC]
    return [-index for score, index in best if score >= _ON_TOPIC]


def _stems(text: str) -> set[str]:
    """The words of a text and the parts of its names, so far as they tell one thing from another."""
    return {word.lower().removesuffix("s") for word in _PART.findall(text)} - _COMMON


def _called(names: Collection[str], facts: SyntaxFacts) -> list[int]:
    """What the change calls, as far as it is short: a method that everybody calls must not push out what was asked for."""
    found = [f for f in facts.functions if f.name in names and f.span.last_line - f.span.first_line < _SHORT]
    return [f.index for f in found[:_CALLED]]


def _outline(place: Place, text: str, facts: SyntaxFacts, wanted: set[int]) -> Place:
    """A long type without the bodies of methods that nobody asked about; anything else as it is."""
    type_ = next((t for t in facts.types if t.span.first_line == place.line), None)
    if type_ is None or type_.span.last_line - type_.span.first_line < _WHOLE:
        return place
    lines = text.removesuffix("\n").split("\n")
    hidden, shown, heads = set(bare_lines(facts, lines)), set[int](), 0
    last = min(type_.span.last_line, len(lines))
    if sum(len(lines[n - 1]) + 1 for n in range(place.first, last + 1) if n not in hidden) <= _WHOLE_CODE:
        return replace(place, last=last, hidden=frozenset(hidden))
    for function in facts.functions:
        own = range(function.span.first_line, min(function.span.last_line, len(lines)) + 1)
        if (
            function.is_lambda
            or function.parent is not None
            or own.start <= place.first
            or own.stop - 1 > type_.span.last_line
        ):
            continue
        if function.index in wanted or function.name in (type_.name, "__init__", "constructor", "new", "init"):
            shown.update(own)
            continue
        heads += 1
        hidden.update(range(behind_head(own, lines) if heads <= _HEADS else own.start, own.stop))
    return replace(place, last=last, hidden=frozenset(hidden - shown))


def _each(names: Iterable[str], text: str, facts: SyntaxFacts | None) -> list[Place]:
    return [place for name in dict.fromkeys(names) for place in _best(name, text, facts)]


def _best(symbol: str, text: str, facts: SyntaxFacts | None) -> list[Place]:
    """Its declarations proper; of overloads two."""
    found = [place for place in definitions(Target(symbol), text, facts) if place.rank <= 1] if symbol else []
    best = min((place.rank for place in found), default=0)
    return [place for place in found if place.rank == best][:2]


def _holds(outer: Place, inner: Place) -> bool:
    return outer.first <= inner.first and inner.last <= outer.last and outer.hidden.isdisjoint(inner.numbers)
