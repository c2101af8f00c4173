"""Protobuf as schemas: messages and enums with numbers, labels, oneofs and what they reserve, each field on its own line."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from reviewer.core.lazily import lazily
from reviewer.core.span import Side, Span
from reviewer.facts.languages.protobuf import statements
from reviewer.facts.streaming.model import Schema, SchemaField

_TYPE = lazily(r"(?:export\s+|local\s+)?(message|enum|service|extend|oneof)\s+([\w.]+)$")
_NUMBER = r"(?P<number>-?(?:0[xX][0-9a-fA-F]{1,20}|\d{1,20}))"
_FIELD = lazily(
    r"(?:(?P<label>repeated|optional|required)\s+)?(?P<type>map\s*<[^<>]{1,200}>|[.\w]+)\s+(?P<name>\w+)\s*=\s*"
    + _NUMBER
    + r"\s*(?=\[|$)"
)
_VALUE = lazily(r"(?P<name>[A-Za-z_]\w*)\s*=\s*" + _NUMBER + r"\s*(?=\[|$)")
_NOT_FIELDS = frozenset({"option", "reserved", "extensions", "package", "syntax", "edition", "import", "rpc"})
_DEFAULT = lazily(r"[\[,]\s*default\s*=\s*(\"[^\"]*\"|'[^']*'|[^\s,\]]+)")
_RANGE = lazily(r"(-?\d{1,20})(?:\s+to\s+(-?\d{1,20}|max))?")
_RPC = lazily(r"rpc\s+\w+\s*\(\s*(?:stream\s+)?([\w.]+)\s*\)\s*returns\s*\(\s*(?:stream\s+)?([\w.]+)\s*\)")
_MAX = 1 << 31
_DEEP = 100  # nested types that are read: hostile texts have thousands, and names as long


@dataclass(slots=True)
class _Open:
    kind: str  # message | enum | oneof | service | extend, or "" for any other brace
    name: str
    first: int
    fields: list[SchemaField] = field(default_factory=list)
    reserved: list[tuple[int, int]] = field(default_factory=list)
    owner: _Open | None = field(default=None, repr=False, compare=False)  # the message or enum that it is, or lies in


def protobuf_schemas(text: str, path: str, side: Side) -> tuple[Schema, ...]:
    """Every message and enum of a .proto file, outer ones before what lies in them."""
    package = ""
    stack: list[_Open] = []
    found: list[tuple[_Open, str]] = []
    called: set[str] = set()
    for kind, words, first, last in statements(text):
        span = Span(path=path, side=side, first_line=first, last_line=max(first, last)) if first else None
        if kind == "comment" or span is None:
            continue
        called.update(name.rsplit(".", 1)[-1] for match in _RPC.finditer(words) for name in match.groups())
        if kind == "{":
            match = _TYPE.match(words)
            # An option with braces (`[(rule) = { … }]`) stands in the middle of a field.
            opened = _Open(match[1], match[2], first) if match else _in_field(words, stack, span)
            opened.owner = opened if opened.kind in ("message", "enum") else _owner(stack)
            stack.append(opened)
            if opened.owner is opened and len(stack) <= _DEEP:
                names = [one.name for one in stack if one.kind in ("message", "enum")]
                found.append((opened, ".".join(names)))
        elif kind == "}":
            if stack:
                stack.pop()
        elif match := re.match(r"package\s+([\w.]+)$", words):
            package = match[1]
        elif stack:
            _statement(words, stack, span)
    reached = _reached(called, found)
    return tuple(_schema(opened, local, package, reached, path, side) for opened, local in found)


def _reached(called: set[str], found: list[tuple[_Open, str]]) -> set[str]:
    """The types that an rpc takes or returns, with what they hold."""
    holds = {local.rsplit(".", 1)[-1]: opened for opened, local in found}
    reached: set[str] = set()
    waiting = list(called & holds.keys())
    while waiting:
        name = waiting.pop()
        if name in reached:
            continue
        reached.add(name)
        words = {word for f in holds[name].fields for word in re.findall(r"\w+", f.type)}
        waiting.extend(word for word in words if word in holds)
    return reached


def _in_field(words: str, stack: list[_Open], span: Span) -> _Open:
    if match := re.match(rf"(?:(?P<label>repeated|optional|required)\s+)?group\s+(?P<name>\w+)\s*=\s*{_NUMBER}", words):
        _add(stack, match, span, kind="group")
        return _Open("message", match["name"], span.first_line)
    _statement(words, stack, span)
    return _Open("", words, span.first_line)


def _statement(words: str, stack: list[_Open], span: Span) -> None:
    owner = _owner(stack)
    first = words.split(" ", 1)[0]
    if owner is None or stack[-1].kind not in ("message", "enum", "oneof"):
        return
    if first == "reserved":
        owner.reserved.extend(_ranges(words))
    elif first in _NOT_FIELDS and not re.match(r"\w+\s+\w+\s*=\s*\d", words):
        return
    elif match := (_VALUE if owner.kind == "enum" else _FIELD).match(words):
        _add(
            stack, match, span, kind=" ".join((match.groupdict().get("type") or "").split()), rest=words[match.end() :]
        )


def _add(stack: list[_Open], match: re.Match[str], span: Span, *, kind: str, rest: str = "") -> None:
    owner = _owner(stack)
    if owner is None:
        return
    default = _DEFAULT.search(rest)
    owner.fields.append(
        SchemaField(
            name=match["name"], type=re.sub(r"\s+", "", kind), default=default[1] if default else None, aliases=(), span=span,
            number=int(match["number"], 0 if "x" in match["number"].lower() else 10), label=match.groupdict().get("label") or "",
            oneof=stack[-1].name if stack[-1].kind == "oneof" else "",
        )
    )  # fmt: skip


def _owner(stack: list[_Open]) -> _Open | None:
    return stack[-1].owner if stack else None


def _ranges(words: str) -> Iterator[tuple[int, int]]:
    plain = re.sub(r"\"[^\"]*\"|'[^']*'", "", words)
    for first, last in _RANGE.findall(plain):
        yield int(first), _MAX if last == "max" else int(last or first)


def _schema(opened: _Open, local: str, package: str, reached: set[str], path: str, side: Side) -> Schema:
    return Schema(
        format="protobuf", fullname=f"{package}.{local}" if package else local, kind=opened.kind, aliases=(),
        fields=tuple(opened.fields), symbols=(), detail="", local=local, reserved=tuple(opened.reserved),
        rpc=local.rsplit(".", 1)[-1] in reached, span=Span(path=path, side=side, first_line=opened.first, last_line=opened.first),
    )  # fmt: skip
