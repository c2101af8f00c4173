"""Protobuf by an own small reader: messages, enums, services and their fields. There is no grammar package for it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from reviewer.core.lazily import lazily
from reviewer.core.span import Side, Span
from reviewer.facts.languages.sections import TOKEN, sections_of
from reviewer.facts.syntax import (
    Assignment,
    Comment,
    Expression,
    ExpressionKind,
    Function,
    Import,
    SyntaxFacts,
    TypeDeclaration,
)

_TYPE = lazily(r"(?:export\s+|local\s+)?(message|enum|service|extend)\s+([\w.]+)$")
_RPC = lazily(r"rpc\s+(\w+)\s*\(\s*(?:stream\s+)?([\w.]+)\s*\)\s*returns\s*\(\s*(?:stream\s+)?([\w.]+)\s*\)")
_FIELD = lazily(
    r"(?P<words>(?:(?:repeated|optional|required)\s+)?)(?P<type>map\s*<[^<>]{1,200}>|[\w.]+)\s+(?P<name>\w+)\s*=\s*(?P<number>\d+)\s*(?:\[|$)"
)
_VALUE = lazily(r"(?P<name>[A-Za-z]\w*)\s*=\s*(?P<number>-?\d+)\s*(?:\[|$)")
_IMPORT = lazily(r"import\s+(?:public\s+|weak\s+)?[\"']([^\"'\n]+)[\"']$")
_NOT_FIELDS = frozenset({"option", "reserved", "extensions", "package", "syntax", "edition", "import"})


@dataclass(slots=True)
class _Reader:
    path: str
    side: Side
    types: list[TypeDeclaration] = field(default_factory=list)
    functions: list[Function] = field(default_factory=list)
    fields: list[Assignment] = field(default_factory=list)
    imports: list[Import] = field(default_factory=list)
    comments: list[Comment] = field(default_factory=list)
    open: list[tuple[str, str, int, str]] = field(default_factory=list)  # kind, name, first line, qualified
    owners: list[str] = field(default_factory=list)  # of each field, qualified

    def span(self, first: int, last: int) -> Span:
        return Span(path=self.path, side=self.side, first_line=first, last_line=max(first, last))

    def qualified(self) -> str:
        """The name of the innermost type that is open; kept with it, as joining it anew for each of thousands is quadratic."""
        return self.open[-1][3] if self.open else ""


def extract_protobuf(path: str, text: str, side: Side) -> SyntaxFacts:
    """Messages, enums and services as types, fields and enum values as assignments of their number, rpcs as functions."""
    reader = _Reader(path=path, side=side)
    for kind, words, first, last in statements(text):
        if kind == "comment":
            reader.comments.append(Comment(text=" ".join(words.split()), span=reader.span(first, last)))
        elif kind == "{":
            _open(reader, words, first)
        elif kind == "}":
            _close(reader, last)
        else:
            _statement(reader, words, first, last)
    types = sorted(reader.types, key=lambda t: (t.span.first_line, -t.span.last_line))
    return SyntaxFacts(
        path=path, language="protobuf", imports=tuple(reader.imports), functions=tuple(reader.functions),
        types=tuple(_numbered(types)), assignments=tuple(_owned(reader, types)), comments=tuple(reader.comments),
        sections=sections_of("protobuf", path, text, side),
    )  # fmt: skip


def statements(text: str) -> Iterator[tuple[str, str, int, int]]:
    """(kind, words, first line, last line): `;` a statement, `{` its words before a brace, `}`, or a comment."""
    line, position, start, first = 1, 0, 0, 0
    parts: list[str] = []
    while match := TOKEN.search(text, position):
        before = text[start : match.start()]
        parts.append(before)
        first = first or (line if before.strip() else 0)
        number, position = line, match.end()
        line += match.group().count("\n")
        if match["comment"] is not None and match["hash"] is None:
            yield "comment", match["comment"], number, line
        elif match["end"] is not None or match.group() in "{}":
            yield match.group(), " ".join("".join(parts).split()), first or number, number
            parts, first = [], 0
        else:
            parts.append(match.group())
        start = position


def _open(reader: _Reader, words: str, first: int) -> None:
    if match := _TYPE.match(words):
        around = reader.qualified()
        reader.open.append((match[1], match[2], first, f"{around}.{match[2]}" if around else match[2]))
        return
    if match := _RPC.match(words):
        _rpc(reader, match, first, first)
    reader.open.append(("", words, first, reader.qualified()))


def _close(reader: _Reader, last: int) -> None:
    if not reader.open:
        return
    kind, name, first, qualified = reader.open.pop()
    if kind:
        reader.types.append(
            TypeDeclaration(
                index=0, name=name, qualified=qualified, bases=(), annotations=(), span=reader.span(first, last), parent=None
            )
        )  # fmt: skip


def _statement(reader: _Reader, words: str, first: int, last: int) -> None:
    if match := _IMPORT.match(words):
        alias = match[1].rsplit("/", 1)[-1].removesuffix(".proto")
        reader.imports.append(Import(path=match[1], alias=alias, span=reader.span(first, last)))
    elif match := _RPC.match(words):
        _rpc(reader, match, first, last)
    elif words.split(" ", 1)[0] not in _NOT_FIELDS and reader.open and (match := _field(reader, words)):
        span = reader.span(first, last)
        number = Expression(kind=ExpressionKind.NUMBER, text=match["number"], span=span, literal=match["number"])
        groups = match.groupdict()
        reader.owners.append(reader.qualified())
        reader.fields.append(
            Assignment(
                target=match["name"], operator="=", declared_type=" ".join((groups.get("type") or "").split()),
                value=number, subscript=None, is_field=True, is_declaration=True,
                modifiers=tuple((groups.get("words") or "").split()), annotations=(), span=span, function=None, type=None,
                blocks=(),
            )
        )  # fmt: skip


def _field(reader: _Reader, words: str) -> re.Match[str] | None:
    return _VALUE.match(words) if reader.open[-1][0] == "enum" else _FIELD.match(words)


def _rpc(reader: _Reader, match: re.Match[str], first: int, last: int) -> None:
    owner = reader.qualified()
    reader.functions.append(
        Function(
            index=len(reader.functions), name=match[1], qualified=f"{owner}.{match[1]}" if owner else match[1],
            parameters=(), return_type=match[3], annotations=(), is_lambda=False, is_async=False,
            span=reader.span(first, last), type=None, parent=None, argument_of=None,
        )
    )  # fmt: skip


def _numbered(types: list[TypeDeclaration]) -> Iterator[TypeDeclaration]:
    numbers = {declared.qualified: number for number, declared in enumerate(types)}
    for number, declared in enumerate(types):
        yield replace(declared, index=number, parent=numbers.get(declared.qualified.rpartition(".")[0]))


def _owned(reader: _Reader, types: list[TypeDeclaration]) -> Iterator[Assignment]:
    numbers = {declared.qualified: number for number, declared in enumerate(types)}
    for assignment, owner in zip(reader.fields, reader.owners, strict=True):
        yield replace(assignment, type=numbers.get(owner))
