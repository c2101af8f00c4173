"""SQL in code: the text that a call is given, put together again from literals, with what is put in at run time as `UNSEEN`."""

from __future__ import annotations

import re
from collections.abc import Iterator

from reviewer.core.span import Side, Span
from reviewer.core.value import value
from reviewer.facts.streaming.follow import Place, at, flat, origin, value_of
from reviewer.facts.streaming.names import Names
from reviewer.facts.streaming.sql.lexer import UNSEEN
from reviewer.facts.streaming.value import Known
from reviewer.facts.syntax import Call, Expression, ExpressionKind

FLINK_CALLS = frozenset({"executesql", "sqlquery", "sqlupdate", "addinsertsql", "explainsql"})
_CALLS = FLINK_CALLS | {"executestatement", "streamquery", "executequery"}
_PIECE = re.compile(
    r"(?P<space>\s+|\\\n)|(?P<comment>//[^\n]*|/\*.*?\*/)|(?P<hash>\#[^\n]*)"
    r"|(?P<prefix>[A-Za-z]{0,2})(?P<string>\"\"\"(?P<long>.*?)\"\"\"|'''(?P<single>.*?)'''|\"(?P<short>(?:\\.|[^\"\\\n])*)\"|'(?P<quote>(?:\\.|[^'\\\n])*)')"
    r"|(?P<plus>\+|,)|(?P<open>[(\[{])|(?P<close>[)\]}])|(?P<other>\w+|.)",
    re.DOTALL,
)
_HOLES = {
    "python": re.compile(r"\{\{|\}\}|\{[^{}]*\}"),
    "kotlin": re.compile(r"\$\{[^{}]*\}|\$[A-Za-z_]\w*"),
    "scala": re.compile(r"\$\{[^{}]*\}|\$[A-Za-z_]\w*"),
}
_FORMAT = re.compile(r"%(?:\d+\$)?[-+#,0-9.]*[sdnf]")
_BRACES = re.compile(r"\{\w*\}")
_HARMLESS = frozenset({"trimindent", "stripindent", "stripmargin", "strip", "trim", "dedent", "tostring"})
_ESCAPES = {"n": "\n", "t": "\t", "r": "\n", "s": " ", "\n": ""}


@value()
class SqlText:
    """A statement's text, the line it begins on, and the call it is given to."""

    text: str
    line: int
    call: Call


def sql_texts(names: Names, text: str) -> Iterator[SqlText]:
    """Every text that is handed to a method that runs SQL."""
    lines: list[str] = []
    for call in names.syntax.calls:
        if flat(call.name) in _CALLS and call.arguments and not call.is_construction:
            lines = lines or text.split("\n")
            found = _text_of(
                at(names, call), call.arguments[-1 if flat(call.name) == "addinsertsql" else 0].value, lines
            )
            if found is not None and re.search(r"[A-Za-z]{3}", found[0]):
                yield SqlText(text=found[0], line=found[1], call=call)


def _text_of(place: Place, expression: Expression, lines: list[str]) -> tuple[str, int] | None:
    made, where = origin(place, expression)
    if where.names.syntax.path != place.names.syntax.path or where.names.syntax is not place.names.syntax:
        literal = where.names.resolve(made, where.function)
        plain = literal.known is Known.EXPLICIT and "--" not in literal.text
        return (literal.text, expression.span.first_line) if plain else None
    if made.kind is ExpressionKind.NAME:
        return None
    return _read(made, lines, where)


def _read(expression: Expression, lines: list[str], place: Place) -> tuple[str, int] | None:
    """The literals of an expression's own lines, up to its end; None when it has none."""
    language = place.syntax.language
    first = expression.span.first_line
    source = "\n".join(lines[first - 1 : expression.span.last_line])
    start = _start(expression, source)
    left = len(re.sub(r"\s+", "", expression.text))
    parts: list[str] = []
    begins: int | None = None
    position, pending = start, 0
    method, formatted, braces, depth, joined = "", False, False, 0, True
    while left > 0 and (match := _PIECE.match(source, position)):
        position = match.end()
        if match["space"] or match["comment"] or (match["hash"] and language == "python"):
            continue
        left -= len(re.sub(r"\s+", "", match[0]))
        if match["string"] and depth == pending:
            begins = begins if begins is not None else source.count("\n", 0, match.start())
            parts += [*_gap(parts, source, match.start(), begins, first, joined), _content(match, place)]
            joined = True
        elif match["open"]:
            formatted, braces = formatted or flat(method) in ("format", "formatted"), braces or (language == "python" and method == "format")  # fmt: skip
            known = flat(method) in _HARMLESS or flat(method) in ("format", "formatted", "")
            pending += 1 if not parts else 0
            if parts and depth == pending and not method and _is_operand(source, match.start()):
                parts.append(UNSEEN)
            depth += 1
            if not known and parts:
                return None
            method = ""
        elif match["close"]:
            depth -= 1
        elif match["other"] and depth <= pending:
            word = match["other"]
            method = word if re.fullmatch(r"\w+", word) else method
            if parts and word not in (".",) and re.fullmatch(r"\w+", word) and _is_operand(source, match.start()):
                parts.append(_known(place, _dotted(source, match.start())))
        elif match["plus"] and depth > pending:
            continue
    text = "".join(parts)
    if begins is None:
        return None
    if braces:
        text = _BRACES.sub(UNSEEN, text)
    elif formatted:
        given = iter(_format_arguments(place, expression))
        text = _FORMAT.sub(lambda m: "\n" if m[0] == "%n" else next(given, UNSEEN), text)
    return text, first + begins


def _start(expression: Expression, source: str) -> int:
    """Where the expression begins on its first line."""
    head = source.split("\n", 1)[0]
    for prefix in (expression.text, expression.text.split(" ")[0]):
        if (found := head.find(prefix)) >= 0:
            return found
    return 0


def _gap(parts: list[str], source: str, at: int, begins: int, first: int, joined: bool) -> Iterator[str]:
    """Line ends so that what follows keeps its line."""
    line = source.count("\n", 0, at) - begins
    have = sum(part.count("\n") for part in parts)
    if parts and line > have:
        yield "\n" * (line - have)


def _is_operand(source: str, start: int) -> bool:
    """A name that is added to the text: what stands before it is a plus."""
    return source[:start].rstrip().endswith("+")


def _dotted(source: str, start: int) -> str:
    """The name at an offset, with its dots; "" when it is called or indexed."""
    match = re.match(r"[\w.]+(?!\w)", source[start:])
    behind = source[start + match.end() :].lstrip()[:1] if match is not None else ""
    return match[0] if match is not None and behind not in ("(", "[") else ""


def _known(place: Place, name: str) -> str:
    """The text that a name stands for, else `UNSEEN`."""
    if not re.fullmatch(r"[\w.]+", name):
        return UNSEEN
    where = Expression(kind=ExpressionKind.NAME, text=name, span=_SPAN)
    found = value_of(place, where)
    return found.text if found.known is Known.EXPLICIT else UNSEEN


_SPAN = Span(path="", side=Side.AFTER, first_line=1, last_line=1)


def _format_arguments(place: Place, expression: Expression) -> list[str]:
    """What `String.format` puts in, in order; a format with numbers (`%2$s`) is read as nothing known."""
    if expression.call is None:
        return []
    call = place.syntax.calls[expression.call]
    if flat(call.name) not in ("format", "formatted") or "$" in expression.text:
        return []
    given = call.arguments[1:] if flat(call.name) == "format" else call.arguments
    found = (value_of(place, argument.value) for argument in given)
    return [value.text if value.known is Known.EXPLICIT else UNSEEN for value in found]


def _content(match: re.Match[str], place: Place) -> str:
    language = place.syntax.language
    raw = next(match[name] for name in ("long", "single", "short", "quote") if match[name] is not None)
    prefix = (match["prefix"] or "").lower()
    is_raw = "r" in prefix or (match["long"] is not None and language in ("kotlin", "scala"))
    if not is_raw:
        raw = re.sub(r"\\(.)", lambda m: _ESCAPES.get(m[1], m[1]), raw, flags=re.DOTALL)
    holes = _HOLES.get(language)
    if holes is not None and (language == "kotlin" or (language == "python" and "f" in prefix) or (language == "scala" and prefix in ("s", "f"))):  # fmt: skip
        raw = holes.sub(lambda m: {"{{": "{", "}}": "}"}.get(m[0]) or _known(place, m[0].strip("${}")), raw)
    return raw
