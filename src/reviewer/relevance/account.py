"""The account of every changed hunk: reviewed, not streaming, or not reviewed, each with the reason. Nothing is left out."""

from __future__ import annotations

import re
from collections.abc import Callable

from reviewer.core.change import ChangeSet, FileChange, Hunk
from reviewer.core.report import IGNORED_PATH, Coverage, Outcome, ReviewedBy
from reviewer.core.span import Side
from reviewer.facts.gather import Gathered
from reviewer.facts.syntax import SyntaxFacts
from reviewer.relevance.decide import RelevanceContext, decide, decide_file
from reviewer.relevance.signals import parsed_signal, signals

_CLASS = re.compile(r"[A-Z]\w*$")
_TYPE = re.compile(r"\b[A-Z]\w+")


def account(
    change_set: ChangeSet, gathered: Gathered, *, skip: Callable[[str], bool]
) -> tuple[tuple[Coverage, int], ...]:
    """(account, index of the hunk) for every hunk; index -1 for a file without hunks."""
    context = _context(gathered)
    found: list[tuple[Coverage, int]] = []
    for change in change_set.files:
        if skip(change.path):
            outcome = (Outcome.NOT_STREAMING, f"{IGNORED_PATH} (ignore-paths)")
            found.extend((_entry(change, hunk, *outcome), index) for index, hunk in _hunks(change))
        else:
            found.extend(_file(change, gathered, context))
    return tuple(found)


def _hunks(change: FileChange) -> list[tuple[int, Hunk | None]]:
    return list(enumerate(change.hunks)) or [(-1, None)]


def _file(change: FileChange, gathered: Gathered, context: RelevanceContext) -> list[tuple[Coverage, int]]:
    before = gathered.syntax(change.old_path, Side.BEFORE)
    after = gathered.syntax(change.new_path, Side.AFTER)
    if not change.hunks:
        relevant, reason = decide_file(change, before, after, context)
        if not relevant or change.is_binary:
            return [(_entry(change, None, Outcome.NOT_STREAMING, "binary" if change.is_binary else reason), -1)]
        if change.unread:
            return [(_entry(change, None, Outcome.NOT_REVIEWED, change.unread), -1)]
        return [(_entry(change, None, Outcome.NOT_STREAMING, "renamed or mode changed, no line changes"), -1)]
    found: list[tuple[Coverage, int]] = []
    for decision in decide(change, before, after, context):
        outcome, reason = (
            (Outcome.REVIEWED, decision.reason) if decision.relevant else (Outcome.NOT_STREAMING, decision.reason)
        )
        given_up = [problem.message for problem in gathered.problems if problem.subject == change.path]
        if decision.relevant and (given_up or change.unread) and before is None and after is None:
            outcome, reason = Outcome.NOT_REVIEWED, (given_up or [change.unread or ""])[0]
        found.append((_entry(change, change.hunks[decision.hunk_index], outcome, reason), decision.hunk_index))
    return found


def _entry(change: FileChange, hunk: Hunk | None, outcome: Outcome, reason: str) -> Coverage:
    side = Side.BEFORE if change.new_path is None or (hunk is not None and hunk.new_count == 0) else Side.AFTER
    start, count = 0, 0
    if hunk is not None:
        start, count = (hunk.old_start, hunk.old_count) if side is Side.BEFORE else (hunk.new_start, hunk.new_count)
    return Coverage(
        path=change.path, old_path=change.old_path if change.old_path != change.path else None, side=side, start_line=start,
        line=max(start, start + count - 1), outcome=outcome,
        reviewed_by=ReviewedBy.RULES if outcome is Outcome.REVIEWED else None, reason=reason,
    )  # fmt: skip


def _context(gathered: Gathered) -> RelevanceContext:
    """Types that streaming files of this change mention: their serializers, events and functions are read too."""
    names: set[str] = set()
    for side in (gathered.delta.before, gathered.delta.after):
        for facts in side.files:
            if facts.libraries or _streams(gathered, facts.path, side.side, facts.syntax):
                texts = {
                    *(f.return_type for f in facts.syntax.functions),
                    *(p.type for f in facts.syntax.functions for p in f.parameters),
                    *(a.declared_type for a in facts.syntax.assignments),
                    *(c.name for c in facts.syntax.calls if c.is_construction),
                    *(c.receiver for c in facts.syntax.calls if _CLASS.match(c.receiver)),
                }
                names.update(_TYPE.findall("\n".join(texts)))
    streaming = any(facts.libraries for facts in (*gathered.delta.before.files, *gathered.delta.after.files))
    streaming = streaming or any(signals().coordinates.search(found) for found in gathered.coordinates)
    return RelevanceContext(repository_is_streaming=streaming, referenced_names=frozenset(names))


def _streams(gathered: Gathered, path: str, side: Side, syntax: SyntaxFacts) -> bool:
    """Whether a file of a language without client library data imports one."""
    change = gathered.delta.change_set.file(path)
    text = change.text(side) if change is not None else None
    return text is not None and bool(syntax.types or syntax.functions) and parsed_signal(syntax, text) is not None
