"""The blast radius where it is read: as evidence of a finding, as facts for the model."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace

from reviewer.core.blast_radius import Blast
from reviewer.core.finding import Evidence, Finding
from reviewer.core.span import Side, Span

_EVIDENCE = 3  # lines of others that a finding shows
_NEAR = 40  # lines between a finding and the place that reads or writes


def with_users(finding: Finding, radius: Iterable[Blast]) -> Finding:
    """The finding with the lines, in files that the change does not touch, that read or write what it is about."""
    near = [blast for blast in radius if any(_concerns(span, finding.span) for span in blast.touched)]
    text = "\n".join((finding.title, finding.subject, *finding.scenario, *(item.quote for item in finding.evidence)))
    named = [blast for blast in near if re.search(rf"(?<![\w.-]){re.escape(blast.name)}(?![\w-])", text)]
    hit = named or (near if len(near) == 1 else [])  # which of several it is about is not guessed
    users = [user for blast in hit for user in blast.others if not user.repository and user.quote]
    known = {(item.span.path, item.span.first_line) for item in finding.evidence}
    more = [
        Evidence(span=Span(path=u.path, side=Side.AFTER, first_line=u.line, last_line=u.line), quote=u.quote)
        for u in dict.fromkeys(users)
        if (u.path, u.line) not in known
    ]
    return replace(finding, evidence=(*finding.evidence, *more[:_EVIDENCE])) if more else finding


def _concerns(touched: Span, own: Span) -> bool:
    """Whether a place of the map and a finding are about the same code: near each other in one file."""
    return touched.path == own.path and abs(touched.first_line - own.first_line) <= _NEAR


def fact_lines(radius: Iterable[Blast], path: str) -> tuple[str, ...]:
    """What the model is told of a changed file: who else is at what it touches."""
    found: list[str] = []
    for blast in radius:
        if any(span.path == path for span in blast.touched) and blast.others:
            found += [f"{path}: {line}" for line in told(blast)]
    return tuple(found[:40])


def told(blast: Blast) -> Iterator[str]:
    """One line for each other user."""
    names = {"readers": blast.name, "writers": blast.name, "old_readers": blast.was, "old_writers": blast.was}
    for kind, name in names.items():
        for user in getattr(blast, kind):
            if not user.changed:
                verb = "read" if kind.endswith("readers") else "written"
                where = f"{user.repository}:{user.path}" if user.repository else user.path
                still = "still " if kind.startswith("old_") else ""
                yield f"{blast.kind.value} {name} is {still}{verb} by {user.what} at {where}:{user.line}, which the change does not touch"
