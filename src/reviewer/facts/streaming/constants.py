"""Names that a file gives one literal and never another."""

from __future__ import annotations

import re

from reviewer.facts.streaming.declared import OWN
from reviewer.facts.syntax import ExpressionKind, SyntaxFacts

LITERALS = (ExpressionKind.STRING, ExpressionKind.NUMBER, ExpressionKind.BOOLEAN)

# What the client's own enums are called in a configuration: `SecurityProtocol.SSL.name`.
_ENUM = re.compile(r"^(?:\w+\.)*?(SecurityProtocol|CompressionType)\.([A-Z][A-Z0-9_]*)\.name(?:\(\))?$")


def enum_word(text: str) -> str | None:
    """The word that an enum of the client stands for in a configuration; None for any other text."""
    match = _ENUM.match(text)
    return None if match is None else match[2].lower() if match[1] == "CompressionType" else match[2]


def constants_of(syntax: SyntaxFacts) -> dict[str, str]:
    """Names assigned one literal in the file, bare and with their class (`Topics.ORDERS`), never reassigned."""
    values: dict[str, set[str | None]] = {}
    for assignment in syntax.assignments:
        value = assignment.value
        literal = value.literal if value is not None and value.kind in LITERALS else None
        if assignment.subscript is None:
            values.setdefault(_key(assignment.target, assignment.function), set()).add(literal)
    found = {name: next(iter(texts)) for name, texts in values.items() if len(texts) == 1}
    known = {name: text for name, text in found.items() if text is not None}
    for assignment in syntax.assignments:
        if assignment.is_field and assignment.type is not None and assignment.target in known:
            known[f"{syntax.types[assignment.type].name}.{assignment.target}"] = known[assignment.target]
    return known


def _key(target: str, function: int | None) -> str:
    name = OWN.sub("", target)
    return name if function is None or name != target else f"{function}#{name}"
