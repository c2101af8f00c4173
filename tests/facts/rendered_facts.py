"""Syntax facts as short lines that a person can check against the source beside them."""

from __future__ import annotations

from collections.abc import Iterator

from reviewer.core.span import Span
from reviewer.facts.syntax import Annotation, Argument, Assignment, Call, Expression, ExpressionKind, SyntaxFacts


def rendered(facts: SyntaxFacts) -> str:
    """One fact per line; indices as `#n`, lines as `@first-last`, strings quoted."""
    return "\n".join((*_outline(facts), *_statements(facts))) + "\n"


def _outline(facts: SyntaxFacts) -> Iterator[str]:
    if facts.has_errors:
        yield "HAS ERRORS"
    for imported in facts.imports:
        yield f"import {imported.path} as {imported.alias} {_lines(imported.span)}"
    for t in facts.types:
        bases = f" : {', '.join(t.bases)}" if t.bases else ""
        yield f"type #{t.index} {t.qualified}{bases} {_lines(t.span)}{_annotations(t.annotations)}"
    for f in facts.functions:
        parameters = ", ".join(f"{p.name}: {p.type}" if p.type else p.name for p in f.parameters)
        result = f" -> {f.return_type}" if f.return_type else ""
        passed = f" to call #{f.argument_of}" if f.argument_of is not None else ""
        marks = (" async" if f.is_async else "") + (" lambda" if f.is_lambda else "")
        yield f"fun #{f.index} {f.qualified}({parameters}){result}{marks}{passed}{_where(f.type, f.parent)} {_lines(f.span)}{_annotations(f.annotations)}"
    for b in facts.blocks:
        variable = f" var {b.variable}" if b.variable else ""
        owner = f" of #{b.owner}" if b.owner is not None else ""
        parent = f" in #{b.parent}" if b.parent is not None else ""
        yield f"block #{b.index} {b.kind.value}{f' [{b.detail}]' if b.detail else ''}{variable}{owner}{parent}{_where(None, b.function)} {_lines(b.span)}"


def _statements(facts: SyntaxFacts) -> Iterator[str]:
    yield from (_call(call) for call in facts.calls)
    yield from (_assignment(assignment) for assignment in facts.assignments)
    for jump in facts.jumps:
        yield f"{jump.kind.value}{f' {jump.text}' if jump.text else ''}{_where(None, jump.function)}{_in(jump.blocks)} {_lines(jump.span)}"
    for comment in facts.comments:
        yield f"comment {comment.text} {_lines(comment.span)}"
    for entry in facts.entries:
        unknown = "" if entry.is_literal else " (unknown)"
        yield f"entry {' / '.join(entry.keys)} = {entry.value!r}{unknown} {_lines(entry.span)}"
    for section in facts.sections:
        yield f"section {section.name} {_lines(section.span)}"


def _call(call: Call) -> str:
    on = (
        f" on #{call.receiver_call}"
        if call.receiver_call is not None
        else f" on {call.receiver}"
        if call.receiver
        else ""
    )
    types = f"<{', '.join(call.type_arguments)}>" if call.type_arguments else ""
    use = call.result.value + (f" {call.result_name}" if call.result_name else "")
    new = "new " if call.is_construction else ""
    return f"call #{call.index} {new}{call.name}{types}({_arguments(call.arguments)}){on} => {use}{_where(call.type, call.function)}{_in(call.blocks)} {_lines(call.name_span)}"


def _assignment(a: Assignment) -> str:
    words = " ".join((*(["field"] if a.is_field else []), *(["declare"] if a.is_declaration else []), *a.modifiers))
    target = a.target + (f"[{_expression(a.subscript)}]" if a.subscript else "")
    declared = f": {a.declared_type}" if a.declared_type else ""
    value = f" {_expression(a.value)}" if a.value else ""
    return f"set {f'({words}) ' if words else ''}{target}{declared} {a.operator}{value}{_where(a.type, a.function)}{_in(a.blocks)} {_lines(a.span)}{_annotations(a.annotations)}"


def _expression(value: Expression) -> str:
    if value.kind in (ExpressionKind.STRING, ExpressionKind.NUMBER, ExpressionKind.BOOLEAN):
        return repr(value.literal) if value.kind is ExpressionKind.STRING else f"{value.literal}"
    if value.kind is ExpressionKind.COLLECTION:
        inside = (
            f"{_expression(e.key)}: {_expression(e.value)}" if e.key else _expression(e.value) for e in value.entries
        )
        return f"{{{', '.join(inside)}}}"
    if value.call is not None:
        return f"call#{value.call}"
    if value.kind is ExpressionKind.LAMBDA:
        return f"lambda#{value.function}" if value.function is not None else f"lambda`{value.text}`"
    return value.text if value.kind in (ExpressionKind.NAME, ExpressionKind.NULL) else f"?`{value.text}`"


def _arguments(arguments: tuple[Argument, ...]) -> str:
    return ", ".join((f"{a.name}=" if a.name else "") + _expression(a.value) for a in arguments)


def _annotations(annotations: tuple[Annotation, ...]) -> str:
    return "".join(f" @{a.name}({_arguments(a.arguments)})" for a in annotations)


def _where(type_index: int | None, function: int | None) -> str:
    return (f" t{type_index}" if type_index is not None else "") + (f" f{function}" if function is not None else "")


def _in(blocks: tuple[int, ...]) -> str:
    return f" in {','.join(f'#{b}' for b in blocks)}" if blocks else ""


def _lines(span: Span) -> str:
    one = span.first_line == span.last_line
    return f"@{span.first_line}" if one else f"@{span.first_line}-{span.last_line}"
