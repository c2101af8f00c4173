"""C#."""

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
    child_of,
    grammar_of,
    number,
    text_of,
)
from reviewer.facts.syntax import ExpressionKind as Kind
from reviewer.facts.syntax import Parameter

_COUNTING = ("++", "--")
_RETURNING = frozenset(
    {
        "method_declaration",
        "local_function_statement",
        "property_declaration",
        "lambda_expression",
        "anonymous_method_expression",
    }
)


class CSharp(LanguageAdapter):
    """Reads the nodes of tree-sitter-c-sharp. What an object initializer sets are named arguments of the construction."""

    __slots__ = ()

    def call(self, node: Node) -> CallParts | None:
        if node.type in ("object_creation_expression", "implicit_object_creation_expression"):
            made = node.child_by_field_name("type") or _target_type(node)
            return None if made is None else CallParts(
                name=made, is_construction=True, type_arguments=_type_arguments(made),
                arguments=(*_values(child_of(node, "argument_list")), *_set(child_of(node, "initializer_expression"))),
                text=re.sub(r"<.*", "", text_of(made)),
            )  # fmt: skip
        name, receiver = node.child_by_field_name("function"), None
        if name is not None and name.type == "member_access_expression":
            receiver, name = name.child_by_field_name("expression"), name.child_by_field_name("name")
        elif name is not None and name.type == "conditional_access_expression":
            receiver = name.child_by_field_name("condition")
            binding = child_of(name, "member_binding_expression")
            name = binding.child_by_field_name("name") if binding is not None else None
        if name is None or name.type not in ("identifier", "generic_name"):
            return None
        return CallParts(
            name=name, receiver=receiver, arguments=tuple(_values(node.child_by_field_name("arguments"))),
            type_arguments=_type_arguments(name), text=re.sub(r"<.*", "", text_of(name)),
        )  # fmt: skip

    def function(self, node: Node) -> FunctionParts:
        listed = node.child_by_field_name("parameters")
        single = [Parameter(name=text_of(listed), type="")] if listed is not None and not listed.named_children else []
        is_lambda = node.type in ("lambda_expression", "anonymous_method_expression")
        prefix = "~" if node.type == "destructor_declaration" else ""
        return FunctionParts(
            name="" if is_lambda else prefix + text_of(node.child_by_field_name("name")),
            parameters=tuple(_parameters(listed)) or tuple(p for p in single if re.fullmatch(r"\w+", p.name)),
            return_type=text_of(node.child_by_field_name("returns") or node.child_by_field_name("type")),
            annotations=_attributes(node), is_async="async" in _modifiers(node) or _is_async(node),
        )  # fmt: skip

    def type(self, node: Node) -> TypeParts:
        bases = child_of(node, "base_list")
        return TypeParts(
            name=text_of(node.child_by_field_name("name")),
            bases=tuple(text_of(child) for child in bases.named_children if child.type != "argument_list") if bases else (),
            annotations=_attributes(node),
        )  # fmt: skip

    def assignments(self, node: Node) -> tuple[AssignmentParts, ...]:
        if node.type == "property_declaration":
            value = node.child_by_field_name("value")
            return (
                AssignmentParts(
                    target=text_of(node.child_by_field_name("name")), node=node, is_declaration=True,
                    declared_type=text_of(node.child_by_field_name("type")), modifiers=_modifiers(node),
                    value=None if value is None or value.type == "arrow_expression_clause" else value,
                    annotations=_attributes(node),
                ),
            )  # fmt: skip
        if node.type == "variable_declarator":
            return _declared(node)
        if node.type == "parameter":  # class Orders(IProducer<string, string> producer)
            name, declared = text_of(node.child_by_field_name("name")), text_of(node.child_by_field_name("type"))
            return (AssignmentParts(target=name, node=node, is_declaration=True, declared_type=declared),)
        if node.type in ("postfix_unary_expression", "prefix_unary_expression"):
            operator = next((child.type for child in node.children if child.type in _COUNTING), "")
            target = node.named_children[0] if node.named_children else None
            return (AssignmentParts(target=text_of(target), node=node, operator=operator),) if operator else ()
        if node.parent is not None and node.parent.type == "initializer_expression":
            return ()  # a part of the construction
        left = node.child_by_field_name("left")
        if _is_discard(node):
            return ()
        keys = (
            left.child_by_field_name("subscript")
            if left is not None and left.type == "element_access_expression"
            else None
        )
        key = next((value for _, value in _values(keys)), None)
        target = left.child_by_field_name("expression") if key is not None and left is not None else left
        return (
            AssignmentParts(
                target=text_of(target), node=node, value=node.child_by_field_name("right"), subscript=key,
                operator=text_of(node.child_by_field_name("operator")) or "=",
            ),
        )  # fmt: skip

    def ignores(self, parent: Node, node: Node) -> bool:
        return _is_discard(parent) or LanguageAdapter.ignores(self, parent, node)

    def block(self, kind: str, node: Node) -> BlockParts:
        parent = node.parent
        if kind == "loop" and parent is not None and parent.type == "foreach_statement":
            return BlockParts(
                detail=text_of(parent.child_by_field_name("right")), variable=text_of(parent.child_by_field_name("left")),
                span=parent,
            )  # fmt: skip
        if kind == "catch":
            caught = child_of(node, "catch_declaration")
            types = caught.child_by_field_name("type") if caught is not None else None
            name = caught.child_by_field_name("name") if caught is not None else None
            return BlockParts(detail=text_of(types), variable=text_of(name), owner=_try_body(node))
        if kind == "finally":
            return BlockParts(owner=_try_body(node))
        if kind == "with":
            held = [child for child in node.named_children if child.type not in ("block", "comment")]
            return BlockParts(detail=text_of(held[0]) if held else "")
        if node.type in ("switch_section", "switch_expression_arm"):
            return BlockParts(detail=text_of(node.named_children[0]) if node.children[0].type != "default" else "")
        return BlockParts(detail=text_of(parent.child_by_field_name("condition")) if parent is not None else "")

    def imports(self, node: Node) -> tuple[tuple[str, str], ...]:
        """A namespace: everything in it can be named, so its path ends with `.*`, but an alias or a static one."""
        path = text_of(node.named_children[-1]) if node.named_children else ""
        alias = text_of(node.child_by_field_name("name"))
        is_static = any(child.type == "static" for child in node.children)
        return ((path, alias),) if alias else ((f"{path}.*", "*"),) if path and not is_static else ((path, "*"),)

    def kind(self, node: Node) -> Kind:
        if node.type == "prefix_unary_expression" and number(text_of(node)) is not None:
            return Kind.NUMBER
        if node.type == "member_access_expression" and "(" in text_of(node):
            return Kind.OTHER
        return self.kinds.get(node.type, Kind.OTHER)

    def literal(self, kind: Kind, node: Node) -> str | None:
        text = text_of(node)
        return (
            re.sub(r"[mMuU]$", "", text) if kind is Kind.NUMBER and number(text) is None else super_literal(kind, node)
        )

    def entries(self, node: Node) -> tuple[tuple[Node | None, Node], ...]:
        return tuple((None, child) for child in node.named_children if child.type != "comment")


def super_literal(kind: Kind, node: Node) -> str | None:
    """The shared reading; `super()` does not work in slotted dataclasses."""
    return LanguageAdapter.literal(ADAPTER, kind, node)


def _values(arguments: Node | None) -> Iterator[tuple[str | None, Node]]:
    for child in arguments.named_children if arguments is not None else ():
        if child.type == "argument" and child.named_children:
            name = child.child_by_field_name("name")
            yield (text_of(name) if name is not None else None), child.named_children[-1]


def _target_type(node: Node) -> Node | None:
    """`ProducerConfig config = new() { … }`, `ProducerConfig Config() => new() { … }`: the type that is declared for what gets it."""
    parent = node.parent
    if parent is not None and parent.type == "return_statement":
        while parent is not None and parent.type not in _RETURNING:
            parent = parent.parent
    elif parent is not None and parent.type in ("variable_declarator", "arrow_expression_clause"):
        parent = parent.parent
    if parent is not None and parent.type in ("lambda_expression", "anonymous_method_expression"):
        return None
    declared = (
        (parent.child_by_field_name("returns") or parent.child_by_field_name("type")) if parent is not None else None
    )
    return None if declared is None or declared.type == "implicit_type" else declared


def _is_discard(node: Node) -> bool:
    """`_ = Work();`"""
    return node.type == "assignment_expression" and text_of(node.child_by_field_name("left")) == "_"


def _set(initializer: Node | None) -> Iterator[tuple[str | None, Node]]:
    """What `{ Acks = … }`, `{ ["acks"] = … }` and `{ { "acks", … } }` set; a text that is a key keeps its quotes."""
    for child in initializer.named_children if initializer is not None else ():
        left, right = child.child_by_field_name("left"), child.child_by_field_name("right")
        if child.type == "initializer_expression" and len(child.named_children) == 2:
            yield text_of(child.named_children[0]), child.named_children[1]
        elif left is not None and right is not None and left.type == "identifier":
            yield text_of(left), right
        elif left is not None and right is not None and left.type == "element_binding_expression":
            yield text_of(left).strip("[] "), right


def _declared(node: Node) -> tuple[AssignmentParts, ...]:
    declaration = node.parent
    holder = declaration.parent if declaration is not None else None
    name = node.child_by_field_name("name")
    value = node.named_children[-1] if node.named_children else None
    declared = declaration.child_by_field_name("type") if declaration is not None else None
    return (
        AssignmentParts(
            target=text_of(name), node=node, value=value if value != name else None, is_declaration=True,
            declared_type=text_of(declared), modifiers=_modifiers(holder), annotations=_attributes(holder),
        ),
    )  # fmt: skip


def _parameters(node: Node | None) -> Iterator[Parameter]:
    for child in node.named_children if node is not None else ():
        if child.type == "parameter":
            name, declared = child.child_by_field_name("name"), child.child_by_field_name("type")
            yield Parameter(name=text_of(name), type=text_of(declared))


def _modifiers(node: Node | None) -> tuple[str, ...]:
    return tuple(text_of(child) for child in node.children if child.type == "modifier") if node is not None else ()


def _is_async(node: Node) -> bool:
    return any(child.type == "async" for child in node.children)


def _attributes(node: Node | None) -> tuple[AnnotationParts, ...]:
    lists = [child for child in node.named_children if child.type == "attribute_list"] if node is not None else []
    return tuple(
        AnnotationParts(
            name=text_of(child.child_by_field_name("name")),
            arguments=tuple(_attribute_values(child_of(child, "attribute_argument_list"))), node=child,
        )
        for listed in lists
        for child in listed.named_children
        if child.type == "attribute"
    )  # fmt: skip


def _attribute_values(node: Node | None) -> Iterator[tuple[str | None, Node]]:
    for child in node.named_children if node is not None else ():
        if child.named_children:
            name = child.child_by_field_name("name")
            yield (text_of(name) if name is not None else None), child.named_children[-1]


def _type_arguments(node: Node) -> tuple[str, ...]:
    listed = child_of(node, "type_argument_list")
    return tuple(text_of(child) for child in listed.named_children) if listed is not None else ()


def _try_body(clause: Node) -> Node | None:
    return clause.parent.child_by_field_name("body") if clause.parent is not None else None


ADAPTER = CSharp(
    name="csharp",
    suffixes=(".cs",),
    grammar=grammar_of("tree_sitter_c_sharp"),
    idioms=idioms.CSHARP,
    returned_parents=frozenset({"return_statement", "arrow_expression_clause", "lambda_expression"}),
    argument_parents=frozenset({"argument"}),
    kinds={
        "string_literal": Kind.STRING,
        "verbatim_string_literal": Kind.STRING,
        "raw_string_literal": Kind.STRING,
        "integer_literal": Kind.NUMBER,
        "real_literal": Kind.NUMBER,
        "boolean_literal": Kind.BOOLEAN,
        "null_literal": Kind.NULL,
        "identifier": Kind.NAME,
        "member_access_expression": Kind.NAME,
        "invocation_expression": Kind.CALL,
        "object_creation_expression": Kind.CALL,
        "implicit_object_creation_expression": Kind.CALL,
        "lambda_expression": Kind.LAMBDA,
        "anonymous_method_expression": Kind.LAMBDA,
        "initializer_expression": Kind.COLLECTION,
    },
)
