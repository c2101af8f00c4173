"""SQL, cut into statements. The grammars at hand know no Flink SQL, and a statement is what a reader wants to see."""

from __future__ import annotations

import re
from collections.abc import Iterator

from reviewer.core.lazily import lazily
from reviewer.core.span import Side, Span
from reviewer.facts.syntax import Comment, Section, SyntaxFacts

# A comment, something quoted (a doubled quote is two tokens and does no harm), the body between dollar signs, or an end.
_TOKEN = lazily(
    r"(?P<comment>--[^\n]*|/\*.*?(?:\*/|\Z))|(?P<quoted>'[^']*'?|\"[^\"]*\"?|`[^`]*`?)|(?P<dollar>\$(?P<tag>\w*)\$)|(?P<end>;)",
    re.DOTALL,
)
_LIMIT = 5_000
_SET = lazily(r"(EXECUTE\s+)?(BEGIN\s+)?STATEMENT\s+SET\b", re.IGNORECASE)
_SET_BEGIN = lazily(_SET.pattern + r"\s*;?\s*(BEGIN\b)?", re.IGNORECASE)
_NAME = lazily(r"[^(\n]{1,80}")
_TABLE = lazily(r"CREATE\b.*?\b(TABLE|VIEW|STREAM|FUNCTION|SINK|SOURCE)\b[^(]{1,80}", re.IGNORECASE | re.DOTALL)


def extract_sql(path: str, text: str, side: Side) -> SyntaxFacts:
    """The statements as sections, a STATEMENT SET around those that it holds, and the comments."""
    comments: list[Comment] = []
    sections: list[Section] = []
    opened: tuple[str, int] | None = None
    lines = _Lines(text)
    for first, last, body in _statements(text, lines, comments, path, side):
        plain = body.lstrip()
        if opened is None and (match := _SET.match(plain)):
            opened = (" ".join(match[0].split()), first)
        sections.append(_section(path, side, _name(plain), first, last))
        if opened is not None and re.match(r"END\b", plain, re.IGNORECASE):
            sections.append(_section(path, side, opened[0], opened[1], last))
            opened = None
    ordered = sorted(sections[:_LIMIT], key=lambda s: (s.span.first_line, -s.span.last_line))
    return SyntaxFacts(path=path, language="sql", comments=tuple(comments), sections=tuple(ordered))


class _Lines:
    """Line numbers for offsets that only grow."""

    def __init__(self, text: str) -> None:
        self._text, self._line, self._offset = text, 1, 0

    def at(self, offset: int) -> int:
        """The 1-based line of an offset."""
        self._line += self._text.count("\n", self._offset, offset)
        self._offset = max(self._offset, offset)
        return self._line


def _statements(
    text: str, lines: _Lines, comments: list[Comment], path: str, side: Side
) -> Iterator[tuple[int, int, str]]:
    """(first line, last line, text without comments) of every statement."""
    position, parts, first = 0, [""], 0
    while match := _TOKEN.search(text, position):
        first = first or _begin(text, position, match.start(), lines)
        parts.append(text[position : match.start()])
        end = match.end()
        if match["dollar"] is not None:
            closing = text.find(match["dollar"], end)
            end = closing + len(match["dollar"]) if closing >= 0 else len(text)
        number = lines.at(match.start())
        if match["comment"] is not None:
            last = lines.at(end - 1)
            comments.append(Comment(text=" ".join(match["comment"].split()), span=_span(path, side, number, last)))
            parts.append(" ")
        elif match["end"] is not None:
            if first:
                yield first, number, "".join(parts)
            parts, first = [], 0
        else:
            first = first or number
            parts.append(text[match.start() : end])
        position = end
    rest = text[position:]
    first = first or _begin(text, position, len(text), lines)
    if first:
        yield first, lines.at(position + len(rest.rstrip()) - 1 if rest.strip() else position), "".join([*parts, rest])


def _begin(text: str, start: int, end: int, lines: _Lines) -> int:
    """The line of the first character that is no blank; 0 when there is none."""
    between = text[start:end]
    if not between.strip():
        return 0
    return lines.at(start + len(between) - len(between.lstrip()))


def _name(statement: str) -> str:
    """`CREATE TABLE orders`, `INSERT INTO clean`: the words before the first bracket or the end of the line."""
    inner = _SET_BEGIN.sub("", statement, count=1).lstrip() or statement
    match = _TABLE.match(inner) or _NAME.match(inner)
    return " ".join(match[0].split()) if match is not None else "statement"


def _section(path: str, side: Side, name: str, first: int, last: int) -> Section:
    return Section(name=name or "statement", span=_span(path, side, first, last))


def _span(path: str, side: Side, first: int, last: int) -> Span:
    return Span(path=path, side=side, first_line=first, last_line=max(first, last))
