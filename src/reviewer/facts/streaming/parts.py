"""From the steps that built something to its parts, by a table: method -> what it says."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from reviewer.core.lazily import lazily
from reviewer.core.span import Span
from reviewer.core.value import value
from reviewer.facts.streaming.dataflow import Part
from reviewer.facts.streaming.follow import Place, Step, origin, resolved, trail, value_of
from reviewer.facts.streaming.quantity import duration_of, number_of
from reviewer.facts.streaming.value import Known, Value
from reviewer.facts.syntax import Expression, ExpressionKind

_ENUM = lazily(r"(?:\w+\.)*[A-Z]\w*\.([A-Z][A-Z0-9_]*)|([A-Z][A-Z0-9_]*)")
_STATIC = lazily(r"(?:[a-z]\w*\.)*[A-Z]\w*")


@value()
class Says:
    """One part that a method says: its name, how the argument is read, and which argument it is.

    `read` is duration | seconds (a bare number counts seconds) | number | text | made (how an object is made) | word (one of `words`) | given (`words[0]`, whatever the
    argument) | flag (true without an argument).
    """

    part: str
    read: str
    at: int = 0
    keyword: str | None = None
    words: tuple[str, ...] = ()
    optional: bool = False  # without the argument nothing is said


Table = Mapping[str, tuple[Says, ...]]


def parts_of(steps: Iterable[Step], table: Table) -> tuple[Part, ...]:
    """The parts that the steps say, in order."""
    return tuple(part for step in steps for says in table.get(step.name, ()) for part in _said(step, says))


def _said(step: Step, says: Says) -> Iterator[Part]:
    expression = step.call.argument(says.at, says.keyword)
    if says.optional and expression is None:
        return
    found = read(step.place, expression, says)
    if not step.certain:
        found = Value(known=Known.UNKNOWN, text=found.text)
    yield Part(name=says.part, value=found, span=first_line(step.call.name_span))


def read(place: Place, expression: Expression | None, says: Says) -> Value:
    """The value of an argument, read as the table says."""
    if says.read == "given":
        return Value(known=Known.EXPLICIT, text=says.words[0])
    if says.read == "duration":
        return duration_of(place, expression)
    if says.read == "seconds":
        return duration_of(place, expression, unit=1_000)
    if says.read == "number":
        return number_of(place, expression)
    if says.read == "word":
        return word_of(place, expression, says.words)
    if says.read == "made":
        return made_of(place, expression)
    if says.read == "flag" and expression is None:
        return Value(known=Known.EXPLICIT, text="true")
    return value_of(place, expression)


def word_of(place: Place, expression: Expression | None, words: tuple[str, ...]) -> Value:
    """One of the constants of an enumeration: `CheckpointingMode.EXACTLY_ONCE` -> EXACTLY_ONCE."""
    if expression is None:
        return Value(known=Known.UNKNOWN, text="")
    made, _ = origin(place, expression)
    match = _ENUM.fullmatch(made.text)
    word = (match[1] or match[2]) if match else made.text.rsplit(".", 1)[-1].split("(")[0]
    known = next((w for w in words if w.replace("_", "").lower() == word.replace("_", "").lower()), None)
    if known is None:
        return Value(known=Known.UNKNOWN, text=expression.text)
    return Value(known=Known.EXPLICIT, text=known)


def made_of(place: Place, expression: Expression | None) -> Value:
    """How an object is made, as text without blanks: `Serdes.String()`, `newJsonSerde<>(Order.class)`. UNKNOWN when it comes from elsewhere."""
    if expression is None:
        return Value(known=Known.UNKNOWN, text="")
    made, where = origin(place, expression)
    literal = resolved(where, made)
    if literal.known is Known.EXPLICIT:
        return literal
    known = _is_telling(where, made)
    return Value(known=Known.EXPLICIT if known else Known.UNKNOWN, text=squashed((made if known else expression).text))


def squashed(text: str) -> str:
    """Text without blanks but those between words."""
    return re.sub(r"\s*([^\w\s])\s*", r"\1", " ".join(text.split()))


def _is_telling(place: Place, made: Expression) -> bool:
    """The text stands for itself: a construction, a static call or constant of a class, a lambda. Not what is made of a parameter or a field."""
    if made.kind is ExpressionKind.LAMBDA:
        return True
    if made.call is not None:
        root = place.syntax.chain(place.syntax.calls[made.call])[0]
        static = root.is_construction or _STATIC.fullmatch(root.receiver) is not None or root.name[:1].isupper()
        return static and all(_is_given(place, a.value) for a in root.arguments)
    return made.kind is ExpressionKind.NAME and re.fullmatch(r"(?:\w+\.)*[A-Z]\w*\.[A-Za-z]\w*", made.text) is not None and made.text.split(".")[0][:1].isupper() and not _CONSTANT.search(made.text)  # fmt: skip


_CONSTANT = lazily(r"\.[A-Z][A-Z0-9_]+$")


def _is_given(place: Place, argument: Expression) -> bool:
    """Whether an argument is known: not a parameter of a method that nobody here calls."""
    made, where = origin(place, argument)
    if made.kind is not ExpressionKind.NAME or where.function is None or "." in made.text:
        return True
    names = {p.name for p in where.syntax.functions[where.function].parameters}
    return made.text not in names


def first_line(span: Span) -> Span:
    """The first line of a span."""
    return replace(span, last_line=span.first_line)


def steps_of(place: Place, expression: Expression | None, *roots: str) -> tuple[Step, ...]:
    """The trail of a value, when it begins at one of the types; else nothing."""
    steps = trail(place, expression)
    if not steps:
        return ()
    root = steps[0].call
    owner = root.name if root.is_construction else root.receiver
    return steps if _simple(owner) in roots or _simple(root.name) in roots else ()


def root_type(steps: tuple[Step, ...]) -> str:
    """The type that a trail begins at: `Materialized` of `Materialized.as("x")`, the class of a construction; "" when it is none."""
    if not steps:
        return ""
    root = steps[0].call
    owner = _simple(root.name if root.is_construction else root.receiver)
    return owner if owner[:1].isupper() else ""


def _simple(text: str) -> str:
    plain = re.sub(
        r"\.`\w+`$", "", re.split(r"[<\[(]", text, maxsplit=1)[0]
    )  # Scala's Repartitioned.`with`[String, String]
    return plain.rsplit(".", 1)[-1]
