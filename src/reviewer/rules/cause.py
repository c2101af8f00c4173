"""The line where a danger is caused: of a value that a declaration, or a parameter of a template, gives, that line, and not where it is used.

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
from reviewer.facts.streaming.references import definitions
from reviewer.facts.syntax import Assignment
from reviewer.rules.rule import Hit
from reviewer.rules.support import line

_STATEMENT = 6  # lines


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
    used = set(re.findall(r"\w+", text))
    given |= {
        line(entry.span)
        for name, entry in definitions(facts.syntax.entries)
        if delta.touches(entry.span) and _name(name) in used
    }
    return replace(hit, span=given.pop(), evidence=(span, *hit.evidence), replace=None) if len(given) == 1 else hit


def declared(facts: FileFacts, text: str, touches: Callable[[Span], bool]) -> Iterator[Assignment]:
    """The changed declarations and assignments of the names in a text of the file, in the file's order."""
    used = set(re.findall(r"\w+", text))
    return (a for a in facts.syntax.assignments if _name(a.target) in used and touches(a.span))


def said_by_change(hit: Hit, delta: Delta) -> Hit | None:
    """A hit in a file that the change leaves alone stands on the changed constant that this file uses; None where that is not one.

    Of several, the one that stands on the line of the hit, or in the lines of its statement, is meant.
    """
    user = next((pair for pair in delta.users if pair.change.path == hit.span.path), None)
    if user is None:
        return hit
    given = {
        _name(a.target): line(a.span)
        for pair in delta.modified()
        if pair[0].change.hunks
        for a in pair[2].syntax.assignments
        if a.value is not None and a.value.literal is not None and delta.touches(a.span)
    }
    lines = (user.change.after or "").split("\n")
    at = hit.span.first_line - 1
    for near in (lines[at : at + 1], lines[at : at + _STATEMENT], lines):
        named = [span for name, span in given.items() if name in set(re.findall(r"\w+", "\n".join(near)))]
        if named:
            return replace(hit, span=named[0], evidence=(), replace=None) if len(named) == 1 else None
    return None


def _name(target: str) -> str:
    return re.split(r"[.#]", target)[-1]


def _text(span: Span, delta: Delta) -> str:
    change = delta.change_set.file(span.path)
    text = change.text(span.side) if change is not None else None
    return "\n".join((text or "").split("\n")[span.first_line - 1 : span.last_line])
