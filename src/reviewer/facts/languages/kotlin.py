"""Kotlin."""

from __future__ import annotations

import re
from collections.abc import Iterator

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
)
from reviewer.facts.syntax import ExpressionKind as Kind
from reviewer.facts.syntax import Parameter

_TYPES = ("user_type", "nullable_type", "function_type")


class Kotlin(LanguageAdapter):
    """Reads the nodes of tree-sitter-kotlin, which has few field names: children are found by type."""

    __slots__ = ()

    def call(self, node: Node) -> CallParts | None:
        parent = node.parent
        if parent is not None and parent.type == "call_expression" and parent.named_children[0].id == node.id:
            return None  # the inner half of `launch(x) { … }`: the outer node stands for both
        return self._read(node)

    def _read(self, node: Node) -> CallParts | None:
        callee = node.named_children[0] if node.named_children else None
        if callee is None:
            return None
        arguments = list(_values(_child(node, "value_arguments")))
        if callee.type == "call_expression":
            # `launch(x) { … }`: the inner node holds the arguments, the outer one the trailing lambda.
            inner = self._read(callee)
            if inner is None:
                return None
            arguments = [*inner.arguments, *_trailing(node)]
            return CallParts(
                name=inner.name, receiver=inner.receiver, arguments=tuple(arguments), type_arguments=inner.type_arguments,
                is_construction=inner.is_construction,
            )  # fmt: skip
        name, receiver = callee, None
        if callee.type == "navigation_expression" and callee.named_children:
            name, receiver = callee.named_children[-1], callee.named_children[0]
        arguments.extend(_trailing(node))
        types = _child(node, "type_arguments")
        return CallParts(
            name=name, receiver=_bare_receiver(receiver), arguments=tuple(arguments),
            type_arguments=tuple(text_of(child) for child in types.named_children) if types is not None else (),
            is_construction=bool(re.match(r"[A-Z]", text_of(name))),
        )  # fmt: skip

    def function(self, node: Node) -> FunctionParts:
        if node.type == "lambda_literal":
            listed = _child(node, "lambda_parameters")
            names = (
                (_first(child, "identifier") or child for child in listed.named_children) if listed is not None else ()
            )
            return FunctionParts(parameters=tuple(Parameter(name=text_of(name), type="") for name in names))
        listed = _child(node, "function_value_parameters")
        name = node.child_by_field_name("name")
        types = [child for child in node.named_children if child.type in _TYPES]
        before = [child for child in types if name is not None and child.start_byte < name.start_byte]
        result = next((child for child in types if child not in before), None)
        return FunctionParts(
            name=text_of(name), extends=text_of(before[0]) if before else "",
            parameters=tuple(_parameters(listed)) if listed else (),
            return_type=text_of(result), annotations=_annotations(node), is_async="suspend" in _modifiers(node),
        )  # fmt: skip

    def type(self, node: Node) -> TypeParts:
        listed = _child(node, "delegation_specifiers")
        bases = tuple(re.sub(r"\(.*\)$", "", text_of(child)) for child in listed.named_children) if listed else ()
        name = text_of(node.child_by_field_name("name")) or text_of(_child(node, "identifier"))
        default = "Companion" if node.type == "companion_object" else "<object>"
        return TypeParts(name=name or default, bases=bases, annotations=_annotations(node))

    def assignments(self, node: Node) -> tuple[AssignmentParts, ...]:
        if node.type in ("property_declaration", "class_parameter"):
            return _declaration(node)
        if node.type == "unary_expression":
            operator = text_of(node.child_by_field_name("operator"))
            if operator not in ("++", "--"):
                return ()
            return (
                AssignmentParts(target=text_of(node.child_by_field_name("argument")), node=node, operator=operator),
            )
        left = node.child_by_field_name("left")
        subscript = None
        target = text_of(left)
        if left is not None and left.type == "index_expression" and len(left.named_children) > 1:
            target, subscript = text_of(left.named_children[0]), left.named_children[1]
        return (
            AssignmentParts(
                target=target, node=node, value=node.child_by_field_name("right"), subscript=subscript,
                operator=text_of(node.child_by_field_name("operator")) or "=",
            ),
        )  # fmt: skip

    def block(self, kind: str, node: Node) -> BlockParts:
        loop = node.parent if kind == "loop" else None
        if loop is not None and loop.type == "for_statement":
            return BlockParts(
                detail=text_of(_iterated(loop)), variable=text_of(_child(loop, "variable_declaration")), span=loop
            )
        if kind == "loop":
            return BlockParts(detail=text_of(node.child_by_field_name("condition")))
        if kind == "catch":
            types = next((child for child in node.named_children if child.type in _TYPES), None)
            return BlockParts(
                detail=text_of(types), variable=text_of(_child(node, "identifier")), owner=_try_body(node)
            )
        if kind == "finally":
            return BlockParts(owner=_try_body(node))
        if kind == "conditional" and node.parent is not None:
            return BlockParts(detail=text_of(node.parent.child_by_field_name("condition")))
        return BlockParts()

    def ignores(self, parent: Node, node: Node) -> bool:
        if parent.type == "if_expression":
            condition = parent.child_by_field_name("condition")
            return condition is None or condition.id != node.id
        if parent.type == "for_statement":
            return parent.named_children[-1].id == node.id
        return LanguageAdapter.ignores(self, parent, node)

    def imports(self, node: Node) -> tuple[tuple[str, str], ...]:
        path = text_of(_child(node, "qualified_identifier")).replace(" ", "")
        alias = text_of(_child(node, "identifier"))
        if text_of(node).endswith(".*"):
            return ((f"{path}.*", "*"),)
        return ((path, alias or path.rsplit(".", 1)[-1]),)

    def kind(self, node: Node) -> Kind:
        text = text_of(node) if node.type in ("identifier", "unary_expression") else ""
        if text in ("true", "false"):
            return Kind.BOOLEAN
        if text == "null":
            return Kind.NULL
        if node.type == "unary_expression" and number(text) is not None:
            return Kind.NUMBER
        if node.type == "navigation_expression" and "(" in text_of(node):
            return Kind.OTHER
        if node.type == "infix_expression" and " to " in text_of(node):
            return Kind.COLLECTION
        return self.kinds.get(node.type, Kind.OTHER)

    def literal(self, kind: Kind, node: Node) -> str | None:
        if kind is Kind.STRING and (_child(node, "interpolation") is not None or re.search(r"\$\w", text_of(node))):
            return None
        return LanguageAdapter.literal(self, kind, node)

    def entries(self, node: Node) -> tuple[tuple[Node | None, Node], ...]:
        if node.type == "infix_expression":
            parts = node.named_children
            return ((parts[0], parts[-1]),) if len(parts) == 3 else ()
        return tuple((None, child) for child in node.named_children)


def _child(node: Node, *types: str) -> Node | None:
    return next((child for child in node.named_children if child.type in types), None)


def _iterated(loop: Node) -> Node | None:
    """What a `for` goes through: the node after the variable."""
    variable = _child(loop, "variable_declaration")
    return variable.next_named_sibling if variable is not None else None


def _first(node: Node, kind: str) -> Node | None:
    return node if node.type == kind else _child(node, kind)


def _bare_receiver(node: Node | None) -> Node | None:
    """`client!!` is `client`."""
    while node is not None and node.type in ("unary_expression", "parenthesized_expression"):
        node = node.child_by_field_name("argument") or (node.named_children[0] if node.named_children else None)
    return node


def _values(node: Node | None) -> list[tuple[str | None, Node]]:
    found: list[tuple[str | None, Node]] = []
    for child in node.named_children if node is not None else ():
        inner = child.named_children
        if child.type == "value_argument" and inner:
            is_named = len(inner) > 1 and any(c.type == "=" for c in child.children)
            found.append((text_of(inner[0]) if is_named else None, inner[-1]))
    return found


def _trailing(node: Node) -> list[tuple[str | None, Node]]:
    wrapped = _child(node, "annotated_lambda")
    literal = _child(wrapped, "lambda_literal") if wrapped is not None else None
    return [(None, literal)] if literal is not None else []


def _parameters(listed: Node) -> Iterator[Parameter]:
    """The parameters; the annotations of each stand in a node of their own before it."""
    said: tuple[str, ...] = ()
    for node in listed.named_children:
        if node.type == "parameter_modifiers":
            said = tuple(annotation.name.rsplit(".", 1)[-1] for annotation in _annotations_in(node))
        elif node.type == "parameter":
            types = next((child for child in node.named_children if child.type in _TYPES), None)
            yield Parameter(name=text_of(_child(node, "identifier")), type=text_of(types), annotations=said)
            said = ()


def _declaration(node: Node) -> tuple[AssignmentParts, ...]:
    variable = node if node.type == "class_parameter" else _child(node, "variable_declaration")
    if variable is None:
        return ()
    types = next((child for child in variable.named_children if child.type in _TYPES), None)
    skipped = (
        "modifiers",
        "variable_declaration",
        "type_parameters",
        "getter",
        "setter",
        "property_delegate",
        "identifier",
        *_TYPES,
    )
    is_property = node.type == "property_declaration"
    values = [child for child in node.named_children if child.type not in skipped] if is_property else []
    if is_property and not values and any(c.type == "=" for c in node.children):
        values = node.named_children[-1:]
    return (
        AssignmentParts(
            target=text_of(_child(variable, "identifier")), node=node, value=values[-1] if values else None,
            declared_type=text_of(types), is_declaration=True, modifiers=_modifiers(node), annotations=_annotations(node),
        ),
    )  # fmt: skip


def _modifiers(node: Node) -> tuple[str, ...]:
    found = _child(node, "modifiers")
    words = (
        tuple(text_of(child) for child in found.named_children if child.type != "annotation")
        if found is not None
        else ()
    )
    return words + tuple(child.type for child in node.children if child.type in ("val", "var"))


def _annotations(node: Node) -> tuple[AnnotationParts, ...]:
    found = _child(node, "modifiers")
    return _annotations_in(found) if found is not None else ()


def _annotations_in(modifiers: Node) -> tuple[AnnotationParts, ...]:
    parts: list[AnnotationParts] = []
    for child in modifiers.named_children:
        if child.type == "annotation":
            made = _child(child, "constructor_invocation")
            name = _child(made if made is not None else child, "user_type")
            arguments = tuple(_values(_child(made, "value_arguments"))) if made is not None else ()
            parts.append(AnnotationParts(name=text_of(name), arguments=arguments, node=child))
    return tuple(parts)


def _try_body(clause: Node) -> Node | None:
    return _child(clause.parent, "block") if clause.parent is not None else None


ADAPTER = Kotlin(
    name="kotlin",
    suffixes=(".kt", ".kts"),
    grammar=grammar_of("tree_sitter_kotlin"),
    idioms=idioms.KOTLIN,
    ignored_parents=frozenset({"block", "statements", "lambda_literal", "when_entry", "source_file"}),
    returned_parents=frozenset({"return_expression", "function_body"}),
    awaited_parents=frozenset(),
    argument_parents=frozenset({"value_argument"}),
    kinds={
        "string_literal": Kind.STRING,
        "multiline_string_literal": Kind.STRING,
        "number_literal": Kind.NUMBER,
        "float_literal": Kind.NUMBER,
        "identifier": Kind.NAME,
        "navigation_expression": Kind.NAME,
        "call_expression": Kind.CALL,
        "lambda_literal": Kind.LAMBDA,
        "callable_reference": Kind.LAMBDA,
        "collection_literal": Kind.COLLECTION,
    },
)
