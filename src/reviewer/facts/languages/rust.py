"""Rust."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator
from itertools import accumulate

from tree_sitter import Node

from reviewer.core.lazily import lazily
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

_NUMBER_TYPE = lazily(r"_?([iu](8|16|32|64|128|size)|f(32|64))$")


class Rust(LanguageAdapter):
    """Reads the nodes of tree-sitter-rust. What stands inside a macro's brackets is not parsed and has no facts."""

    __slots__ = ()

    def call(self, node: Node) -> CallParts | None:
        if node.type == "macro_invocation":
            macro = node.child_by_field_name("macro")
            if macro is None:
                return None
            path = macro.child_by_field_name("path") if macro.type == "scoped_identifier" else None
            word = (macro.child_by_field_name("name") if path is not None else None) or macro
            return CallParts(name=word, receiver=path, text=f"{text_of(word)}!")
        if node.type == "struct_expression":
            return _literal(node)
        function, types = node.child_by_field_name("function"), None
        if function is not None and function.type == "generic_function":
            types, function = function.child_by_field_name("type_arguments"), function.child_by_field_name("function")
        if function is None:
            return None
        name: Node | None = function
        receiver: Node | None = None
        if function.type == "field_expression":
            name, receiver = function.child_by_field_name("field"), function.child_by_field_name("value")
        elif function.type == "scoped_identifier":
            name, receiver = function.child_by_field_name("name"), function.child_by_field_name("path")
        if name is None or name.type not in ("identifier", "field_identifier"):
            return None
        arguments = node.child_by_field_name("arguments")
        return CallParts(
            name=name, receiver=_without_waiting(receiver),
            arguments=tuple((None, child) for child in _plain(arguments)),
            type_arguments=tuple(text_of(child) for child in _plain(types)),
        )  # fmt: skip

    def kept(self, found: dict[str, list[Node]]) -> dict[str, list[Node]]:
        """Without what is compiled for tests alone: it stands beside the code that it tests."""
        modules = found.pop("module", [])
        tests = sorted(n.byte_range for n in (*modules, *found.get("function", ())) if _is_of_tests(n))
        if not tests:
            return found
        starts = [start for start, _ in tests]
        ends = list(accumulate((end for _, end in tests), max))

        def is_outside(node: Node) -> bool:
            at = bisect_right(starts, node.start_byte)
            return not at or ends[at - 1] < node.end_byte

        return {
            name: nodes if name == "comment" else [n for n in nodes if is_outside(n)] for name, nodes in found.items()
        }

    def function(self, node: Node) -> FunctionParts:
        if node.type == "async_block":
            return FunctionParts(is_async=True)
        modifiers = child_of(node, "function_modifiers")
        is_async = "async" in text_of(modifiers).split() or any(child.type == "async" for child in node.children)
        return FunctionParts(
            name=text_of(node.child_by_field_name("name")), is_async=is_async,
            parameters=tuple(_parameters(node.child_by_field_name("parameters"))),
            return_type=text_of(node.child_by_field_name("return_type")),
        )  # fmt: skip

    def type(self, node: Node) -> TypeParts:
        """An `impl` has the name of the type that it is for; the trait is its base."""
        if node.type == "type_item":  # `type OrderConsumer = BaseConsumer<Context>;`
            return TypeParts(
                name=text_of(node.child_by_field_name("name")), bases=(text_of(node.child_by_field_name("type")),)
            )
        if node.type != "impl_item":
            return TypeParts(name=text_of(node.child_by_field_name("name")))
        trait = text_of(node.child_by_field_name("trait"))
        name = re.sub(r"<.*", "", text_of(node.child_by_field_name("type")))
        return TypeParts(name=name, bases=(trait,) if trait else ())

    def assignments(self, node: Node) -> tuple[AssignmentParts, ...]:
        if node.type in ("match_arm", "let_condition"):
            return _bound(node)
        if node.type in ("let_declaration", "const_item", "static_item", "field_declaration"):
            target = node.child_by_field_name("pattern") or node.child_by_field_name("name")
            words = tuple(child.type for child in node.children if child.type in ("let", "const", "static"))
            return (
                AssignmentParts(
                    target=text_of(target), node=node, value=node.child_by_field_name("value"), modifiers=words,
                    declared_type=text_of(node.child_by_field_name("type")), is_declaration=True,
                ),
            )  # fmt: skip
        left = node.child_by_field_name("left")
        indexed = left is not None and left.type == "index_expression" and len(left.named_children) == 2
        return (
            AssignmentParts(
                target=text_of(left.named_children[0] if indexed and left is not None else left), node=node,
                value=node.child_by_field_name("right"),
                subscript=left.named_children[1] if indexed and left is not None else None,
                operator=text_of(node.child_by_field_name("operator")) or "=",
            ),
        )  # fmt: skip

    def block(self, kind: str, node: Node) -> BlockParts:
        parent = node.parent
        if kind == "catch" and parent is not None:
            return _error_branch(node, parent)
        if node.type == "match_arm":
            return BlockParts(detail=text_of(node.child_by_field_name("pattern")))
        if kind == "loop" and parent is not None and parent.type == "for_expression":
            return BlockParts(
                detail=text_of(parent.child_by_field_name("value")), variable=text_of(parent.child_by_field_name("pattern")),
                span=parent,
            )  # fmt: skip
        condition = parent.child_by_field_name("condition") if kind == "loop" and parent is not None else None
        if condition is not None and condition.type == "let_condition":  # while let Some(message) = stream.next().await
            pattern = text_of(condition.child_by_field_name("pattern"))
            names = ", ".join(re.findall(r"\b[a-z_]\w*", pattern))
            return BlockParts(detail=text_of(condition.child_by_field_name("value")), variable=names, span=parent)
        statement = parent.parent if parent is not None and parent.type == "else_clause" else parent
        return BlockParts(detail=text_of(statement.child_by_field_name("condition")) if statement is not None else "")

    def drops(self, awaited: Node) -> bool:
        return awaited.parent is not None and awaited.parent.type == "expression_statement"

    def uses(self) -> dict[str, ResultUse]:
        return {**LanguageAdapter.uses(self), "expression_statement": ResultUse.RETURNED}  # `save(order)?;`

    def ignores(self, parent: Node, node: Node) -> bool:
        return node.type != "try_expression" and LanguageAdapter.ignores(self, parent, node)

    def imports(self, node: Node) -> tuple[tuple[str, str], ...]:
        text = re.sub(r"^(pub(\([^)]*\))?\s+)?(use|extern crate)\s+|;$", "", text_of(node)).strip()
        return tuple(_used("", text, 0))

    def kind(self, node: Node) -> Kind:
        if node.type == "unary_expression" and number(_NUMBER_TYPE.sub("", text_of(node))) is not None:
            return Kind.NUMBER
        if node.type == "field_expression" and "(" in text_of(node):
            return Kind.OTHER
        return self.kinds.get(node.type, Kind.OTHER)

    def literal(self, kind: Kind, node: Node) -> str | None:
        if kind is Kind.NUMBER:
            return number(_NUMBER_TYPE.sub("", text_of(node)))
        if node.type == "raw_string_literal":
            return text_of(child_of(node, "string_content"))
        return LanguageAdapter.literal(self, kind, node)

    def pointee(self, node: Node) -> Node | None:
        if node.type == "try_expression" and node.named_children:  # `config.create()?` is what it gives
            return node.named_children[0]
        points = node.type == "reference_expression" or (node.type == "unary_expression" and text_of(node)[:1] == "*")
        return node.named_children[-1] if points and node.named_children else None

    def entries(self, node: Node) -> tuple[tuple[Node | None, Node], ...]:
        return tuple((None, child) for child in _plain(node))


_TEST = lazily(r"#!?\[\s*(?:cfg\s*\((?:\s*(?:all|any)\s*\()?[^!]*?(?<!not\()\btest\b|(?:\w+::)*test\b)")


def _is_of_tests(node: Node) -> bool:
    """A module or function under `#[cfg(test)]`, `#[cfg(all(test, …))]`, `#[test]`, `#[tokio::test]`."""
    before = node.prev_named_sibling
    while before is not None and (before.type == "attribute_item" or "comment" in before.type):
        if before.type == "attribute_item" and _TEST.match(text_of(before)):
            return True
        before = before.prev_named_sibling
    return False


def _plain(node: Node | None) -> list[Node]:
    return [child for child in node.named_children if "comment" not in child.type] if node is not None else []


def _literal(node: Node) -> CallParts | None:
    """`Billing { consumer: open()?, producer }` makes a value of named parts."""
    name = node.child_by_field_name("name")
    path = None
    if name is not None and name.type == "generic_type_with_turbofish":
        name = name.child_by_field_name("type")
    if name is not None and name.type.startswith("scoped_"):
        path, name = name.child_by_field_name("path"), name.child_by_field_name("name")
    given: list[tuple[str | None, Node]] = []
    for field in _plain(node.child_by_field_name("body")):
        key, value = field.child_by_field_name("field"), field.child_by_field_name("value")
        if field.type == "shorthand_field_initializer":
            key = value = field.named_children[-1]
        if key is not None and value is not None:
            given.append((text_of(key), value))
    if name is None:
        return None
    return CallParts(name=name, receiver=path, arguments=tuple(given), is_construction=True)


def _without_waiting(receiver: Node | None) -> Node | None:
    """`client.fetch().await?.commit()` is a chain of calls."""
    while receiver is not None and receiver.type in ("try_expression", "await_expression") and receiver.named_children:
        receiver = receiver.named_children[0]
    return receiver


_PATTERN_NAMES = lazily(r"(?<![\w:.])(?:ref |mut )*([a-z_]\w*)(?![\w:({])")


def _bound(node: Node) -> tuple[AssignmentParts, ...]:
    """`Ok(message) => …` of a match, `if let Some(message) = …`: what the value is taken apart into; an error is none of it."""
    pattern = node.child_by_field_name("pattern")
    if node.type == "match_arm":
        match = node.parent.parent if node.parent is not None else None
        value = match.child_by_field_name("value") if match is not None else None
        pattern = pattern.named_children[0] if pattern is not None and pattern.named_children else pattern
    else:
        value = node.child_by_field_name("value")
    text = text_of(pattern)
    if pattern is None or pattern.type not in ("tuple_struct_pattern", "identifier", "tuple_pattern") or "Err(" in text:
        return ()
    names = [name for name in _PATTERN_NAMES.findall(text) if name not in ("_", "true", "false")]
    return tuple(AssignmentParts(target=n, node=node, value=value, is_declaration=True) for n in names)


def _error_branch(node: Node, parent: Node) -> BlockParts:
    """The arm `Err(e) => …` of a match, or the block of `if let Err(e) = …`."""
    if node.type == "match_arm":
        pattern, match = node.child_by_field_name("pattern"), parent.parent
        tried = match.child_by_field_name("value") if match is not None else None
    else:
        condition = parent.child_by_field_name("condition")
        pattern = condition.child_by_field_name("pattern") if condition is not None else None
        tried = condition.child_by_field_name("value") if condition is not None else None
    caught = re.search(r"\((\w+)\)", text_of(pattern))
    return BlockParts(variable=caught.group(1) if caught else None, owner=tried)


def _parameters(node: Node | None) -> Iterator[Parameter]:
    for child in _plain(node):
        name = child.child_by_field_name("pattern") or child
        yield Parameter(name=text_of(name), type=text_of(child.child_by_field_name("type")))


def _used(base: str, text: str, depth: int) -> Iterator[tuple[str, str]]:
    """(path, local name) of a use tree: `a::{b, c::{d as e}, *}`."""
    text = text.strip()
    match = re.fullmatch(r"(?:(.*?)::)?\{(.*)\}", text, re.DOTALL)
    if match and depth < 10:
        inner = "::".join(part for part in (base, match[1] or "") if part)
        for part in _split(match[2]):
            yield from _used(inner, part, depth + 1)
        return
    name, _, alias = text.partition(" as ")
    path = base if name == "self" else "::".join(part for part in (base, name) if part)
    if path.endswith("::*"):
        yield path[:-3] + ".*", "*"
    elif path:
        yield path, alias or path.rsplit("::", 1)[-1]


def _split(text: str) -> Iterator[str]:
    """At the commas outside braces."""
    depth, start = 0, 0
    for position, character in enumerate(text):
        depth += (character == "{") - (character == "}")
        if character == "," and depth == 0:
            yield text[start:position]
            start = position + 1
    if text[start:].strip():
        yield text[start:]


ADAPTER = Rust(
    name="rust",
    suffixes=(".rs",),
    grammar=grammar_of("tree_sitter_rust"),
    idioms=idioms.RUST,
    returned_parents=frozenset({"return_expression", "block", "closure_expression", "match_arm"}),
    transparent=frozenset({"parenthesized_expression", "try_expression", "reference_expression"}),
    kinds={
        "string_literal": Kind.STRING,
        "raw_string_literal": Kind.STRING,
        "integer_literal": Kind.NUMBER,
        "float_literal": Kind.NUMBER,
        "boolean_literal": Kind.BOOLEAN,
        "identifier": Kind.NAME,
        "self": Kind.NAME,
        "field_expression": Kind.NAME,
        "scoped_identifier": Kind.NAME,
        "call_expression": Kind.CALL,
        "struct_expression": Kind.CALL,
        "macro_invocation": Kind.CALL,
        "closure_expression": Kind.LAMBDA,
        "async_block": Kind.LAMBDA,
        "array_expression": Kind.COLLECTION,
        "tuple_expression": Kind.COLLECTION,
    },
)
