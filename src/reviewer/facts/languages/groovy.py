"""Groovy: Java's reading, with closures, named arguments and calls without brackets.

The grammar trips over parts of the language (a `def` in a class on one line, for one): what it could read is kept, and
`has_errors` says that there may be more.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from tree_sitter import Node

from reviewer.facts import idioms
from reviewer.facts.languages.base import CallParts, FunctionParts, child_of, grammar_of, text_of
from reviewer.facts.languages.java import ADAPTER as JAVA
from reviewer.facts.languages.java import Java
from reviewer.facts.syntax import ExpressionKind as Kind
from reviewer.facts.syntax import Parameter


class Groovy(Java):
    """Reads the nodes of tree-sitter-groovy, which grew out of Java's."""

    __slots__ = ()

    def call(self, node: Node) -> CallParts | None:
        if node.type == "juxt_function_call":
            name = node.child_by_field_name("name")
            values = tuple(_values(node.child_by_field_name("args")))
            return None if name is None else CallParts(name=name, arguments=values)
        if node.type == "object_creation_expression":
            return Java.call(self, node)
        name, closure = node.child_by_field_name("name"), node.child_by_field_name("body")
        if name is None:
            return None
        values = tuple(_values(node.child_by_field_name("arguments")))
        trailing = ((None, closure),) if closure is not None else ()
        return CallParts(name=name, receiver=node.child_by_field_name("object"), arguments=(*values, *trailing))

    def function(self, node: Node) -> FunctionParts:
        if node.type != "closure":
            return Java.function(self, node)
        inner = child_of(node, "lambda_expression")
        listed = inner.child_by_field_name("parameters") if inner is not None else None
        names = [listed] if listed is not None and listed.type == "identifier" else _plain(listed)
        return FunctionParts(
            parameters=tuple(Parameter(name=text_of(n.child_by_field_name("name") or n), type="") for n in names)
        )

    def imports(self, node: Node) -> tuple[tuple[str, str], ...]:
        text = re.sub(r"^import\s+(static\s+)?|;$", "", text_of(node)).strip()
        path, _, alias = text.partition(" as ")
        path = path.replace(" ", "")
        return ((path, alias or path.rsplit(".", 1)[-1]),)

    def kind(self, node: Node) -> Kind:
        if node.type == "string_literal" and "$" in text_of(node):
            return Kind.OTHER
        return Java.kind(self, node)

    def entries(self, node: Node) -> tuple[tuple[Node | None, Node], ...]:
        found: list[tuple[Node | None, Node]] = []
        for child in _plain(node):
            value = child.child_by_field_name("value") if child.type == "map_item" else None
            found.append((_key(child), value) if value is not None else (None, child))
        return tuple(found)


def _key(item: Node) -> Node | None:
    """The key of a map's entry; in brackets it is an expression: `[(ProducerConfig.ACKS_CONFIG): "all"]`."""
    key = item.child_by_field_name("key")
    if key is None or text_of(key) != "(":
        return key
    return next((child for child in item.named_children if child.start_byte > key.start_byte), key)


def _plain(node: Node | None) -> list[Node]:
    return [child for child in node.named_children if "comment" not in child.type] if node is not None else []


def _values(arguments: Node | None) -> Iterator[tuple[str | None, Node]]:
    for child in _plain(arguments):
        value = child.child_by_field_name("value") if child.type == "map_item" else None
        yield (text_of(child.child_by_field_name("key")), value) if value is not None else (None, child)


ADAPTER = Groovy(
    name="groovy",
    suffixes=(".groovy",),
    filenames=("Jenkinsfile",),
    grammar=grammar_of("tree_sitter_groovy"),
    idioms=idioms.JAVA,
    ignored_parents=frozenset({"expression_statement", "closure"}),
    kinds=JAVA.kinds
    | {
        "character_literal": Kind.STRING,
        "closure": Kind.LAMBDA,
        "map_literal": Kind.COLLECTION,
        "list_literal": Kind.COLLECTION,
        "array_literal": Kind.COLLECTION,
    },
)
