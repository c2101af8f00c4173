"""Just enough GraphQL: one operation, variables, arguments, aliases, inline fragments; unknown fields are errors.

Values are plain JSON, and maps whose values may be functions of the field's arguments. What the schema forbids fails the whole
query; what a field can't answer (an error with a `kind`) makes that field null and is told beside the rest, as GitHub does it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

_TOKEN = re.compile(r'[\s,]+|#[^\n]*|(\.\.\.|[{}()\[\]:=!$@]|"(?:[^"\\]|\\.)*"|-?\d+(?:\.\d+)?|[A-Za-z_]\w*)')
Resolver = Callable[[Mapping[str, Any]], Any]


#: GitHub's types of the arguments that the fake knows; a variable of another type is refused.
_TYPES = {
    "owner": "String", "name": "String", "number": "Int", "first": "Int", "last": "Int", "after": "String", "id": "ID",
    "oid": "GitObjectID", "expression": "String",
}  # fmt: skip


class GraphQLError(Exception):
    """An entry of the answer's `errors`; `kind` is GitHub's `type`, such as NOT_FOUND or FORBIDDEN.

    Without a kind it is the query that is wrong, and nothing of it is answered.
    """

    def __init__(self, message: str, kind: str | None = None) -> None:
        super().__init__(message)
        self.kind = kind

    def entry(self, path: tuple[str | int, ...] = ()) -> dict[str, Any]:
        """As it stands in the answer."""
        told: dict[str, Any] = {"type": self.kind} if self.kind else {}
        return {**told, **({"path": list(path)} if path else {}), "message": str(self)}


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
    """`kind` is `query` or `mutation`; `declared` holds the variables' types, such as `Int!`."""

    kind: str
    declared: Mapping[str, str]
    fields: tuple[Field, ...]


@dataclass(slots=True)
class _Parser:
    tokens: list[str]
    at: int = 0
    declared: dict[str, str] = field(default_factory=dict)

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
        return Operation(kind=kind, declared=dict(self.declared), fields=fields)

    def declarations(self) -> None:
        self.take("(")
        while self.peek() != ")":
            self.take("$")
            name = self.take()
            self.take(":")
            kind = ""
            while self.peek() not in ("$", ")", "="):
                kind += self.take()
            if self.peek() == "=":
                self.take()
                self.value()
                kind = kind.removesuffix("!")
            self.declared[name] = kind
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


def execute(
    operation: Operation, variables: Mapping[str, Any], root: Mapping[str, Any]
) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """The `data` and the `errors` of the answer; GraphQLError for what the schema doesn't allow."""
    _check_variables(operation, variables)
    run = _Run(variables)
    kind = operation.kind.capitalize()
    data = {one.alias: run.resolve(one, root, kind, (one.alias,)) for one in operation.fields}
    return data, run.errors


def weight(operation: Operation, variables: Mapping[str, Any]) -> tuple[int, int]:
    """(points, nodes) of a query, by GitHub's formula: what its connections could give at most."""
    requests, nodes = _counted(operation.fields, variables)
    return max(1, round(requests / 100)), nodes


def _counted(fields: tuple[Field, ...], variables: Mapping[str, Any]) -> tuple[int, int]:
    requests = nodes = 0
    for one in fields:
        arguments = _filled(one.arguments, variables)
        first = arguments.get("first", arguments.get("last"))
        below, inner = _counted(one.fields, variables)
        times = first if isinstance(first, int) else 1
        requests += times * below + (isinstance(first, int))
        nodes += times * inner + (times if isinstance(first, int) else 0)
    return requests, nodes


def _check_variables(operation: Operation, variables: Mapping[str, Any]) -> None:
    used: set[str] = set()
    for argument, variable in _variables(operation.fields):
        used.add(variable)
        declared = operation.declared.get(variable)
        if declared is None:
            raise GraphQLError(f"Variable ${variable} is used by anonymous {operation.kind} but not declared")
        if declared.removesuffix("!") != _TYPES.get(argument, declared.removesuffix("!")):
            raise GraphQLError(f"Type mismatch on variable ${variable} and argument {argument} ({declared})")
    for name, kind in operation.declared.items():
        if name not in used:
            raise GraphQLError(f"Variable ${name} is declared by anonymous {operation.kind} but not used")
        value = variables.get(name)
        is_oid = isinstance(value, str) and re.fullmatch(r"[0-9a-f]{40}([0-9a-f]{24})?", value) is not None
        if (value is None and kind.endswith("!")) or (value is not None and kind[:11] == "GitObjectID" and not is_oid):
            raise GraphQLError(f"Variable ${name} of type {kind} was provided invalid value")


def _variables(fields: tuple[Field, ...]) -> Iterator[tuple[str, str]]:
    """(argument, variable) of every use."""
    for one in fields:
        for name, value in one.arguments.items():
            if isinstance(value, Variable):
                yield name, value.name
            elif isinstance(value, Mapping):
                yield from ((key, inner.name) for key, inner in value.items() if isinstance(inner, Variable))
        yield from _variables(one.fields)


@dataclass(slots=True)
class _Run:
    """One execution; `errors` are those of single fields."""

    variables: Mapping[str, Any]
    errors: list[dict[str, Any]] = field(default_factory=list)

    def resolve(self, selected: Field, parent: Mapping[str, Any], kind: str, path: tuple[str | int, ...]) -> Any:
        if selected.name not in parent:
            raise GraphQLError(f"Field '{selected.name}' doesn't exist on type '{parent.get('__typename', kind)}'")
        value = parent[selected.name]
        try:
            if callable(value):
                value = value(_filled(selected.arguments, self.variables))
        except GraphQLError as error:
            if error.kind is None:
                raise
            self.errors.append(error.entry(path))
            return None
        return self.project(selected, value, path)

    def project(self, selected: Field, value: Any, path: tuple[str | int, ...]) -> Any:
        if isinstance(value, list):
            return [self.project(selected, item, (*path, number)) for number, item in enumerate(value)]
        if not isinstance(value, Mapping):
            return value
        if not selected.fields:
            raise GraphQLError(f"Field '{selected.name}' must have selections")
        shown = [one for one in selected.fields if one.on in (None, value.get("__typename"))]
        return {one.alias: self.resolve(one, value, selected.name, (*path, one.alias)) for one in shown}


def _filled(value: Any, variables: Mapping[str, Any]) -> Any:
    if isinstance(value, Variable):
        return variables.get(value.name)
    if isinstance(value, Mapping):
        return {name: _filled(item, variables) for name, item in value.items()}
    return [_filled(item, variables) for item in value] if isinstance(value, list) else value
