"""The nouns of context: a unit is what one request asks about."""

from __future__ import annotations

from dataclasses import dataclass

from reviewer.core.change import Hunk
from reviewer.core.finding import Finding
from reviewer.core.span import Span


@dataclass(frozen=True, slots=True, kw_only=True)
class ContextSlice:
    """Code that is shown beside the diff. `text` holds the lines of `span`, `why` says what it is good for.

    `for_paths` are the changed files that it explains; empty means that it explains the whole change. `added` are the numbers of
    its lines that the change adds, where that is told.
    """

    text: str
    span: Span
    why: str
    for_paths: tuple[str, ...] = ()
    added: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitHunk:
    """A hunk in a unit, its text redacted. `index` is its position in the `hunks` of the file with that path.

    A hunk that is too long for one request is shown in several parts: they share `path` and `index`, and the hunk counts
    as reviewed when every unit that holds a part was.
    """

    path: str
    old_path: str | None
    index: int
    hunk: Hunk


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewUnit:
    """What one request asks about. `cut` names every optional piece that had to be left out; hunks never are."""

    id: str
    paths: tuple[str, ...]
    hunks: tuple[UnitHunk, ...]
    slices: tuple[ContextSlice, ...] = ()
    hypotheses: tuple[Finding, ...] = ()
    fact_lines: tuple[str, ...] = ()
    cut: tuple[str, ...] = ()

    @property
    def shown_paths(self) -> tuple[str, ...]:
        """Every file of which it shows something: the changed ones first, then those beside them."""
        return tuple(dict.fromkeys((*self.paths, *(piece.span.path for piece in self.slices))))


@dataclass(frozen=True, slots=True, kw_only=True)
class SetAside:
    """A relevant hunk that cannot be sent whole, with the reason; it must be reported as not reviewed by the model."""

    path: str
    index: int
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitPlan:
    """Every relevant hunk is in `units`; those of which a part can't be shown are also in `set_aside`.

    `unasked` are hypotheses about files that no unit shows: the rule's word stands for them.
    """

    units: tuple[ReviewUnit, ...]
    set_aside: tuple[SetAside, ...] = ()
    unasked: tuple[Finding, ...] = ()
