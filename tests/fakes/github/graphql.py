"""Just enough GraphQL: one operation, variables, arguments, aliases, inline fragments; unknown fields are errors.

Values are plain JSON, and maps whose values may be functions of the field's arguments.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

_TOKEN = re.compile(r'[\s,]+|#[^\n]*|(\.\.\.|[{}()\[\]:=!$@]|"(?:[^"\\]|\\.)*"|-?\d+(?:\.\d+)?|[A-Za-z_]\w*)')
Resolver = Callable[[Mapping[str, Any]], Any]


class GraphQLError(Exception):
    """An entry of the answer's `errors`; `kind` is GitHub's `type`, such as NOT_FOUND or FORBIDDEN."""

    def __init__(self, message: str, kind: str | None = None) -> None:
        super().__init__(message)
        self.kind = kind


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """A selected field; `on` is the type condition of the fragment around it, `arguments` still hold variables."""

    name: str
    alias: str
    arguments: Mapping[str, Any]
    fields: tuple[Field, ...]
    on: str | None = None


@dataclass(frozen=True, slots=True)
class Variable:
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """`kind` is `query` or `mutation`; `required` names the variables declared with `!`."""

    kind: str
    required: frozenset[str]
    fields: tuple[Field, ...]


@dataclass(slots=True)
class _Parser:
    tokens: list[str]
    at: int = 0
    required: set[str] = field(default_factory=set)

    def peek(self) -> str:
        return self.tokens[self.at] if self.at < len(self.tokens) else ""

    def take(self, expected: str | None = None) -> str:
        token = self.peek()
        if not token or (expected is not None and token != expected):
            raise GraphQLError(f"Parse error on {token!r}, expected {expected or 'more'}")
        self.at += 1
        return token

    def operation(self) -> Operation:
        kind = self.take() if self.peek() != "{" else "query"
        if kind not in ("query", "mutation"):
            raise GraphQLError(f"Parse error on {kind!r}")
        if self.peek() not in ("{", "("):
            self.take()
        if self.peek() == "(":
            self.declarations()
        fields = self.selection()
        if self.peek():
            raise GraphQLError(f"Parse error on {self.peek()!r}")
        return Operation(kind=kind, required=frozenset(self.required), fields=fields)

    def declarations(self) -> None:
        self.take("(")
        while self.peek() != ")":
            self.take("$")
            name = self.take()
            self.take(":")
            last = ""
            while self.peek() not in ("$", ")", "="):
                last = self.take()
            if self.peek() == "=":
                self.take()
                self.value()
            elif last == "!":
                self.required.add(name)
        self.take(")")

    def selection(self, on: str | None = None) -> tuple[Field, ...]:
        self.take("{")
        fields: list[Field] = []
        while self.peek() != "}":
            if self.peek() == "...":
                self.take()
                self.take("on")
                fields += self.selection(self.take())
            else:
                fields.append(self.field(on))
        self.take("}")
        return tuple(fields)

    def field(self, on: str | None) -> Field:
        alias = name = self.take()
        if self.peek() == ":":
            self.take()
            name = self.take()
        arguments = self.named_values("(", ")") if self.peek() == "(" else {}
        fields = self.selection() if self.peek() == "{" else ()
        return Field(name=name, alias=alias, arguments=arguments, fields=fields, on=on)

    def named_values(self, opening: str, closing: str) -> dict[str, Any]:
        self.take(opening)
        values: dict[str, Any] = {}
        while self.peek() != closing:
            name = self.take()
            self.take(":")
            values[name] = self.value()
        self.take(closing)
        return values

    def value(self) -> Any:
        if self.peek() == "{":
            return self.named_values("{", "}")
        token = self.take()
        if token == "$":
            return Variable(self.take())
        if token == "[":
            items = []
            while self.peek() != "]":
                items.append(self.value())
            self.take("]")
            return items
        constants = {"true": True, "false": False, "null": None}
        if token in constants:
            return constants[token]
        if token.startswith('"'):
            return re.sub(r"\\(.)", r"\1", token[1:-1])
        return int(token) if token.lstrip("-").isdigit() else token


def parse(source: str) -> Operation:
    """The one operation in `source`; GraphQLError when it doesn't parse."""
    tokens, at = [], 0
    while at < len(source):
        found = _TOKEN.match(source, at)
        if found is None:
            raise GraphQLError(f"Parse error at {source[at : at + 10]!r}")
        if found[1]:
            tokens.append(found[1])
        at = found.end()
    return _Parser(tokens).operation()


def execute(operation: Operation, variables: Mapping[str, Any], root: Mapping[str, Any]) -> dict[str, Any]:
    """The `data` of the answer; GraphQLError for missing variables and for fields that the fake doesn't have."""
    for name in sorted(operation.required):
        if variables.get(name) is None:
            raise GraphQLError(f"Variable ${name} was provided invalid value")
    kind = operation.kind.capitalize()
    return {one.alias: _resolve(one, root, variables, kind) for one in operation.fields}


def _resolve(selected: Field, parent: Mapping[str, Any], variables: Mapping[str, Any], kind: str) -> Any:
    if selected.name not in parent:
        raise GraphQLError(f"Field '{selected.name}' doesn't exist on type '{parent.get('__typename', kind)}'")
    value = parent[selected.name]
    if callable(value):
        value = value(_filled(selected.arguments, variables))
    return _project(selected, value, variables)


def _project(selected: Field, value: Any, variables: Mapping[str, Any]) -> Any:
    if isinstance(value, list):
        return [_project(selected, item, variables) for item in value]
    if not isinstance(value, Mapping):
        return value
    if not selected.fields:
        raise GraphQLError(f"Field '{selected.name}' must have selections")
    shown = [one for one in selected.fields if one.on in (None, value.get("__typename"))]
    return {one.alias: _resolve(one, value, variables, selected.name) for one in shown}


def _filled(value: Any, variables: Mapping[str, Any]) -> Any:
    if isinstance(value, Variable):
        return variables.get(value.name)
    if isinstance(value, Mapping):
        return {name: _filled(item, variables) for name, item in value.items()}
    return [_filled(item, variables) for item in value] if isinstance(value, list) else value
