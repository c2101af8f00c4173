"""What a language has to say so that the shared assembler can read it: a grammar, a query file, and how to read its nodes.

The query (`queries/<name>.scm`) finds the nodes; its capture names are the kinds of facts: `@import`, `@type`, `@function`,
`@lambda`, `@call`, `@assignment`, `@field`, `@jump.throw|return|continue|break`, `@comment`,
`@block.loop|try|catch|finally|conditional|with`. The adapter's methods read one found node. The defaults here fit grammars
whose nodes have the usual fields (`name`, `body`, `parameters`), so a thin adapter is a name, suffixes and a query.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from importlib import import_module
from pkgutil import get_data

from tree_sitter import Language, Node, Query

from reviewer.core.lazily import lazily
from reviewer.core.value import value
from reviewer.facts.idioms import OTHER, Idioms
from reviewer.facts.syntax import ExpressionKind, Parameter, ResultUse


@value()
class CallParts:
    """A call as read from its node. `arguments` are (keyword or None, value node)."""

    name: Node
    receiver: Node | None = None
    arguments: tuple[tuple[str | None, Node], ...] = ()
    type_arguments: tuple[str, ...] = ()
    is_construction: bool = False
    text: str | None = None


@value()
class AnnotationParts:
    """An annotation or decorator."""

    name: str
    arguments: tuple[tuple[str | None, Node], ...]
    node: Node


@value()
class FunctionParts:
    """A function or lambda; `name` is "" for a lambda. `owner` is the type of a method that stands outside of it (Go), `extends` that of an extension's receiver (Kotlin)."""

    name: str = ""
    owner: str = ""
    parameters: tuple[Parameter, ...] = ()
    return_type: str = ""
    annotations: tuple[AnnotationParts, ...] = ()
    is_async: bool = False
    extends: str = ""


@value()
class TypeParts:
    """A type declaration."""

    name: str
    bases: tuple[str, ...] = ()
    annotations: tuple[AnnotationParts, ...] = ()


@value()
class AssignmentParts:
    """One assigned name."""

    target: str
    node: Node
    value: Node | None = None
    subscript: Node | None = None
    operator: str = "="
    declared_type: str = ""
    is_declaration: bool = False
    modifiers: tuple[str, ...] = ()
    annotations: tuple[AnnotationParts, ...] = ()


@value()
class BlockParts:
    """A block: `span` is the whole statement, `owner` the try's body for a catch or finally."""

    detail: str = ""
    variable: str | None = None
    span: Node | None = None
    owner: Node | None = None


def text_of(node: Node | None) -> str:
    """The node's text with blanks folded; "" for None."""
    raw = node.text if node is not None else None  # made anew each time that it is asked for
    return " ".join(raw.decode("utf-8", "replace").split()) if raw is not None else ""


def child_of(node: Node | None, *types: str) -> Node | None:
    """The first named child of one of the types."""
    return next((child for child in node.named_children if child.type in types), None) if node is not None else None


@value()
class LanguageAdapter:
    """A language. Subclasses override the reading methods where their grammar differs from the defaults."""

    name: str
    suffixes: tuple[str, ...]
    grammar: Callable[[], Language]
    filenames: tuple[str, ...] = ()
    dialect: str = ""  # a second grammar that is read by the query of `name`
    kinds: dict[str, ExpressionKind] = field(default_factory=dict)
    ignored_parents: frozenset[str] = frozenset({"expression_statement"})
    returned_parents: frozenset[str] = frozenset({"return_statement"})
    awaited_parents: frozenset[str] = frozenset({"await", "await_expression"})
    argument_parents: frozenset[str] = frozenset({"argument_list", "arguments"})
    transparent: frozenset[str] = frozenset({"parenthesized_expression", "cast_expression"})
    idioms: Idioms = OTHER

    def query(self) -> Query:
        """The compiled query, kept per process."""
        return compiled(self)

    def kept(self, found: dict[str, list[Node]]) -> dict[str, list[Node]]:
        """The captures without what is no part of the program."""
        return found

    def uses(self) -> dict[str, ResultUse]:
        """What becomes of a call's value, by the type of the node around it."""
        found = dict.fromkeys(self.argument_parents, ResultUse.ARGUMENT)
        found |= dict.fromkeys(self.awaited_parents, ResultUse.AWAITED)
        return found | dict.fromkeys(self.returned_parents, ResultUse.RETURNED)

    def call(self, node: Node) -> CallParts | None:
        """Read a call node."""
        name = node.child_by_field_name("function") or node.child_by_field_name("name")
        if name is None:
            return None
        arguments = node.child_by_field_name("arguments")
        values = tuple((None, child) for child in arguments.named_children) if arguments is not None else ()
        return CallParts(name=name, arguments=values)

    def function(self, node: Node) -> FunctionParts:
        """Read a function node."""
        return FunctionParts(name=text_of(node.child_by_field_name("name")))

    def type(self, node: Node) -> TypeParts:
        """Read a type node."""
        return TypeParts(name=text_of(node.child_by_field_name("name")))

    def assignments(self, node: Node) -> tuple[AssignmentParts, ...]:
        """Read an assignment or declaration."""
        return ()

    def block(self, kind: str, node: Node) -> BlockParts:
        """Read a block of a kind."""
        return BlockParts()

    def ignores(self, parent: Node, node: Node) -> bool:
        """Whether nothing is done with the value of `node` under this parent."""
        return parent.type in self.ignored_parents

    def is_awaited(self, node: Node) -> bool:
        """Whether a call waits for what it gives though no node around it says so."""
        return False

    def drops(self, awaited: Node) -> bool:
        """Whether nobody reads what an await gives; False where a failure is thrown."""
        return False

    def imports(self, node: Node) -> tuple[tuple[str, str], ...]:
        """(path, local name) of an import node."""
        path = re.sub(r"^(import|using|use|from)\s+|[;'\"]", "", text_of(node)).strip()
        return ((path, re.split(r"[./:\\]+", path)[-1]),)

    def pointee(self, node: Node) -> Node | None:
        """What `&x`, `*x` or a spread `...x` is read as; None for every other node."""
        return None

    def literal(self, kind: ExpressionKind, node: Node) -> str | None:
        """The unquoted text of a literal node; None when it is none after all (interpolation)."""
        text = text_of(node)
        if kind is ExpressionKind.NUMBER:
            return number(text)
        if kind is ExpressionKind.BOOLEAN:
            return text.lower()
        return unquote(text)

    def kind(self, node: Node) -> ExpressionKind:
        """The kind of an expression node."""
        return self.kinds.get(node.type, ExpressionKind.OTHER)

    def entries(self, node: Node) -> tuple[tuple[Node | None, Node], ...]:
        """The elements of a collection literal."""
        return ()


_NUMBER = lazily(r"[-+]?(0[xX][0-9a-fA-F]+|\d+(\.\d+)?)")


def number(text: str) -> str | None:
    """`10_000L` -> `10000`, `-1`, `3.5f`; None for what is no number."""
    plain = text.replace("_", "").replace(" ", "").rstrip("lLfFdD")
    return plain if _NUMBER.fullmatch(plain) else None


_QUOTED = lazily(r"[A-Za-z@$]{0,2}(\"\"\"|'''|[\"'`])(.*)\1", re.DOTALL)
_ESCAPED = lazily(r"\\(.)", re.DOTALL)
_ESCAPES = {"n": "\n", "t": "\t", "r": "\r", "0": "\0", "b": "\b"}


def unquote(text: str) -> str | None:
    """The content of a string literal with one, or three, quotes on each side; prefixes (`r`, `b`, `@`) are dropped."""
    match = _QUOTED.fullmatch(text)
    if match is None or "\\" not in text:
        return match.group(2) if match is not None else None
    return _ESCAPED.sub(lambda m: _ESCAPES.get(m.group(1), m.group(1)), match.group(2))


def grammar_of(module: str, function: str = "language") -> Callable[[], Language]:
    """A loader that imports the grammar only when it is needed."""
    return _Grammar(module, function)


@dataclass(frozen=True, slots=True)
class _Grammar:
    module: str
    function: str

    def __call__(self) -> Language:
        return _language(self.module, self.function)


@cache
def _language(module: str, function: str) -> Language:
    return Language(getattr(import_module(module), function)())


_QUERIES: dict[str, Query] = {}


def compiled(adapter: LanguageAdapter) -> Query:
    """The adapter's query, compiled once per process."""
    key = adapter.name + adapter.dialect
    if key not in _QUERIES:
        source = (get_data("reviewer.facts", f"queries/{adapter.name}.scm") or b"").decode("utf-8")
        _QUERIES[key] = Query(adapter.grammar(), source)
    return _QUERIES[key]
