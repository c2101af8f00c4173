"""Words found in a repository as it is at a commit, in the index, on disk, or in a directory without git; the words are hostile."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from reviewer.core.source import search
from reviewer.core.span import Side
from reviewer.inputs.local_git import read_local_change
from reviewer.inputs.patch_file import read_patch


def git(repo: Path, *arguments: str) -> None:
    subprocess.run(
        ["git", "-C", str(repo), "-c", "user.name=n", "-c", "user.email=n@example.org", *arguments],
        check=True,
        capture_output=True,
    )


@pytest.fixture
def repo(tmp_path: Path) -> Path:
    """Two commits; on disk one more change, one new file and one that is ignored."""
    root = tmp_path / "repo"
    (root / "a b").mkdir(parents=True)
    git(root, "init", "-q", "-b", "main")
    (root / "a b/Old.java").write_text("drain();\n", encoding="utf-8")
    (root / "Gone.java").write_text("drain();\n", encoding="utf-8")
    (root / "Other.java").write_text("drainAll(); drain_all();\n", encoding="utf-8")
    (root / "blob.bin").write_bytes(b"\\0\\0\0 drain\n")
    (root / ".gitignore").write_text("ignored.txt\n", encoding="utf-8")
    os.symlink("/etc/passwd", root / "link")
    git(root, "add", ".")
    git(root, "commit", "-qm", "one")
    (root / "Gone.java").unlink()
    (root / "Fresh.java").write_text("drain();\n", encoding="utf-8")
    git(root, "add", "-A")
    git(root, "commit", "-qm", "two")
    (root / "Staged.java").write_text("drain();\n", encoding="utf-8")
    git(root, "add", ".")
    (root / "Untracked.java").write_text("drain();\n", encoding="utf-8")
    (root / "ignored.txt").write_text("drain();\n", encoding="utf-8")
    return root


def found(change: object, word: str, side: Side = Side.AFTER, *, loose: bool = False) -> set[str]:
    result = search(change.reader, [word], side, loose=loose)  # type: ignore[attr-defined]
    assert result is not None and result.searched >= len(result.paths)
    return set(result.paths)


def test_each_side_is_searched_as_it_is(repo: Path) -> None:
    commits = read_local_change(repo, base="HEAD~1", head="HEAD")
    assert found(commits, "drain") == {"a b/Old.java", "Fresh.java"}
    assert found(commits, "drain", Side.BEFORE) == {"a b/Old.java", "Gone.java"}
    assert found(read_local_change(repo, staged=True), "drain") == {"a b/Old.java", "Fresh.java", "Staged.java"}
    disk = read_local_change(repo, base="HEAD")
    assert found(disk, "drain") == {"a b/Old.java", "Fresh.java", "Staged.java", "Untracked.java"}
    assert found(disk, "DRAIN", loose=True) == {
        "a b/Old.java",
        "Fresh.java",
        "Staged.java",
        "Untracked.java",
        "Other.java",
    }


def test_a_directory_without_git_is_read_file_by_file(tmp_path: Path) -> None:
    (tmp_path / "x").mkdir()
    (tmp_path / "x/A.java").write_text("drain();\n", encoding="utf-8")
    (tmp_path / "B.java").write_text("drainAll();\n", encoding="utf-8")
    patch = "--- a/B.java\n+++ b/B.java\n@@ -1 +1 @@\n-drainAll();\n+drain();\n"
    change = read_patch(patch, tmp_path)
    assert found(change, "drain") == {"x/A.java", "B.java"}
    assert found(change, "drain", Side.BEFORE) == {"x/A.java"}


HOSTILE = (
    "--open-files-in-pager=touch pwned", "-Otouch pwned", "-f/etc/passwd", "--no-index", "drain(", ".*", "^", "[", "\\", "",
    "drain\n.*", "\0", "x" * 10_000, ":(top)", "HEAD", "--", "$(touch pwned)", "é\u202e",
)  # fmt: skip


@pytest.mark.parametrize("word", HOSTILE)
def test_a_word_is_neither_an_option_nor_an_expression(repo: Path, word: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(repo)
    for change in (read_local_change(repo, base="HEAD~1", head="HEAD"), read_local_change(repo, base="HEAD")):
        assert found(change, word) <= {"a b/Old.java", "Fresh.java", "Staged.java", "Untracked.java"}
    assert not (repo / "pwned").exists()
    assert found(read_local_change(repo, base="HEAD"), "root") == set()


def test_what_the_repository_configures_does_not_change_the_answer(repo: Path) -> None:
    for name, value in (
        ("grep.patternType", "perl"), ("color.grep", "always"), ("color.ui", "always"), ("grep.fullName", "false"),
        ("core.pager", "touch pwned"), ("diff.x.textconv", "touch pwned"),
    ):  # fmt: skip
        git(repo, "config", name, value)
    (repo / ".gitattributes").write_text("*.java diff=x\n", encoding="utf-8")
    assert found(read_local_change(repo, base="HEAD~1", head="HEAD"), "drain") == {"a b/Old.java", "Fresh.java"}
    assert not (repo / "pwned").exists()
