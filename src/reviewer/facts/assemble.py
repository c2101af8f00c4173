"""Puts the nodes that a language's query found together into syntax facts. Knows no language."""

from __future__ import annotations

import re
from collections.abc import Mapping

from tree_sitter import Node, Parser, QueryCursor

from reviewer.core.span import Side
from reviewer.core.value import value
from reviewer.facts.languages.base import AnnotationParts, LanguageAdapter, text_of
from reviewer.facts.languages.broken import broken_lines
from reviewer.facts.located import Work, block_nodes, locate, nodes_of
from reviewer.facts.syntax import (
    Annotation,
    Argument,
    Assignment,
    Block,
    BlockKind,
    Call,
    Comment,
    Entry,
    Expression,
    ExpressionKind,
    Function,
    Import,
    Jump,
    JumpKind,
    ResultUse,
    SyntaxFacts,
    TypeDeclaration,
)

_DEPTH = 12  # nested collection literals that are read


def assemble(adapter: LanguageAdapter, path: str, text: str, side: Side) -> SyntaxFacts:
    """Parse and read one file. Spans are 1-based lines counted at line feeds, as git counts them."""
    source = text.encode("utf-8", "replace")
    tree = Parser(adapter.grammar()).parse(source)
    found = QueryCursor(adapter.query()).captures(tree.root_node)
    work = Work(adapter=adapter, path=path, side=side, source=source, found=adapter.kept(found))
    locate(work)
    return SyntaxFacts(
        path=path, language=adapter.name, imports=_imports(work), types=_types(work), functions=_functions(work),
        blocks=_blocks(work), calls=_calls(work), assignments=_assignments(work), jumps=_jumps(work),
        comments=tuple(Comment(text=text_of(node), span=work.span(node)) for node in work.comments),
        broken=broken_lines(tree.root_node),
    )  # fmt: skip


def _imports(work: Work) -> tuple[Import, ...]:
    return tuple(
        Import(path=path, alias=alias, span=work.span(node))
        for node in nodes_of(work, "import")
        for path, alias in work.adapter.imports(node)
    )


def _types(work: Work) -> tuple[TypeDeclaration, ...]:
    found: list[TypeDeclaration] = []
    for node in nodes_of(work, "type"):
        parts, place = work.adapter.type(node), work.places[node.id]
        outer = f"{found[place.type].qualified}." if place.type is not None and place.type < len(found) else ""
        found.append(
            TypeDeclaration(
                index=len(found), name=parts.name, qualified=outer + parts.name, bases=parts.bases,
                annotations=_annotations(work, parts.annotations), span=work.span(node), parent=place.type,
            )
        )  # fmt: skip
    return tuple(found)


def _annotations(work: Work, parts: tuple[AnnotationParts, ...]) -> tuple[Annotation, ...]:
    return tuple(
        Annotation(name=part.name, arguments=_arguments(work, part.arguments), span=work.span(part.node))
        for part in parts
    )


def _arguments(work: Work, pairs: tuple[tuple[str | None, Node], ...]) -> tuple[Argument, ...]:
    return tuple([Argument(name=name, value=_expression(work, node)) for name, node in pairs])


def _functions(work: Work) -> tuple[Function, ...]:
    types = _types(work)
    lambdas = {node.id for node in work.found.get("lambda", ())}
    handed = {value.id: work.calls[call] for call, parts in work.parts.items() for _, value in parts.arguments}
    found: list[Function] = []
    for node in nodes_of(work, "function", "lambda"):
        parts, place = work.adapter.function(node), work.places[node.id]
        name = parts.name or "<lambda>"
        outer = found[place.function].qualified if place.function is not None else ""
        if place.type is not None and (place.function is None or not _within(types[place.type], found, place.function)):
            outer = types[place.type].qualified
        owner = next((t.index for t in types if t.name == parts.owner), None) if parts.owner else place.type
        outer = parts.owner or outer
        found.append(
            Function(
                index=len(found), name=name, qualified=f"{outer}.{name}" if outer else name, parameters=parts.parameters,
                return_type=parts.return_type, annotations=_annotations(work, parts.annotations),
                is_lambda=node.id in lambdas and not parts.name, is_async=parts.is_async, span=work.span(node), type=owner,
                parent=place.function, argument_of=handed.get(node.id, _argument_of(work, node)), extends=parts.extends,
            )
        )  # fmt: skip
    return tuple(found)


def _within(owner: TypeDeclaration, functions: list[Function], function: int) -> bool:
    """Whether the function lies inside the type: then it is the nearer of the two."""
    return owner.span.contains(functions[function].span)


def _argument_of(work: Work, node: Node) -> int | None:
    """The call that a lambda is an argument of, looking through the argument list."""
    parent = node.parent
    for _ in range(4):
        if parent is None or parent.id in work.functions or parent.type.endswith(("block", "body", "statements")):
            return None
        if parent.id in work.calls:
            return work.calls[parent.id]
        parent = parent.parent
    return None


def _blocks(work: Work) -> tuple[Block, ...]:
    # An error branch is found as a condition too: the kind that is listed first is the closer one.
    kinds = {node.id: kind for kind in reversed(BlockKind) for node in work.found.get(f"block.{kind.value}", ())}
    found: list[Block] = []
    for node in block_nodes(work):
        place = work.places[node.id]
        parts = work.adapter.block(kinds[node.id].value, node)
        owner = work.blocks.get(parts.owner.id) if parts.owner is not None else None
        found.append(
            Block(
                index=len(found), kind=kinds[node.id], detail=parts.detail, variable=parts.variable or None,
                span=work.span(parts.span or node), parent=place.blocks[-1] if place.blocks else None, owner=owner,
                function=place.function,
            )
        )  # fmt: skip
    return tuple(found)


def _expression(work: Work, node: Node, depth: int = 0) -> Expression:
    while (pointee := work.adapter.pointee(node)) is not None:
        node = pointee
    kind = work.adapter.kind(node)
    literal: str | None = None
    entries: tuple[Entry, ...] = ()
    if kind in (ExpressionKind.STRING, ExpressionKind.NUMBER, ExpressionKind.BOOLEAN):
        literal = work.adapter.literal(kind, node)
        kind = kind if literal is not None else ExpressionKind.OTHER
    elif kind is ExpressionKind.COLLECTION and depth < _DEPTH:
        entries = tuple(
            Entry(key=_expression(work, k, depth + 1) if k is not None else None, value=_expression(work, v, depth + 1))
            for k, v in work.adapter.entries(node)
        )
    start, end, number = node.start_byte, node.end_byte, node.id
    return Expression(
        kind=kind, text=work.text_of(start, end), span=work.span_of(start, end), literal=literal,
        call=work.calls.get(number), function=work.functions.get(number), entries=entries,
    )  # fmt: skip


@value()
class _Uses:
    """What becomes of values: calls that are receivers, values and where they are assigned, kinds of nodes around a call."""

    chained: frozenset[int]
    targets: Mapping[int, str]
    parents: Mapping[str, ResultUse]


def _calls(work: Work) -> tuple[Call, ...]:
    nodes = sorted((n for n in nodes_of(work, "call") if n.id in work.calls), key=lambda n: work.calls[n.id])
    uses = _Uses(
        chained=frozenset(parts.receiver.id for parts in work.parts.values() if parts.receiver is not None),
        targets=_targets(work), parents=work.adapter.uses(),
    )  # fmt: skip
    return tuple(_call(work, node, uses) for node in nodes)


def _call(work: Work, node: Node, uses: _Uses) -> Call:
    number = node.id
    parts, place = work.parts[number], work.places[number]
    use, name = _result(work, node, uses)
    receiver, text, receiver_call = parts.receiver, "", None
    if receiver is not None:
        text, receiver_call = work.text(receiver), work.calls.get(receiver.id)
    return Call(
        index=work.calls[number], name=parts.text or text_of(parts.name), is_construction=parts.is_construction,
        receiver=text, receiver_call=receiver_call, arguments=_arguments(work, parts.arguments),
        type_arguments=parts.type_arguments, span=work.span_of(*work.ranges[number]), name_span=work.span(parts.name),
        function=place.function, type=place.type, blocks=work.within(node), result=use, result_name=name,
    )  # fmt: skip


def _targets(work: Work) -> dict[int, str]:
    """Value -> the variable that it is assigned to; a call also through brackets, casts and an await."""
    found: dict[int, str] = {}
    for _, part in work.assigned():
        value = part.value
        while value is not None and part.subscript is None:
            found[value.id] = part.target
            inside = value.named_children if value.type in work.adapter.transparent else ()
            value = inside[-1] if inside else None
    return found


def _result(work: Work, node: Node, uses: _Uses) -> tuple[ResultUse, str | None]:
    """What the code around a call makes of its value."""
    number = node.id
    if number in uses.chained:
        around = node.parent.type if node.parent is not None else ""
        awaited = uses.parents.get(around) is ResultUse.AWAITED  # Rust: `spawn(task).await.unwrap()`
        return ResultUse.AWAITED if awaited else ResultUse.CHAINED, None
    if work.adapter.is_awaited(node):
        return ResultUse.AWAITED, uses.targets.get(number)
    if number in uses.targets:
        return ResultUse.ASSIGNED, uses.targets[number]
    child, parent = node, node.parent
    while parent is not None and parent.type in work.adapter.transparent:
        child, parent = parent, parent.parent
    if parent is None:
        return ResultUse.OTHER, None
    if work.adapter.ignores(parent, child):
        return ResultUse.IGNORED, None
    use = uses.parents.get(parent.type, ResultUse.OTHER)
    if use is not ResultUse.AWAITED:
        return use, None
    if _is_awaited(work, parent, uses):  # `await (await producer.send(…))`: what the inner one gives is not the end
        return ResultUse.OTHER, None
    return use, "_" if work.adapter.drops(parent) else uses.targets.get(parent.id)


def _is_awaited(work: Work, node: Node, uses: _Uses) -> bool:
    parent = node.parent
    while parent is not None and parent.type in work.adapter.transparent:
        parent = parent.parent
    return parent is not None and uses.parents.get(parent.type) is ResultUse.AWAITED


def _assignments(work: Work) -> tuple[Assignment, ...]:
    fields = {node.id for node in work.found.get("field", ())}
    return tuple(
        Assignment(
            target=part.target, operator=part.operator, declared_type=part.declared_type,
            value=_expression(work, _unwrapped(work, part.value)) if part.value is not None else None,
            subscript=_expression(work, part.subscript) if part.subscript is not None else None,
            is_field=node.id in fields and work.places[node.id].function is None, is_declaration=part.is_declaration,
            modifiers=part.modifiers, annotations=_annotations(work, part.annotations), span=work.span(part.node),
            function=work.places[node.id].function, type=work.places[node.id].type, blocks=work.within(node),
        )
        for node, part in work.assigned()
    )  # fmt: skip


def _unwrapped(work: Work, node: Node) -> Node:
    """The call behind an await or in brackets, so that the variable is tied to it."""
    while node.type == "parenthesized_expression" and len(node.named_children) == 1:
        node = node.named_children[0]
    if node.type in work.adapter.awaited_parents and node.named_children:
        return node.named_children[-1]
    return node


def _jumps(work: Work) -> tuple[Jump, ...]:
    kinds = {node.id: kind for kind in JumpKind for node in work.found.get(f"jump.{kind.value}", ())}
    return tuple(
        Jump(
            kind=kinds[node.id], text=re.sub(rf"^{kinds[node.id].value}\b|^raise\b|;$", "", work.text(node)).strip(),
            span=work.span(node), function=work.places[node.id].function, blocks=work.within(node),
        )
        for node in nodes_of(work, *(f"jump.{kind.value}" for kind in JumpKind))
    )  # fmt: skip
