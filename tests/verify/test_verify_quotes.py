"""A quote is found however the model copied it, and never when it is made up."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from verify.code import AFTER, CHANGES, COMMIT, PATCH_ONLY, PATH, POLL, PROCESS, at, finding, quoted

from reviewer.core.change import ChangeSet, FileChange, FileStatus
from reviewer.core.finding import Finding
from reviewer.core.span import Side
from reviewer.verify.quote import locate
from reviewer.verify.quote_exists import check
from reviewer.verify.sources import Sources

SOURCES = Sources(CHANGES, lambda text: text)

COPIES = [
    (COMMIT, (5, 5)),
    (f"   {COMMIT}\t", (5, 5)),
    (f"{COMMIT}\n{PROCESS}", (5, 6)),
    (f"{COMMIT}\n\n      {PROCESS}\n", (5, 6)),
    (f"{COMMIT} {PROCESS}", (5, 6)),
    (POLL.replace(" = ", "="), (4, 4)),
    ("consumer.poll(Duration.ofMillis(100))", (4, 4)),
    (f"+{PROCESS}", (6, 6)),
    (f"    L6     R5 |       {COMMIT}", (5, 5)),
    (f"           R6 |+      {PROCESS}", (6, 6)),
    ("void run() {", (2, 2)),
]


@pytest.mark.parametrize(("quote", "lines"), COPIES)
def test_a_true_quote_is_found_where_it_stands(quote: str, lines: tuple[int, int]) -> None:
    found = locate(quoted(quote, first=lines[0]), SOURCES)
    assert found is not None and (found.span.first_line, found.span.last_line) == lines


@pytest.mark.parametrize(
    "quote",
    [
        "consumer.commitAsync();", "consumer.commitSync(offsets);", "}", "{", " ", "", "commit", "run()", "process(record);",
        "consumer.commitSync();\nrecords.forEach(this::store);", "// consumer is closed here", "\x00", "}\n}\n",
        "consumer . commit . sync ( )",
    ],
)  # fmt: skip
def test_what_is_not_in_the_code_is_not_found(quote: str) -> None:
    assert locate(quoted(quote), SOURCES) is None


@given(st.text(alphabet=st.sampled_from("abcxyz(){};.= \n+-|LR1"), max_size=60))
def test_no_made_up_quote_is_ever_found(quote: str) -> None:
    found = locate(quoted(quote), SOURCES)
    if found is not None:
        squeezed = "".join(AFTER.split())
        parts = ["".join(part.lstrip("+-").split()) for part in quote.split("\n")]
        assert any(part and part in squeezed for part in parts)


@given(st.data())
def test_any_run_of_lines_is_found_at_its_own_place(data: st.DataObject) -> None:
    lines = AFTER.rstrip("\n").split("\n")
    first = data.draw(st.integers(1, len(lines)))
    last = data.draw(st.integers(first, len(lines)))
    quote = "\n".join(lines[first - 1 : last])
    found = locate(quoted(quote, first=first), SOURCES)
    if any(char.isalnum() for char in quote):
        assert found is not None
        assert first <= found.span.first_line and found.span.last_line <= last


def test_lines_of_a_diff_that_do_not_stand_together_are_found_one_by_one() -> None:
    copied = f"-      {PROCESS}\n       {COMMIT}\n+      {PROCESS}"
    assert locate(quoted(copied), SOURCES) is not None
    assert locate(quoted(copied + "\n+      audit(records);"), SOURCES) is None


def checked(made: Finding, changes: ChangeSet = CHANGES) -> Finding:
    result = check(made, Sources(changes, lambda text: text))
    assert isinstance(result, Finding), result
    return result


def test_a_wrong_line_is_corrected_and_its_suggestion_dropped() -> None:
    made = finding(quoted(COMMIT, first=40), span=at(40, 44), suggestion="x")
    right = checked(made)
    assert (right.span, right.suggestion) == (at(5), None)


def test_right_lines_stay_and_keep_their_suggestion() -> None:
    right = checked(finding(quoted(COMMIT), span=at(5, 6), suggestion="x"))
    assert (right.span, right.suggestion) == (at(5, 6), "x")


def test_a_wrong_side_is_corrected() -> None:
    old = checked(finding(quoted(PROCESS, first=5), span=at(5)), ChangeSet(base="a", head="b", files=(only_before(),)))
    assert old.span == at(5, side=Side.BEFORE)


def only_before() -> FileChange:
    (change,) = CHANGES.files
    return FileChange(
        old_path=PATH, new_path=None, status=FileStatus.DELETED, hunks=(), before=change.before
    )  # fmt: skip


OTHER = FileChange(old_path=None, new_path="Other.java", status=FileStatus.ADDED, hunks=(), after="class Other {}\n")


def test_a_wrong_file_is_corrected_when_the_quote_stands_in_one_changed_file_only() -> None:
    changes = ChangeSet(base="a", head="b", files=(*CHANGES.files, OTHER))
    right = checked(finding(quoted(POLL, path="Other.java"), span=at(900, path="Other.java")), changes)
    assert right.span == at(4)


def test_a_file_that_nobody_showed_is_made_up_though_the_quote_stands_elsewhere() -> None:
    reason = "it is about a file that is neither in the change nor was shown"
    assert check(finding(quoted(POLL), span=at(4, path="Nowhere.java")), SOURCES) == reason
    assert check(finding(quoted(POLL, path="Nowhere.java"), span=at(4)), SOURCES) == "no quoted line is in the code"
    some = checked(finding(quoted(POLL, path="Nowhere.java"), quoted(COMMIT)))
    assert [evidence.quote for evidence in some.evidence] == [COMMIT]


def test_a_range_over_half_the_file_shrinks_to_the_quote() -> None:
    assert checked(finding(quoted(COMMIT), span=at(1, 5_000))).span == at(5)


def test_without_the_files_the_lines_of_the_hunks_are_what_is_checked() -> None:
    assert checked(finding(quoted(COMMIT)), PATCH_ONLY).span == at(5)
    assert (
        checked(finding(quoted(PROCESS, side=Side.BEFORE), span=at(5, side=Side.BEFORE)), PATCH_ONLY).span.side
        is Side.BEFORE
    )
    assert isinstance(check(finding(quoted("consumer.close();")), Sources(PATCH_ONLY, str)), str)


def test_a_quote_of_what_was_shown_counts_though_the_code_differs() -> None:
    sources = Sources(CHANGES, lambda text: text.replace("Duration.ofMillis(100)", "[redacted]"))
    found = locate(quoted("var records = consumer.poll([redacted]);"), sources)
    assert found is not None and found.span == at(4)


def test_code_that_was_looked_up_can_be_quoted() -> None:
    sources = Sources(CHANGES, str, {"Factory.java": "enable.auto.commit=false\n"})
    outside = finding(quoted("enable.auto.commit=false", first=1, path="Factory.java"), span=at(1, path="Factory.java"))
    result = check(outside, sources)
    assert isinstance(result, Finding) and result.span.path == "Factory.java"


def test_no_quote_at_all_is_said_as_such() -> None:
    assert check(finding(), SOURCES) == "it quotes no line of the code"
    assert check(finding(quoted("made.up();")), SOURCES) == "no quoted line is in the code"
