"""JavaScript and, by the same reading, TypeScript."""

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

_WORDS = frozenset({"static", "readonly", "accessibility_modifier", "override_modifier", "const", "let", "var"})
_HEADERS = ("condition", "value")


class JavaScript(LanguageAdapter):
    """Reads the nodes of tree-sitter-javascript and tree-sitter-typescript. A function that a variable holds has its name."""

    __slots__ = ()

    def call(self, node: Node) -> CallParts | None:
        is_new = node.type == "new_expression"
        function = node.child_by_field_name("constructor" if is_new else "function")
        if function is not None and self.is_awaited(node):
            function = function.named_children[0]
        if function is None:
            return None
        name, receiver = function, None
        if function.type == "member_expression":
            name, receiver = (
                function.child_by_field_name("property") or function,
                function.child_by_field_name("object"),
            )
        elif function.type not in ("identifier", "super", "import"):
            return None  # `(function () { … })()`: what is called has no name
        types = node.child_by_field_name("type_arguments")
        return CallParts(
            name=name, receiver=receiver, is_construction=is_new,
            arguments=tuple((None, child) for child in _plain(node.child_by_field_name("arguments"))),
            type_arguments=tuple(text_of(child) for child in _plain(types)),
        )  # fmt: skip

    def is_awaited(self, node: Node) -> bool:
        """The grammar reads `await consumer.run<Order>(…)` as a call of `await consumer.run`."""
        called = node.child_by_field_name("function")
        return called is not None and called.type == "await_expression" and len(called.named_children) == 1

    def function(self, node: Node) -> FunctionParts:
        single = node.child_by_field_name("parameter")
        listed = _plain(node.child_by_field_name("parameters"))
        return FunctionParts(
            name=text_of(node.child_by_field_name("name")) or _held_by(node),
            parameters=tuple(_parameter(child) for child in ([single] if single is not None else listed)),
            return_type=_type(node.child_by_field_name("return_type")), annotations=_decorators(node),
            is_async=any(child.type == "async" for child in node.children),
        )  # fmt: skip

    def type(self, node: Node) -> TypeParts:
        heritage = child_of(node, "class_heritage", "extends_type_clause")
        clauses = [child for child in _plain(heritage) if child.type in ("extends_clause", "implements_clause")]
        listed = [base for clause in clauses for base in _plain(clause)] or _plain(heritage)
        bases = [base for base in listed if base.type != "type_arguments"]
        name = text_of(node.child_by_field_name("name")) or _held_by(node) or "<class>"
        return TypeParts(name=name, bases=tuple(text_of(base) for base in bases), annotations=_decorators(node))

    def assignments(self, node: Node) -> tuple[AssignmentParts, ...]:
        if node.type == "required_parameter":  # constructor(private readonly client: ClientKafka)
            held = _parameter(node)
            return (
                AssignmentParts(target=f"this.{held.name}", node=node, is_declaration=True, declared_type=held.type),
            )
        if node.type in ("variable_declarator", "field_definition", "public_field_definition"):
            name = node.child_by_field_name("name") or node.child_by_field_name("property")
            holder = node if "field" in node.type else node.parent
            words = holder.children if holder is not None else []
            return (
                AssignmentParts(
                    target=text_of(name), node=node, value=node.child_by_field_name("value"), is_declaration=True,
                    declared_type=_type(node.child_by_field_name("type")), annotations=_decorators(node),
                    modifiers=tuple(text_of(word) for word in words if word.type in _WORDS),
                ),
            )  # fmt: skip
        if node.type == "update_expression":
            operator = text_of(node.child_by_field_name("operator"))
            return (
                AssignmentParts(target=text_of(node.child_by_field_name("argument")), node=node, operator=operator),
            )
        left = node.child_by_field_name("left")
        subscript = (
            left.child_by_field_name("index") if left is not None and left.type == "subscript_expression" else None
        )
        target = left.child_by_field_name("object") if subscript is not None and left is not None else left
        return (
            AssignmentParts(
                target=text_of(target), node=node, value=node.child_by_field_name("right"), subscript=subscript,
                operator=text_of(node.child_by_field_name("operator")) or "=",
            ),
        )  # fmt: skip

    def block(self, kind: str, node: Node) -> BlockParts:
        parent = node.parent
        if kind == "loop" and parent is not None and parent.type == "for_in_statement":
            return BlockParts(
                detail=text_of(parent.child_by_field_name("right")), variable=text_of(parent.child_by_field_name("left")),
                span=parent,
            )  # fmt: skip
        if kind == "catch" and node.type != "catch_clause":
            return _error_branch(node)
        if kind == "catch":
            return BlockParts(variable=text_of(node.child_by_field_name("parameter")), owner=_try_body(node))
        if kind == "finally":
            return BlockParts(owner=_try_body(node))
        statement = parent.parent if parent is not None and parent.type == "else_clause" else parent
        owner = node if node.type in ("switch_case", "switch_default") else statement
        found = (owner.child_by_field_name(field) for field in _HEADERS) if owner is not None else iter(())
        return BlockParts(detail=_bare(next((text_of(header) for header in found if header is not None), "")))

    def imports(self, node: Node) -> tuple[tuple[str, str], ...]:
        source = _source(node)
        if not source:
            return ()
        names = list(_imported(node))
        last = source.rsplit("/", 1)[-1]
        return tuple((f"{source}.{name}" if name else source, alias) for name, alias in names) or ((source, last),)

    def kind(self, node: Node) -> Kind:
        if node.type == "unary_expression" and number(text_of(node)) is not None:
            return Kind.NUMBER
        if node.type == "member_expression" and "(" in text_of(node):
            return Kind.OTHER
        return self.kinds.get(node.type, Kind.OTHER)

    def literal(self, kind: Kind, node: Node) -> str | None:
        if node.type == "property_identifier":
            return text_of(node)
        if kind is Kind.STRING and child_of(node, "template_substitution") is not None:
            return None
        return LanguageAdapter.literal(self, kind, node)

    def pointee(self, node: Node) -> Node | None:
        return node.named_children[0] if node.type == "spread_element" and node.named_children else None

    def entries(self, node: Node) -> tuple[tuple[Node | None, Node], ...]:
        found: list[tuple[Node | None, Node]] = []
        for child in _plain(node):
            value = child.child_by_field_name("value") if child.type == "pair" else None
            if child.type == "shorthand_property_identifier":
                found.append((child, child))
            else:
                found.append((child.child_by_field_name("key"), value) if value is not None else (None, child))
        return tuple(found)


def _plain(node: Node | None) -> list[Node]:
    return [child for child in node.named_children if child.type != "comment"] if node is not None else []


def _type(annotation: Node | None) -> str:
    return re.sub(r"^:\s*", "", text_of(annotation))


def _parameter(node: Node) -> Parameter:
    name = node.child_by_field_name("pattern") or node.child_by_field_name("left") or node
    return Parameter(name=text_of(name), type=_type(node.child_by_field_name("type")))


def _held_by(node: Node) -> str:
    """The variable, field or export that a function or class is assigned to."""
    parent = node.parent
    if parent is None:
        return ""
    if parent.type in ("variable_declarator", "field_definition", "public_field_definition"):
        return text_of(parent.child_by_field_name("name") or parent.child_by_field_name("property"))
    if parent.type == "assignment_expression" and parent.child_by_field_name("right") == node:
        return text_of(parent.child_by_field_name("left")).rsplit(".", 1)[-1]
    return ""


def _decorators(node: Node) -> tuple[AnnotationParts, ...]:
    """Those inside the node, before it in a class, or before the `export` around it."""
    around = node.parent
    found = [child for child in node.named_children if child.type == "decorator"]
    if around is not None and around.type == "export_statement":
        found = [child for child in around.named_children if child.type == "decorator"] + found
    before = node.prev_named_sibling
    while before is not None and before.type == "decorator" and (around is None or around.type == "class_body"):
        found.insert(0, before)
        before = before.prev_named_sibling
    return tuple(part for child in found if (part := _decorator(child)) is not None)


def _decorator(node: Node) -> AnnotationParts | None:
    inner = node.named_children[0] if node.named_children else None
    if inner is None:
        return None
    called = inner.type == "call_expression"
    arguments = _plain(inner.child_by_field_name("arguments")) if called else []
    name = inner.child_by_field_name("function") if called else inner
    return AnnotationParts(name=text_of(name), arguments=tuple((None, value) for value in arguments), node=node)


def _source(node: Node) -> str:
    """The module's name, of `import`, `export … from`, `import(…)` and `require(…)`."""
    found = node.child_by_field_name("source")
    if found is None:
        clause = child_of(node, "import_require_clause")
        found = clause.child_by_field_name("source") if clause is not None else None
    if found is None:
        call: Node | None = node.child_by_field_name("value") or node.child_by_field_name("right") or node
        if call is not None and call.type == "member_expression":  # require("…").KafkaJS
            call = call.child_by_field_name("object")
        arguments = _plain(call.child_by_field_name("arguments")) if call is not None else []
        found = arguments[0] if arguments and arguments[0].type == "string" else None
    return text_of(found).strip("'\"")


def _imported(node: Node) -> Iterator[tuple[str, str]]:
    """(name in the module or "", local name)."""
    if node.type in ("variable_declarator", "assignment_expression"):  # `Kafka = require("kafkajs").Kafka` in an init()
        given = node.child_by_field_name("value") or node.child_by_field_name("right")
        member = (
            given.child_by_field_name("property") if given is not None and given.type == "member_expression" else None
        )
        for name, local in _destructured(node.child_by_field_name("name") or node.child_by_field_name("left")):
            yield name or text_of(member), local
        return
    clause = child_of(node, "import_clause", "export_clause", "import_require_clause")
    for child in _plain(clause):
        if child.type == "identifier":
            yield "", text_of(child)
        elif child.type == "namespace_import":
            yield "", text_of(child_of(child, "identifier"))
        specifiers = (
            [child] if child.type == "export_specifier" else _plain(child) if child.type == "named_imports" else []
        )
        for specifier in specifiers:
            name = text_of(specifier.child_by_field_name("name"))
            yield name, text_of(specifier.child_by_field_name("alias")) or name


def _destructured(pattern: Node | None) -> Iterator[tuple[str, str]]:
    if pattern is None or pattern.type != "object_pattern":
        yield "", text_of(pattern)
        return
    for child in _plain(pattern):
        key, value = child.child_by_field_name("key"), child.child_by_field_name("value")
        yield text_of(key if key is not None else child), text_of(value if value is not None else child)


def _error_branch(node: Node) -> BlockParts:
    """The function given to `.catch()`, or the branch of `if (err)` in a callback."""
    around = node.parent
    if around is not None and around.type == "arguments":
        called = around.parent.child_by_field_name("function") if around.parent is not None else None
        single = node.child_by_field_name("parameter")
        listed = [single] if single is not None else _plain(node.child_by_field_name("parameters"))
        caught = _parameter(listed[0]).name if listed else None
        return BlockParts(variable=caught, owner=called.child_by_field_name("object") if called is not None else None)
    tested = _bare(text_of(around.child_by_field_name("condition"))) if around is not None else ""
    while around is not None and around.type != "call_expression":
        around = around.parent
    return BlockParts(variable=tested, owner=around)


def _bare(condition: str) -> str:
    return condition[1:-1].strip() if condition.startswith("(") and condition.endswith(")") else condition


def _try_body(clause: Node) -> Node | None:
    return clause.parent.child_by_field_name("body") if clause.parent is not None else None


KINDS = {
    "string": Kind.STRING,
    "template_string": Kind.STRING,
    "number": Kind.NUMBER,
    "true": Kind.BOOLEAN,
    "false": Kind.BOOLEAN,
    "null": Kind.NULL,
    "undefined": Kind.NULL,
    "identifier": Kind.NAME,
    "property_identifier": Kind.STRING,  # a key, which stands for itself
    "shorthand_property_identifier": Kind.NAME,
    "this": Kind.NAME,
    "member_expression": Kind.NAME,
    "call_expression": Kind.CALL,
    "new_expression": Kind.CALL,
    "arrow_function": Kind.LAMBDA,
    "function_expression": Kind.LAMBDA,
    "object": Kind.COLLECTION,
    "array": Kind.COLLECTION,
}
RETURNED = frozenset({"return_statement", "arrow_function"})
TRANSPARENT = frozenset(
    {"parenthesized_expression", "as_expression", "non_null_expression", "satisfies_expression", "type_assertion"}
)

ADAPTER = JavaScript(
    name="javascript",
    suffixes=(".js", ".jsx", ".mjs", ".cjs"),
    grammar=grammar_of("tree_sitter_javascript"),
    idioms=idioms.JAVASCRIPT,
    returned_parents=RETURNED,
    transparent=TRANSPARENT,
    kinds=KINDS,
)
