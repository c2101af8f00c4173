"""Hunks made from two texts: they lead from the one to the other, both ways, whatever the texts are."""

from __future__ import annotations

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reviewer.core.change import Hunk, LineKind
from reviewer.diff import texts
from reviewer.diff.lines import header_of, raw
from reviewer.diff.texts import hunks_between
from reviewer.diff.undo import apply_hunks, undo_hunks

LINES = st.lists(st.sampled_from(["a\n", "b\n", "c\n", "\n", "a\r\n", "\x0c\u2028\n", "d"]), max_size=30).map("".join)


def check(before: str, after: str) -> tuple[Hunk, ...]:
    hunks = hunks_between(before, after)
    assert apply_hunks(before, hunks) == after
    assert undo_hunks(after, hunks) == before
    for hunk in hunks:
        kinds = [line.kind for line in hunk.lines]
        assert kinds.count(LineKind.CONTEXT) + kinds.count(LineKind.REMOVED) == hunk.old_count
        assert kinds.count(LineKind.CONTEXT) + kinds.count(LineKind.ADDED) == hunk.new_count
        assert any(kind is not LineKind.CONTEXT for kind in kinds)
    return hunks


@settings(max_examples=300, deadline=None)
@given(before=LINES, after=LINES)
def test_hunks_lead_from_one_text_to_the_other(before: str, after: str) -> None:
    assert (check(before, after) == ()) == (before == after)


@settings(max_examples=100, deadline=None)
@given(before=LINES, after=LINES, steps=st.integers(0, 4))
def test_texts_that_differ_too_much_are_still_told_whole(before: str, after: str, steps: int) -> None:
    """The shortest way is given up early, as for large texts: anchors and whole blocks remain."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(texts, "_STEPS", steps)
        check(before, after)


@pytest.mark.parametrize(
    ("before", "after", "headers"),
    [
        ("", "a\nb\n", ["@@ -0,0 +1,2 @@"]),
        ("a\nb\n", "", ["@@ -1,2 +0,0 @@"]),
        ("a\n", "a", ["@@ -1,1 +1,1 @@"]),
        ("".join(f"{n}\n" for n in range(20)), "".join(f"{n}\n" for n in range(20) if n not in (3, 10)), ["@@ -1,14 +1,12 @@"]),
        (
            "".join(f"{n}\n" for n in range(20)),
            "".join(f"{n}\n" for n in range(20) if n not in (3, 11)),
            ["@@ -1,7 +1,6 @@", "@@ -9,7 +8,6 @@"],
        ),
    ],
)  # fmt: skip
def test_hunks_are_cut_as_git_cuts_them(before: str, after: str, headers: list[str]) -> None:
    assert [header_of(hunk) for hunk in check(before, after)] == headers


def test_hostile_texts_are_bounded() -> None:
    """Two unlike texts of few lines that repeat: nothing anchors them, every shortest-way search is given up."""
    chance = random.Random(7)
    before, after = ("".join(chance.choice("xyz") + "\n" for _ in range(30_000)) for _ in range(2))
    hunks = check(before, after)
    assert sum(len(hunk.lines) for hunk in hunks) <= 60_000
    assert all(raw(line).endswith("\n") for hunk in hunks for line in hunk.lines)
