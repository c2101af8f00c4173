"""Diffs as tools really write them, and what must never be read as something else."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reviewer.core.change import FileStatus, LineKind
from reviewer.core.problem import ReviewError
from reviewer.diff.lines import UnendedLine
from reviewer.diff.unified import parse_diff, parse_patch_field

MODIFIED = """\
diff --git a/src/Job.java b/src/Job.java
index 1111111..2222222 100644
--- a/src/Job.java
+++ b/src/Job.java
@@ -1,3 +1,4 @@ class Job
 first
-second
+two
+more
 third
"""


def test_a_modified_file_has_its_lines_with_numbers_on_both_sides() -> None:
    (file,) = parse_diff(MODIFIED)
    assert (file.old_path, file.new_path, file.status) == ("src/Job.java", "src/Job.java", FileStatus.MODIFIED)
    (hunk,) = file.hunks
    assert hunk.section == "class Job"
    assert [(line.kind, line.text, line.old_number, line.new_number) for line in hunk.lines] == [
        (LineKind.CONTEXT, "first", 1, 1),
        (LineKind.REMOVED, "second", 2, None),
        (LineKind.ADDED, "two", None, 2),
        (LineKind.ADDED, "more", None, 3),
        (LineKind.CONTEXT, "third", 3, 4),
    ]


@pytest.mark.parametrize("text", ["", "\n", b"", " \n\n"])
def test_an_empty_diff_has_no_files(text: str | bytes) -> None:
    assert parse_diff(text) == ()


@pytest.mark.parametrize("text", ["hello", "no\ndiff\nhere\n", "{}", "+added without a file\n"])
def test_text_that_is_no_diff_is_refused(text: str) -> None:
    with pytest.raises(ReviewError, match="not a unified diff"):
        parse_diff(text)


@pytest.mark.parametrize(
    ("header", "old", "new"),
    [
        (r'diff --git "a/d/\303\251 x.txt" "b/d/\303\251 x.txt"', "d/é x.txt", "d/é x.txt"),
        (r'diff --git "a/tab\there" "b/tab\there"', "tab\there", "tab\there"),
        ("diff --git a/with blank b/x b/with blank b/x", "with blank b/x", "with blank b/x"),
        ("diff --git src/Job.java src/Job.java", "src/Job.java", "src/Job.java"),
        ("diff --git i/Job.java w/Job.java", "Job.java", "Job.java"),
        ("diff --git a/Job.java a/Job.java", "a/Job.java", "a/Job.java"),
    ],
)
def test_names_are_read_however_git_writes_them(header: str, old: str, new: str) -> None:
    (file,) = parse_diff(f"{header}\nold mode 100644\nnew mode 100755\n")
    assert (file.old_path, file.new_path, file.hunks) == (old, new, ())


def test_renames_copies_and_mode_changes_have_their_status() -> None:
    files = parse_diff(
        "diff --git a/a.py b/b.py\nsimilarity index 100%\nrename from a.py\nrename to b.py\n"
        'diff --git a/c.py "b/d\\303\\251.py"\nsimilarity index 100%\ncopy from c.py\ncopy to "d\\303\\251.py"\n'
        "diff --git a/run.sh b/run.sh\nold mode 100644\nnew mode 100755\n"
    )
    assert [(file.old_path, file.new_path, file.status) for file in files] == [
        ("a.py", "b.py", FileStatus.RENAMED),
        ("c.py", "dé.py", FileStatus.COPIED),
        ("run.sh", "run.sh", FileStatus.MODIFIED),
    ]


def test_new_deleted_and_empty_files_lack_the_other_side() -> None:
    files = parse_diff(
        "diff --git a/new b/new\nnew file mode 100644\nindex 0000000..1111111\n--- /dev/null\n+++ b/new\n@@ -0,0 +1 @@\n+x\n"
        "diff --git a/old b/old\ndeleted file mode 100644\n--- a/old\n+++ /dev/null\n@@ -1 +0,0 @@\n-x\n"
        "diff --git a/empty b/empty\nnew file mode 100644\nindex 0000000..e69de29\n"
    )
    assert [(file.old_path, file.new_path, file.status) for file in files] == [
        (None, "new", FileStatus.ADDED),
        ("old", None, FileStatus.DELETED),
        (None, "empty", FileStatus.ADDED),
    ]


def test_binary_files_are_marked_in_all_three_spellings() -> None:
    files = parse_diff(
        "diff --git a/a.png b/a.png\nindex 1..2 100644\nBinary files a/a.png and b/a.png differ\n"
        "diff --git a/b.png b/b.png\nindex 1..2 100644\nGIT binary patch\nliteral 3\nKcmZQzU\n\nliteral 0\nHcmV?d00001\n\n"
        "Binary files old/c.png and new/c.png differ\n" + MODIFIED
    )
    assert [(file.path, file.is_binary, file.unread) for file in files] == [
        ("a.png", True, "binary"),
        ("b.png", True, "binary"),
        ("c.png", True, "binary"),
        ("src/Job.java", False, None),
    ]


def test_a_submodule_change_says_that_it_is_one() -> None:
    (file,) = parse_diff(
        "diff --git a/lib b/lib\nindex 1111111..2222222 160000\n--- a/lib\n+++ b/lib\n"
        "@@ -1 +1 @@\n-Subproject commit 1111111\n+Subproject commit 2222222\n"
    )
    assert file.unread == "submodule"


@pytest.mark.parametrize(
    ("names", "path", "status"),
    [
        ("--- a/Job.java\t2024-01-01 10:00:00\n+++ b/Job.java\t2024-01-02 10:00:00\n", "Job.java", FileStatus.MODIFIED),
        ("--- old/src/Job.java\n+++ new/src/Job.java\n", "src/Job.java", FileStatus.MODIFIED),
        ("--- Job.java.orig\n+++ Job.java\n", "Job.java", FileStatus.MODIFIED),
        (
            "Index: Job.java\n=====\n--- Job.java\t(revision 1)\n+++ Job.java\t(working copy)\n",
            "Job.java",
            FileStatus.MODIFIED,
        ),
    ],
)
def test_diffs_without_git_headers_are_read(names: str, path: str, status: FileStatus) -> None:
    (file,) = parse_diff(f"{names}@@ -1 +1 @@\n-a\n+b\n")
    assert (file.path, file.old_path, file.status) == (path, path, status)


def test_a_file_stamped_with_time_zero_is_new() -> None:
    (file,) = parse_diff(
        "--- o/x\t1970-01-01 00:00:00.0 +0000\n+++ n/x\t2024-01-01 00:00:00.0 +0000\n@@ -0,0 +1 @@\n+a\n"
    )
    assert (file.old_path, file.new_path, file.status) == (None, "x", FileStatus.ADDED)


def test_a_diff_converted_to_crlf_reads_like_the_original() -> None:
    assert parse_diff(MODIFIED.replace("\n", "\r\n")) == parse_diff(MODIFIED)


def test_a_diff_redirected_by_powershell_reads_like_the_original() -> None:
    assert parse_diff(b"\xff\xfe" + MODIFIED.encode("utf-16-le")) == parse_diff(MODIFIED)


def test_undecodable_bytes_are_replaced_and_crlf_content_is_kept() -> None:
    (file,) = parse_diff(b"--- a/x\n+++ b/x\n@@ -1 +1 @@\n-caf\xe9\r\n+b\r\n")
    assert [line.text for line in file.hunks[0].lines] == ["caf\ufffd\r", "b\r"]


@pytest.mark.parametrize("odd", ["\f", "\u2028", "\x85", "\r", "\v", "\x1c"])
def test_odd_separators_inside_a_line_do_not_shift_the_numbers(odd: str) -> None:
    (file,) = parse_diff(f"--- a/x\n+++ b/x\n@@ -1,2 +1,3 @@\n a{odd}b\n+new{odd}\n last\n")
    assert [(line.text, line.new_number) for line in file.hunks[0].lines] == [
        (f"a{odd}b", 1),
        (f"new{odd}", 2),
        ("last", 3),
    ]


def test_lines_that_look_like_headers_are_content_inside_a_hunk() -> None:
    (file,) = parse_diff("--- a/x.sql\n+++ b/x.sql\n@@ -1,2 +1,2 @@\n--- old comment\n+++ new comment\n select\n")
    assert [line.text for line in file.hunks[0].lines] == ["-- old comment", "++ new comment", "select"]


def test_a_missing_newline_at_the_end_is_kept() -> None:
    (file,) = parse_diff("--- a/x\n+++ b/x\n@@ -1 +1 @@\n-a\n\\ No newline at end of file\n+b\n\\ Kein Zeilenumbruch\n")
    assert [isinstance(line, UnendedLine) for line in file.hunks[0].lines] == [True, True]


def test_a_mail_from_format_patch_is_read_without_its_text() -> None:
    mail = f"From 1234567890 Mon Sep 17\nSubject: x\n\n- a list\n+ another\n---\n f | 1 +\n\n{MODIFIED}-- \n2.39.5\n\n"
    assert parse_diff(mail) == parse_diff(MODIFIED)


COUNTS = "--- a/x\n+++ b/x\n@@ -1,{0} +1,{1} @@\n"


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("diff --cc x\nindex 1,2..3\n--- a/x\n+++ b/x\n@@@ -1,1 -1,1 +1,1 @@@\n- a\n", "combined diff"),
        ("--- a/x\n+++ b/x\n@@@ -1,1 -1,1 +1,1 @@@\n- a\n", "combined diff"),
        (COUNTS.format(1, 1) + "-a\n+b\n+lost\n", "longer than its @@ line"),
        (COUNTS.format(1, 1) + "-a\n+b\n\n+lost\n", "longer than its @@ line"),
        (COUNTS.format(1, 1) + "-a\n+b\nprose\n-lost\n", "longer than its @@ line"),
        (COUNTS.format(3, 3) + " a\n-b\n+c\n", "shorter than its @@ line"),
        (COUNTS.format(2, 2) + "-a\n+b\nno prefix\n", "shorter than its @@ line"),
        (COUNTS.format(1, 3) + "-a\n-b\n+c\n", "other numbers of lines"),
        (COUNTS.format(2, 2) + "-a\n+b\n--- a/y\n+++ b/y\n@@ -1 +1 @@\n-c\n+d\n", "runs into the header"),
        ("@@ -1 +1 @@\n-a\n+b\n", "belongs to no file"),
        ("--- a/x\n+++ b/x\n@@ -x +1 @@\n", "not a hunk header"),
        ("--- a/x\n+++ b/x\n@@ -5 +5 @@\n-a\n+b\n@@ -2 +2 @@\n-a\n+b\n", "out of order"),
        ("--- a/../../etc/passwd\n+++ b/../../etc/passwd\n@@ -1 +1 @@\n-a\n+b\n", "not inside the repository"),
        ("--- /etc/passwd\n+++ /etc/passwd\n@@ -1 +1 @@\n-a\n+b\n", "not inside the repository"),
        ("--- \n+++ \n@@ -1 +1 @@\n-a\n+b\n", "without a usable file name"),
        ("--- /dev/null\n+++ /dev/null\n@@ -1 +1 @@\n-a\n+b\n", "neither side"),
        ("Only in new/src: Job.java\n", "diff -ruN"),
        (MODIFIED + MODIFIED, "more than once"),
    ],
)
def test_a_diff_that_would_lose_lines_is_refused_with_the_reason(text: str, says: str) -> None:
    with pytest.raises(ReviewError, match=says):
        parse_diff(text)


def test_githubs_patch_field_is_read_under_the_names_of_the_api() -> None:
    patch = "@@ -1,2 +1,2 @@ class X\n a\n-b\n+c\n\\ No newline at end of file"
    file = parse_patch_field(patch, "old.java", "new.java", FileStatus.RENAMED)
    assert (file.old_path, file.new_path, file.status) == ("old.java", "new.java", FileStatus.RENAMED)
    assert [line.text for line in file.hunks[0].lines] == ["a", "b", "c"]
    assert parse_patch_field("", "a", "b", FileStatus.RENAMED).hunks == ()


@pytest.mark.parametrize(
    "patch", ["garbage", "@@ -1,3 +1,3 @@\n a\n", "@@ -1 +1 @@\n-a\n+b\n+c", "@@ -1 +1 @@\n-a\n+b\nx"]
)
def test_a_damaged_patch_field_is_refused(patch: str) -> None:
    with pytest.raises(ReviewError):
        parse_patch_field(patch, "x", "x", FileStatus.MODIFIED)


PIECES = st.sampled_from(
    ["diff --git a/x b/x", "--- a/x", "+++ b/x", "@@ -1 +1 @@", "@@ -1,2 +1 @@", "-a", "+b", " c", "", "\\", "\r", "@@@ -1",
     "Binary files a and b differ", "GIT binary patch", "literal 3", "rename from x", "rename to y", 'diff --git "', "-- "]
)  # fmt: skip


@given(st.one_of(st.text(), st.lists(PIECES).map("\n".join), st.binary()))
def test_hostile_text_ends_in_files_or_a_clear_error(text: str | bytes) -> None:
    try:
        files = parse_diff(text)
    except ReviewError as error:
        assert str(error)
    else:
        assert all(file.path for file in files)


@given(st.one_of(st.text(), st.lists(PIECES).map("\n".join)))
def test_a_hostile_patch_field_ends_in_hunks_or_a_clear_error(text: str) -> None:
    try:
        parse_patch_field(text, "x", "x", FileStatus.MODIFIED)
    except ReviewError as error:
        assert str(error)
