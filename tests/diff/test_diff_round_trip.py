"""Undoing, applying and mapping: from one side of a file to the other and back."""

from __future__ import annotations

import difflib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reviewer.core.change import Hunk
from reviewer.core.problem import ReviewError
from reviewer.diff.line_map import LineMap
from reviewer.diff.lines import split_lines
from reviewer.diff.undo import apply_hunks, undo_hunks
from reviewer.diff.unified import parse_diff

LINE = st.sampled_from(["a", "b", "", "c\r", "-- x", "++ y", "\f", "\u2028", "x\ry", "@@ -1 +1 @@", "\\ odd", " "])
TEXT = st.builds(lambda lines, end: "\n".join(lines) + end, st.lists(LINE, max_size=30), st.sampled_from(["", "\n"]))


def hunks_between(before: str, after: str, context: int = 3) -> tuple[Hunk, ...]:
    """The hunks of a diff made by the standard library and read by us."""
    out = ["--- a/x\n", "+++ b/x\n"]
    lines = list(difflib.unified_diff(split_lines(before), split_lines(after), n=context))[2:]
    out += [line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n" for line in lines]
    return parse_diff("".join(out))[0].hunks if lines else ()


@given(TEXT, TEXT, st.integers(min_value=0, max_value=4))
def test_undo_and_apply_are_inverse(before: str, after: str, context: int) -> None:
    hunks = hunks_between(before, after, context)
    assert undo_hunks(after, hunks) == before
    assert apply_hunks(before, hunks) == after


@given(TEXT, TEXT, st.integers(min_value=0, max_value=4))
def test_the_map_joins_equal_lines_and_is_its_own_inverse(before: str, after: str, context: int) -> None:
    lines = LineMap(hunks_between(before, after, context))
    old, new = split_lines(before), split_lines(after)
    for number, text in enumerate(old, start=1):
        target = lines.to_after(number)
        if target is not None:
            assert new[target - 1] == text
            assert lines.to_before(target) == number
    mapped = sum(lines.to_after(number) is not None for number in range(1, len(old) + 1))
    assert mapped == sum(lines.to_before(number) is not None for number in range(1, len(new) + 1))


@given(TEXT, TEXT, TEXT)
def test_a_text_that_does_not_fit_is_refused(before: str, after: str, other: str) -> None:
    hunks = hunks_between(before, after)
    try:
        undone = undo_hunks(other, hunks)
    except ReviewError as error:
        assert "does not fit" in str(error)
    else:
        assert apply_hunks(undone, hunks) == other


def test_the_refusal_names_the_line() -> None:
    hunks = hunks_between("a\nb\n", "a\nc\n")
    with pytest.raises(ReviewError, match="line 2 is 'x"):
        undo_hunks("a\nx\n", hunks)
    with pytest.raises(ReviewError, match="there is no line 2"):
        undo_hunks("a\n", hunks)


def test_line_ends_and_a_missing_newline_survive() -> None:
    before, after = "a\r\nb\r\nc", "a\r\nB\nc\r\n"
    hunks = hunks_between(before, after)
    assert undo_hunks(after, hunks) == before
    assert apply_hunks(before, hunks) == after


def test_numbers_behind_insertions_and_removals_shift() -> None:
    lines = LineMap(hunks_between("a\nb\nc\nd\n", "new\na\nc\nd\n", 0))
    assert [lines.to_after(number) for number in (1, 2, 3, 4, 100)] == [2, None, 3, 4, 100]
    assert [lines.to_before(number) for number in (1, 2, 3, 4, 0)] == [None, 1, 3, 4, None]


def test_where_a_diff_hides_blank_lines_the_map_says_that_it_does_not_know() -> None:
    (file,) = parse_diff("--- a/x\n+++ b/x\n@@ -1 +1 @@\n-a\n+b\n@@ -10 +12 @@\n-c\n+d\n")
    lines = LineMap(file.hunks)
    assert (lines.to_after(5), lines.to_after(11), lines.to_before(13)) == (None, 13, 11)
