"""The account of every changed hunk: reviewed, not streaming, or not reviewed, each with the reason. Nothing is left out.

First each file is asked for itself, then those that said nothing by what the others of the change, their module and the files beside
the change say of them.
"""

from __future__ import annotations

from collections.abc import Callable

from reviewer.core.change import ChangeSet, FileChange, Hunk
from reviewer.core.report import IGNORED_PATH, Coverage, Outcome, ReviewedBy
from reviewer.core.source import SourceReader
from reviewer.core.span import Side, Span
from reviewer.facts.gather import Gathered
from reviewer.relevance.decide import Judged, decide_file
from reviewer.relevance.hunks import decide_hunks
from reviewer.relevance.modules import ModuleOf, StreamingModule


def account(
    change_set: ChangeSet, gathered: Gathered, reader: SourceReader, *, skip: Callable[[str], bool]
) -> tuple[tuple[Coverage, int], ...]:
    """(account, index of the hunk) for every hunk; index -1 for a file without hunks."""
    module_of = _lookup(reader)
    judged = [_judged(change, gathered, module_of) for change in change_set.files if not skip(change.path)]
    if any(one.decision.is_open for one in judged):
        # Not at the top: the change of one file that streams by its own text has no use for it.
        from reviewer.relevance.beyond import decide_beyond

        judged = list(decide_beyond(judged, reader, module_of))
    decided = {one.change.path: one for one in judged}
    found: list[tuple[Coverage, int]] = []
    for change in change_set.files:
        if skip(change.path):
            outcome = (Outcome.NOT_STREAMING, f"{IGNORED_PATH} (ignore-paths)")
            found.extend((_entry(change, hunk, *outcome), index) for index, hunk in _hunks(change))
        else:
            found.extend(_file(decided[change.path], gathered))
    return tuple(found)


def _lookup(reader: SourceReader) -> ModuleOf:
    """The look-up of modules, made when the first is asked for."""
    made: list[ModuleOf] = []

    def module_of(path: str) -> StreamingModule:
        if not made:
            from reviewer.relevance.module_lookup import module_lookup

            made.append(module_lookup(reader, Side.AFTER))
        return made[0](path)

    return module_of


def _judged(change: FileChange, gathered: Gathered, module_of: ModuleOf) -> Judged:
    before = gathered.syntax(change.old_path, Side.BEFORE)
    after = gathered.syntax(change.new_path, Side.AFTER)
    decision = decide_file(change, before, after, module_of=module_of)
    return Judged(change=change, before=before, after=after, decision=decision)


def _hunks(change: FileChange) -> list[tuple[int, Hunk | None]]:
    return list(enumerate(change.hunks)) or [(-1, None)]


def _file(judged: Judged, gathered: Gathered) -> list[tuple[Coverage, int]]:
    change, decision = judged.change, judged.decision
    if not change.hunks:
        if not decision.relevant or change.is_binary:
            reason = "binary" if change.is_binary else decision.reason
            return [(_entry(change, None, Outcome.NOT_STREAMING, reason), -1)]
        if change.unread:
            return [(_entry(change, None, Outcome.NOT_REVIEWED, change.unread), -1)]
        return [(_entry(change, None, Outcome.NOT_STREAMING, "renamed or mode changed, no line changes"), -1)]
    found: list[tuple[Coverage, int]] = []
    for hunk in decide_hunks(change, judged.before, judged.after, decision):
        is_relevant, reason = hunk.relevant, hunk.reason
        if not is_relevant and (key := _told(gathered, change, change.hunks[hunk.hunk_index])):
            is_relevant, reason = True, f"says {key} of a client"
        if not is_relevant and (used := _through(gathered, change, change.hunks[hunk.hunk_index])):
            is_relevant, reason = True, used
        outcome = Outcome.REVIEWED if is_relevant else Outcome.NOT_STREAMING
        given_up = [problem.message for problem in gathered.problems if problem.subject == change.path]
        if is_relevant and (given_up or change.unread) and judged.before is None and judged.after is None:
            outcome, reason = Outcome.NOT_REVIEWED, (given_up or [change.unread or ""])[0]
        found.append((_entry(change, change.hunks[hunk.hunk_index], outcome, reason), hunk.hunk_index))
    return found


def _told(gathered: Gathered, change: FileChange, hunk: Hunk) -> str:
    """The key that a hunk says to code elsewhere: a variable of a manifest, a constant; "" for none."""
    facts = gathered.delta.after.file(change.new_path) if change.new_path else None
    lines = range(hunk.new_start, hunk.new_start + hunk.new_count)
    settings = facts.settings if facts is not None else ()
    return next((s.key for s in settings if s.said is not None and s.span == s.said and s.span.first_line in lines), "")


def _through(gathered: Gathered, change: FileChange, hunk: Hunk) -> str:
    """What a hunk does to a client through another file of the repository, or is given by one; "" for nothing."""
    for side, facts in ((Side.AFTER, gathered.delta.after), (Side.BEFORE, gathered.delta.before)):
        path = change.path_on(side)
        file = facts.file(path) if path is not None else None
        lines = hunk.changed_numbers(side)
        for operation in file.operations if file is not None and lines else ():
            if operation.through is not None and not lines.isdisjoint(_lines(operation.call.span)):
                return f"uses {operation.through.shown}"
        for handling in file.handlings if file is not None and lines else ():
            by = handling.part("delivered-by")
            if by is not None and not lines.isdisjoint(_lines(handling.span)):
                return f"is given records by {by.text}"
    return ""


def _lines(span: Span) -> range:
    return range(span.first_line, span.last_line + 1)


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
