"""Avro IDL as the JSON that it stands for, with the lines of every part: the rest is read as an .avsc is."""

from __future__ import annotations

import json
import re
from typing import Any, NamedTuple

from reviewer.core.lazily import lazily
from reviewer.core.span import Side, Span
from reviewer.facts.streaming.model import Schema
from reviewer.facts.streaming.schemas import Spans, named_types

_TOKEN = lazily(
    r"(?P<skip>\s+|//[^\n]*|/\*.*?(?:\*/|\Z))|(?P<string>\"(?:\\.|[^\"\\\n])*\"?)|(?P<name>@?`?[A-Za-z_][\w.\-]*`?)"
    r"|(?P<number>-?\d[\w.+-]*)|(?P<sign>.)",
    re.DOTALL,
)
_DEEP = 40
_LOGICAL: dict[str, Any] = {
    "date": {"type": "int", "logicalType": "date"},
    "time_ms": {"type": "int", "logicalType": "time-millis"},
    "timestamp_ms": {"type": "long", "logicalType": "timestamp-millis"},
    "local_timestamp_ms": {"type": "long", "logicalType": "local-timestamp-millis"},
    "uuid": {"type": "string", "logicalType": "uuid"},
}
_KINDS = frozenset({"record", "error", "enum", "fixed"})


class _Token(NamedTuple):
    kind: str
    text: str
    line: int


def avdl_schemas(text: str, path: str, side: Side) -> tuple[Schema, ...]:
    """Every named type of an .avdl file; what can't be read is left out."""
    reader = _Reader(_tokens(text), path, side)
    types = reader.declarations()
    return tuple(named_types(types, (), reader.namespace, reader.spans, path, side))


def _tokens(text: str) -> list[_Token]:
    found, line = [], 1
    for match in _TOKEN.finditer(text):
        if match.lastgroup != "skip":
            found.append(_Token(match.lastgroup or "", match.group().replace("`", ""), line))
        line += match.group().count("\n")
    return found


class _Reader:
    def __init__(self, tokens: list[_Token], path: str, side: Side) -> None:
        self._tokens = tokens
        self._at = 0
        self._path = path
        self._side = side
        self.namespace = ""
        self.spans: Spans = {}

    # ---- tokens

    def _next(self) -> _Token:
        token = self._peek()
        self._at += 1
        return token

    def _peek(self) -> _Token:
        return self._tokens[self._at] if self._at < len(self._tokens) else _Token("end", "", 0)

    def _take(self, text: str) -> bool:
        if self._peek().text == text and self._peek().kind != "string":
            self._at += 1
            return True
        return False

    def _skip_to(self, *ends: str) -> None:
        """To the next of some signs on this level, which is taken."""
        depth = 0
        while (token := self._next()).kind != "end":
            if token.kind == "sign" and token.text in "{[(<":
                depth += 1
            elif token.kind == "sign" and token.text in "}])>":
                depth -= 1
            if depth <= 0 and token.kind == "sign" and token.text in ends:
                return

    # ---- declarations

    def declarations(self) -> list[dict[str, Any]]:
        """The named types of a protocol, or of a file that begins with `namespace` or `schema`."""
        found: list[dict[str, Any]] = []
        while (token := self._peek()).kind != "end":
            marks = self._annotations()
            token = self._peek()
            if token.text == "protocol":
                self._at += 2
                self.namespace = str(marks.get("namespace", ""))
                self._take("{")
            elif token.text == "namespace":
                self._at += 1
                self.namespace = self._next().text
                self._take(";")
            elif token.text in _KINDS and self._tokens[self._at + 1 : self._at + 2]:
                found.append(self._named(marks, (f"[{len(found)}]",)))
            elif token.text == "}":
                self._at += 1
            else:
                self._skip_to(";", "}")
        return found

    def _named(self, marks: dict[str, Any], keys: tuple[str, ...]) -> dict[str, Any]:
        kind, name = self._next().text, self._next()
        node: dict[str, Any] = {"type": kind, "name": name.text}
        node |= {key: marks[key] for key in ("namespace", "aliases") if key in marks}
        self._mark((*keys, "name"), name.line, name.line)
        if kind == "fixed":
            self._take("(")
            node["size"] = self._next().text
            self._skip_to(";")
        elif kind == "enum":
            self._take("{")
            node["symbols"] = self._symbols(keys)
            if self._take("="):
                node["default"] = self._next().text
                self._take(";")
        else:
            self._take("{")
            node["fields"] = self._fields(keys)
        return node

    def _symbols(self, keys: tuple[str, ...]) -> list[str]:
        found: list[str] = []
        while (token := self._next()).kind != "end" and token.text != "}":
            if token.kind == "name":
                self._mark((*keys, "symbols", f"[{len(found)}]"), token.line, token.line)
                found.append(token.text)
        return found

    def _fields(self, keys: tuple[str, ...]) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = []
        while self._peek().kind != "end" and not self._take("}"):
            first = self._peek().line
            outer = self._annotations()
            written = self._type(outer, 0)
            more = True
            while more:
                marks = self._annotations()
                name = self._next()
                if name.kind != "name":
                    self._skip_to(";")
                    break
                field: dict[str, Any] = {"name": name.text, "type": written}
                if "aliases" in marks:
                    field["aliases"] = marks["aliases"]
                if self._take("="):
                    field["default"] = self._json(0)
                place = (*keys, "fields", f"[{len(found)}]")
                self._mark(place, first, max(first, self._peek().line or first))
                found.append(_nullable(field))
                more = self._take(",")
                first = self._peek().line
            else:
                self._take(";")
        return found

    def _type(self, marks: dict[str, Any], depth: int) -> Any:
        token = self._next()
        name = token.text
        written: Any = name
        if depth > _DEEP:
            return "null"
        if name in ("array", "map") and self._take("<"):
            written = {"type": name, "items" if name == "array" else "values": self._inner(depth)}
            self._take(">")
        elif name == "union" and self._take("{"):
            written = []
            while self._peek().kind != "end" and not self._take("}"):
                written.append(self._inner(depth))
                self._take(",")
        elif name == "decimal" and self._take("("):
            precision = self._next().text
            scale = self._next().text if self._take(",") else "0"
            self._take(")")
            written = {"type": "bytes", "logicalType": "decimal", "precision": precision, "scale": scale}
        elif name in _LOGICAL:
            written = dict(_LOGICAL[name])
        if "logicalType" in marks and isinstance(written, str):
            written = {
                "type": written,
                **{k: v for k, v in marks.items() if k in ("logicalType", "precision", "scale")},
            }
        return {"?": written} if self._take("?") else written

    def _inner(self, depth: int) -> Any:
        found = self._type(self._annotations(), depth + 1)
        return ["null", found["?"]] if isinstance(found, dict) and "?" in found else found

    def _annotations(self) -> dict[str, Any]:
        """`@name(value)` before what they are about."""
        found: dict[str, Any] = {}
        while self._peek().kind == "name" and self._peek().text.startswith("@"):
            name = self._next().text[1:]
            if self._take("("):
                found[name] = self._json(0)
                self._take(")")
        return found

    def _json(self, depth: int) -> Any:
        token = self._next()
        if depth > _DEEP or token.kind == "end":
            return None
        if token.text == "[" and token.kind == "sign":
            items = []
            while self._peek().kind != "end" and not self._take("]"):
                items.append(self._json(depth + 1))
                self._take(",")
            return items
        if token.text == "{" and token.kind == "sign":
            mapping: dict[str, Any] = {}
            while self._peek().kind != "end" and not self._take("}"):
                key = str(self._json(depth + 1))
                self._take(":")
                mapping[key] = self._json(depth + 1)
                self._take(",")
            return mapping
        return _scalar(token)

    def _mark(self, keys: tuple[str, ...], first: int, last: int) -> None:
        self.spans[keys] = Span(path=self._path, side=self._side, first_line=first, last_line=last)


def _scalar(token: _Token) -> Any:
    try:
        return json.loads(token.text)
    except ValueError:
        return token.text.strip('"')


def _nullable(field: dict[str, Any]) -> dict[str, Any]:
    """`string? name = null`: a union whose first branch is the default's."""
    written = field["type"]
    if isinstance(written, dict) and "?" in written:
        rest = written["?"]
        field["type"] = ["null", rest] if field.get("default") is None else [rest, "null"]
    return field
