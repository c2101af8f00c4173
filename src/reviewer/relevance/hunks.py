"""From the decision on a file to those on its hunks: what counts of a streaming file, and what of a build file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from reviewer.core.change import DiffLine, FileChange, Hunk, LineKind
from reviewer.core.span import Side
from reviewer.core.value import value
from reviewer.facts.streaming.registry import compatibilities
from reviewer.facts.syntax import SyntaxFacts
from reviewer.relevance.decide import FileDecision
from reviewer.relevance.signals import BUILD_FILES, signals
from reviewer.relevance.words import names_token

ELSEWHERE = "these lines are elsewhere"
_BLANK = "only blank lines change"


@value()
class HunkRelevance:
    """The decision for one hunk."""

    hunk_index: int
    relevant: bool
    reason: str


def decide_hunks(
    change: FileChange, before: SyntaxFacts | None, after: SyntaxFacts | None, decision: FileDecision
) -> tuple[HunkRelevance, ...]:
    """One decision per hunk, in order."""
    if not decision.relevant:
        return tuple(
            _of(index, False, _BLANK if _is_blank(hunk) else decision.reason) for index, hunk in enumerate(change.hunks)
        )
    comments = {Side.BEFORE: _comment_lines(before), Side.AFTER: _comment_lines(after)}
    found = []
    for index, hunk in enumerate(change.hunks):
        if BUILD_FILES.search(change.path):
            found.append(_of(index, *_in_build_file(change, hunk, before, after)))
        elif _is_comment(hunk, comments):
            found.append(_of(index, False, "only comments and blank lines change"))
        elif decision.lines and not _is_near(hunk, decision.lines):
            found.append(_of(index, False, f"the file {decision.reason}, {ELSEWHERE}"))
        else:
            found.append(_of(index, True, decision.reason))
    return tuple(found)


def _of(index: int, relevant: bool, reason: str) -> HunkRelevance:
    return HunkRelevance(hunk_index=index, relevant=relevant, reason=reason)


def _is_near(hunk: Hunk, lines: Mapping[Side, frozenset[int]]) -> bool:
    """Whether a signal stands in the hunk, its context included, or the change lies in a function that has one."""
    return any(hunk.numbers(side) & numbers for side, numbers in lines.items())


def _in_build_file(
    change: FileChange, hunk: Hunk, before: SyntaxFacts | None, after: SyntaxFacts | None
) -> tuple[bool, str]:
    if _names_library(hunk, before, after):
        return True, "dependency on a streaming library"
    for side, facts in ((Side.AFTER, after), (Side.BEFORE, before)):
        text = change.text(side)
        levels = compatibilities(facts, text, side) if facts is not None and text is not None else ()
        if any(level.span.first_line in hunk.changed_numbers(side) for level in levels):
            return True, "sets what a schema registry checks"
    return False, "build file, no streaming dependency in these lines"


def _is_blank(hunk: Hunk) -> bool:
    return not any(line.text.strip() for line in hunk.lines if line.kind is not LineKind.CONTEXT)


def _is_comment(hunk: Hunk, comments: Mapping[Side, Mapping[int, list[str]]]) -> bool:
    """Whether every changed line is blank or part of a comment."""
    for line in hunk.lines:
        if line.kind is LineKind.CONTEXT or not line.text.strip():
            continue
        side = Side.BEFORE if line.kind is LineKind.REMOVED else Side.AFTER
        number = line.old_number if side is Side.BEFORE else line.new_number
        words = " ".join(line.text.split())
        if not any(words in comment for comment in comments[side].get(number or 0, ())):
            return False
    return True


def _names_library(hunk: Hunk, before: SyntaxFacts | None, after: SyntaxFacts | None) -> bool:
    """A changed line names a library, or lies in the declaration of a dependency on one."""
    coordinates = signals().coordinates
    changed = [line for line in hunk.lines if line.kind is not LineKind.CONTEXT]
    if any(coordinates.search(line.text) for line in changed):
        return True
    for side, facts in ((Side.BEFORE, before), (Side.AFTER, after)):
        numbers = hunk.changed_numbers(side)
        for entry in facts.entries if facts is not None else ():
            if entry.keys[:1] == ("dependency",) and _is_streaming(entry.keys[-1]):
                if any(entry.span.first_line <= number <= entry.span.last_line for number in numbers):
                    return True
    if _carries_version(changed, before, after):
        return True
    return before is None and after is None and any(coordinates.search(line.text) for line in hunk.lines)


def _is_streaming(coordinate: str) -> bool:
    return signals().coordinates.search(coordinate) is not None or names_token(coordinate)


def _carries_version(changed: Sequence[DiffLine], before: SyntaxFacts | None, after: SyntaxFacts | None) -> bool:
    """A changed line holds the version, kept in a variable, of a streaming dependency whose version changes."""
    old, new = _versions(before), _versions(after)
    moved = [(old[name], new[name]) for name in old.keys() & new.keys() if old[name] != new[name]]
    return any(
        (gone if line.kind is LineKind.REMOVED else come) in line.text
        for gone, come in moved
        if gone and come
        for line in changed
    )


def _versions(facts: SyntaxFacts | None) -> dict[str, str]:
    entries = facts.entries if facts is not None else ()
    return {
        e.keys[-1]: e.value for e in entries if e.keys[0] == "dependency" and signals().coordinates.search(e.keys[-1])
    }


def _comment_lines(facts: SyntaxFacts | None) -> dict[int, list[str]]:
    """Line -> the comments on it, blanks folded: a changed line that is part of one holds no code."""
    found: dict[int, list[str]] = {}
    for comment in facts.comments if facts is not None else ():
        words = " ".join(comment.text.split())
        for number in range(comment.span.first_line, comment.span.last_line + 1):
            found.setdefault(number, []).append(words)
    return found
