"""Runs of changed lines: each changed line is in one, and both sides agree where it is."""

from __future__ import annotations

from diff.test_diff_round_trip import TEXT, hunks_between
from hypothesis import given
from hypothesis import strategies as st

from reviewer.core.change import LineKind, line_span
from reviewer.core.span import Side, Span
from reviewer.diff.groups import ChangedGroup, changed_groups
from reviewer.diff.line_map import LineMap


def changed(group: ChangedGroup) -> list[tuple[Side, int]]:
    old = [(Side.BEFORE, line.old_number) for line in group.removed]
    new = [(Side.AFTER, line.new_number) for line in group.added]
    return [(side, number) for side, number in (*old, *new) if number is not None]


@given(TEXT, TEXT, st.integers(min_value=0, max_value=4))
def test_every_changed_line_is_in_one_group_and_every_other_is_outside(before: str, after: str, context: int) -> None:
    hunks = hunks_between(before, after, context)
    groups = changed_groups(hunks)
    found = [place for group in groups for place in changed(group)]
    assert sorted(found) == sorted((s, n) for hunk in hunks for s in Side for n in hunk.changed_numbers(s))
    assert len(set(found)) == len(found)
    for group in groups:
        assert all(group.distance(line_span("x", side, number)) == 0 for side, number in changed(group))
        for side in Side:
            for number in (group.above[side], group.below[side]):
                assert number == 0 or group.distance(line_span("x", side, number)) == 1


@given(TEXT, TEXT, st.integers(min_value=1, max_value=4))
def test_the_lines_around_a_group_are_the_same_on_both_sides(before: str, after: str, context: int) -> None:
    hunks = hunks_between(before, after, context)
    lines = LineMap(hunks)
    for group in changed_groups(hunks):
        for edge in (group.above, group.below):
            assert edge[Side.BEFORE] == 0 or lines.to_after(edge[Side.BEFORE]) == edge[Side.AFTER]


def test_a_range_that_closes_over_a_removal_touches_it() -> None:
    (group,) = changed_groups(hunks_between("a\nb\nc\nd\ne\n", "a\nb\nd\ne\n"))
    distances = {
        (first, last): group.distance(Span(path="x", side=Side.AFTER, first_line=first, last_line=last))
        for first, last in ((1, 1), (2, 2), (3, 3), (4, 4), (2, 3), (1, 4))
    }
    assert distances == {(1, 1): 2, (2, 2): 1, (3, 3): 1, (4, 4): 2, (2, 3): 0, (1, 4): 0}
    assert [line.kind for line in (*group.removed, *group.added)] == [LineKind.REMOVED]
    assert group.beside == ("a", "b", "d", "e")


def test_a_new_and_a_deleted_file_are_one_group() -> None:
    for before, after in (("", "a\nb\n"), ("a\nb\n", "")):
        (group,) = changed_groups(hunks_between(before, after))
        assert len(changed(group)) == 2
        assert set(group.above.values()) == {0}
        assert sorted(group.below.values()) == [1, 3]
