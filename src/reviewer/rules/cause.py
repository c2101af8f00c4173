"""The line where a danger is caused: of a value that a constant, or a parameter of a template, gives, that line, and not where it is used."""

from __future__ import annotations

import re
from dataclasses import replace

from reviewer.core.span import Side, Span
from reviewer.facts.delta import Delta
from reviewer.facts.streaming.references import definitions
from reviewer.rules.rule import Hit
from reviewer.rules.support import line


def at_cause(hit: Hit, delta: Delta) -> Hit:
    """The hit on the one changed constant that its line names, when the change leaves the line itself alone; else as it is."""
    span = hit.span
    facts = delta.after.file(span.path) if span.side is Side.AFTER else None
    if facts is None or delta.before.file(span.path) is None or any(map(delta.touches, (span, *hit.evidence))):
        return hit
    used = set(re.findall(r"\w+", _text(span, delta)))
    given = {
        line(a.span)
        for a in facts.syntax.assignments
        if a.value is not None and a.value.literal is not None and delta.touches(a.span) and _name(a.target) in used
    }
    given |= {
        line(entry.span)
        for name, entry in definitions(facts.syntax.entries)
        if delta.touches(entry.span) and _name(name) in used
    }
    return replace(hit, span=given.pop(), evidence=(span, *hit.evidence), replace=None) if len(given) == 1 else hit


def _name(target: str) -> str:
    return re.split(r"[.#]", target)[-1]


def _text(span: Span, delta: Delta) -> str:
    change = delta.change_set.file(span.path)
    text = change.text(span.side) if change is not None else None
    return "\n".join((text or "").split("\n")[span.first_line - 1 : span.last_line])
