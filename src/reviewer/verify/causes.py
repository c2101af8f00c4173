"""Whether two findings are about one cause, also when one stands on a removed line and the other on the lines that closed over it.

Place alone does not decide: two uids are dropped on neighbouring lines, `acks` is lowered beside `retries`. So each finding is asked which of the
changed lines it is about: the one it stands on, else the one whose names its words and quotes speak of. When that stays open, two
findings stay two: a comment too many is read in a second, a danger that is taken for another is lost.
"""

from __future__ import annotations

from bisect import bisect_left

from reviewer.core.change import ChangeSet, FileChange
from reviewer.core.finding import Finding, Origin
from reviewer.core.span import Side, Span
from reviewer.diff.groups import changed_groups
from reviewer.diff.line_map import LineMap
from reviewer.verify.matters import Matter, matters_of
from reviewer.verify.naming import Names, Prose

_NEAR = 3  # lines
_WINDOW = 12  # lines of a long group that are looked at around a finding
_LONG, _TOO_LONG = 40, 4_000  # changed lines of a group that is long, and of one that is not taken apart


class Causes:
    """Answers for the findings of one change."""

    def __init__(self, change_set: ChangeSet) -> None:
        self._change_set = change_set
        self._files: dict[str, _File] = {}
        self._about: dict[Finding, frozenset[Matter]] = {}

    def same(self, one: Finding, other: Finding, *, one_answer: bool = False) -> bool:
        """Whether the two are one finding. `one_answer` says that one reader gave both: then only a shared rule makes them one."""
        if self._path(one.span) != self._path(other.span):
            return False
        if one.rule_id is not None and one.rule_id == other.rule_id:
            return self._are_near(one, other) and not self._are_two_of_a_kind(one, other)
        if one_answer or one.category != other.category or (one.rule_id is not None and other.rule_id is not None):
            return False
        if one.span.overlaps(other.span):
            return not self._are_apart(one, other)
        return self.shared(one, other)

    def shared(self, one: Finding, other: Finding) -> bool:
        """Whether both are known to be about the same changed line."""
        return bool(self.about(one) & self.about(other))

    def distance(self, one: Finding, other: Finding) -> int:
        """Half lines between the two, counted after the change; a removed line stands between those that closed over it."""
        (first, last), (start, end) = self._place(one.span), self._place(other.span)
        return max(0, start - last, first - end)

    def about(self, finding: Finding) -> frozenset[Matter]:
        """The changed lines that the finding is about; nothing when that is not clear."""
        if finding not in self._about:
            file = self._file(finding.span)
            self._about[finding] = file.about(finding) if file is not None else frozenset()
        return self._about[finding]

    def _are_near(self, one: Finding, other: Finding) -> bool:
        return _quotes(one, other) or _quotes(other, one) or self.distance(one, other) <= 2 * _NEAR

    def _are_apart(self, one: Finding, other: Finding) -> bool:
        """Both are about changed lines, not the same ones, and what either wants fixed is none of the other's lines."""
        here, there = self.about(one), self.about(other)
        if not here or not there or here & there:
            return False
        return not (_fixes(one, there, here) or _fixes(other, here, there))

    def _are_two_of_a_kind(self, one: Finding, other: Finding) -> bool:
        """Whether one rule was broken twice. On one side, lines close to each other are so only when they have one form, as two
        calls of `uid`: else they are the lines of one statement, and a reader has picked another of them than the rule."""
        if not self._are_apart(one, other):
            return False
        return one.span.side is not other.span.side or any(
            a.names_on(side).called & b.names_on(side).called
            for a in self.about(one)
            for b in self.about(other)
            for side in Side
        )

    def _path(self, span: Span) -> str:
        change = self._change_set.file(span.path)
        return change.path if change is not None else span.path

    def _place(self, span: Span) -> tuple[int, int]:
        file = self._file(span)
        return file.place(span) if file is not None else (2 * span.first_line, 2 * span.last_line)

    def _file(self, span: Span) -> _File | None:
        change = self._change_set.file(span.path)
        if change is None:
            return None
        if change.path not in self._files:
            self._files[change.path] = _File(change)
        return self._files[change.path]


class _File:
    """One file's lines that changed."""

    def __init__(self, change: FileChange) -> None:
        self._paths = {change.path, change.path_on(Side.BEFORE)}
        self._map = LineMap(change.hunks)
        self._groups = changed_groups(change.hunks)
        self._starts = [group.above[Side.BEFORE] for group in self._groups]
        self._matters: dict[int, tuple[Matter, ...]] = {}

    def place(self, span: Span) -> tuple[int, int]:
        """First and last line after the change, doubled: what lies between two lines is odd."""
        if span.side is Side.AFTER:
            return 2 * span.first_line, 2 * span.last_line
        return self._after(span.first_line)[0], self._after(span.last_line)[1]

    def _after(self, line: int) -> tuple[int, int]:
        """Where a line from before the change is after it; a removed line is anywhere between those that closed over it."""
        after = self._map.to_after(line)
        if after is not None:
            return 2 * after, 2 * after
        found = bisect_left(self._starts, line) - 1
        if found < 0:
            return 2 * line, 2 * line
        above, below = self._groups[found].above, self._groups[found].below
        if line < below[Side.BEFORE]:
            return 2 * above[Side.AFTER] + 1, 2 * below[Side.AFTER] - 1
        # In a diff that leaves out changes of blanks nothing is certain between two hunks: about here.
        moved = 2 * (line + below[Side.AFTER] - below[Side.BEFORE])
        return moved, moved

    def about(self, finding: Finding) -> frozenset[Matter]:
        near = self._near(finding)
        telling = _telling(near)
        pointed = {matter for matter in near if matter.stands_on(finding.span)}
        titled = _named(_title(finding), telling)
        fixed = _named(Prose(finding.fix), telling)
        quoted = {matter for matter in near if any(matter.stands_on(span) for span in self._quotes(finding))}
        if len(pointed) == 1:
            # A rule stands where it means to. A reader may have picked the line that took the place of the one he speaks of.
            is_meant = finding.origin is not Origin.MODEL or not titled or titled & pointed
            return frozenset(pointed if is_meant else titled & (fixed | quoted))
        told = _named(Prose(finding.why, *finding.scenario), telling)
        left: set[Matter] = set()
        for known in (titled, fixed, quoted):
            known = known & pointed if pointed else known
            left = (left & known or left) if left else known
        return frozenset(left & told or left)  # reasons speak of many lines: alone they tell nothing

    def _near(self, finding: Finding) -> list[Matter]:
        found: list[Matter] = []
        for place, group in enumerate(self._groups):
            size = len(group.removed) + len(group.added)
            if group.distance(finding.span) > _NEAR or size > _TOO_LONG:
                continue
            if place not in self._matters:
                self._matters[place] = matters_of(group)
            matters = self._matters[place]
            if size > _LONG:
                spans = (finding.span, *self._quotes(finding))
                matters = tuple(m for m in matters if any(m.is_within(span, _WINDOW) for span in spans))
            found += matters
        return found

    def _quotes(self, finding: Finding) -> list[Span]:
        return [evidence.span for evidence in finding.evidence if evidence.span.path in self._paths]


def _quotes(one: Finding, other: Finding) -> bool:
    return any(evidence.span.overlaps(other.span) for evidence in one.evidence)


def _title(finding: Finding) -> Prose:
    """A rule's title is the same for all it finds; its subject says what it found here."""
    return Prose(finding.title) if finding.origin is Origin.MODEL else Prose(finding.subject, is_code=True)


def _fixes(finding: Finding, theirs: frozenset[Matter], own: frozenset[Matter]) -> bool:
    """Whether the title or the fix speaks of the other's lines."""
    telling = _telling([*theirs, *own])
    text = Prose(finding.title, finding.fix)
    return any(text.named(telling[matter]) for matter in theirs)


def _named(text: Prose, telling: dict[Matter, Names]) -> set[Matter]:
    return {matter for matter, names in telling.items() if text.named(names)}


def _telling(matters: list[Matter]) -> dict[Matter, Names]:
    """The names of each that no other has; what is only passed around must not stand on unchanged lines close by either."""
    counts: dict[str, int] = {}
    for matter in matters:
        for name in matter.names.all:
            counts[name] = counts.get(name, 0) + 1
    return {
        m: m.names.only(frozenset(n for n in m.names.all if counts[n] == 1 and (n in m.names.called or n not in m.beside)))
        for m in matters
    }  # fmt: skip
