"""Which units there are to ask about, and the code of other files that is shown with them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from reviewer.asking.answer import Hunk
from reviewer.context.beside import Parse
from reviewer.context.related import related_slices
from reviewer.context.told_promises import promise_lines
from reviewer.context.told_users import fact_lines
from reviewer.context.unit import ContextSlice, UnitPlan
from reviewer.context.units import build_units
from reviewer.core.blast_radius import Blast
from reviewer.core.finding import Finding
from reviewer.core.guarantee import Guarantee
from reviewer.core.source import SourceReader
from reviewer.core.span import Side
from reviewer.facts.delta import Delta
from reviewer.facts.streaming.describe import describe


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """The units, and `texts`: the whole files behind what is shown beside the change, as they are, by path."""

    units: UnitPlan
    texts: dict[str, str]


def plan_units(
    delta: Delta, hunks: Sequence[Hunk], findings: Sequence[Finding], reader: SourceReader | None, parse: Parse,
    radius: Sequence[Blast] = (), promised: Sequence[Guarantee] = (),
) -> Plan:  # fmt: skip
    """The units of a change, with the rules' findings as hypotheses.

    (path, -1) stands for a file without hunks and needs no request. `reader` gives the rest of the repository, `parse` reads
    what the change refers to there; `radius` is who else is at the streams that it touches, `promised` what it
    does to guarantees.
    """
    beside = related_slices(delta, reader, parse) if reader is not None else ()
    wanted = []
    for path, index in hunks:
        change = delta.change_set.file(path)
        if change is not None and index >= 0:
            wanted.append((path, change.hunks[index]))
    after = {facts.path: facts.syntax for facts in delta.after.files}
    before = {facts.path: facts.syntax for facts in delta.before.files}
    units = build_units(
        delta.change_set,
        wanted,
        after,
        before,
        findings,
        lambda path: (*describe(delta, path), *promise_lines(promised, path), *fact_lines(radius, path)),
        beside,
    )
    return Plan(units=units, texts=_texts(beside, reader))


def _texts(pieces: Sequence[ContextSlice], reader: SourceReader | None) -> dict[str, str]:
    """Quotes are checked against whole files, not against what was shown of them."""
    paths = {piece.span.path for piece in pieces} if reader is not None else set()
    found = {path: reader.read(path, Side.AFTER) for path in paths if reader is not None}
    return {path: text for path, text in found.items() if text is not None}
