"""Scala, 2 and 3."""

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

_COLLECTIONS = frozenset({"Map", "Seq", "List", "Set", "Vector", "Array"})
_BODIES = frozenset({"block", "indented_block", "template_body", "compilation_unit"})
_WITHOUT_VALUE = frozenset({"while_expression", "do_while_expression", "finally_clause"})
_COMPOUND = re.compile(r"[-+*/|&]=|\+\+=|--=|::=")


class Scala(LanguageAdapter):
    """Reads the nodes of tree-sitter-scala. A statement's value is used when it is the last of its block, but for Unit."""

    __slots__ = ()

    def call(self, node: Node) -> CallParts | None:
        parent = node.parent
        if parent is not None and parent.type == "call_expression" and parent.child_by_field_name("function") == node:
            return None  # `count()(using x)` and `stream.to`: the outer node stands for both
        if parent is not None and parent.type == "generic_function":
            return None
        if node.type == "instance_expression":
            return _construction(node)
        if node.type == "infix_expression":
            name, right = node.child_by_field_name("operator"), node.child_by_field_name("right")
            values = ((None, right),) if right is not None else ()
            left = node.child_by_field_name("left")
            return None if name is None else CallParts(name=name, receiver=left, arguments=values)
        return _read(node)

    def function(self, node: Node) -> FunctionParts:
        if node.type == "case_block":
            return FunctionParts()
        if node.type == "lambda_expression":
            return FunctionParts(parameters=tuple(_lambda_parameters(node.child_by_field_name("parameters"))))
        listed = node.children_by_field_name("parameters")
        return FunctionParts(
            name=text_of(node.child_by_field_name("name")),
            parameters=tuple(_parameter(p) for group in listed for p in group.named_children if p.type == "parameter"),
            return_type=text_of(node.child_by_field_name("return_type")), annotations=_annotations(node),
        )  # fmt: skip

    def type(self, node: Node) -> TypeParts:
        if node.type == "instance_expression":
            base = text_of(node.named_children[0])
            name = base.split("[")[0].split("(")[0]
            return TypeParts(name=f"<{name}>", bases=(base,))
        extended = node.child_by_field_name("extend")
        bases = [c for c in extended.named_children if c.type != "arguments"] if extended is not None else []
        return TypeParts(
            name=text_of(node.child_by_field_name("name")), bases=tuple(text_of(base) for base in bases),
            annotations=_annotations(node),
        )  # fmt: skip

    def assignments(self, node: Node) -> tuple[AssignmentParts, ...]:
        if node.type in ("val_definition", "var_definition", "class_parameter"):
            target = node.child_by_field_name("pattern") or node.child_by_field_name("name")
            return (
                AssignmentParts(
                    target=text_of(target), node=node, value=node.child_by_field_name("value"), is_declaration=True,
                    declared_type=text_of(node.child_by_field_name("type")), modifiers=_modifiers(node),
                    annotations=_annotations(node),
                ),
            )  # fmt: skip
        if node.type == "enumerator":  # `producer <- KafkaProducer.stream(settings)`
            named = node.named_children
            taken = len(named) == 2 and named[0].type == "identifier"
            return (
                (AssignmentParts(target=text_of(named[0]), node=node, value=named[1], is_declaration=True),)
                if taken
                else ()
            )
        left, right = node.child_by_field_name("left"), node.child_by_field_name("right")
        if node.type == "infix_expression":
            operator = text_of(node.child_by_field_name("operator"))
            if not _COMPOUND.fullmatch(operator):
                return ()
            return (AssignmentParts(target=text_of(left), node=node, value=right, operator=operator),)
        if node.parent is not None and node.parent.type == "arguments":
            return ()  # a named argument
        return _update(node, left, right)

    def block(self, kind: str, node: Node) -> BlockParts:
        parent = node.parent
        if kind == "loop" and parent is not None and parent.type == "for_expression":
            enumerators = child_of(parent, "enumerators")
            first = child_of(enumerators, "enumerator")
            names = first.named_children if first is not None else []
            detail = text_of(names[1]) if len(names) > 1 else ""
            return BlockParts(detail=detail, variable=text_of(names[0]) if names else None, span=parent)
        if kind in ("loop", "conditional") and parent is not None and parent.type != "case_block":
            return BlockParts(detail=_bare(text_of(parent.child_by_field_name("condition"))))
        if kind == "catch":
            return _catch(node)
        if kind == "finally":
            return BlockParts(owner=_try_body(node))
        return BlockParts(detail=text_of(node.child_by_field_name("pattern")) if node.type == "case_clause" else "")

    def ignores(self, parent: Node, node: Node) -> bool:
        """Not the last of a block, or the last where nothing takes the value: in a loop, a finally, a method of Unit."""
        while True:
            last = parent.named_children[-1].id == node.id if parent.named_children else False
            if parent.type in _BODIES and (not last or parent.type in ("template_body", "compilation_unit")):
                return True
            if parent.type in _WITHOUT_VALUE:
                return parent.child_by_field_name("condition") != node
            if parent.type == "for_expression":
                return not any(child.type == "yield" for child in parent.children)
            if parent.type == "function_definition":
                return text_of(parent.child_by_field_name("return_type")) == "Unit"
            passes = parent.type in _BODIES or parent.type in (
                "try_expression",
                "case_clause",
                "case_block",
                "catch_clause",
            )
            passes = passes or (parent.type in ("if_expression", "match_expression") and not _decides(parent, node))
            if not passes or parent.parent is None:
                return False
            parent, node = parent.parent, parent

    def imports(self, node: Node) -> tuple[tuple[str, str], ...]:
        text = re.sub(r"^import\s+", "", text_of(node))
        return tuple(found for part in _split(text) for found in _imported(part.strip()))

    def kind(self, node: Node) -> Kind:
        text = text_of(node) if node.type in ("prefix_expression", "field_expression") else ""
        if node.type == "prefix_expression" and number(text) is not None:
            return Kind.NUMBER
        if node.type == "field_expression" and "(" in text:
            return Kind.OTHER
        if node.type == "call_expression" and text_of(node.child_by_field_name("function")) in _COLLECTIONS:
            return Kind.COLLECTION
        return self.kinds.get(node.type, Kind.OTHER)

    def entries(self, node: Node) -> tuple[tuple[Node | None, Node], ...]:
        arguments = node.child_by_field_name("arguments")
        found: list[tuple[Node | None, Node]] = []
        for child in arguments.named_children if arguments is not None else ():
            left, right = child.child_by_field_name("left"), child.child_by_field_name("right")
            is_pair = child.type == "infix_expression" and text_of(child.child_by_field_name("operator")) == "->"
            found.append((left, right) if is_pair and right is not None else (None, child))
        return tuple(found)


def _construction(node: Node) -> CallParts | None:
    name = next((child for child in node.named_children if child.type not in ("comment", "annotation")), None)
    if name is None:
        return None
    base = name.child_by_field_name("type") if name.type == "generic_type" else name
    return CallParts(
        name=name, arguments=tuple(_values(node.child_by_field_name("arguments"))), is_construction=True,
        type_arguments=_type_arguments(name), text=text_of(base),
    )  # fmt: skip


def _read(node: Node) -> CallParts | None:
    callee: Node | None = node
    arguments: list[tuple[str | None, Node]] = []
    while callee is not None and callee.type == "call_expression":
        arguments = [*_values(callee.child_by_field_name("arguments")), *arguments]
        callee = callee.child_by_field_name("function")
    types: tuple[str, ...] = ()
    if callee is not None and callee.type == "generic_function":
        types = _type_arguments(callee)
        callee = callee.child_by_field_name("function")
    if callee is None:
        return None
    name, receiver = callee, None
    if callee.type == "field_expression":
        name, receiver = callee.child_by_field_name("field") or callee, callee.child_by_field_name("value")
    return CallParts(
        name=name, receiver=receiver, arguments=tuple(arguments), type_arguments=types,
        is_construction=bool(re.match(r"[A-Z]", text_of(name))) and node.type == "call_expression",
    )  # fmt: skip


def _values(arguments: Node | None) -> Iterator[tuple[str | None, Node]]:
    if arguments is None:
        return
    if arguments.type == "case_block":
        yield None, arguments
        return
    for child in arguments.named_children:
        value = child.child_by_field_name("right") if child.type == "assignment_expression" else None
        if arguments.type == "block" and child.type != "lambda_expression":
            continue  # a block of statements is no argument list
        if value is not None:
            yield text_of(child.child_by_field_name("left")), value
        elif "comment" not in child.type:
            yield None, child


def _update(node: Node, left: Node | None, right: Node | None) -> tuple[AssignmentParts, ...]:
    """`props("acks") = x` assigns below a key, `count = 1` a name."""
    arguments = left.child_by_field_name("arguments") if left is not None and left.type == "call_expression" else None
    if left is not None and arguments is not None and len(arguments.named_children) == 1:
        target, key = left.child_by_field_name("function"), arguments.named_children[0]
        return (AssignmentParts(target=text_of(target), node=node, value=right, subscript=key),)
    return (AssignmentParts(target=text_of(left), node=node, value=right),)


def _catch(clause: Node) -> BlockParts:
    pattern = clause.child_by_field_name("pattern")
    inner = pattern.child_by_field_name("pattern") if pattern is not None else None
    types = pattern.child_by_field_name("type") if pattern is not None else None
    name = inner if inner is not None else pattern if pattern is not None and pattern.type == "identifier" else None
    return BlockParts(detail=text_of(types), variable=text_of(name), owner=_try_body(clause))


def _try_body(node: Node) -> Node | None:
    around: Node | None = node
    while around is not None and around.type != "try_expression":
        around = around.parent
    return around.child_by_field_name("body") if around is not None else None


def _decides(parent: Node, node: Node) -> bool:
    return node in (parent.child_by_field_name("condition"), parent.child_by_field_name("value"))


def _bare(condition: str) -> str:
    return condition[1:-1].strip() if condition.startswith("(") and condition.endswith(")") else condition


def _parameter(node: Node) -> Parameter:
    return Parameter(name=text_of(node.child_by_field_name("name")), type=text_of(node.child_by_field_name("type")))


def _lambda_parameters(node: Node | None) -> Iterator[Parameter]:
    if node is not None and node.type == "bindings":
        for binding in node.named_children:
            name = binding.child_by_field_name("name")
            yield Parameter(name=text_of(name or binding), type=text_of(binding.child_by_field_name("type")))
    elif node is not None:
        yield Parameter(name=text_of(node), type="")


def _modifiers(node: Node) -> tuple[str, ...]:
    found = child_of(node, "modifiers")
    words = tuple(text_of(found).split()) if found is not None else ()
    return words + tuple(child.type for child in node.children if child.type in ("val", "var"))


def _annotations(node: Node) -> tuple[AnnotationParts, ...]:
    return tuple(
        AnnotationParts(
            name=text_of(child.child_by_field_name("name")),
            arguments=tuple(_values(child.child_by_field_name("arguments"))), node=child,
        )
        for child in node.named_children
        if child.type == "annotation"
    )  # fmt: skip


def _type_arguments(node: Node) -> tuple[str, ...]:
    listed = node.child_by_field_name("type_arguments")
    return tuple(text_of(child) for child in listed.named_children) if listed is not None else ()


def _split(text: str) -> list[str]:
    """At the commas outside braces."""
    return re.split(r",(?![^{]*\})", text)


def _imported(text: str) -> Iterator[tuple[str, str]]:
    match = re.fullmatch(r"(.*?)\.?\{(.*)\}", text)
    base, selectors = (match[1], match[2].split(",")) if match else ("", [text])
    for selector in selectors:
        name, _, alias = re.sub(r"\s*=>\s*|\s+as\s+", "=>", selector.strip()).partition("=>")
        path = f"{base}.{name}" if base else name
        if re.search(r"(^|\.)(_|\*|given)$", path):
            yield re.sub(r"(_|\*|given)$", "*", path), "*"
        elif path and alias != "_":
            yield path, alias or path.rsplit(".", 1)[-1]


ADAPTER = Scala(
    name="scala",
    suffixes=(".scala", ".sc"),
    grammar=grammar_of("tree_sitter_scala"),
    idioms=idioms.SCALA,
    returned_parents=frozenset({"return_expression"}),
    awaited_parents=frozenset(),
    kinds={
        "string": Kind.STRING,
        "integer_literal": Kind.NUMBER,
        "floating_point_literal": Kind.NUMBER,
        "boolean_literal": Kind.BOOLEAN,
        "null_literal": Kind.NULL,
        "identifier": Kind.NAME,
        "stable_identifier": Kind.NAME,
        "field_expression": Kind.NAME,
        "call_expression": Kind.CALL,
        "instance_expression": Kind.CALL,
        "lambda_expression": Kind.LAMBDA,
        "case_block": Kind.LAMBDA,
    },
)
