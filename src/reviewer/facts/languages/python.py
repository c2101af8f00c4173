"""Python."""

from __future__ import annotations

import re

from tree_sitter import Node

from reviewer.facts import idioms
from reviewer.facts.languages.base import (
    AnnotationParts,
    AssignmentParts,
    BlockParts,
    CallParts,
    FunctionParts,
    LanguageAdapter,
    TypeParts,
    grammar_of,
    number,
    text_of,
    unquote,
)
from reviewer.facts.syntax import ExpressionKind as Kind
from reviewer.facts.syntax import Parameter


class Python(LanguageAdapter):
    """Reads the nodes of tree-sitter-python."""

    __slots__ = ()

    def call(self, node: Node) -> CallParts | None:
        function = node.child_by_field_name("function")
        if function is None:
            return None
        name, receiver = function, None
        if function.type == "attribute":
            name = function.child_by_field_name("attribute") or function
            receiver = function.child_by_field_name("object")
        return CallParts(
            name=name, receiver=receiver, arguments=_arguments(node.child_by_field_name("arguments")),
            is_construction=bool(re.match(r"_?[A-Z]", text_of(name))),
        )  # fmt: skip

    def function(self, node: Node) -> FunctionParts:
        return FunctionParts(
            name=text_of(node.child_by_field_name("name")),
            parameters=_parameters(node.child_by_field_name("parameters")),
            return_type=text_of(node.child_by_field_name("return_type")),
            annotations=_decorators(node),
            is_async=any(child.type == "async" for child in node.children),
        )

    def type(self, node: Node) -> TypeParts:
        bases = node.child_by_field_name("superclasses")
        return TypeParts(
            name=text_of(node.child_by_field_name("name")),
            bases=tuple(text_of(c) for c in bases.named_children if c.type != "keyword_argument") if bases else (),
            annotations=_decorators(node),
        )

    def assignments(self, node: Node) -> tuple[AssignmentParts, ...]:
        left = node.child_by_field_name("left")
        subscript = left.child_by_field_name("subscript") if left is not None and left.type == "subscript" else None
        target = left.child_by_field_name("value") if subscript is not None and left is not None else left
        return (
            AssignmentParts(
                target=text_of(target), node=node, value=node.child_by_field_name("right"), subscript=subscript,
                operator=text_of(node.child_by_field_name("operator")) or "=",
                declared_type=text_of(node.child_by_field_name("type")),
            ),
        )  # fmt: skip

    def block(self, kind: str, node: Node) -> BlockParts:
        parent = node.parent
        if kind == "loop" and parent is not None and parent.type == "for_statement":
            return BlockParts(
                detail=text_of(parent.child_by_field_name("right")),
                variable=text_of(parent.child_by_field_name("left")),
                span=parent,
            )
        if kind == "loop":
            return BlockParts(detail=text_of(node.child_by_field_name("condition")))
        if kind == "catch":
            caught = [child for child in node.named_children if child.type not in ("block", "comment")]
            pattern = text_of(caught[0]) if caught else ""
            types, _, name = pattern.partition(" as ")
            alias = text_of(caught[1]) if len(caught) > 1 else ""
            return BlockParts(detail=types, variable=name or alias or None, owner=_try_body(node))
        if kind == "finally":
            return BlockParts(owner=_try_body(node))
        if kind == "conditional" and parent is not None:
            return BlockParts(detail=text_of(parent.child_by_field_name("condition")))
        if kind == "with":
            clause = next((child for child in node.named_children if child.type == "with_clause"), None)
            return BlockParts(detail=text_of(clause))
        return BlockParts()

    def imports(self, node: Node) -> tuple[tuple[str, str], ...]:
        module = text_of(node.child_by_field_name("module_name"))
        found: list[tuple[str, str]] = []
        for name in node.children_by_field_name("name"):
            alias = text_of(name.child_by_field_name("alias")) if name.type == "aliased_import" else ""
            plain = text_of(name.child_by_field_name("name") if name.type == "aliased_import" else name)
            found.append((f"{module}.{plain}" if module else plain, alias or plain.rsplit(".", 1)[-1]))
        if any(child.type == "wildcard_import" for child in node.named_children):
            found.append((f"{module}.*", "*"))
        return tuple(found)

    def kind(self, node: Node) -> Kind:
        if node.type == "unary_operator" and number(text_of(node)) is not None:
            return Kind.NUMBER
        return self.kinds.get(node.type, Kind.OTHER)

    def literal(self, kind: Kind, node: Node) -> str | None:
        if kind is not Kind.STRING:
            return LanguageAdapter.literal(self, kind, node)
        if node.type == "concatenated_string":
            parts = [self.literal(kind, child) for child in node.named_children if child.type == "string"]
            return None if None in parts else "".join(part for part in parts if part is not None)
        if any(child.type == "interpolation" for child in node.named_children):
            return None
        return unquote(text_of(node))

    def entries(self, node: Node) -> tuple[tuple[Node | None, Node], ...]:
        found: list[tuple[Node | None, Node]] = []
        for child in node.named_children:
            if child.type == "pair":
                value = child.child_by_field_name("value")
                if value is not None:
                    found.append((child.child_by_field_name("key"), value))
            elif child.type == "dictionary_splat" and child.named_children:
                found.append((None, child.named_children[0]))  # `**common`
            elif child.type != "comment":
                found.append((None, child))
        return tuple(found)


def _arguments(node: Node | None) -> tuple[tuple[str | None, Node], ...]:
    found: list[tuple[str | None, Node]] = []
    for child in node.named_children if node is not None else ():
        if child.type == "keyword_argument":
            value = child.child_by_field_name("value")
            if value is not None:
                found.append((text_of(child.child_by_field_name("name")), value))
        elif child.type == "dictionary_splat":
            found.append(("**", child))
        elif child.type != "comment":
            found.append((None, child))
    return tuple(found)


def _parameters(node: Node | None) -> tuple[Parameter, ...]:
    found: list[Parameter] = []
    for child in node.named_children if node is not None else ():
        name = child.child_by_field_name("name")
        if name is None:
            name = next((inner for inner in child.named_children if inner.type == "identifier"), child)
        found.append(Parameter(name=text_of(name), type=text_of(child.child_by_field_name("type"))))
    return tuple(found)


def _decorators(node: Node) -> tuple[AnnotationParts, ...]:
    parent = node.parent
    if parent is None or parent.type != "decorated_definition":
        return ()
    found: list[AnnotationParts] = []
    for child in parent.named_children:
        if child.type == "decorator" and child.named_children:
            inner = child.named_children[0]
            function = inner.child_by_field_name("function") if inner.type == "call" else inner
            arguments = _arguments(inner.child_by_field_name("arguments")) if inner.type == "call" else ()
            found.append(AnnotationParts(name=text_of(function), arguments=arguments, node=child))
    return tuple(found)


def _try_body(clause: Node) -> Node | None:
    return clause.parent.child_by_field_name("body") if clause.parent is not None else None


ADAPTER = Python(
    name="python",
    suffixes=(".py", ".pyi"),
    grammar=grammar_of("tree_sitter_python"),
    idioms=idioms.PYTHON,
    awaited_parents=frozenset({"await"}),
    kinds={
        "string": Kind.STRING,
        "concatenated_string": Kind.STRING,
        "integer": Kind.NUMBER,
        "float": Kind.NUMBER,
        "true": Kind.BOOLEAN,
        "false": Kind.BOOLEAN,
        "none": Kind.NULL,
        "identifier": Kind.NAME,
        "attribute": Kind.NAME,
        "call": Kind.CALL,
        "lambda": Kind.LAMBDA,
        "dictionary": Kind.COLLECTION,
        "list": Kind.COLLECTION,
        "tuple": Kind.COLLECTION,
        "set": Kind.COLLECTION,
    },
)
