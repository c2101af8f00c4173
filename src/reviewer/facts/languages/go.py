"""Go."""

from __future__ import annotations

import re
from collections.abc import Iterator

from tree_sitter import Node

from reviewer.facts import idioms
from reviewer.facts.languages.base import (
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
from reviewer.facts.syntax import Parameter, ResultUse

_VERSION = re.compile(r"[/.]v\d+$")
_SAYS_GO = re.compile(r"^go-|[-.]go$")


class Go(LanguageAdapter):
    """Reads the nodes of tree-sitter-go. A struct literal is a construction whose fields are its named arguments."""

    __slots__ = ()

    def call(self, node: Node) -> CallParts | None:
        if node.type == "composite_literal":
            return _literal(node)
        if node.type in ("send_statement", "unary_expression"):
            return _over_channel(node)
        function, types = node.child_by_field_name("function"), node.child_by_field_name("type_arguments")
        started = node.parent is not None and node.parent.type == "go_statement"
        if function is not None and function.type == "func_literal" and started:
            return _started(node, function)
        if function is None or function.type not in ("identifier", "selector_expression"):
            return None  # `func() { … }()`: what is called has no name
        name, receiver = function, None
        if function.type == "selector_expression":
            name, receiver = function.child_by_field_name("field") or function, function.child_by_field_name("operand")
        arguments = node.child_by_field_name("arguments")
        return CallParts(
            name=name, receiver=receiver,
            arguments=tuple((None, c) for c in _plain(arguments)),
            type_arguments=tuple(text_of(child) for child in types.named_children) if types is not None else (),
        )  # fmt: skip

    def function(self, node: Node) -> FunctionParts:
        """The receiver is the first parameter, and its type the owner."""
        receiver = tuple(_parameters(node.child_by_field_name("receiver")))
        owner = re.sub(r"^\*|\[.*", "", receiver[0].type) if receiver else ""
        return FunctionParts(
            name=text_of(node.child_by_field_name("name")), owner=owner,
            parameters=(*receiver, *_parameters(node.child_by_field_name("parameters"))),
            return_type=text_of(node.child_by_field_name("result")),
        )  # fmt: skip

    def type(self, node: Node) -> TypeParts:
        body = node.child_by_field_name("type")
        fields = child_of(body, "field_declaration_list")
        listed = fields.named_children if fields is not None else []
        embedded = [c for c in listed if c.type == "field_declaration" and c.child_by_field_name("name") is None]
        return TypeParts(
            name=text_of(node.child_by_field_name("name")),
            bases=tuple(text_of(child.child_by_field_name("type")) for child in embedded),
        )

    def assignments(self, node: Node) -> tuple[AssignmentParts, ...]:
        if node.type in ("inc_statement", "dec_statement"):
            operator = "++" if node.type == "inc_statement" else "--"
            return (AssignmentParts(target=text_of(node.named_children[0]), node=node, operator=operator),)
        if node.type in ("const_spec", "var_spec", "field_declaration"):
            names, value = node.children_by_field_name("name"), child_of(node, "expression_list")
            names = [name for name in names if name.is_named]
            values = value.named_children if value is not None else []
            declared = text_of(node.child_by_field_name("type"))
            tag = node.child_by_field_name("tag")
            said = (text_of(tag).strip("`"),) if tag is not None else ()
            return tuple(
                AssignmentParts(
                    target=text_of(n), node=node, value=v, declared_type=declared, is_declaration=True, modifiers=said
                )
                for n, v in _paired(names, values)
            )
        left, right = _plain(node.child_by_field_name("left")), _plain(node.child_by_field_name("right"))
        if node.type == "receive_statement":
            received = node.child_by_field_name("right")
            right = [received] if received is not None else []
        if node.type == "type_switch_statement":  # switch e := event.(type)
            left, right = _plain(node.child_by_field_name("alias")), [node.child_by_field_name("value") or node]
        operator = text_of(node.child_by_field_name("operator")) or "="
        short = node.type in ("short_var_declaration", "type_switch_statement")
        return tuple(_assigned(node, n, v, operator, short) for n, v in _paired(left, right))

    def ignores(self, parent: Node, node: Node) -> bool:
        received = parent.type == "receive_statement" and parent.child_by_field_name("left") is None
        return node.type == "send_statement" or received or LanguageAdapter.ignores(self, parent, node)

    def block(self, kind: str, node: Node) -> BlockParts:
        parent = node.parent
        if kind == "catch" and parent is not None:
            tried = parent.child_by_field_name("initializer") or _before(parent)
            condition = parent.child_by_field_name("condition")
            name = condition.child_by_field_name("left") if condition is not None else None
            if name is not None and name.type == "binary_expression":  # err != nil && !errors.Is(err, …)
                name = name.child_by_field_name("left")
            return BlockParts(variable=text_of(name), owner=tried)
        if kind == "loop" and parent is not None:
            clause = child_of(parent, "range_clause")
            if clause is not None:
                names = text_of(clause.child_by_field_name("left"))
                return BlockParts(detail=text_of(clause.child_by_field_name("right")), variable=names, span=parent)
            headers = [child for child in parent.named_children if child.type not in ("block", "comment")]
            return BlockParts(detail=text_of(headers[0]) if headers else "", span=parent)
        if kind == "conditional" and parent is not None and parent.type == "if_statement":
            return BlockParts(detail=text_of(parent.child_by_field_name("condition")))
        cases = ("value", "type", "communication")
        return BlockParts(detail=next((text_of(c) for f in cases if (c := node.child_by_field_name(f))), ""))

    def imports(self, node: Node) -> tuple[tuple[str, str], ...]:
        """The local name of an unnamed import is a guess: the last part, without a major version and what says that it is Go."""
        path = text_of(node.child_by_field_name("path")).strip('"`')
        name = text_of(node.child_by_field_name("name"))
        return ((path, name or _SAYS_GO.sub("", _VERSION.sub("", path).rsplit("/", 1)[-1])),)

    def kind(self, node: Node) -> Kind:
        if node.type == "unary_expression" and number(text_of(node)) is not None:
            return Kind.NUMBER
        if node.type == "literal_element" and node.named_children:
            return self.kind(node.named_children[0])
        if node.type == "composite_literal" and text_of(node.child_by_field_name("type")).startswith(("map", "[")):
            return Kind.COLLECTION
        if node.type == "unary_expression" and _is_receive(node):
            return Kind.CALL
        if node.type == "selector_expression" and "(" in text_of(node):
            return Kind.OTHER
        return self.kinds.get(node.type, Kind.OTHER)

    def pointee(self, node: Node) -> Node | None:
        if node.type == "variadic_argument" and node.named_children:
            return node.named_children[0]
        if node.type == "literal_element" and node.named_children:
            return node.named_children[0]
        operator = node.child_by_field_name("operator") if node.type == "unary_expression" else None
        return node.child_by_field_name("operand") if text_of(operator) in ("&", "*") else None

    def uses(self) -> dict[str, ResultUse]:
        return {**LanguageAdapter.uses(self), "go_statement": ResultUse.STARTED}

    def entries(self, node: Node) -> tuple[tuple[Node | None, Node], ...]:
        body = node.child_by_field_name("body") if node.type == "composite_literal" else node
        return tuple(_keyed(child) for child in _plain(body))


def _plain(node: Node | None) -> list[Node]:
    return [child for child in node.named_children if child.type != "comment"] if node is not None else []


def _inner(element: Node) -> Node:
    """The value inside a `literal_element`."""
    return element.named_children[0] if element.type == "literal_element" and element.named_children else element


def _keyed(element: Node) -> tuple[Node | None, Node]:
    key, value = element.child_by_field_name("key"), element.child_by_field_name("value")
    if element.type == "keyed_element" and key is not None and value is not None:
        return _inner(key), _inner(value)
    return None, _inner(element)


def _is_receive(node: Node) -> bool:
    return text_of(node.child_by_field_name("operator")) == "<-"


def _over_channel(node: Node) -> CallParts | None:
    """`ch <- x` and `<-ch` are calls of a channel, with and without an argument."""
    if node.type == "unary_expression":
        operator, channel = node.child_by_field_name("operator"), node.child_by_field_name("operand")
        return (
            CallParts(name=operator, receiver=channel) if operator is not None and text_of(operator) == "<-" else None
        )
    arrow = next((child for child in node.children if child.type == "<-"), None)
    channel, given = node.child_by_field_name("channel"), node.child_by_field_name("value")
    if arrow is None or given is None:
        return None
    return CallParts(name=arrow, receiver=channel, arguments=((None, given),))


def _started(node: Node, function: Node) -> CallParts | None:
    """`go func() { … }(x)` is a call of `go` with the function and what that gets."""
    word = node.parent.children[0] if node.parent is not None else None
    given = ((None, child) for child in _plain(node.child_by_field_name("arguments")))
    return CallParts(name=word, arguments=((None, function), *given)) if word is not None else None


def _before(node: Node) -> Node | None:
    before = node.prev_named_sibling
    while before is not None and before.type == "comment":
        before = before.prev_named_sibling
    return before


def _literal(node: Node) -> CallParts | None:
    made = node.child_by_field_name("type")
    if made is None:
        return None
    base = made.child_by_field_name("type") if made.type == "generic_type" else made
    name, package = base or made, None
    if base is not None and base.type == "qualified_type":
        name, package = base.child_by_field_name("name") or base, base.child_by_field_name("package")
    pairs = [_keyed(child) for child in _plain(node.child_by_field_name("body"))]
    return CallParts(
        name=name, receiver=package, is_construction=True,
        arguments=tuple((text_of(key) if key is not None else None, value) for key, value in pairs),
    )  # fmt: skip


def _parameters(node: Node | None) -> Iterator[Parameter]:
    for child in _plain(node):
        declared = text_of(child.child_by_field_name("type"))
        names = [name for name in child.children_by_field_name("name") if name.is_named]
        for name in names:
            yield Parameter(name=text_of(name), type=declared)
        if not names:
            yield Parameter(name="_", type=declared)


def _paired(names: list[Node], values: list[Node]) -> list[tuple[Node, Node | None]]:
    """`a, b := 1, 2` pairs; of `msg, err := read()` the first name holds the call."""
    padded: list[Node | None] = [*values, *([None] * (len(names) - len(values)))]
    return list(zip(names, padded, strict=False))


def _assigned(node: Node, name: Node, value: Node | None, operator: str, short: bool) -> AssignmentParts:
    subscript = name.child_by_field_name("index") if name.type == "index_expression" else None
    target = name.child_by_field_name("operand") if subscript is not None else name
    return AssignmentParts(
        target=text_of(target), node=node, value=value, subscript=subscript,
        operator="=" if short else operator, is_declaration=short,
    )  # fmt: skip


ADAPTER = Go(
    name="go",
    suffixes=(".go",),
    grammar=grammar_of("tree_sitter_go"),
    idioms=idioms.GO,
    ignored_parents=frozenset({"expression_statement", "defer_statement"}),
    awaited_parents=frozenset(),
    argument_parents=frozenset({"argument_list"}),
    transparent=frozenset({"parenthesized_expression", "expression_list", "unary_expression"}),
    kinds={
        "interpreted_string_literal": Kind.STRING,
        "raw_string_literal": Kind.STRING,
        "int_literal": Kind.NUMBER,
        "float_literal": Kind.NUMBER,
        "true": Kind.BOOLEAN,
        "false": Kind.BOOLEAN,
        "nil": Kind.NULL,
        "identifier": Kind.NAME,
        "selector_expression": Kind.NAME,
        "call_expression": Kind.CALL,
        "composite_literal": Kind.CALL,
        "func_literal": Kind.LAMBDA,
        "literal_value": Kind.COLLECTION,
    },
)
