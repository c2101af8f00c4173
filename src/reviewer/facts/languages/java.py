"""Java."""

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
)
from reviewer.facts.syntax import ExpressionKind as Kind
from reviewer.facts.syntax import Parameter


class Java(LanguageAdapter):
    """Reads the nodes of tree-sitter-java."""

    __slots__ = ()

    def call(self, node: Node) -> CallParts | None:
        if node.type == "object_creation_expression":
            name = node.child_by_field_name("type")
            return None if name is None else CallParts(
                name=name, arguments=_arguments(node), type_arguments=_type_arguments(name), is_construction=True,
                text=re.sub(r"<.*", "", text_of(name)),
            )  # fmt: skip
        if node.type == "explicit_constructor_invocation":
            name = node.child_by_field_name("constructor")
            return None if name is None else CallParts(name=name, arguments=_arguments(node))
        name = node.child_by_field_name("name")
        if name is None:
            return None
        return CallParts(
            name=name,
            receiver=node.child_by_field_name("object"),
            arguments=_arguments(node),
            type_arguments=_type_arguments(node.child_by_field_name("type_arguments")),
        )

    def function(self, node: Node) -> FunctionParts:
        parameters = node.child_by_field_name("parameters")
        if node.type == "lambda_expression":
            return FunctionParts(parameters=_lambda_parameters(parameters))
        return FunctionParts(
            name=text_of(node.child_by_field_name("name")),
            parameters=_parameters(parameters),
            return_type=text_of(node.child_by_field_name("type")),
            annotations=_annotations(node),
        )

    def type(self, node: Node) -> TypeParts:
        if node.type == "object_creation_expression":
            base = text_of(node.child_by_field_name("type"))
            return TypeParts(name=f"<{re.sub(r'<.*', '', base)}>", bases=(base,))
        bases: list[str] = []
        for child in node.named_children:
            if child.type == "superclass":
                bases.extend(text_of(inner) for inner in child.named_children)
            elif child.type in ("super_interfaces", "extends_interfaces"):
                bases.extend(text_of(inner) for listed in child.named_children for inner in listed.named_children)
        return TypeParts(
            name=text_of(node.child_by_field_name("name")), bases=tuple(bases), annotations=_annotations(node)
        )

    def assignments(self, node: Node) -> tuple[AssignmentParts, ...]:
        if node.type in ("field_declaration", "constant_declaration", "local_variable_declaration"):
            declared = text_of(node.child_by_field_name("type"))
            return tuple(
                AssignmentParts(
                    target=text_of(declarator.child_by_field_name("name")), node=node, declared_type=declared,
                    value=declarator.child_by_field_name("value"), is_declaration=True, modifiers=_modifiers(node),
                    annotations=_annotations(node),
                )
                for declarator in node.children_by_field_name("declarator")
            )  # fmt: skip
        if node.type == "update_expression":
            operator = "++" if "++" in text_of(node) else "--"
            return (AssignmentParts(target=text_of(node).replace(operator, "").strip(), node=node, operator=operator),)
        left = node.child_by_field_name("left")
        subscript = left.child_by_field_name("index") if left is not None and left.type == "array_access" else None
        return (
            AssignmentParts(
                target=text_of(
                    left.child_by_field_name("array") if subscript is not None and left is not None else left
                ),
                node=node,
                value=node.child_by_field_name("right"),
                subscript=subscript,
                operator=text_of(node.child_by_field_name("operator")) or "=",
            ),
        )

    def block(self, kind: str, node: Node) -> BlockParts:
        parent = node.parent
        if kind == "loop" and parent is not None and parent.type == "enhanced_for_statement":
            name, value = parent.child_by_field_name("name"), parent.child_by_field_name("value")
            return BlockParts(detail=text_of(value), variable=text_of(name), span=parent)
        if kind == "loop":
            return BlockParts(detail=text_of(node.child_by_field_name("condition")))
        if kind == "catch":
            caught = next((child for child in node.named_children if child.type == "catch_formal_parameter"), None)
            types = next((c for c in caught.named_children if c.type == "catch_type"), None) if caught else None
            name = caught.child_by_field_name("name") if caught else None
            return BlockParts(detail=text_of(types), variable=text_of(name), owner=_try_body(node))
        if kind == "finally":
            return BlockParts(owner=_try_body(node))
        if kind == "conditional" and parent is not None and parent.type == "if_statement":
            return BlockParts(detail=text_of(parent.child_by_field_name("condition")))
        return BlockParts(detail=text_of(node) if kind == "with" else "", span=parent if kind == "with" else None)

    def imports(self, node: Node) -> tuple[tuple[str, str], ...]:
        text = re.sub(r"^import\s+(static\s+)?|;$", "", text_of(node)).replace(" ", "")
        return ((text, text.rsplit(".", 1)[-1]),)

    def kind(self, node: Node) -> Kind:
        if node.type == "unary_expression" and number(text_of(node)) is not None:
            return Kind.NUMBER
        if node.type == "cast_expression" and number(text_of(node.child_by_field_name("value"))) is not None:
            return Kind.NUMBER
        return self.kinds.get(node.type, Kind.OTHER)

    def literal(self, kind: Kind, node: Node) -> str | None:
        if node.type == "cast_expression":
            return number(text_of(node.child_by_field_name("value")))
        return LanguageAdapter.literal(self, kind, node)

    def entries(self, node: Node) -> tuple[tuple[Node | None, Node], ...]:
        return tuple((None, child) for child in node.named_children)


def _arguments(node: Node) -> tuple[tuple[str | None, Node], ...]:
    arguments = node.child_by_field_name("arguments")
    if arguments is None:
        return ()
    return tuple((None, child) for child in arguments.named_children if "comment" not in child.type)


def _type_arguments(node: Node | None) -> tuple[str, ...]:
    if node is None:
        return ()
    found = (
        node
        if node.type == "type_arguments"
        else next((c for c in node.named_children if c.type == "type_arguments"), None)
    )
    return tuple(text_of(child) for child in found.named_children) if found is not None else ()


def _parameters(node: Node | None) -> tuple[Parameter, ...]:
    if node is None:
        return ()
    return tuple(
        Parameter(
            name=text_of(child.child_by_field_name("name")),
            type=text_of(child.child_by_field_name("type")),
            annotations=tuple(annotation.name.rsplit(".", 1)[-1] for annotation in _annotations(child)),
        )
        for child in node.named_children
        if child.type == "formal_parameter"
    )


def _lambda_parameters(node: Node | None) -> tuple[Parameter, ...]:
    if node is None:
        return ()
    if node.type == "identifier":
        return (Parameter(name=text_of(node), type=""),)
    if node.type == "inferred_parameters":
        return tuple(Parameter(name=text_of(child), type="") for child in node.named_children)
    return _parameters(node)


def _modifier_node(node: Node) -> Node | None:
    return next((child for child in node.children if child.type == "modifiers"), None)


def _modifiers(node: Node) -> tuple[str, ...]:
    found = _modifier_node(node)
    return tuple(c.type for c in found.children if "annotation" not in c.type) if found is not None else ()


def _annotations(node: Node) -> tuple[AnnotationParts, ...]:
    found = _modifier_node(node)
    if found is None:
        return ()
    return tuple(
        AnnotationParts(name=text_of(child.child_by_field_name("name")), arguments=_pairs(child), node=child)
        for child in found.named_children
        if child.type in ("annotation", "marker_annotation")
    )


def _pairs(annotation: Node) -> tuple[tuple[str | None, Node], ...]:
    arguments = annotation.child_by_field_name("arguments")
    found: list[tuple[str | None, Node]] = []
    for child in arguments.named_children if arguments is not None else ():
        if child.type == "element_value_pair":
            value = child.child_by_field_name("value")
            if value is not None:
                found.append((text_of(child.child_by_field_name("key")), value))
        else:
            found.append(("value", child))
    return tuple(found)


def _try_body(clause: Node) -> Node | None:
    return clause.parent.child_by_field_name("body") if clause.parent is not None else None


ADAPTER = Java(
    name="java",
    suffixes=(".java",),
    grammar=grammar_of("tree_sitter_java"),
    idioms=idioms.JAVA,
    kinds={
        "string_literal": Kind.STRING,
        "decimal_integer_literal": Kind.NUMBER,
        "decimal_floating_point_literal": Kind.NUMBER,
        "hex_integer_literal": Kind.NUMBER,
        "true": Kind.BOOLEAN,
        "false": Kind.BOOLEAN,
        "null_literal": Kind.NULL,
        "identifier": Kind.NAME,
        "field_access": Kind.NAME,
        "scoped_identifier": Kind.NAME,
        "method_invocation": Kind.CALL,
        "object_creation_expression": Kind.CALL,
        "lambda_expression": Kind.LAMBDA,
        "method_reference": Kind.LAMBDA,
        "array_initializer": Kind.COLLECTION,
        "element_value_array_initializer": Kind.COLLECTION,
    },
)
