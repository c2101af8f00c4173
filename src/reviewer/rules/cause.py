"""The line where a danger is caused: of a value that a declaration of the file gives, the declaration, and not where it is used.

A difference has shown that a value of the line is another one, so that whatever is declared anew gives it. A state has shown no more than
that it is new: for it only a constant is the cause, and only the single one, for a client that is built anew is none.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import replace

from reviewer.core.span import Side, Span
from reviewer.facts.delta import Delta
from reviewer.facts.streaming.model import FileFacts
from reviewer.facts.syntax import Assignment
from reviewer.rules.rule import Hit
from reviewer.rules.support import line


def at_cause(hit: Hit, delta: Delta) -> Hit:
    """The hit on the one changed constant that its line names, when the change leaves the line itself alone; else as it is."""
    span = hit.span
    facts = delta.after.file(span.path) if span.side is Side.AFTER else None
    if facts is None or delta.before.file(span.path) is None or any(map(delta.touches, (span, *hit.evidence))):
        return hit
    text = _text(span, delta)
    given = {
        line(a.span)
        for a in declared(facts, text, delta.touches)
        if a.value is not None and a.value.literal is not None
    }
    return replace(hit, span=given.pop(), evidence=(span, *hit.evidence), replace=None) if len(given) == 1 else hit


def declared(facts: FileFacts, text: str, touches: Callable[[Span], bool]) -> Iterator[Assignment]:
    """The changed declarations and assignments of the names in a text of the file, in the file's order."""
    used = set(re.findall(r"\w+", text))
    return (a for a in facts.syntax.assignments if _name(a.target) in used and touches(a.span))


def _name(target: str) -> str:
    return re.split(r"[.#]", target)[-1]


def _text(span: Span, delta: Delta) -> str:
    change = delta.change_set.file(span.path)
    text = change.text(span.side) if change is not None else None
    return "\n".join((text or "").split("\n")[span.first_line - 1 : span.last_line])
