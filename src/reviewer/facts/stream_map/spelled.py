"""Expressions that are known as text, taken apart."""

from __future__ import annotations

from collections.abc import Callable


def alternatives(text: str) -> list[str]:
    """The sides of `a || b`, `a ?: b`, `a or b`; none of anything else."""
    parts = _split(text, lambda rest: next((mark for mark in ("||", "??", "?:", " or ") if rest.startswith(mark)), ""))
    return parts if len(parts) > 1 else []


def summands(text: str) -> list[str]:
    """The parts of `a + b`; none of anything else."""
    parts = _split(text, lambda rest: "+" if rest.startswith("+") else "")
    return parts if len(parts) > 1 else []


def _split(text: str, mark_at: Callable[[str], str]) -> list[str]:
    """The parts of a text between marks that stand outside of brackets and quotes."""
    parts, current, depth, quote, position = [], "", 0, "", 0
    while position < len(text):
        char = text[position]
        mark = mark_at(text[position:]) if not quote and depth == 0 else ""
        if mark:
            parts.append(current.strip())
            current, position = "", position + len(mark)
            continue
        if quote:
            quote = "" if char == quote else quote
        elif char in "\"'`":
            quote = char
        else:
            depth += (char in "([{") - (char in ")]}")
        current, position = current + char, position + 1
    return [*parts, current.strip()]
