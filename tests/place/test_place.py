"""Where a finding goes: a line inside one hunk, else the file, else the summary; beyond the limit the summary; never away."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from verify.code import CHANGES, PATH, at, finding

from reviewer.core.change import Commentable, FileStatus
from reviewer.core.finding import Confidence, PlacementKind, Severity, Stage, Standing
from reviewer.core.span import Side, Span
from reviewer.place.limits import limit
from reviewer.place.on_diff import place
from reviewer.place.thresholds import split

LEFT = Side.BEFORE


@pytest.mark.parametrize(
    ("given", "kind", "placed"),
    [
        (at(5), PlacementKind.INLINE, at(5)),
        (at(5, 6), PlacementKind.INLINE, at(5, 6)),
        (at(5, side=LEFT), PlacementKind.INLINE, at(5, side=LEFT)),
        (at(1, 5), PlacementKind.INLINE, at(4, 5)),
        (at(7, 12), PlacementKind.INLINE, at(7)),
        (at(11), PlacementKind.FILE, at(11)),
        (at(3, path="Other.java"), PlacementKind.SUMMARY, at(3, path="Other.java")),
    ],
)
def test_the_ladder(given: Span, kind: PlacementKind, placed: Span) -> None:
    found = place(finding(span=given, suggestion="x"), CHANGES)
    assert (found.placement, found.span) == (kind, placed)
    assert found.suggestion == ("x" if given == placed and kind is PlacementKind.INLINE else None)


@pytest.mark.parametrize(
    ("commentable", "kind"), [(Commentable.FILE, PlacementKind.FILE), (Commentable.NOWHERE, PlacementKind.SUMMARY)]
)
def test_lines_that_the_host_does_not_show_get_no_comment(commentable: Commentable, kind: PlacementKind) -> None:
    (change,) = CHANGES.files
    changes = replace(CHANGES, files=(replace(change, commentable=commentable),))
    found = place(finding(span=at(5, 6), suggestion="x"), changes)
    assert (found.placement, found.span, found.suggestion) == (kind, at(5, 6), "x")
    beside = place(finding(span=at(11), suggestion="x"), changes)
    assert (beside.placement, beside.suggestion) == (kind, None)


def test_a_renamed_file_is_addressed_by_its_new_name_and_files_that_swap_their_names_are_told_apart() -> None:
    (change,) = CHANGES.files
    one = replace(change, old_path="Old.java", new_path="New.java", status=FileStatus.RENAMED)
    found = place(finding(span=at(5, path="Old.java")), replace(CHANGES, files=(one,)))
    assert (found.placement, found.span) == (PlacementKind.INLINE, at(5, path="New.java"))
    other = replace(one, old_path="New.java", new_path="Old.java", hunks=())
    both = replace(CHANGES, files=(other, one))
    assert place(finding(span=at(5, path="New.java")), both).placement is PlacementKind.INLINE
    assert place(finding(span=at(5, path="Old.java")), both).placement is PlacementKind.FILE
    assert place(finding(span=at(5, side=LEFT, path="Old.java")), both).placement is PlacementKind.INLINE
    assert place(finding(span=at(5, side=LEFT, path="New.java")), both).placement is PlacementKind.FILE


@pytest.mark.parametrize("standing", [Standing.OLDER, Standing.DECLARED])
def test_what_the_change_does_not_bring_stands_in_the_summary(standing: Standing) -> None:
    found = place(finding(span=at(5), severity=Severity.CRITICAL, standing=standing), CHANGES)
    assert (found.placement, found.span) == (PlacementKind.SUMMARY, at(5))


def test_what_a_team_wants_no_comment_for_keeps_its_lines_and_its_replacement() -> None:
    made = finding(span=at(5), severity=Severity.MEDIUM, suggestion="x")
    assert place(made, CHANGES, Severity.MEDIUM).placement is PlacementKind.INLINE
    moved = place(made, CHANGES, Severity.HIGH)
    assert (moved.placement, moved.span, moved.suggestion) == (PlacementKind.SUMMARY, at(5), "x")


@given(st.integers(1, 30), st.integers(0, 30), st.sampled_from(list(Side)), st.sampled_from([PATH, "Other.java"]))
def test_what_is_inline_lies_in_one_hunk_of_its_side(first: int, more: int, side: Side, path: str) -> None:
    found = place(finding(span=at(first, first + more, side=side, path=path)), CHANGES)
    if found.placement is PlacementKind.INLINE:
        change = CHANGES.file(path)
        assert change is not None and change.hunk_at(side, found.span.first_line, found.span.last_line) is not None


@given(st.lists(st.tuples(st.sampled_from(list(Severity)), st.sampled_from(list(PlacementKind)))), st.integers(0, 5))
def test_the_limit_moves_the_lightest_to_the_summary_and_loses_none(
    drawn: list[tuple[Severity, PlacementKind]], most: int
) -> None:
    findings = [finding(id=str(n), severity=s, placement=p) for n, (s, p) in enumerate(drawn)]
    placed = limit(findings, most)
    assert sorted(f.id for f in placed) == sorted(f.id for f in findings)
    inline = [f for f in placed if f.placement is not PlacementKind.SUMMARY]
    assert len(inline) == min(most, sum(p is not PlacementKind.SUMMARY for _, p in drawn))
    moved = [
        f for f in placed if f.placement is PlacementKind.SUMMARY and drawn[int(f.id)][1] is not PlacementKind.SUMMARY
    ]
    assert all(i.severity.rank >= m.severity.rank for i in inline for m in moved)


@pytest.mark.parametrize(
    ("severity", "confidence", "reason"),
    [
        (Severity.MEDIUM, Confidence.MEDIUM, None),
        (Severity.LOW, Confidence.HIGH, "severity low is below medium"),
        (Severity.CRITICAL, Confidence.LOW, "confidence low is below medium"),
    ],
)
def test_what_is_below_a_threshold_is_counted_with_the_reason(
    severity: Severity, confidence: Confidence, reason: str | None
) -> None:
    made = finding(severity=severity, confidence=confidence)
    kept, withheld = split([made], Severity.MEDIUM, Confidence.MEDIUM)
    assert (kept, [(w.stage, w.reason) for w in withheld]) == (
        ((made,), []) if reason is None else ((), [(Stage.THRESHOLD, reason)])
    )
