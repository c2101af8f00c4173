"""A patch over a tree that stands before the change, after it, or somewhere else."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from reviewer.core.problem import ReviewError
from reviewer.core.span import Side
from reviewer.inputs.patch_file import read_patch
from reviewer.inputs.port import LocalChange

PATCH = """\
--- a/Job.java
+++ b/Job.java
@@ -1,2 +1,2 @@
 first
-old
+new
--- /dev/null
+++ b/New.java
@@ -0,0 +1 @@
+fresh
--- a/Gone.java
+++ /dev/null
@@ -1 +0,0 @@
-gone
"""


def read(text: str, tree: Path) -> LocalChange:
    return read_patch(text, tree, surroundings={"PATH": os.environ["PATH"]})


@pytest.mark.parametrize("content", ["first\nold\n", "first\nnew\n"])
def test_both_texts_are_known_whichever_side_the_tree_shows(tmp_path: Path, content: str) -> None:
    (tmp_path / "Job.java").write_text(content)
    change = read(PATCH, tmp_path)
    assert [(file.path, file.before, file.after) for file in change.change_set.files] == [
        ("Job.java", "first\nold\n", "first\nnew\n"),
        ("New.java", None, "fresh\n"),
        ("Gone.java", "gone\n", None),
    ]
    assert change.notices == ()
    assert (change.reader.read("Job.java", Side.BEFORE), change.reader.read("Job.java", Side.AFTER)) == (
        "first\nold\n",
        "first\nnew\n",
    )
    assert change.reader.paths(Side.BEFORE) == ("Gone.java", "Job.java")
    assert change.reader.paths(Side.AFTER) == ("Job.java", "New.java")


def test_a_tree_that_does_not_fit_leaves_the_hunks_and_a_notice(tmp_path: Path) -> None:
    (tmp_path / "Job.java").write_text("something else\n")
    change = read(PATCH, tmp_path)
    job = change.change_set.files[0]
    assert (job.before, job.after, len(job.hunks)) == (None, None, 1)
    assert change.notices == (
        f"Job.java: {job.unread}. Check out the commit that the patch was made from, or the one it leads to, and name "
        "that tree with --repo.",
    )
    assert "fits the patch neither" in change.notices[0]


def test_a_file_that_is_not_there_leaves_the_hunks_and_a_notice(tmp_path: Path) -> None:
    change = read(PATCH, tmp_path)
    assert "not in the repository" in change.notices[0]


@pytest.mark.parametrize("present", ["old.py", "new.py"])
def test_a_rename_is_found_under_either_name(tmp_path: Path, present: str) -> None:
    (tmp_path / present).write_text("a\n")
    patch = "diff --git a/old.py b/new.py\nsimilarity index 100%\nrename from old.py\nrename to new.py\n"
    change = read(patch, tmp_path)
    (file,) = change.change_set.files
    assert (file.before, file.after) == ("a\n", "a\n")
    assert change.reader.paths(Side.BEFORE) == ("old.py",)
    assert change.reader.paths(Side.AFTER) == ("new.py",)


def test_a_symlink_in_the_tree_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("first\nold\n")
    (tmp_path / "tree").mkdir()
    (tmp_path / "tree/Job.java").symlink_to(tmp_path / "secret")
    job = read(PATCH, tmp_path / "tree").change_set.files[0]
    assert (job.before, job.after) == (None, None)


def test_an_empty_patch_says_so(tmp_path: Path) -> None:
    change = read("", tmp_path)
    assert (change.change_set.files, change.notices) == ((), ("The patch is empty.",))


@pytest.mark.parametrize("text", ["garbage", "--- a/../x\n+++ b/../x\n@@ -1 +1 @@\n-a\n+b\n"])
def test_what_is_no_patch_is_refused(tmp_path: Path, text: str) -> None:
    with pytest.raises(ReviewError):
        read(text, tmp_path)


def test_a_tree_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ReviewError, match="--repo"):
        read(PATCH, tmp_path / "nowhere")
